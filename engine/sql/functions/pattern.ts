/** What the constant patterns of LIKE and of regular expressions say, read without running them. */

/** How many capturing groups a regular expression has. */
export function groupCount(pattern: string): number {
  let count = 0;
  let inClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === '\\') index += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') {
      inClass = true;
      if (pattern[index + 1] === '^') index += 1;
      if (pattern[index + 1] === ']') index += 1;
    } else if (character === '(' && (pattern[index + 1] !== '?' || /^\(\?(P?<[A-Za-z_])/.test(pattern.slice(index)))) count += 1;
  }
  return count;
}

/** A text as a regular expression that matches just it. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** A LIKE pattern without wildcards as the text it stands for; undefined when it has wildcards. */
export function likeLiteral(pattern: string): string | undefined {
  let text = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    if (character === '%' || character === '_') return undefined;
    if (character === '\\' && '%_\\'.includes(pattern[index + 1] ?? ' ')) index += 1;
    text += pattern[index] ?? '';
  }
  return text;
}

/** A LIKE pattern as DuckDB reads it with ESCAPE '\': a backslash that escapes nothing is doubled. */
export function likePattern(pattern: string): string {
  return pattern.replace(/\\([\s\S]?)/g, (all: string, next: string) => ('%_\\'.includes(next) && next !== '' ? all : `\\\\${next}`));
}

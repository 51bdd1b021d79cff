/**
 * What the registries' signatures say of a function's arguments: `substring(text, offset[, length])` has three places
 * with a word each, the last of which may be missing. The word tells the argument maker what to put there.
 */
export interface Place {
  /** `text`, `'format'`, `x -> …`; the word in front of `or` when there are several. */
  readonly word: string;
  readonly optional: boolean;
}

export interface Signature {
  readonly parameters: readonly Place[];
  readonly places: readonly Place[];
  /** The last place may be repeated. */
  readonly repeats: boolean;
}

/** `f([size])(x, by)` has parameters and places, `f(a, b, …)` places only. */
export function readSignature(text: string): Signature {
  const groups = bracketGroups(text);
  const last = groups.at(-1) ?? '';
  const places = placesOf(last);
  return {
    parameters: groups.length > 1 ? placesOf(groups[0] ?? '').filter((place) => place.word !== '…') : [],
    places: places.filter((place) => place.word !== '…'),
    repeats: places.some((place) => place.word === '…'),
  };
}

function bracketGroups(text: string): string[] {
  const groups: string[] = [];
  let depth = 0;
  let from = 0;
  [...text].forEach((character, index) => {
    if (character === '(') {
      if (depth === 0) from = index + 1;
      depth += 1;
    } else if (character === ')') {
      depth -= 1;
      if (depth === 0) groups.push(text.slice(from, index));
    }
  });
  return groups;
}

function placesOf(text: string): Place[] {
  const places: Place[] = [];
  let optional = 0;
  let round = 0;
  let word = '';
  let wordOptional = false;
  const end = () => {
    const trimmed = word.trim();
    if (trimmed !== '') places.push({ word: trimmed.split(' or ')[0] ?? trimmed, optional: wordOptional });
    word = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const inList = character === '[' && !/^\[\s*,|^\[[^[\]]*,\s*\]|^\[x ->|^\[\(k|^\[[a-z]+\]$/.test(text.slice(at)) && word.trim() === '' && at !== 0;
    if (round === 0 && character === '[' && !inList) optional += 1;
    else if (round === 0 && character === ']' && optional > 0) {
      end();
      optional -= 1;
    } else if (round === 0 && character === ',') end();
    else {
      if (character === '(' || inList) round += 1;
      if (round > 0 && (character === ')' || character === ']')) round -= 1;
      if (word.trim() === '') wordOptional = optional > 0;
      word += character;
    }
  }
  end();
  return places;
}

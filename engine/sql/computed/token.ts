/** Words and pieces of texts that SQL cannot cut: for LIKE patterns, for n-grams with edges, marked finds, and finds with mistakes. */
import { BLOB, computed, INTEGER, list, VARCHAR } from './definition.ts';
import { bytesOfText, textOfBytes } from './utf8-text.ts';
import { joinedBytes } from './word.ts';

const SEPARATOR = /[^A-Za-z0-9\u{80}-\u{10FFFF}]/u;

/** The whole words in a LIKE pattern: those that touch no wildcard. */
function likeTokens(pattern: string): readonly string[] {
  const tokens: string[] = [];
  let token = '';
  let isWhole = true;
  const end = () => {
    if (token !== '' && isWhole) tokens.push(token);
    token = '';
    isWhole = true;
  };
  const letters = [...pattern];
  for (let index = 0; index < letters.length; index += 1) {
    const isEscaped = letters[index] === '\\' && index + 1 < letters.length;
    if (isEscaped) index += 1;
    const letter = letters[index] ?? '';
    if (!isEscaped && (letter === '%' || letter === '_')) {
      isWhole = false;
      end();
      isWhole = false;
      continue;
    }
    if (SEPARATOR.test(letter)) end();
    else token += letter;
  }
  end();
  return tokens;
}

export const LIKE_TOKENS = computed('sandpiper_like_tokens', [VARCHAR], list(VARCHAR), likeTokens);

/** Every run of `size` pieces, with start and end standing size - 1 times around them where they are given. */
function edged<T>(pieces: readonly T[], size: number, start: readonly T[], end: readonly T[]): readonly (readonly T[])[] {
  const around = (edge: readonly T[]) => Array.from({ length: size - 1 }, () => edge).flat();
  const all = [...around(start), ...pieces, ...around(end)];
  return Array.from({ length: Math.max(0, all.length - size + 1) }, (_, index) => all.slice(index, index + size));
}

export const EDGED_NGRAMS = computed('sandpiper_edged_ngrams', [BLOB, INTEGER, VARCHAR, VARCHAR, VARCHAR], list(VARCHAR), (bytes: Uint8Array, size: number, mode: string, start: string, end: string): readonly string[] => {
  if (mode === 'token') {
    const words = textOfBytes(bytes).split(/[ \t\n\v\f\r]+/).filter((word) => word !== '');
    return edged(words, size, start === '' ? [] : [start], end === '' ? [] : [end]).map((run) => run.join(' '));
  }
  const edge = (number: string) => (number === '' ? [] : [mode === 'byte' ? Uint8Array.of(Number(number)) : bytesOfText(String.fromCodePoint(Number(number)))]);
  const pieces = mode === 'byte' ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : Array.from(textOfBytes(bytes), bytesOfText);
  return edged(pieces, size, edge(start), edge(end)).map((run) => textOfBytes(joinedBytes(...run)));
});

function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The text with tags around all places where a word is, whatever the case of ASCII letters; places that touch are one. */
export const HIGHLIGHT = computed('sandpiper_highlight', [VARCHAR, list(VARCHAR), VARCHAR, VARCHAR], VARCHAR, (text: string, words: readonly string[], open: string, close: string) => {
  const folded = lower(text);
  const places = words.filter((word) => word !== '').flatMap((word) => {
    const wanted = lower(word);
    const found: [number, number][] = [];
    for (let from = folded.indexOf(wanted); from !== -1; from = folded.indexOf(wanted, from + 1)) found.push([from, from + wanted.length]);
    return found;
  }).sort((left, right) => left[0] - right[0]);
  let [made, done] = ['', 0];
  for (let index = 0; index < places.length; ) {
    const [from, first] = places[index] ?? [0, 0];
    let to = first;
    for (index += 1; index < places.length && (places[index]?.[0] ?? 0) <= to; index += 1) to = Math.max(to, places[index]?.[1] ?? 0);
    made += text.slice(done, from) + open + text.slice(from, to) + close;
    done = to;
  }
  return made + text.slice(done);
});

/** Where the first piece of a text ends that a word becomes by at most so many changed bytes; -1 where there is none. */
export const FUZZY_END = computed('sandpiper_fuzzy_end', [BLOB, BLOB, INTEGER], INTEGER, (text, word, most) => {
  let costs = Array.from({ length: word.length + 1 }, (_, index) => index);
  if ((costs[word.length] ?? 0) <= most) return 0;
  for (let place = 0; place < text.length; place += 1) {
    const next = [0];
    for (let index = 1; index <= word.length; index += 1) {
      const same = (costs[index - 1] ?? 0) + (text[place] === word[index - 1] ? 0 : 1);
      next.push(Math.min(same, (costs[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
    }
    costs = next;
    if ((costs[word.length] ?? 0) <= most) return place + 1;
  }
  return -1;
});

export const TOKEN_FUNCTIONS = [LIKE_TOKENS, EDGED_NGRAMS, HIGHLIGHT, FUZZY_END];

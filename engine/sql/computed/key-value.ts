/**
 * Pairs of keys and values out of a text such as `name:neymar, age:31 team:"psg"`, by ClickHouse's rules: a key is what
 * stands before the delimiter of key and value, quotes keep delimiters in, what does not fit is left out.
 */
import { BOOLEAN, computed, list, VARCHAR } from './definition.ts';

interface Marks {
  readonly between: string;
  readonly ends: string;
  readonly quote: string;
  readonly hasEscapes: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\u0007', v: '\v', 0: '\0', e: '\u001b', '\\': '\\', '/': '/', "'": "'", '"': '"', '`': '`', '=': '=' };

class PairReader {
  readonly pairs: string[] = [];
  readonly #text: string;
  readonly #marks: Marks;
  #place = 0;

  constructor(text: string, marks: Marks) {
    this.#text = text;
    this.#marks = marks;
  }

  read(): readonly string[] {
    while (this.#place < this.#text.length) this.#pair();
    return this.pairs;
  }

  get #letter(): string {
    return this.#text[this.#place] ?? '';
  }

  #isEnd(letter: string): boolean {
    return letter !== '' && this.#marks.ends.includes(letter);
  }

  /** The escaped character at this place. */
  #escaped(): string {
    const next = this.#text[this.#place + 1] ?? '';
    if (next === 'x' && /^[0-9a-fA-F]{2}/.test(this.#text.slice(this.#place + 2))) {
      const code = Number.parseInt(this.#text.slice(this.#place + 2, this.#place + 4), 16);
      this.#place += 4;
      return String.fromCharCode(code);
    }
    this.#place += 2;
    return ESCAPES[next] ?? `\\${next}`;
  }

  #pair(): void {
    const { between, quote, hasEscapes } = this.#marks;
    while (this.#place < this.#text.length && (this.#letter === between || this.#isEnd(this.#letter) || (hasEscapes && this.#letter === '\\'))) this.#place += 1;
    const key = this.#key(quote);
    if (key === undefined) return;
    const value = this.#value(quote);
    if (value !== undefined) this.pairs.push(key, value);
  }

  /** Up to the mark between key and value, which it takes; undefined where there is no key. */
  #key(quote: string): string | undefined {
    let key = '';
    for (; this.#place < this.#text.length; ) {
      const letter = this.#letter;
      if (letter === quote) {
        this.#place += 1;
        const quoted = this.#quoted(quote);
        if (quoted === undefined || quoted === '' || this.#letter !== this.#marks.between) return undefined;
        this.#place += 1;
        return quoted;
      }
      if (this.#marks.hasEscapes && letter === '\\') {
        key += this.#escaped();
        continue;
      }
      this.#place += 1;
      if (letter === this.#marks.between) return key;
      if (this.#isEnd(letter)) return undefined;
      key += letter;
    }
    return undefined;
  }

  #value(quote: string): string | undefined {
    let value = '';
    while (this.#place < this.#text.length && !this.#isEnd(this.#letter)) {
      if (this.#letter === quote) {
        this.#place += 1;
        const quoted = this.#quoted(quote);
        while (quoted !== undefined && this.#place < this.#text.length && !this.#isEnd(this.#letter)) this.#place += 1;
        return quoted;
      }
      if (this.#marks.hasEscapes && this.#letter === '\\') {
        if (value === '' && this.#text[this.#place - 1] === this.#marks.between) return undefined;
        value += this.#escaped();
        continue;
      }
      value += this.#letter;
      this.#place += 1;
    }
    return value;
  }

  /** Up to the closing quote; undefined, with nothing left, where there is none. */
  #quoted(quote: string): string | undefined {
    let text = '';
    while (this.#place < this.#text.length) {
      if (this.#letter === quote) {
        this.#place += 1;
        return text;
      }
      if (this.#marks.hasEscapes && this.#letter === '\\') text += this.#escaped();
      else {
        text += this.#letter;
        this.#place += 1;
      }
    }
    return undefined;
  }
}

/** Keys and values in turn; of a key that comes twice the first, since maps hold a key once here. */
export const KEY_VALUES = computed('sandpiper_key_values', [VARCHAR, VARCHAR, VARCHAR, VARCHAR, BOOLEAN], list(VARCHAR), (text: string, between: string, ends: string, quote: string, hasEscapes: boolean) => {
  const pairs = new PairReader(text, { between, ends, quote, hasEscapes }).read();
  const keys = new Set<string>();
  return pairs.filter((_, index) => {
    const key = pairs[index - (index % 2)] ?? '';
    if (index % 2 === 1) return keys.has(`${index - 1} ${key}`);
    if (keys.has(key)) return false;
    keys.add(key);
    keys.add(`${index} ${key}`);
    return true;
  });
});

export const KEY_VALUE_FUNCTIONS = [KEY_VALUES];

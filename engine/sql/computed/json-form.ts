/** JSON texts merged and indented. Numbers keep their digits, objects the order of their keys and keys that come twice. */
import { computed, INTEGER, list, VARCHAR } from './definition.ts';

/** A value of JSON: an object, or the text of anything else. */
type Value = string | readonly Member[];

interface Member {
  readonly key: string;
  readonly value: Value;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y;

/** Reads a JSON text that DuckDB has found valid. */
class Reader {
  readonly #text: string;
  #place = 0;
  #token = '';

  constructor(text: string) {
    this.#text = text;
    this.#next();
  }

  #next(): void {
    TOKEN.lastIndex = this.#place;
    this.#token = TOKEN.exec(this.#text)?.[1] ?? '';
    this.#place = TOKEN.lastIndex;
  }

  value(): Value {
    if (this.#token === '{') return this.#members();
    if (this.#token === '[') return this.#array();
    const text = this.#token;
    this.#next();
    return /^-?\d/.test(text) ? numberText(text) : text;
  }

  #members(): readonly Member[] {
    const members: Member[] = [];
    this.#next();
    while (this.#token !== '}' && this.#token !== '') {
      const key = this.#token;
      this.#next();
      this.#next();
      members.push({ key, value: this.value() });
      if (this.#token === ',') this.#next();
    }
    this.#next();
    return members;
  }

  #array(): string {
    const items: string[] = [];
    this.#next();
    while (this.#token !== ']' && this.#token !== '') {
      items.push(written(this.value()));
      if (this.#token === ',') this.#next();
    }
    this.#next();
    return `[${items.join(',')}]`;
  }
}

function numberText(text: string): string {
  if (/^-?\d+$/.test(text) && text.length < 20) return text;
  if (/^\d+$/.test(text) && BigInt(text) < 1n << 64n) return text;
  const number = String(Number(text));
  return /^-?\d+$/.test(number) ? `${number}.0` : number;
}

function written(value: Value): string {
  return typeof value === 'string' ? value : `{${value.map((member) => `${member.key}:${written(member.value)}`).join(',')}}`;
}

/** Members of the second come over those of the first; objects in both are merged. */
function merged(first: readonly Member[], second: readonly Member[]): readonly Member[] {
  const made = [...first];
  for (const { key, value } of second) {
    const index = made.findIndex((member) => member.key === key);
    const known = made[index];
    if (!known) made.push({ key, value });
    else made[index] = { key, value: typeof value !== 'string' && typeof known.value !== 'string' ? merged(known.value, value) : value };
  }
  return made;
}

export const JSON_MERGE = computed('sandpiper_json_merge', [list(VARCHAR)], VARCHAR, (texts: readonly string[]) => {
  const objects = texts.map((text) => {
    const value = new Reader(text).value();
    if (typeof value === 'string') throw new Error('JSONMergePatch takes JSON objects.');
    return value;
  });
  return written(objects.reduce(merged));
});

/** JSON that is indented by four blanks, by another number of them. */
export const JSON_INDENT = computed('sandpiper_json_indent', [VARCHAR, INTEGER], VARCHAR, (text, size) => text.replace(/^(?: {4})+/gm, (blanks) => ' '.repeat((blanks.length / 4) * size)));

export const JSON_FORMS = [JSON_MERGE, JSON_INDENT];

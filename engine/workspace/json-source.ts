/**
 * Reads JSON text without losing anything: numbers keep their digits, objects and arrays their source text.
 * Accepts what DuckDB's reader accepts besides JSON, so that both ways into a table agree: a trailing comma, and the
 * number words NaN, Infinity and inf in any case. Of a repeated key the first value counts, as in DuckDB.
 * Slower than JSON.parse by some times; used where exactness needs it. Nesting is limited to MAX_DEPTH.
 */

export const MAX_DEPTH = 500;

/** A number as it is written, or one of the words nan, inf and their relatives. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export class JsonObject {
  readonly text: string;
  readonly entries: ReadonlyMap<string, JsonSource>;
  constructor(text: string, entries: ReadonlyMap<string, JsonSource>) {
    this.text = text;
    this.entries = entries;
  }
}
export class JsonArray {
  readonly text: string;
  readonly items: readonly JsonSource[];
  constructor(text: string, items: readonly JsonSource[]) {
    this.text = text;
    this.items = items;
  }
}
export type JsonSource = string | boolean | null | JsonNumber | JsonObject | JsonArray;

/** Why a text is not JSON, in words that end a sentence, and where. */
export class JsonFault extends Error {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonFault';
    this.offset = offset;
  }
}

/** Throws JsonFault. */
export function parseJsonSource(text: string): JsonSource {
  const reader = new SourceReader(text);
  reader.skipOuterSpace();
  const value = reader.value(0);
  reader.skipOuterSpace();
  if (reader.at < text.length) throw reader.fault('unexpected text after the value');
  return value;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?(?:nan|infinity|inf)/iy;

class SourceReader {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  fault(what: string): JsonFault {
    return new JsonFault(this.at >= this.text.length ? 'the text ends too early' : what, this.at);
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at += 1;
    }
  }

  /** Around the whole value also the vertical tab and the form feed. */
  skipOuterSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && !(code >= 9 && code <= 13)) return;
      this.at += 1;
    }
  }

  value(depth: number): JsonSource {
    switch (this.text.charCodeAt(this.at)) {
      case 34:
        return this.string();
      case 123:
        return this.object(depth);
      case 91:
        return this.array(depth);
      case 116:
        return this.word('true', true);
      case 102:
        return this.word('false', false);
      case 110:
        return this.text.startsWith('null', this.at) ? this.word('null', null) : this.number();
      default:
        return this.number();
    }
  }

  word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.fault(`unexpected text, perhaps ${word} was meant`);
    this.at += word.length;
    return value;
  }

  number(): JsonNumber {
    const next = this.text.charCodeAt(this.text.charCodeAt(this.at) === 45 ? this.at + 1 : this.at);
    const pattern = next >= 48 && next <= 57 ? NUMBER : WORD;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) throw this.fault('a value was expected');
    this.at += found[0].length;
    return new JsonNumber(found[0]);
  }

  string(): string {
    const start = this.at + 1;
    let end = start;
    let plain = true;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (code === 34) break;
      if (code === 92) {
        plain = false;
        end += 2;
        continue;
      }
      if (!(code >= 32)) {
        this.at = end;
        throw this.fault('a control character stands in a text unescaped');
      }
      end += 1;
    }
    if (end >= this.text.length) {
      this.at = this.text.length;
      throw this.fault('');
    }
    this.at = end + 1;
    if (plain) return this.text.slice(start, end);
    const value = this.unescape(start - 1, end + 1);
    if (!isWellFormed(value)) {
      this.at = start;
      throw this.fault('a \\u escape is half of a surrogate pair');
    }
    return value;
  }

  unescape(start: number, end: number): string {
    try {
      return String(JSON.parse(this.text.slice(start, end)));
    } catch {
      // JSON.parse judges escapes; its own message speaks of the slice and would mislead.
      this.at = start;
      throw this.fault('a text holds an escape that JSON does not know');
    }
  }

  object(depth: number): JsonObject {
    if (depth >= MAX_DEPTH) throw this.fault(`more than ${MAX_DEPTH} levels of nesting`);
    const start = this.at;
    const entries = new Map<string, JsonSource>();
    this.at += 1;
    this.skipSpace();
    while (this.text.charCodeAt(this.at) !== 125) {
      if (this.text.charCodeAt(this.at) !== 34) throw this.fault('a key in double quotes was expected');
      const key = this.string();
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== 58) throw this.fault('a colon was expected after a key');
      this.at += 1;
      this.skipSpace();
      const value = this.value(depth + 1);
      if (!entries.has(key)) entries.set(key, value);
      this.skipSpace();
      if (this.text.charCodeAt(this.at) === 44) {
        this.at += 1;
        this.skipSpace();
      } else if (this.text.charCodeAt(this.at) !== 125) throw this.fault('a comma or a closing brace was expected');
    }
    this.at += 1;
    return new JsonObject(this.text.slice(start, this.at), entries);
  }

  array(depth: number): JsonArray {
    if (depth >= MAX_DEPTH) throw this.fault(`more than ${MAX_DEPTH} levels of nesting`);
    const start = this.at;
    const items: JsonSource[] = [];
    this.at += 1;
    this.skipSpace();
    while (this.text.charCodeAt(this.at) !== 93) {
      items.push(this.value(depth + 1));
      this.skipSpace();
      if (this.text.charCodeAt(this.at) === 44) {
        this.at += 1;
        this.skipSpace();
      } else if (this.text.charCodeAt(this.at) !== 93) throw this.fault('a comma or a closing bracket was expected');
    }
    this.at += 1;
    return new JsonArray(this.text.slice(start, this.at), items);
  }
}

/** False for a text that holds half of a surrogate pair, which UTF-8 cannot. */
export function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

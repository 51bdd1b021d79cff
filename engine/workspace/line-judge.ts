/**
 * Judges rows in the bytes that came, without making values of them: the hot path of events. Compiled once for a table.
 * Promises: a row that it says fits is one that row-reader.ts takes. Of any other it says nothing, and row-reader.ts
 * decides; so what is not covered here (a JSON path to the whole row that is no text, keys with escapes, a key twice)
 * is only slower. The bytes must be UTF-8.
 */
import { bare, isNullable } from '../sql/types.ts';
import { mayBeMissing, parseJsonPath, type IngestTable } from './ingest-table.ts';
import { BACKSLASH, endOfString, endOfValue, endOfWord, QUOTE, skipSpace } from './json-scan.ts';
import { valueSpan, type ValueSpan } from './value-span.ts';

/** The end of the row that begins at `at`, when it surely fits; else -1. */
export type LineJudge = (bytes: Uint8Array, at: number, end: number) => number;

/** A key of the rows: what stands behind it is a value that columns read, or an object with keys of its own. */
interface Key {
  readonly bytes: Buffer;
  readonly inside: KeyList | undefined;
  readonly spans: ValueSpan[];
  /** Null fits. */
  takesNull: boolean;
  /** A row without the key fits. */
  isOptional: boolean;
}

/**
 * undefined for a table whose rows only row-reader.ts can judge. `columnTakes`: whether a column, by its index, takes a
 * value of parseJsonSource that its path leads to.
 */
export function lineJudge(table: IngestTable, columnTakes: (columnIndex: number, value: unknown) => boolean): LineJudge | undefined {
  const keys = new KeyList();
  for (const [index, column] of table.columns.entries()) {
    const path = parseJsonPath(column);
    if (path.keys.length === 0) {
      if (path.itemKeys !== undefined || !['String', 'JSON'].includes(bare(column.type).kind)) return undefined;
      continue;
    }
    const takes = (value: unknown) => columnTakes(index, value);
    const span = (path.itemKeys?.length ?? 0) > 0 ? valueSpan({ kind: 'Nothing' }, takes) : valueSpan(column.type, takes);
    if (!keys.add(path.keys, span, isNullable(column.type) || column.defaultSql !== undefined, mayBeMissing(column))) return undefined;
  }
  keys.seal();
  return (bytes, at, end) => (bytes[at] === 123 ? keys.endOfObject(bytes, at, end) : -1);
}

class KeyList {
  readonly #keys: Key[] = [];
  readonly #byName = new Map<string, number>();
  #required = 0;
  /** For each key the row it was last seen in. */
  #seen = new Uint32Array();
  #row = 0;

  add(path: readonly string[], span: ValueSpan, takesNull: boolean, isOptional: boolean): boolean {
    const [name = '', ...rest] = path;
    const bytes = Buffer.from(name);
    const known = this.#keys[this.#byName.get(bytes.toString('latin1')) ?? -1];
    if (known && (known.inside === undefined) !== (rest.length === 0)) return false;
    const key = known ?? { bytes, inside: rest.length === 0 ? undefined : new KeyList(), spans: [], takesNull: true, isOptional: true };
    if (!known) {
      this.#byName.set(bytes.toString('latin1'), this.#keys.length);
      this.#keys.push(key);
    }
    key.isOptional &&= isOptional;
    if (key.inside) return key.inside.add(rest, span, takesNull, isOptional);
    key.takesNull &&= takesNull;
    key.spans.push(span);
    return true;
  }

  seal(): void {
    this.#required = this.#keys.filter(({ isOptional }) => !isOptional).length;
    this.#seen = new Uint32Array(this.#keys.length);
    for (const { inside } of this.#keys) inside?.seal();
  }

  /** `at` is the opening brace. */
  endOfObject(bytes: Uint8Array, at: number, end: number): number {
    const keys = this.#keys;
    const row = (this.#row + 1) >>> 0 || 1;
    this.#row = row;
    let found = 0;
    let expected = 0;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === 125) return this.#required === 0 ? at + 1 : -1;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      const start = at + 1;
      let index = expected;
      let close = behindName(bytes, start, keys[index]?.bytes);
      if (close === -1) {
        close = endOfString(bytes, start, end);
        if (close === -1) return -1;
        const name = Buffer.from(bytes.buffer, bytes.byteOffset + start, close - start).toString('latin1');
        if (name.includes('\\')) return -1;
        index = this.#byName.get(name) ?? -1;
      }
      at = skipSpace(bytes, close + 1);
      if (bytes[at] !== 58) return -1;
      at = skipSpace(bytes, at + 1);
      const key = keys[index];
      if (key === undefined) at = endOfValue(bytes, at, end);
      else {
        if (this.#seen[index] === row) return -1;
        this.#seen[index] = row;
        if (!key.isOptional) found += 1;
        expected = index + 1;
        at = endOfKeyed(key, bytes, at, end);
      }
      if (at === -1) return -1;
      at = skipSpace(bytes, at);
      if (bytes[at] === 125) return found === this.#required ? at + 1 : -1;
      if (bytes[at] !== 44) return -1;
      at = skipSpace(bytes, at + 1);
    }
  }
}

function endOfKeyed(key: Key, bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 110 && key.takesNull && (key.inside === undefined || key.isOptional)) return endOfWord(bytes, at);
  if (key.inside) return bytes[at] === 123 ? key.inside.endOfObject(bytes, at, end) : -1;
  let close = -1;
  for (const span of key.spans) {
    close = span(bytes, at, end);
    if (close === -1) return -1;
  }
  return close;
}

/** The closing quote of the name, when it is the one that stands at `at`; else -1. */
function behindName(bytes: Uint8Array, at: number, name: Uint8Array | undefined): number {
  if (name === undefined) return -1;
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[at + index] !== name[index] || name[index] === BACKSLASH || name[index] === QUOTE) return -1;
  }
  return bytes[at + name.length] === QUOTE ? at + name.length : -1;
}

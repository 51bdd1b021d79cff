/**
 * Judges one JSON row against a data source's columns. With value-reader.ts the one place of what is accepted:
 * events and imports, fast path and slow, all end here.
 *   a key that is missing   DEFAULT, else NULL for Nullable, else the row is rejected
 *   a null                  NULL for Nullable, else DEFAULT, else the row is rejected
 *   a path through something that is not an object: the key is missing
 *   keys that no column reads are left alone
 * `judgeRow` is for the hot path and only says whether the row fits; `readRow` gives values or every reason.
 */
import { isNullable, printType, bare } from '../sql/types.ts';
import { mayBeMissing, parseJsonPath, type IngestColumn, type IngestTable } from './ingest-table.ts';
import { lineJudge, type LineJudge } from './line-judge.ts';
import { JsonArray, JsonFault, JsonNumber, JsonObject, parseJsonSource, type JsonSource } from './json-source.ts';
import { NEEDS_SOURCE, UNFIT, valueReader, type CanonicalValue, type ReadValue, type ValueReader } from './value-reader.ts';

/** The column's DEFAULT takes the place of the value. */
export const USE_DEFAULT = Symbol('use default');

export interface CellFault {
  readonly column: string;
  /** `value 'x' on column 'a' is not Int16`. */
  readonly message: string;
  /** The same without the value, to count by. */
  readonly reason: string;
}

export type RowReading =
  | { readonly kind: 'row'; readonly values: readonly (CanonicalValue | typeof USE_DEFAULT)[] }
  /** `texts`: what the row has for each column, as text. */
  | { readonly kind: 'unfit'; readonly faults: readonly CellFault[]; readonly texts: readonly (string | null)[] }
  | { readonly kind: 'malformed'; readonly message: string };

export interface RowReader {
  readonly table: IngestTable;
  readonly judgeRow: (text: string) => 'fits' | 'unfit' | 'malformed';
  /** Finds most rows that fit, in bytes, at a fraction of the cost. */
  readonly judgeLine: LineJudge;
  readonly readRow: (text: string) => RowReading;
  /** The JSON value for each column, undefined where there is none; nothing for a malformed line. */
  readonly findValues: (text: string) => readonly unknown[];
}

interface Cell {
  readonly column: IngestColumn;
  readonly find: (row: unknown) => unknown;
  /** What is read of the value that the path leads to. */
  readonly of: (value: unknown) => unknown;
  readonly read: ValueReader;
  readonly optional: boolean;
  readonly takesAnything: boolean;
}

const readers = new WeakMap<IngestTable, RowReader>();

/** The reader of a table, made once for each IngestTable object. Throws SandpiperError 'unsupported' for types and paths that rows cannot fill. */
export function rowReader(table: IngestTable): RowReader {
  const known = readers.get(table);
  if (known) return known;
  const cells = table.columns.map(cellOf);
  const takes = (columnIndex: number, value: unknown) => {
    const cell = cells[columnIndex];
    return cell !== undefined && readCell(cell, cell.of(value)) !== UNFIT;
  };
  const reader: RowReader = {
    table,
    judgeRow: (text) => judgeRow(cells, text),
    judgeLine: lineJudge(table, takes) ?? (() => -1),
    readRow: (text) => readRow(cells, text),
    findValues: (text) => {
      const row = parseRow(text);
      return typeof row === 'string' ? [] : cells.map((cell) => cell.find(row));
    },
  };
  readers.set(table, reader);
  return reader;
}

function cellOf(column: IngestColumn): Cell {
  const path = parseJsonPath(column);
  const walk = walker(path.keys);
  const { itemKeys } = path;
  const itemWalk = itemKeys === undefined ? undefined : walker(itemKeys);
  return {
    column,
    find: itemWalk === undefined ? walk : (row) => eachItem(walk(row), itemWalk),
    of: itemWalk === undefined ? (value) => value : (value) => eachItem(value, itemWalk),
    read: valueReader(column.type),
    optional: mayBeMissing(column),
    takesAnything: bare(column.type).kind === 'String',
  };
}

function walker(keys: readonly string[]): (row: unknown) => unknown {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return (row) => field(row, only);
  return (row) => keys.reduce<unknown>((value, key) => field(value, key), row);
}

/** The value of a key of an object of either parser; undefined when it has none. */
function field(value: unknown, key: string): unknown {
  if (value instanceof JsonObject) return value.entries.get(key);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber || value instanceof JsonArray) return undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function eachItem(value: unknown, walk: (item: unknown) => unknown): unknown {
  if (value instanceof JsonArray) return value.items.map((item) => walk(item) ?? null);
  return Array.isArray(value) ? value.map((item: unknown) => walk(item) ?? null) : value;
}

function readCell(cell: Cell, value: unknown): ReadValue | typeof USE_DEFAULT {
  if (value === undefined || value === null) {
    if (value === null && isNullable(cell.column.type)) return null;
    if (cell.column.defaultSql !== undefined) return USE_DEFAULT;
    return isNullable(cell.column.type) ? null : UNFIT;
  }
  return cell.read(value);
}

function judgeRow(cells: readonly Cell[], text: string): 'fits' | 'unfit' | 'malformed' {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    // What JSON.parse refuses may still be a row with a trailing comma or NaN: the exact reader decides.
    return judgeSource(cells, text);
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'malformed';
  if (/\\u[dD]/.test(text)) return judgeSource(cells, text);
  for (const cell of cells) {
    const value = cell.find(row);
    if (cell.takesAnything && value !== undefined && value !== null) continue;
    const read = readCell(cell, value);
    if (read === UNFIT) return 'unfit';
    if (read === NEEDS_SOURCE) return judgeSource(cells, text);
  }
  return 'fits';
}

function judgeSource(cells: readonly Cell[], text: string): 'fits' | 'unfit' | 'malformed' {
  const row = parseRow(text);
  if (!(row instanceof JsonObject)) return 'malformed';
  return cells.every((cell) => readCell(cell, cell.find(row)) !== UNFIT) ? 'fits' : 'unfit';
}

/** The row, or in words why the line is none. */
function parseRow(text: string): JsonObject | string {
  let row: JsonSource;
  try {
    row = parseJsonSource(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return `the line is not JSON: ${error.message} (character ${error.offset + 1})`;
  }
  return row instanceof JsonObject ? row : `the line is not a JSON object but ${kindOf(row)}`;
}

function kindOf(value: JsonSource): string {
  if (value === null) return 'null';
  if (value instanceof JsonArray) return 'an array';
  if (value instanceof JsonNumber) return 'a number';
  return typeof value === 'string' ? 'a text' : 'a truth value';
}

function readRow(cells: readonly Cell[], text: string): RowReading {
  const row = parseRow(text);
  if (typeof row === 'string') return { kind: 'malformed', message: row };
  const values: (CanonicalValue | typeof USE_DEFAULT)[] = [];
  let faults: CellFault[] | undefined;
  for (const cell of cells) {
    const value = cell.find(row);
    const read = readCell(cell, value);
    if (read === NEEDS_SOURCE) throw new Error(`A reader of ${printType(cell.column.type)} asked for the source of a value that has it`);
    if (read === UNFIT) (faults ??= []).push(cellFault(cell.column, value));
    else values.push(read);
  }
  if (!faults) return { kind: 'row', values };
  return { kind: 'unfit', faults, texts: cells.map((cell) => valueText(cell.find(row))) };
}

const SHOWN = 200;

/** Says that the value does not fit the column; undefined is a value that is missing. */
export function cellFault(column: IngestColumn, value: unknown): CellFault {
  const type = printType(column.type);
  if (value === undefined) {
    const message = `column '${column.name}' is missing: it is neither Nullable nor has a DEFAULT`;
    return { column: column.name, message, reason: message };
  }
  const text = valueText(value) ?? 'null';
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, '')}…` : text;
  const quoted = value === null ? shown : `'${shown}'`;
  return { column: column.name, message: `value ${quoted} on column '${column.name}' is not ${type}`, reason: `column '${column.name}' is not ${type}` };
}

function valueText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (value instanceof JsonNumber || value instanceof JsonObject || value instanceof JsonArray) return value.text;
  if (Array.isArray(value)) return `[${value.map((item: unknown) => (typeof item === 'string' ? JSON.stringify(item) : (valueText(item) ?? 'null'))).join(',')}]`;
  return String(value);
}

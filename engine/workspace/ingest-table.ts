/**
 * What ingestion needs to know of a data source: its columns, where in a JSON row each value is, and its default.
 * Built from the project by the workspace; a changed schema is a new IngestTable object (readers are cached by it).
 * Owns JSON paths: `$` (the whole row), `$.a.b` (nested keys), `$.a[:]` (an array), `$.items[:].x` (one field of each object).
 */
import { SandpiperError } from '../errors.ts';
import type { DuckSql } from '../sql/duck.ts';
import { isNullable, type ClickHouseType } from '../sql/types.ts';

export interface IngestColumn {
  readonly name: string;
  readonly type: ClickHouseType;
  /** Default: `$.NAME`. */
  readonly jsonPath?: string;
  /** DuckDB SQL of the DEFAULT; it may refer to other columns by their quoted names. Absent: the column has no DEFAULT. */
  readonly defaultSql?: DuckSql;
}

export interface IngestTable {
  /** The data source: rows go to main."NAME", rejected rows to main."NAME_quarantine". */
  readonly name: string;
  readonly columns: readonly IngestColumn[];
}

/** `keys` lead from the row to the value; `itemKeys`, where present, from each item of that array to the item's value. */
export interface JsonPath {
  readonly keys: readonly string[];
  readonly itemKeys?: readonly string[];
}

export function parseJsonPath(column: IngestColumn): JsonPath {
  const text = column.jsonPath ?? `$.${column.name}`;
  if (column.jsonPath === undefined) return { keys: [column.name] };
  if (!text.startsWith('$')) throw badPath(column, 'it must begin with $');
  const [before = '', after, ...more] = text.slice(1).split('[:]');
  if (more.length > 0) throw badPath(column, 'only one [:] can be read');
  return after === undefined
    ? { keys: keysOf(before, column) }
    : { keys: keysOf(before, column), itemKeys: keysOf(after, column) };
}

/** The path of these keys, each in the short form where it can be. */
export function printJsonPath(keys: readonly string[]): string {
  return `$${keys.map((key) => (isPathKey(key) ? `.${key}` : `['${key.replace(/[\\']/g, '\\$&')}']`)).join('')}`;
}

export function isPathKey(key: string): boolean {
  return /^[^.[\]`\s'"]+$/.test(key);
}

function keysOf(text: string, column: IngestColumn): string[] {
  const keys: string[] = [];
  const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    if (!found) throw badPath(column, `\`${text}\` is not a list of keys such as .a.b`);
    keys.push(found[1] ?? (found[2] ?? found[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return keys;
}

function badPath(column: IngestColumn, why: string): SandpiperError {
  return new SandpiperError('unsupported', `The JSON path ${column.jsonPath ?? ''} of column '${column.name}' cannot be read: ${why}.`);
}

/** True when a row without the value is still good. */
export function mayBeMissing(column: IngestColumn): boolean {
  return column.defaultSql !== undefined || isNullable(column.type);
}

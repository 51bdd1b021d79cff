/**
 * Rejected rows: each data source NAME has a table NAME_quarantine with Tinybird's columns and the row's place.
 *   c__error_column  c__error  c__import_id  …the source's columns as texts…  insertion_date  c__file  c__line  c__offset  c__raw
 * A row that fits no JSON at all has an empty c__error_column, one c__error, and its text in c__raw. A column of the
 * source that has the name of one of these is left out: its value is in c__raw. Line from 1, offset in bytes from 0.
 */
import { writeFile } from 'node:fs/promises';
import { duck, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import type { Connection } from './database.ts';
import { readLines } from './bulk-acceptance.ts';
import type { IngestTable } from './ingest-table.ts';
import type { CellFault } from './row-reader.ts';

export interface RejectedRow {
  readonly faults: readonly CellFault[];
  /** What the row has for each column of the table, as text; empty for a malformed line. */
  readonly texts: readonly (string | null)[];
  readonly raw: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly offset: number | null;
}

/** A fault of the whole row rather than of one column. */
export function rowFault(message: string, reason = message): CellFault {
  return { column: '', message, reason };
}

export function quarantineName(dataSource: string): string {
  return `${dataSource}_quarantine`;
}

const BEFORE = [['c__error_column', 'Array(String)', duck`VARCHAR[]`], ['c__error', 'Array(String)', duck`VARCHAR[]`], ['c__import_id', 'Nullable(String)', duck`VARCHAR`]] as const;
const AFTER = [
  ['insertion_date', 'DateTime', duck`TIMESTAMP`], ['c__file', 'Nullable(String)', duck`VARCHAR`], ['c__line', 'Nullable(UInt64)', duck`UBIGINT`],
  ['c__offset', 'Nullable(UInt64)', duck`UBIGINT`], ['c__raw', 'String', duck`VARCHAR`],
] as const;
const TAKEN: ReadonlySet<string> = new Set([...BEFORE, ...AFTER].map(([name]) => name));

export interface QuarantineColumn {
  readonly name: string;
  /** ClickHouse's type name. */
  readonly type: string;
  readonly duckdbType: DuckSql;
}

/** The columns of NAME_quarantine, in order, for a data source with these columns. */
export function quarantineColumns(columns: readonly { readonly name: string }[]): readonly QuarantineColumn[] {
  const own = ([name, type, duckdbType]: readonly [string, string, DuckSql]) => ({ name, type, duckdbType });
  const originals = columns.filter(({ name }) => !TAKEN.has(name.toLowerCase()));
  return [...BEFORE.map(own), ...originals.map(({ name }) => ({ name, type: 'Nullable(String)', duckdbType: duck`VARCHAR` })), ...AFTER.map(own)];
}

/** Adds rejected rows in the connection's transaction, by way of a file at `path` in the staging folder (the caller removes it). */
export async function quarantineRows(
  connection: Connection,
  table: IngestTable,
  rows: readonly RejectedRow[],
  at: { readonly path: string; readonly importId: string | null; readonly now: Date },
): Promise<void> {
  let longest = 0;
  const insertionDate = at.now.toISOString().slice(0, 19).replace('T', ' ');
  const lines = rows.map((row) => {
    const values: unknown[] = [row.faults.map(({ column }) => column).filter((column) => column !== ''), row.faults.map(({ message }) => message), at.importId];
    for (const [index, column] of table.columns.entries()) if (!TAKEN.has(column.name.toLowerCase())) values.push(row.texts[index] ?? null);
    values.push(insertionDate, row.file, row.line, row.offset, row.raw);
    const line = `${JSON.stringify(Object.fromEntries(values.map((value, index) => [String(index), value])))}\n`;
    longest = Math.max(longest, line.length * 3);
    return line;
  });
  await writeFile(at.path, lines.join(''));
  const columns = quarantineColumns(table.columns);
  const source = readLines(at.path, columns.map(({ duckdbType }, index) => duck`${duckName(String(index))}: ${duckString(duckdbType.text)}`), longest);
  const result = await connection.run(
    duck`INSERT INTO main.${duckName(quarantineName(table.name))} (${columns.map(({ name }) => duckName(name))}) SELECT ${columns.map((_, index) => duckName(String(index)))} FROM ${source}`.text,
  );
  if (result.rowsChanged !== rows.length) throw new Error(`${rows.length} rejected rows of ${table.name} became ${result.rowsChanged} in quarantine`);
}

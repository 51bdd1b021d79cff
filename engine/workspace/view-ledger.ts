/**
 * What the database remembers of materialized views, so that a target may be rebuilt without losing a row.
 *   sandpiper.materialization  one row a view that was filled: its SQL (with that of the nodes it reads), its target, and
 *                              whether the files still have it
 *   sandpiper.derived_rows     one row a target: how many of its rows views have made; -1 once rows are gone from a
 *                              table that they were made from
 * Both change in the transactions of the rows themselves. A target is `rebuildable` when views that are still there made
 * every row that it holds, from rows that are still there: only then a rebuild gives back all that was.
 */
import { duck, duckInteger, duckName, duckString } from '../sql/duck.ts';
import type { Connection } from './database.ts';

export interface KnownView {
  readonly sql: string;
  readonly target: string;
  readonly isActive: boolean;
}

/** Why a target keeps its rows when a view of it changes, as the end of a sentence. */
export type Hindrance = 'it also holds rows that no view made' | 'rows of a table that it was made from are gone' | 'a view that is gone made some of them';

export async function openLedger(connection: Connection): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.materialization (id VARCHAR, sql VARCHAR)');
  await connection.run("ALTER TABLE sandpiper.materialization ADD COLUMN IF NOT EXISTS target VARCHAR DEFAULT ''");
  await connection.run('ALTER TABLE sandpiper.materialization ADD COLUMN IF NOT EXISTS is_active BOOLEAN DEFAULT true');
  await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.derived_rows (table_name VARCHAR, row_count BIGINT)');
}

/** By id. */
export async function knownViews(connection: Connection): Promise<ReadonlyMap<string, KnownView>> {
  const reader = await connection.runAndReadAll('SELECT id, sql, target, is_active FROM sandpiper.materialization');
  return new Map(reader.getRows().map(([id, sql, target, isActive]) => [String(id), { sql: String(sql), target: String(target), isActive: isActive === true }]));
}

export async function rememberView(connection: Connection, id: string, { sql, target, isActive }: KnownView): Promise<void> {
  await connection.run(duck`DELETE FROM sandpiper.materialization WHERE id = ${duckString(id)}`.text);
  await connection.run(duck`INSERT INTO sandpiper.materialization VALUES (${duckString(id)}, ${duckString(sql)}, ${duckString(target)}, ${isActive ? duck`true` : duck`false`})`.text);
}

/** Views have added these rows to the table. */
export async function addDerivedRows(connection: Connection, table: string, added: number): Promise<void> {
  const name = duckString(table);
  if (added === 0) return;
  const { rowsChanged } = await connection.run(duck`UPDATE sandpiper.derived_rows SET row_count = row_count + ${duckInteger(added)} WHERE table_name = ${name} AND row_count >= 0`.text);
  if (rowsChanged > 0) return;
  await connection.run(duck`INSERT INTO sandpiper.derived_rows SELECT ${name}, ${duckInteger(added)} WHERE NOT EXISTS (SELECT 1 FROM sandpiper.derived_rows WHERE table_name = ${name})`.text);
}

/** How many of the table's rows views have made; 0 when none is known, -1 when that is known no more. */
export async function derivedRows(connection: Connection, table: string): Promise<number> {
  const reader = await connection.runAndReadAll(duck`SELECT row_count FROM sandpiper.derived_rows WHERE table_name = ${duckString(table)}`.text);
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/** All rows of the table are now, and these alone, what views have made. */
export async function setDerivedRows(connection: Connection, table: string, rows: number): Promise<void> {
  await connection.run(duck`DELETE FROM sandpiper.derived_rows WHERE table_name = ${duckString(table)}`.text);
  await connection.run(duck`INSERT INTO sandpiper.derived_rows VALUES (${duckString(table)}, ${duckInteger(rows)})`.text);
}

/** Rows are gone from what these tables were made from: they can be rebuilt no more. */
export async function outliveSources(connection: Connection, tables: readonly string[]): Promise<void> {
  for (const table of tables) await setDerivedRows(connection, table, -1);
}

/** Undefined when the target is rebuildable. */
export async function hindrance(connection: Connection, table: string): Promise<Hindrance | undefined> {
  const gone = await connection.runAndReadAll(duck`SELECT 1 FROM sandpiper.materialization WHERE target = ${duckString(table)} AND NOT is_active`.text);
  if (gone.currentRowCount > 0) return 'a view that is gone made some of them';
  const rows = Number((await connection.runAndReadAll(duck`SELECT count(*) FROM main.${duckName(table)}`.text)).getRows()[0]?.[0] ?? 0);
  const derived = await derivedRows(connection, table);
  if (derived === -1 && rows !== 0) return 'rows of a table that it was made from are gone';
  return rows === 0 || rows === derived ? undefined : 'it also holds rows that no view made';
}

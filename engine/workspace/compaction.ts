/**
 * The layout of tables. Rows arrive in the order of time; a query that filters by the sorting key is fast when rows lie
 * in the order of that key, because DuckDB then skips the row groups that cannot match. So once enough rows have come,
 * a table is written anew in the order of ENGINE_SORTING_KEY (rows with the same key keep their order), and tables of
 * merging engines as ClickHouse's background merges would leave them.
 *   sandpiper.layout  one row a table: its key and its rows when it was written last
 * Each rewriting needs half as many new rows as the table had, so a row is rewritten a few times in its life.
 */
import { duck, duckInteger, duckName, duckString } from '../sql/duck.ts';
import { parseExpression, parseQuery } from '../sql/parse.ts';
import { translateForTable, translateOrder } from '../sql/translate.ts';
import type { Connection, Database } from './database.ts';
import type { StoredTable } from './tables.ts';
import { derivedRows, setDerivedRows } from './view-ledger.ts';

/** Fewer new rows than this are not worth writing a table. Two of DuckDB's row groups. */
const LEAST_NEW_ROWS = 250_000;
/** Merging pays sooner: it makes tables smaller. */
const LEAST_NEW_ROWS_TO_MERGE = 20_000;

export interface Compaction {
  readonly before: number;
  readonly after: number;
}

export async function openLayout(database: Database): Promise<void> {
  await database.write((connection) => connection.run('CREATE TABLE IF NOT EXISTS sandpiper.layout (table_name VARCHAR, key VARCHAR, row_count BIGINT)'));
}

/** Whether the table, which has this many rows now, has grown enough to be written anew; `factor` asks for more. */
export async function needsCompaction(database: Database, table: StoredTable, rows: number, factor = 1): Promise<boolean> {
  const least = factor * (merges(table) ? LEAST_NEW_ROWS_TO_MERGE : LEAST_NEW_ROWS);
  if (table.catalog.engine === undefined || table.catalog.engine.sortingKey.length === 0 || rows < least) return false;
  const reader = await database.query(duck`SELECT row_count FROM sandpiper.layout WHERE table_name = ${duckString(table.source.name)} AND key = ${duckString(layoutOf(table))}`.text);
  const known = Number(reader.getRows()[0]?.[0] ?? 0);
  return rows - known >= Math.max(least, (factor * known) / 2);
}

/** Writes the table anew, in the caller's transaction. Throws SandpiperError when the key cannot be computed. */
export async function compact(connection: Connection, table: StoredTable): Promise<Compaction> {
  const { name } = table.source;
  const [own, fresh] = [duckName(name), duckName(`${name}__compacted`)];
  const before = await countRows(connection, name);
  const isDerived = (await derivedRows(connection, name)) === before;
  await connection.run(`${duck`CREATE TABLE main.${fresh} AS`.text} ${await newRows(connection, table)}`);
  await connection.run(duck`DROP TABLE main.${own}`.text);
  await connection.run(duck`ALTER TABLE main.${fresh} RENAME TO ${own}`.text);
  const after = await countRows(connection, name);
  if (isDerived) await setDerivedRows(connection, name, after);
  await connection.run(duck`DELETE FROM sandpiper.layout WHERE table_name = ${duckString(name)}`.text);
  await connection.run(duck`INSERT INTO sandpiper.layout VALUES (${duckString(name)}, ${duckString(layoutOf(table))}, ${duckInteger(after)})`.text);
  return { before, after };
}

async function newRows(connection: Connection, table: StoredTable): Promise<string> {
  const { source, catalog } = table;
  const keys = translateOrder((catalog.engine?.sortingKey ?? []).map(parseExpression), catalog.columns);
  if (merges(table) && !(await hasOtherColumns(connection, table))) return `SELECT * FROM (${mergedRows(table)}) ORDER BY ${duck`${keys}`.text}`;
  return duck`SELECT * FROM main.${duckName(source.name)} ORDER BY ${[...keys, duck`rowid`]}`.text;
}

/** A row that deletes others must go on deleting those that come late, so it stays. */
function mergedRows({ catalog }: StoredTable): string {
  const { isDeleted: _, ...engine } = catalog.engine ?? { name: 'MergeTree', sortingKey: [] };
  const kept = { ...catalog, engine };
  return translateForTable(parseQuery('SELECT * FROM _ FINAL'), catalog.columns, { catalog: { findTable: () => kept, tableNames: () => [] } });
}

/**
 * Whether background merges of ClickHouse would make rows of one key one row. They do so within a partition alone, so
 * a partition key must follow from the sorting key; collapsing engines are left to FINAL, which knows of rows to come.
 */
function merges({ source, catalog }: StoredTable): boolean {
  const { engine } = catalog;
  if (!engine || !/^(Replacing|Summing|Aggregating)/.test(engine.name)) return false;
  const columns = new Set(catalog.columns.map(({ name }) => name));
  if (!engine.sortingKey.every((key) => columns.has(key))) return false;
  const partition = source.tableEngine.partitionKey;
  return catalog.columns.every(({ name }) => engine.sortingKey.includes(name) || !new RegExp(`(?<![\\w.])${name.replace(/[^\w]/g, '\\$&')}(?![\\w(])`).test(partition));
}

/** Columns that the data file has no longer are kept with their rows. */
async function hasOtherColumns(connection: Connection, { source, catalog }: StoredTable): Promise<boolean> {
  const reader = await connection.runAndReadAll(duck`SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ${duckString(source.name)}`.text);
  return Number(reader.getRows()[0]?.[0] ?? 0) !== catalog.columns.length;
}

function layoutOf({ source: { tableEngine } }: StoredTable): string {
  return [tableEngine.name, tableEngine.sortingKey, tableEngine.partitionKey, tableEngine.ver].join(' | ');
}

async function countRows(connection: Connection, table: string): Promise<number> {
  return Number((await connection.runAndReadAll(duck`SELECT count(*) FROM main.${duckName(table)}`.text)).getRows()[0]?.[0] ?? 0);
}

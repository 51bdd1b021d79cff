/**
 * Tables that a change of schema has put aside, and the way back: when the data file has the former columns again, the
 * rows that were put aside come back with it, and with them those that have arrived since, where they convert.
 *   sandpiper.aside  one row a table put aside: its name and columns, and the SQL that made rows of the new table out of
 *                    it (FORWARD_QUERY), so that these are told from those that arrived
 */
import type { DataSource } from '../project/datasource.ts';
import { duck, duckInteger, duckName, duckString } from '../sql/duck.ts';
import { printType } from '../sql/types.ts';
import type { Connection } from './database.ts';
import { convertedRows, describeMisfit, firstMisfit, readerOf, type Read, type StoredColumns } from './schema-change.ts';
import { setDerivedRows } from './view-ledger.ts';

/** A table that was put aside. */
export interface Aside {
  readonly name: string;
  /** Made the new table's first rows; empty when it began without rows. */
  readonly forwardSql: string;
}

export async function openAside(connection: Connection): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.aside (table_name VARCHAR, aside_name VARCHAR, columns VARCHAR, forward_sql VARCHAR, number BIGINT)');
}

/** A name for the table of the data source that nothing has yet. */
export async function freeAsideName(read: Read, table: string): Promise<string> {
  const wanted = `${table}__before_${new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)}`;
  const taken = new Set((await read("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main'")).getRows().map(([name]) => String(name)));
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${number}`;
  return name;
}

/** Puts rows of a data source aside, with the table `from` that they are in. */
export async function putAside(connection: Connection, { table, from, stored }: { readonly table: string; readonly from: string; readonly stored: StoredColumns }, { name, forwardSql }: Aside): Promise<void> {
  await connection.run(duck`ALTER TABLE main.${duckName(from)} RENAME TO ${duckName(name)}`.text);
  const columns = [...stored].flatMap(([column, { type }]) => (type ? [[column, printType(type)]] : []));
  await connection.run(duck`INSERT INTO sandpiper.aside SELECT ${duckString(table)}, ${duckString(name)}, ${duckString(JSON.stringify(columns))}, ${duckString(forwardSql)}, (SELECT coalesce(max(number), ${duckInteger(0)}) + 1 FROM sandpiper.aside)`.text);
}

/** The table that was last put aside and has all columns of the data file in their types. */
export async function asideFor(read: Read, source: DataSource): Promise<Aside | undefined> {
  const reader = await read(duck`SELECT aside_name, columns, forward_sql FROM sandpiper.aside WHERE table_name = ${duckString(source.name)} ORDER BY number DESC`.text);
  for (const [name, columns, forwardSql] of reader.getRows()) {
    const types = new Map(JSON.parse(String(columns)) as readonly (readonly [string, string])[]);
    const isSame = source.columns.every((column) => types.get(column.name) === printType(column.type));
    if (isSame && (await hasTable(read, String(name)))) return { name: String(name), forwardSql: String(forwardSql) };
  }
  return undefined;
}

/** Brings the table back, in the caller's transaction. Gives what is to be told. */
export async function bringBack(connection: Connection, source: DataSource, stored: StoredColumns, aside: Aside): Promise<string> {
  const read = readerOf(connection);
  const arrived = `${source.name}__arrived`;
  // Of rows that were added up nobody can tell any more which have arrived.
  const isAddedUp = aside.forwardSql !== '' && /^(?:Summing|Aggregating)/.test(source.tableEngine.name);
  await connection.run(duck`ALTER TABLE main.${duckName(source.name)} RENAME TO ${duckName(arrived)}`.text);
  await connection.run(duck`DELETE FROM sandpiper.aside WHERE aside_name = ${duckString(aside.name)}`.text);
  if (aside.forwardSql !== '' && !isAddedUp) await takeAway(connection, arrived, aside.forwardSql);
  await connection.run(duck`ALTER TABLE main.${duckName(aside.name)} RENAME TO ${duckName(source.name)}`.text);
  await setDerivedRows(connection, source.name, -1);
  const [back, since] = [await countRows(read, source.name), await countRows(read, arrived)];
  const told = `${source.name} has a former schema again, and the ${counted(back)} that had been kept aside.`;
  const misfit = since === 0 || isAddedUp ? undefined : await firstMisfit(read, { ...source, name: arrived }, stored);
  if (misfit || isAddedUp) {
    const name = await freeAsideName(read, source.name);
    await putAside(connection, { table: source.name, from: arrived, stored }, { name, forwardSql: '' });
    return misfit ? `${told} Of the ${counted(since)} that came since, ${describeMisfit(misfit)}: they are kept in the table ${name}.` : `${told} The ${counted(since)} of the schema until now are kept in the table ${name}.`;
  }
  if (since > 0) await append(connection, source, stored, arrived);
  await connection.run(duck`DROP TABLE main.${duckName(arrived)}`.text);
  return since === 0 ? told : `${told} The ${counted(since)} that came since ${since === 1 ? 'is' : 'are'} there too.`;
}

/** Columns that only the rows which arrived have are kept with them. */
async function append(connection: Connection, source: DataSource, stored: StoredColumns, arrived: string): Promise<void> {
  const own = duck`main.${duckName(source.name)}`;
  for (const { name, type } of await columnsOf(connection, arrived)) await connection.run(`${duck`ALTER TABLE ${own} ADD COLUMN IF NOT EXISTS ${duckName(name)}`.text} ${type}`);
  await connection.run(duck`INSERT INTO ${own} BY NAME ${convertedRows(source, stored, arrived)}`.text);
}

/** Takes one row away for each equal one that the SQL gives. */
async function takeAway(connection: Connection, table: string, sql: string): Promise<void> {
  const [own, left] = [duckName(table), duckName(`${table}_left`)];
  const columns = (await columnsOf(connection, table)).map(({ name }) => duckName(name));
  const head = duck`CREATE TABLE main.${left} AS SELECT ${columns} FROM main.${own} EXCEPT ALL SELECT ${columns} FROM ((SELECT * FROM main.${own} LIMIT 0) UNION ALL BY NAME (`.text;
  await connection.run(`${head}${sql}))`);
  await connection.run(duck`DROP TABLE main.${own}`.text);
  await connection.run(duck`ALTER TABLE main.${left} RENAME TO ${own}`.text);
}

async function columnsOf(connection: Connection, table: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const reader = await connection.runAndReadAll(duck`SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ${duckString(table)} ORDER BY column_index`.text);
  return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

async function hasTable(read: Read, name: string): Promise<boolean> {
  return (await read(duck`SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ${duckString(name)}`.text)).getRows().length > 0;
}

export async function countRows(read: Read, table: string): Promise<number> {
  return Number((await read(duck`SELECT count(*) FROM main.${duckName(table)}`.text)).getRows()[0]?.[0] ?? 0);
}

export function counted(rows: number): string {
  return `${rows.toLocaleString('en-US')} row${rows === 1 ? '' : 's'}`;
}

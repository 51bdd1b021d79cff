/**
 * The DuckDB tables behind the data sources: main."NAME" and main."NAME_quarantine", made from the data files and kept in
 * step with them. Rows are never lost to a change of schema: a new column is added with its default, a changed type is
 * converted, both by writing the table anew in one transaction; where a value does not convert, the whole old table is
 * kept aside under a name of its own, and comes back when the file does (aside.ts). A column or a data source that is
 * gone from the files stays in the database, unseen, and comes back with its rows when the file does.
 * sandpiper.table_column remembers the ClickHouse types that the tables were made with.
 */
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import type { CatalogTable } from '../sql/catalog.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import { parseExpression, parseQuery } from '../sql/parse.ts';
import { parseType } from '../sql/parse-type.ts';
import { duckTypeSql } from '../sql/physical.ts';
import { translateDefault, translateForTable } from '../sql/translate.ts';
import { asideFor, bringBack, freeAsideName, openAside, putAside } from './aside.ts';
import type { Connection, Database } from './database.ts';
import type { IngestTable } from './ingest-table.ts';
import { quarantineColumns, quarantineName } from './quarantine.ts';
import { convertedRows, describeMisfit, firstMisfit, needsWork, readerOf, storedColumns, type StoredColumns } from './schema-change.ts';
import { serviceTablesSql } from './service-data-sources.ts';
import { upgradeStates } from './state-upgrade.ts';
import { openLedger, setDerivedRows } from './view-ledger.ts';

/** A data source as it is in DuckDB now. */
export interface StoredTable {
  readonly source: DataSource;
  readonly ingest: IngestTable;
  readonly catalog: Extract<CatalogTable, { kind: 'stored' }>;
}

export type Notice = (severity: 'info' | 'warning' | 'error', message: string) => void;

/** Makes or changes the tables of these data sources, but for those that are `known` as they are. One that cannot be made is told and left out. */
export async function syncTables(database: Database, sources: readonly DataSource[], notice: Notice, known: ReadonlyMap<string, StoredTable> = new Map()): Promise<ReadonlyMap<string, StoredTable>> {
  await database.write(async (connection) => {
    await connection.run('CREATE SCHEMA IF NOT EXISTS sandpiper');
    await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.table_column (table_name VARCHAR, column_name VARCHAR, type VARCHAR)');
    await openLedger(connection);
    await openAside(connection);
    for (const sql of serviceTablesSql()) await connection.run(sql.text);
  });
  const tables = new Map<string, StoredTable>();
  for (const source of sources) {
    if (source.columns.length === 0) continue;
    const same = known.get(source.name);
    if (same?.source === source) {
      tables.set(source.name, same);
      continue;
    }
    try {
      await database.write((connection) => syncTable(connection, source, notice));
      tables.set(source.name, storedTable(source));
    } catch (error) {
      if (!(error instanceof SandpiperError)) throw error;
      notice('error', `The table of ${source.name} could not be made: ${error.message}`);
    }
  }
  return tables;
}

/** What the tables of these data sources would be, for translating without a database. */
export function storedTables(sources: readonly DataSource[]): ReadonlyMap<string, StoredTable> {
  return new Map(sources.filter((source) => source.columns.length > 0).map((source) => [source.name, storedTable(source)]));
}

function storedTable(source: DataSource): StoredTable {
  const columns = source.columns.map(({ name, type }) => ({ name, type }));
  const { tableEngine } = source;
  const hasPaths = source.columns.some((column) => column.jsonPath !== undefined);
  return {
    source,
    ingest: {
      name: source.name,
      columns: source.columns.map((column) => ({
        name: column.name,
        type: column.type,
        ...(column.jsonPath !== undefined && hasPaths ? { jsonPath: column.jsonPath } : {}),
        ...(column.defaultExpression === undefined ? {} : { defaultSql: translateDefault(parseExpression(column.defaultExpression), column.type, columns) }),
      })),
    },
    catalog: {
      kind: 'stored',
      duckdbName: ['main', source.name],
      columns,
      engine: {
        name: tableEngine.name,
        sortingKey: keyColumns(tableEngine.sortingKey),
        ...(tableEngine.ver !== '' || tableEngine.version !== '' ? { version: tableEngine.ver || tableEngine.version } : {}),
        ...(tableEngine.isDeleted === '' ? {} : { isDeleted: tableEngine.isDeleted }),
        ...(tableEngine.sign === '' ? {} : { sign: tableEngine.sign }),
        ...(tableEngine.summingColumns.length === 0 ? {} : { summingColumns: tableEngine.summingColumns }),
      },
    },
  };
}

/** The quarantine of a data source, as the translator sees it. */
export function quarantineCatalog(source: DataSource): Extract<CatalogTable, { kind: 'stored' }> {
  return { kind: 'stored', duckdbName: ['main', quarantineName(source.name)], columns: quarantineColumns(source.columns).map((column) => ({ name: column.name, type: parseType(column.type) })) };
}

/** The parts of a sorting key; `tuple()` has none. */
function keyColumns(key: string): readonly string[] {
  const plain = key.trim().replace(/^\((.*)\)$/s, '$1');
  if (plain === '' || /^tuple\(\s*\)$/i.test(plain)) return [];
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of plain) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      part += character;
    }
  }
  return [...parts, part].map((one) => one.trim().replaceAll('`', '')).filter((one) => one !== '');
}

async function syncTable(connection: Connection, source: DataSource, notice: Notice): Promise<void> {
  const read = readerOf(connection);
  const stored = await storedColumns(read, source.name);
  await upgradeStates(connection, source.name, stored);
  if (stored.size === 0) await createTable(connection, source);
  else if (source.columns.some((column) => needsWork(column, stored.get(column.name)))) {
    const aside = await asideFor(read, source);
    if (aside) notice('info', await bringBack(connection, source, stored, aside));
    else if ((source.forwardQuery ?? '').trim() !== '' && (await hasRows(connection, source.name))) await forward(connection, source, stored, notice);
    else {
      const misfit = await firstMisfit(read, source, stored);
      if (!misfit) await rebuild(connection, source, stored);
      else await keepAside(connection, source, stored, describeMisfit(misfit), notice);
    }
  }
  await syncQuarantine(connection, source);
  await connection.run(duck`DELETE FROM sandpiper.table_column WHERE table_name = ${duckString(source.name)}`.text);
  const rows = source.columns.map((column) => duck`(${duckString(source.name)}, ${duckString(column.name)}, ${duckString(column.typeText)})`);
  await connection.run(duck`INSERT INTO sandpiper.table_column VALUES ${rows}`.text);
}

async function createTable(connection: Connection, source: DataSource): Promise<void> {
  const columns = source.columns.map((column) => duck`${duckName(column.name)} ${duckTypeSql(column.type)}`);
  await connection.run(duck`CREATE TABLE main.${duckName(source.name)} (${columns})`.text);
}

/** Writes the table anew with the columns of the file, and after them those that the file has no longer. */
async function rebuild(connection: Connection, source: DataSource, stored: StoredColumns): Promise<void> {
  const [table, fresh] = [duckName(source.name), duckName(`${source.name}__rebuilt`)];
  await connection.run(duck`CREATE TABLE main.${fresh} AS ${convertedRows(source, stored, source.name)}`.text);
  await connection.run(duck`DROP TABLE main.${table}`.text);
  await connection.run(duck`ALTER TABLE main.${fresh} RENAME TO ${table}`.text);
}

async function hasRows(connection: Connection, table: string): Promise<boolean> {
  return (await connection.runAndReadAll(duck`SELECT 1 FROM main.${duckName(table)} LIMIT 1`.text)).currentRowCount > 0;
}

/** Fills the new table by FORWARD_QUERY, a SELECT list over the old one, which is kept aside. */
async function forward(connection: Connection, source: DataSource, stored: StoredColumns, notice: Notice): Promise<void> {
  const columns = [...stored].flatMap(([name, { type }]) => (type ? [{ name, type }] : []));
  const aside = await freeAsideName(readerOf(connection), source.name);
  const old: CatalogTable = { kind: 'stored', duckdbName: ['main', aside], columns };
  const list = (source.forwardQuery ?? '').trim().replace(/^SELECT\b/i, '');
  const select = translateForTable(parseQuery(`SELECT ${list} FROM _`), source.columns, { catalog: { findTable: (_database, name) => (name === '_' ? old : undefined), tableNames: () => [] } });
  await putAside(connection, { table: source.name, from: source.name, stored }, { name: aside, forwardSql: select });
  await createTable(connection, source);
  const { rowsChanged } = await connection.run(`${duck`INSERT INTO main.${duckName(source.name)} BY NAME`.text} ${select}`);
  await setDerivedRows(connection, source.name, -1);
  notice('info', `${source.name} has a new schema: FORWARD_QUERY has made ${Number(rowsChanged).toLocaleString('en-US')} rows of the old ones, which are kept in the table ${aside}.`);
}

async function keepAside(connection: Connection, source: DataSource, stored: StoredColumns, why: string, notice: Notice): Promise<void> {
  const aside = await freeAsideName(readerOf(connection), source.name);
  await putAside(connection, { table: source.name, from: source.name, stored }, { name: aside, forwardSql: '' });
  await createTable(connection, source);
  await setDerivedRows(connection, source.name, 0);
  notice('warning', `${source.name} has a new schema, and its rows do not fit it: ${why}. They are kept in the table ${aside}, and ${source.name} begins empty.`);
}

async function syncQuarantine(connection: Connection, source: DataSource): Promise<void> {
  const columns = quarantineColumns(source.columns);
  const name = duck`main.${duckName(quarantineName(source.name))}`;
  await connection.run(duck`CREATE TABLE IF NOT EXISTS ${name} (${columns.map((column) => duck`${duckName(column.name)} ${column.duckdbType}`)})`.text);
  for (const column of columns) await connection.run(duck`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${duckName(column.name)} ${column.duckdbType}`.text);
}

/**
 * The DuckDB tables behind the data sources: main."NAME" and main."NAME_quarantine", made from the data files and kept in
 * step with them. Rows are never lost to a change of schema: a new column is added with its default, a changed type is
 * converted, and where a value does not convert the whole old table is kept aside under a name of its own. A column or a
 * data source that is gone from the files stays in the database, unseen, and comes back with its rows when the file does.
 * sandpiper.table_column remembers the ClickHouse types that the tables were made with.
 */
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import type { CatalogTable } from '../sql/catalog.ts';
import { duck, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import { parseExpression } from '../sql/parse.ts';
import { parseType } from '../sql/parse-type.ts';
import { defaultSql, duckTypeSql } from '../sql/physical.ts';
import { translateDefault } from '../sql/translate.ts';
import { isNullable } from '../sql/types.ts';
import type { Connection, Database } from './database.ts';
import type { IngestTable } from './ingest-table.ts';
import { quarantineColumns, quarantineName } from './quarantine.ts';

/** A data source as it is in DuckDB now. */
export interface StoredTable {
  readonly source: DataSource;
  readonly ingest: IngestTable;
  readonly catalog: Extract<CatalogTable, { kind: 'stored' }>;
}

export type Notice = (severity: 'info' | 'warning' | 'error', message: string) => void;

/** Makes or changes the tables of these data sources. One that cannot be made is told and left out. */
export async function syncTables(database: Database, sources: readonly DataSource[], notice: Notice): Promise<ReadonlyMap<string, StoredTable>> {
  await database.write(async (connection) => {
    await connection.run('CREATE SCHEMA IF NOT EXISTS sandpiper');
    await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.table_column (table_name VARCHAR, column_name VARCHAR, type VARCHAR)');
  });
  const tables = new Map<string, StoredTable>();
  for (const source of sources) {
    if (source.columns.length === 0) continue;
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
  const known = await knownColumns(connection, source.name);
  const name = duck`main.${duckName(source.name)}`;
  if (known.size === 0) {
    await createTable(connection, source);
  } else {
    const changed = source.columns.filter((column) => known.has(column.name) && known.get(column.name) !== column.typeText);
    const added = source.columns.filter((column) => !known.has(column.name));
    for (const column of added) {
      await connection.run(duck`ALTER TABLE ${name} ADD COLUMN ${duckName(column.name)} ${duckTypeSql(column.type)}`.text);
      await connection.run(duck`UPDATE ${name} SET ${duckName(column.name)} = ${initialValue(source, column)}`.text);
    }
    const failed = await firstFailure(connection, name, changed);
    if (failed) await keepAside(connection, source, failed, notice);
    else {
      for (const column of changed) {
        await connection.run(duck`ALTER TABLE ${name} ALTER COLUMN ${duckName(column.name)} SET DATA TYPE ${duckTypeSql(column.type)}`.text);
        if (!isNullable(column.type)) await connection.run(duck`UPDATE ${name} SET ${duckName(column.name)} = ${defaultSql(column.type)} WHERE ${duckName(column.name)} IS NULL`.text);
      }
    }
  }
  await syncQuarantine(connection, source);
  await connection.run(duck`DELETE FROM sandpiper.table_column WHERE table_name = ${duckString(source.name)} AND column_name IN (${source.columns.map((column) => duckString(column.name))})`.text);
  const rows = source.columns.map((column) => duck`(${duckString(source.name)}, ${duckString(column.name)}, ${duckString(column.typeText)})`);
  await connection.run(duck`INSERT INTO sandpiper.table_column VALUES ${rows}`.text);
}

async function knownColumns(connection: Connection, table: string): Promise<ReadonlyMap<string, string>> {
  const exists = await connection.runAndReadAll(duck`SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ${duckString(table)}`.text);
  if (Number(exists.getRows()[0]?.[0] ?? 0) === 0) {
    await connection.run(duck`DELETE FROM sandpiper.table_column WHERE table_name = ${duckString(table)}`.text);
    return new Map();
  }
  const reader = await connection.runAndReadAll(duck`SELECT column_name, type FROM sandpiper.table_column WHERE table_name = ${duckString(table)}`.text);
  return new Map(reader.getRows().map(([column, type]) => [String(column), String(type)]));
}

async function createTable(connection: Connection, source: DataSource): Promise<void> {
  const columns = source.columns.map((column) => duck`${duckName(column.name)} ${duckTypeSql(column.type)}`);
  await connection.run(duck`CREATE TABLE main.${duckName(source.name)} (${columns})`.text);
}

function initialValue(source: DataSource, column: DataSource['columns'][number]): DuckSql {
  if (column.defaultExpression === undefined) return defaultSql(column.type);
  return translateDefault(parseExpression(column.defaultExpression), column.type, source.columns);
}

/** The first changed column that holds a value which does not convert. */
async function firstFailure(connection: Connection, name: DuckSql, changed: readonly DataSource['columns'][number][]): Promise<string | undefined> {
  for (const column of changed) {
    const own = duckName(column.name);
    const reader = await connection.runAndReadAll(duck`SELECT count(*) FROM ${name} WHERE ${own} IS NOT NULL AND TRY_CAST(${own} AS ${duckTypeSql(column.type)}) IS NULL`.text).catch(() => undefined); // A pair of types without any cast converts nothing.
    if (!reader || Number(reader.getRows()[0]?.[0] ?? 0) > 0) return `${column.name} does not convert to ${column.typeText}`;
  }
  return undefined;
}

async function keepAside(connection: Connection, source: DataSource, why: string, notice: Notice): Promise<void> {
  const aside = `${source.name}__before_${new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)}`;
  await connection.run(duck`ALTER TABLE main.${duckName(source.name)} RENAME TO ${duckName(aside)}`.text);
  await connection.run(duck`DELETE FROM sandpiper.table_column WHERE table_name = ${duckString(source.name)}`.text);
  await createTable(connection, source);
  notice('warning', `${source.name} has a new schema, and its rows do not fit it: ${why}. They are kept in the table ${aside}, and ${source.name} begins empty.`);
}

async function syncQuarantine(connection: Connection, source: DataSource): Promise<void> {
  const columns = quarantineColumns(source.columns);
  const name = duck`main.${duckName(quarantineName(source.name))}`;
  await connection.run(duck`CREATE TABLE IF NOT EXISTS ${name} (${columns.map((column) => duck`${duckName(column.name)} ${column.duckdbType}`)})`.text);
  for (const column of columns) await connection.run(duck`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${duckName(column.name)} ${column.duckdbType}`.text);
}

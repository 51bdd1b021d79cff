/**
 * What a change of a data file's schema means for the rows that are there: which columns must change, whether every value
 * converts without loss, and by which SQL. tables.ts does it; schema-preview.ts tells it before the file is saved.
 * Conversions are ClickHouse's accurateCast, and a value counts as converted only if it can be turned back: 1.5 is no
 * UInt8, and a time of day is lost in a Date.
 */
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import type { Column } from '../project/schema.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import { parseExpression } from '../sql/parse.ts';
import { parseType } from '../sql/parse-type.ts';
import { defaultSql, duckTypeSql } from '../sql/physical.ts';
import { translateDefault } from '../sql/translate.ts';
import { bare, isNullable, nullable, printType, type ClickHouseType } from '../sql/types.ts';
import type { Connection } from './database.ts';

/** A column of the table in DuckDB. */
export interface StoredColumn {
  /** Undefined when the data file did not have the column lately: its newest rows hold NULL then. */
  readonly type: ClickHouseType | undefined;
}

/** Runs SQL: of the database's readers, or of a transaction. */
export type Read = (sql: string) => Promise<{ readonly getRows: () => readonly (readonly unknown[])[] }>;

export type StoredColumns = ReadonlyMap<string, StoredColumn>;

/** Values that do not convert. */
export interface Misfit {
  readonly column: Column;
  readonly rows: number;
  /** One of them, as text; undefined when no value of such a type converts. */
  readonly example: string | undefined;
}

/** By name; none when there is no table. */
export async function storedColumns(read: Read, table: string): Promise<StoredColumns> {
  const reader = await read(
    duck`SELECT c.column_name, t.type FROM duckdb_columns() AS c LEFT JOIN sandpiper.table_column AS t ON t.table_name = c.table_name AND t.column_name = c.column_name WHERE c.database_name = current_database() AND c.schema_name = 'main' AND c.table_name = ${duckString(table)}`.text,
  );
  return new Map(reader.getRows().map(([name, type]) => [String(name), { type: type === null ? undefined : parseType(String(type)) }]));
}

/** Whether the rows that are there must change for the column. */
export function needsWork(column: Column, stored: StoredColumn | undefined): boolean {
  if (!stored?.type) return true;
  if (printType(stored.type) === printType(column.type)) return false;
  return holdsState(stored.type) || holdsState(column.type) || duckTypeSql(stored.type).text !== duckTypeSql(column.type).text || (isNullable(stored.type) && !isNullable(column.type)) || isNarrower(column.type, stored.type);
}

/** Held alike in DuckDB, and yet not every value of one is a value of the other. */
function isNarrower(type: ClickHouseType, than: ClickHouseType): boolean {
  return ['Enum', 'FixedString', 'IPv4', 'IPv6'].includes(bare(type).kind) && printType(bare(type)) !== printType(bare(than));
}

/** States of different aggregates do not mix, whatever DuckDB keeps them in. */
export function holdsState(type: ClickHouseType): boolean {
  return /AggregateFunction/.test(printType(type));
}

/** The column's value in its new type, over the old table; NULL where it does not convert without loss. */
export function convertedValue(column: Column, old: StoredColumn): DuckSql {
  const own = duckName(column.name);
  const type = duckTypeSql(column.type);
  if (!needsWork(column, old) || !old.type) return duck`CAST(${own} AS ${type})`;
  const target = bare(column.type);
  if (target.kind === 'Enum') return duck`CASE WHEN ${own} IN (${target.values.map(({ name }) => duckString(name))}) THEN ${own} END`;
  if (target.kind === 'FixedString') return duck`CASE WHEN octet_length(encode(CAST(${own} AS VARCHAR))) <= ${duckInteger(target.length)} THEN CAST(${own} AS VARCHAR) END`;
  const cast = accurateCast(column, old.type) ?? duck`TRY_CAST(${own} AS ${type})`;
  if (bare(old.type).kind === 'String' || target.kind === 'String') return cast;
  return duck`CASE WHEN TRY_CAST(${cast} AS ${duckTypeSql(old.type)}) IS NOT DISTINCT FROM ${own} THEN ${cast} END`;
}

/** Undefined for types that ClickHouse's own cast does not know. */
function accurateCast(column: Column, old: ClickHouseType): DuckSql | undefined {
  try {
    const target = bare(column.type);
    const call = parseExpression(`accurateCastOrNull(x, '${printType(target).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}')`);
    return duck`(SELECT ${translateDefault(call, nullable(target), [{ name: 'x', type: old }])} FROM (SELECT ${duckName(column.name)} AS "x"))`;
  } catch (error) {
    if (error instanceof SandpiperError) return undefined;
    throw error;
  }
}

/** A SELECT of the rows of a table with the columns of the file, and after them those that the file has no longer. */
export function convertedRows(source: DataSource, stored: StoredColumns, table: string): DuckSql {
  // Defaults may name other columns in their new types, so types come first.
  const converted = source.columns.flatMap((column) => {
    const old = stored.get(column.name);
    return old ? [duck`CAST(${convertedValue(column, old)} AS ${duckTypeSql(column.type)}) AS ${duckName(column.name)}`] : [];
  });
  const gone = [...stored.keys()].filter((name) => !source.columns.some((column) => column.name === name)).map((name) => duckName(name));
  const values = source.columns.map((column) => {
    const own = duckName(column.name);
    if (!stored.has(column.name)) return duck`CAST(${initialValue(source, column)} AS ${duckTypeSql(column.type)}) AS ${own}`;
    return isNullable(column.type) ? own : duck`coalesce(${own}, ${initialValue(source, column)}) AS ${own}`;
  });
  return duck`SELECT ${[...values, ...gone]} FROM (SELECT ${[...converted, ...gone]} FROM main.${duckName(table)})`;
}

function initialValue(source: DataSource, column: Column): DuckSql {
  if (column.defaultExpression === undefined) return defaultSql(column.type);
  return translateDefault(parseExpression(column.defaultExpression), column.type, source.columns);
}

/** The first column that holds values which do not convert; undefined when all do. */
export async function firstMisfit(read: Read, source: DataSource, stored: StoredColumns): Promise<Misfit | undefined> {
  for (const column of source.columns) {
    const old = stored.get(column.name);
    if (!old || !needsWork(column, old)) continue;
    const isOtherState = old.type !== undefined && (holdsState(old.type) || holdsState(column.type));
    if (isOtherState) return { column, rows: 0, example: undefined };
    const own = duckName(column.name);
    const lost = duck`${own} IS NOT NULL AND ${convertedValue(column, old)} IS NULL`;
    const reader = await read(duck`SELECT count(*), min(CAST(${own} AS VARCHAR)) FROM main.${duckName(source.name)} WHERE ${lost}`.text).catch(() => undefined); // A pair of types without any cast converts nothing.
    const [rows, example] = reader?.getRows()[0] ?? [];
    if (!reader || Number(rows) > 0) return { column, rows: Number(rows ?? 0), example: typeof example === 'string' ? example : undefined };
  }
  return undefined;
}

/** As the end of a sentence: `name does not convert to UInt16`. */
export function describeMisfit({ column, rows, example }: Misfit): string {
  const which = example === undefined ? '' : ` (${rows.toLocaleString('en-US')} row${rows === 1 ? '' : 's'}, such as '${example.length > 40 ? `${example.slice(0, 40)}…` : example}')`;
  return `${column.name} does not convert to ${column.typeText}${which}`;
}

/** Of a connection, in the forms above. */
export function readerOf(connection: Connection): Read {
  return (sql) => connection.runAndReadAll(sql);
}

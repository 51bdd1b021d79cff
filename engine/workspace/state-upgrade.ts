/**
 * Converts columns of aggregate states that an earlier version of Sandpiper wrote in an earlier form. It happens once,
 * when the table is opened, inside of the caller's transaction; which forms there were, the sql room knows.
 */
import { isHeldAsToday, upgradeState } from '../sql/aggregates/upgrade.ts';
import { duck, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import type { ClickHouseType } from '../sql/types.ts';
import type { Connection } from './database.ts';

/** `columns` are the ClickHouse types that the table was made with. Gives the names of the columns that were converted. */
export async function upgradeStates(connection: Connection, table: string, columns: ReadonlyMap<string, { readonly type: ClickHouseType | undefined }>): Promise<readonly string[]> {
  if (![...columns.values()].some(({ type }) => type?.kind === 'AggregateFunction')) return [];
  const reader = await connection.runAndReadAll(
    duck`SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ${duckString(table)}`.text,
  );
  const upgraded: string[] = [];
  const converted: DuckSql[] = [];
  for (const [name, heldAs] of reader.getRows().map(([column, type]) => [String(column), String(type)] as const)) {
    const type = columns.get(name)?.type;
    if (type?.kind !== 'AggregateFunction' || isHeldAsToday(type, heldAs)) continue;
    const state = upgradeState(type, heldAs, duckName(name));
    if (!state) continue;
    upgraded.push(name);
    converted.push(duck`${state} AS ${duckName(name)}`);
  }
  if (upgraded.length === 0) return [];
  const [own, fresh] = [duckName(table), duckName(`${table}__upgraded`)];
  // DuckDB's ALTER COLUMN takes no lambda, so the table is written anew.
  await connection.run(duck`CREATE TABLE main.${fresh} AS SELECT * REPLACE (${converted}) FROM main.${own}`.text);
  await connection.run(duck`DROP TABLE main.${own}`.text);
  await connection.run(duck`ALTER TABLE main.${fresh} RENAME TO ${own}`.text);
  return upgraded;
}

/** A real database in a folder of its own with the tables of the given data sources, as the workspace makes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duck, duckName } from '../../engine/sql/duck.ts';
import { parseType } from '../../engine/sql/parse-type.ts';
import { duckTypeSql } from '../../engine/sql/physical.ts';
import { openDatabase, type Database } from '../../engine/workspace/database.ts';
import type { IngestColumn, IngestTable } from '../../engine/workspace/ingest-table.ts';
import { quarantineColumns } from '../../engine/workspace/quarantine.ts';

export function column(name: string, type: string, more: Partial<IngestColumn> = {}): IngestColumn {
  return { name, type: parseType(type), ...more };
}

export interface OpenTables {
  readonly folder: string;
  readonly database: Database;
  readonly rows: (sql: string) => Promise<unknown[]>;
  readonly close: () => Promise<void>;
}

export async function createTables(database: Database, tables: readonly IngestTable[]): Promise<void> {
  await database.write(async (connection) => {
    for (const table of tables) {
      const columns = table.columns.map(({ name, type }) => duck`${duckName(name)} ${duckTypeSql(type)}`);
      await connection.run(duck`CREATE TABLE IF NOT EXISTS main.${duckName(table.name)} (${columns})`.text);
      const quarantine = quarantineColumns(table.columns).map(({ name, duckdbType }) => duck`${duckName(name)} ${duckdbType}`);
      await connection.run(duck`CREATE TABLE IF NOT EXISTS main.${duckName(`${table.name}_quarantine`)} (${quarantine})`.text);
    }
  });
}

export async function openTables(...tables: readonly IngestTable[]): Promise<OpenTables> {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-ingest-'));
  const database = await openDatabase(join(folder, 'sandpiper.duckdb'));
  await createTables(database, tables);
  return {
    folder,
    database,
    rows: async (sql) => (await database.query(sql)).getRowObjectsJson(),
    close: async () => {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

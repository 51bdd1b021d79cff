/**
 * Fixtures: fixtures/NAME.ndjson or .csv (Classic: datasources/fixtures/) is loaded into the data source NAME when that has
 * never had a fixture and has no rows. sandpiper.fixture remembers, so that rows a person deleted stay deleted.
 */
import { join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import type { Materialize } from './block-loader.ts';
import type { Database } from './database.ts';
import { importFile } from './import-file.ts';
import type { ProjectFolder } from './project-folder.ts';
import type { Notice, StoredTable } from './tables.ts';

export async function loadFixtures(folder: ProjectFolder, database: Database, tables: readonly StoredTable[], materialize: Materialize, notice: Notice): Promise<void> {
  await database.write((connection) => connection.run('CREATE TABLE IF NOT EXISTS sandpiper.fixture (data_source VARCHAR)'));
  const loaded = new Set((await database.query('SELECT data_source FROM sandpiper.fixture')).getRows().map(([name]) => String(name)));
  const files = folder.list();
  for (const { source, ingest } of tables.filter((table) => !loaded.has(table.source.name))) {
    const file = ['ndjson', 'csv'].map((extension) => new RegExp(`(^|/)fixtures/${source.name}\\.${extension}$`)).map((pattern) => files.find((path) => pattern.test(path))).find((path) => path !== undefined);
    if (file === undefined) continue;
    const rows = Number((await database.query(duck`SELECT count(*) FROM main.${duckName(source.name)}`.text)).getRows()[0]?.[0] ?? 0);
    try {
      if (rows === 0) {
        const receipt = await importFile(database, join(folder.path, file), ingest, { mode: 'append', materialize });
        if (receipt.quarantined > 0) notice('warning', `${receipt.quarantined} of ${receipt.lines} rows of ${file} do not fit ${source.name} and are in ${source.name}_quarantine.`);
      }
      await database.write((connection) => connection.run(duck`INSERT INTO sandpiper.fixture VALUES (${duckString(source.name)})`.text));
    } catch (error) {
      if (!(error instanceof SandpiperError)) throw error;
      notice('error', `The fixture ${file} could not be loaded: ${error.message}`);
    }
  }
}

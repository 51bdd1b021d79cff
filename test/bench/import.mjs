/** Import of an NDJSON file against DuckDB's own typed read_json of the same file, into a database file, in this run. */
import { DuckDBInstance } from '@duckdb/node-api';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, COLUMNS, makeProject, writeEvents } from './project.mjs';

export async function benchImport(folder, rows) {
  const file = join(folder, 'visits.ndjson');
  await writeEvents(file, rows);
  const bytes = statSync(file).size;

  const startedFloor = performance.now();
  const instance = await DuckDBInstance.create(join(folder, 'floor.duckdb'));
  const connection = await instance.connect();
  const columns = COLUMNS.map(([name, , type]) => `"${name}": '${type}'`).join(', ');
  await connection.run(`CREATE TABLE visits AS SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${columns}})`);
  connection.closeSync();
  instance.closeSync();
  const floor = performance.now() - startedFloor;

  const project = makeProject(join(folder, 'project'));
  const started = performance.now();
  const done = spawnSync(process.execPath, [CLI, 'import', 'visits', file, '--project', project], { encoding: 'utf8' });
  const own = performance.now() - started;
  if (done.status !== 0) throw new Error(done.stderr);
  const receipt = JSON.parse(done.stdout);
  return [
    `import: ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB: ${(floor / own).toFixed(2)} times the speed of DuckDB's typed read_json (${(own / 1000).toFixed(1)} s against ${(floor / 1000).toFixed(1)} s)`,
    `import: receipt ${receipt.lines} lines = ${receipt.loaded} loaded + ${receipt.quarantined} quarantined + ${receipt.blank} blank`,
  ];
}

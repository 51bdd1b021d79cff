/** An endpoint over HTTP against DuckDB running the same SQL in process, over the rows that the import bench loaded. */
import { DuckDBInstance } from '@duckdb/node-api';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CLI, serve } from './project.mjs';

const RUNS = 60;

export async function benchEndpoint(folder) {
  const project = join(folder, 'project');
  const checked = spawnSync(process.execPath, [CLI, 'check', project, '--json'], { encoding: 'utf8' });
  const sql = JSON.parse(checked.stdout).nodes.find((node) => node.pipe === 'by_kind').duckdbSql;

  const engine = await serve(project);
  const own = await times(async () => {
    const response = await fetch(`${engine.address}/v0/pipes/by_kind.json`, { headers: { Authorization: `Bearer ${engine.token}` } });
    if (!response.ok) throw new Error(await response.text());
    await response.json();
  });
  await engine.stop();

  const instance = await DuckDBInstance.create(join(project, '.sandpiper/workspace.duckdb'));
  const connection = await instance.connect();
  const floor = await times(() => connection.runAndReadAll(sql));
  connection.closeSync();
  instance.closeSync();
  return [`endpoint: p50 ${(own / floor).toFixed(2)} times DuckDB running the same SQL in process (${own.toFixed(1)} ms against ${floor.toFixed(1)} ms)`];
}

async function times(work) {
  const taken = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return taken.sort((left, right) => left - right)[Math.floor(RUNS / 2)] ?? 0;
}

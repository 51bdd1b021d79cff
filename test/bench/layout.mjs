/** What the order of rows buys: an endpoint that filters by the sorting key, over 1M and over 20M rows, each once written anew. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './project.mjs';

const SIZES = { small: 1_000_000, large: 20_000_000 };
const RUNS = 40;
const LONGEST_WAIT_MS = 240_000;

export async function benchLayout(folder) {
  const project = join(folder, 'layout');
  for (const name of ['datasources', 'copies', 'endpoints']) mkdirSync(join(project, name), { recursive: true });
  for (const [name, rows] of Object.entries(SIZES)) {
    writeFileSync(join(project, `datasources/${name}.datasource`), 'SCHEMA >\n    user_id UInt32,\n    at DateTime,\n    kind LowCardinality(String),\n    amount Float64\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "user_id, at"\n');
    // Rows in the order of time, users all over them: as events arrive.
    writeFileSync(join(project, `copies/fill_${name}.pipe`), `NODE fill\nSQL >\n    SELECT toUInt32((number * 7919) % 50021) AS user_id, toDateTime('2024-01-01 00:00:00') + toUInt32(number / 20) AS at, ['view', 'click', 'buy'][number % 3 + 1] AS kind, (number * 37) % 10000 / 100 AS amount FROM numbers(${rows})\n\nTYPE copy\nTARGET_DATASOURCE ${name}\n`);
    writeFileSync(join(project, `endpoints/of_user_${name}.pipe`), `NODE of_user\nSQL >\n    %\n    SELECT kind, count() AS visits, sum(amount) AS total FROM ${name} WHERE user_id = {{UInt32(user, 1)}} AND at >= '2024-01-01' GROUP BY kind ORDER BY kind\n\nTYPE endpoint\n`);
  }
  const engine = await serve(project);
  const ask = async (path, method = 'GET') => {
    const response = await fetch(`${engine.address}${path}`, { method, headers: { Authorization: `Bearer ${engine.token}` } });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  const p50 = async (name) => {
    const times = [];
    for (let run = 0; run < RUNS; run += 1) {
      const started = performance.now();
      await ask(`/v0/pipes/of_user_${name}.json?user=${(run * 1009) % 50021}`);
      times.push(performance.now() - started);
    }
    return times.sort((left, right) => left - right)[RUNS / 2];
  };
  const jobsOf = async (kind) => (await ask('/v0/jobs')).jobs.filter((job) => job.kind === kind && job.status === 'done').length;
  const until = async (isSo) => {
    for (const from = Date.now(); !(await isSo());) {
      if (Date.now() - from > LONGEST_WAIT_MS) throw new Error('The engine did not write its tables anew in time');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  for (const name of Object.keys(SIZES)) await ask(`/v0/pipes/fill_${name}/copy`, 'POST');
  await until(async () => (await jobsOf('copy')) === 2);
  const before = { small: await p50('small'), large: await p50('large') };
  await until(async () => (await jobsOf('compact')) === 2);
  const after = { small: await p50('small'), large: await p50('large') };
  await engine.stop();
  return [
    `layout: an endpoint that filters by the sorting key takes ${(after.large / after.small).toFixed(2)} times as long over 20M rows as over 1M (${after.large.toFixed(1)} ms against ${after.small.toFixed(1)} ms); in the order of arrival ${(before.large / before.small).toFixed(2)} times (${before.large.toFixed(1)} ms against ${before.small.toFixed(1)} ms)`,
  ];
}

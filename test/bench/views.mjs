/** What materialized views cost: the same 100,000 rows into a data source without views, and into one with three. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COLUMNS, makeProject, serve, writeEvents } from './project.mjs';

const ROWS = 100_000;
const RUNS = 7;

const VIEWS = {
  by_day: ['day Date, kind String, visits AggregateFunction(count), total AggregateFunction(sum, Float64)', 'day, kind', 'SELECT toDate(at) AS day, kind, countState() AS visits, sumState(amount) AS total FROM visits_fed GROUP BY day, kind'],
  by_country: ['country String, users AggregateFunction(uniq, String)', 'country', 'SELECT country, uniqState(user_id) AS users FROM visits_fed GROUP BY country'],
  by_path: ['path String, last SimpleAggregateFunction(max, DateTime), middle AggregateFunction(quantile(0.5), Float64)', 'path', 'SELECT path, max(at) AS last, quantileState(0.5)(amount) AS middle FROM visits_fed GROUP BY path'],
};

export async function benchViews(folder) {
  const project = makeProject(join(folder, 'views'));
  mkdirSync(join(project, 'materializations'));
  const columns = COLUMNS.map(([name, type]) => `    \`${name}\` ${type} \`json:$.${name}\``).join(',\n');
  writeFileSync(join(project, 'datasources/visits_fed.datasource'), `SCHEMA >\n${columns}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at, user_id"\n`);
  for (const [name, [schema, key, sql]] of Object.entries(VIEWS)) {
    writeFileSync(join(project, `datasources/${name}.datasource`), `SCHEMA >\n    ${schema}\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "${key}"\n`);
    writeFileSync(join(project, `materializations/${name}_view.pipe`), `NODE ${name}_node\nSQL >\n    ${sql}\n\nTYPE materialized\nDATASOURCE ${name}\n`);
  }
  const file = join(folder, 'block.ndjson');
  await writeEvents(file, ROWS);
  const body = readFileSync(file);
  const engine = await serve(project);
  const append = async (name) => {
    const started = performance.now();
    const response = await fetch(`${engine.address}/v0/datasources?name=${name}&mode=append&format=ndjson`, { method: 'POST', body, headers: { Authorization: `Bearer ${engine.token}` } });
    const { successful_rows: loaded } = await response.json();
    if (loaded !== ROWS) throw new Error(`${loaded} rows of ${ROWS} were loaded`);
    return performance.now() - started;
  };
  const taken = { visits: [], visits_fed: [] };
  for (let run = 0; run < RUNS; run += 1) for (const name of Object.keys(taken)) taken[name].push(await append(name));
  await engine.stop();
  const [plain, fed] = Object.values(taken).map((times) => times.sort((left, right) => left - right)[Math.floor(RUNS / 2)]);
  return [`views: ${ROWS.toLocaleString('en-US')} rows through three views cost ${(fed / plain).toFixed(2)} times the plain load (${fed.toFixed(0)} ms against ${plain.toFixed(0)} ms, p50 of ${RUNS})`];
}

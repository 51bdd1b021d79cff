/**
 * Merging states: an endpoint that merges uniq, sum, avg and max states, with Sandpiper's SQL in DuckDB, against
 * ClickHouse over the same number of state rows in the same run. `BENCH_STATES` rows, one million by default.
 */
import { build } from 'esbuild';
import { DuckDBInstance } from '@duckdb/node-api';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROWS = Number(process.env['BENCH_STATES'] ?? 1_000_000);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TYPES = { u: 'uniq, UInt32', s: 'sum, UInt64', a: 'avg, UInt32', m: 'max, UInt32' };
const SOURCE = `SELECT number % ${ROWS} AS id, number % 100 AS g, cityHash64(number) % 500000 AS x FROM numbers(${2 * ROWS})`;
const STATES = "SELECT g, uniqState(toUInt32(x)) AS u, sumState(toUInt64(x)) AS s, avgState(toUInt32(x)) AS a, maxState(toUInt32(x)) AS m FROM source GROUP BY id, g";
const QUERIES = {
  'uniq, sum, avg and max by 100 keys': 'SELECT sum(u), sum(s), sum(a), sum(m) FROM (SELECT g, uniqMerge(u) AS u, sumMerge(s) AS s, avgMerge(a) AS a, maxMerge(m) AS m FROM states GROUP BY g)',
  'uniq of all': 'SELECT uniqMerge(u) FROM states',
  'sum, avg and max of all': 'SELECT sumMerge(s), avgMerge(a), maxMerge(m) FROM states',
};

export async function benchStates(folder) {
  mkdirSync(folder, { recursive: true });
  const bundled = join(folder, 'translate.mjs');
  await build({
    stdin: { contents: "export { translate } from './engine/sql/translate.ts'; export { parseQuery } from './engine/sql/parse.ts'; export { parseType } from './engine/sql/parse-type.ts'; export { DUCKDB_MACROS } from './engine/sql/macros.ts'; export { registerComputedFunctions } from './engine/workspace/computed-functions.ts';", resolveDir: join(HERE, '../..'), loader: 'ts' },
    bundle: true, platform: 'node', format: 'esm', outfile: bundled, logLevel: 'error', external: ['@duckdb/*'],
    alias: {}, packages: 'bundle',
    plugins: [{ name: 'duckdb', setup: (on) => on.onResolve({ filter: /^@duckdb\/node-api$/ }, () => ({ path: pathToFileURL(createRequire(import.meta.url).resolve('@duckdb/node-api')).href, external: true })) }],
  });
  const { translate, parseQuery, parseType, DUCKDB_MACROS, registerComputedFunctions } = await import(pathToFileURL(bundled).href);
  const duckdb = await (await DuckDBInstance.create(join(folder, 'states.db'))).connect();
  registerComputedFunctions(duckdb);
  for (const macro of DUCKDB_MACROS) await duckdb.run(macro);
  const columns = { source: ['id', 'g', 'x'].map((name) => ({ name, type: parseType('UInt64') })), states: [{ name: 'g', type: parseType('UInt64') }, ...Object.entries(TYPES).map(([name, type]) => ({ name, type: parseType(`AggregateFunction(${type})`) }))] };
  const catalog = { tableNames: () => Object.keys(columns), findTable: (_database, name) => columns[name] && { kind: 'stored', duckdbName: ['main', name], columns: columns[name] } };
  const sqlOf = (query) => translate(parseQuery(query), { catalog }).duckdbSql;
  await duckdb.run(`CREATE TABLE source AS SELECT CAST(range % ${ROWS} AS UBIGINT) AS id, CAST(range % 100 AS UBIGINT) AS g, hash(range) % 500000 AS x FROM range(${2 * ROWS})`);
  const made = await timed(() => duckdb.run(`CREATE TABLE states AS ${sqlOf(STATES)}`));
  const rival = openRival(join(folder, 'clickhouse'));
  const rivalMade = rival ? await timed(() => rival.query(`CREATE TABLE states ENGINE = MergeTree ORDER BY g AS ${STATES.replace('source', `(${SOURCE})`)}`)) : undefined;
  const lines = [`states: making ${ROWS} rows of them: ${times(made, rivalMade)}`];
  for (const [name, query] of Object.entries(QUERIES)) {
    const sql = sqlOf(query);
    const own = await best(() => duckdb.runAndReadAll(sql));
    const theirs = rival ? await best(() => rival.query(query)) : undefined;
    lines.push(`states: merging ${name}, ${ROWS} rows: ${times(own, theirs)}`);
  }
  duckdb.closeSync();
  return lines;
}

function openRival(path) {
  const oracle = join(HERE, '../oracle/package.json');
  if (!existsSync(join(HERE, '../oracle/node_modules/chdb'))) return undefined;
  const { Session } = createRequire(oracle)('chdb');
  return new Session(path);
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function best(work) {
  let least = Infinity;
  for (let time = 0; time < 3; time += 1) least = Math.min(least, await timed(work));
  return least;
}

function times(own, theirs) {
  return `${Math.round(own)} ms${theirs === undefined ? '' : `, ${(own / theirs).toFixed(2)} times ClickHouse's ${Math.round(theirs)} ms`}`;
}

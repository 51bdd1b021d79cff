/**
 * Import of one NDJSON file, clean and with 0.1% bad rows, against DuckDB's own typed read_json of the clean file into a
 * database file, and against ClickHouse's INSERT of it into a MergeTree table, all in this run. Every program is a
 * process of its own, so starting it counts for all.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CLI, COLUMNS, makeProject, writeEvents } from './project.mjs';

const BAD_EVERY = 1000;

export async function benchImport(folder, rows) {
  const [file, spoilt] = [join(folder, 'visits.ndjson'), join(folder, 'spoilt.ndjson')];
  await writeEvents(file, rows);
  await spoil(file, spoilt);
  const bytes = statSync(file).size;
  const columns = COLUMNS.map(([name, , type]) => `"${name}": '${type}'`).join(', ');
  const floor = timed(['--input-type=module', '-e', `
    import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve('@duckdb/node-api'))};
    const connection = await (await DuckDBInstance.create(${JSON.stringify(join(folder, 'floor.duckdb'))})).connect();
    await connection.run(${JSON.stringify(`CREATE TABLE visits AS SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${columns}})`)});
    connection.closeSync();`]);
  const project = makeProject(join(folder, 'project'));
  const imported = (path) => timed([CLI, 'import', 'visits', path, '--project', project, '--mode', 'replace']);
  const [clean, bad] = [imported(file), imported(spoilt)];
  const [cleanReceipt, badReceipt] = [clean, bad].map(({ out }) => JSON.parse(out));
  const clickHouse = timeClickHouse(folder, file);
  return [
    `import: ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB: ${ratio(floor, clean)} times the speed of DuckDB's typed read_json (${seconds(clean)} against ${seconds(floor)})`,
    `import: with ${badReceipt.quarantined} bad rows: ${ratio(floor, bad)} times that speed (${seconds(bad)})`,
    clickHouse ? `import: ${ratio(clickHouse, clean)} times the speed of ClickHouse's INSERT into MergeTree (${seconds(clickHouse)})` : 'import: ClickHouse is not installed',
    `import: receipts ${[cleanReceipt, badReceipt].map(({ lines, loaded, quarantined, blank }) => `${lines} lines = ${loaded} loaded + ${quarantined} quarantined + ${blank} blank`).join('; ')}`,
  ];
}

/** Every thousandth row gets a text where a number belongs. */
async function spoil(from, to) {
  const out = createWriteStream(to);
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(from) })) {
    line += 1;
    if (!out.write(`${line % BAD_EVERY === 0 ? text.replace(/"amount":[^,]*/, '"amount":"much"') : text}\n`)) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

function timeClickHouse(folder, file) {
  const oracle = fileURLToPath(new URL('../oracle/', import.meta.url));
  if (!existsSync(join(oracle, 'node_modules/chdb'))) return undefined;
  const types = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');
  return timed(['--input-type=module', '-e', `
    import { createRequire } from 'node:module';
    const { Session } = createRequire(${JSON.stringify(join(oracle, 'package.json'))})('chdb');
    const session = new Session(${JSON.stringify(join(folder, 'clickhouse'))});
    session.query('CREATE TABLE default.visits (${types}) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, user_id)');
    session.query(${JSON.stringify(`INSERT INTO default.visits SELECT * FROM file('${file}', 'JSONEachRow', '${types}') SETTINGS max_partitions_per_insert_block = 0`)});
    process.exit(0);`]);
}

function timed(args) {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return { ms: performance.now() - started, out: done.stdout };
}

const ratio = (rival, own) => (rival.ms / own.ms).toFixed(2);
const seconds = ({ ms }) => `${(ms / 1000).toFixed(1)} s`;

/**
 * ClickHouse takes the same events, one INSERT for each body, on disk before it is answered (fsync_after_insert): in
 * process, so without the cost of HTTP.   node clickhouse-events.mjs FOLDER BODY SECONDS   prints {rate, rssBytes}
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Session } = createRequire(new URL('../oracle/package.json', import.meta.url))('chdb');
const [folder, file, seconds] = process.argv.slice(2);
const body = readFileSync(file, 'utf8');
const session = new Session(folder);
session.query(`CREATE TABLE IF NOT EXISTS default.visits (id UInt64, at DateTime, user_id String, kind String, path String, amount Float64, country String, agent String)
  ENGINE = MergeTree ORDER BY (at, user_id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`);
const insert = `INSERT INTO default.visits FORMAT JSONEachRow\n${body}`;
session.query(insert);
const start = performance.now();
let requests = 0;
while (performance.now() - start < Number(seconds) * 1000) {
  session.query(insert);
  requests += 1;
}
const took = (performance.now() - start) / 1000;
process.stdout.write(`${JSON.stringify({ rate: requests / took, rssBytes: process.memoryUsage().rss })}\n`);
process.exit(0);

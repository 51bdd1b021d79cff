/**
 * ClickHouse takes the same events behind a bare node:http server, one INSERT for each request, on disk before it is
 * answered (fsync_after_insert).   node clickhouse-events.mjs FOLDER   prints its port
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { Session } = createRequire(new URL('../oracle/package.json', import.meta.url))('chdb');
const session = new Session(process.argv[2]);
session.query(`CREATE TABLE IF NOT EXISTS default.visits (id UInt64, at DateTime, user_id String, kind String, path String, amount Float64, country String, agent String)
  ENGINE = MergeTree ORDER BY (at, user_id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`);
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    session.query(`INSERT INTO default.visits FORMAT JSONEachRow\n${body}`);
    response.writeHead(202, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ successful_rows: body.split('\n').length - 1, quarantined_rows: 0 }));
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
process.on('SIGTERM', () => process.exit(0));

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../engine/workspace/database.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandpiper-database-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('writes are transactions in the order asked, and a failed one leaves nothing', async () => {
  const database = await openDatabase(join(folder, 'a.duckdb'));
  await database.write((connection) => connection.run('CREATE TABLE t (a INTEGER)'));
  const failing = database.write(async (connection) => {
    await connection.run('INSERT INTO t VALUES (1)');
    throw new Error('stop');
  });
  const following = database.write((connection) => connection.run('INSERT INTO t VALUES (2)'));
  await expect(failing).rejects.toThrow('stop');
  await following;
  expect((await database.query('SELECT * FROM t')).getRowsJson()).toEqual([[2]]);
  await database.close();
});

test('files outside the staging folder, settings and other databases are out of reach', async () => {
  const secret = join(folder, 'secret.csv');
  writeFileSync(secret, 'a\n1\n');
  const database = await openDatabase(join(folder, 'data', 'a.duckdb')).catch(() => openDatabase(join(folder, 'a.duckdb')));
  const attempts = [`SELECT * FROM read_csv('${secret}')`, `SELECT * FROM '${secret}'`, `ATTACH '${join(folder, 'b.duckdb')}'`, `COPY (SELECT 1) TO '${join(folder, 'out.csv')}'`, 'SET enable_external_access = true', 'INSTALL httpfs', `SELECT * FROM glob('${folder}/*')`];
  const outcomes = await Promise.all(attempts.map((sql) => database.query(sql).then(() => `ran: ${sql}`, () => 'refused')));
  expect(outcomes).toEqual(attempts.map(() => 'refused'));
  await database.close();
});

test('a cancelled query ends soon and says so', async () => {
  const database = await openDatabase(join(folder, 'a.duckdb'));
  const controller = new AbortController();
  const running = database.query('SELECT sum(a.range * b.range) FROM range(100000000) a, range(1000000) b', { signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await database.close();
});

test('a damaged file is named, and is not touched', async () => {
  const path = join(folder, 'a.duckdb');
  writeFileSync(path, 'this is no database, it is a text that somebody put here by mistake'.repeat(200));
  await expect(openDatabase(path)).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(path) as string });
});

test('what a killed process left in the staging folder is gone after the next start', async () => {
  const path = join(folder, 'a.duckdb');
  await (await openDatabase(path)).close();
  writeFileSync(join(folder, 'staging', 'block-1.ndjson'), '{}');
  const database = await openDatabase(path);
  const left = readdirSync(database.stagingFolder);
  await database.close();
  expect(left).toEqual([]);
});

test('a query that needs more memory than it may use goes on from disk', async () => {
  const database = await openDatabase(join(folder, 'a.duckdb'), { memory: '100MB', threads: 2 });
  const reader = await database.query("SELECT max(place) FROM (SELECT row_number() OVER (ORDER BY h) AS place, s FROM (SELECT hash(range) AS h, repeat('x', 100) || range AS s FROM range(2000000))) WHERE s LIKE '%'");
  await database.close();
  expect(reader.getRowsJson()).toEqual([['2000000']]);
});

/**
 * Events over HTTP with durability, against a bare node:http server that counts lines and answers, and against one that
 * has ClickHouse do an INSERT with fsync for each request; one run, one load generator (load.mjs). The rates hold until
 * the last row is in the table, so they include the loading and are rates that can go on for ever.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { event, makeProject, serve } from './project.mjs';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 8);
const BODIES = 20;
const FLOOR = `
const { createServer } = require('node:http');
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    let rows = 0;
    for (const byte of Buffer.concat(chunks)) if (byte === 10) rows += 1;
    response.writeHead(202, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ successful_rows: rows, quarantined_rows: 0 }));
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

export async function benchEvents(folder) {
  mkdirSync(folder, { recursive: true });
  const floor = spawn(process.execPath, ['-e', FLOOR], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(floor.stdout, 'data');
  const lines = [];
  try {
    for (const [rows, connections] of [[1, 32], [1, 64], [1000, 8]]) {
      const bodies = writeBodies(folder, rows);
      const bare = await load({ url: `http://127.0.0.1:${port}/`, token: '', bodies, connections, seconds: SECONDS / 2 });
      const own = await measureOwn(join(folder, `${rows}-${connections}`), rows, bodies, connections);
      const theirs = await clickHouse(join(folder, `clickhouse-${rows}-${connections}`), bodies, connections);
      lines.push(
        `events: ${rows === 1 ? '1 row' : `${rows} rows`} a request, ${connections} connections: ${(own.answered / bare.rate).toFixed(2)} times a bare node:http server` +
          `${theirs ? `, ${(own.steady / theirs.rate).toFixed(1)} times ClickHouse per request` : ''} (${Math.round(own.answered * rows)} rows/s answered, ${Math.round(own.steady * rows)} until loaded` +
          `${theirs ? `, ClickHouse ${Math.round(theirs.rate * rows)}` : ''}, bare ${Math.round(bare.rate * rows)}; p50 ${own.p50.toFixed(1)} ms, p99 ${own.p99.toFixed(1)} ms, ${own.failed} refused, ${own.peakMB} MB at most)`,
      );
    }
  } finally {
    floor.kill();
  }
  return lines;
}

function writeBodies(folder, rows) {
  return Array.from({ length: BODIES }, (_, body) => {
    const file = join(folder, `body-${rows}-${body}.ndjson`);
    writeFileSync(file, Array.from({ length: rows }, (_, index) => `${event(body * rows + index)}\n`).join(''));
    return file;
  });
}

async function measureOwn(folder, rows, bodies, connections) {
  const engine = await serve(makeProject(folder));
  try {
    const url = `${engine.address}/v0/events?name=visits`;
    await load({ url, token: engine.token, bodies, connections, seconds: 1 });
    const before = await loaded(engine);
    const started = performance.now();
    const answered = await load({ url, token: engine.token, bodies, connections, seconds: SECONDS });
    const requests = await loaded(engine);
    const took = (performance.now() - started) / 1000;
    return { ...answered, answered: answered.rate, steady: (requests - before) / rows / took, peakMB: peakMB(engine.pid) };
  } finally {
    await engine.stop();
  }
}

/** Rows in the table, once all that was answered is there. */
async function loaded(engine) {
  const waited = await fetch(`${engine.address}/v0/events?name=visits&wait=true`, { method: 'POST', body: event(0), headers: { Authorization: `Bearer ${engine.token}` } });
  if (!waited.ok) throw new Error(await waited.text());
  const counted = await fetch(`${engine.address}/v0/sql?q=${encodeURIComponent('SELECT count() AS n FROM visits FORMAT JSON')}`, { headers: { Authorization: `Bearer ${engine.token}` } });
  return Number((await counted.json()).data[0].n);
}

async function clickHouse(folder, bodies, connections) {
  if (!existsSync(fileURLToPath(new URL('../oracle/node_modules/chdb', import.meta.url)))) return undefined;
  const server = spawn(process.execPath, [fileURLToPath(new URL('clickhouse-events.mjs', import.meta.url)), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  const url = `http://127.0.0.1:${port}/`;
  await load({ url, token: '', bodies, connections, seconds: 1 });
  const answered = await load({ url, token: '', bodies, connections, seconds: SECONDS });
  server.kill('SIGTERM');
  await once(server, 'exit');
  return answered;
}

function peakMB(pid) {
  const status = `/proc/${pid}/status`;
  return existsSync(status) ? Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024) : 0;
}

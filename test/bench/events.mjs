/** Events over HTTP against a bare node:http server that counts lines and answers, from one load generator, in this run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { event, makeProject, serve } from './project.mjs';

const SECONDS = 4;
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
  const project = makeProject(join(folder, 'events'));
  const engine = await serve(project);
  const floor = spawn(process.execPath, ['-e', FLOOR], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(floor.stdout, 'data');
  const lines = [];
  try {
    for (const [rows, connections] of [[1, 32], [1000, 8]]) {
      const body = Array.from({ length: rows }, (_, index) => `${event(index)}\n`).join('');
      const bare = await load(`http://127.0.0.1:${port}/`, '', body, connections);
      const own = await load(`${engine.address}/v0/events?name=visits`, engine.token, body, connections);
      lines.push(`events: ${rows} row${rows === 1 ? '' : 's'} a request, ${connections} connections: ${(own.rate / bare.rate).toFixed(2)} times a bare node:http server (${Math.round(own.rate * rows)} rows/s, p50 ${own.p50.toFixed(1)} ms, p99 ${own.p99.toFixed(1)} ms, ${own.failed} failed)`);
    }
  } finally {
    floor.kill();
    await engine.stop();
  }
  return lines;
}

async function load(url, token, body, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  let failed = 0;
  const end = performance.now() + SECONDS * 1000;
  const one = () => new Promise((resolve) => {
    const started = performance.now();
    const sent = request(url, { method: 'POST', agent, headers: { 'Content-Length': Buffer.byteLength(body), ...(token ? { Authorization: `Bearer ${token}` } : {}) } }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode >= 300) failed += 1;
        else latencies.push(performance.now() - started);
        resolve();
      });
    });
    sent.on('error', () => {
      failed += 1;
      resolve();
    });
    sent.end(body);
  });
  const worker = async () => {
    while (performance.now() < end) await one();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  latencies.sort((left, right) => left - right);
  return { rate: latencies.length / SECONDS, failed, p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0, p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0 };
}

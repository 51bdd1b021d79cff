/**
 * Asks one address as fast as it answers, over a number of kept connections without pipelining, from a process of its
 * own: raw sockets, requests made beforehand, so that the generator takes as little of the machine as it can.
 *   node load.mjs '{"url", "token", "bodies": [file, …], "connections", "seconds", "rate"?}'  prints {rate, p50, p99, failed}
 * With `rate`, requests a second are spread evenly instead, and their latency counts from when each was due.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const FILE = fileURLToPath(import.meta.url);

/** Runs the load in a process of its own. */
export async function load(options) {
  const child = spawn(process.execPath, [FILE, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text);
}

if (process.argv[1] === FILE) {
  const { url, token, bodies, method = 'POST', connections, seconds, rate } = JSON.parse(process.argv[2] ?? '{}');
  const { hostname, port, pathname, search } = new URL(url);
  const requests = (bodies ?? ['']).map((file) => {
    const body = file === '' ? Buffer.alloc(0) : readFileSync(file);
    const head = `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
  const latencies = [];
  let failed = 0;
  let sent = 0;
  const refusals = {};
  const start = performance.now();
  const end = start + seconds * 1000;

  const connection = (index) => new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: hostname, noDelay: true });
    let held = '';
    let due = 0;
    const next = () => {
      const now = performance.now();
      if (now >= end) {
        socket.destroy();
        return resolve();
      }
      if (rate !== undefined) {
        due = start + ((sent + index) / rate) * 1000;
        if (due > now) return setTimeout(send, due - now);
      } else due = now;
      return send();
    };
    const send = () => {
      socket.write(requests[sent % requests.length]);
      sent += 1;
    };
    socket.on('connect', next);
    socket.on('error', () => {
      failed += 1;
      resolve();
    });
    socket.on('close', resolve);
    socket.on('data', (chunk) => {
      held = held === '' ? chunk.latin1Slice() : held + chunk.latin1Slice();
      const body = held.indexOf('\r\n\r\n') + 4;
      if (body === 3) return;
      const length = Number(/content-length: (\d+)/i.exec(held)?.[1] ?? -1);
      if (length < 0 ? !held.endsWith('0\r\n\r\n') : held.length < body + length) return;
      const status = held.charCodeAt(9) - 48;
      if (status !== 2) {
        failed += 1;
        refusals[held.slice(9, 12)] = (refusals[held.slice(9, 12)] ?? 0) + 1;
      } else latencies.push(performance.now() - due);
      held = '';
      next();
    });
  });
  await Promise.all(Array.from({ length: connections }, (_, index) => connection(index)));
  const took = (performance.now() - start) / 1000;
  latencies.sort((left, right) => left - right);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  process.stdout.write(JSON.stringify({ rate: latencies.length / took, p50: at(0.5), p99: at(0.99), failed, refusals }));
}

/**
 * How long endpoints take while events arrive: p50 and p99 alone, and under 20,000 events a second that are sent evenly
 * (ten a request) and loaded meanwhile. One endpoint reads a window of time, the other all rows; each is asked as often
 * as takes an idle engine a fifth of its time, since of a queue that only grows no latency can be told.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from './load.mjs';
import { event, makeProject, serve } from './project.mjs';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const ROWS = Number(process.env['BENCH_ROWS'] ?? 200_000);
const EVENTS_A_SECOND = 20_000;
const ROWS_A_BODY = 10;
/** Before the events that are sent meanwhile, so that the answer is the same in the end as in the beginning. */
const UNTIL = new Date(Date.UTC(2024, 0, 1) + ROWS * 7000).toISOString().slice(0, 19).replace('T', '%20');

export async function benchEndpointUnderLoad(folder) {
  mkdirSync(folder, { recursive: true });
  const engine = await serve(makeProject(join(folder, 'under-load')));
  try {
    const events = `${engine.address}/v0/events?name=visits`;
    const send = async (from, rows, query) => {
      const body = Array.from({ length: rows }, (_, index) => `${event(from + index)}\n`).join('');
      const answer = await fetch(`${events}${query}`, { method: 'POST', body, headers: { Authorization: `Bearer ${engine.token}` } });
      if (!answer.ok) throw new Error(await answer.text());
    };
    for (let from = 0; from < ROWS; from += 20_000) await send(from, 20_000, from + 20_000 < ROWS ? '' : '&wait=true');
    const bodies = Array.from({ length: 20 }, (_, index) => {
      const file = join(folder, `body-${index}.ndjson`);
      writeFileSync(file, Array.from({ length: ROWS_A_BODY }, (_, row) => `${event(ROWS + index * ROWS_A_BODY + row)}\n`).join(''));
      return file;
    });
    const lines = [];
    for (const [name, since] of [['of a window', new Date(Date.UTC(2024, 0, 1) + ROWS * 0.95 * 7000).toISOString().slice(0, 19).replace('T', '%20')], ['of all rows', '2024-01-01%2000:00:00']]) {
      const endpoint = { url: `${engine.address}/v0/pipes/by_kind.json?since=${since}&until=${UNTIL}`, token: engine.token, method: 'GET', connections: 1 };
      const { p50 } = await load({ ...endpoint, seconds: 2 });
      const asked = { ...endpoint, connections: 4, rate: Math.min(100, 200 / p50), seconds: SECONDS };
      const idle = await load(asked);
      const [busy, sent] = await Promise.all([
        load(asked),
        load({ url: events, token: engine.token, bodies, connections: 16, seconds: SECONDS, rate: EVENTS_A_SECOND / ROWS_A_BODY }),
      ]);
      lines.push(
        `endpoint ${name} under ${Math.round(sent.rate * ROWS_A_BODY)} events/s: p99 ${(busy.p99 / idle.p99).toFixed(1)} times that of the idle engine (p50 ${busy.p50.toFixed(1)} against ${idle.p50.toFixed(1)} ms, ` +
          `p99 ${busy.p99.toFixed(1)} against ${idle.p99.toFixed(1)} ms, ${asked.rate.toFixed(0)} a second; events p99 ${sent.p99.toFixed(1)} ms, ${sent.failed + busy.failed} failed)`,
      );
    }
    return lines;
  } finally {
    await engine.stop();
  }
}

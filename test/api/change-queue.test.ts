/** What waits for a busy page stays short, and the page still hears the newest of everything. */
import { expect, test } from 'vitest';
import { ChangeQueue } from '../../engine/api/change-queue.ts';
import type { ChangeMessage, JobView } from '../../engine/api/protocol.ts';

const rows = (dataSource: string, rowCount: number, added: number): ChangeMessage => ({ kind: 'rows', dataSource, rowCount, quarantinedCount: 0, added });
const job = (progress: number): ChangeMessage => ({ kind: 'job', job: { id: 'j', kind: 'import', title: '', status: 'working', progress, createdAt: '', updatedAt: '', log: [] } satisfies JobView });
const request = (id: number): ChangeMessage => ({ kind: 'request', request: { id: String(id), at: '', method: 'POST', url: '', resource: 'events', status: 202, elapsedMs: 1, rows: 1 } });

test('rows and jobs are told by their newest state, requests by the latest two hundred, all else in its order', async () => {
  const queue = new ChangeQueue();
  queue.add({ kind: 'hello', revision: 1 });
  for (let index = 1; index <= 1000; index += 1) {
    queue.add(rows('a', index, 1));
    queue.add(job(index / 1000));
    queue.add(request(index));
  }
  queue.add(rows('b', 5, 5));
  queue.add({ kind: 'files', revision: 2, paths: ['x.pipe'] });
  const told = await queue.take();
  const requests = told.flatMap((message) => (message.kind === 'request' ? [Number(message.request.id)] : []));
  expect([told.filter(({ kind }) => kind !== 'request'), requests.length, requests[0], requests.at(-1)]).toEqual([
    [{ kind: 'hello', revision: 1 }, rows('a', 1000, 1000), job(1), rows('b', 5, 5), { kind: 'files', revision: 2, paths: ['x.pipe'] }], 200, 801, 1000,
  ]);
});

test('taking waits for the first message, and ends when the page has gone', async () => {
  const queue = new ChangeQueue();
  const first = queue.take();
  queue.add(rows('a', 1, 1));
  const taken = await first;
  const second = queue.take();
  queue.stop();
  expect([taken, await second]).toEqual([[rows('a', 1, 1)], []]);
});

/** Copies, populations and deletions: asked for over HTTP, followed as jobs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
  await engine.ask('/v0/events?name=visits', { body: NDJSON });
});

afterAll(() => engine.close());

const rows = async (sql: string) => rowsOf(await engine.ask('/v0/sql', { body: `${sql} FORMAT JSONEachRow` }));

/** Starts a job and gives how it ended. */
async function finished(path: string): Promise<unknown> {
  const [status, answer] = told(await engine.ask(path, { method: 'POST' }));
  if (status !== 200) return [status, answer];
  const { job } = answer as { job: { id: string; kind: string } };
  for (;;) {
    const [, now] = told(await engine.ask(`/v0/jobs/${job.id}`));
    const { status: state, error } = now as { status: string; error?: string };
    if (state !== 'working' && state !== 'waiting') return [job.kind, state, ...(error === undefined ? [] : [error])];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a copy runs with its parameters, sees every answered event, and replaces or appends', async () => {
  const first = await finished('/v0/pipes/snapshot/copy');
  const all = await rows('SELECT * FROM snapshots ORDER BY path');
  const second = await finished('/v0/pipes/snapshot/copy?since=3');
  const some = await rows('SELECT * FROM snapshots ORDER BY path');
  const third = await finished('/v0/pipes/snapshot/copy?since=4&_mode=append');
  expect([first, all, second, some, third, await rows('SELECT count() AS n, sum(visits) AS v FROM snapshots')]).toEqual([
    ['copy', 'done'], [{ path: '/', visits: 1 }, { path: '/a', visits: 2 }, { path: '/b/c', visits: 1 }],
    ['copy', 'done'], [{ path: '/', visits: 1 }, { path: '/b/c', visits: 1 }],
    ['copy', 'done'], [{ n: 3, v: 3 }],
  ]);
});

test('a view is filled again from all rows, into an emptied target', async () => {
  const done = await finished('/v0/pipes/by_day/nodes/by_day_node/population?truncate=true');
  expect([done, await rows('SELECT day, countMerge(visits) AS n, max(slowest) AS ms FROM visits_by_day GROUP BY day ORDER BY day')]).toEqual([['populateview', 'done'], [{ day: '2024-01-01', n: 2, ms: 1.5 }, { day: '2024-01-02', n: 2, ms: 7 }]]);
});

test('what cannot be copied or filled says why', async () => {
  const answers = [await finished('/v0/pipes/top_paths/copy'), await finished('/v0/pipes/nothing/copy'), await finished('/v0/pipes/snapshot/copy?_mode=merge'), await finished('/v0/pipes/snapshot/copy/pause'), await finished('/v0/pipes/snapshot/copy?since=x'), await finished('/v0/pipes/by_day/nodes/other/population')];
  expect(answers).toEqual([
    [400, { error: 'The pipe top_paths copies nothing: none of its nodes has TYPE copy.', code: 'bad-request' }], [404, { error: "Pipe 'nothing' not found", code: 'not-found' }],
    [400, { error: 'The parameter _mode is append or replace, not merge.', code: 'bad-request' }], [400, { error: 'The pipe snapshot runs on demand: it has no schedule to pause.', code: 'bad-request' }],
    ['copy', 'error', "Template Syntax Error: Error validating 'x' to type UInt64"], [404, { error: 'The pipe by_day has no materialized node other that can run.', code: 'not-found' }],
  ]);
});

test('rows are deleted by a condition, counted before when asked, and what views made of them stays', async () => {
  const form = (body: string) => ({ method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  const left = () => rows('SELECT (SELECT count() FROM visits) AS visits, (SELECT countMerge(visits) FROM visits_by_day) AS counted');
  const counted = told(await engine.ask('/v0/datasources/visits/delete', form("delete_condition=path='/a' and id in (select max(id) from visits where path = '/a')&dry_run=true")));
  const before = await left();
  const [status, answer] = told(await engine.ask('/v0/datasources/visits/delete', form("delete_condition=path='/a'")));
  const { id, kind, delete_id: deletion } = answer as { id: string; kind: string; delete_id: string };
  for (;;) {
    const [, job] = told(await engine.ask(`/v0/jobs/${id}`));
    if ((job as { status: string }).status === 'done') break;
  }
  const refused = [await engine.ask('/v0/datasources/visits/delete', form('delete_condition=pth = 1')), await engine.ask('/v0/datasources/visits/delete', form('')), await engine.ask('/v0/datasources/none/delete', form('delete_condition=1'))].map(told);
  expect([counted, before, status, kind, deletion === id, await left(), refused]).toEqual([
    [200, { rows_to_be_deleted: 1 }], [{ visits: 4, counted: 4 }], 200, 'delete_data', true, [{ visits: 2, counted: 4 }],
    [[400, expect.objectContaining({ error: expect.stringContaining('There is no column pth') })], [400, expect.objectContaining({ error: expect.stringContaining('delete_condition is missing') })], [404, expect.objectContaining({ error: 'Data Source "none" does not exist' })]],
  ]);
});

/** tinybird.NAME: what the engine did, as pipes over Tinybird's service data sources read it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
  await engine.ask('/v0/events?name=visits&wait=true', { body: NDJSON });
});

afterAll(() => engine.close());

const rows = async (sql: string) => rowsOf(await engine.ask('/v0/sql', { body: `${sql} FORMAT JSONEachRow` }));

test('requests of endpoints are counted with their parameters and errors; queries of the log are not', async () => {
  await engine.ask('/v0/pipes/top_paths.json?limit=1');
  await engine.ask('/v0/pipes/top_paths.json?limit=x');
  await engine.ask('/v0/sql?q=SELECT+1');
  await rows('SELECT count() FROM tinybird.pipe_stats_rt');
  const requests = await rows("SELECT pipe_name, status_code, error, method, result_rows, parameters['limit'] AS limit, duration > 0 AS took, token_name FROM tinybird.pipe_stats_rt ORDER BY pipe_name, status_code");
  const errors = await rows('SELECT pipe_name, status_code, params, error FROM tinybird.endpoint_errors');
  const days = await rows('SELECT date = today() AS is_today, pipe_name, view_count, error_count, avgMerge(avg_duration_state) > 0 AS took FROM tinybird.pipe_stats GROUP BY ALL ORDER BY pipe_name');
  const name = 'admin local_testing@tinybird.co';
  expect([requests, errors, days]).toEqual([
    [
      { pipe_name: 'query_api', status_code: 200, error: 0, method: 'GET', result_rows: 1, limit: '', took: 1, token_name: name },
      { pipe_name: 'top_paths', status_code: 200, error: 0, method: 'GET', result_rows: 1, limit: '1', took: 1, token_name: name },
      { pipe_name: 'top_paths', status_code: 400, error: 1, method: 'GET', result_rows: 0, limit: 'x', took: 1, token_name: name },
    ],
    [{ pipe_name: 'top_paths', status_code: 400, params: '{"limit":"x"}', error: expect.stringContaining("'x'") }],
    [{ is_today: 1, pipe_name: 'query_api', view_count: 1, error_count: 0, took: 1 }, { is_today: 1, pipe_name: 'top_paths', view_count: 2, error_count: 1, took: 1 }],
  ]);
});

test('what lands in data sources, jobs and storage are told', async () => {
  const [, { job }] = told(await engine.ask('/v0/pipes/snapshot/copy', { method: 'POST' })) as [number, { job: { id: string } }];
  for (;;) {
    const [, now] = told(await engine.ask(`/v0/jobs/${job.id}`)) as [number, { status: string }];
    if (now.status === 'done') break;
  }
  expect([
    await rows('SELECT event_type, datasource_name, rows, result, pipe_name FROM tinybird.datasources_ops_log ORDER BY event_type'),
    await rows('SELECT datasource_name, rows FROM tinybird.datasources_storage WHERE rows > 0 ORDER BY datasource_name'),
    await rows('SELECT job_type, pipe_name, datasource_name, status FROM tinybird.jobs_log'),
    await rows('SELECT count() AS n FROM tinybird.kafka_ops_log'),
    (told(await engine.ask('/v0/jobs?pipe_name=snapshot&status=done'))[1] as { jobs: unknown[] }).jobs.length,
    (told(await engine.ask('/v0/jobs?pipe_name=other'))[1] as { jobs: unknown[] }).jobs.length,
  ]).toEqual([
    [{ event_type: 'append-hfi', datasource_name: 'visits', rows: 4, result: 'ok', pipe_name: '' }, { event_type: 'copy', datasource_name: 'snapshots', rows: 3, result: 'ok', pipe_name: 'snapshot' }],
    [{ datasource_name: 'snapshots', rows: 3 }, { datasource_name: 'visits', rows: 4 }, { datasource_name: 'visits_by_day', rows: 2 }],
    [{ job_type: 'copy', pipe_name: 'snapshot', datasource_name: 'snapshots', status: 'done' }],
    [{ n: 0 }], 1, 0,
  ]);
});

test('a name that Tinybird does not have is unknown, and a token needs leave', async () => {
  const none = told(await engine.ask('/v0/sql?q=SELECT+*+FROM+tinybird.nothing'));
  await engine.ask('/v0/tokens?name=narrow&scope=PIPES:READ:top_paths', { method: 'POST' });
  const [, { token }] = told(await engine.ask('/v0/tokens/narrow')) as [number, { token: string }];
  const forbidden = told(await engine.ask('/v0/sql?q=SELECT+*+FROM+tinybird.pipe_stats_rt', { token }));
  expect([none[0], forbidden[0]]).toEqual([400, 403]);
});

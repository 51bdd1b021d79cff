/** The page's own routes, as protocol.ts lists them: whole answers, from files to jobs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangeMessage, CheckView, Completion, FileText, JobView, ProjectView, RunView } from '../../engine/api/protocol.ts';
import { openEngine, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({ ...PROJECT, 'fixtures/visits.ndjson': NDJSON, 'tests/top_paths.yaml': '' }, { watch: true });
});

afterAll(() => engine.close());

const failure = (body: unknown) => body as { error: string; code: string; place?: unknown };

async function job(id: string): Promise<JobView> {
  for (;;) {
    const now = (await engine.local(`jobs/${id}`)) as JobView;
    if (now.status !== 'working' && now.status !== 'waiting') return now;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function upload(name: string, text: string): Promise<{ upload: string }> {
  const answer = await engine.ask(`/local/uploads?name=${encodeURIComponent(name)}`, { token: '', headers: { 'X-Sandpiper-Secret': engine.secret }, body: text });
  return JSON.parse(answer.text) as { upload: string };
}

test('the project is shown whole: data sources with rows, pipes with nodes and parameters, files', async () => {
  const view = (await engine.local('project')) as ProjectView;
  const pipe = view.pipes.find(({ name }) => name === 'top_paths');
  expect([view.name, view.folder, view.version, view.address, view.timeZone, view.dataSources.map(({ name, rowCount, quarantinedCount, usedBy }) => [name, rowCount, quarantinedCount, usedBy]), view.files.map(({ path, kind }) => [path, kind])]).toEqual([
    engine.workspace.name, engine.project, '1.2.3', engine.address, 'UTC',
    [['snapshots', 0, 0, []], ['visits', 4, 0, ['snapshot', 'one', 'top_paths', 'by_day', 'helper']], ['visits_by_day', 2, 0, []]],
    [
      ['copies/snapshot.pipe', 'pipe'], ['datasources/snapshots.datasource', 'datasource'], ['datasources/visits.datasource', 'datasource'], ['datasources/visits_by_day.datasource', 'datasource'], ['endpoints/one.pipe', 'pipe'], ['endpoints/top_paths.pipe', 'pipe'],
      ['fixtures/visits.ndjson', 'fixture'], ['materializations/by_day.pipe', 'pipe'], ['pipes/helper.pipe', 'pipe'], ['tests/top_paths.yaml', 'test'],
    ],
  ]);
  expect(pipe).toEqual({
    name: 'top_paths', path: 'endpoints/top_paths.pipe', description: 'The most visited paths', type: 'endpoint', published: true,
    nodes: [
      { name: 'filtered', type: 'standard', description: '', reads: ['visits'], firstLine: 6, lastLine: expect.any(Number) as number },
      { name: 'top_paths_node', type: 'endpoint', description: '', reads: ['filtered'], firstLine: expect.any(Number) as number, lastLine: expect.any(Number) as number },
    ],
    parameters: [{ name: 'paths', type: 'Array(String)', required: false, description: 'Only these' }, { name: 'limit', type: 'Int32', required: false, defaultValue: '10' }],
  });
});

test('a node runs, also from a text that is not saved, and more rows than asked for are told', async () => {
  const path = 'endpoints/top_paths.pipe';
  const saved = (await engine.local('run', { id: 'a', source: { kind: 'node', path, node: 'top_paths_node' }, parameters: { limit: '2' }, rowLimit: 1 })) as RunView;
  const text = (PROJECT[path] ?? '').replace('SELECT path, ms', 'SELECT upper(path) AS path, ms');
  const unsaved = (await engine.local('run', { id: 'b', source: { kind: 'node', path, text, node: 'top_paths_node' }, parameters: {} })) as RunView;
  const sql = (await engine.local('run', { id: 'c', source: { kind: 'sql', sql: "SELECT toUInt64(18446744073709551615) AS big, nan AS n, [1, 2] AS a, NULL AS nothing, toDateTime('2024-01-01 10:00:00') AS t, 'a/b' AS s" }, parameters: {} })) as RunView;
  expect([saved.columns, saved.rows, saved.rowCount, saved.truncated, saved.sql.includes('LIMIT'), saved.duckdbSql.includes('"main"."visits"')]).toEqual([
    [{ name: 'path', type: 'String' }, { name: 'visits', type: 'UInt64' }, { name: 'slowest', type: 'Nullable(Float64)' }], [['/a', '2', 1.5]], 1, true, true, true,
  ]);
  expect([unsaved.rows, unsaved.truncated, sql.rows]).toEqual([[['/A', '2', 1.5], ['/', '1', null], ['/B/C', '1', 7]], false, [['18446744073709551615', 'nan', [1, 2], null, '2024-01-01 10:00:00', 'a/b']]]);
});

test('a run that fails says where in the file; a new run of the same id and a cancel end the old one', async () => {
  const path = 'endpoints/top_paths.pipe';
  const text = (PROJECT[path] ?? '').replace('max(ms)', 'max(sm)');
  const failed = failure(await engine.local('run', { id: 'x', source: { kind: 'node', path, text, node: 'top_paths_node' }, parameters: {} }));
  const long = { kind: 'sql' as const, sql: 'SELECT count() FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b WHERE (a.number * b.number) % 7 = 3' };
  const first = engine.local('run', { id: 'y', source: long, parameters: {} });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const second = engine.local('run', { id: 'y', source: long, parameters: {} });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await engine.local('cancel', { id: 'y' });
  const cancelled = { error: 'The query was cancelled.', code: 'cancelled' };
  expect([failed, await first, await second]).toEqual([{ error: 'There is no column sm in filtered. Did you mean ms?', code: 'unknown-name', place: { path, line: 16, column: 41, endLine: 16, endColumn: 43 } }, cancelled, cancelled]);
});

test('a text is checked before it is saved', async () => {
  const path = 'endpoints/top_paths.pipe';
  const check = (await engine.local('check', { path, text: (PROJECT[path] ?? '').replace('FROM visits', 'FROM vists') })) as CheckView;
  const source = (await engine.local('check', { path: 'datasources/new.datasource', text: 'SCHEMA >\n    a Strin\n' })) as CheckView;
  expect([check.diagnostics.filter(({ line }) => line === 9), check.nodes.map(({ name }) => name), check.parameters.map(({ name }) => name), source.diagnostics.map(({ severity, line }) => [severity, line])]).toEqual([
    [{ severity: 'error', message: 'There is no data source, pipe or node vists. Did you mean visits?', line: 9, column: 26, endLine: 9, endColumn: 31 }],
    ['filtered', 'top_paths_node'], ['paths', 'limit'], [['error', 2]],
  ]);
});

test('files are written when they are what the editor began with, and nothing outside of the project is touched', async () => {
  const path = 'pipes/helper.pipe';
  const read = (await engine.local(`file?path=${path}`)) as FileText;
  const written = (await engine.local('file', { path, text: `${read.text}\n`, baseVersion: read.version }, 'PUT')) as FileText;
  const stale = failure(await engine.local('file', { path, text: 'x', baseVersion: read.version }, 'PUT'));
  const fresh = (await engine.local('file', { path: 'pipes/new.pipe', text: 'NODE n\nSQL >\n    SELECT 1 AS one\n' }, 'PUT')) as FileText;
  const existing = failure(await engine.local('file', { path, text: 'x' }, 'PUT'));
  const renamed = (await engine.local('file/rename', { path: 'pipes/new.pipe', to: 'other/newer.pipe' })) as FileText;
  const outside = await Promise.all(['../secret', '/etc/passwd', '.sandpiper/tokens.json', 'a/../../b', '.git/config'].map(async (one) => failure(await engine.local(`file?path=${encodeURIComponent(one)}`)).code));
  const deleted = await engine.local('file?path=other/newer.pipe', undefined, 'DELETE');
  const view = (await engine.local('project')) as ProjectView;
  expect([read.text, written.text, stale.code, fresh.text, existing.code, renamed.path, renamed.text, outside, deleted, existsSync(join(engine.project, 'other/newer.pipe')), readFileSync(join(engine.project, path), 'utf8'), view.pipes.some(({ name }) => name === 'newer')]).toEqual([
    PROJECT[path], `${PROJECT[path]}\n`, 'conflict', 'NODE n\nSQL >\n    SELECT 1 AS one\n', 'conflict', 'other/newer.pipe', fresh.text, ['forbidden', 'forbidden', 'forbidden', 'forbidden', 'forbidden'], {}, false, `${PROJECT[path]}\n`, false,
  ]);
});

test('the publish switch writes the file', async () => {
  const off = (await engine.local('endpoints/one', { published: false })) as FileText;
  const gone = await engine.ask('/v0/pipes/one.json?id=1');
  const on = (await engine.local('endpoints/one', { published: true })) as FileText;
  const back = await engine.ask('/v0/pipes/one.json?id=1');
  expect([/^TYPE endpoint/im.test(off.text), gone.status, on.text.trim(), back.status, readFileSync(join(engine.project, 'endpoints/one.pipe'), 'utf8')]).toEqual([false, 404, (PROJECT['endpoints/one.pipe'] ?? '').trim(), 200, on.text]);
});

test('what may stand at a place is completed: tables, columns, functions, template functions and parameters', async () => {
  const path = 'endpoints/top_paths.pipe';
  const text = PROJECT[path] ?? '';
  const at = async (before: string) => {
    const end = text.indexOf(before) + before.length;
    const lines = text.slice(0, end).split('\n');
    const { items } = (await engine.local('complete', { path, text, line: lines.length, column: (lines.at(-1) ?? '').length + 1 })) as { items: Completion[] };
    return items;
  };
  const [afterFrom, inSelect, inSecond, inTag] = [await at('FROM '), await at('SELECT '), await at('SELECT path, count() AS visits, '), await at("{{Int32(")];
  const labels = (items: readonly Completion[] | undefined, kind: Completion['kind']) => items?.filter((item) => item.kind === kind).map(({ label }) => label);
  expect([labels(afterFrom, 'table'), labels(inSelect, 'column'), labels(inSelect, 'function')?.includes('toStartOfHour'), labels(inSelect, 'aggregate')?.includes('uniq'), labels(inSecond, 'node'), labels(inSecond, 'column'), labels(inTag, 'parameter'), labels(inTag, 'template-function')?.includes('DateTime')]).toEqual([
    ['snapshots', 'visits', 'visits_by_day', 'snapshot', 'one', 'by_day', 'helper'], ['id', 'at', 'path', 'ms'], true, true, [], ['path', 'ms', 'visits'], ['paths', 'limit'], true,
  ]);
});

test('a file is uploaded, looked at and imported into a data source of its own', async () => {
  const sent = await upload('my rows.ndjson', '{"a":1,"b":"x"}\n\n{"a":2}\nnot json\n');
  const inspected = await job(((await engine.local('inspect', { source: sent })) as { job: string }).job);
  const datafile = 'SCHEMA >\n    `a` UInt8 `json:$.a`,\n    `b` Nullable(String) `json:$.b`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "a"\n';
  const imported = await job(((await engine.local('imports', { sources: [sent], dataSource: 'my_rows', mode: 'create', datafile })) as { job: string }).job);
  const again = failure(await engine.local('imports', { sources: [sent], dataSource: 'my_rows', mode: 'create', datafile }));
  const path = failure(await engine.local('imports', { sources: [{ path: '/etc/passwd' }], dataSource: 'my_rows', mode: 'append' }));
  const schema = inspected.result as unknown as { fileName: string; lines: number; blank: number; malformedCount: number; columns: { name: string; type: string; present: number }[] };
  const receipt = imported.result as unknown as Record<string, unknown>;
  expect([inspected.kind, inspected.status, schema.fileName, schema.lines, schema.blank, schema.malformedCount, schema.columns.map(({ name, type, present }) => [name, type, present])]).toEqual(['inspect', 'done', 'my_rows.ndjson', 4, 1, 1, [['a', expect.any(String), 2], ['b', expect.stringContaining('String'), 1]]]);
  expect([imported.kind, imported.status, receipt['lines'], receipt['loaded'], receipt['quarantined'], receipt['blank'], readFileSync(join(engine.project, 'datasources/my_rows.datasource'), 'utf8'), again.code, path.code]).toEqual(['import', 'done', 4, 2, 1, 1, datafile, 'conflict', 'forbidden']);
});

test('changes are told as they happen: rows, jobs, requests, and files changed by other programs', async () => {
  const controller = new AbortController();
  const response = await fetch(`${engine.address}/local/changes`, { headers: { 'X-Sandpiper-Secret': engine.secret }, signal: controller.signal });
  const told: ChangeMessage[] = [];
  const reading = (async () => {
    let held = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (held + Buffer.from(chunk).toString()).split('\n');
      held = lines.pop() ?? '';
      told.push(...lines.map((line) => JSON.parse(line) as ChangeMessage));
    }
  })().catch(() => undefined); // Ended by the test itself.
  await engine.ask('/v0/events?name=visits&wait=true', { body: '{"id":50,"at":"2024-05-01 00:00:00"}' });
  writeFileSync(join(engine.project, 'pipes/outside.pipe'), 'NODE n\nSQL >\n    SELECT 1 AS one\n');
  const paths = () => told.flatMap((change) => (change.kind === 'files' ? change.paths : []));
  await expect.poll(() => [...paths(), ...told.map(({ kind }) => kind)], { timeout: 3000 }).toEqual(expect.arrayContaining(['hello', 'rows', 'request', 'pipes/outside.pipe']));
  controller.abort();
  await reading;
  const rows = told.flatMap((change) => (change.kind === 'rows' ? [[change.dataSource, change.added]] : []));
  expect([told[0]?.kind, rows]).toEqual(['hello', expect.arrayContaining([['visits', 1], ['visits_by_day', 1]])]);
});

test('a request that does not fit its shape says what is wrong with it', async () => {
  const answers = await Promise.all([engine.local('run', { id: 1 }), engine.local('check', {}), engine.local('file', undefined, 'GET'), engine.local('jobs/none'), engine.local('endpoints/nothing', { published: true })]);
  expect(answers.map(failure)).toEqual([
    { error: expect.stringContaining('The request does not fit its shape: id') as string, code: 'bad-request' }, { error: expect.stringContaining('path') as string, code: 'bad-request' },
    { error: 'The parameter path is missing.', code: 'bad-request' }, { error: 'There is no job none.', code: 'not-found' }, { error: "The pipe 'nothing' does not exist", code: 'not-found' },
  ]);
});

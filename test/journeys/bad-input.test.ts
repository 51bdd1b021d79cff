/** What goes wrong gets a clear sentence with its place, in each face of the engine, and loses nothing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, removeProject, run, startEngine, type RunningEngine } from './engine.ts';

const VISITS = 'SCHEMA >\n    `id` UInt64 `json:$.id`,\n    `at` DateTime `json:$.at`,\n    `amount` Float64 `json:$.amount` DEFAULT 1.5\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\n\nTOKEN "writer" APPEND\n';
const TOTAL = 'TOKEN "reader" READ\n\nNODE total_node\nSQL >\n    %\n    SELECT count() AS visits, sum(amount) AS total FROM visits WHERE id > {{UInt64(after, 0)}}\n\nTYPE endpoint\n';
const BROKEN = 'NODE broken_node\nSQL >\n    SELECT idd FROM visits\n\nTYPE endpoint\n';

let engine: RunningEngine;

beforeAll(async () => {
  engine = await startEngine(makeProject({ 'datasources/visits.datasource': VISITS, 'endpoints/total.pipe': TOTAL, 'endpoints/broken.pipe': BROKEN, 'endpoints/unreadable.pipe': 'NODE\nSQL\n' }));
}, 60_000);

afterAll(async () => {
  await engine?.stop();
  if (engine) removeProject(engine.project);
});

const errorOf = (text: string) => (JSON.parse(text) as { error: string }).error;

test('a mixed body keeps its good rows, and each bad one has its reason', async () => {
  const body = ['{"id":1,"at":"2024-01-01 00:00:00"}', '{"id":"two","at":"2024-01-01 00:00:00"}', '{"id":3}', '{"id":4,"at":"2024-01-01T10:00:00.123Z","amount":2}', 'no json'].join('\n');
  const sent = await engine.post('/v0/events?name=visits&wait=true', body);
  const total = await engine.get('/v0/pipes/total.ndjson');
  const rejected = await engine.get('/v0/sql?q=SELECT+c__error+FROM+visits_quarantine+ORDER+BY+c__raw+FORMAT+JSONEachRow');
  expect([sent.status, JSON.parse(sent.text), JSON.parse(total.text), rejected.text.trim().split('\n').length]).toEqual([200, { successful_rows: 2, quarantined_rows: 3 }, { visits: 2, total: 3.5 }, 3]);
  expect(rejected.text).toContain("value 'two' on column 'id' is not UInt64");
});

test.each([
  ['/v0/pipes/broken.json', 400, 'There is no column idd in visits. Did you mean id?'],
  ['/v0/pipes/nothing.json', 404, "The pipe 'nothing' does not exist"],
  ['/v0/pipes/%ZZ.json', 404, "The pipe '%ZZ' does not exist"],
  ['/v0/pipes/total.json?after=x', 400, "Template Syntax Error: Error validating 'x' to type UInt64"],
  ['/v0/sql?q=SELECT+1+FROM', 400, 'Expected the name of a table, but the query ends.'],
  ['/v0/sql?q=SELECT+*+FROM+vists', 400, 'There is no data source, pipe or node vists. Did you mean visits?'],
  ['/v0/sql?q=DROP+TABLE+visits', 400, 'Only SELECT queries run here, not DROP.'],
  ["/v0/sql?q=SELECT+*+FROM+read_csv('/etc/passwd')", 400, 'The table function read_csv is not supported: Sandpiper reads data sources, pipes, numbers() and values() only.'],
  ["/v0/sql?q=SELECT+getenv('HOME')", 400, 'There is no function getenv in Sandpiper.'],
])('GET %s says what is wrong', async (path, status, sentence) => {
  const answer = await engine.get(path);
  expect([answer.status, errorOf(answer.text)]).toEqual([status, sentence]);
});

test('tokens open what they name and nothing else', async () => {
  const { tokens } = JSON.parse((await engine.get('/v0/tokens')).text) as { tokens: { name: string; token: string }[] };
  const token = (name: string) => tokens.find((one) => one.name === name)?.token ?? '';
  const statuses = await Promise.all([
    engine.get('/v0/pipes/total.json', token('reader')), engine.get('/v0/pipes/broken.json', token('reader')), engine.get('/v0/sql?q=SELECT+*+FROM+visits', token('reader')), engine.get('/v0/sql?q=SELECT+*+FROM+total', token('reader')),
    engine.get('/v0/pipes/total.json', 'p.wrong'), engine.get('/v0/pipes/total.json', ''), engine.get('/v0/tokens', token('writer')),
    engine.post('/v0/events?name=visits', '{"id":9,"at":"2024-01-01 00:00:00"}', { Authorization: `Bearer ${token('writer')}` }), engine.post('/v0/events?name=visits', '{}', { Authorization: `Bearer ${token('reader')}` }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([200, 403, 403, 200, 403, 401, 403, 202, 403]);
});

test('the routes of the page refuse whoever has no secret, a foreign host or a foreign origin', async () => {
  const page = await engine.get('/', '');
  const secret = /name="sandpiper-secret" content="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const ask = (headers: Record<string, string>) => fetch(`${engine.address}/local/project`, { headers }).then((response) => response.status);
  const statuses = await Promise.all([ask({ 'X-Sandpiper-Secret': secret }), ask({}), ask({ 'X-Sandpiper-Secret': 'guess' }), ask({ 'X-Sandpiper-Secret': secret, Origin: 'https://evil.example' })]);
  const cors = await engine.get('/tokens', '');
  expect([secret.length > 20, statuses, cors.headers.get('access-control-allow-origin')]).toEqual([true, [200, 401, 401, 403], null]);
});

test('events for what is not there, or without a name, are refused', async () => {
  const answers = await Promise.all([engine.post('/v0/events?name=nothing', '{}'), engine.post('/v0/events', '{}'), engine.post('/v0/events?name=visits', 'not json at all')]);
  expect(answers.map((answer) => [answer.status, errorOf(answer.text)])).toEqual([
    [404, 'Data Source "nothing" does not exist'],
    [400, 'The parameter name is missing: it names the data source, as in /v0/events?name=app_events.'],
    [400, expect.stringContaining('not JSON') as string],
  ]);
});

test('a file changed outside is picked up within a second or two', async () => {
  writeFileSync(join(engine.project, 'endpoints/late.pipe'), 'NODE late_node\nSQL >\n    SELECT 7 AS n\n\nTYPE endpoint\n');
  await expect.poll(async () => (await engine.get('/v0/pipes/late.ndjson')).text, { timeout: 3_000 }).toBe('{"n":7}\n');
});

test('check names file, line and column, and one broken file does not stop the rest', () => {
  const checked = run(['check', engine.project, '--json']);
  const report = JSON.parse(checked.out) as { ok: boolean; files: { path: string; diagnostics: { severity: string; message: string; line: number; column: number }[] }[]; nodes: { pipe: string; ok: boolean }[] };
  const errors = report.files.flatMap((file) => file.diagnostics.filter(({ severity }) => severity === 'error').map(({ message, line, column }) => ({ path: file.path, message, line, column })));
  expect([checked.code, report.ok, report.nodes.filter((node) => node.ok).map((node) => node.pipe)]).toEqual([1, false, expect.arrayContaining(['total']) as string[]]);
  expect(errors).toContainEqual({ path: 'endpoints/broken.pipe', message: 'There is no column idd in visits. Did you mean id?', line: 3, column: 12 });
});

test('a command beside a running engine goes through it', () => {
  const file = join(engine.project, 'more.ndjson');
  writeFileSync(file, '{"id":21,"at":"2024-02-01 00:00:00"}\n\n{"id":22,"at":"never"}\n');
  const imported = run(['import', 'visits', file, '--project', engine.project]);
  const asked = run(['sql', 'SELECT count() AS n FROM visits WHERE id > 20', '--project', engine.project, '--format', 'ndjson']);
  const receipt = JSON.parse(imported.out) as Record<string, number>;
  expect([imported.code, receipt['lines'], receipt['loaded'], receipt['quarantined'], receipt['blank'], asked.out]).toEqual([0, 3, 1, 1, 1, '{"n":1}\n']);
});

test('a port in use, a missing project, a damaged database and wrong arguments each have a sentence and an exit code', () => {
  const port = new URL(engine.address).port;
  const other = makeProject({ 'datasources/a.datasource': VISITS });
  mkdirSync(join(other, '.sandpiper'));
  const taken = run(['serve', other, '--port', port, '--no-open']);
  const missing = run(['check', join(other, 'nowhere')]);
  const wrong = run(['serve', other, '--port', 'seven']);
  writeFileSync(join(other, '.sandpiper/workspace.duckdb'), 'this is no database'.repeat(1000));
  const damaged = run(['sql', 'SELECT 1', '--project', other]);
  const kept = readFileSync(join(other, '.sandpiper/workspace.duckdb'), 'utf8').startsWith('this is no database');
  removeProject(other);
  expect([taken.code, taken.err.includes(`Port ${port} is in use`), missing.code, missing.err.includes('There is no folder'), wrong.code, damaged.code, damaged.err.includes('is damaged'), kept]).toEqual([1, true, 1, true, 2, 1, true, true]);
});

test('the engine ends cleanly when asked, and rows are there when it starts again', async () => {
  const project = makeProject({ 'datasources/visits.datasource': VISITS });
  const first = await startEngine(project);
  await first.post('/v0/events?name=visits', '{"id":1,"at":"2024-01-01 00:00:00"}');
  const code = await first.stop('SIGINT');
  const second = await startEngine(project);
  const count = await second.get('/v0/sql?q=SELECT+count()+AS+n+FROM+visits+FORMAT+JSONEachRow');
  await second.post('/v0/events?name=visits', '{"id":2,"at":"2024-01-01 00:00:00"}');
  await second.stop('SIGKILL');
  const third = await startEngine(project);
  const after = await third.get('/v0/sql?q=SELECT+count()+AS+n+FROM+visits+FORMAT+JSONEachRow');
  await third.stop();
  removeProject(project);
  expect([code, count.text, after.text]).toEqual([0, '{"n":1}\n', '{"n":2}\n']);
});

/** Endpoints and SQL over HTTP: whole answers, parameters in each form, tokens and their limits. */
import { DuckDBInstance } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
  await engine.ask('/v0/events?name=visits&wait=true', { body: NDJSON });
});

afterAll(() => engine.close());

const TOP = [{ path: '/a', visits: 2, slowest: 1.5 }, { path: '/', visits: 1, slowest: null }, { path: '/b/c', visits: 1, slowest: 7 }];
const data = (answer: { text: string }) => (JSON.parse(answer.text) as { data: unknown }).data;

test('an endpoint answers in JSON as ClickHouse spells it', async () => {
  const answer = await engine.ask('/v0/pipes/top_paths.json?limit=2');
  expect([answer.status, answer.headers['content-type'], answer.text.replace(/"elapsed": [\d.]+/, '"elapsed": 0')]).toEqual([
    200,
    'application/json; charset=utf-8',
    `{
	"meta":
	[
		{
			"name": "path",
			"type": "String"
		},
		{
			"name": "visits",
			"type": "UInt64"
		},
		{
			"name": "slowest",
			"type": "Nullable(Float64)"
		}
	],

	"data":
	[
		{
			"path": "\\/a",
			"visits": 2,
			"slowest": 1.5
		},
		{
			"path": "\\/",
			"visits": 1,
			"slowest": null
		}
	],

	"rows": 2,

	"rows_before_limit_at_least": 3,

	"statistics":
	{
		"elapsed": 0,
		"rows_read": 4,
		"bytes_read": 0
	}
}
`,
  ]);
});

test('an endpoint answers in CSV with its header and in NDJSON', async () => {
  const [csv, named, ndjson, other] = await Promise.all(['csv', 'csvwithnames', 'ndjson', 'xlsx'].map((extension) => engine.ask(`/v0/pipes/top_paths.${extension}?limit=1`)));
  expect([csv, named, ndjson, other].map((answer) => [answer?.status, answer?.headers['content-type'], answer?.text])).toEqual([
    [200, 'text/csv; charset=utf-8', '"path","visits","slowest"\n"/a",2,1.5\n'],
    [200, 'text/csv; charset=utf-8', '"path","visits","slowest"\n"/a",2,1.5\n'],
    [200, 'application/x-ndjson; charset=utf-8', '{"path":"\\/a","visits":2,"slowest":1.5}\n'],
    [400, 'application/json', '{"error":"An endpoint answers as json, csv, csvwithnames, ndjson, parquet, prometheus, not as xlsx.","code":"unsupported"}'],
  ]);
});

test('an endpoint and a query answer as Parquet, with every column under a name of its own', async () => {
  const fetched = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${engine.address}${path}`, { ...init, headers: { Authorization: `Bearer ${engine.workspace.tokens.admin.token}` } });
    const file = join(engine.project, `${randomUUID()}.parquet`);
    writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
    const connection = await (await DuckDBInstance.create()).connect();
    const reader = await connection.runAndReadAll(`SELECT * FROM '${file}'`);
    return [response.status, response.headers.get('content-type'), reader.columnNames(), reader.getRowsJson()];
  };
  const type = 'application/vnd.apache.parquet';
  expect([
    await fetched('/v0/pipes/top_paths.parquet?limit=1'),
    await fetched('/v0/sql', { method: 'POST', body: "SELECT 1 AS a, toInt128('170141183460469231731687303715884105727') AS big, [1, 2] AS list, map('k', 1.5) AS m, (SELECT 'x') AS A, NULL AS n FORMAT Parquet" }),
  ]).toEqual([
    [200, type, ['path', 'visits', 'slowest'], [['/a', '2', 1.5]]],
    [200, type, ['a', 'big', 'list', 'm', 'A_2', 'n'], [[1, '170141183460469231731687303715884105727', [1, 2], [{ key: 'k', value: 1.5 }], 'x', null]]],
  ]);
});

test('parameters come in the query, a form, a multipart form or JSON; repeated keys and lists are joined', async () => {
  const url = '/v0/pipes/top_paths.json';
  const answers = await Promise.all([
    engine.ask(`${url}?paths=/a,/b/c&from=ts-sdk&cli_version=1`), engine.ask(`${url}?paths=/a&paths=/b/c`),
    engine.ask(url, { body: 'paths=%2Fa%2C%2Fb%2Fc', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
    engine.ask(url, { body: '{"paths":["/a","/b/c"],"limit":5}', headers: { 'Content-Type': 'application/json' } }),
    engine.ask(url, { body: '--b\r\nContent-Disposition: form-data; name="paths"\r\n\r\n/a,/b/c\r\n--b--\r\n', headers: { 'Content-Type': 'multipart/form-data; boundary=b' } }),
  ]);
  expect(answers.map(data)).toEqual(answers.map(() => [TOP[0], TOP[2]]));
});

test('q runs SQL over the result, which it knows as _', async () => {
  const answer = await engine.ask(`/v0/pipes/top_paths.json?paths=/a,/&q=${encodeURIComponent('SELECT sum(visits) AS n FROM _')}`);
  expect(data(answer)).toEqual([{ n: 3 }]);
});

test('a missing or wrong parameter is told as Tinybird tells it, and the author may refuse in an own body', async () => {
  const answers = await Promise.all(['', '?id=x', '?id=1&refuse=1'].map((query) => engine.ask(`/v0/pipes/one.json${query}`)));
  expect(answers.map(told)).toEqual([
    [400, expect.objectContaining({ error: 'Template Syntax Error: Required parameter is not defined. Check the parameters id. Please provide a value or set a default value in the pipe code.' })],
    [400, expect.objectContaining({ error: "Template Syntax Error: Error validating 'x' to type UInt64" })],
    [418, { error: 'Refused', why: 'because' }],
  ]);
});

test('a pipe that is not there, or not published, is not found', async () => {
  const answers = await Promise.all([engine.ask('/v0/pipes/nothing.json'), engine.ask('/v0/pipes/helper.json'), engine.ask('/v0/pipes/nothing'), engine.ask('/v0/pipes/nothing.pipe')]);
  expect(answers.map(told)).toEqual([
    [404, { error: "The pipe 'nothing' does not exist", code: 'not-found' }], [404, { error: "The pipe 'helper' is not published: give one of its nodes TYPE endpoint.", code: 'not-found' }],
    [404, { error: "Pipe 'nothing' not found", code: 'not-found' }], [404, { error: "Pipe 'nothing' not found", code: 'not-found' }],
  ]);
});

test('pipes are listed for whom they concern, with their text and parameters', async () => {
  const names = told(await engine.ask('/v0/pipes?attrs=id,name'));
  const some = told(await engine.ask('/v0/pipes?attrs=name', { token: engine.tokenOf('top_read') }));
  const [, pipe] = told(await engine.ask('/v0/pipes/top_paths'));
  const text = await engine.ask('/v1/pipes/top_paths.pipe');
  const shown = pipe as { type: string; endpoint: string; content: string; nodes: { name: string; params: { name: string; type: string; required: boolean }[] }[] };
  expect([names, some, shown.type, shown.endpoint, shown.content === PROJECT['endpoints/top_paths.pipe'], shown.nodes.map(({ name }) => name), shown.nodes[0]?.params.map(({ name, type, required }) => [name, type, required]), text.headers['content-type'], text.text === shown.content]).toEqual([
    [200, { pipes: ['snapshot', 'one', 'top_paths', 'by_day', 'helper'].map((name) => ({ id: name, name, url: `/v0/pipes/${name}.json` })) }],
    [200, { pipes: [{ name: 'top_paths', url: '/v0/pipes/top_paths.json' }] }],
    'endpoint', 'top_paths.top_paths_node', true, ['filtered', 'top_paths_node'], [['paths', 'Array(String)', false], ['limit', 'Int32', false]], 'text/plain', true,
  ]);
});

test('SQL comes as q, as a form or as the bare body, and FORMAT chooses the answer', async () => {
  const sql = 'SELECT path, count() AS n FROM visits GROUP BY path ORDER BY path';
  const answers = await Promise.all([
    engine.ask(`/v0/sql?q=${encodeURIComponent(`${sql} FORMAT CSV`)}`), engine.ask('/v0/sql', { body: `q=${encodeURIComponent(`${sql} FORMAT TSV`)}`, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
    engine.ask('/v0/sql', { body: `${sql} FORMAT JSONEachRow`, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }), engine.ask('/v0/sql', { body: `${sql}\nFORMAT TSVWithNames`, headers: { 'Content-Type': 'text/plain' } }),
    engine.ask('/v0/sql', { body: `% SELECT path FROM visits WHERE id = {{UInt64(id)}} FORMAT CSV` }),
    engine.ask('/v0/sql?id=3', { body: `% SELECT path FROM visits WHERE id = {{UInt64(id)}} FORMAT CSV` }),
    engine.ask('/v0/sql?pipeline=top_paths', { body: 'SELECT max(visits) AS most FROM _ FORMAT CSV' }),
    engine.ask('/v0/sql?output_format_json_quote_64bit_integers=1', { body: 'SELECT toUInt64(1) AS n FORMAT JSONEachRow' }),
  ]);
  expect(answers.map(({ status, text }) => [status, text])).toEqual([
    [200, '"/",1\n"/a",2\n"/b/c",1\n'], [200, '/\t1\n/a\t2\n/b/c\t1\n'], [200, '{"path":"\\/","n":1}\n{"path":"\\/a","n":2}\n{"path":"\\/b\\/c","n":1}\n'], [200, 'path\tn\n/\t1\n/a\t2\n/b/c\t1\n'],
    [400, expect.stringContaining('Required parameter is not defined. Check the parameters id.')], [200, '"/b/c"\n'], [200, '2\n'], [200, '{"n":"1"}\n'],
  ]);
});

test('an error in SQL is placed in what the client sent', async () => {
  const [unknown, nothing, smuggled] = await Promise.all(['SELECT\n  pth FROM visits', ' ', "SELECT 1; DROP TABLE visits"].map((body) => engine.ask('/v0/sql', { body })));
  expect([unknown, nothing].map((answer) => told(answer ?? { status: 0, headers: {}, text: '' }))).toEqual([
    [400, { error: 'There is no column pth in visits. Did you mean path?', code: 'unknown-name', place: { line: 2, column: 3, endLine: 2, endColumn: 6 } }],
    [400, { error: 'There is no query: give it as the parameter q or as the body.', code: 'bad-request' }],
  ]);
  expect(smuggled?.status).toBe(400);
});

test('a token reads the pipe that it names, and what that reads by no other way', async () => {
  const token = engine.tokenOf('top_read');
  const asked = await Promise.all([
    engine.ask('/v0/pipes/top_paths.json', { token }), engine.ask('/v0/sql', { body: 'SELECT * FROM top_paths', token }), engine.ask('/v0/sql', { body: 'SELECT * FROM visits', token }), engine.ask('/v0/pipes/one.json?id=1', { token }),
    engine.ask('/v0/sql', { body: 'SELECT * FROM visits_quarantine', token }), engine.ask('/v0/sql', { body: 'SELECT * FROM visits_quarantine', token: engine.tokenOf('visits_read') }),
    engine.ask(`/v0/pipes/top_paths.json?q=${encodeURIComponent('SELECT * FROM visits')}`, { token }), engine.ask('/v0/sql?pipeline=one', { body: 'SELECT * FROM _', token }), engine.ask('/v0/tokens', { token }), engine.ask('/v0/datasources/visits', { token }),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 403, 403, 403, 200, 403, 403, 403, 403]);
});

test('the tokens that files declare are listed for the admin with their scopes', async () => {
  const [status, body] = told(await engine.ask('/v0/tokens'));
  const { tokens } = body as { tokens: { name: string; token: string; scopes: { type: string; resource: string }[] }[] };
  expect([status, tokens.map(({ name, scopes }) => [name, scopes.map(({ type, resource }) => `${type}:${resource}`)]), tokens.every(({ token }) => token.startsWith('p.e'))]).toEqual([
    200,
    [['admin local_testing@tinybird.co', ['ADMIN:']], ['visits_write', ['DATASOURCES:APPEND:visits']], ['visits_read', ['DATASOURCES:READ:visits']], ['top_read', ['PIPES:READ:top_paths']]],
    true,
  ]);
});

test('a query whose client leaves is stopped', async () => {
  const controller = new AbortController();
  const sql = 'SELECT count() FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b WHERE (a.number * b.number) % 7 = 3';
  const asked = fetch(`${engine.address}/v0/sql?token=${engine.workspace.tokens.admin.token}`, { method: 'POST', body: sql, signal: controller.signal }).catch(() => 'left');
  await new Promise((resolve) => setTimeout(resolve, 200));
  controller.abort();
  expect(await asked).toBe('left');
  await expect.poll(() => engine.workspace.requests.last(1)[0], { timeout: 3000 }).toMatchObject({ resource: 'sql', status: 499, error: 'The query was cancelled.' });
});

test('a result that is too large to answer is refused, and the engine lives on', async () => {
  const [rows, text, after] = [
    await engine.ask('/v0/sql', { body: 'SELECT number, number AS n FROM numbers(6000000)' }), await engine.ask('/v0/sql', { body: "SELECT repeat('x', 1000000) AS t FROM numbers(300)" }), await engine.ask('/v0/sql', { body: 'SELECT 1 AS one FORMAT CSV' }),
  ];
  expect([told(rows), told(text), after.text]).toEqual([
    [413, { error: 'The result has more than 5,000,000 rows. Give it a LIMIT, or group its rows.', code: 'too-large' }], [413, { error: 'The answer is larger than 250 MB. Give the query a LIMIT, fewer columns, or group its rows.', code: 'too-large' }], '1\n',
  ]);
}, 60_000);

/** /v0/datasources: what they are, and files appended and put in their place. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
});

afterAll(() => engine.close());

const rows = async (sql: string) => rowsOf(await engine.ask('/v0/sql', { body: `${sql} FORMAT JSONEachRow` }));
const load = async (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const [status, answer] = told(await engine.ask(path, { body, headers }));
  const { import_id: _id, datasource: _source, receipt: _receipt, ...rest } = answer as Record<string, unknown>;
  return [status, rest];
};
const form = (name: string, fileName: string, text: string) => ({
  body: `--x\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n${text}\r\n--x--\r\n`,
  headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
});

test('a file is appended however it is sent, and every line is told of', async () => {
  const ndjson = form('ndjson', 'rows.ndjson', `${NDJSON}oops\n{"id":"x","at":"2024-01-01 00:00:00"}\n`);
  const csv = form('csv', 'rows.csv', 'id,at,path\n20,2024-03-01 00:00:00,/csv\n21,never,/csv\n');
  const misnamed = form('csv', 'data.csv', NDJSON);
  const answers = [
    await load('/v0/datasources?name=visits&mode=append&format=ndjson', ndjson.body, ndjson.headers),
    await load('/v0/datasources?name=visits&mode=append', csv.body, csv.headers),
    await load('/v0/datasources?name=visits&mode=append&format=ndjson', misnamed.body, misnamed.headers),
    await load('/v0/datasources?name=visits&mode=append&format=ndjson', gzipSync(NDJSON)),
    await load('/v0/datasources?name=visits&mode=append', 'id,at\n30,2024-03-02 00:00:00\n', { 'Content-Type': 'text/csv' }),
  ];
  const clean = { quarantine_rows: 0, invalid_lines: 0, error: false, quarantined_rows: 0 };
  expect([answers, await rows('SELECT count() AS n, countIf(path = \'/csv\') AS csv FROM visits')]).toEqual([
    [
      [200, { quarantine_rows: 1, invalid_lines: 1, error: 'There was an error with file contents: 1 row in quarantine and 1 invalid line.', successful_rows: 4, quarantined_rows: 1 }],
      [200, { quarantine_rows: 1, invalid_lines: 0, error: 'There was an error with file contents: 1 row in quarantine.', successful_rows: 1, quarantined_rows: 1 }],
      [200, { ...clean, successful_rows: 4 }],
      [200, { ...clean, successful_rows: 4 }],
      [200, { ...clean, successful_rows: 1 }],
    ],
    [{ n: 14, csv: 1 }],
  ]);
});

test('replace swaps all rows, or none when the file has not one that fits', async () => {
  const replaced = await load('/v0/datasources?name=visits&mode=replace&format=ndjson', NDJSON);
  const failed = await load('/v0/datasources?name=visits&mode=replace', 'nothing,here\n1,2\n3,4,5\n"');
  const kept = await rows('SELECT count() AS n FROM visits');
  const emptied = await load('/v0/datasources?name=visits&mode=replace&replace_truncate_when_empty=true', 'id,at\n');
  expect([replaced[0], failed, kept, emptied[0], await rows('SELECT count() AS n FROM visits')]).toEqual([
    200, [400, { error: expect.stringContaining('The file visits.csv has no row that fits visits') as string, code: 'bad-request' }], [{ n: 4 }], 200, [{ n: 0 }],
  ]);
});

test('a new data source is made of what a file holds, or with the schema that is sent', async () => {
  const made = await load('/v0/datasources?name=made&mode=create&format=ndjson', '{"at":"2024-01-01 00:00:00","n":1,"deep":{"x":[1,2]}}\n{"at":"2024-01-02 00:00:00"}\n');
  const given = await load('/v0/datasources?name=given&schema=a+String,+b+UInt8', 'x,1\ny,2\n');
  const again = await load('/v0/datasources?name=made&mode=create', 'a\n1\n');
  const broken = await load('/v0/datasources?name=broken&schema=a+Strin', 'x\n');
  const text = (await engine.ask('/v0/datasources/made.datasource')).text;
  expect([made, given[0], again, broken, text, await rows('SELECT n, deep_x FROM made ORDER BY at'), await rows('SELECT * FROM given')]).toEqual([
    [200, { quarantine_rows: 0, invalid_lines: 0, error: false, successful_rows: 2, quarantined_rows: 0 }], 200,
    [409, { error: 'There is a data source called made already: use mode=append or mode=replace.', code: 'conflict' }],
    [400, { error: expect.stringContaining('The schema has an error: ') as string, code: 'bad-request' }],
    'DESCRIPTION >\n    Imported from made.ndjson\n\nSCHEMA >\n    `at` DateTime `json:$.at`,\n    `n` Nullable(Int32) `json:$.n`,\n    `deep_x` Array(Int32) `json:$.deep.x[:]` DEFAULT []\n\nENGINE "MergeTree"\nENGINE_PARTITION_KEY "toYYYYMM(at)"\nENGINE_SORTING_KEY "at"\n',
    [{ n: 1, deep_x: [1, 2] }, { n: null, deep_x: [] }], [{ a: 'x', b: 1 }, { a: 'y', b: 2 }],
  ]);
});

test('an import by url is a job; a condition replaces some rows', async () => {
  await load('/v0/datasources?name=visits&mode=replace&format=ndjson', NDJSON);
  const file = createServer((_request, response) => response.end('{"id":1,"at":"2024-01-01 00:00:00","path":"/new"}\n'));
  await new Promise<void>((resolve) => file.listen(0, '127.0.0.1', resolve));
  const url = encodeURIComponent(`http://127.0.0.1:${(file.address() as AddressInfo).port}/rows.ndjson`);
  const [status, job] = told(await engine.ask(`/v0/datasources?name=visits&mode=replace&replace_condition=id+%3C+3&format=ndjson&url=${url}`, { method: 'POST' })) as [number, { id: string; kind: string }];
  let ended = '';
  while (ended !== 'done' && ended !== 'error') ended = (told(await engine.ask(`/v0/jobs/${job.id}`))[1] as { status: string }).status;
  file.close();
  const misplaced = await load('/v0/datasources?name=visits&mode=append&replace_condition=1', NDJSON);
  expect([status, job.kind, ended, await rows('SELECT id, path FROM visits ORDER BY id'), misplaced]).toEqual([
    200, 'import', 'done', [{ id: 1, path: '/new' }, { id: 3, path: '/b/c' }, { id: 4, path: '/' }], [400, { error: 'The parameter replace_condition goes with mode=replace.', code: 'bad-request' }],
  ]);
});

test('a data source is shown as Tinybird shows it, with its rows', async () => {
  await load('/v0/datasources?name=visits&mode=replace&format=ndjson', NDJSON);
  const [status, source] = told(await engine.ask('/v0/datasources/visits'));
  const column = (name: string, type: string, nullable: boolean, value: string | null = null) => ({ name, normalized_name: name, type, nullable, jsonpath: `$.${name}`, default_value: value, codec: null, auto: false });
  expect([status, source]).toEqual([
    200,
    expect.objectContaining({
      name: 'visits', type: 'ndjson', description: 'Who came when', statistics: { bytes: expect.any(Number) as number, row_count: 4 },
      used_by: ['snapshot', 'one', 'top_paths', 'by_day', 'helper'].map((name) => ({ id: name, name })),
      columns: [column('id', 'UInt64', false), column('at', 'DateTime', false), column('path', 'String', false, "'/'"), column('ms', 'Float64', true)],
    }),
  ]);
});

test('lists hold what the token may read, and only the attributes that are asked for', async () => {
  const all = told(await engine.ask('/v0/datasources?attrs=name'));
  const some = told(await engine.ask('/v0/datasources?attrs=name,type', { token: engine.tokenOf('visits_read') }));
  expect([all, some]).toEqual([[200, { datasources: [{ name: 'given' }, { name: 'made' }, { name: 'snapshots' }, { name: 'visits' }, { name: 'visits_by_day' }] }], [200, { datasources: [{ name: 'visits', type: 'ndjson' }] }]]);
});

test("a data file's text is answered as plain text without a charset", async () => {
  const answers = await Promise.all([engine.ask('/v0/datasources/visits.datasource'), engine.ask('/v0/datasources/visits?format=datasource'), engine.ask('/v0/datasources/nothing.datasource')]);
  expect(answers.map(({ status, headers, text }) => [status, headers['content-type'], text])).toEqual([
    [200, 'text/plain', PROJECT['datasources/visits.datasource']], [200, 'text/plain', PROJECT['datasources/visits.datasource']],
    [404, 'application/json', '{"error":"Data Source \\"nothing\\" does not exist","code":"not-found"}'],
  ]);
});

test('rows and rejected rows can be emptied', async () => {
  await load('/v0/datasources?name=visits&mode=append&format=ndjson', `${NDJSON}{"id":"x","at":"2024-01-01 00:00:00"}\n`);
  const answers = [await engine.ask('/v0/datasources/visits_quarantine/truncate', { method: 'POST' }), await engine.ask('/v0/datasources/visits/truncate', { method: 'POST' }), await engine.ask('/v0/datasources/visits/truncate', { method: 'POST', token: engine.tokenOf('visits_write') })];
  expect([answers.map(({ status }) => status), await rows('SELECT (SELECT count() FROM visits) AS kept, (SELECT count() FROM visits_quarantine) AS rejected')]).toEqual([[200, 200, 403], [{ kept: 0, rejected: 0 }]]);
});

test('what cannot be done here is refused with a sentence', async () => {
  const answers = await Promise.all([
    engine.ask('/v0/datasources?name=new_one', { body: 'a\n1\n', token: engine.tokenOf('visits_write') }), engine.ask('/v0/datasources?mode=append', { body: 'a\n1\n' }), engine.ask('/v0/datasources?name=nothing&mode=append', { body: 'a\n1\n' }),
    engine.ask('/v0/datasources?name=visits&mode=append&format=parquet', { body: 'x' }), engine.ask('/v0/datasources?name=visits&mode=append&url=http%3A%2Fx', { body: 'x' }), engine.ask('/v0/datasources?name=visits&mode=append', { method: 'POST' }),
    engine.ask('/v0/datasources?name=visits&mode=replace', { body: 'id\n1\n', token: engine.tokenOf('visits_write') }),
  ]);
  expect(answers.map((answer) => [answer.status, (JSON.parse(answer.text) as { error: string }).error])).toEqual([
    [403, 'The token has not enough permissions to create data sources.'],
    [400, 'The parameter name is missing: it names the data source.'],
    [404, 'Data Source "nothing" does not exist'],
    [400, 'visits.parquet is not a Parquet file: it does not begin with PAR1.'],
    [400, 'http:/x is no web address: it begins with http:// or https://.'],
    [400, 'There is no file in the request: send it as the body, as a field of a multipart form, or name it by url.'],
    [403, 'The token has not enough permissions to replace the rows of visits.'],
  ]);
});

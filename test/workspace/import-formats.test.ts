/** Files of every format and packing, several at once, from folders, globs and the web; replacements by a condition; receipts. */
import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ImportReceipt } from '../../engine/workspace/import-receipt.ts';
import type { ImportRequest } from '../../engine/workspace/imports.ts';
import { openProject, type OpenProject } from './open-project.ts';

const FILES = {
  'datasources/visits.datasource': 'SCHEMA >\n    `id` UInt64 `json:$.id`,\n    `path` String `json:$.path`,\n    `price` Nullable(Decimal(38, 4)) `json:$.price`,\n    `tags` Array(String) `json:$.tags[:]` DEFAULT []\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
  'datasources/totals.datasource': 'SCHEMA >\n    path String,\n    n AggregateFunction(count)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "path"\n',
  'materializations/by_path.pipe': 'NODE by_path_node\nSQL >\n    SELECT path, countState() AS n FROM visits GROUP BY path\n\nTYPE materialized\nDATASOURCE totals\n',
};

let project: OpenProject;
let server: Server;
let address = '';
const answers = new Map<string, { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer | string; readonly cut?: boolean }>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status, headers, body, cut } = answers.get(request.url ?? '') ?? { status: 404, headers: {}, body: '' };
    response.writeHead(status, headers);
    if (!cut) return response.end(body);
    response.write(body, () => response.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  project = await openProject(FILES);
});
afterEach(() => project.close());

function file(name: string, content: string | Buffer): string {
  const path = join(project.folder, 'dumps', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const run = async (sources: readonly string[], request: ImportRequest = { mode: 'append' }): Promise<ImportReceipt> => project.workspace().imports.start('visits', sources, request).finished;
const failure = (sources: readonly string[], request?: ImportRequest) => run(sources, request).then(() => 'imported', (error: Error) => error.message);
const ids = async () => (await project.rows('SELECT id FROM visits ORDER BY id')).map(([id]) => id);
const sums = ({ lines, loaded, quarantined, blank, leftOut }: ImportReceipt) => [lines, loaded, quarantined, blank, leftOut];
const row = (id: number) => `{"id":${id},"path":"/${id % 2}"}\n`;

async function written(select: string, name: string, options: string): Promise<string> {
  const path = file(name, '');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (${options})`);
  connection.closeSync();
  return path;
}

test('Parquet keeps every digit, texts that are bytes, lists and NULL, and rejects single rows with their places', async () => {
  const select = "SELECT * FROM (VALUES (18446744073709551615::HUGEINT::DECIMAL(38,0), '\\x2Fa'::BLOB, 1234567890123456789012345678901234.5678::DECIMAL(38,4), ['x', 'y']), (2, '/b'::BLOB, NULL, []), (-1, '/c'::BLOB, 1.5, NULL)) AS t(id, path, price, tags)";
  const receipt = await run([await written(select, 'rows.parquet', 'FORMAT parquet')]);
  expect([sums(receipt), receipt.reasons.map(({ rows, firstLine }) => [rows, firstLine]), await project.rows('SELECT toString(id), path, toString(price), toString(tags) FROM visits ORDER BY id'), await project.rows('SELECT toString(c__error_column), id FROM visits_quarantine')]).toEqual([
    [3, 2, 1, 0, 0], [[1, 3]],
    [['2', '/b', null, '[]'], ['18446744073709551615', '/a', '1234567890123456789012345678901234.5678', "['x','y']"]],
    [["['id']", '-1']],
  ]);
});

test('many rows of Parquet come in blocks, and the receipt holds the checksum of the file', async () => {
  const path = await written("SELECT range AS id, '/' || range AS path FROM range(30000)", 'many.parquet', 'FORMAT parquet, ROW_GROUP_SIZE 4096');
  const { files, loaded } = await run([path]);
  expect([loaded, files[0]?.sha256, await project.rows('SELECT count(), uniqExact(id), max(id) FROM visits')]).toEqual([30000, createHash('sha256').update(readFileSync(path)).digest('hex'), [[30000, 30000, 29999]]]);
});

test('zstd and gzip are known by their bytes, TSV by its name, and CSV by its look', async () => {
  const zstd = await written("SELECT range AS id, '/z' AS path FROM range(5)", 'z.data', 'FORMAT json, COMPRESSION zstd');
  const frames = file('frames.ndjson.zst', Buffer.concat([readFileSync(zstd), readFileSync(zstd)]));
  const cut = file('cut.ndjson.zst', readFileSync(zstd).subarray(0, 20));
  const receipts = [
    await run([zstd]), await run([frames]), await run([file('g.ndjson', gzipSync(row(10)))]), await run([file('t.tsv', 'id\tpath\n11\t/a,b\n')]), await run([file('u.txt', 'id;path\n12;/semicolon\n')]),
    await run([file('v.dat', 'id~path\n13~/tilde\n')], { mode: 'append', format: 'csv', dialect: { delimiter: '~' } }),
  ];
  expect([receipts.map(({ loaded }) => loaded), await failure([cut]), await project.rows("SELECT id, path FROM visits WHERE id > 9 ORDER BY id")]).toEqual([
    [5, 10, 1, 1, 1, 1], 'The file cut.ndjson.zst is not whole: its zstd data ends or breaks off (unexpected EOF).', [[10, '/0'], [11, '/a,b'], [12, '/semicolon'], [13, '/tilde']],
  ]);
});

test('a folder and a glob are one import with a receipt for each file, all or nothing', async () => {
  file('a/1.ndjson', row(1) + row(2));
  file('a/deep/2.jsonl.gz', gzipSync(`${row(3)}\nbad\n`));
  file('b.csv', 'id,path\n4,/csv\n');
  file('notes.md', 'no data');
  const folder = await run([join(project.folder, 'dumps')]);
  const glob = await run([join(project.folder, 'dumps/a/*.ndjson')], { mode: 'replace' });
  file('a/0.ndjson.gz', gzipSync(row(9)).subarray(0, 20));
  const broken = await failure([join(project.folder, 'dumps/a')]);
  expect([folder.fileName, sums(folder), folder.files.map(({ fileName, lines, loaded, quarantined, blank }) => [fileName, lines, loaded, quarantined, blank]), glob.files.map(({ fileName }) => fileName), broken, await ids()]).toEqual([
    '3 files', [6, 4, 1, 1, 0], [['a/1.ndjson', 2, 2, 0, 0], ['a/deep/2.jsonl.gz', 3, 1, 1, 1], ['b.csv', 1, 1, 0, 0]], ['1.ndjson'],
    'The file 0.ndjson.gz is not whole: its gzip data ends or breaks off (unexpected end of file).', [1, 2],
  ]);
});

test('what names no file says so', async () => {
  const nothing = join(project.folder, 'datasources');
  expect([await failure([join(project.folder, 'none.csv')]), await failure([join(project.folder, '*.csv')]), await failure([nothing])].map((text) => text.replaceAll(project.folder, '.'))).toEqual([
    'The file ./none.csv does not exist.', 'No file matches ./*.csv.', 'The folder ./datasources holds no data files: they end in .ndjson, .jsonl, .json, .csv, .tsv or .parquet, perhaps with .gz or .zst.',
  ]);
});

test('a file on the web is fetched; what cannot be had is told without what is secret in its address', async () => {
  answers.set('/rows.ndjson?sig=secret', { status: 200, headers: {}, body: row(1) });
  answers.set('/packed', { status: 200, headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(row(2)) });
  answers.set('/moved', { status: 302, headers: { Location: '/packed' }, body: '' });
  answers.set('/cut?sig=secret', { status: 200, headers: { 'Content-Length': '100' }, body: row(3), cut: true });
  const receipts = [await run([`${address}/rows.ndjson?sig=secret`]), await run([`${address}/moved`], { mode: 'append', format: 'ndjson' })];
  const failures = [await failure([`${address}/none?sig=secret`]), await failure([`${address}/cut?sig=secret`]), await failure(['http://127.0.0.1:1/x'])];
  expect([receipts.map(({ fileName, loaded }) => [fileName, loaded]), failures.map((text) => text.replaceAll(address, 'WEB')), await ids()]).toEqual([
    [['rows.ndjson', 1], ['packed', 1]],
    ['WEB/none could not be fetched: the server answered 404 Not Found.', expect.stringMatching(/^WEB\/cut could not be fetched: .+\.$/), expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/x could not be fetched: .+\.$/)],
    [1, 2],
  ]);
});

test('a replacement by a condition changes only the rows that it picks, and views follow', async () => {
  await run([file('old.ndjson', Array.from({ length: 6 }, (_, id) => row(id)).join(''))]);
  const receipt = await run([file('new.ndjson', '{"id":1,"path":"/new"}\n{"id":3,"path":"/new"}\n{"id":4,"path":"/other"}\n')], { mode: 'replace', condition: 'id % 2 = 1' });
  const misspelt = await failure([file('new.ndjson', row(1))], { mode: 'replace', condition: 'idd = 1' });
  expect([sums(receipt), await project.rows('SELECT id, path FROM visits ORDER BY id'), await project.rows('SELECT path, countMerge(n) FROM totals GROUP BY path ORDER BY path'), misspelt]).toEqual([
    [3, 2, 0, 0, 1], [[0, '/0'], [1, '/new'], [2, '/0'], [3, '/new'], [4, '/0']], [['/0', 3], ['/new', 2]], expect.stringContaining('idd'),
  ]);
});

test('a whole replacement makes what views have filled anew', async () => {
  await run([file('old.ndjson', row(1) + row(2))]);
  await run([file('new.ndjson', row(3))], { mode: 'replace' });
  expect(await project.rows('SELECT path, countMerge(n) FROM totals GROUP BY path')).toEqual([['/1', 1]]);
});

test('receipts stay with the data; keys without a column are told, and a column for one is added', async () => {
  await run([file('drift.ndjson', `${row(1)}{"id":2,"path":"/","ref":{"url":"x"},"n":5}\n{"id":3,"path":"/","n":6.5}\n`)]);
  await run([file('drift.csv', 'id,path,more\n4,/,x\n')]);
  await project.workspace().imports.addColumn('visits', { name: 'n', type: 'Nullable(Float64)', jsonPath: '$.n' });
  await run([file('again.ndjson', '{"id":5,"path":"/","n":7}\n')]);
  await project.reopen();
  const receipts = await project.workspace().imports.receipts('visits');
  expect([receipts.map(({ fileName, newKeys }) => [fileName, newKeys.map(({ jsonPath, seen, firstLine, type }) => [jsonPath, seen, firstLine, type])]), await project.rows('SELECT id, n FROM visits ORDER BY id')]).toEqual([
    [['again.ndjson', []], ['drift.csv', [['$.more', 1, 1, 'Nullable(String)']]], ['drift.ndjson', [['$.n', 2, 2, 'Nullable(Float64)'], ['$.ref', 1, 2, 'Nullable(String)']]]],
    [[1, null], [2, null], [3, null], [4, null], [5, 7]],
  ]);
});

test('several imports at once end each with its own receipt', async () => {
  const paths = Array.from({ length: 4 }, (_, part) => file(`part${part}.ndjson`, Array.from({ length: 500 }, (_row, id) => row(part * 500 + id)).join('')));
  const receipts = await Promise.all(paths.map((path) => run([path])));
  expect([receipts.map(({ loaded }) => loaded), await project.rows('SELECT count(), uniqExact(id) FROM visits')]).toEqual([[500, 500, 500, 500], [[2000, 2000]]]);
});

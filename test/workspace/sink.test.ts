/** Sinks that write to local files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

const SALES = 'SCHEMA >\n    `shop` String `json:$.shop`,\n    `price` Float64 `json:$.price`,\n    `at` DateTime `json:$.at`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\n';
const SINK = (keys: string) => `NODE out\nSQL >\n    %\n    SELECT shop, price, at FROM sales WHERE price >= {{Float64(least, 0)}} ORDER BY at\n\nTYPE sink\nEXPORT_CONNECTION_NAME "store"\n${keys}`;

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

async function opened(keys: string): Promise<OpenProject> {
  const made = await openProject({ 'datasources/sales.datasource': SALES, 'connections/store.connection': 'TYPE s3\nS3_REGION "eu-west-1"\nS3_ARN "arn"\n', 'sinks/daily.pipe': SINK(keys) });
  await made.send('sales', { shop: 'a', price: 1, at: '2024-01-01 10:00:00' }, { shop: '../b"', price: 2.5, at: '2024-01-02 11:00:00' }, { shop: 'a', price: 4, at: '2024-01-02 12:00:00' });
  return made;
}

async function run(made: OpenProject, parameters: Readonly<Record<string, string>> = {}) {
  const written = await made.workspace().operations.sink('daily', { parameters }).finished;
  const folder = join(made.folder, '.sandpiper/sinks');
  return { written: written.map(({ path, standsFor, rows }) => [relative(folder, path), standsFor, rows]), texts: written.map(({ path }) => readFileSync(path)), left: readdirSync(folder).filter((name) => name.startsWith('.')) };
}

test('files are named by the values of their rows, and none is written over', async () => {
  project = await opened('EXPORT_BUCKET_URI "s3://my-bucket/sales"\nEXPORT_FILE_TEMPLATE "day_{at, \'%Y-%m-%d\'}/{shop}"\nEXPORT_FORMAT "csv"\n');
  const first = await run(project);
  const second = await run(project, { least: '4' });
  expect([first.written, first.texts.map(String), second.written, first.left]).toEqual([
    [['daily/my-bucket/sales/day_2024-01-01/a.csv', 's3://my-bucket/sales/day_2024-01-01/a.csv', 1], ['daily/my-bucket/sales/day_2024-01-02/_/b_.csv', 's3://my-bucket/sales/day_2024-01-02/_/b_.csv', 1], ['daily/my-bucket/sales/day_2024-01-02/a.csv', 's3://my-bucket/sales/day_2024-01-02/a.csv', 1]],
    ['"shop","price","at"\n"a",1,"2024-01-01 10:00:00"\n', '"shop","price","at"\n"../b""",2.5,"2024-01-02 11:00:00"\n', '"shop","price","at"\n"a",4,"2024-01-02 12:00:00"\n'],
    [['daily/my-bucket/sales/day_2024-01-02/a-2.csv', 's3://my-bucket/sales/day_2024-01-02/a.csv', 1]], [],
  ]);
});

test('NDJSON is packed with gzip, and replaces the file of the last run', async () => {
  project = await opened('EXPORT_BUCKET_URI "gs://b"\nEXPORT_FILE_TEMPLATE "all"\nEXPORT_FORMAT "ndjson"\nEXPORT_COMPRESSION "gz"\nEXPORT_STRATEGY "@replace"\n');
  await run(project);
  const { written, texts } = await run(project, { least: '4' });
  expect([written, texts.map((text) => gunzipSync(text).toString())]).toEqual([[['daily/b/all.ndjson.gz', 'gs://b/all.ndjson.gz', 1]], ['{"shop":"a","price":4,"at":"2024-01-02 12:00:00"}\n']]);
});

test('Parquet holds the rows of its name', async () => {
  project = await opened('EXPORT_BUCKET_URI "s3://b/"\nEXPORT_FILE_TEMPLATE "{shop}"\nEXPORT_FORMAT "parquet"\nEXPORT_COMPRESSION "snappy"\n');
  const { written, texts } = await run(project);
  expect([written, texts.map((text) => text.subarray(0, 4).toString())]).toEqual([[['daily/b/_/b_.parquet', 's3://b/_/b_.parquet', 1], ['daily/b/a.parquet', 's3://b/a.parquet', 2]], ['PAR1', 'PAR1']]);
});

test('a Kafka topic gets a message a row, here a line', async () => {
  project = await opened('EXPORT_KAFKA_TOPIC "orders"\nEXPORT_SCHEDULE "@on-demand"\n');
  const { written, texts } = await run(project, { least: '2' });
  expect([written, texts.map(String)]).toEqual([[['daily/orders.ndjson', 'the Kafka topic orders, a message a row', 2]], ['{"shop":"..\\/b\\"","price":2.5,"at":"2024-01-02 11:00:00"}\n{"shop":"a","price":4,"at":"2024-01-02 12:00:00"}\n']]);
});

test('what cannot be exported says why, and leaves no file', async () => {
  const refusals: string[] = [];
  for (const keys of ['EXPORT_BUCKET_URI "b"\n', 'EXPORT_BUCKET_URI "s3://b"\nEXPORT_FORMAT "xls"\n', 'EXPORT_BUCKET_URI "s3://b"\nEXPORT_FILE_TEMPLATE "{shup}"\n', 'EXPORT_BUCKET_URI "s3://b"\nEXPORT_COMPRESSION "zstd"\n']) {
    project = await opened(keys);
    refusals.push(await run(project).then(() => 'written', (error: Error) => error.message));
    expect(existsSync(join(project.folder, '.sandpiper/sinks/daily'))).toBe(false);
    await project.close();
    project = undefined;
  }
  expect(refusals).toEqual([
    'The sink out needs EXPORT_BUCKET_URI, as in s3://bucket/folder.',
    'EXPORT_FORMAT is one of csv, ndjson, jsoneachrow, parquet, not xls.',
    'EXPORT_FILE_TEMPLATE names shup, and the sink gives no such column: it gives shop, price, at.',
    'EXPORT_COMPRESSION zstd is for Parquet: files of csv are plain or gz.',
  ]);
});

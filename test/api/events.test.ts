/** POST /v0/events as Tinybird's clients use it. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT, ROWS } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
});

afterAll(() => engine.close());

const url = '/v0/events?name=visits';
const count = async () => rowsOf(await engine.ask('/v0/sql', { body: 'SELECT count() AS n FROM visits FORMAT JSONEachRow' }));

test('rows are answered 202, and 200 when the client waits until they can be read', async () => {
  const soon = told(await engine.ask(url, { body: NDJSON }));
  const waited = told(await engine.ask(`${url}&wait=true`, { body: JSON.stringify(ROWS[0]) }));
  expect([soon, waited, await count()]).toEqual([[202, { successful_rows: 4, quarantined_rows: 0 }], [200, { successful_rows: 1, quarantined_rows: 0 }], [{ n: 5 }]]);
});

test('one object, an array, packed bodies and any content type are taken', async () => {
  const row = JSON.stringify(ROWS[1]);
  const sent = await Promise.all([
    engine.ask(`${url}&wait=true`, { body: row, headers: { 'Content-Type': 'application/json' } }),
    engine.ask(`${url}&wait=true&format=json`, { body: `[${row}, ${row}]`, headers: { 'Content-Type': 'application/json' } }),
    engine.ask(`${url}&wait=true`, { body: gzipSync(NDJSON), headers: { 'Content-Encoding': 'gzip' } }),
    engine.ask(`${url}&wait=true`, { body: row, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
    engine.ask(`${url}&wait=true&token=${engine.tokenOf('visits_write')}`, { body: row, token: '' }),
    engine.ask(`${url}&wait=true`, { body: NDJSON, headers: { 'Transfer-Encoding': 'chunked' } }),
  ]);
  expect(sent.map(told)).toEqual([1, 2, 4, 1, 1, 4].map((rows) => [200, { successful_rows: rows, quarantined_rows: 0 }]));
});

test('rows that do not fit are counted, kept in quarantine, and stop nobody', async () => {
  const sent = await engine.ask(`${url}&wait=true`, { body: '{"id":-1,"at":"2024-01-01 00:00:00"}\nnot json\n{"id":9,"at":"2024-01-01 00:00:00"}\n{"id":10}\n' });
  const rejected = await engine.ask('/v0/sql', { body: 'SELECT c__error_column, c__error, id, at, c__raw FROM visits_quarantine ORDER BY c__raw FORMAT JSONEachRow' });
  expect([told(sent), rowsOf(rejected)]).toEqual([
    [200, { successful_rows: 1, quarantined_rows: 3 }],
    [
      { c__error_column: [], c__error: [expect.stringContaining('not JSON')], id: null, at: null, c__raw: 'not json' },
      { c__error_column: ['id'], c__error: ["value '-1' on column 'id' is not UInt64"], id: '-1', at: '2024-01-01 00:00:00', c__raw: '{"id":-1,"at":"2024-01-01 00:00:00"}' },
      { c__error_column: ['at'], c__error: [expect.stringContaining("'at'")], id: '10', at: null, c__raw: '{"id":10}' },
    ],
  ]);
});

test('what cannot be taken is refused with a sentence', async () => {
  const answers = await Promise.all([
    engine.ask('/v0/events', { body: NDJSON }), engine.ask('/v0/events?name=nowhere', { body: NDJSON }), engine.ask(url, { body: NDJSON, token: engine.tokenOf('visits_read') }),
    engine.ask(url, { body: NDJSON, headers: { 'Content-Encoding': 'gzip' } }), engine.ask(url, { body: `{"id":1,"path":"${'x'.repeat(10_000_000)}"}` }), engine.ask(url, { body: '' }),
  ]);
  expect(answers.map((answer) => [answer.status, (JSON.parse(answer.text) as { error: string }).error])).toEqual([
    [400, 'The parameter name is missing: it names the data source, as in /v0/events?name=app_events.'],
    [404, 'Data Source "nowhere" does not exist'],
    [403, 'The token has not enough permissions to append to visits.'],
    [400, expect.stringContaining('gzip')],
    [413, 'The body is larger than 10 MB: send it in parts.'],
    [400, expect.any(String)],
  ]);
});

test('a view adds its rows in the same moment', async () => {
  const before = rowsOf(await engine.ask('/v0/sql', { body: 'SELECT countMerge(visits) AS n FROM visits_by_day FORMAT JSONEachRow' }));
  await engine.ask(`${url}&wait=true`, { body: NDJSON });
  const after = rowsOf(await engine.ask('/v0/sql', { body: 'SELECT countMerge(visits) - 4 AS n FROM visits_by_day FORMAT JSONEachRow' }));
  expect([after, await count()]).toEqual([before, [{ n: Number((before[0] as { n: number }).n) + 4 }]]);
});

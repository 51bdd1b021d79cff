import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { duck } from '../../engine/sql/duck.ts';
import type { Materialize } from '../../engine/workspace/block-loader.ts';
import { openIngest, type Ingest, type IngestOptions } from '../../engine/workspace/ingest.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';
import { column, openTables, type OpenTables } from './open-tables.ts';

const EVENTS: IngestTable = {
  name: 'events',
  columns: [column('id', 'UInt64'), column('small', 'Int16'), column('name', 'String'), column('at', 'DateTime'), column('note', 'Nullable(String)')],
};

let open: { tables: OpenTables; ingest: Ingest } | undefined;
afterEach(async () => {
  await open?.ingest.close();
  await open?.tables.close();
  open = undefined;
});

async function start(table: IngestTable = EVENTS, options: Partial<IngestOptions> = {}): Promise<{ tables: OpenTables; ingest: Ingest; notices: string[] }> {
  const tables = await openTables(table);
  const notices: string[] = [];
  const ingest = await openIngest(tables.database, {
    folder: join(tables.folder, 'journal'),
    findTable: (name) => (name === table.name ? table : undefined),
    onNotice: (_, message) => notices.push(message),
    now: () => new Date('2026-01-02T03:04:05Z'),
    ...options,
  });
  open = { tables, ingest };
  return { tables, ingest, notices };
}

test('rows that fit are in the table when a waiting request is answered, the others in quarantine with every reason', async () => {
  const { tables, ingest } = await start();
  const answer = await ingest.accept(
    'events',
    '{"id":18446744073709551615,"small":-5,"name":"a","at":"2024-05-06T07:08:09.123Z"}\n' +
      '{"id":"12","small":"3","name":7.50,"at":1700000000,"note":null}\n' +
      'not json\n\n' +
      '{"id":1,"small":1,"name":{"x": 1.0},"at":"2024-05-06 07:08:09","note":"n"}\n' +
      '{"id":-1,"small":40000,"at":"yesterday"}',
    { wait: true },
  );
  expect(answer).toEqual({ successfulRows: 2, quarantinedRows: 3 });
  expect(await tables.rows('SELECT * FROM events ORDER BY id')).toEqual([
    { id: '1', small: 1, name: '{"x": 1.0}', at: '2024-05-06 07:08:09', note: 'n' },
    { id: '18446744073709551615', small: -5, name: 'a', at: '2024-05-06 07:08:09', note: null },
  ]);
  expect(await tables.rows('SELECT * FROM events_quarantine')).toEqual([
    {
      c__error_column: ['small'], c__error: ["value '3' on column 'small' is not Int16"], c__import_id: null,
      id: '12', small: '3', name: '7.50', at: '1700000000', note: null,
      insertion_date: '2026-01-02 03:04:05', c__file: null, c__line: null, c__offset: null,
      c__raw: '{"id":"12","small":"3","name":7.50,"at":1700000000,"note":null}',
    },
    {
      c__error_column: [], c__error: ['the line is not JSON: a value was expected (character 1)'], c__import_id: null,
      id: null, small: null, name: null, at: null, note: null,
      insertion_date: '2026-01-02 03:04:05', c__file: null, c__line: null, c__offset: null, c__raw: 'not json',
    },
    {
      c__error_column: ['id', 'small', 'name', 'at'],
      c__error: [
        "value '-1' on column 'id' is not UInt64", "value '40000' on column 'small' is not Int16",
        "column 'name' is missing: it is neither Nullable nor has a DEFAULT", "value 'yesterday' on column 'at' is not DateTime",
      ],
      c__import_id: null, id: '-1', small: '40000', name: null, at: 'yesterday', note: null,
      insertion_date: '2026-01-02 03:04:05', c__file: null, c__line: null, c__offset: null, c__raw: '{"id":-1,"small":40000,"at":"yesterday"}',
    },
  ]);
});

test('rows appear within a second without waiting', async () => {
  const { tables, ingest } = await start();
  for (let id = 0; id < 50; id += 1) await ingest.accept('events', `{"id":${id},"small":1,"name":"x","at":"2024-01-01"}`);
  await new Promise((resolve) => setTimeout(resolve, 900));
  expect(await tables.rows('SELECT count(*)::INT AS n, sum(id)::INT AS s FROM events')).toEqual([{ n: 50, s: 1225 }]);
});

test('a body may be one object over many lines, an array, or packed with gzip', async () => {
  const { tables, ingest } = await start();
  const row = (id: number) => `{ "id": ${id},\n "small": 1, "name": "n",\n "at": "2024-01-01 00:00:00" }`;
  await ingest.accept('events', row(1), { wait: true });
  await ingest.accept('events', `[${row(2)},\n${row(3)}]`, { wait: true });
  await ingest.accept('events', gzipSync(`${row(4).replaceAll('\n', '')}\n${row(5).replaceAll('\n', '')}\n`), { wait: true, encoding: 'gzip' });
  expect(await tables.rows('SELECT id::INT AS id FROM events ORDER BY id')).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
});

test('what cannot be accepted is refused with a code and a sentence', async () => {
  const { ingest } = await start(EVENTS, { limits: { bodyBytes: 2000 } });
  const refusal = (body: string | Uint8Array, name = 'events', encoding?: string) =>
    ingest.accept(name, body, encoding === undefined ? {} : { encoding }).then(() => 'accepted', (error: { code: string; message: string }) => `${error.code}: ${error.message}`);
  expect([
    await refusal('{}', 'nope'), await refusal(''), await refusal('hello'), await refusal('[1,2]'), await refusal('{"id":'), await refusal('x'.repeat(3000)),
    await refusal(gzipSync('x'.repeat(3000)), 'events', 'gzip'), await refusal(Buffer.from('{}'), 'events', 'br'), await refusal(Buffer.from('{}'), 'events', 'gzip'),
  ]).toEqual([
    'not-found: Data Source "nope" does not exist',
    'bad-request: The body holds no rows for data source events: send JSON objects, one a line.',
    'bad-request: Nothing of the body can be read as rows for data source events: the body is not JSON: a value was expected (character 1).',
    'bad-request: Nothing of the body can be read as rows for data source events: line 1 is not a JSON object but a number.',
    'bad-request: Nothing of the body can be read as rows for data source events: the body is not JSON: the text ends too early (character 7).',
    'too-large: The body has 3000 bytes; at most 2000 are taken at once: send it in parts, or import it as a file.',
    'too-large: The unpacked body is larger than 2000 bytes: send it in parts.',
    'unsupported: Bodies with Content-Encoding br cannot be read: use gzip, zstd or none.',
    'bad-request: The body is not gzip as its Content-Encoding says, or is damaged.',
  ]);
});

test('defaults, nested paths, arrays, maps and the whole row', async () => {
  const table: IngestTable = {
    name: 'rich',
    columns: [
      column('a', 'Int32', { jsonPath: '$.a.b' }), column('list', 'Array(UInt64)', { jsonPath: '$.list[:]' }), column('xs', 'Array(Nullable(String))', { jsonPath: '$.items[:].x' }),
      column('m', 'Map(String, Int64)'), column('t', 'Tuple(a Int8, b String)'), column('d', 'Int32', { defaultSql: duck`"a" * 2` }), column('raw', 'String', { jsonPath: '$' }),
    ],
  };
  const { tables, ingest } = await start(table);
  const row = '{"a":{"b":21},"list":[1,18446744073709551615],"items":[{"x":"p"},{}],"m":{"k":5},"t":{"b":"q","a":1}}';
  expect(await ingest.accept('rich', `${row}\n{"a":5}\n`, { wait: true })).toEqual({ successfulRows: 1, quarantinedRows: 1 });
  expect(await tables.rows('SELECT * FROM rich')).toEqual([
    { a: 21, list: ['1', '18446744073709551615'], xs: ['p', null], m: [{ key: 'k', value: '5' }], t: { a: 1, b: 'q' }, d: 42, raw: row },
  ]);
});

test('a row that makes DuckDB fail goes to quarantine and its neighbours do not', async () => {
  const table: IngestTable = { name: 'fragile', columns: [column('s', 'String'), column('n', 'Int32', { defaultSql: duck`CAST("s" AS INTEGER)` })] };
  const { tables, ingest } = await start(table);
  const rows = Array.from({ length: 40 }, (_, index) => JSON.stringify({ s: index === 17 ? 'seventeen' : String(index) }));
  await ingest.accept('fragile', rows.join('\n'), { wait: true });
  expect(await tables.rows('SELECT count(*)::INT AS n, sum(n)::INT AS s FROM fragile')).toEqual([{ n: 39, s: 780 - 17 }]);
  expect(await tables.rows('SELECT c__raw, c__error[1][:23] AS e FROM fragile_quarantine')).toEqual([{ c__raw: '{"s":"seventeen"}', e: 'DuckDB refused the row:' }]);
});

test('what is fed by the table sees each block in the same transaction; when it fails the rows are kept, a notice says so, and who waits is answered 422', async () => {
  let fails = false;
  const materialize: Materialize = {
    isFedBy: (name) => name === 'events',
    onBlock: async (connection, _, blockTable) => {
      await connection.run(`CREATE TABLE IF NOT EXISTS main.totals (n BIGINT)`);
      await connection.run(`INSERT INTO main.totals SELECT ${fails ? "CAST('x' AS INT)" : 'count(*)'} FROM ${blockTable}`);
    },
  };
  const { tables, ingest, notices } = await start(EVENTS, { materialize });
  const rows = '{"id":1,"small":1,"name":"x","at":"2024-01-01"}\n{"id":2,"small":1,"name":1.5,"at":"2024-01-01"}\n';
  await ingest.accept('events', rows, { wait: true });
  fails = true;
  await expect(ingest.accept('events', rows, { wait: true })).rejects.toMatchObject({ message: expect.stringMatching(/^The rows are in events, do not send them again; but a materialized view/), detail: { status: 422 } });
  expect(await tables.rows('SELECT (SELECT sum(n)::INT FROM totals) AS fed, (SELECT count(*)::INT FROM events) AS kept')).toEqual([{ fed: 2, kept: 4 }]);
  expect(notices).toEqual([expect.stringContaining('The rows are in events; what is fed by it misses 2 rows')]);
});

test('a full journal answers too-many until it is loaded', async () => {
  let isThere = false;
  const tables = await openTables(EVENTS);
  const ingest = await openIngest(tables.database, {
    folder: join(tables.folder, 'journal'),
    findTable: (name) => (name === 'events' && (isThere || new Error().stack?.includes('accept')) ? EVENTS : undefined),
    limits: { backlogBytes: 250, loadEveryMs: 20 },
  });
  open = { tables, ingest };
  const row = '{"id":1,"small":1,"name":"x","at":"2024-01-01"}';
  const codes: string[] = [];
  for (let count = 0; count < 6; count += 1) codes.push(await ingest.accept('events', row).then(() => 'ok', (error: { code: string }) => error.code));
  expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'too-many', 'too-many']);
  isThere = true;
  ingest.wake();
  await ingest.flush();
  expect(await ingest.accept('events', row, { wait: true })).toEqual({ successfulRows: 1, quarantinedRows: 0 });
  expect(await tables.rows('SELECT count(*)::INT AS n FROM events')).toEqual([{ n: 5 }]);
});

test('loaded segments are deleted', async () => {
  const { tables, ingest } = await start();
  const row = `{"id":1,"small":1,"name":"${'x'.repeat(1_000_000)}","at":"2024-01-01"}\n`;
  for (let count = 0; count < 12; count += 1) await ingest.accept('events', row.repeat(5), { wait: true });
  expect(readdirSync(join(tables.folder, 'journal', 'events')).length).toBeLessThanOrEqual(1);
  expect(await tables.rows('SELECT count(*)::INT AS n FROM events')).toEqual([{ n: 60 }]);
});

test('rows wait in the journal while the table does not fit, and are loaded when it does', async () => {
  const { tables, ingest, notices } = await start();
  await tables.database.write(async (connection) => void (await connection.run('ALTER TABLE events DROP COLUMN note')));
  const row = '{"id":1,"small":1,"name":"x","at":"2024-01-01"}';
  await expect(ingest.accept('events', row, { wait: true })).rejects.toMatchObject({ message: expect.stringContaining('The rows are safe in the journal of events but not in its table yet, do not send them again') });
  expect(notices).toEqual([expect.stringContaining('Events for data source events wait in the journal and are not in its table yet')]);
  await tables.database.write(async (connection) => void (await connection.run('ALTER TABLE events ADD COLUMN note VARCHAR')));
  await ingest.flush();
  expect(await tables.rows('SELECT (SELECT count(*)::INT FROM events) AS n, (SELECT count(*)::INT FROM events_quarantine) AS q')).toEqual([{ n: 1, q: 0 }]);
});

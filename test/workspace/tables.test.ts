/** Tables in step with data files: no change of a schema loses a row. */
import { afterEach, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

const PATH = 'datasources/t.datasource';
const schema = (...columns: readonly string[]) => `SCHEMA >\n${columns.map((column) => `    ${column}`).join(',\n')}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n`;
const BASE = ['`id` UInt8 `json:$.id`', '`name` String `json:$.name`'];

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

async function withRows(): Promise<OpenProject> {
  project = await openProject({ [PATH]: schema(...BASE) });
  await project.send('t', { id: 1, name: '10' }, { id: 2, name: 'two' });
  return project;
}

test('a new column has its default in the rows that are there, and in those that come', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: schema(...BASE, '`kind` String `json:$.kind` DEFAULT concat(\'k\', toString(id))', '`n` Nullable(Float64) `json:$.n`', '`m` UInt32 `json:$.m` DEFAULT 7', '`tags` Array(String) `json:$.tags[:]` DEFAULT []') });
  await opened.send('t', { id: 3, name: 'c', n: 1.5 });
  expect(await opened.rows('SELECT id, kind, n, m, length(tags) FROM t ORDER BY id')).toEqual([[1, 'k1', null, 7, 0], [2, 'k2', null, 7, 0], [3, 'k3', 1.5, 7, 0]]);
});

test('a wider type keeps the values; text that converts becomes numbers', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: schema('`id` Int64 `json:$.id`', '`name` Nullable(String) `json:$.name`') });
  await opened.send('t', { id: -5, name: null });
  expect(await opened.rows('SELECT id, name FROM t ORDER BY id')).toEqual([[-5, null], [1, '10'], [2, 'two']]);
});

test('where values do not convert, the old table is kept aside under a name that is told', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: schema('`id` UInt8 `json:$.id`', '`name` UInt16 `json:$.name`') });
  await opened.send('t', { id: 3, name: 30 });
  const [notice] = opened.notices();
  expect([await opened.rows('SELECT id, name FROM t'), notice]).toEqual([[[3, 30]], expect.stringMatching(/^t has a new schema, and its rows do not fit it: name does not convert to UInt16 \(1 row, such as 'two'\)\. They are kept in the table t__before_\d{14}, and t begins empty\.$/)]);
});

test('a value that would change by being converted counts as one that does not convert', async () => {
  const opened = await openProject({ [PATH]: schema('`id` UInt8 `json:$.id`', '`f` Float64 `json:$.f`', '`at` DateTime `json:$.at`', '`kind` String `json:$.kind`', '`code` String `json:$.code`') });
  project = opened;
  await opened.send('t', { id: 1, f: 2, at: '2024-01-01 00:00:00', kind: 'a', code: 'abc' }, { id: 2, f: 1.5, at: '2024-01-01 10:00:00', kind: 'b', code: 'abcd' });
  const told = async (...columns: readonly string[]) => (await opened.workspace().check(PATH, schema(...columns))).diagnostics.map(({ message, line }) => `${line}: ${message}`).filter((message) => message.includes('Saved like this') && !message.includes('hidden'));
  const id = '`id` UInt8 `json:$.id`';
  expect([
    await told(id, '`f` Int32 `json:$.f`'), await told(id, '`at` Date `json:$.at`'), await told(id, "`kind` Enum8('a' = 1) `json:$.kind`"), await told(id, '`code` FixedString(3) `json:$.code`'), await told(id, '`kind` Nullable(String) `json:$.kind`', '`n` UInt8 `json:$.n` DEFAULT 7'),
  ]).toEqual([
    ["3: Saved like this, f does not convert to Int32 (1 row, such as '1.5'): the 2 rows are kept aside and t begins empty. A FORWARD_QUERY can say how to convert them."],
    ["3: Saved like this, at does not convert to Date (1 row, such as '2024-01-01 10:00:00'): the 2 rows are kept aside and t begins empty. A FORWARD_QUERY can say how to convert them."],
    ["3: Saved like this, kind does not convert to Enum8('a' = 1) (1 row, such as 'b'): the 2 rows are kept aside and t begins empty. A FORWARD_QUERY can say how to convert them."],
    ["3: Saved like this, code does not convert to FixedString(3) (1 row, such as 'abcd'): the 2 rows are kept aside and t begins empty. A FORWARD_QUERY can say how to convert them."],
    ['4: Saved like this, 2 rows get 7 for n.'],
  ]);
});

test('FORWARD_QUERY makes the new rows of the old ones, which are kept aside', async () => {
  const opened = await withRows();
  const next = `${schema('`id` UInt8 `json:$.id`', '`name` UInt16 `json:$.name`', '`word` String `json:$.word`')}\nFORWARD_QUERY >\n    SELECT id, toUInt16OrZero(name) AS name, concat('w', toString(name)) AS word\n`;
  const told = (await opened.workspace().check(PATH, next)).diagnostics.map(({ message }) => message).filter((message) => message.startsWith('Saved'));
  await opened.write({ [PATH]: next });
  await opened.send('t', { id: 3, name: 30, word: 'x' });
  await opened.reopen();
  expect([told, await opened.rows('SELECT id, name, word FROM t ORDER BY id'), opened.notices()]).toEqual([
    ['Saved like this, 2 rows are made anew by FORWARD_QUERY; the old table is kept aside.'], [[1, 10, 'w10'], [2, 0, 'w0'], [3, 30, 'x']],
    [expect.stringMatching(/^t has a new schema: FORWARD_QUERY has made 2 rows of the old ones, which are kept in the table t__before_\d{14}\.$/)],
  ]);
});

test('the way back: a former schema brings the rows that were kept aside, beside those that came since', async () => {
  const opened = await withRows();
  const before = schema('`id` UInt8 `json:$.id`', '`name` String `json:$.name`');
  await opened.write({ [PATH]: schema('`id` UInt8 `json:$.id`', '`name` UInt16 `json:$.name`', '`more` String `json:$.more` DEFAULT \'-\'') });
  await opened.send('t', { id: 3, name: 30, more: 'm' });
  const told = (await opened.workspace().check(PATH, before)).diagnostics.map(({ message }) => message).filter((message) => message.includes('come back, beside'));
  await opened.write({ [PATH]: before });
  await opened.send('t', { id: 4, name: 'four' });
  const rows = await opened.rows('SELECT id, name FROM t ORDER BY id');
  await opened.write({ [PATH]: schema('`id` UInt8 `json:$.id`', '`name` String `json:$.name`', '`more` String `json:$.more` DEFAULT \'-\'') });
  await opened.reopen();
  expect([told, rows, await opened.rows('SELECT id, more FROM t ORDER BY id'), opened.notices().at(-1)]).toEqual([
    ['Saved like this, 2 rows that had been kept aside come back, beside those of the 1 row here that came since.'],
    [[1, '10'], [2, 'two'], [3, '30'], [4, 'four']], [[1, '-'], [2, '-'], [3, 'm'], [4, '-']],
    't has a former schema again, and the 2 rows that had been kept aside. The 1 row that came since is there too.',
  ]);
});

test('the way back from FORWARD_QUERY leaves out the rows that it made', async () => {
  const opened = await withRows();
  const before = schema('`id` UInt8 `json:$.id`', '`name` String `json:$.name`');
  await opened.write({ [PATH]: `${schema('`id` UInt8 `json:$.id`', '`name` UInt16 `json:$.name`')}\nFORWARD_QUERY >\n    SELECT id, toUInt16OrZero(name) AS name\n` });
  await opened.send('t', { id: 3, name: 30 }, { id: 2, name: 0 });
  await opened.write({ [PATH]: before });
  expect([await opened.rows('SELECT id, name FROM t ORDER BY id, name'), opened.notices().at(-1)]).toEqual([
    [[1, '10'], [2, '0'], [2, 'two'], [3, '30']], 't has a former schema again, and the 2 rows that had been kept aside. The 2 rows that came since are there too.',
  ]);
});

test('rows that came since and do not fit the former schema are kept aside in their turn, and come back with theirs', async () => {
  const opened = await withRows();
  const [before, after] = [schema('`id` UInt8 `json:$.id`', '`name` String `json:$.name`'), schema('`id` Int32 `json:$.id`', '`name` UInt16 `json:$.name`')];
  await opened.write({ [PATH]: after });
  await opened.send('t', { id: 3000, name: 30 }, { id: 3, name: 3 });
  await opened.write({ [PATH]: before });
  const [back, notice] = [await opened.rows('SELECT id, name FROM t ORDER BY id'), opened.notices().at(-1)];
  await opened.write({ [PATH]: after });
  expect([back, notice, await opened.rows('SELECT id, name FROM t ORDER BY id'), opened.notices().at(-1)]).toEqual([
    [[1, '10'], [2, 'two']], expect.stringMatching(/^t has a former schema again, and the 2 rows that had been kept aside\. Of the 2 rows that came since, id does not convert to UInt8 \(1 row, such as '3000'\): they are kept in the table t__before_\d{14}(?:_\d+)?\.$/),
    [[3, 3], [3000, 30]], expect.stringMatching(/^t has a former schema again, and the 2 rows that had been kept aside\. Of the 2 rows that came since, name does not convert to UInt16 \(1 row, such as 'two'\): they are kept in the table /),
  ]);
});

test('a column or a file that goes away comes back with its rows', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: schema('`id` UInt8 `json:$.id`') });
  await opened.send('t', { id: 3 });
  const without = await opened.rows('SELECT * FROM t ORDER BY id');
  await opened.write({ [PATH]: undefined });
  await opened.write({ [PATH]: schema(...BASE) });
  await opened.reopen();
  expect([without, await opened.rows('SELECT * FROM t ORDER BY id')]).toEqual([[[1], [2], [3]], [[1, '10'], [2, 'two'], [3, '']]]);
});

test('columns are found by name when their order changes, and a broken file leaves the others alone', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: schema(...BASE.toReversed()), 'datasources/broken.datasource': 'SCHEMA >\n    a Nothing(\n', 'datasources/other.datasource': schema('`id` UInt8 `json:$.id`') });
  await opened.send('t', { id: 3, name: 'c' });
  await opened.send('other', { id: 9 });
  expect([await opened.rows('SELECT * FROM t ORDER BY id'), await opened.rows('SELECT id FROM other')]).toEqual([[['10', 1], ['two', 2], ['c', 3]], [[9]]]);
});

test('rows that were accepted before a change of the schema are there after it', async () => {
  const opened = await withRows();
  await opened.workspace().appendEvents('t', Buffer.from('{"id":3,"name":"c"}'), {});
  await opened.write({ [PATH]: schema(...BASE, '`more` String `json:$.more`') });
  await opened.workspace().appendEvents('t', Buffer.from('{"id":4,"name":"d","more":"m"}'), {});
  await opened.send('t', { id: 5, name: 'e', more: 'n' });
  expect(await opened.rows('SELECT * FROM t ORDER BY id')).toEqual([[1, '10', ''], [2, 'two', ''], [3, 'c', ''], [4, 'd', 'm'], [5, 'e', 'n']]);
});

test('rows that wait for a table whose file is broken or gone stop nobody, and are loaded when it is back', async () => {
  const opened = await withRows();
  await opened.write({ [PATH]: 'SCHEMA >\n    a Nothing(\n', 'datasources/other.datasource': schema('`id` UInt8 `json:$.id`') });
  await opened.write({ [PATH]: schema(...BASE) });
  await opened.workspace().appendEvents('t', Buffer.from('{"id":3,"name":"c"}'), {});
  await opened.write({ [PATH]: undefined });
  await opened.reopen();
  await opened.send('other', { id: 9 });
  await opened.write({ [PATH]: schema(...BASE) });
  expect([await opened.rows('SELECT id FROM t ORDER BY id'), await opened.rows('SELECT id FROM other')]).toEqual([[[1], [2], [3]], [[9]]]);
});

test('while events pour in and the schema changes again and again, every answered row is there, and in the view too', async () => {
  project = await openProject({
    [PATH]: schema(...BASE), 'datasources/counted.datasource': 'SCHEMA >\n    n AggregateFunction(count)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "tuple()"\n',
    'materializations/counter.pipe': 'NODE counter_node\nSQL >\n    SELECT countState() AS n FROM t\n\nTYPE materialized\nDATASOURCE counted\n',
  });
  const opened = project;
  const forms = [BASE, [...BASE, '`extra` String `json:$.extra`'], ['`id` UInt64 `json:$.id`', ...BASE.slice(1)], [...BASE, "`extra` String `json:$.extra` DEFAULT 'z'", '`more` Int32 `json:$.more`']];
  let stopped = false;
  let answered = 0;
  const senders = [1, 2].map(async () => {
    while (!stopped) {
      const rows = Array.from({ length: 10 }, () => JSON.stringify({ id: 7, name: 'x', extra: 'e', more: 1 })).join('\n');
      const { successfulRows } = await opened.workspace().appendEvents('t', Buffer.from(rows), {});
      answered += successfulRows;
    }
  });
  for (let change = 1; change <= 12; change += 1) await opened.write({ [PATH]: schema(...(forms[change % forms.length] ?? BASE)) });
  stopped = true;
  await Promise.all(senders);
  await opened.reopen();
  expect(await opened.rows('SELECT (SELECT count() FROM t) AS rows, (SELECT countMerge(n) FROM counted) AS counted, (SELECT count() FROM t_quarantine) AS rejected')).toEqual([[answered, answered, 0]]);
}, 60_000);

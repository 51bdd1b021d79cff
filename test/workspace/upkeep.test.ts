/** Rows that expire, and tables that are written anew in the order of their sorting key. */
import { afterEach, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

const source = (columns: string, engine: string) => `SCHEMA >\n    ${columns}\n\n${engine}\n`;
const NOW = new Date('2024-06-01T00:00:00Z');

test('rows whose time has passed expire, some only on a condition; a time of 0 never passes', async () => {
  project = await openProject({
    'datasources/visits.datasource': source('`day` Date `json:$.day`,\n    `kind` String `json:$.kind`', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "day"\nENGINE_TTL "day + INTERVAL 30 DAY, day + toIntervalDay(2) DELETE WHERE kind = \'short\'"'),
    'datasources/logs.datasource': source('`at` DateTime `json:$.at`', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\nENGINE_TTL "at"'),
    'datasources/odd.datasource': source('`at` DateTime `json:$.at`', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\nENGINE_TTL "at + "'),
  });
  await project.send('visits', { day: '2024-04-01', kind: 'long' }, { day: '2024-05-20', kind: 'long' }, { day: '2024-05-20', kind: 'short' }, { day: '2024-05-31', kind: 'short' });
  await project.send('logs', { at: '1970-01-01 00:00:00' }, { at: '2024-05-31 23:59:59' }, { at: '2024-06-01 00:00:01' });
  const { upkeep, jobs } = project.workspace();
  await upkeep.expireAll(NOW);
  await upkeep.expireAll(NOW);
  expect([await project.rows('SELECT day, kind FROM visits ORDER BY day, kind'), await project.rows('SELECT toString(at) FROM logs ORDER BY at'), project.notices(), jobs.list().length]).toEqual([
    [['2024-05-20', 'long'], ['2024-05-31', 'short']], [['1970-01-01 00:00:00'], ['2024-06-01 00:00:01']],
    ['1 row of logs expired by its ENGINE_TTL.', 'The ENGINE_TTL of odd cannot be followed: Expected a value or a column, but the query ends.', '2 rows of visits expired by its ENGINE_TTL.'], 4,
  ]);
});

test('rows are rolled up by the keys of the rule, and what views made of them stays', async () => {
  project = await openProject({
    'datasources/hits.datasource': source('`page` String `json:$.page`,\n    `day` Date `json:$.day`,\n    `n` UInt64 `json:$.n`,\n    `most` UInt32 `json:$.most`', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "page, day"\nENGINE_TTL "day + INTERVAL 7 DAY GROUP BY page SET n = sum(n), most = max(most), day = min(day)"'),
    'datasources/total.datasource': source('`n` SimpleAggregateFunction(sum, UInt64)', 'ENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "tuple()"'),
    'materializations/total_view.pipe': 'NODE total_node\nSQL >\n    SELECT sum(n) AS n FROM hits\n\nTYPE materialized\nDATASOURCE total\n',
  });
  await project.send('hits', { page: '/a', day: '2024-05-01', n: 1, most: 5 }, { page: '/a', day: '2024-05-02', n: 2, most: 9 }, { page: '/a', day: '2024-05-30', n: 4, most: 1 }, { page: '/b', day: '2024-05-01', n: 8, most: 2 });
  await project.workspace().upkeep.expireAll(NOW);
  await project.workspace().upkeep.expireAll(NOW);
  expect([await project.rows('SELECT page, day, n, most FROM hits ORDER BY page, day'), await project.rows('SELECT sum(n) FROM total')]).toEqual([
    [['/a', '2024-05-01', 3, 9], ['/a', '2024-05-30', 4, 1], ['/b', '2024-05-01', 8, 2]], [[15]],
  ]);
});

const many = (count: number, row: (index: number) => unknown) => Array.from({ length: count }, (_, index) => row(index));

test('a grown table of a merging engine is left as merges would leave it, in the order of its key', async () => {
  project = await openProject({
    'datasources/users.datasource': source('`id` UInt32 `json:$.id`,\n    `name` String `json:$.name`,\n    `v` UInt32 `json:$.v`,\n    `gone` UInt8 `json:$.gone`', 'ENGINE "ReplacingMergeTree"\nENGINE_SORTING_KEY "id"\nENGINE_VER "v"\nENGINE_IS_DELETED "gone"'),
    'datasources/sums.datasource': source('`k` UInt32 `json:$.k`,\n    `n` SimpleAggregateFunction(sum, UInt64) `json:$.n`', 'ENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "k"'),
    'datasources/months.datasource': source('`k` UInt32 `json:$.k`,\n    `day` Date `json:$.day`', 'ENGINE "ReplacingMergeTree"\nENGINE_PARTITION_KEY "toYYYYMM(day)"\nENGINE_SORTING_KEY "k"'),
  });
  await project.send('users', ...many(30_000, (index) => ({ id: index % 100, name: `n${index}`, v: index, gone: index === 29_999 ? 1 : 0 })));
  await project.send('sums', ...many(30_000, (index) => ({ k: (index * 7) % 1_000, n: 2 })));
  await project.send('months', ...many(30_000, (index) => ({ k: 1, day: index % 2 === 0 ? '2024-01-01' : '2024-02-01' })));
  await project.workspace().upkeep.compactGrown(true);
  await project.workspace().upkeep.compactGrown(true);
  const jobs = project.workspace().jobs.list().filter(({ kind }) => kind === 'compact').map(({ title, log }) => [title, log.map(({ message }) => message)]);
  expect([await project.rows('SELECT count(), sum(gone), max(v) FROM users'), await project.rows('SELECT count() FROM users FINAL'), await project.rows('SELECT count(), sum(n), min(k) FROM sums'), await project.rows('SELECT k FROM sums LIMIT 3'), await project.rows('SELECT count() FROM months'), jobs]).toEqual([
    [[100, 1, 29_999]], [[99]], [[1_000, 60_000, 0]], [[0], [1], [2]], [[30_000]],
    [['Order the rows of users', ['30,000 rows became 100, in the order of id.']], ['Order the rows of sums', ['30,000 rows became 1,000, in the order of k.']]],
  ]);
});

test('a large table is ordered by an expression key, rows of one key in the order they came, none lost', async () => {
  project = await openProject({ 'datasources/events.datasource': source('`at` DateTime `json:$.at`,\n    `n` UInt32 `json:$.n`', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "toDate(at), n % 10"') });
  for (let part = 0; part < 6; part += 1) await project.send('events', ...many(50_000, (index) => ({ at: `2024-01-0${1 + (index % 9)} 00:00:00`, n: part * 50_000 + index })));
  await project.workspace().upkeep.compactGrown(true);
  const inOrder = await project.rows("SELECT count(), sum(n), countIf(wrong) FROM (SELECT n, (toDate(at), n % 10, n) < lagInFrame((toDate(at), n % 10, n), 1, (toDate('1970-01-01'), toUInt32(0), toUInt32(0))) OVER () AS wrong FROM events)");
  expect([inOrder, (await project.rows('SELECT n FROM events LIMIT 3'))]).toEqual([[[300_000, (300_000 * 299_999) / 2, 0]], [[0], [90], [180]]]);
});

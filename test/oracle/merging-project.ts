/** The project of merging-child.ts, and what its tables must hold after so many rows. */

/** Numbers are given to all tables alike. `events` changes its schema. */
export const TABLES = ['users', 'sums', 'events'] as const;
export const BLOCK_ROWS = 12_000;
const USERS = 200;

const source = (schema: string, engine: string) => `SCHEMA >\n    ${schema}\n\n${engine}\n`;
const EVENTS_ENGINE = 'ENGINE "ReplacingMergeTree"\nENGINE_SORTING_KEY "n"';

export const EVENTS_FILE = 'datasources/events.datasource';
/** Every row converts from each of them into the next. */
export const EVENTS_SCHEMAS = [
  source('n UInt32 `json:$.n`,\n    at DateTime `json:$.at`', EVENTS_ENGINE),
  source('n UInt64 `json:$.n`,\n    at DateTime `json:$.at`,\n    more String `json:$.more` DEFAULT \'-\'', EVENTS_ENGINE),
  source('at DateTime64(3) `json:$.at`,\n    n Int64 `json:$.n`', EVENTS_ENGINE),
  source('n Nullable(Int64) `json:$.n`,\n    at DateTime64(3) `json:$.at`,\n    twice UInt64 `json:$.twice` DEFAULT n * 2', 'ENGINE "MergeTree"\nENGINE_SORTING_KEY "at"'),
];

export const FILES: Readonly<Record<string, string>> = {
  'datasources/users.datasource': source('id UInt32 `json:$.id`,\n    v UInt64 `json:$.n`', 'ENGINE "ReplacingMergeTree"\nENGINE_SORTING_KEY "id"\nENGINE_VER "v"'),
  'datasources/sums.datasource': source('id UInt32 `json:$.id`,\n    v UInt64 `json:$.n`,\n    rows UInt64 `json:$.one`,\n    at DateTime `json:$.at`', 'ENGINE "SummingMergeTree"\nENGINE_SORTING_KEY "id, at"\nENGINE_SUMMING_COLUMNS "v, rows"\nENGINE_TTL "at + INTERVAL 50 YEAR"'),
  [EVENTS_FILE]: EVENTS_SCHEMAS[0] ?? '',
  'datasources/totals.datasource': source('id UInt32,\n    n AggregateFunction(count),\n    s AggregateFunction(sum, UInt64)', 'ENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "id"'),
  'materializations/add_totals.pipe': 'NODE add_totals\nSQL >\n    SELECT id, countState() AS n, sumState(v) AS s FROM users GROUP BY id\n\nTYPE materialized\nDATASOURCE totals\n',
};

export function rowOf(n: number): Readonly<Record<string, unknown>> {
  return { n, id: n % USERS, one: 1, at: new Date(Date.UTC(2024, 0, 1) + (n % 86_400) * 1000).toISOString() };
}

/** What a table, or a view, holds: first how many rows were sent. */
export const HELD: Readonly<Record<string, string>> = {
  users: 'SELECT max(v) + (count() > 0), count(), sum(v) FROM users FINAL',
  sums: 'SELECT sum(rows), uniqExact(id), sum(v) FROM sums',
  events: 'SELECT count(), uniqExact(n), sum(n) FROM events',
  totals: 'SELECT countMerge(n), uniqExact(id), sumMerge(s) FROM totals',
};

/** The same after so many rows. */
export function heldAfter(name: string, rows: number): readonly number[] {
  const sum = (rows * (rows - 1)) / 2;
  const users = Math.min(USERS, rows);
  if (name === 'users') return [rows, users, Array.from({ length: users }, (_, index) => rows - 1 - index).reduce((total, one) => total + one, 0)];
  return [rows, name === 'events' ? rows : users, sum];
}

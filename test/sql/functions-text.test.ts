/** Functions on texts that stand in a query of their own: columns out of tuples, all columns as arguments, hashes of whole tables. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.makeTable('users', 'id UInt32, name String, age Nullable(UInt8), tags Array(LowCardinality(String)), born Date, score Float32', `VALUES
    (1, 'Alice', 25, ['a', 'b'], '2000-01-01', 1.5), (2, 'Боб', NULL, [], '1999-12-31', -0.1), (3, '', 0, [''], '1970-01-01', 0)`);
});

afterAll(() => engines?.close());

const QUERIES = [
  "SELECT untuple((1, 'a'))",
  "SELECT untuple((1, 'a')) AS t",
  "SELECT untuple(CAST((1, 'b') AS Tuple(p Int8, q String))), 3",
  "SELECT untuple(CAST((1, 'b') AS Tuple(p Int8, q String))) AS z",
  'SELECT sum(number) AS s, untuple((s, 2)) FROM numbers(3)',
  'SELECT untuple((number % 2, count())) FROM numbers(3) GROUP BY number % 2 ORDER BY number % 2',
  'SELECT t.1 + 1, untuple(t) FROM (SELECT (1, 2) AS t)',
  'SELECT id, cityHash64(*) FROM users ORDER BY id',
  'SELECT id, sipHash64(* EXCEPT age), hex(murmurHash3_128(id, COLUMNS(\'^(name|tags)$\'))) FROM users ORDER BY id',
  'SELECT groupBitXor(cityHash64(id, name, tags, born, score)) FROM users',
  'SELECT cityHash64(name) % 2 AS part, count() FROM users GROUP BY part ORDER BY part',
  "SELECT JSON_VALUE('{\"a\":null}', '$.a'), JSON_VALUE('{\"a\":{}}', '$.a'), JSON_VALUE('{\"a\":1}', '$.b'), JSON_VALUE('{\"a\":1}', '$.a') SETTINGS function_json_value_return_type_allow_nullable = 1",
  "SELECT JSON_VALUE('{\"a\":{}}', '$.a'), toJSONString((nan, 1.5)) SETTINGS output_format_json_quote_denormals = 1",
  'SELECT uniqExact(xxHash64(name, tags)), sum(length(tokens(name))) FROM users',
  'SELECT name FROM users WHERE ngramDistance(name, \'Alise\') < 0.9 ORDER BY name',
];

test.runIf(clickHouseInstalled())('queries around functions on texts answer as ClickHouse does, names of columns included', { timeout: 60_000 }, async () => {
  const found: Record<string, string> = {};
  for (const query of QUERIES) {
    const difference = await engines?.difference(query, false, true);
    if (difference !== undefined) found[query] = difference;
  }
  expect(found).toEqual({});
});

test('what a hash depends on the processor for is an error, not a value', async () => {
  if (!engines) return;
  expect(await engines.ask("SELECT farmHash64(repeat('x', 600))")).toMatchObject({ error: expect.stringContaining('farmHash64 of 512 bytes or more is not computed') });
});

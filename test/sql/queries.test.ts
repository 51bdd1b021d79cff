/** Whole queries: clauses, names, joins, grouping. Each must answer in Sandpiper as it does in ClickHouse, types included. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
  if (!engines) return;
  await engines.makeTable('t', 'a UInt32, b Nullable(String), arr Array(UInt8), d Date, f Float64, s LowCardinality(String), at DateTime',
    `SELECT number + 1, if(number % 3 = 0, NULL, toString(number)), range(number % 3), toDate('2024-01-01') + number % 4, number / 4, ['red', 'green', 'blue'][number % 3 + 1], toDateTime('2024-03-01 10:00:00') + number * 3601 FROM numbers(12)`);
  await engines.makeTable('u', 'a UInt64, name String, score Int32', "SELECT number * 2, concat('n', toString(number)), toInt32(number) - 3 FROM numbers(8)");
  await engines.makeTable('simple', 'k UInt8, last SimpleAggregateFunction(max, DateTime), word SimpleAggregateFunction(any, String), total SimpleAggregateFunction(sum, UInt64), maybe SimpleAggregateFunction(any, Nullable(String)), low SimpleAggregateFunction(any, LowCardinality(String))',
    "SELECT number % 2, toDateTime('2024-03-01 10:00:00') + number, 'w', number, if(number = 1, NULL, 'm'), 'l' FROM numbers(5)");
}, 60_000);

afterAll(() => engines?.close());

const ORDERED = [
  'SELECT a, a + 1 AS x, x * 2 AS y FROM t WHERE y > 6 ORDER BY a',
  'SELECT d, sum(a) AS a FROM t GROUP BY d ORDER BY d',
  'SELECT toStartOfMonth(d) AS d, count() AS c FROM t GROUP BY d ORDER BY d',
  "SELECT toStartOfHour(at) AS hour, count() AS c, round(avg(f), 2) AS m FROM t WHERE at BETWEEN '2024-03-01 11:00:00' AND '2024-03-01 20:00:00' GROUP BY hour ORDER BY hour",
  'SELECT b, count() FROM t GROUP BY b ORDER BY b',
  'SELECT b FROM t ORDER BY b DESC, a',
  'SELECT b FROM t ORDER BY b NULLS FIRST, a LIMIT 5',
  'SELECT d, count() AS c, sum(count()) OVER () AS total, c / total AS share FROM t GROUP BY d ORDER BY d',
  'SELECT a, row_number() OVER (PARTITION BY d ORDER BY a DESC) AS n, sum(a) OVER (PARTITION BY d ORDER BY a) AS running FROM t ORDER BY a',
  'SELECT a, lagInFrame(a) OVER (ORDER BY a) AS before FROM t ORDER BY a',
  'WITH (SELECT max(a) FROM t) AS m SELECT a FROM t WHERE a = m',
  'WITH big AS (SELECT a, d FROM t WHERE a > 4) SELECT d, count() FROM big GROUP BY d ORDER BY d',
  'WITH 5 AS least SELECT a FROM t WHERE a > least ORDER BY a',
  'WITH [1, 2] AS wanted, some AS (SELECT a FROM t WHERE a IN wanted) SELECT a FROM some ORDER BY a',
  'WITH [] AS wanted, some AS (SELECT a FROM t WHERE length(wanted) = 0 OR a IN wanted) SELECT a FROM some ORDER BY a',
  "WITH ((1, 'red'), (2, 'x')) AS pairs SELECT a FROM (SELECT a FROM t WHERE (a, s) IN pairs) ORDER BY a",
  'WITH (SELECT groupArray(a) FROM u WHERE a < 5) AS wanted SELECT a FROM t WHERE a IN wanted ORDER BY a',
  'SELECT a FROM t WHERE a IN (SELECT arr FROM t) ORDER BY a',
  "WITH (SELECT groupArray(upperUTF8(name)) FROM (SELECT name FROM u ORDER BY a)) AS names SELECT a, multiSearchFirstIndexUTF8(upperUTF8(coalesce(nullIf(b, ''), concat('n', toString(a), 'n1'))), names) AS place FROM t ORDER BY a",
  'SELECT a, arrayMap(x -> x + a + (SELECT max(a) FROM u), arr) AS sums, arrayFilter(x -> x < (SELECT count() FROM u WHERE a > 8), arr) AS few FROM t ORDER BY a',
  'SELECT arrayMap(x -> arrayMap(y -> y * x + (SELECT min(score) FROM u), arr), arr) AS nested, count() AS n FROM t WHERE arrayExists(x -> x = (SELECT 1), arr) GROUP BY arr ORDER BY arr',
  'SELECT a FROM t ORDER BY d DESC, a LIMIT 2 OFFSET 1',
  "SELECT a FROM t ORDER BY a LIMIT toInt32('3') OFFSET 1 * 2",
  'SELECT d, a FROM t ORDER BY d, a LIMIT 2 BY d',
  'SELECT d, a FROM t ORDER BY d, a LIMIT 1, 1 BY d LIMIT 3',
  'SELECT a FROM t ORDER BY intDiv(a, 5) LIMIT 5 WITH TIES',
  'SELECT DISTINCT d FROM t ORDER BY d DESC',
  'SELECT arrayJoin(arr) AS x, count() FROM t GROUP BY x ORDER BY x',
  'SELECT a, x FROM t ARRAY JOIN arr AS x ORDER BY a, x',
  'SELECT a, x FROM t LEFT ARRAY JOIN arr AS x ORDER BY a, x',
  'SELECT a, x, n FROM t ARRAY JOIN arr AS x, arrayEnumerate(arr) AS n ORDER BY a, x',
  'SELECT number FROM numbers(10) WHERE number NOT IN (SELECT a FROM u) ORDER BY number',
  'SELECT a FROM t WHERE (a, s) IN ((1, \'red\'), (2, \'blue\'), (3, \'blue\')) ORDER BY a',
  "SELECT a, b IN ('1', '2') AS x FROM t ORDER BY a",
  'SELECT t.a, u.name, u.score FROM t LEFT JOIN u ON t.a = u.a ORDER BY t.a',
  'SELECT t.a, u.name FROM t INNER JOIN u USING a ORDER BY a',
  'SELECT a, name FROM t RIGHT JOIN u USING a ORDER BY a, name',
  'SELECT t.a AS l, u.a AS r, name FROM t FULL JOIN u ON t.a = u.a ORDER BY l, r',
  'SELECT a FROM t SEMI LEFT JOIN u USING a ORDER BY a',
  'SELECT a FROM t ANTI LEFT JOIN u USING a ORDER BY a',
  'SELECT x.a, y.a FROM t AS x, t AS y WHERE x.a = y.a AND x.a < 4 ORDER BY x.a',
  'SELECT x.d, sum(y.score) AS total FROM t x JOIN u y ON x.a = y.a GROUP BY x.d HAVING total > -10 ORDER BY total, x.d',
  "SELECT CASE WHEN a = 1 THEN 'one' WHEN a < 5 THEN 'few' ELSE 'many' END AS n, count() FROM t GROUP BY n ORDER BY n",
  'SELECT d FROM t GROUP BY d HAVING count() > 2 ORDER BY d',
  'SELECT d, s, count() FROM t GROUP BY ROLLUP(d, s) ORDER BY d, s',
  'SELECT d AS x, d AS y, count() AS c FROM t GROUP BY x, y WITH ROLLUP ORDER BY x, c',
  'SELECT d AS x, d AS y, count() AS c FROM t GROUP BY x, y WITH CUBE ORDER BY x, c',
  "SELECT d AS x, toFloat64OrNull('a') AS y, count() AS c FROM t GROUP BY x, y WITH ROLLUP ORDER BY x, c",
  'SELECT d AS x, 1 AS y FROM t GROUP BY x, y WITH CUBE ORDER BY x',
  'SELECT intDiv(a, 4) AS f, intDiv(a, 4) AS g, count() AS c FROM t GROUP BY f ORDER BY f WITH FILL FROM 0 TO 6',
  'SELECT a AS f, a, a + 0 AS h FROM t WHERE a < 3 ORDER BY f WITH FILL FROM 0 TO 5',
  'SELECT quantilesExactOrNull(0.5)(a), groupArrayOrNull(a), quantilesOrDefault(0.5)(a), covarPopMatrixOrNull(a, f) FROM t WHERE a > 100',
  "SELECT sumMap([toNullable(1), NULL], [1, 2]), maxMap([toNullable(a)], [a]), sumMap([1], [toDecimal32(1.5, 2)]), sumMapFiltered([1, 3])([toInt64(1), 2], [a, 1]) FROM t WHERE a = 1",
  'SELECT * FROM u JOIN (SELECT a, d FROM t) AS v USING (a) ORDER BY a',
  'SELECT * FROM (SELECT d, a FROM t) AS v LEFT JOIN u USING (a) ORDER BY a',
  'SELECT * FROM (SELECT d, a, a % 2 AS k FROM t) AS v JOIN (SELECT score, a % 2 AS k, a FROM u) AS w USING (k, a) ORDER BY a, d',
  'SELECT greatest(toInt64(a) - 5, toUInt64(2)), least(toInt64(a) - 5, toUInt64(2)) FROM t ORDER BY a',
  'SELECT l.a, l.a + 1, u.a FROM t AS l RIGHT JOIN u USING a ORDER BY u.a',
  'SELECT d, s, count() FROM t GROUP BY CUBE(d, s) ORDER BY d, s',
  'SELECT d, s, count() FROM t GROUP BY GROUPING SETS ((d), (s)) ORDER BY d, s',
  'SELECT * EXCEPT (b, arr) REPLACE (a * 2 AS a) FROM t ORDER BY a LIMIT 2',
  "SELECT COLUMNS('^[ad]$') FROM t ORDER BY a LIMIT 2",
  'SELECT d, count(DISTINCT s), uniq(s), uniqExact(b), countIf(a > 3), sumIf(a, f > 1), avgIf(f, a > 100), min(b), max(at), any(s) FROM t GROUP BY d ORDER BY d',
  'SELECT quantile(0.5)(a), quantiles(0.1, 0.9)(f), median(a), argMax(s, a), argMin(b, a), groupArray(3)(a) FROM (SELECT * FROM t ORDER BY a)',
  'SELECT count(), sum(a), avg(a), min(a), max(b), any(s), groupArray(a) FROM t WHERE a > 1000',
  'SELECT d, count() FROM t WHERE a > 1000 GROUP BY d',
  "SELECT toDate('2024-01-01') + number AS day, number AS n FROM numbers(3) ORDER BY day WITH FILL TO toDate('2024-01-06')",
  'SELECT number * 2 AS n FROM numbers(3) ORDER BY n WITH FILL FROM 0 TO 8 STEP 1',
  'SELECT 1 AS x UNION ALL SELECT 2.5 ORDER BY x',
  'SELECT a FROM t WHERE a < 3 INTERSECT SELECT a FROM t WHERE a > 1 ORDER BY a',
  'SELECT a FROM (SELECT a FROM t WHERE a < 4 EXCEPT SELECT a FROM u) ORDER BY a',
  'SELECT count() FROM (SELECT 1 UNION ALL SELECT 1 UNION ALL SELECT 2)',
  'SELECT (SELECT count() FROM u) AS n, a FROM t ORDER BY a LIMIT 1',
  'SELECT EXISTS (SELECT 1 FROM u WHERE a > 100) AS none',
  'SELECT a, sum(f) AS f FROM t GROUP BY a HAVING f > 1 ORDER BY f LIMIT 3',
  'SELECT sum(a) / count() AS mean, mean * 2 FROM t',
  'SELECT 1 + 1, \'x\', [1, 2], (1, \'a\'), NULL, -1, 1.5, true, 300, -200, 5000000000',
  'SELECT f, f > 1 AND a < 10 AS both, NOT (a = 1), a BETWEEN 2 AND 4 FROM t ORDER BY a LIMIT 3',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r',
  'SELECT d, groupUniqArray(s) AS g, length(g) FROM t GROUP BY d ORDER BY d, g',
  'SELECT s, d, count() FROM t GROUP BY ALL ORDER BY ALL',
  'SELECT k, max(last), min(last) AS first, argMax(word, last), anyLast(word), groupArray(word), sum(total), avg(total), max(last + 1), count(last) FROM simple GROUP BY k ORDER BY k',
  'SELECT any(maybe), any(low), maxIf(last, k = 1), maxOrNull(last), maxSimpleState(last), sumSimpleState(k), max(k) FROM simple',
  'SELECT k, max(last) OVER (ORDER BY last) AS latest, [last], (word, k) FROM simple ORDER BY last',
];

test('queries answer as in ClickHouse', async (context) => {
  const judge = engines;
  if (!judge) return context.skip('ClickHouse is not installed');
  const different: string[] = [];
  for (const sql of ORDERED) {
    const difference = await judge.difference(sql, /groupUniqArray/.test(sql));
    if (difference !== undefined) different.push(`${sql}\n    ${difference}`);
  }
  return expect(different).toEqual([]);
}, 120_000);

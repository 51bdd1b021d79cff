/**
 * Aggregates in DuckDB and in real ClickHouse over the same rows: all together, over no rows, and in groups; with
 * combinators, as states that are merged, and over windows.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAggregate, listAggregates, stateDuckdbType } from '../../engine/sql/aggregates/registry.ts';
import { parseType } from '../../engine/sql/parse-type.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

const COLUMNS = `id UInt32, g String, u8 UInt8, i8 Int8, u64 UInt64, i64 Int64, f32 Float32, f64 Float64, n8 Nullable(UInt8), ns Nullable(String), s String, lc LowCardinality(String),
  d32 Decimal(9, 2), d Date, dt DateTime, dt64 DateTime64(3), b Bool, a Array(UInt8), an Array(Nullable(UInt8)), m Map(String, UInt8), tp Tuple(n UInt8, t String), e Enum8('x' = 2, 'y' = 1, 'z' = 3), ts UInt32`;
const ROWS = `SELECT number, ['a', 'b', 'c'][number % 3 + 1], number * 50 % 256, number - 5, number * 3000000000000000000, 9000000000000000000 - number, number / 3, number * number / 7,
  if(number % 4 = 1, NULL, number), if(number % 3 = 0, NULL, toString(number)), toString(number % 4), toString(number % 2), number / 3, toDate('2024-01-01') + number * 3,
  toDateTime('2024-01-01 00:00:00') + number * 1001, toDateTime64('2024-01-01 00:00:00', 3) + number * 11.125, number % 2, range(number % 4), [number, NULL],
  map('k' || toString(number % 2), number, 'z', 1), (number, toString(number)), ['x', 'y', 'z'][number % 3 + 1], intDiv(number, 2) FROM numbers(11)`;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.makeTable('t', COLUMNS, ROWS);
  await engines?.makeTable('none', COLUMNS, 'SELECT * FROM t WHERE 0');
});

afterAll(() => engines?.close());

const EXPRESSIONS = [
  'count()',
  'count(n8)',
  'count(u8 > 3)',
  'countIf(u8 > n8)',
  'countIf(n8 > 3)',
  'count(DISTINCT g)',
  'count(DISTINCT g, n8)',
  'sum(u8)',
  'sum(i8)',
  'sum(u64)',
  'sum(i64)',
  'sum(f32)',
  'sum(f64)',
  'sum(d32)',
  'sum(n8)',
  'sum(b)',
  'sum(u8 > 3)',
  'sum(NULL)',
  'sum(DISTINCT u8)',
  'sumDistinct(u8)',
  'sumIf(u8, n8 > 3)',
  'sumIf(n8, u8 > 100)',
  'sumIf(u8, NULL)',
  'sumOrNull(u8)',
  'sumOrDefault(n8)',
  'avgOrNull(u8)',
  'avgOrDefault(u8)',
  'avg(u8)',
  'avg(u64)',
  'avg(i64)',
  'avg(d32)',
  'avg(n8)',
  'avg(dt64)',
  'avg(b)',
  'avg(f32)',
  'min(s), max(s)',
  'min(lc), max(lc)',
  'min(ns), max(ns)',
  'min(a), max(a)',
  'min(tp), max(tp)',
  'min(e), max(e)',
  'min(b), max(b)',
  'min(d), max(dt), min(dt64)',
  'min(f64), max(f32)',
  'any(lc), any(ns), any(a), anyLast(n8), first_value(ns), last_value(s), any_value(u8)',
  'any(NULL)',
  'any_respect_nulls(ns), anyLast_respect_nulls(n8)',
  'argMax(ns, u8), argMax(u8, n8), argMax(s, n8), argMin(lc, u8), argMax(a, u8), argMin(g, e), argMax((s, ns), id)',
  'argAndMax(s, u8)',
  'uniq(ns), uniq(u8, ns), uniqExact(s), uniqCombined(g), uniqHLL12(a), uniqIf(u8, n8 > 1), uniqExactIf(s, b), uniqUpTo(2)(s), uniqExact(tp)',
  'groupArray(s), groupArray(ns), groupArray(2)(u8), groupArray(a), groupArray(lc), groupArray(d32)',
  'groupArraySorted(3)(u8)',
  "groupArrayInsertAt(u8, id), groupArrayInsertAt('?', 5)(s, id)",
  'groupArrayMovingSum(u8), groupArrayMovingSum(2)(f32), groupArrayMovingAvg(u8), groupArrayMovingAvg(3)(f64)',
  'groupArrayIntersect(a)',
  "groupConcat(s), groupConcat(',')(ns), groupConcat('-', 2)(u8)",
  "string_agg(s, ',')",
  'quantile(u8), quantile(0.9)(f64), quantile(n8), quantile(0.3)(d32), quantile(0.3)(dt), quantile(0.3)(d), quantile(0.77)(dt64), median(f32), quantile(0.)(u8), quantile(1.)(u8)',
  'quantiles(0.1, 0.5)(u8), quantiles(0.1, 0.5)(n8), quantiles(0.1, 0.9)(dt)',
  'quantileExact(u8), quantileExact(0.9)(dt), quantileExact(0.9)(d32), quantileExact(n8), quantilesExact(0.5, 0.9)(u8)',
  'quantileExactLow(u8), quantileExactHigh(u8), quantileExactLow(0.9)(u8), quantileExactHigh(0.3)(f64)',
  'quantileExactInclusive(0.3)(u8), quantileExactExclusive(0.3)(u8), quantilesExactExclusive(0.1, 0.99)(f64)',
  'quantileExactWeighted(0.3)(u8, ts), quantilesExactWeighted(0.3, 0.9)(u8, ts)',
  'quantileTiming(u8), quantileTiming(0.9)(f64), quantilesTiming(0.5, 0.9)(u8), quantileTimingWeighted(0.6)(u8, ts)',
  'quantileTDigest(0.9)(u8), quantileTDigest(0.2)(f64), quantilesTDigest(0.2, 0.8)(u8)',
  'quantileDeterministic(0.7)(u8, id)',
  'quantileGK(100, 0.7)(u8)',
  'stddevPop(u8), stddevSamp(u8), varPop(u8), varSamp(n8), stddevPop(f32), varPop(d32)',
  'stddevPopStable(u8), stddevSampStable(u8), varPopStable(f64), varSampStable(n8), covarPopStable(u8, f32), covarSampStable(u8, i8), corrStable(u8, i8)',
  'covarPop(u8, f32), covarSamp(u8, i8), corr(u8, i8), corr(f32, f32), corr(u8, n8)',
  'skewPop(u8), skewSamp(u8), kurtPop(u8), kurtSamp(f64)',
  'entropy(s), entropy(n8)',
  'simpleLinearRegression(u8, i8), simpleLinearRegression(id, f64)',
  'boundingRatio(id, f64)',
  'sumMap(m), minMap(m), maxMap(m), avgMap(m), countMap(m), uniqMap(m)',
  'sumMap(a, a), minMap(a, a), maxMap(a, a), sumMapWithOverflow(a, a)',
  'sumMap([g], [n8])',
  "sumMapFiltered(['a'])([g], [u8])",
  'sumWithOverflow(u8), sumKahan(u8), sumKahan(f32)',
  'sumCount(u8), sumCount(f32), sumCount(n8)',
  'deltaSum(u8), deltaSum(n8), deltaSumTimestamp(u64, dt)',
  'avgWeighted(u8, ts), avgWeighted(n8, u8)',
  'singleValueOrNull(g), singleValueOrNull(u8), singleValueOrNull(n8)',
  'anyHeavy(lc)',
  "windowFunnel(10)(ts, u8 > 100, u8 > 200), windowFunnel(10, 'strict_increase')(ts, u8 > 50, u8 > 100, u8 > 200), windowFunnel(1)(id, s = '1', s = '2', s = '3'), windowFunnel(10000)(dt, s = '1', s = '2', s = '3')",
  "retention(s = '1', s = '2'), retention(g = 'a', s = '2', s = '7')",
  "sequenceMatch('(?1)(?2)')(dt, s = '1', s = '2'), sequenceCount('(?1).*(?2)')(dt, s = '1', s = '2'), sequenceCount('(?1)(?2)')(ts, s = '1', s = '2')",
  'exponentialMovingAverage(2)(u8, id), exponentialMovingAverage(5)(f64, ts)',
  'maxIntersections(id, ts), maxIntersections(ts, id), maxIntersectionsPosition(ts, id)',
  'topKWeighted(1)(s, u8)',
  'approx_top_k(1)(i8 > -3)',
  'groupBitAnd(u8), groupBitOr(i8), groupBitXor(n8), groupBitmap(u8), BIT_OR(u8)',
  'sumArray(a), avgArray(a), countArray(an), sumArray(an), minArray(a), uniqArray(a), groupArrayArray(a), quantileArray(0.3)(a), argMaxArray(a, a), maxArray(a)',
  'sumArrayIf(a, b), sumIfArray(a, a), countArrayIf(a, u8 > 100)',
  'sumForEach(a), countForEach(a), avgForEach(an), maxForEach(a), groupArrayForEach(a), sumForEachIf(a, b), quantileForEach(0.5)(a)',
  'sumResample(0, 10, 2)(u8, id), countResample(0, 10, 5)(id), avgResample(0, 20, 5)(u8, id), groupArrayResample(0, 4, 2)(s, id), sumResampleIf(0, 10, 3)(u8, id, b)',
  'sumArgMax(u8, ts), countArgMin(ts), avgArgMin(u8, g)',
  'avgIf(u8, b), quantileIf(0.5)(u8, b), quantilesIf(0.5, 0.9)(u8, b), argMaxIf(s, id, b), groupArrayIf(s, b), anyIf(s, u8 > 200), minIf(u8, b), maxIf(n8, b), uniqIf(s, b)',
  'minOrNull(s), anyOrNull(a), countOrNull(), uniqOrNull(u8), sumArrayOrNull(a), sumOrNullIf(u8, id > 100), groupArrayOrNull(u8), sumIfOrNull(u8, id > 100), maxOrDefault(n8)',
  'sumDistinctIf(u8, b), sumIfDistinct(u8, b)',
  'count(DISTINCT n8), uniqExactDistinct(s), avgDistinct(n8), countDistinct(s), countDistinctIf(s, b), countIf(DISTINCT s, b)',
  'count() FILTER (WHERE b), sum(u8) FILTER (WHERE n8 > 3)',
  'maxSimpleState(lc), sumSimpleState(u8)',
  'any_respect_nulls(ns), last_value(n8) IGNORE NULLS',
  'min_by(s, id), max_by(s, id), STDDEV_POP(u8), VAR_SAMP(u8), COVAR_POP(u8, i8), array_agg(u8)',
];

/** Answers whose order means nothing. */
const UNORDERED = [
  'groupUniqArray(s), groupUniqArray(ns), groupUniqArray(lc)',
  'topK(10)(s), topK(10)(ns)',
  'groupUniqArrayArray(a)',
];

const QUERIES = [
  'SELECT sum(x) FROM (SELECT arrayJoin([1.5, nan, 2]) AS x)',
  'SELECT max(x), min(x), argMax(x, x), argMin(x, x), quantile(x), quantileExact(x) FROM (SELECT arrayJoin([1.5, nan, 2]) AS x)',
  'SELECT max(x), min(x) FROM (SELECT arrayJoin([nan]) AS x)',
  'SELECT sumMap([1, 2], [1, x]) FROM (SELECT arrayJoin([0, 0]) AS x)',
  'SELECT count(1, 2)',
  "SELECT sum('a')",
  'SELECT sum(1, 2)',
  'SELECT quantile(2)(1)',
  'SELECT quantile(0.5, 0.6)(1)',
  "SELECT quantile('a')",
  'SELECT sumIf(1)',
  "SELECT sumIf(1, 'a')",
  'SELECT sumIfIf(1, 1, 1)',
  'SELECT id, row_number() OVER (ORDER BY id), rank() OVER (ORDER BY g), dense_rank() OVER (ORDER BY g), ntile(3) OVER (ORDER BY id), percent_rank() OVER (ORDER BY g), cume_dist() OVER (ORDER BY g) FROM t ORDER BY id',
  "SELECT id, lag(u8) OVER (ORDER BY id), lead(u8, 2) OVER (ORDER BY id), lag(u8, 1, 7) OVER (ORDER BY id), lag(ns) OVER (ORDER BY id), lagInFrame(u8) OVER (ORDER BY id), leadInFrame(u8) OVER (ORDER BY id), lead(s, 1, 'none') OVER (PARTITION BY g ORDER BY id) FROM t ORDER BY id",
  'SELECT id, lagInFrame(u8) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), lagInFrame(u8, 2) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), leadInFrame(u8) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t ORDER BY id',
  'SELECT id, nth_value(u8, 2) OVER (ORDER BY id), first_value(s) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), last_value(ns) OVER (ORDER BY id), sum(u8) OVER (ORDER BY id), avg(u8) OVER (PARTITION BY g ORDER BY id), count() OVER (), max(n8) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), groupArray(s) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t ORDER BY id',
  'SELECT id, sumIf(u8, b) OVER (ORDER BY id), uniq(g) OVER (ORDER BY id), quantile(0.5)(u8) OVER (ORDER BY id), argMax(s, u8) OVER (ORDER BY id), min(u8) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), anyIf(s, u8 > 100) OVER (ORDER BY id), countIf(b) OVER (PARTITION BY g) FROM t ORDER BY id',
  'SELECT g, sum(u8) AS q, sum(q) OVER (ORDER BY g) FROM t GROUP BY g ORDER BY g',
  'SELECT sumMerge(s), countMerge(c), avgMerge(v), minMerge(mi), maxMerge(ma), anyMerge(an), argMaxMerge(am), argMinMerge(ai) FROM (SELECT g, sumState(u64) AS s, countState() AS c, avgState(u8) AS v, minState(s) AS mi, maxState(n8) AS ma, anyState(lc) AS an, argMaxState(s, id) AS am, argMinState(ns, id) AS ai FROM (SELECT * EXCEPT s, s AS s2, s FROM t) GROUP BY g)',
  'SELECT sumMerge(x) AS r FROM (SELECT sumState(u64) AS x FROM t GROUP BY g)',
  'SELECT sumMerge(x) AS r FROM (SELECT sumState(n8) AS x FROM none GROUP BY g)',
  'SELECT sumMerge(x), toTypeName(sumMerge(x)) AS r FROM (SELECT sumState(n8) AS x FROM t GROUP BY g)',
  'SELECT avgMerge(x) AS r FROM (SELECT avgState(n8) AS x FROM t GROUP BY g)',
  'SELECT avgMerge(x) AS r FROM (SELECT avgState(n8) AS x FROM none GROUP BY g)',
  'SELECT avgMerge(x) AS r FROM (SELECT avgState(f32) AS x FROM none GROUP BY g)',
  'SELECT avgMerge(x) AS r FROM (SELECT avgState(d32) AS x FROM t GROUP BY g)',
  'SELECT avgMerge(x) AS r FROM (SELECT avgState(i64) AS x FROM t GROUP BY g)',
  'SELECT countMerge(x) AS r FROM (SELECT countState(n8) AS x FROM t GROUP BY g)',
  'SELECT countIfMerge(x) AS r FROM (SELECT countIfState(n8 > 3) AS x FROM t GROUP BY g)',
  'SELECT countMerge(x) AS r FROM (SELECT countStateIf(b) AS x FROM t GROUP BY g)',
  "SELECT countMergeIf(x, g = 'a') AS r FROM (SELECT g, countState() AS x FROM t GROUP BY g)",
  'SELECT minMerge(x) AS r FROM (SELECT minState(s) AS x FROM t GROUP BY g)',
  'SELECT maxMerge(x) AS r FROM (SELECT maxState(e) AS x FROM t GROUP BY g)',
  'SELECT maxMerge(x) AS r FROM (SELECT maxState(ns) AS x FROM none GROUP BY g)',
  'SELECT maxMerge(x) AS r FROM (SELECT maxState(s) AS x FROM none GROUP BY g)',
  'SELECT argMaxMerge(x) AS r FROM (SELECT argMaxState(s, id) AS x FROM t GROUP BY g)',
  'SELECT argMinMerge(x) AS r FROM (SELECT argMinState(ns, n8) AS x FROM t GROUP BY g)',
  'SELECT uniqMerge(x) AS r FROM (SELECT uniqState(s) AS x FROM t GROUP BY g)',
  'SELECT uniqExactMerge(x) AS r FROM (SELECT uniqExactState(n8) AS x FROM t GROUP BY g)',
  'SELECT uniqMerge(x) AS r FROM (SELECT uniqState(s, b) AS x FROM t GROUP BY g)',
  'SELECT uniqMerge(x) AS r FROM (SELECT uniqState(s) AS x FROM none GROUP BY g)',
  'SELECT uniqIfMerge(x) AS r FROM (SELECT uniqIfState(s, b) AS x FROM t GROUP BY g)',
  'SELECT quantileMerge(0.9)(x) AS r FROM (SELECT quantileState(0.9)(u8) AS x FROM t GROUP BY g)',
  'SELECT quantilesMerge(0.5, 0.9)(x) AS r FROM (SELECT quantilesState(0.5, 0.9)(n8) AS x FROM t GROUP BY g)',
  'SELECT quantileMerge(0.5)(x) AS r FROM (SELECT quantileState(0.5)(n8) AS x FROM none GROUP BY g)',
  'SELECT quantileTDigestMerge(0.5)(x) AS r FROM (SELECT quantileTDigestState(0.5)(u8) AS x FROM t GROUP BY g)',
  'SELECT arraySort(groupArrayMerge(x)) AS r FROM (SELECT groupArrayState(s) AS x FROM t GROUP BY g)',
  'SELECT arraySort(groupUniqArrayMerge(x)) AS r FROM (SELECT groupUniqArrayState(s) AS x FROM t GROUP BY g)',
  'SELECT stddevPopMerge(x) AS r FROM (SELECT stddevPopState(u8) AS x FROM t GROUP BY g)',
  'SELECT corrMerge(x) AS r FROM (SELECT corrState(u8, i8) AS x FROM t GROUP BY g)',
  'SELECT sumMapMerge(x) AS r FROM (SELECT sumMapState(m) AS x FROM t GROUP BY g)',
  'SELECT topKMerge(1)(x) AS r FROM (SELECT topKState(1)(b) AS x FROM t GROUP BY g)',
  'SELECT sumMerge(y) AS r FROM (SELECT sumMergeState(x) AS y FROM (SELECT sumState(u8) AS x FROM t GROUP BY g) GROUP BY 1)',
  'SELECT sumArrayMerge(x) AS r FROM (SELECT sumArrayState(a) AS x FROM t GROUP BY g)',
  'SELECT g, finalizeAggregation(sumState(u8)) AS r FROM t GROUP BY g ORDER BY g',
  'SELECT toTypeName(quantilesState(0.5, 0.9)(n8)), toTypeName(countIfState(b)), toTypeName(argMaxState(lc, n8)), toTypeName(sumMapState(m)), toTypeName(maxSimpleState(lc)), toTypeName(uniqState(lc)) FROM t',
  'SELECT maxMerge(x) AS r FROM (SELECT maxState(u8 > 3) AS x FROM t GROUP BY g)',
  'SELECT quantileMerge(0.9)(x) AS r FROM (SELECT quantileState(0.1)(u8) AS x FROM t GROUP BY g)',
  'SELECT quantilesMerge(0.1, 0.9)(x) AS r FROM (SELECT quantileState(0.1)(u8) AS x FROM t GROUP BY g)',
  'SELECT countMerge(x) AS r FROM (SELECT countIfState(b) AS x FROM t GROUP BY g)',
  'SELECT countDistinctMerge(x) AS r FROM (SELECT countDistinctState(s) AS x FROM t GROUP BY g)',
  'SELECT sumDistinctMerge(x) AS r FROM (SELECT sumDistinctState(n8) AS x FROM t GROUP BY g)',
  'SELECT sumForEachMerge(x) AS r FROM (SELECT sumForEachState(a) AS x FROM t GROUP BY g)',
  'SELECT sumOrNullMerge(x) AS r FROM (SELECT sumOrNullState(u8) AS x FROM none GROUP BY g)',
  'SELECT sumMerge(x) AS r FROM (SELECT maxState(u8) AS x FROM t GROUP BY g)',
  'SELECT sumMerge(u8) AS r FROM t',
  'SELECT countDistinct(s, n8), uniqExactIf(s, n8, b) FROM t',
  'SELECT quantilesIfMerge(0.5, 0.9)(x) AS r FROM (SELECT quantilesIfState(0.5, 0.9)(u8, b) AS x FROM t GROUP BY g)',
];

async function differences(queries: readonly string[], unordered = false): Promise<string[]> {
  const found: string[] = [];
  for (const sql of queries) {
    const difference = await engines?.difference(sql, unordered);
    if (difference !== undefined) found.push(`${sql}: ${difference}`);
  }
  return found;
}

function formsOf(expression: string): string[] {
  return [`SELECT ${expression} FROM t`, `SELECT ${expression} FROM none`, `SELECT g, ${expression} FROM t GROUP BY g ORDER BY g`];
}

test('aggregates answer as ClickHouse does, over rows, over none and in groups', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  return expect(await differences(EXPRESSIONS.flatMap(formsOf))).toEqual([]);
}, 120_000);

test('aggregates that promise no order give the same values', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  return expect(await differences(UNORDERED.flatMap(formsOf), true)).toEqual([]);
});

test('states merge to the same answers, windows too, and mistakes are refused by both', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  return expect(await differences(QUERIES)).toEqual([]);
}, 120_000);

test('a column of states is held in the type that its name says', () => {
  const types = ['count', 'sum, UInt32', 'sum, Float32', 'avg, Int64', 'min, DateTime', 'argMax, String, DateTime', 'uniq, UInt64', 'uniq, String', 'quantile(0.9), Float64', 'countDistinct, String', 'uniqIf, String, UInt8'];
  const held = types.map((text) => {
    const type = parseType(`AggregateFunction(${text})`);
    return type.kind === 'AggregateFunction' ? stateDuckdbType(type).text : '';
  });
  expect(held).toEqual([
    'UBIGINT', 'UBIGINT', 'DOUBLE', 'STRUCT(total BIGINT, rows UBIGINT)', 'TIMESTAMP', 'STRUCT(v VARCHAR, k TIMESTAMP)', 'UBIGINT[]', 'UBIGINT[]', 'STRUCT(p FLOAT, v DOUBLE)[]', 'VARCHAR[]', 'UBIGINT[]',
  ]);
});

test('an aggregate that cannot be had is refused with its reason, and not listed', () => {
  const refused = findAggregate('stochasticLinearRegression');
  expect(() => refused?.resultType([], [], { start: 0, end: 1 })).toThrow('stochasticLinearRegression is not supported: it trains a model step by step; simpleLinearRegression(x, y) gives the line that fits best.');
  expect(listAggregates().some(({ name }) => name === 'stochasticLinearRegression')).toBe(false);
});

test('names are found with their combinators, in the case that ClickHouse takes', () => {
  const names = ['count', 'COUNT', 'Sum', 'uniq', 'UNIQ', 'sumIf', 'sumArrayIf', 'quantilesMergeState', 'groupArrayArray', 'sumIfIf', 'arrayMap', 'STDDEV_POP', 'first_value', 'If'];
  expect(names.filter((name) => findAggregate(name) === undefined)).toEqual(['UNIQ', 'sumIfIf', 'arrayMap', 'If']);
  expect(listAggregates().length).toBeGreaterThan(80);
});

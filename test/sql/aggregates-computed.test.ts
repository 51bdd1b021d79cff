/**
 * Aggregates that are computed in TypeScript, and window functions of values in time, in DuckDB and in real ClickHouse
 * over the same rows: all together, over none, over one, and in groups.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

const COLUMNS = 'x Float64, i UInt8, y Nullable(Float64), s String, u UInt32, t DateTime, ns Nullable(String), b Bool, dt Date, n Int16';
const ROWS = `SELECT (number * 37 % 101) / 3, number % 2, if(number % 5 = 0, NULL, number * 7 % 13), ['a', 'b', 'c'][number * number % 3 + 1], number * 7919 % 100, toDateTime('2024-01-01 00:00:00') + number * 7,
  if(number % 4 = 0, NULL, toString(number % 6)), number % 3 = 0, toDate('2024-01-01') + number % 9, number * 3 - 20 FROM numbers(40)`;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.runInClickHouse('SET allow_experimental_time_series_aggregate_functions = 1');
  await engines?.makeTable('t', COLUMNS, ROWS);
  await engines?.makeTable('one', COLUMNS, 'SELECT * FROM t LIMIT 1');
  await engines?.makeTable('none', COLUMNS, 'SELECT * FROM t WHERE 0');
});

afterAll(() => engines?.close());

/** Fine over any number of rows. */
const EXPRESSIONS = [
  'studentTTest(x, i), studentTTest(0.95)(x, i), welchTTest(x, i), welchTTest(0.9)(u, i), studentTTest(y, i)',
  'meanZTest(0.7, 0.45, 0.95)(x, i), studentTTestOneSample(x, 20.), studentTTestOneSample(0.95)(x, 10.)',
  'rankCorr(x, u), rankCorr(x, y)',
  'cramersV(s, i), cramersVBiasCorrected(s, i), theilsU(s, i), theilsU(i, s), contingency(s, i), cramersV(s, ns)',
  'categoricalInformationValue(i, b), categoricalInformationValue(x > 20, x < 21, i)',
  'corrMatrix(x, u, n), covarPopMatrix(x, u), covarSampMatrix(x, i, u), corrMatrix(x, y)',
  'quantileTDigest(0.9)(x), quantilesTDigest(0.1, 0.5, 0.99)(u), quantileTDigestWeighted(0.3)(x, u), quantileTDigest(y), medianTDigest(x)',
  'quantileBFloat16(0.75)(x), quantilesBFloat16(0.1, 0.5)(n), quantileBFloat16Weighted(0.3)(x, u), quantileBFloat16(dt), quantileBFloat16(0.3)(y)',
  'quantileGK(100, 0.25)(u), quantilesGK(10, 0.25, 0.5, 0.9)(n), quantileGK(1, 0.5)(dt), quantileGK(5, 0.5)(x)',
  'quantileDD(0.01, 0.3)(x), quantilesDD(0.05, 0.1, 0.9)(n)',
  'quantileExactWeightedInterpolated(0.3)(x, u), quantilesExactWeightedInterpolated(0.1, 0.9)(n, i), quantileInterpolatedWeighted(0.3)(x, u), quantilesInterpolatedWeighted(0.1, 0.9)(n, i)',
  "sequenceMatch('(?1)(?t<=20)(?2)')(t, s = 'a', b), sequenceCount('(?1).*(?2)')(t, s = 'a', b), sequenceMatchEvents('(?1).*(?2)')(t, s = 'a', s = 'c')",
  "windowFunnel(50, 'strict_order')(t, s = 'a', b, i = 1), windowFunnel(50, 'strict_deduplication')(t, s = 'a', b, i = 1), windowFunnel(50, 'strict_once')(t, s = 'a', b, i = 1), windowFunnel(90, 'strict_order', 'allow_reentry')(t, s = 'a', b, i = 1)",
  'sparkbar(4)(i, u), sparkbar(9)(u, u), sparkbar(5)(dt, u), sparkbar(9, 10, 50)(u, x)',
  'histogram(3)(x), histogram(5)(u), histogram(10)(y), histogram(40)(n)',
  'largestTriangleThreeBuckets(4)(u, x), lttb(10)(t, u), lttb(2)(x, u), lttb(100)(n, u)',
  'intervalLengthSum(x, x + 2), intervalLengthSum(u, u), intervalLengthSum(n, -n), intervalLengthSum(dt, dt)',
  "groupFormat('CSV')(x, s), groupFormat('JSONEachRow')(u, s, dt), groupFormat('TSV')(ns, i)",
  'argMax(s, (y, s)), argAndMax(s, (ns, u)), argAndMin(s, y), singleValueOrNull(y)',
  'avgWeighted(x, u), avgWeighted(x, y), stddevSampStable(y)',
  'timeSeriesGroupArray(u, x), timeSeriesRateToGrid(0, 100, 10, 30)(u, x), timeSeriesIncreaseToGrid(0, 100, 10, 30)(u, x), timeSeriesDeltaToGrid(0, 100, 10, 30)(u, x), timeSeriesDerivToGrid(0, 100, 10, 30)(u, x)',
  'timeSeriesPredictLinearToGrid(0, 100, 10, 30, 60)(u, x), timeSeriesChangesToGrid(0, 100, 10, 30)(u, x), timeSeriesResetsToGrid(0, 100, 10, 30)(u, x), timeSeriesLastToGrid(0, 100, 10, 30)(u, x), timeSeriesInstantDeltaToGrid(0, 100, 10, 30)(u, x), timeSeriesInstantRateToGrid(0, 100, 10, 30)(u, x)',
  'studentTTestIf(x, i, b), quantileTDigestIf(0.5)(x, b), sumIf(u, b), rankCorrOrNull(x, u), histogramIf(2)(x, b)',
];

const QUERIES = [
  `SELECT distinctJSONPathsAndTypes(j) FROM (SELECT '{"a":1,"b":{"c":[1,2]}}'::JSON(a UInt32) AS j)`,
  `SELECT distinctJSONPaths(j), distinctJSONPathsAndTypes(j) FROM (SELECT arrayJoin(['{"a":{"b":1,"d":null},"c":[1,"x"]}', '{"a":{"b":1.5,"e":true},"c":{"z":"2020-01-01"},"d":[{"k":1}],"s":"abc","l":[1,2],"m":[],"t":"2020-01-01 00:00:00"}'])::JSON AS j)`,
  "SELECT mannWhitneyUTest(x, i), mannWhitneyUTest('greater')(u, i), mannWhitneyUTest('less', 0)(n, b) FROM t",
  "SELECT kolmogorovSmirnovTest(x, i), kolmogorovSmirnovTest('less')(u, i), kolmogorovSmirnovTest('greater', 'exact')(n, b), kolmogorovSmirnovTest('two-sided', 'asymp')(x, i), kolmogorovSmirnovTest('greater', 'asymp')(x, i) FROM t",
  'SELECT analysisOfVariance(x, i), anova(n, u % 3) FROM t',
  'SELECT quantilesPrometheusHistogram(0.1, 0.5, 0.9)(le, total) FROM (SELECT arrayJoin([(0., 6), (0.5, 11), (1., 14), (inf, 19)]) AS p, p.1 AS le, p.2 AS total)',
  'SELECT quantilesTDigest(0.01, 0.5, 0.99)(number * number) FROM numbers(10000)',
  'SELECT quantilesGK(1000, 0.25, 0.5, 0.75)(number * 7919 % 10007) FROM numbers(10000)',
  'SELECT u, exponentialTimeDecayedSum(10)(x, t) OVER w, exponentialTimeDecayedMax(10)(x, t) OVER w, exponentialTimeDecayedCount(3.5)(t) OVER w, exponentialTimeDecayedAvg(2)(x, u) OVER w FROM t WINDOW w AS (ORDER BY t ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) ORDER BY t',
  'SELECT t, nonNegativeDerivative(x, t) OVER (ORDER BY t), nonNegativeDerivative(u, t, INTERVAL 1 MINUTE) OVER (ORDER BY t) FROM t ORDER BY t',
  'SELECT groupBitmapAnd(z), groupBitmapOrIf(z, k > 3), groupBitmapXor(z), bitmapToArray(groupBitmapOrState(z)), toTypeName(groupBitmapAndState(z)) FROM (SELECT number AS k, bitmapBuild([1, 2, number]) AS z FROM numbers(3, 4))',
  'SELECT groupBitmapMerge(z) FROM (SELECT groupBitmapOrState(z) AS z FROM (SELECT bitmapBuild([1, 2, number]::Array(UInt32)) AS z FROM numbers(3, 4)))',
  'SELECT toTypeName(studentTTest(y, i)), toTypeName(argAndMax(y, u)), toTypeName(quantileTDigest(u)), toTypeName(lttb(2)(u, dt)), toTypeName(timeSeriesLastToGrid(0, 1, 1, 1)(u, toFloat32(x))) FROM t',
  "SELECT windowFunnel(5, 'allow_reentry')(u, b, i = 1) FROM t",
  "SELECT windowFunnel(5, 'no such mode')(u, b, i = 1) FROM t",
  "SELECT sequenceMatch('(?3)')(u, b, i = 1) FROM t",
  'SELECT studentTTest(1.5)(x, i) FROM t',
  "SELECT intervalLengthSum(s, s) FROM t",
  'SELECT sparkbar(u)(u, u) FROM t',
];

async function differences(queries: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const sql of queries) {
    const difference = await engines?.difference(sql);
    if (difference !== undefined) found.push(`${sql}: ${difference}`);
  }
  return found;
}

test('computed aggregates answer as ClickHouse does, over rows, over one, over none and in groups', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  const forms = EXPRESSIONS.flatMap((expression) => [`SELECT ${expression} FROM t`, `SELECT ${expression} FROM none`, `SELECT ${expression} FROM one`, `SELECT s, ${expression} FROM t GROUP BY s ORDER BY s`]);
  return expect(await differences(forms)).toEqual([]);
}, 120_000);

test('tests of statistics, fading windows and bitmaps answer as ClickHouse does, and both refuse the same mistakes', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  return expect(await differences(QUERIES)).toEqual([]);
}, 120_000);

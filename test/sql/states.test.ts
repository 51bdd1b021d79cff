/**
 * States of aggregates: random rows in random blocks, merged in chains of random groupings, give the same answer as all
 * rows at once and as ClickHouse; estimates stay within the error of ClickHouse's own; states stay small.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DUCKDB_MACROS } from '../../engine/sql/macros.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { translate } from '../../engine/sql/translate.ts';
import { registerComputedFunctions } from '../../engine/workspace/computed-functions.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

const COLUMNS = 'id UInt32, b1 UInt8, b2 UInt8, b3 UInt8, u UInt16, i Int32, f Float64, n Nullable(Int16), s String, ns Nullable(String), d DateTime, c UInt8, a Array(UInt8), m Map(String, UInt16), dec Decimal(9, 2), w UInt8, wide UInt64';
const rows = (seed: number) => `SELECT number, cityHash64(number, ${seed}, 1) % 11, cityHash64(number, ${seed}, 2) % 5, cityHash64(number, ${seed}, 3) % 3, cityHash64(number, ${seed}, 4) % 40,
  toInt32(cityHash64(number, ${seed}, 5) % 2000) - 1000, (cityHash64(number, ${seed}, 6) % 100000) / 7, if(cityHash64(number, ${seed}, 7) % 4 = 0, NULL, toInt16(cityHash64(number, ${seed}, 8) % 50)), concat('s', toString(cityHash64(number, ${seed}, 9) % 25)),
  if(cityHash64(number, ${seed}, 10) % 3 = 0, NULL, toString(cityHash64(number, ${seed}, 11) % 9)), toDateTime('2024-01-01 00:00:00') + cityHash64(number, ${seed}, 12) % 100000, cityHash64(number, ${seed}, 13) % 2,
  arrayMap(x -> (x * 7 + number) % 13, range(cityHash64(number, ${seed}, 14) % 4)), map('k' || toString(cityHash64(number, ${seed}, 15) % 4), number % 9, 'z', 1), toDecimal32(cityHash64(number, ${seed}, 16) % 10000, 2) / 100, cityHash64(number, ${seed}, 17) % 5, cityHash64(number, ${seed}, 18) FROM numbers(300)`;

/** The aggregate with its combinators, its parameters and its arguments. */
const EXACT: readonly (readonly [string, string, string])[] = [
  ['count', '', ''], ['count', '', 'n'], ['sum', '', 'u'], ['sum', '', 'n'], ['sum', '', 'wide'], ['sum', '', 'dec'], ['sum', '', 'f'], ['min', '', 's'], ['max', '', 'ns'], ['min', '', 'd'], ['max', '', 'f'], ['avg', '', 'i'], ['avg', '', 'n'], ['avg', '', 'dec'], ['avg', '', 'wide'],
  ['argMin', '', 'i, id'], ['argMax', '', 's, id'], ['argMax', '', 'ns, f'], ['argMin', '', 'a, id'], ['argAndMax', '', 'i, id'],
  ['uniq', '', 'u'], ['uniq', '', 's, n'], ['uniqExact', '', 'ns'], ['uniqCombined', '', 's'], ['uniqCombined64', '', 'wide'], ['uniqHLL12', '', 'c'], ['countDistinct', '', 's'], ['uniqUpTo', '(3)', 's'],
  ['quantile', '(0.3)', 'f'], ['quantile', '(0.9)', 'n'], ['quantiles', '(0.1, 0.9)', 'd'], ['median', '', 'dec'], ['quantileExact', '(0.7)', 'i'], ['quantilesExact', '(0.1, 0.5)', 'n'], ['quantileExactLow', '', 'u'], ['quantileExactWeighted', '(0.4)', 'u, w'], ['quantileTiming', '(0.6)', 'u'], ['quantileBFloat16', '(0.3)', 'f'], ['quantileDD', '(0.01, 0.5)', 'f'], ['quantileDeterministic', '(0.5)', 'f, id'],
  ['stddevPop', '', 'f'], ['stddevSamp', '', 'n'], ['varPop', '', 'u'], ['varSamp', '', 'dec'], ['skewPop', '', 'f'], ['kurtSamp', '', 'i'], ['corr', '', 'u, i'], ['covarPop', '', 'f, i'], ['covarSamp', '', 'n, u'], ['simpleLinearRegression', '', 'u, i'], ['avgWeighted', '', 'f, w'], ['sumCount', '', 'i'], ['sumKahan', '', 'u'], ['sumWithOverflow', '', 'u'], ['entropy', '', 's'], ['boundingRatio', '', 'id, f'],
  ['groupBitAnd', '', 'u'], ['groupBitOr', '', 'n'], ['groupBitXor', '', 'i'], ['groupBitmap', '', 'u'], ['sumMap', '', 'm'], ['maxMap', '', 'm'], ['sumMap', '', 'a, a'], ['minMap', '', 'a, a'], ['retention', '', "c = 1, s = 's1', s = 'none'"], ['groupArraySorted', '(5)', 'i'], ['singleValueOrNull', '', 'c'], ['studentTTest', '', 'f, c'], ['rankCorr', '', 'i, f'], ['maxIntersections', '', 'i, -i'], ['histogram', '(1)', 'u'],
  ['sumIf', '', 'u, c'], ['countIf', '', 'c'], ['uniqIf', '', 's, c'], ['avgIf', '', 'n, c'], ['quantileIf', '(0.5)', 'f, c'], ['argMaxIf', '', 's, id, c'], ['sumOrNull', '', 'u'], ['maxOrNullIf', '', 'u, id > 1000'], ['avgOrDefault', '', 'u'], ['sumDistinct', '', 'u'], ['uniqArray', '', 'a'], ['sumArrayIf', '', 'a, c'], ['maxForEach', '', 'a'], ['sumForEach', '', 'a'], ['sumMapIf', '', 'm, c'],
  ['countResample', '(0, 40, 10)', 'u'], ['sumResample', '(0, 40, 10)', 'i, u'], ['sumArgMax', '', 'u, b3'], ['countArgMin', '', 'c'], ['avgMap', '', 'm'], ['any', '', 'c = c'], ['anyLast', '', '1'], ['windowFunnel', '(50000)', "d, s = 's1', s = 's2', c"], ['sequenceCount', "('(?1)(?2)')", 'id, c = 1, c = 0'],
];

/** Answers without an order. */
const SETS: readonly (readonly [string, string, string])[] = [['groupArray', '', 's'], ['groupArray', '', 'n'], ['groupUniqArray', '', 'ns'], ['groupArrayArray', '', 'a'], ['groupUniqArrayArray', '', 'a'], ['groupArrayIf', '', 'u, c']];

beforeAll(async () => {
  engines = await openTwoEngines();
  for (const seed of [1, 2]) await engines?.makeTable(`t${seed}`, COLUMNS, rows(seed));
});

afterAll(() => engines?.close());

/** One big block, blocks merged at once, and chains of two and three groupings. */
function chains([name, parameters, args]: readonly [string, string, string], table: string): readonly string[] {
  const blocks = `SELECT b1, b2, b3, ${name}State${parameters}(${args}) AS x FROM ${table} GROUP BY b1, b2, b3`;
  const merged = `${name}Merge${parameters}(x)`;
  return [
    `SELECT ${name}${parameters}(${args}) FROM ${table}`,
    `SELECT ${merged} FROM (${blocks})`,
    `SELECT ${merged} FROM (SELECT ${name}MergeState${parameters}(x) AS x FROM (${blocks}) GROUP BY b2)`,
    `SELECT ${merged} FROM (SELECT ${name}MergeState${parameters}(x) AS x FROM (SELECT b1, ${name}MergeState${parameters}(x) AS x FROM (${blocks} ORDER BY b3 DESC) GROUP BY b1, b3) GROUP BY b1 % 2)`,
  ];
}

test('states merge in any grouping and order to the answer over all rows, which is ClickHouse’s', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  const found: string[] = [];
  for (const table of ['t1', 't2']) {
    for (const one of EXACT) {
      for (const sql of chains(one, table)) {
        const difference = await engines.difference(sql);
        if (difference !== undefined) found.push(`${sql}: ${difference}`);
      }
    }
    for (const one of SETS) {
      for (const sql of chains(one, table)) {
        const difference = await engines.difference(sql, true);
        if (difference !== undefined) found.push(`${sql}: ${difference}`);
      }
    }
  }
  return expect(found).toEqual([]);
}, 240_000);

const LARGE = 'SELECT number % 50 AS g, number % 7 AS h';

test('estimates are as near as ClickHouse’s and do not depend on the grouping', async (context) => {
  if (!engines) return context.skip('ClickHouse is not installed');
  const answer = async (sql: string) => {
    const result = await engines?.ask(sql);
    if (!result || 'error' in result) throw new Error(result?.error);
    return result.rows[0]?.map(Number) ?? [];
  };
  const states = `${LARGE}, uniqState(number * 1009) AS a, uniqState(toString(number)) AS b, uniqCombinedState(intDiv(number, 2)) AS c, uniqState(toUInt32(number) * 3) AS d, uniqState(toInt16(number % 60000) - 30000) AS e, quantileState(0.9)(number) AS q, quantileTDigestState(0.99)(number) AS t FROM numbers(120000) GROUP BY g, h`;
  const merged = 'uniqMerge(a), uniqMerge(b), uniqCombinedMerge(c), uniqMerge(d), uniqMerge(e)';
  const mergedStates = 'uniqMergeState(a) AS a, uniqMergeState(b) AS b, uniqCombinedMergeState(c) AS c, uniqMergeState(d) AS d, uniqMergeState(e) AS e';
  const near = (values: readonly number[], wanted: readonly number[], most: number) => values.every((value, index) => Math.abs(value / (wanted[index] ?? 0) - 1) < most);
  const flat = await answer(`SELECT ${merged} FROM (${states})`);
  const chained = await answer(`SELECT ${merged} FROM (SELECT ${mergedStates} FROM (${states}) GROUP BY h)`);
  // Of this state the values that do not matter have been left out.
  const bounded = await answer(`SELECT ${merged} FROM (SELECT ${mergedStates} FROM (${states}))`);
  const quantiles = await answer(`SELECT quantileMerge(0.9)(q), quantileTDigestMerge(0.99)(t) FROM (${states})`);
  return expect({ chained, bounded, uniq: near(flat, [120_000, 120_000, 60_000, 120_000, 60_000], 0.015), quantiles: near(quantiles, [108_000, 118_800], 0.02) }).toEqual({ chained: flat, bounded: flat, uniq: true, quantiles: true });
}, 120_000);

test('a state of very many values stays small', async () => {
  const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  registerComputedFunctions(duckdb);
  for (const macro of DUCKDB_MACROS) await duckdb.run(macro);
  const catalog = { tableNames: () => [], findTable: () => undefined };
  const lengths: number[] = [];
  for (const state of ['uniqState(number)', 'uniqState(toString(number))', 'uniqHLL12State(number)', 'quantileState(number)', 'quantileTDigestState(number)', 'topKState(5)(number)', 'groupArrayState(7)(number)', 'groupUniqArrayState(7)(number)']) {
    const { duckdbSql } = translate(parseQuery(`SELECT ${state} AS x FROM numbers(200000)`), { catalog });
    lengths.push(Number((await duckdb.runAndReadAll(`SELECT len(x) FROM (${duckdbSql})`)).getRows()[0]?.[0]));
  }
  duckdb.closeSync();
  const [uniq, texts, hll, quantile, digest, top, array, set] = lengths;
  expect({ uniq, texts, hll, quantile, digestIsSmall: (digest ?? Infinity) < 5000, top, array, set }).toEqual({ uniq: 65_537, texts: 65_537, hll: 16_385, quantile: 8192, digestIsSmall: true, top: 1024, array: 7, set: 7 });
}, 60_000);

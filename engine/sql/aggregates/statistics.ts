/** Spread, correlation and shape of numbers. Over too few rows the answer is nan, as in ClickHouse. */
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { FLOAT32, FLOAT64, type ClickHouseType } from '../types.ts';
import { countsOf, countsState } from './counts-state.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, countRows, fold, packed, scope, using, type FoldName } from './fold.ts';
import { mergeCall } from './kept-rows.ts';
import { aggregate, argument, typeAt, type Rule, type RuleCall, type RuleState } from './rule.ts';
import { isNumber } from './sums.ts';
import { sumsState } from './sums-state.ts';

const NAN = duck`CAST('nan' AS DOUBLE)`;
/** What the -Stable forms answer over too few rows. */
const INFINITE = duck`CAST('inf' AS DOUBLE)`;

function floatOf(types: readonly ClickHouseType[]): ClickHouseType {
  return types.every((type) => type.kind === 'Float' && type.bits === 32) ? FLOAT32 : FLOAT64;
}

function double(call: RuleCall, index = 0): DuckSql {
  return duck`CAST(${argument(call, index)} AS DOUBLE)`;
}

function orNan(call: Pick<RuleCall, 'types'>, sql: DuckSql, missing = NAN): DuckSql {
  const type = floatOf(call.types);
  return type === FLOAT32 ? duck`CAST(coalesce(${sql}, ${missing}) AS ${duckTypeSql(FLOAT32)})` : duck`coalesce(${sql}, ${missing})`;
}

const numbers: Rule['type'] = (types, _parameters, refuse) => (types.every(isNumber) ? floatOf(types) : refuse(types.length === 1 ? 'a number' : 'numbers'));

/** The formula over the sums of 1, x and x · x. */
function spreadState(types: readonly ClickHouseType[], name: 'stddev_pop' | 'stddev_samp' | 'var_pop' | 'var_samp', missing: DuckSql): RuleState {
  return sumsState((call) => [duck`1`, double(call), duck`${double(call)} * ${double(call)}`], 3, ([n, x, xx]) => {
    const size = name.endsWith('pop') ? n ?? NAN : duck`(${n ?? NAN} - 1)`;
    const variance = duck`CASE WHEN ${size} > 0 THEN greatest((${xx ?? NAN} - ${x ?? NAN} * ${x ?? NAN} / ${n ?? NAN}) / ${size}, 0) END`;
    return { sql: orNan({ types }, name.startsWith('std') ? duck`sqrt(${variance})` : variance, missing), empty: missing };
  });
}

const SPREADS: readonly Rule[] = ([
  ['stddevPop', ['STDDEV_POP', 'STD'], 'stddev_pop', 'The standard deviation of all values.'],
  ['stddevSamp', ['STDDEV_SAMP', 'STDDEV'], 'stddev_samp', 'The standard deviation, from a sample.'],
  ['varPop', ['VAR_POP'], 'var_pop', 'The variance of all values.'],
  ['varSamp', ['VAR_SAMP'], 'var_samp', 'The variance, from a sample.'],
] as const satisfies readonly (readonly [string, readonly string[], FoldName, string])[]).flatMap(([name, aliases, folded, help]) => {
  return ['', 'Stable'].map((suffix): Rule => {
    const missing = suffix === '' ? NAN : INFINITE;
    return {
      name: `${name}${suffix}`, aliases: suffix === '' ? aliases : [], signature: `${name}${suffix}(x)`, help, type: suffix === '' ? numbers : (types, parameters, refuse) => (numbers(types, parameters, refuse), FLOAT64),
      aggregate: (call) => ({ sql: orNan(call, fold(call, folded, double(call)), missing) }), state: (types) => spreadState(types, folded, missing),
    };
  });
});

type PairName = 'covar_pop' | 'covar_samp' | 'corr' | 'regr_slope' | 'regr_intercept';

/** DuckDB's aggregates of two numbers; over a list, from sums. */
export function foldPair(call: RuleCall, name: PairName, x: DuckSql, y: DuckSql): DuckSql {
  // DuckDB's regression takes the dependent value first.
  if (!call.rows) return duck`${duckName(name)}(${name.startsWith('regr') ? [y, x] : [x, y]})${scope(call)}`;
  return using(call, collect(call, packed([x, y])), (rows) => {
    const mean = (value: DuckSql) => duck`list_avg(list_transform(${rows}, lambda "@r": ${value}))`;
    const [meanX, meanY] = [mean(duck`"@r".a1`), mean(duck`"@r".a2`)];
    const covariance = duck`(${mean(duck`"@r".a1 * "@r".a2`)} - ${meanX} * ${meanY})`;
    const [varX, varY] = [duck`(${mean(duck`"@r".a1 * "@r".a1`)} - ${meanX} * ${meanX})`, duck`(${mean(duck`"@r".a2 * "@r".a2`)} - ${meanY} * ${meanY})`];
    switch (name) {
      case 'covar_pop':
        return covariance;
      case 'covar_samp':
        return duck`${covariance} * len(${rows}) / (len(${rows}) - 1)`;
      case 'corr':
        return duck`${covariance} / sqrt(${varX} * ${varY})`;
      case 'regr_slope':
        return duck`${covariance} / ${varX}`;
      default:
        return duck`${meanY} - ${covariance} / ${varX} * ${meanX}`;
    }
  });
}

/** The formulas over the sums of 1, x, y, x · y, x · x and y · y. */
function pairState(types: readonly ClickHouseType[], name: 'covar_pop' | 'covar_samp' | 'corr', missing: (rows: DuckSql) => DuckSql): RuleState {
  return sumsState(pairTerms, 6, ([n = NAN, x = NAN, y = NAN, xy = NAN, xx = NAN, yy = NAN]) => {
    const covariance = duck`(${xy} - ${x} * ${y} / ${n})`;
    if (name === 'corr') return { sql: orNan({ types }, duck`CASE WHEN ${n} > 1 THEN (${n} * ${xy} - ${x} * ${y}) / sqrt((${n} * ${xx} - ${x} * ${x}) * (${n} * ${yy} - ${y} * ${y})) END`, missing(n)), empty: NAN };
    const size = name === 'covar_pop' ? n : duck`(${n} - 1)`;
    return { sql: orNan({ types }, duck`CASE WHEN ${size} > 0 THEN ${covariance} / ${size} END`, missing(n)), empty: NAN };
  });
}

function pairTerms(call: RuleCall): readonly DuckSql[] {
  const [x, y] = [double(call), double(call, 1)];
  return [duck`1`, x, y, duck`${x} * ${y}`, duck`${x} * ${x}`, duck`${y} * ${y}`];
}

const PAIRS: readonly Rule[] = ([
  ['covarPop', ['COVAR_POP'], 'covar_pop', 'The covariance of all pairs.'],
  ['covarSamp', ['COVAR_SAMP'], 'covar_samp', 'The covariance, from a sample.'],
  ['corr', [], 'corr', 'Pearson’s correlation of two numbers.'],
] as const satisfies readonly (readonly [string, readonly string[], PairName, string])[]).flatMap(([name, aliases, folded, help]) => {
  return ['', 'Stable'].map((suffix): Rule => {
    const missing = (rows: DuckSql) => (suffix === '' ? NAN : name === 'corr' ? duck`CASE WHEN ${rows} < 2 THEN ${INFINITE} ELSE ${NAN} END` : INFINITE);
    return {
      name: `${name}${suffix}`, aliases: suffix === '' ? aliases : [], signature: `${name}${suffix}(x, y)`, help, takes: [2, 2], caseInsensitive: name === 'corr' && suffix === '', type: numbers,
      aggregate: (call) => ({ sql: orNan(call, foldPair(call, folded, double(call), double(call, 1)), missing(countRows(call))) }), state: (types) => pairState(types, folded, missing),
    };
  });
});

const REGRESSION: Rule = {
  name: 'simpleLinearRegression', signature: 'simpleLinearRegression(x, y)', help: 'The line y = k·x + b that fits best, as a tuple of k and b.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? { kind: 'Tuple', elements: [{ name: 'k', type: FLOAT64 }, { name: 'b', type: FLOAT64 }] } : refuse('two numbers')),
  aggregate: (call) => {
    const [k, b] = (['regr_slope', 'regr_intercept'] as const).map((name) => duck`coalesce(${foldPair(call, name, double(call), double(call, 1))}, ${NAN})`);
    return { sql: duck`struct_pack(k := ${k ?? NAN}, b := ${b ?? NAN})` };
  },
  state: () => sumsState(pairTerms, 6, ([n = NAN, x = NAN, y = NAN, xy = NAN, xx = NAN]) => {
    const slope = duck`(${n} * ${xy} - ${x} * ${y}) / (${n} * ${xx} - ${x} * ${x})`;
    return { sql: duck`struct_pack(k := coalesce(${slope}, ${NAN}), b := coalesce((${y} - ${slope} * ${x}) / ${n}, ${NAN}))` };
  }),
};

/** Moments about the mean out of sums of powers, as ClickHouse computes them. */
const SHAPES: readonly Rule[] = ([
  ['skewPop', 3, false, 'How lopsided the values lie.'], ['skewSamp', 3, true, 'How lopsided the values lie, from a sample.'],
  ['kurtPop', 4, false, 'How heavy the tails of the values are.'], ['kurtSamp', 4, true, 'How heavy the tails of the values are, from a sample.'],
] as const).map(([name, power, isSample, help]) => ({
  name, signature: `${name}(x)`, help,
  type: ([type], _parameters, refuse) => (!type || !isNumber(type) ? refuse('a number') : type.kind === 'Float' ? type : FLOAT64),
  aggregate: (call) => {
    const sums = [duck`CAST(${countRows(call)} AS DOUBLE)`, ...powers(call, power).map((value) => fold(call, 'sum', value))];
    const sql = using(call, duck`[${sums}]`, (s) => shape(sums.map((_, index) => duck`${s}[${duckInteger(index + 1)}]`), isSample));
    return { sql: duck`coalesce(${sql}, ${NAN})` };
  },
  state: () => sumsState((call) => [duck`1`, ...powers(call, power)], power + 1, (sums) => ({ sql: duck`coalesce(CASE WHEN ${sums[0] ?? NAN} > 0 THEN ${shape(sums, isSample)} END, ${NAN})`, empty: NAN })),
}));

function powers(call: RuleCall, most: 3 | 4): readonly DuckSql[] {
  const x = double(call);
  return [x, duck`${x} * ${x}`, duck`${x} * ${x} * ${x}`, duck`${x} * ${x} * ${x} * ${x}`].slice(0, most);
}

/** Skewness out of the sums of the first three powers, kurtosis out of four. */
function shape([n = NAN, ...sums]: readonly DuckSql[], isSample: boolean): DuckSql {
  const [first = NAN, second = NAN, third = NAN, fourth] = sums.map((sum) => duck`(${sum} / ${n})`);
  const spread = duck`(${second} - ${first} * ${first})`;
  const variance = isSample ? duck`(${spread} * ${n} / (${n} - 1))` : spread;
  if (!fourth) return duck`(${third} - 3 * ${first} * ${second} + 2 * ${first} * ${first} * ${first}) / pow(${variance}, 1.5)`;
  return duck`(${fourth} - 4 * ${first} * ${third} + 6 * ${first} * ${first} * ${second} - 3 * ${first} * ${first} * ${first} * ${first}) / (${variance} * ${variance})`;
}

const ENTROPY: Rule = {
  name: 'entropy', signature: 'entropy(x[, …])', help: 'Shannon’s entropy of the values, in bits.', takes: [1, Infinity],
  type: () => FLOAT64,
  aggregate: (call) => {
    const value = packed(call.args);
    return { sql: duck`coalesce(${call.rows ? duck`list_aggregate(${collect(call, value)}, ${duckString('entropy')})` : duck`entropy(${value})${scope(call)}`}, CAST(0 AS DOUBLE))` };
  },
  state: (types) => {
    const fields = types.map((type, index) => duck`${duckName(`a${index + 1}`)} ${duckTypeSql(type)}`);
    return countsState(types.length === 1 ? duckTypeSql(typeAt(types)) : duck`STRUCT(${fields})`, (call) => countsOf(call, packed(call.args)), (state) => {
      const total = duck`list_sum(list_transform(${state}, lambda "@e": CAST("@e".n AS DOUBLE)))`;
      const sum = using(mergeCall(), total, (all) => duck`list_sum(list_transform(${state}, lambda "@e": -(CAST("@e".n AS DOUBLE) / ${all}) * log2(CAST("@e".n AS DOUBLE) / ${all})))`);
      return { sql: duck`coalesce(${sum}, CAST(0 AS DOUBLE))`, empty: duck`CAST(0 AS DOUBLE)` };
    });
  },
};

/** A moving mean in which a value loses half of its weight in each half-life. */
const MOVING_AVERAGE: Rule = {
  name: 'exponentialMovingAverage', signature: 'exponentialMovingAverage(halfLife)(x, time)', help: 'A mean in which a value’s weight halves with each half-life that has passed.', takes: [2, 2], parameters: [1, 1],
  type: (types, _parameters, refuse) => (types.every((type) => isNumber(type) || ['DateTime', 'Date'].includes(type.kind)) ? FLOAT64 : refuse('a number and a time')),
  aggregate: (call) => {
    const parameter = call.parameters[0]?.sql ?? duck`1`;
    const kind = call.types[1]?.kind;
    const time = kind === 'DateTime' ? duck`epoch(${argument(call, 1)})` : kind === 'Date' ? duck`CAST(${argument(call, 1)} - DATE '1970-01-01' AS DOUBLE)` : double(call, 1);
    const half = duck`CAST(${parameter} AS DOUBLE)`;
    const sql = using(call, collect(call, packed([double(call), time])), (rows) =>
      using(call, duck`list_max(list_transform(${rows}, lambda "@r": "@r".a2))`, (latest) =>
        duck`(1 - pow(2, -1 / ${half})) * list_sum(list_transform(${rows}, lambda "@r": "@r".a1 * pow(2, ("@r".a2 - ${latest}) / ${half})))`));
    return { sql, empty: duck`CAST(0 AS DOUBLE)` };
  },
};

export const STATISTICS: readonly AggregateDefinition[] = [...SPREADS, ...PAIRS, REGRESSION, ...SHAPES, ENTROPY, MOVING_AVERAGE].map(aggregate);


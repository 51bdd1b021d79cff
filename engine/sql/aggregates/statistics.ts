/** Spread, correlation and shape of numbers. Over too few rows the answer is nan, as in ClickHouse. */
import { duck, duckName, duckString, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { FLOAT32, FLOAT64, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, countRows, fold, packed, scope, using, type FoldName } from './fold.ts';
import { aggregate, argument, type Rule, type RuleCall } from './rule.ts';
import { isNumber } from './sums.ts';

const NAN = duck`CAST('nan' AS DOUBLE)`;

function floatOf(types: readonly ClickHouseType[]): ClickHouseType {
  return types.every((type) => type.kind === 'Float' && type.bits === 32) ? FLOAT32 : FLOAT64;
}

function double(call: RuleCall, index = 0): DuckSql {
  return duck`CAST(${argument(call, index)} AS DOUBLE)`;
}

function orNan(call: RuleCall, sql: DuckSql): DuckSql {
  const type = floatOf(call.types);
  return type === FLOAT32 ? duck`CAST(coalesce(${sql}, ${NAN}) AS ${duckTypeSql(FLOAT32)})` : duck`coalesce(${sql}, ${NAN})`;
}

const numbers: Rule['type'] = (types, _parameters, refuse) => (types.every(isNumber) ? floatOf(types) : refuse(types.length === 1 ? 'a number' : 'numbers'));

const SPREADS: readonly Rule[] = ([
  ['stddevPop', ['STDDEV_POP', 'STD'], 'stddev_pop', 'The standard deviation of all values.'],
  ['stddevSamp', ['STDDEV_SAMP', 'STDDEV'], 'stddev_samp', 'The standard deviation, from a sample.'],
  ['varPop', ['VAR_POP'], 'var_pop', 'The variance of all values.'],
  ['varSamp', ['VAR_SAMP'], 'var_samp', 'The variance, from a sample.'],
] as const satisfies readonly (readonly [string, readonly string[], FoldName, string])[]).flatMap(([name, aliases, folded, help]) => {
  const rule: Rule = { name, aliases, signature: `${name}(x)`, help, type: numbers, aggregate: (call) => ({ sql: orNan(call, fold(call, folded, double(call))) }) };
  return [rule, { ...rule, name: `${name}Stable`, aliases: [], signature: `${name}Stable(x)` }];
});

type PairName = 'covar_pop' | 'covar_samp' | 'corr' | 'regr_slope' | 'regr_intercept';

/** DuckDB's aggregates of two numbers; over a list, from sums. */
function foldPair(call: RuleCall, name: PairName, x: DuckSql, y: DuckSql): DuckSql {
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

const PAIRS: readonly Rule[] = ([
  ['covarPop', ['COVAR_POP'], 'covar_pop', 'The covariance of all pairs.'],
  ['covarSamp', ['COVAR_SAMP'], 'covar_samp', 'The covariance, from a sample.'],
  ['corr', [], 'corr', 'Pearson’s correlation of two numbers.'],
] as const satisfies readonly (readonly [string, readonly string[], PairName, string])[]).flatMap(([name, aliases, folded, help]) => {
  const rule: Rule = {
    name, aliases, signature: `${name}(x, y)`, help, takes: [2, 2], caseInsensitive: name === 'corr', type: numbers,
    aggregate: (call) => ({ sql: orNan(call, foldPair(call, folded, double(call), double(call, 1))) }),
  };
  return [rule, { ...rule, name: `${name}Stable`, aliases: [], caseInsensitive: false, signature: `${name}Stable(x, y)` }];
});

const REGRESSION: Rule = {
  name: 'simpleLinearRegression', signature: 'simpleLinearRegression(x, y)', help: 'The line y = k·x + b that fits best, as a tuple of k and b.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? { kind: 'Tuple', elements: [{ name: 'k', type: FLOAT64 }, { name: 'b', type: FLOAT64 }] } : refuse('two numbers')),
  aggregate: (call) => {
    const [k, b] = (['regr_slope', 'regr_intercept'] as const).map((name) => duck`coalesce(${foldPair(call, name, double(call), double(call, 1))}, ${NAN})`);
    return { sql: duck`struct_pack(k := ${k ?? NAN}, b := ${b ?? NAN})` };
  },
};

/** Moments about the mean out of sums of powers, as ClickHouse computes them. */
const SHAPES: readonly Rule[] = ([
  ['skewPop', 3, false, 'How lopsided the values lie.'], ['skewSamp', 3, true, 'How lopsided the values lie, from a sample.'],
  ['kurtPop', 4, false, 'How heavy the tails of the values are.'], ['kurtSamp', 4, true, 'How heavy the tails of the values are, from a sample.'],
] as const).map(([name, power, isSample, help]) => ({
  name, signature: `${name}(x)`, help,
  type: (types, _parameters, refuse) => (types.every(isNumber) ? FLOAT64 : refuse('a number')),
  aggregate: (call) => {
    const x = double(call);
    const count = duck`CAST(${countRows(call)} AS DOUBLE)`;
    const sums = [x, duck`${x} * ${x}`, duck`${x} * ${x} * ${x}`, duck`${x} * ${x} * ${x} * ${x}`].slice(0, power).map((value) => fold(call, 'sum', value));
    const sql = using(call, duck`[${[count, ...sums]}]`, (s) => {
      const [n, mean] = [duck`${s}[1]`, duck`(${s}[2] / ${s}[1])`];
      const raw = (index: DuckSql) => duck`${s}[${index}] / ${n}`;
      const second = duck`(${raw(duck`3`)} - ${mean} * ${mean})`;
      const third = duck`(${raw(duck`4`)} - 3 * ${mean} * ${raw(duck`3`)} + 2 * ${mean} * ${mean} * ${mean})`;
      const variance = isSample ? duck`(${second} * ${n} / (${n} - 1))` : second;
      if (power === 3) return duck`${third} / pow(${variance}, 1.5)`;
      const fourth = duck`(${raw(duck`5`)} - 4 * ${mean} * ${raw(duck`4`)} + 6 * ${mean} * ${mean} * ${raw(duck`3`)} - 3 * ${mean} * ${mean} * ${mean} * ${mean})`;
      return duck`${fourth} / (${variance} * ${variance})`;
    });
    return { sql: duck`coalesce(${sql}, ${NAN})` };
  },
}));

const ENTROPY: Rule = {
  name: 'entropy', signature: 'entropy(x[, …])', help: 'Shannon’s entropy of the values, in bits.', takes: [1, Infinity],
  type: () => FLOAT64,
  aggregate: (call) => {
    const value = packed(call.args);
    return { sql: duck`coalesce(${call.rows ? duck`list_aggregate(${collect(call, value)}, ${duckString('entropy')})` : duck`entropy(${value})${scope(call)}`}, CAST(0 AS DOUBLE))` };
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


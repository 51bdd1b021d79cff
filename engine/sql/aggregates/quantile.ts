/**
 * Quantiles. Each function of ClickHouse's family answers exactly here, by the formula that it uses on few values:
 * interpolated (quantile), the element at an index (quantileExact, -Low, -High, -Timing, -TDigest), or weighted.
 * A list of levels (quantiles…) gives an array. Names with median are the same at 0.5.
 */
import type { Bound } from '../bound.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import { EXACT_INTERPOLATED, MIDDLES_INTERPOLATED, PROMETHEUS_AT } from '../computed/quantile-sketches.ts';
import { duck, duckDouble, duckInteger, type DuckSql } from '../duck.ts';
import { defaultSql, duckTypeSql } from '../physical.ts';
import { array, FLOAT32, FLOAT64, NOTHING, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, fold, using } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import { aggregate, answerOver, argument, typeAt, typeError, type Rule, type RuleCall, type RuleState } from './rule.ts';
import { placeOf, randomPlace, sampleState } from './sample-state.ts';
import { fromUnits, levelList, SUMMARIES, unitsOf, weightsOf, type Summary } from './summaries.ts';
import { isNumber } from './sums.ts';

interface Kind {
  readonly suffix: string;
  readonly help: string;
  /** The answer's type for an argument's type, or undefined where it does not fit. */
  readonly type: (type: ClickHouseType) => ClickHouseType | undefined;
  /** The values at the levels, in the order of the levels; NULL over no rows. */
  readonly at: (call: RuleCall, levels: readonly number[], result: ClickHouseType) => readonly DuckSql[];
  readonly weighted?: boolean;
  /** Parameters before the levels: an accuracy, which exact answers need not read. */
  readonly leading?: number;
  /** ClickHouse answers from a summary; so does the state here, and `at` where it says so. */
  readonly summary?: Summary;
  /** ClickHouse answers from a sample of 8192 values, taken by chance or by the second argument. */
  readonly sampled?: 'by chance' | 'by argument';
}

const TIMES: readonly ClickHouseType['kind'][] = ['Date', 'Date32', 'DateTime', 'DateTime64'];

function isTime(type: ClickHouseType): boolean {
  return TIMES.includes(type.kind);
}

/** A date or time as a number of days or microseconds, so that it can be interpolated. */
function asNumber(value: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return duck`(${value} - DATE '1970-01-01')`;
    case 'DateTime':
    case 'DateTime64':
      return duck`epoch_us(${value})`;
    case 'Bool':
      return duck`CAST(${value} AS UTINYINT)`;
    case 'Decimal':
      return duck`CAST(CAST(${value} * ${duckInteger(10n ** BigInt(type.scale))} AS HUGEINT) AS DOUBLE)`;
    default:
      return duck`CAST(${value} AS DOUBLE)`;
  }
}

/** The way back, cut to the type's unit. */
function fromNumber(number: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return duck`DATE '1970-01-01' + CAST(trunc(${number}) AS INTEGER)`;
    case 'DateTime':
    case 'DateTime64': {
      const unit = duckInteger(10 ** (type.kind === 'DateTime' ? 6 : Math.max(0, 6 - type.precision)));
      return duck`CAST(make_timestamp(CAST(trunc(${number} / ${unit}) AS BIGINT) * ${unit}) AS ${duckTypeSql(type)})`;
    }
    case 'Decimal': {
      const unit = duckInteger(10n ** BigInt(type.scale));
      return duck`CAST(trunc(${number}) / ${unit} AS ${duckTypeSql(type)})`;
    }
    default:
      return duck`CAST(${number} AS ${duckTypeSql(type)})`;
  }
}

function interpolated(call: RuleCall, levels: readonly number[], result: ClickHouseType): readonly DuckSql[] {
  const type = typeAt(call.types);
  const value = asNumber(argument(call), type);
  const kept = type.kind === 'Float' ? duck`CASE WHEN isnan(${value}) THEN NULL ELSE ${value} END` : value;
  return levels.map((level) => fromNumber(fold(call, 'quantile_cont', kept, [duckDouble(level)]), result));
}

function sorted(call: RuleCall): DuckSql {
  const type = typeAt(call.types);
  const value = argument(call);
  const present = type.kind === 'Float' ? { ...call, filter: call.filter ? duck`(${call.filter} AND NOT isnan(${value}))` : duck`NOT isnan(${value})` } : call;
  return duck`list_sort(${collect(present, value)})`;
}

/** The element of the sorted values at an index from 0, which is a formula over their number. */
function byIndex(index: (level: number, count: DuckSql) => DuckSql): Kind['at'] {
  return (call, levels, result) => {
    const list = sorted(call);
    return levels.map((level) => using(call, list, (values) => converted(duck`${values}[CAST(${index(level, duck`len(${values})`)} AS BIGINT) + 1]`, typeAt(call.types), result)));
  };
}

function converted(value: DuckSql, from: ClickHouseType, to: ClickHouseType): DuckSql {
  return isNumber(from) && to.kind === 'Float' ? duck`CAST(${value} AS ${duckTypeSql(to)})` : value;
}

const exactIndex = (level: number, count: DuckSql) => (level < 1 ? duck`trunc(${duckDouble(level)} * ${count})` : duck`${count} - 1`);
const lowIndex = (level: number, count: DuckSql) => (level === 0.5 ? duck`CASE WHEN ${count} % 2 = 1 THEN ${count} // 2 ELSE ${count} // 2 - 1 END` : exactIndex(level, count));
const highIndex = (level: number, count: DuckSql) => (level === 0.5 ? duck`${count} // 2` : exactIndex(level, count));

function exclusive(call: RuleCall, levels: readonly number[]): readonly DuckSql[] {
  const list = sorted(call);
  return levels.map((level) => {
    if (level === 0 || level === 1) throw typeError('quantileExactExclusive takes levels between 0 and 1, without 0 and 1.', call.span);
    return using(call, list, (values) => {
      const place = duck`${duckDouble(level)} * (len(${values}) + 1)`;
      const lower = duck`CAST(floor(${place}) AS BIGINT)`;
      const number = (index: DuckSql) => duck`CAST(${values}[${index}] AS DOUBLE)`;
      return duck`CASE WHEN ${lower} < 1 THEN ${number(duck`1`)} WHEN ${lower} >= len(${values}) THEN ${number(duck`-1`)} ELSE ${number(lower)} + (${place} - ${lower}) * (${number(duck`${lower} + 1`)} - ${number(lower)}) END`;
    });
  });
}

/** The first of the sorted values at which the weights so far reach the wanted weight. */
function weighted(wanted: (level: number, total: DuckSql) => DuckSql): Kind['at'] {
  return (call, levels, result) => {
    const pairs = duck`list_sort(${collect(call, duck`struct_pack(v := ${argument(call)}, w := CAST(${argument(call, 1)} AS HUGEINT))`)})`;
    return levels.map((level) => using(call, pairs, (rows) => {
      const total = duck`list_sum(list_transform(${rows}, lambda "@r": "@r".w))`;
      const found = using(call, duck`CAST(${wanted(level, total)} AS HUGEINT)`, (weight) =>
        duck`CASE WHEN len(${rows}) > 0 THEN list_reduce(${rows}, lambda "@a", "@b": CASE WHEN "@a".w >= ${weight} THEN "@a" ELSE struct_pack(v := "@b".v, w := "@a".w + "@b".w) END).v END`);
      return converted(found, typeAt(call.types), result);
    }));
  };
}

/** What a summary says, all levels at once. */
function summarized(summary: Summary): Kind['at'] {
  return (call, levels, result) => {
    const accuracy = accuracyOf(call.parameters);
    const list = summary.at(summary.of(call, accuracy), levelList(levels), accuracy);
    return levels.map((_, index) => presentOnly(duck`${list}[${duckInteger(index + 1)}]`, (number) => fromUnits(number, result)));
  };
}

function computedAt(quantiles: ComputedFunction): Kind['at'] {
  return (call, levels, result) => {
    const list = callComputed(quantiles, unitsOf(call), weightsOf(call), levelList(levels));
    return levels.map((_, index) => presentOnly(duck`${list}[${duckInteger(index + 1)}]`, (number) => fromUnits(number, result)));
  };
}

/** NULL for nan, which no date is. */
function presentOnly(number: DuckSql, converted: (number: DuckSql) => DuckSql): DuckSql {
  return converted(duck`nullif(${number}, CAST('nan' AS DOUBLE))`);
}

function accuracyOf([first]: readonly Bound[]): DuckSql {
  return duckDouble((first && numberOf(first)) ?? 1);
}

const sameOrFloat = (type: ClickHouseType): ClickHouseType | undefined => (type.kind === 'Decimal' || isTime(type) ? type : isNumber(type) ? FLOAT64 : undefined);
const same = (type: ClickHouseType): ClickHouseType | undefined => (isNumber(type) || isTime(type) ? type : undefined);
const float = (type: ClickHouseType): ClickHouseType | undefined => (isNumber(type) ? FLOAT64 : undefined);
const timing = (type: ClickHouseType): ClickHouseType | undefined => (isNumber(type) && type.kind !== 'Decimal' ? FLOAT32 : undefined);
const single = (type: ClickHouseType): ClickHouseType | undefined => (isTime(type) ? type : isNumber(type) ? FLOAT32 : undefined);

/** Times in milliseconds above 30 seconds count as 30 seconds. */
const clamped = (at: Kind['at']): Kind['at'] => (call, levels, result) => at(call, levels, result).map((value) => duck`CASE WHEN ${value} > 30000 THEN CAST(30000 AS FLOAT) ELSE trunc(${value}) END`);

const KINDS: readonly Kind[] = [
  { suffix: '', help: 'interpolated between the two nearest values', type: sameOrFloat, at: interpolated, sampled: 'by chance' },
  { suffix: 'Deterministic', help: 'interpolated between the two nearest values; the second argument is not needed here', type: sameOrFloat, at: interpolated, weighted: true, sampled: 'by argument' },
  { suffix: 'ExactInclusive', help: 'interpolated, the least value at 0 and the greatest at 1', type: float, at: interpolated },
  { suffix: 'ExactExclusive', help: 'interpolated, as if there were values beyond the least and the greatest', type: float, at: exclusive },
  { suffix: 'Exact', help: 'an existing value', type: same, at: byIndex(exactIndex) },
  { suffix: 'ExactLow', help: 'an existing value, the lower of two middle ones', type: same, at: byIndex(lowIndex) },
  { suffix: 'ExactHigh', help: 'an existing value, the higher of two middle ones', type: same, at: byIndex(highIndex) },
  { suffix: 'Timing', help: 'an existing value, at most 30000', type: timing, at: clamped(byIndex(exactIndex)), summary: SUMMARIES.timings },
  { suffix: 'TimingWeighted', help: 'an existing value, at most 30000, each counted as often as its weight says', type: timing, at: clamped(weighted((level, total) => duck`least(trunc(${total} * ${duckDouble(level)}) + 1, ${total})`)), weighted: true, summary: SUMMARIES.timings },
  { suffix: 'TDigest', help: 'by t-digest', type: single, at: summarized(SUMMARIES.digest), summary: SUMMARIES.digest },
  { suffix: 'TDigestWeighted', help: 'by t-digest, each value counted as often as its weight says', type: single, at: summarized(SUMMARIES.digest), weighted: true, summary: SUMMARIES.digest },
  { suffix: 'BFloat16', help: 'of values cut to 16 bits', type: sameOrFloat, at: summarized(SUMMARIES.brainFloats), summary: SUMMARIES.brainFloats },
  { suffix: 'BFloat16Weighted', help: 'of values cut to 16 bits, each counted as often as its weight says', type: sameOrFloat, at: summarized(SUMMARIES.brainFloats), weighted: true, summary: SUMMARIES.brainFloats },
  { suffix: 'GK', help: 'by Greenwald and Khanna', type: same, at: summarized(SUMMARIES.ranks), leading: 1, summary: SUMMARIES.ranks },
  { suffix: 'DD', help: 'within a relative accuracy', type: float, at: summarized(SUMMARIES.buckets), leading: 1, summary: SUMMARIES.buckets },
  { suffix: 'ExactWeighted', help: 'an existing value, each counted as often as its weight says', type: same, at: weighted((level, total) => duck`ceil(${total} * ${duckDouble(level)})`), weighted: true },
  { suffix: 'ExactWeightedInterpolated', help: 'interpolated, each value counted as often as its weight says', type: float, at: computedAt(EXACT_INTERPOLATED), weighted: true },
  { suffix: 'InterpolatedWeighted', help: 'interpolated between the middles of the weights', type: same, at: computedAt(MIDDLES_INTERPOLATED), weighted: true },
  { suffix: 'PrometheusHistogram', help: 'of a histogram whose buckets have an upper bound and the number of all values up to it', type: float, at: computedAt(PROMETHEUS_AT), weighted: true },
];

function levelsOf(call: Pick<RuleCall, 'name' | 'parameters' | 'span'>, leading: number): readonly number[] {
  const given = call.parameters.slice(leading);
  if (given.length === 0) return [0.5];
  return given.map((parameter) => {
    const level = numberOf(parameter);
    if (level === undefined || level < 0 || level > 1) throw typeError(`The level of ${call.name} must be a constant between 0 and 1.`, parameter.span);
    return level;
  });
}

function numberOf(parameter: Bound): number | undefined {
  const constant = parameter.constant;
  return constant?.kind === 'integer' ? Number(constant.value) : constant?.kind === 'float' ? constant.value : undefined;
}

/** The answer over no values: nan, or the default of the type. */
function emptyOf(type: ClickHouseType, { suffix }: Pick<Kind, 'suffix'>): DuckSql {
  return type.kind === 'Float' && suffix !== 'GK' ? duck`CAST('nan' AS ${duckTypeSql(type)})` : defaultSql(type);
}

const WHAT = 'a number, a date or a time';

function rulesOf(kind: Kind): readonly Rule[] {
  const takes = kind.weighted ? ([2, 2] as const) : ([1, 1] as const);
  const before = kind.leading ?? 0;
  const resultOf = (types: readonly ClickHouseType[], refuse: (expected: string) => never): ClickHouseType => kind.type(types[0] ?? NOTHING) ?? refuse(kind.weighted ? `${WHAT}, and a whole number` : WHAT);
  const one: Rule = {
    name: `quantile${kind.suffix}`, aliases: [`median${kind.suffix}`], takes, parameters: [before, before + 1],
    signature: `quantile${kind.suffix}(${before > 0 ? 'accuracy, ' : ''}level)(x${kind.weighted ? ', weight' : ''})`, help: `The value below which the share \`level\` of the values lies: ${kind.help}.`,
    type: (types, _parameters, refuse) => resultOf(types, refuse),
    aggregate: (call) => {
      const type = kind.type(typeAt(call.types)) ?? FLOAT64;
      const [sql] = kind.at(call, levelsOf(call, before), type);
      return { sql: sql ?? duck`NULL`, empty: emptyOf(type, kind) };
    },
  };
  const many: Rule = {
    ...one,
    name: `quantiles${kind.suffix}`, aliases: [], parameters: [before + 1, Infinity], signature: `quantiles${kind.suffix}(${before > 0 ? 'accuracy, ' : ''}level, …)(x${kind.weighted ? ', weight' : ''})`,
    help: `The values below which these shares of the values lie, as an array: ${kind.help}.`,
    type: (types, _parameters, refuse) => array(resultOf(types, refuse)),
    aggregate: (call) => {
      const type = kind.type(typeAt(call.types)) ?? FLOAT64;
      const values = kind.at(call, levelsOf(call, before), type);
      return { sql: duck`[${values.map((value) => duck`coalesce(${value}, ${emptyOf(type, kind)})`)}]` };
    },
  };
  return [withSample(kind, one), withSample(kind, many)];
}

function withSample(kind: Kind, rule: Rule): Rule {
  const { sampled, summary, leading = 0, type } = kind;
  if (summary) {
    return {
      ...rule,
      state: (types, parameters): RuleState => {
        const accuracy = accuracyOf(parameters);
        const result = type(typeAt(types)) ?? FLOAT64;
        return {
          duckdbType: duck`DOUBLE[]`,
          accumulate: (call) => summary.of(call, accuracy),
          merge: (call, state) => summary.merged(joinedLists(call, state), accuracy),
          finish: (state) => {
            const levels = levelsOf({ name: rule.name, parameters, span: { start: 0, end: 0 } }, leading);
            const list = summary.at(state, levelList(levels), accuracy);
            const values = levels.map((_, index) => presentOnly(duck`${list}[${duckInteger(index + 1)}]`, (number) => fromUnits(number, result)));
            return rule.name.startsWith('quantiles') ? { sql: duck`[${values.map((value) => duck`coalesce(${value}, ${emptyOf(result, kind)})`)}]` } : { sql: values[0] ?? duck`NULL`, empty: emptyOf(result, kind) };
          },
          empty: duck`CAST([] AS DOUBLE[])`,
        };
      },
    };
  }
  if (!sampled) return rule;
  const first = (types: readonly ClickHouseType[]) => types.slice(0, 1);
  return {
    ...rule,
    state: (types, parameters) => sampleState(duckTypeSql(typeAt(types)), (call) => argument(call), (call) => (sampled === 'by chance' ? randomPlace() : placeOf(call, argument(call, 1))),
      (values) => answerOver({ ...rule, takes: [1, 1] }, first(types), parameters, values)),
  };
}

export const QUANTILES: readonly AggregateDefinition[] = KINDS.flatMap(rulesOf).map(aggregate);


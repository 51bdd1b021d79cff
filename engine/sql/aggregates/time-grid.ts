/** The timeSeries…ToGrid family, the samples of a metric at the points of a grid, and samples as sorted arrays. */
import type { Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { TIME_GRID, type GridFunction } from '../computed/time-grids.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, nullable, tuple, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, using } from './fold.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall } from './rule.ts';

function elementOf(type: ClickHouseType): ClickHouseType {
  return type.kind === 'Array' ? bare(type.of) : type;
}

function isTime(type: ClickHouseType): boolean {
  return ['DateTime', 'DateTime64', 'Integer'].includes(type.kind);
}

/** Seconds since 1970 as a DOUBLE; a number as it is. */
function seconds(value: DuckSql, type: ClickHouseType): DuckSql {
  return type.kind === 'DateTime' || type.kind === 'DateTime64' ? duck`CAST(epoch_ns(${value}) AS DOUBLE) / 1e9` : duck`CAST(${value} AS DOUBLE)`;
}

/** Times and values of all samples, one in a row or arrays of them. */
function samples(call: RuleCall): readonly [DuckSql, DuckSql] {
  const [time, value] = [typeAt(call.types), typeAt(call.types, 1)];
  const both = duck`list_filter(list_zip(${argument(call)}, ${argument(call, 1)}), lambda "@z": "@z"[1] IS NOT NULL AND "@z"[2] IS NOT NULL)`;
  const part = (index: 1 | 2, type: ClickHouseType, row: DuckSql) =>
    type.kind === 'Array' ? duck`flatten(${collect(call, duck`list_transform(${both}, lambda "@p": ${row})`)})` : collect(call, index === 1 ? seconds(argument(call), type) : duck`CAST(${argument(call, 1)} AS DOUBLE)`);
  return [part(1, time, seconds(duck`"@p"[1]`, elementOf(time))), part(2, value, duck`CAST("@p"[2] AS DOUBLE)`)];
}

function parameterSeconds(parameter: Bound | undefined): DuckSql {
  return parameter ? seconds(plainSql(parameter), bare(parameter.type)) : duck`0`;
}

const GRIDS: readonly Rule[] = ([
  ['timeSeriesChangesToGrid', 'changes', 'How often the value changed'],
  ['timeSeriesDeltaToGrid', 'delta', 'How much the value grew'],
  ['timeSeriesDerivToGrid', 'deriv', 'How fast the value grows, by linear regression'],
  ['timeSeriesIncreaseToGrid', 'increase', 'How much the counter grew'],
  ['timeSeriesInstantDeltaToGrid', 'instantDelta', 'The difference of the last two samples'],
  ['timeSeriesInstantRateToGrid', 'instantRate', 'How fast the counter grew between the last two samples'],
  ['timeSeriesPredictLinearToGrid', 'predictLinear', 'The value so many seconds later, by linear regression'],
  ['timeSeriesRateToGrid', 'rate', 'How fast the counter grew'],
  ['timeSeriesResampleToGridWithStaleness', 'last', 'The last sample'],
  ['timeSeriesResetsToGrid', 'resets', 'How often the counter began anew'],
] as const satisfies readonly (readonly [string, GridFunction, string])[]).map(([name, of, help]) => {
  const hasOffset = of === 'predictLinear';
  return {
    name, aliases: of === 'last' ? ['timeSeriesLastToGrid'] : [], takes: [2, 2], parameters: hasOffset ? [5, 5] : [4, 4], nullableResult: false,
    signature: `${name}(start, end, step, window${hasOffset ? ', offset' : ''})(time, value)`, help: `${help}, within the window before each point of a grid of times.`,
    type: ([time, value], _parameters, refuse) => {
      if (!time || !value || !isTime(elementOf(time)) || elementOf(value).kind !== 'Float') return refuse('times and floats, or arrays of them');
      return array(nullable(elementOf(value)));
    },
    aggregate: (call) => {
      const [start, end, step, window, offset] = call.parameters.map(parameterSeconds);
      if (!start || !end || !step || !window) throw typeError(`${name} takes start, end, step and window.`, call.span);
      const points = callComputed(TIME_GRID, duckString(of), ...samples(call), start, end, step, window, offset ?? duck`0`);
      return { sql: duck`CAST(${points} AS ${duckTypeSql(elementOf(typeAt(call.types, 1)))}[])` };
    },
  };
});

/** struct(t, v) of each sample, sorted by time; of samples at one time the greatest value. */
function sortedSamples(call: RuleCall): DuckSql {
  const isArray = typeAt(call.types).kind === 'Array';
  const pair = duck`list_transform(list_zip(${argument(call)}, ${argument(call, 1)}), lambda "@p": struct_pack(t := "@p"[1], v := "@p"[2]))`;
  const rows = isArray ? duck`flatten(${collect(call, pair)})` : collect(call, duck`struct_pack(t := ${argument(call)}, v := ${argument(call, 1)})`);
  return using(call, duck`list_sort(${rows})`, (list) => duck`list_filter(${list}, lambda "@r", "@i": "@i" = len(${list}) OR ${list}["@i" + 1].t <> "@r".t)`);
}

const GROUP_SAMPLES: Rule = {
  name: 'timeSeriesGroupArray', signature: 'timeSeriesGroupArray(time, value)', help: 'The samples as an array of times and values, sorted by time.', takes: [2, 2], nullableResult: false,
  type: ([time, value], _parameters, refuse) => (time && value && isTime(elementOf(time)) ? array(tuple(elementOf(time), elementOf(value))) : refuse('times and numbers, or arrays of them')),
  aggregate: (call) => ({ sql: duck`list_transform(${sortedSamples(call)}, lambda "@r": struct_pack("1" := "@r".t, "2" := "@r".v))` }),
};

const LAST_TWO: Rule = {
  name: 'timeSeriesLastTwoSamples', signature: 'timeSeriesLastTwoSamples(time, value)', help: 'The times and the values of the last two samples, the last one first.', takes: [2, 2], nullableResult: false,
  type: ([time, value], _parameters, refuse) => (time && value && isTime(time) && value.kind === 'Float' ? tuple(array(time), array(value)) : refuse('a time and a float')),
  aggregate: (call) => ({
    sql: using(call, duck`list_reverse((${sortedSamples(call)})[${duckInteger(-2)}:])`, (last) => duck`struct_pack("1" := list_transform(${last}, lambda "@r": "@r".t), "2" := list_transform(${last}, lambda "@r": "@r".v))`),
  }),
};

export const TIME_SERIES: readonly AggregateDefinition[] = [...GRIDS, GROUP_SAMPLES, LAST_TWO].map(aggregate);

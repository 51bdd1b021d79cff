/** Aggregates that draw or thin out: sparkbar, histogram, the points that keep a line's shape, covered lengths. */
import type { Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { COVERED_LENGTH, HISTOGRAM, LARGEST_TRIANGLES, SPARKBAR } from '../computed/charts.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, FLOAT64, sameType, STRING, tuple, UINT64, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, using } from './fold.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall } from './rule.ts';
import { inUnits } from './summaries.ts';
import { isNumber } from './sums.ts';

function isOrdered(type: ClickHouseType | undefined): boolean {
  return type !== undefined && (isNumber(type) || ['Date', 'Date32', 'DateTime', 'DateTime64'].includes(type.kind));
}

function numbers(call: RuleCall, index: number): DuckSql {
  return collect(call, inUnits(argument(call, index), typeAt(call.types, index)));
}

function sizeOf(parameter: Bound | undefined, what: string, call: RuleCall): bigint {
  const size = parameter?.constant;
  if (size?.kind === 'integer' && size.value > 0n && size.value <= 100_000n) return size.value;
  throw typeError(`${call.name} takes ${what} as a constant whole number greater than 0.`, parameter?.span ?? call.span);
}

const SPARKBARS: Rule = {
  name: 'sparkbar', aliases: ['sparkBar'], signature: 'sparkbar(width[, least, greatest])(x, y)', help: 'A bar chart as text: one bar for each part of the range of x.', takes: [2, 2], parameters: [1, 3],
  type: ([x, y], _parameters, refuse) => (isOrdered(x) && y && isNumber(y) ? STRING : refuse('a number, date or time, and a number')),
  aggregate: (call) => {
    const [width, ...ends] = call.parameters;
    const range = ends.map((end) => inUnits(plainSql(end), bare(end.type)));
    const whole = ['Integer', 'Bool'].includes(typeAt(call.types, 1).kind) ? duck`1` : duck`0`;
    return { sql: callComputed(SPARKBAR, duckInteger(sizeOf(width, 'the width', call)), numbers(call, 0), numbers(call, 1), duck`CAST([${range}] AS DOUBLE[])`, whole) };
  },
};

const HISTOGRAMS: Rule = {
  name: 'histogram', signature: 'histogram(bins)(x)', help: 'The lower end, upper end and height of each bin, as an array of tuples; the bins fit themselves to the values.', parameters: [1, 1], nullableResult: false,
  type: ([type], _parameters, refuse) => (type && isNumber(type) && type.kind !== 'Decimal' ? array(tuple(FLOAT64, FLOAT64, FLOAT64)) : refuse('a number')),
  aggregate: (call) => {
    const bins = callComputed(HISTOGRAM, duckInteger(sizeOf(call.parameters[0], 'the number of bins', call)), numbers(call, 0));
    return { sql: using(call, bins, (flat) => duck`list_transform(range(0, len(${flat}), 3), lambda "@i": struct_pack("1" := ${flat}["@i" + 1], "2" := ${flat}["@i" + 2], "3" := ${flat}["@i" + 3]))`) };
  },
};

const TRIANGLES: Rule = {
  name: 'largestTriangleThreeBuckets', aliases: ['lttb'], signature: 'largestTriangleThreeBuckets(points)(x, y)', help: 'The points that keep the shape of the line best, sorted by x, at most so many.', takes: [2, 2], parameters: [1, 1], nullableResult: false,
  type: ([x, y], _parameters, refuse) => (x && y && isOrdered(x) && isOrdered(y) ? array(tuple(...[x, y].map((type) => (isNumber(type) ? FLOAT64 : type)))) : refuse('two numbers, dates or times')),
  aggregate: (call) => {
    const places = callComputed(LARGEST_TRIANGLES, duckInteger(sizeOf(call.parameters[0], 'the number of points', call)), numbers(call, 0), numbers(call, 1));
    const [x, y] = call.types.map((type, index) => (isNumber(type) ? duck`CAST(${argument(call, index)} AS DOUBLE)` : argument(call, index)));
    const points = collect(call, duck`struct_pack("1" := ${x ?? duck`0`}, "2" := ${y ?? duck`0`})`);
    return { sql: using(call, points, (rows) => duck`list_transform(${places}, lambda "@i": ${rows}["@i"])`) };
  },
};

const INTERVAL_LENGTH: Rule = {
  name: 'intervalLengthSum', signature: 'intervalLengthSum(start, end)', help: 'The length that the intervals cover together.', takes: [2, 2],
  type: ([start, end], _parameters, refuse) => {
    if (!start || !end || !isOrdered(start) || !sameType(start, end) || start.kind === 'Decimal') return refuse('the start and the end of an interval: two numbers, dates or times of one type');
    return start.kind === 'Float' ? FLOAT64 : UINT64;
  },
  aggregate: (call) => {
    const type = call.resultType.kind === 'Nullable' ? call.resultType.of : call.resultType;
    return { sql: duck`CAST(${callComputed(COVERED_LENGTH, numbers(call, 0), numbers(call, 1))} AS ${duckTypeSql(type)})` };
  },
};

export const DRAWINGS: readonly AggregateDefinition[] = [SPARKBARS, HISTOGRAMS, TRIANGLES, INTERVAL_LENGTH].map(aggregate);

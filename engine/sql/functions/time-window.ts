/** Windows of time that rows fall into: tumble and hop, their starts and ends, and their number. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, duckName } from '../duck.ts';
import { plainSql, tupleFieldNames } from '../physical.ts';
import { bare, tuple, type ClickHouseType, type IntervalUnit } from '../types.ts';
import { at, define, isNull, nullResult, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

interface TimeWindow {
  readonly start: Bound;
  readonly end: Bound;
}

interface Span {
  readonly unit: IntervalUnit;
  readonly count: bigint;
  readonly value: Bound;
}

function spanOf(value: Bound, call: FunctionCall): Span {
  const type = bare(value.type);
  if (type.kind !== 'Interval' || value.constant?.kind !== 'integer') throw typeError(`${call.name} takes a constant INTERVAL here.`, value.span);
  if (value.constant.value <= 0n) throw typeError(`${call.name} takes an INTERVAL that is longer than nothing.`, value.span);
  return { unit: type.unit, count: value.constant.value, value };
}

function withCount(span: Span, count: bigint): Bound {
  return { ...span.value, sql: duck`CAST(${duckInteger(count)} AS BIGINT)`, constant: { kind: 'integer', value: count } };
}

function checkTime(value: Bound, call: FunctionCall): void {
  if (bare(value.type).kind !== 'DateTime') throw typeError(`${call.name} takes a DateTime as its first argument: convert it with toDateTime.`, value.span);
}

/** The window of the interval that holds the time; of `hop` it is the one that ends next. */
function windowOf(args: readonly Bound[], call: FunctionCall, hops: boolean): TimeWindow {
  const time = at(args, 0);
  checkTime(time, call);
  const step = spanOf(at(args, 1), call);
  const zone = args.slice(hops ? 3 : 2);
  const begin = call.context.call('toStartOfInterval', [time, step.value, ...zone], call.span);
  const end = later(begin, step, 1n, call);
  if (!hops) return { start: begin, end };
  const size = spanOf(at(args, 2), call);
  if (size.unit !== step.unit) throw typeError(`${call.name} takes two INTERVALs of one unit.`, at(args, 2).span);
  if (step.count > size.count) throw typeError(`${call.name} takes a window that is not shorter than its hop.`, at(args, 2).span);
  return { start: later(end, size, -1n, call), end };
}

/** Days are 24 hours here, also when clocks change. */
function later(time: Bound, span: Span, sign: 1n | -1n, call: FunctionCall): Bound {
  const asDays = span.unit === 'Day';
  const amount = withCount(span, sign * span.count * (asDays ? 86_400n : 1n));
  return call.context.call('addDate', [time, asDays ? { ...amount, type: { kind: 'Interval', unit: 'Second' } } : amount], call.span);
}

function isWindow(type: ClickHouseType): boolean {
  return type.kind === 'Tuple' && type.elements.length === 2 && type.elements.every((element) => ['Date', 'DateTime'].includes(element.type.kind));
}

/** The start or the end of a window that is made here, or that tumble or hop made. */
function edge(which: 'start' | 'end', hops: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const first = at(args, 0);
    const type = bare(first.type);
    if (args.length > 1) return { ...windowOf(args, call, hops)[which], span: call.span };
    if (type.kind !== 'Tuple' || !isWindow(type)) throw typeError(`${call.name} takes a time and an INTERVAL, or what ${hops ? 'hop' : 'tumble'} gives.`, first.span);
    const index = which === 'start' ? 0 : 1;
    return bound(type.elements[index]?.type ?? type, duck`${plainSql(first)}.${duckName(tupleFieldNames(type.elements)[index] ?? '')}`, call.span);
  };
}

function both(hops: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    if (args.some(isNull)) return nullResult(call.span);
    const { start, end } = windowOf(args, call, hops);
    return bound(tuple(start.type, end.type), duck`struct_pack("1" := ${plainSql(start)}, "2" := ${plainSql(end)})`, call.span);
  };
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}

/** The end of the window as a number: seconds, or days for windows of weeks and longer. */
function windowId(args: readonly Bound[], call: FunctionCall): Bound {
  const hops = args[2] !== undefined && bare(args[2].type).kind === 'Interval';
  const step = spanOf(at(args, 1), call);
  const slice = hops ? withCount(step, greatestDivisor(step.count, spanOf(at(args, 2), call).count)) : step.value;
  const { end } = windowOf([at(args, 0), slice, ...args.slice(hops ? 3 : 2)], call, false);
  const isDay = bare(end.type).kind === 'Date';
  return { ...call.context.call(isDay ? 'toUInt16' : 'toUInt32', [end], call.span), span: call.span };
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'dates and times' as const });

export const TIME_WINDOWS: readonly FunctionDefinition[] = [
  define(describe('tumble', 'tumble(time, interval[, timezone])', 'The window of this length that holds the time, as its start and end.'), 2, 3, both(false)),
  define(describe('tumbleStart', 'tumbleStart(time, interval[, timezone])', 'The start of the window that holds the time.'), 1, 3, edge('start', false)),
  define(describe('tumbleEnd', 'tumbleEnd(time, interval[, timezone])', 'The end of the window that holds the time.'), 1, 3, edge('end', false)),
  define(describe('hop', 'hop(time, hop, window[, timezone])', 'The first of the overlapping windows that hold the time, as its start and end.'), 3, 4, both(true)),
  define(describe('hopStart', 'hopStart(time, hop, window[, timezone])', 'The start of the first of the overlapping windows that hold the time.'), 1, 4, edge('start', true)),
  define(describe('hopEnd', 'hopEnd(time, hop, window[, timezone])', 'The end of the first of the overlapping windows that hold the time.'), 1, 4, edge('end', true)),
  define(describe('windowID', 'windowID(time, interval[, window][, timezone])', 'A number that is the same for all times of a window.'), 2, 4, windowId),
];

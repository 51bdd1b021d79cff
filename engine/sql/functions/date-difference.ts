/** Moving and comparing times by units: addDays …, dateDiff and age. How a time moves is in time-arithmetic.ts. */
import { ownEntry } from '../own-entry.ts';
import type { Bound } from '../bound.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { alignedWithUtc, offsetOf1970, utcTime } from '../time-zone.ts';
import { bare, INT64, isNullable, nullable, printType, type IntervalUnit } from '../types.ts';
import { at, constantText, define, isNull, lowCardinality, nullResult, result, typeError, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { addToTime, shift } from './time-arithmetic.ts';
import { timeArgument, type TimeArgument } from './time-argument.ts';

const UNITS: readonly IntervalUnit[] = ['Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'];

/** Names of units in dateDiff and age. */
const DIFFERENCE_UNITS: Readonly<Record<string, IntervalUnit>> = Object.fromEntries(
  UNITS.flatMap((unit) => {
    const short: Readonly<Record<IntervalUnit, readonly string[]>> = {
      Nanosecond: ['ns'], Microsecond: ['us', 'u'], Millisecond: ['ms'], Second: ['ss', 's'], Minute: ['mi', 'n'], Hour: ['hh', 'h'], Day: ['dd', 'd'],
      Week: ['wk', 'ww'], Month: ['mm', 'm'], Quarter: ['qq', 'q'], Year: ['yyyy', 'yy'],
    };
    return [unit.toLowerCase(), `${unit.toLowerCase()}s`, ...short[unit]].map((name) => [name, unit] as const);
  }),
);

function add(unit: IntervalUnit, sign: 1 | -1) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [time, amount] = [at(args, 0), at(args, 1)];
    if (isNull(time) || isNull(amount)) return nullResult(call.span);
    const step = bare(amount.type);
    if (!['Integer', 'Float', 'Decimal', 'Bool'].includes(step.kind)) throw typeError(`${call.name} takes a number as its second argument, not a value of type ${printType(amount.type)}.`, amount.span);
    const whole = ['Integer', 'Bool'].includes(step.kind) ? plainSql(amount) : duck`CAST(trunc(${plainSql(amount)}) AS BIGINT)`;
    const wide = step.kind === 'Integer' && !step.signed ? duck`CAST(${whole} AS BIGINT)` : whole;
    const moved = shift(time, unit, sign === 1 ? whole : duck`(-${wide})`, call);
    const type = isNullable(amount.type) ? nullable(moved.type) : moved.type;
    return { ...moved, type: lowCardinality(args, type) };
  };
}

function difference(full: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const name = constantText(call, at(args, 0), 'the unit').toLowerCase();
    const unit = ownEntry(DIFFERENCE_UNITS, name);
    if (!unit) throw typeError(`${call.name} knows no unit ${name}: it takes second, minute, hour, day, week, month, quarter or year.`, at(args, 0).span);
    const [from, to] = [at(args, 1), at(args, 2)];
    if (isNull(from) || isNull(to)) return nullResult(call.span);
    const [start, end] = [timeArgument(call, from, args[3], 1), timeArgument(call, to, args[3], 2)];
    const onlyDates = start.isDate && end.isDate && ['Day', 'Week', 'Month', 'Quarter', 'Year'].includes(unit);
    const [a, b] = onlyDates ? [start.local, end.local] : instants(unit, start, end) ?? [start.clock, end.clock];
    return result(call, [from, to], INT64, unit === 'Nanosecond' ? nanoseconds(from, to) : between(unit, a, b, full));
  };
}

/** Seconds that units have which are counted on the time line, not on the wall clock. */
const CLOCK_SECONDS: Readonly<Partial<Record<IntervalUnit, number>>> = { Hour: 3600, Minute: 60, Second: 1, Millisecond: 1, Microsecond: 1 };

/** Both times on one time line, so that a change of the clocks in between counts; undefined for units of the calendar. */
function instants(unit: IntervalUnit, start: TimeArgument, end: TimeArgument): readonly [DuckSql, DuckSql] | undefined {
  const seconds = CLOCK_SECONDS[unit];
  if (seconds === undefined || (start.isDate && end.isDate)) return undefined;
  const [startZone, endZone] = [start.isDate ? end.zone : start.zone, end.isDate ? start.zone : end.zone];
  const instant = (time: TimeArgument, zone: string) => (time.isDate ? utcTime(time.clock, zone) : time.type.kind === 'DateTime64' && time.type.precision > 6 ? duck`sandpiper_microseconds(${plainSql(time.value)})` : plainSql(time.value));
  const [from, to] = [instant(start, startZone), instant(end, endZone)];
  if (alignedWithUtc(startZone, seconds) && alignedWithUtc(endZone, seconds)) return [from, to];
  if (startZone !== endZone) return undefined;
  const offset = duck`to_seconds(${duckInteger(offsetOf1970(startZone))})`;
  return [duck`(${from} + ${offset})`, duck`(${to} + ${offset})`];
}

function between(unit: IntervalUnit, from: DuckSql, to: DuckSql, full: boolean): DuckSql {
  const name = duckString(unit.toLowerCase());
  if (!full && unit === 'Week') return duck`(date_diff('day', date_trunc('week', ${from}), date_trunc('week', ${to})) // 7)`;
  if (!full) return duck`date_diff(${name}, ${from}, ${to})`;
  if (unit === 'Month' || unit === 'Quarter' || unit === 'Year') {
    const months = duck`sandpiper_full_months(${from}, ${to})`;
    return unit === 'Month' ? months : unit === 'Quarter' ? duck`(${months} // 3)` : duck`(${months} // 12)`;
  }
  return duck`date_sub(${name}, ${from}, ${to})`;
}

function nanoseconds(from: Bound, to: Bound): DuckSql {
  const nanos = (value: Bound) => duck`epoch_ns(CAST(${plainSql(value)} AS TIMESTAMP_NS))`;
  return duck`(${nanos(to)} - ${nanos(from)})`;
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'dates and times' as const, ...extra });

function addInterval(sign: 1 | -1) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [time, step] = [at(args, 0), at(args, 1)];
    if (isNull(time) || isNull(step)) return nullResult(call.span);
    if (!['Interval', 'Tuple'].includes(bare(step.type).kind)) throw typeError(`${call.name} takes an INTERVAL as its second argument.`, step.span);
    const [start, length] = [bare(time.type), bare(step.type)];
    const sum = addToTime(time, step, sign, call);
    const moved = sum && start.kind === 'Interval' && length.kind === 'Interval' && start.unit === length.unit ? call.context.call('tuple', [sum], call.span) : sum;
    if (!moved) throw typeError(`${call.name} cannot move a value of type ${printType(time.type)}.`, time.span);
    return moved;
  };
}

export const DATE_DIFFERENCES: readonly FunctionDefinition[] = [
  ...UNITS.flatMap((unit) => [
    define(describe(`add${unit}s`, `add${unit}s(time, number)`, `The time so many ${unit.toLowerCase()}s later.`), 2, 2, add(unit, 1)),
    define(describe(`subtract${unit}s`, `subtract${unit}s(time, number)`, `The time so many ${unit.toLowerCase()}s earlier.`), 2, 2, add(unit, -1)),
  ]),
  define(describe('dateDiff', "dateDiff('unit', start, end[, timezone])", 'How many borders of a unit lie between two times.', { caseInsensitive: true, aliases: ['date_diff', 'timestampDiff', 'timestamp_diff'] }), 3, 4, difference(false)),
  define(describe('age', "age('unit', start, end[, timezone])", 'How many full units lie between two times.', { caseInsensitive: true }), 3, 4, difference(true)),
  define(describe('timeDiff', 'timeDiff(start, end)', 'Seconds between two times.', { caseInsensitive: true }), 2, 2, (args, call) => {
    if (args.some(isNull)) return nullResult(call.span);
    const [start, end] = [timeArgument(call, at(args, 0), undefined), timeArgument(call, at(args, 1), undefined, 1)];
    // Of moments, not of clocks: the zones of the two do not matter.
    const moment = ({ value, type }: TimeArgument) => (type.kind === 'DateTime64' && type.precision > 6 ? duck`sandpiper_microseconds(${plainSql(value)})` : duck`CAST(${plainSql(value)} AS TIMESTAMP)`);
    return result(call, args, INT64, duck`date_diff('second', ${moment(start)}, ${moment(end)})`);
  }),
  define(describe('addDate', 'addDate(time, interval)', 'The time an INTERVAL later.', { caseInsensitive: true, exactAliases: ['addInterval', 'addTupleOfIntervals'] }), 2, 2, addInterval(1)),
  define(describe('subDate', 'subDate(time, interval)', 'The time an INTERVAL earlier.', { caseInsensitive: true, exactAliases: ['subtractInterval', 'subtractTupleOfIntervals'] }), 2, 2, addInterval(-1)),
  ...(['dateAdd', 'dateSub'] as const).map((name) =>
    define(describe(name, `${name}(time, interval)`, `The time an INTERVAL ${name === 'dateAdd' ? 'later' : 'earlier'}.`, { caseInsensitive: true, aliases: name === 'dateAdd' ? ['date_add', 'timestampAdd', 'timestamp_add'] : ['date_sub', 'timestampSub', 'timestamp_sub'] }), 2, 3, (args, call) => {
      if (args.length === 3) {
        const unit = ownEntry(DIFFERENCE_UNITS, constantText(call, at(args, 0), 'the unit').toLowerCase());
        if (!unit) throw typeError(`${call.name} knows no such unit of time.`, at(args, 0).span);
        return add(unit, name === 'dateAdd' ? 1 : -1)([at(args, 2), at(args, 1)], call);
      }
      const [left, right] = [at(args, 0), at(args, 1)];
      return bare(left.type).kind === 'Interval' ? addInterval(name === 'dateAdd' ? 1 : -1)([right, left], call) : addInterval(name === 'dateAdd' ? 1 : -1)([left, right], call);
    })),
];


/**
 * Moving times: a time plus a number (days for a Date, seconds else), plus an Interval (with ClickHouse's changes of
 * type: Date + hours is a DateTime), and the distance of two times. Days and longer units move the wall clock of the
 * time's zone, shorter ones the instant.
 */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { clamped, clockDecimal, clockDigits, isClock, type ClockType } from '../convert-clock.ts';
import { epochSeconds } from '../convert-number.ts';
import { ticks } from '../convert-time.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { duckTypeSql, plainSql, tupleFieldNames } from '../physical.ts';
import { localTime, utcTime, zoneOf } from '../time-zone.ts';
import { bare, dateTime, dateTime64, INT32, isNullable, nullable, sameType, type ClickHouseType, type IntervalUnit, type TupleElement } from '../types.ts';
import { isNull, nullResult, result, typeError } from './arguments.ts';
import type { FunctionCall } from './definition.ts';

/** Digits of a second that a unit needs. */
const UNIT_DIGITS: Readonly<Partial<Record<IntervalUnit, number>>> = { Millisecond: 3, Microsecond: 6, Nanosecond: 9 };

/** The type of a time that is moved by a unit, or undefined where ClickHouse has none. */
export function movedType(type: ClickHouseType, unit: IntervalUnit): ClickHouseType | undefined {
  const digits = UNIT_DIGITS[unit];
  const clock = digits !== undefined || ['Second', 'Minute', 'Hour'].includes(unit);
  switch (type.kind) {
    case 'Date':
      return digits !== undefined ? undefined : clock ? dateTime() : type;
    case 'Date32':
      return digits !== undefined ? undefined : clock ? dateTime64(3) : type;
    case 'DateTime':
      return digits === undefined ? type : dateTime64(digits, type.timeZone);
    case 'DateTime64':
      return dateTime64(Math.max(type.precision, digits ?? 0), type.timeZone);
    case 'String':
      return dateTime64(Math.max(3, digits ?? 0));
    default:
      return undefined;
  }
}

/** The time moved by a number of units; the result's type is `movedType`. */
export function shift(time: Bound, unit: IntervalUnit, amount: DuckSql, call: FunctionCall): Bound {
  const type = bare(time.type);
  const to = movedType(type, unit);
  if (!to) throw typeError(`A value of type ${type.kind} cannot be moved by ${unit.toLowerCase()}s.`, time.span);
  const zone = call.context.timeZone;
  const wrap = (inner: ClickHouseType) => (isNullable(time.type) ? nullable(inner) : inner);
  const start = plainSql(cast({ ...time, type }, to, { timeZone: zone }));
  const days = ['Day', 'Week', 'Month', 'Quarter', 'Year'].includes(unit);
  if (to.kind === 'Date' || to.kind === 'Date32') {
    const months = unit === 'Month' ? 1 : unit === 'Quarter' ? 3 : unit === 'Year' ? 12 : 0;
    const count = duck`CAST(${amount} AS INTEGER)`;
    if (months === 0) return bound(wrap(to), duck`(${start} + ${unit === 'Week' ? duck`${count} * 7` : count})`, call.span);
    return bound(wrap(to), duck`CAST(${start} + to_months(${times(count, months)}) AS DATE)`, call.span);
  }
  if (to.kind === 'DateTime64' && to.precision > 6) {
    if (days) {
      const shown = zoneOf(to, zone);
      const moved = utcTime(duck`(${localTime(duck`sandpiper_microseconds(${start})`, shown)} + ${interval(unit, amount)})`, shown);
      return bound(wrap(to), duck`make_timestamp_ns(epoch_ns(${moved}) + (epoch_ns(${start}) % 1000 + 1000) % 1000)`, call.span);
    }
    const size = { Nanosecond: 1, Microsecond: 1000, Millisecond: 1_000_000, Second: 1_000_000_000, Minute: 60_000_000_000, Hour: 3_600_000_000_000 }[unit as 'Hour'];
    return bound(wrap(to), duck`make_timestamp_ns(epoch_ns(${start}) + CAST(${amount} AS BIGINT) * ${duckInteger(size)})`, call.span);
  }
  if (!days) return bound(wrap(to), duck`(${start} + ${interval(unit, amount)})`, call.span);
  const shown = zoneOf(to, zone);
  return bound(wrap(to), utcTime(duck`(${localTime(start, shown)} + ${interval(unit, amount)})`, shown), call.span);
}

function times(count: DuckSql, factor: number): DuckSql {
  return factor === 1 ? count : duck`${count} * ${duckInteger(factor)}`;
}

/** A DuckDB INTERVAL of so many units. */
function interval(unit: IntervalUnit, amount: DuckSql): DuckSql {
  switch (unit) {
    case 'Nanosecond':
      return duck`to_microseconds(CAST(${amount} AS BIGINT) // 1000)`;
    case 'Microsecond':
      return duck`to_microseconds(CAST(${amount} AS BIGINT))`;
    case 'Millisecond':
      return duck`to_microseconds(CAST(${amount} AS BIGINT) * 1000)`;
    case 'Second':
      return duck`to_microseconds(CAST(${amount} AS BIGINT) * 1000000)`;
    case 'Minute':
      return duck`to_minutes(CAST(${amount} AS BIGINT))`;
    case 'Hour':
      return duck`to_hours(CAST(${amount} AS BIGINT))`;
    case 'Day':
      return duck`to_days(CAST(${amount} AS INTEGER))`;
    case 'Week':
      return duck`to_days(CAST(${amount} AS INTEGER) * 7)`;
    case 'Month':
      return duck`to_months(CAST(${amount} AS INTEGER))`;
    case 'Quarter':
      return duck`to_months(CAST(${amount} AS INTEGER) * 3)`;
    case 'Year':
      return duck`to_months(CAST(${amount} AS INTEGER) * 12)`;
    default:
      return unit satisfies never;
  }
}

/** Nanoseconds of the units that move a time of day. */
const CLOCK_UNITS: Readonly<Partial<Record<IntervalUnit, bigint>>> = { Second: 1_000_000_000n, Minute: 60_000_000_000n, Hour: 3_600_000_000_000n };

/** A time of day moved by a number of seconds or an Interval; undefined where ClickHouse moves none so. */
function moveClock(clock: Bound, type: ClockType, amount: Bound, sign: 1 | -1, call: FunctionCall): Bound | undefined {
  const step = bare(amount.type);
  const seconds = 10n ** BigInt(clockDigits(type));
  const moved = (ticks: DuckSql) => result(call, [clock, amount], type, evaluatedOnce(ticks, (sum) => clamped(sum, clockDigits(type))));
  if (step.kind === 'Interval') {
    const size = CLOCK_UNITS[step.unit];
    if (size === undefined) return undefined;
    return moved(duck`(${plainSql(clock)} + ${signed(plainSql(amount), sign)} * ${duckInteger((size / 1_000_000_000n) * seconds)})`);
  }
  if (!['Integer', 'Float', 'Decimal', 'Bool'].includes(step.kind)) return undefined;
  return moved(duck`(${plainSql(clock)} + ${signed(duck`CAST(${whole(amount)} AS BIGINT)`, sign)} * ${duckInteger(seconds)})`);
}

/** A date and a time of day are a time. */
function dayAndClock(day: Bound, clock: Bound, type: ClockType, call: FunctionCall): Bound {
  const digits = clockDigits(type);
  const to = type.kind === 'Time' && bare(day.type).kind === 'Date' ? dateTime() : dateTime64(digits);
  const start = plainSql(cast({ ...day, type: bare(day.type) }, to, { timeZone: call.context.timeZone }));
  const moved = digits > 6
    ? duck`make_timestamp_ns(epoch_ns(${start}) + ${plainSql(clock)} * ${duckInteger(10 ** (9 - digits))})`
    : duck`(${start} + to_microseconds(${plainSql(clock)} * ${duckInteger(10 ** (6 - digits))}))`;
  return result(call, [day, clock], to, moved);
}

/** time + amount for sign 1, time - amount for -1: undefined unless this is a time and a number, Interval or tuple of Intervals. */
export function addToTime(time: Bound, amount: Bound, sign: 1 | -1, call: FunctionCall): Bound | undefined {
  const [type, step] = [bare(time.type), bare(amount.type)];
  if (isClock(type)) return moveClock(time, type, amount, sign, call);
  if (isClock(step)) return sign === 1 && (type.kind === 'Date' || type.kind === 'Date32') ? dayAndClock(time, amount, step, call) : undefined;
  if (step.kind === 'Interval') {
    if (type.kind === 'Tuple' && type.elements.length > 0 && type.elements.every((element) => bare(element.type).kind === 'Interval')) return oneMoreInterval(time, type.elements, amount, sign, call);
    if (type.kind === 'Interval') return type.unit === step.unit ? sumOfIntervals(time, amount, sign, call) : severalIntervals(time, amount, sign, call);
    if (!movedType(type, step.unit)) {
      if (['Date', 'Date32'].includes(type.kind)) throw typeError(`A ${type.kind} cannot be moved by ${step.unit.toLowerCase()}s: convert it with toDateTime64 first.`, time.span);
      return undefined;
    }
    const moved = shift(time, step.unit, signed(plainSql(amount), sign), call);
    return { ...moved, type: isNullable(amount.type) ? nullable(moved.type) : moved.type };
  }
  if (step.kind === 'Tuple' && step.elements.length > 0 && step.elements.every((element) => bare(element.type).kind === 'Interval')) {
    if (!['Date', 'Date32', 'DateTime', 'DateTime64'].includes(type.kind)) return undefined;
    const names = tupleFieldNames(step.elements);
    return step.elements.reduce<Bound>((moved, element, index) => {
      const part = bound(element.type, duck`${plainSql(amount)}.${duckName(names[index] ?? '')}`, amount.span);
      return addToTime(moved, part, sign, call) ?? moved;
    }, time);
  }
  if (!['Integer', 'Float', 'Decimal', 'Bool'].includes(step.kind)) return undefined;
  if (type.kind === 'Date' || type.kind === 'Date32') {
    if (isNull(time)) return nullResult(call.span);
    return result(call, [time, amount], type, duck`(${plainSql(time)} + ${signed(duck`CAST(${whole(amount)} AS INTEGER)`, sign)})`);
  }
  if (type.kind === 'DateTime') return result(call, [time, amount], type, duck`(${plainSql(time)} + to_microseconds(${signed(duck`CAST(${whole(amount)} AS BIGINT)`, sign)} * 1000000))`);
  if (type.kind === 'DateTime64') {
    const count = duck`CAST(${whole(amount)} AS BIGINT) * 1000000`;
    if (type.precision > 6) return result(call, [time, amount], type, duck`make_timestamp_ns(epoch_ns(${plainSql(time)}) + ${signed(duck`(${count})`, sign)} * 1000)`);
    return result(call, [time, amount], type, duck`(${plainSql(time)} + to_microseconds(${signed(duck`(${count})`, sign)}))`);
  }
  return undefined;
}

function whole(amount: Bound): DuckSql {
  return ['Integer', 'Bool'].includes(bare(amount.type).kind) ? plainSql(amount) : duck`trunc(${plainSql(amount)})`;
}

function signed(amount: DuckSql, sign: 1 | -1): DuckSql {
  return sign === 1 ? amount : duck`(-${amount})`;
}

function sumOfIntervals(left: Bound, right: Bound, sign: 1 | -1, call: FunctionCall): Bound {
  const sum = result(call, [left, right], bare(left.type), duck`(${plainSql(left)} + ${signed(plainSql(right), sign)})`);
  const [a, b] = [left.constant, right.constant];
  return a?.kind === 'integer' && b?.kind === 'integer' ? { ...sum, constant: { kind: 'integer', value: sign === 1 ? a.value + b.value : a.value - b.value } } : sum;
}

/** Intervals of different units stay apart, in a tuple. */
function severalIntervals(left: Bound, right: Bound, sign: 1 | -1, call: FunctionCall): Bound {
  return call.context.call('tuple', [left, sign === 1 ? right : call.context.call('negate', [right], call.span)], call.span);
}

/** A further Interval in a tuple of them: added to the last one where the units are the same. */
function oneMoreInterval(several: Bound, elements: readonly TupleElement[], further: Bound, sign: 1 | -1, call: FunctionCall): Bound {
  const names = tupleFieldNames(elements);
  const parts = elements.map((element, index) => bound(element.type, duck`${plainSql(several)}.${duckName(names[index] ?? '')}`, several.span));
  const last = parts.at(-1);
  const added = last && sameType(bare(last.type), bare(further.type))
    ? [...parts.slice(0, -1), sumOfIntervals(last, further, sign, call)]
    : [...parts, sign === 1 ? further : call.context.call('negate', [further], call.span)];
  return call.context.call('tuple', added, call.span);
}

/** Days between dates, seconds between times; undefined when these are no two times of a kind. */
export function subtractTimes(left: Bound, right: Bound, call: FunctionCall): Bound | undefined {
  const [a, b] = [bare(left.type), bare(right.type)];
  if (a.kind === b.kind && (a.kind === 'Date' || a.kind === 'Date32')) return result(call, [left, right], INT32, duck`CAST(${plainSql(left)} - ${plainSql(right)} AS INTEGER)`);
  if (a.kind === 'DateTime' && b.kind === 'DateTime') return result(call, [left, right], INT32, duck`CAST(${epochSeconds(plainSql(left), a)} - ${epochSeconds(plainSql(right), b)} AS INTEGER)`);
  if (a.kind === 'Time' && b.kind === 'Time') return result(call, [left, right], INT32, duck`CAST(${plainSql(left)} - ${plainSql(right)} AS INTEGER)`);
  if (isClock(a) && isClock(b)) {
    const digits = Math.max(clockDigits(a), clockDigits(b));
    const type: ClickHouseType = { kind: 'Decimal', precision: 18, scale: digits };
    const count = (value: Bound) => plainSql(cast({ ...value, type: bare(value.type) }, { kind: 'Time64', precision: digits }));
    return result(call, [left, right], type, duck`CAST(${clockDecimal(duck`(${count(left)} - ${count(right)})`, digits)} AS ${duckTypeSql(type)})`);
  }
  if ((a.kind === 'DateTime64' || a.kind === 'DateTime') && (b.kind === 'DateTime64' || b.kind === 'DateTime')) {
    const precision = Math.max(a.kind === 'DateTime64' ? a.precision : 0, b.kind === 'DateTime64' ? b.precision : 0);
    const type: ClickHouseType = { kind: 'Decimal', precision: 18, scale: precision };
    const full = dateTime64(precision);
    const count = (value: Bound) => ticks(plainSql(cast({ ...value, type: bare(value.type) }, full)), full, precision);
    return result(call, [left, right], type, duck`CAST(CAST(${count(left)} - ${count(right)} AS DECIMAL(18, 0)) * CAST(${precision === 0 ? duck`1` : duck`1e-${duckInteger(precision)}`} AS DECIMAL(18, ${duckInteger(precision)})) AS ${duckTypeSql(type)})`);
  }
  return undefined;
}

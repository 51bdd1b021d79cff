/**
 * Cutting times: toStartOf…, toMonday, toLastDayOf…, toStartOfInterval, dateTrunc, timeSlot. Cuts happen on the wall
 * clock of the time's zone; days and longer give a Date or midnight, shorter ones a DateTime, as ClickHouse decides.
 */
import { ownEntry } from '../own-entry.ts';
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { ticks } from '../convert-time.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { plainSql } from '../physical.ts';
import { alignedWithUtc, isUtc, localTime, utcTime } from '../time-zone.ts';
import { array, bare, DATE, DATE32, dateTime, dateTime64, isNullable, type ClickHouseType, type IntervalUnit } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, nullResult, result, typeError, unsupported, usualType } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { timeArgument, type TimeArgument } from './time-argument.ts';

/** A wall clock value as an instant of the time's zone. */
function instant(local: DuckSql, time: TimeArgument): DuckSql {
  return time.isDate && isUtc(time.zone) ? local : utcTime(local, time.zone);
}

/** Whether the instant itself can be cut, without going to the wall clock and back. */
function inUtc(time: TimeArgument, seconds: number): boolean {
  return !time.isDate && alignedWithUtc(time.zone, seconds);
}

function asTimestamp(time: TimeArgument): DuckSql {
  return time.type.kind === 'DateTime64' && time.type.precision > 6 ? duck`CAST(${plainSql(time.value)} AS TIMESTAMP)` : plainSql(time.value);
}

const WEEK_MONDAY = (local: DuckSql): DuckSql => duck`CAST(date_trunc('week', ${local}) AS DATE)`;

/** A Date does not go below 1970: the week of 1970-01-01 starts on that day. */
function notBefore1970(value: Bound, sql: DuckSql): DuckSql {
  return isNullable(value.type) ? duck`sandpiper_clamp_date(${sql})` : duck`greatest(${sql}, DATE '1970-01-01')`;
}

function truncated(unit: string, local: DuckSql): DuckSql {
  return duck`date_trunc(${duckString(unit)}, ${local})`;
}

interface Start {
  readonly name: string;
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly caseInsensitiveAliases?: readonly string[];
  readonly sql: (time: TimeArgument) => DuckSql;
}

/** Cuts that give a Date. */
const TO_DATE: readonly Start[] = [
  { name: 'toStartOfYear', help: 'The first day of the year.', sql: (time) => truncated('year', time.local) },
  { name: 'toStartOfQuarter', help: 'The first day of the quarter.', sql: (time) => truncated('quarter', time.local) },
  { name: 'toStartOfMonth', help: 'The first day of the month.', sql: (time) => truncated('month', time.local) },
  { name: 'toMonday', help: 'The Monday of the week.', sql: (time) => notBefore1970(time.value, WEEK_MONDAY(time.local)) },
  { name: 'toLastDayOfMonth', caseInsensitiveAliases: ['LAST_DAY'], help: 'The last day of the month.', sql: (time) => duck`last_day(${time.local})` },
  { name: 'toStartOfISOYear', help: 'The Monday that starts the ISO year.', sql: (time) => duck`date_trunc('week', make_date(isoyear(${time.local}), 1, 4))` },
];

/** Cuts that give a DateTime, with the seconds that they cut to. */
const TO_TIME: readonly (Start & { readonly dates?: boolean; readonly seconds: number })[] = [
  { name: 'toStartOfDay', help: 'Midnight of the day.', dates: true, seconds: 86_400, sql: (time) => truncated('day', time.clock) },
  { name: 'toStartOfHour', help: 'The full hour.', seconds: 3600, sql: (time) => truncated('hour', time.clock) },
  { name: 'toStartOfMinute', help: 'The full minute.', seconds: 60, sql: (time) => truncated('minute', time.clock) },
  ...([[5, 'FiveMinutes', ['toStartOfFiveMinute']], [10, 'TenMinutes', []], [15, 'FifteenMinutes', []]] as const).map(([minutes, name, aliases]) => ({
    name: `toStartOf${name}`, aliases, seconds: minutes * 60, help: `The last full ${minutes} minutes of the hour.`, sql: (time: TimeArgument) => bucket(duckInteger(minutes * 60), time.clock),
  })),
];

/** The start of a span of so many seconds, counted from 1970. */
function bucket(seconds: DuckSql, time: DuckSql): DuckSql {
  return duck`time_bucket(to_seconds(${seconds}), ${time}, TIMESTAMP '1970-01-01 00:00:00')`;
}

const describe = (item: Start, signature = `${item.name}(time[, timezone])`) => ({
  name: item.name, signature, help: item.help, category: 'dates and times' as const, ...(item.aliases ? { aliases: item.aliases } : {}), ...(item.caseInsensitiveAliases ? { caseInsensitiveAliases: item.caseInsensitiveAliases } : {}),
});

function startOfWeek(last: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const text = bare(value.type).kind === 'String';
    const time = timeArgument(call, text ? cast(value, dateTime(), { timeZone: call.context.timeZone }) : value, args[2]);
    const mode = args[1] ? Number(constantInteger(call, args[1], 'the mode')) : 0;
    const day = time.isDate ? time.local : duck`CAST(${time.local} AS DATE)`;
    const start = mode % 2 === 1 ? WEEK_MONDAY(day) : duck`(${WEEK_MONDAY(duck`${day} + 1`)} - 1)`;
    return result(call, [value], DATE, last ? duck`(${start} + 6)` : notBefore1970(value, start));
  };
}

function fraction(unit: 'millisecond' | 'microsecond' | 'nanosecond' | 'second', digits: number) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    if (type.kind !== 'DateTime64') throw typeError(`${call.name} takes a DateTime64.`, value.span);
    const time = timeArgument(call, value, args[1]);
    const cut = cast(cast({ ...value, type }, dateTime64(Math.min(digits, type.precision))), dateTime64(Math.max(type.precision, digits)));
    return { ...cut, type: usualType([value], dateTime64(Math.max(type.precision, digits), time.named)), span: call.span };
  };
}

/** toStartOfInterval(time, INTERVAL n unit[, origin][, timezone]). */
function startOfInterval(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, step] = [at(args, 0), at(args, 1)];
  if (isNull(value) || isNull(step)) return nullResult(call.span);
  const interval = bare(step.type);
  if (interval.kind !== 'Interval') throw typeError('toStartOfInterval takes an INTERVAL such as INTERVAL 5 MINUTE as its second argument.', step.span);
  const third = args[2];
  const origin = third && bare(third.type).kind !== 'String' ? third : undefined;
  const time = timeArgument(call, value, origin ? args[3] : third);
  const count = step.constant?.kind === 'integer' ? Number(step.constant.value) : undefined;
  if (count === undefined) throw typeError('toStartOfInterval takes a constant number in its INTERVAL.', step.span);
  if (count < 1) throw typeError('toStartOfInterval takes an INTERVAL of at least 1.', step.span);
  if (origin) return fromOrigin(value, origin, count, interval.unit, time, call);
  return cutTo(count, interval.unit, time, value, call);
}

function cutTo(count: number, unit: IntervalUnit, time: TimeArgument, value: Bound, call: FunctionCall): Bound {
  const n = duckInteger(count);
  const answer = (type: ClickHouseType, sql: DuckSql) => result(call, [value], type, sql);
  const zoned = dateTime(time.named);
  const day = time.isDate ? time.local : duck`CAST(${time.local} AS DATE)`;
  switch (unit) {
    case 'Nanosecond':
    case 'Microsecond':
    case 'Millisecond': {
      if (time.type.kind !== 'DateTime64') throw typeError(`A ${time.type.kind} cannot be cut to ${unit.toLowerCase()}s: convert it with toDateTime64.`, value.span);
      const digits = Math.max(time.type.precision, unit === 'Millisecond' ? 3 : unit === 'Microsecond' ? 6 : 9);
      const type = dateTime64(digits, time.named);
      const nanos = unit === 'Millisecond' ? 1_000_000 : unit === 'Microsecond' ? 1000 : 1;
      const step = duckInteger(count * nanos);
      if (digits > 6) return answer(type, duck`make_timestamp_ns(epoch_ns(${plainSql(value)}) // ${step} * ${step})`);
      const micros = duckInteger((count * nanos) / 1000);
      return answer(type, duck`make_timestamp(epoch_us(${plainSql(value)}) // ${micros} * ${micros})`);
    }
    case 'Second':
    case 'Minute': {
      if (time.isDate) throw typeError(`A ${time.type.kind} cannot be cut to ${unit.toLowerCase()}s: convert it with toDateTime.`, value.span);
      const sql = time.type.kind === 'DateTime64' && time.type.precision > 6 ? duck`CAST(${plainSql(value)} AS TIMESTAMP)` : plainSql(value);
      return answer(zoned, count === 1 ? truncated(unit.toLowerCase(), sql) : bucket(duckInteger(count * (unit === 'Minute' ? 60 : 1)), sql));
    }
    case 'Hour':
      if (time.isDate) throw typeError(`A ${time.type.kind} cannot be cut to hours: convert it with toDateTime.`, value.span);
      if (count === 1) return answer(zoned, inUtc(time, 3600) ? truncated('hour', asTimestamp(time)) : instant(truncated('hour', time.clock), time));
      return answer(zoned, instant(duck`(date_trunc('day', ${time.clock}) + to_hours(hour(${time.clock}) // ${n} * ${n}))`, time));
    case 'Day':
      if (count === 1) return answer(zoned, instant(truncated('day', time.clock), time));
      return answer(zoned, instant(duck`CAST(DATE '1970-01-01' + CAST((${day} - DATE '1970-01-01') // ${n} * ${n} AS INTEGER) AS TIMESTAMP)`, time));
    case 'Week':
      if (count === 1) return answer(DATE, notBefore1970(value, WEEK_MONDAY(day)));
      return answer(DATE, duck`(DATE '1970-01-05' + CAST((${day} - DATE '1970-01-05') // ${duckInteger(count * 7)} * ${duckInteger(count * 7)} AS INTEGER))`);
    case 'Month':
    case 'Quarter': {
      const months = unit === 'Quarter' ? count * 3 : count;
      if (months === 1) return answer(DATE, truncatedDate('month', time));
      if (months === 3) return answer(DATE, truncatedDate('quarter', time));
      return answer(DATE, duck`CAST(DATE '1900-01-01' + to_months(CAST(((year(${day}) - 1900) * 12 + month(${day}) - 1) // ${duckInteger(months)} * ${duckInteger(months)} AS INTEGER)) AS DATE)`);
    }
    case 'Year':
      return answer(DATE, count === 1 ? truncatedDate('year', time) : duck`make_date(year(${day}) // ${n} * ${n}, 1, 1)`);
    default:
      return unit satisfies never;
  }
}

function truncatedDate(unit: string, time: TimeArgument): DuckSql {
  return duck`CAST(${truncated(unit, time.local)} AS DATE)`;
}

/** Spans counted from an origin; the result has the type of the time. */
function fromOrigin(value: Bound, origin: Bound, count: number, unit: IntervalUnit, time: TimeArgument, call: FunctionCall): Bound {
  if (bare(origin.type).kind !== time.type.kind) throw typeError('The origin of toStartOfInterval must have the same type as the time.', origin.span);
  const widths: Readonly<Partial<Record<IntervalUnit, DuckSql>>> = {
    Second: duck`to_seconds(${duckInteger(count)})`, Minute: duck`to_minutes(${duckInteger(count)})`, Hour: duck`to_hours(${duckInteger(count)})`,
    Day: duck`to_days(${duckInteger(count)})`, Week: duck`to_days(${duckInteger(count * 7)})`,
    Month: duck`to_months(${duckInteger(count)})`, Quarter: duck`to_months(${duckInteger(count * 3)})`, Year: duck`to_months(${duckInteger(count * 12)})`,
  };
  const width = widths[unit];
  if (!width) throw unsupported(`toStartOfInterval with an origin does not take ${unit.toLowerCase()}s.`, call.span);
  const start = timeArgument(call, origin, undefined, 2);
  const sql = unit === 'Month' || unit === 'Quarter' || unit === 'Year' ? monthsFrom(time.clock, start.clock, count * (unit === 'Month' ? 1 : unit === 'Quarter' ? 3 : 12)) : duck`time_bucket(${width}, ${time.clock}, ${start.clock})`;
  return result(call, [value], bare(value.type), time.isDate ? duck`CAST(${sql} AS DATE)` : instant(sql, time));
}

function monthsFrom(time: DuckSql, origin: DuckSql, months: number): DuckSql {
  const n = duckInteger(months);
  return duck`(${origin} + to_months(CAST(date_sub('month', ${origin}, ${time}) // ${n} * ${n} AS INTEGER)))`;
}

const TRUNC_UNITS: Readonly<Record<string, IntervalUnit>> = {
  nanosecond: 'Nanosecond', microsecond: 'Microsecond', millisecond: 'Millisecond', second: 'Second', minute: 'Minute', hour: 'Hour', day: 'Day', week: 'Week', month: 'Month', quarter: 'Quarter', year: 'Year',
};

function dateTrunc(args: readonly Bound[], call: FunctionCall): Bound {
  const name = constantText(call, at(args, 0), 'the unit').toLowerCase();
  const unit = ownEntry(TRUNC_UNITS, name);
  if (!unit) throw typeError(`dateTrunc knows no unit ${name}: it takes second, minute, hour, day, week, month, quarter or year.`, at(args, 0).span);
  const value = at(args, 1);
  if (isNull(value)) return nullResult(call.span);
  const time = timeArgument(call, value, args[2], 1);
  const cut = cutTo(1, unit, time, value, call);
  const wide = time.type.kind === 'DateTime64' || time.type.kind === 'Date32';
  if (!wide) return cut;
  const digits = { Nanosecond: 9, Microsecond: 6, Millisecond: 3 }[unit as 'Millisecond'] ?? 0;
  const type = bare(cut.type).kind === 'Date' ? DATE32 : dateTime64(digits, time.named);
  const sql = digits > 0 && bare(cut.type).kind === 'DateTime64' ? plainSql(cast({ ...cut, type: bare(cut.type) }, type)) : cut.sql;
  return bound(usualType([value], type), sql, call.span);
}

/** The same for a DateTime64, with a duration and a size of fractions of a second. */
function slotsOfTicks(time: TimeArgument, args: readonly Bound[], call: FunctionCall): Bound {
  const scaleOf = (value: Bound | undefined) => {
    const type = value && bare(value.type);
    return type?.kind === 'Decimal' ? type.scale : 0;
  };
  const precision = Math.max(time.type.kind === 'DateTime64' ? time.type.precision : 0, scaleOf(args[1]), scaleOf(args[2]));
  const type = dateTime64(precision, time.named);
  const start = ticks(plainSql(cast({ ...time.value, type: bare(time.value.type) }, type)), type, precision);
  const count = (value: Bound) => duck`CAST(trunc(${plainSql(value)} * ${duckInteger(10 ** precision)}) AS BIGINT)`;
  const size = args[2] ? count(args[2]) : duckInteger(1800 * 10 ** precision);
  const slot = duckName(call.context.freshName());
  const moment = precision > 6 ? duck`make_timestamp_ns(${slot} * ${size} * ${duckInteger(10 ** (9 - precision))})` : duck`make_timestamp(${slot} * ${size} * ${duckInteger(10 ** (6 - precision))})`;
  return bound(array(type), duck`list_transform(range(${start} // ${size}, (${start} + ${count(at(args, 1))}) // ${size} + 1), lambda ${slot}: ${moment})`, call.span);
}

export const DATE_STARTS: readonly FunctionDefinition[] = [
  ...TO_DATE.map((item) => define(describe(item), 1, 2, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 0), args[1]);
    const day = duck`CAST(${item.sql(time)} AS DATE)`;
    return result(call, [at(args, 0)], DATE, time.type.kind === 'Date32' || time.type.kind === 'DateTime64' ? evaluatedOnce(day, (date) => duck`CASE WHEN ${date} < DATE '1970-01-01' THEN DATE '1970-01-01' ELSE ${date} END`) : day);
  })),
  ...TO_TIME.map((item) => define(describe(item), 1, 2, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 0), args[1]);
    if (time.isDate && !item.dates) throw typeError(`${call.name} takes a time: a ${time.type.kind} has no time of day.`, at(args, 0).span);
    const sql = inUtc(time, item.seconds) ? item.sql({ ...time, clock: asTimestamp(time) }) : instant(item.sql(time), time);
    return result(call, [at(args, 0)], dateTime(time.named), time.type.kind === 'Date32' || time.type.kind === 'DateTime64' ? evaluatedOnce(sql, (moment) => duck`CASE WHEN ${moment} < TIMESTAMP '1970-01-01' THEN TIMESTAMP '1970-01-01' ELSE ${moment} END`) : sql);
  })),
  define(describe({ name: 'toStartOfWeek', help: 'The Sunday of the week, or in mode 1 the Monday.', sql: (time) => time.local }, 'toStartOfWeek(time[, mode[, timezone]])'), 1, 3, startOfWeek(false)),
  define(describe({ name: 'toLastDayOfWeek', help: 'The Saturday of the week, or in mode 1 the Sunday.', sql: (time) => time.local }, 'toLastDayOfWeek(time[, mode[, timezone]])'), 1, 3, startOfWeek(true)),
  ...([['toStartOfSecond', 'second', 0], ['toStartOfMillisecond', 'millisecond', 3], ['toStartOfMicrosecond', 'microsecond', 6], ['toStartOfNanosecond', 'nanosecond', 9]] as const).map(([name, unit, digits]) =>
    define(describe({ name, help: `The time without what is smaller than a ${unit}.`, sql: (time) => time.local }), 1, 2, fraction(unit, digits))),
  define(describe({ name: 'toStartOfInterval', caseInsensitiveAliases: ['date_bin', 'time_bucket'], help: 'The start of the span of time that the time is in.', sql: (time) => time.local }, 'toStartOfInterval(time, INTERVAL n unit[, origin][, timezone])'), 2, 4, startOfInterval),
  define(describe({ name: 'dateTrunc', caseInsensitiveAliases: ['DATE_TRUNC'], help: 'The time cut to a unit such as day.', sql: (time) => time.local }, "dateTrunc('unit', time[, timezone])"), 2, 3, dateTrunc),
  define(describe({ name: 'timeSlot', help: 'The last full half hour.', sql: (time) => time.local }), 1, 2, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 0), args[1]);
    if (time.isDate) throw typeError('timeSlot takes a time.', at(args, 0).span);
    return result(call, [at(args, 0)], dateTime(time.named), bucket(duckInteger(1800), time.type.kind === 'DateTime64' && time.type.precision > 6 ? duck`CAST(${plainSql(at(args, 0))} AS TIMESTAMP)` : plainSql(at(args, 0))));
  }),
  define(describe({ name: 'timeSlots', help: 'The starts of the spans from a time on, as many as the duration touches.', sql: (time) => time.local }, 'timeSlots(start, duration[, size])'), 2, 3, (args, call) => {
    const [start, duration] = [at(args, 0), at(args, 1)];
    if (isNull(start) || isNull(duration)) return nullResult(call.span);
    const time = timeArgument(call, start, undefined);
    if (time.type.kind === 'DateTime64') return slotsOfTicks(time, args, call);
    if (time.isDate) throw typeError('timeSlots takes a DateTime or a DateTime64.', start.span);
    const size = args[2] ? Number(constantInteger(call, args[2], 'the size')) : 1800;
    // An array cannot be NULL: a missing time is 1970.
    const from = isNullable(start.type) ? duck`coalesce(epoch_us(${plainSql(start)}), 0)` : duck`epoch_us(${plainSql(start)})`;
    const length = isNullable(duration.type) ? duck`coalesce(CAST(${plainSql(duration)} AS BIGINT), 0)` : duck`CAST(${plainSql(duration)} AS BIGINT)`;
    const first = duck`(${from} // 1000000 // ${duckInteger(size)})`;
    const last = duck`((${from} // 1000000 + ${length}) // ${duckInteger(size)})`;
    const sql = duck`list_transform(range(${first}, ${last} + 1), lambda s: make_timestamp(s * ${duckInteger(size)} * 1000000))`;
    return bound(array(dateTime(time.named)), sql, call.span);
  }),
  define(describe({ name: 'toTimeWithFixedDate', help: 'The time of day on 1970-01-02.', sql: (time) => time.local }), 1, 2, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 0), args[1]);
    if (time.isDate) throw typeError('toTimeWithFixedDate takes a time.', at(args, 0).span);
    return result(call, [at(args, 0)], dateTime(time.named), instant(duck`(TIMESTAMP '1970-01-02 00:00:00' + (${localTime(truncated('second', time.clock), 'UTC')} - date_trunc('day', ${time.clock})))`, time));
  }),
];


/**
 * The moment of the query, times made of numbers, numbers of times, and changing zones. now() is one moment for the
 * whole query, so it is a constant in the SQL.
 */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { ticks } from '../convert-time.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { checkZone, isUtc, localTime, utcTime } from '../time-zone.ts';
import { bare, DATE, DATE32, dateTime, dateTime64, INT32, INT64, printType, STRING, UINT32, isNullable, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, result, typeError, withConstant, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { timeArgument } from './time-argument.ts';

/** The query's moment as text: `2024-01-31 23:59:59.123456`, in UTC. */
function nowText(call: FunctionCall): string {
  const micros = call.context.nowMicros;
  const seconds = new Date(Number(micros / 1_000_000n) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}`;
}

function zone(args: readonly Bound[], index: number, call: FunctionCall): string | undefined {
  const value = args[index];
  return value && checkZone(constantText(call, value, 'the time zone'), value.span);
}

function now(args: readonly Bound[], call: FunctionCall): Bound {
  const text = nowText(call).slice(0, 19);
  return bound(dateTime(zone(args, 0, call)), duck`CAST(${duckString(text)} AS TIMESTAMP)`, call.span);
}

function day(call: FunctionCall, offset: number): Bound {
  const local = localTime(duck`CAST(${duckString(nowText(call))} AS TIMESTAMP)`, call.context.timeZone);
  const value = bound(DATE, duck`(CAST(${local} AS DATE) + ${duckInteger(offset)})`, call.span);
  if (!isUtc(call.context.timeZone)) return value;
  const date = new Date(Number(call.context.nowMicros / 1000n) + offset * 86_400_000).toISOString().slice(0, 10);
  return withConstant(bound(DATE, duck`CAST(${duckString(date)} AS DATE)`, call.span), { kind: 'text', value: date });
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'dates and times' as const, ...extra });

const whole = (value: Bound): DuckSql => (['Integer', 'Bool'].includes(bare(value.type).kind) ? duck`CAST(${plainSql(value)} AS INTEGER)` : duck`CAST(trunc(${plainSql(value)}) AS INTEGER)`);

/** The day of its numbers: the 31st of a shorter month runs over into the next, other days that are not there are 1970-01-01. */
function madeDate(year: DuckSql, month: DuckSql, date: DuckSql, wide: boolean): DuckSql {
  const [first, last] = wide ? [1900, 2299] : [1970, 2149];
  return duck`CASE WHEN ${year} BETWEEN ${duckInteger(first)} AND ${duckInteger(last)} AND ${month} BETWEEN 1 AND 12 AND ${date} BETWEEN 1 AND 31 THEN make_date(${year}, ${month}, 1) + (${date} - 1) WHEN ${year} + ${month} + ${date} IS NOT NULL THEN DATE '1970-01-01' END`;
}

/** year, month, day or year, day of year; a day that does not exist gives 1970-01-01. */
function makeDate(type: ClickHouseType) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    args.forEach((arg, index) => need(call, arg, 'number', index));
    if (args.some(isNull)) return nullResult(call.span);
    const [year, month, date] = args.map(whole);
    const sql = date ? madeDate(year ?? duck`0`, month ?? duck`0`, date, type.kind === 'Date32') : duck`CASE WHEN ${month ?? duck`0`} BETWEEN 1 AND 365 THEN make_date(${year ?? duck`0`}, 1, 1) + (${month ?? duck`0`} - 1) WHEN ${year ?? duck`0`} + ${month ?? duck`0`} IS NOT NULL THEN DATE '1970-01-01' END`;
    return result(call, args, type, sql);
  };
}

/** The same with a time of day, in a zone. */
function makeTime(args: readonly Bound[], call: FunctionCall, fraction: DuckSql | undefined, type: ClickHouseType, shown: string): Bound {
  const numbers = args.slice(0, 6);
  numbers.forEach((arg, index) => need(call, arg, 'number', index));
  if (numbers.some(isNull)) return nullResult(call.span);
  const [year, month, date, hour, minute, second] = numbers.map(whole);
  const [y, m, d, h, n, s] = [year ?? duck`0`, month ?? duck`0`, date ?? duck`0`, hour ?? duck`0`, minute ?? duck`0`, second ?? duck`0`];
  const clock = duck`(CAST(make_date(${y}, ${m}, 1) + (${d} - 1) AS TIMESTAMP) + to_hours(${h}) + to_minutes(${n}) + to_seconds(${s}))`;
  const full = fraction ? duck`(${clock} + to_microseconds(${fraction}))` : clock;
  const wide = type.kind === 'DateTime64';
  const [first, last] = wide ? [1900, 2299] : [1970, 2105];
  const lowest = wide ? duck`TIMESTAMP '1900-01-01 00:00:00'` : EPOCH;
  const highest = wide ? duck`TIMESTAMP '2299-12-31 23:59:59.999999'` : duck`TIMESTAMP '2106-02-07 06:28:15'`;
  const exists = duck`${m} BETWEEN 1 AND 12 AND ${d} BETWEEN 1 AND 31 AND ${h} BETWEEN 0 AND 99 AND ${n} BETWEEN 0 AND 99 AND ${s} BETWEEN 0 AND 99`;
  return result(call, numbers, type, duck`CASE WHEN NOT (${exists}) OR ${y} < ${duckInteger(first)} THEN ${lowest} WHEN ${y} > ${duckInteger(last)} THEN ${highest} ELSE ${utcTime(full, shown)} END`);
}

function epochOf(digits: number) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    if (type.kind !== 'DateTime64') throw typeError(`${call.name} takes a DateTime64, not a value of type ${printType(value.type)}: convert it with toDateTime64.`, value.span);
    const held = digits > 6 && type.precision <= 6 ? duck`(epoch_us(${plainSql(value)}) * 1000)` : ticks(plainSql(value), type, digits);
    return result(call, args, INT64, held);
  };
}

function fromEpoch(digits: number) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    need(call, value, 'integer', 0);
    const count = duck`CAST(${plainSql(value)} AS BIGINT)`;
    const sql = digits > 6 ? duck`make_timestamp_ns(${count})` : digits === 6 ? duck`make_timestamp(${count})` : duck`make_timestamp(${count} * ${duckInteger(10 ** (6 - digits))})`;
    return result(call, [value], dateTime64(digits, zone(args, 1, call)), sql);
  };
}

/** The same wall clock in another zone, as another instant. */
function moveZone(toUtc: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    if (type.kind !== 'DateTime' && type.kind !== 'DateTime64') throw typeError(`${call.name} takes a DateTime or DateTime64.`, value.span);
    const named = zone(args, 1, call) ?? 'UTC';
    const sql = toUtc ? utcTime(plainSql(value), named) : localTime(plainSql(value), named);
    return result(call, [value], type.kind === 'DateTime' ? dateTime() : dateTime64(type.precision), sql);
  };
}

function digitsDate(wide: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    need(call, value, 'number', 0);
    const n = duck`CAST(${plainSql(value)} AS BIGINT)`;
    return result(call, args, wide ? DATE32 : DATE, madeDate(duck`CAST(${n} // 10000 AS INTEGER)`, duck`CAST(${n} // 100 % 100 AS INTEGER)`, duck`CAST(${n} % 100 AS INTEGER)`, wide));
  };
}

function digitsTime(wide: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    need(call, value, 'number', 0);
    const precision = wide ? (args[1] ? Number(constantInteger(call, args[1], 'the precision')) : 3) : 0;
    const named = zone(args, wide ? 2 : 1, call);
    const n = duck`CAST(${plainSql(value)} AS BIGINT)`;
    const type = wide ? dateTime64(precision, named) : dateTime(named);
    const digit = (from: bigint, size: number): Bound => bound(INT64, duck`(${n} // ${duckInteger(from)} % ${duckInteger(size)})`, value.span);
    const parts = [digit(10_000_000_000n, 10_000), digit(100_000_000n, 100), digit(1_000_000n, 100), digit(10_000n, 100), digit(100n, 100), digit(1n, 100)];
    const instant = plainSql(makeTime(parts, call, undefined, type, named ?? call.context.timeZone));
    return result(call, [value], type, precision > 6 ? duck`CAST(${instant} AS TIMESTAMP_NS)` : instant);
  };
}

/** A part of a time replaced; days that the month does not have run over into the next. */
function change(part: 'Year' | 'Month' | 'Day' | 'Hour' | 'Minute' | 'Second') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, amount] = [at(args, 0), at(args, 1)];
    if (isNull(value) || isNull(amount)) return nullResult(call.span);
    need(call, amount, 'integer', 1);
    const time = timeArgument(call, value, undefined);
    const clockPart = ['Hour', 'Minute', 'Second'].includes(part);
    const type: ClickHouseType = time.isDate && clockPart ? (time.type.kind === 'Date' ? dateTime() : dateTime64(3)) : time.type;
    const n = duck`CAST(${plainSql(amount)} AS BIGINT)`;
    const clock = time.clock;
    const inDay = duck`(${clock} - date_trunc('day', ${clock}))`;
    const moved = (to: DuckSql): DuckSql => ({
      Year: duck`make_date(CAST(${to} AS INTEGER), month(${clock}), 1) + (CAST(day(${clock}) AS INTEGER) - 1) + ${inDay}`,
      Month: duck`make_date(year(${clock}), CAST(${to} AS INTEGER), 1) + (CAST(day(${clock}) AS INTEGER) - 1) + ${inDay}`,
      Day: duck`make_date(year(${clock}), month(${clock}), 1) + CAST(${to} - 1 AS INTEGER) + ${inDay}`,
      Hour: duck`${clock} + to_hours(${to} - hour(${clock}))`,
      Minute: duck`${clock} + to_minutes(${to} - minute(${clock}))`,
      Second: duck`${clock} + to_seconds(${to} - second(${clock}))`,
    })[part];
    const isTime = bare(type).kind.startsWith('DateTime');
    const instant = (to: DuckSql) => (isTime ? utcTime(duck`(${moved(to)})`, time.zone) : duck`CAST(${moved(to)} AS DATE)`);
    const [least, most, below, above] = limitsOf(part, bare(type).kind);
    const missing = isNullable(value.type) ? duck`WHEN ${plainSql(value)} IS NULL THEN NULL ` : duck``;
    return result(call, args, type, duck`CASE ${missing}WHEN ${n} < ${duckInteger(least)} THEN ${below} WHEN ${n} > ${duckInteger(most)} THEN ${above} ELSE ${instant(n)} END`);
  };
}

const EPOCH = duck`TIMESTAMP '1970-01-01 00:00:00'`;

/** The least and the greatest number that a part may be, and what stands for less and for more: ClickHouse's first and last times. */
function limitsOf(part: string, kind: ClickHouseType['kind']): readonly [number, number, DuckSql, DuckSql] {
  const first = kind === 'Date32' ? duck`DATE '1900-01-01'` : kind === 'DateTime64' ? duck`TIMESTAMP '0000-01-01 00:00:00'` : kind === 'Date' ? duck`DATE '1970-01-01'` : EPOCH;
  if (part !== 'Year') {
    const [least, most] = { Month: [1, 12], Day: [1, 31], Hour: [0, 23], Minute: [0, 59], Second: [0, 59] }[part] ?? [0, 59];
    return [least ?? 0, most ?? 59, first, first];
  }
  if (kind === 'Date') return [1970, 2149, first, duck`DATE '2149-06-06'`];
  if (kind === 'Date32') return [1900, 2299, first, duck`DATE '2299-12-31'`];
  if (kind === 'DateTime') return [1970, 2105, first, duck`TIMESTAMP '2106-02-07 06:28:15'`];
  return [0, 9999, first, first];
}

export const DATE_NOW: readonly FunctionDefinition[] = [
  define(describe('now', 'now([timezone])', 'The moment of the query.', { caseInsensitive: true, aliases: ['current_timestamp', 'localtimestamp'], exactAliases: ['nowInBlock'] }), 0, 1, now),
  define(describe('now64', 'now64([precision[, timezone]])', 'The moment of the query with digits of a second.', { caseInsensitive: true, exactAliases: ['nowInBlock64'] }), 0, 2, (args, call) => {
    const precision = args[0] ? Number(constantInteger(call, args[0], 'the precision')) : 3;
    if (precision < 0 || precision > 9) throw typeError('now64 takes a precision of 0 to 9.', at(args, 0).span);
    const type = dateTime64(precision, zone(args, 1, call));
    const text = precision === 0 ? nowText(call).slice(0, 19) : nowText(call).slice(0, 20 + Math.min(precision, 6));
    return bound(type, precision > 6 ? duck`CAST(${duckString(text)} AS TIMESTAMP_NS)` : duck`CAST(${duckString(text)} AS TIMESTAMP)`, call.span);
  }),
  define(describe('UTCTimestamp', 'UTCTimestamp()', 'The moment of the query in UTC.', { caseInsensitive: true, aliases: ['UTC_timestamp'] }), 0, 0, (_, call) => ({ ...now([], call), type: dateTime('UTC') })),
  define(describe('localtime', 'localtime()', 'The time of day of the query.', { caseInsensitive: true }), 0, 0, (args, call) => ({ ...cast(now(args, call), { kind: 'Time' }, { timeZone: call.context.timeZone }), span: call.span })),
  define(describe('today', 'today()', 'The day of the query.', { caseInsensitive: true, aliases: ['curdate', 'current_date'] }), 0, 0, (_, call) => day(call, 0)),
  define(describe('yesterday', 'yesterday()', 'The day before the query.'), 0, 0, (_, call) => day(call, -1)),
  define(describe('timestamp', 'timestamp(text[, time])', 'Text as a DateTime64(6), a time of day added.', { caseInsensitive: true }), 1, 2, (args, call) => {
    if (args.some(isNull)) return nullResult(call.span);
    const start = plainSql(cast({ ...at(args, 0), type: bare(at(args, 0).type) }, dateTime64(6), { timeZone: call.context.timeZone }));
    return result(call, args, dateTime64(6), args[1] ? duck`(${start} + to_microseconds(epoch_us(CAST(${plainSql(args[1])} AS TIME))))` : start);
  }),
  define(describe('makeDate', 'makeDate(year, month, day)', 'A Date of its numbers.', { caseInsensitive: true }), 2, 3, makeDate(DATE)),
  define(describe('makeDate32', 'makeDate32(year, month, day)', 'A Date32 of its numbers.', { caseInsensitive: true }), 2, 3, makeDate(DATE32)),
  define(describe('makeDateTime', 'makeDateTime(year, month, day, hour, minute, second[, timezone])', 'A DateTime of its numbers.', { caseInsensitive: true }), 6, 7, (args, call) => {
    const named = zone(args, 6, call);
    return makeTime(args, call, undefined, dateTime(named), named ?? call.context.timeZone);
  }),
  define(describe('makeDateTime64', 'makeDateTime64(year, month, day, hour, minute, second[, fraction[, precision[, timezone]]])', 'A DateTime64 of its numbers.', { caseInsensitive: true }), 6, 9, (args, call) => {
    const precision = args[7] ? Number(constantInteger(call, args[7], 'the precision')) : 3;
    if (precision > 6) throw typeError('makeDateTime64 takes a precision of at most 6 here.', at(args, 7).span);
    const named = zone(args, 8, call);
    const fraction = args[6] ? duck`CAST(${plainSql(args[6])} AS BIGINT) * ${duckInteger(10 ** (6 - precision))}` : undefined;
    return makeTime(args, call, fraction, dateTime64(precision, named), named ?? call.context.timeZone);
  }),
  define(describe('YYYYMMDDToDate', 'YYYYMMDDToDate(number)', 'A number such as 20240131 as a Date.', { caseInsensitive: true }), 1, 1, digitsDate(false)),
  define(describe('YYYYMMDDToDate32', 'YYYYMMDDToDate32(number)', 'A number such as 20240131 as a Date32.', { caseInsensitive: true }), 1, 1, digitsDate(true)),
  define(describe('YYYYMMDDhhmmssToDateTime', 'YYYYMMDDhhmmssToDateTime(number[, timezone])', 'A number such as 20240131235959 as a DateTime.', { caseInsensitive: true }), 1, 2, digitsTime(false)),
  define(describe('YYYYMMDDhhmmssToDateTime64', 'YYYYMMDDhhmmssToDateTime64(number[, precision[, timezone]])', 'A number such as 20240131235959 as a DateTime64.'), 1, 3, digitsTime(true)),
  define(describe('fromDaysSinceYearZero', 'fromDaysSinceYearZero(days)', 'The date so many days after 0000-01-01.', { caseInsensitiveAliases: ['FROM_DAYS'] }), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, DATE, duck`(DATE '1970-01-01' + CAST(${plainSql(at(args, 0))} - 719528 AS INTEGER))`);
  }),
  define(describe('fromDaysSinceYearZero32', 'fromDaysSinceYearZero32(days)', 'The Date32 so many days after 0000-01-01.'), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, DATE32, duck`(DATE '1970-01-01' + CAST(CAST(${plainSql(at(args, 0))} AS BIGINT) - 719528 AS INTEGER))`);
  }),
  define(describe('toUnixTimestamp', 'toUnixTimestamp(time[, timezone])', 'Seconds since 1970; text is read as a DateTime.'), 1, 2, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    const named = zone(args, 1, call);
    const isText = type.kind === 'String' || type.kind === 'FixedString';
    if (['Integer', 'Float', 'Decimal', 'Bool', 'DateTime64'].includes(type.kind)) return result(call, [value], UINT32, plainSql(cast({ ...value, type }, UINT32)));
    if (!isText && !['Date', 'Date32', 'DateTime'].includes(type.kind)) throw typeError(`toUnixTimestamp takes a time, not a value of type ${printType(value.type)}.`, value.span);
    const time = cast({ ...value, type }, dateTime(named), { timeZone: call.context.timeZone });
    return result(call, [value], UINT32, plainSql(cast(time, UINT32)));
  }),
  ...([['Second', 0], ['Milli', 3], ['Micro', 6], ['Nano', 9]] as const).flatMap(([unit, digits]) => [
    define(describe(`toUnixTimestamp64${unit}`, `toUnixTimestamp64${unit}(time)`, `A DateTime64 as a number of ${unit.toLowerCase()}${digits > 0 ? 'second' : ''}s since 1970.`), 1, 1, epochOf(digits)),
    define(describe(`fromUnixTimestamp64${unit}`, `fromUnixTimestamp64${unit}(number[, timezone])`, `A number of ${unit.toLowerCase()}${digits > 0 ? 'second' : ''}s since 1970 as a DateTime64.`), 1, 2, fromEpoch(digits)),
  ]),
  define(describe('toTimezone', 'toTimezone(time, timezone)', 'The same moment, shown in another zone.', { aliases: ['toTimeZone'] }), 2, 2, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    const named = zone(args, 1, call);
    if (type.kind === 'DateTime') return result(call, [value], dateTime(named), plainSql(value));
    if (type.kind === 'DateTime64') return result(call, [value], dateTime64(type.precision, named), plainSql(value));
    throw typeError('toTimeZone takes a DateTime or DateTime64.', value.span);
  }),
  define(describe('timezone', 'timezone()', "The server's time zone.", { caseInsensitive: true, aliases: ['serverTimezone', 'serverTimeZone'] }), 0, 0, (_, call) => withConstant(bound(STRING, duckString(call.context.timeZone), call.span), { kind: 'text', value: call.context.timeZone })),
  define(describe('timezoneOf', 'timezoneOf(time)', 'The zone that a time is shown in.', { aliases: ['timeZoneOf'] }), 1, 1, (args, call) => {
    const named = timeArgument(call, at(args, 0), undefined).zone;
    return withConstant(bound(STRING, duckString(named), call.span), { kind: 'text', value: named });
  }),
  define(describe('timezoneOffset', 'timezoneOffset(time)', 'Seconds that the zone of a time is ahead of UTC.', { aliases: ['timeZoneOffset'] }), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 0), undefined);
    return result(call, args, INT32, duck`CAST((epoch_us(${time.clock}) - epoch_us(${plainSql(at(args, 0))})) // 1000000 AS INTEGER)`);
  }),
  define(describe('toUTCTimestamp', 'toUTCTimestamp(time, timezone)', 'The moment at which the zone shows this time.', { caseInsensitiveAliases: ['to_utc_timestamp'] }), 2, 2, moveZone(true)),
  define(describe('fromUTCTimestamp', 'fromUTCTimestamp(time, timezone)', 'The time that the zone shows at this moment.', { caseInsensitiveAliases: ['from_utc_timestamp'] }), 2, 2, moveZone(false)),
  ...(['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second'] as const).map((part) => define(describe(`change${part}`, `change${part}(time, number)`, `The time with another ${part.toLowerCase()}.`), 2, 2, change(part))),
];

/** Numbers in dates and times: year, month, week, day, hour and so on, in the zone of the time. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { bare, dateTime, int, nullable, UINT16, UINT32, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { timeArgument, type TimeArgument } from './time-argument.ts';

interface Part {
  readonly name: string;
  readonly type: ClickHouseType;
  readonly help: string;
  readonly sql: (time: TimeArgument) => DuckSql;
  readonly caseInsensitiveAliases?: readonly string[];
  /** Refuses dates, which have no time of day. */
  readonly clock?: boolean;
}

const days = (time: TimeArgument): DuckSql => duck`(${time.isDate ? time.local : duck`CAST(${time.local} AS DATE)`} - DATE '1970-01-01')`;
const seconds = (time: TimeArgument): DuckSql => duck`(epoch_us(${time.isDate ? duck`CAST(${plainSql(time.value)} AS TIMESTAMP)` : plainSql(time.value)}) // 1000000)`;
const part = (name: string, time: TimeArgument): DuckSql => {
  switch (name) {
    case 'year': return duck`year(${time.local})`;
    case 'month': return duck`month(${time.local})`;
    case 'day': return duck`day(${time.local})`;
    case 'hour': return duck`hour(${time.clock})`;
    case 'minute': return duck`minute(${time.clock})`;
    default: return duck`second(${time.clock})`;
  }
};

const PARTS: readonly Part[] = [
  { name: 'toYear', caseInsensitiveAliases: ['YEAR'], type: UINT16, help: 'The year.', sql: (time) => part('year', time) },
  { name: 'toQuarter', caseInsensitiveAliases: ['QUARTER'], type: UINT8, help: 'The quarter, 1 to 4.', sql: (time) => duck`quarter(${time.local})` },
  { name: 'toMonth', caseInsensitiveAliases: ['MONTH'], type: UINT8, help: 'The month, 1 to 12.', sql: (time) => part('month', time) },
  { name: 'toDayOfYear', caseInsensitiveAliases: ['DAYOFYEAR'], type: UINT16, help: 'The day of the year, from 1.', sql: (time) => duck`dayofyear(${time.local})` },
  { name: 'toDayOfMonth', caseInsensitiveAliases: ['DAYOFMONTH', 'DAY'], type: UINT8, help: 'The day of the month, from 1.', sql: (time) => part('day', time) },
  { name: 'toHour', caseInsensitiveAliases: ['HOUR'], type: UINT8, help: 'The hour, 0 to 23.', sql: (time) => part('hour', time), clock: true },
  { name: 'toMinute', caseInsensitiveAliases: ['MINUTE'], type: UINT8, help: 'The minute, 0 to 59.', sql: (time) => part('minute', time), clock: true },
  { name: 'toSecond', caseInsensitiveAliases: ['SECOND'], type: UINT8, help: 'The second, 0 to 59.', sql: (time) => part('second', time), clock: true },
  { name: 'toMillisecond', caseInsensitiveAliases: ['MILLISECOND'], type: UINT16, help: 'The thousandths of the second.', sql: (time) => duck`(millisecond(${time.clock}) % 1000)`, clock: true },
  { name: 'toMicrosecond', caseInsensitiveAliases: ['MICROSECOND'], type: UINT32, help: 'The millionths of the second.', sql: (time) => duck`(microsecond(${time.clock}) % 1000000)`, clock: true },
  { name: 'toNanosecond', caseInsensitiveAliases: ['NANOSECOND'], type: UINT32, help: 'The billionths of the second.', sql: (time) => duck`(epoch_ns(${plainSql(time.value)}) % 1000000000)`, clock: true },
  { name: 'toISOWeek', type: UINT8, help: 'The ISO week of the year.', sql: (time) => duck`weekofyear(${time.local})` },
  { name: 'toISOYear', type: UINT16, help: 'The year that the ISO week belongs to.', sql: (time) => duck`isoyear(${time.local})` },
  { name: 'toYYYYMM', type: UINT32, help: 'Year and month as a number such as 202401.', sql: (time) => duck`(${part('year', time)} * 100 + ${part('month', time)})` },
  { name: 'toYYYYMMDD', type: UINT32, help: 'The date as a number such as 20240131.', sql: (time) => duck`(${part('year', time)} * 10000 + ${part('month', time)} * 100 + ${part('day', time)})` },
  {
    name: 'toYYYYMMDDhhmmss', type: UINT64, help: 'The time as a number such as 20240131235959.',
    sql: (time) => duck`(${part('year', time)} * 10000000000 + ${part('month', time)} * 100000000 + ${part('day', time)} * 1000000 + ${part('hour', time)} * 10000 + ${part('minute', time)} * 100 + ${part('second', time)})`,
  },
  { name: 'toDaysInMonth', type: UINT8, help: 'The number of days of the month.', sql: (time) => duck`day(last_day(${time.local}))` },
  { name: 'toDaysSinceYearZero', caseInsensitiveAliases: ['TO_DAYS'], type: UINT32, help: 'Days since 0000-01-01.', sql: (time) => duck`(${days(time)} + 719528)` },
  { name: 'toYearNumSinceEpoch', type: UINT16, help: 'Years since 1970.', sql: (time) => duck`(${part('year', time)} - 1970)` },
  { name: 'toMonthNumSinceEpoch', type: UINT32, help: 'Months since January 1970.', sql: (time) => duck`((${part('year', time)} - 1970) * 12 + ${part('month', time)} - 1)` },
  { name: 'toRelativeYearNum', type: UINT16, help: 'The number of the year.', sql: (time) => part('year', time) },
  { name: 'toRelativeQuarterNum', type: UINT32, help: 'The number of the quarter, counted from year 0.', sql: (time) => duck`(${part('year', time)} * 4 + quarter(${time.local}) - 1)` },
  { name: 'toRelativeMonthNum', type: UINT32, help: 'The number of the month, counted from year 0.', sql: (time) => duck`(${part('year', time)} * 12 + ${part('month', time)})` },
  { name: 'toRelativeWeekNum', type: UINT32, help: 'Weeks since 1970.', sql: (time) => duck`((${days(time)} + 3) // 7)` },
  { name: 'toRelativeDayNum', type: UINT32, help: 'Days since 1970.', sql: days },
  { name: 'toRelativeHourNum', type: UINT32, help: 'Hours since 1970.', sql: (time) => duck`(${seconds(time)} // 3600)` },
  { name: 'toRelativeMinuteNum', type: UINT32, help: 'Minutes since 1970.', sql: (time) => duck`(${seconds(time)} // 60)` },
  { name: 'toRelativeSecondNum', type: UINT32, help: 'Seconds since 1970.', sql: seconds },
];

function partFunction(item: Part): FunctionDefinition {
  const { name, type, help, sql, caseInsensitiveAliases, clock } = item;
  return {
    ...define({ name, signature: `${name}(time[, timezone])`, help, category: 'dates and times', ...(caseInsensitiveAliases ? { caseInsensitiveAliases } : {}) }, 1, 2, (args, call) => {
      if (args.some(isNull)) return nullResult(call.span);
      // ClickHouse hears no zone for the days of a DateTime.
      const isDeaf = name === 'toDaysSinceYearZero' && bare(at(args, 0).type).kind === 'DateTime';
      const time = timeArgument(call, at(args, 0), isDeaf ? undefined : args[1]);
      if (clock && time.isDate) throw typeError(`${call.name} takes a time: a ${time.type.kind} has no time of day.`, at(args, 0).span);
      const repeated = /^to(YYYYMM|Relative(Quarter|Month)|MonthNum)/.test(name);
      const value = repeated ? evaluatedOnce(time.local, (local) => sql({ ...time, local, clock: time.isDate ? duck`CAST(${local} AS TIMESTAMP)` : local })) : sql(time);
      return result(call, [at(args, 0)], type, duck`CAST(${counted(name, time, value)} AS ${duckTypeSql(type)})`);
    }),
  };
}

/** Counts from 1970 on: before it dates stop at 0, and times wrap around, as ClickHouse counts days in 16 bits and seconds in 32. */
function counted(name: string, time: TimeArgument, value: DuckSql): DuckSql {
  if (!/Since|Relative/.test(name)) return value;
  if (time.type.kind === 'Date32') return /DayNum$/.test(name) ? duck`least(greatest(${value}, 0), 65535)` : duck`greatest(${value}, 0)`;
  return time.type.kind === 'DateTime64' ? duck`(${value} & ${duckInteger(/Hour|Minute|Second/.test(name) ? 0xffff_ffff : /YearZero/.test(name) ? 0xff_ffff : 0xffff)})` : value;
}

/** Text is read as a time, as toDayOfWeek, toWeek and toYearWeek do. */
function timeOrText(call: FunctionCall, value: Bound, zone: Bound | undefined): TimeArgument {
  const isText = bare(value.type).kind === 'String';
  return timeArgument(call, isText ? cast(value, dateTime(), { timeZone: call.context.timeZone }) : value, zone);
}

/** MySQL's modes of counting weeks: the day that starts a week, the day of January that week 1 must hold, and whether early days belong to the last year. */
function weekMode(mode: number): { readonly sunday: DuckSql; readonly anchor: DuckSql; readonly rolls: DuckSql } {
  const sunday = [0, 2, 4, 6, 8].includes(mode) ? DUCK_TRUE : DUCK_FALSE;
  const anchor = mode >= 8 ? 1 : [1, 3, 4, 6].includes(mode) ? 4 : 7;
  return { sunday, anchor: duckInteger(anchor), rolls: [2, 3, 6, 7, 8, 9].includes(mode) ? DUCK_TRUE : DUCK_FALSE };
}

function modeOf(args: readonly Bound[], call: FunctionCall): number {
  const mode = args[1] ? Number(constantInteger(call, args[1], 'the mode')) : 0;
  if (mode < 0 || mode > 9) throw typeError(`${call.name} knows the modes 0 to 9, not ${mode}.`, at(args, 1).span);
  return mode;
}

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'dates and times' as const, ...extra });

const date = (time: TimeArgument): DuckSql => (time.isDate ? time.local : duck`CAST(${time.local} AS DATE)`);

export const DATE_PARTS: readonly FunctionDefinition[] = [
  ...PARTS.map(partFunction),
  define(describe('toDayOfWeek', 'toDayOfWeek(time[, mode[, timezone]])', 'The day of the week: 1 is Monday in mode 0; mode 1 counts from 0, 2 and 3 from Sunday.', { caseInsensitiveAliases: ['DAYOFWEEK'] }), 1, 3, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeOrText(call, at(args, 0), args[2]);
    const mode = modeOf(args, call) & 3;
    const sql = [duck`isodow(${time.local})`, duck`(isodow(${time.local}) - 1)`, duck`dayofweek(${time.local})`, duck`(dayofweek(${time.local}) + 1)`][mode] ?? duck`NULL`;
    return result(call, [at(args, 0)], UINT8, duck`CAST(${sql} AS UTINYINT)`);
  }),
  define(describe('toWeek', 'toWeek(time[, mode[, timezone]])', "The week of the year, in MySQL's modes 0 to 9.", { caseInsensitiveAliases: ['week'] }), 1, 3, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeOrText(call, at(args, 0), args[2]);
    const { sunday, anchor, rolls } = weekMode(modeOf(args, call));
    return result(call, [at(args, 0)], UINT8, duck`CAST(${evaluatedOnce(date(time), (day) => duck`sandpiper_week(${day}, ${anchor}, ${sunday}, ${rolls})`)} AS UTINYINT)`);
  }),
  define(describe('toYearWeek', 'toYearWeek(time[, mode[, timezone]])', 'Year and week of the year as a number such as 202403.', { caseInsensitiveAliases: ['yearweek'] }), 1, 3, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = timeOrText(call, at(args, 0), args[2]);
    const { sunday, anchor } = weekMode(modeOf(args, call));
    return result(call, [at(args, 0)], UINT32, duck`CAST(${evaluatedOnce(date(time), (day) => duck`sandpiper_year_week(${day}, ${anchor}, ${sunday})`)} AS UINTEGER)`);
  }),
  define(describe('toModifiedJulianDay', 'toModifiedJulianDay(text)', 'The modified Julian day of a date in text.'), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, int(32), once(call, plainSql(at(args, 0)), (text) => duck`CAST(CASE WHEN ${text} IS NOT NULL THEN coalesce(sandpiper_julian_date(${text}), error('Cannot read the text ''' || ${text} || ''' as a date.')) END - DATE '1970-01-01' + 40587 AS INTEGER)`));
  }),
  define(describe('fromModifiedJulianDay', 'fromModifiedJulianDay(day)', 'The date of a modified Julian day, as text.'), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, { kind: 'String' }, once(call, plainSql(at(args, 0)), (day) => duck`sandpiper_date_text(DATE '1970-01-01' + CAST(CASE WHEN ${day} BETWEEN -678941 AND 2973483 THEN ${day} - 40587 WHEN ${day} IS NOT NULL THEN error('The modified Julian day ' || ${day} || ' is outside of the years 0 to 9999.') END AS INTEGER))`));
  }),
  define(describe('toModifiedJulianDayOrNull', 'toModifiedJulianDayOrNull(text)', 'The modified Julian day of a date in text, NULL where it is none.'), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    need(call, at(args, 0), 'text', 0);
    return bound(nullable(int(32)), duck`CAST(sandpiper_julian_date(${plainSql(at(args, 0))}) - DATE '1970-01-01' + 40587 AS INTEGER)`, call.span);
  }),
  define(describe('fromModifiedJulianDayOrNull', 'fromModifiedJulianDayOrNull(day)', 'The date of a modified Julian day as text, NULL outside of the years 0 to 9999.'), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    need(call, at(args, 0), 'integer', 0);
    const text = once(call, plainSql(at(args, 0)), (day) => duck`CASE WHEN ${day} BETWEEN -678941 AND 2973483 THEN sandpiper_date_text(DATE '1970-01-01' + CAST(${day} - 40587 AS INTEGER)) END`);
    return bound(nullable({ kind: 'String' }), text, call.span);
  }),
  define(describe('dateName', "dateName('part', time[, timezone])", 'A part of a time in words: weekday and month by name, others as a number.', { caseInsensitive: true }), 2, 3, (args, call) => {
    const text = at(args, 0).constant;
    if (text?.kind !== 'text') throw typeError('dateName takes a constant text such as month as its first argument.', at(args, 0).span);
    if (isNull(at(args, 1))) return nullResult(call.span);
    const time = timeArgument(call, at(args, 1), args[2], 1);
    const sql = namedPart(text.value.toLowerCase(), time);
    if (!sql) throw typeError(`dateName knows no part ${text.value}.`, at(args, 0).span);
    return bound(result(call, [at(args, 1)], { kind: 'String' }, sql).type, sql, call.span);
  }),
  define(describe('monthName', 'monthName(time)', 'The name of the month.', { caseInsensitive: true }), 1, 1, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, { kind: 'String' }, duck`monthname(${timeArgument(call, at(args, 0), undefined).local})`);
  }),
];

function namedPart(name: string, time: TimeArgument): DuckSql | undefined {
  const text = (sql: DuckSql) => duck`CAST(${sql} AS VARCHAR)`;
  switch (name) {
    case 'year': return text(part('year', time));
    case 'quarter': return text(duck`quarter(${time.local})`);
    case 'month': return duck`monthname(${time.local})`;
    case 'dayofyear': return text(duck`dayofyear(${time.local})`);
    case 'day': return text(part('day', time));
    case 'week': return text(duck`weekofyear(${time.local})`);
    case 'weekday': return duck`dayname(${time.local})`;
    case 'hour': return text(part('hour', time));
    case 'minute': return text(part('minute', time));
    case 'second': return text(part('second', time));
    default: return undefined;
  }
}

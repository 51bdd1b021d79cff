/**
 * Dates and times from text, numbers and each other, with zones. Text without an offset is the wall clock of the
 * target's zone; a Date is the day that the source's zone shows. Gives undefined where ClickHouse converts nothing.
 */
import { clockSeconds } from './convert-clock.ts';
import { epochSeconds } from './convert-number.ts';
import { duck, duckInteger, duckString, type DuckSql } from './duck.ts';
import { evaluatedOnce } from './evaluated-once.ts';
import { isUtc, localTime, utcTime, zoneOf } from './time-zone.ts';
import type { ClickHouseType } from './types.ts';

type DateType = Extract<ClickHouseType, { kind: 'Date' | 'Date32' }>;
type DateTimeType = Extract<ClickHouseType, { kind: 'DateTime' }>;
type DateTime64Type = Extract<ClickHouseType, { kind: 'DateTime64' }>;

export function toDate(value: DuckSql, from: ClickHouseType, to: DateType, serverZone: string): DuckSql | undefined {
  switch (from.kind) {
    case 'String':
    case 'FixedString':
      return evaluatedOnce(evaluatedOnce(value, (text) => duck`sandpiper_date(${text})`), (date) => (to.kind === 'Date' ? duck`sandpiper_clamp_date(${date})` : duck`sandpiper_clamp_date32(${date})`));
    case 'Integer':
    case 'Float':
    case 'Decimal':
      return to.kind === 'Date' || (from.kind === 'Integer' && !from.signed)
        ? evaluatedOnce(value, (number) => duck`sandpiper_number_date(${number})`)
        : evaluatedOnce(duck`trunc(${value})`, (number) => duck`CASE WHEN ${number} > 120529 THEN CAST(make_timestamp(CAST(least(${number}, 10413791999) AS BIGINT) * 1000000) AS DATE) ELSE DATE '1970-01-01' + CAST(greatest(${number}, -25567) AS INTEGER) END`);
    case 'Date':
      return value;
    case 'Date32':
      return evaluatedOnce(value, (date) => duck`sandpiper_clamp_date(${date})`);
    case 'DateTime':
      return duck`CAST(${localTime(value, zoneOf(from, serverZone))} AS DATE)`;
    case 'DateTime64': {
      const day = duck`CAST(${localTime(value, zoneOf(from, serverZone))} AS DATE)`;
      return to.kind === 'Date32' ? day : evaluatedOnce(day, (date) => duck`CASE WHEN ${date} BETWEEN DATE '1970-01-01' AND DATE '2149-06-06' THEN ${date} WHEN ${date} < DATE '1970-01-01' THEN DATE '1970-01-01' ELSE DATE '1970-01-01' + CAST((${date} - DATE '1970-01-01') & 65535 AS INTEGER) END`);
    }
    default:
      return undefined;
  }
}

export function toDateTime(value: DuckSql, from: ClickHouseType, to: DateTimeType, serverZone: string): DuckSql | undefined {
  const zone = zoneOf(to, serverZone);
  switch (from.kind) {
    case 'String':
    case 'FixedString':
      return duck`date_trunc('second', ${readTime(value, zone, 'DateTime')})`;
    case 'Integer':
    case 'Float':
    case 'Decimal':
      return evaluatedOnce(from.kind === 'Integer' ? value : duck`trunc(${value})`, (number) => duck`sandpiper_number_time(${number})`);
    case 'Date':
    case 'Date32':
      return utcTime(duck`CAST(${value} AS TIMESTAMP)`, zone);
    case 'DateTime':
      return value;
    case 'DateTime64':
      return evaluatedOnce(duck`date_trunc('second', CAST(${value} AS TIMESTAMP))`, (time) => duck`CASE WHEN ${time} BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '2106-02-07 06:28:15' THEN ${time} ELSE make_timestamp((epoch_us(${time}) // 1000000 & 4294967295) * 1000000) END`);
    case 'Time':
    case 'Time64':
      return evaluatedOnce(clockSeconds(value, from), (number) => duck`sandpiper_number_time(${number})`);
    default:
      return undefined;
  }
}

/** 9999-12-31 23:59:59, and the last second that 64 bits of nanoseconds hold. */
const LAST_SECOND = 253_402_300_799;
const LAST_SECOND_OF_NANOSECONDS = 9_223_372_036;

export function toDateTime64(value: DuckSql, from: ClickHouseType, to: DateTime64Type, serverZone: string): DuckSql | undefined {
  const zone = zoneOf(to, serverZone);
  const wide = (sql: DuckSql) => (to.precision > 6 ? duck`CAST(${sql} AS TIMESTAMP_NS)` : sql);
  switch (from.kind) {
    case 'String':
    case 'FixedString':
      if (to.precision > 6 && isUtc(zone)) return cutTo(duck`coalesce(TRY_CAST(${value} AS TIMESTAMP_NS), CAST(${readTime(value, zone, 'DateTime64')} AS TIMESTAMP_NS))`, to.precision);
      return cutTo(wide(readTime(value, zone, 'DateTime64')), to.precision);
    case 'Integer': {
      const most = duckInteger(to.precision > 6 ? LAST_SECOND_OF_NANOSECONDS : LAST_SECOND);
      return wide(duck`make_timestamp(CAST(least(${value}, ${most}) AS BIGINT) * 1000000)`);
    }
    case 'Float':
    case 'Decimal': {
      const power = duckInteger(10 ** to.precision);
      if (from.kind === 'Float' && to.precision <= 6) return duck`make_timestamp(CAST(trunc(least(${value}, ${duckInteger(LAST_SECOND)}) * ${power}) AS BIGINT) * ${duckInteger(10 ** (6 - to.precision))})`;
      if (to.precision > 6) return duck`make_timestamp_ns(CAST(trunc(${value} * ${power}) AS BIGINT) * ${duckInteger(10 ** (9 - to.precision))})`;
      return duck`make_timestamp(CAST(trunc(${value} * ${power}) AS BIGINT) * ${duckInteger(10 ** (6 - to.precision))})`;
    }
    case 'Date':
    case 'Date32':
      return wide(utcTime(duck`CAST(${value} AS TIMESTAMP)`, zone));
    case 'DateTime':
      return wide(value);
    case 'DateTime64': {
      if (from.precision <= to.precision) return from.precision > 6 ? value : wide(value);
      const cut = cutTo(value, to.precision);
      return from.precision > 6 && to.precision <= 6 ? duck`CAST(${cut} AS TIMESTAMP)` : cut;
    }
    default:
      return undefined;
  }
}

const USUAL_FORM = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z)?)?$/;

/**
 * A constant text in the usual forms as a literal of DuckDB, which then can skip blocks of a sorted table; undefined
 * for other forms, which macros read while running, and for other types.
 */
export function constantTime(text: string, to: ClickHouseType, serverZone: string): DuckSql | undefined {
  if (to.kind !== 'Date' && to.kind !== 'Date32' && to.kind !== 'DateTime' && to.kind !== 'DateTime64') return undefined;
  const match = USUAL_FORM.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', absolute] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clamped = to.kind === 'Date' ? Number(year) >= 1970 && text.slice(0, 10) <= '2149-06-06' : Number(year) >= 1900 && Number(year) <= 2299;
  if (!clamped) return undefined;
  if (to.kind === 'Date' || to.kind === 'Date32') return absolute === undefined ? duck`CAST(${duckString(text.slice(0, 10))} AS DATE)` : undefined;
  const digits = to.kind === 'DateTime' ? 0 : to.precision;
  const kept = fraction.slice(0, digits);
  const literal = duckString(`${year}-${month}-${day} ${hour}:${minute}:${second}${kept === '' ? '' : `.${kept}`}`);
  if (digits > 6) return absolute !== undefined || isUtc(zoneOf(to, serverZone)) ? duck`CAST(${literal} AS TIMESTAMP_NS)` : undefined;
  const clock = duck`CAST(${literal} AS TIMESTAMP)`;
  return absolute === undefined ? utcTime(clock, zoneOf(to, serverZone)) : clock;
}

/** Text in ClickHouse's best-effort forms as UTC. */
function readTime(value: DuckSql, zone: string, what: string): DuckSql {
  const read = (text: DuckSql) => duck`sandpiper_time(${text}, ${duckString(what)})`;
  return evaluatedOnce(value, (text) => (isUtc(zone) ? read(text) : duck`CASE WHEN sandpiper_absolute(${text}) THEN ${read(text)} ELSE ${utcTime(read(text), zone)} END`));
}

/** Text in the strict forms that OrNull takes as UTC, NULL for other text. */
export function textToTimeOrNull(value: DuckSql, to: DateType | DateTimeType | DateTime64Type, serverZone: string): DuckSql {
  if (to.kind === 'Date' || to.kind === 'Date32') {
    const read = evaluatedOnce(value, (text) => duck`CASE WHEN NOT contains(${text}, 'T') THEN sandpiper_date_or_null(${text}) END`);
    return to.kind === 'Date' ? evaluatedOnce(read, (date) => duck`sandpiper_clamp_date(${date})`) : read;
  }
  const zone = zoneOf(to, serverZone);
  const read = (text: DuckSql) => (to.kind === 'DateTime' ? duck`sandpiper_strict_time(${text})` : duck`sandpiper_strict_time64(${text})`);
  const utc = evaluatedOnce(value, (text) => (isUtc(zone) ? read(text) : duck`CASE WHEN sandpiper_absolute(${text}) THEN ${read(text)} ELSE ${utcTime(read(text), zone)} END`));
  if (to.kind === 'DateTime') return utc;
  return cutTo(to.precision > 6 ? duck`CAST(${utc} AS TIMESTAMP_NS)` : utc, to.precision);
}

/** A time with no more digits of a second than its precision has. */
export function cutTo(value: DuckSql, precision: number): DuckSql {
  switch (precision) {
    case 0:
      return duck`date_trunc('second', ${value})`;
    case 3:
      return duck`date_trunc('millisecond', ${value})`;
    case 6:
    case 9:
      return value;
    default: {
      if (precision > 6) {
        const step = duckInteger(10 ** (9 - precision));
        return duck`make_timestamp_ns(epoch_ns(${value}) // ${step} * ${step})`;
      }
      const step = duckInteger(10 ** (6 - precision));
      return duck`make_timestamp(CAST(floor(epoch_us(${value}) / ${step}) AS BIGINT) * ${step})`;
    }
  }
}

/** A UTC time as the number of its precision's ticks since 1970. */
export function ticks(value: DuckSql, type: ClickHouseType, precision: number): DuckSql {
  if (precision === 0) return epochSeconds(value, type);
  if (precision > 6) return duck`(epoch_ns(${value}) // ${duckInteger(10 ** (9 - precision))})`;
  return precision === 6 ? duck`epoch_us(${value})` : duck`(epoch_us(${value}) // ${duckInteger(10 ** (6 - precision))})`;
}

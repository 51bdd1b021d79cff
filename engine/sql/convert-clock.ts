/**
 * Times of day, Time and Time64: held as whole seconds or as ticks of their precision, negative ones too, up to
 * 999:59:59. Gives undefined where ClickHouse converts nothing.
 */
import { callComputed } from './computed/definition.ts';
import { READ_CLOCK } from './computed/clock.ts';
import { duck, duckInteger, duckString, type DuckSql } from './duck.ts';
import { evaluatedOnce } from './evaluated-once.ts';
import { localTime, zoneOf } from './time-zone.ts';
import { printType, type ClickHouseType } from './types.ts';

export type ClockType = Extract<ClickHouseType, { kind: 'Time' | 'Time64' }>;

export function isClock(type: ClickHouseType): type is ClockType {
  return type.kind === 'Time' || type.kind === 'Time64';
}

/** Digits of a second that the type keeps. */
export function clockDigits(type: ClockType): number {
  return type.kind === 'Time64' ? type.precision : 0;
}

function power(digits: number): DuckSql {
  return duckInteger(10n ** BigInt(digits));
}

const LONGEST = 3_599_999n;

/** The ticks, at most those of 999:59:59. */
export function clamped(ticks: DuckSql, digits: number): DuckSql {
  const most = LONGEST * 10n ** BigInt(digits);
  return duck`CAST(CASE WHEN ${ticks} > ${duckInteger(most)} THEN ${duckInteger(most)} WHEN ${ticks} < ${duckInteger(-most)} THEN ${duckInteger(-most)} ELSE ${ticks} END AS BIGINT)`;
}

/** The value as a time of day: of a text, a number of seconds, or the wall clock of a time. */
export function toClock(value: DuckSql, from: ClickHouseType, to: ClockType, serverZone: string): DuckSql | undefined {
  const digits = clockDigits(to);
  switch (from.kind) {
    case 'String':
    case 'FixedString':
      return evaluatedOnce(value, (text) => duck`CASE WHEN ${text} IS NOT NULL THEN coalesce(${textToClockOrNull(text, to)}, error('Cannot read the text ''' || ${text} || ''' as ' || ${duckString(printType(to))} || '.')) END`);
    case 'Integer':
    case 'Bool':
      return evaluatedOnce(duck`CAST(${value} AS HUGEINT)`, (seconds) => clamped(duck`(${seconds} * ${power(digits)})`, digits));
    case 'Float':
    case 'Decimal':
      return evaluatedOnce(duck`trunc(${value} * ${power(digits)})`, (ticks) => clamped(ticks, digits));
    case 'Date':
    case 'Date32':
      return duck`CASE WHEN ${value} IS NOT NULL THEN CAST(0 AS BIGINT) END`;
    case 'DateTime':
    case 'DateTime64': {
      const local = localTime(from.kind === 'DateTime64' && from.precision > 6 ? duck`sandpiper_microseconds(${value})` : value, zoneOf(from, serverZone));
      const micros = evaluatedOnce(local, (clock) => duck`(epoch_us(${clock}) - epoch_us(date_trunc('day', ${clock})))`);
      if (digits > 6 && from.kind === 'DateTime64' && from.precision > 6) {
        const nanos = evaluatedOnce(value, (time) => duck`(((epoch_ns(${time}) % 1000) + 1000) % 1000)`);
        return duck`((${micros} * 1000 + ${nanos}) // ${power(9 - digits)})`;
      }
      if (digits > 6) return duck`(${micros} * ${power(digits - 6)})`;
      return digits === 6 ? micros : duck`(${micros} // ${power(6 - digits)})`;
    }
    case 'Time':
    case 'Time64': {
      const own = clockDigits(from);
      return own === digits ? value : own < digits ? duck`(${value} * ${power(digits - own)})` : duck`(${value} // ${power(own - digits)})`;
    }
    default:
      return undefined;
  }
}

/** A text as a time of day, NULL where it is none. */
export function textToClockOrNull(value: DuckSql, to: ClockType): DuckSql {
  return callComputed(READ_CLOCK, value, duckInteger(to.kind === 'Time' ? -1 : to.precision));
}

/** As ClickHouse writes it: 12:34:56.5, -100:00:00. */
export function clockText(value: DuckSql, type: ClockType): DuckSql {
  return evaluatedOnce(value, (ticks) => duck`sandpiper_clock_text(${ticks}, ${duckInteger(clockDigits(type))})`);
}

/** Whole seconds, cut towards zero. */
export function clockSeconds(value: DuckSql, type: ClockType): DuckSql {
  const digits = clockDigits(type);
  return digits === 0 ? value : duck`(${value} // ${power(digits)})`;
}

/** Seconds with their fraction, as a decimal of so many digits after the point. */
export function clockDecimal(ticks: DuckSql, digits: number): DuckSql {
  const scale = duckInteger(digits);
  return duck`CAST(CAST(${ticks} AS DECIMAL(18, 0)) * CAST(${digits === 0 ? duck`1` : duck`1e-${scale}`} AS DECIMAL(18, ${scale})) AS DECIMAL(38, ${scale}))`;
}

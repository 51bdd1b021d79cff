/**
 * Time zones in DuckDB SQL: stored times are UTC; cutting, showing and reading them happens in the zone of the type,
 * or else the server's. UTC costs nothing.
 */
import { SandpiperError, type Span } from '../errors.ts';
import { duck, duckString, type DuckSql } from './duck.ts';
import { bare, type ClickHouseType } from './types.ts';

/** The zone that a value is shown in: its type's, or the server's. */
export function zoneOf(type: ClickHouseType, serverZone: string): string {
  const inner = bare(type);
  return (inner.kind === 'DateTime' || inner.kind === 'DateTime64' ? inner.timeZone : undefined) ?? serverZone;
}

export function isUtc(zone: string): boolean {
  return /^(Etc\/)?(UTC|GMT|UCT|Universal|Zulu|Greenwich|GMT[+-]?0)$/i.test(zone);
}

/** The wall clock of the zone at a UTC time, both TIMESTAMP without zone. */
export function localTime(utc: DuckSql, zone: string): DuckSql {
  return isUtc(zone) ? utc : duck`timezone(${duckString(zone)}, timezone('UTC', ${utc}))`;
}

/** The UTC time at which the zone's wall clock shows this. */
export function utcTime(local: DuckSql, zone: string): DuckSql {
  return isUtc(zone) ? local : duck`timezone('UTC', timezone(${duckString(zone)}, ${local}))`;
}

const GRAINS = new Map<string, number>();

/**
 * Whether the zone's clock starts every span of so many seconds when UTC does, as whole hours do where all offsets are
 * whole hours. Then cutting needs no zone, which is ten times faster.
 */
export function alignedWithUtc(zone: string, seconds: number): boolean {
  if (isUtc(zone)) return true;
  let grain = GRAINS.get(zone);
  if (grain === undefined) {
    grain = offsetGrain(zone);
    GRAINS.set(zone, grain);
  }
  return grain % seconds === 0;
}

/** The greatest number of seconds that divides every offset that the zone had or will have from 1970 to 2040. */
function offsetGrain(zone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  let grain = 86_400;
  for (let month = 0; month < 70 * 12; month += 2) {
    grain = greatestDivisor(grain, Math.abs(offsetAt(format, Date.UTC(1970, month, 15))));
  }
  return grain;
}

/** Seconds that the zone's clock is ahead of UTC at a moment. */
function offsetAt(format: Intl.DateTimeFormat, moment: number): number {
  const name = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', rest = '0'] = /([+-])(\d+)(?::(\d+))?(?::(\d+))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(rest));
}

/** Seconds that the zone's clock was ahead of UTC when 1970 began, from which ClickHouse counts the hours of a zone. */
export function offsetOf1970(zone: string): number {
  return offsetAt(new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }), 0);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Throws unless the zone exists. */
export function checkZone(zone: string, span: Span): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (cause) {
    throw new SandpiperError('type', `There is no time zone ${zone}: write a name such as Europe/Madrid or UTC.`, { span, cause });
  }
  return zone;
}

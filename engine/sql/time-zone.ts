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

/** Throws unless the zone exists. */
export function checkZone(zone: string, span: Span): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (cause) {
    throw new SandpiperError('type', `There is no time zone ${zone}: write a name such as Europe/Madrid or UTC.`, { span, cause });
  }
  return zone;
}

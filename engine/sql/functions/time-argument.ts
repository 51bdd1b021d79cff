/** The time that a function of dates and times takes, with the zone that it is cut and shown in. */
import type { Bound } from '../bound.ts';
import { duck, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { checkZone, localTime, zoneOf } from '../time-zone.ts';
import { bare, printType, type ClickHouseType } from '../types.ts';
import { constantText, ordinal, typeError } from './arguments.ts';
import type { FunctionCall } from './definition.ts';

export interface TimeArgument {
  readonly value: Bound;
  readonly type: Extract<ClickHouseType, { kind: 'Date' | 'Date32' | 'DateTime' | 'DateTime64' }>;
  readonly isDate: boolean;
  /** The zone that was named, by the argument or by the type. */
  readonly named: string | undefined;
  readonly zone: string;
  /** The wall clock: a DATE for dates, else a TIMESTAMP. */
  readonly local: DuckSql;
  /** The wall clock as a TIMESTAMP. */
  readonly clock: DuckSql;
}

/** Throws unless the value is a date or a time; `zoneText` is the function's time zone argument. */
export function timeArgument(call: FunctionCall, value: Bound, zoneText: Bound | undefined, index = 0): TimeArgument {
  const type = bare(value.type);
  if (type.kind !== 'Date' && type.kind !== 'Date32' && type.kind !== 'DateTime' && type.kind !== 'DateTime64') {
    throw typeError(`${call.name} takes a date or time as its ${ordinal(index)} argument, not a value of type ${printType(value.type)}: convert it, for example with toDateTime.`, value.span);
  }
  const explicit = zoneText && checkZone(constantText(call, zoneText, 'the time zone'), zoneText.span);
  const own = type.kind === 'DateTime' || type.kind === 'DateTime64' ? type.timeZone : undefined;
  const zone = explicit ?? zoneOf(type, call.context.timeZone);
  const isDate = type.kind === 'Date' || type.kind === 'Date32';
  const sql = plainSql(value);
  const local = isDate ? sql : localTime(type.kind === 'DateTime64' && type.precision > 6 ? duck`sandpiper_microseconds(${sql})` : sql, zone);
  return { value, type, isDate, named: explicit ?? own, zone, local, clock: isDate ? duck`CAST(${sql} AS TIMESTAMP)` : local };
}

/** avg2 and midpoint: the average of their arguments as their common type, cut towards zero; NULLs do not count. */
import { bound, type Bound } from '../bound.ts';
import { isClock } from '../convert-clock.ts';
import { cast, commonType } from '../conversion.ts';
import { epochDays, epochSeconds } from '../convert-number.ts';
import { ticks } from '../convert-time.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { bare, isNullable, nullable, printType, type ClickHouseType } from '../types.ts';
import { define, isNull, nullResult, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** A value as a number that can be averaged, and back. */
interface Scale {
  readonly number: (value: DuckSql) => DuckSql;
  readonly value: (number: DuckSql) => DuckSql;
  readonly isFloat?: boolean;
}

function scaleOf(type: ClickHouseType): Scale | undefined {
  const stored = (number: DuckSql) => duck`CAST(${number} AS ${duckTypeSql(type)})`;
  switch (type.kind) {
    case 'Integer':
      return { number: (value) => value, value: stored };
    case 'Bool':
      return { number: (value) => duck`CAST(${value} AS INTEGER)`, value: (number) => duck`(${number} <> 0)` };
    case 'Float':
    case 'BFloat16':
      return { number: (value) => duck`CAST(${value} AS DOUBLE)`, value: stored, isFloat: true };
    case 'Decimal': {
      const power = duckInteger(10n ** BigInt(type.scale));
      const wide = duck`DECIMAL(38, ${duckInteger(type.scale)})`;
      return { number: (value) => duck`CAST(CAST(${value} AS ${wide}) * ${power} AS HUGEINT)`, value: (number) => duck`CAST(CAST(${number} AS DECIMAL(38, 0)) * CAST(1 AS ${wide}) / ${power} AS ${duckTypeSql(type)})` };
    }
    case 'Date':
    case 'Date32':
      return { number: epochDays, value: (number) => duck`(DATE '1970-01-01' + CAST(${number} AS INTEGER))` };
    case 'DateTime':
      return { number: (value) => epochSeconds(value, type), value: (number) => duck`make_timestamp(CAST(${number} AS BIGINT) * 1000000)` };
    case 'DateTime64': {
      const { precision } = type;
      return { number: (value) => ticks(value, type, precision), value: (number) => (precision > 6 ? duck`make_timestamp_ns(CAST(${number} AS BIGINT) * ${duckInteger(10 ** (9 - precision))})` : duck`make_timestamp(CAST(${number} AS BIGINT) * ${duckInteger(10 ** (6 - precision))})`) };
    }
    default:
      return isClock(type) ? { number: (value) => value, value: stored } : undefined;
  }
}

function midpoint(args: readonly Bound[], call: FunctionCall): Bound {
  const known = args.filter((arg) => !isNull(arg));
  if (known.length === 0) return nullResult(call.span);
  const type = commonType(known.map((arg) => bare(arg.type)), call.span);
  const scale = scaleOf(type);
  if (!scale) throw typeError(`${call.name} takes numbers, dates and times, not ${printType(type)}.`, call.span);
  const maybe = args.some((arg) => isNull(arg) || isNullable(arg.type));
  const numbers = known.map((arg) => {
    const fitted = plainSql(cast(arg, isNullable(arg.type) ? nullable(type) : type, { timeZone: call.context.timeZone }));
    return scale.isFloat ? scale.number(fitted) : duck`CAST(${scale.number(fitted)} AS HUGEINT)`;
  });
  const item = duckName(call.context.freshName());
  const list = maybe ? duck`list_filter([${numbers}], lambda ${item}: ${item} IS NOT NULL)` : duck`[${numbers}]`;
  const mean = once(call, list, (all) => (scale.isFloat ? duck`(list_sum(${all}) / len(${all}))` : duck`(list_sum(${all}) // nullif(len(${all}), 0))`));
  return bound(maybe ? nullable(type) : type, scale.value(mean), call.span);
}

export const MIDPOINT: readonly FunctionDefinition[] = [
  define({ name: 'avg2', signature: 'avg2(a, b)', help: 'The value halfway between two.', category: 'arithmetic', caseInsensitive: true }, 2, 2, midpoint),
  define({ name: 'midpoint', signature: 'midpoint(a, …)', help: 'The average of the arguments, as their common type.', category: 'arithmetic', caseInsensitive: true }, 1, Infinity, midpoint),
];

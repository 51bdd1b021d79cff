/**
 * Numbers from numbers and from everything that has a number: wrapping integers, truncating floats and decimals.
 * All SQL made here gives NULL for NULL and uses its value once.
 */
import { clockSeconds } from './convert-clock.ts';
import { duck, duckInteger, duckString, type DuckSql } from './duck.ts';
import { evaluatedOnce } from './evaluated-once.ts';
import { duckTypeSql, enumNumberSql } from './physical.ts';
import { printType, type ClickHouseType, type IntegerBits } from './types.ts';

export type IntegerType = Extract<ClickHouseType, { kind: 'Integer' }>;
type DecimalType = Extract<ClickHouseType, { kind: 'Decimal' }>;

/** The smallest and the largest value of an integer type. */
export function integerRange(type: IntegerType): readonly [bigint, bigint] {
  const values = 1n << BigInt(type.bits);
  return type.signed ? [-values / 2n, values / 2n - 1n] : [0n, values - 1n];
}

/** A constant as an integer of the type has it, wrapped around as in ClickHouse. */
export function wrapConstant(value: bigint, type: IntegerType): bigint {
  return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
}

/** An integer as another integer type, wrapping around: 300 is 44 as UInt8. */
export function integerToInteger(value: DuckSql, from: IntegerType, to: IntegerType): DuckSql {
  const [least, most] = integerRange(from);
  const [lower, upper] = integerRange(to);
  if ((least >= lower && most <= upper) || to.bits >= 128) return duck`CAST(${value} AS ${duckTypeSql(to)})`;
  return wrapped(value, from, to);
}

/** Any integer SQL (of the type `from`, or wider: BIGINT or HUGEINT) cut down to the bits of `to`. */
export function wrapped(value: DuckSql, from: IntegerType, to: IntegerType): DuckSql {
  const wide = to.bits === 64 || from.bits > 64 || (from.bits === 64 && !from.signed);
  const holder = from.bits > 64 && !from.signed ? duck`UHUGEINT` : wide ? duck`HUGEINT` : duck`BIGINT`;
  const mask = duckInteger((1n << BigInt(to.bits)) - 1n);
  const low = duck`(CAST(${value} AS ${holder}) & CAST(${mask} AS ${holder}))`;
  if (!to.signed) return duck`CAST(${low} AS ${duckTypeSql(to)})`;
  const half = duckInteger(1n << BigInt(to.bits - 1));
  const signedHolder = wide ? duck`HUGEINT` : duck`BIGINT`;
  return duck`CAST(xor(CAST(${low} AS ${signedHolder}), CAST(${half} AS ${signedHolder})) - ${half} AS ${duckTypeSql(to)})`;
}

const INT64: IntegerType = { kind: 'Integer', bits: 64, signed: true };

/** A number held as a float or decimal, cut to a whole one. NaN and infinities fail while running, as in ClickHouse. */
export function fractionToInteger(value: DuckSql, to: IntegerType): DuckSql {
  if (to.bits > 64) return duck`CAST(trunc(${value}) AS ${duckTypeSql(to)})`;
  if (to.bits === 64 && !to.signed) return wrapped(duck`CAST(trunc(${value}) AS HUGEINT)`, { kind: 'Integer', bits: 128, signed: true }, to);
  const whole = duck`CAST(trunc(${value}) AS BIGINT)`;
  return to.bits === 64 ? whole : wrapped(whole, INT64, to);
}

/** Text as an integer; wraps like every integer, so '300' is 44 as UInt8. */
export function textToInteger(value: DuckSql, to: IntegerType): DuckSql {
  const what = duckString(printType(to));
  const checked = evaluatedOnce(value, (text) => (to.signed ? duck`sandpiper_whole_text(${text}, ${what})` : duck`sandpiper_unsigned_text(${text}, ${what})`));
  if (to.bits >= 64) return duck`CAST(${checked} AS ${duckTypeSql(to)})`;
  return wrapped(duck`CAST(${checked} AS BIGINT)`, INT64, to);
}

/** Text as an integer, or NULL when it is none or too large. */
export function textToIntegerOrNull(value: DuckSql, to: IntegerType): DuckSql {
  return duck`TRY_CAST(${evaluatedOnce(value, (text) => duck`sandpiper_whole_or_null(${text})`)} AS ${duckTypeSql(to)})`;
}

/** A float as a decimal, cut (not rounded) to its scale. */
export function floatToDecimal(value: DuckSql, to: DecimalType): DuckSql {
  const power = duckInteger(10n ** BigInt(to.scale));
  return duck`CAST(trunc(CAST(${value} AS DOUBLE) * ${power}) / ${power} AS ${duckTypeSql(to)})`;
}

/** A whole number with a point before its last digits: 123 of scale 2 is 1.23. */
export function decimalOfWhole(number: DuckSql, scale: number): DuckSql {
  const digits = duckInteger(scale);
  return scale === 0 ? duck`CAST(${number} AS DECIMAL(38, 0))` : duck`CAST(CAST(${number} AS DECIMAL(38, 0)) * CAST(1e-${digits} AS DECIMAL(${duckInteger(scale + 1)}, ${digits})) AS DECIMAL(38, ${digits}))`;
}

export function decimalToDecimal(value: DuckSql, from: DecimalType, to: DecimalType): DuckSql {
  if (from.scale <= to.scale) return duck`CAST(${value} AS ${duckTypeSql(to)})`;
  return duck`CAST(trunc(${value}, ${duckInteger(to.scale)}) AS ${duckTypeSql(to)})`;
}

/** Text as a decimal, further digits cut off. */
export function textToDecimal(value: DuckSql, to: DecimalType, cast: DuckSql): DuckSql {
  const scale = Math.min(38 - (Math.min(to.precision, 38) - to.scale), to.scale + 8);
  if (scale <= to.scale) return duck`${cast}(${value} AS ${duckTypeSql(to)})`;
  return duck`${cast}(trunc(${cast}(${value} AS DECIMAL(38, ${duckInteger(scale)})), ${duckInteger(to.scale)}) AS ${duckTypeSql(to)})`;
}

/** Seconds since 1970 of a UTC time, whole ones. */
export function epochSeconds(value: DuckSql, type: ClickHouseType): DuckSql {
  return type.kind === 'DateTime64' && type.precision > 6 ? duck`(epoch_ns(${value}) // 1000000000)` : duck`(epoch_us(${value}) // 1000000)`;
}

/** Days since 1970. */
export function epochDays(value: DuckSql): DuckSql {
  return duck`(${value} - DATE '1970-01-01')`;
}

/** The whole number that a value of this type is in conversions, with the integer type that holds it; undefined for none. */
export function asWholeNumber(value: DuckSql, type: ClickHouseType): { readonly sql: DuckSql; readonly type: IntegerType } | undefined {
  switch (type.kind) {
    case 'Integer':
      return { sql: value, type };
    case 'Bool':
      return { sql: duck`CAST(${value} AS UTINYINT)`, type: integerType(8, false) };
    case 'Interval':
      return { sql: value, type: INT64 };
    case 'Enum':
      return { sql: enumNumberSql(value, type.values), type: integerType(16, true) };
    case 'Date':
    case 'Date32':
      return { sql: epochDays(value), type: INT64 };
    case 'DateTime':
    case 'DateTime64':
      return { sql: epochSeconds(value, type), type: INT64 };
    case 'Time':
    case 'Time64':
      return { sql: clockSeconds(value, type), type: INT64 };
    case 'IPv4':
      return { sql: duck`sandpiper_ipv4_number(${value})`, type: integerType(32, false) };
    default:
      return undefined;
  }
}

function integerType(bits: IntegerBits, signed: boolean): IntegerType {
  return { kind: 'Integer', bits, signed };
}

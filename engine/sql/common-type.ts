/**
 * ClickHouse's least common type of several values: for array elements, branches of if, UNION columns, keys of joins.
 * Where ClickHouse has none (or, lately, makes a Variant), an error says which conversion helps.
 */
import { SandpiperError, type Span } from '../errors.ts';
import {
  array, BOOL, DATE32, dateTime, dateTime64, decimal, FLOAT32, FLOAT64, int, map, NOTHING, nullable, printType, sameType, STRING, uint,
  type ClickHouseType, type IntegerBits, type IntervalUnit,
} from './types.ts';

const UNITS: readonly IntervalUnit[] = ['Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'];

/** The least type that holds values of all these types; Nothing for none. */
export function commonType(types: readonly ClickHouseType[], span: Span): ClickHouseType {
  const first = types[0];
  if (!first) return NOTHING;
  if (types.every((type) => sameType(type, first))) return first;
  const isLowCardinality = types.every((type) => type.kind === 'LowCardinality');
  const full = types.map((type) => (type.kind === 'LowCardinality' ? type.of : type)).map((type) => (type.kind === 'SimpleAggregateFunction' ? (type.arguments[0] ?? NOTHING) : type));
  const isNullable = full.some((type) => type.kind === 'Nullable');
  const inner = full.map((type) => (type.kind === 'Nullable' ? type.of : type)).filter((type) => type.kind !== 'Nothing');
  const least = inner.reduce<ClickHouseType>((left, right) => (left.kind === 'Nothing' ? right : commonOfTwo(left, right, inner, span)), NOTHING);
  const wrapped = isNullable || (least.kind === 'Nothing' && isNullable) ? nullable(least) : least;
  return isLowCardinality ? { kind: 'LowCardinality', of: wrapped } : wrapped;
}

function commonOfTwo(left: ClickHouseType, right: ClickHouseType, all: readonly ClickHouseType[], span: Span): ClickHouseType {
  if (sameType(left, right)) return left;
  if (left.kind === 'Nothing') return right;
  if (right.kind === 'Nothing') return left;
  const found = commonNumber(heldNumber(left, right), heldNumber(right, left), all) ?? commonText(left, right) ?? commonTime(left, right) ?? commonContainer(left, right, span);
  if (found) return found;
  throw new SandpiperError('type', `${printType(left)} and ${printType(right)} have no common type: ${advice(left, right)}.`, { span });
}

/** Beside a number an Enum or an address is the number that holds it. */
function heldNumber(type: ClickHouseType, other: ClickHouseType): ClickHouseType {
  if (!['Integer', 'Float', 'Bool'].includes(other.kind)) return type;
  return type.kind === 'Enum' ? int(type.bits) : type.kind === 'IPv4' ? uint(32) : type;
}

function advice(left: ClickHouseType, right: ClickHouseType): string {
  const isNumber = (type: ClickHouseType) => ['Integer', 'Float', 'Decimal', 'Bool'].includes(type.kind);
  if (left.kind === 'Integer' && right.kind === 'Integer') return 'convert one, for example with toInt64';
  if (isNumber(left) && isNumber(right)) return 'convert one, for example with toFloat64';
  return 'convert one, for example with toString';
}

function commonNumber(left: ClickHouseType, right: ClickHouseType, all: readonly ClickHouseType[]): ClickHouseType | undefined {
  const isByte = (type: ClickHouseType) => type.kind === 'Integer' && type.bits === 8 && !type.signed;
  // Bool is UInt8 under another name, and the first name stays.
  if (left.kind === 'Bool' && right.kind === 'Integer') return isByte(right) ? BOOL : commonInteger(uint(8), right);
  if (right.kind === 'Bool' && isByte(left)) return left;
  if (right.kind === 'Bool') return left.kind === 'Bool' ? BOOL : commonNumber(right, left, all) ?? (left.kind === 'Float' || left.kind === 'Decimal' ? commonNumber(left, uint(8), all) : undefined);
  if (left.kind === 'Bool' && (right.kind === 'Float' || right.kind === 'Decimal')) return commonNumber(uint(8), right, all);
  if (left.kind === 'Integer' && right.kind === 'Integer') return commonInteger(left, right);
  if (left.kind === 'Float' && right.kind === 'Float') return left.bits === 64 || right.bits === 64 ? FLOAT64 : FLOAT32;
  if (left.kind === 'Float' && right.kind === 'Integer') return right.bits > 32 ? undefined : right.bits === 32 || left.bits === 64 ? FLOAT64 : FLOAT32;
  if (left.kind === 'Integer' && right.kind === 'Float') return commonNumber(right, left, all);
  if (left.kind === 'Decimal' && right.kind === 'Decimal') {
    if (left.scale === right.scale && storedPrecision(left.precision) === storedPrecision(right.precision)) return left;
    return decimal(storedPrecision(Math.max(left.precision, right.precision)), Math.max(left.scale, right.scale));
  }
  if (left.kind === 'Decimal' && right.kind === 'Integer') {
    if (right.bits > 64) return undefined;
    const digits = { 8: 3, 16: 5, 32: 10, 64: 20, 128: 39, 256: 77 }[right.bits];
    const needed = Math.max(left.precision, digits + left.scale);
    return needed > 76 ? undefined : decimal(storedPrecision(needed), left.scale);
  }
  if (left.kind === 'Integer' && right.kind === 'Decimal') return commonNumber(right, left, all);
  return undefined;
}

/** Decimals that are made, not declared, have the widest precision of their storage. */
function storedPrecision(precision: number): number {
  return precision <= 9 ? 9 : precision <= 18 ? 18 : precision <= 38 ? 38 : 76;
}

/** A signed type that is wider than the unsigned one; none for UInt64 with a signed one of at most 64 bits. */
export function commonInteger(left: ClickHouseType, right: ClickHouseType): ClickHouseType | undefined {
  if (left.kind !== 'Integer' || right.kind !== 'Integer') return undefined;
  if (left.signed === right.signed) return left.bits >= right.bits ? left : right;
  const signed = left.signed ? left : right;
  const unsigned = left.signed ? right : left;
  if (signed.bits > unsigned.bits) return signed;
  const wider = wide(unsigned.bits);
  if (wider === undefined || unsigned.bits === 64) return undefined;
  return int(wider);
}

function wide(bits: IntegerBits): IntegerBits | undefined {
  return { 8: 16, 16: 32, 32: 64, 64: 128, 128: 256, 256: undefined }[bits] as IntegerBits | undefined;
}

function commonText(left: ClickHouseType, right: ClickHouseType): ClickHouseType | undefined {
  const isText = (type: ClickHouseType) => type.kind === 'String' || type.kind === 'FixedString';
  if (isText(left) && isText(right)) return STRING;
  if ((isText(left) && right.kind === 'Enum') || (left.kind === 'Enum' && isText(right))) return STRING;
  if (left.kind === 'Enum' && right.kind === 'Enum') {
    const holds = (outer: typeof left, inner: typeof left) => inner.values.every((item) => outer.values.some((other) => other.name === item.name && other.value === item.value));
    return holds(left, right) ? left : holds(right, left) ? right : int(left.bits > right.bits ? left.bits : right.bits);
  }
  return undefined;
}

function commonTime(left: ClickHouseType, right: ClickHouseType): ClickHouseType | undefined {
  if (left.kind === 'Interval' && right.kind === 'Interval') return UNITS.indexOf(left.unit) < UNITS.indexOf(right.unit) ? left : right;
  const isClock = (type: ClickHouseType) => type.kind === 'Time' || type.kind === 'Time64';
  if (isClock(left) && isClock(right)) return { kind: 'Time64', precision: Math.max(...[left, right].map((type) => (type.kind === 'Time64' ? type.precision : 0))) };
  const kinds = [left.kind, right.kind];
  const isDay = (type: ClickHouseType) => type.kind === 'Date' || type.kind === 'Date32';
  const isTime = (type: ClickHouseType) => type.kind === 'DateTime' || type.kind === 'DateTime64';
  if (![left, right].every((type) => isDay(type) || isTime(type))) return undefined;
  if (isDay(left) && isDay(right)) return DATE32;
  const first = isTime(left) ? left : right;
  const zone = first.kind === 'DateTime' || first.kind === 'DateTime64' ? first.timeZone : undefined;
  if (kinds.includes('DateTime64')) {
    const precision = Math.max(...[left, right].map((type) => (type.kind === 'DateTime64' ? type.precision : 0)));
    return dateTime64(precision, zone);
  }
  return kinds.includes('Date32') ? dateTime64(0, zone) : dateTime(zone);
}

function commonContainer(left: ClickHouseType, right: ClickHouseType, span: Span): ClickHouseType | undefined {
  if (left.kind === 'Array' && right.kind === 'Array') return array(commonType([left.of, right.of], span));
  if (left.kind === 'Map' && right.kind === 'Map') return map(commonType([left.key, right.key], span), commonType([left.value, right.value], span));
  if (left.kind === 'Tuple' && right.kind === 'Tuple' && left.elements.length === right.elements.length) {
    const sameNames = left.elements.every((element, index) => element.name === right.elements[index]?.name);
    const elements = left.elements.map((element, index) => {
      const type = commonType([element.type, right.elements[index]?.type ?? NOTHING], span);
      return sameNames && element.name !== undefined ? { name: element.name, type } : { type };
    });
    return { kind: 'Tuple', elements };
  }
  if (left.kind === 'Geo') return commonContainer(left.of, right, span);
  if (right.kind === 'Geo') return commonContainer(left, right.of, span);
  return undefined;
}

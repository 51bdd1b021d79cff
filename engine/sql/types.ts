/**
 * ClickHouse's types as values, and their names. Every bound expression carries one.
 * Which DuckDB type holds which ClickHouse type is decided in physical.ts; reading type text in parse-type.ts.
 */
import { unreachable } from '../errors.ts';

export type IntegerBits = 8 | 16 | 32 | 64 | 128 | 256;

export type ClickHouseType =
  | { readonly kind: 'Nothing' }
  | { readonly kind: 'Integer'; readonly bits: IntegerBits; readonly signed: boolean }
  | { readonly kind: 'Float'; readonly bits: 32 | 64 }
  | { readonly kind: 'BFloat16' }
  | { readonly kind: 'Bool' }
  | { readonly kind: 'Decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'String' }
  | { readonly kind: 'FixedString'; readonly length: number }
  | { readonly kind: 'UUID' }
  | { readonly kind: 'IPv4' }
  | { readonly kind: 'IPv6' }
  | { readonly kind: 'Date' }
  | { readonly kind: 'Date32' }
  | { readonly kind: 'DateTime'; readonly timeZone?: string }
  | { readonly kind: 'DateTime64'; readonly precision: number; readonly timeZone?: string }
  | { readonly kind: 'Time' }
  | { readonly kind: 'Time64'; readonly precision: number }
  | { readonly kind: 'Interval'; readonly unit: IntervalUnit }
  | { readonly kind: 'Enum'; readonly bits: 8 | 16; readonly values: readonly EnumValue[] }
  | { readonly kind: 'Nullable'; readonly of: ClickHouseType }
  | { readonly kind: 'LowCardinality'; readonly of: ClickHouseType }
  | { readonly kind: 'Array'; readonly of: ClickHouseType }
  | { readonly kind: 'Tuple'; readonly elements: readonly TupleElement[] }
  | { readonly kind: 'Map'; readonly key: ClickHouseType; readonly value: ClickHouseType }
  | { readonly kind: 'Nested'; readonly elements: readonly TupleElement[] }
  | { readonly kind: 'JSON'; readonly parameters: string }
  | { readonly kind: 'Dynamic' }
  | { readonly kind: 'Variant'; readonly of: readonly ClickHouseType[] }
  /** Point, Ring, LineString, MultiLineString, Polygon, MultiPolygon: held as their underlying tuples and arrays. */
  | { readonly kind: 'Geo'; readonly name: string; readonly of: ClickHouseType }
  | AggregateStateType;

/** `AggregateFunction(quantile(0.9), Float64)` or `SimpleAggregateFunction(max, DateTime)`. */
export interface AggregateStateType {
  readonly kind: 'AggregateFunction' | 'SimpleAggregateFunction';
  readonly name: string;
  /** Constant parameters as ClickHouse prints them, e.g. `0.9`. */
  readonly parameters: readonly string[];
  readonly arguments: readonly ClickHouseType[];
}

export type IntervalUnit =
  | 'Nanosecond' | 'Microsecond' | 'Millisecond' | 'Second' | 'Minute' | 'Hour'
  | 'Day' | 'Week' | 'Month' | 'Quarter' | 'Year';

export interface EnumValue {
  readonly name: string;
  readonly value: number;
}

export interface TupleElement {
  readonly name?: string;
  readonly type: ClickHouseType;
}

export const NOTHING: ClickHouseType = { kind: 'Nothing' };
export const STRING: ClickHouseType = { kind: 'String' };
export const BOOL: ClickHouseType = { kind: 'Bool' };
export const UUID: ClickHouseType = { kind: 'UUID' };
export const DATE: ClickHouseType = { kind: 'Date' };
export const DATE32: ClickHouseType = { kind: 'Date32' };
export const DATETIME: ClickHouseType = { kind: 'DateTime' };
export const FLOAT32: ClickHouseType = { kind: 'Float', bits: 32 };
export const FLOAT64: ClickHouseType = { kind: 'Float', bits: 64 };
export const UINT8 = uint(8);
export const UINT16 = uint(16);
export const UINT32 = uint(32);
export const UINT64 = uint(64);
export const INT8 = int(8);
export const INT16 = int(16);
export const INT32 = int(32);
export const INT64 = int(64);

export function uint(bits: IntegerBits): ClickHouseType {
  return { kind: 'Integer', bits, signed: false };
}
export function int(bits: IntegerBits): ClickHouseType {
  return { kind: 'Integer', bits, signed: true };
}
export function decimal(precision: number, scale: number): ClickHouseType {
  return { kind: 'Decimal', precision, scale };
}
export function dateTime(timeZone?: string): ClickHouseType {
  return timeZone === undefined ? DATETIME : { kind: 'DateTime', timeZone };
}
export function dateTime64(precision: number, timeZone?: string): ClickHouseType {
  return timeZone === undefined ? { kind: 'DateTime64', precision } : { kind: 'DateTime64', precision, timeZone };
}
export function array(of: ClickHouseType): ClickHouseType {
  return { kind: 'Array', of };
}
export function map(key: ClickHouseType, value: ClickHouseType): ClickHouseType {
  return { kind: 'Map', key, value };
}
export function tuple(...types: readonly ClickHouseType[]): ClickHouseType {
  return { kind: 'Tuple', elements: types.map((type) => ({ type })) };
}

/** Nullable(T), unless T cannot be inside Nullable (arrays, maps, tuples, states), which stays T. */
export function nullable(type: ClickHouseType): ClickHouseType {
  switch (type.kind) {
    case 'Nullable':
    case 'Array':
    case 'Map':
    case 'Tuple':
    case 'Nested':
    case 'JSON':
    case 'Dynamic':
    case 'Variant':
    case 'Geo':
    case 'AggregateFunction':
      return type;
    case 'LowCardinality':
      return { kind: 'LowCardinality', of: nullable(type.of) };
    default:
      return { kind: 'Nullable', of: type };
  }
}

/** T without LowCardinality around it. */
export function withoutLowCardinality(type: ClickHouseType): ClickHouseType {
  return type.kind === 'LowCardinality' ? type.of : type;
}

/** T without LowCardinality and Nullable around it. SimpleAggregateFunction(f, T) is T for every purpose but its name. */
export function bare(type: ClickHouseType): ClickHouseType {
  if (type.kind === 'LowCardinality' || type.kind === 'Nullable') return bare(type.of);
  if (type.kind === 'SimpleAggregateFunction') return bare(type.arguments[0] ?? NOTHING);
  return type;
}

export function isNullable(type: ClickHouseType): boolean {
  if (type.kind === 'Nullable' || type.kind === 'Dynamic' || type.kind === 'Variant') return true;
  if (type.kind === 'LowCardinality') return isNullable(type.of);
  if (type.kind === 'SimpleAggregateFunction') return isNullable(type.arguments[0] ?? NOTHING);
  return false;
}

/** The type's name as ClickHouse prints it in `toTypeName` and in the meta of a result. */
export function printType(type: ClickHouseType): string {
  switch (type.kind) {
    case 'Nothing':
    case 'BFloat16':
    case 'Bool':
    case 'String':
    case 'UUID':
    case 'IPv4':
    case 'IPv6':
    case 'Date':
    case 'Date32':
    case 'Time':
    case 'Dynamic':
      return type.kind;
    case 'Integer':
      return `${type.signed ? '' : 'U'}Int${type.bits}`;
    case 'Float':
      return `Float${type.bits}`;
    case 'Decimal':
      return `Decimal(${type.precision}, ${type.scale})`;
    case 'FixedString':
      return `FixedString(${type.length})`;
    case 'DateTime':
      return type.timeZone === undefined ? 'DateTime' : `DateTime(${quote(type.timeZone)})`;
    case 'DateTime64':
      return type.timeZone === undefined
        ? `DateTime64(${type.precision})`
        : `DateTime64(${type.precision}, ${quote(type.timeZone)})`;
    case 'Time64':
      return `Time64(${type.precision})`;
    case 'Interval':
      return `Interval${type.unit}`;
    case 'Enum':
      return `Enum${type.bits}(${type.values.map((item) => `${quote(item.name)} = ${item.value}`).join(', ')})`;
    case 'Nullable':
    case 'LowCardinality':
    case 'Array':
      return `${type.kind}(${printType(type.of)})`;
    case 'Tuple':
    case 'Nested':
      return `${type.kind}(${type.elements.map(printElement).join(', ')})`;
    case 'Map':
      return `Map(${printType(type.key)}, ${printType(type.value)})`;
    case 'JSON':
      return type.parameters === '' ? 'JSON' : `JSON(${type.parameters})`;
    case 'Variant':
      return `Variant(${type.of.map(printType).join(', ')})`;
    case 'Geo':
      return type.name;
    case 'AggregateFunction':
    case 'SimpleAggregateFunction': {
      const parameters = type.parameters.length > 0 ? `(${type.parameters.join(', ')})` : '';
      return `${type.kind}(${[`${type.name}${parameters}`, ...type.arguments.map(printType)].join(', ')})`;
    }
    default:
      return unreachable(type);
  }
}

function printElement(element: TupleElement): string {
  if (element.name === undefined) return printType(element.type);
  // ClickHouse puts these words into quotes, too.
  const name = /^(?!(?:distinct|all|table|select|from|values)$)[A-Za-z_][A-Za-z0-9_]*$/i.test(element.name) ? element.name : `\`${element.name.replace(/[\\`]/g, '\\$&')}\``;
  return `${name} ${printType(element.type)}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

export function sameType(left: ClickHouseType, right: ClickHouseType): boolean {
  return left === right || printType(left) === printType(right);
}

/**
 * ClickHouse's conversions between types: CAST with wrapping integers and failing text, the OrNull, OrZero and
 * OrDefault forms, and bringing several values to their common type.
 * Promises: the result is in the plain representation; a constant stays known where that is simple; NULL in a
 * conversion to a type that is not Nullable fails while running, as in ClickHouse.
 * Numbers are in convert-number.ts, times in convert-time.ts, text forms in convert-text.ts.
 */
import { SandpiperError, type Span } from '../errors.ts';
import { bound, type Bound, type Constant } from './bound.ts';
import { commonType } from './common-type.ts';
import {
  asWholeNumber, decimalToDecimal, epochSeconds, floatToDecimal, fractionToInteger, integerToInteger, textToDecimal, textToInteger, textToIntegerOrNull, wrapConstant,
} from './convert-number.ts';
import { callComputed } from './computed/definition.ts';
import { BFLOAT16 } from './computed/number-bytes.ts';
import { clockDecimal, textToClockOrNull, toClock } from './convert-clock.ts';
import { textSql } from './convert-text.ts';
import { constantTime, textToTimeOrNull, toDate, toDateTime, toDateTime64 } from './convert-time.ts';
import { duck, duckInteger, duckName, duckString, joined, type DuckSql } from './duck.ts';
import { evaluatedOnce } from './evaluated-once.ts';
import { defaultSql, duckTypeSql, plainSql, tupleFieldNames } from './physical.ts';
import { bare, isNullable, printType, sameType, type ClickHouseType, type IntervalUnit, type TupleElement } from './types.ts';

export { commonType } from './common-type.ts';

export interface ConversionOptions {
  /** The server's zone, for times without one. Default UTC. */
  readonly timeZone?: string;
}

interface Conversion {
  readonly zone: string;
  readonly span: Span;
  readonly depth: number;
}

/** CAST(value AS to). */
export function cast(value: Bound, to: ClickHouseType, options: ConversionOptions = {}): Bound {
  if (value.representation === 'plain' && sameType(value.type, to)) return value;
  const conversion = { zone: options.timeZone ?? 'UTC', span: value.span, depth: 0 };
  const constant = value.constant === undefined ? undefined : castConstant(value.constant, value.type, to);
  const literal = (constant === undefined ? undefined : constantSql(constant, to)) ?? timeLiteral(value, to, conversion);
  const sql = literal ?? convert(plainSql(value), value.type, to, conversion);
  const result = bound(to, sql, value.span);
  return constant === undefined ? result : { ...result, constant };
}

/** A constant text as a literal of a date or time; undefined where this is none. */
function timeLiteral(value: Bound, to: ClickHouseType, conversion: Conversion): DuckSql | undefined {
  if (value.constant?.kind !== 'text' || !isText(bare(value.type))) return undefined;
  return constantTime(value.constant.value, bare(to), conversion.zone);
}

/** toInt32OrNull and its kin: the text as this type, or the fallback (NULL when undefined) where it cannot be read. */
export function castTextOr(value: Bound, to: ClickHouseType, fallback: DuckSql | undefined, options: ConversionOptions = {}): DuckSql {
  const conversion = { zone: options.timeZone ?? 'UTC', span: value.span, depth: 0 };
  const text = bare(value.type).kind === 'FixedString' ? duck`rtrim(${plainSql(value)}, chr(0))` : plainSql(value);
  const tried = textOrNull(text, bare(to), conversion);
  return fallback === undefined ? tried : duck`coalesce(${tried}, ${fallback})`;
}

/** The values, each cast to the common type of all. */
export function unify(values: readonly Bound[], span: Span, options: ConversionOptions = {}): readonly Bound[] {
  const type = commonType(values.map((value) => value.type), span);
  return values.map((value) => cast(value, type, options));
}

function convert(value: DuckSql, from: ClickHouseType, to: ClickHouseType, conversion: Conversion): DuckSql {
  const source = bare(from);
  const target = bare(to);
  // The state of a count is the same number, whatever was counted.
  if (source.kind === 'AggregateFunction' && target.kind === 'AggregateFunction' && source.name === 'count' && target.name === 'count') return value;
  if (source.kind === 'Nothing') {
    if (isNullable(to) || !isNullable(from)) return duck`CAST(${value} AS ${duckTypeSql(to)})`;
    throw new SandpiperError('type', `NULL cannot be converted to ${printType(to)}, which is not Nullable.`, { span: conversion.span });
  }
  const given = source.kind === 'FixedString' && !isText(target) && scalar(target) ? duck`rtrim(${value}, chr(0))` : value;
  const sql =
    isText(source) && isNullable(to) && !isText(target) && scalar(target)
      ? textOrNull(given, target, conversion)
      : convertBare(given, source, target, conversion);
  if (!isNullable(from) || isNullable(to) || !scalar(target)) return sql;
  return duck`coalesce(${sql}, CAST(error('NULL cannot be converted to a type that is not Nullable.') AS ${duckTypeSql(target)}))`;
}

function isText(type: ClickHouseType): boolean {
  return type.kind === 'String' || type.kind === 'FixedString';
}

function scalar(type: ClickHouseType): boolean {
  return !['Array', 'Map', 'Tuple', 'Nested', 'JSON', 'Dynamic', 'Geo', 'AggregateFunction'].includes(type.kind);
}

function convertBare(value: DuckSql, from: ClickHouseType, to: ClickHouseType, conversion: Conversion): DuckSql {
  if (from.kind === 'Geo') return convertBare(value, from.of, to, conversion);
  if (to.kind === 'Geo') return convertBare(value, from, to.of, conversion);
  if (sameType(from, to)) return value;
  const type = duckTypeSql(to);
  switch (to.kind) {
    case 'Integer': {
      if (isText(from)) return textToInteger(value, to);
      if (from.kind === 'Decimal') return duck`CAST(trunc(${value}) AS ${type})`;
      if (from.kind === 'DateTime64') return duck`CAST(${epochSeconds(value, from)} AS ${type})`;
      if (from.kind === 'Float' || from.kind === 'BFloat16') return fractionToInteger(value, to);
      const whole = asWholeNumber(value, from);
      if (whole) return integerToInteger(whole.sql, whole.type, to);
      break;
    }
    case 'Float':
    case 'BFloat16': {
      if (from.kind === 'DateTime64') return duck`CAST(epoch(${value}) AS ${type})`;
      if (from.kind === 'Time64') return duck`CAST(${clockDecimal(value, from.precision)} AS ${type})`;
      const number = isText(from) || ['Float', 'BFloat16', 'Decimal'].includes(from.kind) ? value : asWholeNumber(value, from)?.sql;
      if (!number) break;
      return to.kind === 'BFloat16' ? duck`CAST(${callComputed(BFLOAT16, duck`CAST(${number} AS DOUBLE)`)} AS FLOAT)` : duck`CAST(${number} AS ${type})`;
    }
    case 'Decimal': {
      if (isText(from)) return textToDecimal(value, to, duck`CAST`);
      if (from.kind === 'Float' || from.kind === 'BFloat16') return floatToDecimal(value, to);
      if (from.kind === 'Decimal') return decimalToDecimal(value, from, to);
      if (from.kind === 'Time64') return duck`CAST(${clockDecimal(value, from.precision)} AS ${type})`;
      if (from.kind === 'DateTime64') return duck`CAST(CAST(epoch_us(${value}) AS DECIMAL(38, 0)) / 1000000 AS ${type})`;
      const whole = asWholeNumber(value, from);
      if (whole) return duck`CAST(${whole.sql} AS ${type})`;
      break;
    }
    case 'Bool':
      if (isText(from)) return evaluatedOnce(value, (text) => duck`sandpiper_bool(${text})`);
      if (['Integer', 'Float', 'BFloat16', 'Decimal'].includes(from.kind)) return duck`(${value} <> 0)`;
      if (['Date', 'Date32', 'DateTime', 'DateTime64'].includes(from.kind)) return duck`(epoch_us(${value}) <> 0)`;
      break;
    case 'String':
      return textSql(value, from, conversion.zone, conversion.span, conversion.depth);
    case 'FixedString':
      if (from.kind === 'FixedString' ? from.length <= to.length : isText(from)) return fixedText(value, to.length);
      break;
    case 'Enum':
      return toEnum(value, from, to, conversion);
    case 'UUID':
      if (isText(from)) return duck`CAST(${value} AS UUID)`;
      break;
    case 'IPv4':
      if (isText(from)) return evaluatedOnce(value, (text) => duck`sandpiper_ipv4(${text})`);
      if (from.kind === 'Integer') return duck`sandpiper_ipv4_text(${integerToInteger(value, from, { kind: 'Integer', bits: 32, signed: false })})`;
      break;
    case 'IPv6':
      if (isText(from)) return duck`sandpiper_ipv6(${value})`;
      if (from.kind === 'IPv4') return duck`'::ffff:' || ${value}`;
      break;
    case 'Date':
    case 'Date32':
      return toDate(value, from, to, conversion.zone) ?? refuse(from, to, conversion);
    case 'DateTime':
      return toDateTime(value, from, to, conversion.zone) ?? refuse(from, to, conversion);
    case 'DateTime64':
      return toDateTime64(value, from, to, conversion.zone) ?? refuse(from, to, conversion);
    case 'Time':
    case 'Time64':
      return toClock(value, from, to, conversion.zone) ?? refuse(from, to, conversion);
    case 'Interval':
      if (from.kind === 'Interval') return intervalInUnits(value, from.unit, to.unit) ?? refuse(from, to, conversion);
      if (from.kind === 'Integer' || from.kind === 'Bool') return duck`CAST(${value} AS BIGINT)`;
      if (isText(from)) return duck`CAST(${value} AS BIGINT)`;
      break;
    case 'Array':
    case 'Nested':
      return toArray(value, from, to, conversion);
    case 'Tuple':
      if (from.kind === 'Tuple') return toTuple(value, from.elements, to.elements, conversion);
      break;
    case 'Map':
      return toMap(value, from, to, conversion);
    case 'JSON':
      if (isText(from)) return duck`CAST(${value} AS JSON)`;
      if (['Map', 'Tuple', 'Dynamic'].includes(from.kind)) return duck`to_json(${value})`;
      break;
    case 'Dynamic':
      return from.kind === 'JSON' ? value : duck`to_json(${value})`;
    default:
      break;
  }
  return refuse(from, to, conversion);
}

/** Nanoseconds of the units of fixed length, and months of the others. */
const UNIT_SIZES: Readonly<Record<IntervalUnit, readonly ['time' | 'months', bigint]>> = {
  Nanosecond: ['time', 1n], Microsecond: ['time', 1000n], Millisecond: ['time', 1_000_000n], Second: ['time', 1_000_000_000n], Minute: ['time', 60_000_000_000n], Hour: ['time', 3_600_000_000_000n],
  Day: ['time', 86_400_000_000_000n], Week: ['time', 604_800_000_000_000n], Month: ['months', 1n], Quarter: ['months', 3n], Year: ['months', 12n],
};

/** A count of one unit as a count of another: of a larger one the full ones; undefined between days and months. */
function intervalInUnits(value: DuckSql, from: IntervalUnit, to: IntervalUnit): DuckSql | undefined {
  const [[fromKind, fromSize], [toKind, toSize]] = [UNIT_SIZES[from], UNIT_SIZES[to]];
  if (fromKind !== toKind) return undefined;
  return fromSize >= toSize ? duck`(${value} * ${duckInteger(fromSize / toSize)})` : duck`(${value} // ${duckInteger(toSize / fromSize)})`;
}

function refuse(from: ClickHouseType, to: ClickHouseType, conversion: Conversion): never {
  throw new SandpiperError('type', `A value of type ${printType(from)} cannot be converted to ${printType(to)}.`, { span: conversion.span });
}

/** Text as a scalar type, NULL where it cannot be read. */
function textOrNull(value: DuckSql, to: ClickHouseType, conversion: Conversion): DuckSql {
  switch (to.kind) {
    case 'Integer':
      return textToIntegerOrNull(value, to);
    case 'Decimal':
      return textToDecimal(value, to, duck`TRY_CAST`);
    case 'BFloat16':
      return duck`CAST(${callComputed(BFLOAT16, duck`TRY_CAST(${value} AS DOUBLE)`)} AS FLOAT)`;
    case 'Float':
    case 'Interval':
    case 'JSON':
      return duck`TRY_CAST(${value} AS ${duckTypeSql(to)})`;
    case 'UUID':
      // DuckDB takes braces and dashes in other places, too.
      return evaluatedOnce(value, (text) => duck`CASE WHEN regexp_full_match(${text}, '[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}') THEN CAST(${text} AS UUID) END`);
    case 'Bool':
      return evaluatedOnce(value, (text) => duck`sandpiper_bool_or_null(${text})`);
    case 'IPv4':
      return duck`sandpiper_ipv4_or_null(${value})`;
    case 'IPv6':
      return duck`sandpiper_ipv6_or_null(${value})`;
    case 'Date':
    case 'Date32':
    case 'DateTime':
    case 'DateTime64':
      return textToTimeOrNull(value, to, conversion.zone);
    case 'Time':
    case 'Time64':
      return textToClockOrNull(value, to);
    case 'Enum':
      return duck`CASE WHEN ${value} IN (${to.values.map((item) => duckString(item.name))}) THEN ${value} END`;
    default:
      return convertBare(value, { kind: 'String' }, to, conversion);
  }
}

function fixedText(value: DuckSql, length: number): DuckSql {
  return evaluatedOnce(value, (text) => duck`sandpiper_fixed(${text}, ${duckInteger(length)})`);
}

function toEnum(value: DuckSql, from: ClickHouseType, to: Extract<ClickHouseType, { kind: 'Enum' }>, conversion: Conversion): DuckSql {
  if (isText(from) || from.kind === 'Enum') {
    const names = to.values.map((item) => duck`WHEN ${duckString(item.name)} THEN ${duckString(item.name)}`);
    const numbers = from.kind === 'Enum' ? [] : to.values.filter((item) => !to.values.some((other) => other.name === String(item.value))).map((item) => duck`WHEN ${duckString(String(item.value))} THEN ${duckString(item.name)}`);
    return duck`CASE ${value} ${joined([...names, ...numbers], ' ')} ELSE sandpiper_not_in_enum(${value}) END`;
  }
  if (from.kind === 'Integer') {
    const items = to.values.map((item) => duck`WHEN ${duckInteger(item.value)} THEN ${duckString(item.name)}`);
    return duck`CASE ${value} ${joined(items, ' ')} ELSE sandpiper_not_in_enum(${value}) END`;
  }
  return refuse(from, to, conversion);
}

function toArray(value: DuckSql, from: ClickHouseType, to: ClickHouseType, conversion: Conversion): DuckSql {
  const target = to.kind === 'Nested' ? ({ kind: 'Tuple', elements: to.elements } as const) : to.kind === 'Array' ? to.of : to;
  if (from.kind === 'Array' || from.kind === 'Nested') {
    const source: ClickHouseType = from.kind === 'Array' ? from.of : { kind: 'Tuple', elements: from.elements };
    const name = duckName(`@c${conversion.depth}`);
    if (bare(source).kind === 'Nothing') return duck`CAST(${value} AS ${duckTypeSql(to)})`;
    const item = convert(name, source, target, { ...conversion, depth: conversion.depth + 1 });
    return item === name ? value : duck`list_transform(${value}, lambda ${name}: ${item})`;
  }
  if (from.kind === 'Map') {
    const entries: ClickHouseType = { kind: 'Array', of: { kind: 'Tuple', elements: [{ name: 'key', type: from.key }, { name: 'value', type: from.value }] } };
    return toArray(duck`map_entries(${value})`, entries, to, conversion);
  }
  if (isText(from)) return duck`CAST(${value} AS ${duckTypeSql(to)})`;
  return refuse(from, to, conversion);
}

function toTuple(value: DuckSql, from: readonly TupleElement[], to: readonly TupleElement[], conversion: Conversion): DuckSql {
  if (from.length !== to.length) {
    throw new SandpiperError('type', `A tuple of ${from.length} elements cannot be converted to one of ${to.length}.`, { span: conversion.span });
  }
  const row = duckName(`@c${conversion.depth}`);
  const [fromNames, toNames] = [tupleFieldNames(from), tupleFieldNames(to)];
  const fields = to.map((element, index) => {
    const item = convert(duck`${row}.${duckName(fromNames[index] ?? '')}`, from[index]?.type ?? element.type, element.type, { ...conversion, depth: conversion.depth + 1 });
    return duck`${duckName(toNames[index] ?? '')} := ${item}`;
  });
  return duck`list_transform([${value}], lambda ${row}: struct_pack(${fields}))[1]`;
}

function toMap(value: DuckSql, from: ClickHouseType, to: Extract<ClickHouseType, { kind: 'Map' }>, conversion: Conversion): DuckSql {
  const inner = { ...conversion, depth: conversion.depth + 1 };
  const entry = duckName(`@c${conversion.depth}`);
  if (from.kind === 'Map') {
    const key = convert(duck`${entry}.key`, from.key, to.key, inner);
    const item = convert(duck`${entry}.value`, from.value, to.value, inner);
    return duck`CAST(map_from_entries(list_transform(map_entries(${value}), lambda ${entry}: struct_pack(k := ${key}, v := ${item}))) AS ${duckTypeSql(to)})`;
  }
  if (from.kind === 'Array' && bare(from.of).kind === 'Tuple') {
    const pair = bare(from.of);
    if (pair.kind === 'Tuple' && pair.elements.length === 2) {
      const pairs: ClickHouseType = { kind: 'Array', of: { kind: 'Tuple', elements: [{ name: 'k', type: to.key }, { name: 'v', type: to.value }] } };
      return duck`CAST(map_from_entries(${toArray(value, from, pairs, conversion)}) AS ${duckTypeSql(to)})`;
    }
  }
  if (from.kind === 'Tuple' && from.elements.length === 2) {
    const [keys, items] = from.elements.map((element) => bare(element.type));
    const [keyName, itemName] = tupleFieldNames(from.elements);
    if (keys?.kind === 'Array' && items?.kind === 'Array') {
      const row = duckName(`@m${conversion.depth}`);
      const keyList = toArray(duck`${row}.${duckName(keyName ?? '')}`, keys, { kind: 'Array', of: to.key }, inner);
      const itemList = toArray(duck`${row}.${duckName(itemName ?? '')}`, items, { kind: 'Array', of: to.value }, inner);
      return duck`CAST(list_transform([${value}], lambda ${row}: map(${keyList}, ${itemList}))[1] AS ${duckTypeSql(to)})`;
    }
  }
  return refuse(from, to, conversion);
}

function castConstant(constant: Constant, from: ClickHouseType, to: ClickHouseType): Constant | undefined {
  const target = bare(to);
  if (constant.kind === 'null') return isNullable(to) ? constant : undefined;
  if (constant.kind === 'integer' && ['Integer', 'Bool', 'Interval'].includes(bare(from).kind)) {
    if (target.kind === 'Integer') return { kind: 'integer', value: wrapConstant(constant.value, target) };
    if (target.kind === 'Interval') return bare(from).kind === 'Interval' && !sameType(bare(from), target) ? undefined : constant;
    if (target.kind === 'Bool') return { kind: 'integer', value: constant.value === 0n ? 0n : 1n };
    if (target.kind === 'Float') return { kind: 'float', value: target.bits === 32 ? Math.fround(Number(constant.value)) : Number(constant.value) };
    if (target.kind === 'String') return bare(from).kind === 'Bool' ? undefined : { kind: 'text', value: String(constant.value) };
  }
  if (constant.kind === 'float' && bare(from).kind === 'Float') {
    if (target.kind === 'Integer' && Number.isFinite(constant.value) && Math.abs(constant.value) < 2 ** 63) return { kind: 'integer', value: wrapConstant(BigInt(Math.trunc(constant.value)), target) };
    if (target.kind === 'Float') return { kind: 'float', value: target.bits === 32 ? Math.fround(constant.value) : constant.value };
  }
  if (constant.kind === 'text' && isText(bare(from))) {
    if (target.kind === 'String') return constant;
    if (target.kind === 'Integer' && (target.signed ? /^[+-]?\d+$/ : /^\+?\d+$/).test(constant.value)) return { kind: 'integer', value: wrapConstant(BigInt(constant.value.replace(/^\+/, '')), target) };
    if (target.kind === 'Float' && /^-?\d+([.]\d*)?(e[+-]?\d+)?$/i.test(constant.value)) return { kind: 'float', value: target.bits === 32 ? Math.fround(Number(constant.value)) : Number(constant.value) };
    if (target.kind === 'Interval' && /^-?\d{1,18}$/.test(constant.value)) return { kind: 'integer', value: BigInt(constant.value) };
    if (target.kind === 'Enum' && target.values.some((item) => item.name === constant.value)) return constant;
    if ((target.kind === 'Date' || target.kind === 'Date32') && /^\d{4}-\d{2}-\d{2}$/.test(constant.value)) return constant;
    if ((target.kind === 'DateTime' || target.kind === 'DateTime64') && /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/.test(constant.value)) return constant;
  }
  if (sameType(bare(from), target)) return constant;
  return undefined;
}

/** Literal SQL of folded numbers and texts; the rest is left to DuckDB's own folding. */
function constantSql(constant: Constant, to: ClickHouseType): DuckSql | undefined {
  const target = bare(to);
  if (constant.kind === 'null') return duck`CAST(NULL AS ${duckTypeSql(to)})`;
  if (constant.kind === 'integer' && (target.kind === 'Integer' || target.kind === 'Interval')) return duck`CAST(${duckInteger(constant.value)} AS ${duckTypeSql(target)})`;
  if (constant.kind === 'text' && (target.kind === 'String' || target.kind === 'Enum')) return duckString(constant.value);
  return undefined;
}

/** The default value of a type as a Bound, for OrZero and OrDefault. */
export function defaultOf(type: ClickHouseType, span: Span): Bound {
  return bound(type, defaultSql(type), span);
}

/**
 * CAST and its kin, and the functions that are named after a type: toInt32, toDate, toString … with their OrNull,
 * OrZero and OrDefault forms. What a conversion does is in conversion.ts; here are arguments and result types.
 * Reading times in given formats is in parse-time.ts.
 */
import { SandpiperError } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { cast, castTextOr } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { parseType } from '../parse-type.ts';
import { namedDefaultSql, duckTypeSql, plainSql } from '../physical.ts';
import { checkZone } from '../time-zone.ts';
import {
  bare, BOOL, DATE, DATE32, dateTime, dateTime64, decimal, int, isNullable, nullable, printType, STRING, uint, UUID, FLOAT32, FLOAT64,
  type ClickHouseType, type IntervalUnit,
} from '../types.ts';
import { at, constantInteger, constantText, define, isNull, lowCardinality, need, nullResult, once, result, typeError, usualType } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

interface Target {
  readonly name: string;
  /** The target type, and how many of the arguments after the value it takes. */
  readonly type: (args: readonly Bound[], call: FunctionCall) => ClickHouseType;
  readonly least: number;
  /** For OrNull and OrZero, where it differs. */
  readonly leastOfText?: number;
  readonly most: number;
  readonly more: string;
  readonly caseInsensitiveAliases?: readonly string[];
  /** ClickHouse has no OrDefault form of it. */
  readonly lacksDefault?: boolean;
}

const plain = (name: string, type: ClickHouseType): Target => ({ name, type: () => type, least: 1, most: 1, more: '' });

const TARGETS: readonly Target[] = [
  ...([8, 16, 32, 64, 128, 256] as const).flatMap((bits) => [plain(`toInt${bits}`, int(bits)), plain(`toUInt${bits}`, uint(bits))]),
  plain('toFloat32', FLOAT32),
  plain('toFloat64', FLOAT64),
  plain('toBFloat16', { kind: 'BFloat16' }),
  plain('toUUID', UUID),
  { name: 'toDate', type: () => DATE, least: 1, most: 2, more: '[, timezone]', caseInsensitiveAliases: ['DATE'] },
  { name: 'toDate32', type: () => DATE32, least: 1, most: 2, more: '[, timezone]' },
  { name: 'toDateTime', type: (args, call) => dateTime(zoneArgument(args, 1, call)), least: 1, most: 2, more: '[, timezone]' },
  { name: 'toDateTime32', type: (args, call) => dateTime(zoneArgument(args, 1, call)), least: 1, most: 2, more: '[, timezone]' },
  { ...plain('toTime', { kind: 'Time' }), lacksDefault: true },
  { name: 'toTime64', type: (args, call) => ({ kind: 'Time64', precision: args[1] ? digits(args, call, 9) : 3 }), least: 2, leastOfText: 1, most: 2, more: ', precision', lacksDefault: true },
  { name: 'toDateTime64', type: (args, call) => dateTime64(args[1] ? digits(args, call, 9) : 3, zoneArgument(args, 2, call)), least: 2, leastOfText: 1, most: 3, more: ', precision[, timezone]' },
  ...([[32, 9], [64, 18], [128, 38], [256, 76]] as const).map(([bits, precision]): Target => ({
    name: `toDecimal${bits}`, type: (args, call) => decimal(precision, digits(args, call, precision)), least: 2, most: 2, more: ', scale',
  })),
];

function digits(args: readonly Bound[], call: FunctionCall, most: number): number {
  const value = Number(constantInteger(call, at(args, 1), 'the number of digits'));
  if (value < 0 || value > most) throw typeError(`${call.name} takes 0 to ${most} digits, not ${value}.`, at(args, 1).span);
  return value;
}

/** The zone named by an argument, or else the zone of the value's own type. */
export function zoneArgument(args: readonly Bound[], index: number, call: FunctionCall): string | undefined {
  const zone = args[index];
  if (zone) return checkZone(constantText(call, zone, 'the time zone'), zone.span);
  const type = bare(at(args, 0).type);
  return type.kind === 'DateTime' || type.kind === 'DateTime64' ? type.timeZone : undefined;
}

/** A conversion that keeps Nullable and LowCardinality of its argument, as the functions named after types do. */
export function convertUsually(value: Bound, type: ClickHouseType, call: FunctionCall, others: readonly Bound[] = []): Bound {
  if (isNull(value)) return nullResult(call.span);
  const converted = cast({ ...value, type: bare(value.type) }, type, { timeZone: call.context.timeZone });
  return { ...converted, type: usualType([value, ...others], type), span: call.span };
}

function family(target: Target): readonly FunctionDefinition[] {
  const { name, least, most, more } = target;
  const typeText = name.slice(2);
  const common = { category: 'type conversion' as const };
  const text = (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (!['String', 'FixedString', 'Nothing'].includes(bare(value.type).kind)) throw typeError(`${call.name} takes a text, not a value of type ${printType(value.type)}: use ${name}.`, value.span);
    return value;
  };
  return [
    define({ ...common, ...(target.caseInsensitiveAliases ? { caseInsensitiveAliases: target.caseInsensitiveAliases } : {}), name, signature: `${name}(value${more})`, help: `Converts a value to ${typeText}.` }, least, most, (args, call) => {
      const value = at(args, 0);
      const type = target.type(args, call);
      const source = bare(value.type);
      const zone = name === 'toDate' || name === 'toDate32' ? args[1] && constantText(call, args[1], 'the time zone') : undefined;
      if (zone === undefined) return convertUsually(value, type, call);
      const shown: ClickHouseType = source.kind === 'DateTime' ? dateTime(zone) : source.kind === 'DateTime64' ? dateTime64(source.precision, zone) : source;
      return { ...convertUsually({ ...value, type: shown }, type, call), type: usualType([value], type) };
    }),
    define({ ...common, name: `${name}OrNull`, signature: `${name}OrNull(text${more})`, help: `Reads a text as ${typeText}; NULL when it is none.` }, target.leastOfText ?? least, most, (args, call) => {
      const number = wholeTimeOrNull(args, target, call);
      if (number) return number;
      const value = text(args, call);
      if (isNull(value)) return nullResult(call.span);
      const type = withoutDigits(target.type(args, call));
      return bound(lowCardinality([value], nullable(type)), castTextOr(value, type, undefined, { timeZone: call.context.timeZone }), call.span);
    }),
    define({ ...common, name: `${name}OrZero`, signature: `${name}OrZero(text${more})`, help: `Reads a text as ${typeText}; the type's zero when it is none.` }, target.leastOfText ?? least, most, (args, call) => {
      const value = text(args, call);
      if (isNull(value)) return nullResult(call.span);
      const type = withoutDigits(target.type(args, call));
      return guarded(value, usualType([value], type), castTextOr(value, type, namedDefaultSql(type), { timeZone: call.context.timeZone }), call);
    }),
    ...(target.lacksDefault ? [] : [define({ ...common, name: `${name}OrDefault`, signature: `${name}OrDefault(value${more}[, default])`, help: `Converts a value to ${typeText}; the default when it cannot be.` }, least, most + 1, (args, call) => {
      const value = at(args, 0);
      const hasZone = most > least && args[least] !== undefined && bare(at(args, least).type).kind === 'String';
      const given = args[hasZone ? least + 1 : least];
      const type = target.type(args.slice(0, hasZone ? least + 1 : least), call);
      const fallback = given ? plainSql(cast(given, type)) : namedDefaultSql(type);
      return orDefault(value, type, fallback, call);
    })]),
  ];
}

/** toDateTime64OrNull and toDateTime64OrZero with no digits of a second give a DateTime. */
function withoutDigits(type: ClickHouseType): ClickHouseType {
  return type.kind === 'DateTime64' && type.precision === 0 ? dateTime(type.timeZone) : type;
}

/** A whole number as a date or time, NULL outside of the type's range; undefined for other arguments. */
function wholeTimeOrNull(args: readonly Bound[], target: Target, call: FunctionCall): Bound | undefined {
  const value = at(args, 0);
  const limit = target.name === 'toDateTime' || target.name === 'toDateTime32' ? 4_294_967_295n : target.name === 'toDate' ? 4_294_967_295n : undefined;
  if (limit === undefined || bare(value.type).kind !== 'Integer') return undefined;
  const type = target.type(args, call);
  const converted = convertUsually(value, type, call);
  return bound(nullable(type), duck`CASE WHEN ${plainSql(value)} BETWEEN 0 AND ${duckInteger(limit)} THEN ${plainSql(converted)} END`, call.span);
}

/** NULL stays NULL where the argument may be NULL, while a text that cannot be read gives the fallback. */
function guarded(value: Bound, type: ClickHouseType, sql: DuckSql, call: FunctionCall): Bound {
  return bound(type, isNullable(value.type) ? duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN ${sql} END` : sql, call.span);
}

function orDefault(value: Bound, type: ClickHouseType, fallback: DuckSql, call: FunctionCall): Bound {
  const source = bare(value.type);
  if (source.kind === 'Nothing') return bound(type, fallback, call.span);
  // NULL, too, becomes the default.
  const present = { ...value, type: source };
  const result = lowCardinality([value], type);
  if (source.kind === 'String' || source.kind === 'FixedString') return bound(result, duck`coalesce(${castTextOr(present, type, fallback, { timeZone: call.context.timeZone })}, ${fallback})`, call.span);
  return bound(result, duck`coalesce(${accurate(present, type, call)}, ${fallback})`, call.span);
}

/** The value in the type where it fits exactly, else NULL. */
function accurate(value: Bound, type: ClickHouseType, call: FunctionCall): DuckSql {
  const source = bare(value.type);
  const target = bare(type);
  if (source.kind === 'String' || source.kind === 'FixedString') return castTextOr(value, target, undefined, { timeZone: call.context.timeZone });
  const numbers = ['Integer', 'Float', 'Bool', 'Decimal'];
  if (numbers.includes(source.kind) && target.kind === 'Integer') {
    if (source.kind === 'Decimal') return duck`TRY_CAST(trunc(${plainSql(value)}) AS ${duckTypeSql(target)})`;
    const tried = duck`TRY_CAST(${plainSql(value)} AS ${duckTypeSql(target)})`;
    return source.kind === 'Float' ? duck`CASE WHEN ${plainSql(value)} = trunc(${plainSql(value)}) THEN ${tried} END` : tried;
  }
  if (['Integer', 'Float'].includes(source.kind) && target.kind === 'Float') {
    // A float of fewer digits must be the same number.
    const number = plainSql(value);
    const exact = source.kind === 'Integer' ? duck`TRY_CAST(CAST(${number} AS ${duckTypeSql(target)}) AS HUGEINT) = ${number}` : duck`CAST(TRY_CAST(${number} AS ${duckTypeSql(target)}) AS DOUBLE) = CAST(${number} AS DOUBLE)`;
    return duck`CASE WHEN ${exact} THEN CAST(${number} AS ${duckTypeSql(target)}) END`;
  }
  if (numbers.includes(source.kind) && numbers.includes(target.kind)) return duck`TRY_CAST(${plainSql(value)} AS ${duckTypeSql(target)})`;
  return plainSql(cast({ ...value, type: source }, target, { timeZone: call.context.timeZone }));
}

function typeArgument(args: readonly Bound[], call: FunctionCall): ClickHouseType {
  const name = at(args, 1);
  const text = constantText(call, name, 'the type');
  try {
    return parseType(text);
  } catch (error) {
    if (!(error instanceof SandpiperError)) throw error;
    throw new SandpiperError(error.code, error.message, { ...error.detail, span: name.span });
  }
}

const INTERVALS: readonly IntervalUnit[] = ['Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'];

export const TYPE_CONVERSION: readonly FunctionDefinition[] = [
  ...TARGETS.flatMap(family),
  define({ name: 'CAST', signature: "CAST(value, 'type')", help: 'Converts a value to the named type.', category: 'type conversion', caseInsensitive: true, aliases: ['_CAST'] }, 2, 2, (args, call) => {
    const type = typeArgument(args, call);
    return { ...cast(at(args, 0), type, { timeZone: call.context.timeZone }), span: call.span };
  }),
  define({ name: 'accurateCast', signature: "accurateCast(value, 'type')", help: 'Converts a value to the named type; fails when it does not fit.', category: 'type conversion' }, 2, 2, (args, call) => {
    const type = typeArgument(args, call);
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const failure = duck`CAST(error('A value does not fit into the type of accurateCast.') AS ${duckTypeSql(type)})`;
    return bound(type, duck`coalesce(${accurate(value, type, call)}, ${isNullable(type) && isNullable(value.type) ? duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN ${failure} END` : failure})`, call.span);
  }),
  define({ name: 'accurateCastOrNull', signature: "accurateCastOrNull(value, 'type')", help: 'Converts a value to the named type; NULL when it does not fit.', category: 'type conversion' }, 2, 2, (args, call) => {
    const type = typeArgument(args, call);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return bound(nullable(type), accurate(at(args, 0), type, call), call.span);
  }),
  define({ name: 'accurateCastOrDefault', signature: "accurateCastOrDefault(value, 'type'[, default])", help: 'Converts a value to the named type; the default when it does not fit.', category: 'type conversion' }, 2, 3, (args, call) => {
    const type = typeArgument(args, call);
    return orDefault(at(args, 0), type, args[2] ? plainSql(cast(args[2], type)) : namedDefaultSql(type), call);
  }),
  define({ name: 'toString', signature: 'toString(value[, timezone])', help: 'The value as text, as ClickHouse writes it.', category: 'type conversion' }, 1, 2, (args, call) => {
    const value = at(args, 0);
    const zone = args[1] && checkZone(constantText(call, args[1], 'the time zone'), args[1].span);
    const source = bare(value.type);
    if (zone === undefined) return convertUsually(value, STRING, call);
    if (source.kind !== 'DateTime' && source.kind !== 'DateTime64') throw typeError(`${call.name} takes a time zone for times only, not for ${printType(value.type)}.`, at(args, 1).span);
    const shown = source.kind === 'DateTime' ? dateTime(zone) : dateTime64(source.precision, zone);
    return { ...convertUsually({ ...value, type: shown }, STRING, call), type: usualType([value], STRING) };
  }),
  define({ name: 'toStringCutToZero', signature: 'toStringCutToZero(text)', help: 'The text up to its first zero byte.', category: 'type conversion' }, 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return result(call, args, STRING, duck`split_part(${plainSql(at(args, 0))}, chr(0), 1)`);
  }),
  define({ name: 'toFixedString', signature: 'toFixedString(text, length)', help: 'The text padded with zero bytes to a fixed length.', category: 'type conversion' }, 2, 2, (args, call) => {
    const length = Number(constantInteger(call, at(args, 1), 'the length'));
    if (length < 1) throw typeError('toFixedString takes a length of at least 1.', at(args, 1).span);
    need(call, at(args, 0), 'text', 0);
    const text = at(args, 0);
    if (text.representation === 'bytes') {
      const padded = once(call, text.sql, (bytes) => duck`(CASE WHEN octet_length(${bytes}) > ${duckInteger(length)} THEN CAST(error('A text of ' || octet_length(${bytes}) || ' bytes is too long for toFixedString.') AS BLOB) ELSE ${bytes} || unhex(repeat('00', ${duckInteger(length)} - octet_length(${bytes}))) END)`);
      return result(call, [text], { kind: 'FixedString', length }, padded, 'bytes');
    }
    return convertUsually(text, { kind: 'FixedString', length }, call);
  }),
  define({ name: 'toBool', signature: 'toBool(value)', help: 'Converts a number or a text such as true, yes, on to Bool.', category: 'type conversion' }, 1, 1, (args, call) => convertUsually(at(args, 0), BOOL, call)),
  define({ name: 'toLowCardinality', signature: 'toLowCardinality(value)', help: 'The value as LowCardinality.', category: 'type conversion' }, 1, 1, (args, call) => {
    const value = at(args, 0);
    return { ...value, type: value.type.kind === 'LowCardinality' ? value.type : { kind: 'LowCardinality', of: value.type }, span: call.span };
  }),
  ...INTERVALS.map((unit) =>
    define({ name: `toInterval${unit}`, signature: `toInterval${unit}(number)`, help: `A span of time of so many ${unit.toLowerCase()}s.`, category: 'type conversion' }, 1, 1, (args, call) => {
      const value = at(args, 0);
      if (bare(value.type).kind === 'Interval') throw typeError(`${call.name} takes a number.`, value.span);
      return convertUsually(value, { kind: 'Interval', unit }, call);
    })),
  define({ name: 'toInterval', signature: "toInterval(number, 'unit')", help: 'A span of time of so many units.', category: 'type conversion' }, 2, 2, (args, call) => {
    const wanted = constantText(call, at(args, 1), 'the unit').toLowerCase();
    const unit = INTERVALS.find((candidate) => candidate.toLowerCase() === wanted);
    if (!unit) throw typeError(`There is no unit of time ${wanted}.`, at(args, 1).span);
    return convertUsually(at(args, 0), { kind: 'Interval', unit }, call);
  }),
];

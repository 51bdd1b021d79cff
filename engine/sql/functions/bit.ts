/** Functions on the bits of whole numbers. Numbers wrap as in ClickHouse: what is shifted out is lost. */
import type { Bound } from '../bound.ts';
import { SHIFT_BITS_LEFT, SHIFT_BITS_RIGHT, SLICE_BITS } from '../computed/byte-bits.ts';
import { callComputed } from '../computed/definition.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, DUCK_FALSE, DUCK_TRUE, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { bare, printType, STRING, UINT8, type ClickHouseType, type IntegerBits } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, typeError, type OtherNames } from './arguments.ts';
import { bytesSql, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type Integer = Extract<ClickHouseType, { kind: 'Integer' }>;

function integer(call: FunctionCall, value: Bound, index: number, wide = false): Integer {
  const type = bare(value.type);
  if (type.kind === 'Bool') return { kind: 'Integer', bits: 8, signed: false };
  if (type.kind === 'Integer' && (type.bits <= 64 || wide)) return type;
  need(call, value, 'integer', index);
  throw typeError(`${call.name} takes whole numbers of at most 64 bits here.`, value.span);
}

/** A number of 2^bits as HUGEINT. */
function power(bits: number): DuckSql {
  return duck`CAST(${duckInteger(2n ** BigInt(bits))} AS HUGEINT)`;
}

/** The bits as a number that is not negative, HUGEINT. */
function unsigned(value: DuckSql, type: Integer): DuckSql {
  if (!type.signed) return duck`CAST(${value} AS HUGEINT)`;
  return duck`((CAST(${value} AS HUGEINT) + ${power(type.bits)}) % ${power(type.bits)})`;
}

/** Bits that are a number from 0 on, HUGEINT, as a number of the type. */
function signed(call: FunctionCall, bits: DuckSql, type: Integer): DuckSql {
  const stored = duckTypeSql(type);
  if (!type.signed) return duck`CAST(${bits} AS ${stored})`;
  return once(call, bits, (value) => duck`CAST(CASE WHEN ${value} >= ${power(type.bits - 1)} THEN ${value} - ${power(type.bits)} ELSE ${value} END AS ${stored})`);
}

function plainNumber(value: Bound): DuckSql {
  return bare(value.type).kind === 'Bool' ? duck`CAST(${plainSql(value)} AS UTINYINT)` : plainSql(value);
}

function both(combine: (left: DuckSql, right: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (args.some(isNull)) return nullResult(call.span);
    const types = [integer(call, left, 0, true), integer(call, right, 1, true)];
    const bits = Math.max(...types.map((type) => type.bits)) as IntegerBits;
    const type: Integer = { kind: 'Integer', bits, signed: types.some((each) => each.signed) };
    const fit = (value: Bound) => plainSql(cast({ ...value, type: bare(value.type) }, type));
    return result(call, args, type, combine(fit(left), fit(right)));
  };
}

function not(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = integer(call, value, 0);
  const number = plainNumber(value);
  return result(call, args, type, type.signed ? duck`CAST(-1 - CAST(${number} AS BIGINT) AS ${duckTypeSql(type)})` : duck`CAST(${duckInteger(2n ** BigInt(type.bits) - 1n)} - ${number} AS ${duckTypeSql(type)})`);
}

function shift(direction: 'left' | 'right') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, count] = [at(args, 0), at(args, 1)];
    if (args.some(isNull)) return nullResult(call.span);
    need(call, count, 'integer', 1);
    const steps = wholeSql(count);
    const text = bare(value.type);
    if (text.kind === 'String' || text.kind === 'FixedString') {
      return result(call, args, text, callComputed(direction === 'left' ? SHIFT_BITS_LEFT : SHIFT_BITS_RIGHT, bytesSql(value), steps, text.kind === 'FixedString' ? DUCK_TRUE : DUCK_FALSE), 'bytes');
    }
    // The result is as wide as the wider of both, signed when one is.
    const [own, other] = [integer(call, value, 0), integer(call, count, 1)];
    const type: Integer = { kind: 'Integer', bits: Math.max(own.bits, other.bits) as IntegerBits, signed: own.signed || other.signed };
    const number = plainSql(cast({ ...value, type: bare(value.type) }, type));
    const limited = duck`CAST(least(greatest(${steps}, 0), 63) AS INTEGER)`;
    const inside = direction === 'left'
      ? signed(call, duck`((${unsigned(number, type)} * (CAST(1 AS HUGEINT) << ${limited})) % ${power(type.bits)})`, type)
      : type.signed ? duck`CAST(CAST(${number} AS BIGINT) >> ${limited} AS ${duckTypeSql(type)})` : duck`CAST(${number} >> ${limited} AS ${duckTypeSql(type)})`;
    return result(call, args, type, duck`CASE WHEN ${steps} >= ${duckInteger(type.bits)} THEN CAST(0 AS ${duckTypeSql(type)}) ELSE ${inside} END`);
  };
}

function rotate(direction: 'left' | 'right') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, count] = [at(args, 0), at(args, 1)];
    if (args.some(isNull)) return nullResult(call.span);
    const type = integer(call, value, 0);
    need(call, count, 'integer', 1);
    const size = duckInteger(type.bits);
    const steps = direction === 'left' ? duck`(${wholeSql(count)} % ${size})` : duck`((${size} - ${wholeSql(count)} % ${size}) % ${size})`;
    const turned = once(call, unsigned(plainNumber(value), type), (bits) => duck`((${bits} * (CAST(1 AS HUGEINT) << CAST(${steps} AS INTEGER))) % ${power(type.bits)} + (${bits} >> CAST(${size} - ${steps} AS INTEGER)))`);
    return result(call, args, type, signed(call, turned, type));
  };
}

function count(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  if (type.kind === 'String' || type.kind === 'FixedString') return result(call, args, { kind: 'Integer', bits: 64, signed: false }, duck`CAST(length(replace(sandpiper_bits(${plainSql(call.context.call('hex', [value], call.span))}), '0', '')) AS UBIGINT)`);
  if (type.kind === 'Float') return result(call, args, UINT8, duck`CAST(bit_count(CAST(${plainSql(value)} AS BIT)) AS UTINYINT)`);
  integer(call, value, 0);
  return result(call, args, UINT8, duck`CAST(bit_count(${plainNumber(value)}) AS UTINYINT)`);
}

function test(mode: 'all' | 'any') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, ...places] = args;
    if (!value || places.length === 0) throw typeError(`${call.name} takes a number and positions of bits.`, call.span);
    if (args.some(isNull)) return nullResult(call.span);
    const type = integer(call, value, 0);
    places.forEach((place, index) => need(call, place, 'integer', index + 1));
    const sql = once(call, unsigned(plainNumber(value), type), (bits) => {
      const parts = places.map((place) => duck`((${bits} >> CAST(${wholeSql(place)} AS INTEGER)) & 1 = 1)`);
      return duck`CAST((${joined(parts, mode === 'all' ? ' AND ' : ' OR ')}) AS UTINYINT)`;
    });
    return result(call, args, UINT8, sql);
  };
}

/** The bytes in the other order. */
function byteSwap(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  need(call, value, 'integer', 0);
  const type = bare(value.type);
  const swapped = call.context.call('reverse', [call.context.call('reinterpretAsFixedString', [value], call.span)], call.span);
  return { ...call.context.call(`reinterpretAs${type.kind === 'Bool' ? 'UInt8' : printType(type)}`, [swapped], call.span), span: call.span };
}

function bitSlice(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, offset, length] = args;
  if (!value || !offset) throw typeError('bitSlice takes a text and a place.', call.span);
  need(call, value, 'text', 0);
  need(call, offset, 'integer', 1);
  if (length) need(call, length, 'integer', 2);
  if (args.some(isNull)) return nullResult(call.span);
  return result(call, args, STRING, callComputed(SLICE_BITS, bytesSql(value), wholeSql(offset), length ? wholeSql(length) : duckInteger(2n ** 60n)), 'bytes');
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'bit' as const, ...extra });

export const BIT: readonly FunctionDefinition[] = [
  define(describe('bitAnd', 'bitAnd(a, b)', 'The bits that are 1 in both numbers.'), 2, 2, both((left, right) => duck`(${left} & ${right})`)),
  define(describe('bitOr', 'bitOr(a, b)', 'The bits that are 1 in any of both numbers.'), 2, 2, both((left, right) => duck`(${left} | ${right})`)),
  define(describe('bitXor', 'bitXor(a, b)', 'The bits that differ.'), 2, 2, both((left, right) => duck`xor(${left}, ${right})`)),
  define(describe('bitNot', 'bitNot(number)', 'Each bit turned.'), 1, 1, not),
  define(describe('bitShiftLeft', 'bitShiftLeft(number, count)', 'The bits moved up.'), 2, 2, shift('left')),
  define(describe('bitShiftRight', 'bitShiftRight(number, count)', 'The bits moved down.'), 2, 2, shift('right')),
  define(describe('bitRotateLeft', 'bitRotateLeft(number, count)', 'The bits turned up.'), 2, 2, rotate('left')),
  define(describe('bitRotateRight', 'bitRotateRight(number, count)', 'The bits turned down.'), 2, 2, rotate('right')),
  define(describe('bitCount', 'bitCount(value)', 'How many bits are 1.'), 1, 1, count),
  define(describe('byteSwap', 'byteSwap(number)', 'The number with its bytes in the other order.', { caseInsensitive: true }), 1, 1, byteSwap),
  define(describe('bitSlice', 'bitSlice(text, offset[, length])', 'Bits of a text from a place on, filled up to full bytes.'), 2, 3, bitSlice),
  define(describe('bitTest', 'bitTest(number, position)', 'The bit at a position from 0.'), 2, 2, test('all')),
  define(describe('bitTestAll', 'bitTestAll(number, position, …)', '1 when all bits at the positions are 1.'), 2, Infinity, test('all')),
  define(describe('bitTestAny', 'bitTestAny(number, position, …)', '1 when any bit at the positions is 1.'), 2, Infinity, test('any')),
  define(describe('bitHammingDistance', 'bitHammingDistance(a, b)', 'How many bits differ.'), 2, 2, (args, call) => {
    // Both at 64 bits, so that the signs of a narrow and an unsigned number differ in every bit above.
    const wide = args.map((arg) => (bare(arg.type).kind === 'Integer' ? call.context.call('toInt64', [arg], arg.span) : arg));
    const difference = call.context.call('bitXor', wide, call.span);
    return bare(difference.type).kind === 'Nothing' ? difference : call.context.call('bitCount', [difference], call.span);
  }),
];

/** Functions that write bytes as letters and read them again: hex, bin, base64, base32, char; and bits as lists. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { orderSql, plainSql } from '../physical.ts';
import { array, bare, printType, STRING, UINT64, type ClickHouseType } from '../types.ts';
import { BASE58_DECODE, BASE58_ENCODE, BASE58_TRY_DECODE } from '../computed/base58.ts';
import { callComputed } from '../computed/definition.ts';
import { at, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { bytesSql, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** Pairs of digits, without leading zero bytes. */
function wholeHex(call: FunctionCall, number: DuckSql, type: Extract<ClickHouseType, { kind: 'Integer' }>): DuckSql {
  if (type.bits > 128) throw typeError(`${call.name} takes numbers of at most 128 bits here.`, call.span);
  const digits = type.signed && type.bits < 128 ? duck`right(to_hex(${number}), ${duckInteger(type.bits / 4)})` : duck`to_hex(${number})`;
  return once(call, digits, (text) => duck`CASE WHEN length(${text}) % 2 = 1 THEN '0' || ${text} ELSE ${text} END`);
}

/** The bytes of a number in memory order, lowest first. */
function memoryHex(big: DuckSql): DuckSql {
  return duck`array_to_string(list_reverse(regexp_extract_all(${big}, '..')), '')`;
}

/** Any value as hexadecimal digits in capitals. */
function hexOf(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  const sql = plainSql(value);
  switch (type.kind) {
    case 'String':
    case 'FixedString':
      return duck`hex(${bytesSql(value)})`;
    case 'Integer':
      return wholeHex(call, sql, type);
    case 'Bool':
      return duck`CASE WHEN ${sql} THEN '01' ELSE '00' END`;
    case 'Enum':
      return wholeHex(call, orderSql(value), { kind: 'Integer', bits: type.bits, signed: true });
    case 'Float':
      return memoryHex(duck`hex(CAST(CAST(${sql} AS BIT) AS BLOB))`);
    case 'Decimal': {
      const bits = type.precision <= 9 ? 32 : type.precision <= 18 ? 64 : 128;
      const scaled = duck`CAST(${sql} * ${duckInteger(10n ** BigInt(type.scale))} AS HUGEINT)`;
      return memoryHex(duck`lpad(right(to_hex(${scaled}), ${duckInteger(bits / 4)}), ${duckInteger(bits / 4)}, CASE WHEN ${sql} < 0 THEN 'F' ELSE '0' END)`);
    }
    case 'Date':
    case 'Date32':
      return wholeHex(call, duck`CAST(${sql} - DATE '1970-01-01' AS INTEGER)`, { kind: 'Integer', bits: type.kind === 'Date' ? 16 : 32, signed: type.kind === 'Date32' });
    case 'DateTime':
      return wholeHex(call, duck`CAST(epoch(${sql}) AS BIGINT)`, { kind: 'Integer', bits: 32, signed: false });
    case 'UUID':
      return duck`upper(replace(CAST(${sql} AS VARCHAR), '-', ''))`;
    case 'IPv4':
      return duck`lpad(to_hex(sandpiper_ipv4_number(${sql})), 8, '0')`;
    case 'IPv6':
      return duck`upper(sandpiper_ipv6_hex(${sql}))`;
    default:
      throw typeError(`${call.name} takes a text, a number, a date or a UUID, not a value of type ${printType(value.type)}.`, value.span);
  }
}

function digits(form: 'hex' | 'bin') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const text = hexOf(call, value);
    return result(call, args, STRING, form === 'hex' ? text : duck`sandpiper_bits(${text})`);
  };
}

/** A text read as bytes. */
function reading(sql: (text: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, STRING, once(call, plainSql(at(args, 0)), sql), 'bytes');
  };
}

/** Bytes written as a text. */
function writing(sql: (bytes: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, STRING, once(call, bytesSql(at(args, 0)), sql));
  };
}

const standard = (text: DuckSql) => duck`translate(${text}, '-_', '+/')`;
const padded = (text: DuckSql) => duck`rpad(${standard(text)}, CAST(ceil(length(${text}) / 4) * 4 AS INTEGER), '=')`;

/** from_base64 of what is base64, else an error or, when tried, nothing. */
function base64(text: DuckSql, whole: (text: DuckSql) => DuckSql, form: string, tried: boolean): DuckSql {
  const otherwise = tried ? duck`''::BLOB` : duck`CAST(error('This text is not base64: ' || ${text}) AS BLOB)`;
  return duck`CASE WHEN ${text} IS NULL THEN NULL WHEN regexp_full_match(${text}, ${duckString(form)}) THEN from_base64(${whole(text)}) ELSE ${otherwise} END`;
}

const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';
const BASE64_URL = '(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?';

function char(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'number', index));
  if (args.some(isNull)) return nullResult(call.span);
  const codes = args.map((arg) => (arg.constant?.kind === 'integer' ? Number(BigInt.asUintN(8, arg.constant.value)) : undefined));
  if (codes.every((code): code is number => code !== undefined && code < 128)) {
    const value = String.fromCharCode(...codes);
    return { ...bound(STRING, duckString(value), call.span), constant: { kind: 'text', value } };
  }
  const pairs = args.map((arg) => duck`right('0' || to_hex(CAST(trunc(${plainSql(arg)}) AS BIGINT)), 2)`);
  return result(call, args, STRING, duck`unhex(${joined(pairs, ' || ')})`, 'bytes');
}

const BASE32 = duckString('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');

function base32Encode(bytes: DuckSql): DuckSql {
  const bits = duck`sandpiper_bits(hex(${bytes}))`;
  const letters = duck`list_transform(regexp_extract_all(rpad(${bits}, CAST(ceil(octet_length(${bytes}) * 8 / 5) * 5 AS INTEGER), '0'), '.....'), lambda five: ${BASE32}[CAST('0b' || five AS INTEGER) + 1])`;
  return duck`CASE WHEN octet_length(${bytes}) = 0 THEN '' ELSE rpad(array_to_string(${letters}, ''), CAST(ceil(octet_length(${bytes}) / 5) * 8 AS INTEGER), '=') END`;
}

function base32Decode(tried: boolean) {
  return (text: DuckSql): DuckSql => {
    const letters = duck`regexp_extract_all(rtrim(${text}, '='), '.')`;
    const bits = duck`array_to_string(list_transform(${letters}, lambda letter: sandpiper_five_bits(strpos(${BASE32}, letter) - 1)), '')`;
    const bytes = duck`unhex(array_to_string(list_transform(regexp_extract_all(${bits}, '........'), lambda eight: right('0' || to_hex(CAST('0b' || eight AS INTEGER)), 2)), ''))`;
    const otherwise = tried ? duck`''::BLOB` : duck`CAST(error('This text is not base32: ' || ${text}) AS BLOB)`;
    return duck`CASE WHEN ${text} IS NULL THEN NULL WHEN regexp_full_match(${text}, '[A-Z2-7]*=*') AND length(${text}) % 8 = 0 THEN ${bytes} ELSE ${otherwise} END`;
  };
}

function bitList(form: 'positions' | 'powers' | 'text') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    need(call, value, 'integer', 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    const bits = type.kind === 'Integer' ? Math.min(type.bits, 64) : 8;
    const number = wholeSql(value);
    const set = once(call, number, (whole) => duck`list_filter(range(0, ${duckInteger(bits)}), lambda i: (${whole} >> i) & 1 = 1)`);
    // The highest bit of a signed number is its sign.
    const signBit = type.kind === 'Integer' && type.signed && bits < 64 ? duck`CASE WHEN i = ${duckInteger(bits - 1)} THEN -(CAST(1 AS HUGEINT) << i) ELSE CAST(1 AS HUGEINT) << i END` : duck`CAST(1 AS HUGEINT) << i`;
    const powers = duck`list_transform(${set}, lambda i: ${signBit})`;
    if (form === 'positions') return bound(array(UINT64), duck`CAST(${set} AS UBIGINT[])`, call.span);
    if (form === 'text') return result(call, args, STRING, duck`array_to_string(${powers}, ',')`);
    return bound(array(type), duck`CAST(${powers} AS ${type.kind === 'Integer' && !type.signed ? duck`UBIGINT[]` : duck`BIGINT[]`})`, call.span);
  };
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'encoding' as const, ...extra });

export const ENCODING: readonly FunctionDefinition[] = [
  define(describe('hex', 'hex(value)', 'The bytes of a value as hexadecimal digits.', { caseInsensitive: true }), 1, 1, digits('hex')),
  define(describe('bin', 'bin(value)', 'The bytes of a value as binary digits.', { caseInsensitive: true }), 1, 1, digits('bin')),
  define(describe('unhex', 'unhex(text)', 'The bytes that hexadecimal digits stand for.', { caseInsensitive: true }), 1, 1, reading((text) => duck`sandpiper_unhex(${text})`)),
  define(describe('unbin', 'unbin(text)', 'The bytes that binary digits stand for.', { caseInsensitive: true }), 1, 1, reading((text) => duck`sandpiper_unbin(${text})`)),
  define(describe('base64Encode', 'base64Encode(text)', 'The bytes of a text as base64.', { caseInsensitiveAliases: ['TO_BASE64'] }), 1, 1, writing((bytes) => duck`to_base64(${bytes})`)),
  define(describe('base64Decode', 'base64Decode(text)', 'The bytes of base64; fails when it is none.', { caseInsensitiveAliases: ['FROM_BASE64'] }), 1, 1, reading((text) => base64(text, (whole) => whole, BASE64, false))),
  define(describe('tryBase64Decode', 'tryBase64Decode(text)', 'The bytes of base64; nothing when it is none.'), 1, 1, reading((text) => base64(text, (whole) => whole, BASE64, true))),
  define(describe('base64URLEncode', 'base64URLEncode(text)', 'The bytes of a text as base64 for URLs.'), 1, 1, writing((bytes) => duck`rtrim(translate(to_base64(${bytes}), '+/', '-_'), '=')`)),
  define(describe('base64URLDecode', 'base64URLDecode(text)', 'The bytes of base64 for URLs; fails when it is none.'), 1, 1, reading((text) => base64(text, padded, BASE64_URL, false))),
  define(describe('tryBase64URLDecode', 'tryBase64URLDecode(text)', 'The bytes of base64 for URLs; nothing when it is none.'), 1, 1, reading((text) => base64(text, padded, BASE64_URL, true))),
  define(describe('base32Encode', 'base32Encode(text)', 'The bytes of a text as base32.'), 1, 1, writing(base32Encode)),
  define(describe('base32Decode', 'base32Decode(text)', 'The bytes of base32; fails when it is none.'), 1, 1, reading(base32Decode(false))),
  define(describe('tryBase32Decode', 'tryBase32Decode(text)', 'The bytes of base32; nothing when it is none.'), 1, 1, reading(base32Decode(true))),
  define(describe('base58Encode', 'base58Encode(text)', 'The bytes of a text as base58.'), 1, 1, writing((bytes) => callComputed(BASE58_ENCODE, bytes))),
  define(describe('base58Decode', 'base58Decode(text)', 'The bytes of base58; fails when it is none.'), 1, 1, reading((text) => callComputed(BASE58_DECODE, text))),
  define(describe('tryBase58Decode', 'tryBase58Decode(text)', 'The bytes of base58; nothing when it is none.'), 1, 1, reading((text) => callComputed(BASE58_TRY_DECODE, text))),
  define(describe('char', 'char(number, …)', 'A text of these bytes.', { caseInsensitive: true }), 1, Infinity, char),
  define(describe('bitPositionsToArray', 'bitPositionsToArray(number)', 'The positions of the bits that are 1, from 0.'), 1, 1, bitList('positions')),
  define(describe('bitmaskToArray', 'bitmaskToArray(number)', 'The powers of two that add up to the number.'), 1, 1, bitList('powers')),
  define(describe('bitmaskToList', 'bitmaskToList(number)', 'The powers of two that add up to the number, as text.'), 1, 1, bitList('text')),
];

/**
 * Hash functions that give ClickHouse's very values. The digests are FixedString held as bytes. Those that cannot be
 * computed here are not known, so that no other value is ever given in their place.
 */
import type { Bound } from '../bound.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, INT32, printType, UINT32, UINT64, type ClickHouseType } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, typeError, unsupported } from './arguments.ts';
import { bytesSql, present } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { tupleParts } from './tuple.ts';

function ofBytes(type: ClickHouseType, sql: (bytes: DuckSql) => DuckSql, representation: 'plain' | 'bytes' = 'plain') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, type, present(args, sql(bytesSql(at(args, 0)))), representation);
  };
}

const fixed = (length: number): ClickHouseType => ({ kind: 'FixedString', length });

/** A whole number as UHUGEINT, negative ones by their 64 bits. */
function unsigned64(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  const sql = plainSql(value);
  switch (type.kind) {
    case 'Integer':
      if (type.bits > 64) break;
      return type.signed ? duck`CAST(CASE WHEN ${sql} < 0 THEN CAST(${sql} AS HUGEINT) + 18446744073709551616::HUGEINT ELSE ${sql} END AS UHUGEINT)` : duck`CAST(${sql} AS UHUGEINT)`;
    case 'Bool':
      return duck`CAST(CAST(${sql} AS UTINYINT) AS UHUGEINT)`;
    case 'Date':
    case 'Date32':
      return duck`CAST(${sql} - DATE '1970-01-01' AS UHUGEINT)`;
    case 'DateTime':
      return duck`CAST(CAST(epoch(${sql}) AS BIGINT) AS UHUGEINT)`;
    default:
      break;
  }
  throw typeError(`${call.name} takes texts and whole numbers here, not a value of type ${printType(value.type)}.`, value.span);
}

const WORD = duck`18446744073709551615::UHUGEINT`;

function mixed64(value: DuckSql, call: FunctionCall): DuckSql {
  const shifted = (word: DuckSql, bits: number) => {
    const name = duckName(call.context.freshName());
    return duck`list_transform([${word}], lambda ${name}: xor(${name}, ${name} >> ${duckInteger(bits)}))[1]`;
  };
  const first = duck`((${shifted(value, 33)} * ${duckInteger(0xff51afd7ed558ccdn)}::UHUGEINT) & ${WORD})`;
  const second = duck`((${shifted(first, 33)} * ${duckInteger(0xc4ceb9fe1a85ec53n)}::UHUGEINT) & ${WORD})`;
  return shifted(second, 33);
}

/** intHash64, which is also the part of a whole number in cityHash64. */
function wholeHash(value: DuckSql, call: FunctionCall): DuckSql {
  return mixed64(duck`xor(${value}, ${duckInteger(0x4cf2d2baae6da887n)}::UHUGEINT)`, call);
}

function intHash32(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const step = (input: DuckSql, body: (key: DuckSql) => DuckSql) => {
    const name = duckName(call.context.freshName());
    return duck`list_transform([${input}], lambda ${name}: ${body(name)})[1]`;
  };
  const turned = (key: DuckSql, bits: number) => duck`((${key} * 18446744073709551617::UHUGEINT >> ${duckInteger(bits)}) & ${WORD})`;
  const salted = duck`xor(${unsigned64(call, value)}, ${duckInteger(0x75d9543de018bf45n)}::UHUGEINT)`;
  const spread = step(salted, (key) => duck`((${WORD} - ${key} + ((${key} << 18) & ${WORD})) & ${WORD})`);
  const folded = step(spread, (key) => duck`((xor(${key}, ${turned(key, 31)}) * 21) & ${WORD})`);
  const grown = step(folded, (key) => duck`xor(${key}, ${turned(key, 11)})`);
  const added = step(grown, (key) => duck`((${key} + ((${key} << 6) & ${WORD})) & ${WORD})`);
  const last = step(added, (key) => duck`xor(${key}, ${turned(key, 22)})`);
  return result(call, args, UINT32, duck`CAST(${last} & 4294967295::UHUGEINT AS UINTEGER)`);
}

/** Tuples count as their elements. */
function flattened(call: FunctionCall, args: readonly Bound[]): readonly Bound[] {
  return args.flatMap((arg): readonly Bound[] => {
    const type = bare(arg.type);
    return type.kind === 'Tuple' ? flattened(call, tupleParts(type, plainSql(arg), arg)) : [arg];
  });
}

interface Combined {
  readonly one: (call: FunctionCall, value: Bound) => DuckSql;
  readonly both: (left: DuckSql, right: DuckSql) => DuckSql;
}

function combining({ one, both }: Combined) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const values = flattened(call, args);
    const container = values.find((value) => ['Array', 'Map', 'Nested'].includes(bare(value.type).kind));
    if (container) throw unsupported(`${call.name} takes no arrays or maps here: hash their text with toString, which gives another value than ClickHouse's.`, container.span);
    if (values.some(isNull)) return nullResult(call.span);
    const [first, ...rest] = values.map((value) => one(call, value));
    if (!first) throw typeError(`${call.name} takes at least one value.`, call.span);
    const hash = rest.reduce((left, right) => both(left, right), first);
    return result(call, values, UINT64, present(values, duck`CAST(${hash} AS UBIGINT)`));
  };
}

/** Negative numbers by the bits of their own width. */
function ownWidth(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  const number = unsigned64(call, value);
  return type.kind === 'Integer' && type.signed && type.bits < 64 ? duck`(${number} & ${duckInteger(2n ** BigInt(type.bits) - 1n)}::UHUGEINT)` : number;
}

function isText(value: Bound): boolean {
  return ['String', 'FixedString'].includes(bare(value.type).kind);
}

const CITY: Combined = {
  one: (call, value) => (isText(value) ? duck`sandpiper_city64(${bytesSql(value)})` : wholeHash(ownWidth(call, value), call)),
  both: (left, right) => duck`sandpiper_hash16(${left}, ${right})`,
};

const SIP: Combined = {
  one: (call, value) => {
    if (isText(value)) return duck`sandpiper_sip64(${bytesSql(value)})`;
    const type = bare(value.type);
    const bits = type.kind === 'Integer' ? type.bits : type.kind === 'Bool' ? 8 : type.kind === 'Date' ? 16 : 32;
    return duck`sandpiper_sip64(unhex(left(sandpiper_word_hex(${unsigned64(call, value)}), ${duckInteger(bits / 4)})))`;
  },
  both: (left, right) => duck`sandpiper_sip64(unhex(sandpiper_word_hex(${left}) || sandpiper_word_hex(${right})))`,
};

/** Java's String.hashCode over the signed bytes. */
function javaSum(bytes: DuckSql): DuckSql {
  return duck`list_reduce(list_prepend(0::BIGINT, list_transform(regexp_extract_all(hex(${bytes}), '..'), lambda pair: CAST('0x' || pair AS BIGINT) - CASE WHEN pair >= '80' THEN 256 ELSE 0 END)), lambda state, byte: (((state * 31 + byte) % 4294967296) + 4294967296) % 4294967296)`;
}

function javaHash(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  if (isText(value)) return result(call, args, INT32, present(args, once(call, javaSum(bytesSql(value)), (sum) => duck`CAST(CASE WHEN ${sum} >= 2147483648 THEN ${sum} - 4294967296 ELSE ${sum} END AS INTEGER)`)));
  if (type.kind === 'Integer' && type.signed && type.bits <= 32) return result(call, args, INT32, duck`CAST(${plainSql(value)} AS INTEGER)`);
  throw typeError(`javaHash takes a text or a signed number of at most 32 bits here, not a value of type ${printType(value.type)}.`, value.span);
}

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitive?: boolean; readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[] } = {}) => ({ name, signature, help, category: 'hash' as const, ...extra });

export const HASH: readonly FunctionDefinition[] = [
  define(describe('MD5', 'MD5(text)', 'The MD5 digest, 16 bytes: write hex(MD5(x)).'), 1, 1, ofBytes(fixed(16), (bytes) => duck`unhex(md5(${bytes}))`, 'bytes')),
  define(describe('SHA1', 'SHA1(text)', 'The SHA-1 digest, 20 bytes.'), 1, 1, ofBytes(fixed(20), (bytes) => duck`unhex(sha1(${bytes}))`, 'bytes')),
  define(describe('SHA256', 'SHA256(text)', 'The SHA-256 digest, 32 bytes.'), 1, 1, ofBytes(fixed(32), (bytes) => duck`unhex(sha256(${bytes}))`, 'bytes')),
  define(describe('halfMD5', 'halfMD5(text)', 'The first eight bytes of the MD5 digest as a number.'), 1, 1, ofBytes(UINT64, (bytes) => duck`CAST('0x' || left(md5(${bytes}), 16) AS UBIGINT)`)),
  define(describe('CRC32', 'CRC32(text)', "The CRC-32 checksum, as zlib's.", { caseInsensitive: true }), 1, 1, ofBytes(UINT32, (bytes) => duck`CAST(sandpiper_crc32(${bytes}) AS UINTEGER)`)),
  define(describe('cityHash64', 'cityHash64(value, …)', 'A fast hash of texts and whole numbers.'), 1, Infinity, combining(CITY)),
  define(describe('sipHash64', 'sipHash64(value, …)', 'A hash of texts and whole numbers.'), 1, Infinity, combining(SIP)),
  define(describe('intHash32', 'intHash32(number)', 'A hash of a whole number.'), 1, 1, intHash32),
  define(describe('intHash64', 'intHash64(number)', 'A hash of a whole number.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    return result(call, args, UINT64, duck`CAST(${wholeHash(unsigned64(call, value), call)} AS UBIGINT)`);
  }),
  define(describe('javaHash', 'javaHash(text)', "Java's hash of a text."), 1, 1, javaHash),
  define(describe('hiveHash', 'hiveHash(text)', "Hive's hash of a text."), 1, 1, ofBytes(INT32, (bytes) => duck`CAST(${javaSum(bytes)} % 2147483648 AS INTEGER)`)),
];

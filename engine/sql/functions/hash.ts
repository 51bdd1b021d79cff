/**
 * Hash functions that give ClickHouse's very values. The digests are FixedString held as bytes. How hashes take values of
 * other types is in hash-value.ts; the algorithms are computed/.
 */
import { bound, type Bound } from '../bound.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import {
  BYTES_NUMBER, CRC32, CRC32_PLAIN, CRC64, DOUBLE_BITS, HIVE_HASH, ICEBERG_BYTES, ICEBERG_DECIMAL, ICEBERG_NUMBER, JAVA_HASH, JAVA_HASH_UTF16, KECCAK256, MD4, NUMBER_BYTES, RIPEMD160, SHA224,
  SHA384, SHA512, SHA512_256, SPARK_HASH, URL_HASH,
} from '../computed/digest.ts';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../computed/hash-algorithm.ts';
import { INT_HASH_32, INT_HASH_64, JUMP_HASH } from '../computed/int-hash.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, INT32, INT64, isNullable, printType, UINT16, uint, UINT32, UINT64, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, isNull, lowCardinality, need, nullResult, result, typeError } from './arguments.ts';
import { bytesSql, present, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { emptyHash, hashOf, inMemory, unscaled, type Hashing } from './hash-value.ts';
import { tupleParts } from './tuple.ts';

function ofBytes(type: ClickHouseType, sql: (bytes: DuckSql) => DuckSql, representation: 'plain' | 'bytes' = 'plain') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, type, present(args, sql(bytesSql(at(args, 0)))), representation);
  };
}

const fixed = (length: number): ClickHouseType => ({ kind: 'FixedString', length });

/** A number of at most 64 bits; negative ones by 64 bits. */
function numberBits(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  const numeric = ['Integer', 'Bool', 'Date', 'Date32', 'DateTime', 'IPv4', 'Decimal'].includes(type.kind);
  if (!numeric) throw typeError(`${call.name} takes a whole number, a date or a time, not a value of type ${printType(value.type)}.`, value.span);
  const sql = type.kind === 'Decimal' ? unscaled(plainSql(value)) : plainSql(value);
  const signed = (type.kind === 'Integer' && type.signed) || type.kind === 'Decimal' || type.kind === 'Date32';
  if (signed && type.kind !== 'Date32') return duck`CAST(CASE WHEN ${sql} < 0 THEN CAST(${sql} AS HUGEINT) + 18446744073709551616::HUGEINT ELSE ${sql} END AS UBIGINT)`;
  if (type.kind === 'Date32') return duck`CAST(CASE WHEN ${sql} < DATE '1970-01-01' THEN CAST(${sql} - DATE '1970-01-01' AS HUGEINT) + 18446744073709551616::HUGEINT ELSE ${sql} - DATE '1970-01-01' END AS UBIGINT)`;
  const held = inMemory(call, value);
  if ('bytes' in held) throw typeError(`${call.name} takes numbers of at most 64 bits, not a value of type ${printType(value.type)}.`, value.span);
  return held.number;
}

function intHash(computed: ComputedFunction, type: ClickHouseType) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, type, numberResult(type, callComputed(computed, duck`CAST(${numberBits(call, at(args, 0))} AS UBIGINT)`)));
  };
}

function numberResult(type: ClickHouseType, hash: DuckSql): DuckSql {
  return type === UINT32 ? duck`CAST(${hash} AS UINTEGER)` : hash;
}

/** A hash of any values. xxh3_128 gives a number, the other hashes of 128 bits their bytes. */
function combining(name: string, algorithm: HashAlgorithm) {
  const isNumber = algorithm.bits < 128 || name === 'xxh3_128';
  const type = algorithm.bits === 128 ? (isNumber ? uint(128) : fixed(16)) : uint(algorithm.bits);
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const hashing: Hashing = { algorithm, key: algorithm.isKeyed ? keyOf(call, args[0]) : [] };
    const values = algorithm.isKeyed ? args.slice(1) : args;
    if (args.some(isNull)) return nullResult(call.span);
    const hash = values.length === 0 ? emptyHash(hashing) : hashOf(call, hashing, values);
    const sql = algorithm.bits === 32 ? duck`CAST(${hash} AS UINTEGER)` : algorithm.bits === 128 && isNumber ? callComputed(BYTES_NUMBER, hash) : hash;
    return result(call, args, type, present(args, sql), isNumber ? 'plain' : 'bytes');
  };
}

function keyOf(call: FunctionCall, value: Bound | undefined): readonly DuckSql[] {
  const type = value && bare(value.type);
  if (!value || type?.kind !== 'Tuple' || type.elements.length !== 2) throw typeError(`${call.name} takes a key of two UInt64 numbers first: ${call.name}((1, 2), value).`, value?.span ?? call.span);
  return tupleParts(type, plainSql(value), value).map((part) => {
    need(call, part, 'integer', 0);
    return plainSql(cast(part, UINT64));
  });
}

/** Java's String.hashCode over the signed bytes; numbers as Java's boxes hash them. */
function javaHash(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  const sql = plainSql(value);
  if (type.kind === 'Integer' && type.signed && type.bits <= 32) return result(call, args, INT32, duck`CAST(${sql} AS INTEGER)`);
  if (type.kind === 'Integer' && type.signed && type.bits === 64) return result(call, args, INT32, signed32(duck`xor(${sql} & 4294967295, (${sql} >> 32) & 4294967295)`));
  if (type.kind === 'Integer' || type.kind === 'Bool') throw typeError(`javaHash takes texts and signed numbers, not a value of type ${printType(value.type)}.`, value.span);
  const held = inMemory(call, value);
  const bytes = 'bytes' in held ? held.bytes : callComputed(NUMBER_BYTES, held.number, duckInteger(held.size));
  return result(call, args, INT32, present(args, callComputed(JAVA_HASH, bytes)));
}

function signed32(word: DuckSql): DuckSql {
  return duck`CAST(CASE WHEN ${word} >= 2147483648 THEN ${word} - 4294967296 ELSE ${word} END AS INTEGER)`;
}

/** Iceberg's bucket hash: whole numbers, dates and times as Int64, floats as Float64, decimals by their shortest bytes. */
function icebergHash(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  const sql = plainSql(value);
  const answer = (hash: DuckSql) => result(call, args, INT32, present(args, hash));
  switch (type.kind) {
    case 'String':
    case 'FixedString':
      return answer(callComputed(ICEBERG_BYTES, bytesSql(value)));
    case 'UUID':
      return answer(callComputed(ICEBERG_BYTES, duck`unhex(replace(CAST(${sql} AS VARCHAR), '-', ''))`));
    case 'Float':
      return answer(callComputed(ICEBERG_NUMBER, callComputed(DOUBLE_BITS, sql)));
    case 'Decimal':
      return answer(callComputed(ICEBERG_DECIMAL, unscaled(sql)));
    case 'Integer':
    case 'Bool':
    case 'Date':
    case 'Date32':
      return answer(callComputed(ICEBERG_NUMBER, numberBits(call, value)));
    default:
      throw typeError(`icebergHash takes texts, numbers, dates and UUIDs here, not a value of type ${printType(value.type)}.`, value.span);
  }
}

/** Ranges of the key, one for each bucket, as ClickHouse's author cut them. */
function kostikHash(args: readonly Bound[], call: FunctionCall): Bound {
  const [key, buckets] = [at(args, 0), at(args, 1)];
  if (args.some(isNull)) return nullResult(call.span);
  need(call, key, 'integer', 0);
  need(call, buckets, 'integer', 1);
  if (buckets.constant?.kind !== 'integer' || buckets.constant.value < 1n || buckets.constant.value > 32768n) throw typeError('kostikConsistentHash takes a constant number of buckets from 1 to 32768.', buckets.span);
  if (buckets.constant.value !== 1n && buckets.constant.value !== 2n) throw typeError('kostikConsistentHash is known for up to 2 buckets here: use jumpConsistentHash.', buckets.span);
  return result(call, args, UINT16, duck`CAST(${buckets.constant.value === 1n ? duck`0` : duck`(${numberBits(call, key)} >> 63)`} AS USMALLINT)`);
}

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitive?: boolean; readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[] } = {}) => ({ name, signature, help, category: 'hash' as const, ...extra });

const HELP: Readonly<Partial<Record<string, string>>> = {
  cityHash64: 'A fast hash of any values.',
  sipHash64: 'A hash of any values that is hard to aim at.',
  halfMD5: 'The first eight bytes of the MD5 digest as a number.',
  kafkaMurmurHash: "Kafka's hash, by which it chooses a partition.",
  gccMurmurHash: "GCC's hash of texts.",
};

const ANY: readonly FunctionDefinition[] = Object.entries(HASH_ALGORITHMS).map(([name, algorithm]) =>
  define(describe(name, `${name}(${algorithm.isKeyed ? '(key, key), ' : ''}value, …)`, HELP[name] ?? `The hash ${name.replace(/Keyed$/, '')} of any values${algorithm.isKeyed ? ', with a key' : ''}.`), algorithm.isKeyed ? 1 : 0, Infinity, combining(name, algorithm)));

const DIGESTS: readonly FunctionDefinition[] = ([
  ['MD4', 16, 'MD4', MD4], ['RIPEMD160', 20, 'RIPEMD-160', RIPEMD160], ['SHA224', 28, 'SHA-224', SHA224], ['SHA384', 48, 'SHA-384', SHA384], ['SHA512', 64, 'SHA-512', SHA512],
  ['SHA512_256', 32, 'SHA-512/256', SHA512_256], ['keccak256', 32, 'Keccak-256', KECCAK256],
] as const).map(([name, size, title, computed]) => define(describe(name, `${name}(text)`, `The ${title} digest, ${size} bytes.`), 1, 1, ofBytes(fixed(size), (bytes) => callComputed(computed, bytes), 'bytes')));

export const HASH: readonly FunctionDefinition[] = [
  ...ANY,
  ...DIGESTS,
  define(describe('MD5', 'MD5(text)', 'The MD5 digest, 16 bytes: write hex(MD5(x)).'), 1, 1, ofBytes(fixed(16), (bytes) => duck`unhex(md5(${bytes}))`, 'bytes')),
  define(describe('SHA1', 'SHA1(text)', 'The SHA-1 digest, 20 bytes.'), 1, 1, ofBytes(fixed(20), (bytes) => duck`unhex(sha1(${bytes}))`, 'bytes')),
  define(describe('SHA256', 'SHA256(text)', 'The SHA-256 digest, 32 bytes.'), 1, 1, ofBytes(fixed(32), (bytes) => duck`unhex(sha256(${bytes}))`, 'bytes')),
  define(describe('CRC32', 'CRC32(text)', "The CRC-32 checksum, as zlib's.", { caseInsensitive: true }), 1, 1, ofBytes(UINT32, (bytes) => duck`CAST(${callComputed(CRC32, bytes)} AS UINTEGER)`)),
  define(describe('CRC32IEEE', 'CRC32IEEE(text)', 'The CRC-32 checksum without inversion.', { caseInsensitive: true }), 1, 1, ofBytes(UINT32, (bytes) => duck`CAST(${callComputed(CRC32_PLAIN, bytes)} AS UINTEGER)`)),
  define(describe('CRC64', 'CRC64(text)', 'The CRC-64 checksum of ECMA.', { caseInsensitive: true }), 1, 1, ofBytes(UINT64, (bytes) => callComputed(CRC64, bytes))),
  define(describe('intHash32', 'intHash32(number)', 'A hash of a whole number.'), 1, 1, intHash(INT_HASH_32, UINT32)),
  define(describe('intHash64', 'intHash64(number)', 'A hash of a whole number.'), 1, 1, intHash(INT_HASH_64, UINT64)),
  define(describe('javaHash', 'javaHash(text)', "Java's hash of a text."), 1, 1, javaHash),
  define(describe('javaHashUTF16LE', 'javaHashUTF16LE(bytes)', "Java's hash of a text in UTF-16: write convertCharset(x, 'utf-8', 'utf-16le')."), 1, 1, ofBytes(INT32, (bytes) => callComputed(JAVA_HASH_UTF16, bytes))),
  define(describe('hiveHash', 'hiveHash(text)', "Hive's hash of a text."), 1, 1, ofBytes(INT32, (bytes) => callComputed(HIVE_HASH, bytes))),
  define(describe('xxHash64Spark', 'xxHash64Spark(text)', "Spark's xxHash64 of a text; 42, its seed, for NULL."), 1, 1, (args, call) => {
    const value = at(args, 0);
    need(call, value, 'text', 0);
    if (isNull(value)) return bound(INT64, duck`CAST(42 AS BIGINT)`, call.span);
    const hash = callComputed(SPARK_HASH, bytesSql(value));
    return bound(lowCardinality(args, INT64), isNullable(value.type) ? duck`coalesce(${hash}, 42)` : hash, call.span);
  }),
  define(describe('icebergHash', 'icebergHash(value)', "Iceberg's hash, by which it chooses a bucket."), 1, 1, icebergHash),
  define(describe('URLHash', 'URLHash(url[, level])', 'cityHash64 of a URL without its last slash, or of its beginning to a level.'), 1, 2, (args, call) => {
    const [url, level] = [at(args, 0), args[1]];
    need(call, url, 'text', 0);
    if (level) need(call, level, 'integer', 1);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, UINT64, present(args, callComputed(URL_HASH, bytesSql(url), level ? wholeSql(level) : duckInteger(-1))));
  }),
  define(describe('jumpConsistentHash', 'jumpConsistentHash(key, buckets)', 'The bucket of a key, where few keys move when buckets are added.'), 2, 2, (args, call) => {
    constantInteger(call, at(args, 1), 'the number of buckets');
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, INT32, callComputed(JUMP_HASH, duck`CAST(${numberBits(call, at(args, 0))} AS UBIGINT)`, wholeSql(at(args, 1))));
  }),
  define(describe('kostikConsistentHash', 'kostikConsistentHash(key, buckets)', 'The bucket of a key.', { aliases: ['yandexConsistentHash'] }), 2, 2, kostikHash),
];

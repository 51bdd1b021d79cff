/**
 * How ClickHouse's hash functions take values: numbers of up to 64 bits as numbers, texts and everything wider as the
 * bytes in memory, tuples as their elements one after the other, arrays and maps as a hash of their length and then of
 * their elements. NULL inside of them has a hash of its own.
 */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { DOUBLE_BITS, FLOAT_BITS, NUMBER_BYTES, UNSIGNED_BYTES, UUID_BYTES } from '../computed/digest.ts';
import type { HashAlgorithm } from '../computed/hash-algorithm.ts';
import { INT_HASH_32, INT_HASH_64 } from '../computed/int-hash.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from '../duck.ts';
import { orderSql, plainSql } from '../physical.ts';
import { bare, isNullable, printType, type ClickHouseType } from '../types.ts';
import { typeError, unsupported } from './arguments.ts';
import { bytesSql } from './argument-forms.ts';
import type { FunctionCall } from './definition.ts';
import { tupleParts } from './tuple.ts';

/** One hash, or a list of hashes that stand one after the other. */
interface Piece {
  readonly isList: boolean;
  readonly sql: DuckSql;
}

/** An algorithm with its key, where it has one. */
export interface Hashing {
  readonly algorithm: HashAlgorithm;
  readonly key: readonly DuckSql[];
}

/** The value in memory: a whole number of so many bytes in a UBIGINT, or bytes. */
export function inMemory(call: FunctionCall, value: Bound): { readonly size: number; readonly number: DuckSql } | { readonly bytes: DuckSql } {
  const type = bare(value.type);
  const sql = plainSql(value);
  switch (type.kind) {
    case 'String':
    case 'FixedString':
      return { bytes: bytesSql(value) };
    case 'Integer':
      if (type.bits > 64) return { bytes: type.signed ? callComputed(NUMBER_BYTES, sql, duckInteger(type.bits / 8)) : callComputed(UNSIGNED_BYTES, sql, duckInteger(type.bits / 8)) };
      return { size: type.bits / 8, number: type.signed ? unsigned(sql, type.bits) : sql };
    case 'Bool':
      return { size: 1, number: duck`CAST(${sql} AS UTINYINT)` };
    case 'Enum':
      return { size: type.bits / 8, number: unsigned(orderSql(value), type.bits) };
    case 'Float':
      return type.bits === 64 ? { size: 8, number: callComputed(DOUBLE_BITS, sql) } : { size: 4, number: callComputed(FLOAT_BITS, sql) };
    case 'Date':
      return { size: 2, number: duck`CAST(${sql} - DATE '1970-01-01' AS UBIGINT)` };
    case 'Date32':
      return { size: 4, number: unsigned(duck`(${sql} - DATE '1970-01-01')`, 32) };
    case 'DateTime':
      return { size: 4, number: duck`CAST(epoch(${sql}) AS UBIGINT)` };
    case 'DateTime64': {
      const count = type.precision > 6 ? duck`(epoch_ns(${sql}) // ${duckInteger(10n ** BigInt(9 - type.precision))})` : duck`CAST(floor(epoch_us(${sql}) / ${duckInteger(10n ** BigInt(6 - type.precision))}) AS BIGINT)`;
      return { bytes: callComputed(NUMBER_BYTES, count, duckInteger(8)) };
    }
    case 'Interval':
      return { bytes: callComputed(NUMBER_BYTES, sql, duckInteger(8)) };
    case 'Decimal':
      return { bytes: callComputed(NUMBER_BYTES, unscaled(sql), duckInteger(type.precision <= 9 ? 4 : type.precision <= 18 ? 8 : 16)) };
    case 'IPv4':
      return { size: 4, number: duck`sandpiper_ipv4_number(${sql})` };
    case 'IPv6':
      return { bytes: duck`unhex(sandpiper_ipv6_hex(${sql}))` };
    case 'UUID':
      return { bytes: callComputed(UUID_BYTES, duck`CAST(${sql} AS VARCHAR)`) };
    default:
      throw typeError(`${call.name} takes texts, numbers, dates, UUIDs, addresses, tuples, arrays and maps, not a value of type ${printType(value.type)}.`, value.span);
  }
}

/** The digits of a decimal without its point. */
export function unscaled(decimal: DuckSql): DuckSql {
  return duck`CAST(replace(CAST(${decimal} AS VARCHAR), '.', '') AS HUGEINT)`;
}

function unsigned(sql: DuckSql, bits: number): DuckSql {
  return duck`CAST(CASE WHEN ${sql} < 0 THEN CAST(${sql} AS HUGEINT) + ${duckInteger(2n ** BigInt(bits))} ELSE ${sql} END AS UBIGINT)`;
}

function nullHash({ algorithm, key }: Hashing): DuckSql {
  const low = 0xc58ad2da03d9a871n;
  const high = 0x5715f196cbea7a40n;
  const held = algorithm.bits === 128 ? wideHash(low | (high << 64n)) : wordHash(BigInt.asUintN(algorithm.bits, low));
  if (!algorithm.isKeyed) return held;
  return callComputed(algorithm.combined, ...key, duck`[${held}, ${algorithm.bits === 128 ? wideHash(0n) : wordHash(0n)}]`);
}

function wordHash(value: bigint): DuckSql {
  return duck`${duckInteger(value)}::UBIGINT`;
}

function wideHash(value: bigint): DuckSql {
  return callComputed(UNSIGNED_BYTES, duck`${duckInteger(value)}::UHUGEINT`, duckInteger(16));
}

/** The hash of no arguments. */
export function emptyHash({ algorithm }: Hashing): DuckSql {
  const filler = 0xe28dbde7fe22e41cn;
  return algorithm.bits === 128 ? wideHash(filler) : wordHash(BigInt.asUintN(algorithm.bits, filler));
}

function lengthHash({ algorithm }: Hashing, list: DuckSql): DuckSql {
  const size = duck`CAST(len(${list}) AS UBIGINT)`;
  if (algorithm.bits === 64) return callComputed(INT_HASH_64, size);
  const hash = callComputed(INT_HASH_32, size);
  return algorithm.bits === 32 ? hash : callComputed(UNSIGNED_BYTES, hash, duckInteger(16));
}

/** The hashes of a value, which its outermost NULL makes NULL. */
function pieces(call: FunctionCall, hashing: Hashing, value: Bound, type: ClickHouseType): readonly Piece[] {
  const { algorithm, key } = hashing;
  switch (type.kind) {
    case 'Tuple':
      return tupleParts(type, plainSql(value), value).flatMap((part) => inner(call, hashing, part));
    case 'Geo':
      return pieces(call, hashing, value, type.of);
    case 'Nested':
      return pieces(call, hashing, value, { kind: 'Array', of: { kind: 'Tuple', elements: type.elements } });
    case 'Map':
      return [listPiece(call, hashing, duck`map_entries(${plainSql(value)})`, (entry) => [[type.key, duck`${entry}.key`], [type.value, duck`${entry}.value`]], value)];
    case 'Array':
      return [listPiece(call, hashing, plainSql(value), (element) => [[type.of, element]], value)];
    case 'JSON':
    case 'Dynamic':
    case 'Variant':
      throw unsupported(`${call.name} does not hash values of type ${printType(value.type)} here: hash toString of it.`, value.span);
    default: {
      const held = inMemory(call, value);
      const sql = 'bytes' in held ? callComputed(algorithm.ofBytes, ...key, held.bytes) : callComputed(algorithm.ofNumber, ...key, held.number, duckInteger(held.size));
      return [{ isList: false, sql }];
    }
  }
}

/** A list of the length's hash and each element's. */
function listPiece(call: FunctionCall, hashing: Hashing, list: DuckSql, parts: (element: DuckSql) => readonly (readonly [ClickHouseType, DuckSql])[], value: Bound): Piece {
  const name = duckName(call.context.freshName());
  const whole = duckName(call.context.freshName());
  const each = parts(name).flatMap(([type, sql]) => inner(call, hashing, bound(type, sql, value.span)));
  return { isList: true, sql: duck`list_transform([${list}], lambda ${whole}: list_prepend(${lengthHash(hashing, whole)}, list_transform(${whole}, lambda ${name}: ${together(hashing, each)})))[1]` };
}

/** The hashes of a value inside of another, where NULL has a hash. */
function inner(call: FunctionCall, hashing: Hashing, value: Bound): readonly Piece[] {
  const type = bare(value.type);
  if (type.kind === 'Nothing') return [{ isList: false, sql: isNullable(value.type) ? nullHash(hashing) : hashing.algorithm.bits === 128 ? wideHash(0n) : wordHash(0n) }];
  const made = pieces(call, hashing, value, type);
  if (!isNullable(value.type)) return made;
  return [{ isList: false, sql: duck`CASE WHEN ${plainSql(value)} IS NULL THEN ${nullHash(hashing)} ELSE ${together(hashing, made)} END` }];
}

function together({ algorithm, key }: Hashing, made: readonly Piece[]): DuckSql {
  const [first] = made;
  if (first && made.length === 1 && !first.isList) return first.sql;
  const runs: DuckSql[] = [];
  let single: DuckSql[] = [];
  const flush = () => {
    if (single.length > 0) runs.push(duck`[${single}]`);
    single = [];
  };
  for (const piece of made) {
    if (piece.isList) {
      flush();
      runs.push(piece.sql);
    } else single.push(piece.sql);
  }
  flush();
  return callComputed(algorithm.combined, ...key, runs.length === 1 ? joined(runs, ', ') : duck`list_concat(${runs})`);
}

/** The hash of these values, which are not NULL themselves. */
export function hashOf(call: FunctionCall, hashing: Hashing, values: readonly Bound[]): DuckSql {
  return together(hashing, values.flatMap((value) => pieces(call, hashing, value, bare(value.type))));
}

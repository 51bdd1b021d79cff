/** Digests that DuckDB lacks, sums of bytes, and the forms of numbers in memory that hashes are taken of. */
import { cityHash64 } from './city-hash.ts';
import { BIGINT, BLOB, computed, DOUBLE, HUGEINT, INTEGER, UBIGINT, UHUGEINT, VARCHAR } from './definition.ts';
import { keccak256 } from './keccak.ts';
import { md4, ripemd160 } from './md.ts';
import { murmur3 } from './murmur-hash.ts';
import { sha224, sha384, sha512, sha512Of256 } from './sha2.ts';
import { bytesOf, joinedBytes } from './word.ts';
import { xxHash64 } from './xx-hash.ts';

export const MD4 = computed('sandpiper_md4', [BLOB], BLOB, md4);
export const RIPEMD160 = computed('sandpiper_ripemd160', [BLOB], BLOB, ripemd160);
export const SHA224 = computed('sandpiper_sha224', [BLOB], BLOB, sha224);
export const SHA384 = computed('sandpiper_sha384', [BLOB], BLOB, sha384);
export const SHA512 = computed('sandpiper_sha512', [BLOB], BLOB, sha512);
export const SHA512_256 = computed('sandpiper_sha512_256', [BLOB], BLOB, sha512Of256);
export const KECCAK256 = computed('sandpiper_keccak256', [BLOB], BLOB, keccak256);

const CRC32_TABLE = table(0xedb88320);
const CRC64_TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  return value;
});

function table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}

function crc32(bytes: Uint8Array, start: number): number {
  let state = start;
  for (const byte of bytes) state = (CRC32_TABLE[(state ^ byte) & 255] ?? 0) ^ (state >>> 8);
  return state;
}

export const CRC32 = computed('sandpiper_crc32', [BLOB], UBIGINT, (bytes) => BigInt(~crc32(bytes, -1) >>> 0));
/** The same polynomial without the inversion of begin and end. */
export const CRC32_PLAIN = computed('sandpiper_crc32_plain', [BLOB], UBIGINT, (bytes) => BigInt(crc32(bytes, 0) >>> 0));
export const CRC64 = computed('sandpiper_crc64', [BLOB], UBIGINT, (bytes) => {
  let state = 0n;
  for (const byte of bytes) state = (CRC64_TABLE[Number(state & 255n) ^ byte] ?? 0n) ^ (state >> 8n);
  return state;
});

function java(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + ((byte << 24) >> 24)) | 0;
  return sum;
}

export const JAVA_HASH = computed('sandpiper_java_hash', [BLOB], INTEGER, java);
export const HIVE_HASH = computed('sandpiper_hive_hash', [BLOB], INTEGER, (bytes) => java(bytes) & 0x7fffffff);

export const JAVA_HASH_UTF16 = computed('sandpiper_java_hash_utf16', [BLOB], INTEGER, (given) => {
  const bytes = given[0] === 255 && given[1] === 254 ? given.subarray(2) : given;
  if (bytes.length % 2 !== 0) throw new Error('javaHashUTF16LE takes text in UTF-16, whose bytes come in pairs.');
  let sum = 0;
  for (let place = 0; place < bytes.length; place += 2) sum = (Math.imul(sum, 31) + ((bytes[place] ?? 0) | ((bytes[place + 1] ?? 0) << 8))) | 0;
  return sum;
});

export const SPARK_HASH = computed('sandpiper_spark_hash', [BLOB], BIGINT, (bytes) => BigInt.asIntN(64, xxHash64(bytes, 42n)));

/** Iceberg's bucket hash of bytes, and of a number: its shortest bytes, highest first, for decimals; else eight, lowest first. */
export const ICEBERG_BYTES = computed('sandpiper_iceberg_bytes', [BLOB], INTEGER, (bytes) => murmur3(bytes) | 0);
export const ICEBERG_NUMBER = computed('sandpiper_iceberg_number', [UBIGINT], INTEGER, (number) => murmur3(bytesOf(number, 8)) | 0);
export const ICEBERG_DECIMAL = computed('sandpiper_iceberg_decimal', [HUGEINT], INTEGER, (number) => {
  let size = 1;
  while (BigInt.asIntN(size * 8, number) !== number) size += 1;
  return murmur3(bytesOf(number, size).reverse()) | 0;
});

/** The length of a URL's beginning that is this deep; all of it for a depth below zero. */
function urlBeginning(bytes: Uint8Array, depth: bigint): number {
  const { length } = bytes;
  if (depth < 0n) return length;
  const letter = (place: number) => bytes[place] ?? 0;
  const isMark = (place: number) => letter(place) === 47 || letter(place) === 63 || letter(place) === 35;
  let place = 0;
  while (place < length && ((letter(place) > 97 && letter(place) < 122) || (letter(place) > 48 && letter(place) < 57))) place += 1;
  const hasHost = place > 0 && place + 3 < length && letter(place) === 58 && letter(place + 1) === 47 && letter(place + 2) === 47;
  if (!hasHost) return depth === 0n ? length : 0;
  place += 3;
  while (place < length && !isMark(place)) place += 1;
  if (place < length) place += 1;
  let level = 0n;
  while (level < depth && place < length) {
    while (place < length && isMark(place)) place += 1;
    if (place === length) break;
    while (place < length && !isMark(place)) place += 1;
    if (place < length) place += 1;
    level += 1n;
  }
  return level === depth ? place : 0;
}

export const URL_HASH = computed('sandpiper_url_hash', [BLOB, BIGINT], UBIGINT, (bytes, depth) => {
  const end = urlBeginning(bytes, depth);
  const last = bytes[end - 1];
  return cityHash64(bytes.subarray(0, last === 47 || last === 63 || last === 35 ? end - 1 : end));
});

const view = new DataView(new ArrayBuffer(8));

export const DOUBLE_BITS = computed('sandpiper_double_bits', [DOUBLE], UBIGINT, (number) => {
  view.setFloat64(0, number);
  return view.getBigUint64(0);
});
export const FLOAT_BITS = computed('sandpiper_float_bits', [DOUBLE], UBIGINT, (number) => {
  view.setFloat32(0, number);
  return BigInt(view.getUint32(0));
});
/** The lowest bytes of a number, lowest first. */
export const NUMBER_BYTES = computed('sandpiper_number_bytes', [HUGEINT, INTEGER], BLOB, bytesOf);
export const UNSIGNED_BYTES = computed('sandpiper_unsigned_bytes', [UHUGEINT, INTEGER], BLOB, bytesOf);
/** The text of a UUID as it stands in memory: two words, each lowest byte first. */
export const UUID_BYTES = computed('sandpiper_uuid_bytes', [VARCHAR], BLOB, (text) => {
  const digits = text.replaceAll('-', '');
  return joinedBytes(bytesOf(BigInt(`0x${digits.slice(0, 16)}`), 8), bytesOf(BigInt(`0x${digits.slice(16)}`), 8));
});
/** 16 bytes, lowest first, as a number. */
export const BYTES_NUMBER = computed('sandpiper_bytes_number', [BLOB], UHUGEINT, (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n));

export const DIGESTS = [
  MD4, RIPEMD160, SHA224, SHA384, SHA512, SHA512_256, KECCAK256, CRC32, CRC32_PLAIN, CRC64, JAVA_HASH, HIVE_HASH, JAVA_HASH_UTF16, SPARK_HASH, ICEBERG_BYTES, ICEBERG_NUMBER,
  ICEBERG_DECIMAL, URL_HASH, DOUBLE_BITS, FLOAT_BITS, NUMBER_BYTES, UNSIGNED_BYTES, UUID_BYTES, BYTES_NUMBER,
];

/**
 * ClickHouse's hash functions of any values as computed functions: each hashes bytes, the bytes of a number, and a list of
 * hashes, which it combines from left to right. Hashes of up to 64 bits are UBIGINT, those of 128 bits 16 bytes.
 * How values become bytes, numbers and lists is functions/hash-value.ts's.
 */
import { cityHash64, cityOfPair } from './city-hash.ts';
import { BLOB, computed, INTEGER, list, UBIGINT, type ComputedFunction, type ComputedType } from './definition.ts';
import { farmFingerprint64, farmHash64, fingerprintOfPair } from './farm-hash.ts';
import { intHash32, intHash64 } from './int-hash.ts';
import { md5 } from './md.ts';
import { metroHash64 } from './metro-hash.ts';
import { murmur2, murmur3, murmur3Bytes, murmur3Wide, murmur64 } from './murmur-hash.ts';
import { sipHash128, sipHash128Reference, sipHash64 } from './sip-hash.ts';
import { bytesOf, joinedBytes, Words } from './word.ts';
import { wyHash64 } from './wy-hash.ts';
import { xxHash32, xxHash64 } from './xx-hash.ts';
import { xxh3, xxh3Wide } from './xxh3.ts';

export interface HashAlgorithm {
  readonly bits: 32 | 64 | 128;
  /** Its calls begin with the two words of a key. */
  readonly isKeyed: boolean;
  readonly ofBytes: ComputedFunction;
  /** Of a number's lowest bytes: the number, and how many. */
  readonly ofNumber: ComputedFunction;
  /** Of a list of hashes that is not empty. */
  readonly combined: ComputedFunction;
}

type Key = readonly [bigint, bigint];

interface Making<H> {
  readonly name: string;
  readonly bits: HashAlgorithm['bits'];
  readonly held: ComputedType<H>;
  readonly of: (bytes: Uint8Array, key: Key) => H;
  readonly pair: (left: H, right: H, key: Key) => H;
  /** For numbers, where they are not hashed as their bytes. */
  readonly ofNumber?: (number: bigint) => H;
}

const NO_KEY: Key = [0n, 0n];

function plain<H>({ name, bits, held, of, pair, ofNumber }: Making<H>): HashAlgorithm {
  return {
    bits,
    isKeyed: false,
    ofBytes: computed(`sandpiper_${name}`, [BLOB], held, (bytes: Uint8Array) => of(bytes, NO_KEY)),
    ofNumber: computed(`sandpiper_${name}_number`, [UBIGINT, INTEGER], held, (number: bigint, size: number) => (ofNumber ? ofNumber(number) : of(bytesOf(number, size), NO_KEY))),
    combined: computed(`sandpiper_${name}_combined`, [list(held)], held, (hashes: readonly H[]) => hashes.reduce((left, right) => pair(left, right, NO_KEY))),
  };
}

function keyed<H>({ name, bits, held, of, pair }: Making<H>): HashAlgorithm {
  return {
    bits,
    isKeyed: true,
    ofBytes: computed(`sandpiper_${name}`, [UBIGINT, UBIGINT, BLOB], held, (key0: bigint, key1: bigint, bytes: Uint8Array) => of(bytes, [key0, key1])),
    ofNumber: computed(`sandpiper_${name}_number`, [UBIGINT, UBIGINT, UBIGINT, INTEGER], held, (key0: bigint, key1: bigint, number: bigint, size: number) => of(bytesOf(number, size), [key0, key1])),
    combined: computed(`sandpiper_${name}_combined`, [UBIGINT, UBIGINT, list(held)], held, (key0: bigint, key1: bigint, hashes: readonly H[]) => hashes.reduce((left, right) => pair(left, right, [key0, key1]))),
  };
}

type Word = Omit<Making<bigint>, 'held' | 'bits'>;

const words = (of: (bytes: Uint8Array, key: Key) => bigint) => (left: bigint, right: bigint, key: Key) => of(joinedBytes(bytesOf(left, 8), bytesOf(right, 8)), key);
const wides = (of: (bytes: Uint8Array, key: Key) => Uint8Array) => (left: Uint8Array, right: Uint8Array, key: Key) => of(joinedBytes(left, right), key);
const mixed32 = (left: bigint, right: bigint) => intHash32(left) ^ right;
const mixed64 = (left: bigint, right: bigint) => intHash64(left) ^ right;

const hash32 = (name: string, of: (bytes: Uint8Array) => number) => plain({ name, bits: 32, held: UBIGINT, of: (bytes) => BigInt(of(bytes)), pair: mixed32 });
const hash64 = (making: Word) => plain({ ...making, bits: 64, held: UBIGINT });
const hash128 = (name: string, of: (bytes: Uint8Array, key: Key) => Uint8Array) => plain({ name, bits: 128, held: BLOB, of, pair: wides(of) });

const sip = (bytes: Uint8Array, [key0, key1]: Key) => sipHash64(bytes, key0, key1);
const sipWide = (bytes: Uint8Array, [key0, key1]: Key) => sipHash128(bytes, key0, key1);
const sipReference = (bytes: Uint8Array, [key0, key1]: Key) => sipHash128Reference(bytes, key0, key1);

function halfMd5(bytes: Uint8Array): bigint {
  return BigInt.asUintN(64, new Words(md5(bytes).slice(0, 8).reverse()).at(0));
}

function murmur3Word(bytes: Uint8Array): bigint {
  const [low, high] = murmur3Wide(bytes);
  return low ^ high;
}

/** By the names of ClickHouse's functions. */
export const HASH_ALGORITHMS = {
  cityHash64: hash64({ name: 'city', of: cityHash64, pair: cityOfPair, ofNumber: intHash64 }),
  farmHash64: hash64({ name: 'farm', of: farmHash64, pair: cityOfPair, ofNumber: intHash64 }),
  farmFingerprint64: hash64({ name: 'farm_fingerprint', of: farmFingerprint64, pair: fingerprintOfPair, ofNumber: intHash64 }),
  metroHash64: hash64({ name: 'metro', of: metroHash64, pair: cityOfPair, ofNumber: intHash64 }),
  sipHash64: hash64({ name: 'sip', of: sip, pair: words(sip) }),
  sipHash64Keyed: keyed({ name: 'sip_keyed', bits: 64, held: UBIGINT, of: sip, pair: words(sip) }),
  sipHash128: hash128('sip_wide', sipWide),
  sipHash128Keyed: keyed({ name: 'sip_wide_keyed', bits: 128, held: BLOB, of: sipWide, pair: wides(sipWide) }),
  sipHash128Reference: hash128('sip_reference', sipReference),
  sipHash128ReferenceKeyed: keyed({ name: 'sip_reference_keyed', bits: 128, held: BLOB, of: sipReference, pair: wides(sipReference) }),
  halfMD5: hash64({ name: 'half_md5', of: halfMd5, pair: words(halfMd5) }),
  murmurHash2_32: hash32('murmur2_32', (bytes) => murmur2(bytes, 0)),
  murmurHash2_64: hash64({ name: 'murmur2_64', of: (bytes) => murmur64(bytes, 0n), pair: mixed64 }),
  gccMurmurHash: hash64({ name: 'gcc_murmur', of: (bytes) => murmur64(bytes, 0xc70f6907n), pair: mixed64 }),
  kafkaMurmurHash: hash32('kafka_murmur', (bytes) => murmur2(bytes, 0x9747b28c) & 0x7fffffff),
  murmurHash3_32: hash32('murmur3_32', murmur3),
  murmurHash3_64: hash64({ name: 'murmur3_64', of: murmur3Word, pair: mixed64 }),
  murmurHash3_128: hash128('murmur3_128', murmur3Bytes),
  xxHash32: hash32('xx32', xxHash32),
  xxHash64: hash64({ name: 'xx64', of: (bytes) => xxHash64(bytes), pair: cityOfPair }),
  xxh3: hash64({ name: 'xxh3', of: xxh3, pair: cityOfPair }),
  xxh3_128: hash128('xxh3_128', xxh3Wide),
  wyHash64: hash64({ name: 'wy', of: wyHash64, pair: words(wyHash64) }),
} satisfies Readonly<Record<string, HashAlgorithm>>;

export const HASH_FUNCTIONS: readonly ComputedFunction[] = Object.values(HASH_ALGORITHMS).flatMap(({ ofBytes, ofNumber, combined }) => [ofBytes, ofNumber, combined]);

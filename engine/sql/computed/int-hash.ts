/** ClickHouse's hashes of whole numbers, and the consistent hashes that choose one of several buckets. */
import { BIGINT, computed, INTEGER, UBIGINT } from './definition.ts';
import { product, turned, wrapped } from './word.ts';

export function intHash64(number: bigint): bigint {
  let word = number ^ 0x4cf2d2baae6da887n;
  word = product(word ^ (word >> 33n), 0xff51afd7ed558ccdn);
  word = product(word ^ (word >> 33n), 0xc4ceb9fe1a85ec53n);
  return word ^ (word >> 33n);
}

export function intHash32(number: bigint): bigint {
  let word = number ^ 0x75d9543de018bf45n;
  word = wrapped(~word + (word << 18n));
  word = product(word ^ turned(word, 31n), 21n);
  word ^= turned(word, 11n);
  word = wrapped(word + (word << 6n));
  return (word ^ turned(word, 22n)) & 0xffffffffn;
}

/** Jump consistent hash: the last jump that stays below the number of buckets. */
function jump(key: bigint, buckets: bigint): number {
  if (buckets <= 0n || buckets > 0x7fffffffn) throw new Error('jumpConsistentHash takes a positive number of buckets of 31 bits.');
  let state = key;
  let [bucket, next] = [-1, 0];
  while (next < Number(buckets)) {
    bucket = next;
    state = wrapped(state * 2862933555777941757n + 1n);
    next = Math.trunc((bucket + 1) * (2147483648 / Number((state >> 33n) + 1n)));
  }
  return bucket;
}

export const INT_HASH_64 = computed('sandpiper_int_hash64', [UBIGINT], UBIGINT, intHash64);
export const INT_HASH_32 = computed('sandpiper_int_hash32', [UBIGINT], UBIGINT, intHash32);
export const JUMP_HASH = computed('sandpiper_jump_hash', [UBIGINT, BIGINT], INTEGER, jump);

export const INT_HASHES = [INT_HASH_64, INT_HASH_32, JUMP_HASH];

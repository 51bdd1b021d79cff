/** The MurmurHash family: 2 with 32 and 64 bits and a seed, 3 with 32 and 128 bits. */
import { bytesOf, joinedBytes, product, turned, turned32, Words, wrapped } from './word.ts';

/** MurmurHash2, 32 bits. */
export function murmur2(bytes: Uint8Array, seed: number): number {
  const words = new Words(bytes);
  const factor = 0x5bd1e995;
  let hash = seed ^ words.size;
  let place = 0;
  for (; place + 4 <= words.size; place += 4) {
    let word = Math.imul(words.numberAt(place), factor);
    word = Math.imul(word ^ (word >>> 24), factor);
    hash = Math.imul(hash, factor) ^ word;
  }
  const left = words.size - place;
  if (left >= 3) hash ^= words.byteAt(place + 2) << 16;
  if (left >= 2) hash ^= words.byteAt(place + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ words.byteAt(place), factor);
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** MurmurHash64A. */
export function murmur64(bytes: Uint8Array, seed: bigint): bigint {
  const words = new Words(bytes);
  const factor = 0xc6a4a7935bd1e995n;
  let hash = wrapped(seed ^ product(BigInt(words.size), factor));
  let place = 0;
  for (; place + 8 <= words.size; place += 8) {
    const word = product(words.at(place), factor);
    hash = product(hash ^ product(word ^ (word >> 47n), factor), factor);
  }
  if (place < words.size) hash = product(hash ^ tail(words, place), factor);
  hash = product(hash ^ (hash >> 47n), factor);
  return hash ^ (hash >> 47n);
}

/** Up to eight bytes from here as a word. */
function tail(words: Words, from: number, to = words.size): bigint {
  let word = 0n;
  for (let place = Math.min(to, words.size) - 1; place >= from; place -= 1) word = (word << 8n) | BigInt(words.byteAt(place));
  return word;
}

/** MurmurHash3 for x86, 32 bits, seed 0. */
export function murmur3(bytes: Uint8Array): number {
  const words = new Words(bytes);
  const scrambled = (word: number) => Math.imul(turned32(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  let hash = 0;
  let place = 0;
  for (; place + 4 <= words.size; place += 4) hash = (Math.imul(turned32(hash ^ scrambled(words.numberAt(place)), 13), 5) + 0xe6546b64) | 0;
  if (place < words.size) hash ^= scrambled(Number(tail(words, place)));
  hash ^= words.size;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** MurmurHash3 for x64, 128 bits, seed 0, as two words. */
export function murmur3Wide(bytes: Uint8Array): readonly [bigint, bigint] {
  const words = new Words(bytes);
  let [low, high] = [0n, 0n];
  const scrambledLow = (word: bigint) => product(turned(product(word, C1), 33n), C2);
  const scrambledHigh = (word: bigint) => product(turned(product(word, C2), 31n), C1);
  let place = 0;
  for (; place + 16 <= words.size; place += 16) {
    low = wrapped((turned(low ^ scrambledLow(words.at(place)), 37n) + high) * 5n + 0x52dce729n);
    high = wrapped((turned(high ^ scrambledHigh(words.at(place + 8)), 33n) + low) * 5n + 0x38495ab5n);
  }
  if (words.size - place > 8) high ^= scrambledHigh(tail(words, place + 8));
  if (words.size - place > 0) low ^= scrambledLow(tail(words, place, place + 8));
  const size = BigInt(words.size);
  low ^= size;
  high ^= size;
  low = wrapped(low + high);
  high = wrapped(high + low);
  low = finished(low);
  high = finished(high);
  low = wrapped(low + high);
  return [low, wrapped(high + low)];
}

function finished(word: bigint): bigint {
  const once = product(word ^ (word >> 33n), 0xff51afd7ed558ccdn);
  const twice = product(once ^ (once >> 33n), 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}

export function murmur3Bytes(bytes: Uint8Array): Uint8Array {
  const [low, high] = murmur3Wide(bytes);
  return joinedBytes(bytesOf(low, 8), bytesOf(high, 8));
}

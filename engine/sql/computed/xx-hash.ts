/** xxHash with 32 and 64 bits. */
import { product, turned, turned32, Words, wrapped } from './word.ts';

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

export function xxHash32(bytes: Uint8Array): number {
  const words = new Words(bytes);
  const { size } = words;
  let place = 0;
  let hash = P5;
  if (size >= 16) {
    const sums: [number, number, number, number] = [(P1 + P2) | 0, P2, 0, -P1 | 0];
    for (; place <= size - 16; place += 16) {
      for (let lane = 0; lane < 4; lane += 1) sums[lane] = Math.imul(turned32(((sums[lane] ?? 0) + Math.imul(words.numberAt(place + lane * 4), P2)) | 0, 13), P1);
    }
    hash = (turned32(sums[0], 1) + turned32(sums[1], 7) + turned32(sums[2], 12) + turned32(sums[3], 18)) | 0;
  }
  hash = (hash + size) | 0;
  for (; place + 4 <= size; place += 4) hash = Math.imul(turned32((hash + Math.imul(words.numberAt(place), P3)) | 0, 17), P4);
  for (; place < size; place += 1) hash = Math.imul(turned32((hash + Math.imul(words.byteAt(place), P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export const Q1 = 0x9e3779b185ebca87n;
export const Q2 = 0xc2b2ae3d27d4eb4fn;
export const Q3 = 0x165667b19e3779f9n;
export const Q4 = 0x85ebca77c2b2ae63n;
export const Q5 = 0x27d4eb2f165667c5n;

function round(sum: bigint, word: bigint): bigint {
  return product(turned(wrapped(sum + word * Q2), 33n), Q1);
}

/** The last step, which spreads every bit. */
export function avalanche64(word: bigint): bigint {
  const once = product(word ^ (word >> 33n), Q2);
  const twice = product(once ^ (once >> 29n), Q3);
  return twice ^ (twice >> 32n);
}

export function xxHash64(bytes: Uint8Array, seed = 0n): bigint {
  const words = new Words(bytes);
  const { size } = words;
  let place = 0;
  let hash = wrapped(seed + Q5);
  if (size >= 32) {
    let [a, b, c, d] = [wrapped(seed + Q1 + Q2), wrapped(seed + Q2), wrapped(seed), wrapped(seed - Q1)];
    for (; place <= size - 32; place += 32) {
      a = round(a, words.at(place));
      b = round(b, words.at(place + 8));
      c = round(c, words.at(place + 16));
      d = round(d, words.at(place + 24));
    }
    hash = wrapped(turned(a, 63n) + turned(b, 57n) + turned(c, 52n) + turned(d, 46n));
    for (const sum of [a, b, c, d]) hash = wrapped((hash ^ round(0n, sum)) * Q1 + Q4);
  }
  hash = wrapped(hash + BigInt(size));
  for (; place + 8 <= size; place += 8) hash = wrapped(turned(hash ^ round(0n, words.at(place)), 37n) * Q1 + Q4);
  for (; place + 4 <= size; place += 4) hash = wrapped(turned(hash ^ product(words.halfAt(place), Q1), 41n) * Q2 + Q3);
  for (; place < size; place += 1) hash = product(turned(hash ^ product(BigInt(words.byteAt(place)), Q5), 53n), Q1);
  return avalanche64(hash);
}

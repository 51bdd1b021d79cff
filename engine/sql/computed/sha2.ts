/**
 * The SHA-2 digests that DuckDB lacks: 224, 384, 512 and 512/256. Their constants are the first bits behind the point of
 * roots of prime numbers, computed once.
 */
import { joinedBytes, wrapped } from './word.ts';

const PRIMES: readonly bigint[] = (() => {
  const found: bigint[] = [];
  for (let number = 2n; found.length < 80; number += 1n) if (found.every((prime) => number % prime !== 0n)) found.push(number);
  return found;
})();

/** The first 64 bits behind the point of a root. */
function rootBits(number: bigint, degree: 2n | 3n): bigint {
  const scaled = number << (64n * degree);
  let [low, high] = [0n, 1n << 70n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= scaled) low = middle;
    else high = middle;
  }
  return wrapped(low);
}

const ADDS = PRIMES.map((prime) => rootBits(prime, 3n));
const START_512 = PRIMES.slice(0, 8).map((prime) => rootBits(prime, 2n));
const START_384 = PRIMES.slice(8, 16).map((prime) => rootBits(prime, 2n));
const START_224 = START_384.map((word) => word & 0xffffffffn);

/** What 32-bit and 64-bit words differ in. */
interface Width {
  readonly bytes: 4 | 8;
  readonly rounds: 64 | 80;
  /** Turns of the two sums over the state, and turns and the shift of the two over the words. */
  readonly turns: readonly (readonly [bigint, bigint, bigint])[];
}

const NARROW: Width = { bytes: 4, rounds: 64, turns: [[2n, 13n, 22n], [6n, 11n, 25n], [7n, 18n, 3n], [17n, 19n, 10n]] };
const WIDE: Width = { bytes: 8, rounds: 80, turns: [[28n, 34n, 39n], [14n, 18n, 41n], [1n, 8n, 7n], [19n, 61n, 6n]] };

function sha2(bytes: Uint8Array, start: readonly bigint[], width: Width): Uint8Array {
  const bits = width.bytes * 8;
  const block = width.bytes * 16;
  const cut = (word: bigint) => BigInt.asUintN(bits, word);
  const turned = (word: bigint, places: bigint) => cut((word >> places) | (word << (BigInt(bits) - places)));
  const sum = (word: bigint, which: 0 | 1 | 2 | 3) => {
    const [first, second, third] = width.turns[which] ?? [0n, 0n, 0n];
    return turned(word, first) ^ turned(word, second) ^ (which < 2 ? turned(word, third) : word >> third);
  };
  const adds = width.bytes === 8 ? ADDS : ADDS.map((word) => word >> 32n);
  const padding = block - ((bytes.length + width.bytes * 2 + 1) % block);
  const all = joinedBytes(bytes, Uint8Array.of(128), new Uint8Array(padding === block ? 0 : padding), bigEndian(BigInt(bytes.length) * 8n, width.bytes * 2));
  let state = [...start];
  for (let place = 0; place < all.length; place += block) {
    const words = Array.from({ length: 16 }, (_, index) => read(all, place + index * width.bytes, width.bytes));
    for (let index = 16; index < width.rounds; index += 1) words.push(cut((words[index - 16] ?? 0n) + sum(words[index - 15] ?? 0n, 2) + (words[index - 7] ?? 0n) + sum(words[index - 2] ?? 0n, 3)));
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    for (let index = 0; index < width.rounds; index += 1) {
      const first = h + sum(e, 1) + ((e & f) ^ (~e & g)) + (adds[index] ?? 0n) + (words[index] ?? 0n);
      const second = sum(a, 0) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [cut(first + second), a, b, c, cut(d + first), e, f, g];
    }
    const made = [a, b, c, d, e, f, g, h];
    state = state.map((word, index) => cut(word + (made[index] ?? 0n)));
  }
  return joinedBytes(...state.map((word) => bigEndian(word, width.bytes)));
}

function read(bytes: Uint8Array, place: number, size: number): bigint {
  let word = 0n;
  for (let index = 0; index < size; index += 1) word = (word << 8n) | BigInt(bytes[place + index] ?? 0);
  return word;
}

function bigEndian(word: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = size - 1, rest = word; index >= 0; index -= 1, rest >>= 8n) bytes[index] = Number(rest & 255n);
  return bytes;
}

const START_512_256 = (() => {
  const made = sha2(new TextEncoder().encode('SHA-512/256'), START_512.map((word) => word ^ 0xa5a5a5a5a5a5a5a5n), WIDE);
  return Array.from({ length: 8 }, (_, index) => read(made, index * 8, 8));
})();

export const sha224 = (bytes: Uint8Array): Uint8Array => sha2(bytes, START_224, NARROW).subarray(0, 28);
export const sha384 = (bytes: Uint8Array): Uint8Array => sha2(bytes, START_384, WIDE).subarray(0, 48);
export const sha512 = (bytes: Uint8Array): Uint8Array => sha2(bytes, START_512, WIDE);
export const sha512Of256 = (bytes: Uint8Array): Uint8Array => sha2(bytes, START_512_256, WIDE).subarray(0, 32);

/** FarmHash's fingerprint of 64 bits and its hash of 64 bits, which differ in how they take longer bytes. */
import { product, turned, Words, wrapped } from './word.ts';

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

type Pair = readonly [bigint, bigint];

function mixed(word: bigint): bigint {
  return word ^ (word >> 47n);
}

function ofPair(low: bigint, high: bigint, factor: bigint): bigint {
  const first = mixed(product(low ^ high, factor));
  return product(mixed(product(high ^ first, factor)), factor);
}

function weak(words: Words, offset: number, a: bigint, b: bigint): Pair {
  const [w, x, y, z] = [words.at(offset), words.at(offset + 8), words.at(offset + 16), words.at(offset + 24)];
  const start = a + w;
  const sum = start + x + y;
  return [wrapped(sum + z), wrapped(turned(wrapped(b + start + z), 21n) + turned(wrapped(sum), 44n) + start)];
}

function upTo16(words: Words): bigint {
  const { size } = words;
  const factor = wrapped(K2 + BigInt(size) * 2n);
  if (size >= 8) {
    const a = wrapped(words.at(0) + K2);
    const b = words.at(size - 8);
    return ofPair(wrapped(turned(b, 37n) * factor + a), product(wrapped(turned(a, 25n) + b), factor), factor);
  }
  if (size >= 4) return ofPair(BigInt(size) + (words.halfAt(0) << 3n), words.halfAt(size - 4), factor);
  if (size === 0) return K2;
  const y = BigInt(words.byteAt(0) + words.byteAt(size >> 1) * 256);
  const z = BigInt(size + words.byteAt(size - 1) * 4);
  return product(mixed(product(y, K2) ^ product(z, K0)), K2);
}

/** The two words that four words at both ends of a piece make. */
function ends(words: Words, from: number, size: number, factor: bigint): { readonly a: bigint; readonly b: bigint; readonly c: bigint; readonly u: bigint; readonly v: bigint } {
  const a = product(words.at(from), K1);
  const b = words.at(from + 8);
  const c = product(words.at(from + size - 8), factor);
  const d = product(words.at(from + size - 16), K2);
  return { a, b, c, u: wrapped(turned(wrapped(a + b), 43n) + turned(c, 30n) + d), v: wrapped(a + turned(wrapped(b + K2), 18n) + c) };
}

function upTo32(words: Words): bigint {
  const factor = wrapped(K2 + BigInt(words.size) * 2n);
  const { u, v } = ends(words, 0, words.size, factor);
  return ofPair(u, v, factor);
}

function fingerprintUpTo64(words: Words): bigint {
  const { size } = words;
  const factor = wrapped(K2 + BigInt(size) * 2n);
  const a = product(words.at(0), K2);
  const b = words.at(8);
  const c = product(words.at(size - 8), factor);
  const d = product(words.at(size - 16), K2);
  const y = wrapped(turned(wrapped(a + b), 43n) + turned(c, 30n) + d);
  const z = ofPair(y, wrapped(a + turned(wrapped(b + K2), 18n) + c), factor);
  const e = product(words.at(16), factor);
  const f = words.at(24);
  const g = product(wrapped(y + words.at(size - 32)), factor);
  const h = product(wrapped(z + words.at(size - 24)), factor);
  return ofPair(wrapped(turned(wrapped(e + f), 43n) + turned(g, 30n) + h), wrapped(e + turned(wrapped(f + a), 18n) + g), factor);
}

function fingerprintLong(words: Words): bigint {
  const { size } = words;
  let y = wrapped(81n * K1 + 113n);
  let z = product(mixed(wrapped(y * K2 + 113n)), K2);
  let x = wrapped(81n * K2 + words.at(0));
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  const step = (offset: number, factor: bigint, weight: bigint) => {
    x = product(turned(wrapped(x + y + v[0] + words.at(offset + 8)), 37n), factor) ^ wrapped(w[1] * weight);
    y = wrapped(product(turned(wrapped(y + v[1] + words.at(offset + 48)), 42n), factor) + v[0] * weight + words.at(offset + 40));
    z = product(turned(wrapped(z + w[0]), 33n), factor);
    v = weak(words, offset, product(v[1], factor), wrapped(x + w[0]));
    w = weak(words, offset + 32, wrapped(z + w[1]), wrapped(y + words.at(offset + 16)));
    [x, z] = [z, x];
  };
  const end = (size - 1) & ~63;
  for (let offset = 0; offset < end; offset += 64) step(offset, K1, 1n);
  const factor = wrapped(K1 + ((z & 255n) << 1n));
  const first = wrapped(w[0] + BigInt((size - 1) & 63));
  const sum = wrapped(v[0] + first);
  v = [sum, v[1]];
  w = [wrapped(first + sum), w[1]];
  step(size - 64, factor, 9n);
  return ofPair(wrapped(ofPair(v[0], w[0], factor) + product(mixed(y), K0) + z), wrapped(ofPair(v[1], w[1], factor) + x), factor);
}

export function farmFingerprint64(bytes: Uint8Array): bigint {
  return fingerprint(new Words(bytes));
}

function fingerprint(words: Words): bigint {
  if (words.size <= 16) return upTo16(words);
  if (words.size <= 32) return upTo32(words);
  return words.size <= 64 ? fingerprintUpTo64(words) : fingerprintLong(words);
}

function of32(words: Words, from: number, factor: bigint, seed0 = 0n, seed1 = 0n): bigint {
  const { u, v } = ends(words, from, 32, factor);
  const [first, second] = [wrapped(u + seed0), wrapped(v + seed1)];
  return mixed(product(second ^ mixed(product(first ^ second, factor)), factor));
}

function hashUpTo96(words: Words): bigint {
  const { size } = words;
  const base = K2 - (size <= 64 ? 30n : 114n);
  const factor = wrapped(base + 2n * BigInt(size));
  const h0 = of32(words, 0, base);
  if (size <= 64) return product(wrapped(of32(words, size - 32, factor) * factor + h0), factor);
  const h1 = of32(words, 32, factor);
  const h2 = of32(words, size - 32, factor, h0, h1);
  return product(wrapped(h2 * 9n + (h0 >> 17n) + (h1 >> 21n)), factor);
}

function hashLong(words: Words): bigint {
  const { size } = words;
  let x = 81n;
  let y = 113n;
  let z = product(mixed(wrapped(y * K2)), K2);
  let u = wrapped(x - z);
  let [vf, vs, wf, ws] = [81n, 0n, 0n, 0n];
  x = wrapped(x * K2);
  const factor = wrapped(K2 + (u & 0x82n));
  const end = (size - 1) & ~63;
  for (let offset = 0; offset < end; offset += 64) {
    const a = [0, 8, 16, 24, 32, 40, 48, 56].map((place) => words.at(offset + place)) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    x = wrapped(x + a[0] + a[1]);
    y = wrapped(y + a[2]);
    z = wrapped(z + a[3]);
    vf = wrapped(vf + a[4]);
    vs = wrapped(vs + a[5] + a[1]);
    wf = wrapped(wf + a[6]);
    ws = wrapped(ws + a[7]);
    x = product(turned(x, 26n), 9n);
    y = turned(y, 29n);
    z = product(z, factor);
    vf = turned(vf, 33n);
    vs = turned(vs, 30n);
    wf = product(wf ^ x, 9n);
    z = wrapped(turned(z, 32n) + ws);
    ws = wrapped(ws + z);
    z = product(z, 9n);
    [u, y] = [y, u];
    z = wrapped(z + a[0] + a[6]);
    vf = wrapped(vf + a[2]);
    vs = wrapped(vs + a[3]);
    wf = wrapped(wf + a[4]);
    ws = wrapped(ws + a[5] + a[6]);
    x = wrapped(x + a[1]);
    y = wrapped(y + a[7] + vf);
    vf = wrapped(vf + x - y);
    vs = wrapped(vs + wf);
    wf = wrapped(wf + vs);
    ws = wrapped(ws + x - y);
    x = wrapped(x + ws);
    ws = turned(ws, 34n);
    [u, z] = [z, u];
  }
  const last = size - 64;
  u = product(u, 9n);
  vs = turned(vs, 28n);
  vf = turned(vf, 20n);
  wf = wrapped(wf + BigInt((size - 1) & 63));
  u = wrapped(u + y);
  y = wrapped(y + u);
  x = product(turned(wrapped(y - x + vf + words.at(last + 8)), 37n), factor);
  y = product(turned(y ^ vs ^ words.at(last + 48), 42n), factor);
  x ^= wrapped(ws * 9n);
  y = wrapped(y + vf + words.at(last + 40));
  z = product(turned(wrapped(z + wf), 33n), factor);
  const v = weak(words, last, product(vs, factor), wrapped(x + wf));
  const w = weak(words, last + 32, wrapped(z + ws), wrapped(y + words.at(last + 16)));
  const mixedPair = wrapped(ofPair(wrapped(v[0] + x), w[0] ^ y, factor) + z - u);
  return spun(mixedPair, spun(wrapped(v[1] + y), wrapped(w[1] + z), K2, 30n) ^ x, K2, 31n);
}

function spun(low: bigint, high: bigint, factor: bigint, places: bigint): bigint {
  const first = mixed(product(low ^ high, factor));
  return product(turned(product(high ^ first, factor), places), factor);
}

export function farmHash64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  if (words.size <= 32) return fingerprint(words);
  if (words.size <= 96) return hashUpTo96(words);
  if (words.size >= 512) throw new Error('farmHash64 of 512 bytes or more is not computed: its value depends on the processor. Write farmFingerprint64 or cityHash64.');
  return words.size <= 256 ? fingerprint(words) : hashLong(words);
}

/** Two words as one, as farmFingerprint64 combines hashes. */
export function fingerprintOfPair(low: bigint, high: bigint): bigint {
  const factor = 0x9ddfea08eb382d69n;
  const first = mixed(product(low ^ high, factor));
  const second = product(high ^ first, factor);
  const third = product(second ^ (second >> 44n), factor);
  return product(third ^ (third >> 41n), factor);
}

/** CityHash64 of its version 1.0.2, which ClickHouse keeps; and its hash of two words, which combines hashes. */
import { product, turned, Words, wrapped } from './word.ts';

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const MIXER = 0x9ddfea08eb382d69n;

function mixed(word: bigint): bigint {
  return word ^ (word >> 47n);
}

/** Two words as one. */
export function cityOfPair(low: bigint, high: bigint): bigint {
  const first = mixed(product(low ^ high, MIXER));
  return product(mixed(product(high ^ first, MIXER)), MIXER);
}

type Pair = readonly [bigint, bigint];

function weak(words: Words, offset: number, a: bigint, b: bigint): Pair {
  const [w, x, y, z] = [words.at(offset), words.at(offset + 8), words.at(offset + 16), words.at(offset + 24)];
  const start = a + w;
  const sum = start + x + y;
  return [wrapped(sum + z), wrapped(turned(wrapped(b + start + z), 21n) + turned(wrapped(sum), 44n) + start)];
}

function upTo16(words: Words): bigint {
  const { size } = words;
  const length = BigInt(size);
  if (size > 8) {
    const last = words.at(size - 8);
    const spun = wrapped(last + length);
    return cityOfPair(words.at(0), turned(spun, length)) ^ last;
  }
  if (size >= 4) return cityOfPair(length + words.halfAt(0) * 8n, words.halfAt(size - 4));
  if (size === 0) return K2;
  const y = BigInt(words.byteAt(0) + words.byteAt(size >> 1) * 256);
  const z = length + BigInt(words.byteAt(size - 1) * 4);
  return product(mixed(product(y, K2) ^ product(z, K3)), K2);
}

function upTo32(words: Words): bigint {
  const { size } = words;
  const a = product(words.at(0), K1);
  const b = words.at(8);
  const c = product(words.at(size - 8), K2);
  const d = product(words.at(size - 16), K0);
  return cityOfPair(wrapped(turned(wrapped(a - b), 43n) + turned(c, 30n) + d), wrapped(a + turned(b ^ K3, 20n) - c + BigInt(size)));
}

/** Two sums over four words. */
function middle(a: bigint, p: bigint, q: bigint, z: bigint): Pair {
  const both = wrapped(a + p);
  const three = wrapped(both + q);
  return [wrapped(three + z), wrapped(turned(wrapped(a + z), 52n) + turned(a, 37n) + turned(both, 7n) + turned(three, 31n))];
}

function upTo64(words: Words): bigint {
  const { size } = words;
  const [vf, vs] = middle(wrapped(words.at(0) + (BigInt(size) + words.at(size - 16)) * K0), words.at(8), words.at(16), words.at(24));
  const [wf, ws] = middle(wrapped(words.at(16) + words.at(size - 32)), words.at(size - 24), words.at(size - 16), words.at(size - 8));
  const r = mixed(wrapped((vf + ws) * K2 + (wf + vs) * K0));
  return product(mixed(wrapped(r * K0 + vs)), K2);
}

function long(words: Words): bigint {
  const { size } = words;
  const length = BigInt(size);
  let x = words.at(0);
  let y = words.at(size - 16) ^ K1;
  let z = words.at(size - 56) ^ K0;
  let v = weak(words, size - 64, length, y);
  let w = weak(words, size - 32, product(length, K1), K0);
  z = wrapped(z + product(mixed(v[1]), K1));
  x = product(turned(wrapped(z + x), 39n), K1);
  y = product(turned(y, 33n), K1);
  const end = (size - 1) & ~63;
  for (let offset = 0; offset < end; offset += 64) {
    x = product(turned(wrapped(x + y + v[0] + words.at(offset + 16)), 37n), K1) ^ w[1];
    y = product(turned(wrapped(y + v[1] + words.at(offset + 48)), 42n), K1) ^ v[0];
    z = turned(z ^ w[0], 33n);
    v = weak(words, offset, product(v[1], K1), wrapped(x + w[0]));
    w = weak(words, offset + 32, wrapped(z + w[1]), y);
    [x, z] = [z, x];
  }
  return cityOfPair(wrapped(cityOfPair(v[0], w[0]) + product(mixed(y), K1) + z), wrapped(cityOfPair(v[1], w[1]) + x));
}

export function cityHash64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  if (words.size <= 16) return upTo16(words);
  if (words.size <= 32) return upTo32(words);
  return words.size <= 64 ? upTo64(words) : long(words);
}

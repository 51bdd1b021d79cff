/** CityHash64 of its version 1.0.2, which ClickHouse keeps; and its hash of two words, which combines hashes. */
import { difference, either, mixedPair, pairAt, pairOf, small, sum, times, turnedPair, wordOf, type Pair } from './word-pair.ts';

const K0 = pairOf(0xc3a5c85c97cb3127n);
const K1 = pairOf(0xb492b66fbe98f273n);
const K2 = pairOf(0x9ae16a3b2f90404fn);
const K3 = pairOf(0xc949d7c7509e6557n);
const MIXER = pairOf(0x9ddfea08eb382d69n);
const EIGHT = small(8);

function mixed(word: Pair): Pair {
  return mixedPair(word, 47);
}

function ofPair(low: Pair, high: Pair): Pair {
  const first = mixed(times(either(low, high), MIXER));
  return times(mixed(times(either(high, first), MIXER)), MIXER);
}

/** Two words as one. */
export function cityOfPair(low: bigint, high: bigint): bigint {
  return wordOf(ofPair(pairOf(low), pairOf(high)));
}

interface Two {
  readonly first: Pair;
  readonly second: Pair;
}

function weak(view: DataView, offset: number, a: Pair, b: Pair): Two {
  const z = pairAt(view, offset + 24);
  const start = sum(a, pairAt(view, offset));
  const most = sum(sum(start, pairAt(view, offset + 8)), pairAt(view, offset + 16));
  return { first: sum(most, z), second: sum(sum(turnedPair(sum(sum(b, start), z), 21), turnedPair(most, 44)), start) };
}

function upTo16(view: DataView, size: number): Pair {
  const length = small(size);
  if (size > 8) {
    const last = pairAt(view, size - 8);
    return either(ofPair(pairAt(view, 0), turnedPair(sum(last, length), size)), last);
  }
  if (size >= 4) return ofPair(sum(length, times(small(view.getInt32(0, true)), EIGHT)), small(view.getInt32(size - 4, true)));
  if (size === 0) return K2;
  const y = small(view.getUint8(0) + view.getUint8(size >> 1) * 256);
  const z = small(size + view.getUint8(size - 1) * 4);
  return times(mixed(either(times(y, K2), times(z, K3))), K2);
}

function upTo32(view: DataView, size: number): Pair {
  const a = times(pairAt(view, 0), K1);
  const b = pairAt(view, 8);
  const c = times(pairAt(view, size - 8), K2);
  const d = times(pairAt(view, size - 16), K0);
  return ofPair(sum(sum(turnedPair(difference(a, b), 43), turnedPair(c, 30)), d), sum(difference(sum(a, turnedPair(either(b, K3), 20)), c), small(size)));
}

/** Two sums over four words. */
function middle(a: Pair, p: Pair, q: Pair, z: Pair): Two {
  const both = sum(a, p);
  const three = sum(both, q);
  return { first: sum(three, z), second: sum(sum(turnedPair(sum(a, z), 52), turnedPair(a, 37)), sum(turnedPair(both, 7), turnedPair(three, 31))) };
}

function upTo64(view: DataView, size: number): Pair {
  const v = middle(sum(pairAt(view, 0), times(sum(small(size), pairAt(view, size - 16)), K0)), pairAt(view, 8), pairAt(view, 16), pairAt(view, 24));
  const w = middle(sum(pairAt(view, 16), pairAt(view, size - 32)), pairAt(view, size - 24), pairAt(view, size - 16), pairAt(view, size - 8));
  const r = mixed(sum(times(sum(v.first, w.second), K2), times(sum(w.first, v.second), K0)));
  return times(mixed(sum(times(r, K0), v.second)), K2);
}

function long(view: DataView, size: number): Pair {
  const length = small(size);
  let x = pairAt(view, 0);
  let y = either(pairAt(view, size - 16), K1);
  let z = either(pairAt(view, size - 56), K0);
  let v = weak(view, size - 64, length, y);
  let w = weak(view, size - 32, times(length, K1), K0);
  z = sum(z, times(mixed(v.second), K1));
  x = times(turnedPair(sum(z, x), 39), K1);
  y = times(turnedPair(y, 33), K1);
  const end = (size - 1) & ~63;
  for (let offset = 0; offset < end; offset += 64) {
    const next = either(times(turnedPair(sum(sum(x, y), sum(v.first, pairAt(view, offset + 16))), 37), K1), w.second);
    y = either(times(turnedPair(sum(sum(y, v.second), pairAt(view, offset + 48)), 42), K1), v.first);
    x = turnedPair(either(z, w.first), 33);
    v = weak(view, offset, times(v.second, K1), sum(next, w.first));
    w = weak(view, offset + 32, sum(x, w.second), y);
    z = next;
  }
  return ofPair(sum(sum(ofPair(v.first, w.first), times(mixed(y), K1)), z), sum(ofPair(v.second, w.second), x));
}

export function cityHash64(bytes: Uint8Array): bigint {
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  return wordOf(size <= 16 ? upTo16(view, size) : size <= 32 ? upTo32(view, size) : size <= 64 ? upTo64(view, size) : long(view, size));
}

/**
 * SipHash-2-4 with 64 and 128 bits and a key of two words. ClickHouse has two forms of 128 bits: its own, and the
 * reference's.
 */
import { bytesOf, joinedBytes, Words } from './word.ts';

/** The words that the state begins with, low halves first. */
const START = Int32Array.from([0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462]);

/** The four words of the state, each in a low and a high half, which numbers add faster than bigints. */
class State {
  readonly #halves = new Int32Array(8);

  constructor(key0: bigint, key1: bigint) {
    this.#halves.set(START);
    if (key0 === 0n && key1 === 0n) return;
    const keys = [key0, key1, key0, key1];
    keys.forEach((word, index) => this.mark(index, Number(BigInt.asIntN(32, word)), Number(BigInt.asIntN(32, word >> 32n))));
  }

  mark(index: number, low: number, high = 0): void {
    const half = this.#halves;
    half[index * 2] = (half[index * 2] ?? 0) ^ low;
    half[index * 2 + 1] = (half[index * 2 + 1] ?? 0) ^ high;
  }

  word(index: number): bigint {
    return (BigInt((this.#halves[index * 2 + 1] ?? 0) >>> 0) << 32n) | BigInt((this.#halves[index * 2] ?? 0) >>> 0);
  }

  rounds(count: number): void {
    const half = this.#halves;
    let [l0, h0, l1, h1] = [half[0] ?? 0, half[1] ?? 0, half[2] ?? 0, half[3] ?? 0];
    let [l2, h2, l3, h3] = [half[4] ?? 0, half[5] ?? 0, half[6] ?? 0, half[7] ?? 0];
    for (let round = 0; round < count; round += 1) {
      let sum = (l0 >>> 0) + (l1 >>> 0);
      h0 = (h0 + h1 + (sum > 0xffffffff ? 1 : 0)) | 0;
      l0 = sum | 0;
      let low = (l1 << 13) | (h1 >>> 19);
      h1 = ((h1 << 13) | (l1 >>> 19)) ^ h0;
      l1 = low ^ l0;
      [l0, h0] = [h0, l0];
      sum = (l2 >>> 0) + (l3 >>> 0);
      h2 = (h2 + h3 + (sum > 0xffffffff ? 1 : 0)) | 0;
      l2 = sum | 0;
      low = (l3 << 16) | (h3 >>> 16);
      h3 = ((h3 << 16) | (l3 >>> 16)) ^ h2;
      l3 = low ^ l2;
      sum = (l0 >>> 0) + (l3 >>> 0);
      h0 = (h0 + h3 + (sum > 0xffffffff ? 1 : 0)) | 0;
      l0 = sum | 0;
      low = (l3 << 21) | (h3 >>> 11);
      h3 = ((h3 << 21) | (l3 >>> 11)) ^ h0;
      l3 = low ^ l0;
      sum = (l2 >>> 0) + (l1 >>> 0);
      h2 = (h2 + h1 + (sum > 0xffffffff ? 1 : 0)) | 0;
      l2 = sum | 0;
      low = (l1 << 17) | (h1 >>> 15);
      h1 = ((h1 << 17) | (l1 >>> 15)) ^ h2;
      l1 = low ^ l2;
      [l2, h2] = [h2, l2];
    }
    half[0] = l0;
    half[1] = h0;
    half[2] = l1;
    half[3] = h1;
    half[4] = l2;
    half[5] = h2;
    half[6] = l3;
    half[7] = h3;
  }

  take(low: number, high: number): void {
    this.mark(3, low, high);
    this.rounds(2);
    this.mark(0, low, high);
  }
}

function taken(bytes: Uint8Array, state: State): void {
  const words = new Words(bytes);
  let place = 0;
  for (; place + 8 <= words.size; place += 8) state.take(words.numberAt(place), words.numberAt(place + 4));
  const last = new Uint8Array(8);
  last.set(bytes.subarray(place));
  last[7] = words.size & 255;
  const rest = new Words(last);
  state.take(rest.numberAt(0), rest.numberAt(4));
}

export function sipHash64(bytes: Uint8Array, key0 = 0n, key1 = 0n): bigint {
  const state = new State(key0, key1);
  taken(bytes, state);
  state.mark(2, 255);
  state.rounds(4);
  return state.word(0) ^ state.word(1) ^ state.word(2) ^ state.word(3);
}

/** ClickHouse's own form, 16 bytes. */
export function sipHash128(bytes: Uint8Array, key0 = 0n, key1 = 0n): Uint8Array {
  const state = new State(key0, key1);
  taken(bytes, state);
  state.mark(2, 255);
  state.rounds(4);
  return joinedBytes(bytesOf(state.word(0) ^ state.word(1), 8), bytesOf(state.word(2) ^ state.word(3), 8));
}

/** The reference's form, 16 bytes. */
export function sipHash128Reference(bytes: Uint8Array, key0 = 0n, key1 = 0n): Uint8Array {
  const state = new State(key0, key1);
  state.mark(1, 0xee);
  taken(bytes, state);
  const all = () => state.word(0) ^ state.word(1) ^ state.word(2) ^ state.word(3);
  state.mark(2, 0xee);
  state.rounds(4);
  const low = all();
  state.mark(1, 0xdd);
  state.rounds(4);
  return joinedBytes(bytesOf(low, 8), bytesOf(all(), 8));
}

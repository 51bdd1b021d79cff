/**
 * How many different values the states of uniq and its like hold together (aggregates/sketch.ts says what they hold):
 * exact up to a size; beyond it told by the (size + 1)th least of their hashes, of which no more are kept than may matter.
 * This runs where JavaScript does, a few nanoseconds a value: DuckDB's own sets of list elements take ten times as long.
 */
import { computed, DOUBLE, INTEGER, listView, UINTEGER } from './definition.ts';

/** Numbers of 32 bits are narrow, of 53 wide. */
interface Numbers {
  readonly width: 'narrow' | 'wide';
  /** A number that looks random, from 0 to below `range`. */
  readonly hashOf: (value: number) => number;
  readonly range: number;
}

function countDifferent(values: ArrayLike<number>, size: number, { width, hashOf, range }: Numbers): number {
  const itemCount = values.length;
  const exact = new NumberSet(Math.min(itemCount, size + 1), width);
  for (let index = 0; index < itemCount && exact.size <= size; index += 1) exact.add(values[index] ?? 0);
  if (exact.size <= size) return exact.size;
  const most = Math.ceil(1.5 * size);
  const least = new NumberSet(most + 1, width);
  const seen = width === 'narrow' ? SEEN.fill(0) : undefined;
  let limit = range;
  for (let index = 0; index < itemCount; index += 1) {
    const value = values[index] ?? 0;
    // Small numbers come again and again: that is told more quickly than their hash.
    if (seen && value < SEEN_BELOW) {
      const word = value >>> 5;
      const bit = 1 << (value & 31);
      const held = seen[word] ?? 0;
      if ((held & bit) !== 0) continue;
      seen[word] = held | bit;
    }
    const hash = hashOf(value);
    if (hash >= limit) continue;
    least.add(hash);
    while (least.size > most) {
      limit *= 0.75;
      least.forgetFrom(limit);
    }
  }
  return least.size <= size ? least.size : Math.round((size * range) / nthLeast(least.values(), size));
}

const SEEN_BELOW = 1 << 23;
/** A bit for each number below. */
const SEEN = new Uint32Array(SEEN_BELOW / 32);

/** Of one set after the other. */
const ROOM: Record<'narrow' | 'wide', Places> = { narrow: new Uint32Array(64), wide: new Float64Array(64) };

type Places = Uint32Array | Float64Array;

/** Numbers from 0 up, hashed to the next free place. A new set takes the room of the one before. */
class NumberSet {
  size = 0;
  /** 0 is an empty place. */
  #places: Places;
  #hasZero = false;
  /** Places that are taken. */
  #filled = 0;
  readonly #mask: number;

  constructor(most: number, width: 'narrow' | 'wide') {
    const capacity = 2 ** Math.ceil(Math.log2(1.5 * most + 2));
    if (ROOM[width].length < capacity) ROOM[width] = width === 'narrow' ? new Uint32Array(capacity) : new Float64Array(capacity);
    this.#places = ROOM[width].subarray(0, capacity);
    this.#places.fill(0);
    this.#mask = capacity - 1;
  }

  add(value: number): void {
    const places = this.#places;
    const mask = this.#mask;
    if (value === 0) {
      if (!this.#hasZero) this.size += 1;
      this.#hasZero = true;
      return;
    }
    let at = (Math.imul(value | 0, 0x9e3779b1) ^ Math.imul((value / 4_294_967_296) | 0, 0x85ebca6b)) >>> 0;
    at = (at ^ (at >>> 15)) & mask;
    for (;;) {
      const there = places[at];
      if (there === value) return;
      if (there === 0) break;
      at = (at + 1) & mask;
    }
    places[at] = value;
    this.#filled += 1;
    this.size += 1;
  }

  /** Counts only the numbers below the limit any more; the others go when their places are wanted. None of these may be added again. */
  forgetFrom(limit: number): void {
    const places = this.#places;
    let below = this.#hasZero ? 1 : 0;
    for (let at = 0; at < places.length; at += 1) {
      const held = places[at] ?? 0;
      if (held !== 0 && held < limit) below += 1;
    }
    this.size = below;
    if (this.#filled > places.length * 0.6) this.#fillAnew(this.values(), limit);
  }

  #fillAnew(values: Float64Array, limit: number): void {
    const hasZero = this.#hasZero;
    this.#places.fill(0);
    this.#filled = 0;
    this.size = hasZero ? 1 : 0;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      if (value < limit && value !== 0) this.add(value);
    }
  }

  values(): Float64Array {
    const places = this.#places;
    // A 0 among them stands at the end, where nothing is written.
    const values = new Float64Array(this.#filled + (this.#hasZero ? 1 : 0));
    let count = 0;
    for (let at = 0; at < places.length; at += 1) {
      const held = places[at] ?? 0;
      if (held === 0) continue;
      values[count] = held;
      count += 1;
    }
    return values;
  }
}

/** The value that stands at `index` when they are sorted; moves them. */
function nthLeast(values: Float64Array, index: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? 0;
    let [left, right] = [from, to];
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const moved = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = moved;
      left += 1;
      right -= 1;
    }
    if (index <= right) to = right;
    else if (index >= left) from = left;
    else break;
  }
  return values[index] ?? 0;
}

const RANGE = 4_294_967_291;

/** `value · factor + added`, modulo a number of 32 bits, as all of them are. Products of 16 by 32 bits are exact, and so is what is left of them. */
function congruent(value: number, factor: number, added: number, modulus: number): number {
  const upper = value >>> 16;
  const shifted = remainder(upper * factor, modulus) * 65_536;
  return remainder(shifted + (value & 65_535) * factor + added, modulus);
}

/** Of numbers below 2⁵³. A multiplication may miss the quotient by one, and is much quicker than a division. */
function remainder(value: number, modulus: number): number {
  const rest = value - Math.floor(value * (1 / modulus)) * modulus;
  return rest < 0 ? rest + modulus : rest >= modulus ? rest - modulus : rest;
}

function hashOfInteger(value: number): number {
  return congruent(congruent(value, 2_654_435_769, 0, 4_294_967_279), 2_246_822_519, 40_503, RANGE);
}

const INTEGERS: Numbers = { width: 'narrow', hashOf: hashOfInteger, range: RANGE };
const HASHES: Numbers = { width: 'wide', hashOf: (value) => value, range: 2 ** 53 };

/** Over unsigned integers of up to 32 bits. */
export const COUNT_DIFFERENT_INTEGERS = computed('sandpiper_count_different_integers', [listView(UINTEGER), INTEGER], DOUBLE, (values, size) => countDifferent(values, size, INTEGERS));

/** Over whole numbers below 2⁵³ that look random. */
export const COUNT_DIFFERENT_HASHES = computed('sandpiper_count_different_hashes', [listView(DOUBLE), INTEGER], DOUBLE, (values, size) => countDifferent(values, size, HASHES));

export const DIFFERENT_VALUES = [COUNT_DIFFERENT_INTEGERS, COUNT_DIFFERENT_HASHES];

/**
 * The most frequent or heaviest values of a list, those of equal count in the order of ClickHouse: the counters stand as
 * their values first came, and a selection after Floyd and Rivest brings the greatest to the front.
 */
import { BIGINT, computed, INTEGER, list, VARCHAR } from './definition.ts';

interface Counter {
  /** Where the value stands first in the list. */
  readonly place: number;
  count: bigint;
}

function countersOf<K>(keys: readonly (K | null)[], weights: readonly (bigint | null)[]): Counter[] {
  const counters = new Map<K, Counter>();
  keys.forEach((key, place) => {
    const weight = weights.length === 0 ? 1n : (weights[place] ?? 0n);
    if (key === null || weight === 0n) return;
    const known = counters.get(key);
    if (known) known.count += weight;
    else counters.set(key, { place, count: weight });
  });
  return [...counters.values()];
}

function byCount(one: Counter, other: Counter): number {
  return one.count > other.count ? -1 : one.count < other.count ? 1 : 0;
}

/** Brings the greatest to the front. `counters` is changed. */
function greatest(counters: Counter[], size: number): readonly Counter[] {
  if (counters.length <= size || size === 0) return counters.sort(byCount).slice(0, size);
  const countAt = (index: number) => counters[index]?.count ?? 0n;
  const swap = (left: number, right: number) => {
    const [one, other] = [counters[left], counters[right]];
    if (one && other) [counters[left], counters[right]] = [other, one];
  };
  let [left, right] = [0, counters.length - 1];
  const wanted = size - 1;
  while (right > left) {
    let [low, high] = [left, right];
    swap(left, wanted);
    const isTurned = countAt(left) > countAt(right);
    if (isTurned) swap(left, right);
    // The pivot is looked up anew each time: what stands there changes.
    const pivot = isTurned ? left : right;
    while (low < high) {
      swap(low, high);
      low += 1;
      high -= 1;
      while (low < counters.length && countAt(low) > countAt(pivot)) low += 1;
      while (high > 0 && countAt(pivot) > countAt(high)) high -= 1;
    }
    if (isTurned) swap(left, high);
    else {
      high += 1;
      swap(right, high);
    }
    if (high <= wanted) left = high + 1;
    if (wanted <= high) right = high - 1;
  }
  return counters.slice(0, size).sort(byCount);
}

/** Place (from 1) and count of each of the greatest, one after the other. Without weights each value weighs 1. */
function frequent<K>(keys: readonly (K | null)[], weights: readonly (bigint | null)[], size: number): readonly bigint[] {
  return greatest(countersOf(keys, weights), size).flatMap(({ place, count }) => [BigInt(place + 1), count]);
}

export const FREQUENT_NUMBERS = computed('sandpiper_frequent_numbers', [list(BIGINT), list(BIGINT), INTEGER], list(BIGINT), frequent<bigint>);
export const FREQUENT_TEXTS = computed('sandpiper_frequent_texts', [list(VARCHAR), list(BIGINT), INTEGER], list(BIGINT), frequent<string>);

export const FREQUENT_VALUES = [FREQUENT_NUMBERS, FREQUENT_TEXTS];

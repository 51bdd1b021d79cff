/**
 * The order in which ClickHouse's sets give back what was put into them: that of a hash table with linear probing, so
 * that groupUniqArray answers the same array. Each function takes all values, in the order in which they came, and gives
 * the places (from 1) of the different ones.
 */
import { crc32cWord } from './crc32c.ts';
import { BIGINT, computed, INTEGER, list, VARCHAR } from './definition.ts';
import { bytesOfText } from './utf8-text.ts';
import { product, wrapped, Words } from './word.ts';

/** The finalizer of MurmurHash3, of which 32 bits are enough for a table. */
function numberHash(key: bigint): number {
  let word = wrapped(key);
  word = product(word ^ (word >> 33n), 0xff51afd7ed558ccdn);
  word = product(word ^ (word >> 33n), 0xc4ceb9fe1a85ec53n);
  return Number((word ^ (word >> 33n)) & 0xffffffffn);
}

const SHORT_FACTOR = 0x9ae16a3b2f90404fn;
const LENGTH_FACTOR = 0xc949d7c7509e6557n;
const PAIR_FACTOR = 0x9ddfea08eb382d69n;

function mixed(word: bigint): bigint {
  return word ^ (word >> 47n);
}

function pairHash(left: bigint, right: bigint): bigint {
  const first = mixed(product(left ^ right, PAIR_FACTOR));
  return product(mixed(product(right ^ first, PAIR_FACTOR)), PAIR_FACTOR);
}

function textHash(text: string): number {
  const words = new Words(bytesOfText(text));
  const size = words.size;
  if (size === 0) return 0;
  if (size >= 8) {
    let state = 0xffffffff;
    const step = (offset: number) => {
      state = crc32cWord(crc32cWord(state, words.numberAt(offset)), words.numberAt(offset + 4)) >>> 0;
    };
    let offset = 0;
    do {
      step(offset);
      offset += 8;
    } while (offset + 8 < size);
    step(size - 8);
    return state;
  }
  if (size >= 4) return Number(pairHash(BigInt(size) + (words.halfAt(0) << 3n), words.halfAt(size - 4)) & 0xffffffffn);
  const [low, high] = [words.byteAt(0) + (words.byteAt(size >> 1) << 8), size + (words.byteAt(size - 1) << 2)];
  return Number(product(mixed(product(BigInt(low), SHORT_FACTOR) ^ product(BigInt(high), LENGTH_FACTOR)), SHORT_FACTOR) & 0xffffffffn);
}

/** The places of the first of each value, as they came. */
function firstPlaces<T>(values: readonly (T | null)[], most: number): number[] {
  const seen = new Set<T>();
  const places: number[] = [];
  for (let index = 0; index < values.length && places.length < most; index += 1) {
    const value = values[index];
    if (value === null || value === undefined || seen.has(value)) continue;
    seen.add(value);
    places.push(index);
  }
  return places;
}

const EMPTY = -1;

/**
 * Puts values into a table that grows fourfold when it is more than half full, and reads it from its start. A value
 * without a hash, zero, counts but stands before the table.
 */
function tableOrder(places: readonly number[], hashes: readonly (number | undefined)[], degree: number): readonly number[] {
  let table = new Int32Array(2 ** degree).fill(EMPTY);
  const put = (item: number) => {
    const mask = table.length - 1;
    let at = (hashes[item] ?? 0) & mask;
    while ((table[at] ?? EMPTY) !== EMPTY) at = (at + 1) & mask;
    table[at] = item;
  };
  places.forEach((_, item) => {
    if (hashes[item] === undefined) return;
    put(item);
    if (item + 1 <= table.length / 2) return;
    const old = table;
    table = new Int32Array(old.length * (old.length >= 2 ** 23 ? 2 : 4)).fill(EMPTY);
    for (const kept of old) if (kept !== EMPTY) put(kept);
  });
  return [...places.filter((_, item) => hashes[item] === undefined), ...[...table].filter((item) => item !== EMPTY).map((item) => places[item] ?? 0)];
}

const ALL = Number.MAX_SAFE_INTEGER;

/** Of the bits of numbers; a `degree` of 0 leaves them as they came. Zero has a place of its own before the table. */
function numberOrder(values: readonly (bigint | null)[], degree: number, most: number): readonly number[] {
  const places = firstPlaces(values, most < 0 ? ALL : most);
  if (degree === 0) return places.map((place) => place + 1);
  const hashes = places.map((place) => (values[place] === 0n ? undefined : numberHash(values[place] ?? 0n)));
  return tableOrder(places, hashes, degree).map((place) => place + 1);
}

function textOrder(values: readonly (string | null)[], degree: number, most: number): readonly number[] {
  const places = firstPlaces(values, most < 0 ? ALL : most);
  if (degree === 0) return places.map((place) => place + 1);
  return tableOrder(places, places.map((place) => textHash(values[place] ?? '')), degree).map((place) => place + 1);
}

export const NUMBER_ORDER = computed('sandpiper_number_order', [list(BIGINT), INTEGER, INTEGER], list(INTEGER), numberOrder);
export const TEXT_ORDER = computed('sandpiper_text_order', [list(VARCHAR), INTEGER, INTEGER], list(INTEGER), textOrder);

export const HASH_TABLE_ORDERS = [NUMBER_ORDER, TEXT_ORDER];

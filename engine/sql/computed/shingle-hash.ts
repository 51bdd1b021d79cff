/**
 * Hashes of texts that are near where the texts are alike, over shingles: runs of letters, or of words of at least four
 * bytes. SimHash counts the bits of all shingles' hashes; MinHash keeps the lowest and the highest of them.
 */
import { cityOfPair } from './city-hash.ts';
import { crc32cStep } from './crc32c.ts';
import { BLOB, BOOLEAN, computed, INTEGER, list, UBIGINT, VARCHAR } from './definition.ts';
import { characterSize, textOfBytes } from './utf8-text.ts';

const ALL_ONES = 0xffffffffffffffffn;
const LEAST_WORD = 4;

interface Shingle {
  readonly hash: bigint;
  readonly from: number;
  readonly to: number;
}

interface Manner {
  readonly size: number;
  readonly byWords: boolean;
  readonly byCharacters: boolean;
  readonly anyCase: boolean;
}

function hashed(bytes: Uint8Array, pieces: readonly (readonly [number, number])[], anyCase: boolean): bigint {
  let state = -1;
  let count = 0;
  for (const [from, to] of pieces) {
    for (let place = from; place < to; place += 1) state = crc32cStep(state, (bytes[place] ?? 0) | (anyCase ? 32 : 0));
    count += to - from;
  }
  return count === 0 ? ALL_ONES : BigInt(state >>> 0);
}

/** All shingles in order. Shorter texts are one shingle of letters, which `isShort` tells. */
function shingles(bytes: Uint8Array, manner: Manner): { readonly list: readonly Shingle[]; readonly isShort: boolean } {
  if (manner.byWords) return { list: wordShingles(bytes, manner), isShort: false };
  const of = (from: number, to: number): Shingle => ({ hash: hashed(bytes, [[from, to]], manner.anyCase), from, to });
  const { length } = bytes;
  if (!manner.byCharacters) {
    if (length < manner.size) return { list: [of(0, length)], isShort: true };
    return { list: Array.from({ length: length - manner.size + 1 }, (_, from) => of(from, from + manner.size)), isShort: false };
  }
  const next = (place: number) => Math.min(place + characterSize(bytes[place] ?? 0), length);
  let to = 0;
  for (let count = 0; count < manner.size; count += 1) {
    if (to >= length) return { list: [of(0, length)], isShort: true };
    to = next(to);
  }
  // ClickHouse begins with the second shingle.
  const found: Shingle[] = [];
  for (let from = 0; to < length; ) {
    from = next(from);
    to = next(to);
    found.push(of(from, to));
  }
  return { list: found, isShort: false };
}

function isSeparator(byte: number): boolean {
  return byte < 128 && !((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122));
}

function wordShingles(bytes: Uint8Array, { size, anyCase }: Manner): readonly Shingle[] {
  const words: (readonly [number, number])[] = [];
  for (let place = 0; place < bytes.length; ) {
    while (place < bytes.length && isSeparator(bytes[place] ?? 0)) place += 1;
    const from = place;
    while (place < bytes.length && !isSeparator(bytes[place] ?? 0)) place += 1;
    if (place - from >= LEAST_WORD) words.push([from, place]);
  }
  if (words.length === 0) return [];
  const count = Math.max(1, words.length - size + 1);
  return Array.from({ length: count }, (_, first) => {
    const pieces = words.slice(first, first + size);
    return { hash: hashed(bytes, pieces, anyCase), from: pieces[0]?.[0] ?? 0, to: pieces.at(-1)?.[1] ?? 0 };
  });
}

function simHash(bytes: Uint8Array, manner: Manner): bigint {
  const { list: found, isShort } = shingles(bytes, manner);
  if (isShort) return found[0]?.hash ?? ALL_ONES;
  if (found.length === 0) return 0n;
  const counts = new Int32Array(64);
  for (const { hash } of found) for (let bit = 0; bit < 64; bit += 1) counts[bit] = (counts[bit] ?? 0) + ((hash >> BigInt(bit)) & 1n ? 1 : -1);
  return counts.reduce((made, count, bit) => (count > 0 ? made | (1n << BigInt(bit)) : made), 0n);
}

/** The lowest hashes from above, and the highest from below, each as often as `count`, without repetition. */
function extremes(bytes: Uint8Array, manner: Manner, count: number): readonly [readonly Shingle[], readonly Shingle[]] {
  const kept = new Map<bigint, Shingle>();
  for (const shingle of shingles(bytes, manner).list) if (!kept.has(shingle.hash)) kept.set(shingle.hash, shingle);
  const rising = [...kept.values()].sort((left, right) => (left.hash < right.hash ? -1 : 1));
  return [rising.slice(0, count).reverse(), rising.slice(-count)];
}

function combined(found: readonly Shingle[]): bigint {
  return found.reduce((hash, shingle) => cityOfPair(hash, shingle.hash), 0n);
}

const MANNER = [INTEGER, BOOLEAN, BOOLEAN, BOOLEAN] as const;

export const SIM_HASH = computed('sandpiper_sim_hash', [BLOB, ...MANNER], UBIGINT, (bytes: Uint8Array, size: number, byWords: boolean, byCharacters: boolean, anyCase: boolean) => simHash(bytes, { size, byWords, byCharacters, anyCase }));

export const MIN_HASH = computed('sandpiper_min_hash', [BLOB, ...MANNER, INTEGER], list(UBIGINT), (bytes: Uint8Array, size: number, byWords: boolean, byCharacters: boolean, anyCase: boolean, count: number) =>
  extremes(bytes, { size, byWords, byCharacters, anyCase }, count).map(combined));

/** The shingles themselves: those of the lowest hashes, then those of the highest, '' where there are fewer. */
export const MIN_HASH_SHINGLES = computed('sandpiper_min_hash_shingles', [BLOB, ...MANNER, INTEGER], list(VARCHAR), (bytes: Uint8Array, size: number, byWords: boolean, byCharacters: boolean, anyCase: boolean, count: number) =>
  extremes(bytes, { size, byWords, byCharacters, anyCase }, count).flatMap((found) => Array.from({ length: count }, (_, index) => {
    const shingle = found[index];
    return shingle ? textOfBytes(bytes.subarray(shingle.from, shingle.to)) : '';
  })));

export const SHINGLE_HASHES = [SIM_HASH, MIN_HASH, MIN_HASH_SHINGLES];

/**
 * Sparse n-grams: pieces of a text whose runs of letters at both ends have greater hashes than all runs inside, so that a
 * text and any piece of it have many of them in common.
 */
import { crc32cWord } from './crc32c.ts';
import { BLOB, BOOLEAN, computed, INTEGER, list, UBIGINT, VARCHAR } from './definition.ts';
import { characterSize, textOfBytes } from './utf8-text.ts';
import { Words } from './word.ts';

/** ClickHouse's weak hash of bytes: CRC-32C over words, with the size of a last short one in it. */
function weakHash(bytes: Uint8Array): number {
  const last = new Uint8Array(8);
  const whole = bytes.length - (bytes.length % 8);
  const words = new Words(bytes);
  let state = 0;
  for (let place = 0; place < whole; place += 8) state = crc32cWord(crc32cWord(state, words.numberAt(place)), words.numberAt(place + 4));
  const left = bytes.length - whole;
  if (left === 0 && bytes.length > 0) return state >>> 0;
  if (bytes.length < 8) {
    last.set(bytes);
    last[7] = bytes.length;
  } else {
    last.set(bytes.subarray(whole), 8 - left);
    last[0] = left;
  }
  const rest = new Words(last);
  return crc32cWord(crc32cWord(state, rest.numberAt(0)), rest.numberAt(4)) >>> 0;
}

interface Edge {
  readonly from: number;
  readonly index: number;
  readonly hash: number;
}

function grams(bytes: Uint8Array, least: number, most: number, shortest: number, byCharacters: boolean): readonly Uint8Array[] {
  const starts: number[] = [];
  for (let place = 0; place < bytes.length; place += byCharacters ? characterSize(bytes[place] ?? 0) : 1) starts.push(place);
  const end = (index: number) => starts[index] ?? bytes.length;
  const found: Uint8Array[] = [];
  let edges: Edge[] = [];
  for (let last = least - 2; last < starts.length; last += 1) {
    const from = end(last - least + 2);
    const to = end(last + 1);
    const hash = weakHash(bytes.subarray(from, to));
    const add = (edge: Edge): boolean => {
      const length = last - edge.index + least - 1;
      if (length > most) return false;
      if (length >= shortest) found.push(bytes.subarray(edge.from, to));
      return true;
    };
    for (let edge = edges.at(-1); edge && edge.hash < hash; edge = edges.at(-1)) {
      if (!add(edge)) {
        edges = [];
        break;
      }
      edges.pop();
    }
    const nearest = edges.at(-1);
    if (nearest) add(nearest);
    while (edges.at(-1)?.hash === hash) edges.pop();
    edges.push({ from, index: last, hash });
  }
  return found;
}

export const SPARSE_GRAMS = computed('sandpiper_sparse_grams', [BLOB, INTEGER, INTEGER, INTEGER, BOOLEAN], list(VARCHAR), (bytes: Uint8Array, least: number, most: number, shortest: number, byCharacters: boolean) =>
  grams(bytes, least, most, shortest, byCharacters).map(textOfBytes));
export const SPARSE_GRAM_HASHES = computed('sandpiper_sparse_gram_hashes', [BLOB, INTEGER, INTEGER, INTEGER, BOOLEAN], list(UBIGINT), (bytes: Uint8Array, least: number, most: number, shortest: number, byCharacters: boolean) =>
  grams(bytes, least, most, shortest, byCharacters).map((gram) => BigInt(weakHash(gram))));

export const SPARSE_GRAM_FUNCTIONS = [SPARSE_GRAMS, SPARSE_GRAM_HASHES];

/** How alike two texts are by their runs of four bytes or three characters: ClickHouse's ngramDistance and ngramSearch. */
import { crc32cWord } from './crc32c.ts';
import { BLOB, BOOLEAN, computed, DOUBLE } from './definition.ts';
import { characterSize } from './utf8-text.ts';

const LONGEST = 32768;

/** ClickHouse's hashes of 16 bits of the runs. */
function runs(bytes: Uint8Array, byCharacters: boolean, anyCase: boolean): readonly number[] {
  if (byCharacters) {
    const points = characters(bytes, anyCase);
    return points.slice(2).map((last, index) => crc32cWord(crc32cWord(last, points[index + 1] ?? 0), points[index] ?? 0) & 0xffff);
  }
  const lower = anyCase ? bytes.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)) : bytes;
  return Array.from({ length: Math.max(0, bytes.length - 3) }, (_, from) => {
    const word = (lower[from] ?? 0) | ((lower[from + 1] ?? 0) << 8) | ((lower[from + 2] ?? 0) << 16) | ((lower[from + 3] ?? 0) << 24);
    return crc32cWord(crc32cWord(-1, word), 0) & 0xffff;
  });
}

/** The bytes of each character as a number; without the bits that part most capitals from small letters. */
function characters(bytes: Uint8Array, anyCase: boolean): readonly number[] {
  const found: number[] = [];
  for (let place = 0; place < bytes.length; ) {
    const size = Math.min(characterSize(bytes[place] ?? 0), bytes.length - place);
    let point = 0;
    for (let index = size - 1; index >= 0; index -= 1) point = (point << 8) | (bytes[place + index] ?? 0);
    if (anyCase) {
      if (size >= 4) point &= ~(1 << 29);
      if (size >= 3) point &= ~(1 << 21);
      if (size >= 2) point &= ~((1 << 13) | 1);
      point &= ~32;
    }
    found.push(point);
    place += size;
  }
  return found;
}

function likeness(text: Uint8Array, part: Uint8Array, byCharacters: boolean, anyCase: boolean, isSearch: boolean): number {
  if (text.length > LONGEST) return isSearch ? 0 : 1;
  const counts = new Map<number, number>();
  const wanted = runs(part, byCharacters, anyCase);
  for (const run of wanted) counts.set(run, (counts.get(run) ?? 0) + 1);
  let distance = wanted.length;
  const found = runs(text, byCharacters, anyCase);
  for (const run of found) {
    const count = counts.get(run) ?? 0;
    if (count > 0) distance -= 1;
    else if (!isSearch) distance += 1;
    counts.set(run, count - 1);
  }
  if (isSearch) return Math.fround(1 - Math.fround(distance / Math.max(wanted.length, 1)));
  return Math.fround(distance / Math.max(found.length + wanted.length, 1));
}

/** The text, the part, by characters, in any case, and whether only the part's runs count. */
export const NGRAM_LIKENESS = computed('sandpiper_ngram_likeness', [BLOB, BLOB, BOOLEAN, BOOLEAN, BOOLEAN], DOUBLE, likeness);

export const NGRAM_LIKENESSES = [NGRAM_LIKENESS];

/** Numbers out of a Sqid: short letters that stand for several numbers. */
import { computed, list, UBIGINT, VARCHAR } from './definition.ts';

const ALPHABET = shuffled('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');

function shuffled(alphabet: string): string {
  const letters = [...alphabet];
  const code = (index: number) => letters[index]?.charCodeAt(0) ?? 0;
  for (let front = 0, back = letters.length - 1; back > 0; front += 1, back -= 1) {
    const other = (front * back + code(front) + code(back)) % letters.length;
    [letters[front], letters[other]] = [letters[other] ?? '', letters[front] ?? ''];
  }
  return letters.join('');
}

/** No numbers for letters that are no Sqid. */
function decoded(id: string): readonly bigint[] {
  if (id === '' || [...id].some((letter) => !ALPHABET.includes(letter))) return [];
  const offset = ALPHABET.indexOf(id[0] ?? '');
  let alphabet = [...ALPHABET.slice(offset), ...ALPHABET.slice(0, offset)].reverse().join('');
  const numbers: bigint[] = [];
  for (let rest = id.slice(1); rest !== ''; ) {
    const end = rest.indexOf(alphabet[0] ?? '');
    const piece = end === -1 ? rest : rest.slice(0, end);
    if (piece === '') return numbers;
    numbers.push(BigInt.asUintN(64, [...piece].reduce((number, letter) => number * BigInt(alphabet.length - 1) + BigInt(alphabet.indexOf(letter) - 1), 0n)));
    if (end !== -1) alphabet = shuffled(alphabet);
    rest = end === -1 ? '' : rest.slice(end + 1);
  }
  return numbers;
}

export const SQID_DECODE = computed('sandpiper_sqid_decode', [VARCHAR], list(UBIGINT), decoded);

export const SQIDS = [SQID_DECODE];

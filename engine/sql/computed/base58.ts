/** Base58, Bitcoin's alphabet: bytes as one large number, with a leading 1 for each leading zero byte. */
import { BLOB, computed, VARCHAR } from './definition.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function encode(bytes: Uint8Array): string {
  const zeros = leading(bytes.length, (index) => bytes[index] === 0);
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let text = '';
  for (; number > 0n; number /= 58n) text = (ALPHABET[Number(number % 58n)] ?? '') + text;
  return '1'.repeat(zeros) + text;
}

/** Undefined for text with letters outside of the alphabet. */
function decode(text: string): Uint8Array | undefined {
  const zeros = leading(text.length, (index) => text[index] === '1');
  let number = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; number > 0n; number /= 256n) bytes.unshift(Number(number % 256n));
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...bytes]);
}

function leading(length: number, isZero: (index: number) => boolean): number {
  let count = 0;
  while (count < length && isZero(count)) count += 1;
  return count;
}

export const BASE58_ENCODE = computed('sandpiper_base58_encode', [BLOB], VARCHAR, encode);

export const BASE58_DECODE = computed('sandpiper_base58_decode', [VARCHAR], BLOB, (text) => {
  const bytes = decode(text);
  if (!bytes) throw new Error(`This text is not base58: ${text}`);
  return bytes;
});

export const BASE58_TRY_DECODE = computed('sandpiper_base58_try_decode', [VARCHAR], BLOB, (text) => decode(text) ?? new Uint8Array());

export const BASE58 = [BASE58_ENCODE, BASE58_DECODE, BASE58_TRY_DECODE];

/**
 * Walks over JSON in bytes without making anything of it: where a value ends, or -1 where that is not sure here.
 * Strict JSON on one line only; what is rare or lax (a surrogate escape, a trailing comma, NaN, deep nesting) is left,
 * by -1, to json-source.ts. So a value walked over is one that json-source.ts and JSON.parse read alike.
 * That the bytes are UTF-8 is the caller's to know.
 */

export const QUOTE = 34;
export const BACKSLASH = 92;
const MAX_DEPTH = 100;

/** The first byte at or after `at` that is no white space within a line. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at];
  while (byte === 32 || byte === 9 || byte === 13) {
    at += 1;
    byte = bytes[at];
  }
  return at;
}

/** `at` is behind the opening quote; the answer is the closing one, or -1. */
export function endOfString(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < 32) return -1;
    if (byte !== BACKSLASH) at += 1;
    else {
      const length = escapeLength(bytes, at + 1);
      if (length === 0) return -1;
      at += length;
    }
  }
  return -1;
}

/** Bytes of an escape with its backslash; 0 for one that is wrong or half of a surrogate pair. */
function escapeLength(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE: case BACKSLASH: case 47: case 98: case 102: case 110: case 114: case 116:
      return 2;
    case 117: {
      for (let digit = 1; digit <= 4; digit += 1) if (!isHex(bytes[at + digit] ?? 0)) return 0;
      const first = (bytes[at + 1] ?? 0) | 32;
      const second = (bytes[at + 2] ?? 0) | 32;
      // \uD800 to \uDFFF
      return first === 100 && (second >= 97 || second === 56 || second === 57) ? 0 : 6;
    }
    default:
      return 0;
  }
}

export function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102);
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** The end of a number that begins at `at`, or -1. */
export function endOfNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 45) at += 1;
  if (bytes[at] === 48) at += 1;
  else if (isDigit(bytes[at])) at = endOfDigits(bytes, at);
  else return -1;
  if (bytes[at] === 46) {
    if (!isDigit(bytes[at + 1])) return -1;
    at = endOfDigits(bytes, at + 1);
  }
  if (bytes[at] === 101 || bytes[at] === 69) {
    at += bytes[at + 1] === 45 || bytes[at + 1] === 43 ? 2 : 1;
    if (!isDigit(bytes[at])) return -1;
    at = endOfDigits(bytes, at);
  }
  return at;
}

export function endOfDigits(bytes: Uint8Array, at: number): number {
  while (isDigit(bytes[at])) at += 1;
  return at;
}

/** The end of any value that begins at `at`, or -1. */
export function endOfValue(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  switch (bytes[at]) {
    case QUOTE: {
      const close = endOfString(bytes, at + 1, end);
      return close === -1 ? -1 : close + 1;
    }
    case 123:
      return endOfContainer(bytes, at, end, depth, true);
    case 91:
      return endOfContainer(bytes, at, end, depth, false);
    case 116: case 102: case 110:
      return endOfWord(bytes, at);
    default:
      return endOfNumber(bytes, at);
  }
}

function endOfContainer(bytes: Uint8Array, at: number, end: number, depth: number, isObject: boolean): number {
  if (depth >= MAX_DEPTH) return -1;
  const closing = isObject ? 125 : 93;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === closing) return at + 1;
  for (;;) {
    if (isObject) {
      at = behindKey(bytes, at, end);
      if (at === -1) return -1;
    }
    at = endOfValue(bytes, at, end, depth + 1);
    if (at === -1) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === closing) return at + 1;
    if (bytes[at] !== 44) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** Where the value begins whose key begins at `at`, or -1. */
export function behindKey(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const close = endOfString(bytes, at + 1, end);
  if (close === -1) return -1;
  const colon = skipSpace(bytes, close + 1);
  return bytes[colon] === 58 ? skipSpace(bytes, colon + 1) : -1;
}

/** The end of true, false or null at `at`, or -1. */
export function endOfWord(bytes: Uint8Array, at: number): number {
  const word = bytes[at] === 116 ? TRUE : bytes[at] === 102 ? FALSE : NULL;
  for (let index = 0; index < word.length; index += 1) if (bytes[at + index] !== word[index]) return -1;
  return at + word.length;
}

const TRUE = [116, 114, 117, 101];
const FALSE = [102, 97, 108, 115, 101];
const NULL = [110, 117, 108, 108];

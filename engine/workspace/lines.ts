/**
 * Lines of a file or a body as bytes. A line ends at a line feed or at the end; one of white space alone is blank.
 * White space is what DuckDB's reader skips: space, tab, carriage return, vertical tab, form feed.
 */

/** A line that is not blank: bytes start to end (without its line feed). */
export interface Line {
  /** Counts all lines before it, from 0. */
  readonly index: number;
  /** Counts the lines that are not blank, from 1. */
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
}

export function* nonBlankLines(bytes: Buffer): Generator<Line> {
  let ordinal = 0;
  let start = 0;
  for (let index = 0; start < bytes.length; index += 1) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isBlank(bytes, start, end)) {
      ordinal += 1;
      yield { index, ordinal, start, end };
    }
    start = end + 1;
  }
}

export interface LineCount {
  /** All lines; a last one without a line feed counts. */
  readonly lines: number;
  readonly blank: number;
  readonly longestLine: number;
  /** First bytes of lines that are not blank and do not begin with `{` and end with `}`. */
  readonly notObjects: readonly number[];
}

export function countLines(bytes: Buffer): LineCount {
  let lines = 0;
  let blank = 0;
  let longestLine = 0;
  const notObjects: number[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    lines += 1;
    if (end - start > longestLine) longestLine = end - start;
    const isObject = bytes[start] === OPENING && (bytes[end - 1] === CLOSING || (bytes[end - 1] === 13 && bytes[end - 2] === CLOSING));
    if (!isObject) {
      const first = skipSpace(bytes, start, end, 1);
      const last = skipSpace(bytes, end - 1, start - 1, -1);
      if (first >= end) blank += 1;
      else if (bytes[first] !== OPENING || bytes[last] !== CLOSING) notObjects.push(first);
    }
    start = end + 1;
  }
  return { lines, blank, longestLine, notObjects };
}

const OPENING = 123;
const CLOSING = 125;

export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return skipSpace(bytes, start, end, 1) >= end;
}

function skipSpace(bytes: Buffer, from: number, limit: number, step: 1 | -1): number {
  let at = from;
  while (at !== limit && isSpace(bytes[at] ?? 0)) at += step;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

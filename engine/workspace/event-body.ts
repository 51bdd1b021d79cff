/**
 * The body of an events request: one JSON object, objects one a line (NDJSON), or an array of objects, perhaps packed.
 * As in ClickHouse, objects may also follow each other on one line, or stand on several: `curl -d @file` takes the line
 * ends out, and people print their JSON prettily.
 * Gives lines of one row each, in the bytes that came where they are such lines already, and counts how they fit.
 */
import { Decompress } from 'fzstd';
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { SandpiperError } from '../errors.ts';
import { JsonArray, JsonFault, JsonNumber, JsonObject, parseJsonSource, type JsonSource } from './json-source.ts';
import { skipSpace } from './json-scan.ts';
import { isBlank, nonBlankLines } from './lines.ts';
import type { RowReader } from './row-reader.ts';

export interface EventBody {
  /** Lines, the last one ended; blank lines may be among them. */
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  readonly fitting: number;
  /** Rows that do not fit the table, and lines that are not JSON. */
  readonly unfit: number;
}

const NEWLINE = 10;
const OPENING_BRACKET = 91;
const LINE_END = Buffer.from('\n');
const gunzip = promisify(zlib.gunzip);

/** Unpacks a body. Throws 'too-large', 'unsupported' for an encoding that cannot be read, 'bad-request' for a damaged one. */
export async function unpackBody(bytes: Uint8Array, encoding: string | undefined, limitBytes: number): Promise<Uint8Array> {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return bytes;
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'zstd') throw new SandpiperError('unsupported', `Bodies with Content-Encoding ${name} cannot be read: use gzip, zstd or none.`);
  try {
    return name === 'zstd' ? unpackZstd(bytes, limitBytes) : await gunzip(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof SandpiperError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw unpacksTooLarge(limitBytes, error);
    throw new SandpiperError('bad-request', `The body is not ${name} as its Content-Encoding says, or is damaged.`, { cause: error });
  }
}

const ZSTD_STEP_BYTES = 64 << 10;

/** In steps, so that no more than the limit is ever unpacked. Throws when the body is cut, or no zstd. */
function unpackZstd(bytes: Uint8Array, limitBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const stream = new Decompress((part, isLast) => {
    length += part.length;
    if (length > limitBytes) throw unpacksTooLarge(limitBytes);
    parts.push(part);
    isWhole ||= isLast === true;
  });
  for (let at = 0; at < bytes.length; at += ZSTD_STEP_BYTES) stream.push(bytes.subarray(at, at + ZSTD_STEP_BYTES), at + ZSTD_STEP_BYTES >= bytes.length);
  if (!isWhole) throw new Error('The zstd body ends too early');
  return Buffer.concat(parts);
}

function unpacksTooLarge(limitBytes: number, cause?: unknown): SandpiperError {
  return new SandpiperError('too-large', `The unpacked body is larger than ${limitBytes} bytes: send it in parts.`, { cause });
}

/** Reads and judges a body. Throws 'bad-request' when it holds no row at all, or nothing that is a JSON object. */
export function readBody(body: Uint8Array, reader: RowReader): EventBody {
  const given = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const bytes = given[0] === 0xef && given[1] === 0xbb && given[2] === 0xbf ? given.subarray(3) : given;
  if (!isUtf8(bytes)) return readBrokenText(bytes, reader);
  const start = firstByte(bytes);
  if (bytes[start] === OPENING_BRACKET) {
    const rows = arrayRows(bytes.toString());
    if (rows) return judged(rows, reader);
  }
  const counts = { fits: 0, unfit: 0, malformed: 0 };
  let at = start;
  while (at < bytes.length) {
    const close = reader.judgeLine(bytes, skipSpace(bytes, at), bytes.length);
    const end = close === -1 ? -1 : skipSpace(bytes, close);
    if (end !== -1 && (end === bytes.length || bytes[end] === NEWLINE)) {
      counts.fits += 1;
      at = end + 1;
    } else at = judgeSlowly(bytes, at, reader, counts);
  }
  if (counts.malformed > 0) {
    const rows = counts.fits + counts.unfit === 0 ? objectsOf(bytes.toString()) : unjoinedLines(bytes);
    if (rows) return judged(rows, reader);
  }
  if (counts.fits + counts.unfit === 0) refuse(counts.malformed, reader, bytes.toString());
  return asItCame(bytes, counts);
}

/** Judges the line that `at` is in, and gives the start of the next. */
function judgeSlowly(bytes: Buffer, at: number, reader: RowReader, counts: Counts): number {
  const newline = bytes.indexOf(NEWLINE, at);
  const end = newline === -1 ? bytes.length : newline;
  if (!isBlank(bytes, at, end)) counts[reader.judgeRow(bytes.toString('utf8', at, end))] += 1;
  return end + 1;
}

function firstByte(bytes: Buffer): number {
  let at = skipSpace(bytes, 0);
  while (bytes[at] === NEWLINE) at = skipSpace(bytes, at + 1);
  return at;
}

interface Counts {
  fits: number;
  unfit: number;
  malformed: number;
}

function asItCame(bytes: Buffer, counts: Counts): EventBody {
  const isEnded = bytes.at(-1) === NEWLINE;
  return { pieces: isEnded ? [bytes] : [bytes, LINE_END], bytes: bytes.length + (isEnded ? 0 : 1), fitting: counts.fits, unfit: counts.unfit + counts.malformed };
}

/** Some line is not UTF-8: it will go to quarantine, the others are judged as always. */
function readBrokenText(bytes: Buffer, reader: RowReader): EventBody {
  const counts = { fits: 0, unfit: 0, malformed: 0 };
  for (const line of nonBlankLines(bytes)) {
    const part = bytes.subarray(line.start, line.end);
    counts[isUtf8(part) ? reader.judgeRow(part.toString()) : 'malformed'] += 1;
  }
  if (counts.fits + counts.unfit === 0) refuse(counts.malformed, reader, bytes.toString());
  return asItCame(bytes, counts);
}

function judged(rows: readonly string[], reader: RowReader): EventBody {
  const counts = { fits: 0, unfit: 0, malformed: 0 };
  for (const row of rows) counts[reader.judgeRow(row)] += 1;
  if (counts.fits + counts.unfit === 0) refuse(counts.malformed, reader, rows[0] ?? '');
  const bytes = Buffer.from(`${rows.join('\n')}\n`);
  return { pieces: [bytes], bytes: bytes.length, fitting: counts.fits, unfit: counts.unfit + counts.malformed };
}

/** The items of a JSON array as lines; undefined when the text is no such array. */
function arrayRows(text: string): string[] | undefined {
  const array = parsed(text);
  return array instanceof JsonArray ? array.items.map(lineOf) : undefined;
}

/** Objects behind each other, with white space or commas between them, as lines; undefined when the text is anything else. */
function objectsOf(text: string): string[] | undefined {
  const rows: string[] = [];
  for (let at = behindSeparators(text, 0); at < text.length; ) {
    const end = endOfBraces(text, at);
    const object = end === -1 ? undefined : parsed(text.slice(at, end));
    if (!(object instanceof JsonObject)) return undefined;
    rows.push(lineOf(object));
    at = behindSeparators(text, end);
  }
  return rows.length > 0 ? rows : undefined;
}

function behindSeparators(text: string, at: number): number {
  while (/[\s,]/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Behind the brace that closes the one at `at`, or -1. */
function endOfBraces(text: string, at: number): number {
  if (text[at] !== '{') return -1;
  let depth = 0;
  for (; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    } else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}

/** The lines, with those taken apart that hold several objects, or commas; undefined when none does. */
function unjoinedLines(bytes: Buffer): string[] | undefined {
  let isJoined = false;
  const rows = bytes.toString().split('\n').flatMap((line) => {
    const rest = line.trim();
    const objects = rest.startsWith('{') && parsed(rest) === undefined ? objectsOf(rest) : undefined;
    isJoined ||= objects !== undefined;
    return objects ?? (rest === '' ? [] : [line]);
  });
  return isJoined ? rows : undefined;
}

function parsed(text: string): JsonSource | undefined {
  try {
    return parseJsonSource(text);
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

/** The source on one line: line ends stand only between lexemes, where a space means the same. */
function lineOf(value: JsonSource): string {
  if (value instanceof JsonObject || value instanceof JsonArray || value instanceof JsonNumber) return value.text.replace(/[\r\n]/g, ' ');
  return JSON.stringify(value);
}

function refuse(malformed: number, reader: RowReader, text: string): never {
  const name = reader.table.name;
  if (malformed === 0) throw new SandpiperError('bad-request', `The body holds no rows for data source ${name}: send JSON objects, one a line.`);
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const reading = reader.readRow(lines[first] ?? '');
  const why = reading.kind === 'malformed' ? reading.message.replace(/^the line/, malformed === 1 ? 'the body' : `line ${first + 1}`) : 'no line is a JSON object';
  throw new SandpiperError('bad-request', `Nothing of the body can be read as rows for data source ${name}: ${why}.`);
}

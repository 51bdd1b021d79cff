/**
 * The body of an events request: one JSON object, objects one a line (NDJSON), or an array of objects, perhaps packed.
 * Gives lines of one row each, in the bytes that came where they are such lines already, and counts how they fit.
 */
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { SandpiperError } from '../errors.ts';
import { JsonArray, JsonFault, JsonNumber, JsonObject, parseJsonSource, type JsonSource } from './json-source.ts';
import { nonBlankLines } from './lines.ts';
import type { RowReader } from './row-reader.ts';

export interface EventBody {
  /** Lines, the last one ended; blank lines may be among them. */
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  readonly fitting: number;
  /** Rows that do not fit the table, and lines that are not JSON. */
  readonly unfit: number;
}

const NEWLINE = Buffer.from('\n');
const gunzip = promisify(zlib.gunzip);

/** Unpacks a body. Throws 'too-large', 'unsupported' for an encoding that cannot be read, 'bad-request' for a damaged one. */
export async function unpackBody(bytes: Uint8Array, encoding: string | undefined, limitBytes: number): Promise<Uint8Array> {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return bytes;
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'zstd') throw new SandpiperError('unsupported', `Bodies with Content-Encoding ${name} cannot be read: use gzip or none.`);
  const unzstd = 'zstdDecompress' in zlib ? zlib.zstdDecompress : undefined;
  if (name === 'zstd' && typeof unzstd !== 'function') throw new SandpiperError('unsupported', 'Bodies packed with zstd cannot be read by this version of Node: use gzip.');
  const unpack = name === 'zstd' && typeof unzstd === 'function' ? (promisify(unzstd) as typeof gunzip) : gunzip;
  try {
    return await unpack(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new SandpiperError('too-large', `The unpacked body is larger than ${limitBytes} bytes: send it in parts.`, { cause: error });
    throw new SandpiperError('bad-request', `The body is not ${name} as its Content-Encoding says, or is damaged.`, { cause: error });
  }
}

/** Reads and judges a body. Throws 'bad-request' when it holds no row at all, or nothing that is a JSON object. */
export function readBody(body: Uint8Array | string, reader: RowReader): EventBody {
  const given = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const bytes = given[0] === 0xef && given[1] === 0xbb && given[2] === 0xbf ? given.subarray(3) : given;
  if (!isUtf8(bytes)) return readBrokenText(bytes, reader);
  const text = bytes.toString();
  if (/^\s*\[/.test(text)) {
    const rows = arrayRows(text);
    if (rows) return judged(rows, reader);
  }
  const counts = { fits: 0, unfit: 0, malformed: 0 };
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    if (!/^[\t\v\f\r ]*$/.test(line)) counts[reader.judgeRow(line)] += 1;
  }
  if (counts.fits + counts.unfit === 0) {
    const whole = counts.malformed > 1 ? wholeObject(text) : undefined;
    if (whole !== undefined) return judged([whole], reader);
    refuse(counts.malformed, reader, text);
  }
  return { pieces: bytes.at(-1) === 10 ? [bytes] : [bytes, NEWLINE], bytes: bytes.length, fitting: counts.fits, unfit: counts.unfit + counts.malformed };
}

/** Some line is not UTF-8: it will go to quarantine, the others are judged as always. */
function readBrokenText(bytes: Buffer, reader: RowReader): EventBody {
  const counts = { fits: 0, unfit: 0, malformed: 0 };
  for (const line of nonBlankLines(bytes)) {
    const part = bytes.subarray(line.start, line.end);
    counts[isUtf8(part) ? reader.judgeRow(part.toString()) : 'malformed'] += 1;
  }
  if (counts.fits + counts.unfit === 0) refuse(counts.malformed, reader, bytes.toString());
  return { pieces: bytes.at(-1) === 10 ? [bytes] : [bytes, NEWLINE], bytes: bytes.length, fitting: counts.fits, unfit: counts.unfit + counts.malformed };
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

function wholeObject(text: string): string | undefined {
  const object = parsed(text);
  return object instanceof JsonObject ? lineOf(object) : undefined;
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

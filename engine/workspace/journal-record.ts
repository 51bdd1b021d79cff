/**
 * The frame of a journal record and its checksum.
 *   | 'SPJ1' 4 | length 4 | crc32 4 | payload, `length` bytes |      integers little-endian
 * The checksum covers length and payload. A record is good when magic, length and checksum agree.
 */
import * as zlib from 'node:zlib';

export const HEADER_BYTES = 12;
const MAGIC = 0x314a5053;

/** Fills in the header of a record whose payload stands behind HEADER_BYTES. */
export function writeHeader(record: Buffer): void {
  record.writeUInt32LE(MAGIC, 0);
  record.writeUInt32LE(record.length - HEADER_BYTES, 4);
  record.writeUInt32LE(checksumOf(record, 0, record.length), 8);
}

/** Where its payload begins, and where it ends. */
export type RecordAt = { readonly payload: number; readonly next: number } | 'bad' | 'cut';

/** The record that begins at an offset: 'cut' when the bytes end before it does, 'bad' when it is none. */
export function recordAt(bytes: Buffer, offset: number): RecordAt {
  if (offset + HEADER_BYTES > bytes.length) return 'cut';
  if (bytes.readUInt32LE(offset) !== MAGIC) return 'bad';
  const next = offset + HEADER_BYTES + bytes.readUInt32LE(offset + 4);
  if (next > bytes.length) return 'cut';
  return checksumOf(bytes, offset, next) === bytes.readUInt32LE(offset + 8) ? { payload: offset + HEADER_BYTES, next } : 'bad';
}

/** Of a record from `start` to `end`. */
function checksumOf(bytes: Buffer, start: number, end: number): number {
  return crc32(bytes.subarray(start + HEADER_BYTES, end), crc32(bytes.subarray(start + 4, start + 8), 0));
}

/** The length of the payload that a header announces, or undefined when it is no header. */
export function announcedLength(header: Buffer): number | undefined {
  return header.length >= HEADER_BYTES && header.readUInt32LE(0) === MAGIC ? header.readUInt32LE(4) : undefined;
}

const table = new Int32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Node has its own from 20.15 on. */
const nodeCrc32: ((data: Uint8Array, value: number) => number) | undefined = zlib.crc32;

function crc32(bytes: Uint8Array, start: number): number {
  if (nodeCrc32) return nodeCrc32(bytes, start);
  let value = ~start;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 255] ?? 0);
  return ~value >>> 0;
}

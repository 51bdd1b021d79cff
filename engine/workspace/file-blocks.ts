/**
 * Reads a file once, front to back, and cuts it into blocks of whole lines with their places. Memory is bounded by the
 * block size and the longest line. gzip and zstd (by the first bytes, not the name) are unpacked on the way; a byte order
 * mark is skipped. Promises that the blocks together are the file, and that the next one is read while this one is used.
 * The first reading of the whole file gives its checksum.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { SandpiperError } from '../errors.ts';
import { countLines } from './lines.ts';
import { packingOf, unpacker, unpackHead, type Packing } from './unpack.ts';

export interface FileBlock {
  readonly bytes: Buffer;
  /** Of the first line, from 1. */
  readonly firstLine: number;
  /** Of the first byte, in the unpacked file. */
  readonly offset: number;
  readonly lines: number;
  readonly blank: number;
  readonly longestLine: number;
  readonly notObjects: readonly number[];
  /** Bytes of the file as it is on disk that have been read so far. */
  readonly readBytes: number;
}

export interface FileToRead {
  readonly path: string;
  /** The name that the user knows it by. */
  readonly name: string;
}

/** A file that is there and can be read. */
export interface OpenedFile extends FileToRead {
  readonly sizeBytes: number;
  readonly packing: Packing;
  /** Its first bytes, unpacked. */
  readonly head: Buffer;
  readonly checksum: Checksum;
}

/** SHA-256 of a file as it is on disk, from chunks in order; chunks of a second reading change nothing. */
export class Checksum {
  readonly #hash = createHash('sha256');
  #seen = 0;
  #text: string | undefined;

  see(offset: number, chunk: Buffer): void {
    if (offset !== this.#seen || this.#text !== undefined) return;
    this.#hash.update(chunk);
    this.#seen += chunk.length;
  }

  /** In hexadecimal, of all that was seen. */
  get text(): string {
    this.#text ??= this.#hash.digest('hex');
    return this.#text;
  }
}

const HEAD_BYTES = 64 << 10;

/** Throws 'not-found', 'bad-request', 'storage' with the file's name. */
export async function openSource(file: FileToRead): Promise<OpenedFile> {
  try {
    const handle = await open(file.path, 'r');
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw new SandpiperError('bad-request', `${file.name} is not a file.`);
      const packed = Buffer.alloc(Math.min(HEAD_BYTES, info.size));
      await handle.read(packed, 0, packed.length, 0);
      const packing = packingOf(packed);
      return { ...file, sizeBytes: info.size, packing, head: unpackedHead(packed, packing), checksum: new Checksum() };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(error, file);
  }
}

function unpackedHead(packed: Buffer, packing: Packing): Buffer {
  try {
    return unpackHead(packed, packing);
  } catch (error) {
    throw Object.assign(new Error(error instanceof Error ? error.message : String(error)), { code: packing === 'zstd' ? 'Z_ZSTD' : 'Z_GZIP' });
  }
}

export async function* fileBlocks(file: OpenedFile, blockBytes: number): AsyncGenerator<FileBlock> {
  let firstLine = 1;
  let offset = 0;
  const blocks = wholeLines(file, blockBytes);
  let next = blocks.next();
  next.catch(() => undefined); // Thrown where it is awaited.
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = blocks.next();
      next.catch(() => undefined);
      const hasMark = offset === 0 && value.bytes[0] === 0xef && value.bytes[1] === 0xbb && value.bytes[2] === 0xbf;
      if (hasMark) offset = 3;
      const bytes = hasMark ? value.bytes.subarray(3) : value.bytes;
      const counted = countLines(bytes);
      yield { bytes, firstLine, offset, ...counted, readBytes: value.readBytes };
      firstLine += counted.lines;
      offset += bytes.length;
    }
  } finally {
    await next.catch(() => undefined);
    await blocks.return(undefined);
  }
}

interface Lines {
  readonly bytes: Buffer;
  readonly readBytes: number;
}

/** Cuts behind the last line end of each block; what is left begins the next. */
async function* wholeLines(file: OpenedFile, blockBytes: number): AsyncGenerator<Lines, undefined> {
  if (file.packing === 'none') {
    yield* readLines(file, blockBytes);
    return;
  }
  let block = Buffer.allocUnsafe(blockBytes);
  let filled = 0;
  for await (const { chunk, readBytes } of fileChunks(file)) {
    let used = 0;
    while (used < chunk.length) {
      const copied = chunk.copy(block, filled, used);
      used += copied;
      filled += copied;
      if (filled < block.length) continue;
      const cut = block.lastIndexOf(10) + 1;
      const longer = Buffer.allocUnsafe(cut === 0 ? block.length * 2 : blockBytes);
      const rest = block.subarray(cut, filled);
      const target = longer.length > rest.length ? longer : Buffer.allocUnsafe(rest.length * 2);
      rest.copy(target);
      if (cut > 0) yield { bytes: block.subarray(0, cut), readBytes };
      block = target;
      filled = rest.length;
    }
  }
  if (filled > 0) yield { bytes: block.subarray(0, filled), readBytes: Number.POSITIVE_INFINITY };
}

/** The same of a file that is not packed, read to where it is wanted. */
async function* readLines(file: OpenedFile, blockBytes: number): AsyncGenerator<Lines, undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.path, 'r');
    let block = Buffer.allocUnsafe(blockBytes);
    let filled = 0;
    let position = 0;
    for (;;) {
      const { bytesRead } = await handle.read(block, filled, block.length - filled, position);
      file.checksum.see(position, block.subarray(filled, filled + bytesRead));
      position += bytesRead;
      filled += bytesRead;
      if (bytesRead === 0) break;
      if (filled < block.length) continue;
      const cut = block.lastIndexOf(10) + 1;
      const next = Buffer.allocUnsafe(cut === 0 ? block.length * 2 : Math.max(blockBytes, (filled - cut) * 2));
      block.copy(next, 0, cut, filled);
      if (cut > 0) yield { bytes: block.subarray(0, cut), readBytes: position };
      block = next;
      filled -= cut;
    }
    if (filled > 0) yield { bytes: block.subarray(0, filled), readBytes: Number.POSITIVE_INFINITY };
  } catch (error) {
    throw readError(error, file);
  } finally {
    await handle?.close();
  }
}

/** The unpacked bytes of the file, and how far the file has been read. */
export async function* fileChunks(file: OpenedFile): AsyncGenerator<{ readonly chunk: Buffer; readonly readBytes: number }> {
  const stream = createReadStream(file.path, { highWaterMark: 1 << 20 });
  let passed = 0;
  const sum = (chunk: Buffer) => {
    file.checksum.see(passed, chunk);
    passed += chunk.length;
  };
  const unpack = unpacker(file.packing);
  if (unpack) {
    stream.on('data', (chunk) => sum(Buffer.from(chunk)));
    stream.on('error', (error) => unpack.destroy(error));
    stream.pipe(unpack);
  }
  try {
    for await (const chunk of unpack ?? stream) {
      if (!Buffer.isBuffer(chunk)) throw new Error('A file is read as bytes');
      if (!unpack) sum(chunk);
      yield { chunk, readBytes: stream.bytesRead };
    }
  } catch (error) {
    throw readError(error, file);
  } finally {
    stream.destroy();
  }
}

function readError(error: unknown, file: FileToRead): unknown {
  if (error instanceof SandpiperError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new SandpiperError('not-found', `The file ${file.name} does not exist.`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new SandpiperError('storage', `The file ${file.name} may not be read.`, { cause: error });
  if (code === 'EISDIR') return new SandpiperError('bad-request', `${file.name} is a folder, not a file.`, { cause: error });
  if (code.startsWith('Z_')) return new SandpiperError('bad-request', `The file ${file.name} is not whole: its ${code === 'Z_ZSTD' ? 'zstd' : 'gzip'} data ends or breaks off (${error.message}).`, { cause: error });
  if (code === 'EIO') return new SandpiperError('storage', `The disk reports an error while reading ${file.name}.`, { cause: error });
  return error;
}

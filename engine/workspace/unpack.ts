/** Streams that unpack what is packed with gzip or zstd, told by the first bytes. Frames that follow each other are one stream. */
import { Decompress } from 'fzstd';
import { Transform } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';

export type Packing = 'none' | 'gzip' | 'zstd';

export function packingOf(bytes: Buffer): Packing {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  return bytes.length >= 4 && bytes.readUInt32LE(0) === ZSTD_MAGIC ? 'zstd' : 'none';
}

const ZSTD_MAGIC = 0xfd2fb528;

/** What the first bytes of a packed file unpack to, as far as they go. Throws what the unpacker throws. */
export function unpackHead(bytes: Buffer, packing: Packing): Buffer {
  if (packing === 'none') return bytes;
  if (packing === 'gzip') return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  const parts: Uint8Array[] = [];
  new Decompress((part) => parts.push(part.slice())).push(bytes);
  return Buffer.concat(parts);
}

/** Undefined for a file that is not packed. */
export function unpacker(packing: Packing): Transform | undefined {
  if (packing === 'none') return undefined;
  return packing === 'gzip' ? createGunzip({ chunkSize: 1 << 18 }) : new Unzstd();
}

/** fzstd as a stream; its own failures and an early end are errors with the code `Z_ZSTD`. */
class Unzstd extends Transform {
  readonly #decompress = new Decompress((part) => {
    if (part.length > 0) this.push(Buffer.from(part)); // A copy: fzstd uses the memory again.
  });

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    try {
      this.#decompress.push(chunk);
      done();
    } catch (error) {
      done(zstdFailure(error));
    }
  }

  override _flush(done: (error?: Error) => void): void {
    try {
      this.#decompress.push(new Uint8Array(0), true);
      done();
    } catch (error) {
      done(zstdFailure(error));
    }
  }
}

function zstdFailure(error: unknown): Error {
  return Object.assign(new Error(error instanceof Error ? error.message : String(error)), { code: 'Z_ZSTD' });
}

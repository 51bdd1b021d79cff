/**
 * What a journal does to the disk, so that tests can put a failing disk in its place. A write that has settled is on
 * the disk: by O_DSYNC where one call does both, else by fdatasync after it. Small records are followed by zeros, which
 * the next ones overwrite: a file that does not grow is synced in half the time. Where the disk answers small writes
 * faster than a thread can be woken, they are made at once instead of in a thread. What is read and repaired at the
 * start goes through the file system as always.
 */
import { close, constants, fdatasync, ftruncate, open as openFile, write, writeSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A new segment, open for writing. */
export interface SegmentFile {
  /** Settles when the bytes are on disk at that offset; rejects when perhaps not all of them are. */
  readonly write: (bytes: Uint8Array, offset: number) => Promise<void>;
  readonly cutTo: (length: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface JournalDisk {
  /** Makes a file that is not there yet, with its name durable. */
  readonly create: (folder: string, path: string) => Promise<SegmentFile>;
  readonly remove: (path: string) => Promise<void>;
}

const openForAppend = promisify(openFile);
const datasync = promisify(fdatasync);
const truncate = promisify(ftruncate);
const closeFile = promisify(close);

/** Elsewhere O_DSYNC is missing (Windows), or leaves the drive's own cache alone (macOS). */
const SYNCS_BY_ITSELF = process.platform === 'linux';

export const REAL_DISK: JournalDisk = {
  create: async (folder, path) => {
    const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = constants;
    const file = await openForAppend(path, SYNCS_BY_ITSELF ? O_CREAT | O_EXCL | O_WRONLY | O_DSYNC : 'wx');
    try {
      await syncFolder(folder);
    } catch (error) {
      await closeFile(file);
      throw error;
    }
    let sizeBytes = 0;
    const write = async (bytes: Uint8Array, offset: number) => {
      if (bytes.length <= SMALL_BYTES && SYNCS_BY_ITSELF && PACE.isQuick()) {
        PACE.note(() => writeAtOnce(file, bytes, offset));
        return;
      }
      await writeFully(file, bytes, offset);
      if (!SYNCS_BY_ITSELF) await datasync(file);
    };
    return {
      write: async (bytes, offset) => {
        const end = offset + bytes.length;
        if (end <= sizeBytes || bytes.length > SMALL_BYTES) await write(bytes, offset);
        else {
          const padded = Buffer.alloc(Math.ceil((end + 1) / ZEROS_BYTES) * ZEROS_BYTES - offset);
          padded.set(bytes);
          await write(padded, offset);
          sizeBytes = offset + padded.length;
        }
        sizeBytes = Math.max(sizeBytes, end);
      },
      cutTo: (length) => {
        sizeBytes = length;
        return truncate(file, length);
      },
      close: () => closeFile(file),
    };
  },
  remove: (path) => rm(path, { force: true }),
};

const SMALL_BYTES = 64 << 10;
const ZEROS_BYTES = 256 << 10;

/** Whether the disk takes small writes so fast that it pays to wait for them. */
class DiskPace {
  #averageMs = 0;
  #slowUntil = 0;

  isQuick(): boolean {
    return this.#averageMs < QUICK_MS || performance.now() > this.#slowUntil;
  }

  note(work: () => void): void {
    const started = performance.now();
    work();
    const now = performance.now();
    // After a slow spell the next write is a trial, which counts alone.
    const isTrial = this.#averageMs >= QUICK_MS;
    this.#averageMs = isTrial ? now - started : this.#averageMs * 0.8 + (now - started) * 0.2;
    if (this.#averageMs >= QUICK_MS) this.#slowUntil = now + SLOW_SPELL_MS;
  }
}

const QUICK_MS = 0.5;
const SLOW_SPELL_MS = 2000;
const PACE = new DiskPace();

function writeAtOnce(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

function writeFully(file: number, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = 0;
    const next = () => {
      write(file, bytes, done, bytes.length - done, position + done, (error, written) => {
        if (error) return reject(error);
        done += written;
        return done < bytes.length ? next() : resolve();
      });
    };
    next();
  });
}

/** Makes the new file's name durable. Windows knows no such thing and refuses to open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

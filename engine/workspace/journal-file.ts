/**
 * What a journal does to the disk, so that tests can put a failing disk in its place. A write that has settled is on
 * the disk: by O_DSYNC where one call does both, else by fdatasync after it. What is read and repaired at the start
 * goes through the file system as always.
 */
import { close, constants, fdatasync, ftruncate, open as openFile, write } from 'node:fs';
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
    return {
      write: async (bytes, offset) => {
        await writeFully(file, bytes, offset);
        if (!SYNCS_BY_ITSELF) await datasync(file);
      },
      cutTo: (length) => truncate(file, length),
      close: () => closeFile(file),
    };
  },
  remove: (path) => rm(path, { force: true }),
};

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

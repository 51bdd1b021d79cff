/**
 * The journal of one data source: lines of JSON that were accepted and are not yet in DuckDB. An append is answered
 * when it is on disk; appends that arrive while the disk is busy share the next write and sync (group commit).
 *
 *   DATA/journal/NAME/0000000000000007.journal      a segment: records of journal-record.ts one after another
 *                     0000000000000008.journal      the newest; appends go to it
 *                     0000000000000005.damaged      a copy of a segment that had bad bytes between good records
 *
 * Each start begins a new segment, so nothing is ever written behind a torn record. A torn last record, whose append
 * was never answered, is cut off at the start; bad bytes between good records are skipped, and the file kept as
 * `.damaged`. Both are told as notices. How far the records are in DuckDB is kept there (ingest.ts), in the transaction
 * that loads them; a segment is deleted when all of it is. After a failed write the segment is cut back and left.
 */
import { close, fdatasync, ftruncate, open as openFile, write } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandpiperError } from '../errors.ts';
import { announcedLength, HEADER_BYTES, recordAt, recordHeader } from './journal-record.ts';

/** Where a record begins or ends: positions of one data source are ordered. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface JournalRead {
  readonly payload: Buffer;
  readonly next: JournalPosition;
}

export type Notice = (severity: 'info' | 'warning' | 'error', message: string) => void;

export interface JournalLimits {
  /** A segment that has grown this large is followed by a new one. */
  readonly segmentBytes: number;
  /** At most this much goes into one record, unless one append is larger. */
  readonly recordBytes: number;
}

const LIMITS: JournalLimits = { segmentBytes: 32 << 20, recordBytes: 8 << 20 };

interface Append {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  readonly resolve: (end: JournalPosition) => void;
  readonly reject: (error: SandpiperError) => void;
}

interface Segment {
  readonly number: number;
  /** Up to here records are on disk. */
  end: number;
}

const datasync = promisify(fdatasync);
const truncateOpen = promisify(ftruncate);
const closeFile = promisify(close);
const openForAppend = promisify(openFile);

/** Opens the folder, makes it when there is none, and repairs it. `loadedTo`: what DuckDB has already. Throws 'storage'. */
export async function openJournal(folder: string, dataSource: string, loadedTo: JournalPosition | undefined, notice: Notice, limits: Partial<JournalLimits> = {}): Promise<Journal> {
  try {
    await mkdir(folder, { recursive: true });
    const segments: Segment[] = [];
    const numbers = (await readdir(folder)).flatMap((name) => (/^\d{16}\.journal$/.test(name) ? [Number(name.slice(0, 16))] : [])).sort((a, b) => a - b);
    for (const number of numbers) {
      if (loadedTo && number < loadedTo.segment) await rm(segmentPath(folder, number), { force: true });
      else segments.push({ number, end: await repair(folder, number, dataSource, notice) });
    }
    const next = Math.max(loadedTo?.segment ?? 0, segments.at(-1)?.number ?? 0) + 1;
    return new Journal(folder, dataSource, segments, next, loadedTo ?? { segment: 0, offset: 0 }, { ...LIMITS, ...limits });
  } catch (error) {
    throw storageError(error, dataSource, 'opened');
  }
}

function segmentPath(folder: string, number: number, ending = 'journal'): string {
  return join(folder, `${String(number).padStart(16, '0')}.${ending}`);
}

/** The end of the last good record; what follows it is cut off. */
async function repair(folder: string, number: number, dataSource: string, notice: Notice): Promise<number> {
  const path = segmentPath(folder, number);
  const bytes = await readFile(path);
  let end = 0;
  let skipped = 0;
  for (;;) {
    const record = recordAt(bytes, end);
    if (typeof record === 'object') {
      end = record.next;
      continue;
    }
    const next = nextRecord(bytes, end + 1);
    if (next === undefined) break;
    skipped += next - end;
    end = next;
  }
  if (skipped > 0) {
    await copyFile(path, segmentPath(folder, number, 'damaged'));
    notice('error', `The journal of data source ${dataSource} held ${skipped} damaged bytes between good records; rows in them are lost. The file is kept as ${segmentPath(folder, number, 'damaged')}.`);
  }
  if (end < bytes.length) {
    await truncate(path, end);
    notice('info', `The journal of data source ${dataSource} ended in ${bytes.length - end} bytes of a write that was never finished or answered; they were cut off.`);
  }
  return end;
}

function nextRecord(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf('SPJ1', from); at !== -1; at = bytes.indexOf('SPJ1', at + 1)) {
    if (typeof recordAt(bytes, at) === 'object') return at;
  }
  return undefined;
}

export class Journal {
  readonly #folder: string;
  readonly #dataSource: string;
  readonly #limits: JournalLimits;
  /** Oldest first; the last is the one in use while `#file` is open. */
  readonly #segments: Segment[];
  #nextNumber: number;
  #file: number | undefined;
  #waiting: Append[] = [];
  #busy = false;
  #idle: (() => void)[] = [];
  #released: JournalPosition;
  #closed = false;

  constructor(folder: string, dataSource: string, segments: Segment[], nextNumber: number, loadedTo: JournalPosition, limits: JournalLimits) {
    this.#folder = folder;
    this.#dataSource = dataSource;
    this.#segments = segments;
    this.#nextNumber = nextNumber;
    this.#released = loadedTo;
    this.#limits = limits;
  }

  /** Bytes on disk that are not released yet. */
  get backlogBytes(): number {
    return this.#segments.reduce((sum, { number, end }) => {
      if (number < this.#released.segment) return sum;
      return sum + (number === this.#released.segment ? Math.max(0, end - this.#released.offset) : end);
    }, 0);
  }

  /** Behind the last record on disk. */
  get end(): JournalPosition {
    const last = this.#segments.at(-1);
    return last ? { segment: last.number, offset: last.end } : this.#released;
  }

  /** Settles when the pieces are on disk, with the position behind them. Rejects with 'storage' when nothing of it was kept. */
  append(pieces: readonly Uint8Array[]): Promise<JournalPosition> {
    if (this.#closed) return Promise.reject(new SandpiperError('unavailable', 'The engine is stopping: events are not accepted any more.'));
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pieces, bytes, resolve, reject });
      if (!this.#busy) void this.#writeAll();
    });
  }

  /** Payloads of the records from a position on, up to about `maximumBytes` (at least one record); undefined when there are none. */
  async read(from: JournalPosition, maximumBytes: number): Promise<JournalRead | undefined> {
    for (const segment of [...this.#segments]) {
      if (segment.number < from.segment) continue;
      const offset = segment.number === from.segment ? from.offset : 0;
      if (offset >= segment.end) continue;
      const read = await this.#readSegment(segment, offset, maximumBytes);
      if (read) return read;
    }
    return undefined;
  }

  async #readSegment(segment: Segment, offset: number, maximumBytes: number): Promise<JournalRead | undefined> {
    const file = await open(segmentPath(this.#folder, segment.number), 'r');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      await file.read(header, 0, HEADER_BYTES, offset);
      const wanted = Math.max(maximumBytes, (announcedLength(header) ?? 0) + HEADER_BYTES);
      const bytes = Buffer.allocUnsafe(Math.min(wanted, segment.end - offset));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      const held = bytes.subarray(0, bytesRead);
      const payloads: Buffer[] = [];
      let at = 0;
      for (;;) {
        const record = recordAt(held, at);
        if (typeof record === 'object') {
          payloads.push(record.payload);
          at = record.next;
          continue;
        }
        if (record === 'cut' && payloads.length > 0) break;
        const next = nextRecord(held, at + 1);
        if (next === undefined) break;
        at = next;
      }
      if (payloads.length === 0) return undefined;
      return { payload: Buffer.concat(payloads), next: { segment: segment.number, offset: offset + at } };
    } finally {
      await file.close();
    }
  }

  /** Everything before the position is in DuckDB: whole segments before it are deleted. */
  async release(upTo: JournalPosition): Promise<void> {
    this.#released = upTo;
    const current = this.#segments.at(-1);
    const isCaughtUp = current !== undefined && current.number === upTo.segment && current.end <= upTo.offset;
    if (isCaughtUp && current.end > this.#limits.segmentBytes / 8 && !this.#busy) await this.#leaveSegment();
    for (const segment of [...this.#segments]) {
      const isDone = segment.number < upTo.segment || (segment.number === upTo.segment && segment.end <= upTo.offset);
      if (!isDone || (segment === this.#segments.at(-1) && this.#file !== undefined)) continue;
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      await rm(segmentPath(this.#folder, segment.number), { force: true });
    }
  }

  /** Waits for the appends under way, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#leaveSegment();
  }

  async #writeAll(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const end = await this.#write(batch.flatMap(({ pieces }) => pieces));
        for (const { resolve } of batch) resolve(end);
      } catch (error) {
        const told = storageError(error, this.#dataSource, 'written');
        for (const { reject } of batch) reject(told);
      }
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #nextBatch(): Append[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#waiting) {
      if (count > 0 && bytes + append.bytes > this.#limits.recordBytes) break;
      bytes += append.bytes;
      count += 1;
    }
    if (count === this.#waiting.length) {
      const batch = this.#waiting;
      this.#waiting = [];
      return batch;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(pieces: readonly Uint8Array[]): Promise<JournalPosition> {
    const current = this.#segments.at(-1);
    if (this.#file !== undefined && current && current.end >= this.#limits.segmentBytes) await this.#leaveSegment();
    this.#file ??= await this.#newSegment();
    const file = this.#file;
    const segment = this.#segments.at(-1);
    if (!segment) throw new Error('An open journal has a segment');
    const record = Buffer.concat([recordHeader(pieces), ...pieces]);
    try {
      await writeFully(file, record, segment.end);
      await datasync(file);
    } catch (error) {
      await this.#abandonSegment(file, segment.end);
      throw error;
    }
    segment.end += record.length;
    return { segment: segment.number, offset: segment.end };
  }

  async #newSegment(): Promise<number> {
    const number = this.#nextNumber;
    const file = await openForAppend(segmentPath(this.#folder, number), 'wx');
    this.#nextNumber += 1;
    this.#segments.push({ number, end: 0 });
    await syncFolder(this.#folder);
    return file;
  }

  /** After a failed write: what the file holds behind its last record was never answered. */
  async #abandonSegment(file: number, end: number): Promise<void> {
    await truncateOpen(file, end).catch(() => undefined); // The next start cuts it off instead.
    await this.#leaveSegment();
  }

  async #leaveSegment(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) await closeFile(file).catch(() => undefined); // All that counts was synced.
  }
}

async function writeFully(file: number, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const from = done;
    done += await new Promise<number>((resolve, reject) =>
      write(file, bytes, from, bytes.length - from, position + from, (error, written) => (error ? reject(error) : resolve(written))),
    );
  }
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

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up', EROFS: 'the disk is read-only', EACCES: 'the folder may not be written',
  EPERM: 'the folder may not be written', EIO: 'the disk reports an error', EFBIG: 'the disk allows no larger files', EMFILE: 'too many files are open', ENOENT: 'its folder is gone',
};

/** The failure as one the user can act on. */
export function storageError(error: unknown, dataSource: string, verb: 'opened' | 'written'): SandpiperError {
  if (error instanceof SandpiperError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = CAUSES[code];
  if (cause === undefined) throw error;
  const advice = verb === 'written' ? ' Nothing of this request was stored: send it again when that is mended.' : '';
  return new SandpiperError('storage', `The journal of data source ${dataSource} cannot be ${verb}: ${cause}.${advice}`, { cause: error });
}

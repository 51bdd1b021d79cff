/**
 * The journal of one data source: lines of JSON that were accepted and are not yet in DuckDB. An append is answered
 * when it is on disk; appends that arrive while the disk is busy share the next write and sync (group commit).
 *
 *   DATA/journal/NAME/0000000000000007.journal      a segment: records of journal-record.ts one after another
 *                     0000000000000008.journal      the newest; appends go to it
 *                     0000000000000005.damaged      a copy of a segment that had bad bytes between good records
 *
 * A segment may end in zeros, which later records would have overwritten (journal-file.ts).
 * Each start begins a new segment, so nothing is ever written behind a torn record. A torn last record, whose append
 * was never answered, is cut off at the start; bad bytes between good records are skipped, and the file kept as
 * `.damaged`. Both are told as notices. How far the records are in DuckDB is kept there (ingest.ts), in the transaction
 * that loads them; a segment is deleted when all of it is. After a failed write the segment is cut back and left.
 */
import { copyFile, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { REAL_DISK, type JournalDisk, type SegmentFile } from './journal-file.ts';
import { JournalGroup, type Appended } from './journal-group.ts';
import { announcedLength, HEADER_BYTES, recordAt } from './journal-record.ts';

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

const LIMITS: JournalLimits = { segmentBytes: 64 << 20, recordBytes: 4 << 20 };

interface Segment {
  readonly number: number;
  /** Up to here records are on disk. */
  end: number;
}

/** Opens the folder, makes it when there is none, and repairs it. `loadedTo`: what DuckDB has already. Throws 'storage'. */
export async function openJournal(folder: string, dataSource: string, loadedTo: JournalPosition | undefined, notice: Notice, limits: Partial<JournalLimits> = {}, disk: JournalDisk = REAL_DISK): Promise<Journal> {
  try {
    await mkdir(folder, { recursive: true });
    const segments: Segment[] = [];
    const numbers = (await readdir(folder)).flatMap((name) => (/^\d{16}\.journal$/.test(name) ? [Number(name.slice(0, 16))] : [])).sort((a, b) => a - b);
    for (const number of numbers) {
      if (loadedTo && number < loadedTo.segment) await rm(segmentPath(folder, number), { force: true });
      else {
        const end = await repair(folder, number, dataSource, notice);
        if (end > 0) segments.push({ number, end });
        else await rm(segmentPath(folder, number), { force: true });
      }
    }
    const next = Math.max(loadedTo?.segment ?? 0, numbers.at(-1) ?? 0) + 1;
    return new Journal(folder, dataSource, segments, next, loadedTo ?? { segment: 0, offset: 0 }, { ...LIMITS, ...limits }, disk);
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
    // Zeros are room that was never written on.
    const isRoom = bytes.subarray(end).every((byte) => byte === 0);
    if (!isRoom) notice('warning', `The journal of data source ${dataSource} ended in ${bytes.length - end} bytes of a write that was never finished or answered; they were cut off.`);
  }
  return end;
}

function nextRecord(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf('SPJ1', from); at !== -1; at = bytes.indexOf('SPJ1', at + 1)) {
    if (typeof recordAt(bytes, at) === 'object') return at;
  }
  return undefined;
}

/** Moves the payloads of the records together, over the headers between them. `end`: behind the last whole record. */
function gather(bytes: Buffer): { readonly payloadBytes: number; readonly end: number } {
  let payloadBytes = 0;
  let end = 0;
  for (;;) {
    const record = recordAt(bytes, end);
    if (typeof record === 'object') {
      bytes.copyWithin(payloadBytes, record.payload, record.next);
      payloadBytes += record.next - record.payload;
      end = record.next;
      continue;
    }
    if (record === 'cut' && payloadBytes > 0) return { payloadBytes, end };
    const next = nextRecord(bytes, end + 1);
    if (next === undefined) return { payloadBytes, end };
    end = next;
  }
}

export class Journal {
  readonly #folder: string;
  readonly #dataSource: string;
  readonly #limits: JournalLimits;
  readonly #disk: JournalDisk;
  /** Oldest first; the last is the one in use while `#file` is open. */
  readonly #segments: Segment[];
  #nextNumber: number;
  #file: SegmentFile | undefined;
  /** Groups that wait to be written; the last one takes more. */
  readonly #groups: JournalGroup[] = [];
  readonly #spare: Buffer[] = [];
  #pendingBytes = 0;
  #busy = false;
  #idle: (() => void)[] = [];
  #released: JournalPosition;
  #closed = false;

  constructor(folder: string, dataSource: string, segments: Segment[], nextNumber: number, loadedTo: JournalPosition, limits: JournalLimits, disk: JournalDisk) {
    this.#folder = folder;
    this.#dataSource = dataSource;
    this.#segments = segments;
    this.#nextNumber = nextNumber;
    this.#released = loadedTo;
    this.#limits = limits;
    this.#disk = disk;
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
    const last = this.#segments.findLast(({ end }) => end > 0);
    return last ? { segment: last.number, offset: last.end } : this.#released;
  }

  /** Bytes in memory that wait for the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Settles when the pieces are on disk, with the position behind them. Rejects with 'storage' when nothing of it was kept. */
  append(pieces: readonly Uint8Array[]): Promise<JournalPosition> {
    return new Promise((resolve, reject) => this.add(pieces, (error, end) => (error ? reject(error) : resolve(end))));
  }

  /** The same without a promise. The pieces are copied: the caller may use them again. */
  add(pieces: readonly Uint8Array[], appended: Appended): void {
    if (this.#closed) return appended(new SandpiperError('unavailable', 'The engine is stopping: events are not accepted any more.'), this.end);
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    let group = this.#groups.at(-1);
    if (!group || (group.payloadBytes > 0 && group.payloadBytes + bytes > this.#limits.recordBytes)) {
      group = new JournalGroup(this.#spare);
      this.#groups.push(group);
    }
    group.add(pieces, bytes, appended);
    this.#pendingBytes += bytes;
    if (this.#busy) return;
    this.#busy = true;
    // Whatever arrives in this turn of the event loop shares the write.
    setImmediate(() => void this.#writeAll());
  }

  /** Payloads of the records from a position on, up to about `maximumBytes` (at least one record); undefined when there are none. They stand in `buffer` where that is large enough. */
  async read(from: JournalPosition, maximumBytes: number, buffer?: Buffer): Promise<JournalRead | undefined> {
    let room = buffer ?? Buffer.allocUnsafe(Math.min(maximumBytes, this.backlogBytes || maximumBytes));
    let length = 0;
    let next: JournalPosition | undefined;
    for (const segment of [...this.#segments]) {
      if (segment.number < from.segment) continue;
      const offset = segment.number === from.segment ? from.offset : 0;
      if (offset >= segment.end) continue;
      const file = await open(segmentPath(this.#folder, segment.number), 'r');
      try {
        const header = Buffer.alloc(HEADER_BYTES);
        await file.read(header, 0, HEADER_BYTES, offset);
        const least = (announcedLength(header) ?? 0) + HEADER_BYTES;
        if (length === 0 && least > room.length) room = Buffer.allocUnsafe(Math.min(least, segment.end - offset));
        const { bytesRead } = await file.read(room, length, Math.min(room.length - length, segment.end - offset), offset);
        const { payloadBytes, end } = gather(room.subarray(length, length + bytesRead));
        if (payloadBytes > 0) next = { segment: segment.number, offset: offset + end };
        length += payloadBytes;
        // What is left of the segment begins the next block; only what is damaged to its end is passed over.
        if (offset + end < segment.end && length > 0) break;
      } finally {
        await file.close();
      }
      if (length >= room.length - HEADER_BYTES) break;
    }
    return next && { payload: room.subarray(0, length), next };
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
      await this.#disk.remove(segmentPath(this.#folder, segment.number));
    }
  }

  /** Waits for the appends under way, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#leaveSegment();
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const group = this.#groups.shift();
      if (!group) break;
      const { waiting, payloadBytes } = group;
      let end = this.end;
      let failure: Error | undefined;
      try {
        end = await this.#write(group.record());
      } catch (error) {
        failure = notWritten(error, this.#dataSource);
      }
      this.#pendingBytes -= payloadBytes;
      group.giveBack(this.#spare);
      for (const appended of waiting) appended(failure, end);
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #write(record: Buffer): Promise<JournalPosition> {
    const current = this.#segments.at(-1);
    if (this.#file !== undefined && current && current.end >= this.#limits.segmentBytes) await this.#leaveSegment();
    this.#file ??= await this.#newSegment();
    const file = this.#file;
    const segment = this.#segments.at(-1);
    if (!segment) throw new Error('An open journal has a segment');
    try {
      await file.write(record, segment.end);
    } catch (error) {
      await this.#abandonSegment(segment.end);
      throw error;
    }
    segment.end += record.length;
    return { segment: segment.number, offset: segment.end };
  }

  async #newSegment(): Promise<SegmentFile> {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const file = await this.#disk.create(this.#folder, segmentPath(this.#folder, number));
    this.#segments.push({ number, end: 0 });
    return file;
  }

  /** After a failed write: what the file holds behind its last record was never answered. */
  async #abandonSegment(end: number): Promise<void> {
    await this.#leaveSegment(end);
    const segment = this.#segments.at(-1);
    if (end > 0 || !segment) return;
    this.#segments.pop();
    await this.#disk.remove(segmentPath(this.#folder, segment.number)).catch(() => undefined); // An empty file does no harm.
  }

  async #leaveSegment(end = this.#segments.at(-1)?.end ?? 0): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.cutTo(end).catch(() => undefined); // The next start cuts it off instead.
    await file?.close().catch(() => undefined); // All that counts was synced.
  }
}

function notWritten(error: unknown, dataSource: string): Error {
  try {
    return storageError(error, dataSource, 'written');
  } catch (bug) {
    // Not the disk's doing: whoever waits for the write answers for it.
    return bug instanceof Error ? bug : new Error(String(bug));
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up', EROFS: 'the disk is read-only', EACCES: 'the folder may not be written',
  EPERM: 'the folder may not be written', EIO: 'the disk reports an error', EFBIG: 'the disk allows no larger files', EMFILE: 'too many files are open', ENOENT: 'its folder is gone',
};

/** What a failure of the file system means, as the end of a sentence; undefined for any other. */
export function diskCause(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && !(error instanceof SandpiperError) ? CAUSES[String(error.code)] : undefined;
}

/** The failure as one the user can act on. */
export function storageError(error: unknown, dataSource: string, verb: 'opened' | 'written'): SandpiperError {
  if (error instanceof SandpiperError) return error;
  const cause = diskCause(error);
  if (cause === undefined) throw error;
  const advice = verb === 'written' ? ' Nothing of this request was stored: send it again when that is mended.' : '';
  return new SandpiperError('storage', `The journal of data source ${dataSource} cannot be ${verb}: ${cause}.${advice}`, { cause: error });
}

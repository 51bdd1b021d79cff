/**
 * Events in: accepts bodies, has them on disk before the answer, and loads them into DuckDB in the background.
 *
 *   accept(name, body) ── judged row by row ── journal (on disk) ── answer {successfulRows, quarantinedRows}
 *                                                 │ loader: blocks of whole records, oldest first
 *                                                 ▼
 *   one DuckDB transaction: rows → main."NAME", rejects → main."NAME_quarantine", materialize.onBlock(…),
 *                           and how far the journal is loaded → sandpiper_state.journal_position
 *
 * Exactly once: the position commits with the rows, so after a crash the loader goes on where the last commit ended.
 * What is in the journal is the lines as they came; the loader (journal-loader.ts) judges them again by the table of
 * the moment, so a schema that changed meanwhile sends them to quarantine at worst. Rows are visible within about
 * LIMITS.loadEveryMs and the time of a load, with `wait` when the answer comes; a full disk is waited for.
 * Back-pressure comes in two steps: from LIMITS.pacedBytes of backlog on answers wait for the loader, a second at most;
 * from LIMITS.backlogBytes on, or with LIMITS.pendingBytes in memory, events are refused with 'too-many'.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { STAGED_PREFIX, type BlockOutcome, type Materialize } from './block-loader.ts';
import type { Database } from './database.ts';
import { readBody, unpackBody, type EventBody } from './event-body.ts';
import type { IngestTable } from './ingest-table.ts';
import type { JournalDisk } from './journal-file.ts';
import { forgetPosition, JournalLoader, readPositions, type LoadedBlock } from './journal-loader.ts';
import { openJournal, storageError, type Journal, type JournalPosition, type Notice } from './journal.ts';
import { rowReader } from './row-reader.ts';

export interface IngestLimits {
  /** A larger body, packed or unpacked, is refused with 'too-large'. */
  readonly bodyBytes: number;
  /** More than this in a data source's journal, waiting for DuckDB, is refused with 'too-many'. */
  readonly backlogBytes: number;
  /** From here on answers wait until some of the backlog is loaded. */
  readonly pacedBytes: number;
  /** More than this in memory, waiting for the disk, is refused with 'too-many'. */
  readonly pendingBytes: number;
  /** How long events may gather before they are loaded. */
  readonly loadEveryMs: number;
  /** About as much is loaded in one transaction. */
  readonly blockBytes: number;
}

/** A block is large enough to fill one of DuckDB's row groups, which then goes to its file without passing its log. */
const LIMITS: IngestLimits = { bodyBytes: 10_000_000, backlogBytes: 256 << 20, pacedBytes: 64 << 20, pendingBytes: 64 << 20, loadEveryMs: 150, blockBytes: 32 << 20 };
const RETRY_MS = 1000;
/** The longest an answer is put off to let the loader catch up. */
const LONGEST_PACE_MS = 1000;
/** Loading takes at most a third of the time while little waits; what waits is seen this soon all the same. */
const LONGEST_GATHERING_MS = 450;

export interface IngestOptions {
  /** DATA/journal */
  readonly folder: string;
  /** The data source's table as it is in DuckDB now; the same object as long as the schema is the same. */
  readonly findTable: (name: string) => IngestTable | undefined;
  readonly materialize?: Materialize;
  /** After rows were accepted; the bytes are theirs only during the call. */
  readonly onTaken?: (taken: Taken) => void;
  /** After the commit of a block. */
  readonly onRows?: (dataSource: string, outcome: BlockOutcome) => void;
  readonly onNotice?: Notice;
  readonly limits?: Partial<IngestLimits>;
  readonly now?: () => Date;
  readonly disk?: JournalDisk;
}

export interface TakeOptions {
  /** Answer when the rows can be queried. */
  readonly wait?: boolean;
  /** Name of the token they came with. */
  readonly token?: string;
}

export interface AcceptOptions extends TakeOptions {
  /** `Content-Encoding`: gzip, zstd, identity. */
  readonly encoding?: string;
}

/** Rows that were judged and are on their way to the journal. */
export interface Taken {
  readonly dataSource: string;
  readonly token: string | undefined;
  /** Lines. */
  readonly pieces: readonly Uint8Array[];
  readonly fitting: number;
  readonly unfit: number;
  readonly bytes: number;
}

/** Is called once. */
export type Answered = (error: unknown, accepted: Accepted) => void;

export interface Accepted {
  readonly successfulRows: number;
  readonly quarantinedRows: number;
}

const NONE: Accepted = { successfulRows: 0, quarantinedRows: 0 };

interface Source {
  readonly name: string;
  readonly journal: Journal;
  loadedTo: JournalPosition;
  /** Ordered by position. */
  waiters: { readonly end: JournalPosition; readonly isOfViews: boolean; readonly resolve: () => void; readonly reject: (error: unknown) => void }[];
  /** Answers put off to let the loader catch up. */
  paced: (() => void)[];
  /** Said once, until a load succeeds again. */
  told: string;
}

/** Creates what it needs in DuckDB, repairs the journals and starts to load what is in them. Throws 'storage'. */
export async function openIngest(database: Database, options: IngestOptions): Promise<Ingest> {
  for (const name of await readdir(database.stagingFolder)) if (name.startsWith(STAGED_PREFIX)) await rm(join(database.stagingFolder, name), { force: true });
  const positions = await readPositions(database);
  const ingest = new Ingest(database, options, positions);
  try {
    await mkdir(options.folder, { recursive: true });
    for (const entry of await readdir(options.folder)) await ingest.openSource(decodeURIComponent(entry));
  } catch (error) {
    throw storageError(error, '', 'opened');
  }
  ingest.wake();
  return ingest;
}

export class Ingest {
  readonly #database: Database;
  readonly #options: IngestOptions;
  readonly #limits: IngestLimits;
  readonly #positions: ReadonlyMap<string, JournalPosition>;
  readonly #sources = new Map<string, Source>();
  readonly #opening = new Map<string, Promise<Source>>();
  readonly #loader: JournalLoader;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #endPause: (() => void) | undefined;
  #closed = false;

  constructor(database: Database, options: IngestOptions, positions: ReadonlyMap<string, JournalPosition>) {
    this.#database = database;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#positions = positions;
    this.#loader = new JournalLoader(database, { ...options, now: options.now ?? (() => new Date()), blockBytes: this.#limits.blockBytes });
  }

  /** Bytes accepted and not yet in DuckDB, of all data sources. */
  get backlogBytes(): number {
    let bytes = 0;
    for (const { journal } of this.#sources.values()) bytes += journal.backlogBytes;
    return bytes;
  }

  /** Throws 'not-found', 'too-large', 'too-many', 'bad-request', 'unsupported', 'storage'; what it answers is on disk. */
  async accept(dataSource: string, body: Uint8Array | string, options: AcceptOptions = {}): Promise<Accepted> {
    const sent = typeof body === 'string' ? Buffer.from(body) : body;
    this.#refuse(dataSource, sent.length);
    const plain = options.encoding === undefined ? sent : await unpackBody(sent, options.encoding, this.#limits.bodyBytes);
    return new Promise((resolve, reject) => this.take(dataSource, plain, options, (error, accepted) => (error === undefined ? resolve(accepted) : reject(error))));
  }

  /** The same for a body that is not packed, without a promise. */
  take(dataSource: string, body: Uint8Array, options: TakeOptions, answered: Answered): void {
    try {
      const table = this.#refuse(dataSource, body.length);
      const read = readBody(body, rowReader(table));
      const source = this.#sources.get(table.name);
      if (source) this.#append(source, read, options, answered);
      // The pieces are parts of the body, which may be used again.
      else {
        const kept = { ...read, pieces: read.pieces.map((piece) => Buffer.from(piece)) };
        this.openSource(table.name).then((opened) => this.#append(opened, kept, options, answered)).catch((error: unknown) => answered(error, NONE));
      }
    } catch (error) {
      answered(error, NONE);
    }
  }

  #append(source: Source, read: EventBody, options: TakeOptions, answered: Answered): void {
    const { journal, name } = source;
    const backlog = journal.backlogBytes;
    if ((backlog > 0 && backlog + read.bytes > this.#limits.backlogBytes) || journal.pendingBytes > this.#limits.pendingBytes) {
      this.wake();
      throw new SandpiperError('too-many', `${Math.round((backlog + journal.pendingBytes) / 1e6)} MB of events for data source ${name} wait to be loaded: send these again in a second.`);
    }
    const accepted: Accepted = { successfulRows: read.fitting, quarantinedRows: read.unfit };
    this.#options.onTaken?.({ dataSource: name, token: options.token, pieces: read.pieces, fitting: read.fitting, unfit: read.unfit, bytes: read.bytes });
    journal.add(read.pieces, (error, end) => {
      if (error) return answered(error, NONE);
      if (options.wait) return void this.#loaded(source, end, true).then(() => answered(undefined, accepted), (failure: unknown) => answered(failure, NONE));
      this.#wakeSoon();
      if (journal.backlogBytes < this.#limits.pacedBytes) answered(undefined, accepted);
      else this.#pace(source, () => answered(undefined, accepted));
    });
  }

  /** Answers once some of the backlog is loaded. */
  #pace(source: Source, answer: () => void): void {
    this.wake();
    let isDone = false;
    const once = () => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      answer();
    };
    const timer = setTimeout(once, LONGEST_PACE_MS);
    source.paced.push(once);
  }

  /** Settles when all that was accepted so far (of one data source, or of all) is in DuckDB; rejects when it cannot be loaded. */
  async flush(dataSource?: string): Promise<void> {
    const sources = [...this.#sources.values()].filter(({ name }) => dataSource === undefined || name === dataSource);
    await Promise.all(sources.map((source) => (source.journal.backlogBytes > 0 ? this.#loaded(source, source.journal.end, false) : undefined)));
  }

  /** Loads as soon as the database is free; for instance because a table is there now that was missing. */
  wake(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endPause?.();
    if (this.#closed) return;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.backlogBytes > 0) this.#wakeSoon();
    });
  }

  /** Forgets a data source that is gone, with what its journal still holds. */
  async forget(dataSource: string): Promise<void> {
    const source = this.#sources.get(dataSource);
    this.#sources.delete(dataSource);
    this.#opening.delete(dataSource);
    await source?.journal.close();
    await this.#draining;
    await this.#database.write((connection) => forgetPosition(connection, dataSource));
    await rm(this.#folderOf(dataSource), { recursive: true, force: true });
  }

  /** Loads what is there, as far as that works, and closes the journals. What is left is loaded at the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush().catch(() => undefined); // It is in the journal, and was told.
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#endPause?.();
    await this.#draining;
    for (const { journal } of this.#sources.values()) await journal.close();
  }

  openSource(name: string): Promise<Source> {
    const known = this.#opening.get(name);
    if (known) return known;
    const opening = this.#openSource(name).catch((error: unknown) => {
      this.#opening.delete(name);
      throw error;
    });
    this.#opening.set(name, opening);
    return opening;
  }

  async #openSource(name: string): Promise<Source> {
    const position = this.#positions.get(name);
    const journal = await openJournal(this.#folderOf(name), name, position, this.#options.onNotice ?? (() => undefined), {}, this.#options.disk);
    const source: Source = { name, journal, loadedTo: position ?? { segment: 0, offset: 0 }, waiters: [], paced: [], told: '' };
    this.#sources.set(name, source);
    return source;
  }

  #folderOf(name: string): string {
    return join(this.#options.folder, encodeURIComponent(name));
  }

  /** The table that takes the rows. Throws 'not-found', 'too-large'. */
  #refuse(dataSource: string, bodyBytes: number): IngestTable {
    const table = this.#options.findTable(dataSource);
    if (!table) throw new SandpiperError('not-found', `Data Source "${dataSource}" does not exist`);
    if (bodyBytes <= this.#limits.bodyBytes) return table;
    throw new SandpiperError('too-large', `The body has ${bodyBytes} bytes; at most ${this.#limits.bodyBytes} are taken at once: send it in parts, or import it as a file.`);
  }

  /** Settles when the journal is loaded to `end`. With `isOfViews` it rejects, too, when a view failed on what is there. */
  #loaded(source: Source, end: JournalPosition, isOfViews: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      source.waiters.push({ end, isOfViews, resolve, reject });
      this.wake();
    });
  }

  #wakeSoon(afterMs = this.#limits.loadEveryMs): void {
    if (this.#timer || this.#draining || this.#closed) return;
    this.#timer = setTimeout(() => this.wake(), afterMs);
  }

  /** Loads a block of each data source in turn until nothing is left, or what is left must wait. */
  async #drain(): Promise<void> {
    while (!this.#closed) {
      const waiting = [...this.#sources.values()].filter(({ journal }) => journal.backlogBytes > 0);
      let loaded = 0;
      const started = performance.now();
      for (const source of waiting) if (await this.#loadSome(source)) loaded += 1;
      const gatherMs = Math.min(LONGEST_GATHERING_MS, Math.max(this.#limits.loadEveryMs, 2 * (performance.now() - started)));
      if (this.backlogBytes < this.#limits.blockBytes) this.#loader.rest();
      if (waiting.length > 0 && loaded === 0) await this.#pause(RETRY_MS);
      else if (this.backlogBytes === 0) return;
      else if (this.backlogBytes < this.#limits.blockBytes) await this.#pause(gatherMs);
    }
  }

  /** Lets more events gather, unless somebody waits for them. */
  async #pause(forMs: number): Promise<void> {
    if ([...this.#sources.values()].some(({ waiters }) => waiters.length > 0) || this.#closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  /** Loads the oldest block of a data source. False when that must be tried again later. */
  async #loadSome(source: Source): Promise<boolean> {
    try {
      await this.#advance(source, await this.#loader.loadNext(source));
      return true;
    } catch (error) {
      this.#tellOnce(source, error);
      for (const { reject } of source.waiters.splice(0)) reject(notLoaded(source.name, error));
      return false;
    }
  }

  async #advance(source: Source, { next, outcome, viewFailure }: LoadedBlock): Promise<void> {
    source.loadedTo = next;
    if (source.told !== '') this.#notice('info', `Events for data source ${source.name} that waited in the journal are in its table now.`);
    source.told = '';
    await source.journal.release(next);
    if (outcome.loaded + outcome.quarantined > 0) this.#options.onRows?.(source.name, outcome);
    const isDone = (end: JournalPosition) => end.segment < next.segment || (end.segment === next.segment && end.offset <= next.offset);
    const waiters = source.waiters;
    source.waiters = waiters.filter(({ end }) => !isDone(end));
    for (const { end, resolve, reject, isOfViews } of waiters) {
      if (!isDone(end)) continue;
      if (viewFailure && isOfViews) reject(viewsFailed(source.name, viewFailure));
      else resolve();
    }
    if (source.paced.length > 0 && source.journal.backlogBytes < this.#limits.pacedBytes) for (const answer of source.paced.splice(0)) answer();
  }

  #tellOnce(source: Source, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (source.told === message || this.#closed) return;
    source.told = message;
    this.#notice('warning', `Events for data source ${source.name} wait in the journal and are not in its table yet: ${message}`);
  }

  #notice(severity: 'info' | 'warning' | 'error', message: string): void {
    this.#options.onNotice?.(severity, message);
  }
}

function notLoaded(dataSource: string, error: unknown): SandpiperError {
  const code = error instanceof SandpiperError ? error.code : 'storage';
  const message = error instanceof Error ? error.message : String(error);
  return new SandpiperError(code, `The rows are safe in the journal of ${dataSource} but not in its table yet, do not send them again: ${message}`, { cause: error });
}

/** Tinybird's 422: the rows are there and must not come again, a view's rows are not. */
function viewsFailed(dataSource: string, cause: SandpiperError): SandpiperError {
  return new SandpiperError('query-failed', `The rows are in ${dataSource}, do not send them again; but a materialized view that it feeds failed on them: ${cause.message}`, { cause, status: 422 });
}

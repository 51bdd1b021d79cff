/**
 * Events as they arrive, for whoever looks: counts of everything, and samples of rows in a ring for each data source.
 * Bounded whatever arrives: a few rows for each tenth of a second while someone looks, fewer otherwise, long ones cut,
 * the newest replacing the oldest; how many rows were not kept is counted. Costs the receiver some additions.
 */
import type { Taken } from './ingest.ts';
import type { RowReader } from './row-reader.ts';

export interface TailCounts {
  requests: number;
  rows: number;
  rejected: number;
  bytes: number;
}

/** A row as it came. */
export interface TailRow {
  /** Counts the samples of a data source, from 1. */
  readonly sequence: number;
  readonly at: Date;
  readonly token: string;
  readonly text: string;
  readonly isCut: boolean;
  /** Why it went to quarantine. */
  readonly fault?: string;
}

/** A request that was refused as a whole. */
export interface TailRefusal {
  readonly sequence: number;
  readonly at: Date;
  readonly status: number;
  readonly message: string;
}

export interface Tail {
  readonly total: TailCounts;
  readonly tokens: readonly (TailCounts & { readonly name: string })[];
  readonly refused: number;
  /** Rows that came and were not kept for looking at. */
  readonly leftOut: number;
  readonly rows: readonly TailRow[];
  readonly refusals: readonly TailRefusal[];
}

interface SourceTail {
  readonly total: TailCounts;
  readonly tokens: Map<string, TailCounts>;
  readonly rows: TailRow[];
  readonly refusals: TailRefusal[];
  sampled: number;
  refused: number;
  /** The tenth of a second that samples are counted in. */
  tick: number;
  taken: number;
}

const KEPT_ROWS = 300;
const KEPT_REFUSALS = 50;
const TICK_MS = 100;
const WATCHED_ROWS = 20;
const UNWATCHED_ROWS = 2;
const SHOWN_BYTES = 4096;
/** So many lines of a body are looked at for those that do not fit. */
const SEARCHED_LINES = 200;
/** Names that nobody has are told by anybody: so many are kept. */
const KEPT_SOURCES = 500;

export class LiveTail {
  readonly #sources = new Map<string, SourceTail>();
  readonly #readerOf: (dataSource: string) => RowReader | undefined;
  readonly #now: () => Date;
  #watchers = 0;

  constructor(readerOf: (dataSource: string) => RowReader | undefined, now: () => Date = () => new Date()) {
    this.#readerOf = readerOf;
    this.#now = now;
  }

  /** More rows are kept until the answer is called. */
  watch(): () => void {
    let isOn = true;
    this.#watchers += 1;
    return () => {
      if (isOn) this.#watchers -= 1;
      isOn = false;
    };
  }

  /** The bytes are not kept. */
  see(taken: Taken): void {
    const source = this.#sourceOf(taken.dataSource);
    if (!source) return;
    const tokenName = taken.token ?? '';
    let token = source.tokens.get(tokenName);
    if (!token) source.tokens.set(tokenName, (token = noCounts()));
    add(source.total, taken);
    add(token, taken);
    const tick = Math.floor(performance.now() / TICK_MS);
    if (source.tick !== tick) {
      source.tick = tick;
      source.taken = 0;
    }
    const room = (this.#watchers > 0 ? WATCHED_ROWS : UNWATCHED_ROWS) - source.taken;
    if (room > 0) this.#sample(source, taken, room);
  }

  refuse(dataSource: string, status: number, message: string): void {
    const source = this.#sourceOf(dataSource);
    if (!source) return;
    source.refused += 1;
    source.refusals.push({ sequence: source.refused, at: this.#now(), status, message });
    if (source.refusals.length > KEPT_REFUSALS) source.refusals.shift();
  }

  /** What is known of a data source, with rows and refusals after these sequence numbers. */
  read(dataSource: string, after: { readonly row: number; readonly refusal: number }): Tail {
    const source = this.#sources.get(dataSource);
    if (!source) return { total: noCounts(), tokens: [], refused: 0, leftOut: 0, rows: [], refusals: [] };
    return {
      total: { ...source.total },
      tokens: [...source.tokens].map(([name, counts]) => ({ name, ...counts })),
      refused: source.refused,
      leftOut: source.total.rows + source.total.rejected - source.sampled,
      rows: source.rows.filter(({ sequence }) => sequence > after.row),
      refusals: source.refusals.filter(({ sequence }) => sequence > after.refusal),
    };
  }

  #sourceOf(name: string): SourceTail | undefined {
    const known = this.#sources.get(name);
    if (known) return known;
    if (this.#sources.size >= KEPT_SOURCES) return undefined;
    const made: SourceTail = { total: noCounts(), tokens: new Map(), rows: [], refusals: [], sampled: 0, refused: 0, tick: 0, taken: 0 };
    this.#sources.set(name, made);
    return made;
  }

  /** Keeps the first rows of a body, those that do not fit before the others. */
  #sample(source: SourceTail, taken: Taken, room: number): void {
    const reader = this.#readerOf(taken.dataSource);
    const [bytes] = taken.pieces;
    if (!reader || !bytes) return;
    const found = linesOf(bytes, taken.unfit > 0 ? SEARCHED_LINES : room).map((line) => ({ ...line, fault: taken.unfit > 0 && !line.isCut ? faultOf(reader, line.text) : undefined }));
    const chosen = [...found.filter(({ fault }) => fault !== undefined), ...found.filter(({ fault }) => fault === undefined)].slice(0, room);
    const at = this.#now();
    for (const { text, isCut, fault } of chosen) {
      source.sampled += 1;
      source.taken += 1;
      source.rows.push({ sequence: source.sampled, at, token: taken.token ?? '', text, isCut, ...(fault === undefined ? {} : { fault }) });
    }
    if (source.rows.length > KEPT_ROWS) source.rows.splice(0, source.rows.length - KEPT_ROWS);
  }
}

function noCounts(): TailCounts {
  return { requests: 0, rows: 0, rejected: 0, bytes: 0 };
}

function add(counts: TailCounts, { fitting, unfit, bytes }: Taken): void {
  counts.requests += 1;
  counts.rows += fitting;
  counts.rejected += unfit;
  counts.bytes += bytes;
}

function linesOf(given: Uint8Array, most: number): { text: string; isCut: boolean }[] {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const lines: { text: string; isCut: boolean }[] = [];
  let start = 0;
  while (start < bytes.length && lines.length < most) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    const isCut = end - start > SHOWN_BYTES;
    const text = bytes.toString('utf8', start, isCut ? start + SHOWN_BYTES : end).trim();
    if (text !== '') lines.push({ text, isCut });
    start = end + 1;
  }
  return lines;
}

function faultOf(reader: RowReader, text: string): string | undefined {
  const reading = reader.readRow(text);
  if (reading.kind === 'row') return undefined;
  return reading.kind === 'malformed' ? reading.message : reading.faults.map(({ message }) => message).join('; ');
}

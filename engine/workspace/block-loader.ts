/**
 * Loads one block of NDJSON lines into its table and its quarantine, inside the caller's transaction: for events
 * (ingest.ts) and for files (import-file.ts) alike, so both take and reject the same rows.
 *   1. Bulk: DuckDB inserts the rows that bulk-acceptance.ts is sure of. When they are all there are, that was it.
 *   2. Else the other rows are found by their ordinals and judged one by one by row-reader.ts; accepted ones are
 *      inserted as canonical rows, rejected ones go to quarantine with every reason.
 * Promises: loaded + quarantined = the block's lines, or it throws. When the counts do not add up it throws
 * Miscounted, and the caller starts its transaction anew with `bulk: false`, which trusts row-reader.ts alone.
 * Files in the staging folder are removed again, whatever happens.
 */
import { isUtf8 } from 'node:buffer';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { duck, duckName, type DuckSql } from '../sql/duck.ts';
import { bulkAcceptance, isAmbiguous } from './bulk-acceptance.ts';
import { canonicalLine, canonicalRows, refusedRows } from './canonical-rows.ts';
import type { Connection } from './database.ts';
import type { IngestTable } from './ingest-table.ts';
import { nonBlankLines, type Line } from './lines.ts';
import { quarantineRows, rowFault, type RejectedRow } from './quarantine.ts';
import { rowReader, type RowReader, type RowReading, type USE_DEFAULT } from './row-reader.ts';
import type { CanonicalValue } from './value-reader.ts';

/** Lines of JSON in memory, blank ones among them. */
export interface Block {
  readonly bytes: Buffer;
  /** Lines that are not blank. */
  readonly lines: number;
  readonly longestLine: number;
  /** As countLines finds them. */
  readonly notObjects: readonly number[];
  /** Where the block begins in the user's file; absent for events. */
  readonly origin?: Origin;
  /** Where each row (by ordinal) begins, when the lines here are not the lines of the file. */
  readonly places?: readonly RowPlace[];
}

/** A line from 1, and its first byte's offset in the (unpacked) file. */
export interface RowPlace {
  readonly line: number;
  readonly offset: number;
}
export interface Origin extends RowPlace {
  readonly file: string;
}

/** A row as it came: for the quarantine. */
export interface RowSource {
  readonly raw: () => string;
  readonly file: string | null;
  readonly place: RowPlace | null;
}

/** A table's rows on their way from a row's JSON: called in the transaction that loads the block. */
export interface Materialize {
  /** Whether anything is fed by the table. */
  readonly isFedBy: (table: string) => boolean;
  /** `blockTable`: a temporary table with the table's columns that holds the rows just appended. */
  readonly onBlock: (connection: Connection, table: string, blockTable: string) => Promise<void>;
}

export interface BlockLoad {
  readonly connection: Connection;
  readonly stagingFolder: string;
  readonly table: IngestTable;
  readonly importId: string | null;
  readonly now: Date;
  readonly bulk: boolean;
  /** Whether lines that are no objects are spoilt in a copy of the file: whole-file.ts. */
  readonly spoil?: boolean;
  /** Kept between blocks of a table. */
  readonly ambiguous: AmbiguousColumns;
  readonly materialize?: Materialize;
  /** Lines (by ordinal, from 1, blank ones not counted) to reject whatever they hold, with the reason. */
  readonly rejectLines?: ReadonlyMap<number, string>;
  /** Is told every rejected row. */
  readonly onRejected?: (row: RejectedRow) => void;
  readonly signal?: AbortSignal;
}

export interface BlockOutcome {
  readonly loaded: number;
  readonly quarantined: number;
}

/** DuckDB and the line count disagree about a block. */
export class Miscounted extends SandpiperError {
  constructor(table: string) {
    super('query-failed', `DuckDB did not see every line of a block of ${table}.`);
  }
}

/** A pipe that is fed by the table failed on the block; the block itself is good. */
export class MaterializationFailed extends SandpiperError {
  constructor(cause: unknown) {
    super('query-failed', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The temporary table that `onBlock` is given. */
const BLOCK_TABLE = 'sandpiper_block';

export function loadBlock(load: BlockLoad, block: Block): Promise<BlockOutcome> {
  return appendBlock(load, (target) => fill(load, block, target));
}

/** Lets `fill` put rows into the table it is given, and hands them to what is fed by them. */
export async function appendBlock(load: BlockLoad, fill: (target: DuckSql) => Promise<BlockOutcome>): Promise<BlockOutcome> {
  const { connection, table, materialize } = load;
  const mainTable = duck`main.${duckName(table.name)}`;
  if (!materialize?.isFedBy(table.name)) return fill(mainTable);
  const blockTable = duck`temp.main.${duckName(BLOCK_TABLE)}`;
  await connection.run(duck`CREATE OR REPLACE TEMP TABLE ${duckName(BLOCK_TABLE)} AS SELECT * FROM ${mainTable} LIMIT 0`.text);
  const outcome = await fill(blockTable);
  const columns = table.columns.map(({ name }) => duckName(name));
  await connection.run(duck`INSERT INTO ${mainTable} (${columns}) SELECT ${columns} FROM ${blockTable}`.text);
  try {
    await materialize.onBlock(connection, table.name, BLOCK_TABLE);
  } catch (error) {
    const isOfTheMoment = error instanceof SandpiperError && ['storage', 'locked', 'cancelled', 'unavailable'].includes(error.code);
    throw isOfTheMoment ? error : new MaterializationFailed(error);
  }
  await connection.run(duck`DROP TABLE ${blockTable}`.text);
  return outcome;
}

async function fill(load: BlockLoad, block: Block, target: DuckSql): Promise<BlockOutcome> {
  if (block.lines === 0) return { loaded: 0, quarantined: 0 };
  if (!load.bulk || load.rejectLines) return judgeLines(load, block, target, () => true);
  load.ambiguous.lookAt(load.table, block);
  const bulk = bulkAcceptance(load.table, load.ambiguous.columns);
  if (!bulk) return judgeLines(load, block, target, () => true);
  const columns = load.table.columns.map(({ name }) => duckName(name));
  return withStagedFile(load, async (path) => {
    await writeForBulk(block, path);
    const inserted = await inBulk(load, () => load.connection.run(duck`INSERT INTO ${target} (${columns}) ${bulk.acceptedRows(path, block.longestLine)}`.text).then(({ rowsChanged }) => rowsChanged));
    if (inserted === block.lines) return { loaded: inserted, quarantined: 0 };
    const others = await inBulk(load, () => ordinals(load.connection, bulk.otherRows(path, block.longestLine)));
    if (inserted + others.size !== block.lines) throw new Miscounted(load.table.name);
    const judged = await judgeLines(load, block, target, (ordinal) => others.has(ordinal));
    if (judged.loaded + judged.quarantined !== others.size) throw new Miscounted(load.table.name);
    if (judged.loaded > block.lines / 100) load.ambiguous.forget();
    return { loaded: inserted + judged.loaded, quarantined: judged.quarantined };
  });
}

/**
 * DuckDB fails, ignore_errors or not, on lines that make an object only together with their neighbours. So lines that
 * are no objects by themselves are spoilt in the copy that it reads: it then sees one malformed line each.
 */
async function writeForBulk({ bytes, notObjects }: Block, path: string): Promise<void> {
  const firsts = notObjects.map((at) => bytes[at] ?? 0);
  try {
    for (const at of notObjects) bytes[at] = 120;
    await writeFile(path, bytes);
  } finally {
    for (const [index, at] of notObjects.entries()) bytes[at] = firsts[index] ?? 0;
  }
}

/** What else DuckDB's JSON reader may stumble over, row-reader.ts does not. */
export async function inBulk<T>(load: BlockLoad, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && /Malformed JSON|maximum_object_size/.test(error.message)) throw new Miscounted(load.table.name);
    throw error;
  }
}

export async function ordinals(connection: Connection, sql: DuckSql): Promise<Set<number>> {
  const found = new Set<number>();
  const reader = await connection.runAndReadAll(sql.text);
  for (const [ordinal] of reader.getRows()) found.add(Number(ordinal));
  return found;
}

/** How the names of staged files begin; any there are at the start were left by a crash. */
export const STAGED_PREFIX = 'block-';

let stagedFiles = 0;

async function withStagedFile<T>(load: BlockLoad, work: (path: string) => Promise<T>): Promise<T> {
  stagedFiles += 1;
  const path = join(load.stagingFolder, `${STAGED_PREFIX}${process.pid}-${stagedFiles}.ndjson`);
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** How much is judged before it goes to DuckDB, and how long before other work gets a turn. */
const BATCH_ROWS = 20_000;
const BATCH_BYTES = 16 << 20;
const TURN_MS = 12;

/** Judges the wanted lines of a block one by one. */
export async function judgeLines(load: BlockLoad, block: Block, target: DuckSql, isWanted: (ordinal: number) => boolean): Promise<BlockOutcome> {
  const store = new RowStore(load, target);
  const reader = rowReader(load.table);
  let turnEnd = performance.now() + TURN_MS;
  for (const line of nonBlankLines(block.bytes)) {
    if (!isWanted(line.ordinal)) continue;
    store.take(readLine(reader, block.bytes, line, load.rejectLines?.get(line.ordinal)), sourceOf(block, line), line.end - line.start);
    if (store.isFull) await store.flush();
    if (performance.now() < turnEnd) continue;
    await new Promise(setImmediate);
    load.signal?.throwIfAborted();
    turnEnd = performance.now() + TURN_MS;
  }
  return store.finish();
}

function readLine(reader: RowReader, bytes: Buffer, line: Line, refusal: string | undefined): RowReading {
  if (refusal !== undefined) return { kind: 'malformed', message: refusal };
  const part = bytes.subarray(line.start, line.end);
  return isUtf8(part) ? reader.readRow(part.toString()) : { kind: 'malformed', message: 'the line is not valid UTF-8' };
}

function sourceOf({ bytes, origin, places }: Block, { start, end, index, ordinal }: Line): RowSource {
  return {
    raw: () => bytes.toString('utf8', start, end),
    file: origin?.file ?? null,
    place: places?.[ordinal - 1] ?? (origin ? { line: origin.line + index, offset: origin.offset + start } : null),
  };
}

/** Takes readings of rows and puts them where they belong, in batches of bounded size. */
export class RowStore {
  #loaded = 0;
  #quarantined = 0;
  #lines: string[] = [];
  #taken: { source: RowSource; values: readonly (CanonicalValue | typeof USE_DEFAULT)[] }[] = [];
  #rejected: RejectedRow[] = [];
  #bytes = 0;
  readonly #load: BlockLoad;
  readonly #target: DuckSql;

  constructor(load: BlockLoad, target: DuckSql) {
    this.#load = load;
    this.#target = target;
  }

  get isFull(): boolean {
    return this.#lines.length + this.#rejected.length >= BATCH_ROWS || this.#bytes > BATCH_BYTES;
  }

  take(reading: RowReading, source: RowSource, sizeBytes: number): void {
    this.#bytes += sizeBytes;
    switch (reading.kind) {
      case 'malformed':
        return this.#reject(source, [rowFault(reading.message, reading.message.replace(/ \(character \d+\)$/, ''))]);
      case 'unfit':
        return this.#reject(source, reading.faults, reading.texts);
      case 'row':
        this.#lines.push(canonicalLine(reading.values));
        this.#taken.push({ source, values: reading.values });
    }
  }

  async finish(): Promise<BlockOutcome> {
    await this.flush();
    return { loaded: this.#loaded, quarantined: this.#quarantined };
  }

  async flush(): Promise<void> {
    const { connection, table, importId, now } = this.#load;
    if (this.#lines.length > 0) {
      const longest = this.#lines.reduce((most, line) => Math.max(most, line.length * 3), 0);
      const columns = table.columns.map(({ name }) => duckName(name));
      await withStagedFile(this.#load, async (path) => {
        await writeFile(path, `${this.#lines.join('\n')}\n`);
        const inserted = (await connection.run(duck`INSERT INTO ${this.#target} (${columns}) ${canonicalRows(table, path, longest)}`.text)).rowsChanged;
        this.#loaded += inserted;
        if (inserted === this.#lines.length) return;
        const refused = await ordinals(connection, refusedRows(table, path, longest));
        if (inserted + refused.size !== this.#lines.length) throw new Error(`DuckDB took ${inserted} and refused ${refused.size} of ${this.#lines.length} rows of ${table.name}`);
        for (const ordinal of refused) this.#rejectRefused(ordinal);
      });
    }
    if (this.#rejected.length > 0) {
      await withStagedFile(this.#load, (path) => quarantineRows(connection, table, this.#rejected, { path, importId, now }));
      this.#quarantined += this.#rejected.length;
    }
    this.#lines = [];
    this.#taken = [];
    this.#rejected = [];
    this.#bytes = 0;
  }

  #reject({ raw, file, place }: RowSource, faults: RejectedRow['faults'], texts: RejectedRow['texts'] = []): void {
    const row: RejectedRow = { faults, texts, raw: raw(), file, line: place?.line ?? null, offset: place?.offset ?? null };
    this.#rejected.push(row);
    this.#load.onRejected?.(row);
  }

  #rejectRefused(ordinal: number): void {
    const taken = this.#taken[ordinal - 1];
    if (!taken) throw new Error(`DuckDB refused row ${ordinal} of ${this.#lines.length}`);
    const texts = taken.values.map((value) => (typeof value === 'string' || value === null ? value : typeof value === 'symbol' ? null : JSON.stringify(value)));
    this.#reject(taken.source, [rowFault('DuckDB cannot hold a value of the row')], texts);
  }
}

/**
 * Which columns of a table are read as JSON rather than bare. In the first block each is looked at in some lines: one
 * with ambiguous values is read as JSON, which is a little slower but leaves less to be judged row by row.
 */
export class AmbiguousColumns {
  columns: ReadonlySet<number> = new Set();
  #known = false;

  lookAt(table: IngestTable, block: Block): void {
    if (this.#known) return;
    this.#known = true;
    const columns = new Set(this.columns);
    const reader = rowReader(table);
    for (const line of nonBlankLines(block.bytes)) {
      if (line.ordinal > SAMPLE_LINES) break;
      const values = reader.findValues(block.bytes.toString('utf8', line.start, line.end));
      for (const [index, column] of table.columns.entries()) if (isAmbiguous(column.type, values[index])) columns.add(index);
    }
    this.columns = columns;
  }

  /** Look again at the next block: too many rows had to be judged one by one. */
  forget(): void {
    this.#known = false;
  }
}

const SAMPLE_LINES = 200;

/**
 * Takes blocks from a journal into DuckDB, each in one transaction with the position behind it, so that every record
 * is loaded exactly once whatever happens: a transaction begins by looking how far the journal is loaded, and a block
 * that is in already, because a commit was told to have failed and had not, is not loaded again.
 * A block goes in bulk; where that miscounts, line by line; where DuckDB fails, without the lines it fails on. A view
 * that fails is left out for that block, and said.
 */
import { SandpiperError } from '../errors.ts';
import { duck, duckInteger, duckString } from '../sql/duck.ts';
import { findBadLines } from './bad-lines.ts';
import { AmbiguousColumns, loadBlock, MaterializationFailed, Miscounted, type Block, type BlockOutcome, type Materialize } from './block-loader.ts';
import type { Connection, Database } from './database.ts';
import type { IngestTable } from './ingest-table.ts';
import { diskCause, type Journal, type JournalPosition, type Notice } from './journal.ts';
import { countLines } from './lines.ts';

export interface LoaderOptions {
  readonly findTable: (name: string) => IngestTable | undefined;
  readonly materialize?: Materialize;
  readonly onNotice?: Notice;
  readonly now: () => Date;
  /** About as much is loaded in one transaction. */
  readonly blockBytes: number;
}

/** A journal on its way into the table of its data source. */
export interface JournalSource {
  readonly name: string;
  readonly journal: Journal;
  readonly loadedTo: JournalPosition;
}

export interface LoadedBlock {
  /** The journal is loaded up to here. */
  readonly next: JournalPosition;
  readonly outcome: BlockOutcome;
  /** Why what is fed by the table misses the block. */
  readonly viewFailure: MaterializationFailed | undefined;
}

interface Attempt {
  readonly bulk: boolean;
  readonly isMaterializing: boolean;
  readonly rejectLines: ReadonlyMap<number, string> | undefined;
}

const NOTHING: BlockOutcome = { loaded: 0, quarantined: 0 };

export class JournalLoader {
  readonly #database: Database;
  readonly #options: LoaderOptions;
  readonly #ambiguous = new Map<string, { readonly table: IngestTable; readonly columns: AmbiguousColumns }>();
  /** Large blocks are read into it one after another. */
  #buffer: Buffer | undefined;

  constructor(database: Database, options: LoaderOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Loads the oldest block. Throws when that must be tried again later. */
  async loadNext(source: JournalSource): Promise<LoadedBlock> {
    const { blockBytes } = this.#options;
    const { end } = source.journal;
    if (source.journal.backlogBytes >= blockBytes) this.#buffer ??= Buffer.allocUnsafeSlow(blockBytes);
    try {
      return await this.#loadFrom(source, end);
    } catch (error) {
      const cause = diskCause(error);
      throw cause === undefined ? error : new SandpiperError('storage', `The block cannot be loaded: ${cause}.`, { cause: error });
    }
  }

  async #loadFrom(source: JournalSource, end: JournalPosition): Promise<LoadedBlock> {
    const read = await source.journal.read(source.loadedTo, this.#options.blockBytes, this.#buffer);
    // Nothing of what was there can be read: it was told when the journal was opened.
    if (!read) return { next: end, outcome: NOTHING, viewFailure: undefined };
    const { lines, blank, longestLine, notObjects } = countLines(read.payload);
    return this.#loadSurely(source, { bytes: read.payload, lines: lines - blank, longestLine, notObjects }, read.next);
  }

  /** Gives memory back while little is to be loaded. */
  rest(): void {
    this.#buffer = undefined;
  }

  async #loadSurely(source: JournalSource, block: Block, next: JournalPosition): Promise<LoadedBlock> {
    let attempt: Attempt = { bulk: true, isMaterializing: true, rejectLines: undefined };
    let viewFailure: MaterializationFailed | undefined;
    for (;;) {
      try {
        return { next, outcome: await this.#load(source, block, next, attempt), viewFailure };
      } catch (error) {
        if (error instanceof LoadedAlready) return { next: error.position, outcome: NOTHING, viewFailure };
        if (error instanceof Miscounted && attempt.bulk) attempt = { ...attempt, bulk: false };
        else if (error instanceof MaterializationFailed && attempt.isMaterializing) {
          attempt = { ...attempt, isMaterializing: false };
          viewFailure = error;
          this.#options.onNotice?.('error', `${error.message} The rows are in ${source.name}; what is fed by it misses ${block.lines} rows: populate it anew.`);
        } else if (isOfTheRows(error) && !attempt.rejectLines) {
          const rejectLines = await findBadLines(block, (part) => this.#load(source, part, undefined, { bulk: true, isMaterializing: false, rejectLines: undefined }));
          if (rejectLines.size === 0) throw error;
          attempt = { ...attempt, rejectLines };
        } else throw error;
      }
    }
  }

  /** One transaction; without `next` it is a trial, rolled back at its end. */
  #load(source: JournalSource, block: Block, next: JournalPosition | undefined, { bulk, isMaterializing, rejectLines }: Attempt): Promise<BlockOutcome> {
    const { materialize, now } = this.#options;
    let outcome = NOTHING;
    return this.#database
      .write(async (connection) => {
        const table = this.#options.findTable(source.name);
        if (!table) throw new SandpiperError('not-found', `Data Source "${source.name}" does not exist`);
        if (next) await refuseTwice(connection, source);
        outcome = await loadBlock(
          {
            connection, stagingFolder: this.#database.stagingFolder, table, importId: null, now: now(), bulk, ambiguous: this.#ambiguousColumns(table),
            ...(isMaterializing && materialize ? { materialize } : {}),
            ...(rejectLines ? { rejectLines } : {}),
          },
          block,
        );
        if (!next) throw new TrialOver();
        await storePosition(connection, source.name, next);
        return outcome;
      })
      .catch((error: unknown) => {
        if (error instanceof TrialOver) return outcome;
        throw error;
      });
  }

  #ambiguousColumns(table: IngestTable): AmbiguousColumns {
    const known = this.#ambiguous.get(table.name);
    if (known?.table === table) return known.columns;
    const columns = new AmbiguousColumns();
    this.#ambiguous.set(table.name, { table, columns });
    return columns;
  }
}

/** Ends a trial's transaction: thrown so that it rolls back. */
class TrialOver extends SandpiperError {
  constructor() {
    super('cancelled', 'A trial load was rolled back.');
  }
}

/** The block is in DuckDB: an earlier commit was done after all. */
class LoadedAlready extends SandpiperError {
  readonly position: JournalPosition;
  constructor(position: JournalPosition) {
    super('cancelled', 'A block was loaded before.');
    this.position = position;
  }
}

/** Whether other rows might load where these did not. A statement that does not fit the table is not the rows' fault: it waits for a schema that fits. */
function isOfTheRows(error: unknown): boolean {
  if (!(error instanceof SandpiperError) || error.code !== 'query-failed' || error instanceof Miscounted) return false;
  const { cause } = error;
  return !(cause instanceof Error && /^(?:Binder|Catalog|Parser|TransactionContext|FATAL|INTERNAL|Out of Memory)/.test(cause.message));
}

/** What DuckDB has of each journal; makes the table on first use. */
export async function readPositions(database: Database): Promise<ReadonlyMap<string, JournalPosition>> {
  await database.write(async (connection) => {
    await connection.run('CREATE SCHEMA IF NOT EXISTS sandpiper_state');
    await connection.run('CREATE TABLE IF NOT EXISTS sandpiper_state.journal_position (data_source VARCHAR, segment BIGINT, byte_offset BIGINT)');
  });
  const reader = await database.query('SELECT data_source, segment, byte_offset FROM sandpiper_state.journal_position');
  return new Map(reader.getRows().map(([name, segment, offset]) => [String(name), { segment: Number(segment), offset: Number(offset) }]));
}

export async function forgetPosition(connection: Connection, dataSource: string): Promise<void> {
  await connection.run(duck`DELETE FROM sandpiper_state.journal_position WHERE data_source = ${duckString(dataSource)}`.text);
}

async function refuseTwice(connection: Connection, { name, loadedTo }: JournalSource): Promise<void> {
  const reader = await connection.runAndReadAll(duck`SELECT segment, byte_offset FROM sandpiper_state.journal_position WHERE data_source = ${duckString(name)}`.text);
  const [segment, offset] = reader.getRows()[0] ?? [0, 0];
  const position = { segment: Number(segment), offset: Number(offset) };
  if (position.segment > loadedTo.segment || (position.segment === loadedTo.segment && position.offset > loadedTo.offset)) throw new LoadedAlready(position);
}

async function storePosition(connection: Connection, dataSource: string, position: JournalPosition): Promise<void> {
  const [segment, offset] = [duckInteger(position.segment), duckInteger(position.offset)];
  const { rowsChanged } = await connection.run(duck`UPDATE sandpiper_state.journal_position SET segment = ${segment}, byte_offset = ${offset} WHERE data_source = ${duckString(dataSource)}`.text);
  if (rowsChanged === 0) await connection.run(duck`INSERT INTO sandpiper_state.journal_position VALUES (${duckString(dataSource)}, ${segment}, ${offset})`.text);
}

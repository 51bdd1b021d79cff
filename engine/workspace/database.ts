/**
 * The importer of DuckDB (beside computed-functions.ts). Opens the database file of a workspace behind two walls
 * (staging folder only, locked configuration), keeps a writer (a second one for what shows its progress) and a pool of
 * readers, and turns DuckDB's failures into SandpiperErrors.
 * Promises: writes run one at a time, in the order asked; a cancelled query ends soon; a database that another
 * process holds is 'locked' with that process's id where known, a damaged one 'storage' with the file named.
 * Leaves to others: what the SQL means (sql room), what tables there are (tables.ts).
 */
import { DuckDBInstance, version, type DuckDBConnection, type DuckDBType, type DuckDBValue, type DuckDBResultReader } from '@duckdb/node-api';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { DUCKDB_MACROS } from '../sql/macros.ts';
import { registerComputedFunctions } from './computed-functions.ts';

export type { DuckDBConnection as Connection, DuckDBType, DuckDBValue };

/** DuckDB's own version, such as v1.5.5. */
export function duckdbVersion(): string {
  return version();
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** Reading stops soon after this many rows; the reader then may hold a few more. */
  readonly atMostRows?: number;
  /** A result with more rows than this is refused with 'too-large', before it is in memory. */
  readonly refuseOverRows?: number;
}

export interface WriteOptions extends Pick<QueryOptions, 'signal'> {
  /** Is told how much of the statement that runs now is done, from 0 to 1; a transaction of several begins anew with each. */
  readonly onProgress?: (share: number) => void;
}

export interface Database {
  /** Reads on a connection of the pool: many at once. All rows (or as many as asked) are in the reader when the promise resolves. */
  readonly query: (sql: string, options?: QueryOptions) => Promise<DuckDBResultReader>;
  /** Reads like `query`, chunk by chunk, in bounded memory: gives values column by column. */
  readonly stream: (sql: string, take: (values: readonly (readonly DuckDBValue[])[], rowCount: number) => Promise<void>, options?: Pick<QueryOptions, 'signal'>) => Promise<void>;
  /** Whether DuckDB would run the SQL, without running it. Throws SandpiperError 'query-failed'. */
  readonly prepare: (sql: string) => Promise<void>;
  /** Runs `work` in a transaction on the writer, after the writes asked for before it. Rolls back when it throws or the signal aborts. */
  readonly write: <T>(work: (connection: DuckDBConnection) => Promise<T>, options?: WriteOptions) => Promise<T>;
  readonly close: () => Promise<void>;
  /** The one folder that DuckDB may read files from. */
  readonly stagingFolder: string;
}

export interface DatabaseLimits {
  /** E.g. '2GB'. */
  readonly memory?: string;
  readonly threads?: number;
}

const READERS = 4;
const PROGRESS_EVERY_MS = 200;
/** Of DuckDB's log. Emptying it writes the last part of every changed table anew; a start after a crash reads it in a second or two. */
const LOG_SIZE = '64MB';

export async function openDatabase(path: string, limits: DatabaseLimits = {}): Promise<Database> {
  const stagingFolder = join(dirname(path), 'staging');
  const instance = await attempt(path, async () => {
    mkdirSync(stagingFolder, { recursive: true });
    return DuckDBInstance.create(path, {
      ...(limits.memory === undefined ? {} : { memory_limit: limits.memory }),
      ...(limits.threads === undefined ? {} : { threads: String(limits.threads) }),
    });
  });
  // The database is ours now, so what stands in its staging folder was left by a process that was killed.
  for (const name of readdirSync(stagingFolder)) rmSync(join(stagingFolder, name), { recursive: true, force: true });
  const writer = await attempt(path, () => instance.connect());
  const watched = await attempt(path, () => instance.connect());
  await attempt(path, async () => {
    await writer.run("SET TimeZone = 'UTC'");
    await writer.run(`SET checkpoint_threshold = '${LOG_SIZE}'`);
    registerComputedFunctions(writer);
    for (const macro of DUCKDB_MACROS) await writer.run(macro);
    // The second wall: whatever reached DuckDB, it could read the staging folder and nothing else.
    await writer.run(`SET allowed_directories = ['${stagingFolder.replaceAll("'", "''")}']`);
    await writer.run('SET enable_external_access = false');
    await watched.run("SET TimeZone = 'UTC'");
    await watched.run('SET enable_progress_bar = true');
    await watched.run('SET enable_progress_bar_print = false');
    await writer.run('SET lock_configuration = true');
  });
  const readers: DuckDBConnection[] = [];
  for (let count = 0; count < READERS; count += 1) readers.push(await instance.connect());
  return new DuckDatabase(path, stagingFolder, instance, { writer, watched }, readers);
}

/** One of them is at work at a time. */
interface Writers {
  readonly writer: DuckDBConnection;
  /** Knows how far its statement is, which costs each statement a sixth of its time. */
  readonly watched: DuckDBConnection;
}

class DuckDatabase implements Database {
  readonly stagingFolder: string;
  readonly #path: string;
  readonly #instance: DuckDBInstance;
  readonly #writers: Writers;
  readonly #idle: DuckDBConnection[];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];
  #lastWrite: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(path: string, stagingFolder: string, instance: DuckDBInstance, writers: Writers, readers: readonly DuckDBConnection[]) {
    this.#path = path;
    this.stagingFolder = stagingFolder;
    this.#instance = instance;
    this.#writers = writers;
    this.#idle = [...readers];
  }

  query(sql: string, options: QueryOptions = {}): Promise<DuckDBResultReader> {
    return this.#reading((connection) => interruptible(connection, options.signal, () => attempt(this.#path, () => read(connection, sql, options), sql)));
  }

  stream(sql: string, take: (values: readonly (readonly DuckDBValue[])[], rowCount: number) => Promise<void>, options: Pick<QueryOptions, 'signal'> = {}): Promise<void> {
    return this.#reading((connection) => interruptible(connection, options.signal, () => attempt(this.#path, async () => {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        options.signal?.throwIfAborted();
        await take(chunk.getColumns(), chunk.rowCount);
      }
    }, sql)));
  }

  prepare(sql: string): Promise<void> {
    return this.#reading(async (connection) => {
      const statement = await attempt(this.#path, () => connection.prepare(sql), sql);
      statement.destroySync();
    });
  }

  write<T>(work: (connection: DuckDBConnection) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    const run = this.#lastWrite.then(async () => {
      this.#refuseWhenClosed();
      options.signal?.throwIfAborted();
      const { onProgress } = options;
      const writer = onProgress ? this.#writers.watched : this.#writers.writer;
      await writer.run('BEGIN TRANSACTION');
      const watch = onProgress && setInterval(() => onProgress(Math.max(0, writer.progress.percentage) / 100), PROGRESS_EVERY_MS);
      try {
        const result = await interruptible(writer, options.signal, () => attempt(this.#path, () => work(writer)));
        await attempt(this.#path, () => writer.run('COMMIT'));
        return result;
      } catch (error) {
        // A failed COMMIT has rolled back already; then this says so, and the first error is the one to tell.
        await writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        clearInterval(watch);
      }
    });
    this.#lastWrite = run.catch(() => undefined);
    return run.catch((error: unknown) => {
      throw asCancelled(error, options.signal);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#lastWrite;
    this.#closed = true;
    for (const connection of this.#idle) {
      connection.interrupt();
      connection.closeSync();
    }
    await this.#writers.writer.run('CHECKPOINT').catch(() => undefined); // The log is replayed at the next start instead.
    this.#writers.writer.closeSync();
    this.#writers.watched.closeSync();
    this.#instance.closeSync();
  }

  async #reading<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    const connection = this.#idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(connection);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(connection);
      else this.#idle.push(connection);
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new SandpiperError('unavailable', 'The database is closed: the engine is stopping.');
  }
}

async function read(connection: DuckDBConnection, sql: string, { atMostRows, refuseOverRows }: QueryOptions): Promise<DuckDBResultReader> {
  if (atMostRows !== undefined) return connection.streamAndReadUntil(sql, atMostRows);
  if (refuseOverRows === undefined) return connection.runAndReadAll(sql);
  const reader = await connection.runAndReadUntil(sql, refuseOverRows + 1);
  if (reader.currentRowCount <= refuseOverRows) return reader;
  throw new SandpiperError('too-large', `The result has more than ${refuseOverRows.toLocaleString('en-US')} rows. Give it a LIMIT, or group its rows.`);
}

async function interruptible<T>(connection: DuckDBConnection, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  if (signal.aborted) throw cancelled();
  const stop = () => connection.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work();
  } catch (error) {
    throw asCancelled(error, signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function asCancelled(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted) return error;
  return signal.reason instanceof SandpiperError ? signal.reason : cancelled();
}

function cancelled(): SandpiperError {
  return new SandpiperError('cancelled', 'The query was cancelled.');
}

/** Runs a part of DuckDB and turns its failure into one that the user can act on, with DuckDB's own as the cause. */
async function attempt<T>(path: string, work: () => Promise<T>, sql?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !isDuckDBError(error)) throw error;
    throw explained(error, path, sql);
  }
}

/** DuckDB throws plain Errors whose message begins with their kind; anything else is a mistake of ours or the user's. */
function isDuckDBError(error: Error): boolean {
  return error.constructor === Error && /^(?:[A-Z][A-Za-z]*(?: [A-Za-z]+)* (?:Error|Exception):|INTERRUPT|Failed to|.*(?:lock on file|already open|\.duckdb))/s.test(error.message);
}

function explained(error: Error, path: string, sql: string | undefined): SandpiperError {
  const message = error.message;
  const cause = sql === undefined ? error : new Error(`${message}\nwhile running: ${sql}`, { cause: error });
  const holder = /Conflicting lock is held in (.*?) \(PID (\d+)\)/.exec(message);
  if (/Could not set lock|Conflicting lock|already open|being used by another process/i.test(message)) {
    const who = holder ? `process ${holder[2]} (${basename(holder[1] ?? '')})` : 'another process';
    return new SandpiperError('locked', `The database ${path} is open in ${who}. Close that program, or use it through its address.`, { cause });
  }
  if (/No space left|disk (is )?full|max_temp_directory_size|Disk quota/i.test(message)) return new SandpiperError('storage', `The disk that holds ${path} is full. Free some space and try again; nothing that was acknowledged is lost.`, { cause });
  if (/File too large/i.test(message)) return new SandpiperError('storage', `The disk that holds ${path} allows no larger files. Move the project to another disk, or raise the limit; nothing that was acknowledged is lost.`, { cause });
  if (/Permission denied|Read-only file system|Cannot open file|Could not (?:write|fsync|truncate|sync)|Input\/output error/i.test(message)) return new SandpiperError('storage', `The database ${path} cannot be written: ${firstLine(message)}`, { cause });
  if (/not a valid DuckDB|checksum|corrupt|Serialization Error|Failed to load metadata|does not match|WAL file/i.test(message) && sql === undefined) {
    return new SandpiperError('storage', `The database ${path} is damaged: ${firstLine(message)} Move the file away to start with an empty database; fixtures and files can be imported again.`, { cause });
  }
  if (/Out of Memory/i.test(message)) return new SandpiperError('query-failed', 'The query needs more memory than it may use. Narrow it with WHERE, or give the engine more memory.', { cause });
  return new SandpiperError('query-failed', readable(message), { cause });
}

function firstLine(message: string): string {
  return `${(message.split('\n')[0] ?? message).replace(/\.?$/, '.')}`;
}

/** DuckDB's sentence without its own SQL excerpt, which is not what the user wrote. */
function readable(message: string): string {
  return message.replace(/\n\nLINE \d+:[\s\S]*$/, '').replace(/^(Conversion|Invalid Input|Binder|Parser|Catalog|Out of Range|Constraint|Invalid) Error: /, '').trim();
}

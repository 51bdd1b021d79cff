/**
 * Imports as jobs: of files, folders and globs of this machine, of files that a client sent, of addresses on the web; into
 * a data source that is there, or into a new one whose file is written first. Receipts are kept with the data.
 */
import { rm, stat } from 'node:fs/promises';
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import { addColumn, type NewColumn } from '../project/column-edit.ts';
import { duck, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import type { CsvDialect } from './csv-rows.ts';
import type { Database } from './database.ts';
import type { FileToRead } from './file-blocks.ts';
import type { FileFormat } from './file-rows.ts';
import { importFiles, type ImportMode } from './import-file.ts';
import { keepReceipt, keptReceipts, type ImportReceipt } from './import-receipt.ts';
import { fetchFile, filesAt, isWebAddress } from './import-sources.ts';
import { inferSchema, type InferredSchema } from './infer-schema.ts';
import type { Job, JobControl, Jobs } from './jobs.ts';
import type { Materializations } from './materialization.ts';
import { quarantineName } from './quarantine.ts';
import type { StoredTable } from './tables.ts';
import { shownName, type Uploads } from './uploads.ts';

export interface ImportsWorld {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly views: Materializations;
  readonly uploads: Uploads;
  /** Both throw SandpiperError 'not-found'. */
  readonly getTable: (name: string) => StoredTable;
  readonly getDataSource: (name: string) => DataSource;
  readonly fileText: (path: string) => string;
  /** Replaces `before` in a file of the project; throws SandpiperError 'conflict' when it has changed meanwhile. */
  readonly writeFile: (path: string, text: string, before: string | undefined) => Promise<void>;
  /** Errors of a data file that would be new, by their first sentence; and what already has the name. */
  readonly refuseNew: (name: string, path: string, text: string) => void;
  /** Rowids of a data source's rows for which the condition, a ClickHouse expression, is true. */
  readonly rowsWhere: (name: string, condition: string) => DuckSql;
  readonly flush: (name: string) => Promise<void>;
  readonly recount: (name: string, added: number) => Promise<void>;
}

export interface ImportRequest {
  readonly mode: 'append' | 'replace';
  /** Of a replacement: which rows it is about, a ClickHouse expression. Default: all. */
  readonly condition?: string;
  readonly format?: FileFormat;
  readonly dialect?: CsvDialect;
  readonly mayEmpty?: boolean;
}

export interface StartedImport {
  readonly job: Job;
  readonly finished: Promise<ImportReceipt>;
}

/** What a job's fetching may take of its progress. */
const FETCHED_SHARE = 0.5;

export class Imports {
  readonly #world: ImportsWorld;

  constructor(world: ImportsWorld) {
    this.#world = world;
  }

  /** Starts to import what these name: paths, folders, globs, web addresses. All of it, or nothing. */
  start(name: string, sources: readonly string[], request: ImportRequest): StartedImport {
    const { uploads } = this.#world;
    const local = sources.map((source) => (isWebAddress(source) ? source : filesAt(source)));
    const fetched: string[] = [];
    return this.#start(name, sources.length === 1 ? titleOf(sources[0] ?? '') : `${sources.length} files`, request, async ({ signal, progress }) => {
      const files: FileToRead[] = [];
      for (const source of local) {
        if (typeof source === 'string') {
          const file = await fetchFile(source, uploads, signal, (share) => progress(share * FETCHED_SHARE));
          fetched.push(file.path);
          files.push(file);
        } else files.push(...source);
      }
      return files;
    }, fetched);
  }

  /** Imports a file that a client sends, and keeps nothing of the file itself. */
  async body(name: string, fileName: string, body: AsyncIterable<Uint8Array>, request: ImportRequest): Promise<ImportReceipt> {
    this.#world.getTable(name);
    const path = await this.keep(fileName, body);
    return this.upload(name, path, request, true).finished;
  }

  /** Keeps a file that a client sends until it is imported. Throws SandpiperError 'bad-request' for an empty one. */
  async keep(fileName: string, body: AsyncIterable<Uint8Array>): Promise<string> {
    const path = await this.#world.uploads.keep(fileName, body);
    if ((await stat(path)).size > 0) return path;
    await rm(path, { force: true });
    throw new SandpiperError('bad-request', 'There is no file in the request: send it as the body, as a field of a multipart form, or name it by url.');
  }

  /** Fetches a file from the web and keeps it. */
  async fetch(address: string, signal: AbortSignal): Promise<string> {
    return (await fetchFile(address, this.#world.uploads, signal, () => undefined)).path;
  }

  /** Starts to import a file that is kept, by its path; `once` lets go of it afterwards. */
  upload(name: string, path: string, request: ImportRequest, once = false): StartedImport {
    return this.#start(name, shownName(path), request, () => Promise.resolve([{ path, name: shownName(path) }]), once ? [path] : []);
  }

  /** Writes the data file of a new data source. Throws SandpiperError for a name that is taken or a text with errors. */
  async create(name: string, datafile: string): Promise<void> {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new SandpiperError('bad-request', `${name} is no name for a data source: use letters, digits and _.`);
    const path = `datasources/${name}.datasource`;
    this.#world.refuseNew(name, path, datafile);
    await this.#world.writeFile(path, datafile, undefined);
  }

  /** Starts to look at a whole file. */
  inspect(path: string): Job {
    return this.#inspect(path, undefined).job;
  }

  /** What a whole file holds. */
  infer(path: string, format: FileFormat | undefined): Promise<InferredSchema> {
    return this.#inspect(path, format).finished;
  }

  /** The receipts of a data source's imports, newest first. */
  receipts(name: string): Promise<readonly ImportReceipt[]> {
    return keptReceipts(this.#world.database, this.#world.getDataSource(name).name);
  }

  /** How many lines of an import could not be read as rows at all: those that have no column to blame. */
  async malformedRows(name: string, importId: string): Promise<number> {
    const { source } = this.#world.getTable(name);
    const reader = await this.#world.database.query(duck`SELECT count(*) FROM main.${duckName(quarantineName(source.name))} WHERE c__import_id = ${duckString(importId)} AND len(c__error_column) = 0`.text);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  /** Adds a column for a key that an import found. */
  async addColumn(name: string, column: NewColumn): Promise<void> {
    const { path } = this.#world.getDataSource(name);
    const before = this.#world.fileText(path);
    await this.#world.writeFile(path, addColumn(path, before, column), before);
  }

  #inspect(path: string, format: FileFormat | undefined) {
    const { database, jobs } = this.#world;
    return jobs.start('inspect', `Look at ${shownName(path)}`, {}, ({ signal, progress }) => inferSchema(path, { signal, onProgress: progress, fileName: shownName(path), database, ...(format === undefined ? {} : { format }) }));
  }

  #start(name: string, title: string, request: ImportRequest, filesOf: (control: JobControl) => Promise<readonly FileToRead[]>, temporary: readonly string[]): StartedImport {
    const { database, jobs, views, getTable, flush, recount, rowsWhere } = this.#world;
    const table = getTable(name);
    const mode: ImportMode = request.mode === 'append' || request.condition === undefined ? request.mode : { condition: rowsWhere(name, request.condition) };
    return jobs.start('import', `Import ${title} into ${name}`, { dataSource: name }, async (control) => {
      const { signal, progress, note, outcome } = control;
      try {
        const files = await filesOf(control);
        // Events that were answered before belong before the files' rows.
        await flush(name);
        const receipt = await importFiles(database, files, table.ingest, {
          ...request, mode, signal, materialize: views, settle: keepReceipt,
          onProgress: (share) => progress(temporary.length > 0 ? FETCHED_SHARE + share * (1 - FETCHED_SHARE) : share),
        });
        for (const file of receipt.files) note(`${file.fileName}: ${file.lines} lines = ${file.loaded} loaded + ${file.quarantined} quarantined + ${file.blank} blank. SHA-256 ${file.sha256}.`);
        if (receipt.newKeys.length > 0) note(`Keys without a column: ${receipt.newKeys.map(({ jsonPath }) => jsonPath).join(', ')}.`);
        outcome({ rows: receipt.loaded, quarantined: receipt.quarantined, replaced: request.mode === 'replace', importId: receipt.importId });
        await recount(table.source.name, receipt.loaded);
        return receipt;
      } finally {
        for (const path of temporary) await rm(path, { force: true });
      }
    });
  }
}

function titleOf(source: string): string {
  if (!isWebAddress(source)) return shownName(source);
  const { hostname, pathname } = new URL(source);
  return `${hostname}${pathname}`;
}

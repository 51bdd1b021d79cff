/**
 * Imports files into a data source, in one transaction: all of them, with every line accounted for, or nothing.
 *   file ── blocks of whole lines (file-blocks.ts) ── block-loader.ts ── main."NAME" and main."NAME_quarantine"
 * Large plain NDJSON files are loaded in one piece instead (whole-file.ts), and block by block where that does not add up.
 * NDJSON, a JSON array of objects, CSV and TSV, plain or packed, and Parquet. Memory is bounded by the block size.
 * Promises: lines = loaded + quarantined + blank (+ left out, where a condition replaces); rows are accepted and rejected
 * exactly as events are; a cancelled or failed import leaves nothing behind. Views see what is appended block by block, and
 * a replacement as a whole.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { SandpiperError, unreachable } from '../errors.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../sql/duck.ts';
import { appendBlock, loadBlock, Miscounted, AmbiguousColumns, RowStore, type BlockLoad, type BlockOutcome, type Materialize } from './block-loader.ts';
import type { Connection, Database } from './database.ts';
import { csvReader, csvRecords, type CsvDialect, type CsvReader } from './csv-rows.ts';
import { openSource, type FileBlock, type FileToRead, type OpenedFile } from './file-blocks.ts';
import { fileFormat, jsonRowBlocks, type FileFormat, type RowBlock } from './file-rows.ts';
import { receiptOf, type FileReceipt, type ImportReceipt } from './import-receipt.ts';
import type { IngestTable } from './ingest-table.ts';
import { NewKeys } from './new-keys.ts';
import { readParquet } from './parquet-rows.ts';
import type { RejectedRow } from './quarantine.ts';
import { rowReader } from './row-reader.ts';
import { HasNoObjects, loadWhole, mayLoadWhole } from './whole-file.ts';

export type { FileFormat, ImportReceipt };

/** What becomes of the rows that are there. */
export type ImportMode =
  | 'append'
  | 'replace'
  /** Those that the SELECT of rowids picks are replaced by those of the file that it picks; others of the file are left out. */
  | { readonly condition: DuckSql };

export interface ImportOptions {
  readonly mode: ImportMode;
  /** Lets a replacement that holds not one good row empty the table; else it is refused and the rows stay. */
  readonly mayEmpty?: boolean;
  /** Default: by the file's name and first bytes. NDJSON and JSON arrays are told apart by the file itself. */
  readonly format?: FileFormat;
  readonly dialect?: CsvDialect;
  readonly signal?: AbortSignal;
  /** 0 to 1, by bytes of the files. */
  readonly onProgress?: (share: number) => void;
  readonly materialize?: Materialize & Replaced;
  /** Runs at the end of the transaction. */
  readonly settle?: (connection: Connection, receipt: ImportReceipt) => Promise<void>;
  readonly importId?: string;
  readonly now?: () => Date;
  readonly blockBytes?: number;
  /** Plain NDJSON files of this size and more are loaded in one piece. */
  readonly wholeFileBytes?: number;
}

/** What views do when the rows of their source were replaced; see materialization.ts. */
export interface Replaced {
  readonly onReplaced?: (connection: Connection, table: string, blockTable: string) => Promise<void>;
}

const BLOCK_BYTES = 64 << 20;

/** From the fastest to the most patient. */
type Way = 'whole' | 'spoilt copy' | 'blocks' | 'row by row';

/** Imports one file, known by the last part of its path. */
export function importFile(database: Database, path: string, table: IngestTable, options: ImportOptions): Promise<ImportReceipt> {
  return importFiles(database, [{ path, name: basename(path) }], table, options);
}

/** Throws 'not-found', 'bad-request' or 'unsupported' for a file that cannot be read, 'cancelled', 'storage'. */
export async function importFiles(database: Database, sources: readonly FileToRead[], table: IngestTable, options: ImportOptions): Promise<ImportReceipt> {
  const started = performance.now();
  const files: { readonly file: OpenedFile; readonly format: FileFormat; way: Way }[] = [];
  for (const source of sources) {
    const file = await openSource(source);
    const isLarge = file.sizeBytes >= (options.wholeFileBytes ?? BLOCK_BYTES);
    files.push({ file, format: fileFormat(file, options.format), way: isLarge ? 'whole' : 'blocks' });
  }
  rowReader(table); // Refuses a table that rows cannot fill before anything is read.
  const importId = options.importId ?? randomUUID();
  const sizeBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  for (;;) {
    const tried: { at?: (typeof files)[number] } = {};
    try {
      return await database.write((connection) => attempt(connection, tried), options.signal ? { signal: options.signal } : {});
    } catch (error) {
      // Each try is a transaction of its own, and leaves nothing behind when it gives up.
      const next = tried.at && wayAfter(tried.at.way, error);
      if (!tried.at || !next) throw error;
      tried.at.way = next;
    }
  }

  async function attempt(connection: Connection, tried: { at?: (typeof files)[number] }): Promise<ImportReceipt> {
    const { mode } = options;
    const reasons = new Reasons();
    const newKeys = new NewKeys(table);
    const receipts: FileReceipt[] = [];
    if (mode !== 'append') await connection.run(duck`DELETE FROM main.${duckName(table.name)} ${mode === 'replace' ? duck`` : duck`WHERE rowid IN (${mode.condition})`}`.text);
    let passedBytes = 0;
    for (const each of files) {
      tried.at = each;
      const { file, format, way } = each;
      const lines = { lines: 0, loaded: 0, quarantined: 0, blank: 0 };
      const load: BlockLoad = {
        connection,
        stagingFolder: database.stagingFolder,
        table,
        importId,
        now: (options.now ?? (() => new Date()))(),
        bulk: way !== 'row by row',
        spoil: way === 'spoilt copy',
        ambiguous: new AmbiguousColumns(),
        onRejected: (row) => reasons.add(row),
        ...(options.materialize && mode === 'append' ? { materialize: options.materialize } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      };
      const before = passedBytes;
      const progress = (readBytes: number) => options.onProgress?.(sizeBytes === 0 ? 1 : Math.min(1, (before + Math.min(readBytes, file.sizeBytes)) / sizeBytes));
      const account: Account = (outcome, blank, readBytes) => {
        lines.lines += outcome.loaded + outcome.quarantined + blank;
        lines.loaded += outcome.loaded;
        lines.quarantined += outcome.quarantined;
        lines.blank += blank;
        progress(readBytes);
      };
      const blockBytes = options.blockBytes ?? BLOCK_BYTES;
      if (format === 'ndjson' && (way === 'whole' || way === 'spoilt copy') && mayLoadWhole(load, file)) {
        const outcome = await loadWhole(load, file, blockBytes, newKeys, progress);
        account(outcome, outcome.blank, file.sizeBytes);
      } else await loadAll(load, file, format, { database, blockBytes, newKeys, account, ...(options.dialect ? { dialect: options.dialect } : {}) });
      passedBytes += file.sizeBytes;
      receipts.push({ fileName: file.name, sizeBytes: file.sizeBytes, sha256: file.checksum.text, ...lines });
      options.signal?.throwIfAborted();
    }
    delete tried.at;
    const leftOut = typeof mode === 'object' ? await dropOthers(connection, table.name, mode.condition, receipts) : 0;
    const receipt = receiptOf({ importId, table: table.name, mode: typeof mode === 'object' ? 'replace' : mode, files: receipts, leftOut, reasons: reasons.list(), newKeys, started, at: (options.now ?? (() => new Date()))() });
    if (mode === 'replace' && receipt.loaded === 0 && !options.mayEmpty) throw emptyReplacement(table.name, receipt.fileName, reasons);
    if (mode !== 'append') await tellReplaced(connection, mode, table.name, options.materialize);
    await options.settle?.(connection, receipt);
    return receipt;
  }
}

/** The way to try next after a failure that only says that this one does not do. */
function wayAfter(way: Way, error: unknown): Way | undefined {
  if (error instanceof HasNoObjects) return 'spoilt copy';
  if (error instanceof Miscounted && way !== 'row by row') return way === 'blocks' ? 'row by row' : 'blocks';
  return undefined;
}

/** Takes out the new rows that the condition does not pick; the old ones among the picked are gone already. Gives how many. */
async function dropOthers(connection: Connection, table: string, condition: DuckSql, receipts: readonly FileReceipt[]): Promise<number> {
  const loaded = receipts.reduce((sum, receipt) => sum + receipt.loaded, 0);
  const name = duck`main.${duckName(table)}`;
  const count = async (sql: DuckSql) => Number((await connection.runAndReadAll(sql.text)).getRows()[0]?.[0] ?? 0);
  const [all, picked] = [await count(duck`SELECT count(*) FROM ${name}`), await count(duck`SELECT count(*) FROM (${condition})`)];
  if (picked === loaded) return 0;
  // Rows of this transaction stand behind all others.
  await connection.run(duck`CREATE TEMP TABLE sandpiper_left_out AS SELECT rowid AS id FROM (SELECT rowid, row_number() OVER (ORDER BY rowid DESC) AS place FROM ${name}) WHERE place <= ${duckInteger(loaded)} AND rowid NOT IN (${condition})`.text);
  await connection.run(duck`DELETE FROM ${name} WHERE rowid IN (SELECT id FROM temp.main.sandpiper_left_out)`.text);
  await connection.run('DROP TABLE temp.main.sandpiper_left_out');
  return all - (await count(duck`SELECT count(*) FROM ${name}`));
}

const REPLACED = 'sandpiper_replaced';

async function tellReplaced(connection: Connection, mode: Exclude<ImportMode, 'append'>, table: string, materialize: (Materialize & Replaced) | undefined): Promise<void> {
  if (!materialize?.onReplaced || !materialize.isFedBy(table)) return;
  const which = typeof mode === 'object' ? duck`WHERE rowid IN (${mode.condition})` : duck``;
  await connection.run(duck`CREATE OR REPLACE TEMP VIEW ${duckName(REPLACED)} AS SELECT * FROM main.${duckName(table)} ${which}`.text);
  await materialize.onReplaced(connection, table, REPLACED);
  await connection.run(duck`DROP VIEW temp.main.${duckName(REPLACED)}`.text);
}

function emptyReplacement(table: string, file: string, reasons: Reasons): SandpiperError {
  const [first] = reasons.list();
  const why = first ? `: the first reason is "${first.message}", in line ${first.firstLine}` : '';
  return new SandpiperError('bad-request', `The file ${file} has no row that fits ${table}${why}. The rows that are there stay as they are; to empty the data source, truncate it.`);
}

type Account = (outcome: BlockOutcome, blank: number, readBytes: number) => void;

interface Loading {
  readonly database: Database;
  readonly blockBytes: number;
  readonly newKeys: NewKeys;
  readonly account: Account;
  readonly dialect?: CsvDialect;
}

async function loadAll(load: BlockLoad, file: OpenedFile, format: FileFormat, loading: Loading): Promise<void> {
  switch (format) {
    case 'ndjson':
    case 'json':
      for await (const block of jsonRowBlocks(format, file, loading.blockBytes)) await loadJson(load, file, block, loading);
      return;
    case 'csv':
    case 'tsv':
      await loadCsv(load, file, format, loading);
      return;
    case 'parquet':
      await readParquet(file, loading.database, loading.blockBytes, (block) => loadJson(load, file, block, loading), load.signal);
      return;
    default:
      unreachable(format);
  }
}

async function loadJson(load: BlockLoad, file: OpenedFile, block: RowBlock | FileBlock, { newKeys, account }: Loading): Promise<void> {
  const { bytes, firstLine, offset, lines, blank, longestLine, notObjects } = block;
  const origin = { file: file.name, line: firstLine, offset };
  const outcome = await loadBlock(load, { bytes, lines: lines - blank, longestLine, notObjects, origin, ...('places' in block && block.places ? { places: block.places } : {}) });
  if (outcome.loaded + outcome.quarantined !== lines - blank) throw new Miscounted(load.table.name);
  newKeys.seeBlock(bytes, firstLine);
  account(outcome, blank, block.readBytes);
  load.signal?.throwIfAborted();
}

async function loadCsv(load: BlockLoad, file: OpenedFile, format: 'csv' | 'tsv', { newKeys, account, dialect }: Loading): Promise<void> {
  let reader: CsvReader | undefined;
  for await (const { records, readBytes } of csvRecords(file, format === 'tsv' ? { delimiter: '\t', ...dialect } : dialect)) {
    let blank = 0;
    const outcome = await appendBlock(load, async (target) => {
      const store = new RowStore(load, target);
      for (const record of records) {
        if (record.isBlank) {
          blank += 1;
          continue;
        }
        const isFirst = reader === undefined;
        reader ??= csvReader(load.table, record);
        if (isFirst && reader.isHeader) {
          newKeys.seeHeader(reader.unknownNames, record.place.line);
          continue;
        }
        store.take(reader.read(record), { raw: () => record.raw, file: file.name, place: record.place }, record.raw.length);
        if (store.isFull) await store.flush();
      }
      return store.finish();
    });
    account(outcome, blank, readBytes);
    await new Promise(setImmediate);
    load.signal?.throwIfAborted();
  }
}

/** Counts rejected rows by reason. */
class Reasons {
  readonly #found = new Map<string, { message: string; rows: number; firstLine: number; example: string }>();

  add(row: RejectedRow): void {
    for (const { reason, message } of row.faults) {
      const known = this.#found.get(reason);
      if (known) known.rows += 1;
      else if (this.#found.size < 1000) this.#found.set(reason, { message: reason, rows: 1, firstLine: row.line ?? 0, example: message });
    }
  }

  list(): ImportReceipt['reasons'] {
    return [...this.#found.values()].sort((a, b) => b.rows - a.rows || a.firstLine - b.firstLine).slice(0, 20);
  }
}

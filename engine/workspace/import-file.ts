/**
 * Imports a file into a data source, in one transaction: all of it, with every line accounted for, or nothing.
 *   file ── blocks of whole lines (file-blocks.ts) ── block-loader.ts ── main."NAME" and main."NAME_quarantine"
 * Large plain NDJSON files are loaded in one piece instead (whole-file.ts), and block by block where that does not add up.
 * NDJSON, a JSON array of objects, and CSV with a header; plain or gzip. Memory is bounded by the block size.
 * Promises: lines = loaded + quarantined + blank; rows are accepted and rejected exactly as events are; a cancelled or
 * failed import leaves nothing behind.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { SandpiperError, unreachable } from '../errors.ts';
import { duck, duckName } from '../sql/duck.ts';
import { appendBlock, loadBlock, Miscounted, AmbiguousColumns, RowStore, type BlockLoad, type BlockOutcome, type Materialize } from './block-loader.ts';
import type { Database } from './database.ts';
import { csvReader, csvRecords, type CsvReader } from './csv-rows.ts';
import { openSource, type OpenedFile } from './file-blocks.ts';
import { fileFormat, jsonRowBlocks, type FileFormat } from './file-rows.ts';
import type { IngestTable } from './ingest-table.ts';
import type { RejectedRow } from './quarantine.ts';
import { rowReader } from './row-reader.ts';
import { HasNoObjects, loadWhole, mayLoadWhole } from './whole-file.ts';

export type { FileFormat };

export interface ImportOptions {
  readonly mode: 'append' | 'replace';
  /** Lets a replacement that holds not one good row empty the table; else it is refused and the rows stay. */
  readonly mayEmpty?: boolean;
  /** Default: by the file's name and first byte. NDJSON and JSON arrays are told apart by the file itself. */
  readonly format?: FileFormat;
  /** Default: the path's last part. */
  readonly fileName?: string;
  readonly signal?: AbortSignal;
  /** 0 to 1, by bytes of the file. */
  readonly onProgress?: (share: number) => void;
  readonly materialize?: Materialize;
  readonly importId?: string;
  readonly now?: () => Date;
  readonly blockBytes?: number;
  /** Plain NDJSON files of this size and more are loaded in one piece. */
  readonly wholeFileBytes?: number;
}

/** lines = loaded + quarantined + blank, always. */
export interface ImportReceipt {
  readonly importId: string;
  readonly dataSource: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Of a JSON array: its items. Of CSV: its records, without the header. */
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
  readonly elapsedMs: number;
  /** The commonest reasons first, at most twenty. */
  readonly reasons: readonly { readonly message: string; readonly rows: number; readonly firstLine: number; readonly example: string }[];
}

const BLOCK_BYTES = 64 << 20;

/** From the fastest to the most patient. */
type Way = 'whole' | 'spoilt copy' | 'blocks' | 'row by row';

/** Throws 'not-found', 'bad-request' or 'unsupported' for a file that cannot be read, 'cancelled', 'storage'. */
export async function importFile(database: Database, path: string, table: IngestTable, options: ImportOptions): Promise<ImportReceipt> {
  const started = performance.now();
  const file = await openSource({ path, name: options.fileName ?? basename(path) });
  const { sizeBytes } = file;
  const format = options.format === 'csv' ? 'csv' : fileFormat(file, options.format !== undefined);
  rowReader(table); // Refuses a table that rows cannot fill before anything is read.
  const importId = options.importId ?? randomUUID();
  const isLarge = sizeBytes >= (options.wholeFileBytes ?? BLOCK_BYTES);
  const counted = await load(isLarge ? 'whole' : 'blocks');
  return {
    importId,
    dataSource: table.name,
    fileName: file.name,
    sizeBytes,
    ...counted.lines,
    elapsedMs: Math.round(performance.now() - started),
    reasons: counted.reasons.list(),
  };

  /** Each way is a transaction of its own, and leaves nothing behind when it gives up. */
  async function load(way: Way): Promise<{ lines: LineAccount; reasons: Reasons }> {
    try {
      return await attempt(way);
    } catch (error) {
      if (error instanceof HasNoObjects) return load('spoilt copy');
      if (error instanceof Miscounted && way !== 'row by row') return load(way === 'blocks' ? 'row by row' : 'blocks');
      throw error;
    }
  }

  function attempt(way: Way): Promise<{ lines: LineAccount; reasons: Reasons }> {
    return database.write(
      async (connection) => {
        const reasons = new Reasons();
        const lines = { lines: 0, loaded: 0, quarantined: 0, blank: 0 };
        const add = (outcome: BlockOutcome, blank: number, readBytes: number) => {
          lines.lines += outcome.loaded + outcome.quarantined + blank;
          lines.loaded += outcome.loaded;
          lines.quarantined += outcome.quarantined;
          lines.blank += blank;
          options.onProgress?.(sizeBytes === 0 ? 1 : Math.min(1, readBytes / sizeBytes));
        };
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
          ...(options.materialize ? { materialize: options.materialize } : {}),
          ...(options.signal ? { signal: options.signal } : {}),
        };
        if (options.mode === 'replace') await connection.run(duck`DELETE FROM main.${duckName(table.name)}`.text);
        const blockBytes = options.blockBytes ?? BLOCK_BYTES;
        if (format === 'ndjson' && (way === 'whole' || way === 'spoilt copy') && mayLoadWhole(load, file)) {
          const outcome = await loadWhole(load, file, blockBytes, (readBytes) => options.onProgress?.(sizeBytes === 0 ? 1 : readBytes / sizeBytes));
          add(outcome, outcome.blank, sizeBytes);
        } else await loadAll(load, file, format, blockBytes, add);
        options.signal?.throwIfAborted();
        if (options.mode === 'replace' && lines.loaded === 0 && !options.mayEmpty) throw emptyReplacement(table.name, file.name, reasons);
        return { lines, reasons };
      },
      options.signal ? { signal: options.signal } : {},
    );
  }
}

function emptyReplacement(table: string, file: string, reasons: Reasons): SandpiperError {
  const [first] = reasons.list();
  const why = first ? `: the first reason is "${first.message}", in line ${first.firstLine}` : '';
  return new SandpiperError('bad-request', `The file ${file} has no row that fits ${table}${why}. The rows that are there stay as they are; to empty the data source, truncate it.`);
}

interface LineAccount {
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
}

type Account = (outcome: BlockOutcome, blank: number, readBytes: number) => void;

function loadAll(load: BlockLoad, file: OpenedFile, format: FileFormat, blockBytes: number, account: Account): Promise<void> {
  switch (format) {
    case 'ndjson':
    case 'json':
      return loadJson(load, file, format, blockBytes, account);
    case 'csv':
      return loadCsv(load, file, account);
    default:
      return unreachable(format);
  }
}

async function loadJson(load: BlockLoad, file: OpenedFile, format: 'ndjson' | 'json', blockBytes: number, account: Account): Promise<void> {
  for await (const block of jsonRowBlocks(format, file, blockBytes)) {
    const { bytes, firstLine, offset, lines, blank, longestLine, notObjects, places } = block;
    const origin = { file: file.name, line: firstLine, offset };
    const outcome = await loadBlock(load, { bytes, lines: lines - blank, longestLine, notObjects, origin, ...(places ? { places } : {}) });
    if (outcome.loaded + outcome.quarantined !== lines - blank) throw new Miscounted(load.table.name);
    account(outcome, blank, block.readBytes);
    load.signal?.throwIfAborted();
  }
}

async function loadCsv(load: BlockLoad, file: OpenedFile, account: Account): Promise<void> {
  let reader: CsvReader | undefined;
  for await (const { records, readBytes } of csvRecords(file)) {
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
        if (isFirst && reader.isHeader) continue;
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

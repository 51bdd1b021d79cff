/**
 * Imports a file into a data source, in one transaction: all of it, with every line accounted for, or nothing.
 *   file ── blocks of whole lines (file-blocks.ts) ── block-loader.ts ── main."NAME" and main."NAME_quarantine"
 * NDJSON, a JSON array of objects, and CSV with a header; plain or gzip. Memory is bounded by the block size.
 * Promises: lines = loaded + quarantined + blank; rows are accepted and rejected exactly as events are; a cancelled or
 * failed import leaves nothing behind. What the file holds is read once, so a file that changes meanwhile does no harm.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { SandpiperError, unreachable } from '../errors.ts';
import { duck, duckName } from '../sql/duck.ts';
import { loadBlock, Miscounted, QuotedTexts, type BlockLoad, type BlockOutcome, type Materialize } from './block-loader.ts';
import type { Database } from './database.ts';
import { fileBlocks, openSource, type FileToRead } from './file-blocks.ts';
import type { IngestTable } from './ingest-table.ts';
import type { RejectedRow } from './quarantine.ts';
import { rowReader } from './row-reader.ts';

export type FileFormat = 'ndjson' | 'json' | 'csv';

export interface ImportOptions {
  readonly mode: 'append' | 'replace';
  /** Default: by the file's name and first byte. */
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

/** Throws 'not-found', 'bad-request' or 'unsupported' for a file that cannot be read, 'cancelled', 'storage'. */
export async function importFile(database: Database, path: string, table: IngestTable, options: ImportOptions): Promise<ImportReceipt> {
  const started = performance.now();
  const file: FileToRead = { path, name: options.fileName ?? basename(path) };
  const { sizeBytes, head } = await openSource(file);
  const format = options.format ?? formatOf(file.name, head);
  rowReader(table); // Refuses a table that rows cannot fill before anything is read.
  const importId = options.importId ?? randomUUID();
  const counted = await attempt(true).catch((error: unknown) => {
    if (error instanceof Miscounted) return attempt(false);
    throw error;
  });
  return {
    importId,
    dataSource: table.name,
    fileName: file.name,
    sizeBytes,
    ...counted.lines,
    elapsedMs: Math.round(performance.now() - started),
    reasons: counted.reasons.list(),
  };

  function attempt(bulk: boolean): Promise<{ lines: LineAccount; reasons: Reasons }> {
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
          bulk,
          quotedTexts: new QuotedTexts(),
          onRejected: (row) => reasons.add(row),
          ...(options.materialize ? { materialize: options.materialize } : {}),
          ...(options.signal ? { signal: options.signal } : {}),
        };
        if (options.mode === 'replace') await connection.run(duck`DELETE FROM main.${duckName(table.name)}`.text);
        await loadAll(load, file, head, format, options.blockBytes ?? BLOCK_BYTES, add);
        options.signal?.throwIfAborted();
        return { lines, reasons };
      },
      options.signal ? { signal: options.signal } : {},
    );
  }
}

interface LineAccount {
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
}

type Account = (outcome: BlockOutcome, blank: number, readBytes: number) => void;

async function loadAll(load: BlockLoad, file: FileToRead, head: Buffer, format: FileFormat, blockBytes: number, account: Account): Promise<void> {
  switch (format) {
    case 'ndjson':
      for await (const block of fileBlocks(file, head, blockBytes)) {
        const { bytes, firstLine, offset, lines, blank, longestLine } = block;
        const origin = { file: file.name, line: firstLine, offset };
        const outcome = await loadBlock(load, { bytes, lines: lines - blank, longestLine, origin });
        if (outcome.loaded + outcome.quarantined !== lines - blank) throw new Miscounted(load.table.name);
        account(outcome, blank, block.readBytes);
        load.signal?.throwIfAborted();
      }
      return;
    case 'json':
    case 'csv':
      throw new SandpiperError('unsupported', `${file.name}: only NDJSON can be imported.`);
    default:
      return unreachable(format);
  }
}

function formatOf(name: string, head: Buffer): FileFormat {
  if (head.subarray(0, 4).toString() === 'PAR1') throw new SandpiperError('unsupported', `${name} is a Parquet file, which cannot be imported yet: write it as NDJSON or CSV.`);
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) throw new SandpiperError('unsupported', `${name} is packed with zstd, which cannot be imported: unpack it, or use gzip.`);
  if (/\.csv(\.gz)?$/i.test(name)) return 'csv';
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return !isGzip && /^\ufeff?\s*\[/.test(head.toString()) ? 'json' : 'ndjson';
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

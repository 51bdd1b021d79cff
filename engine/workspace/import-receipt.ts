/**
 * The receipt of an import: what happened to every line of every file, kept with the data for good.
 *   sandpiper.import_receipt  one row an import, its receipt as JSON; written in the transaction of the rows
 */
import { duck, duckInteger, duckString } from '../sql/duck.ts';
import type { Connection, Database } from './database.ts';
import type { NewKey, NewKeys } from './new-keys.ts';

export interface LineAccount {
  /** Of a JSON array: its items. Of CSV: its records, without the header. Of Parquet: its rows. */
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
}

export interface FileReceipt extends LineAccount {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Of the file as it was on disk. */
  readonly sha256: string;
}

/** lines = loaded + quarantined + blank + leftOut, always; the sums of its files. */
export interface ImportReceipt extends LineAccount {
  readonly importId: string;
  readonly dataSource: string;
  readonly mode: 'append' | 'replace';
  /** The file's, or how many there were. */
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Good rows that the condition of a replacement does not pick. */
  readonly leftOut: number;
  /** ISO, UTC. */
  readonly at: string;
  readonly elapsedMs: number;
  readonly files: readonly FileReceipt[];
  /** The commonest reasons first, at most twenty. */
  readonly reasons: readonly { readonly message: string; readonly rows: number; readonly firstLine: number; readonly example: string }[];
  /** Keys that the data source has no column for, found in the lines that were looked at for them. */
  readonly newKeys: readonly NewKey[];
  readonly lookedForKeys: number;
}

export interface ReceiptParts {
  readonly importId: string;
  readonly table: string;
  readonly mode: 'append' | 'replace';
  readonly files: readonly FileReceipt[];
  readonly leftOut: number;
  readonly reasons: ImportReceipt['reasons'];
  readonly newKeys: NewKeys;
  /** On performance.now(). */
  readonly started: number;
  readonly at: Date;
}

export function receiptOf({ importId, table, mode, files, leftOut, reasons, newKeys, started, at }: ReceiptParts): ImportReceipt {
  const sum = (part: 'sizeBytes' | keyof LineAccount) => files.reduce((total, file) => total + file[part], 0);
  const [only] = files;
  return {
    importId, dataSource: table, mode,
    fileName: only && files.length === 1 ? only.fileName : `${files.length} files`,
    sizeBytes: sum('sizeBytes'), lines: sum('lines'), loaded: sum('loaded') - leftOut, quarantined: sum('quarantined'), blank: sum('blank'), leftOut,
    at: at.toISOString(), elapsedMs: Math.round(performance.now() - started), files, reasons, newKeys: newKeys.list(), lookedForKeys: newKeys.looked,
  };
}

const KEPT = 1000;

export async function keepReceipt(connection: Connection, receipt: ImportReceipt): Promise<void> {
  await openReceipts(connection);
  await connection.run(duck`INSERT INTO sandpiper.import_receipt VALUES (${duckString(receipt.dataSource)}, ${duckInteger(Date.parse(receipt.at))}, ${duckString(JSON.stringify(receipt))})`.text);
  await connection.run(duck`DELETE FROM sandpiper.import_receipt WHERE imported_at < (SELECT min(imported_at) FROM (SELECT imported_at FROM sandpiper.import_receipt ORDER BY imported_at DESC LIMIT ${duckInteger(KEPT)}))`.text);
}

/** Newest first. */
export async function keptReceipts(database: Database, dataSource: string): Promise<readonly ImportReceipt[]> {
  await database.write(openReceipts);
  const reader = await database.query(duck`SELECT receipt FROM sandpiper.import_receipt WHERE data_source = ${duckString(dataSource)} ORDER BY imported_at DESC, rowid DESC`.text);
  return reader.getRows().map(([text]) => JSON.parse(String(text)) as ImportReceipt); // This file's own text.
}

async function openReceipts(connection: Connection): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.import_receipt (data_source VARCHAR, imported_at BIGINT, receipt VARCHAR)');
}

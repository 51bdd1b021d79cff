/**
 * CSV as in RFC 4180: cells between commas (or semicolons, tabs, bars, as the first line shows), quoted with `"` where
 * they hold such signs, quotes (doubled) or line ends. A first record that names columns of the table is the header;
 * without one the cells are the table's columns in order.
 * A cell is text: what row-reader.ts takes as a JSON text or as the JSON value that the text spells, the cell takes too.
 * An empty cell without quotes, or \N, is missing: NULL or DEFAULT where the column has it, '' in a String, else unfit.
 */
import { isUtf8 } from 'node:buffer';
import { SandpiperError } from '../errors.ts';
import { bare, isNullable } from '../sql/types.ts';
import type { RowPlace } from './block-loader.ts';
import { fileChunks, type OpenedFile } from './file-blocks.ts';
import { parseJsonPath, type IngestColumn, type IngestTable } from './ingest-table.ts';
import { JsonFault, JsonNumber, parseJsonSource } from './json-source.ts';
import { cellFault, USE_DEFAULT, type CellFault, type RowReading } from './row-reader.ts';
import { UNFIT, valueReader, type CanonicalValue, type ReadValue, type ValueReader } from './value-reader.ts';

export interface CsvCell {
  readonly text: string;
  readonly isQuoted: boolean;
}

export interface CsvRecord {
  readonly cells: readonly CsvCell[];
  readonly raw: string;
  readonly place: RowPlace;
  readonly isBlank: boolean;
  /** In words that follow "the record", when it cannot be read. */
  readonly fault?: string;
}

/** What the sender knows of the file; what is not said is told by the first line. */
export interface CsvDialect {
  readonly delimiter?: string;
}

const LONGEST_RECORD = 16 << 20;

/** The records of the file in groups, with how far the file was read. */
export async function* csvRecords(file: OpenedFile, dialect: CsvDialect = {}): AsyncGenerator<{ readonly records: readonly CsvRecord[]; readonly readBytes: number }> {
  const delimiter = dialect.delimiter ?? delimiterOf(file.head.toString());
  let rest: Buffer = Buffer.alloc(0);
  let place: RowPlace = { line: 1, offset: 0 };
  for await (const { chunk, readBytes } of fileChunks(file)) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (place.offset === 0 && bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      bytes = bytes.subarray(3);
      place = { line: 1, offset: 3 };
    }
    const records: CsvRecord[] = [];
    let start = 0;
    for (;;) {
      const end = recordEnd(bytes, start);
      if (end === -1) break;
      records.push(readRecord(bytes.subarray(start, end), delimiter, place));
      place = { line: place.line + newlines(bytes, start, end + 1), offset: place.offset + end + 1 - start };
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > LONGEST_RECORD) throw new SandpiperError('bad-request', `The record at line ${place.line} of ${file.name} does not end within ${LONGEST_RECORD >> 20} MB: is a quote left open there?`);
    if (records.length > 0) yield { records, readBytes };
  }
  if (rest.length > 0) yield { records: [readRecord(rest, delimiter, place)], readBytes: file.sizeBytes };
}

/** The line end behind a record: the first one outside quotes, or -1. */
function recordEnd(bytes: Buffer, start: number): number {
  let from = start;
  for (;;) {
    const newline = bytes.indexOf(10, from);
    if (newline === -1) return -1;
    const quote = bytes.indexOf(34, from);
    if (quote === -1 || quote > newline) return newline;
    const closing = bytes.indexOf(34, quote + 1);
    if (closing === -1) return -1;
    from = closing + 1; // A doubled quote closes and opens again at once.
  }
}

function newlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10, start); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function readRecord(bytes: Buffer, delimiter: string, place: RowPlace): CsvRecord {
  const raw = bytes.toString().replace(/\r$/, '');
  if (!isUtf8(bytes)) return { cells: [], raw, place, isBlank: false, fault: 'is not valid UTF-8' };
  if (/^\s*$/.test(raw)) return { cells: [], raw, place, isBlank: true };
  if (!raw.includes('"')) return { cells: raw.split(delimiter).map((text) => ({ text, isQuoted: false })), raw, place, isBlank: false };
  const cells: CsvCell[] = [];
  let at = 0;
  for (;;) {
    if (raw[at] === '"') {
      const closing = closingQuote(raw, at + 1);
      if (closing === -1) return { cells: [], raw, place, isBlank: false, fault: 'has a quote that is never closed' };
      cells.push({ text: raw.slice(at + 1, closing).replaceAll('""', '"'), isQuoted: true });
      at = closing + 1;
      if (at < raw.length && raw[at] !== delimiter) return { cells: [], raw, place, isBlank: false, fault: `has text behind the closing quote of cell ${cells.length}` };
    } else {
      const next = raw.indexOf(delimiter, at);
      const end = next === -1 ? raw.length : next;
      cells.push({ text: raw.slice(at, end), isQuoted: false });
      at = end;
    }
    if (at >= raw.length) return { cells, raw, place, isBlank: false };
    at += delimiter.length;
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

/** The sign that the first line has most of, outside quotes; a comma when it has none. */
function delimiterOf(head: string): string {
  const line = (/^[^\r\n]*/.exec(head)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t', '|'].map((sign) => ({ sign, count: line.split(sign).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

export interface CsvReader {
  readonly isHeader: boolean;
  /** Of the header, where the table has no column. */
  readonly unknownNames: readonly string[];
  readonly read: (record: CsvRecord) => RowReading;
}

/** Reads records into a table's rows, after the file's first record. */
export function csvReader(table: IngestTable, first: CsvRecord): CsvReader {
  const names = first.cells.map(({ text }) => text.trim());
  const indexes = table.columns.map((column) => names.findIndex((name) => name === column.name || name === keyOf(column)));
  const isHeader = indexes.some((index) => index !== -1);
  const width = isHeader ? names.length : table.columns.length;
  const cells = table.columns.map((column, index) => ({ column, index: isHeader ? (indexes[index] ?? -1) : index, read: valueReader(column.type) }));
  return {
    isHeader,
    unknownNames: isHeader ? names.filter((_, index) => !indexes.includes(index)) : [],
    read: (record) => {
      if (record.fault !== undefined) return { kind: 'malformed', message: `the record ${record.fault}` };
      if (record.cells.length !== width) return { kind: 'malformed', message: `the record has ${record.cells.length} cells where ${isHeader ? 'the header' : 'the data source'} has ${width}` };
      const values: (CanonicalValue | typeof USE_DEFAULT)[] = [];
      const faults: CellFault[] = [];
      for (const { column, index, read } of cells) {
        const cell = record.cells[index];
        const value = cell ? readCell(column, cell, read) : missing(column);
        if (typeof value === 'symbol' && value !== USE_DEFAULT) faults.push(cellFault(column, cell?.text));
        else values.push(value);
      }
      if (faults.length === 0) return { kind: 'row', values };
      return { kind: 'unfit', faults, texts: cells.map(({ index }) => record.cells[index]?.text ?? null) };
    },
  };
}

function keyOf(column: IngestColumn): string | undefined {
  const { keys, itemKeys } = parseJsonPath(column);
  return keys.length === 1 && (itemKeys === undefined || itemKeys.length === 0) ? keys[0] : undefined;
}

function missing(column: IngestColumn): null | typeof USE_DEFAULT | typeof UNFIT {
  if (column.defaultSql !== undefined) return USE_DEFAULT;
  return isNullable(column.type) ? null : UNFIT;
}

function readCell(column: IngestColumn, { text, isQuoted }: CsvCell, read: ValueReader): ReadValue | typeof USE_DEFAULT {
  if (!isQuoted && (text === '' || text === '\\N')) {
    const value = missing(column);
    return value === UNFIT && text === '' && bare(column.type).kind === 'String' ? '' : value;
  }
  const asText = read(text);
  if (asText !== UNFIT) return asText;
  const spelled = text.trim();
  if (/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(spelled)) return read(new JsonNumber(spelled.replace(/^(-?)\./, '$10.').replace(/\.(?=[eE]|$)/, '')));
  if (/^(?:true|false)$/i.test(spelled)) return read(spelled.toLowerCase() === 'true');
  return spelledJson(spelled, read);
}

/** A cell of an Array, Map, Tuple or JSON column, or a number's word. */
function spelledJson(text: string, read: ValueReader): ReadValue {
  try {
    return read(parseJsonSource(text));
  } catch (error) {
    if (error instanceof JsonFault) return UNFIT;
    throw error;
  }
}

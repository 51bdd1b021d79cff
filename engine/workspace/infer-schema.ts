/**
 * Proposes a data source for a file: reads the whole of it once, in bounded memory, and says for every key its type,
 * where it was seen and examples. Nested objects become columns by JSON path (`$.a.b` as a_b). No key is dropped: past
 * MAX_PATHS different ones the rest of an object stays together as JSON text. Other work gets a turn every few
 * milliseconds, so the engine goes on answering meanwhile.
 */
import { basename } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { openSource, type OpenedFile } from './file-blocks.ts';
import { ColumnFacts } from './infer-column.ts';
import { isPathKey, printJsonPath } from './ingest-table.ts';
import { JsonArray, JsonFault, JsonNumber, JsonObject, parseJsonSource, type JsonSource } from './json-source.ts';
import type { Database } from './database.ts';
import { csvRecords, type CsvDialect, type CsvRecord } from './csv-rows.ts';
import { fileFormat, jsonRowBlocks, type FileFormat, type RowBlock } from './file-rows.ts';
import { nonBlankLines } from './lines.ts';
import { readParquet } from './parquet-rows.ts';

export interface InferredColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: string;
  /** In how many rows the key is present and not null. */
  readonly present: number;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Up to five different values, as JSON text. */
  readonly samples: readonly string[];
  readonly defaultExpression?: string;
  readonly note?: string;
}

export interface InferredSchema {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly lines: number;
  readonly blank: number;
  /** The first of them. */
  readonly malformed: readonly { readonly line: number; readonly message: string; readonly text: string }[];
  readonly malformedCount: number;
  readonly columns: readonly InferredColumn[];
  readonly suggestedName: string;
  readonly suggestedSortingKey: string;
  /** '' where parts would not pay. */
  readonly suggestedPartitionKey: string;
}

export interface InferOptions {
  readonly fileName?: string;
  /** Default: by the file itself. */
  readonly format?: FileFormat;
  /** Reads Parquet. */
  readonly database?: Database;
  readonly signal?: AbortSignal;
  /** 0 to 1, by bytes of the file. */
  readonly onProgress?: (share: number) => void;
}

const BLOCK_BYTES = 4 << 20;
const TURN_MS = 12;
const MAX_PATHS = 2000;
const MAX_DEPTH = 8;
const MALFORMED_SHOWN = 20;

/** Throws 'not-found', 'bad-request', 'unsupported' for a file that cannot be read, and the signal's reason. */
export async function inferSchema(path: string, options: InferOptions = {}): Promise<InferredSchema> {
  const file = await openSource({ path, name: options.fileName ?? basename(path) });
  const format = fileFormat(file, options.format);
  const schema = new SchemaFacts();
  const turns = new Turns(options.signal);
  const counts = await readAll(format, file, schema, turns, options);
  const columns = schema.columns();
  return {
    fileName: file.name, sizeBytes: file.sizeBytes, ...counts, malformed: schema.malformed, malformedCount: schema.malformedCount, columns,
    suggestedName: suggestedName(file.name), suggestedSortingKey: suggestedSortingKey(columns), suggestedPartitionKey: suggestedPartitionKey(columns),
  };
}

interface LineCounts {
  readonly lines: number;
  readonly blank: number;
}

async function readAll(format: FileFormat, file: OpenedFile, schema: SchemaFacts, turns: Turns, options: InferOptions): Promise<LineCounts> {
  if (format === 'csv' || format === 'tsv') return readCsv(file, format === 'tsv' ? { delimiter: '\t' } : {}, schema, turns, options);
  const counts = { lines: 0, blank: 0 };
  const see = async (block: RowBlock) => {
    for (const line of nonBlankLines(block.bytes)) {
      schema.seeLine(block.bytes.subarray(line.start, line.end), block.places?.[line.ordinal - 1]?.line ?? block.firstLine + line.index);
      if (turns.isOver) await turns.pass();
    }
    counts.lines += block.lines;
    counts.blank += block.blank;
    options.onProgress?.(Math.min(1, block.readBytes / Math.max(1, file.sizeBytes)));
  };
  if (format === 'parquet') {
    if (!options.database) throw new Error('A Parquet file is read by a database');
    await readParquet(file, options.database, BLOCK_BYTES, see, options.signal);
  } else for await (const block of jsonRowBlocks(format, file, BLOCK_BYTES)) await see(block);
  return counts;
}

/** Cells are seen as the JSON values that they spell. */
async function readCsv(file: OpenedFile, dialect: CsvDialect, schema: SchemaFacts, turns: Turns, options: InferOptions): Promise<LineCounts> {
  const counts = { lines: 0, blank: 0 };
  let header: readonly string[] | undefined;
  for await (const { records, readBytes } of csvRecords(file, dialect)) {
    for (const record of records) {
      if (record.isBlank) counts.blank += 1;
      else if (header) seeRecord(schema, header, record);
      else {
        header = record.cells.map(({ text }) => text.trim());
        continue;
      }
      counts.lines += 1;
      if (turns.isOver) await turns.pass();
    }
    options.onProgress?.(Math.min(1, readBytes / Math.max(1, file.sizeBytes)));
  }
  return counts;
}

function seeRecord(schema: SchemaFacts, header: readonly string[], record: CsvRecord): void {
  if (record.fault !== undefined || record.cells.length !== header.length) {
    schema.seeMalformed(record.place.line, `the record ${record.fault ?? `has ${record.cells.length} cells where the header has ${header.length}`}`, record.raw);
    return;
  }
  schema.seeRow(Object.fromEntries(header.map((name, index) => [name, spelledValue(record.cells[index]?.text ?? '')])), record.place.line);
}

function spelledValue(text: string): unknown {
  if (text === '' || text === '\\N') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return text;
  return plain(new JsonNumber(text));
}

/** Gives other work of the program a turn every few milliseconds. */
class Turns {
  #end = performance.now() + TURN_MS;
  readonly #signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  get isOver(): boolean {
    return performance.now() > this.#end;
  }

  async pass(): Promise<void> {
    await new Promise(setImmediate);
    this.#signal?.throwIfAborted();
    this.#end = performance.now() + TURN_MS;
  }
}

interface PathFacts {
  readonly keys: readonly string[];
  readonly facts: ColumnFacts;
  /** The facts of the keys of objects at this path. */
  readonly children: Map<string, PathFacts>;
}

class SchemaFacts {
  readonly malformed: { line: number; message: string; text: string }[] = [];
  malformedCount = 0;
  #rows = 0;
  #paths = 0;
  readonly #root = new Map<string, PathFacts>();

  seeLine(bytes: Buffer, line: number): void {
    const text = bytes.toString();
    const row = isUtf8(bytes) ? parseRow(text) : 'the line is not valid UTF-8';
    if (typeof row === 'string') this.seeMalformed(line, row, text);
    else this.seeRow(row, line);
  }

  seeRow(row: object, line: number): void {
    this.#rows += 1;
    this.#seeObject(row, [], this.#root, line);
  }

  seeMalformed(line: number, message: string, text: string): void {
    this.malformedCount += 1;
    if (this.malformed.length < MALFORMED_SHOWN) this.malformed.push({ line, message, text: text.length > 500 ? `${text.slice(0, 500)}…` : text });
  }

  #seeObject(object: object, keys: readonly string[], children: Map<string, PathFacts>, line: number): void {
    for (const key in object) {
      let path = children.get(key);
      if (!path) {
        if (this.#paths >= MAX_PATHS && keys.length > 0) continue;
        this.#paths += 1;
        path = { keys: [...keys, key], facts: new ColumnFacts(), children: new Map() };
        children.set(key, path);
      }
      const value = (object as Readonly<Record<string, unknown>>)[key];
      path.facts.see(value, line);
      if (typeof value === 'object' && value !== null && !Array.isArray(value) && path.keys.length < MAX_DEPTH) this.#seeObject(value, path.keys, path.children, line);
    }
  }

  columns(): InferredColumn[] {
    const found: InferredColumn[] = [];
    const names = new Set<string>();
    const add = (path: PathFacts): void => {
      const isSplit = path.facts.isObject && path.children.size > 0 && path.children.size <= 100 && this.#paths < MAX_PATHS && path.keys.every(isPathKey) && [...path.children.keys()].every(isPathKey);
      if (isSplit) for (const child of path.children.values()) add(child);
      else found.push(this.#column(path, names));
    };
    for (const path of this.#root.values()) add(path);
    return found;
  }

  #column({ keys, facts }: PathFacts, names: Set<string>): InferredColumn {
    const { type, note } = facts.type();
    const isArray = type.startsWith('Array(');
    const isMissing = facts.present < this.#rows;
    return {
      name: uniqueName(keys, names),
      jsonPath: `${printJsonPath(keys)}${isArray ? '[:]' : ''}`,
      type: isMissing && !isArray ? nullableText(type) : type,
      present: facts.present, firstLine: facts.firstLine, lastLine: facts.lastLine, samples: facts.samples,
      // An array cannot be Nullable.
      ...(isArray && isMissing ? { defaultExpression: '[]' } : {}),
      ...(note === undefined ? {} : { note }),
    };
  }
}

function nullableText(type: string): string {
  const inner = /^LowCardinality\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? `Nullable(${type})` : `LowCardinality(Nullable(${inner}))`;
}

function uniqueName(keys: readonly string[], names: Set<string>): string {
  const plain = keys.join('_').replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_') || '_';
  let name = plain;
  for (let count = 2; names.has(name.toLowerCase()); count += 1) name = `${plain}_${count}`;
  names.add(name.toLowerCase());
  return name;
}

/** The row as JSON.parse gives it, with integers beyond 2^53 as bigint; or why the line is none. */
function parseRow(text: string): object | string {
  try {
    // Sixteen digits in a row may be more than a number of JSON.parse holds.
    const row: unknown = /\d{16}/.test(text) ? plain(parseJsonSource(text)) : JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
    return 'the line is not a JSON object';
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof JsonFault)) throw error;
  }
  try {
    const row = parseJsonSource(text);
    return row instanceof JsonObject ? (plain(row) as object) : 'the line is not a JSON object';
  } catch (error) {
    if (error instanceof JsonFault) return `the line is not JSON: ${error.message} (character ${error.offset + 1})`;
    throw error;
  }
}

function plain(value: JsonSource): unknown {
  if (value instanceof JsonObject) {
    const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of value.entries) object[key] = plain(item);
    return object;
  }
  if (value instanceof JsonArray) return value.items.map(plain);
  if (!(value instanceof JsonNumber)) return value;
  const number = Number(value.text);
  return /^-?\d+$/.test(value.text) && !Number.isSafeInteger(number) ? BigInt(value.text) : number;
}

function suggestedName(fileName: string): string {
  const stem = fileName.replace(/(\.(ndjson|jsonl|json|csv|tsv|tab|parquet|txt|log|gz|gzip|zst|zstd))+$/i, '');
  const name = stem.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '').toLowerCase();
  return name === '' ? 'imported' : name.replace(/^(?=\d)/, 'file_');
}

/** Months of the first time that every row has. */
function suggestedPartitionKey(columns: readonly InferredColumn[]): string {
  const time = columns.find(({ type }) => /^Date/.test(type));
  return time ? `toYYYYMM(${time.name})` : '';
}

/** A time first, then something with many values that is always there: what most questions filter by. */
function suggestedSortingKey(columns: readonly InferredColumn[]): string {
  const sortable = columns.filter(({ type }) => !/Nullable|Array/.test(type));
  const time = sortable.find(({ type }) => type.startsWith('DateTime')) ?? sortable.find(({ type }) => type === 'Date');
  const key = sortable.find(({ name, type }) => /(^|_)(user|account|customer|tenant|device|session)?_?id$/i.test(name) && /Int|String|UUID/.test(type) && name !== time?.name);
  const chosen = [time, key].filter((column) => column !== undefined).map(({ name }) => name);
  if (chosen.length > 0) return chosen.join(', ');
  return sortable[0]?.name ?? 'tuple()';
}

/**
 * The formats of files, and rows of JSON out of them as blocks of one row a line with their places in the file.
 * NDJSON is such lines already; the items of a JSON array are put on lines of their own (line ends stand only between
 * lexemes there, where a space means the same). CSV and TSV are read in csv-rows.ts, Parquet in parquet-rows.ts.
 */
import { SandpiperError } from '../errors.ts';
import type { RowPlace } from './block-loader.ts';
import { countLines } from './lines.ts';
import { fileBlocks, fileChunks, type FileBlock, type OpenedFile } from './file-blocks.ts';

export type FileFormat = 'ndjson' | 'json' | 'csv' | 'tsv' | 'parquet';

export interface RowBlock extends FileBlock {
  readonly places?: readonly RowPlace[];
}

const PACKED = /\.(?:gz|gzip|zst|zstd)$/i;

/** By what the sender says, the name's ending and the first bytes. Throws 'bad-request' for a file that is not what it is called. */
export function fileFormat({ name, head, packing }: OpenedFile, said?: FileFormat): FileFormat {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') {
    if (packing !== 'none') throw new SandpiperError('unsupported', `${name} is a Parquet file inside of another packing: unpack it first. Parquet packs by itself.`);
    return 'parquet';
  }
  const ending = /\.(\w+)$/.exec(name.replace(PACKED, ''))?.[1]?.toLowerCase() ?? '';
  if (said === 'parquet' || (said === undefined && ending === 'parquet')) throw new SandpiperError('bad-request', `${name} is not a Parquet file: it does not begin with PAR1.`);
  if (said === 'csv' || said === 'tsv') return said;
  if (said === undefined && ending === 'csv') return 'csv';
  if (said === undefined && (ending === 'tsv' || ending === 'tab')) return 'tsv';
  const text = head.toString().replace(/^\ufeff/, '');
  if (/^\s*\[/.test(text)) return 'json';
  const isNamedJson = said !== undefined || ending === 'ndjson' || ending === 'jsonl' || ending === 'json';
  return !isNamedJson && /^[^{\r\n]*[,;\t|]/.test(text.trimStart()) ? 'csv' : 'ndjson';
}

export function jsonRowBlocks(format: 'ndjson' | 'json', file: OpenedFile, blockBytes: number): AsyncGenerator<RowBlock> {
  return format === 'ndjson' ? fileBlocks(file, blockBytes) : arrayBlocks(file, blockBytes);
}

async function* arrayBlocks(file: OpenedFile, blockBytes: number): AsyncGenerator<RowBlock> {
  const items = new ArrayItems(file.name);
  for await (const { chunk, readBytes } of fileChunks(file)) {
    items.read(chunk);
    if (items.sizeBytes >= blockBytes) yield items.take(readBytes);
  }
  items.end();
  yield items.take(file.sizeBytes);
}

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const COMMA = 44;

/** Cuts the text of an array into the texts of its items. What an item holds is judged later. */
class ArrayItems {
  sizeBytes = 0;
  readonly #name: string;
  #pieces: Buffer[] = [];
  #places: RowPlace[] = [];
  #state: 'before' | 'between' | 'item' | 'after' = 'before';
  #depth = 0;
  #inText = false;
  #escaped = false;
  #item: Buffer[] = [];
  #place: RowPlace = { line: 1, offset: 0 };
  #line = 1;
  #offset = 0;

  constructor(name: string) {
    this.#name = name;
  }

  read(chunk: Buffer): void {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === NEWLINE) this.#line += 1;
      if (this.#state === 'item') {
        if (this.#inText) {
          if (this.#escaped) this.#escaped = false;
          else if (byte === BACKSLASH) this.#escaped = true;
          else if (byte === QUOTE) this.#inText = false;
          continue;
        }
        if (byte === QUOTE) this.#inText = true;
        else if (byte === 123 || byte === 91) this.#depth += 1;
        else if ((byte === 125 || byte === 93) && this.#depth > 0) this.#depth -= 1;
        else if (this.#depth === 0 && (byte === COMMA || byte === 93)) {
          this.#endItem(chunk.subarray(start, at));
          this.#state = byte === COMMA ? 'between' : 'after';
        }
        continue;
      }
      if (byte === 32 || (byte >= 9 && byte <= 13)) continue;
      if (this.#state === 'before') {
        const isMark = this.#offset + at < 3 && byte >= 0xbb;
        if (byte === 91) this.#state = 'between';
        else if (!isMark) throw this.#fault('it does not begin with [');
      } else if (this.#state === 'after') throw this.#fault('text follows the closing ]');
      else if (byte === 93) this.#state = 'after';
      else if (byte !== COMMA) {
        this.#state = 'item';
        this.#place = { line: this.#line, offset: this.#offset + at };
        start = at;
        this.#inText = byte === QUOTE;
        this.#depth = byte === 123 || byte === 91 ? 1 : 0;
      }
    }
    if (this.#state === 'item') this.#item.push(Buffer.from(chunk.subarray(start)));
    this.#offset += chunk.length;
  }

  end(): void {
    if (this.#state !== 'after') throw this.#fault(this.#state === 'item' ? `the item that begins at line ${this.#place.line} never ends` : 'the closing ] is missing');
  }

  take(readBytes: number): RowBlock {
    const places = this.#places;
    const bytes = Buffer.concat(this.#pieces);
    const block = { bytes, places, firstLine: places[0]?.line ?? this.#line, offset: places[0]?.offset ?? 0, ...countLines(bytes), readBytes };
    this.#pieces = [];
    this.#places = [];
    this.sizeBytes = 0;
    return block;
  }

  #endItem(last: Buffer): void {
    const bytes = Buffer.concat([...this.#item, last, Buffer.from('\n')]);
    this.#item = [];
    for (let at = 0; at < bytes.length - 1; at += 1) if (bytes[at] === NEWLINE || bytes[at] === 13) bytes[at] = 32;
    this.#pieces.push(bytes);
    this.#places.push(this.#place);
    this.sizeBytes += bytes.length;
  }

  #fault(why: string): SandpiperError {
    return new SandpiperError('bad-request', `The file ${this.#name} is not a JSON array: ${why} (line ${this.#line}).`);
  }
}

/**
 * Sinks, tried locally: a sink pipe's node is run once and its rows are written to files under the data folder, named as
 * EXPORT_FILE_TEMPLATE says; nothing leaves the machine. What would have gone to a bucket or a Kafka topic is told
 * beside each file.
 *   sinks/PIPE/BUCKET/PATH/NAME.csv   rows for s3://BUCKET/PATH/NAME.csv (or gs://)
 *   sinks/PIPE/TOPIC.ndjson           messages for a Kafka topic
 * Files appear whole or not at all: each is written beside its place and renamed. `{column}` of a template is the value
 * of a column, `{column, '%Y-%m-%d'}` a time in that format, `{8}` one of so many parts.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import type { Translation } from '../sql/catalog.ts';
import type { Database, DuckDBValue } from './database.ts';
import type { Queries } from './queries.ts';
import { getFormat, type QueryResult } from './result-format.ts';
import { readSinkFiles, type SinkFiles } from './sink-files.ts';

export interface Sink {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly parameters: Readonly<Record<string, string>>;
  /** Where files go: the folder `sinks` of the data folder. */
  readonly folder: string;
}

export interface WrittenFile {
  readonly path: string;
  /** The address that it would have had. */
  readonly standsFor: string;
  readonly rows: number;
}

/** The node that exports; throws SandpiperError when the pipe has none. */
export function sinkNode(pipe: Pipe): PipeNode {
  const node = pipe.nodes.find((one) => one.type === 'sink');
  if (!node) throw new SandpiperError('bad-request', `The pipe ${pipe.name} exports nothing: none of its nodes has TYPE sink.`);
  return node;
}

export async function writeSink(sink: Sink, queries: Queries, database: Database, signal: AbortSignal): Promise<readonly WrittenFile[]> {
  const { pipe, node, parameters } = sink;
  const files = readSinkFiles(pipe, node);
  const translation = queries.translateOver(pipe, node, parameters, (columns) => files.namedRows(columns));
  const work = join(sink.folder, `.${randomUUID()}`);
  mkdirSync(work, { recursive: true });
  try {
    const written = files.format === 'parquet' ? await writeParquet(files, translation, work, database, signal) : await writeText(files, translation, work, database, signal);
    return [...written].map(([name, { path, rows }]) => place(sink, files, name, path, rows));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Part {
  readonly path: string;
  readonly rows: number;
}

/** One file open for each name; the rows of a chunk are written name by name. */
async function writeText(files: SinkFiles, translation: Translation, work: string, database: Database, signal: AbortSignal): Promise<ReadonlyMap<string, Part>> {
  const open = new Map<string, { readonly path: string; readonly file: WriteStream; readonly to: Writable; rows: number }>();
  const columns = translation.columns.slice(0, -1);
  const format = getFormat(files.format === 'csv' ? 'CSV' : 'JSONEachRow');
  const head = files.format === 'csv' ? getFormat('CSVWithNames') : undefined;
  try {
    await database.stream(translation.duckdbSql, async (values, rowCount) => {
      for (const [name, rows] of rowsByName(values.at(-1) ?? [], rowCount)) {
        const part = { ...NO_RESULT, columns, values: columns.map((_, index) => rows.map((row) => values[index]?.[row] ?? null)), rowCount: rows.length };
        let target = open.get(name);
        const isNew = !target;
        if (!target) {
          const path = join(work, String(open.size));
          const file = createWriteStream(path);
          const packer = files.compression === 'gzip' ? createGzip() : undefined;
          packer?.pipe(file);
          target = { path, file, to: packer ?? file, rows: 0 };
          open.set(name, target);
        }
        target.rows += rows.length;
        const text = (isNew && head ? head : format).write(part, { timeZone: 'UTC' });
        if (!target.to.write(text)) await once(target.to, 'drain');
      }
    }, { signal });
    for (const { to, file } of open.values()) {
      to.end();
      await finished(file);
    }
  } finally {
    for (const { to, file } of open.values()) {
      to.destroy();
      file.destroy();
    }
  }
  return open;
}

const NO_RESULT: Omit<QueryResult, 'columns' | 'values' | 'rowCount'> = { elapsedSeconds: 0, rowsRead: 0, bytesRead: 0, sql: '', duckdbSql: '' };

function rowsByName(names: readonly DuckDBValue[], rowCount: number): ReadonlyMap<string, readonly number[]> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < rowCount; row += 1) {
    const name = String(names[row] ?? '');
    const known = rows.get(name);
    if (known) known.push(row);
    else rows.set(name, [row]);
  }
  return rows;
}

/** All rows are staged by DuckDB, which then writes the part of each name. */
async function writeParquet(files: SinkFiles, { duckdbSql, columns }: Translation, work: string, database: Database, signal: AbortSignal): Promise<ReadonlyMap<string, Part>> {
  const staged = join(database.stagingFolder, `${randomUUID()}.parquet`);
  const out = join(database.stagingFolder, `${randomUUID()}.out.parquet`);
  const name = duckName(columns.at(-1)?.name ?? '').text;
  const parts = new Map<string, Part>();
  try {
    await database.query(`COPY (${duckdbSql}) TO ${duckString(staged).text} (FORMAT parquet)`, { signal });
    const source = duck`read_parquet(${duckString(staged)})`;
    const reader = await database.query(`SELECT ${name}, count(*) FROM ${source.text} GROUP BY ALL ORDER BY ALL`, { signal });
    for (const [file, rows] of reader.getRows()) {
      const select = `SELECT * EXCLUDE (${name}) FROM ${source.text} WHERE ${name} = ${duckString(String(file)).text}`;
      await database.query(`COPY (${select}) TO ${duckString(out).text} (FORMAT parquet, COMPRESSION ${files.compression === 'none' ? 'uncompressed' : files.compression})`, { signal });
      const path = join(work, String(parts.size));
      renameSync(out, path);
      parts.set(String(file), { path, rows: Number(rows) });
    }
    return parts;
  } finally {
    rmSync(staged, { force: true });
    rmSync(out, { force: true });
  }
}

/** Moves a written file to its place; one that must be new gets a number when the name is taken. */
function place(sink: Sink, files: SinkFiles, name: string, from: string, rows: number): WrittenFile {
  const relative = `${files.folder === '' ? '' : `${files.folder}/`}${safePath(name)}`;
  const wanted = join(sink.folder, safePath(sink.pipe.name), `${relative}${files.extension}`);
  let path = wanted;
  for (let count = 2; files.isNew && existsSync(path); count += 1) path = join(dirname(wanted), `${basename(wanted, files.extension)}-${count}${files.extension}`);
  mkdirSync(dirname(path), { recursive: true });
  renameSync(from, path);
  return { path, standsFor: files.addressOf(`${safePath(name)}${files.extension}`), rows };
}

/** Values of rows stand in the name: no way leads out of the folder, and every part is a name that file systems take. */
function safePath(name: string): string {
  return name.split('/').filter((part) => part !== '').map((part) => part.replace(/[^\w.,=@+ -]/g, '_').replace(/^\.+$/, '_')).join('/') || '_';
}

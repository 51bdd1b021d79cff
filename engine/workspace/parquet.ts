/** The rows of a query as a Parquet file, which DuckDB writes. Integers beyond 64 bits become text, as Parquet has none of them. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { SandpiperError } from '../errors.ts';
import type { Translation } from '../sql/catalog.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import { bare } from '../sql/types.ts';
import type { Database } from './database.ts';

const LARGEST_BYTES = 512 * 2 ** 20;

export interface ParquetFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rowCount: number;
}

export async function writeParquet({ duckdbSql, columns }: Translation, database: Database, signal: AbortSignal): Promise<ParquetFile> {
  const path = join(database.stagingFolder, `${randomUUID()}.parquet`);
  const names = uniqueNames(columns.map(({ name }) => name)).map((name) => duckName(name));
  const values = columns.map(({ type }, index) => {
    const own = duckName(`c${index}`);
    const plain = bare(type);
    return duck`${plain.kind === 'Integer' && plain.bits > 64 ? duck`CAST(${own} AS VARCHAR)` : own} AS ${names[index] ?? own}`;
  });
  const places = columns.map((_, index) => duckName(`c${index}`));
  try {
    const written = await database.query(`COPY (${duck`SELECT ${values}`.text} FROM (${duckdbSql}) AS ${duck`rows(${places})`.text}) TO ${duckString(path).text} (FORMAT parquet)`, { signal });
    const { size } = await stat(path);
    if (size > LARGEST_BYTES) throw new SandpiperError('too-large', `The result is ${Math.round(size / 2 ** 20)} MB of Parquet, more than the ${LARGEST_BYTES / 2 ** 20} MB that are sent at once. Give it a LIMIT, or export it with a sink.`);
    const bytes = await readFile(path);
    return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), rowCount: Number(written.getRows()[0]?.[0] ?? 0) };
  } finally {
    await rm(path, { force: true });
  }
}

/** A file's columns have names of their own, whatever their case. */
function uniqueNames(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; seen.has(unique.toLowerCase()); count += 1) unique = `${name}_${count}`;
    seen.add(unique.toLowerCase());
    return unique;
  });
}

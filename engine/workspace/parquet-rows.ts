/**
 * Rows of a Parquet file as lines of JSON, chunk by chunk in bounded memory, so that they are judged and kept as those of
 * any other file; a line is a row. Decimals keep every digit, times are UTC, bytes that are no text show as escapes.
 */
import { copyFile, link, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import { duck, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import type { Database } from './database.ts';
import { fileChunks, type FileBlock, type OpenedFile } from './file-blocks.ts';
import { countLines } from './lines.ts';

/** Throws SandpiperError 'bad-request' for a file that is damaged. */
export async function readParquet(file: OpenedFile, database: Database, blockBytes: number, take: (block: FileBlock) => Promise<void>, signal?: AbortSignal): Promise<void> {
  const staged = join(database.stagingFolder, `${randomUUID()}.parquet`);
  await link(file.path, staged).catch(() => copyFile(file.path, staged, constants.COPYFILE_FICLONE));
  try {
    for await (const _chunk of fileChunks(file)) signal?.throwIfAborted(); // For the checksum alone.
    const source = duck`read_parquet(${duckString(staged)})`;
    const rows = Number((await database.query(duck`SELECT sum(num_rows) FROM parquet_file_metadata(${duckString(staged)})`.text)).getRows()[0]?.[0] ?? 0);
    const described = (await database.query(`DESCRIBE SELECT * FROM ${source.text}`)).getRows();
    const values = described.map(([name, type]): DuckSql => duck`${plainValue(duckName(String(name)), String(type))} AS ${duckName(String(name))}`);
    let lines: string[] = [];
    let size = 0;
    let passed = 0;
    const flush = async () => {
      if (lines.length === 0) return;
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const readRows = passed + lines.length;
      await take({ bytes, firstLine: passed + 1, offset: 0, ...countLines(bytes), readBytes: rows === 0 ? file.sizeBytes : (file.sizeBytes * readRows) / rows });
      passed = readRows;
      lines = [];
      size = 0;
    };
    await database.stream(`SELECT CAST(to_json("the row") AS VARCHAR) FROM (${duck`SELECT ${values} FROM ${source}`.text}) AS "the row"`, async ([texts = []], count) => {
      for (let row = 0; row < count; row += 1) {
        const text = String(texts[row]);
        lines.push(text);
        size += text.length;
      }
      if (size >= blockBytes) await flush();
    }, signal ? { signal } : {});
    await flush();
  } catch (error) {
    if (error instanceof SandpiperError && error.code === 'query-failed') throw new SandpiperError('bad-request', `The file ${file.name} cannot be read as Parquet: ${error.message.replaceAll(staged, file.name)}`, { cause: error });
    throw error;
  } finally {
    await rm(staged, { force: true });
  }
}

/** What JSON has no form of its own for. */
function plainValue(name: DuckSql, type: string): DuckSql {
  if (type === 'TIMESTAMP WITH TIME ZONE') return duck`CAST(${name} AS TIMESTAMP)`;
  if (type === 'BLOB') return duck`coalesce(TRY(decode(${name})), CAST(${name} AS VARCHAR))`;
  return type === 'DOUBLE' || type === 'FLOAT' ? duck`CASE WHEN isfinite(${name}) THEN to_json(${name}) ELSE to_json(CAST(${name} AS VARCHAR)) END` : name;
}

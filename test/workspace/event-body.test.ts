/** Packed bodies, as real writers of zstd and gzip pack them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackBody } from '../../engine/workspace/event-body.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandpiper-packed-'));
const packed: Record<string, { readonly plain: Buffer; readonly zstd: Buffer }> = {};

beforeAll(async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  for (const rows of [1, 100_000]) {
    const select = `SELECT i AS id, md5(i::VARCHAR) AS text, 'the same words again' AS words FROM range(${rows}) t(i)`;
    await connection.run(`COPY (${select}) TO '${folder}/plain' (FORMAT json, COMPRESSION uncompressed)`);
    await connection.run(`COPY (${select}) TO '${folder}/packed' (FORMAT json, COMPRESSION zstd)`);
    packed[rows] = { plain: readFileSync(`${folder}/plain`), zstd: readFileSync(`${folder}/packed`) };
  }
  connection.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([1, 100_000])('zstd of %i rows is unpacked, also where several frames follow each other', async (rows) => {
  const { plain, zstd } = packed[rows] ?? { plain: Buffer.alloc(0), zstd: Buffer.alloc(0) };
  expect(zstd.length).toBeLessThan(plain.length + 100);
  expect(Buffer.from(await unpackBody(zstd, 'zstd', 50_000_000)).equals(plain)).toBe(true);
  expect(Buffer.from(await unpackBody(Buffer.concat([zstd, zstd]), 'ZSTD', 50_000_000)).equals(Buffer.concat([plain, plain]))).toBe(true);
});

test('a body that is cut anywhere, or unpacks to more than the limit, is refused', async () => {
  const { plain, zstd } = packed[1] ?? { plain: Buffer.alloc(0), zstd: Buffer.alloc(0) };
  const refusal = (bytes: Uint8Array, encoding: string, limit = 1_000_000) => unpackBody(bytes, encoding, limit).then(() => 'unpacked', (error: { code: string }) => error.code);
  const cut = await Promise.all([...Array.from({ length: zstd.length - 1 }, (_, length) => refusal(zstd.subarray(0, length + 1), 'zstd')), refusal(gzipSync(plain).subarray(0, 30), 'gzip')]);
  expect(new Set(cut)).toEqual(new Set(['bad-request']));
  expect(await refusal(packed[100_000]?.zstd ?? zstd, 'zstd')).toBe('too-large');
  expect(await refusal(gzipSync(Buffer.alloc(2_000_000)), 'gzip')).toBe('too-large');
});

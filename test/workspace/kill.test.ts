import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { openDatabase } from '../../engine/workspace/database.ts';
import { openIngest } from '../../engine/workspace/ingest.ts';
import { NUMBERED } from './numbered-table.ts';
import { createTables } from './open-tables.ts';

const MOMENTS = Number(process.env['KILL_MOMENTS'] ?? 5);
const PROJECT = resolve(import.meta.dirname, '../..');

/** Runs the child until it is killed; the numbers that it said were acknowledged. */
function runAndKill(script: string, folder: string, first: number, afterMs: number): Promise<number[]> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, folder, String(first)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    let isKilled = false;
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.on('data', (chunk) => {
      const isFirst = output === '';
      output += String(chunk);
      if (isFirst) setTimeout(() => (isKilled = child.kill('SIGKILL')), afterMs);
    });
    child.on('close', () => {
      if (!isKilled) return fail(new Error(`The child ended by itself: ${errors}`));
      const whole = output.slice(0, output.lastIndexOf('\n'));
      done(whole.split('\n').slice(1).flatMap((line) => line.split(' ').map(Number)));
    });
  });
}

test('kill -9 at random moments loses no acknowledged row and doubles none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-kill-'));
  // Beside node_modules, or the child would not find DuckDB.
  const script = join(PROJECT, 'node_modules', `.ingest-child-${process.pid}.mjs`);
  buildSync({ entryPoints: [join(import.meta.dirname, 'ingest-child.ts')], bundle: true, platform: 'node', format: 'esm', external: ['@duckdb/node-api'], outfile: script, logLevel: 'error' });
  const acknowledged: number[] = [];
  try {
    const database = await openDatabase(join(folder, 'sandpiper.duckdb'));
    await createTables(database, [NUMBERED]);
    await database.close();
    for (let round = 0; round < MOMENTS; round += 1) {
      acknowledged.push(...(await runAndKill(script, folder, round * 10_000_000, 20 + Math.random() * 700)));
      expect(await stored(folder, acknowledged)).toEqual({ lost: 0, doubled: 0 });
    }
    expect(acknowledged.length).toBeGreaterThan(MOMENTS * 100);
  } finally {
    rmSync(script, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000 + MOMENTS * 10_000);

/** Starts again after a kill, loads what the journal holds, and compares. */
async function stored(folder: string, acknowledged: readonly number[]): Promise<{ lost: number; doubled: number }> {
  const database = await openDatabase(join(folder, 'sandpiper.duckdb'));
  const ingest = await openIngest(database, { folder: join(folder, 'journal'), findTable: () => NUMBERED });
  try {
    await ingest.flush();
    const reader = await database.query('SELECT id FROM numbered UNION ALL SELECT id::UINTEGER FROM numbered_quarantine');
    const ids = reader.getRows().map(([id]) => Number(id));
    const different = new Set(ids);
    return { lost: acknowledged.filter((id) => !different.has(id)).length, doubled: ids.length - different.size };
  } finally {
    await ingest.close();
    await database.close();
  }
}

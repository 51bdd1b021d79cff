/**
 * Kills a process with SIGKILL while it merges tables, rebuilds them for another schema, lets rows expire and takes rows
 * (merging-child.ts). Started again it must hold every acknowledged block once and whole, merged or not, and the view
 * must have counted each row once.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BLOCK_ROWS, FILES, HELD, heldAfter, TABLES } from './merging-project.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface MergeKillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly faults: readonly string[];
  readonly repairs: Readonly<Record<string, number>>;
}

interface Held {
  readonly held: Readonly<Record<string, readonly number[]>>;
  readonly notices: readonly string[];
}

export async function killMerges(times: number, told: (line: string) => void = () => undefined): Promise<MergeKillReport> {
  mkdirSync(join(ROOT, 'test/.cache'), { recursive: true });
  const built = mkdtempSync(join(ROOT, 'test/.cache/merging-'));
  const script = join(built, 'child.mjs');
  const project = mkdtempSync(join(tmpdir(), 'sandpiper-merging-'));
  const faults: string[] = [];
  const repairs: Record<string, number> = {};
  const acknowledged = new Map<string, number>();
  try {
    await build({
      entryPoints: [join(import.meta.dirname, 'merging-child.ts')], outfile: script, bundle: true, platform: 'node', format: 'esm', external: ['@duckdb/node-api'], logLevel: 'error', absWorkingDir: ROOT,
      banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    });
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    for (let round = 0; round < times; round += 1) {
      const before = new Map(acknowledged);
      const { held, notices } = await runAndKill(script, project, acknowledged, round % 5 === 4 ? 0 : 50 + Math.random() * 2500);
      for (const notice of notices) repairs[notice.replace(/\d+/g, 'N')] = (repairs[notice.replace(/\d+/g, 'N')] ?? 0) + 1;
      const found = round === 0 ? [] : disagreements(held, before);
      faults.push(...found.map((fault) => `round ${round}: ${fault}`));
      told(`kill ${round + 1}: ${[...acknowledged].map(([table, rows]) => `${rows} ${table}`).join(', ')}${found.length > 0 ? `; ${found.join('; ')}` : ''}`);
    }
  } finally {
    rmSync(built, { recursive: true, force: true });
    rmSync(project, { recursive: true, force: true });
  }
  return { kills: times, acknowledged: [...acknowledged.values()].reduce((sum, rows) => sum + rows, 0), faults, repairs };
}

/** Runs the child until it is killed; notes the rows that it said were acknowledged. Gives what it held at its start. */
function runAndKill(script: string, project: string, acknowledged: Map<string, number>, afterMs: number): Promise<Held> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, project], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    let isKilled = false;
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.on('data', (chunk) => {
      const isFirst = !output.includes('\n');
      output += String(chunk);
      if (isFirst && output.includes('\n')) setTimeout(() => (isKilled = child.kill('SIGKILL')), afterMs);
    });
    child.on('close', () => {
      if (!isKilled) return fail(new Error(`The child ended by itself: ${errors}`));
      const [first = '', ...lines] = output.slice(0, output.lastIndexOf('\n')).split('\n');
      const found = JSON.parse(first) as Held;
      // What is there at the start must be there ever after.
      for (const table of TABLES) acknowledged.set(table, found.held[table]?.[0] ?? 0);
      for (const line of lines) {
        const [table = '', rows = '0'] = line.split(' ');
        acknowledged.set(table, Number(rows));
      }
      return done(found);
    });
  });
}

/** A block that was sent and not answered may be there, whole. */
function disagreements(held: Held['held'], acknowledged: ReadonlyMap<string, number>): readonly string[] {
  const faults: string[] = [];
  const rowsOf = (table: string) => held[table]?.[0] ?? 0;
  for (const table of TABLES) {
    const known = acknowledged.get(table) ?? 0;
    if (rowsOf(table) !== known && rowsOf(table) !== known + BLOCK_ROWS) faults.push(`${table} holds ${rowsOf(table)} rows, and ${known} were acknowledged`);
  }
  for (const name of Object.keys(HELD)) {
    const wanted = heldAfter(name, rowsOf(name === 'totals' ? 'users' : name));
    if (String(held[name]) !== String(wanted)) faults.push(`${name} holds ${String(held[name])}, not ${String(wanted)}`);
  }
  return faults;
}

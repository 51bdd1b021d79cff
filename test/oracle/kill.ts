/**
 * Kills a serving engine with SIGKILL at random moments under load (events with wait and without, files, a view fed by
 * both; one kill in four while it starts), starts it again and compares what it holds with what it acknowledged:
 * every acknowledged row there exactly once, no row twice, files whole or not at all, the view equal to its source.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { openCommandLine, type CommandLine } from '../cli/command.ts';

const FILES = {
  'datasources/numbers.datasource': 'SCHEMA >\n    id UInt64 `json:$.id`,\n    text String `json:$.text`,\n    kind Int8 `json:$.kind`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
  'datasources/totals.datasource': 'SCHEMA >\n    bucket UInt64,\n    n AggregateFunction(count),\n    s AggregateFunction(sum, UInt64)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "bucket"\n',
  'materializations/add_totals.pipe': 'NODE add_totals_node\nSQL >\n    SELECT id % 10 AS bucket, countState() AS n, sumState(id) AS s FROM numbers GROUP BY bucket\n\nTYPE materialized\nDATASOURCE totals\n',
};
const ROUND_IDS = 100_000_000;
const FILE_IDS = 50_000_000;
const FILE_ROWS = 3000;
const CLIENTS = 6;

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly files: number;
  readonly faults: readonly string[];
  /** What the engine said it repaired, and how often. */
  readonly repairs: Readonly<Record<string, number>>;
}

export async function killOften(times: number, told: (line: string) => void = () => undefined): Promise<KillReport> {
  const line = await openCommandLine(FILES);
  const faults: string[] = [];
  const repairs: Record<string, number> = {};
  let acknowledged = 0;
  let files = 0;
  try {
    for (let round = 0; round < times; round += 1) {
      const isAtStart = round % 4 === 3;
      const engine = startEngine(line);
      const kill = async (afterMs: number) => {
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        engine.child.kill('SIGKILL');
        await engine.ended;
      };
      const sent: Sent = { rows: [], unanswered: [], files: [], unansweredFiles: [] };
      if (isAtStart) await kill(Math.random() * 1500);
      else {
        const address = await engine.address;
        const load = sendUntilKilled(address, tokenOf(line), round, sent);
        await kill(30 + Math.random() * 1500);
        await load;
      }
      const again = startEngine(line);
      const found = await compare(await again.address, tokenOf(line), round, sent);
      again.child.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await again.ended;
      for (const text of [...engine.said(), ...again.said()]) repairs[plain(text)] = (repairs[plain(text)] ?? 0) + 1;
      acknowledged += sent.rows.length;
      files += sent.files.length;
      faults.push(...found.map((fault) => `round ${round}${isAtStart ? ' (killed at its start)' : ''}: ${fault}`));
      told(`kill ${round + 1}: ${sent.rows.length} rows and ${sent.files.length} files acknowledged${found.length > 0 ? `; ${found.join('; ')}` : ''}`);
    }
  } finally {
    line.remove();
  }
  return { kills: times, acknowledged, files, faults, repairs };
}

function plain(text: string): string {
  return text.replace(/\d+/g, 'N');
}

export function startEngine(line: CommandLine): { readonly child: ChildProcess; readonly address: Promise<string>; readonly ended: Promise<unknown>; readonly said: () => readonly string[] } {
  const child = spawn(process.execPath, [line.program, 'serve', line.project, '--port', '0', '--no-open'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const address = new Promise<string>((found, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const match = / at (http:\S+)\n/.exec(out)?.[1];
      if (match !== undefined) found(match);
    });
    child.on('close', (code) => failed(new Error(`serve ended with code ${code}: ${err}`)));
  });
  address.catch(() => undefined); // A kill before it was ready is what was wanted.
  return { child, address, ended, said: () => err.split('\n').filter((text) => text !== '') };
}

export function tokenOf(line: CommandLine): string {
  const stored = JSON.parse(readFileSync(join(line.project, '.sandpiper/tokens.json'), 'utf8')) as { tokens: { name: string; token: string }[] };
  return stored.tokens.find(({ name }) => name.startsWith('admin'))?.token ?? '';
}

interface Sent {
  readonly rows: number[];
  readonly unanswered: number[];
  /** First ids. */
  readonly files: number[];
  readonly unansweredFiles: number[];
}

async function sendUntilKilled(address: string, token: string, round: number, sent: Sent): Promise<void> {
  let next = round * ROUND_IDS + 1;
  const agent = new Agent({ keepAlive: true });
  const client = async (index: number) => {
    for (;;) {
      const ids = Array.from({ length: index === 0 ? 400 : index }, () => next++);
      const body = ids.map((id) => JSON.stringify(id % 7 === 0 ? { id, text: 'x', kind: 'unfit' } : { id, text: `text ${id}`, kind: 1 })).join('\n');
      const status = await post(agent, `${address}/v0/events?name=numbers${index % 3 === 1 ? '&wait=true' : ''}`, token, body);
      if (status === 200 || status === 202) sent.rows.push(...ids);
      else {
        sent.unanswered.push(...ids);
        if (status === 0) return;
      }
    }
  };
  const importer = async () => {
    for (let first = round * ROUND_IDS + FILE_IDS; ; first += FILE_ROWS) {
      const body = Array.from({ length: FILE_ROWS }, (_, index) => JSON.stringify({ id: first + index, text: 'of a file', kind: 2 })).join('\n');
      const status = await post(agent, `${address}/v0/datasources?name=numbers&mode=append&format=ndjson`, token, body);
      (status === 200 ? sent.files : sent.unansweredFiles).push(first);
      if (status === 0) return;
    }
  };
  await Promise.all([importer(), ...Array.from({ length: CLIENTS }, (_, index) => client(index))]);
  agent.destroy();
}

/** The status; 0 when nothing answered. */
export function post(agent: Agent, url: string, token: string, body: string): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers: { Authorization: `Bearer ${token}`, 'Content-Length': Buffer.byteLength(body) } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.complete ? (response.statusCode ?? 0) : 0));
      response.on('error', () => resolve(0));
      response.on('close', () => resolve(0));
    });
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

async function compare(address: string, token: string, round: number, sent: Sent): Promise<string[]> {
  const ask = async (sql: string) => {
    const response = await fetch(`${address}/v0/sql`, { method: 'POST', body: `${sql} FORMAT JSON`, headers: { Authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${sql}: ${text}`);
    return (JSON.parse(text) as { data: Readonly<Record<string, string | number>>[] }).data.map((row) => Object.values(row));
  };
  const from = round * ROUND_IDS;
  const held = (await ask(`SELECT id FROM numbers WHERE id >= ${from} UNION ALL SELECT toUInt64(id) FROM numbers_quarantine WHERE toUInt64(id) >= ${from}`)).map(([id]) => Number(id));
  const different = new Set(held);
  const faults: string[] = [];
  const count = (what: string, ids: readonly number[]) => {
    if (ids.length > 0) faults.push(`${ids.length} ${what}, such as ${ids.slice(0, 3).join(', ')}`);
  };
  count('acknowledged rows are lost', sent.rows.filter((id) => !different.has(id)));
  if (held.length !== different.size) faults.push(`${held.length - different.size} rows are there twice`);
  const rowsOf = (first: number) => Array.from({ length: FILE_ROWS }, (_, index) => first + index).filter((id) => different.has(id)).length;
  count('acknowledged files are not whole', sent.files.filter((first) => rowsOf(first) !== FILE_ROWS));
  count('files are there in part', sent.unansweredFiles.filter((first) => rowsOf(first) % FILE_ROWS !== 0));
  const known = new Set([...sent.rows, ...sent.unanswered]);
  count('rows were never sent', held.filter((id) => id % ROUND_IDS < FILE_IDS && !known.has(id)));
  const [rows] = await ask('SELECT count(), sum(id) FROM numbers');
  const [view] = await ask('SELECT countMerge(n), sumMerge(s) FROM totals');
  if (String(rows) !== String(view)) faults.push(`the view holds ${String(view)} and its source ${String(rows)}`);
  return faults;
}

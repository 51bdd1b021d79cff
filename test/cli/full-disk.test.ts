/** An engine whose files may not grow any more, as on a full disk: what it acknowledged is there once there is room. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { startEngine, tokenOf } from '../oracle/kill.ts';
import { openCommandLine } from './command.ts';

const FILES = { 'datasources/numbers.datasource': 'SCHEMA >\n    id UInt64 `json:$.id`,\n    text String `json:$.text`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n' };
const LARGEST_FILE_KB = 3000;

/** As startEngine, under a limit of the shell. */
function startLimited(program: string, project: string) {
  const child = spawn('bash', ['-c', `ulimit -f ${LARGEST_FILE_KB}; exec "$@"`, 'bash', process.execPath, program, 'serve', project, '--port', '0', '--no-open'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const address = new Promise<string>((found, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const match = / at (http:\S+)\n/.exec(chunk.toString())?.[1];
      if (match !== undefined) found(match);
    });
    child.on('close', () => failed(new Error(said)));
  });
  return { child, address, said: () => said, ended: new Promise((resolve) => child.on('close', resolve)) };
}

test.skipIf(process.platform === 'win32')('a disk that is full loses no acknowledged row, says so, and the rows that waited are there when it has room', async () => {
  const line = await openCommandLine(FILES);
  try {
    const limited = startLimited(line.program, line.project);
    const address = await limited.address;
    const ask = (path: string, body: string, at = address) => fetch(`${at}${path}`, { method: 'POST', body, headers: { Authorization: `Bearer ${tokenOf(line)}` } });
    const kept: number[] = [];
    const refusals = new Set<string>();
    for (let turn = 0; turn < 40; turn += 1) {
      const ids = Array.from({ length: 1000 }, (_, index) => turn * 1000 + index);
      // Nothing of it is to be packed well.
      const answer = await ask(`/v0/events?name=numbers${turn % 3 === 0 ? '&wait=true' : ''}`, ids.map((id) => JSON.stringify({ id, text: Array.from({ length: 20 }, () => Math.random().toString(36).slice(2)).join('') })).join('\n'));
      const { error } = (await answer.json()) as { error?: string };
      if (error === undefined || error.startsWith('The rows are safe in the journal')) kept.push(...ids);
      if (error !== undefined) refusals.add(`${answer.status} ${error.replace(/: .*/s, '')}`);
    }
    limited.child.kill('SIGKILL');
    await limited.ended;
    const again = startEngine(line);
    const held = (await (await ask('/v0/sql', 'SELECT id FROM numbers ORDER BY id FORMAT CSV', await again.address)).text()).trim().split('\n').map(Number);
    again.child.kill('SIGTERM');
    await again.ended;
    expect([held, [...refusals].sort(), limited.said()]).toEqual([
      kept, ['507 The journal of data source numbers cannot be written', '507 The rows are safe in the journal of numbers but not in its table yet, do not send them again'],
      expect.stringContaining('Events for data source numbers wait in the journal and are not in its table yet: '),
    ]);
    expect(kept.length).toBeLessThan(40_000);
  } finally {
    line.remove();
  }
}, 60_000);

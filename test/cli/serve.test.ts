/** `serve`, and the commands beside it. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCommandLine, type CommandLine } from './command.ts';
import { NDJSON, PROJECT } from '../api/project.ts';

let cli: CommandLine;

beforeAll(async () => {
  cli = await openCommandLine(PROJECT);
  writeFileSync(join(cli.project, 'rows.ndjson'), NDJSON);
}, 60_000);

afterAll(() => cli.remove());

test('serve says where, keeps its tokens to this user, and ends with 0 when asked', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const engine = await cli.serve();
    const data = join(cli.project, '.sandpiper');
    const modes = ['tokens.json', 'serve.json'].map((name) => (statSync(join(data, name)).mode & 0o777).toString(8));
    const ignored = readFileSync(join(data, '.gitignore'), 'utf8');
    const version = await fetch(`${engine.address}/version`).then((response) => response.text());
    const code = await engine.stop(signal);
    expect([engine.line, modes, ignored, version, code, existsSync(join(data, 'serve.json'))]).toEqual([`Sandpiper serving ${cli.project} at ${engine.address}`, ['600', '600'], '*\n', '1.2.3', 0, false]);
  }
});

test('commands beside it go through it, with the same answers, sentences and exit codes', async () => {
  const alone = [
    cli.run(['import', 'visits', 'rows.ndjson', '--mode', 'replace']), cli.run(['run', 'top_paths', '-p', 'limit=1', '--format', 'ndjson']), cli.run(['run', 'helper', '--format', 'csv']), cli.run(['sql', 'SELECT sum(id) AS s FROM visits', '--format', 'ndjson']),
    cli.run(['run', 'top_paths', '-p', 'limit=x']), cli.run(['sql', 'SELECT pth FROM visits']), cli.run(['run', 'nothing']), cli.run(['import', 'nothing', 'rows.ndjson']),
  ];
  const engine = await cli.serve();
  const beside = [
    await cli.start(['import', 'visits', 'rows.ndjson', '--mode', 'replace']), await cli.start(['run', 'top_paths', '-p', 'limit=1', '--format', 'ndjson']), await cli.start(['run', 'helper', '--format', 'csv']), await cli.start(['sql', 'SELECT sum(id) AS s FROM visits', '--format', 'ndjson']),
    await cli.start(['run', 'top_paths', '-p', 'limit=x']), await cli.start(['sql', 'SELECT pth FROM visits']), await cli.start(['run', 'nothing']), await cli.start(['import', 'nothing', 'rows.ndjson']),
  ];
  await engine.stop('SIGTERM');
  const lasting = (out: string) => out.replace(/"(importId|elapsedMs|at)": [^\n]*/g, '"$1"');
  expect(beside.map((one) => ({ ...one, out: lasting(one.out) }))).toEqual(alone.map((one) => ({ ...one, out: lasting(one.out) })));
  expect(alone.map(({ code }) => code)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
}, 60_000);

test('commands that start at the same moment wait for each other', async () => {
  const started = await Promise.all([1, 2, 3].map((id) => cli.start(['sql', `SELECT ${id} AS n`, '--format', 'ndjson'])));
  expect(started).toEqual([1, 2, 3].map((id) => ({ code: 0, out: `{"n":${id}}\n`, err: '' })));
}, 60_000);

test('a second engine on the same data says which process holds it', async () => {
  const engine = await cli.serve();
  const second = await cli.start(['serve', '--port', '0', '--no-open']);
  await engine.stop('SIGTERM');
  expect([second.code, second.err]).toEqual([1, expect.stringMatching(new RegExp(`^The database ${join(cli.project, '.sandpiper/workspace.duckdb')} is open in process ${engine.child.pid} \\(node\\)\\. Close that program, or use it through its address\\.\\n$`))]);
}, 60_000);

test('an engine that was killed leaves nothing that stops the next one', async () => {
  const first = await cli.serve();
  await first.stop('SIGKILL');
  const asked = await cli.start(['sql', 'SELECT count() AS n FROM visits', '--format', 'ndjson']);
  expect([existsSync(join(cli.project, '.sandpiper/serve.json')), asked]).toEqual([true, { code: 0, out: '{"n":4}\n', err: '' }]);
}, 60_000);

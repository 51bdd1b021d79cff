/** A running engine on a copy of a project, started by the built command line, as a person would. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'dist/cli.js');

export interface RunningEngine {
  readonly address: string;
  readonly project: string;
  readonly token: string;
  readonly child: ChildProcess;
  readonly get: (path: string, token?: string) => Promise<Answer>;
  readonly post: (path: string, body: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A folder of its own with these files, or a copy of the sample. */
export function makeProject(files?: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-journey-'));
  if (!files) cpSync(join(ROOT, 'pipes'), folder, { recursive: true, filter: (path) => !path.includes('.sandpiper') });
  for (const [path, text] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export function removeProject(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export async function startEngine(project: string, ...more: readonly string[]): Promise<RunningEngine> {
  const child = spawn(process.execPath, [CLI, 'serve', project, '--port', '0', '--no-open', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const address = await new Promise<string>((found, failed) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const match = /^Sandpiper serving .* at (http:\/\/127\.0\.0\.1:\d+)$/m.exec(text);
      if (match?.[1]) found(match[1]);
    });
    child.on('exit', (code) => failed(new Error(`serve ended with code ${code}: ${errors}`)));
  });
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${address}${path}`, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const token = (JSON.parse((await ask('/tokens', {})).text) as { admin_token: string }).admin_token;
  return {
    address,
    project,
    token,
    child,
    get: (path, own = token) => ask(path, own === '' ? {} : { headers: { Authorization: `Bearer ${own}` } }),
    post: (path, body, headers = {}) => ask(path, { method: 'POST', body, headers: { Authorization: `Bearer ${token}`, ...headers } }),
    stop: (signal = 'SIGTERM') => new Promise((resolved) => {
      if (child.exitCode !== null) return resolved(child.exitCode);
      child.on('exit', (code) => resolved(code));
      child.kill(signal);
      return undefined;
    }),
  };
}

/** Runs a command to its end. */
export function run(args: readonly string[], input?: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  const done = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

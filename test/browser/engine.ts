/** Starts the built program on a copy of the sample project, on a free port, and stops it. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** Another build can be tried by naming its cli.js in SANDPIPER_CLI. */
const CLI = process.env['SANDPIPER_CLI'] ?? join(ROOT, 'dist/cli.js');
const READY_WITHIN_MS = 30_000;

export interface Engine {
  readonly address: string;
  readonly adminToken: string;
  readonly readProjectFile: (path: string) => string;
  readonly writeProjectFile: (path: string, text: string) => void;
  readonly stop: () => Promise<void>;
}

export async function startEngine(): Promise<Engine> {
  const project = mkdtempSync(join(tmpdir(), 'sandpiper-page-'));
  cpSync(join(ROOT, 'pipes'), project, { recursive: true, filter: (path) => !path.includes('.sandpiper') });
  const child = spawn(process.execPath, [CLI, 'serve', project, '--no-open', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`The engine is not ready: ${said}`)), READY_WITHIN_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /at (http:\/\/\S+)/.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`The engine ended with ${code}: ${said}`)));
  });
  const tokens = (await (await fetch(`${address}/tokens`)).json()) as { admin_token: string };
  return {
    address,
    adminToken: tokens.admin_token,
    readProjectFile: (path) => readFileSync(join(project, path), 'utf8'),
    writeProjectFile: (path, text) => writeFileSync(join(project, path), text),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(project, { recursive: true, force: true });
    },
  };
}

/** The command line, built for these tests and run as a person runs it. */
import { build } from 'esbuild';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Serving {
  readonly address: string;
  readonly line: string;
  readonly child: ChildProcess;
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

export interface CommandLine {
  readonly project: string;
  /** The built cli.js. */
  readonly program: string;
  readonly run: (args: readonly string[], input?: string) => Outcome;
  /** The same, while other things go on here. */
  readonly start: (args: readonly string[]) => Promise<Outcome>;
  readonly serve: (...more: readonly string[]) => Promise<Serving>;
  readonly remove: () => void;
}

/** Builds engine/cli.ts as build.mjs does, and writes a project. */
export async function openCommandLine(files: Readonly<Record<string, string>>): Promise<CommandLine> {
  mkdirSync(join(ROOT, 'test/.cache'), { recursive: true });
  const built = mkdtempSync(join(ROOT, 'test/.cache/cli-'));
  const program = join(built, 'cli.js');
  writeFileSync(join(built, 'package.json'), '{ "type": "commonjs" }\n');
  await build({
    entryPoints: [join(ROOT, 'engine/cli.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', target: 'node18.15', external: ['@duckdb/node-api'], logLevel: 'error', absWorkingDir: ROOT,
    define: { 'import.meta.url': 'moduleUrl', SANDPIPER_VERSION: '"1.2.3"' }, banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  const project = mkdtempSync(join(tmpdir(), 'sandpiper-cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  return {
    project,
    program,
    run: (args, input) => {
      const done = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: project, ...(input === undefined ? {} : { input }) });
      return { code: done.status, out: done.stdout, err: done.stderr };
    },
    start: (args) => finished(spawn(process.execPath, [program, ...args], { cwd: project })),
    serve: (...more) => serving(spawn(process.execPath, [program, 'serve', project, '--port', '0', '--no-open', ...more], { cwd: project })),
    remove: () => {
      rmSync(project, { recursive: true, force: true });
      rmSync(built, { recursive: true, force: true });
    },
  };
}

function finished(child: ChildProcess): Promise<Outcome> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

async function serving(child: ChildProcess): Promise<Serving> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = finished(child);
  const line = await new Promise<string>((found, failed) => {
    const look = setInterval(() => {
      if (!text.includes('\n')) return;
      clearInterval(look);
      found(text.trim());
    }, 20);
    void ended.then(({ code, err }) => {
      clearInterval(look);
      failed(new Error(`serve ended with code ${code}: ${err}`));
    });
  });
  return {
    address: /http:\S+/.exec(line)?.[0] ?? '', line, child,
    stop: async (signal) => {
      child.kill(signal);
      return (await ended).code;
    },
  };
}

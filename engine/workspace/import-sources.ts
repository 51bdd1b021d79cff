/**
 * Where an import's files come from: paths of this machine (files, folders with all data files below them, globs), and
 * addresses on the web, which are fetched first. Gives files in the order of their names, each with the name to show.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { globSync } from 'tinyglobby';
import { SandpiperError } from '../errors.ts';
import type { FileToRead } from './file-blocks.ts';
import { shownName, type Uploads } from './uploads.ts';

const DATA_FILES = '**/*.{ndjson,jsonl,json,csv,tsv,tab,parquet}{,.gz,.zst}';

/** Throws SandpiperError 'not-found' for a path or a pattern that matches no file. */
export function filesAt(path: string): readonly FileToRead[] {
  const isThere = existsSync(path);
  if (isThere && !statSync(path).isDirectory()) return [{ path: resolve(path), name: shownName(path) }];
  if (isThere) return named(path, globSync(DATA_FILES, { cwd: path, onlyFiles: true }), `The folder ${path} holds no data files: they end in .ndjson, .jsonl, .json, .csv, .tsv or .parquet, perhaps with .gz or .zst.`);
  if (!/[*?[{]/.test(path)) throw new SandpiperError('not-found', `The file ${path} does not exist.`);
  const whole = resolve(path).split(sep);
  const first = whole.findIndex((part) => /[*?[{]/.test(part));
  const folder = whole.slice(0, first).join(sep) || sep;
  return named(folder, globSync(whole.slice(first).join('/'), { cwd: folder, onlyFiles: true }), `No file matches ${path}.`);
}

function named(folder: string, paths: readonly string[], none: string): readonly FileToRead[] {
  if (paths.length === 0) throw new SandpiperError('not-found', none);
  return paths.toSorted((one, other) => (one < other ? -1 : 1)).map((path) => ({ path: resolve(join(folder, path)), name: relative(folder, join(folder, path)) }));
}

export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** Fetches a file into the uploads. Throws SandpiperError 'bad-request' when it cannot be had. */
export async function fetchFile(address: string, uploads: Uploads, signal: AbortSignal, onProgress: (share: number) => void): Promise<FileToRead> {
  const shown = withoutSecrets(address);
  const failed = (why: string, cause?: unknown) => new SandpiperError('bad-request', `${shown} could not be fetched: ${why}`, { cause });
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw failed(`${reasonOf(error)}.`, error);
  }
  if (!response.ok) throw failed(`the server answered ${response.status} ${response.statusText}`.trim() + '.');
  const { body } = response;
  if (!body) throw failed('the server sent nothing.');
  const length = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length') ?? 0);
  const name = decodeURIComponent(basename(new URL(response.url).pathname)) || new URL(address).hostname;
  let received = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      received += chunk.length;
      if (length > 0) onProgress(received / length);
      yield chunk;
    }
  };
  try {
    const path = await uploads.keep(name, counted());
    if (length > 0 && received < length) throw failed(`it ended after ${received} of ${length} bytes.`);
    return { path, name };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof SandpiperError && error.code === 'bad-request' ? error : failed(`${reasonOf(error)}.`, error);
  }
}

/** Node's fetch tells the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** An address may carry a signature or a password, which belong in no message. */
function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}

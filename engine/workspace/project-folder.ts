/**
 * The user's files on disk: reads them all, writes one safely (a temporary file, synced, then renamed over the old one),
 * and tells within a second when something else changed them. Nothing outside the folder is ever read or written.
 */
import { watch, type FSWatcher } from 'chokidar';
import { createHash, randomUUID } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { readFileSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { SandpiperError } from '../errors.ts';

export interface ProjectFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['.sandpiper', 'node_modules', '.git', 'vendor', '.venv', '__pycache__', 'dist']);
const DATA_FILE = /\.(datasource|pipe|connection|incl)$/;
const CHANGES_AT_ONCE_MS = 60;

export class ProjectFolder {
  readonly path: string;
  #watcher: FSWatcher | undefined;

  constructor(path: string) {
    this.path = resolve(path);
    if (!statSync(this.path, { throwIfNoEntry: false })?.isDirectory()) throw new SandpiperError('not-found', `There is no folder ${this.path}.`);
  }

  /** Data files with their text, from the whole tree. `unreadable` is told of those that cannot be read, which are left out. */
  dataFiles(unreadable: (message: string) => void = () => undefined): readonly ProjectFile[] {
    return this.list(unreadable).filter((path) => DATA_FILE.test(path)).flatMap((path): ProjectFile[] => {
      try {
        const bytes = readFileSync(join(this.path, path));
        if (isUtf8(bytes)) return [{ path, text: bytes.toString('utf8').replace(/^\uFEFF/, '') }];
        unreadable(`The file ${path} is not text in UTF-8, so it is left out.`);
      } catch (error) {
        // A file that went away between listing and reading is simply gone.
        if (!isMissing(error)) unreadable(`The file ${path} cannot be read: ${reasonOf(error)}.`);
      }
      return [];
    });
  }

  /** All files of the project by path. */
  list(unreadable: (message: string) => void = () => undefined): readonly string[] {
    return walk(this.path, this.path, unreadable).sort();
  }

  async read(path: string): Promise<{ readonly text: string; readonly version: string }> {
    const file = await this.#inside(path);
    try {
      const text = await readFile(file, 'utf8');
      return { text, version: versionOf(text) };
    } catch (error) {
      if (isMissing(error)) throw new SandpiperError('not-found', `There is no file ${path} in the project.`, { cause: error });
      throw new SandpiperError('storage', `The file ${path} cannot be read: ${reasonOf(error)}.`, { cause: error });
    }
  }

  /** Writes the text when the file is still at `baseVersion`, or new when that is undefined. */
  async write(path: string, text: string, baseVersion: string | undefined): Promise<{ readonly text: string; readonly version: string }> {
    const file = await this.#inside(path);
    const current = await readFile(file, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw unwritable(path, error);
    });
    if (baseVersion === undefined && current !== undefined && current !== text) throw new SandpiperError('conflict', `The file ${path} exists already.`);
    if (baseVersion !== undefined && current === undefined) throw new SandpiperError('conflict', `The file ${path} was deleted meanwhile.`);
    if (baseVersion !== undefined && current !== undefined && versionOf(current) !== baseVersion) throw new SandpiperError('conflict', `The file ${path} was changed by another program meanwhile.`);
    const temporary = join(dirname(file), `.${randomUUID()}.saving`);
    try {
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(text, 'utf8');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw unwritable(path, error);
    }
    return { text, version: versionOf(text) };
  }

  async delete(path: string): Promise<void> {
    const file = await this.#inside(path);
    await unlink(file).catch((error: unknown) => {
      if (isMissing(error)) throw new SandpiperError('not-found', `There is no file ${path} in the project.`, { cause: error });
      throw unwritable(path, error);
    });
  }

  async rename(path: string, to: string): Promise<void> {
    const [from, target] = [await this.#inside(path), await this.#inside(to)];
    if (statSync(target, { throwIfNoEntry: false })) throw new SandpiperError('conflict', `The file ${to} exists already.`);
    await mkdir(dirname(target), { recursive: true });
    await rename(from, target).catch((error: unknown) => {
      throw unwritable(path, error);
    });
  }

  /** Calls with the paths that changed, a moment after they did; once with none, when it begins to see changes. */
  watch(changed: (paths: readonly string[]) => void): void {
    const paths = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    this.#watcher = watch(this.path, {
      ignoreInitial: true,
      ignored: (path) => relative(this.path, path).split(sep).some((part) => LEFT_OUT.has(part)) || path.endsWith('.saving'),
      awaitWriteFinish: { stabilityThreshold: 80, pollInterval: 20 },
    });
    this.#watcher.on('all', (event, path) => {
      if (event === 'addDir' || event === 'unlinkDir') return;
      paths.add(relative(this.path, path).split(sep).join('/'));
      clearTimeout(timer);
      timer = setTimeout(() => {
        const batch = [...paths];
        paths.clear();
        changed(batch);
      }, CHANGES_AT_ONCE_MS);
    });
    // What was written while the watcher was getting ready, it does not tell.
    this.#watcher.on('ready', () => changed([]));
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
  }

  /** The absolute path, after checking that it and what it links to are inside the project. */
  async #inside(path: string): Promise<string> {
    const file = resolve(this.path, path);
    const own = relative(this.path, file);
    if (own === '' || own.startsWith('..') || path.includes('\0') || resolve(path) === path || own.split(sep).some((part) => LEFT_OUT.has(part))) {
      throw new SandpiperError('forbidden', `${path} is not a file of the project.`);
    }
    const real = await realpath(file).catch(() => undefined); // A new file has no real path yet; its folder is checked instead.
    const parent = real ?? (await realpath(dirname(file)).catch(() => this.path));
    const root = await realpath(this.path);
    if (parent !== root && !parent.startsWith(root + sep)) throw new SandpiperError('forbidden', `${path} leads out of the project.`);
    return file;
  }
}

export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

function walk(root: string, folder: string, unreadable: (message: string) => void): string[] {
  return entriesOf(root, folder, unreadable).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name) || entry.name.endsWith('.saving')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(root, path, unreadable);
    return entry.isFile() ? [relative(root, path).split(sep).join('/')] : [];
  });
}

function entriesOf(root: string, folder: string, unreadable: (message: string) => void): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (folder === root) throw new SandpiperError('storage', `The folder ${root} cannot be read: ${reasonOf(error)}.`, { cause: error });
    if (!isMissing(error)) unreadable(`The folder ${relative(root, folder)} cannot be read: ${reasonOf(error)}.`);
    return [];
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EROFS') return 'the disk is read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'you have no leave to';
  return code === 'EISDIR' ? 'it is a folder' : error instanceof Error ? error.message : String(error);
}

function unwritable(path: string, error: unknown): SandpiperError {
  return new SandpiperError('storage', `The file ${path} cannot be written: ${reasonOf(error)}. What you typed is kept in the editor.`, { cause: error });
}

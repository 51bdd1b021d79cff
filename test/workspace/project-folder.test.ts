/** The project's files on disk: read whole, written safely, watched, and never left. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProjectFolder, versionOf } from '../../engine/workspace/project-folder.ts';

let root: string;
let folder: ProjectFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sandpiper-folder-'));
  const inside = join(root, 'project');
  for (const path of ['a/b/c', '.sandpiper', 'node_modules/x', '.git', 'vendor/y']) mkdirSync(join(inside, path), { recursive: true });
  for (const path of ['top.pipe', 'a/b/c/deep.datasource', 'a/notes.md', '.sandpiper/x.pipe', 'node_modules/x/y.pipe', 'vendor/y/z.pipe', '.git/w.pipe']) writeFileSync(join(inside, path), `text of ${path}`);
  writeFileSync(join(root, 'secret.pipe'), 'secret');
  folder = new ProjectFolder(inside);
});

afterEach(async () => {
  await folder.close();
  rmSync(root, { recursive: true, force: true });
});

const refusal = (work: Promise<unknown>) => work.then(() => 'done', (error: { code: string }) => error.code);

test('data files are found however deep, and not where they belong to others', () => {
  expect([folder.dataFiles(), folder.list()]).toEqual([
    [{ path: 'a/b/c/deep.datasource', text: 'text of a/b/c/deep.datasource' }, { path: 'top.pipe', text: 'text of top.pipe' }],
    ['a/b/c/deep.datasource', 'a/notes.md', 'top.pipe'],
  ]);
});

test('a file that is no text is left out with a sentence, and a mark of its byte order is no part of a text', () => {
  writeFileSync(join(folder.path, 'bad.pipe'), Buffer.from([0xff, 0xfe, 0x00]));
  writeFileSync(join(folder.path, 'marked.pipe'), '\uFEFFNODE n');
  const told: string[] = [];
  const files = folder.dataFiles((message) => told.push(message));
  expect([files.map(({ path }) => path), files.find(({ path }) => path === 'marked.pipe')?.text, told]).toEqual([['a/b/c/deep.datasource', 'marked.pipe', 'top.pipe'], 'NODE n', ['The file bad.pipe is not text in UTF-8, so it is left out.']]);
});

test.skipIf(process.getuid?.() === 0)('what may not be read is told, and the rest is read', () => {
  chmodSync(join(folder.path, 'top.pipe'), 0);
  chmodSync(join(folder.path, 'a/b'), 0);
  const told: string[] = [];
  const files = folder.dataFiles((message) => told.push(message));
  chmodSync(join(folder.path, 'a/b'), 0o755);
  expect([files, told]).toEqual([[], ['The folder a/b cannot be read: you have no leave to.', 'The file top.pipe cannot be read: you have no leave to.']]);
});

test('a text is written whole or not at all, and only over the text that the writer had seen', async () => {
  const first = await folder.write('new/one.pipe', 'one', undefined);
  const again = await refusal(folder.write('new/one.pipe', 'other', undefined));
  const second = await folder.write('new/one.pipe', 'two', first.version);
  const stale = await refusal(folder.write('new/one.pipe', 'three', first.version));
  const gone = await refusal(folder.write('new/none.pipe', 'x', first.version));
  expect([first, again, second, stale, gone, readFileSync(join(folder.path, 'new/one.pipe'), 'utf8'), readdirSync(join(folder.path, 'new'))]).toEqual([{ text: 'one', version: versionOf('one') }, 'conflict', { text: 'two', version: versionOf('two') }, 'conflict', 'conflict', 'two', ['one.pipe']]);
});

test('nothing outside of the project is read, written, deleted or renamed, by dots, by links or by name', async () => {
  symlinkSync(root, join(folder.path, 'way-out'));
  symlinkSync(join(root, 'secret.pipe'), join(folder.path, 'linked.pipe'));
  const paths = ['../secret.pipe', join(root, 'secret.pipe'), 'a/../../secret.pipe', 'way-out/secret.pipe', 'linked.pipe', '', '.', '.git/w.pipe', '.sandpiper/x.pipe', 'a\0b'];
  const outcomes = await Promise.all(paths.flatMap((path) => [refusal(folder.read(path)), refusal(folder.write(path, 'x', undefined)), refusal(folder.delete(path)), refusal(folder.rename('top.pipe', path)), refusal(folder.rename(path, 'z.pipe'))]));
  expect([new Set(outcomes), readFileSync(join(root, 'secret.pipe'), 'utf8'), readdirSync(root)]).toEqual([new Set(['forbidden']), 'secret', ['project', 'secret.pipe']]);
});

test('a change made by another program is told within a second, with its path', async () => {
  const told: string[] = [];
  folder.watch((paths) => told.push(...paths));
  await new Promise((resolve) => setTimeout(resolve, 300));
  writeFileSync(join(folder.path, 'top.pipe'), 'changed');
  writeFileSync(join(folder.path, 'a/b/new.pipe'), 'new');
  rmSync(join(folder.path, 'a/notes.md'));
  writeFileSync(join(folder.path, '.sandpiper/x.pipe'), 'not told');
  await expect.poll(() => told.toSorted(), { timeout: 1000 }).toEqual(['a/b/new.pipe', 'a/notes.md', 'top.pipe']);
});

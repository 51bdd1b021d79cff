/**
 * Which project to open: the folder on the command line, else the last one opened, else a copy of the sample.
 * Remembers one path in the app's own settings file and touches nothing in the project.
 */
import type { App } from 'electron';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export async function chooseProjectAtStart(app: App): Promise<string> {
  const named = folderOnCommandLine(app);
  if (named !== undefined) return named;
  const last = lastProject(app);
  if (last !== undefined && isFolder(last)) return last;
  return sampleCopy(app);
}

/** Opens this folder next time. */
export async function rememberProject(app: App, folder: string): Promise<void> {
  mkdirSync(app.getPath('userData'), { recursive: true });
  const file = settingsFile(app);
  await writeFile(`${file}.new`, JSON.stringify({ lastProject: folder }));
  await rename(`${file}.new`, file);
}

function folderOnCommandLine(app: App): string | undefined {
  const ownArguments = process.argv.slice(1).filter((argument) => !argument.startsWith('-'));
  const appFolder = app.getAppPath();
  return ownArguments.map((argument) => resolve(argument)).find((folder) => folder !== appFolder && isFolder(folder));
}

function lastProject(app: App): string | undefined {
  if (!existsSync(settingsFile(app))) return undefined;
  try {
    const settings: unknown = JSON.parse(readFileSync(settingsFile(app), 'utf8'));
    const folder = typeof settings === 'object' && settings !== null && 'lastProject' in settings ? settings.lastProject : undefined;
    return typeof folder === 'string' ? folder : undefined;
  } catch {
    // A damaged settings file holds nothing but this path: the sample opens instead, and the next choice rewrites it.
    return undefined;
  }
}

/** The sample is shipped read-only, so a person works on a copy of it. */
function sampleCopy(app: App): string {
  const shipped = app.isPackaged ? join(process.resourcesPath, 'pipes') : join(app.getAppPath(), 'pipes');
  const copy = join(app.getPath('userData'), 'sample');
  if (!existsSync(copy)) cpSync(shipped, copy, { recursive: true, filter: (path) => !path.includes('.sandpiper') });
  return copy;
}

function settingsFile(app: App): string {
  return join(app.getPath('userData'), 'settings.json');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

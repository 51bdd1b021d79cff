/**
 * Answers the calls of channels.ts. Each call is accepted only from the main frame of our own window while it shows
 * the engine's address; its argument is checked before use.
 */
import { dialog, ipcMain, shell, type IpcMainInvokeEvent } from 'electron';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { ShellCallName, ShellCalls } from './channels.ts';
import type { EngineProcess } from './engine-process.ts';
import type { DeskWindow } from './window.ts';

interface Desk {
  readonly window: DeskWindow;
  readonly engine: EngineProcess;
  readonly openProject: (folder: string) => Promise<void>;
}

type Answers = { readonly [Name in ShellCallName]: (argument: unknown) => Promise<ShellCalls[Name]['answer']> };

export function answerCalls(desk: Desk): void {
  const answers: Answers = {
    'choose-import-files': async () => {
      const chosen = await dialog.showOpenDialog(desk.window.browserWindow, {
        title: 'Import files',
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: 'Events', extensions: ['ndjson', 'jsonl', 'json', 'csv', 'tsv', 'tab', 'parquet', 'gz', 'zst'] },
          { name: 'All files', extensions: ['*'] },
        ],
      });
      return chosen.filePaths;
    },
    'choose-project-folder': async () => {
      const chosen = await dialog.showOpenDialog(desk.window.browserWindow, { title: 'Open a project folder', properties: ['openDirectory', 'createDirectory'] });
      return chosen.filePaths[0];
    },
    'open-project': async (argument) => {
      const folder = textField(argument, 'folder');
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${folder} is not a folder.`);
      await desk.openProject(folder);
      return undefined;
    },
    'show-in-folder': async (argument) => {
      const project = resolve(desk.engine.project);
      const path = resolve(project, textField(argument, 'path'));
      if (!path.startsWith(project + sep)) throw new Error('That file is outside the project.');
      shell.showItemInFolder(path);
      return undefined;
    },
    'save-export': async (argument) => {
      const bytes = typeof argument === 'object' && argument !== null && 'bytes' in argument ? argument.bytes : undefined;
      if (!(bytes instanceof Uint8Array)) throw new Error('There are no bytes to save.');
      const chosen = await dialog.showSaveDialog(desk.window.browserWindow, { defaultPath: textField(argument, 'suggestedName') });
      if (chosen.filePath === undefined || chosen.filePath === '') return undefined;
      await writeFile(chosen.filePath, bytes);
      return chosen.filePath;
    },
  };
  for (const [name, answer] of Object.entries(answers)) {
    ipcMain.handle(name, (event, argument: unknown) => {
      if (!isOurPage(event, desk)) throw new Error(`The call ${name} came from a page that is not Sandpiper's.`);
      return answer(argument);
    });
  }
}

function isOurPage(event: IpcMainInvokeEvent, desk: Desk): boolean {
  const frame = event.senderFrame;
  const address = desk.engine.address;
  return frame !== null && frame === desk.window.browserWindow.webContents.mainFrame && address !== undefined && new URL(frame.url).origin === new URL(address).origin;
}

function textField(argument: unknown, name: string): string {
  const value = typeof argument === 'object' && argument !== null ? Object.entries(argument).find(([key]) => key === name)?.[1] : undefined;
  if (typeof value !== 'string') throw new Error(`The argument ${name} must be text.`);
  return value;
}

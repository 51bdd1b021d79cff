/**
 * Builds window.sandpiper from the names of channels.ts. Nothing of Node or Electron reaches the page but these.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { SandpiperShell, ShellCallName, ShellMessageName } from './channels.ts';

const CALLS: readonly ShellCallName[] = ['choose-import-files', 'choose-project-folder', 'open-project', 'show-in-folder', 'save-export'];
const MESSAGES: readonly ShellMessageName[] = ['command', 'engine-state'];

const shell: SandpiperShell = {
  platform: process.platform,
  call: (name, argument) => {
    if (!CALLS.includes(name)) return Promise.reject(new Error(`There is no call ${name}.`));
    return ipcRenderer.invoke(name, argument);
  },
  on: (name, listener) => {
    if (!MESSAGES.includes(name)) throw new Error(`There is no message ${name}.`);
    const forward = (_event: unknown, message: Parameters<typeof listener>[0]) => listener(message);
    ipcRenderer.on(name, forward);
    return () => ipcRenderer.off(name, forward);
  },
  pathForFile: (file) => pathOf(file),
};

contextBridge.exposeInMainWorld('sandpiper', shell);

/** Older Electrons have no webUtils and put the path on the file itself. */
function pathOf(file: File): string {
  if (typeof webUtils !== 'undefined') return webUtils.getPathForFile(file);
  return 'path' in file && typeof file.path === 'string' ? file.path : '';
}

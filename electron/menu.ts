/**
 * The menu. Items that the page knows as commands are sent to it by id, so that menu, palette and keys do one thing.
 */
import { app, dialog, Menu, shell, type MenuItemConstructorOptions } from 'electron';
import type { DeskWindow } from './window.ts';

export function installMenu(window: DeskWindow, openProject: (folder: string) => void): void {
  const command = (label: string, id: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => window.send('command', { id }),
  });
  const openFolder: MenuItemConstructorOptions = {
    label: 'Open folder…',
    accelerator: 'CmdOrCtrl+O',
    click: () => {
      void dialog.showOpenDialog(window.browserWindow, { title: 'Open a project folder', properties: ['openDirectory', 'createDirectory'] }).then((chosen) => {
        const folder = chosen.filePaths[0];
        if (folder !== undefined) openProject(folder);
      });
    },
  };
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: 'File',
      submenu: [
        command('New data source', 'new-data-source'),
        command('New pipe', 'new-pipe'),
        { type: 'separator' },
        openFolder,
        command('Import a file…', 'import-file', 'CmdOrCtrl+I'),
        command('Save', 'save', 'CmdOrCtrl+S'),
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        command('Search or run a command', 'open-palette', 'CmdOrCtrl+K'),
        command('Switch light and dark', 'toggle-theme'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
    { label: 'Help', submenu: [{ label: 'Show the log folder', click: () => void shell.openPath(app.getPath('logs')) }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/**
 * The window: sandboxed, isolated, without Node, showing only the engine's address. Anything else that a page tries
 * to open goes nowhere, or to the system's browser when it is an ordinary link that the person clicked.
 */
import { BrowserWindow, session, shell, type App } from 'electron';
import { join } from 'node:path';
import type { ShellMessageName, ShellMessages } from './channels.ts';

export interface DeskWindow {
  readonly browserWindow: BrowserWindow;
  /** Loads the page of the engine at this address, unless it is shown already: a page reconnects by itself. */
  readonly show: (address: string) => void;
  readonly send: <Name extends ShellMessageName>(name: Name, message: ShellMessages[Name]) => void;
  readonly focus: () => void;
}

export function openWindow(): DeskWindow {
  const browserWindow = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Sandpiper',
    backgroundColor: '#1b1a17',
    webPreferences: {
      preload: join(__dirname, 'preload.js'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  browserWindow.once('ready-to-show', () => browserWindow.show());
  void browserWindow.loadURL(plainPage('<p style="opacity: 0.7">Opening the project…</p>'));
  return {
    browserWindow,
    show: (address) => {
      // A page whose engine is back at the same address finds it by itself, with all that it shows.
      if (originOf(browserWindow.webContents.getURL()) !== originOf(address)) void browserWindow.loadURL(address);
    },
    send: (name, message) => {
      if (!browserWindow.isDestroyed()) browserWindow.webContents.send(name, message);
    },
    focus: () => {
      if (browserWindow.isMinimized()) browserWindow.restore();
      browserWindow.focus();
    },
  };
}

/** No permission, no navigation away from the page, no new window, no webview. */
export function refuseEverythingForeign(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (originOf(url) !== originOf(contents.getURL())) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (/^https?:$/.test(new URL(url).protocol)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
  void app.whenReady().then(() => {
    session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(permission === 'clipboard-sanitized-write'));
    session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  });
}

/** A page of plain text for an engine that does not come up. */
export function showFailure(window: DeskWindow, message: string): void {
  const escaped = message.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
  void window.browserWindow.loadURL(plainPage(`<h1>The engine does not start</h1><p>It ended several times within a minute. Its last words:</p><pre style="white-space: pre-wrap">${escaped}</pre><p>Your files are untouched. Mend the cause and open Sandpiper again.</p>`));
}

/** A page that needs no engine, in the colours of the page that follows it. */
function plainPage(body: string): string {
  return `data:text/html;charset=utf-8,${encodeURIComponent(`<!doctype html><meta charset="utf-8"><title>Sandpiper</title><meta name="color-scheme" content="light dark"><body style="margin: 40px; font: 14px system-ui, sans-serif">${body}`)}`;
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    // Not a URL: an origin that equals no page's.
    return 'none';
  }
}

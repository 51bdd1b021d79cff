/** The desktop app under test: a real Electron on a copy of the sample project, on a display of its own. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface DesktopApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly project: string;
}

/** `--no-sandbox` is for root in tests; the product never passes it. */
export async function openApp(executablePath: string, appArguments: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<DesktopApp> {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-desktop-'));
  const project = join(folder, 'project');
  cpSync(join(ROOT, 'pipes'), project, { recursive: true, filter: (path) => !path.includes('.sandpiper') });
  const own = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const app = await _electron.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'user-data')}`, ...appArguments, project],
    env: { ...own, SANDPIPER_PORT: '0', ...environment },
  });
  const page = await app.firstWindow();
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\//, { timeout: 30_000 });
  return { app, page, project };
}

export const ELECTRON = join(ROOT, 'test/.cache/electron/electron');
export const APP_FOLDER = join(ROOT, 'test/.cache/desktop-app');

/**
 * `npm run screenshots`: takes the README's pictures from the app as it is, into resources/screenshots. In Electron where
 * the tests' copy and a display (or Xvfb) are there, else in Chromium.
 */
import { _electron, chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDisplay } from '../setup/display.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const pictures = join(root, 'resources/screenshots');
const folder = mkdtempSync(join(tmpdir(), 'sandpiper-pictures-'));
const project = join(folder, 'pipes');
cpSync(join(root, 'pipes'), project, { recursive: true, filter: (path) => !path.includes('.sandpiper') });
mkdirSync(pictures, { recursive: true });

const electron = join(root, 'test/.cache/electron/electron');
const opened = existsSync(electron) ? await openElectron() : await openChromium();
try {
  const { page } = opened;
  await page.setViewportSize({ width: 1440, height: 900 });
  const tree = (name) => page.getByRole('treeitem', { name, exact: true });
  const wait = () => page.waitForTimeout(1500);
  await page.emulateMedia({ colorScheme: 'dark' });
  await tree('active_users').click();
  await page.getByRole('img', { name: /chart of active_users/ }).waitFor();
  await wait();
  await page.screenshot({ path: join(pictures, 'pipe-dark.png') });
  await page.emulateMedia({ colorScheme: 'light' });
  await tree('feature_usage').click();
  await page.getByRole('img', { name: /bar chart/ }).waitFor();
  await wait();
  await page.screenshot({ path: join(pictures, 'pipe-light.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('treeitem', { name: /^app_events/ }).first().click();
  await wait();
  await page.screenshot({ path: join(pictures, 'data-source-dark.png') });
  await sendEvents(page);
  await page.getByRole('tab', { name: /^Quarantine/ }).click();
  await page.getByRole('region', { name: 'Causes' }).locator('mark').first().waitFor();
  await wait();
  await page.screenshot({ path: join(pictures, 'quarantine-dark.png') });
  await page.emulateMedia({ colorScheme: 'light' });
  await tree('Lineage').click();
  await page.getByRole('region', { name: 'Lineage' }).waitFor();
  await wait();
  await page.screenshot({ path: join(pictures, 'lineage-light.png') });
  await page.emulateMedia({ colorScheme: 'light' });
  await dropFile(page, join(root, 'pipes/fixtures/app_events.ndjson'));
  await page.getByRole('region', { name: 'Columns' }).waitFor();
  await page.getByLabel('Data source', { exact: true }).fill('visits');
  await wait();
  await page.screenshot({ path: join(pictures, 'import-light.png') });
} finally {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
}

async function openElectron() {
  const display = await openDisplay();
  if (display.missing) return openChromium();
  const app = await _electron.launch({
    executablePath: electron,
    args: ['--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'user-data')}`, join(root, 'test/.cache/desktop-app'), project],
    env: { ...process.env, DISPLAY: display.display, SANDPIPER_PORT: '7181' },
  });
  const page = await app.firstWindow();
  await page.waitForURL(/^http:/);
  return { page, close: async () => { await app.close(); display.close(); } };
}

async function openChromium() {
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', project, '--port', '0', '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve) => child.stdout.on('data', (chunk) => { const found = /at (http:\S+)/.exec(String(chunk)); if (found) resolve(found[1]); }));
  const browser = await chromium.launch({ executablePath: process.env.SANDPIPER_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  await page.goto(address);
  return { page, close: async () => { await browser.close(); child.kill(); } };
}

/** Rows as an application sends them, two of them with a time that is none. */
async function sendEvents(page) {
  const { origin } = new URL(page.url());
  const { admin_token: token } = await (await fetch(`${origin}/tokens`)).json();
  const event = (id, timestamp) => JSON.stringify({ event_id: `evt_${id}`, user_id: 'usr_7', session_id: 's1', event_type: 'login', feature: 'billing', timestamp, device_type: 'mobile', browser: 'Firefox', os: 'iOS', location: 'UK', metadata: '{}' });
  const body = [event(1, '2024-06-01 10:00:00'), event(2, '01/06/2024 10:05'), event(3, '02/06/2024 11:00'), event(4, '2024-06-02 10:00:00')].join('\n');
  await fetch(`${origin}/v0/events?name=app_events&wait=true`, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } });
}

/** Opens the import dialog as a person does who picks a file in the browser's own dialog. */
async function dropFile(page, file) {
  await page.evaluate(() => Reflect.deleteProperty(window, 'sandpiper'));
  await page.keyboard.press('Control+i');
  await page.locator('input[type=file]').setInputFiles(file);
}

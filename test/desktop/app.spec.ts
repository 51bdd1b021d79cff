/** The desktop app in a real Electron: it opens, draws a chart, keeps its page locked in, and outlives its engine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { APP_FOLDER, ELECTRON, openApp, type DesktopApp } from './app.ts';

let desktop: DesktopApp;

test.beforeAll(async () => {
  desktop = await openApp(ELECTRON, [APP_FOLDER]);
});

test.afterAll(async () => {
  await desktop.app.close();
});

test('opens the project and draws the chart of a pipe', async () => {
  const { page } = desktop;
  await page.getByRole('treeitem', { name: 'active_users', exact: true }).click();
  await expect(page.getByRole('img', { name: /chart of active_users/ })).toBeVisible();
  await expect(page.getByText(/30 rows/).first()).toBeVisible();
});

test('a saved edit is in the file', async () => {
  const { page, project } = desktop;
  await page.getByRole('treeitem', { name: 'feature_usage', exact: true }).click();
  await page.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n# written in the test\n');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFileSync(join(project, 'endpoints/feature_usage.pipe'), 'utf8')).toContain('# written in the test');
});

test('an engine that dies is started again, with a notice, and its rows are there', async () => {
  const { app, page } = desktop;
  const before = page.url();
  const killed = await app.evaluate(async ({ app: electron }) => {
    const engine = electron.getAppMetrics().find((metric) => metric.name === 'Sandpiper engine' || metric.serviceName === 'node.mojom.NodeService');
    if (engine) process.kill(engine.pid, 'SIGKILL');
    return engine !== undefined;
  });
  expect(killed).toBe(true);
  await expect(page.getByText(/ended unexpectedly/).first()).toBeVisible({ timeout: 15_000 });
  // On port 0 the new engine has another address, and the window goes there.
  await expect.poll(() => page.url()).not.toBe(before);
  await expect(page.getByRole('treeitem', { name: /^app_events/ }).first()).toContainText('7,167', { timeout: 20_000 });
});

test('the page has no Node, and its policy and the shell keep it where it is', async () => {
  const { app, page } = desktop;
  const seen = await page.evaluate(() => ({ require: typeof Reflect.get(window, 'require'), process: typeof Reflect.get(window, 'process'), shell: Object.keys(Reflect.get(window, 'sandpiper') as object).sort() }));
  expect(seen).toEqual({ require: 'undefined', process: 'undefined', shell: ['call', 'on', 'pathForFile', 'platform'] });
  const before = page.url();
  await page.evaluate(() => {
    window.open('file:///etc/passwd');
    location.href = 'https://example.com/';
  });
  await page.waitForTimeout(300);
  expect([page.url(), app.windows().length]).toEqual([before, 1]);
  const blocked = await page.evaluate(() => fetch('https://example.com/').then(() => 'fetched', () => 'blocked'));
  expect(blocked).toBe('blocked');
});

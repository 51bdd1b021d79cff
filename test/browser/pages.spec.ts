/** What is made of rows, in the page: the picture of the project, jobs with their logs, rejected rows taken back in; with the keyboard, in both themes. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { startEngine, type Engine } from './engine.ts';

test.use({ launchOptions: { executablePath: process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] } });

let engine: Engine;
test.beforeAll(async () => {
  engine = await startEngine();
});
test.afterAll(() => engine.stop());

const event = { event_id: 'e', user_id: 'u', session_id: 's', event_type: 'view', feature: 'f', timestamp: '2026-01-01 00:00:00', device_type: 'd', browser: 'b', os: 'o', location: 'l', metadata: '{}' };

async function send(row: unknown): Promise<void> {
  await fetch(`${engine.address}/v0/events?name=app_events&wait=true`, { method: 'POST', body: JSON.stringify(row), headers: { Authorization: `Bearer ${engine.adminToken}` } });
}

async function open(page: Page, name: RegExp): Promise<void> {
  await page.goto(engine.address);
  await page.getByRole('treeitem', { name }).first().click();
}

const faults = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ').slice(0, 300)}`);

test('the picture of the project shows rows and who feeds whom, and a box opens its file by keyboard', async ({ page }) => {
  await open(page, /^Lineage$/);
  const picture = page.getByRole('region', { name: 'Lineage' });
  const box = picture.getByRole('button', { name: /^app_events/ });
  await expect(box).toContainText('rows');
  const before = await box.textContent();
  await send(event);
  await expect(box).not.toHaveText(before ?? '');
  await picture.getByRole('button', { name: /^feature_usage_by_day/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: /feature_usage_by_day\.pipe/ })).toBeVisible();
});

test('a view is filled again from its own page, and the job says what it did', async ({ page }) => {
  await open(page, /^feature_usage_by_day$/);
  await page.getByRole('region', { name: 'Operation' }).getByRole('button', { name: 'Fill again from all rows' }).click();
  await expect(page.getByRole('button', { name: /^Last: / })).toBeVisible();
  await page.getByRole('button', { name: /^Last: / }).click();
  const jobs = page.getByRole('region', { name: 'Jobs' });
  await expect(jobs.getByRole('row', { name: /done.*Fill feature_usage_daily by feature_usage_by_day/ }).first()).toBeVisible();
});

test('a rejected row is shown with its fault, taken in by a fix, and put back by undo', async ({ page }) => {
  await send({ ...event, timestamp: '05/06/2024' });
  await open(page, /^app_events/);
  await page.getByRole('tab', { name: /^Quarantine/ }).click();
  const causes = page.getByRole('region', { name: 'Causes' });
  await expect(causes.locator('mark').first()).toHaveText(/05\/06\/2024/);
  const fixes = causes.getByRole('group', { name: /^Fixes for / }).first();
  await fixes.getByRole('button').first().click();
  await expect(causes.getByRole('button', { name: /Undo/ })).toBeVisible();
  await expect(page.getByRole('tab', { name: /^Quarantine\s+0$/ })).toBeVisible();
  await causes.getByRole('button', { name: /Undo/ }).click();
  await expect(page.getByRole('tab', { name: /^Quarantine\s+1$/ })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no fault on these pages, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await open(page, /^Lineage$/);
    await expect(page.getByRole('region', { name: 'Lineage' })).toBeVisible();
    expect.soft(await faults(page), 'lineage').toEqual([]);
    await page.getByRole('treeitem', { name: /^Jobs$/ }).click();
    await expect(page.getByRole('region', { name: 'Jobs' })).toBeVisible();
    expect.soft(await faults(page), 'jobs').toEqual([]);
    await page.getByRole('treeitem', { name: /^feature_usage_by_day$/ }).click();
    await expect(page.getByRole('region', { name: 'Operation' })).toBeVisible();
    expect.soft(await faults(page), 'operation').toEqual([]);
    await page.getByRole('treeitem', { name: /^app_events/ }).first().click();
    await page.getByRole('tab', { name: /^Quarantine/ }).click();
    await expect(page.getByRole('region', { name: 'Causes' }).locator('mark').first()).toBeVisible();
    expect.soft(await faults(page), 'quarantine').toEqual([]);
    await page.getByRole('tab', { name: /^Imports/ }).click();
    await expect(page.getByText('No file was imported yet.', { exact: false })).toBeVisible();
    expect.soft(await faults(page), 'imports').toEqual([]);
  });
}

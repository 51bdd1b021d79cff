/** The main job in the page: import a file with its receipt, chart a pipe, change a parameter, export, publish and copy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { startEngine, type Engine } from './engine.ts';

test.use({ launchOptions: { executablePath: process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] } });

let engine: Engine;
let folder = '';

test.beforeAll(async () => {
  engine = await startEngine();
  folder = mkdtempSync(join(tmpdir(), 'sandpiper-files-'));
});

test.afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openPipe(page: Page, name: string): Promise<void> {
  await page.goto(engine.address);
  await page.getByRole('treeitem', { name, exact: true }).click();
}

test('imports a compressed file: schema of the whole file, progress, a receipt that adds up, and a new data file', async ({ page }) => {
  const rows = Array.from({ length: 25_000 }, (_, index) => JSON.stringify({ id: index, at: '2024-01-01 10:00:00', amount: index / 4, ...(index === 24_999 ? { late: 'key' } : {}) }));
  rows.splice(100, 0, '', '{"id": "broken"');
  writeFileSync(join(folder, 'orders.ndjson.gz'), gzipSync(`${rows.join('\n')}\n`));
  await page.goto(engine.address);
  await expect(page.getByRole('treeitem', { name: /^app_events/ }).first()).toBeVisible();
  await page.keyboard.press('Control+i');
  await page.locator('input[type=file]').setInputFiles(join(folder, 'orders.ndjson.gz'));
  const columns = page.getByRole('region', { name: 'Columns' });
  await expect(columns.getByLabel('Name of the column for $.late')).toHaveValue('late');
  await expect(page.getByText(/1 line is not JSON/)).toBeVisible();
  await columns.getByLabel('Type of amount').fill('Decimal(18, 2)');
  const accessible = await new AxeBuilder({ page }).analyze();
  expect(accessible.violations.map((violation) => violation.id)).toEqual([]);
  await page.getByRole('button', { name: /^Import 25,001 rows/ }).click();
  const receipt = page.getByRole('region', { name: 'Receipt' });
  await expect(receipt.getByRole('status')).toHaveText(/25,002 lines = 25,000 loaded \+ 1 quarantined \+ 1 blank/);
  expect(engine.readProjectFile('datasources/orders.datasource')).toContain('`amount` Decimal(18, 2) `json:$.amount`');
});

test('several files are one import; its receipt stays with the data source and adds a column for a new key', async ({ page }) => {
  const row = (id: number) => `${JSON.stringify({ id, at: '2024-01-02 10:00:00', amount: 1, late: null, coupon: `c${id}` })}\n`;
  for (const name of ['one', 'two']) writeFileSync(join(folder, `${name}.ndjson`), row(1) + row(2));
  await page.goto(engine.address);
  await page.getByRole('treeitem', { name: /^orders/ }).first().click();
  await page.getByRole('button', { name: 'Import a file' }).first().click();
  await page.locator('input[type=file]').setInputFiles([join(folder, 'one.ndjson'), join(folder, 'two.ndjson')]);
  await page.getByRole('button', { name: 'Import 2 files' }).click();
  await expect(page.getByRole('region', { name: 'Receipt' }).getByRole('status').first()).toHaveText(/4 lines = 4 loaded \+ 0 quarantined \+ 0 blank/);
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('tab', { name: 'Imports' }).click();
  const newest = page.getByRole('region', { name: 'Receipt' }).first();
  await expect(newest.getByText(/^[0-9a-f]{64}$/)).toHaveCount(2);
  await newest.getByRole('button', { name: /Add column for \$\.coupon/ }).click();
  await expect(newest.getByText('The column coupon was added to the data file.', { exact: false })).toBeVisible();
  expect(engine.readProjectFile('datasources/orders.datasource')).toContain('`coupon` Nullable(String) `json:$.coupon`');
  const accessible = await new AxeBuilder({ page }).analyze();
  expect(accessible.violations.map((violation) => violation.id)).toEqual([]);
});

test('a parameter that changes runs the pipe again', async ({ page }) => {
  await openPipe(page, 'active_users');
  await expect(page.getByRole('img', { name: /line chart of active_users/ })).toBeVisible();
  await page.getByLabel(/^interval/).selectOption('1 month');
  await expect(page.getByText('7 rows').first()).toBeVisible();
});

test('the chart can be another kind, and is saved as PNG and SVG', async ({ page }) => {
  await openPipe(page, 'feature_usage');
  await expect(page.getByRole('img', { name: /bar chart of event_count/ })).toBeVisible();
  await page.getByRole('combobox', { name: 'Chart' }).selectOption('pie');
  await expect(page.getByRole('img', { name: /pie chart/ })).toBeVisible();
  for (const form of ['PNG', 'SVG']) {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: form }).click();
    expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${form.toLowerCase()}$`));
  }
});

test('the table shows 64-bit integers exactly and walks by keyboard', async ({ page }) => {
  engine.writeProjectFile('endpoints/exact.pipe', "NODE exact_node\nSQL >\n    SELECT number, 9007199254740993 + number AS big, if(number = 1, NULL, '') AS text FROM numbers(2000)\n\nTYPE endpoint\n");
  await expect(async () => openPipe(page, 'exact')).toPass();
  await page.getByRole('tab', { name: 'Table', exact: true }).last().click();
  const grid = page.getByRole('grid');
  await expect(grid.getByRole('gridcell', { name: '9007199254740993', exact: true })).toBeVisible();
  await grid.focus();
  await page.keyboard.press('Control+End');
  await expect(grid.getByRole('gridcell', { name: '1999', exact: true })).toBeVisible();
});

test('publishing is a line in the file, and the snippet carries parameters and token', async ({ page }) => {
  await openPipe(page, 'active_users');
  const published = page.getByRole('switch', { name: 'Published', exact: true });
  await published.click();
  await expect(page.getByRole('switch', { name: 'Not published', exact: true })).toBeVisible();
  expect((await fetch(`${engine.address}/v0/pipes/active_users.json?token=${engine.adminToken}`)).status).toBe(404);
  await page.getByRole('switch', { name: 'Not published', exact: true }).click();
  await expect(published).toBeVisible();
  await expect.poll(() => engine.readProjectFile('endpoints/active_users.pipe')).toMatch(/TYPE endpoint/i);
  await page.getByRole('button', { name: 'curl', exact: true }).click();
  await expect(page.getByText(/curl 'http:\/\/127\.0\.0\.1:\d+\/v0\/pipes\/active_users\.json/)).toBeVisible();
  const answer = await fetch(`${engine.address}/v0/pipes/active_users.json?token=${engine.adminToken}`);
  expect(answer.status).toBe(200);
  await page.getByRole('treeitem', { name: 'Requests' }).click();
  await expect(page.getByRole('cell', { name: 'active_users', exact: true }).first()).toBeVisible();
});

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { startEngine, type Engine } from './engine.ts';

const executablePath = process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium';
test.use({ viewport: { width: 1440, height: 900 }, launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu'] } });

let engine: Engine;
test.beforeEach(async ({ page }) => {
  engine = await startEngine();
  await page.goto(engine.address);
});
test.afterEach(() => engine.stop());

const row = (page: Page, name: RegExp) => page.getByRole('treeitem', { name }).first();
const editor = (page: Page) => page.locator('.monaco-editor .view-lines');

async function open(page: Page, name: RegExp): Promise<void> {
  await row(page, name).click();
  await expect(editor(page)).toContainText('NODE');
}

async function typeAtEnd(page: Page, text: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text);
}

test('a pipe shows its file, its chart and the rows and time of each of its nodes', async ({ page }) => {
  await open(page, /^feature_usage$/);
  const nodes = page.getByRole('group', { name: 'Nodes' });
  await expect(nodes.getByRole('button', { name: /^days_in_range [\d,]+ rows/ })).toBeVisible();
  await expect(nodes.getByRole('button', { name: /^feature_usage_node \d+ rows/ })).toBeVisible();
  await expect(page.getByRole('region', { name: /Result of feature_usage_node/ })).toBeVisible();
});

test('a misspelt column is underlined, listed as a problem and named with its place', async ({ page }) => {
  await open(page, /^active_users$/);
  await editor(page).getByText('user_id').first().dblclick();
  await page.keyboard.type('user_ix');
  await expect(page.locator('.squiggly-error').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /active_users.pipe, line \d+, column \d+/ })).toBeVisible();
  await page.getByRole('button', { name: /1 error/ }).click();
  await expect(page.getByRole('region', { name: 'Problems' }).getByRole('button', { name: /user_ix/ })).toBeVisible();
});

test('unsaved text comes back after the page was lost', async ({ page }) => {
  await open(page, /^active_users$/);
  await typeAtEnd(page, '# not saved yet');
  await page.reload();
  await expect(page.getByText('Edits that were not saved earlier are back.')).toBeVisible();
  await expect(editor(page)).toContainText('not saved yet');
});

test('a change made outside reloads a clean text and asks about an edited one', async ({ page }) => {
  const path = 'endpoints/active_users.pipe';
  await open(page, /^active_users$/);
  engine.writeProjectFile(path, `${engine.readProjectFile(path)}\n# outside`);
  await expect(editor(page)).toContainText('# outside');
  await typeAtEnd(page, ' and mine');
  engine.writeProjectFile(path, `${engine.readProjectFile(path)} again`);
  await expect(page.getByText(/changed on disk while it had unsaved edits/)).toBeVisible();
  await page.keyboard.press('Control+s');
  expect(engine.readProjectFile(path)).toMatch(/# outside again$/);
  await page.getByRole('button', { name: 'Overwrite with mine' }).click();
  await expect.poll(() => engine.readProjectFile(path)).toMatch(/# outside and mine$/);
});

test('an event that arrives shows in the open table and in the counts', async ({ page }) => {
  await row(page, /^app_events/).click();
  await expect(page.getByRole('grid', { name: 'Rows of app_events' })).toBeVisible();
  const event = { event_id: 'live_1', user_id: 'u', session_id: 's', event_type: 'click', feature: 'search', timestamp: '2030-01-01 00:00:00', device_type: 'd', browser: 'b', os: 'o', location: 'l', metadata: '' };
  await fetch(`${engine.address}/v0/events?name=app_events`, { method: 'POST', headers: { Authorization: `Bearer ${engine.adminToken}` }, body: JSON.stringify(event) });
  await expect(page.getByText('live_1')).toBeVisible();
});

test('a pipe is made, renamed and deleted with the keyboard alone', async ({ page }) => {
  await expect(row(page, /^active_users$/)).toBeVisible();
  await page.keyboard.press('Alt+p');
  await expect(page.getByLabel('Name of the new pipe').getByRole('textbox')).toBeFocused();
  await page.keyboard.type('tried');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'tried.pipe' })).toBeVisible();
  await page.keyboard.press('F2');
  await expect(page.getByLabel('New name of tried').getByRole('textbox')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('kept');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'kept.pipe' })).toBeVisible();
  await row(page, /^kept$/).focus();
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the file' }).press('Enter');
  await expect(page.getByRole('treeitem', { name: /^kept$/ })).toHaveCount(0);
});

test('the palette finds a node by its name and goes to it', async ({ page }) => {
  await expect(row(page, /^active_users$/)).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('days_in_range');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Result of days_in_range' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no fault on any page of the desk, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const faults = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ').slice(0, 300)}`);
    await expect(page.getByRole('heading', { name: 'Receive events' })).toBeVisible();
    expect.soft(await faults(), 'home').toEqual([]);
    await open(page, /^active_users$/);
    await expect(page.getByText(/\d+ rows · /).first()).toBeVisible();
    expect.soft(await faults(), 'pipe').toEqual([]);
    await row(page, /^app_events/).click();
    await expect(page.getByRole('grid')).toBeVisible();
    expect.soft(await faults(), 'rows').toEqual([]);
    for (const name of [/^Schema/, /^Quarantine/, /^File/]) {
      await page.getByRole('tab', { name }).click();
      expect.soft(await faults(), String(name)).toEqual([]);
    }
    await row(page, /^Requests$/).click();
    await page.keyboard.press('Control+Shift+m');
    await expect(page.getByRole('region', { name: 'Problems' })).toBeVisible();
    expect.soft(await faults(), 'requests and problems').toEqual([]);
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    expect.soft(await faults(), 'palette').toEqual([]);
  });
}

/** The editor with the language behind it: completion, hover, signatures, definitions, renaming, layout; and the help. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { startEngine, type Engine } from './engine.ts';

const executablePath = process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium';
test.use({ viewport: { width: 1440, height: 900 }, launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu'] } });

let engine: Engine;
test.beforeEach(async ({ page }) => {
  engine = await startEngine();
  await page.goto(engine.address);
  await expect(page.getByRole('treeitem', { name: /^active_users$/ }).first()).toBeVisible();
  engine.writeProjectFile('endpoints/tried.pipe', 'NODE first\nSQL >\n    SELECT user_id, count() AS hits FROM app_events GROUP BY user_id\n\nNODE last\nSQL >\n    SELECT max(hits) AS most FROM first\n\nTYPE endpoint\n');
  await page.getByRole('treeitem', { name: /^tried$/ }).first().click();
  await expect(editor(page)).toContainText('NODE');
});
test.afterEach(() => engine.stop());

const editor = (page: Page) => page.locator('.monaco-editor .view-lines').first();

async function saved(page: Page): Promise<string> {
  await page.keyboard.press('Control+s');
  return engine.readProjectFile('endpoints/tried.pipe');
}

/** Puts the cursor at a place, by the keyboard. */
async function goTo(page: Page, line: number, column: number): Promise<void> {
  await page.keyboard.press('Alt+2');
  await page.keyboard.press('Control+g');
  await expect(page.locator('.quick-input-widget input')).toBeFocused();
  await page.keyboard.type(`${line}:${column}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('.quick-input-widget')).toBeHidden();
}

test('F12 goes to a node of the file and to a data source in another file', async ({ page }) => {
  await goTo(page, 7, 35);
  await page.keyboard.press('F12');
  await expect(page.locator('.line-numbers.active-line-number')).toHaveText('1');
  await page.keyboard.type('x');
  await expect.poll(() => saved(page)).toContain('NODE xfirst');
  await page.keyboard.press('Control+z');
  await goTo(page, 3, 46);
  await page.keyboard.press('F12');
  await expect(page.getByRole('tab', { name: 'app_events.datasource' })).toHaveAttribute('aria-selected', 'true');
});

test('Control and a click on a column open the schema at its line', async ({ page }) => {
  await editor(page).getByText('user_id').first().click({ modifiers: ['Control'] });
  await expect(page.getByRole('tab', { name: 'app_events.datasource' })).toHaveAttribute('aria-selected', 'true');
});

test('F2 renames an alias and what reads it, and says why it does not rename a data source', async ({ page }) => {
  await goTo(page, 3, 33);
  await page.keyboard.press('F2');
  await expect(page.locator('.rename-box input')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('visits');
  await page.keyboard.press('Enter');
  await expect.poll(() => saved(page)).toMatch(/count\(\) AS visits FROM[\s\S]*max\(visits\)/);
  await goTo(page, 3, 48);
  await page.keyboard.press('F2');
  await expect(page.locator('.message').getByText(/app_events is a data source: rename its file/)).toBeVisible();
});

test('Alt, Shift and F lay out the SQL and nothing else', async ({ page }) => {
  await goTo(page, 1, 1);
  await page.keyboard.press('Alt+Shift+F');
  await expect.poll(() => saved(page)).toBe('NODE first\nSQL >\n    SELECT\n        user_id,\n        count() AS hits\n    FROM app_events\n    GROUP BY user_id\n\nNODE last\nSQL >\n    SELECT max(hits) AS most\n    FROM first\n\nTYPE endpoint\n');
});

test('hovering a column tells its type and where it comes from', async ({ page }) => {
  await editor(page).getByText('user_id').first().hover();
  await expect(page.locator('.monaco-hover').getByText('Column of data source app_events.')).toBeVisible();
});

test('while typing come columns of the node that is read, and the signature of the call', async ({ page }) => {
  await goTo(page, 7, 27);
  await page.keyboard.type(', round(h');
  await expect(page.locator('.suggest-widget').getByText('hits', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+Space');
  await expect(page.locator('.parameter-hints-widget')).toContainText('round(');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the help opens with F1, finds a function and a refused clause, and has no fault for axe, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const faults = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ').slice(0, 300)}`);
    await page.keyboard.press('F1');
    await expect(page.getByRole('heading', { name: 'Statements and clauses' })).toBeVisible();
    expect.soft(await faults(), 'a part').toEqual([]);
    await expect(page.getByRole('searchbox', { name: 'Search the help' })).toBeFocused();
    await page.keyboard.type('toStartOfHour');
    await expect(page.getByRole('region', { name: 'Help' }).getByText(/^toStartOfHour\(/)).toBeVisible();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('sample');
    await expect(page.getByText(/SAMPLE is not supported/)).toBeVisible();
    expect.soft(await faults(), 'a search').toEqual([]);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Types' })).toBeVisible();
    if (process.env['SANDPIPER_PICTURES'] !== undefined) await page.screenshot({ path: `${process.env['SANDPIPER_PICTURES']}/help-${colorScheme}.png` });
  });
}

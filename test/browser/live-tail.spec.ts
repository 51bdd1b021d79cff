/** Events as they arrive, in the page: rows, reasons, rates, filter, pause. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { startEngine, type Engine } from './engine.ts';

test.use({ launchOptions: { executablePath: process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] } });

let engine: Engine;
test.beforeAll(async () => {
  engine = await startEngine();
});
test.afterAll(() => engine.stop());

async function send(...rows: readonly unknown[]): Promise<void> {
  const body = rows.map((row) => JSON.stringify(row)).join('\n');
  await fetch(`${engine.address}/v0/events?name=app_events`, { method: 'POST', body, headers: { Authorization: `Bearer ${engine.adminToken}` } });
}

const event = (user: string) => ({
  event_id: 'e', user_id: user, session_id: 's', event_type: 'view', feature: 'f', timestamp: '2026-01-01 00:00:00', device_type: 'd', browser: 'b', os: 'o', location: 'l', metadata: '{}',
});

test('rows show as they arrive, rejected ones with the reason; they can be filtered and held', async ({ page }) => {
  await page.goto(engine.address);
  await page.getByRole('treeitem', { name: /^app_events/ }).first().click();
  await page.getByRole('tab', { name: 'Live' }).click();
  const log = page.getByRole('log', { name: 'Events of app_events as they arrive' });
  await expect(log).toContainText('Waiting for events');
  await send(event('ada'), { ...event('grace'), timestamp: 'yesterday' });
  await expect(log.getByText('"user_id":"ada"')).toBeVisible();
  await expect(log).toContainText("value 'yesterday' on column 'timestamp' is not DateTime");
  await expect(page.getByText(/2 rows in 1 request since the engine started, 1 rejected/)).toBeVisible();
  const accessible = await new AxeBuilder({ page }).analyze();
  expect(accessible.violations.map((violation) => violation.id)).toEqual([]);

  await page.getByLabel('only rejected').check();
  await expect(log.getByText('"user_id":"ada"')).toBeHidden();
  await page.getByLabel('only rejected').uncheck();
  await page.getByLabel('Show only rows that contain').fill('"ADA"');
  await expect(log.getByText('"user_id":"grace"')).toBeHidden();
  await page.getByLabel('Show only rows that contain').fill('');

  await page.getByRole('button', { name: 'Pause' }).click();
  await send(event('edsger'));
  await page.waitForTimeout(800);
  await expect(log.getByText('"user_id":"edsger"')).toBeHidden();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(log.getByText('"user_id":"edsger"')).toBeVisible();
  await page.screenshot({ path: process.env['LIVE_TAIL_PICTURE'] ?? 'test-results/live-tail.png' });
});

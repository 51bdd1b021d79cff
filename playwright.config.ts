import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test',
  outputDir: 'test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env['CI']),
  projects: [
    { name: 'browser', testDir: 'test/browser', testMatch: '**/*.spec.ts' },
    { name: 'desktop', testDir: 'test/desktop', testMatch: '**/*.spec.ts' },
  ],
});

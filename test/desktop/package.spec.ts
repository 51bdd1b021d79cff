/** electron-builder's packaged app, made offline from the tests' Electron: it starts and draws a chart. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse, stringify } from 'yaml';
import { APP_FOLDER, ELECTRON, openApp, ROOT } from './app.ts';

const PACKAGE = join(ROOT, 'test/.cache/package');
const DIST = join(ROOT, 'test/.cache/electron-dist');

test('the packaged app starts and draws a chart', async () => {
  test.setTimeout(240_000);
  rmSync(PACKAGE, { recursive: true, force: true });
  rmSync(DIST, { recursive: true, force: true });
  cpSync(join(ELECTRON, '..'), DIST, { recursive: true, dereference: true, filter: (path) => !path.endsWith('resources/app') });
  // The product's own configuration, with the older Electron and the build that fits it.
  const configuration = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Record<string, unknown>;
  const file = join(ROOT, 'test/.cache/electron-builder.yml');
  writeFileSync(file, stringify({
    ...configuration,
    electronVersion: '25.1.1',
    electronDist: DIST,
    directories: { output: PACKAGE, buildResources: 'resources' },
    files: [{ from: join(APP_FOLDER, 'dist'), to: 'dist', filter: ['**/*', '!**/*.map'] }, 'package.json'],
  }));
  const packed = spawnSync(process.execPath, [join(ROOT, 'node_modules/electron-builder/cli.js'), '--dir', '--linux', '--config', file], { cwd: ROOT, encoding: 'utf8' });
  expect({ status: packed.status, output: packed.status === 0 ? '' : packed.stdout + packed.stderr }).toEqual({ status: 0, output: '' });
  const program = join(PACKAGE, 'linux-unpacked/sandpiper');
  expect(existsSync(program)).toBe(true);

  const { app, page } = await openApp(program, []);
  await page.getByRole('treeitem', { name: 'active_users', exact: true }).click();
  await expect(page.getByRole('img', { name: /chart of active_users/ })).toBeVisible();
  await app.close();
});

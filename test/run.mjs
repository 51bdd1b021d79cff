/**
 * `npm test`: sets up what the tests need (Debian packages, browser, Electron, ClickHouse), builds, runs every check
 * and ends with one line, `N passed, M failed`. Where a set-up step is impossible, it says so and leaves out the tests
 * that need it; on CI that is a failure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDisplay } from './setup/display.mjs';
import { makeElectronCopy } from './setup/electron-copy.mjs';
import { installSystemPackages } from './setup/system-packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'test/.cache');
const node = process.execPath;
const bin = (name) => join(root, 'node_modules/.bin', name);
const totals = { passed: 0, failed: 0, skipped: 0 };
mkdirSync(cache, { recursive: true });

const missing = {
  system: installSystemPackages(),
  electron: makeElectronCopy(join(cache, 'electron')),
  oracle: installOracle(),
};
for (const [what, why] of Object.entries(missing)) if (why) lacking(what, why);

await check('build', node, ['build.mjs']);
await check('types', bin('tsc'), ['--noEmit']);
await check('lint', bin('oxlint'), ['--deny-warnings']);
await suite('vitest', [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(cache, 'vitest.json')}`], (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? report.numFailedTestSuites : 0),
  skipped: report.numPendingTests,
}));

if (!missing.system) {
  await playwright('browser', {});
  if (!missing.electron) {
    const display = await openDisplay();
    if (display.missing) lacking('display', display.missing);
    else {
      await check('desktop build', node, ['build.mjs', '--old-electron', join(cache, 'desktop-app')]);
      await playwright('desktop', { DISPLAY: display.display });
      display.close();
    }
  }
}

process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}\n`);
process.exit(totals.failed === 0 ? 0 : 1);

function installOracle() {
  if (existsSync(join(root, 'test/oracle/node_modules/chdb'))) return undefined;
  if (process.platform === 'win32') return 'ClickHouse has no build for Windows.';
  // Not `npm ci`: the registry lists builds for other platforms that it does not hold, so a complete lock file cannot be made.
  const done = spawnSync('npm', ['install', '--no-package-lock', '--no-fund', '--no-audit', '--prefix', 'test/oracle'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return done.status === 0 ? undefined : 'npm could not install ClickHouse.';
}

function lacking(what, why) {
  process.stdout.write(`Without ${what}: ${why}\n`);
  if (process.env.CI) totals.failed += 1;
}

/** One pass or failure by exit code. */
async function check(name, program, args) {
  const code = await run(name, program, args, {});
  if (code === 0) totals.passed += 1;
  else totals.failed += 1;
}

async function playwright(project, environment) {
  const file = join(cache, `playwright-${project}.json`);
  await suite(`playwright ${project}`, [bin('playwright'), 'test', `--project=${project}`, '--reporter=list,json'], (report) => ({
    passed: report.stats.expected + report.stats.flaky,
    failed: report.stats.unexpected,
    skipped: report.stats.skipped,
  }), file, { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: file });
}

/** Counts from a JSON report; a run without a report is one failure. */
async function suite(name, [program, ...args], count, file = join(cache, `${name}.json`), environment = {}) {
  rmSync(file, { force: true });
  const code = await run(name, program, args, environment);
  const counted = existsSync(file) ? count(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 1, skipped: 0 };
  totals.passed += counted.passed;
  totals.failed += code !== 0 && counted.failed === 0 ? 1 : counted.failed;
  totals.skipped += counted.skipped;
}

function run(name, program, args, environment) {
  process.stdout.write(`\n== ${name}\n`);
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

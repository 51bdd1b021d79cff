/**
 * `npm start [-- PROJECT]`: the desktop app on a project, by default the sample in pipes/. Where there is no display,
 * Electron's binary cannot be fetched or it does not come up, it says so in one line and serves the same page to
 * the browser.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const project = resolve(process.argv[2] ?? join(root, 'pipes'));
const require = createRequire(import.meta.url);
/** A program that ends in failure sooner than this has not come up. */
const COMES_UP_WITHIN_MS = 10_000;

const electron = findElectron();
if (typeof electron === 'object') serveToBrowser(electron.missing);
else openDesktop(electron);

/** The path of Electron's program, or why there is none. */
function findElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { missing: 'There is no display, so the desktop window cannot open.' };
  }
  if (!process.env.ELECTRON_OVERRIDE_DIST_PATH) {
    const fetched = spawnSync(process.execPath, [require.resolve('electron/install.js')], { stdio: 'ignore', timeout: 300_000 });
    if (fetched.status !== 0) return { missing: "Electron's program could not be fetched, so the desktop window cannot open." };
  }
  return require('electron');
}

function openDesktop(program) {
  const startedAt = Date.now();
  run(program, [root, project], (code) => {
    if (code !== 0 && Date.now() - startedAt < COMES_UP_WITHIN_MS) {
      serveToBrowser('Electron did not come up on this machine, so the desktop window cannot open.');
    } else {
      process.exitCode = code;
    }
  });
}

function serveToBrowser(why) {
  process.stdout.write(`${why} Serving the page to the browser instead.\n`);
  run(process.execPath, [join(root, 'dist/cli.js'), 'serve', project], (code) => {
    process.exitCode = code;
  });
}

function run(program, args, whenEnded) {
  const child = spawn(program, args, { stdio: 'inherit', cwd: root });
  let stopping = false;
  const stop = (signal) => {
    stopping = true;
    child.kill(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const ended = (code) => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    if (stopping) process.exitCode = 0;
    else whenEnded(code);
  };
  child.on('error', () => ended(1));
  child.on('exit', (code) => ended(code ?? 1));
}

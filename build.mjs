/**
 * Builds dist/: cli.js (the engine), main.js and preload.js (the shell), page/ (what both show).
 *   node build.mjs                     everything
 *   node build.mjs --if-stale          only when a source is newer than the last build
 *   node build.mjs --old-electron DIR  a copy in DIR for the tests' older Electron, with its missing features filled in
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync, readFileSync, cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const arguments_ = process.argv.slice(2);
const oldElectron = arguments_.includes('--old-electron') ? arguments_[arguments_.indexOf('--old-electron') + 1] : undefined;
const dist = join(oldElectron ?? root, 'dist');

if (arguments_.includes('--if-stale') && newest(['engine', 'electron', 'renderer', 'build.mjs', 'package-lock.json', 'vite.config.ts']) < builtAt()) process.exit(0);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

// CommonJS, because Electron's utility process loads it in every version; import.meta.url keeps its meaning.
const forNode = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18.15',
  external: ['@duckdb/node-api', 'electron'],
  sourcemap: 'linked',
  logLevel: 'warning',
  absWorkingDir: root,
  define: { 'import.meta.url': 'moduleUrl', SANDPIPER_VERSION: JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version) },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  inject: oldElectron ? [join(root, 'test/desktop/old-electron-features.js')] : [],
};
const entries = {
  cli: 'engine/cli.ts',
  main: 'electron/main.ts',
};
await esbuild.build({ ...forNode, entryPoints: entries, outdir: dist });
// A sandboxed preload cannot require Node modules, so nothing is injected into it.
await esbuild.build({ ...forNode, entryPoints: { preload: 'electron/preload.ts' }, outdir: dist, inject: [], banner: {} });
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');

if (oldElectron) {
  const { name, productName, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(oldElectron, 'package.json'), JSON.stringify({ name, productName, version, main: 'dist/main.js' }));
  cpSync(join(root, 'dist/page'), join(dist, 'page'), { recursive: true });
} else {
  const vite = await import('vite');
  await vite.build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}
writeFileSync(join(dist, '.built'), '');

function builtAt() {
  return statSync(join(dist, '.built'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(paths) {
  return Math.max(
    ...paths.map((path) => {
      const found = statSync(join(root, path), { throwIfNoEntry: false });
      if (!found) return 0;
      if (!found.isDirectory()) return found.mtimeMs;
      return Math.max(0, ...readdirSync(join(root, path)).map((name) => newest([join(path, name)])));
    }),
  );
}

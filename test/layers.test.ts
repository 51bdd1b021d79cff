/**
 * The architecture as a test: who may import whom. The table below is the one in ARCHITECTURE.md.
 * A failure names the import and the rooms that are allowed.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

interface Room {
  /** Folder, or one file, relative to the project. The longest match wins. */
  readonly path: string;
  readonly mayImport: readonly string[];
  /** npm packages and node: modules; `*` for any. */
  readonly packages: readonly string[];
}

const ROOMS: readonly Room[] = [
  { path: 'engine/errors.ts', mayImport: [], packages: [] },
  { path: 'engine/sql', mayImport: ['engine/errors.ts'], packages: [] },
  { path: 'engine/template', mayImport: ['engine/errors.ts'], packages: [] },
  { path: 'engine/project', mayImport: ['engine/errors.ts', 'engine/sql', 'engine/template'], packages: [] },
  { path: 'engine/workspace', mayImport: ['engine/errors.ts', 'engine/sql', 'engine/template', 'engine/project'], packages: ['*'] },
  { path: 'engine/api/protocol.ts', mayImport: ['engine/errors.ts'], packages: [] },
  { path: 'engine/api', mayImport: ['engine/errors.ts', 'engine/project', 'engine/workspace', 'engine/api/protocol.ts'], packages: ['*'] },
  { path: 'engine', mayImport: ['engine/errors.ts', 'engine/sql', 'engine/template', 'engine/project', 'engine/workspace', 'engine/api'], packages: ['*'] },
  { path: 'renderer', mayImport: ['engine/api/protocol.ts', 'engine/errors.ts', 'electron/channels.ts'], packages: ['*'] },
  { path: 'electron/channels.ts', mayImport: [], packages: [] },
  { path: 'electron', mayImport: ['electron/channels.ts'], packages: ['*'] },
];

/** Packages that only these files may import. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@duckdb/node-api': ['engine/workspace/database.ts', 'engine/workspace/computed-functions.ts'],
  electron: ['electron/'],
  react: ['renderer/'],
};

const ROOT = resolve(import.meta.dirname, '..');

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(join(ROOT, path)).isDirectory()) return sourceFiles(path);
    return /\.(ts|tsx|mts)$/.test(name) ? [path] : [];
  });
}

/** What a file imports; types alone are gone at run time, so a cycle does not count them. */
function importsOf(path: string, withTypes = true): string[] {
  const whole = readFileSync(join(ROOT, path), 'utf8');
  const text = withTypes ? whole : whole.replace(/^\s*(?:import|export)\s+type\s[^'"]*?from\s*['"][^'"]+['"]/gm, '');
  return [...text.matchAll(/^\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

function roomOf(path: string): Room | undefined {
  return ROOMS.filter((room) => path === room.path || path.startsWith(`${room.path}/`)).sort((a, b) => b.path.length - a.path.length)[0];
}

function resolveImport(from: string, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(from), specifier.replace(/\?.*$/, '')));
}

const FILES = ['engine', 'electron', 'renderer'].flatMap(sourceFiles);

test('every import stays within the rooms that its own room may use', () => {
  const faults = FILES.flatMap((path) => {
    const room = roomOf(path);
    if (!room) return [`${path} is in no room of test/layers.test.ts`];
    return importsOf(path).flatMap((specifier) => {
      if (!specifier.startsWith('.')) {
        const owners = Object.entries(OWNERS).find(([name]) => specifier === name || specifier.startsWith(`${name}/`))?.[1];
        if (owners && !owners.some((owner) => path.startsWith(owner))) return [`${path} imports ${specifier}: only ${owners.join(" and ")} may`];
        if (room.packages.includes('*')) return [];
        return room.packages.includes(specifier) ? [] : [`${path} imports ${specifier}: ${room.path} is pure`];
      }
      const target = roomOf(resolveImport(path, specifier));
      if (!target || target.path === room.path || room.mayImport.includes(target.path)) return [];
      return [`${path} imports ${specifier}: ${room.path} may import ${room.mayImport.join(', ') || 'nothing'}`];
    });
  });
  expect(faults).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const graph = new Map(FILES.map((path) => [path, importsOf(path, false).filter((name) => name.startsWith('.')).map((name) => resolveImport(path, name))]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      cycles.push([...trail.slice(at), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of FILES) visit(path, []);
  expect(cycles).toEqual([]);
});

test('no room is called by a name that says nothing', () => {
  const vague = /(^|\/)(utils?|helpers?|common|shared|misc|lib|core|manager|types|constants|index)(\/|\.tsx?$)/;
  expect(FILES.filter((path) => vague.test(path) && path !== 'engine/sql/types.ts')).toEqual([]);
});

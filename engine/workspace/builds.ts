/**
 * A whole project sent by a client (`tb build`, the SDKs), put into the project folder: the folder stays the truth.
 * New files are written, files of the same resource are replaced where they lie, and files that an earlier build wrote
 * and this one has not are deleted. A file of the user's own is never deleted: it is told that it stays. Nothing is
 * written when the project would have errors.
 *   DATA/builds.json  the paths that builds have written
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { dataFileKind, resourceName } from '../project/datafile.ts';
import { loadProject, type Project } from '../project/project.ts';
import type { Environment } from './environment.ts';
import type { ProjectFolder } from './project-folder.ts';

export interface SentFile {
  /** `NAME.pipe`, or a path of the client's. */
  readonly name: string;
  readonly text: string;
}

export type ResourceKind = 'datasource' | 'pipe' | 'connection';

export interface BuildPlan {
  readonly errors: readonly { readonly filename: string; readonly error: string }[];
  readonly feedback: readonly { readonly level: 'WARNING' | 'INFO'; readonly resource: string; readonly message: string }[];
  readonly resources: readonly { readonly name: string; readonly kind: ResourceKind; readonly change: 'new' | 'changed' | 'same' }[];
  readonly deleted: readonly { readonly name: string; readonly kind: ResourceKind }[];
  readonly writes: readonly { readonly path: string; readonly text: string }[];
  readonly deletes: readonly string[];
}

const FOLDERS: Readonly<Record<ResourceKind, string>> = { datasource: 'datasources', pipe: 'pipes', connection: 'connections' };
const Manifest = z.array(z.string());

/** What a build would do; nothing is written. */
export function planBuild(sent: readonly SentFile[], folder: ProjectFolder, dataFolder: string, environment: Environment): BuildPlan {
  const present = folder.dataFiles();
  const byResource = new Map(present.map((file) => [basename(file.path).toLowerCase(), file]));
  const resources: { name: string; kind: ResourceKind; change: 'new' | 'changed' | 'same' }[] = [];
  const writes: { path: string; text: string }[] = [];
  const kept = new Set<string>();
  const sentNames = new Map<string, string>();
  for (const file of sent) {
    const kind = dataFileKind(file.name);
    if (kind === undefined || kind === 'include') continue;
    const name = resourceName(file.name);
    const known = byResource.get(`${name}.${kind}`.toLowerCase());
    const path = known?.path ?? `${FOLDERS[kind]}/${basename(file.name)}`;
    kept.add(path);
    sentNames.set(path, file.name);
    const change = !known ? 'new' : known.text === file.text ? 'same' : 'changed';
    resources.push({ name, kind, change });
    if (change !== 'same') writes.push({ path, text: file.text });
  }
  const written = new Set(readManifest(dataFolder));
  const others = present.filter(({ path }) => !kept.has(path) && dataFileKind(path) !== 'include');
  const deletes = others.filter(({ path }) => written.has(path)).map(({ path }) => path);
  const staying = others.filter(({ path }) => !written.has(path));
  const texts = new Map([...present.filter(({ path }) => !deletes.includes(path)).map(({ path, text }) => [path, text] as const), ...writes.map(({ path, text }) => [path, text] as const)]);
  const project = loadProject([...texts].map(([path, text]) => ({ path, text })), { environment });
  return {
    errors: errorsOf(project, sentNames), resources, writes, deletes,
    deleted: deletes.map((path) => ({ name: resourceName(path), kind: kindOf(path) })),
    feedback: staying.map(({ path }) => ({ level: 'WARNING', resource: basename(path), message: `${path} is in the project folder and not in this build: it stays.` })),
  };
}

export async function applyBuild(plan: BuildPlan, folder: ProjectFolder, dataFolder: string): Promise<void> {
  const written = new Set(readManifest(dataFolder));
  for (const { path, text } of plan.writes) {
    const known = await folder.read(path).catch(() => undefined); // A new file.
    await folder.write(path, text, known?.version);
    if (!known) written.add(path);
  }
  for (const path of plan.deletes) {
    await folder.delete(path);
    written.delete(path);
  }
  writeFileSync(join(dataFolder, 'builds.json'), JSON.stringify([...written], null, 2));
}

function errorsOf(project: Project, sent: ReadonlyMap<string, string>): BuildPlan['errors'] {
  return project.files.flatMap(({ path, diagnostics }) => {
    const filename = sent.get(path);
    if (filename === undefined) return [];
    return diagnostics.filter(({ severity }) => severity === 'error').map(({ message, line, column }) => ({ filename, error: `${message} (line ${line}, column ${column})` }));
  });
}

function kindOf(path: string): ResourceKind {
  const kind = dataFileKind(path);
  return kind === 'datasource' || kind === 'connection' ? kind : 'pipe';
}

function readManifest(dataFolder: string): readonly string[] {
  const file = join(dataFolder, 'builds.json');
  if (!existsSync(file)) return [];
  const read = Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return read.success ? read.data : [];
}

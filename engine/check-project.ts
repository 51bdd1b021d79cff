/** `sandpiper check`: every file and node of a project, with tables in a database made for this check and thrown away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Diagnostic } from './errors.ts';
import { loadProject } from './project/project.ts';
import { checkPipe, type NodeCheck } from './workspace/check.ts';
import { openDatabase } from './workspace/database.ts';
import { readEnvironment } from './workspace/environment.ts';
import { ProjectFolder } from './workspace/project-folder.ts';
import { Queries } from './workspace/queries.ts';
import { syncTables } from './workspace/tables.ts';

const TOGETHER = 8;

export interface ProjectReport {
  readonly ok: boolean;
  readonly files: readonly { readonly path: string; readonly kind: string; readonly diagnostics: readonly Diagnostic[] }[];
  readonly nodes: readonly NodeCheck[];
}

export async function checkProject(path: string): Promise<ProjectReport> {
  const folder = new ProjectFolder(resolve(path));
  const files = folder.dataFiles();
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const environment = readEnvironment(folder.path);
  const project = loadProject(files, { environment });
  const scratch = mkdtempSync(join(tmpdir(), 'sandpiper-check-'));
  const diagnostics = new Map<string, Diagnostic[]>(project.files.map((file) => [file.path, [...file.diagnostics]]));
  const database = await openDatabase(join(scratch, 'check.duckdb'));
  try {
    const failures: string[] = [];
    const tables = await syncTables(database, project.dataSources, (_severity, message) => failures.push(message));
    const nodes: NodeCheck[] = [];
    const world = { project, tables, fileText: (file: string) => texts.get(file) ?? '', database, timeZone: 'UTC', environment, rowCount: () => 0 };
    const queries = new Queries(() => world);
    // DuckDB takes one pipe's statements while the next are translated.
    for (let start = 0; start < project.pipes.length; start += TOGETHER) {
      const pipes = project.pipes.slice(start, start + TOGETHER);
      const checks = await Promise.all(pipes.map((pipe) => checkPipe(pipe, world, queries)));
      for (const [index, pipe] of pipes.entries()) {
        for (const { check, diagnostic } of checks[index] ?? []) {
          nodes.push(check);
          if (diagnostic) diagnostics.get(pipe.path)?.push(diagnostic);
        }
      }
    }
    for (const source of project.dataSources) {
      const failure = failures.find((message) => message.includes(`table of ${source.name} `));
      if (failure !== undefined) diagnostics.get(source.path)?.push({ severity: 'error', message: failure, line: 1, column: 1, endLine: 1, endColumn: 1 });
    }
    const reported = project.files.map((file) => ({ path: file.path, kind: file.kind, diagnostics: diagnostics.get(file.path) ?? [] }));
    const ok = nodes.every((node) => node.ok) && reported.every((file) => file.diagnostics.every(({ severity }) => severity !== 'error'));
    return { ok, files: reported, nodes };
  } finally {
    await database.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

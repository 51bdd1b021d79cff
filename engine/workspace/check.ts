/**
 * Checks data files without running them: parses, renders each node with its defaults and again with every parameter
 * given, binds, translates, and asks DuckDB to prepare the result. What a template refuses for want of a value is no
 * error as long as it renders with values; what its author's error() says is no error at all.
 */
import { SandpiperError, type Diagnostic } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { discoverParameters, sampleValue } from '../template/parameters.ts';
import type { Database } from './database.ts';
import { nodesOf, parametersOf, type NodeOutline, type ParameterOutline } from './outline.ts';
import { Queries, type QueryWorld } from './queries.ts';

export interface NodeCheck {
  readonly pipe: string;
  readonly node: string;
  readonly type: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly duckdbSql?: string;
}

/** What the editor shows of one file. */
export interface FileCheck {
  readonly diagnostics: readonly Diagnostic[];
  readonly nodes: readonly NodeOutline[];
  readonly parameters: readonly ParameterOutline[];
}

interface Checked {
  readonly check: NodeCheck;
  /** In the pipe's own file. */
  readonly diagnostic?: Diagnostic;
}

export async function checkFile(path: string, text: string, project: Project, world: QueryWorld): Promise<FileCheck> {
  const own = project.files.find((file) => file.path === path)?.diagnostics ?? [];
  const pipe = project.pipes.find((one) => one.path === path);
  if (!pipe) return { diagnostics: own, nodes: [], parameters: [] };
  const unsaved: QueryWorld = { ...world, project, fileText: (file) => (file === path ? text : world.fileText(file)) };
  const checked = await checkPipe(pipe, unsaved);
  return { diagnostics: [...own, ...checked.flatMap(({ diagnostic }) => diagnostic ?? [])], nodes: nodesOf(pipe, text), parameters: parametersOf(pipe, project.pipes) };
}

export async function checkPipe(pipe: Pipe, world: QueryWorld): Promise<readonly Checked[]> {
  const queries = new Queries(() => world);
  const checked: Checked[] = [];
  for (const node of pipe.nodes) checked.push(await checkNode(pipe, node, queries, world));
  return checked;
}

async function checkNode(pipe: Pipe, node: PipeNode, queries: Queries, world: QueryWorld): Promise<Checked> {
  const base = { pipe: pipe.name, node: node.name, type: node.type };
  const byDefaults = await attempt(pipe, node, {}, queries, world.database);
  const given = everyParameter(pipe, world.project);
  const withValues = Object.keys(given).length === 0 ? byDefaults : await attempt(pipe, node, given, queries, world.database);
  const sql = byDefaults.sql ?? withValues.sql;
  const error = [byDefaults.error, withValues.error].find((one) => one !== undefined && one.code !== 'parameter') ?? (sql === undefined ? templateError(byDefaults.error, withValues.error) : undefined);
  if (!error) return { check: { ...base, ok: true, ...(sql === undefined ? {} : { duckdbSql: sql }) } };
  const place = error.detail.place;
  const alreadyShown = !node.isRenderable;
  const diagnostic: Diagnostic | undefined = place && place.path === pipe.path && !alreadyShown
    ? { severity: 'error', message: error.message, line: place.line, column: place.column, endLine: place.endLine, endColumn: place.endColumn }
    : undefined;
  return { check: { ...base, ok: false, error: error.message, ...(sql === undefined ? {} : { duckdbSql: sql }) }, ...(diagnostic ? { diagnostic } : {}) };
}

/** A fault of the template itself, not a sentence that its author wrote with error(). */
function templateError(...errors: readonly (SandpiperError | undefined)[]): SandpiperError | undefined {
  return errors.findLast((error) => error?.message.startsWith('Template Syntax Error'));
}

async function attempt(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, queries: Queries, database: Database): Promise<{ readonly sql?: string; readonly error?: SandpiperError }> {
  let sql: string;
  try {
    sql = queries.translateNode(pipe, node, parameters).translation.duckdbSql;
  } catch (error) {
    if (error instanceof SandpiperError) return { error };
    throw error;
  }
  try {
    await database.prepare(sql);
    return { sql };
  } catch (error) {
    if (!(error instanceof SandpiperError)) throw error;
    const told = new SandpiperError(error.code, `DuckDB cannot run this node: ${error.message}`, { cause: error });
    try {
      queries.placed(pipe, node, undefined, () => {
        throw told;
      });
    } catch (placed) {
      if (placed instanceof SandpiperError) return { sql, error: placed };
      throw placed;
    }
    return { sql, error: told };
  }
}

function everyParameter(pipe: Pipe, project: Project): Record<string, string> {
  const names = new Set(parametersOf(pipe, project.pipes).map(({ name }) => name));
  const templates = project.pipes.flatMap((one) => one.nodes.filter((node) => node.isRenderable).map((node) => node.template));
  const own = discoverParameters(pipe.nodes.filter((node) => node.isRenderable).map((node) => node.template));
  const all = [...own, ...discoverParameters(templates).filter(({ name }) => names.has(name) && !own.some((one) => one.name === name))];
  return Object.fromEntries(all.map((parameter) => [parameter.name, sampleValue(parameter)]));
}

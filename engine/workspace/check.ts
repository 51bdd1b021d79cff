/**
 * Checks data files without running them: parses, renders each node with its defaults and again with every parameter
 * given, binds, translates, and asks DuckDB to prepare the result. What a template refuses for want of a value is no
 * error as long as it renders with values; what its author's error() says is no error at all.
 */
import { placeOf, SandpiperError, type Diagnostic, type Place } from '../errors.ts';
import { placeInFile, type Pipe, type PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { printType } from '../sql/types.ts';
import { discoverParameters, sampleValue, type TemplateParameter } from '../template/parameters.ts';
import { fillingSql } from './copy.ts';
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
  const parameters = parametersOfNode(pipe, world.project);
  const given = (wanted: readonly TemplateParameter[]) => attempt(pipe, node, Object.fromEntries(wanted.map((one) => [one.name, plausible(one, pipe, node, world.project)])), queries, world);
  const attempts = [await given([])];
  if (parameters.length > 0) attempts.push(await given(parameters));
  // A parameter may be there to make the template refuse: then those that must be given are tried alone.
  if (attempts.every(({ sql }) => sql === undefined)) attempts.push(await given(parameters.filter(({ required }) => required)));
  const sql = attempts.find((one) => one.sql !== undefined)?.sql;
  const faults = attempts.flatMap(({ error }) => error ?? []);
  const error = faults.find((one) => one.code !== 'parameter' && !isInInvented(one, parameters, pipe, node, world)) ?? (sql === undefined ? templateFault(attempts.slice(parameters.length > 0 ? 1 : 0).flatMap((one) => one.error ?? [])) : undefined);
  if (!error) return { check: { ...base, ok: true, ...(sql === undefined ? {} : { duckdbSql: sql }) } };
  const place = error.detail.place;
  const alreadyShown = !node.isRenderable;
  const diagnostic: Diagnostic | undefined = place && place.path === pipe.path && !alreadyShown
    ? { severity: 'error', message: error.message, line: place.line, column: place.column, endLine: place.endLine, endColumn: place.endColumn }
    : undefined;
  return { check: { ...base, ok: false, error: error.message, ...(sql === undefined ? {} : { duckdbSql: sql }) }, ...(diagnostic ? { diagnostic } : {}) };
}

/** The columns that a node gives with its defaults, else with plausible values; undefined when it has errors. */
export function nodeColumns(pipe: Pipe, node: PipeNode, queries: Queries, project: Project): readonly { readonly name: string; readonly type: string }[] | undefined {
  const parameters = parametersOfNode(pipe, project).filter(({ required }) => required);
  for (const given of parameters.length === 0 ? [[]] : [[], parameters]) {
    try {
      const values = Object.fromEntries(given.map((one) => [one.name, plausible(one, pipe, node, project)]));
      return queries.translateNode(pipe, node, values).translation.columns.map(({ name, type }) => ({ name, type: printType(type) }));
    } catch (error) {
      // A node with a mistake has no columns to offer; the check says what is wrong with it.
      if (!(error instanceof SandpiperError)) throw error;
    }
  }
  return undefined;
}

/** A fault of the template itself, given values: not a sentence that its author wrote with error(). */
function templateFault(errors: readonly SandpiperError[]): SandpiperError | undefined {
  return errors.findLast((error) => error.message.startsWith('Template Syntax Error'));
}

/** What one request may give: the parameters of the pipe, and of the pipes that it reads; spans are in the pipe's own nodes. */
function parametersOfNode(pipe: Pipe, project: Project): readonly TemplateParameter[] {
  const names = new Set(parametersOf(pipe, project.pipes).map(({ name }) => name));
  const templates = project.pipes.flatMap((one) => one.nodes.filter((node) => node.isRenderable).map((node) => node.template));
  const own = discoverParameters(pipe.nodes.filter((node) => node.isRenderable).map((node) => node.template));
  return [...own, ...discoverParameters(templates).filter(({ name }) => names.has(name) && !own.some((one) => one.name === name)).map((one) => ({ ...one, spans: [] }))];
}

/** Whether sampleValue has nothing of the author's to go by. */
function isInvented(parameter: TemplateParameter): boolean {
  return parameter.defaultValue === undefined && parameter.enum === undefined && parameter.example === undefined;
}

function plausible(parameter: TemplateParameter, pipe: Pipe, node: PipeNode, project: Project): string {
  if (!isInvented(parameter) || parameter.type !== 'Column') return sampleValue(parameter);
  const sources = new Set([...node.reads, ...project.dataSourcesOf(pipe, node)]);
  return project.dataSources.find(({ name }) => sources.has(name))?.columns[0]?.name ?? sampleValue(parameter);
}

/** An error inside of a value that was made up for this check says nothing about the pipe. */
function isInInvented(error: SandpiperError, parameters: readonly TemplateParameter[], pipe: Pipe, node: PipeNode, world: QueryWorld): boolean {
  const place = error.detail.place;
  const index = pipe.nodes.filter((one) => one.isRenderable).indexOf(node);
  if (!place || place.path !== pipe.path || index === -1) return false;
  const text = world.fileText(pipe.path);
  return parameters.filter(isInvented).flatMap(({ spans }) => spans).some(({ template, span }) => template === index && overlap(place, placeOf(text, placeInFile(node, span))));
}

function overlap(one: Place, other: Place): boolean {
  const isBefore = (line: number, column: number, than: Place) => line < than.line || (line === than.line && column <= than.column);
  return !isBefore(one.endLine, one.endColumn, other) && !isBefore(other.endLine, other.endColumn, one);
}

async function attempt(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, queries: Queries, { database, tables }: QueryWorld): Promise<{ readonly sql?: string; readonly error?: SandpiperError }> {
  const target = node.target === undefined ? undefined : tables.get(node.target);
  let sql: string;
  try {
    sql = queries.translateNode(pipe, node, parameters).translation.duckdbSql;
    if (target) fillingSql(pipe, node, target, parameters, queries);
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

/**
 * Checks data files without running them: parses, renders each node with its defaults and again with every parameter
 * given, binds, translates, and asks DuckDB to prepare the result. What a template refuses for want of a value is no
 * error as long as it renders with values; what its author's error() says is no error at all.
 */
import { placeOf, SandpiperError, type Diagnostic, type Place } from '../errors.ts';
import { placeInFile, type Pipe, type PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import type { Translation } from '../sql/catalog.ts';
import { printType } from '../sql/types.ts';
import { discoverParameters, sampleValue, type TemplateParameter } from '../template/parameters.ts';
import { nodesOf, parametersOf, withFeeding, type NodeOutline, type ParameterOutline } from './outline.ts';
import { Queries, type QueryWorld } from './queries.ts';
import { previewChange } from './schema-preview.ts';

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
  if (!pipe) return { diagnostics: [...own, ...(await changesOf(path, text, project, world))], nodes: [], parameters: [] };
  const unsaved: QueryWorld = { ...world, project, fileText: (file) => (file === path ? text : world.fileText(file)) };
  const checked = await checkPipe(pipe, unsaved);
  return { diagnostics: [...own, ...checked.flatMap(({ diagnostic }) => diagnostic ?? [])], nodes: nodesOf(pipe, text), parameters: parametersOf(pipe, project.pipes) };
}

/** What saving a data source would do to its rows; nothing while the file has errors. */
async function changesOf(path: string, text: string, project: Project, { database }: QueryWorld): Promise<readonly Diagnostic[]> {
  const source = project.dataSources.find((one) => one.path === path);
  const isSound = project.files.find((file) => file.path === path)?.diagnostics.every(({ severity }) => severity !== 'error');
  if (!source || !isSound) return [];
  const changes = await previewChange(database, source);
  return changes.map(({ column, message }): Diagnostic => ({ severity: 'info', message, ...placeOf(text, column?.span ?? { start: 0, end: text.indexOf('\n') === -1 ? text.length : text.indexOf('\n') }) }));
}

/** `queries` may be shared by the checks of one unchanged project. */
export async function checkPipe(pipe: Pipe, world: QueryWorld, queries: Queries = new Queries(() => world)): Promise<readonly Checked[]> {
  const parameters = parametersOfPipe(pipe, world.project);
  const tried = pipe.nodes.map((node) => triesOf(pipe, node, parameters, queries, world.project, world.tables));
  await prepareAll(pipe, tried, queries, world);
  return tried.map((tries, index) => {
    const node = pipe.nodes[index];
    return node ? [checked(pipe, node, tries, parameters, world)] : [];
  }).flat();
}

/** A node with one set of parameters. */
interface Try {
  readonly parameters: Readonly<Record<string, string>>;
  readonly sql?: string;
  /** Nodes whose SQL is a part of `sql`. */
  readonly holds: readonly string[];
  readonly translation?: Translation;
  error?: SandpiperError;
}

function triesOf(pipe: Pipe, node: PipeNode, parameters: readonly TemplateParameter[], queries: Queries, project: Project, tables?: QueryWorld['tables']): readonly Try[] {
  const given = (wanted: readonly TemplateParameter[]) => attempt(pipe, node, Object.fromEntries(wanted.map((one) => [one.name, plausible(one, pipe, node, project)])), queries, tables);
  const tries = [given([])];
  if (parameters.length > 0) tries.push(given(parameters));
  // A parameter may be there to make the template refuse: then those that must be given are tried alone.
  if (tries.every(({ sql }) => sql === undefined)) tries.push(given(parameters.filter(({ required }) => required)));
  return tries;
}

/** Asks DuckDB, from the last node to the first: what stands in a statement that DuckDB takes needs no asking of its own. */
async function prepareAll(pipe: Pipe, tried: readonly (readonly Try[])[], queries: Queries, { database }: QueryWorld): Promise<void> {
  const sound = new Set<string>();
  const keyOf = (id: string, { parameters }: Try) => `${id} ${JSON.stringify(parameters)}`;
  for (let index = tried.length - 1; index >= 0; index -= 1) {
    const node = pipe.nodes[index];
    const tries = tried[index];
    if (!node || !tries) continue;
    const open = tries.filter((one) => one.sql !== undefined && !one.error && !sound.has(one.sql) && !sound.has(keyOf(`${pipe.name}.${node.name}`, one)));
    const different = [...new Map(open.map((one) => [one.sql, one])).values()];
    await Promise.all(different.map(async (one) => {
      const error = await refusal(pipe, node, one.sql ?? '', queries, database);
      if (error) for (const same of open) if (same.sql === one.sql) same.error = error;
      if (!error && one.sql !== undefined) sound.add(one.sql);
    }));
    for (const one of tries) if (one.sql !== undefined && !one.error) for (const id of one.holds) sound.add(keyOf(id, one));
  }
}

function checked(pipe: Pipe, node: PipeNode, tries: readonly Try[], parameters: readonly TemplateParameter[], world: QueryWorld): Checked {
  const base = { pipe: pipe.name, node: node.name, type: node.type };
  const sql = tries.find((one) => one.sql !== undefined)?.sql;
  const faults = tries.flatMap(({ error }) => error ?? []);
  const error = faults.find((one) => one.code !== 'parameter' && !isInInvented(one, parameters, pipe, node, world)) ?? (sql === undefined ? templateFault(tries.slice(parameters.length > 0 ? 1 : 0).flatMap((one) => one.error ?? [])) : undefined);
  if (!error) return { check: { ...base, ok: true, ...(sql === undefined ? {} : { duckdbSql: sql }) } };
  const place = error.detail.place;
  const alreadyShown = !node.isRenderable;
  const diagnostic: Diagnostic | undefined = place && place.path === pipe.path && !alreadyShown
    ? { severity: 'error', message: error.message, line: place.line, column: place.column, endLine: place.endLine, endColumn: place.endColumn }
    : undefined;
  return { check: { ...base, ok: false, error: error.message, ...(sql === undefined ? {} : { duckdbSql: sql }) }, ...(diagnostic ? { diagnostic } : {}) };
}

/**
 * The columns that a node gives with its defaults, else with plausible values; undefined when it has errors. `trial` is
 * the node with another SQL, of which the project does not know.
 */
export function nodeColumns(pipe: Pipe, node: PipeNode, queries: Queries, project: Project, trial?: PipeNode): readonly { readonly name: string; readonly type: string }[] | undefined {
  return translationWithValues(pipe, node, queries, project, trial)?.columns.map(({ name, type }) => ({ name, type: printType(type) }));
}

/** The node translated with its defaults and with all parameters given, as far as it has no errors. */
export function translationsOf(pipe: Pipe, node: PipeNode, queries: Queries, project: Project): readonly Translation[] {
  return triesOf(pipe, node, parametersOfPipe(pipe, project), queries, project).flatMap(({ translation }) => translation ?? []);
}

/** The node translated with its defaults, else with plausible values; undefined when it has errors. */
function translationWithValues(pipe: Pipe, node: PipeNode, queries: Queries, project: Project, trial?: PipeNode): Translation | undefined {
  const parameters = parametersOfPipe(pipe, project).filter(({ required }) => required);
  for (const given of parameters.length === 0 ? [[]] : [[], parameters]) {
    try {
      const values = Object.fromEntries(given.map((one) => [one.name, plausible(one, pipe, node, project)]));
      return (trial ? queries.translateNode(pipe, trial, values, queries.catalogOf(pipe, node, values)) : queries.translateNode(pipe, node, values)).translation;
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
function parametersOfPipe(pipe: Pipe, project: Project): readonly TemplateParameter[] {
  const [, ...feeding] = withFeeding(pipe, project.pipes);
  const templatesOf = (one: Pipe) => one.nodes.filter((node) => node.isRenderable).map((node) => node.template);
  const own = discoverParameters(templatesOf(pipe));
  const others = feeding.length === 0 ? [] : discoverParameters(feeding.flatMap(templatesOf));
  return [...own, ...others.filter(({ name }) => !own.some((one) => one.name === name)).map((one) => ({ ...one, spans: [] }))];
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

function attempt(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, queries: Queries, tables?: QueryWorld['tables']): Try {
  const target = node.target === undefined ? undefined : tables?.get(node.target);
  try {
    const { translation } = queries.translateNode(pipe, node, parameters);
    if (target) queries.translateInto(target.catalog.columns, pipe, node, parameters);
    return { parameters, sql: translation.duckdbSql, holds: translation.queries, translation };
  } catch (error) {
    if (error instanceof SandpiperError) return { parameters, holds: [], error };
    throw error;
  }
}

/** Why DuckDB does not take the SQL of the node, placed in its file; undefined when it does. */
async function refusal(pipe: Pipe, node: PipeNode, sql: string, queries: Queries, database: QueryWorld['database']): Promise<SandpiperError | undefined> {
  try {
    await database.prepare(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof SandpiperError)) throw error;
    const told = new SandpiperError(error.code, `DuckDB cannot run this node: ${error.message}`, { cause: error });
    try {
      queries.placed(pipe, node, undefined, () => {
        throw told;
      });
    } catch (placed) {
      if (placed instanceof SandpiperError) return placed;
      throw placed;
    }
    return told;
  }
}

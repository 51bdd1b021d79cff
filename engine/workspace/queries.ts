/**
 * From a pipe and parameters to a result: renders the templates, parses, translates with the names that each pipe
 * knows, runs in DuckDB. What does not depend on the moment is cached by its text. A mistake in SQL is placed in the
 * user's own file, however far the text travelled.
 */
import { isDeepStrictEqual } from 'node:util';
import { placeOf, SandpiperError, type Span } from '../errors.ts';
import { placeInFile, type Pipe, type PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import type { Query } from '../sql/ast.ts';
import type { Catalog, CatalogColumn, CatalogTable, Translation } from '../sql/catalog.ts';
import { parseQuery } from '../sql/parse.ts';
import { translate, translateForTable } from '../sql/translate.ts';
import { parseTemplate } from '../template/parse.ts';
import { render, type Rendered } from '../template/render.ts';
import type { Database } from './database.ts';
import type { Environment } from './environment.ts';
import { writeParquet } from './parquet.ts';
import type { QueryResult } from './result-format.ts';
import { SERVICE_DATA_SOURCES, SERVICE_SCHEMA, serviceTable } from './service-data-sources.ts';
import { quarantineCatalog, type StoredTable } from './tables.ts';

/** What the queries see of the workspace, at the moment of the call. */
export interface QueryWorld {
  readonly project: Project;
  readonly tables: ReadonlyMap<string, StoredTable>;
  readonly fileText: (path: string) => string;
  readonly database: Database;
  readonly timeZone: string;
  readonly environment: Environment;
  readonly rowCount: (dataSource: string) => number;
  /** Brings the service data sources to this moment; without it they stay as they are. */
  readonly refreshServices?: () => Promise<void>;
}

export type Resource = 'pipe' | 'datasource';

export interface QueryOptions {
  readonly parameters: Readonly<Record<string, string>>;
  /** Asked of every pipe and data source that the SQL names itself; what a pipe reads needs no leave. */
  readonly mayRead?: (kind: Resource, name: string) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** One row more than this is read, so that the caller sees whether there were more. */
  readonly rowLimit?: number;
  /** The rows are wanted as a file instead of as values; so they are too where the SQL ends in FORMAT Parquet. */
  readonly asParquet?: boolean;
}

const CACHED = 500;
const TIMEOUT_MS = 60_000;
/** A result is in memory twice: as values and as text. */
const LARGEST_RESULT_CELLS = 10_000_000;

export class Queries {
  readonly #world: () => QueryWorld;
  readonly #parsed = new Map<string, Query>();
  /** By node and parameters. */
  readonly #translations = new Map<string, Translation>();
  /** By node and rendered text, for parameters that change nothing; `read` is what it read, rendered. */
  readonly #byText = new Map<string, { readonly read: readonly string[]; readonly translation: Translation }>();

  constructor(world: () => QueryWorld) {
    this.#world = world;
  }

  /** Call when files or tables have changed: translations name columns that may be gone. */
  forget(): void {
    this.#translations.clear();
    this.#byText.clear();
  }

  /** The SQL of a node with these parameters, translated. Errors are placed in the pipe's file. */
  translateNode(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, catalog?: Catalog): { readonly sql: string; readonly translation: Translation } {
    const rendered = this.renderNode(pipe, node, parameters);
    const key = `${pipe.name}\0${node.name}\0${JSON.stringify(parameters)}`;
    const known = catalog ? undefined : this.#translations.get(key);
    if (known) return { sql: rendered.sql, translation: known };
    const byText = `${pipe.name}\0${node.name}\0${rendered.sql}\0${JSON.stringify(rendered.secrets)}`;
    const same = catalog ? undefined : this.#byText.get(byText);
    if (same && isDeepStrictEqual(this.#textsOf(same.translation.queries, parameters), same.read)) {
      remember(this.#translations, key, same.translation);
      return { sql: rendered.sql, translation: same.translation };
    }
    const translation = this.placed(pipe, node, rendered, () =>
      translate(this.#parse(rendered.sql), { catalog: catalog ?? this.catalogOf(pipe, node, parameters), timeZone: this.#world().timeZone, parameters: secretsOf(rendered, this.#world().environment) }));
    if (!catalog && !translation.readsClock) {
      remember(this.#translations, key, translation);
      remember(this.#byText, byText, { read: this.#textsOf(translation.queries, parameters) ?? [], translation });
    }
    return { sql: rendered.sql, translation };
  }

  /** The rendered texts of these nodes, `pipe.node`; undefined when one does not render with these parameters. */
  #textsOf(ids: readonly string[], parameters: Readonly<Record<string, string>>): readonly string[] | undefined {
    try {
      return ids.map((id) => {
        const [pipeName = '', nodeName = ''] = id.split('.');
        const pipe = this.#world().project.findPipe(pipeName);
        const node = pipe?.nodes.find(({ name }) => name === nodeName);
        return pipe && node ? this.renderNode(pipe, node, parameters).sql : '';
      });
    } catch (error) {
      if (error instanceof SandpiperError) return undefined;
      throw error;
    }
  }

  /** The parsed query of a node, for whoever translates it with a catalog of its own. */
  parseNode(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>): Query {
    const rendered = this.renderNode(pipe, node, parameters);
    return this.placed(pipe, node, rendered, () => this.#parse(rendered.sql));
  }

  /** The SQL that gives a node's rows as a table with these columns holds them. Errors are placed in the pipe's file. */
  translateInto(columns: readonly CatalogColumn[], pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, catalog: Catalog = this.catalogOf(pipe, node, parameters)): string {
    const rendered = this.renderNode(pipe, node, parameters);
    const { timeZone, environment } = this.#world();
    return this.placed(pipe, node, rendered, () => translateForTable(this.#parse(rendered.sql), columns, { catalog, timeZone, parameters: secretsOf(rendered, environment) }));
  }

  /** SQL over a node's rows, which it knows as `_`; `write` is given the node's columns. Errors of the node are placed in the pipe's file. */
  translateOver(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>, write: (columns: readonly CatalogColumn[]) => string): Translation {
    const { translation } = this.translateNode(pipe, node, parameters);
    const inner = this.#nodeTable(pipe, node, parameters);
    return translate(parseQuery(write(translation.columns)), { catalog: { findTable: (_database, name) => (name === '_' ? inner : undefined), tableNames: () => ['_'] }, timeZone: this.#world().timeZone });
  }

  renderNode(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>): Rendered {
    return this.placed(pipe, node, undefined, () => {
      if (!node.isRenderable) throw this.#faultOf(pipe, node);
      return render(node.template, parameters, { pipe: pipe.nodes.filter((one) => one.isRenderable).map((one) => one.template) });
    });
  }

  /** Why a node cannot be rendered: what its file's first error inside of it says. */
  #faultOf(pipe: Pipe, node: PipeNode): SandpiperError {
    const { project, fileText } = this.#world();
    const own = placeOf(fileText(pipe.path), node.span);
    const fault = project.files.find((file) => file.path === pipe.path)?.diagnostics.find(({ severity, line }) => severity === 'error' && line >= own.line && line <= own.endLine);
    if (!fault) return new SandpiperError('syntax', `The template of the node ${node.name} has errors.`);
    const { message, severity: _, ...place } = fault;
    return new SandpiperError('syntax', message).at({ ...place, path: pipe.path });
  }

  /** Runs `work`; a SandpiperError with a span in rendered SQL (or, without `rendered`, in the template) gets its place in the file. */
  placed<T>(pipe: Pipe, node: PipeNode, rendered: Rendered | undefined, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#placeError(error, pipe, node, rendered);
    }
  }

  #placeError(error: unknown, pipe: Pipe, node: PipeNode, rendered: Rendered | undefined): unknown {
    if (!(error instanceof SandpiperError) || error.detail.place) return error;
    const span = error.detail.span;
    const inTemplate: Span = span ? (rendered ? rendered.spans.toSourceSpan(span) : span) : { start: 0, end: node.sql.length };
    const inFile = placeInFile(node, inTemplate);
    return error.at(placeOf(this.#world().fileText(pipe.path), inFile, pipe.path));
  }

  /** The names that a node sees: earlier nodes of its pipe, then pipes and data sources of the project. */
  catalogOf(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>): Catalog {
    return this.#catalog(parameters, () => undefined, pipe, node);
  }

  /** The names that SQL of no pipe sees; `allow` throws for what it may not read. */
  projectCatalog(parameters: Readonly<Record<string, string>>, mayRead: NonNullable<QueryOptions['mayRead']> = () => true): Catalog {
    return this.#catalog(parameters, (kind, name) => {
      if (!mayRead(kind, name)) throw new SandpiperError('forbidden', `The token has not enough permissions to read ${name}.`);
    });
  }

  #catalog(parameters: Readonly<Record<string, string>>, allow: (kind: Resource, name: string) => void, pipe?: Pipe, node?: PipeNode): Catalog {
    const world = this.#world();
    const earlier = pipe && node ? pipe.nodes.slice(0, pipe.nodes.indexOf(node)) : [];
    return {
      findTable: (database, name): CatalogTable | undefined => {
        if (database === SERVICE_SCHEMA) {
          allow('datasource', `${database}.${name}`);
          return serviceTable(name);
        }
        if (database !== undefined) return undefined;
        const rejected = name.endsWith('_quarantine') ? world.tables.get(name.slice(0, -'_quarantine'.length)) : undefined;
        const found = world.project.resolve(name, pipe, node);
        if (found?.kind === 'node') {
          if (found.pipe !== pipe) allow('pipe', found.pipe.name);
          return this.#nodeTable(found.pipe, found.node, parameters);
        }
        const source = found?.dataSource ?? rejected?.source;
        if (!source) return undefined;
        allow('datasource', source.name);
        if (!found) return quarantineCatalog(source);
        const table = world.tables.get(source.name);
        if (!table) throw new SandpiperError('unknown-name', `The data source ${source.name} has errors in its file ${source.path}, so it has no table.`);
        return table.catalog;
      },
      tableNames: () => [...earlier.map((one) => one.name), ...world.tables.keys(), ...world.project.pipes.map((one) => one.name), ...SERVICE_DATA_SOURCES.map((name) => `${SERVICE_SCHEMA}.${name}`)],
    };
  }

  #nodeTable(pipe: Pipe, node: PipeNode, parameters: Readonly<Record<string, string>>): CatalogTable {
    const rendered = this.renderNode(pipe, node, parameters);
    const catalog: Catalog = { ...this.catalogOf(pipe, node, parameters), parameters: secretsOf(rendered, this.#world().environment) };
    return { kind: 'query', id: `${pipe.name}.${node.name}`, query: this.placed(pipe, node, rendered, () => this.#parse(rendered.sql)), sql: rendered.sql, catalog };
  }

  /** SQL that a client sent. With a leading `%` it is a template; `_` is the pipe that `over` names. */
  async runSql(text: string, options: QueryOptions & { readonly over?: string }): Promise<QueryResult & { readonly format?: string }> {
    const world = this.#world();
    // The mark of a template becomes a space, so that positions stay those of the text.
    const rendered = /^\s*%/.test(text) ? render(parseTemplate(text.replace('%', ' ')), options.parameters) : undefined;
    const sql = rendered?.sql ?? text;
    const place = (error: unknown): unknown => {
      const span = error instanceof SandpiperError ? error.detail.span : undefined;
      return error instanceof SandpiperError && span && !error.detail.place ? error.at(placeOf(text, rendered ? rendered.spans.toSourceSpan(span) : span)) : error;
    };
    const base = this.projectCatalog(options.parameters, options.mayRead);
    const catalog: Catalog = options.over === undefined ? base : { ...base, findTable: (database, name) => base.findTable(database, name === '_' && options.over !== undefined ? options.over : name) };
    let translation: Translation;
    try {
      translation = translate(parseQuery(sql), { catalog, timeZone: world.timeZone });
    } catch (error) {
      throw place(error);
    }
    const result = await this.#run(translation, sql, options);
    return { ...result, ...(translation.format === undefined ? {} : { format: translation.format }) };
  }

  async runNode(pipe: Pipe, node: PipeNode, options: QueryOptions): Promise<QueryResult> {
    const { sql, translation } = this.translateNode(pipe, node, options.parameters);
    return this.#run(translation, sql, options);
  }

  async #run(translation: Translation, sql: string, options: QueryOptions): Promise<QueryResult> {
    const { database, rowCount, refreshServices } = this.#world();
    const readsServices = translation.tables.some(([schema]) => schema === SERVICE_SCHEMA);
    if (readsServices) await refreshServices?.();
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new SandpiperError('timeout', `The query ran for more than ${TIMEOUT_MS / 1000} seconds and was stopped. Narrow it, or materialize a part of it.`)), TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
    const started = performance.now();
    const rowsRead = translation.tables.reduce((sum, [, table]) => sum + rowCount(table), 0);
    const common = { columns: translation.columns, rowsRead, bytesRead: 0, readsServices, sql, duckdbSql: translation.duckdbSql };
    try {
      if (options.asParquet || translation.format === 'Parquet') {
        const parquet = await writeParquet(translation, database, signal);
        return { ...common, values: [], rowCount: parquet.rowCount, elapsedSeconds: (performance.now() - started) / 1000, parquet: parquet.bytes };
      }
      const reading = { signal, ...(options.rowLimit === undefined ? { refuseOverRows: Math.floor(LARGEST_RESULT_CELLS / Math.max(1, translation.columns.length)) } : { atMostRows: options.rowLimit + 1 }) };
      const reader = await database.query(translation.duckdbSql, reading);
      const totals = translation.totalsSql === undefined ? undefined : (await database.query(translation.totalsSql, { signal })).getRows()[0];
      const rows = reader.currentRowCount;
      const full = options.rowLimit === undefined ? await rowsBeforeLimit(translation, rows, database, signal) : undefined;
      return {
        ...common, values: reader.getColumns(), rowCount: rows, elapsedSeconds: (performance.now() - started) / 1000,
        ...(full === undefined ? {} : { rowsBeforeLimit: full }),
        ...(totals === undefined ? {} : { totals }),
      };
    } finally {
      clearTimeout(timer);
    }
  }

  #parse(sql: string): Query {
    return cached(this.#parsed, sql, () => parseQuery(sql));
  }
}

/** How many rows there were before the outermost LIMIT; undefined without one. A limit that was not reached left all rows. */
async function rowsBeforeLimit({ countSql, duckdbSql }: Translation, rows: number, database: Database, signal: AbortSignal): Promise<number | undefined> {
  if (countSql === undefined) return undefined;
  const limit = / LIMIT (\d+)$/.exec(duckdbSql)?.[1];
  if (limit !== undefined && rows < Number(limit)) return rows;
  return Number((await database.query(countSql, { signal })).getRows()[0]?.[0] ?? rows);
}

/** The node whose rows stand for the pipe: its endpoint, else its last. */
export function outputNode(pipe: Pipe): PipeNode | undefined {
  return pipe.nodes.find((node) => node.name === pipe.outputNode);
}

function secretsOf(rendered: Rendered, environment: Environment): Record<string, string> {
  return Object.fromEntries(rendered.secrets.map(({ name, defaultValue }) => {
    const value = environment[name] ?? defaultValue;
    if (value === undefined) throw new SandpiperError('parameter', `Cannot access secret '${name}'. Write ${name}=VALUE in the project's .env.local, or give it a default.`);
    return [name, value];
  }));
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  remember(cache, key, made);
  return made;
}

function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  if (cache.size >= CACHED) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  cache.set(key, value);
}

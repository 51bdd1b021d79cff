/**
 * A project with its database, open: the one object behind the API and the command line. Follows the project's files,
 * keeps tables and views in step with them, takes rows in, answers queries, and tells listeners what changed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import { setEndpoint } from '../project/endpoint-switch.ts';
import type { Pipe } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { Activity } from './activity.ts';
import { applyBuild, planBuild, type BuildPlan, type SentFile } from './builds.ts';
import { Changes, type Change } from './changes.ts';
import { checkFile, type FileCheck } from './check.ts';
import { DataOperations } from './data-operations.ts';
import { duckdbVersion, openDatabase, type Database } from './database.ts';
import { Editor } from './editor.ts';
import { loadFixtures } from './fixtures.ts';
import { Imports } from './imports.ts';
import { openIngest, type Accepted, type AcceptOptions, type Answered, type Ingest, type TakeOptions } from './ingest.ts';
import { JobHistory } from './job-history.ts';
import { Jobs } from './jobs.ts';
import { LiveTail } from './live-tail.ts';
import { Materializations, type View } from './materialization.ts';
import { ProjectFiles } from './project-files.ts';
import { ProjectFolder } from './project-folder.ts';
import { QuarantineBench } from './quarantine-bench.ts';
import { outputNode, Queries, type QueryOptions, type QueryWorld } from './queries.ts';
import { RequestLog } from './request-log.ts';
import type { QueryResult } from './result-format.ts';
import { RowCounts, type Counts } from './row-counts.ts';
import { rowReader } from './row-reader.ts';
import { Schedules } from './schedules.ts';
import { syncTables, type StoredTable } from './tables.ts';
import { ToldOnce } from './told-once.ts';
import { Tokens } from './tokens.ts';
import { Upkeep } from './upkeep.ts';
import { Variables, type Variable } from './variables.ts';
import { Uploads } from './uploads.ts';

export interface WorkspaceOptions {
  /** Default: PROJECT/.sandpiper */
  readonly dataFolder?: string;
  /** Follow changes of the files. */
  readonly watch: boolean;
  /** Load fixtures into data sources that never had rows. */
  readonly fixtures: boolean;
  readonly version: string;
  /** Follow ENGINE_TTL. Default: yes. */
  readonly expires?: boolean;
  /** The largest body of events. */
  readonly eventBodyBytes?: number;
}

/** What the page runs: a node of a file, perhaps unsaved, or SQL. */
export type PreviewSource =
  | { readonly kind: 'node'; readonly path: string; readonly text?: string; readonly node: string }
  | { readonly kind: 'sql'; readonly sql: string };

export async function openWorkspace(projectPath: string, options: WorkspaceOptions): Promise<Workspace> {
  const folder = new ProjectFolder(projectPath);
  const dataFolder = options.dataFolder ?? join(folder.path, '.sandpiper');
  try {
    mkdirSync(dataFolder, { recursive: true });
    if (!existsSync(join(dataFolder, '.gitignore'))) writeFileSync(join(dataFolder, '.gitignore'), '*\n');
  } catch (error) {
    throw new SandpiperError('storage', `The data folder ${dataFolder} cannot be written. Choose another with --data.`, { cause: error });
  }
  // Half of the machine's memory at most: other programs run on it too, and DuckDB writes to disk what does not fit.
  const database = await openDatabase(join(dataFolder, 'workspace.duckdb'), { memory: `${Math.max(512, Math.floor(totalmem() / 2e6))}MB` });
  try {
    const workspace = new Workspace(folder, dataFolder, database, new Tokens(dataFolder), options);
    await workspace.start();
    return workspace;
  } catch (error) {
    await database.close();
    throw error;
  }
}

export class Workspace {
  readonly folder: ProjectFolder;
  readonly dataFolder: string;
  readonly tokens: Tokens;
  readonly jobs: Jobs;
  readonly requests: RequestLog;
  readonly liveTail = new LiveTail((name) => {
    const table = this.#tables.get(name);
    return table && rowReader(table.ingest);
  });
  readonly queries: Queries;
  readonly editor: Editor;
  readonly uploads: Uploads;
  readonly variables: Variables;
  readonly operations: DataOperations;
  readonly imports: Imports;
  readonly schedules: Schedules;
  readonly upkeep: Upkeep;
  readonly quarantine: QuarantineBench;
  readonly activity: Activity;
  readonly timeZone = 'UTC';
  readonly version: string;
  readonly duckdbVersion = duckdbVersion().replace(/^v/, '');
  revision = 0;
  readonly #files: ProjectFiles;
  #tables: ReadonlyMap<string, StoredTable> = new Map();
  readonly #database: Database;
  readonly #options: WorkspaceOptions;
  readonly #materializations: Materializations;
  readonly #counts: RowCounts;
  readonly #changes = new Changes();
  #ingest: Ingest | undefined;
  #reloading: Promise<void> = Promise.resolve();
  readonly #told = new ToldOnce((severity, message) => this.#changes.notice(severity, message));

  constructor(folder: ProjectFolder, dataFolder: string, database: Database, tokens: Tokens, options: WorkspaceOptions) {
    this.folder = folder;
    this.#files = new ProjectFiles(folder);
    this.dataFolder = dataFolder;
    this.tokens = tokens;
    this.version = options.version;
    this.#database = database;
    this.#counts = new RowCounts(database);
    this.#options = options;
    this.variables = new Variables(dataFolder);
    this.#files.variables = () => this.variables.environment;
    this.uploads = new Uploads(join(dataFolder, 'uploads'));
    this.activity = new Activity({
      database, workspaceId: tokens.workspaceId, jobs: () => this.jobs.list(), problem: (message) => this.#changes.notice('warning', message),
      dataSources: () => [...this.#tables.keys()].map((name) => ({ name, rows: this.#counts.of(name).rowCount, quarantined: this.#counts.of(name).quarantinedCount })),
    });
    this.jobs = new Jobs((job) => this.#changes.tell({ kind: 'job', job }), (job) => this.activity.sawJob(job));
    this.requests = new RequestLog((request) => {
      this.activity.sawRequest(request);
      this.#changes.tell({ kind: 'request', request });
    });
    this.queries = new Queries(() => this.world());
    this.editor = new Editor((path, text) => ({ ...this.world(), project: this.#files.with(path, text), fileText: (file) => (file === path ? text : this.fileText(file)) }));
    this.#materializations = new Materializations(() => this.world());
    this.operations = new DataOperations({
      database, jobs: this.jobs, queries: this.queries, views: this.#materializations, getTable: (name) => this.#getTable(name), getPipe: (name) => this.getPipe(name),
      flush: async (name) => this.#ingest?.flush(name), recount: (name, added) => this.#recount(name, added),
      emptied: (dataSource) => this.activity.sawArrival({ dataSource, event: 'truncate', rows: 0, quarantined: 0, elapsedMs: 0 }), sinkFolder: join(dataFolder, 'sinks'),
    });
    this.schedules = new Schedules({
      database, notice: (severity, message) => this.#changes.notice(severity, message),
      run: (pipe, node, at, settle) => (node.type === 'copy' ? this.operations.copy(pipe.name, { parameters: {}, at, settle }).finished : this.operations.sink(pipe.name, { parameters: {}, at }).finished.then(() => database.write(settle))),
    });
    const rows = {
      database, jobs: this.jobs, views: this.#materializations, getTable: (name: string) => this.#getTable(name), fileText: (path: string) => this.fileText(path), writeFile: this.#writeFile.bind(this),
      flush: async (name: string) => this.#ingest?.flush(name), recount: (name: string, added: number) => this.#recount(name, added),
    };
    this.quarantine = new QuarantineBench(rows);
    this.imports = new Imports({
      ...rows, uploads: this.uploads, getDataSource: (name) => this.getDataSource(name), rowsWhere: (name, condition) => this.operations.rowsWhere(name, condition),
      refuseNew: (name, path, text) => {
        if (this.project.findDataSource(name) || this.project.findPipe(name)) throw new SandpiperError('conflict', `There is a data source or pipe called ${name} already.`);
        const fault = this.#files.with(path, text).files.find((one) => one.path === path)?.diagnostics.find(({ severity }) => severity === 'error');
        if (fault) throw new SandpiperError('bad-request', `The schema has an error: ${fault.message}`);
      },
    });
    this.upkeep = new Upkeep({
      database, jobs: this.jobs, views: this.#materializations, tables: () => this.#tables, rowCount: (name) => this.#counts.of(name).rowCount,
      recount: (name, added) => this.#recount(name, added), notice: (severity, message) => this.#changes.notice(severity, message), expires: options.expires ?? true,
    });
  }

  get name(): string {
    return basename(this.folder.path);
  }

  get project(): Project {
    return this.#files.project;
  }

  async start(): Promise<void> {
    this.uploads.clear();
    await this.jobs.remember(new JobHistory(this.#database, (message) => this.#changes.notice('warning', message)));
    await this.#load([]);
    await this.activity.open();
    this.#ingest = await openIngest(this.#database, {
      folder: join(this.dataFolder, 'journal'),
      findTable: (name) => this.#tables.get(name)?.ingest,
      materialize: this.#materializations,
      ...(this.#options.eventBodyBytes === undefined ? {} : { limits: { bodyBytes: this.#options.eventBodyBytes } }),
      onTaken: (taken) => this.liveTail.see(taken),
      onRows: (dataSource, outcome) => this.#rowsArrived(dataSource, outcome.loaded, outcome.quarantined),
      onNotice: (severity, message) => this.#changes.notice(severity, message),
    });
    // Rows that a crash left in the journal count as rows that are there.
    await this.#ingest.flush().catch((error: unknown) => this.#changes.notice('warning', messageOf(error)));
    if (this.#options.fixtures) await loadFixtures(this.folder, this.#database, [...this.#tables.values()], this.#materializations, (severity, message) => this.#changes.notice(severity, message));
    for (const name of this.#tables.keys()) await this.#counts.read(name);
    if (this.#options.watch) this.folder.watch((paths) => void this.reload(paths).catch((error: unknown) => this.#changes.notice('error', messageOf(error))));
  }

  async close(): Promise<void> {
    await this.folder.close();
    this.schedules.close();
    this.jobs.cancelAll();
    await this.upkeep.close();
    await this.#reloading.catch(() => undefined); // Whoever asked for the reload was told.
    await this.#ingest?.close();
    this.uploads.clear();
    await this.activity.close();
    await this.#database.close();
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#changes.listen(listener);
  }

  world(): QueryWorld {
    return {
      project: this.project, tables: this.#tables, fileText: (path) => this.fileText(path), database: this.#database, timeZone: this.timeZone, environment: this.#files.environment,
      rowCount: (dataSource) => this.#counts.of(dataSource).rowCount, refreshServices: () => this.activity.refresh(),
    };
  }

  fileText(path: string): string {
    return this.#files.text(path);
  }

  /** Reads the files again; changes are told with these paths. */
  reload(paths: readonly string[]): Promise<void> {
    const next = this.#reloading.catch(() => undefined).then(() => this.#load(paths)); // The one before has told its failure.
    this.#reloading = next;
    return next;
  }

  async #load(paths: readonly string[]): Promise<void> {
    const once = this.#told.begin();
    const changed = this.#files.read(once.as('error'));
    if (changed || this.revision === 0) {
      const { project } = this;
      this.tokens.declare(project.tokens);
      // What was answered is loaded by the schema that it was judged by.
      await this.#ingest?.flush().catch((error: unknown) => this.#changes.notice('warning', messageOf(error)));
      this.#tables = await syncTables(this.#database, project.dataSources, once.notice, this.#tables);
      this.queries.forget();
      this.#materializations.setViews(project, once.as('warning'));
      this.#ingest?.wake();
      await this.#activateViews(once.as('error'));
      await this.schedules.setProject(project);
      for (const name of this.#tables.keys()) if (!this.#counts.has(name)) await this.#counts.read(name);
    } else once.forget();
    const isNews = changed && this.revision > 0;
    if (!isNews && paths.length === 0 && this.revision > 0) return;
    this.revision += 1;
    if (paths.length > 0 || isNews) this.#changes.tell({ kind: 'files', revision: this.revision, paths });
  }

  async #activateViews(failure: (message: string) => void): Promise<void> {
    const { filled, rebuilt, kept, failed } = await this.#materializations.activate(this.#database);
    const names = (views: readonly View[]) => views.map(({ id }) => id).join(', ');
    if (filled.length > 0) this.#changes.notice('info', `Filled from the rows that were there: ${names(filled)}.`);
    if (rebuilt.length > 0) this.#changes.notice('info', `Rebuilt by the new SQL of ${names(rebuilt)}: ${[...new Set(rebuilt.map(({ target }) => target))].join(', ')}.`);
    for (const { view, why } of kept) this.#changes.notice('warning', `${view.id} changed: new rows are materialized by the new SQL. The rows that ${view.target} has stay as they were, because ${why}.`);
    for (const { view, error } of failed) failure(`The materialized view ${view.id} does not run: ${error.message}`);
    for (const target of new Set([...filled, ...rebuilt].map((view) => view.target))) await this.#recount(target);
  }

  async counts(name: string): Promise<Counts> {
    return this.#counts.has(name) || !this.#tables.has(name) ? this.#counts.of(name) : this.#counts.read(name);
  }

  #rowsArrived(name: string, loaded: number, quarantined: number): void {
    this.activity.sawArrival({ dataSource: name, event: 'append-hfi', rows: loaded, quarantined, elapsedMs: 0 });
    this.upkeep.rowsArrived();
    this.#tellRows(name, this.#counts.add(name, loaded, quarantined), loaded);
    void this.#countTargets(name).catch(() => undefined); // The engine is stopping.
  }

  #tellRows(dataSource: string, { rowCount, quarantinedCount }: Counts, added: number): void {
    this.#changes.tell({ kind: 'rows', dataSource, rowCount, quarantinedCount, added });
  }

  /** Counts a table anew and tells; with it what views have put into the tables that it feeds. */
  async #recount(name: string, added?: number): Promise<void> {
    const before = this.#counts.of(name).rowCount;
    const counts = await this.#counts.read(name);
    if (counts.rowCount > before) this.upkeep.rowsArrived();
    this.#tellRows(name, counts, added ?? Math.max(0, counts.rowCount - before));
    await this.#countTargets(name);
  }

  async #countTargets(name: string): Promise<void> {
    for (const target of this.#materializations.fedBy(name)) await this.#recount(target);
  }

  getDataSource(name: string): DataSource {
    const source = this.project.findDataSource(name);
    if (!source) throw new SandpiperError('not-found', `Data Source "${name}" does not exist`);
    return source;
  }

  #getTable(name: string): StoredTable {
    const table = this.#tables.get(this.getDataSource(name).name);
    if (!table) throw new SandpiperError('conflict', `The data source ${name} has errors in its file, so it has no table.`);
    return table;
  }

  appendEvents(name: string, body: Uint8Array, options: AcceptOptions): Promise<Accepted> {
    if (!this.#ingest) throw new SandpiperError('unavailable', 'The engine is starting.');
    return this.#ingest.accept(this.#getTable(name).source.name, body, options);
  }

  /** The same for a body that is not packed, without a promise: `answered` is called once. */
  takeEvents(name: string, body: Uint8Array, options: TakeOptions, answered: Answered): void {
    if (!this.#ingest) throw new SandpiperError('unavailable', 'The engine is starting.');
    this.#ingest.take(this.#getTable(name).source.name, body, options, answered);
  }

  getPipe(name: string): Pipe {
    const pipe = this.project.findPipe(name);
    if (!pipe) throw new SandpiperError('not-found', `Pipe '${name}' not found`);
    return pipe;
  }

  /** Writes a file that read `before`, or that is new. */
  async #writeFile(path: string, text: string, before: string | undefined): Promise<void> {
    const held = before === undefined ? undefined : await this.folder.read(path);
    if (held && held.text !== before) throw new SandpiperError('conflict', `${path} has been changed meanwhile: look at it and try again.`);
    await this.folder.write(path, text, held?.version);
    await this.reload([path]);
  }

  runSql(sql: string, options: QueryOptions & { readonly pipeline?: string }): Promise<QueryResult & { readonly format?: string }> {
    return this.queries.runSql(sql, { ...options, ...(options.pipeline === undefined ? {} : { over: options.pipeline }) });
  }

  /** Runs a published pipe, or any with `unpublished`. `over` is SQL over its result, which it knows as `_`. */
  async runEndpoint(name: string, options: QueryOptions & { readonly over?: string; readonly unpublished?: boolean }): Promise<QueryResult> {
    const pipe = this.project.findPipe(name);
    if (!pipe) throw new SandpiperError('not-found', `The pipe '${name}' does not exist`);
    if (!pipe.published && !options.unpublished) throw new SandpiperError('not-found', `The pipe '${name}' is not published: give one of its nodes TYPE endpoint.`);
    const node = outputNode(pipe);
    if (!node) throw new SandpiperError('not-found', `The pipe '${name}' has no nodes.`);
    if (options.over !== undefined) return this.queries.runSql(options.over, { ...options, over: name });
    return this.queries.runNode(pipe, node, options);
  }

  /** Runs for the page, at most `rowLimit` rows and one more. */
  async preview(source: PreviewSource, options: QueryOptions): Promise<QueryResult> {
    if (source.kind === 'sql') return this.queries.runSql(source.sql, options);
    const unsaved = source.text !== undefined && source.text !== this.fileText(source.path);
    const project = unsaved ? this.#files.with(source.path, source.text ?? '') : this.project;
    const queries = unsaved ? new Queries(() => ({ ...this.world(), project, fileText: (path) => (path === source.path ? (source.text ?? '') : this.fileText(path)) })) : this.queries;
    const pipe = project.pipes.find((one) => one.path === source.path);
    const node = pipe?.nodes.find((one) => one.name === source.node);
    if (!pipe || !node) throw new SandpiperError('not-found', `There is no node ${source.node} in ${source.path}.`);
    return queries.runNode(pipe, node, options);
  }

  check(path: string, text: string): Promise<FileCheck> {
    return checkFile(path, text, this.#files.with(path, text), this.world());
  }

  planBuild(files: readonly SentFile[]): BuildPlan {
    return planBuild(files, this.folder, this.dataFolder, this.#files.environment);
  }

  async applyBuild(plan: BuildPlan): Promise<void> {
    await applyBuild(plan, this.folder, this.dataFolder);
    await this.reload([...plan.writes.map(({ path }) => path), ...plan.deletes]);
  }

  async setVariable(name: string, value: string): Promise<Variable> {
    const variable = this.variables.put(name, value);
    await this.reload([]);
    return variable;
  }

  /** Whether there was one. */
  async deleteVariable(name: string): Promise<boolean> {
    const wasThere = this.variables.delete(name);
    await this.reload([]);
    return wasThere;
  }

  /** Publishes or unpublishes by writing the pipe's file. */
  async publish(name: string, published: boolean): Promise<{ readonly path: string; readonly text: string; readonly version: string }> {
    const pipe: Pipe | undefined = this.project.findPipe(name);
    const node = pipe ? outputNode(pipe) : undefined;
    if (!pipe || !node) throw new SandpiperError('not-found', `The pipe '${name}' does not exist`);
    const { text, version } = await this.folder.read(pipe.path);
    const written = await this.folder.write(pipe.path, setEndpoint(text, published ? node.name : undefined), version);
    await this.reload([pipe.path]);
    return { path: pipe.path, ...written };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

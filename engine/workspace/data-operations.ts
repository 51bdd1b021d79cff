/**
 * What changes rows at once and on demand: copies, filling a view, emptying a data source, deleting by a condition.
 * Each runs after the events that were answered before it, in one transaction, and says in that transaction what it
 * means for the views. Long ones are jobs.
 * Deleting and emptying do not reach what views have made of the rows, as in Tinybird.
 */
import { SandpiperError } from '../errors.ts';
import { duck, duckName, type DuckSql } from '../sql/duck.ts';
import { parseExpression } from '../sql/parse.ts';
import { translateRowsWhere } from '../sql/translate.ts';
import type { Pipe } from '../project/pipe.ts';
import { copyNode, copyRows, type Copy } from './copy.ts';
import type { Connection, Database } from './database.ts';
import type { Job, JobControl, JobKind, Jobs } from './jobs.ts';
import type { Materializations } from './materialization.ts';
import type { Queries } from './queries.ts';
import { sinkNode, writeSink, type WrittenFile } from './sink.ts';
import type { StoredTable } from './tables.ts';

/** What the operations need of the workspace. */
export interface OperationsWorld {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly queries: Queries;
  readonly views: Materializations;
  /** Both throw SandpiperError 'not-found'. */
  readonly getTable: (name: string) => StoredTable;
  readonly getPipe: (name: string) => Pipe;
  /** Loads the events that were answered, of one data source or of all. */
  readonly flush: (name?: string) => Promise<void>;
  /** The rows of a table have changed by other means than blocks of events. */
  readonly recount: (name: string, added?: number) => Promise<void>;
  readonly emptied: (dataSource: string) => void;
  /** Where sinks write. */
  readonly sinkFolder: string;
}

/** A job, and its end. */
export interface Started<T> {
  readonly job: Job;
  readonly finished: Promise<T>;
}

export interface CopyOptions {
  readonly mode?: 'append' | 'replace' | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Default: now. */
  readonly at?: Date;
  /** Runs in the transaction of the copied rows. */
  readonly settle?: (connection: Connection) => Promise<void>;
}

export interface Deletion {
  readonly rows: number;
}

export class DataOperations {
  readonly #world: OperationsWorld;

  constructor(world: OperationsWorld) {
    this.#world = world;
  }

  /** Starts what a pipe does to data. A filled view begins with an empty target when it alone fills it. */
  run(kind: 'copy' | 'sink' | 'populate', pipe: string, parameters: Readonly<Record<string, string>>): Started<unknown> {
    if (kind === 'copy') return this.copy(pipe, { parameters });
    if (kind === 'sink') return this.sink(pipe, { parameters });
    const { views } = this.#world.views;
    const view = views.find((one) => one.pipe.name === pipe);
    if (!view) throw new SandpiperError('not-found', `The pipe ${pipe} has no materialized node that can run.`);
    return this.populate(pipe, view.node.name, { truncate: views.every((one) => one === view || one.target !== view.target) });
  }

  /** Starts the copy of a copy pipe; `mode` wins over what the pipe says. Its template knows `job_timestamp`, the time it is for. */
  copy(pipeName: string, { mode, parameters, at = new Date(), settle }: CopyOptions): Started<number> {
    const { database, queries, views, getPipe, getTable } = this.#world;
    const pipe = getPipe(pipeName);
    const node = copyNode(pipe);
    const target = getTable(node.target ?? '');
    const copy: Copy = { pipe, node, target, mode: mode ?? node.copyMode ?? 'append', parameters: { job_timestamp: jobTimestamp(at), ...parameters }, ...(settle ? { settle } : {}) };
    return this.#start('copy', `Copy ${pipe.name} to ${target.source.name}`, { dataSource: target.source.name, pipe: pipe.name }, async ({ signal, note, outcome, progress }) => {
      const rows = await copyRows(copy, queries, views, database, { signal, onProgress: progress });
      outcome({ rows, replaced: copy.mode === 'replace' });
      note(`${counted(rows, 'row')} copied.`);
      return rows;
    });
  }

  /** Starts the export of a sink pipe to local files. */
  sink(pipeName: string, { parameters, at = new Date() }: Pick<CopyOptions, 'parameters' | 'at'>): Started<readonly WrittenFile[]> {
    const { database, jobs, queries, flush, getPipe, sinkFolder } = this.#world;
    const pipe = getPipe(pipeName);
    const node = sinkNode(pipe);
    return jobs.start('sink', `Export ${pipe.name}`, { pipe: pipe.name }, async ({ signal, note, outcome }) => {
      await flush();
      const files = await writeSink({ pipe, node, parameters: { job_timestamp: jobTimestamp(at), ...parameters }, folder: sinkFolder }, queries, database, signal);
      for (const { path, standsFor, rows } of files) note(`${counted(rows, 'row')} written to ${path}, in place of ${standsFor}.`);
      outcome({ rows: files.reduce((sum, { rows }) => sum + rows, 0), files: files.map(({ path }) => path) });
      if (files.length === 0) note('There were no rows: nothing is written.');
      return files;
    });
  }

  /** Starts to run a materialized view over all rows that its source has. */
  populate(pipeName: string, nodeName: string, options: { readonly truncate: boolean }): Started<void> {
    const { database, views, getPipe } = this.#world;
    const pipe = getPipe(pipeName);
    const view = views.views.find((one) => one.id === `${pipe.name}.${nodeName}`);
    if (!view) throw new SandpiperError('not-found', `The pipe ${pipe.name} has no materialized node ${nodeName} that can run.`);
    return this.#start('populate', `Fill ${view.target} by ${pipe.name}`, { dataSource: view.target, pipe: pipe.name }, ({ signal, progress }) => views.populate(database, view, { ...options, signal, onProgress: progress }));
  }

  /** Empties a data source, or the quarantine of one: `NAME_quarantine`. */
  async truncate(name: string): Promise<void> {
    const { database, views, flush, recount, emptied } = this.#world;
    const { source, isQuarantine } = this.#sourceOrQuarantine(name);
    await flush(source);
    await database.write(async (connection) => {
      await connection.run(duck`DELETE FROM main.${duckName(isQuarantine ? name : source)}`.text);
      if (!isQuarantine) await views.rowsGone(connection, source);
    });
    emptied(name);
    await recount(source, 0);
  }

  /** How many rows a deletion would take. Throws SandpiperError when the condition cannot be read. */
  async countDeletion(name: string, condition: string): Promise<Deletion> {
    const { database, flush } = this.#world;
    const { source } = this.#world.getTable(name);
    await flush(source.name);
    const reader = await database.query(duck`SELECT count(*) FROM (${this.rowsWhere(name, condition)})`.text);
    return { rows: Number(reader.getRows()[0]?.[0] ?? 0) };
  }

  /** Starts to delete the rows of a data source for which the condition, a ClickHouse expression, is true. */
  startDeletion(name: string, condition: string): Started<Deletion> {
    const { source } = this.#world.getTable(name);
    this.rowsWhere(name, condition);
    return this.#start('delete', `Delete from ${source.name} where ${condition}`, { dataSource: source.name }, ({ signal, note, outcome, progress }) => this.#world.database.write(async (connection) => {
      const { rowsChanged } = await connection.run(duck`DELETE FROM main.${duckName(source.name)} WHERE rowid IN (${this.rowsWhere(name, condition)})`.text);
      if (rowsChanged > 0) await this.#world.views.rowsGone(connection, source.name);
      note(`${counted(Number(rowsChanged), 'row')} deleted.`);
      outcome({ rows: Number(rowsChanged) });
      return { rows: Number(rowsChanged) };
    }, { signal, onProgress: progress }));
  }

  /** Rowids of the rows for which the condition is true. Throws SandpiperError when it cannot be read. */
  rowsWhere(name: string, condition: string): DuckSql {
    const { queries, getTable } = this.#world;
    return translateRowsWhere(parseExpression(condition), getTable(name).catalog, { catalog: queries.projectCatalog({}) });
  }

  #sourceOrQuarantine(name: string): { readonly source: string; readonly isQuarantine: boolean } {
    const { getTable } = this.#world;
    if (!name.endsWith('_quarantine')) return { source: getTable(name).source.name, isQuarantine: false };
    return { source: getTable(name.slice(0, -'_quarantine'.length)).source.name, isQuarantine: true };
  }

  #start<T>(kind: JobKind, title: string, about: { readonly dataSource: string; readonly pipe?: string }, work: (control: JobControl) => Promise<T>): Started<T> {
    const { jobs, flush, recount } = this.#world;
    return jobs.start(kind, title, about, async (control) => {
      // Events that were answered are seen by what runs now.
      await flush();
      const result = await work(control);
      await recount(about.dataSource);
      return result;
    });
  }
}

/** As templates read it: UTC. */
function jobTimestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}

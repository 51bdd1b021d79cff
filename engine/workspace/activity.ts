/**
 * What the engine did, as the rows of Tinybird's service data sources: requests of endpoints and their errors, what came
 * into data sources, jobs, and how much is stored. Rows wait in memory and are written before a query reads them, and
 * when there are many; a kill loses those that waited, as they are no data of anybody. Old ones are let go at the start.
 */
import { SandpiperError } from '../errors.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../sql/duck.ts';
import { defaultSql, duckdbType } from '../sql/physical.ts';
import type { Connection, Database } from './database.ts';
import type { Job, JobKind } from './jobs.ts';
import { quarantineName } from './quarantine.ts';
import type { LoggedRequest } from './request-log.ts';
import { dataSourceId } from './resource-id.ts';
import { SERVICE_SCHEMA, storedServiceTable, type ServiceDataSource } from './service-data-sources.ts';
import { storedBytes } from './stored-bytes.ts';

/** What the snapshots ask of the workspace. */
export interface ActivityWorld {
  readonly database: Database;
  readonly workspaceId: string;
  readonly dataSources: () => readonly { readonly name: string; readonly rows: number; readonly quarantined: number }[];
  readonly jobs: () => readonly Job[];
  readonly problem: (message: string) => void;
}

/** Rows that landed in a data source, or did not. */
export interface Arrival {
  readonly dataSource: string;
  readonly event: 'append-hfi' | 'append' | 'replace' | 'copy' | 'populateview' | 'delete_data' | 'truncate';
  readonly rows: number;
  readonly quarantined: number;
  readonly elapsedMs: number;
  readonly jobId?: string;
  readonly importId?: string;
  readonly pipe?: string;
  readonly error?: string;
}

type Row = Readonly<Record<string, unknown>>;

const WRITTEN_AT_ONCE = 2000;
const KEPT_DAYS = 90;
/** The time of a row, in those that grow. */
const TIMES = { pipe_stats_rt: 'start_datetime', endpoint_errors: 'start_datetime', datasources_ops_log: 'timestamp', sinks_ops_log: 'timestamp' } as const;
/** Tinybird's name for pipe and id of a query of /v0/sql. */
const QUERY_API = 'query_api';
const EVENTS: Partial<Readonly<Record<JobKind, Arrival['event']>>> = { import: 'append', replay: 'append', copy: 'copy', populate: 'populateview', delete: 'delete_data', expire: 'delete_data' };

export class Activity {
  readonly #world: ActivityWorld;
  readonly #waiting = new Map<keyof typeof TIMES, Row[]>();
  #isOpen = false;

  constructor(world: ActivityWorld) {
    this.#world = world;
  }

  /** Call when the tables are there. */
  async open(): Promise<void> {
    await this.#world.database.write(async (connection) => {
      for (const [name, time] of Object.entries(TIMES)) await connection.run(duck`DELETE FROM ${duckName(SERVICE_SCHEMA, name)} WHERE ${duckName(time)} < now()::TIMESTAMP - to_days(${duckInteger(KEPT_DAYS)})`.text);
    });
    this.#isOpen = true;
  }

  sawRequest(request: LoggedRequest): void {
    const { details } = request;
    if (!details) return;
    const name = details.kind === 'sql' ? QUERY_API : request.resource;
    const common = { start_datetime: second(request.at), request_id: request.id, pipe_id: name, pipe_name: name, url: request.url, status_code: request.status };
    this.#add('pipe_stats_rt', {
      ...common, duration: request.elapsedMs / 1000, read_rows: details.rowsRead, result_rows: request.rows, error: request.error === undefined ? 0 : 1, method: request.method,
      parameters: details.parameters, token: '', token_name: details.tokenName, user_agent: details.userAgent ?? null, cpu_time: request.elapsedMs / 1000,
    });
    if (request.error !== undefined) this.#add('endpoint_errors', { ...common, params: JSON.stringify(details.parameters), error: request.error });
  }

  sawArrival({ dataSource, event, rows, quarantined, elapsedMs, jobId, importId, pipe, error }: Arrival): void {
    this.#add('datasources_ops_log', {
      timestamp: second(new Date()), event_type: event, datasource_id: dataSourceId(dataSource), datasource_name: dataSource, result: error === undefined ? 'ok' : 'error', elapsed_time: elapsedMs / 1000, error: error ?? null,
      import_id: importId ?? null, job_id: jobId ?? null, rows, rows_quarantine: quarantined, operation_id: jobId ?? importId ?? '', written_rows: rows, written_rows_quarantine: quarantined, pipe_id: pipe ?? '', pipe_name: pipe ?? '',
    });
  }

  /** A job that has ended. */
  sawJob({ id, kind, about, status, createdAt, updatedAt, error }: Job): void {
    const failure = status === 'done' ? undefined : status === 'cancelled' ? 'cancelled' : String(error instanceof Error ? error.message : error);
    const elapsedMs = updatedAt.getTime() - createdAt.getTime();
    const event = EVENTS[kind];
    if (event !== undefined && about.dataSource !== undefined) {
      const { rows = 0, quarantined = 0, importId } = about.outcome ?? {};
      this.sawArrival({ dataSource: about.dataSource, event: kind === 'import' && about.outcome?.replaced ? 'replace' : event, rows, quarantined, elapsedMs, jobId: id, ...(importId === undefined ? {} : { importId }), ...(about.pipe === undefined ? {} : { pipe: about.pipe }), ...(failure === undefined ? {} : { error: failure }) });
    }
    if (kind === 'sink') {
      this.#add('sinks_ops_log', {
        timestamp: updatedAt.toISOString(), service: 'local', pipe_id: about.pipe, pipe_name: about.pipe, result: failure === undefined ? 'ok' : 'error', error: failure ?? null,
        elapsed_time: elapsedMs / 1000, job_id: id, written_rows: about.outcome?.rows ?? 0, output: about.outcome?.files ?? [],
      });
    }
  }

  /** Brings the tables to this moment. */
  async refresh(): Promise<void> {
    const { database, workspaceId, dataSources, jobs } = this.#world;
    const storage: Row[] = [];
    for (const { name, rows, quarantined } of dataSources()) {
      storage.push({
        datasource_id: dataSourceId(name), datasource_name: name, timestamp: second(new Date()), rows, rows_quarantine: quarantined,
        bytes: await storedBytes(database, name), bytes_quarantine: quarantined === 0 ? 0 : await storedBytes(database, quarantineName(name)),
      });
    }
    const jobRows = jobs().filter(({ kind }) => kind !== 'inspect').map((job): Row => ({
      job_id: job.id, job_type: job.kind, workspace_id: workspaceId, pipe_id: job.about.pipe, pipe_name: job.about.pipe, datasource_id: job.about.dataSource === undefined ? undefined : dataSourceId(job.about.dataSource), datasource_name: job.about.dataSource,
      created_at: job.createdAt.toISOString(), started_at: job.createdAt.toISOString(), updated_at: job.updatedAt.toISOString(), status: job.status,
      error: job.error instanceof Error ? job.error.message : null, job_metadata: JSON.stringify({ title: job.title }),
    }));
    await database.write(async (connection) => {
      await this.#writeWaiting(connection);
      for (const [name, rows] of [['datasources_storage', storage], ['jobs_log', jobRows]] as const) {
        await connection.run(duck`DELETE FROM ${duckName(SERVICE_SCHEMA, name)}`.text);
        await insert(connection, name, rows);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.#world.database.write((connection) => this.#writeWaiting(connection)).catch((error: unknown) => this.#failed(error));
  }

  #add(name: keyof typeof TIMES, row: Row): void {
    const rows = this.#waiting.get(name) ?? [];
    rows.push(row);
    this.#waiting.set(name, rows);
    if (rows.length === WRITTEN_AT_ONCE && this.#isOpen) this.#world.database.write((connection) => this.#writeWaiting(connection)).catch((error: unknown) => this.#failed(error));
  }

  async #writeWaiting(connection: Connection): Promise<void> {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [name, rows] of waiting) await insert(connection, name, rows);
  }

  #failed(error: unknown): void {
    if (error instanceof SandpiperError && error.code === 'unavailable') return; // The engine is stopping.
    this.#world.problem(`The log of requests could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A DateTime holds no parts of a second. */
function second(at: Date): string {
  return at.toISOString().slice(0, 19);
}

async function insert(connection: Connection, name: ServiceDataSource, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const { columns } = storedServiceTable(name);
  const structure = duckString(JSON.stringify([Object.fromEntries(columns.map((column) => [column.name, duckdbType(column.type)]))]));
  const values = columns.map((column): DuckSql => duck`coalesce(r.${duckName(column.name)}, ${defaultSql(column.type)})`);
  await connection.run(duck`INSERT INTO ${duckName(SERVICE_SCHEMA, name)} SELECT ${values} FROM (SELECT unnest(from_json(${duckString(JSON.stringify(rows))}, ${structure})) AS r)`.text);
}

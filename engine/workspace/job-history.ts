/**
 * The jobs that a database has seen, kept with its data.
 *   sandpiper.job  one row a job that was started, the last KEPT of them; its state as JSON
 * A job is written when it starts and when it ends; one that was at work when the engine died is told so at the next
 * start. What it did is in its own transaction, so nothing of it is there by half.
 */
import { SandpiperError } from '../errors.ts';
import { duck, duckInteger, duckString } from '../sql/duck.ts';
import type { Database } from './database.ts';
import type { Job, JobAbout, JobKind, JobLine, JobStatus } from './jobs.ts';

const KEPT = 500;

export class JobHistory {
  readonly #database: Database;
  readonly #problem: (message: string) => void;

  constructor(database: Database, problem: (message: string) => void) {
    this.#database = database;
    this.#problem = problem;
  }

  /** The jobs of before, oldest first. */
  async load(): Promise<readonly Job[]> {
    await this.#database.write(async (connection) => {
      await connection.run('CREATE SCHEMA IF NOT EXISTS sandpiper');
      await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.job (id VARCHAR, created_at BIGINT, state VARCHAR)');
    });
    const reader = await this.#database.query('SELECT state FROM sandpiper.job ORDER BY created_at');
    return reader.getRows().map(([state]) => readJob(String(state)));
  }

  /** Does not wait: a job is not held up by its own history. */
  save(job: Job): void {
    const id = duckString(job.id);
    this.#database.write(async (connection) => {
      await connection.run(duck`DELETE FROM sandpiper.job WHERE id = ${id}`.text);
      await connection.run(duck`INSERT INTO sandpiper.job VALUES (${id}, ${duckInteger(job.createdAt.getTime())}, ${duckString(writeJob(job))})`.text);
      await connection.run(duck`DELETE FROM sandpiper.job WHERE created_at < (SELECT min(created_at) FROM (SELECT created_at FROM sandpiper.job ORDER BY created_at DESC LIMIT ${duckInteger(KEPT)}))`.text);
    }).catch((error: unknown) => {
      if (error instanceof SandpiperError && error.code === 'unavailable') return; // The engine is stopping: the job is told as broken off.
      this.#problem(`The history of jobs could not be written: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}

/** Results and errors are kept as they are told; dates as text. */
function writeJob({ error, result, ...job }: Job): string {
  return JSON.stringify({ ...job, ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }), ...(result === undefined ? {} : { result }) }, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function readJob(text: string): Job {
  // The text is this file's own, of this version or an older one.
  const { id, kind, title, about = {}, status, progress, createdAt, updatedAt, log = [], error, result } = JSON.parse(text) as {
    id: string; kind: JobKind; title: string; about?: JobAbout; status: JobStatus; progress: number; createdAt: string; updatedAt: string; log?: readonly { at: string; message: string }[]; error?: string; result?: unknown;
  };
  const brokenOff = status === 'working' || status === 'waiting';
  const failure = brokenOff ? 'The engine ended while this ran. Nothing of it was kept: start it again.' : error;
  return {
    id, kind, title, about, status: brokenOff ? 'error' : status, progress, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt), log: log.map((line): JobLine => ({ at: new Date(line.at), message: line.message })),
    ...(failure === undefined ? {} : { error: new SandpiperError('unavailable', failure) }), ...(result === undefined ? {} : { result }),
  };
}

/**
 * Things that take long: imports, filling views, copies, deletions, exports. A job has progress, a log, can be cancelled,
 * and keeps its result or its error; job-history.ts keeps them over restarts. Looking into a file is a job too, but
 * leaves no history.
 */
import { randomUUID } from 'node:crypto';
import { SandpiperError } from '../errors.ts';
import type { JobHistory } from './job-history.ts';

export type JobKind = 'inspect' | 'import' | 'populate' | 'copy' | 'delete' | 'sink' | 'expire' | 'compact' | 'replay';
export type JobStatus = 'waiting' | 'working' | 'done' | 'error' | 'cancelled';

/** Whose rows a job is about, and what became of them. */
export interface JobAbout {
  readonly dataSource?: string;
  readonly pipe?: string;
  readonly outcome?: JobOutcome;
}

export interface JobOutcome {
  readonly rows: number;
  readonly quarantined?: number;
  /** The rows took the place of those that were there. */
  readonly replaced?: boolean;
  readonly importId?: string;
  readonly files?: readonly string[];
}

export interface Job<Result = unknown> {
  readonly id: string;
  readonly kind: JobKind;
  readonly title: string;
  readonly about: JobAbout;
  readonly status: JobStatus;
  /** 0 to 1. */
  readonly progress: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly log: readonly JobLine[];
  readonly error?: unknown;
  readonly result?: Result;
}

/** Something that a job had to say while it ran. */
export interface JobLine {
  readonly at: Date;
  readonly message: string;
}

export interface JobControl {
  readonly signal: AbortSignal;
  readonly progress: (share: number) => void;
  /** Adds a line to the log. */
  readonly note: (message: string) => void;
  readonly outcome: (outcome: JobOutcome) => void;
}

const KEPT = 200;
const LOGGED = 200;
const PROGRESS_EVERY_MS = 100;

export class Jobs {
  readonly #jobs = new Map<string, { job: Job; controller: AbortController }>();
  readonly #changed: (job: Job) => void;
  readonly #ended: (job: Job) => void;
  #history: JobHistory | undefined;

  constructor(changed: (job: Job) => void, ended: (job: Job) => void = () => undefined) {
    this.#changed = changed;
    this.#ended = ended;
  }

  /** Takes the jobs of before, and keeps those to come. */
  async remember(history: JobHistory): Promise<void> {
    for (const job of await history.load()) this.#jobs.set(job.id, { job, controller: new AbortController() });
    this.#forget();
    this.#history = history;
  }

  /** Starts the work and gives its job at once; `finished` settles with the work. */
  start<Result>(kind: JobKind, title: string, about: Omit<JobAbout, 'outcome'>, work: (control: JobControl) => Promise<Result>): { readonly job: Job; readonly finished: Promise<Result> } {
    const controller = new AbortController();
    const now = new Date();
    const id = randomUUID();
    this.#jobs.set(id, { job: { id, kind, title, about, status: 'working', progress: 0, createdAt: now, updatedAt: now, log: [] }, controller });
    this.#forget();
    let lastTold = 0;
    const progress = (share: number) => {
      if (Date.now() - lastTold < PROGRESS_EVERY_MS) return;
      lastTold = Date.now();
      this.#update(id, { progress: Math.min(1, Math.max(0, share)) });
    };
    const note = (message: string) => this.#update(id, { log: [...this.get(id).log, { at: new Date(), message }].slice(-LOGGED) });
    const outcome = (made: JobOutcome) => this.#update(id, { about: { ...about, outcome: made } });
    const finished = work({ signal: controller.signal, progress, note, outcome }).then(
      (result) => {
        this.#end(id, { status: 'done', progress: 1, result });
        return result;
      },
      (error: unknown) => {
        this.#end(id, controller.signal.aborted ? { status: 'cancelled' } : { status: 'error', error });
        throw error;
      },
    );
    finished.catch(() => undefined); // The job holds the error; whoever awaits `finished` gets it too.
    const job = this.get(id);
    this.#changed(job);
    this.#save(job);
    return { job, finished };
  }

  get(id: string): Job {
    const found = this.#jobs.get(id);
    if (!found) throw new SandpiperError('not-found', `There is no job ${id}.`);
    return found.job;
  }

  /** Newest first. */
  list(): readonly Job[] {
    return [...this.#jobs.values()].map(({ job }) => job).reverse();
  }

  cancel(id: string): Job {
    const job = this.get(id);
    if (job.status === 'working' || job.status === 'waiting') this.#jobs.get(id)?.controller.abort(new SandpiperError('cancelled', 'The job was cancelled.'));
    return this.get(id);
  }

  cancelAll(): void {
    for (const { job } of this.#jobs.values()) this.cancel(job.id);
  }

  #update(id: string, part: Partial<Job>): void {
    const held = this.#jobs.get(id);
    if (!held) return;
    held.job = { ...held.job, ...part, updatedAt: new Date() };
    this.#changed(held.job);
  }

  #end(id: string, part: Partial<Job>): void {
    this.#update(id, part);
    const held = this.#jobs.get(id);
    if (!held) return;
    this.#ended(held.job);
    this.#save(held.job);
  }

  #save(job: Job): void {
    if (job.kind !== 'inspect') this.#history?.save(job);
  }

  #forget(): void {
    for (const [id, { job }] of this.#jobs) {
      if (this.#jobs.size <= KEPT) return;
      if (job.status !== 'working') this.#jobs.delete(id);
    }
  }
}

/**
 * Things that take long: inspecting and importing files, populating views, copies. A job has progress, can be cancelled,
 * and keeps its result or its error for as long as the engine runs.
 */
import { randomUUID } from 'node:crypto';
import { SandpiperError } from '../errors.ts';

export type JobKind = 'inspect' | 'import' | 'populate' | 'copy' | 'delete' | 'sink';
export type JobStatus = 'waiting' | 'working' | 'done' | 'error' | 'cancelled';

export interface Job<Result = unknown> {
  readonly id: string;
  readonly kind: JobKind;
  readonly title: string;
  readonly status: JobStatus;
  /** 0 to 1. */
  readonly progress: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly error?: unknown;
  readonly result?: Result;
}

export interface JobControl {
  readonly signal: AbortSignal;
  readonly progress: (share: number) => void;
}

const KEPT = 200;
const PROGRESS_EVERY_MS = 100;

export class Jobs {
  readonly #jobs = new Map<string, { job: Job; controller: AbortController }>();
  readonly #changed: (job: Job) => void;

  constructor(changed: (job: Job) => void) {
    this.#changed = changed;
  }

  /** Starts the work and gives its job at once; `finished` settles with the work. */
  start<Result>(kind: JobKind, title: string, work: (control: JobControl) => Promise<Result>): { readonly job: Job; readonly finished: Promise<Result> } {
    const controller = new AbortController();
    const now = new Date();
    const id = randomUUID();
    this.#jobs.set(id, { job: { id, kind, title, status: 'working', progress: 0, createdAt: now, updatedAt: now }, controller });
    this.#forget();
    let lastTold = 0;
    const progress = (share: number) => {
      if (Date.now() - lastTold < PROGRESS_EVERY_MS) return;
      lastTold = Date.now();
      this.#update(id, { progress: Math.min(1, Math.max(0, share)) });
    };
    const finished = work({ signal: controller.signal, progress }).then(
      (result) => {
        this.#update(id, { status: 'done', progress: 1, result });
        return result;
      },
      (error: unknown) => {
        this.#update(id, controller.signal.aborted ? { status: 'cancelled' } : { status: 'error', error });
        throw error;
      },
    );
    finished.catch(() => undefined); // The job holds the error; whoever awaits `finished` gets it too.
    const job = this.get(id);
    this.#changed(job);
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

  #forget(): void {
    for (const [id, { job }] of this.#jobs) {
      if (this.#jobs.size <= KEPT) return;
      if (job.status !== 'working') this.#jobs.delete(id);
    }
  }
}

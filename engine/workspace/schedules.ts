/**
 * When scheduled copies and sinks run: COPY_SCHEDULE and EXPORT_SCHEDULE, cron expressions in UTC.
 *   sandpiper.schedule  one row a pipe: up to when its times have been dealt with, and whether it is paused
 * A copy moves that time in the transaction of its rows, so a crash neither loses a run nor doubles it. Times that went
 * by while the machine slept or the program was closed are made up for by one run, and that is said. A run that is due
 * while the one before it still works waits for it.
 */
import { Cron } from 'croner';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { duck, duckString, type DuckSql } from '../sql/duck.ts';
import type { Notice } from './tables.ts';
import type { Connection, Database } from './database.ts';

export interface Schedule {
  readonly pipe: string;
  readonly cron: string;
  readonly isPaused: boolean;
  /** Undefined when it is paused, or no time is left. */
  readonly nextRun: Date | undefined;
}

/** Runs the pipe for a time that is due; `settle` belongs into the transaction of what it writes. */
export type RunScheduled = (pipe: Pipe, node: PipeNode, due: Date, settle: (connection: Connection) => Promise<void>) => Promise<unknown>;

export interface SchedulesWorld {
  readonly database: Database;
  readonly run: RunScheduled;
  readonly notice: Notice;
}

/** The time, and being woken. */
export interface Clock {
  readonly now: () => Date;
  /** Gives what ends the waking. */
  readonly every: (ms: number, wake: () => void) => () => void;
}

const WALL_CLOCK: Clock = {
  now: () => new Date(),
  every: (ms, wake) => {
    const timer = setInterval(wake, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

interface Entry {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly expression: string;
  readonly cron: Cron;
  settledUntil: Date;
  isPaused: boolean;
  isRunning: boolean;
}

const WAKE_EVERY_MS = 1_000;
/** Later than this, a run is told as one that makes up for missed times. */
const LATE_MS = 90_000;
/** Missed times are counted up to here. */
const COUNTED = 1_000;

export class Schedules {
  readonly #world: SchedulesWorld;
  readonly #clock: Clock;
  readonly #stop: () => void;
  #entries: ReadonlyMap<string, Entry> = new Map();

  constructor(world: SchedulesWorld, clock: Clock = WALL_CLOCK) {
    this.#world = world;
    this.#clock = clock;
    this.#stop = clock.every(WAKE_EVERY_MS, () => this.runDue());
  }

  close(): void {
    this.#stop();
  }

  list(): readonly Schedule[] {
    return [...this.#entries.values()].map((entry) => scheduleOf(entry, this.#clock.now()));
  }

  find(pipe: string): Schedule | undefined {
    const entry = this.#entries.get(pipe);
    return entry && scheduleOf(entry, this.#clock.now());
  }

  /** Takes the schedules of the project's pipes. A new one begins with its next time. */
  async setProject(project: Project): Promise<void> {
    const { database, notice } = this.#world;
    const known = await database.write(async (connection) => {
      await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.schedule (pipe VARCHAR, settled_until TIMESTAMP, is_paused BOOLEAN)');
      const reader = await connection.runAndReadAll('SELECT pipe, epoch_ms(settled_until), is_paused FROM sandpiper.schedule');
      return new Map(reader.getRows().map(([pipe, until, isPaused]) => [String(pipe), { settledUntil: new Date(Number(until)), isPaused: isPaused === true }]));
    });
    const entries = new Map<string, Entry>();
    for (const pipe of project.pipes) {
      for (const node of pipe.nodes) {
        const expression = scheduleText(node);
        if (expression === undefined) continue;
        const cron = readCron(expression);
        if (!cron) {
          notice('warning', `The schedule of ${pipe.name} is no cron expression: ${expression}. It has five parts, as in 0 * * * * for each full hour, or is @on-demand.`);
          continue;
        }
        const before = this.#entries.get(pipe.name);
        const state = known.get(pipe.name) ?? { settledUntil: this.#clock.now(), isPaused: false };
        if (!known.has(pipe.name)) await database.write((connection) => remember(connection, pipe.name, state));
        entries.set(pipe.name, { pipe, node, expression, cron, ...state, isRunning: before?.isRunning ?? false });
      }
    }
    this.#entries = entries;
    this.runDue();
  }

  /** Undefined when the pipe has no schedule. Times that go by in a pause are not made up for. */
  async pause(pipe: string, isPaused: boolean): Promise<Schedule | undefined> {
    const entry = this.#entries.get(pipe);
    if (!entry) return undefined;
    entry.isPaused = isPaused;
    if (!isPaused) entry.settledUntil = this.#clock.now();
    await this.#world.database.write((connection) => remember(connection, pipe, entry));
    return this.find(pipe);
  }

  /** Starts what is due. */
  runDue(): void {
    const now = this.#clock.now();
    for (const entry of this.#entries.values()) {
      const first = entry.isPaused || entry.isRunning ? null : entry.cron.nextRun(entry.settledUntil);
      if (first && first <= now) void this.#run(entry, first, now);
    }
  }

  async #run(entry: Entry, first: Date, now: Date): Promise<void> {
    const { pipe, node, cron, isPaused } = entry;
    const due = cron.previousRuns(1, new Date(now.getTime() + 1))[0] ?? first;
    this.#tellMissed(entry, first, now);
    entry.isRunning = true;
    const settle = (connection: Connection) => remember(connection, pipe.name, { settledUntil: due, isPaused });
    try {
      await this.#world.run(pipe, node, due, settle);
    } catch {
      // Its job tells the failure; the next time is the next try.
      await this.#world.database.write(settle).catch(() => undefined);
    } finally {
      const current = this.#entries.get(pipe.name);
      for (const one of new Set([entry, current])) {
        if (!one) continue;
        one.isRunning = false;
        if (one.settledUntil < due) one.settledUntil = due;
      }
    }
  }

  #tellMissed({ pipe, cron }: Entry, first: Date, now: Date): void {
    if (now.getTime() - first.getTime() < LATE_MS) return;
    const others = cron.nextRuns(COUNTED, first).filter((time) => time <= now).length;
    const times = others >= COUNTED ? `more than ${COUNTED} times` : others === 0 ? 'one time' : `${others + 1} times`;
    this.#world.notice('info', `${pipe.name} runs once for ${times} that it missed since ${first.toISOString().slice(0, 16).replace('T', ' ')} UTC.`);
  }
}

/** The cron expression of a copy or sink node; undefined when it runs on demand. */
function scheduleText(node: PipeNode): string | undefined {
  const text = (node.type === 'copy' ? node.copySchedule : node.type === 'sink' ? node.settings['EXPORT_SCHEDULE'] : undefined)?.trim();
  return text === undefined || text === '' || /^@on-demand$/i.test(text) ? undefined : text;
}

function readCron(expression: string): Cron | undefined {
  if (!/^(?:\S+\s+){4}\S+$|^@(?:hourly|daily|weekly|monthly|yearly|annually)$/.test(expression)) return undefined;
  try {
    return new Cron(expression, { timezone: 'UTC', paused: true });
  } catch {
    return undefined; // Croner throws for what is no cron expression.
  }
}

function scheduleOf({ pipe, expression, isPaused, cron, settledUntil }: Entry, now: Date): Schedule {
  return { pipe: pipe.name, cron: expression, isPaused, nextRun: isPaused ? undefined : (cron.nextRun(settledUntil > now ? settledUntil : now) ?? undefined) };
}

async function remember(connection: Connection, pipe: string, { settledUntil, isPaused }: { readonly settledUntil: Date; readonly isPaused: boolean }): Promise<void> {
  await connection.run(duck`DELETE FROM sandpiper.schedule WHERE pipe = ${duckString(pipe)}`.text);
  await connection.run(duck`INSERT INTO sandpiper.schedule VALUES (${duckString(pipe)}, ${timestamp(settledUntil)}, ${isPaused ? duck`true` : duck`false`})`.text);
}

function timestamp(date: Date): DuckSql {
  return duck`CAST(${duckString(date.toISOString().replace('T', ' ').replace('Z', ''))} AS TIMESTAMP)`;
}

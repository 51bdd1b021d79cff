/**
 * What a workspace does by itself while nobody waits for it: lets rows expire (expiry.ts) and writes tables anew
 * (compaction.ts), one table at a time, as jobs. It waits until no rows have come for a while, so that it holds up no
 * event; where they never stop coming, a table is dealt with once it has grown by much. Time is that of a clock that
 * never jumps.
 */
import { SandpiperError } from '../errors.ts';
import { compact, needsCompaction, openLayout, type Compaction } from './compaction.ts';
import type { Database } from './database.ts';
import { expireRows, ttlOf, type Expired } from './expiry.ts';
import type { Jobs } from './jobs.ts';
import type { Materializations } from './materialization.ts';
import type { Notice, StoredTable } from './tables.ts';

export interface UpkeepWorld {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly views: Materializations;
  readonly tables: () => ReadonlyMap<string, StoredTable>;
  readonly rowCount: (name: string) => number;
  readonly recount: (name: string, added?: number) => Promise<void>;
  readonly notice: Notice;
  /** Whether ENGINE_TTL is followed. */
  readonly expires: boolean;
}

const WAKE_EVERY_MS = 15_000;
const QUIET_MS = 10_000;
/** After so long without rest a table is written anew all the same, when it has this many times the rows that a quiet one would need. */
const RESTLESS_MS = 2 * 60_000;
const BUSY_FACTOR = 8;
const EXPIRE_FIRST_MS = 10 * 60_000;
const EXPIRE_EVERY_MS = 60 * 60_000;

export class Upkeep {
  readonly #world: UpkeepWorld;
  readonly #timer: NodeJS.Timeout;
  #lastRowsAt = performance.now();
  #lastRestAt = performance.now();
  #nextExpiryAt = performance.now() + EXPIRE_FIRST_MS;
  #working: Promise<void> | undefined;
  /** Told once, until the engine starts again. */
  readonly #told = new Set<string>();

  constructor(world: UpkeepWorld) {
    this.#world = world;
    this.#timer = setInterval(() => void this.#wake(), WAKE_EVERY_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  rowsArrived(): void {
    const now = performance.now();
    if (now - this.#lastRowsAt > QUIET_MS) this.#lastRestAt = now;
    this.#lastRowsAt = now;
  }

  async #wake(): Promise<void> {
    if (this.#working) return;
    const isQuiet = performance.now() - this.#lastRowsAt > QUIET_MS;
    this.#working = this.#doWhatIsDue(isQuiet).catch((error: unknown) => this.#tell('upkeep', error)).finally(() => (this.#working = undefined));
    await this.#working;
  }

  async #doWhatIsDue(isQuiet: boolean): Promise<void> {
    if (this.#world.expires && performance.now() >= this.#nextExpiryAt) {
      this.#nextExpiryAt = performance.now() + EXPIRE_EVERY_MS;
      await this.expireAll(new Date());
    }
    if (isQuiet || performance.now() - this.#lastRestAt > RESTLESS_MS) await this.compactGrown(isQuiet);
  }

  /** Lets the rows of every data source expire that are due at this time. */
  async expireAll(now: Date): Promise<void> {
    for (const table of this.#world.tables().values()) {
      if (table.source.tableEngine.ttl.trim() === '') continue;
      try {
        await this.#expire(table, now);
      } catch (error) {
        this.#tell(`expire ${table.source.name}`, error);
      }
    }
  }

  async #expire(table: StoredTable, now: Date): Promise<Expired> {
    const { database, jobs, views, recount, notice } = this.#world;
    const { name } = table.source;
    ttlOf(table);
    return jobs.start('expire', `Let rows of ${name} expire`, { dataSource: name }, async ({ signal, note, outcome }) => {
      const expired = await database.write(async (connection) => {
        const result = await expireRows(connection, table, now);
        if (result.deleted + result.rolledUp > 0) await views.rowsGone(connection, name);
        return result;
      }, { signal });
      const { deleted, rolledUp } = expired;
      outcome({ rows: deleted });
      note(`${counted(deleted)} expired, ${counted(rolledUp)} rolled up into others.`);
      if (deleted > 0) notice('info', `${counted(deleted)} of ${name} expired by its ENGINE_TTL.`);
      if (deleted + rolledUp > 0) await recount(name, 0);
      return expired;
    }).finished;
  }

  /** Writes those tables anew that have grown enough; in unquiet times only those that have grown by much. */
  async compactGrown(isQuiet: boolean): Promise<void> {
    const { database, tables, rowCount } = this.#world;
    await openLayout(database);
    for (const table of tables().values()) {
      const { name } = table.source;
      if (!(await needsCompaction(database, table, rowCount(name), isQuiet ? 1 : BUSY_FACTOR))) continue;
      try {
        await this.#compact(table);
      } catch (error) {
        this.#tell(`compact ${name}`, error);
      }
    }
  }

  async #compact(table: StoredTable): Promise<Compaction> {
    const { database, jobs, recount } = this.#world;
    const { name } = table.source;
    return jobs.start('compact', `Order the rows of ${name}`, { dataSource: name }, async ({ signal, note, progress }) => {
      const result = await database.write((connection) => compact(connection, table), { signal, onProgress: progress });
      note(`${counted(result.before)} became ${result.after.toLocaleString('en-US')}, in the order of ${table.source.tableEngine.sortingKey}.`);
      if (result.after !== result.before) await recount(name, 0);
      return result;
    }).finished;
  }

  #tell(what: string, error: unknown): void {
    if (error instanceof SandpiperError && (error.code === 'unavailable' || error.code === 'cancelled')) return;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#told.has(`${what} ${message}`)) return;
    this.#told.add(`${what} ${message}`);
    this.#world.notice('warning', message);
  }
}

function counted(rows: number): string {
  return `${rows.toLocaleString('en-US')} row${rows === 1 ? '' : 's'}`;
}

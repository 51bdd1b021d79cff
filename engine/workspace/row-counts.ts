/** How many rows each data source and its quarantine hold: counted once, then kept in step with what arrives. */
import { duck, duckName } from '../sql/duck.ts';
import type { Database } from './database.ts';
import { quarantineName } from './quarantine.ts';

export interface Counts {
  readonly rowCount: number;
  readonly quarantinedCount: number;
  /** When rows were added last, since the engine started. */
  readonly lastRowsAt?: Date;
}

const NONE: Counts = { rowCount: 0, quarantinedCount: 0 };

export class RowCounts {
  readonly #database: Database;
  readonly #counts = new Map<string, Counts>();

  constructor(database: Database) {
    this.#database = database;
  }

  of(dataSource: string): Counts {
    return this.#counts.get(dataSource) ?? NONE;
  }

  has(dataSource: string): boolean {
    return this.#counts.has(dataSource);
  }

  /** Counts anew in DuckDB. */
  async read(dataSource: string): Promise<Counts> {
    const count = async (table: string) => Number((await this.#database.query(duck`SELECT count(*) FROM main.${duckName(table)}`.text)).getRows()[0]?.[0] ?? 0);
    const before = this.#counts.get(dataSource);
    const rowCount = await count(dataSource);
    const lastRowsAt = before && rowCount > before.rowCount ? new Date() : before?.lastRowsAt;
    const counts = { rowCount, quarantinedCount: await count(quarantineName(dataSource)), ...(lastRowsAt ? { lastRowsAt } : {}) };
    this.#counts.set(dataSource, counts);
    return counts;
  }

  add(dataSource: string, loaded: number, quarantined: number): Counts {
    const { rowCount, quarantinedCount, lastRowsAt } = this.of(dataSource);
    const last = loaded > 0 ? new Date() : lastRowsAt;
    const counts = { rowCount: rowCount + loaded, quarantinedCount: quarantinedCount + quarantined, ...(last ? { lastRowsAt: last } : {}) };
    this.#counts.set(dataSource, counts);
    return counts;
  }
}

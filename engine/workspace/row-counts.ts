/** How many rows each data source and its quarantine hold: counted once, then kept in step with what arrives. */
import { duck, duckName } from '../sql/duck.ts';
import type { Database } from './database.ts';
import { quarantineName } from './quarantine.ts';

export interface Counts {
  readonly rowCount: number;
  readonly quarantinedCount: number;
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
    const counts = { rowCount: await count(dataSource), quarantinedCount: await count(quarantineName(dataSource)) };
    this.#counts.set(dataSource, counts);
    return counts;
  }

  add(dataSource: string, loaded: number, quarantined: number): Counts {
    const { rowCount, quarantinedCount } = this.of(dataSource);
    const counts = { rowCount: rowCount + loaded, quarantinedCount: quarantinedCount + quarantined };
    this.#counts.set(dataSource, counts);
    return counts;
  }
}

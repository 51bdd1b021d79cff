/**
 * The only importer of DuckDB. Opens the database file of a workspace behind two walls (staging folder only, locked
 * configuration), keeps one writer connection and a pool of readers, and turns DuckDB's failures into SandpiperErrors.
 * Promises: writes run one at a time, in the order asked; a cancelled query ends soon; a database that another
 * process holds is 'locked' with that process's id where known, a damaged one 'storage' with the file named.
 * Leaves to others: what the SQL means (sql room), what tables there are (tables.ts).
 */
import { DuckDBInstance, type DuckDBConnection, type DuckDBType, type DuckDBValue, type DuckDBResultReader } from '@duckdb/node-api';
import { SandpiperError } from '../errors.ts';

export type { DuckDBConnection as Connection, DuckDBType, DuckDBValue };

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

export interface Database {
  /** Reads on a connection of the pool: many at once. All rows are in the reader when the promise resolves. */
  readonly query: (sql: string, options?: QueryOptions) => Promise<DuckDBResultReader>;
  /** Whether DuckDB would run the SQL, without running it. Throws SandpiperError 'query-failed'. */
  readonly prepare: (sql: string) => Promise<void>;
  /** Runs `work` in a transaction on the writer, after the writes asked for before it. Rolls back when it throws or the signal aborts. */
  readonly write: <T>(work: (connection: DuckDBConnection) => Promise<T>, options?: QueryOptions) => Promise<T>;
  readonly close: () => Promise<void>;
  /** The one folder that DuckDB may read files from. */
  readonly stagingFolder: string;
}

export interface DatabaseLimits {
  /** E.g. '2GB'. */
  readonly memory?: string;
  readonly threads?: number;
}

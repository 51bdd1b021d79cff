/**
 * What the binder may ask of the project: tables by name. Nothing else of the world reaches the sql room.
 */
import type { Query } from './ast.ts';
import type { ClickHouseType } from './types.ts';

export interface CatalogColumn {
  readonly name: string;
  readonly type: ClickHouseType;
}

/** How FINAL and unmerged rows work for a stored table. */
export interface CatalogEngine {
  readonly name: string;
  /** Column names where the sorting key is made of columns; expressions are kept as text. */
  readonly sortingKey: readonly string[];
  readonly version?: string;
  readonly isDeleted?: string;
  readonly sign?: string;
  readonly summingColumns?: readonly string[];
}

export type CatalogTable =
  | {
      readonly kind: 'stored';
      /** Schema and table in DuckDB. Its columns have the same names, in the plain DuckDB types of physical.ts. */
      readonly duckdbName: readonly [string, string];
      readonly columns: readonly CatalogColumn[];
      readonly engine?: CatalogEngine;
    }
  /** A node or a pipe: its query is bound in its own scope and becomes a CTE, once per translation. */
  | {
      readonly kind: 'query';
      readonly query: Query;
      /** The text that the query was parsed from. */
      readonly sql?: string;
      /** Unique in the project: `pipe` or `pipe.node`. */
      readonly id: string;
      /** Where the query's own names are looked up. Default: the catalog that gave it. */
      readonly catalog?: Catalog;
    };

export interface Catalog {
  /** Values of the query parameters `{name: Type}` that queries which look names up here may use, beside those of the whole statement. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** `database` is undefined for a bare name; `tinybird.pipe_stats_rt` has one. Throws SandpiperError when the name exists but is broken. */
  readonly findTable: (database: string | undefined, name: string) => CatalogTable | undefined;
  /** Names for suggestions. */
  readonly tableNames: () => readonly string[];
}

/** What translate() gives. */
export interface Translation {
  readonly duckdbSql: string;
  /** In order, names unique only where the query made them so. DuckDB's column i is this column i, in its plain type. */
  readonly columns: readonly CatalogColumn[];
  /** Stored tables that are read, `schema.table` as the catalog named them, each once. */
  readonly tables: readonly (readonly [string, string])[];
  /** Ids of the nodes and pipes that are read, through others too. */
  readonly queries: readonly string[];
  /** FORMAT name, if the query ended in one. */
  readonly format?: string;
  /** True when the outermost query has a LIMIT: its answer then tells rows_before_limit_at_least. */
  readonly limited: boolean;
  /** The same query without its outermost LIMIT, counting its rows, for rows_before_limit_at_least; undefined when not limited. */
  readonly countSql?: string;
  /** WITH TOTALS: the query for the totals row, with the same columns. */
  readonly totalsSql?: string;
  /** The SQL holds the current time, so it must be translated anew for each run. */
  readonly readsClock: boolean;
}

export interface TranslateOptions {
  readonly catalog: Catalog;
  /** Server zone; default UTC. */
  readonly timeZone?: string;
  /** Default: the current time. Microseconds since 1970. */
  readonly nowMicros?: bigint;
  /** Values for `{name: Type}`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

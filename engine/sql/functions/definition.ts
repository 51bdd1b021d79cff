/**
 * What a function of ClickHouse is to the binder. Each file of this folder exports one list of definitions;
 * registry.ts joins them, finds them by name (some are case-insensitive, as in ClickHouse) and suggests near names.
 */
import type { Span } from '../../errors.ts';
import type { Argument, Bound } from '../bound.ts';
import type { ClickHouseType } from '../types.ts';

export interface FunctionCall {
  /** As the definition spells it. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly span: Span;
  readonly context: FunctionContext;
}

/** What a function may ask of the query around it. */
export interface FunctionContext {
  /** The server's zone: DateTime without a zone is shown and cut in it. */
  readonly timeZone: string;
  /** Fixed for the whole query, so that now() is one moment: seconds since 1970, with microseconds. */
  readonly nowMicros: bigint;
  /** A setting of the query, as it is written: SETTINGS name = 'value'. */
  readonly setting: (name: string) => string | undefined;
  /** Binds another function by name: `ifNull` in terms of `coalesce`. */
  readonly call: (name: string, args: readonly Argument[], span: Span) => Bound;
  /** A name for a lambda parameter of DuckDB that no other part of the query uses. */
  readonly freshName: () => string;
}

export type FunctionCategory =
  | 'arithmetic' | 'comparison' | 'logical' | 'conditional' | 'null' | 'type conversion' | 'rounding' | 'mathematical'
  | 'dates and times' | 'string' | 'string search' | 'string replacement' | 'splitting' | 'array' | 'tuple' | 'map'
  | 'JSON' | 'URL' | 'encoding' | 'hash' | 'UUID' | 'IP address' | 'bit' | 'random' | 'geo' | 'distance' | 'other'
  | 'window' | 'introspection';

export interface FunctionDefinition {
  readonly name: string;
  /** `toStartOfDay(time[, timezone])`, for hover and completion. */
  readonly signature: string;
  /** One sentence of ours. */
  readonly help: string;
  readonly category: FunctionCategory;
  readonly caseInsensitive?: boolean;
  readonly aliases?: readonly string[];
  /** Further names that ClickHouse takes in any case, while the name itself is case-sensitive: YEAR for toYear. */
  readonly caseInsensitiveAliases?: readonly string[];
  /** Further names that ClickHouse takes as they are, while the name itself is not case-sensitive: nowInBlock for now. */
  readonly exactAliases?: readonly string[];
  /** Checks the arguments (throwing SandpiperError with code 'type' and a span) and gives the result. */
  readonly bind: (call: FunctionCall) => Bound;
}

/** A helper for lists of functions whose result type does not depend on details. */
export type ResultType = ClickHouseType | ((args: readonly Bound[]) => ClickHouseType);

/**
 * What the binder makes of an expression: a ClickHouse type, the DuckDB SQL that computes it, and, where it is
 * known while binding, its constant value. Functions take and return these.
 */
import type { Span } from '../errors.ts';
import type { DuckSql } from './duck.ts';
import type { ClickHouseType } from './types.ts';

/**
 * How DuckDB holds the value. `plain` is the column type that physical.ts names for the ClickHouse type.
 * A few functions give a cheaper or wider form, which `plainSql` in physical.ts turns into the plain one:
 * `boolean` (a comparison: UInt8 or Bool held as BOOLEAN), `bytes` (a String held as BLOB, for text that is not UTF-8).
 */
export type Representation = 'plain' | 'boolean' | 'bytes';

export interface Bound {
  readonly type: ClickHouseType;
  readonly sql: DuckSql;
  readonly representation: Representation;
  /** Set when the value is known without reading a row: literals, and what functions fold from them. */
  readonly constant?: Constant;
  readonly span: Span;
}

/** Integers are bigint, floats number, decimals and times their ClickHouse text. */
export type Constant =
  | { readonly kind: 'null' }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'array' | 'tuple'; readonly items: readonly Constant[] };

/** A lambda argument, not yet bound: the function knows what its parameters are. */
export interface BoundLambda {
  readonly kind: 'lambda';
  readonly parameterNames: readonly string[];
  /** Binds the body with these values for the parameters. Throws when their number differs. */
  readonly body: (parameters: readonly Bound[]) => Bound;
  readonly span: Span;
}

export type Argument = Bound | BoundLambda;

export function isLambda(argument: Argument): argument is BoundLambda {
  return 'kind' in argument;
}

export function bound(type: ClickHouseType, sql: DuckSql, span: Span, representation: Representation = 'plain'): Bound {
  return { type, sql, span, representation };
}

/**
 * ClickHouse SQL as a tree: what parse.ts makes, bind.ts reads and format.ts prints. Plain data, a span on every part.
 * Operators are calls of the function they stand for, as in ClickHouse itself: `a + b` is plus(a, b), `a[1]` is
 * arrayElement(a, 1), `x ? y : z` is if(x, y, z), CASE is multiIf or caseWithExpression, `a BETWEEN b AND c` is
 * and(greaterOrEquals(a, b), lessOrEquals(a, c)), `x::T` is CAST(x, 'T'), `EXTRACT(DAY FROM d)` is toDayOfMonth(d).
 * So the binder and the list of functions know one form. `written` says how the author wrote it, for the printer
 * and for ClickHouse's names of unnamed columns.
 */
import type { Span } from '../errors.ts';
import type { ClickHouseType, IntervalUnit } from './types.ts';

export interface Name {
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
}

export type Expression =
  | Literal
  | Identifier
  | Asterisk
  | ColumnsMatcher
  | Call
  | Lambda
  | ArrayLiteral
  | TupleLiteral
  | Subquery
  | Exists
  | QueryParameter
  | Aliased;

export type Literal =
  | { readonly kind: 'number'; /** As written: `10`, `1.5e3`, `0xFF`, `1_000`, `inf`, `nan`; a minus sign is negate(). */ readonly text: string; readonly span: Span }
  | { readonly kind: 'string'; /** Unescaped. */ readonly value: string; readonly span: Span }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'null'; readonly span: Span };

/** `a`, `t.a`, `db.t.a`, `nested.b`, `json.a.b`: which it is, the binder finds out. `.1` and `.:Int64` are calls (tupleElement, dynamicElement). */
export interface Identifier {
  readonly kind: 'identifier';
  readonly parts: readonly [Name, ...Name[]];
  /** Made of `*`: the column itself, even where an alias has its name. */
  readonly isColumn?: true;
  readonly span: Span;
}

/** `*` or `t.*`, with EXCEPT, REPLACE and APPLY in the order written. */
export interface Asterisk {
  readonly kind: 'asterisk';
  readonly qualifier: readonly Name[];
  readonly transformers: readonly ColumnTransformer[];
  readonly span: Span;
}

/** COLUMNS('regex') or COLUMNS(a, b). */
export interface ColumnsMatcher {
  readonly kind: 'columns';
  readonly qualifier: readonly Name[];
  readonly pattern?: string;
  readonly names?: readonly Identifier[];
  readonly transformers: readonly ColumnTransformer[];
  readonly span: Span;
}

export type ColumnTransformer =
  | { readonly kind: 'except'; readonly names: readonly Name[]; readonly pattern?: string; readonly strict: boolean; readonly span: Span }
  | { readonly kind: 'replace'; readonly items: readonly { readonly expression: Expression; readonly name: Name }[]; readonly strict: boolean; readonly span: Span }
  | { readonly kind: 'apply'; /** A function name, with parameters for quantile(0.9), or a lambda. */ readonly function: Name | Lambda; readonly parameters: readonly Expression[]; readonly prefix?: string; readonly span: Span };

export interface Call {
  readonly kind: 'call';
  readonly name: Name;
  readonly written: 'function' | 'operator' | 'case' | 'cast' | 'keyword';
  /** The first brackets of `quantile(0.9)(x)`. */
  readonly parameters?: readonly Expression[];
  readonly arguments: readonly Expression[];
  readonly distinct: boolean;
  /** `count() FILTER (WHERE c)`. */
  readonly filter?: Expression;
  /** `OVER (…)` or `OVER name`. */
  readonly over?: WindowSpecification | Name;
  /** `first_value(x) IGNORE NULLS`. */
  readonly nulls?: 'ignore' | 'respect';
  /** `[1, 2]::T` is named after the text of its list. */
  readonly castText?: string;
  readonly span: Span;
}

export interface Lambda {
  readonly kind: 'lambda';
  readonly parameters: readonly Name[];
  readonly body: Expression;
  readonly span: Span;
}

export interface ArrayLiteral {
  readonly kind: 'array';
  readonly elements: readonly Expression[];
  readonly span: Span;
}

/** `(a, b)` or `tuple(a, b)` written with brackets only; `(a)` is a. */
export interface TupleLiteral {
  readonly kind: 'tuple';
  readonly elements: readonly Expression[];
  readonly span: Span;
}

/** A query in brackets used as a value or on the right of IN. */
export interface Subquery {
  readonly kind: 'subquery';
  readonly query: Query;
  readonly span: Span;
}

export interface Exists {
  readonly kind: 'exists';
  readonly query: Query;
  readonly span: Span;
}

/** `{name: Type}`, filled from the query's parameters. */
export interface QueryParameter {
  readonly kind: 'parameter';
  readonly name: string;
  readonly type: ClickHouseType | 'Identifier';
  readonly span: Span;
}

/** `expression AS alias`, legal anywhere in ClickHouse and visible everywhere in its query. */
export interface Aliased {
  readonly kind: 'aliased';
  readonly expression: Expression;
  readonly alias: Name;
  readonly span: Span;
}

/** `INTERVAL 3 DAY` is toIntervalDay(3), written 'keyword'; the units that the parser knows. */
export const INTERVAL_UNITS: readonly IntervalUnit[] = [
  'Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year',
];

export type Query = SelectQuery | SetQuery | ExplainQuery;

export interface SelectQuery {
  readonly kind: 'select';
  readonly with: readonly WithItem[];
  readonly recursive: boolean;
  readonly distinct: boolean;
  readonly distinctOn: readonly Expression[];
  readonly columns: readonly Expression[];
  readonly from?: TableExpression;
  readonly arrayJoins: readonly ArrayJoin[];
  readonly prewhere?: Expression;
  readonly where?: Expression;
  readonly groupBy?: GroupBy;
  readonly having?: Expression;
  readonly windows: readonly { readonly name: Name; readonly specification: WindowSpecification }[];
  readonly qualify?: Expression;
  readonly orderBy: readonly OrderItem[];
  readonly orderByAll: boolean;
  /** The direction of ORDER BY ALL. */
  readonly orderAll?: Pick<OrderItem, 'descending' | 'nulls'>;
  readonly interpolate?: readonly { readonly name: Name; readonly expression?: Expression }[];
  readonly limitBy?: { readonly limit: Expression; readonly offset?: Expression; readonly by: readonly Expression[] };
  readonly limit?: Expression;
  readonly offset?: Expression;
  readonly withTies: boolean;
  readonly settings: readonly Setting[];
  readonly format?: Name;
  readonly span: Span;
}

/** UNION, EXCEPT and INTERSECT of two or more queries. ORDER BY and LIMIT after the last belong to that last query, as in ClickHouse. */
export interface SetQuery {
  readonly kind: 'set';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly mode: 'all' | 'distinct';
  readonly queries: readonly [Query, Query, ...Query[]];
  readonly settings: readonly Setting[];
  readonly format?: Name;
  readonly span: Span;
}

export interface ExplainQuery {
  readonly kind: 'explain';
  readonly what: string;
  readonly query: Query;
  readonly format?: Name;
  readonly span: Span;
}

export type WithItem =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly alias: Name; readonly span: Span }
  | { readonly kind: 'query'; readonly name: Name; readonly columns: readonly Name[]; readonly query: Query; readonly span: Span };

export interface GroupBy {
  readonly kind: 'plain' | 'rollup' | 'cube' | 'sets' | 'all';
  readonly keys: readonly Expression[];
  /** For GROUPING SETS. */
  readonly sets: readonly (readonly Expression[])[];
  readonly withTotals: boolean;
  readonly span: Span;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nulls?: 'first' | 'last';
  readonly collate?: string;
  readonly fill?: {
    readonly from?: Expression;
    readonly to?: Expression;
    readonly step?: Expression;
    readonly staleness?: Expression;
  };
  readonly span: Span;
}

export interface WindowSpecification {
  readonly base?: Name;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: {
    readonly unit: 'rows' | 'range' | 'groups';
    readonly start: FrameBound;
    readonly end: FrameBound;
  };
  readonly span: Span;
}

export type FrameBound =
  | { readonly kind: 'current-row' | 'unbounded-preceding' | 'unbounded-following' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression };

export interface Setting {
  readonly name: Name;
  readonly value: Literal | Expression;
}

export type TableExpression =
  | {
      readonly kind: 'table';
      readonly database?: Name;
      readonly name: Name;
      readonly alias?: Name;
      readonly columnAliases: readonly Name[];
      readonly final: boolean;
      readonly sample?: { readonly ratio: Expression; readonly offset?: Expression };
      /** `{name:Identifier}`: the query parameter that holds the name. */
      readonly parameter?: string;
      readonly span: Span;
    }
  | {
      readonly kind: 'table-function';
      readonly name: Name;
      readonly arguments: readonly Expression[];
      readonly alias?: Name;
      readonly columnAliases: readonly Name[];
      readonly final: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'query'; readonly query: Query; readonly alias?: Name; readonly columnAliases: readonly Name[]; readonly final: boolean; readonly span: Span }
  | { readonly kind: 'array-join'; /** An ARRAY JOIN that other joins follow. */ readonly table: TableExpression; readonly clause: ArrayJoin; readonly span: Span }
  | Join;

export interface Join {
  readonly kind: 'join';
  readonly left: TableExpression;
  readonly right: TableExpression;
  /** `comma` is a cross join written with a comma. */
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'comma' | 'paste';
  /** Absent: ALL. */
  readonly strictness?: 'all' | 'any' | 'semi' | 'anti' | 'asof';
  readonly global: boolean;
  readonly on?: Expression;
  readonly using?: readonly Expression[];
  readonly span: Span;
}

export interface ArrayJoin {
  readonly left: boolean;
  readonly items: readonly Expression[];
  readonly span: Span;
}

/**
 * What an aggregate function of ClickHouse is to the binder: a way to aggregate at once, and, for -State, -Merge and
 * materialized views, a state that can be stored in a column, merged in any order and finished.
 * Combinators (-If, -Array, -Distinct, -OrNull, …) are applied in combinators.ts around these definitions, so a
 * definition knows nothing of them but the filter it is given.
 */
import type { Span } from '../../errors.ts';
import type { Bound } from '../bound.ts';
import type { DuckSql } from '../duck.ts';
import type { FunctionContext } from '../functions/definition.ts';
import type { AggregateStateType, ClickHouseType } from '../types.ts';

export interface AggregateCall {
  readonly name: string;
  /** Constant parameters, the first brackets of `quantile(0.9)(x)`. */
  readonly parameters: readonly Bound[];
  readonly arguments: readonly Bound[];
  /** `count(DISTINCT x)` and -Distinct. */
  readonly distinct: boolean;
  /** A BOOLEAN that says which rows count (-If, FILTER). The definition puts it into FILTER (WHERE …). */
  readonly filter?: DuckSql;
  /** The OVER clause, when the aggregate is used as a window function: it goes after each DuckDB aggregate call. */
  readonly over?: DuckSql;
  /** When present, the rows are the elements of a list (-Array, -ForEach, states kept as lists), not those of the group. */
  readonly rows?: ListRows;
  readonly span: Span;
  readonly context: FunctionContext;
}

/** A list to aggregate over: arguments and filter name its element by `element`, a lambda parameter. */
export interface ListRows {
  readonly list: DuckSql;
  readonly element: DuckSql;
}

/** States to merge that are the elements of a list, and the query's names for lambda parameters. */
export interface MergedList {
  readonly rows?: ListRows;
  readonly context: FunctionContext;
}

export interface AggregateState {
  /** The DuckDB type of a column that holds the state, e.g. `UBIGINT` or `STRUCT(total DOUBLE, rows UBIGINT)`. */
  readonly duckdbType: DuckSql;
  /** An aggregate expression: the state of a group of rows. */
  readonly accumulate: (call: AggregateCall) => DuckSql;
  /** An aggregate expression: the state of a group of states, or of the states in a list. */
  readonly merge: (state: DuckSql, filter?: DuckSql, over?: DuckSql, within?: MergedList) => DuckSql;
  /** A scalar expression: the result of one state. Its type is `resultType`. */
  readonly finish: (state: DuckSql) => DuckSql;
  /** `finish` of `merge` in one, where that is cheaper. */
  readonly mergedResult?: AggregateState['merge'];
  /** A state of no rows, for rows that a join or a default fills. */
  readonly empty: DuckSql;
  /** Forms that earlier versions of Sandpiper held the state in, and the way from them to this one (see upgrade.ts). */
  readonly earlier?: readonly EarlierForm[];
}

export interface EarlierForm {
  readonly duckdbType: DuckSql;
  readonly upgraded: (state: DuckSql) => DuckSql;
}

export interface AggregateDefinition {
  readonly name: string;
  readonly signature: string;
  readonly help: string;
  readonly caseInsensitive?: boolean;
  readonly aliases?: readonly string[];
  /** ClickHouse's type of the result; throws SandpiperError 'type' with a span for arguments that do not fit. */
  readonly resultType: (argumentTypes: readonly ClickHouseType[], parameters: readonly Bound[], span: Span) => ClickHouseType;
  /** Aggregates at once. Over no rows it gives ClickHouse's answer: 0, '' or NULL as the type says. */
  readonly bind: (call: AggregateCall) => Bound;
  /** The call with only those rows and arguments that the aggregate looks at (-If); what -OrNull counts. */
  readonly narrowed?: (call: AggregateCall) => AggregateCall;
  /** The type of the state, when it is another aggregate's: groupBitmapOr makes states of groupBitmap. */
  readonly heldAs?: (argumentTypes: readonly ClickHouseType[]) => AggregateStateType;
  /** Absent: the aggregate has no state here, and -State says so. */
  readonly state?: (argumentTypes: readonly ClickHouseType[], parameters: readonly Bound[]) => AggregateState;
}

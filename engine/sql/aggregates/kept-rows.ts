/**
 * A state that keeps the rows themselves as a list, or their different values: exact, good for every aggregate, and as
 * long as the data. Finishing it aggregates over the list.
 */
import { bound, type Bound } from '../bound.ts';
import { duck, duckName, type DuckSql } from '../duck.ts';
import type { FunctionContext } from '../functions/definition.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import type { ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition, AggregateState, EarlierForm, MergedList } from './definition.ts';
import { collect, packed, scope, unpacked } from './fold.ts';

const NO_SPAN = { start: 0, end: 0 };

export interface KeptRows {
  readonly duckdbType: DuckSql;
  readonly collected: (call: AggregateCall, values: readonly DuckSql[]) => DuckSql;
  readonly merge: (call: AggregateCall, state: DuckSql) => DuckSql;
  /** A call over the rows that the state keeps. */
  readonly over: (state: DuckSql, name: string, parameters: readonly Bound[]) => AggregateCall;
  readonly empty: DuckSql;
}

/** The context of a state's SQL that no query surrounds: it calls no function and numbers its lambda parameters. */
function freshContext(word: string): FunctionContext {
  let names = 0;
  return {
    timeZone: 'UTC',
    nowMicros: 0n,
    setting: () => undefined,
    call: () => {
      throw new Error('A state calls no function');
    },
    freshName: () => {
      names += 1;
      return `${word} ${names}`;
    },
  };
}

/** The call that merges states: no arguments, only which states and where. */
export function mergeCall(filter?: DuckSql, over?: DuckSql, within?: MergedList): AggregateCall {
  return {
    name: 'merge', parameters: [], arguments: [], distinct: false, span: NO_SPAN, context: within?.context ?? freshContext('merged'),
    ...(filter ? { filter } : {}), ...(over ? { over } : {}), ...(within?.rows ? { rows: within.rows } : {}),
  };
}

/** The elements of all states that are lists, in one list. */
export function joinedLists(call: AggregateCall, state: DuckSql): DuckSql {
  if (call.rows) return duck`flatten(${collect(call, state)})`;
  return duck`coalesce(flatten(list(${state})${scope(call)}), [])`;
}

/** Until version 2 of the states, most aggregates kept the values of their rows: their state is made of these. */
export function earlierRows(types: readonly ClickHouseType[], name: string, accumulate: (call: AggregateCall) => DuckSql): readonly EarlierForm[] {
  const kept = keptRows(types, false);
  return [{ duckdbType: kept.duckdbType, upgraded: (state) => accumulate(kept.over(state, name, [])) }];
}

export function keptRows(types: readonly ClickHouseType[], isDistinct: boolean): KeptRows {
  const [only, ...more] = types;
  const fields = types.map((type, index) => duck`${duckName(`a${index + 1}`)} ${duckTypeSql(type)}`);
  const element = !only ? duck`BOOLEAN` : more.length === 0 ? duckTypeSql(only) : duck`STRUCT(${fields})`;
  const duckdbType = duck`${element}[]`;
  const unique = (list: DuckSql) => (isDistinct ? duck`list_distinct(${list})` : list);
  return {
    duckdbType,
    collected: (call, values) => duck`CAST(${unique(collect({ ...call, distinct: isDistinct && !call.rows }, packed(values)))} AS ${duckdbType})`,
    merge: (call, state) => unique(joinedLists(call, state)),
    over: (state, name, parameters) => {
      const row = duckName('state row');
      const args = unpacked(row, types.length);
      return {
        name,
        parameters,
        arguments: types.map((type, index) => bound(type, args[index] ?? row, NO_SPAN)),
        distinct: false,
        rows: { list: duck`coalesce(${state}, [])`, element: row },
        span: NO_SPAN,
        context: freshContext('state'),
      };
    },
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

/** The definition with kept rows for its state. */
export function keepingRows(definition: AggregateDefinition, isDistinct = false): AggregateDefinition {
  return {
    ...definition,
    state: (types, parameters): AggregateState => {
      const kept = keptRows(types, isDistinct);
      return {
        duckdbType: kept.duckdbType,
        accumulate: (call) => kept.collected(call, call.arguments.map(plainSql)),
        merge: (state, filter, over, within) => kept.merge(mergeCall(filter, over, within), state),
        finish: (state) => plainSql(definition.bind(kept.over(state, definition.name, parameters))),
        empty: kept.empty,
      };
    },
  };
}

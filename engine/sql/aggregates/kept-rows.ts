/**
 * A state that keeps the rows themselves as a list, or their different values: exact, good for every aggregate, and as
 * long as the data. Finishing it aggregates over the list.
 */
import { bound, type Bound } from '../bound.ts';
import { duck, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import type { ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition, AggregateState } from './definition.ts';
import { collect, packed, scope, unpacked } from './fold.ts';
import { plainSql } from '../physical.ts';

const NO_SPAN = { start: 0, end: 0 };

export interface KeptRows {
  readonly duckdbType: DuckSql;
  readonly collected: (call: AggregateCall, values: readonly DuckSql[]) => DuckSql;
  readonly merge: (call: Pick<AggregateCall, 'filter' | 'over'>, state: DuckSql) => DuckSql;
  /** A call over the rows that the state keeps. */
  readonly over: (state: DuckSql, name: string, parameters: readonly Bound[]) => AggregateCall;
  readonly empty: DuckSql;
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
    merge: (call, state) => duck`coalesce(${unique(duck`flatten(list(${state})${scope(call)})`)}, [])`,
    over: (state, name, parameters) => {
      const row = duckName('state row');
      const args = unpacked(row, types.length);
      let names = 0;
      return {
        name,
        parameters,
        arguments: types.map((type, index) => bound(type, args[index] ?? row, NO_SPAN)),
        distinct: false,
        rows: { list: duck`coalesce(${state}, [])`, element: row },
        span: NO_SPAN,
        context: {
          timeZone: 'UTC',
          nowMicros: 0n,
          call: () => {
            throw new Error('A state calls no function');
          },
          freshName: () => {
            names += 1;
            return `state ${names}`;
          },
        },
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
        merge: (state, filter, over) => kept.merge({ ...(filter ? { filter } : {}), ...(over ? { over } : {}) }, state),
        finish: (state) => plainSql(definition.bind(kept.over(state, definition.name, parameters))),
        empty: kept.empty,
      };
    },
  };
}

/** Bitmaps, the states of groupBitmap, combined over rows: in all of them, in any, in an odd number of them. */
import { duck, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { UINT64, type AggregateStateType, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { countsOf } from './counts-state.ts';
import { collect, using, variable } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import { aggregate, argument, typeAt, type Rule } from './rule.ts';

function memberOf(type: ClickHouseType | undefined): ClickHouseType | undefined {
  return type?.kind === 'AggregateFunction' && type.name === 'groupBitmap' ? type.arguments[0] : undefined;
}

type Operation = 'And' | 'Or' | 'Xor';

/** The numbers that the bitmaps of all rows give together. */
function combined(call: AggregateCall, operation: Operation, bitmap: DuckSql): DuckSql {
  const [one, other, element] = [variable(call), variable(call), variable(call)];
  switch (operation) {
    case 'And':
      return using(call, collect(call, bitmap), (lists) => duck`CASE WHEN len(${lists}) = 0 THEN [] ELSE list_reduce(${lists}, lambda ${one}, ${other}: list_intersect(${one}, ${other})) END`);
    case 'Or':
      return duck`list_distinct(flatten(${collect(call, bitmap)}))`;
    case 'Xor': {
      const { filter: _filter, over: _over, ...rest } = call;
      const counts = countsOf({ ...rest, rows: { list: duck`flatten(${collect(call, bitmap)})`, element } }, element);
      return duck`list_transform(list_filter(${counts}, lambda ${one}: ${one}.n % 2 = 1), lambda ${other}: ${other}.k)`;
    }
    default:
      return operation satisfies never;
  }
}

const RULES: readonly Rule[] = ([['And', 'in the bitmaps of all rows'], ['Or', 'in the bitmap of any row'], ['Xor', 'in the bitmaps of an odd number of rows']] as const).map(([operation, words]) => ({
  name: `groupBitmap${operation}`, signature: `groupBitmap${operation}(bitmap)`, help: `How many numbers are ${words}.`,
  type: ([type], _parameters, refuse) => (memberOf(type) ?? refuse('a bitmap such as groupBitmapState(x) or bitmapBuild([1, 2])')),
  heldAs: ([type]): AggregateStateType => ({ kind: 'AggregateFunction', name: 'groupBitmap', parameters: [], arguments: [memberOf(type) ?? UINT64] }),
  aggregate: (call) => ({ sql: duck`CAST(len(${combined(call, operation, argument(call))}) AS ${duckTypeSql(memberOf(typeAt(call.types)) ?? UINT64)})` }),
  state: (types) => {
    const duckdbType = duck`${duckTypeSql(memberOf(typeAt(types)) ?? UINT64)}[]`;
    return {
      duckdbType,
      accumulate: (call) => duck`CAST(${combined(call, operation, argument(call))} AS ${duckdbType})`,
      merge: (call, state) => duck`list_distinct(${joinedLists(call, state)})`,
      finish: (state) => ({ sql: duck`CAST(coalesce(len(${state}), 0) AS ${duckTypeSql(memberOf(typeAt(types)) ?? UINT64)})` }),
      empty: duck`CAST([] AS ${duckdbType})`,
    };
  },
}));

export const BITMAPS: readonly AggregateDefinition[] = RULES.map(aggregate);

/**
 * The state that holds how often each value came, or the sum of its weights: struct(k, n) for each different value. As
 * long as there are different values, or only the `most` heaviest of them.
 */
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import type { AggregateCall } from './definition.ts';
import { collect, scope, using, variable } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import { byKey } from './keyed.ts';
import type { RuleCall, RuleState } from './rule.ts';

/** struct(k, n) for each value, n HUGEINT: how many rows have it. */
export function countsOf(call: AggregateCall, value: DuckSql): DuckSql {
  const entry = variable(call);
  const counts = call.rows ? duck`list_aggregate(${collect(call, value)}, ${duckString('histogram')})` : duck`histogram(${value})${scope(call)}`;
  return duck`list_transform(coalesce(map_entries(${counts}), []), lambda ${entry}: struct_pack(k := ${entry}.key, n := CAST(${entry}.value AS HUGEINT)))`;
}

/** struct(k, n) for each value, n HUGEINT: the sum of its weights. */
export function weightsOf(call: AggregateCall, value: DuckSql, weight: DuckSql): DuckSql {
  return summed(call, collect(call, duck`struct_pack(k := ${value}, n := CAST(${weight} AS HUGEINT))`));
}

function summed(call: AggregateCall, entries: DuckSql): DuckSql {
  const [entry, group] = [variable(call), variable(call)];
  const sums = byKey(call, entries, (list) => duck`CAST(list_sum(list_transform(${list}, lambda ${entry}: ${entry}.n)) AS HUGEINT)`);
  return duck`list_transform(${sums}, lambda ${group}: struct_pack(k := ${group}.k, n := ${group}.s))`;
}

export function countsState(type: DuckSql, counts: (call: RuleCall) => DuckSql, finish: RuleState['finish'], most?: number): RuleState {
  const duckdbType = duck`STRUCT(k ${type}, n HUGEINT)[]`;
  const cut = (call: AggregateCall, list: DuckSql) => (most === undefined ? list : using(call, list, (all) => {
    const [entry, heavy] = [variable(call), variable(call)];
    const heaviest = duck`list_sort(list_transform(${all}, lambda ${entry}: struct_pack(n := -${entry}.n, k := ${entry}.k)))[1:${duckInteger(most)}]`;
    return duck`CASE WHEN len(${all}) > ${duckInteger(most)} THEN list_transform(${heaviest}, lambda ${heavy}: struct_pack(k := ${heavy}.k, n := -${heavy}.n)) ELSE ${all} END`;
  }));
  return {
    duckdbType,
    accumulate: (call) => duck`CAST(${cut(call, counts(call))} AS ${duckdbType})`,
    merge: (call, state) => cut(call, summed(call, joinedLists(call, state))),
    finish,
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

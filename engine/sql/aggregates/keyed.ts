/**
 * Groups inside of a list, in time that grows with the list: for -Map, sumMap and the states that hold a count for each
 * value. The list's elements are structs with a field k, the key.
 */
import { duck, type DuckSql } from '../duck.ts';
import type { AggregateCall } from './definition.ts';
import { using, variable } from './fold.ts';

/** A list of struct(k, s), ordered by k, NULL first, where s is made of the list of the elements that have this key, in their order. */
export function byKey(call: AggregateCall, entries: DuckSql, body: (elements: DuckSql) => DuckSql): DuckSql {
  return using(call, entries, (list) => {
    const place = variable(call);
    const places = duck`list_sort(list_transform(range(1, len(${list}) + 1), lambda ${place}: struct_pack(m := ${list}[${place}].k IS NOT NULL, k := ${list}[${place}].k, i := ${place})))`;
    return using(call, places, (sorted) => {
      const [index, run, one] = [variable(call), variable(call), variable(call)];
      const starts = duck`list_filter(range(1, len(${sorted}) + 1), lambda ${index}: ${index} = 1 OR ${sorted}[${index}].k IS DISTINCT FROM ${sorted}[${index} - 1].k)`;
      return using(call, starts, (from) => {
        const elements = duck`list_transform(${sorted}[${from}[${run}]:coalesce(${from}[${run} + 1] - 1, len(${sorted}))], lambda ${one}: ${list}[${one}.i])`;
        return duck`list_transform(range(1, len(${from}) + 1), lambda ${run}: struct_pack(k := ${sorted}[${from}[${run}]].k, s := ${using(call, elements, body)}))`;
      });
    });
  });
}

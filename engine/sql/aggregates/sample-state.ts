/**
 * The state of quantiles that ClickHouse takes from a sample: up to 8192 values, each with a random place p. The lowest
 * places stay, so that states merge to a fair sample of all rows in any order. Up to 8192 values the answer is exact.
 */
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import type { AggregateCall } from './definition.ts';
import { collect, using, variable } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import type { RuleCall, RuleState } from './rule.ts';

const SIZE = duckInteger(8192);

/** `place` is a FLOAT from 0 to 1 for each row; `finish` gets the list of values. */
export function sampleState(type: DuckSql, value: (call: RuleCall) => DuckSql, place: (call: RuleCall) => DuckSql, finish: (values: DuckSql) => ReturnType<RuleState['finish']>): RuleState {
  const duckdbType = duck`STRUCT(p FLOAT, v ${type})[]`;
  const cut = (call: AggregateCall, rows: DuckSql) => using(call, rows, (list) => duck`CASE WHEN len(${list}) > ${SIZE} THEN list_sort(${list})[1:${SIZE}] ELSE ${list} END`);
  return {
    duckdbType,
    accumulate: (call) => duck`CAST(${cut(call, collect(call, duck`struct_pack(p := CAST(${place(call)} AS FLOAT), v := ${value(call)})`))} AS ${duckdbType})`,
    merge: (call, state) => cut(call, joinedLists(call, state)),
    finish: (state) => {
      const row = duck`"@p"`;
      return finish(duck`list_transform(coalesce(${state}, []), lambda ${row}: ${row}.v)`);
    },
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

export function randomPlace(): DuckSql {
  return duck`random()`;
}

/** A place that depends on a value alone, so that the same rows give the same sample. */
export function placeOf(call: RuleCall, value: DuckSql): DuckSql {
  const number = variable(call);
  return duck`list_transform([md5_number(CAST(${value} AS VARCHAR)) & 4294967295::UHUGEINT], lambda ${number}: CAST(${number} AS DOUBLE) / 4294967296)[1]`;
}

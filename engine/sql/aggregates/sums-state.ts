/**
 * The state of aggregates that are a formula over sums: how many rows, the sum of x, of x · x, and so on. DuckDB's own
 * vectorised sum merges them, at any size.
 */
import { duck, duckName, type DuckSql } from '../duck.ts';
import { fold } from './fold.ts';
import type { Outcome, RuleCall, RuleState } from './rule.ts';

/** `terms` are DOUBLEs to sum over the rows; `result` gets their sums, 0 over no rows. */
export function sumsState(terms: (call: RuleCall) => readonly DuckSql[], count: number, result: (sums: readonly DuckSql[]) => Outcome): RuleState {
  const names = Array.from({ length: count }, (_, index) => duckName(`s${index}`));
  const packed = (sums: readonly DuckSql[]) => duck`struct_pack(${names.map((name, index) => duck`${name} := coalesce(CAST(${sums[index] ?? duck`0`} AS DOUBLE), 0)`)})`;
  return {
    duckdbType: duck`STRUCT(${names.map((name) => duck`${name} DOUBLE`)})`,
    accumulate: (call) => packed(terms(call).map((term) => fold(call, 'sum', term))),
    merge: (call, state) => packed(names.map((name) => fold(call, 'sum', duck`${state}.${name}`))),
    finish: (state) => result(names.map((name) => duck`${state}.${name}`)),
    empty: packed([]),
  };
}

/**
 * The persisted format of states, and the way from earlier ones. A column of states has the DuckDB type that its
 * aggregate's `state.duckdbType` says; the type itself is the version, for every change of a format changed its type:
 *
 *   1  count, sum, min, max, any, avg, argMin, argMax as today; uniq and its like as the list of all different values;
 *      every other aggregate as the list of its rows' values.
 *   2  sums of powers (stddev, corr, …), STRUCT(p, v)[] samples (quantile), summaries of DOUBLE[] (t-digest, DDSketch, …),
 *      counts STRUCT(k, n)[] (topK, entropy), inner states in -OrNull, -ForEach, -Map, -Resample, -ArgMin and -ArgMax.
 *      The lists of uniq are those of version 1, but hold 65,537 values at most.
 *
 * Whoever opens a database compares the type that a column has with the one that it should have and, where they differ,
 * asks here for the SQL that converts it, once.
 */
import { duck, type DuckSql } from '../duck.ts';
import type { AggregateStateType } from '../types.ts';
import { stateOfType } from './registry.ts';

/** SQL that makes of a state in an earlier form, held in a column of this DuckDB type, one in today's; undefined where there is none. */
export function upgradeState(type: AggregateStateType, heldAs: string, column: DuckSql): DuckSql | undefined {
  const state = stateOfType(type);
  const form = state.earlier?.find(({ duckdbType }) => plain(duckdbType.text) === plain(heldAs));
  return form && duck`CASE WHEN ${column} IS NOT NULL THEN CAST(${form.upgraded(column)} AS ${state.duckdbType}) END`;
}

/** Whether a column of this DuckDB type holds the states as today. */
export function isHeldAsToday(type: AggregateStateType, heldAs: string): boolean {
  return plain(stateOfType(type).duckdbType.text) === plain(heldAs);
}

/** DuckDB writes types with quotes where a name needs them, and ours always or never. */
function plain(type: string): string {
  return type.replaceAll(/["\s]/g, '').toUpperCase();
}

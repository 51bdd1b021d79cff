/**
 * The DuckDB aggregates that definitions are made of, each in two forms: over the rows of a group, with FILTER and
 * OVER, or over the elements of a list (-Array, -ForEach, -Map, states kept as lists). A definition that uses only
 * these works in both without knowing which.
 */
import { duck, duckName, duckString, type DuckSql } from '../duck.ts';
import type { AggregateCall } from './definition.ts';

/** DuckDB's aggregates of one value that `list_aggregate` knows too. */
export type FoldName =
  | 'sum' | 'kahan_sum' | 'avg' | 'count' | 'min' | 'max' | 'any_value' | 'bit_and' | 'bit_or' | 'bit_xor' | 'bool_or' | 'bool_and'
  | 'stddev_pop' | 'stddev_samp' | 'var_pop' | 'var_samp' | 'quantile_cont' | 'mode';

/** DuckDB's aggregate over the rows; `constants` are its further arguments. NULL over no rows, but for count. */
export function fold(call: AggregateCall, name: FoldName, value: DuckSql, constants: readonly DuckSql[] = []): DuckSql {
  if (call.rows) return duck`list_aggregate(${collect(call, value)}, ${[duckString(name), ...constants]})`;
  return duck`${duckName(name)}(${call.distinct ? duck`DISTINCT ` : duck``}${[value, ...constants]})${scope(call)}`;
}

/** FILTER and OVER after an aggregate of the group's rows. */
export function scope(call: Pick<AggregateCall, 'filter' | 'over'>): DuckSql {
  const filter = call.filter ? duck` FILTER (WHERE ${call.filter})` : duck``;
  return call.over ? duck`${filter} ${call.over}` : filter;
}

/** How many rows there are, NULLs included. */
export function countRows(call: AggregateCall): DuckSql {
  return call.rows ? duck`len(${filtered(call)})` : duck`count(*)${scope(call)}`;
}

/** The value of each row as a list, in the order of the rows; [] over no rows. */
export function collect(call: AggregateCall, value: DuckSql): DuckSql {
  if (!call.rows) return duck`coalesce(list(${call.distinct ? duck`DISTINCT ` : duck``}${value})${scope(call)}, [])`;
  const rows = filtered(call);
  if (value.text === call.rows.element.text) return rows;
  return duck`list_transform(${rows}, lambda ${call.rows.element}: ${value})`;
}

function filtered(call: AggregateCall): DuckSql {
  if (!call.rows) throw new Error('No list to filter');
  const { list, element } = call.rows;
  return call.filter ? duck`list_filter(${list}, lambda ${element}: ${call.filter})` : list;
}

/** The value of the row where `by` is greatest or least; the first of several. NULL over no rows. */
export function foldBy(call: AggregateCall, extreme: 'max' | 'min', value: DuckSql, by: DuckSql): DuckSql {
  if (!call.rows) return duck`${extreme === 'max' ? duck`arg_max` : duck`arg_min`}(${value}, ${by})${scope(call)}`;
  const [left, right] = [variable(call), variable(call)];
  const wins = extreme === 'max' ? duck`${right}.k > ${left}.k` : duck`${right}.k < ${left}.k`;
  return using(call, collect(call, duck`struct_pack(k := ${by}, v := ${value})`), (pairs) =>
    duck`CASE WHEN len(${pairs}) = 0 THEN NULL ELSE list_reduce(${pairs}, lambda ${left}, ${right}: CASE WHEN ${wins} THEN ${right} ELSE ${left} END).v END`);
}

/** The first or last row's value, NULLs included. NULL over no rows. */
export function foldEdge(call: AggregateCall, edge: 'first' | 'last', value: DuckSql): DuckSql {
  if (call.rows) return duck`${collect(call, value)}[${edge === 'first' ? duck`1` : duck`-1`}]`;
  if (call.over === undefined) return duck`${edge === 'first' ? duck`first` : duck`last`}(${value})${scope(call)}`;
  if (call.filter === undefined) return duck`${edge === 'first' ? duck`first_value` : duck`last_value`}(${value}) ${call.over}`;
  return duck`(list(${value})${scope(call)})[${edge === 'first' ? duck`1` : duck`-1`}]`;
}

/** The first or last value that is not NULL. */
export function foldPresentEdge(call: AggregateCall, edge: 'first' | 'last', value: DuckSql): DuckSql {
  if (call.rows || call.over === undefined) {
    const present = { ...call, filter: both(call.filter, duck`${value} IS NOT NULL`) };
    return edge === 'first' && !call.rows ? fold(call, 'any_value', value) : foldEdge(present, edge, value);
  }
  const kept = call.filter ? duck`CASE WHEN ${call.filter} THEN ${value} END` : value;
  return duck`${edge === 'first' ? duck`first_value` : duck`last_value`}(${kept} IGNORE NULLS) ${call.over}`;
}

/** A name for a lambda parameter that nothing else uses. */
export function variable(call: AggregateCall): DuckSql {
  return duckName(call.context.freshName());
}

/** A name for a lambda parameter that is not in this SQL, where no query gives one. */
export function unused({ text }: DuckSql): DuckSql {
  let number = 1;
  while (text.includes(`"@s${number}"`)) number += 1;
  return duckName(`@s${number}`);
}

/** Computes a value once and uses it in a body that may name it often. */
export function using(call: AggregateCall, value: DuckSql, body: (value: DuckSql) => DuckSql): DuckSql {
  if (/^"[^"]+"$/.test(value.text)) return body(value);
  const name = variable(call);
  return duck`list_transform([${value}], lambda ${name}: ${body(name)})[1]`;
}

export function both(left: DuckSql | undefined, right: DuckSql | undefined): DuckSql | undefined {
  if (!left || !right) return left ?? right;
  return duck`(${left} AND ${right})`;
}

/** The arguments of a row as one value: itself, or a struct of a1, a2, … */
export function packed(values: readonly DuckSql[]): DuckSql {
  const [only, ...more] = values;
  if (only && more.length === 0) return only;
  if (!only) return duck`TRUE`;
  return duck`struct_pack(${values.map((value, index) => duck`${duckName(`a${index + 1}`)} := ${value}`)})`;
}

/** The arguments out of what `packed` made. */
export function unpacked(row: DuckSql, count: number): readonly DuckSql[] {
  if (count === 1) return [row];
  return Array.from({ length: count }, (_, index) => duck`${row}.${duckName(`a${index + 1}`)}`);
}


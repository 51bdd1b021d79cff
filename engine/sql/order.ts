/** ClickHouse's order in DuckDB's words: NULL and NaN come last in both directions unless NULLS FIRST is written. */
import type { OrderItem } from './ast.ts';
import type { Bound } from './bound.ts';
import { duck, type DuckSql } from './duck.ts';
import { orderSql } from './physical.ts';
import { bare } from './types.ts';

export function orderItem(value: Bound, item: Pick<OrderItem, 'descending' | 'nulls'>): readonly DuckSql[] {
  return orderOf(orderSql(value), bare(value.type).kind === 'Float', item);
}

export function orderOf(sql: DuckSql, mayBeNaN: boolean, item: Pick<OrderItem, 'descending' | 'nulls'>): readonly DuckSql[] {
  const direction = item.descending ? duck`DESC` : duck`ASC`;
  const nulls = item.nulls === 'first' ? duck`NULLS FIRST` : duck`NULLS LAST`;
  const key = duck`${sql} ${direction} ${nulls}`;
  // DuckDB takes NaN for the largest number; ClickHouse keeps it beside NULL.
  const last = item.nulls === 'first' ? duck`DESC NULLS FIRST` : duck`ASC NULLS LAST`;
  return mayBeNaN && item.descending !== (item.nulls === 'first') ? [duck`isnan(${sql}) ${last}`, key] : [key];
}

/** OVER (…) of a window function: its own specification, a named window, or one built on a named window. */
import { SandpiperError } from '../errors.ts';
import type { Call, FrameBound, OrderItem, WindowSpecification } from './ast.ts';
import type { Binder } from './bind-expression.ts';
import { duck, joined, type DuckSql } from './duck.ts';
import type { Bound } from './bound.ts';
import { orderItem, orderOf } from './order.ts';
import { cast } from './conversion.ts';
import { plainSql } from './physical.ts';
import { bare, INT64, isNullable, nullable } from './types.ts';

export function overClause(call: Call, binder: Binder): DuckSql {
  return duck`OVER (${specification(resolve(call.over, binder), binder)})`;
}

function resolve(over: Call['over'], binder: Binder): WindowSpecification {
  if (over === undefined) throw new Error('A window function without OVER');
  if ('text' in over) {
    const named = binder.windows.get(over.text);
    if (!named) throw new SandpiperError('unknown-name', `There is no window ${over.text}.`, { span: over.span });
    return resolve(named, binder);
  }
  if (!over.base) return over;
  const base = resolve(over.base, binder);
  const frame = over.frame ?? base.frame;
  return {
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    ...(frame ? { frame } : {}),
    span: over.span,
  };
}

function specification(window: WindowSpecification, binder: Binder): DuckSql {
  const parts: DuckSql[] = [];
  if (window.partitionBy.length > 0) parts.push(duck`PARTITION BY ${window.partitionBy.map((key) => plainSql(binder.bind(key)))}`);
  const ranged = rangeOrder(window, binder);
  if (ranged) parts.push(duck`ORDER BY ${orderOf(duck`CAST(${plainSql(isClock(ranged.value) ? cast(ranged.value, isNullable(ranged.value.type) ? nullable(INT64) : INT64) : ranged.value)} AS HUGEINT)`, false, ranged.item)}`);
  else if (window.orderBy.length > 0) parts.push(duck`ORDER BY ${window.orderBy.flatMap((item) => orderItem(binder.bind(item.expression), item))}`);
  if (window.frame) {
    const unit = window.frame.unit === 'rows' ? duck`ROWS` : window.frame.unit === 'range' ? duck`RANGE` : duck`GROUPS`;
    parts.push(duck`${unit} BETWEEN ${bound(window.frame.start, binder)} AND ${bound(window.frame.end, binder)}`);
  }
  return joined(parts, ' ');
}

/** What a RANGE of distances is measured on, when it is a whole number: DuckDB would go below zero in unsigned types. */
function rangeOrder(window: WindowSpecification, binder: Binder): { readonly value: Bound; readonly item: OrderItem } | undefined {
  const [item] = window.orderBy;
  if (!item || window.orderBy.length > 1 || window.frame?.unit !== 'range' || !('offset' in window.frame.start || 'offset' in window.frame.end)) return undefined;
  const value = binder.bind(item.expression);
  return bare(value.type).kind === 'Integer' || isClock(value) ? { value, item } : undefined;
}

/** Dates are measured in days, times in seconds. */
function isClock(value: Bound): boolean {
  return ['Date', 'Date32', 'DateTime'].includes(bare(value.type).kind);
}

function bound(edge: FrameBound, binder: Binder): DuckSql {
  switch (edge.kind) {
    case 'current-row':
      return duck`CURRENT ROW`;
    case 'unbounded-preceding':
      return duck`UNBOUNDED PRECEDING`;
    case 'unbounded-following':
      return duck`UNBOUNDED FOLLOWING`;
    case 'preceding':
      return duck`${binder.bind(edge.offset).sql} PRECEDING`;
    default:
      return duck`${binder.bind(edge.offset).sql} FOLLOWING`;
  }
}

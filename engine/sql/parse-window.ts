/** ORDER BY lists and window specifications, which expressions and queries have in common. */
import type { Expression, FrameBound, OrderItem, WindowSpecification, Name } from './ast.ts';
import type { Cursor } from './cursor.ts';

type ParseExpression = (cursor: Cursor) => Expression;

/** What follows OVER: a name, or a specification in brackets. */
export function parseOver(cursor: Cursor, expression: ParseExpression): WindowSpecification | Name {
  return cursor.isSymbol('(') ? parseWindow(cursor, expression) : cursor.expectName('the name of a window');
}

export function parseWindow(cursor: Cursor, expression: ParseExpression): WindowSpecification {
  const start = cursor.expectSymbol('(', 'to open the window').span.start;
  const next = cursor.peek();
  const base = (next.kind === 'word' || next.kind === 'quoted') && !['PARTITION', 'ORDER', 'ROWS', 'RANGE', 'GROUPS'].includes(next.upper) ? cursor.expectName('a window') : undefined;
  const partitionBy: Expression[] = [];
  if (cursor.takeWords('PARTITION', 'BY')) {
    do partitionBy.push(expression(cursor));
    while (cursor.takeSymbol(','));
  }
  const orderBy = cursor.takeWords('ORDER', 'BY') ? parseOrderItems(cursor, expression) : [];
  const frame = parseFrame(cursor, expression);
  cursor.expectSymbol(')', 'to close the window');
  return { ...(base === undefined ? {} : { base }), partitionBy, orderBy, ...(frame === undefined ? {} : { frame }), span: cursor.spanFrom(start) };
}

function parseFrame(cursor: Cursor, expression: ParseExpression): WindowSpecification['frame'] {
  const unit = cursor.takeWords('ROWS') ? 'rows' : cursor.takeWords('RANGE') ? 'range' : cursor.takeWords('GROUPS') ? 'groups' : undefined;
  if (unit === undefined) return undefined;
  if (!cursor.takeWords('BETWEEN')) return { unit, start: parseBound(cursor, expression), end: { kind: 'current-row' } };
  const start = parseBound(cursor, expression);
  cursor.expectWords(['AND'], 'between the bounds of the frame');
  return { unit, start, end: parseBound(cursor, expression) };
}

function parseBound(cursor: Cursor, expression: ParseExpression): FrameBound {
  if (cursor.takeWords('CURRENT', 'ROW')) return { kind: 'current-row' };
  if (cursor.takeWords('UNBOUNDED', 'PRECEDING')) return { kind: 'unbounded-preceding' };
  if (cursor.takeWords('UNBOUNDED', 'FOLLOWING')) return { kind: 'unbounded-following' };
  const offset = expression(cursor);
  if (cursor.takeWords('PRECEDING')) return { kind: 'preceding', offset };
  cursor.expectWords(['FOLLOWING'], 'or PRECEDING after the bound');
  return { kind: 'following', offset };
}

export function parseOrderItems(cursor: Cursor, expression: ParseExpression): OrderItem[] {
  const items: OrderItem[] = [];
  do items.push(parseOrderItem(cursor, expression));
  while (cursor.takeSymbol(','));
  return items;
}

function parseOrderItem(cursor: Cursor, expression: ParseExpression): OrderItem {
  const start = cursor.peek().span.start;
  const value = expression(cursor);
  const direction = parseDirection(cursor);
  const collate = cursor.takeWords('COLLATE') ? cursor.take().text : undefined;
  const fill = cursor.takeWords('WITH', 'FILL') ? parseFill(cursor, expression) : undefined;
  return {
    expression: value, ...direction,
    ...(collate === undefined ? {} : { collate }),
    ...(fill === undefined ? {} : { fill }),
    span: cursor.spanFrom(start),
  };
}

export function parseDirection(cursor: Cursor): Pick<OrderItem, 'descending' | 'nulls'> {
  const descending = cursor.takeWords('DESC') || cursor.takeWords('DESCENDING');
  if (!descending && !cursor.takeWords('ASC')) cursor.takeWords('ASCENDING');
  const nulls = cursor.takeWords('NULLS', 'FIRST') ? 'first' : cursor.takeWords('NULLS', 'LAST') ? 'last' : undefined;
  return { descending, ...(nulls === undefined ? {} : { nulls }) };
}

function parseFill(cursor: Cursor, expression: ParseExpression): NonNullable<OrderItem['fill']> {
  const from = cursor.takeWords('FROM') ? expression(cursor) : undefined;
  const to = cursor.takeWords('TO') ? expression(cursor) : undefined;
  const step = cursor.takeWords('STEP') ? expression(cursor) : undefined;
  const staleness = cursor.takeWords('STALENESS') ? expression(cursor) : undefined;
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(step === undefined ? {} : { step }),
    ...(staleness === undefined ? {} : { staleness }),
  };
}

/**
 * LIMIT leaves open which of several tied rows are answered. Whether our rows are such a choice: as many as
 * ClickHouse's, each among the rows without the limit, and with the same sort keys in the same places.
 */
import { parseQuery } from '../../engine/sql/parse.ts';
import { close, orderKeys, type Rows } from './same-answer.ts';

/** The query with its outermost LIMIT and OFFSET made to let all rows through; undefined when it has none or its order is not seen in the answer. */
export function withoutLimit(sql: string, names: readonly string[]): string | undefined {
  try {
    const query = parseQuery(sql);
    if (query.kind !== 'select' || !query.limit || query.limitBy || query.withTies) return undefined;
    if (orderKeys(sql, names).length < query.orderBy.length) return undefined;
    const changes = [{ span: query.limit.span, text: '1000000000' }, ...(query.offset ? [{ span: query.offset.span, text: '0' }] : [])];
    return changes.sort((one, other) => other.span.start - one.span.start).reduce((text, { span, text: put }) => `${text.slice(0, span.start)}${put}${text.slice(span.end)}`, sql);
  } catch {
    return undefined;
  }
}

export function isChoiceOf(ours: Rows, theirs: Rows, all: Rows, sql: string): boolean {
  if (ours.rows.length !== theirs.rows.length) return false;
  const keys = orderKeys(sql, ours.names);
  if (!ours.rows.every((row, index) => keys.every((key) => close(row[key], theirs.rows[index]?.[key], 1e-9)))) return false;
  const left = [...all.rows];
  return ours.rows.every((row) => {
    const at = left.findIndex((one) => close(row, one, 1e-9));
    if (at === -1) return false;
    left.splice(at, 1);
    return true;
  });
}

/**
 * Whether two answers to one query are the same: columns, types, values, and order where the outermost ORDER BY fixes
 * it. Floats may differ in the last digits; approximate aggregates by two in a hundred.
 */
import { parseQuery } from '../../engine/sql/parse.ts';
import { isList, show, type Answer } from '../sql/two-engines.ts';

export type Rows = Extract<Answer, { readonly rows: unknown }>;

export interface Difference {
  readonly kind: 'columns' | 'types' | 'values' | 'order';
  readonly ours: string;
  readonly theirs: string;
}

const APPROXIMATE = /\b(?:uniq(?!Exact|UpTo|ue)|quantile(?!s?Exact)|median(?!Exact)|topK|approx_)/i;
const SETS_AS_ARRAYS = /\b(?:groupUniqArray|uniqThetaSketch|topK|arrayDistinct|arrayIntersect)/i;

export function difference(ours: Rows, theirs: Rows, sql: string): Difference | undefined {
  if (show(ours.names) !== show(theirs.names)) return { kind: 'columns', ours: ours.names.join(', '), theirs: theirs.names.join(', ') };
  const tolerance = APPROXIMATE.test(sql) ? 0.02 : 1e-9;
  const hasSets = SETS_AS_ARRAYS.test(sql);
  const [mine, other] = [inOrder(ours.rows, hasSets), inOrder(theirs.rows, hasSets)];
  const types = show(ours.types) === show(theirs.types) ? undefined : unlike(ours, theirs);
  if (mine.length !== other.length || !mine.every((row, index) => close(row, other[index], tolerance))) {
    const at = mine.findIndex((row, index) => !close(row, other[index], tolerance));
    const index = at === -1 ? mine.length : at;
    return types && mine.length === other.length ? types : { kind: 'values', ours: `${mine.length} rows: ${excerpt(mine[index])}`, theirs: `${other.length} rows: ${excerpt(other[index])}` };
  }
  if (types) return types;
  const keys = orderKeys(sql, ours.names);
  const at = ours.rows.findIndex((row, index) => !keys.every((key) => close(row[key], theirs.rows[index]?.[key], tolerance)));
  return at === -1 ? undefined : { kind: 'order', ours: excerpt(ours.rows[at]), theirs: excerpt(theirs.rows[at]) };
}

function unlike(ours: Rows, theirs: Rows): Difference {
  const named = (answer: Rows, other: Rows) => answer.types.flatMap((type, index) => (type === other.types[index] ? [] : [`${answer.names[index]} ${type}`])).join(', ');
  return { kind: 'types', ours: named(ours, theirs), theirs: named(theirs, ours) };
}

/** The columns that the outermost ORDER BY begins with, as far as they are in the answer. */
export function orderKeys(sql: string, names: readonly string[]): readonly number[] {
  let query;
  try {
    query = parseQuery(sql);
  } catch {
    return [];
  }
  if (query.kind !== 'select') return [];
  const keys: number[] = [];
  for (const { expression } of query.orderBy) {
    const written = sql.slice(expression.span.start, expression.span.end).replaceAll('`', '').trim();
    const index = /^\d+$/.test(written) ? Number(written) - 1 : names.findIndex((name) => name === written || name === written.replace(/^\w+\./, ''));
    if (index < 0 || index >= names.length) break;
    keys.push(index);
  }
  return keys;
}

/** Rows in an order of their own values, so that answers can be compared as bags. */
function inOrder(rows: readonly (readonly unknown[])[], hasSets: boolean): readonly (readonly unknown[])[] {
  const plain = hasSets ? rows.map((row) => row.map((value) => sortedLists(value))) : rows;
  return plain.map((row) => ({ row, key: rough(row) })).sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)).map(({ row }) => row);
}

function sortedLists(value: unknown): unknown {
  return isList(value) ? value.map(sortedLists).sort((one, other) => (show(one) < show(other) ? -1 : 1)) : value;
}

/** Text of a row in which close floats look alike. */
function rough(row: readonly unknown[]): string {
  return JSON.stringify(row, (_key, item: unknown) => (typeof item === 'number' ? (Number.isFinite(item) ? item.toPrecision(7) : String(item)) : item));
}

export function close(left: unknown, right: unknown, tolerance: number): boolean {
  if (left === right || Object.is(left, right)) return true;
  if (isList(left) && isList(right)) return left.length === right.length && left.every((item, index) => close(item, right[index], tolerance));
  if (typeof left === 'number' && typeof right === 'number') return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right)) + 1e-12;
  const isCount = tolerance > 0.001 && typeof left === 'string' && typeof right === 'string' && /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  return isCount && Math.abs(Number(left) - Number(right)) <= tolerance * Math.max(Math.abs(Number(left)), Math.abs(Number(right)));
}

function excerpt(value: unknown): string {
  return value === undefined ? 'no row' : show(value).slice(0, 300);
}

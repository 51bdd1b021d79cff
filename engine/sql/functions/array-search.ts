/** Functions that look for values in arrays, and that treat arrays as sets. NULL is a value like others here. */
import { differentInOrder } from '../aggregates/set-order.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, FLOAT64, isNullable, nullable, sameType, UINT32, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { at, define, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { comparableElement, elementType, listType, sameLists } from './list-argument.ts';

function has(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, value] = [at(args, 0), at(args, 1)];
  if (bare(list.type).kind === 'Map') return call.context.call('mapContainsKey', args, call.span);
  const forms = comparableElement(call, list, value);
  const found = isNullable(value.type) ? duck`(list_position(${forms.list}, ${forms.value}) IS NOT NULL)` : duck`list_contains(${forms.list}, ${forms.value})`;
  // nan is equal to nothing.
  const sql = bare(value.type).kind === 'Float' && !value.constant ? duck`(${found} AND NOT coalesce(isnan(${forms.value}), FALSE))` : found;
  return bound(UINT8, sql, call.span, 'boolean');
}

function indexOf(args: readonly Bound[], call: FunctionCall): Bound {
  const forms = comparableElement(call, at(args, 0), at(args, 1));
  return bound(UINT64, duck`CAST(coalesce(list_position(${forms.list}, ${forms.value}), 0) AS UBIGINT)`, call.span);
}

function countEqual(args: readonly Bound[], call: FunctionCall): Bound {
  const forms = comparableElement(call, at(args, 0), at(args, 1));
  return bound(UINT64, duck`CAST(len(list_filter(${forms.list}, lambda x: x IS NOT DISTINCT FROM ${forms.value})) AS UBIGINT)`, call.span);
}

function contains(which: 'all' | 'any') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { lists } = sameLists(call, args);
    const [list, wanted] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
    if (args.some((arg) => isNullable(elementType(call, arg)))) {
      const found = duck`list_filter(${wanted}, lambda x: list_position(${list}, x) IS NOT NULL)`;
      return bound(UINT8, which === 'any' ? duck`(len(${found}) > 0)` : duck`(len(${found}) = len(${wanted}))`, call.span, 'boolean');
    }
    return bound(UINT8, which === 'any' ? duck`list_has_any(${list}, ${wanted})` : duck`list_has_all(${list}, ${wanted})`, call.span, 'boolean');
  };
}

function hasSubstr(args: readonly Bound[], call: FunctionCall): Bound {
  const { lists } = sameLists(call, args);
  const [list, wanted] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
  const sql = once(call, list, (value) => once(call, wanted, (part) => duck`(len(${part}) = 0 OR len(list_filter(range(1, len(${value}) - len(${part}) + 2), lambda i: (${value})[i:i + len(${part}) - 1] = ${part})) > 0)`));
  return bound(UINT8, sql, call.span, 'boolean');
}

/** The elements of a list that are the first of their value. */
function firstOnes(list: DuckSql): DuckSql {
  return duck`list_filter(${list}, lambda x, i: list_position(${list}, x) = i)`;
}

function arrayDistinct(args: readonly Bound[], call: FunctionCall): Bound {
  const list = at(args, 0);
  const element = elementType(call, list);
  const sql = once(call, plainSql(list), (value) => duck`list_filter(${value}, lambda x, i: x IS NOT NULL AND list_position(${value}, x) = i)`);
  return bound(array(element.kind === 'Nullable' ? element.of : element), sql, call.span);
}

function arrayUniq(args: readonly Bound[], call: FunctionCall): Bound {
  const list = args.length === 1 ? at(args, 0) : call.context.call('arrayZip', args, call.span);
  const element = elementType(call, list);
  const sql = once(call, plainSql(list), (value) => (isNullable(element) ? duck`(list_unique(${value}) + CASE WHEN len(list_filter(${value}, lambda x: x IS NULL)) > 0 THEN 1 ELSE 0 END)` : duck`list_unique(${value})`));
  return bound(UINT32, duck`CAST(${sql} AS UINTEGER)`, call.span);
}

/** The number type that holds no more than what is in all of these; undefined for other types. */
function narrowest(types: readonly ClickHouseType[]): ClickHouseType | undefined {
  const numbers = types.map(bare).filter((type) => type.kind === 'Integer' || type.kind === 'Float');
  if (numbers.length < types.length || types.some((type) => type.kind === 'LowCardinality')) return undefined;
  const least = numbers.reduce((left, right) => {
    if (left.kind !== right.kind) return left.kind === 'Integer' ? left : right;
    if (left.kind === 'Float' || right.kind === 'Float' || left.signed === right.signed) return left.bits <= right.bits ? left : right;
    const [signed, unsigned] = left.signed ? [left, right] : [right, left];
    return unsigned.bits <= signed.bits ? unsigned : signed;
  });
  return types.every(isNullable) ? nullable(least) : least;
}

/** Each value once, in the order of ClickHouse's table of them; NULL is the last. */
function inTable(list: DuckSql, type: ClickHouseType): DuckSql {
  const element = type.kind === 'Array' ? type.of : type;
  const present = isNullable(element) ? duck`list_filter(${list}, lambda x: x IS NOT NULL)` : list;
  const ordered = differentInOrder(present, element, 'array');
  if (!ordered) return firstOnes(list);
  return isNullable(element) ? duck`(${ordered} || list_filter(${list}, lambda x: x IS NULL)[1:1])` : ordered;
}

/** Intersection in the order of first appearance, union and symmetric difference in that of a hash table. */
function setOperation(kind: 'intersect' | 'union' | 'difference') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { type, lists } = sameLists(call, args);
    const isIn = (list: DuckSql) => duck`list_position(${list}, x) IS NOT NULL`;
    const all = lists.length === 1 ? (lists[0] ?? duck`[]`) : duck`list_concat(${lists})`;
    const sql = once(call, all, (value) => {
      if (kind === 'union') return inTable(value, type);
      const distinct = firstOnes(value);
      const inAll = joined(lists.map(isIn), ' AND ');
      const found = duck`list_filter(${distinct}, lambda x: ${kind === 'intersect' ? inAll : duck`NOT (${inAll})`})`;
      return kind === 'intersect' ? found : inTable(found, type);
    });
    const element = kind === 'intersect' ? narrowest(args.map((arg) => elementType(call, arg))) : undefined;
    return element && type.kind === 'Array' && !sameType(element, type.of) ? bound(array(element), duck`CAST(${sql} AS ${duckTypeSql(array(element))})`, call.span) : bound(type, sql, call.span);
  };
}

function arrayJaccardIndex(args: readonly Bound[], call: FunctionCall): Bound {
  const { lists } = sameLists(call, args);
  const [left, right] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
  const sql = once(call, left, (a) => once(call, right, (b) => once(call, duck`len(list_intersect(${a}, ${b}))`, (both) => duck`(CAST(${both} AS DOUBLE) / (len(${a}) + len(${b}) - ${both}))`)));
  return bound(FLOAT64, sql, call.span);
}

function without(args: readonly Bound[], call: FunctionCall): Bound {
  const { lists } = sameLists(call, args);
  const [list, removed] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
  if (at(args, 0).type.kind !== 'Array') throw typeError(`${call.name} takes arrays.`, call.span);
  return bound(listType(call, at(args, 0)), duck`list_filter(${list}, lambda x: list_position(${removed}, x) IS NULL)`, call.span);
}

function arrayRemove(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, value] = [at(args, 0), at(args, 1)];
  const forms = comparableElement(call, list, value);
  return bound(listType(call, list), duck`list_filter(${forms.list}, lambda x: x IS DISTINCT FROM ${forms.value})`, call.span);
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'array' as const, ...extra });

export const ARRAY_SEARCH: readonly FunctionDefinition[] = [
  define(describe('has', 'has(array or map, value)', '1 when the value is in the array, or a key of the map.'), 2, 2, has),
  define(describe('indexOf', 'indexOf(array, value)', 'The place of the first such element, 0 when there is none.'), 2, 2, indexOf),
  define(describe('indexOfAssumeSorted', 'indexOfAssumeSorted(array, value)', 'The place of such an element in a sorted array, 0 when there is none.'), 2, 2, indexOf),
  define(describe('countEqual', 'countEqual(array, value)', 'How many elements equal the value.'), 2, 2, countEqual),
  define(describe('hasAll', 'hasAll(array, values)', '1 when all values are in the array.'), 2, 2, contains('all')),
  define(describe('hasAny', 'hasAny(array, values)', '1 when any of the values is in the array.'), 2, 2, contains('any')),
  define(describe('hasSubstr', 'hasSubstr(array, part)', '1 when the part is in the array, in the same order without gaps.'), 2, 2, hasSubstr),
  define(describe('arrayDistinct', 'arrayDistinct(array)', 'Each value once, without NULL.'), 1, 1, arrayDistinct),
  define(describe('arrayUniq', 'arrayUniq(array, …)', 'How many different elements, or rows of several arrays, there are.'), 1, Infinity, arrayUniq),
  define(describe('arrayIntersect', 'arrayIntersect(array, …)', 'The values that are in all arrays.'), 1, Infinity, setOperation('intersect')),
  define(describe('arrayUnion', 'arrayUnion(array, …)', 'The values that are in any of the arrays, each once.'), 1, Infinity, setOperation('union')),
  define(describe('arraySymmetricDifference', 'arraySymmetricDifference(array, …)', 'The values that are not in all arrays.'), 1, Infinity, setOperation('difference')),
  define(describe('arrayExcept', 'arrayExcept(array, removed)', 'The elements that are not in the second array.'), 2, 2, without),
  define(describe('arrayRemove', 'arrayRemove(array, value)', 'The elements that differ from the value.', { caseInsensitiveAliases: ['array_remove'] }), 2, 2, arrayRemove),
  define(describe('arrayJaccardIndex', 'arrayJaccardIndex(array, array)', 'Common values divided by all values of two arrays.'), 2, 2, arrayJaccardIndex),
];

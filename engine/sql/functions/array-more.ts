/** Functions that number the elements of arrays, rank them, and compare arrays as a whole. */
import { bound, isLambda, type Bound, type BoundLambda } from '../bound.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, UINT32 } from '../types.ts';
import { at, constantInteger, define, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType, listType, sameLists, zipped } from './list-argument.ts';

function enumerate(args: readonly Bound[], call: FunctionCall): Bound {
  elementType(call, at(args, 0));
  return bound(array(UINT32), duck`CAST(range(1, len(${plainSql(at(args, 0))}) + 1) AS UINTEGER[])`, call.span);
}

function rows(args: readonly Bound[], call: FunctionCall): DuckSql {
  args.forEach((arg) => elementType(call, arg));
  return args.length === 1 ? plainSql(at(args, 0)) : zipped(call, args);
}

/** The how-manieth of its value each element is. */
function enumerateUniq(args: readonly Bound[], call: FunctionCall): Bound {
  const sql = once(call, rows(args, call), (list) => duck`list_transform(${list}, lambda x, i: CAST(len(list_filter(${list}[1:i], lambda y: y IS NOT DISTINCT FROM x)) AS UINTEGER))`);
  return bound(array(UINT32), sql, call.span);
}

/** A number for each different value, in order of appearance. */
function enumerateDense(args: readonly Bound[], call: FunctionCall): Bound {
  const sql = once(call, rows(args, call), (list) => once(call, duck`list_filter(${list}, lambda x, i: list_position(${list}, x) = i)`, (values) => duck`list_transform(${list}, lambda x: CAST(list_position(${values}, x) AS UINTEGER))`));
  return bound(array(UINT32), sql, call.span);
}

/** The first elements in order, those without a key left out. */
function extremes(sorter: 'arraySort' | 'arrayReverseSort') {
  return (call: FunctionCall): Bound => {
    const [head, ...rest] = call.arguments;
    const key = head && isLambda(head) ? head : undefined;
    const [count, ...lists] = (key ? rest : call.arguments).filter((argument): argument is Bound => !isLambda(argument));
    const [list] = lists;
    if (!count || !list) throw typeError(`${call.name} takes [a lambda, ] how many, and an array.`, call.span);
    const most = duckInteger(constantInteger(call, count, 'how many'));
    if (key) {
      const known: BoundLambda = { ...key, body: (parameters) => call.context.call('isNotNull', [key.body(parameters)], key.span) };
      const sorted = call.context.call(sorter, [key, ...lists], call.span);
      const keyed = call.context.call('arrayCount', [known, ...lists], call.span);
      return bound(sorted.type, duck`${plainSql(sorted)}[1:least(${most}, ${keyed.sql})]`, call.span);
    }
    const element = elementType(call, list);
    const present = duckName(call.context.freshName());
    const solid = element.kind === 'Nullable' ? bound(array(element.of), duck`list_filter(${plainSql(list)}, lambda ${present}: ${present} IS NOT NULL)`, list.span) : list;
    const sorted = call.context.call(sorter, [solid], call.span);
    return bound(sorted.type, duck`${plainSql(sorted)}[1:${most}]`, call.span);
  };
}

function shingles(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, size] = [at(args, 0), at(args, 1)];
  const length = duckInteger(constantInteger(call, size, 'the length'));
  return bound(array(listType(call, list)), once(call, plainSql(list), (value) => duck`list_transform(range(1, len(${value}) - ${length} + 2), lambda i: ${value}[i:i + ${length} - 1])`), call.span);
}

function transpose(args: readonly Bound[], call: FunctionCall): Bound {
  const list = at(args, 0);
  const inner = elementType(call, list);
  if (bare(inner).kind !== 'Array') throw typeError('arrayTranspose takes an array of arrays.', list.span);
  return bound(array(inner), once(call, plainSql(list), (value) => duck`list_transform(range(1, coalesce(len(${value}[1]), 0) + 1), lambda i: list_transform(${value}, lambda part: part[i]))`), call.span);
}

/** The number of insertions, deletions and replacements that make one array of another, row by row of the usual table. */
function levenshtein(args: readonly Bound[], call: FunctionCall): Bound {
  const { lists } = sameLists(call, args);
  const [left, right] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
  const sql = once(call, left, (a) => once(call, right, (b) => {
    const line = duck`list_reduce(list_prepend([row[1]], list_transform(range(1, len(${b}) + 1), lambda j: [j])), lambda line, mark: list_append(line, least(line[-1] + 1, previous[mark[1] + 1] + 1, previous[mark[1]] + CASE WHEN ${a}[row[1]] IS DISTINCT FROM ${b}[mark[1]] THEN 1 ELSE 0 END)))`;
    return duck`list_reduce(list_prepend(range(0, len(${b}) + 1), list_transform(range(1, len(${a}) + 1), lambda i: [i])), lambda previous, row: ${line})[-1]`;
  }));
  return bound(UINT32, duck`CAST(${sql} AS UINTEGER)`, call.span);
}

const describe = (name: string, signature: string, help: string, aliases: readonly string[] = []) => ({ name, signature, help, category: 'array' as const, aliases });

export const ARRAY_MORE: readonly FunctionDefinition[] = [
  define(describe('arrayEnumerate', 'arrayEnumerate(array)', 'The numbers 1, 2, 3 … as many as there are elements.'), 1, 1, enumerate),
  define(describe('arrayEnumerateUniq', 'arrayEnumerateUniq(array, …)', 'For each element, the how-manieth of its value it is.'), 1, Infinity, enumerateUniq),
  define(describe('arrayEnumerateDense', 'arrayEnumerateDense(array, …)', 'A number for each different value, in order of appearance.'), 1, Infinity, enumerateDense),
  { ...describe('arrayTopK', 'arrayTopK([x -> …, ]count, array, …)', 'The greatest elements, in descending order.'), bind: extremes('arrayReverseSort') },
  { ...describe('arrayBottomK', 'arrayBottomK([x -> …, ]count, array, …)', 'The least elements, in ascending order.'), bind: extremes('arraySort') },
  define(describe('arrayShingles', 'arrayShingles(array, length)', 'All pieces of so many elements.'), 2, 2, shingles),
  define(describe('arrayTranspose', 'arrayTranspose(array)', 'Rows become columns.'), 1, 1, transpose),
  define(describe('arrayLevenshteinDistance', 'arrayLevenshteinDistance(array, array)', 'How many changes make one array of the other.'), 2, 2, levenshtein),
];

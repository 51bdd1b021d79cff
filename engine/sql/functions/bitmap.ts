/**
 * Bitmaps: states of groupBitmap, held as lists of different whole numbers. bitmapToArray gives them in ascending
 * order, as ClickHouse does for larger ones.
 */
import { bound, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, printType, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { at, define, need, once, typeError } from './arguments.ts';
import { wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType } from './list-argument.ts';

function bitmapType(element: ClickHouseType): ClickHouseType {
  return { kind: 'AggregateFunction', name: 'groupBitmap', parameters: [], arguments: [element] };
}

/** The type of a bitmap's numbers. */
function memberType(call: FunctionCall, value: Bound): ClickHouseType {
  const type = bare(value.type);
  const member = type.kind === 'AggregateFunction' && type.name === 'groupBitmap' ? type.arguments[0] : undefined;
  if (member) return bare(member);
  throw typeError(`${call.name} takes a bitmap such as bitmapBuild([1, 2]) or groupBitmapState(x), not a value of type ${printType(value.type)}.`, value.span);
}

function build(args: readonly Bound[], call: FunctionCall): Bound {
  const list = at(args, 0);
  const element = elementType(call, list);
  if (element.kind !== 'Integer') throw typeError(`bitmapBuild takes an array of whole numbers, not ${printType(list.type)}.`, list.span);
  return bound(bitmapType(element), duck`list_distinct(${plainSql(list)})`, call.span);
}

/** Two bitmaps as lists of one type. */
function pair(args: readonly Bound[], call: FunctionCall): { readonly member: ClickHouseType; readonly left: DuckSql; readonly right: DuckSql } {
  const [left, right] = [at(args, 0), at(args, 1)];
  const types = [memberType(call, left), memberType(call, right)];
  const member = commonType(types, call.span);
  const list = (value: Bound, type: ClickHouseType) => plainSql(cast(bound(array(type), plainSql(value), value.span), array(member)));
  return { member, left: list(left, types[0] ?? member), right: list(right, types[1] ?? member) };
}

type Operation = 'and' | 'or' | 'xor' | 'andnot';

function operate(operation: Operation, left: DuckSql, right: DuckSql): DuckSql {
  switch (operation) {
    case 'and':
      return duck`list_intersect(${left}, ${right})`;
    case 'or':
      return duck`list_distinct(list_concat(${left}, ${right}))`;
    case 'xor':
      return duck`list_concat(list_filter(${left}, lambda x: NOT list_contains(${right}, x)), list_filter(${right}, lambda x: NOT list_contains(${left}, x)))`;
    case 'andnot':
      return duck`list_filter(${left}, lambda x: NOT list_contains(${right}, x))`;
    default:
      return operation satisfies never;
  }
}

function combined(operation: Operation, counted: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { member, left, right } = pair(args, call);
    const sql = operate(operation, left, right);
    return counted ? bound(UINT64, duck`CAST(len(${sql}) AS UBIGINT)`, call.span) : bound(bitmapType(member), sql, call.span);
  };
}

function has(which: 'any' | 'all') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { left, right } = pair(args, call);
    return bound(UINT8, which === 'any' ? duck`list_has_any(${left}, ${right})` : duck`list_has_all(${left}, ${right})`, call.span, 'boolean');
  };
}

/** A bitmap made of the ordered numbers of another. */
function part(sql: (sorted: DuckSql, from: DuckSql, to: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, from, to] = [at(args, 0), at(args, 1), at(args, 2)];
    const member = memberType(call, value);
    need(call, from, 'integer', 1);
    need(call, to, 'integer', 2);
    return bound(bitmapType(member), once(call, duck`list_sort(${plainSql(value)})`, (sorted) => sql(sorted, wholeSql(from), wholeSql(to))), call.span);
  };
}

function transform(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, from, to] = [at(args, 0), at(args, 1), at(args, 2)];
  const member = memberType(call, value);
  const [before, after] = [from, to].map((list) => plainSql(cast({ ...list, type: array(elementType(call, list)) }, array(member))));
  if (!before || !after) throw typeError('bitmapTransform takes a bitmap and two arrays.', call.span);
  return bound(bitmapType(member), duck`list_distinct(list_transform(${plainSql(value)}, lambda x: coalesce(${after}[list_position(${before}, x)], x)))`, call.span);
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'bit' as const });

const OPERATIONS: readonly (readonly [string, Operation, string])[] = [
  ['bitmapAnd', 'and', 'in both bitmaps'], ['bitmapOr', 'or', 'in any of both bitmaps'], ['bitmapXor', 'xor', 'in just one of both bitmaps'], ['bitmapAndnot', 'andnot', 'in the first bitmap only'],
];

export const BITMAP: readonly FunctionDefinition[] = [
  define(describe('bitmapBuild', 'bitmapBuild(array)', 'A bitmap of whole numbers.'), 1, 1, build),
  define(describe('bitmapToArray', 'bitmapToArray(bitmap)', 'The numbers of a bitmap.'), 1, 1, (args, call) => bound(array(memberType(call, at(args, 0))), duck`list_sort(${plainSql(at(args, 0))})`, call.span)),
  define(describe('bitmapCardinality', 'bitmapCardinality(bitmap)', 'How many numbers a bitmap has.'), 1, 1, (args, call) => {
    memberType(call, at(args, 0));
    return bound(UINT64, duck`CAST(len(${plainSql(at(args, 0))}) AS UBIGINT)`, call.span);
  }),
  define(describe('bitmapContains', 'bitmapContains(bitmap, number)', '1 when the number is in the bitmap.'), 2, 2, (args, call) => {
    memberType(call, at(args, 0));
    need(call, at(args, 1), 'integer', 1);
    return bound(UINT8, duck`list_contains(${plainSql(at(args, 0))}, ${plainSql(at(args, 1))})`, call.span, 'boolean');
  }),
  ...(['Min', 'Max'] as const).map((which) => define(describe(`bitmap${which}`, `bitmap${which}(bitmap)`, which === 'Min' ? 'The least number.' : 'The greatest number.'), 1, 1, (args, call) => {
    const member = memberType(call, at(args, 0));
    const widest = member.kind === 'Integer' && member.bits === 64 ? 18_446_744_073_709_551_615n : 4_294_967_295n;
    const list = plainSql(at(args, 0));
    return bound(UINT64, which === 'Min' ? duck`CAST(coalesce(list_min(${list}), ${duckInteger(widest)}) AS UBIGINT)` : duck`CAST(coalesce(list_max(${list}), 0) AS UBIGINT)`, call.span);
  })),
  ...OPERATIONS.flatMap(([name, operation, words]) => [
    define(describe(name, `${name}(bitmap, bitmap)`, `The numbers that are ${words}.`), 2, 2, combined(operation, false)),
    define(describe(`${name}Cardinality`, `${name}Cardinality(bitmap, bitmap)`, `How many numbers are ${words}.`), 2, 2, combined(operation, true)),
  ]),
  define(describe('bitmapHasAny', 'bitmapHasAny(bitmap, bitmap)', '1 when both bitmaps have a number in common.'), 2, 2, has('any')),
  define(describe('bitmapHasAll', 'bitmapHasAll(bitmap, bitmap)', '1 when the first bitmap has all numbers of the second.'), 2, 2, has('all')),
  define(describe('bitmapSubsetInRange', 'bitmapSubsetInRange(bitmap, start, end)', 'The numbers from start to before end.'), 3, 3, part((sorted, from, to) => duck`list_filter(${sorted}, lambda x: x >= ${from} AND x < ${to})`)),
  define(describe('bitmapSubsetLimit', 'bitmapSubsetLimit(bitmap, start, most)', 'So many numbers from start on.'), 3, 3, part((sorted, from, most) => duck`list_filter(${sorted}, lambda x: x >= ${from})[1:${most}]`)),
  define(describe('subBitmap', 'subBitmap(bitmap, offset, most)', 'So many numbers after the first ones.'), 3, 3, part((sorted, offset, most) => duck`(${sorted})[${offset} + 1:${offset} + ${most}]`)),
  define(describe('bitmapTransform', 'bitmapTransform(bitmap, from, to)', 'Replaces numbers by others.'), 3, 3, transform),
];

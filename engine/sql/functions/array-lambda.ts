/**
 * Functions that run a lambda over arrays: map, filter, count, first, fill, split, fold, sums. Those whose lambda may be
 * left out take the elements themselves.
 */
import { bound, isLambda, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { wrapped } from '../convert-number.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { defaultSql, duckTypeSql, orderSql, plainSql } from '../physical.ts';
import {
  array, bare, decimal, FLOAT64, int, INT64, isNullable, nullable, printType, UINT32, UINT64, UINT8, withoutLowCardinality, type ClickHouseType,
} from '../types.ts';
import { lambda, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { bodyCondition, bodyValue, elementType, walk, walkLists, type Walk } from './list-argument.ts';

/** The elements, of the first array, for which the lambda holds. */
function filtered(made: Walk): DuckSql {
  const kept = duck`list_filter(${made.list}, lambda ${made.item}: ${bodyCondition(made)})`;
  return made.first === made.item ? kept : duck`list_transform(${kept}, lambda ${made.item}: ${made.first})`;
}

/** The lambda's results as a list. */
function mapped(made: Walk): { readonly type: ClickHouseType; readonly sql: DuckSql } {
  const { type, sql } = bodyValue(made);
  return { type, sql: sql.text === made.item.text ? made.list : duck`list_transform(${made.list}, lambda ${made.item}: ${sql})` };
}

/** For each place, whether the lambda holds there; NULL counts as no. */
function flags(made: Walk): DuckSql {
  return duck`list_transform(${made.list}, lambda ${made.item}: coalesce(${bodyCondition(made)}, FALSE))`;
}

/** The first array of the call as a plain list. */
function firstList(call: FunctionCall): DuckSql {
  const list = call.arguments.find((argument): argument is Bound => !isLambda(argument));
  if (!list) throw typeError(`${call.name} takes an array.`, call.span);
  return plainSql(list);
}

function arrayMap(call: FunctionCall): Bound {
  lambda(call);
  const { type, sql } = mapped(walk(call));
  return bound(array(type), sql, call.span);
}

function arrayFilter(call: FunctionCall): Bound {
  lambda(call);
  const made = walk(call);
  return bound(array(made.firstType), filtered(made), call.span);
}

function arrayCount(call: FunctionCall): Bound {
  const made = walk(call);
  return bound(UINT32, duck`CAST(len(list_filter(${made.list}, lambda ${made.item}: ${bodyCondition(made)})) AS UINTEGER)`, call.span);
}

function quantifier(which: 'exists' | 'all') {
  return (call: FunctionCall): Bound => {
    const made = walk(call);
    const held = which === 'exists' ? bodyCondition(made) : duck`NOT coalesce(${bodyCondition(made)}, FALSE)`;
    const found = duck`len(list_filter(${made.list}, lambda ${made.item}: ${held}))`;
    return bound(UINT8, which === 'exists' ? duck`(${found} > 0)` : duck`(${found} = 0)`, call.span, 'boolean');
  };
}

/** arrayFirst, arrayLast: the element; its default or NULL where there is none. */
function edge(side: 'first' | 'last', orNull: boolean) {
  return (call: FunctionCall): Bound => {
    lambda(call);
    const made = walk(call);
    const found = side === 'first' ? duck`${filtered(made)}[1]` : duck`${filtered(made)}[-1]`;
    if (orNull) return bound(nullable(made.firstType), found, call.span);
    return bound(made.firstType, isNullable(made.firstType) ? found : duck`coalesce(${found}, ${defaultSql(made.firstType)})`, call.span);
  };
}

function edgeIndex(side: 'first' | 'last') {
  return (call: FunctionCall): Bound => {
    lambda(call);
    const list = flags(walk(call));
    const sql = side === 'first' ? duck`list_position(${list}, TRUE)` : once(call, list, (value) => duck`(len(${value}) - list_position(list_reverse(${value}), TRUE) + 1)`);
    return bound(UINT32, duck`CAST(coalesce(${sql}, 0) AS UINTEGER)`, call.span);
  };
}

/** Each element for which the lambda does not hold becomes the one before it (after it, for the reverse form). */
function fill(reverse: boolean) {
  return (call: FunctionCall): Bound => {
    lambda(call);
    const made = walk(call);
    const sql = once(call, firstList(call), (list) => once(call, flags(made), (flag) => {
      if (reverse) return duck`list_transform(${list}, lambda x, i: ${list}[i - 1 + coalesce(list_position(${flag}[i:], TRUE), len(${list}) - i + 1)])`;
      return duck`list_transform(${list}, lambda x, i: ${list}[greatest(i + 1 - coalesce(list_position(list_reverse(${flag}[1:i]), TRUE), i), 1)])`;
    }));
    return bound(array(made.firstType), sql, call.span);
  };
}

/** Cuts the array before (after, for the reverse form) each element for which the lambda holds. */
function split(reverse: boolean) {
  return (call: FunctionCall): Bound => {
    lambda(call);
    const made = walk(call);
    const sql = once(call, firstList(call), (list) => once(call, flags(made), (flag) => {
      const begins = reverse ? duck`i = 1 OR ${flag}[i - 1]` : duck`i = 1 OR ${flag}[i]`;
      const starts = duck`list_filter(range(1, len(${list}) + 1), lambda i: ${begins})`;
      return once(call, starts, (begin) => duck`list_transform(${begin}, lambda b, k: ${list}[b:coalesce(${begin}[k + 1] - 1, len(${list}))])`);
    }));
    return bound(array(array(made.firstType)), sql, call.span);
  };
}

const NUMBERS = ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'];

function numeric(call: FunctionCall, type: ClickHouseType): ClickHouseType {
  if (NUMBERS.includes(type.kind)) return type;
  throw typeError(`${call.name} takes an array of numbers${type.kind === 'Nullable' ? ' that are not Nullable: use arrayFilter or assumeNotNull first' : `, not of ${printType(type)}`}.`, call.span);
}

/** The type of a sum of values of a type. */
function sumType(type: ClickHouseType): ClickHouseType {
  if (type.kind === 'Integer') return type.bits <= 64 ? (type.signed ? INT64 : UINT64) : type;
  if (type.kind === 'Bool') return UINT64;
  if (type.kind === 'Decimal') return decimal(type.precision > 38 ? 76 : 38, type.scale);
  return FLOAT64;
}

function numbers(call: FunctionCall): { readonly type: ClickHouseType; readonly sql: DuckSql } {
  const { type, sql } = mapped(walk(call));
  const number = numeric(call, type);
  return { type: number, sql: number.kind === 'Bool' ? duck`CAST(${sql} AS UTINYINT[])` : sql };
}

/** Dates as days and times as seconds; undefined for anything else. */
function dayNumbers(call: FunctionCall): { readonly type: ClickHouseType; readonly sql: DuckSql } | undefined {
  const { type, sql } = mapped(walk(call));
  if (type.kind === 'Date') return { type, sql: duck`list_transform(${sql}, lambda x: CAST(x - DATE '1970-01-01' AS BIGINT))` };
  return type.kind === 'DateTime' ? { type, sql: duck`list_transform(${sql}, lambda x: epoch_us(x) // 1000000)` } : undefined;
}

/** A sum as its type: 64-bit integers wrap around. */
function fitted(sum: DuckSql, type: ClickHouseType): DuckSql {
  return type.kind === 'Integer' && type.bits === 64 ? wrapped(duck`CAST(${sum} AS HUGEINT)`, { kind: 'Integer', bits: 128, signed: true }, type) : duck`CAST(${sum} AS ${duckTypeSql(type)})`;
}

function fittedList(sums: DuckSql, type: ClickHouseType, call: FunctionCall): DuckSql {
  if (type.kind !== 'Integer' || type.bits !== 64) return duck`CAST(${sums} AS ${duckTypeSql(type)}[])`;
  const name = duckName(call.context.freshName());
  return duck`list_transform(${sums}, lambda ${name}: ${fitted(name, type)})`;
}

function arraySum(call: FunctionCall): Bound {
  const { type, sql } = numbers(call);
  const total = sumType(type);
  const list = total.kind === 'Float' ? duck`CAST(${sql} AS DOUBLE[])` : sql;
  return bound(total, fitted(duck`coalesce(list_sum(${list}), 0)`, total), call.span);
}

function arrayAvg(call: FunctionCall): Bound {
  const { sql } = numbers(call);
  return bound(FLOAT64, duck`coalesce(CAST(list_avg(${sql}) AS DOUBLE), 0)`, call.span);
}

function arrayProduct(call: FunctionCall): Bound {
  const { sql } = numbers(call);
  return bound(FLOAT64, once(call, sql, (list) => duck`CASE WHEN len(${list}) = 0 THEN 0::DOUBLE ELSE list_product(CAST(${list} AS DOUBLE[])) END`), call.span);
}

function extreme(which: 'min' | 'max') {
  return (call: FunctionCall): Bound => {
    const made = walk(call);
    const { type } = bodyValue(made);
    const list = mapped(made).sql;
    const ordered = orderSql(made.body);
    const plain = plainSql(made.body);
    const found = ordered.text === plain.text
      ? which === 'min' ? duck`list_min(${list})` : duck`list_max(${list})`
      : duck`list_sort(list_transform(${made.list}, lambda ${made.item}: struct_pack(k := ${ordered}, v := ${plain})), ${which === 'min' ? duck`'ASC'` : duck`'DESC'`})[1].v`;
    return bound(type, isNullable(type) ? found : duck`coalesce(${found}, ${defaultSql(type)})`, call.span);
  };
}

function cumulative(nonNegative: boolean) {
  return (call: FunctionCall): Bound => {
    const { type, sql } = numbers(call);
    const total = sumType(type);
    const stored = duckTypeSql(total);
    const exact = total.kind === 'Float' ? duck`CAST(${sql} AS DOUBLE[])` : sql;
    const sums = once(call, exact, (list) => duck`list_transform(range(1, len(${list}) + 1), lambda i: CAST(list_sum(${list}[1:i]) AS ${total.kind === 'Float' || total.kind === 'Decimal' ? stored : duck`HUGEINT`}))`);
    // A running sum that stops at zero is the running sum less its least value so far, where that is negative.
    const clipped = nonNegative ? once(call, sums, (list) => duck`list_transform(${list}, lambda s, i: s - least(list_min(${list}[1:i]), 0))`) : sums;
    return bound(array(total), fittedList(clipped, total, call), call.span);
  };
}

/** The type of the difference of two values. */
function differenceType(type: ClickHouseType): ClickHouseType {
  if (type.kind === 'Integer') return type.bits >= 64 ? int(type.bits) : int(type.bits === 8 ? 16 : type.bits === 16 ? 32 : 64);
  if (type.kind === 'Bool') return int(16);
  return type.kind === 'Decimal' ? type : FLOAT64;
}

function arrayDifference(call: FunctionCall): Bound {
  const { type, sql } = dayNumbers(call) ?? numbers(call);
  const difference = type.kind === 'Date' ? int(32) : type.kind === 'DateTime' ? int(64) : differenceType(type);
  const stored = duckTypeSql(difference);
  const wide = difference.kind === 'Integer' ? duck`HUGEINT` : stored;
  const steps = once(call, sql, (list) => duck`list_transform(${list}, lambda x, i: CASE WHEN i = 1 THEN CAST(0 AS ${wide}) ELSE CAST(x AS ${wide}) - CAST(${list}[i - 1] AS ${wide}) END)`);
  return bound(array(difference), fittedList(steps, difference, call), call.span);
}

/** arrayFold(acc, x, … -> …, arrays…, start). The accumulator keeps the type of its start. */
function arrayFold(call: FunctionCall): Bound {
  const body = lambda(call);
  const rest = call.arguments.slice(1).filter((argument): argument is Bound => !isLambda(argument));
  const start = rest.at(-1);
  const lists = rest.slice(0, -1);
  if (!start || lists.length === 0) throw typeError('arrayFold takes a lambda, arrays and a start value.', call.span);
  const zip = walkLists(call, lists.length === 1 ? undefined : { ...body, body: () => start }, lists);
  const [state, row] = [duckName(call.context.freshName()), duckName(call.context.freshName())];
  const type = withoutLowCardinality(start.type);
  const fields = lists.map((list, index) => bound(elementType(call, list), lists.length === 1 ? duck`${row}.x` : duck`${row}.x[${duckInteger(index + 1)}]`, list.span));
  const next = body.body([bound(type, duck`${state}.a`, start.span), ...fields]);
  const step = plainSql(cast(next, type, { timeZone: call.context.timeZone }));
  const stored = duckTypeSql(type);
  const rows = duck`list_transform(${zip.list}, lambda ${zip.item}: struct_pack(a := CAST(NULL AS ${stored}), x := ${zip.item}))`;
  const folded = once(call, rows, (list) => duck`CASE WHEN len(${list}) = 0 THEN ${plainSql(start)} ELSE list_reduce(list_prepend(struct_pack(a := ${plainSql(start)}, x := ${list}[1].x), ${list}), lambda ${state}, ${row}: struct_pack(a := CAST(${step} AS ${stored}), x := ${row}.x)).a END`);
  return bound(type, folded, call.span);
}

interface Sorting {
  readonly reverse: boolean;
  /** arrayPartialSort(limit, array): only so many elements are sure to be in order; all are here. */
  readonly partial: boolean;
}

function sort({ reverse, partial }: Sorting) {
  return (call: FunctionCall): Bound => {
    const args = [...call.arguments];
    if (partial) args.splice(args[0] && isLambda(args[0]) ? 1 : 0, 1);
    const made = walk({ ...call, arguments: args });
    const key = orderSql(made.body);
    const float = ['Float', 'BFloat16'].includes(bare(made.body.type).kind);
    if (key.text === made.item.text && !(float && reverse)) {
      return bound(array(made.firstType), reverse ? duck`list_sort(${made.list}, 'DESC', 'NULLS LAST')` : duck`list_sort(${made.list}, 'ASC', 'NULLS LAST')`, call.span);
    }
    const place = duckName(call.context.freshName());
    const missing = float ? duck`(${key} IS NULL OR isnan(${key}))` : duck`(${key} IS NULL)`;
    const rows = reverse
      ? duck`list_transform(${made.list}, lambda ${made.item}, ${place}: struct_pack(n := NOT ${missing}, k := ${key}, i := -${place}, v := ${made.first}))`
      : duck`list_transform(${made.list}, lambda ${made.item}, ${place}: struct_pack(n := ${missing}, k := ${key}, i := ${place}, v := ${made.first}))`;
    const sorted = reverse ? duck`list_sort(${rows}, 'DESC')` : duck`list_sort(${rows}, 'ASC')`;
    return bound(array(made.firstType), duck`list_transform(${sorted}, lambda ${made.item}: ${made.item}.v)`, call.span);
  };
}

/** Runs of equal elements become one. */
function arrayCompact(call: FunctionCall): Bound {
  const made = walk(call);
  const keys = mapped(made).sql;
  const sql = once(call, firstList(call), (list) => once(call, keys, (key) => duck`list_filter(${list}, lambda x, i: i = 1 OR ${key}[i] IS DISTINCT FROM ${key}[i - 1])`));
  return bound(array(made.firstType), sql, call.span);
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'array' as const });

export const ARRAY_LAMBDA: readonly FunctionDefinition[] = [
  { ...describe('arrayMap', 'arrayMap(x -> …, array, …)', 'What the lambda gives for each element.'), bind: arrayMap },
  { ...describe('arrayFilter', 'arrayFilter(x -> …, array, …)', 'The elements for which the lambda holds.'), bind: arrayFilter },
  { ...describe('arrayCount', 'arrayCount([x -> …, ]array)', 'How many elements the lambda holds for.'), bind: arrayCount },
  { ...describe('arrayExists', 'arrayExists([x -> …, ]array)', '1 when the lambda holds for any element.'), bind: quantifier('exists') },
  { ...describe('arrayAll', 'arrayAll([x -> …, ]array)', '1 when the lambda holds for all elements.'), bind: quantifier('all') },
  { ...describe('arrayFirst', 'arrayFirst(x -> …, array)', 'The first element the lambda holds for, or the default.'), bind: edge('first', false) },
  { ...describe('arrayFirstOrNull', 'arrayFirstOrNull(x -> …, array)', 'The first element the lambda holds for, or NULL.'), bind: edge('first', true) },
  { ...describe('arrayLast', 'arrayLast(x -> …, array)', 'The last element the lambda holds for, or the default.'), bind: edge('last', false) },
  { ...describe('arrayLastOrNull', 'arrayLastOrNull(x -> …, array)', 'The last element the lambda holds for, or NULL.'), bind: edge('last', true) },
  { ...describe('arrayFirstIndex', 'arrayFirstIndex(x -> …, array)', 'The place of the first element the lambda holds for, or 0.'), bind: edgeIndex('first') },
  { ...describe('arrayLastIndex', 'arrayLastIndex(x -> …, array)', 'The place of the last element the lambda holds for, or 0.'), bind: edgeIndex('last') },
  { ...describe('arrayFill', 'arrayFill(x -> …, array)', 'Elements the lambda does not hold for become the one before them.'), bind: fill(false) },
  { ...describe('arrayReverseFill', 'arrayReverseFill(x -> …, array)', 'Elements the lambda does not hold for become the one after them.'), bind: fill(true) },
  { ...describe('arraySplit', 'arraySplit(x -> …, array)', 'Cuts the array before each element the lambda holds for.'), bind: split(false) },
  { ...describe('arrayReverseSplit', 'arrayReverseSplit(x -> …, array)', 'Cuts the array after each element the lambda holds for.'), bind: split(true) },
  { ...describe('arraySum', 'arraySum([x -> …, ]array)', 'The sum of the elements.'), bind: arraySum },
  { ...describe('arrayAvg', 'arrayAvg([x -> …, ]array)', 'The mean of the elements.'), bind: arrayAvg },
  { ...describe('arrayMin', 'arrayMin([x -> …, ]array)', 'The least element.'), bind: extreme('min') },
  { ...describe('arrayMax', 'arrayMax([x -> …, ]array)', 'The greatest element.'), bind: extreme('max') },
  { ...describe('arrayProduct', 'arrayProduct([x -> …, ]array)', 'The product of the elements.'), bind: arrayProduct },
  { ...describe('arrayCumSum', 'arrayCumSum([x -> …, ]array)', 'Running sums.'), bind: cumulative(false) },
  { ...describe('arrayCumSumNonNegative', 'arrayCumSumNonNegative([x -> …, ]array)', 'Running sums that do not fall below zero.'), bind: cumulative(true) },
  { ...describe('arrayDifference', 'arrayDifference([x -> …, ]array)', 'Each element less the one before it.'), bind: arrayDifference },
  { ...describe('arrayFold', 'arrayFold((acc, x) -> …, array, start)', 'Carries a value through the elements.'), bind: arrayFold },
  { ...describe('arraySort', 'arraySort([x -> …, ]array)', 'The elements in ascending order, NULL last.'), bind: sort({ reverse: false, partial: false }) },
  { ...describe('arrayReverseSort', 'arrayReverseSort([x -> …, ]array)', 'The elements in descending order, NULL last.'), bind: sort({ reverse: true, partial: false }) },
  { ...describe('arrayPartialSort', 'arrayPartialSort([x -> …, ]limit, array)', 'The least elements in ascending order first.'), bind: sort({ reverse: false, partial: true }) },
  { ...describe('arrayPartialReverseSort', 'arrayPartialReverseSort([x -> …, ]limit, array)', 'The greatest elements in descending order first.'), bind: sort({ reverse: true, partial: true }) },
  { ...describe('arrayCompact', 'arrayCompact([x -> …, ]array)', 'Runs of equal elements become one.'), bind: arrayCompact },
];

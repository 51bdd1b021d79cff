/** Functions that make arrays and change their length, and those that read an element of an array, map or tuple. */
import { bound, type Bound, type Constant } from '../bound.ts';
import { cast, commonType, unify } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { defaultSql, duckTypeSql, plainSql } from '../physical.ts';
import {
  array, bare, DATE, DATETIME, FLOAT32, FLOAT64, int, isNullable, NOTHING, nullable, STRING, uint, withoutLowCardinality, type ClickHouseType,
} from '../types.ts';
import { at, define, isNull, need, nullResult, once, typeError, withConstant } from './arguments.ts';
import { present, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType, listType, sameLists, zipped } from './list-argument.ts';

function makeArray(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.length === 0) return { ...bound(array(NOTHING), duck`[]`, call.span), constant: { kind: 'array', items: [] } };
  const items = unify(args, call.span, { timeZone: call.context.timeZone });
  const type = array(at(items, 0).type);
  const constants = items.map((item) => item.constant).filter((item): item is Constant => item !== undefined);
  const made = bound(type, duck`[${items.map(plainSql)}]`, call.span);
  return withConstant(made, constants.length === items.length ? { kind: 'array', items: constants } : undefined);
}

/** array[i], map[key] and tuple[i]. Beyond the end is the default of the type. */
function arrayElement(args: readonly Bound[], call: FunctionCall): Bound {
  const [container, index] = [at(args, 0), at(args, 1)];
  const type = bare(container.type);
  if (type.kind === 'Map') return mapElement(container, type, index, call);
  if (type.kind === 'Tuple') return call.context.call('tupleElement', args, call.span);
  if (type.kind === 'JSON' || type.kind === 'Dynamic') throw typeError('Read a part of JSON with a path such as json.a.b.', index.span);
  const element = elementType(call, container);
  if (isNull(index)) return nullResult(call.span);
  need(call, index, 'integer', 1);
  if (index.constant?.kind === 'integer' && index.constant.value === 0n && !container.constant) throw typeError('The first element of an array has the number 1.', index.span);
  const read = duck`${listSql(container)}[${wholeSql(index)}]`;
  const filled = isNullable(element) || element.kind === 'Nothing' ? read : duck`coalesce(${read}, ${defaultSql(element)})`;
  return bound(isNullable(index.type) ? nullable(element) : element, present([index], filled), call.span);
}

/** A subscript binds closer than most of DuckDB's syntax; anything but a name or a call is put into brackets. */
function listSql(value: Bound): DuckSql {
  return duck`(${plainSql(value)})`;
}

function mapElement(container: Bound, type: Extract<ClickHouseType, { kind: 'Map' }>, key: Bound, call: FunctionCall): Bound {
  const value = withoutLowCardinality(type.value);
  if (isNull(key)) return bound(value, defaultSql(value), call.span);
  const wanted = cast({ ...key, type: bare(key.type) }, bare(type.key), { timeZone: call.context.timeZone });
  const read = duck`${listSql(container)}[${plainSql(wanted)}]`;
  const filled = isNullable(value) ? read : duck`coalesce(${read}, ${defaultSql(value)})`;
  return bound(isNullable(key.type) ? nullable(value) : value, present([key], filled), call.span);
}

function arrayElementOrNull(args: readonly Bound[], call: FunctionCall): Bound {
  const [container, index] = [at(args, 0), at(args, 1)];
  const type = bare(container.type);
  if (type.kind === 'Map') {
    const wanted = cast({ ...index, type: bare(index.type) }, bare(type.key), { timeZone: call.context.timeZone });
    return bound(nullable(withoutLowCardinality(type.value)), duck`${listSql(container)}[${plainSql(wanted)}]`, call.span);
  }
  const element = elementType(call, container);
  need(call, index, 'integer', 1);
  return bound(nullable(element), present([index], duck`${listSql(container)}[${wholeSql(index)}]`), call.span);
}

function arraySlice(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, offset, length] = [at(args, 0), at(args, 1), args[2]];
  const type = listType(call, list);
  const start = isNull(offset) ? duckInteger(1) : wholeSql(offset);
  const size = length === undefined || isNull(length) ? undefined : wholeSql(length);
  const sql = once(call, plainSql(list), (value) => {
    const begin = offset.constant?.kind === 'integer' && offset.constant.value > 0n ? start : duck`(CASE WHEN ${start} >= 0 THEN ${start} ELSE len(${value}) + ${start} + 1 END)`;
    const end = size === undefined ? duck`len(${value})` : length?.constant?.kind === 'integer' && length.constant.value >= 0n ? duck`${begin} + ${size} - 1` : duck`CASE WHEN ${size} >= 0 THEN ${begin} + ${size} - 1 ELSE len(${value}) + ${size} END`;
    const cut = duck`(${value})[greatest(${begin}, 1):greatest(${end}, 0)]`;
    return offset.constant?.kind === 'integer' && offset.constant.value !== 0n ? cut : duck`CASE WHEN ${start} = 0 THEN [] ELSE ${cut} END`;
  });
  return bound(type, sql, call.span);
}

function push(side: 'back' | 'front') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [list, value] = [at(args, 0), at(args, 1)];
    const element = commonType([elementType(call, list), withoutLowCardinality(value.type)], call.span);
    const zone = { timeZone: call.context.timeZone };
    const items = plainSql(cast({ ...list, type: listType(call, list) }, array(element), zone));
    const item = plainSql(cast(value, element, zone));
    return bound(array(element), side === 'back' ? duck`list_append(${items}, ${item})` : duck`list_prepend(${item}, ${items})`, call.span);
  };
}

function arrayConcat(args: readonly Bound[], call: FunctionCall): Bound {
  const { type, lists } = sameLists(call, args);
  const [first] = lists;
  return bound(type, lists.length === 1 && first ? first : duck`list_concat(${lists})`, call.span);
}

function arrayResize(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, size, filler] = [at(args, 0), at(args, 1), args[2]];
  need(call, size, 'integer', 1);
  const element = filler ? commonType([elementType(call, list), withoutLowCardinality(filler.type)], call.span) : elementType(call, list);
  const zone = { timeZone: call.context.timeZone };
  const items = plainSql(cast({ ...list, type: listType(call, list) }, array(element), zone));
  const fill = filler ? plainSql(cast(filler, element, zone)) : defaultSql(element);
  const count = wholeSql(size);
  const sql = size.constant?.kind === 'integer' && size.constant.value >= 0n
    ? duck`list_resize(${items}, ${count}, ${fill})`
    : once(call, items, (value) => duck`CASE WHEN ${count} >= 0 THEN list_resize(${value}, greatest(${count}, 0), ${fill}) ELSE list_reverse(list_resize(list_reverse(${value}), abs(${count}), ${fill})) END`);
  return bound(array(element), sql, call.span);
}

function arrayWithConstant(args: readonly Bound[], call: FunctionCall): Bound {
  const [size, value] = [at(args, 0), at(args, 1)];
  need(call, size, 'integer', 0);
  const type = withoutLowCardinality(value.type);
  return bound(array(type), duck`list_resize(CAST([] AS ${duckTypeSql(array(type))}), ${wholeSql(size)}, ${plainSql(value)})`, call.span);
}

/** ClickHouse's own limit for a block of rows. */
const MOST_OF_RANGE = 500_000_000n;

function range(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'integer', index));
  if (args.some(isNull)) return bound(array(NOTHING), duck`[]`, call.span);
  const element = args.length === 1 ? bare(at(args, 0).type) : commonType(args.map((arg) => bare(arg.type)), call.span);
  const parts = args.map(wholeSql);
  const [from, to, step] = args.length === 1 ? [duck`0`, parts[0] ?? duck`0`, undefined] : [parts[0] ?? duck`0`, parts[1] ?? duck`0`, parts[2]];
  const count = duck`(CAST(${to} AS HUGEINT) - ${from})${step ? duck` // CASE WHEN ${step} = 0 THEN 1 ELSE ${step} END` : duck``}`;
  const isShort = args.every((arg) => arg.constant?.kind === 'integer' && arg.constant.value < 100_000_000n && arg.constant.value > -100_000_000n) || args.every((arg) => { const type = bare(arg.type); return type.kind === 'Integer' && type.bits <= 16; });
  const made = isShort ? duck`range(${parts})` : duck`CASE WHEN ${count} > ${duckInteger(MOST_OF_RANGE)} THEN error('range would give more than ${duckInteger(MOST_OF_RANGE)} numbers.') ELSE range(${parts}) END`;
  const stored = duckTypeSql(array(element));
  const only = args[0];
  if (args.length === 1 && only && only.constant?.kind !== 'integer' && !(element.kind === 'Integer' && !element.signed)) {
    return bound(array(element), duck`CAST(CASE WHEN ${parts} < 0 THEN error('range takes a number that is not negative.') ELSE ${made} END AS ${stored})`, call.span);
  }
  if (args.length === 1 && only?.constant?.kind === 'integer' && only.constant.value < 0n) throw typeError('range takes a number that is not negative.', only.span);
  return bound(array(element), element.kind === 'Integer' && element.bits === 64 && element.signed ? made : duck`CAST(${made} AS ${stored})`, call.span);
}

function arrayZip(unaligned: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const types = args.map((arg) => elementType(call, arg)).map((type) => (unaligned ? nullable(type) : type));
    const type = array({ kind: 'Tuple', elements: types.map((each) => ({ type: each })) });
    const zip = unaligned ? duck`list_zip(${args.map(plainSql)})` : zipped(call, args);
    return bound(type, duck`CAST(list_transform(${zip}, lambda z: struct_pack(${args.map((_, index) => duck`${fieldName(index)} := z[${duckInteger(index + 1)}]`)})) AS ${duckTypeSql(type)})`, call.span);
  };
}

function fieldName(index: number): DuckSql {
  return duck`"${duckInteger(index + 1)}"`;
}

function arrayFlatten(args: readonly Bound[], call: FunctionCall): Bound {
  const list = at(args, 0);
  let type = listType(call, list);
  let sql = plainSql(list);
  while (type.kind === 'Array' && bare(type.of).kind === 'Array') {
    type = bare(type.of);
    sql = duck`flatten(${sql})`;
  }
  return bound(type.kind === 'Array' ? array(withoutLowCardinality(type.of)) : type, sql, call.span);
}

function move(kind: 'rotate' | 'shift', direction: 'left' | 'right') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [list, count, filler] = [at(args, 0), at(args, 1), args[2]];
    need(call, count, 'integer', 1);
    const element = filler ? commonType([elementType(call, list), withoutLowCardinality(filler.type)], call.span) : elementType(call, list);
    const items = plainSql(cast({ ...list, type: listType(call, list) }, array(element), { timeZone: call.context.timeZone }));
    const steps = direction === 'left' ? wholeSql(count) : duck`(-${wholeSql(count)})`;
    const sql = once(call, items, (value) => {
      if (kind === 'rotate') {
        const offset = duck`(((${steps} % greatest(len(${value}), 1)) + len(${value})) % greatest(len(${value}), 1))`;
        return duck`list_concat((${value})[${offset} + 1:], (${value})[1:${offset}])`;
      }
      const fill = filler ? plainSql(cast(filler, element)) : defaultSql(element);
      return duck`list_transform(range(1, len(${value}) + 1), lambda i: CASE WHEN i + ${steps} BETWEEN 1 AND len(${value}) THEN (${value})[i + ${steps}] ELSE ${fill} END)`;
    });
    return bound(array(element), sql, call.span);
  };
}

const EMPTY: readonly (readonly [string, ClickHouseType])[] = [
  ...([8, 16, 32, 64] as const).flatMap((bits) => [[`UInt${bits}`, uint(bits)] as const, [`Int${bits}`, int(bits)] as const]),
  ['Float32', FLOAT32], ['Float64', FLOAT64], ['Date', DATE], ['DateTime', DATETIME], ['String', STRING],
];

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'array' as const, ...extra });

export const ARRAY: readonly FunctionDefinition[] = [
  define(describe('array', 'array(value, …)', 'An array of the values.'), 0, Infinity, makeArray),
  define(describe('arrayElement', 'arrayElement(array, index)', 'The element at an index from 1, or from the end when negative; the default beyond the ends.'), 2, 2, arrayElement),
  define(describe('arrayElementOrNull', 'arrayElementOrNull(array, index)', 'The element at an index, NULL beyond the ends.'), 2, 2, arrayElementOrNull),
  define(describe('arrayConcat', 'arrayConcat(array, …)', 'The arrays one after the other.'), 1, Infinity, arrayConcat),
  define(describe('arraySlice', 'arraySlice(array, offset[, length])', 'A piece of an array.'), 2, 3, arraySlice),
  define(describe('arrayPushBack', 'arrayPushBack(array, value)', 'The array with a value added at its end.'), 2, 2, push('back')),
  define(describe('arrayPushFront', 'arrayPushFront(array, value)', 'The array with a value added at its start.'), 2, 2, push('front')),
  define(describe('arrayPopBack', 'arrayPopBack(array)', 'The array without its last element.'), 1, 1, (args, call) => bound(listType(call, at(args, 0)), once(call, plainSql(at(args, 0)), (list) => duck`(${list})[1:greatest(len(${list}) - 1, 0)]`), call.span)),
  define(describe('arrayPopFront', 'arrayPopFront(array)', 'The array without its first element.'), 1, 1, (args, call) => bound(listType(call, at(args, 0)), duck`(${plainSql(at(args, 0))})[2:]`, call.span)),
  define(describe('arrayReverse', 'arrayReverse(array)', 'The elements backwards.'), 1, 1, (args, call) => bound(listType(call, at(args, 0)), duck`list_reverse(${plainSql(at(args, 0))})`, call.span)),
  define(describe('arrayResize', 'arrayResize(array, size[, filler])', 'The array cut or filled to a size; at its start for a negative one.'), 2, 3, arrayResize),
  define(describe('arrayWithConstant', 'arrayWithConstant(size, value)', 'An array of one value, so many times.'), 2, 2, arrayWithConstant),
  define(describe('replicate', 'replicate(value, array)', 'An array of one value, as long as another array.'), 2, 2, (args, call) => {
    const [value, like] = [at(args, 0), at(args, 1)];
    elementType(call, like);
    const type = withoutLowCardinality(value.type);
    return bound(array(type), duck`list_resize(CAST([] AS ${duckTypeSql(array(type))}), len(${plainSql(like)}), ${plainSql(value)})`, call.span);
  }),
  define(describe('range', 'range([start, ]end[, step])', 'The whole numbers from start (or 0) up to, not including, end.'), 1, 3, range),
  define(describe('arrayZip', 'arrayZip(array, …)', 'An array of tuples of the elements at the same places.'), 1, Infinity, arrayZip(false)),
  define(describe('arrayZipUnaligned', 'arrayZipUnaligned(array, …)', 'The same for arrays of different lengths, with NULL where one ends.'), 1, Infinity, arrayZip(true)),
  define(describe('arrayFlatten', 'arrayFlatten(array)', 'Arrays inside arrays as one array.', { caseInsensitiveAliases: ['flatten'] }), 1, 1, arrayFlatten),
  define(describe('arrayRotateLeft', 'arrayRotateLeft(array, count)', 'The array turned left.'), 2, 2, move('rotate', 'left')),
  define(describe('arrayRotateRight', 'arrayRotateRight(array, count)', 'The array turned right.'), 2, 2, move('rotate', 'right')),
  define(describe('arrayShiftLeft', 'arrayShiftLeft(array, count[, filler])', 'The array moved left, filled at its end.'), 2, 3, move('shift', 'left')),
  define(describe('arrayShiftRight', 'arrayShiftRight(array, count[, filler])', 'The array moved right, filled at its start.'), 2, 3, move('shift', 'right')),
  ...EMPTY.map(([name, type]) => define(describe(`emptyArray${name}`, `emptyArray${name}()`, `An empty array of ${name}.`), 0, 0, (_, call) => bound(array(type), defaultSql(array(type)), call.span))),
  define(describe('emptyArrayToSingle', 'emptyArrayToSingle(array)', 'The array, or one default value when it is empty.'), 1, 1, (args, call) => {
    const list = at(args, 0);
    const element = elementType(call, list);
    return bound(array(element), once(call, plainSql(list), (value) => duck`CASE WHEN len(${value}) = 0 THEN [${defaultSql(element)}] ELSE ${value} END`), call.span);
  }),
];

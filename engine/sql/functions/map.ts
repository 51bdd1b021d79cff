/** Functions on maps. A map keeps the order of its pairs; where ClickHouse keeps a repeated key, DuckDB refuses it. */
import { bound, isLambda, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckName, type DuckSql } from '../duck.ts';
import { booleanSql, defaultSql, duckTypeSql, orderSql, plainSql, tupleFieldNames } from '../physical.ts';
import { array, bare, FLOAT64, INT64, isNullable, map, NOTHING, printType, tuple, UINT64, UINT8, withoutLowCardinality, type ClickHouseType } from '../types.ts';
import { at, define, isNull, lambda, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType } from './list-argument.ts';

type MapType = Extract<ClickHouseType, { kind: 'Map' }>;

function mapType(call: FunctionCall, value: Bound): MapType {
  const type = bare(value.type);
  if (type.kind === 'Map') return type;
  throw typeError(`${call.name} takes a map, not a value of type ${printType(value.type)}.`, value.span);
}

function fromEntries(type: ClickHouseType, entries: DuckSql): DuckSql {
  return duck`CAST(map_from_entries(${entries}) AS ${duckTypeSql(type)})`;
}

function makeMap(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.length === 0) {
    const type = map(NOTHING, NOTHING);
    return bound(type, duck`MAP {}`, call.span);
  }
  if (args.length % 2 === 1) throw typeError('map takes keys and values in turn.', call.span);
  const side = (offset: number) => args.filter((_, index) => index % 2 === offset);
  const list = (values: readonly Bound[]): { readonly type: ClickHouseType; readonly sql: DuckSql } => {
    const type = commonType(values.map((value) => value.type), call.span);
    return { type, sql: duck`[${values.map((value) => plainSql(cast(value, type, { timeZone: call.context.timeZone })))}]` };
  };
  const [keys, values] = [list(side(0)), list(side(1))];
  const key = notNullableKey(keys.type);
  return bound(map(key, values.type), duck`map(${keys.sql}, ${values.sql})`, call.span);
}

function notNullableKey(type: ClickHouseType): ClickHouseType {
  return type.kind === 'Nullable' ? type.of : type;
}

/** Parameters of a lambda over a map's entries, read from `entry`. */
function pair(type: MapType, entry: DuckSql, span: Bound['span']): readonly [Bound, Bound] {
  return [bound(withoutLowCardinality(type.key), duck`${entry}.key`, span), bound(withoutLowCardinality(type.value), duck`${entry}.value`, span)];
}

interface MapWalk {
  readonly value: Bound;
  readonly type: MapType;
  readonly entry: DuckSql;
  readonly body: Bound;
}

function walkMap(call: FunctionCall, place = 1): MapWalk {
  const made = lambda(call);
  const value = call.arguments[place];
  if (!value || isLambda(value)) throw typeError(`${call.name} takes a lambda and a map.`, call.span);
  const type = mapType(call, value);
  const entry = duckName(call.context.freshName());
  return { value, type, entry, body: made.body(pair(type, entry, value.span)) };
}

function mapFilter(call: FunctionCall): Bound {
  const { value, type, entry, body } = walkMap(call);
  return bound(value.type, fromEntries(type, duck`list_filter(map_entries(${plainSql(value)}), lambda ${entry}: ${booleanSql(body)})`), call.span);
}

function mapApply(call: FunctionCall): Bound {
  const { value, entry, body } = walkMap(call);
  const pairType = bare(body.type);
  if (pairType.kind !== 'Tuple' || pairType.elements.length !== 2) throw typeError('The lambda of mapApply gives a tuple of a key and a value.', body.span);
  const [key, item] = pairType.elements;
  const type = map(key?.type ?? NOTHING, item?.type ?? NOTHING);
  return bound(type, fromEntries(type, duck`list_transform(map_entries(${plainSql(value)}), lambda ${entry}: ${plainSql(body)})`), call.span);
}

function quantifier(which: 'exists' | 'all') {
  return (call: FunctionCall): Bound => {
    const { value, entry, body } = walkMap(call);
    const held = which === 'exists' ? booleanSql(body) : duck`NOT coalesce(${booleanSql(body)}, FALSE)`;
    const found = duck`len(list_filter(map_entries(${plainSql(value)}), lambda ${entry}: ${held}))`;
    return bound(UINT8, which === 'exists' ? duck`(${found} > 0)` : duck`(${found} = 0)`, call.span, 'boolean');
  };
}

function mapSort(reverse: boolean, partial: boolean) {
  return (call: FunctionCall): Bound => {
    const first = call.arguments[0];
    const hasLambda = first !== undefined && isLambda(first);
    const place = (hasLambda ? 1 : 0) + (partial ? 1 : 0);
    const value = call.arguments[place];
    if (!value || isLambda(value)) throw typeError(`${call.name} takes a map.`, call.span);
    const type = mapType(call, value);
    const entry = duckName(call.context.freshName());
    const key = hasLambda ? lambda(call).body(pair(type, entry, value.span)) : pair(type, entry, value.span)[0];
    const rows = duck`list_transform(map_entries(${plainSql(value)}), lambda ${entry}, place: struct_pack(k := ${orderSql(key)}, i := ${reverse ? duck`-place` : duck`place`}, e := ${entry}))`;
    const sorted = reverse ? duck`list_sort(${rows}, 'DESC')` : duck`list_sort(${rows}, 'ASC')`;
    return bound(value.type, fromEntries(type, duck`list_transform(${sorted}, lambda ${entry}: ${entry}.e)`), call.span);
  };
}

function mapContainsKey(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, key] = [at(args, 0), at(args, 1)];
  const type = mapType(call, value);
  if (isNull(key)) return bound(UINT8, duck`FALSE`, call.span, 'boolean');
  const wanted = plainSql(cast({ ...key, type: bare(key.type) }, bare(type.key), { timeZone: call.context.timeZone }));
  const sql = duck`map_contains(${plainSql(value)}, ${wanted})`;
  return bound(UINT8, isNullable(key.type) ? duck`coalesce(${sql}, FALSE)` : sql, call.span, 'boolean');
}

/** The -Like functions: a filter on keys or values by a pattern. */
function like(side: 'key' | 'value', keep: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [value, pattern] = [at(args, 0), at(args, 1)];
    const type = mapType(call, value);
    const entry = duckName(call.context.freshName());
    const [key, item] = pair(type, entry, value.span);
    const held = call.context.call('like', [side === 'key' ? key : item, pattern], call.span);
    const found = duck`list_filter(map_entries(${plainSql(value)}), lambda ${entry}: ${booleanSql(held)})`;
    return keep ? bound(value.type, fromEntries(type, found), call.span) : bound(UINT8, duck`(len(${found}) > 0)`, call.span, 'boolean');
  };
}

function mapFromArrays(args: readonly Bound[], call: FunctionCall): Bound {
  const [keys, values] = [at(args, 0), at(args, 1)];
  const keyType = notNullableKey(elementType(call, keys));
  const fromMap = bare(values.type);
  const [itemType, items] = fromMap.kind === 'Map'
    ? [tuple(fromMap.key, fromMap.value), duck`list_transform(map_entries(${plainSql(values)}), lambda "@e": struct_pack("1" := "@e".key, "2" := "@e".value))`]
    : [elementType(call, values), plainSql(values)];
  return bound(map(keyType, itemType), once(call, plainSql(keys), (list) => duck`map(${list}, sandpiper_same_length(${items}, len(${list})))`), call.span);
}

/** mapConcat and mapUpdate: pairs of all maps, the last of each key winning its place. */
function merged(args: readonly Bound[], call: FunctionCall): Bound {
  const types = args.map((arg) => mapType(call, arg));
  const type = map(commonType(types.map((each) => withoutLowCardinality(each.key)), call.span), commonType(types.map((each) => withoutLowCardinality(each.value)), call.span));
  const maps = args.map((arg) => plainSql(cast(arg, type, { timeZone: call.context.timeZone })));
  return bound(type, maps.length === 1 && maps[0] ? maps[0] : duck`map_concat(${maps})`, call.span);
}

function sumType(type: ClickHouseType): ClickHouseType {
  const inner = bare(type);
  if (inner.kind === 'Integer' && inner.bits <= 64) return inner.signed ? INT64 : UINT64;
  if (inner.kind === 'Float') return FLOAT64;
  return inner;
}

/** The two arrays of a tuple that stands for a map. */
function pairOfArrays(value: Bound): readonly Bound[] | undefined {
  const type = bare(value.type);
  if (type.kind !== 'Tuple' || type.elements.length !== 2 || type.elements.some((element) => element.type.kind !== 'Array')) return undefined;
  const names = tupleFieldNames(type.elements);
  return type.elements.map((element, index) => bound(element.type, duck`${plainSql(value)}.${duckName(names[index] ?? '')}`, value.span));
}

function arraysOfMap(value: Bound, call: FunctionCall): Bound {
  return call.context.call('tuple', [call.context.call('mapKeys', [value], call.span), call.context.call('mapValues', [value], call.span)], call.span);
}

/** mapAdd, mapSubtract: the values of each key added up, keys in ascending order. */
function added(sign: 1 | -1) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const pairs = args.map((arg) => pairOfArrays(arg));
    if (pairs.every((pair) => pair !== undefined)) return arraysOfMap(added(sign)(pairs.map((pair) => call.context.call('mapFromArrays', pair, call.span)), call), call);
    if (args.some((arg) => bare(arg.type).kind !== 'Map')) throw typeError(`${call.name} takes maps, or tuples of an array of keys and one of values.`, call.span);
    const types = args.map((arg) => mapType(call, arg));
    const key = commonType(types.map((each) => withoutLowCardinality(each.key)), call.span);
    const value = sumType(commonType(types.map((each) => withoutLowCardinality(each.value)), call.span));
    const type = map(key, value);
    const maps = args.map((arg) => plainSql(cast(arg, type, { timeZone: call.context.timeZone })));
    const keys = duck`list_sort(list_distinct(flatten([${maps.map((each) => duck`map_keys(${each})`)}])))`;
    const wide = value.kind === 'Float' ? duck`DOUBLE` : duck`HUGEINT`;
    const total = maps.map((each, index) => duck`${index > 0 && sign === -1 ? duck` - ` : index > 0 ? duck` + ` : duck``}CAST(coalesce(${each}[k], 0) AS ${wide})`);
    const sum = total.reduce((left, right) => duck`${left}${right}`);
    const wrapped = value.kind === 'Integer' && value.bits === 64 && !value.signed ? duck`(((${sum}) % 18446744073709551616::HUGEINT) + 18446744073709551616::HUGEINT) % 18446744073709551616::HUGEINT` : sum;
    return bound(type, once(call, keys, (list) => duck`map(${list}, list_transform(${list}, lambda k: CAST(${wrapped} AS ${duckTypeSql(value)})))`), call.span);
  };
}

/** Fills the whole numbers between the keys with zero values. */
function mapPopulateSeries(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (bare(value.type).kind === 'Array') return arraysOfMap(mapPopulateSeries([call.context.call('mapFromArrays', args.slice(0, 2), call.span), ...args.slice(2)], call), call);
  if (bare(value.type).kind !== 'Map' || args.length > 2) throw typeError('mapPopulateSeries takes a map, or an array of keys and one of values, and the last key.', value.span);
  const type = mapType(call, value);
  const end = args[1] ? duck`${plainSql(args[1])}` : undefined;
  const sql = once(call, plainSql(value), (whole) => {
    const last = end ?? duck`list_max(map_keys(${whole}))`;
    const keys = duck`CAST(range(CAST(list_min(map_keys(${whole})) AS BIGINT), CAST(${last} AS BIGINT) + 1) AS ${duckTypeSql(array(type.key))})`;
    return duck`CASE WHEN cardinality(${whole}) = 0 THEN ${whole} ELSE map(${keys}, list_transform(${keys}, lambda k: coalesce(${whole}[k], ${defaultSql(type.value)}))) END`;
  });
  return bound(type, sql, call.span);
}

const describe = (name: string, signature: string, help: string, aliases: readonly string[] = []) => ({ name, signature, help, category: 'map' as const, aliases });

export const MAP: readonly FunctionDefinition[] = [
  define(describe('map', 'map(key, value, …)', 'A map of keys to values.'), 0, Infinity, makeMap),
  define(describe('mapKeys', 'mapKeys(map)', 'The keys of a map.'), 1, 1, (args, call) => bound(array(withoutLowCardinality(mapType(call, at(args, 0)).key)), duck`map_keys(${plainSql(at(args, 0))})`, call.span)),
  define(describe('mapValues', 'mapValues(map)', 'The values of a map.'), 1, 1, (args, call) => bound(array(withoutLowCardinality(mapType(call, at(args, 0)).value)), duck`map_values(${plainSql(at(args, 0))})`, call.span)),
  define(describe('mapContainsKey', 'mapContainsKey(map, key)', '1 when the map has the key.', ['mapContains']), 2, 2, mapContainsKey),
  define(describe('mapContainsValue', 'mapContainsValue(map, value)', '1 when the map has the value.'), 2, 2, (args, call) =>
    call.context.call('has', [call.context.call('mapValues', [at(args, 0)], call.span), at(args, 1)], call.span)),
  define(describe('mapContainsKeyLike', "mapContainsKeyLike(map, 'pattern')", '1 when a key of the map is like the pattern.'), 2, 2, like('key', false)),
  define(describe('mapContainsValueLike', "mapContainsValueLike(map, 'pattern')", '1 when a value of the map is like the pattern.'), 2, 2, like('value', false)),
  define(describe('mapExtractKeyLike', "mapExtractKeyLike(map, 'pattern')", 'The pairs whose key is like the pattern.'), 2, 2, like('key', true)),
  define(describe('mapExtractValueLike', "mapExtractValueLike(map, 'pattern')", 'The pairs whose value is like the pattern.'), 2, 2, like('value', true)),
  define(describe('mapFromArrays', 'mapFromArrays(keys, values)', 'A map of two arrays.', ['MAP_FROM_ARRAYS']), 2, 2, mapFromArrays),
  { ...describe('mapFilter', 'mapFilter((k, v) -> …, map)', 'The pairs for which the lambda holds.'), bind: mapFilter },
  { ...describe('mapApply', 'mapApply((k, v) -> (…, …), map)', 'The pairs that the lambda gives.'), bind: mapApply },
  { ...describe('mapExists', 'mapExists((k, v) -> …, map)', '1 when the lambda holds for any pair.'), bind: quantifier('exists') },
  { ...describe('mapAll', 'mapAll((k, v) -> …, map)', '1 when the lambda holds for all pairs.'), bind: quantifier('all') },
  { ...describe('mapSort', 'mapSort([(k, v) -> …, ]map)', 'The pairs in ascending order of key or of what the lambda gives.'), bind: mapSort(false, false) },
  { ...describe('mapReverseSort', 'mapReverseSort([(k, v) -> …, ]map)', 'The pairs in descending order.'), bind: mapSort(true, false) },
  { ...describe('mapPartialSort', 'mapPartialSort([(k, v) -> …, ]limit, map)', 'The first pairs in ascending order.'), bind: mapSort(false, true) },
  { ...describe('mapPartialReverseSort', 'mapPartialReverseSort([(k, v) -> …, ]limit, map)', 'The first pairs in descending order.'), bind: mapSort(true, true) },
  define(describe('mapUpdate', 'mapUpdate(map, map)', 'The first map with the pairs of the second put in.'), 2, 2, merged),
  define(describe('mapConcat', 'mapConcat(map, …)', 'The pairs of all maps.'), 1, Infinity, merged),
  define(describe('mapAdd', 'mapAdd(map, map, …)', 'The values of each key added up.'), 2, Infinity, added(1)),
  define(describe('mapSubtract', 'mapSubtract(map, map, …)', 'The values of each key subtracted.'), 2, Infinity, added(-1)),
  define(describe('mapPopulateSeries', 'mapPopulateSeries(map[, last])', 'Fills the gaps between whole-number keys with zeros.'), 1, 3, mapPopulateSeries),
];

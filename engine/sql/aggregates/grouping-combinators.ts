/**
 * The combinators that split the rows: by the place in arrays (-ForEach), the key of maps (-Map), intervals of a key
 * (-Resample), or the rows where a key is least or greatest (-ArgMin, -ArgMax). Their states hold the inner states.
 */
import type { Span } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, map, NOTHING, printType, type ClickHouseType } from '../types.ts';
import { arrayOf, type Arrays } from './array-rows.ts';
import { elementTypes, NO_SPAN, stateOf, withoutScope, type Combine } from './combine.ts';
import type { AggregateCall, AggregateState } from './definition.ts';
import { both, collect, packed, unpacked, unused, using, variable } from './fold.ts';
import { earlierRows, joinedLists, mergeCall } from './kept-rows.ts';
import { byKey } from './keyed.ts';
import { typeError, withoutDictionary } from './rule.ts';

/** -ForEach: the arguments are arrays, and the answer is the array of the aggregates of the first, second, … elements. */
export const withForEach: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => array(inner.resultType(elementTypes(types, name, span), parameters, span)),
  bind: (call) => {
    let type: ClickHouseType = NOTHING;
    const sql = eachPlace(call, inner.name, (place) => {
      const result = inner.bind(place);
      type = array(result.type);
      return plainSql(result);
    });
    return bound(type, sql, call.span);
  },
  state: (types, parameters) => {
    const elements = elementTypes(types, name, NO_SPAN);
    const state = stateOf(inner, elements, parameters);
    const accumulate = (call: AggregateCall) => eachPlace(call, inner.name, state.accumulate);
    return { ...listOfStates(state), accumulate, earlier: earlierRows(types, name, accumulate) };
  },
});

function eachPlace(call: AggregateCall, name: string, body: (call: AggregateCall) => DuckSql): DuckSql {
  const arrays: Arrays = arrayOf(call);
  const [index, row] = [variable(call), variable(call)];
  return using(call, collect(call, arrays.list), (lists) => {
    const longest = duck`coalesce(list_max(list_transform(${lists}, lambda ${row}: len(${row}))), 0)`;
    const rows = { list: duck`list_filter(${lists}, lambda ${row}: len(${row}) >= ${index})`, element: row };
    return duck`list_transform(range(1, ${longest} + 1), lambda ${index}: ${body({ ...withoutScope(call), name, arguments: arrays.elements(duck`${row}[${index}]`), rows })})`;
  });
}

/** A list of states, which merge place by place. */
function listOfStates(state: AggregateState): Omit<AggregateState, 'accumulate'> {
  const duckdbType = duck`${state.duckdbType}[]`;
  return {
    duckdbType,
    merge: (column, filter, over, within) => {
      const call = mergeCall(filter, over, within);
      const [index, row] = [variable(call), variable(call)];
      return using(call, collect(call, column), (lists) => {
        const longest = duck`coalesce(list_max(list_transform(${lists}, lambda ${row}: len(${row}))), 0)`;
        const rows = { list: duck`list_filter(${lists}, lambda ${row}: len(${row}) >= ${index})`, element: row };
        return duck`list_transform(range(1, ${longest} + 1), lambda ${index}: ${state.merge(duck`${row}[${index}]`, undefined, undefined, { rows, context: call.context })})`;
      });
    },
    finish: (column) => {
      const one = unused(column);
      return duck`list_transform(${column}, lambda ${one}: ${state.finish(duck`coalesce(${one}, ${state.empty})`)})`;
    },
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

/** -Map: the argument is a map, and the answer is the map of the aggregates of each key's values. */
export const withMap: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: ([type], parameters, span) => {
    const of = mapType(type, name, span);
    return map(of.key, inner.resultType([of.value], parameters, span));
  },
  bind: (call) => {
    let type: ClickHouseType = NOTHING;
    const of = mapType(call.arguments[0]?.type, name, call.span);
    const entries = eachKey(call, name, inner.name, (one) => {
      const result = inner.bind(one);
      type = map(of.key, result.type);
      return plainSql(result);
    });
    return bound(type, duck`CAST(map_from_entries(${entries}) AS ${duckTypeSql(type)})`, call.span);
  },
  state: (types, parameters) => {
    const of = mapType(types[0], name, NO_SPAN);
    const state = stateOf(inner, [of.value], parameters);
    const duckdbType = duck`STRUCT(k ${duckTypeSql(of.key)}, s ${state.duckdbType})[]`;
    const accumulate = (call: AggregateCall) => eachKey(call, name, inner.name, state.accumulate);
    return {
      duckdbType,
      accumulate,
      merge: (column, filter, over, within) => {
        const call = mergeCall(filter, over, within);
        const entry = variable(call);
        return byKey(call, joinedLists(call, column), (list) => state.merge(duck`${entry}.s`, undefined, undefined, { rows: { list, element: entry }, context: call.context }));
      },
      finish: (column) => {
        const one = unused(column);
        const result = map(of.key, inner.resultType([of.value], parameters, NO_SPAN));
        return duck`CAST(map_from_entries(list_transform(${column}, lambda ${one}: struct_pack(k := ${one}.k, v := ${state.finish(duck`coalesce(${one}.s, ${state.empty})`)}))) AS ${duckTypeSql(result)})`;
      },
      empty: duck`CAST([] AS ${duckdbType})`,
      earlier: earlierRows(types, name, accumulate),
    };
  },
});

/** struct(k, s) for each key of the maps. */
function eachKey(call: AggregateCall, name: string, innerName: string, body: (call: AggregateCall) => DuckSql): DuckSql {
  const [argument] = call.arguments;
  if (!argument) throw typeError(`${name} takes a map.`, call.span);
  const of = mapType(argument.type, name, call.span);
  const [entry, pair] = [variable(call), variable(call)];
  const entries = duck`list_transform(flatten(${collect(call, duck`map_entries(${plainSql(argument)})`)}), lambda ${pair}: struct_pack(k := ${pair}.key, v := ${pair}.value))`;
  return byKey(call, entries, (list) => body({ ...withoutScope(call), name: innerName, arguments: [bound(of.value, duck`${entry}.v`, argument.span)], rows: { list, element: entry } }));
}

function mapType(type: ClickHouseType | undefined, name: string, span: Span): Extract<ClickHouseType, { kind: 'Map' }> {
  const inner = type && bare(type);
  if (inner?.kind !== 'Map') throw typeError(`${name} takes a Map${type ? `, not ${printType(type)}` : ''}.`, span);
  return { ...inner, key: withoutDictionary(inner.key), value: withoutDictionary(inner.value) };
}

/** -Resample(start, end, step): the last argument chooses the interval, and the answer is the array of each interval's aggregate. */
export const withResample: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => array(inner.resultType(types.slice(0, -1), parameters.slice(0, -3), span)),
  bind: (call) => {
    let type: ClickHouseType = NOTHING;
    const sql = eachInterval(call, name, inner.name, (one) => {
      const result = inner.bind(one);
      type = array(result.type);
      return plainSql(result);
    });
    return bound(type, sql, call.span);
  },
  state: (types, parameters) => {
    const state = stateOf(inner, types.slice(0, -1), parameters.slice(0, -3));
    const accumulate = (call: AggregateCall) => eachInterval(call, name, inner.name, state.accumulate);
    const [buckets] = intervals(parameters, name, NO_SPAN);
    const empty = duck`list_transform(range(${duckInteger(buckets)}), lambda "@r": ${state.empty})`;
    return { ...listOfStates(state), accumulate, empty, earlier: earlierRows(types, name, (call) => accumulate({ ...call, parameters })) };
  },
});

/** How many intervals there are, and start, end and step. */
function intervals(parameters: readonly Bound[], name: string, span: Span): readonly [bigint, bigint, bigint, bigint] {
  const [start, end, step] = parameters.slice(-3).map((parameter) => (parameter.constant?.kind === 'integer' ? parameter.constant.value : undefined));
  if (start === undefined || end === undefined || step === undefined || step <= 0n || end < start) {
    throw typeError(`${name} takes start, end and step as its last parameters: whole numbers, such as ${name}(0, 100, 10)(…).`, span);
  }
  return [(end - start + step - 1n) / step, start, end, step];
}

function eachInterval(call: AggregateCall, name: string, innerName: string, body: (call: AggregateCall) => DuckSql): DuckSql {
  const [buckets, start, end, step] = intervals(call.parameters, name, call.span);
  const key = call.arguments.at(-1);
  if (!key) throw typeError(`${name} takes the key of the intervals as its last argument.`, call.span);
  const kept = call.arguments.slice(0, -1);
  const keySql = plainSql(key);
  const inside = duck`${keySql} >= ${duckInteger(start)} AND ${keySql} < ${duckInteger(end)}`;
  const filter = both(call.filter, inside);
  const number = duck`CAST((CAST(${keySql} AS BIGINT) - ${duckInteger(start)}) // ${duckInteger(step)} AS BIGINT)`;
  const [bucket, row] = [variable(call), variable(call)];
  const pairs = collect({ ...call, ...(filter ? { filter } : {}) }, duck`struct_pack(n := ${number}, v := ${packed(kept.map(plainSql))})`);
  return using(call, pairs, (rows) => {
    const parts = unpacked(duck`${row}.v`, kept.length);
    const one = body({
      ...withoutScope(call),
      name: innerName,
      parameters: call.parameters.slice(0, -3),
      arguments: kept.map((argument, index) => bound(argument.type, parts[index] ?? row, argument.span)),
      rows: { list: duck`list_filter(${rows}, lambda ${row}: ${row}.n = ${bucket})`, element: row },
    });
    return duck`list_transform(range(${duckInteger(buckets)}), lambda ${bucket}: ${one})`;
  });
}

/** -ArgMin and -ArgMax: only rows where the last argument is least or greatest count. */
export const withArg = (extreme: 'min' | 'max'): Combine => (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => inner.resultType(types.slice(0, -1), parameters, span),
  bind: (call) => {
    let type: ClickHouseType = NOTHING;
    const sql = bestRows(call, name, inner.name, extreme, (one) => {
      const result = inner.bind(one);
      type = result.type;
      return plainSql(result);
    });
    return bound(type, sql, call.span);
  },
  state: (types, parameters) => {
    const key = types.at(-1) ?? NOTHING;
    const state = stateOf(inner, types.slice(0, -1), parameters);
    const duckdbType = duck`STRUCT(k ${duckTypeSql(key)}, s ${state.duckdbType})`;
    const accumulate = (call: AggregateCall) => bestRows(call, name, inner.name, extreme, (one, best) => duck`struct_pack(k := ${best}, s := ${state.accumulate(one)})`);
    return {
      duckdbType,
      accumulate,
      merge: (column, filter, over, within) => {
        const call = mergeCall(both(filter, duck`${column}.k IS NOT NULL`), over, within);
        const row = variable(call);
        return using(call, collect(call, column), (rows) => using(call, extremeOf(extreme, duck`list_transform(${rows}, lambda ${row}: ${row}.k)`), (best) =>
          duck`struct_pack(k := ${best}, s := ${state.merge(duck`${row}.s`, undefined, undefined, { rows: { list: duck`list_filter(${rows}, lambda ${row}: ${row}.k = ${best})`, element: row }, context: call.context })})`));
      },
      finish: (column) => state.finish(duck`coalesce(${column}.s, ${state.empty})`),
      empty: duck`CAST(struct_pack(k := NULL, s := ${state.empty}) AS ${duckdbType})`,
      earlier: earlierRows(types, name, accumulate),
    };
  },
});

function extremeOf(extreme: 'min' | 'max', list: DuckSql): DuckSql {
  return extreme === 'min' ? duck`list_min(${list})` : duck`list_max(${list})`;
}

function bestRows(call: AggregateCall, name: string, innerName: string, extreme: 'min' | 'max', body: (call: AggregateCall, best: DuckSql) => DuckSql): DuckSql {
  const key = call.arguments.at(-1);
  if (!key) throw typeError(`${name} takes a key as its last argument.`, call.span);
  const kept = call.arguments.slice(0, -1);
  const row = variable(call);
  const pairs = collect(call, duck`struct_pack(k := ${plainSql(key)}, v := ${packed(kept.map(plainSql))})`);
  return using(call, pairs, (rows) => using(call, extremeOf(extreme, duck`list_transform(${rows}, lambda ${row}: ${row}.k)`), (best) => {
    const parts = unpacked(duck`${row}.v`, kept.length);
    return body({
      ...withoutScope(call),
      name: innerName,
      arguments: kept.map((argument, index) => bound(argument.type, parts[index] ?? row, argument.span)),
      rows: { list: duck`list_filter(${rows}, lambda ${row}: ${row}.k = ${best})`, element: row },
    }, best);
  }));
}

/**
 * ClickHouse's aggregate function combinators: suffixes that change how the aggregate before them is fed (-If, -Array,
 * -Distinct, -ForEach, -Map, -Resample, -ArgMin, -ArgMax), what it answers over no rows (-OrNull, -OrDefault) or whether
 * it gives a state (-State, -SimpleState, -Merge, -MergeState). Each makes a definition out of a definition, so that any
 * stack of them is again one.
 */
import type { Span } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, DUCK_FALSE, type DuckSql } from '../duck.ts';
import { booleanSql, defaultSql, duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, isNullable, map, NOTHING, nullable, printType, type ClickHouseType } from '../types.ts';
import { arrayOf, type Arrays } from './array-rows.ts';
import type { AggregateCall, AggregateDefinition, AggregateState } from './definition.ts';
import { both, collect, countRows, packed, unpacked, using, variable } from './fold.ts';
import { keepingRows } from './kept-rows.ts';
import { typeError, withoutDictionary } from './rule.ts';

export type Combine = (inner: AggregateDefinition, name: string) => AggregateDefinition;

/** -If: the last argument says which rows count. */
const withIf: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => inner.resultType(types.slice(0, -1), parameters, span),
  bind: (call) => inner.bind(filtered(call, inner.name)),
  narrowed: (call) => filtered(call, inner.name),
  ...(inner.state
    ? {
        state: (types, parameters) => {
          const state = stateOf(inner, types.slice(0, -1), parameters);
          return { ...state, accumulate: (call) => state.accumulate(filtered(call, inner.name)) };
        },
      }
    : {}),
});

function filtered(call: AggregateCall, name: string): AggregateCall {
  const condition = call.arguments.at(-1);
  if (!condition) throw typeError(`${call.name} takes a condition as its last argument.`, call.span);
  const filter = both(call.filter, bare(condition.type).kind === 'Nothing' ? DUCK_FALSE : booleanSql(condition));
  return { ...call, name, arguments: call.arguments.slice(0, -1), ...(filter ? { filter } : {}) };
}

/** -Distinct: each combination of arguments counts once. */
const withDistinct: Combine = (inner, name) => ({
  ...inner,
  name,
  bind: (call) => inner.bind(distinctRows(call, inner.name)),
  state: undefined,
});

/** The call over the list of different rows. */
export function distinctRows(call: AggregateCall, name = call.name): AggregateCall {
  if (call.arguments.length === 0) throw typeError(`${name}(DISTINCT) takes an argument.`, call.span);
  const present = call.arguments.filter((argument) => isNullable(argument.type)).map((argument) => duck`${plainSql(argument)} IS NOT NULL`);
  const filter = present.reduce<DuckSql | undefined>((all, one) => both(all, one), call.filter);
  const rows = collect({ ...call, distinct: false, ...(filter ? { filter } : {}) }, packed(call.arguments.map(plainSql)));
  const element = variable(call);
  const parts = unpacked(element, call.arguments.length);
  return {
    ...withoutScope(call),
    name,
    arguments: call.arguments.map((argument, index) => bound(argument.type, parts[index] ?? element, argument.span)),
    rows: { list: duck`list_distinct(${rows})`, element },
  };
}

/** The call without what has been used up by collecting its rows. */
function withoutScope(call: AggregateCall): AggregateCall {
  const { filter: _filter, over: _over, rows: _rows, ...rest } = call;
  return { ...rest, distinct: false };
}

/** -OrNull: NULL over no rows. */
const withOrNull: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => nullable(inner.resultType(types, parameters, span)),
  bind: (call) => {
    const result = inner.bind({ ...call, name: inner.name });
    const type = nullable(result.type);
    if (!isNullable(type) || isNullable(result.type)) return { ...result, type };
    return bound(type, duck`CASE WHEN ${presentRows(inner.narrowed?.(call) ?? call)} > 0 THEN ${plainSql(result)} END`, call.span);
  },
  state: undefined,
});

/** -OrDefault: the default of the type over no rows. */
const withOrDefault: Combine = (inner, name) => ({
  ...inner,
  name,
  bind: (call) => {
    const result = inner.bind({ ...call, name: inner.name });
    if (isNullable(result.type)) return result;
    return bound(result.type, duck`CASE WHEN ${presentRows(inner.narrowed?.(call) ?? call)} > 0 THEN ${plainSql(result)} ELSE ${defaultSql(result.type)} END`, call.span);
  },
  state: undefined,
});

function presentRows(call: AggregateCall): DuckSql {
  const present = call.arguments.filter((argument) => isNullable(argument.type)).map((argument) => duck`${plainSql(argument)} IS NOT NULL`);
  const filter = present.reduce<DuckSql | undefined>((all, one) => both(all, one), call.filter);
  return countRows({ ...call, ...(filter ? { filter } : {}) });
}

/** -Array: the arguments are arrays, and each element counts like a row. */
const withArray: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => inner.resultType(elementTypes(types, name, span), parameters, span),
  bind: (call) => inner.bind(elementsOf(call, inner.name)),
  ...(inner.state
    ? {
        state: (types, parameters) => {
          const state = stateOf(inner, elementTypes(types, name, NO_SPAN), parameters);
          return { ...state, accumulate: (call) => state.accumulate(elementsOf(call, inner.name)) };
        },
      }
    : {}),
});

const NO_SPAN: Span = { start: 0, end: 0 };

function elementTypes(types: readonly ClickHouseType[], name: string, span: Span): readonly ClickHouseType[] {
  return types.map((type) => {
    const inner = bare(type);
    if (inner.kind !== 'Array') throw typeError(`${name} takes arrays, not ${printType(type)}.`, span);
    return inner.of;
  });
}

function elementsOf(call: AggregateCall, name: string): AggregateCall {
  const arrays = arrayOf(call);
  const element = variable(call);
  return { ...withoutScope(call), name, arguments: arrays.elements(element), rows: { list: duck`flatten(${collect(call, arrays.list)})`, element } };
}

/** -ForEach: the arguments are arrays, and the answer is the array of the aggregates of the first, second, … elements. */
const withForEach: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => array(inner.resultType(elementTypes(types, name, span), parameters, span)),
  bind: (call) => {
    const arrays: Arrays = arrayOf(call);
    const [index, row] = [variable(call), variable(call)];
    let type: ClickHouseType = NOTHING;
    const sql = using(call, collect(call, arrays.list), (lists) => {
      const result = inner.bind({
        ...withoutScope(call),
        name: inner.name,
        arguments: arrays.elements(duck`${row}[${index}]`),
        rows: { list: duck`list_filter(${lists}, lambda ${row}: len(${row}) >= ${index})`, element: row },
      });
      type = array(result.type);
      const longest = duck`coalesce(list_max(list_transform(${lists}, lambda ${row}: len(${row}))), 0)`;
      return duck`list_transform(range(1, ${longest} + 1), lambda ${index}: ${plainSql(result)})`;
    });
    return bound(type, sql, call.span);
  },
  state: undefined,
});

/** -Map: the argument is a map, and the answer is the map of the aggregates of each key's values. */
const withMap: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: ([type], parameters, span) => {
    const of = mapType(type, name, span);
    return map(of.key, inner.resultType([of.value], parameters, span));
  },
  bind: (call) => {
    const [argument] = call.arguments;
    const of = mapType(argument?.type, name, call.span);
    if (!argument) throw typeError(`${name} takes a map.`, call.span);
    const [key, entry] = [variable(call), variable(call)];
    let type: ClickHouseType = NOTHING;
    const sql = using(call, duck`flatten(${collect(call, duck`map_entries(${plainSql(argument)})`)})`, (entries) => {
      const result = inner.bind({
        ...withoutScope(call),
        name: inner.name,
        arguments: [bound(of.value, duck`${entry}.value`, argument.span)],
        rows: { list: duck`list_filter(${entries}, lambda ${entry}: ${entry}.key = ${key})`, element: entry },
      });
      type = map(of.key, result.type);
      const keys = duck`list_sort(list_distinct(list_transform(${entries}, lambda ${entry}: ${entry}.key)))`;
      return duck`CAST(map_from_entries(list_transform(${keys}, lambda ${key}: struct_pack(k := ${key}, v := ${plainSql(result)}))) AS ${duckTypeSql(type)})`;
    });
    return bound(type, sql, call.span);
  },
  state: undefined,
});

function mapType(type: ClickHouseType | undefined, name: string, span: Span): Extract<ClickHouseType, { kind: 'Map' }> {
  const inner = type && bare(type);
  if (inner?.kind !== 'Map') throw typeError(`${name} takes a Map${type ? `, not ${printType(type)}` : ''}.`, span);
  return { ...inner, key: withoutDictionary(inner.key), value: withoutDictionary(inner.value) };
}

/** -Resample(start, end, step): the last argument chooses the interval, and the answer is the array of each interval's aggregate. */
const withResample: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => array(inner.resultType(types.slice(0, -1), parameters.slice(0, -3), span)),
  bind: (call) => {
    const [start, end, step] = call.parameters.slice(-3).map((parameter) => (parameter.constant?.kind === 'integer' ? parameter.constant.value : undefined));
    const key = call.arguments.at(-1);
    if (start === undefined || end === undefined || step === undefined || step <= 0n || end < start) {
      throw typeError(`${name} takes start, end and step as its last parameters: whole numbers, such as ${name}(0, 100, 10)(…).`, call.span);
    }
    if (!key) throw typeError(`${name} takes the key of the intervals as its last argument.`, call.span);
    const kept = call.arguments.slice(0, -1);
    const buckets = (end - start + step - 1n) / step;
    const keySql = plainSql(key);
    const inside = duck`${keySql} >= ${duckInteger(start)} AND ${keySql} < ${duckInteger(end)}`;
    const filter = both(call.filter, inside);
    const number = duck`CAST((CAST(${keySql} AS BIGINT) - ${duckInteger(start)}) // ${duckInteger(step)} AS BIGINT)`;
    const [bucket, row] = [variable(call), variable(call)];
    let type: ClickHouseType = NOTHING;
    const pairs = collect({ ...call, ...(filter ? { filter } : {}) }, duck`struct_pack(n := ${number}, v := ${packed(kept.map(plainSql))})`);
    const sql = using(call, pairs, (rows) => {
      const parts = unpacked(duck`${row}.v`, kept.length);
      const result = inner.bind({
        ...withoutScope(call),
        name: inner.name,
        parameters: call.parameters.slice(0, -3),
        arguments: kept.map((argument, index) => bound(argument.type, parts[index] ?? row, argument.span)),
        rows: { list: duck`list_filter(${rows}, lambda ${row}: ${row}.n = ${bucket})`, element: row },
      });
      type = array(result.type);
      return duck`list_transform(range(${duckInteger(buckets)}), lambda ${bucket}: ${plainSql(result)})`;
    });
    return bound(type, sql, call.span);
  },
  state: undefined,
});

/** -ArgMin and -ArgMax: only rows where the last argument is least or greatest count. */
const withArg = (extreme: 'min' | 'max'): Combine => (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => inner.resultType(types.slice(0, -1), parameters, span),
  bind: (call) => {
    const key = call.arguments.at(-1);
    if (!key) throw typeError(`${name} takes a key as its last argument.`, call.span);
    const kept = call.arguments.slice(0, -1);
    const row = variable(call);
    const pairs = collect(call, duck`struct_pack(k := ${plainSql(key)}, v := ${packed(kept.map(plainSql))})`);
    let result: Bound | undefined;
    const sql = using(call, pairs, (rows) => {
      const best = duck`${extreme === 'min' ? duck`list_min` : duck`list_max`}(list_transform(${rows}, lambda ${row}: ${row}.k))`;
      const parts = unpacked(duck`${row}.v`, kept.length);
      result = inner.bind({
        ...withoutScope(call),
        name: inner.name,
        arguments: kept.map((argument, index) => bound(argument.type, parts[index] ?? row, argument.span)),
        rows: { list: using(call, best, (winner) => duck`list_filter(${rows}, lambda ${row}: ${row}.k = ${winner})`), element: row },
      });
      return plainSql(result);
    });
    return bound(result?.type ?? NOTHING, sql, call.span);
  },
  state: undefined,
});

/** -State: the state instead of the result. */
const withState: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters) => stateType(inner, types, parameters),
  bind: (call) => {
    inner.resultType(call.arguments.map((argument) => argument.type), call.parameters, call.span);
    const state = stateOf(inner, call.arguments.map((argument) => argument.type), call.parameters, call.span);
    return bound(stateType(inner, call.arguments.map((argument) => argument.type), call.parameters), state.accumulate({ ...call, name: inner.name }), call.span);
  },
  state: undefined,
});

function stateType(inner: AggregateDefinition, types: readonly ClickHouseType[], parameters: readonly Bound[]): ClickHouseType {
  return { kind: 'AggregateFunction', name: inner.name, parameters: parameters.map(printConstant), arguments: types.map(withoutDictionary) };
}

export function printConstant(parameter: Bound): string {
  const constant = parameter.constant;
  switch (constant?.kind) {
    case 'integer':
    case 'float':
      return String(constant.value);
    case 'text':
      return `'${constant.value.replace(/[\\']/g, '\\$&')}'`;
    default:
      throw typeError('The parameters of an aggregate function must be constants.', parameter.span);
  }
}

/** The state of an aggregate, or an error that says it has none. */
export function stateOf(definition: AggregateDefinition, types: readonly ClickHouseType[], parameters: readonly Bound[], span: Span = NO_SPAN): AggregateState {
  if (!definition.state) throw typeError(`The state of ${definition.name} is not supported.`, span);
  return definition.state(types, parameters);
}

const SIMPLE = new Set(['any', 'anyLast', 'min', 'max', 'sum', 'sumWithOverflow', 'groupBitAnd', 'groupBitOr', 'groupBitXor', 'sumMap', 'minMap', 'maxMap', 'groupArrayArray', 'groupUniqArrayArray', 'any_respect_nulls', 'anyLast_respect_nulls']);

/** -SimpleState: the result, in a type that says how to merge it. */
const withSimpleState: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => simpleType(inner, inner.resultType(types, parameters, span), span),
  bind: (call) => {
    const result = inner.bind({ ...call, name: inner.name });
    return bound(simpleType(inner, result.type, call.span), plainSql(result), call.span);
  },
  state: undefined,
});

function simpleType(inner: AggregateDefinition, type: ClickHouseType, span: Span): ClickHouseType {
  if (!SIMPLE.has(inner.name)) throw typeError(`${inner.name} cannot be a SimpleAggregateFunction: use ${inner.name}State.`, span);
  return { kind: 'SimpleAggregateFunction', name: inner.name, parameters: [], arguments: [type] };
}

/**
 * -Merge and -MergeState take a state that this definition made. As in ClickHouse, -Merge finishes with its own
 * parameters; those in the state's type, which `constants` reads, matter to -MergeState only.
 */
export const withMerge = (constants: (texts: readonly string[]) => readonly Bound[], finished: boolean): Combine => (inner, name) => {
  const parts = (type: ClickHouseType | undefined, span: Span) => {
    const given = type && bare(type);
    if (given?.kind !== 'AggregateFunction') throw typeError(`${name} takes a state of ${inner.name}, not ${type ? printType(type) : 'nothing'}.`, span);
    if (stateName(given.name) !== stateName(inner.name)) throw typeError(`${name} takes a state of ${inner.name}, not of ${given.name}.`, span);
    const isCountIf = given.name === 'countIf' && inner.name === 'count';
    return { type: given, types: isCountIf ? [] : given.arguments, parameters: constants(given.parameters) };
  };
  return {
    ...inner,
    name,
    resultType: ([type], parameters, span) => {
      const given = parts(type, span);
      return finished ? inner.resultType(given.types, parameters, span) : given.type;
    },
    bind: (call) => {
      const [argument] = call.arguments;
      const given = parts(argument?.type, call.span);
      if (!argument) throw typeError(`${name} takes a state.`, call.span);
      const state = stateOf(inner, given.types, finished ? call.parameters : given.parameters, call.span);
      const merged = mergeRows(call, state, plainSql(argument));
      if (!finished) return bound(given.type, merged, call.span);
      return bound(inner.resultType(given.types, call.parameters, call.span), using(call, duck`coalesce(${merged}, ${state.empty})`, state.finish), call.span);
    },
    state: undefined,
  };
};

function mergeRows(call: AggregateCall, state: AggregateState, column: DuckSql): DuckSql {
  if (call.rows) throw typeError('States inside of arrays and maps cannot be merged here.', call.span);
  return state.merge(column, call.filter, call.over);
}

/** Functions with the same state may merge each other's: quantile and quantiles, count and countIf. */
function stateName(name: string): string {
  return name === 'countIf' ? 'count' : name.replace(/^quantiles/, 'quantile');
}

/** Those whose states keep the rows. */
function kept(combine: Combine, isDistinct = false): Combine {
  return (inner, name) => keepingRows(combine(inner, name), isDistinct);
}

/** By suffix; the longest that fits is taken first. -Merge and -MergeState are added by the registry, which reads types. */
export const COMBINATORS: Readonly<Record<string, Combine>> = {
  SimpleState: withSimpleState, OrDefault: kept(withOrDefault), Distinct: kept(withDistinct, true), Resample: kept(withResample), ForEach: kept(withForEach),
  ArgMax: kept(withArg('max')), ArgMin: kept(withArg('min')), OrNull: kept(withOrNull), State: withState, Array: withArray, Map: kept(withMap), If: withIf,
};

/**
 * ClickHouse's aggregate function combinators: suffixes that change how the aggregate before them is fed (-If, -Array,
 * -Distinct, and those of grouping-combinators.ts), what it answers over no rows (-OrNull, -OrDefault) or whether
 * it gives a state (-State, -SimpleState, -Merge, -MergeState). Each makes a definition out of a definition, so that any
 * stack of them is again one.
 */
import type { Span } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, DUCK_FALSE, type DuckSql } from '../duck.ts';
import { booleanSql, defaultSql, plainSql } from '../physical.ts';
import { bare, isNullable, nullable, printType, type ClickHouseType } from '../types.ts';
import { needCondition } from '../functions/arguments.ts';
import { arrayOf } from './array-rows.ts';
import { elementTypes, NO_SPAN, stateOf, withoutScope, type Combine } from './combine.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { both, collect, countRows, fold, packed, unpacked, using, variable } from './fold.ts';
import { withArg, withForEach, withMap, withResample } from './grouping-combinators.ts';
import { earlierRows, keepingRows, mergeCall } from './kept-rows.ts';
import { typeError, withoutDictionary } from './rule.ts';
import { differentInOrder } from './set-order.ts';

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
  needCondition(call.name, condition);
  const filter = both(call.filter, bare(condition.type).kind === 'Nothing' ? DUCK_FALSE : booleanSql(condition));
  return { ...call, name, arguments: call.arguments.slice(0, -1), ...(filter ? { filter } : {}) };
}

/** -Distinct: each combination of arguments counts once. */
const withDistinct: Combine = (inner, name) => keepingRows({
  ...inner,
  name,
  bind: (call) => inner.bind(distinctRows(call, inner.name)),
}, true);

/** The call over the list of different rows. */
export function distinctRows(call: AggregateCall, name = call.name): AggregateCall {
  if (call.arguments.length === 0) throw typeError(`${name}(DISTINCT) takes an argument.`, call.span);
  const present = call.arguments.filter((argument) => isNullable(argument.type)).map((argument) => duck`${plainSql(argument)} IS NOT NULL`);
  const filter = present.reduce<DuckSql | undefined>((all, one) => both(all, one), call.filter);
  const rows = collect({ ...call, distinct: false, ...(filter ? { filter } : {}) }, packed(call.arguments.map(plainSql)));
  const element = variable(call);
  const parts = unpacked(element, call.arguments.length);
  const [only, ...more] = call.arguments;
  const ordered = only && more.length === 0 && /^(groupArray|groupConcat|group_concat|string_agg|any|first|last)/.test(name) ? differentInOrder(rows, only.type, 'asTheyCame') : undefined;
  return {
    ...withoutScope(call),
    name,
    arguments: call.arguments.map((argument, index) => bound(argument.type, parts[index] ?? element, argument.span)),
    rows: { list: ordered ?? duck`list_distinct(${rows})`, element },
  };
}

/** -OrNull: NULL over no rows. */
const withOrNull: Combine = (inner, name) => ({
  ...inner,
  name,
  resultType: (types, parameters, span) => nullable(inner.resultType(types, parameters, span)),
  bind: (call) => {
    const result = inner.bind({ ...call, name: inner.name });
    const type = nullable(result.type);
    if (isNullable(result.type)) return { ...result, type };
    // Arrays and maps cannot be NULL, and are empty.
    const otherwise = isNullable(type) ? duck`` : duck` ELSE ${defaultSql(type)}`;
    return bound(type, duck`CASE WHEN ${presentRows(inner.narrowed?.(call) ?? call)} > 0 THEN ${plainSql(result)}${otherwise} END`, call.span);
  },
  ...flaggedState(inner, (type, some, result) => duck`CASE WHEN ${some} THEN ${result}${isNullable(nullable(type)) ? duck`` : duck` ELSE ${defaultSql(type)}`} END`),
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
  ...flaggedState(inner, (type, some, result) => (isNullable(type) ? result : duck`CASE WHEN ${some} THEN ${result} ELSE ${defaultSql(type)} END`)),
});

/** The inner state and whether there was a row at all. */
function flaggedState(inner: AggregateDefinition, result: (type: ClickHouseType, some: DuckSql, value: DuckSql) => DuckSql): Pick<AggregateDefinition, 'state'> {
  return {
    state: (types, parameters) => {
      const state = stateOf(inner, types, parameters);
      const type = inner.resultType(types, parameters, NO_SPAN);
      return {
        duckdbType: duck`STRUCT(state ${state.duckdbType}, met BOOLEAN)`,
        accumulate: (call) => duck`struct_pack(state := ${state.accumulate({ ...call, name: inner.name })}, met := ${presentRows(inner.narrowed?.(call) ?? call)} > 0)`,
        merge: (column, filter, over, within) => duck`struct_pack(state := ${state.merge(duck`${column}.state`, filter, over, within)}, met := coalesce(${fold(mergeCall(filter, over, within), 'bool_or', duck`${column}.met`)}, FALSE))`,
        finish: (column) => result(type, duck`${column}.met`, state.finish(duck`coalesce(${column}.state, ${state.empty})`)),
        empty: duck`struct_pack(state := ${state.empty}, met := FALSE)`,
        earlier: earlierRows(types, inner.name, (call) => duck`struct_pack(state := ${state.accumulate(call)}, met := ${countRows(call)} > 0)`),
      };
    },
  };
}

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

function elementsOf(call: AggregateCall, name: string): AggregateCall {
  const arrays = arrayOf(call);
  const element = variable(call);
  return { ...withoutScope(call), name, arguments: arrays.elements(element), rows: { list: duck`flatten(${collect(call, arrays.list)})`, element } };
}

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
  if (inner.heldAs) return inner.heldAs(types);
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
      const within = { context: call.context, ...(call.rows ? { rows: call.rows } : {}) };
      if (finished && state.mergedResult) return bound(inner.resultType(given.types, call.parameters, call.span), state.mergedResult(plainSql(argument), call.filter, call.over, within), call.span);
      const merged = state.merge(plainSql(argument), call.filter, call.over, within);
      if (!finished) return bound(given.type, merged, call.span);
      return bound(inner.resultType(given.types, call.parameters, call.span), using(call, duck`coalesce(${merged}, ${state.empty})`, state.finish), call.span);
    },
    state: undefined,
  };
};

/** Functions with the same state may merge each other's: quantile and quantiles, count and countIf. */
function stateName(name: string): string {
  return name === 'countIf' ? 'count' : name.replace(/^quantiles/, 'quantile');
}

/** By suffix; the longest that fits is taken first. -Merge and -MergeState are added by the registry, which reads types. */
export const COMBINATORS: Readonly<Record<string, Combine>> = {
  SimpleState: withSimpleState, OrDefault: withOrDefault, Distinct: withDistinct, Resample: withResample, ForEach: withForEach,
  ArgMax: withArg('max'), ArgMin: withArg('min'), OrNull: withOrNull, State: withState, Array: withArray, Map: withMap, If: withIf,
};

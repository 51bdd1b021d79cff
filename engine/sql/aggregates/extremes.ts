/** One value out of many: least, greatest, any, first, last, and the value where another is least or greatest. */
import { bound } from '../bound.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql, orderSql } from '../physical.ts';
import { isNullable, nullable, tuple, type ClickHouseType, type TupleElement } from '../types.ts';
import { countsOf, countsState } from './counts-state.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { both, fold, foldBy, foldEdge, foldPresentEdge } from './fold.ts';
import { aggregate, argument, defaultOf, typeAt, type Rule, type RuleCall, type RuleState } from './rule.ts';

type Extreme = 'min' | 'max';

const COMPARABLE = 'a value that can be compared';

function isComparable(type: ClickHouseType): boolean {
  return !['JSON', 'Dynamic', 'Variant', 'AggregateFunction'].includes(type.kind);
}

/** What the value is compared by, when that is not itself. */
function orderOf(value: DuckSql, type: ClickHouseType): DuckSql | undefined {
  const order = orderSql(bound(type, value, { start: 0, end: 0 }));
  return order.text === value.text ? undefined : order;
}

function extremeSql(call: AggregateCall, extreme: Extreme, value: DuckSql, type: ClickHouseType): DuckSql {
  const key = keyOf(value, type, extreme);
  const order = type.kind === 'Float' || key.text === value.text ? undefined : key;
  if (order) return foldBy(call, extreme, value, order);
  // DuckDB takes nan for the greatest number; ClickHouse leaves it out while there is another.
  if (type.kind === 'Float' && extreme === 'max') return duck`coalesce(${fold(call, 'max', duck`CASE WHEN isnan(${value}) THEN NULL ELSE ${value} END`)}, ${fold(call, 'max', value)})`;
  return fold(call, extreme, value);
}

function keyOf(value: DuckSql, type: ClickHouseType, extreme: Extreme): DuckSql {
  if (type.kind === 'Float' && extreme === 'max') return duck`CASE WHEN isnan(${value}) THEN CAST('-inf' AS DOUBLE) ELSE ${value} END`;
  if (extreme === 'max' && type.kind === 'Tuple' && type.elements.some((element) => isNullable(element.type))) return nullsLeast(value, type.elements);
  return orderOf(value, type) ?? value;
}

/** DuckDB takes NULL in a struct for the greatest value; ClickHouse lets it never win. */
function nullsLeast(tuple: DuckSql, elements: readonly TupleElement[]): DuckSql {
  const parts = elements.flatMap((element, index) => {
    const part = duck`struct_extract_at(${tuple}, ${duckInteger(index + 1)})`;
    return isNullable(element.type) ? [duck`${part} IS NOT NULL`, part] : [part];
  });
  return duck`struct_pack(${parts.map((part, index) => duck`${duckName(`k${index}`)} := ${part}`)})`;
}

/** A state that is a value of the argument's type, NULL for no rows. */
function valueState(types: readonly ClickHouseType[], pick: (call: AggregateCall, value: DuckSql, type: ClickHouseType) => DuckSql): RuleState {
  const type = typeAt(types);
  const duckdbType = duckTypeSql(type);
  return {
    duckdbType,
    accumulate: (call) => pick(call, argument(call), type),
    merge: (call, state) => pick(call, state, type),
    finish: (state) => ({ sql: state, empty: defaultOf({ resultType: type }) }),
    empty: duck`CAST(NULL AS ${duckdbType})`,
  };
}

const EXTREMES: readonly Rule[] = (['min', 'max'] as const).map((name) => ({
  name, signature: `${name}(x)`, help: name === 'min' ? 'The least value.' : 'The greatest value.', caseInsensitive: true, skipsNulls: true, keepsArgument: true,
  type: ([type], _parameters, refuse) => (type && isComparable(type) ? type : refuse(COMPARABLE)),
  aggregate: (call) => ({ sql: extremeSql(call, name, argument(call), typeAt(call.types)), empty: defaultOf(call) }),
  state: (types) => valueState(types, (call, value, type) => extremeSql(call, name, value, type)),
}));

const EDGES: readonly Rule[] = ([
  ['any', 'first', ['any_value', 'first_value'], 'The first value that is met.'],
  ['anyLast', 'last', ['last_value'], 'The last value that is met.'],
] as const).map(([name, edge, aliases, help]) => ({
  name, aliases, signature: `${name}(x)`, help, skipsNulls: true, keepsArgument: true,
  type: ([type]: readonly ClickHouseType[]) => type ?? { kind: 'Nothing' },
  aggregate: (call) => ({ sql: foldPresentEdge(call, edge, argument(call)), empty: defaultOf(call) }),
  state: (types) => valueState(types, (call, value) => foldPresentEdge(call, edge, value)),
}));

const EDGES_WITH_NULLS: readonly Rule[] = ([
  ['any_respect_nulls', 'first', ['anyRespectNulls', 'firstValueRespectNulls', 'first_value_respect_nulls', 'any_value_respect_nulls', 'anyValueRespectNulls'], 'The first value that is met, be it NULL.'],
  ['anyLast_respect_nulls', 'last', ['anyLastRespectNulls', 'lastValueRespectNulls', 'last_value_respect_nulls'], 'The last value that is met, be it NULL.'],
] as const).map(([name, edge, aliases, help]) => ({
  name, aliases, signature: `${name}(x)`, help, seesNulls: true, keepsArgument: true,
  type: ([type]: readonly ClickHouseType[]) => type ?? { kind: 'Nothing' },
  aggregate: (call: RuleCall) => {
    const sql = foldEdge(call, edge, argument(call));
    return { sql, empty: call.resultType.kind === 'Nullable' ? duck`NULL` : defaultOf(call) };
  },
  state: (types: readonly ClickHouseType[]) => wrappedState(typeAt(types), edge),
}));

/** The value in a struct, so that NULL and no value differ. */
function wrappedState(type: ClickHouseType, edge: 'first' | 'last'): RuleState {
  const duckdbType = duck`STRUCT(v ${duckTypeSql(type)})`;
  return {
    duckdbType,
    accumulate: (call) => foldEdge(call, edge, duck`struct_pack(v := ${argument(call)})`),
    merge: (call, state) => foldEdge({ ...call, filter: both(call.filter, duck`${state} IS NOT NULL`) }, edge, state),
    finish: (state) => ({ sql: duck`${state}.v`, empty: isNullable(type) ? duck`NULL` : defaultOf({ resultType: type }) }),
    empty: duck`CAST(NULL AS ${duckdbType})`,
  };
}

const ANY_HEAVY: Rule = {
  name: 'anyHeavy', signature: 'anyHeavy(x)', help: 'A value that makes up more than half of the rows, if there is one.', keepsArgument: true,
  type: ([type]) => type ?? { kind: 'Nothing' },
  aggregate: (call) => ({ sql: fold(call, 'mode', argument(call)), empty: defaultOf(call) }),
  state: (types) => countsState(duckTypeSql(typeAt(types)), (call) => countsOf(call, argument(call)), (state) => ({ sql: duck`list_sort(list_transform(${state}, lambda "@e": struct_pack(n := -"@e".n, k := "@e".k)))[1].k`, empty: defaultOf({ resultType: typeAt(types) }) }), 256),
};

const SINGLE_VALUE: Rule = {
  name: 'singleValueOrNull', signature: 'singleValueOrNull(x)', help: 'The value when all rows that have one have the same, else NULL.', seesNulls: true,
  type: ([type]) => nullable(type ?? { kind: 'Nothing' }),
  aggregate: (call) => {
    const [least, greatest] = [fold(call, 'min', argument(call)), fold(call, 'max', argument(call))];
    return { sql: duck`CASE WHEN ${least} = ${greatest} THEN ${least} END`, empty: duck`NULL` };
  },
  state: (types) => {
    const type = duckTypeSql(typeAt(types));
    const packed = (least: DuckSql, greatest: DuckSql) => duck`struct_pack(a := CAST(${least} AS ${type}), b := CAST(${greatest} AS ${type}))`;
    return {
      duckdbType: duck`STRUCT(a ${type}, b ${type})`,
      accumulate: (call) => packed(fold(call, 'min', argument(call)), fold(call, 'max', argument(call))),
      merge: (call, state) => packed(fold(call, 'min', duck`${state}.a`), fold(call, 'max', duck`${state}.b`)),
      finish: (state) => ({ sql: duck`CASE WHEN ${state}.a = ${state}.b THEN ${state}.a END`, empty: duck`NULL` }),
      empty: packed(duck`NULL`, duck`NULL`),
    };
  },
};

/** `struct(v, k)` of the winning row, which merges by the same comparison. */
function winnerState(types: readonly ClickHouseType[], extreme: Extreme): RuleState {
  const [value, by] = [typeAt(types, 0), typeAt(types, 1)];
  const duckdbType = duck`STRUCT(v ${duckTypeSql(value)}, k ${duckTypeSql(by)})`;
  return {
    duckdbType,
    accumulate: (call) => {
      const [first, second] = [argument(call), argument(call, 1)];
      return foldBy(call, extreme, duck`struct_pack(v := ${first}, k := ${second})`, keyOf(second, by, extreme));
    },
    merge: (call, state) => foldBy(call, extreme, state, keyOf(duck`${state}.k`, by, extreme)),
    finish: (state) => ({ sql: duck`${state}.v`, empty: defaultOf({ resultType: value }) }),
    empty: duck`CAST(NULL AS ${duckdbType})`,
  };
}

const WINNERS: readonly Rule[] = ([['argMin', 'min', 'min_by', 'least'], ['argMax', 'max', 'max_by', 'greatest']] as const).map(([name, extreme, alias, word]) => ({
  name, aliases: [alias], signature: `${name}(x, by)`, help: `The value of x in the row where by is ${word}.`, takes: [2, 2], keepsArgument: true,
  type: ([value, by], _parameters, refuse) => (value && by && isComparable(by) ? value : refuse(`a value and ${COMPARABLE}`)),
  aggregate: (call) => ({ sql: foldBy(call, extreme, argument(call), keyOf(argument(call, 1), typeAt(call.types, 1), extreme)), empty: defaultOf(call) }),
  state: (types) => winnerState(types, extreme),
}));

const WINNING_PAIRS: readonly Rule[] = ([['argAndMin', 'min', 'least'], ['argAndMax', 'max', 'greatest']] as const).map(([name, extreme, word]) => ({
  name, signature: `${name}(x, by)`, help: `The values of x and by in the row where by is ${word}, as a tuple.`, takes: [2, 2],
  type: ([value, by], _parameters, refuse) => (value && by && isComparable(by) ? tuple(value, by) : refuse(`a value and ${COMPARABLE}`)),
  aggregate: (call) => {
    const pair = duck`struct_pack("1" := ${argument(call)}, "2" := ${argument(call, 1)})`;
    return { sql: foldBy(call, extreme, pair, keyOf(argument(call, 1), typeAt(call.types, 1), extreme)), empty: defaultOf(call) };
  },
  state: (types) => ({ ...winnerState(types, extreme), finish: (state) => ({ sql: duck`CASE WHEN ${state} IS NOT NULL THEN struct_pack("1" := ${state}.v, "2" := ${state}.k) END`, empty: defaultOf({ resultType: tuple(typeAt(types), typeAt(types, 1)) }) }) }),
}));

/** Gives over no rows what ClickHouse's own column of the type holds. */
export const ONE_VALUE: readonly AggregateDefinition[] = [...EXTREMES, ...EDGES, ...EDGES_WITH_NULLS, ANY_HEAVY, SINGLE_VALUE, ...WINNERS, ...WINNING_PAIRS].map(aggregate);

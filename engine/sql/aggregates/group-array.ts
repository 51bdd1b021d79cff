/** Many values in one: arrays of values (all, different, sorted, last, placed, moving sums), the most frequent, joined text. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { defaultSql, duckTypeSql } from '../physical.ts';
import { array, dateTime, decimal, FLOAT64, NOTHING, sameType, STRING, UINT64, type ClickHouseType } from '../types.ts';
import { countsOf, countsState, weightsOf } from './counts-state.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, using } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import { mostFrequent } from './most-frequent.ts';
import { differentInOrder } from './set-order.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall, type RuleState } from './rule.ts';
import { isNumber, sumType } from './sums.ts';

function wholeParameter(call: RuleCall, index: number, what: string): bigint | undefined {
  const parameter = call.parameters[index];
  if (!parameter) return undefined;
  if (parameter.constant?.kind !== 'integer' || parameter.constant.value < 0n) throw typeError(`${call.name} takes ${what} as a constant whole number.`, parameter.span);
  return parameter.constant.value;
}

function cut(list: DuckSql, size: bigint | undefined): DuckSql {
  return size === undefined ? list : duck`(${list})[1:${duckInteger(size)}]`;
}

const arrayOfValues: Rule['type'] = ([type]) => array(type ?? NOTHING);

const GROUP_ARRAY: Rule = {
  name: 'groupArray', aliases: ['array_agg'], signature: 'groupArray([size])(x)', help: 'All values as an array, or the first so many.', parameters: [0, 1], keepsArgument: true,
  type: arrayOfValues,
  aggregate: (call) => {
    const size = wholeParameter(call, 0, 'the greatest size');
    const different = call.distinct ? differentInOrder(collect({ ...call, distinct: false }, argument(call)), typeAt(call.types), 'asTheyCame', size) : undefined;
    return { sql: different ?? cut(collect(call, argument(call)), size) };
  },
  state: (types, parameters) => listState(types, (list) => cut(list, sizeOf(parameters))),
};

/** A list of the values, of which only a part is needed. */
function listState(types: readonly ClickHouseType[], part: (list: DuckSql) => DuckSql, finish: (list: DuckSql) => DuckSql = (list) => list): RuleState {
  const duckdbType = duck`${duckTypeSql(typeAt(types))}[]`;
  return {
    duckdbType,
    accumulate: (call) => part(collect(call, argument(call))),
    merge: (call, state) => part(joinedLists(call, state)),
    finish: (state) => ({ sql: finish(state) }),
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

function sizeOf([size]: readonly Bound[]): bigint | undefined {
  return size?.constant?.kind === 'integer' ? size.constant.value : undefined;
}

/** Different values only, so that the state stays as small as it can. */
function setState(types: readonly ClickHouseType[], size?: bigint): RuleState {
  const duckdbType = duck`${duckTypeSql(typeAt(types))}[]`;
  return {
    duckdbType,
    accumulate: (call) => different(call, typeAt(types), size),
    merge: (call, state) => differentInOrder(joinedLists(call, state), typeAt(types), 'aggregate', size) ?? cut(duck`list_distinct(${joinedLists(call, state)})`, size),
    finish: (state) => ({ sql: state }),
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

function different(call: RuleCall, type: ClickHouseType, size: bigint | undefined): DuckSql {
  const all = collect({ ...call, distinct: false }, argument(call));
  const values = call.rows ? duck`list_distinct(${all})` : collect({ ...call, distinct: true }, argument(call));
  return differentInOrder(all, type, 'aggregate', size, call.rows ? undefined : values) ?? cut(values, size);
}

/** The set of DateTime values forgets their zone. */
function withoutZone(type: ClickHouseType): ClickHouseType {
  return type.kind === 'Array' && type.of.kind === 'DateTime' ? array(dateTime()) : type;
}

const GROUP_UNIQ_ARRAY: Rule = {
  name: 'groupUniqArray', signature: 'groupUniqArray([size])(x)', help: 'The different values as an array, in the order of a hash table.', parameters: [0, 1], keepsArgument: true,
  type: (types, parameters, refuse) => withoutZone(arrayOfValues(types, parameters, refuse)),
  aggregate: (call) => {
    return { sql: different(call, typeAt(call.types), wholeParameter(call, 0, 'the greatest size')) };
  },
  state: (types, parameters) => setState(types, sizeOf(parameters)),
};

const GROUP_ARRAY_LAST: Rule = {
  name: 'groupArrayLast', signature: 'groupArrayLast(size)(x)', help: 'The last so many values as an array.', parameters: [1, 1], keepsArgument: true,
  type: arrayOfValues,
  aggregate: (call) => {
    const size = wholeParameter(call, 0, 'the size') ?? 1n;
    return { sql: duck`(${collect(call, argument(call))})[${duckInteger(-size)}:]` };
  },
  state: (types, parameters) => listState(types, (list) => duck`(${list})[${duckInteger(-(sizeOf(parameters) ?? 1n))}:]`),
};

const GROUP_ARRAY_SORTED: Rule = {
  name: 'groupArraySorted', signature: 'groupArraySorted(size)(x)', help: 'The least so many values as a sorted array.', parameters: [1, 1], keepsArgument: true,
  type: arrayOfValues,
  aggregate: (call) => ({ sql: cut(duck`list_sort(${collect(call, argument(call))})`, wholeParameter(call, 0, 'the size')) }),
  state: (types, parameters) => listState(types, (list) => cut(duck`list_sort(${list})`, sizeOf(parameters))),
};

const GROUP_ARRAY_SAMPLE: Rule = {
  name: 'groupArraySample', signature: 'groupArraySample(size[, seed])(x)', help: 'Some of the values as an array: here the first so many.', parameters: [1, 2], keepsArgument: true,
  type: arrayOfValues,
  aggregate: (call) => ({ sql: cut(collect(call, argument(call)), wholeParameter(call, 0, 'the size')) }),
  state: (types, parameters) => listState(types, (list) => cut(list, sizeOf(parameters))),
};

const GROUP_ARRAY_INSERT_AT: Rule = {
  name: 'groupArrayInsertAt', signature: 'groupArrayInsertAt([default[, size]])(x, position)', help: 'The values as an array, each at its position from 0; gaps have the default.', takes: [2, 2], parameters: [0, 2],
  type: ([type, position], _parameters, refuse) => (type && position?.kind === 'Integer' ? array(type) : refuse('a value and a whole number')),
  aggregate: (call) => {
    const type = typeAt(call.types);
    const given = call.parameters[0];
    const missing = given ? cast(given, type).sql : defaultSql(type);
    const size = wholeParameter(call, 1, 'the size');
    const sql = using(call, collect(call, duck`struct_pack(p := CAST(${argument(call, 1)} AS BIGINT), v := ${argument(call)})`), (rows) => {
      const last = duck`list_max(list_transform(${rows}, lambda "@r": "@r".p))`;
      // ClickHouse's own limit.
      const length = size === undefined ? duck`CASE WHEN ${last} > 16777214 THEN error('groupArrayInsertAt takes positions below 16777215.') ELSE coalesce(${last} + 1, 0) END` : duckInteger(size);
      return duck`list_transform(range(${length}), lambda "@i": coalesce(list_filter(${rows}, lambda "@r": "@r".p = "@i")[1].v, ${missing}))`;
    });
    return { sql };
  },
};

const GROUP_ARRAY_INTERSECT: Rule = {
  name: 'groupArrayIntersect', signature: 'groupArrayIntersect(array)', help: 'The values that are in all arrays.',
  type: ([type], _parameters, refuse) => (type?.kind === 'Array' ? type : refuse('an array')),
  aggregate: (call) => ({
    sql: using(call, collect(call, argument(call)), (lists) =>
      duck`coalesce(list_filter(list_sort(list_distinct(${lists}[1])), lambda "@v": len(list_filter(${lists}, lambda "@l": NOT list_contains("@l", "@v"))) = 0), [])`),
  }),
};

/** Decimals are cut, not rounded. */
function mean(sum: DuckSql, size: DuckSql, type: ClickHouseType): DuckSql {
  if (type.kind !== 'Decimal') return duck`CAST(${sum} / ${size} AS ${duckTypeSql(type)})`;
  const unit = duckInteger(10n ** BigInt(type.scale));
  return duck`CAST(trunc(CAST(${sum} * ${unit} AS DOUBLE) / ${size}) / ${unit} AS ${duckTypeSql(type)})`;
}

function moving(name: 'groupArrayMovingSum' | 'groupArrayMovingAvg'): Rule {
  const averages = name === 'groupArrayMovingAvg';
  return {
    name, signature: `${name}([window])(x)`, help: averages ? 'For each value the sum of those before it in the window, divided by the size of the window.' : 'For each value the sum of those before it in the window.', parameters: [0, 1],
    type: ([type], _parameters, refuse) => {
      if (!type || !isNumber(type)) return refuse('a number');
      return array(averages ? (type.kind === 'Decimal' ? decimal(38, type.scale) : FLOAT64) : (sumType(type) ?? FLOAT64));
    },
    aggregate: (call) => {
      const window = wholeParameter(call, 0, 'the window');
      const type = averages && typeAt(call.types).kind !== 'Decimal' ? FLOAT64 : (sumType(typeAt(call.types)) ?? FLOAT64);
      const sql = using(call, collect(call, argument(call)), (values) => {
        const from = window === undefined ? duck`1` : duck`greatest(1, "@i" - ${duckInteger(window)} + 1)`;
        const sum = duck`CAST(list_sum(${values}[${from}:"@i"]) AS ${duckTypeSql(type)})`;
        const size = window === undefined ? duck`len(${values})` : duckInteger(window);
        return duck`list_transform(range(1, len(${values}) + 1), lambda "@i": ${averages ? mean(sum, size, type) : sum})`;
      });
      return { sql };
    },
  };
}

const GROUP_CONCAT: Rule = {
  name: 'groupConcat', aliases: ['group_concat', 'string_agg'], signature: 'groupConcat([delimiter[, limit]])(x)', help: 'The values as one text, with the delimiter between them.', takes: [1, 2], parameters: [0, 2],
  type: () => STRING,
  aggregate: (call) => {
    const given = call.parameters[0] ?? call.arguments[1];
    const delimiter = given === undefined ? '' : given.constant?.kind === 'text' ? given.constant.value : undefined;
    if (delimiter === undefined) throw typeError(`${call.name} takes a constant text as its delimiter.`, given?.span ?? call.span);
    const text = cast(bound(typeAt(call.types), argument(call), call.span), STRING, { timeZone: call.context.timeZone }).sql;
    return { sql: duck`array_to_string(${cut(collect(call, text), wholeParameter(call, 1, 'the limit'))}, ${duckString(delimiter)})` };
  },
};

/** struct(k, n) as the answer of topK: the heaviest first, equal ones by value. */
function heaviest(counts: DuckSql, parameters: readonly Bound[], withCounts: boolean): DuckSql {
  const ranked = duck`list_sort(list_transform(${counts}, lambda "@e": struct_pack(n := -"@e".n, k := "@e".k)))`;
  const item = withCounts ? duck`struct_pack(item := "@e".k, count := CAST(-"@e".n AS UBIGINT), error := CAST(0 AS UBIGINT))` : duck`"@e".k`;
  return duck`list_transform(${cut(ranked, sizeOf(parameters) ?? 10n)}, lambda "@e": ${item})`;
}

function top(name: string, aliases: readonly string[], isWeighted: boolean, always: boolean): Rule {
  const withCounts = (parameters: readonly Bound[]) => always || (parameters[2]?.constant?.kind === 'text' && parameters[2].constant.value === 'counts');
  const counts = (call: RuleCall) => (isWeighted ? weightsOf(call, argument(call), argument(call, 1)) : countsOf(call, argument(call)));
  return {
    name, aliases, signature: `${name}([size])(x${isWeighted ? ', weight' : ''})`, help: `The ${isWeighted ? 'heaviest' : 'most frequent'} values as an array, at most size (10) of them.`,
    takes: isWeighted ? [2, 2] : [1, 1], parameters: [0, 3],
    type: ([type], parameters) => array(withCounts(parameters) ? { kind: 'Tuple', elements: [{ name: 'item', type: type ?? NOTHING }, { name: 'count', type: UINT64 }, { name: 'error', type: UINT64 }] } : (type ?? NOTHING)),
    aggregate: (call) => {
      const size = wholeParameter(call, 0, 'the size') ?? 10n;
      const exact = heaviest(counts(call), call.parameters, withCounts(call.parameters));
      return { sql: mostFrequent(call, { size, isWeighted, withCounts: withCounts(call.parameters) }, exact) };
    },
    state: (types, parameters) => countsState(duckTypeSql(typeAt(types)), counts, (state) => ({ sql: heaviest(state, parameters, withCounts(parameters)) }), Math.max(1024, 8 * Number(sizeOf(parameters) ?? 10n))),
  };
}

const MAX_INTERSECTIONS: readonly Rule[] = (['maxIntersections', 'maxIntersectionsPosition'] as const).map((name) => ({
  name, signature: `${name}(start, end)`, help: name === 'maxIntersections' ? 'How many of the intervals overlap at most.' : 'Where most of the intervals begin to overlap.', takes: [2, 2],
  type: ([start, end], _parameters, refuse) => (start && end && isNumber(start) && sameType(start, end) ? (name === 'maxIntersections' ? UINT64 : start) : refuse('two numbers of one type')),
  aggregate: (call) => {
    const [start, end] = [argument(call), argument(call, 1)];
    const points = duck`flatten(${collect(call, duck`[struct_pack(p := ${start}, w := 1, m := 1, a := ${start}), struct_pack(p := ${end}, w := -1, m := -1, a := ${end})]`)})`;
    const sql = using(call, duck`list_sort(${points})`, (edges) =>
      duck`CASE WHEN len(${edges}) > 0 THEN list_reduce(${edges}, lambda "@a", "@b": struct_pack(p := "@b".p, w := "@a".w + "@b".w, m := greatest("@a".m, "@a".w + "@b".w), a := CASE WHEN "@a".w + "@b".w > "@a".m THEN "@b".p ELSE "@a".a END)).${name === 'maxIntersections' ? duck`m` : duck`a`} END`);
    const type = call.resultType.kind === 'Nullable' ? call.resultType.of : call.resultType;
    return { sql: duck`CAST(${sql} AS ${duckTypeSql(type)})`, empty: defaultSql(type) };
  },
}));

export const GROUPED_VALUES: readonly AggregateDefinition[] = [
  GROUP_ARRAY, GROUP_UNIQ_ARRAY, GROUP_ARRAY_LAST, GROUP_ARRAY_SORTED, GROUP_ARRAY_SAMPLE, GROUP_ARRAY_INSERT_AT, GROUP_ARRAY_INTERSECT,
  moving('groupArrayMovingSum'), moving('groupArrayMovingAvg'), GROUP_CONCAT,
  top('topK', [], false, false), top('topKWeighted', [], true, false), top('approx_top_k', ['approx_top_count'], false, true), top('approx_top_sum', [], true, true),
  ...MAX_INTERSECTIONS,
].map(aggregate);


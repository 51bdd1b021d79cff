/**
 * sumMap, minMap and maxMap over parallel arrays of keys and values: a tuple of the sorted keys and, for each array of
 * values, the array of results. Over a Map the same names are sum, min and max with the combinator -Map.
 */
import type { Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, FLOAT64, NOTHING, tuple, type ClickHouseType } from '../types.ts';
import { COMBINATORS } from './combinators.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { collect, using, variable } from './fold.ts';
import { joinedLists, mergeCall } from './kept-rows.ts';
import { byKey } from './keyed.ts';
import { aggregate, typeAt, withoutDictionary, type Rule, type RuleCall } from './rule.ts';
import { sumType, wrapped } from './sums.ts';

type Operation = 'sum' | 'min' | 'max';

function elementOf(type: ClickHouseType | undefined): ClickHouseType | undefined {
  return type?.kind === 'Array' ? bare(type.of) : undefined;
}

/** The type of the keys, which may be NULL. */
function keyOf(types: readonly ClickHouseType[]): ClickHouseType | undefined {
  const [keys] = arraysOf(types);
  return keys?.kind === 'Array' ? withoutDictionary(keys.of) : undefined;
}

/** The arrays, given one by one or as one tuple. */
function arraysOf(types: readonly ClickHouseType[]): readonly ClickHouseType[] {
  const [first] = types;
  return types.length === 1 && first?.kind === 'Tuple' ? first.elements.map((element) => bare(element.type)) : types;
}

function arraySqls(call: RuleCall): readonly DuckSql[] {
  const first = typeAt(call.types);
  const [value] = call.args;
  if (call.args.length > 1 || first.kind !== 'Tuple' || !value) return call.args;
  return first.elements.map((_, index) => duck`struct_extract_at(${value}, ${duckInteger(index + 1)})`);
}

function rule(name: string, aliases: readonly string[], operation: Operation, keepsType: boolean, isFiltered: boolean): Rule {
  const valueOf = (type: ClickHouseType) => (keepsType || operation !== 'sum' || type.kind === 'Decimal' ? type : sumType(type));
  return {
    name, aliases, signature: `${name}${isFiltered ? '(keys)' : ''}(keys, values)`, takes: [1, Infinity], parameters: isFiltered ? [1, 1] : [0, 0],
    help: `For each key the ${operation === 'sum' ? 'sum' : operation === 'min' ? 'least' : 'greatest'} of its values, over arrays of keys and values or over maps.`,
    type: (types, _parameters, refuse) => {
      const keys = keyOf(types);
      const values = arraysOf(types).slice(1).map(elementOf);
      const results = values.map((type) => type && valueOf(type));
      if (!keys || results.length === 0) return refuse('an array of keys and arrays of values, or a Map');
      return tuple(array(keys), ...results.map((type) => array(type ?? refuse('an array of keys and arrays of numbers'))));
    },
    aggregate: (call) => ({ sql: shown(call, grouped(call, rowsOf(call, call.parameters), shapeOf(call.types)), shapeOf(call.types)) }),
    state: (types, parameters) => {
      const shape = shapeOf(types);
      const fields = shape.results.map((type, index) => duck`${field(index)} ${duckTypeSql(type)}`);
      const duckdbType = duck`STRUCT(k ${duckTypeSql(shape.key)}, ${fields})[]`;
      return {
        duckdbType,
        accumulate: (call) => duck`CAST(${grouped(call, rowsOf(call, parameters), shape)} AS ${duckdbType})`,
        merge: (call, state) => duck`CAST(${grouped(call, joinedLists(call, state), shape)} AS ${duckdbType})`,
        finish: (state) => ({ sql: shown(mergeCall(), state, shape) }),
        empty: duck`CAST([] AS ${duckdbType})`,
      };
    },
  };

  interface Shape {
    readonly key: ClickHouseType;
    /** The types of the results, one for each array of values. */
    readonly results: readonly ClickHouseType[];
  }

  function shapeOf(types: readonly ClickHouseType[]): Shape {
    const values = arraysOf(types).slice(1).map(elementOf);
    return { key: keyOf(types) ?? NOTHING, results: values.map((type) => (type && valueOf(type)) ?? FLOAT64) };
  }

  /** struct(k, v1, v2, …) for each place of the arrays. */
  function rowsOf(call: RuleCall, parameters: readonly Bound[]): DuckSql {
    const arrays = arraySqls(call);
    const entry = variable(call);
    const wanted = isFiltered ? parameters[0] : undefined;
    const fields = arrays.slice(1).map((_, index) => duck`${field(index)} := ${entry}[${duckInteger(index + 2)}]`);
    const rows = duck`list_transform(flatten(${collect(call, duck`list_zip(${arrays})`)}), lambda ${entry}: struct_pack(k := ${entry}[1], ${fields}))`;
    return wanted ? duck`list_filter(${rows}, lambda ${entry}: list_contains(${plainSql(cast(wanted, array(keyOf(call.types) ?? NOTHING)))}, ${entry}.k))` : rows;
  }

  /** The rows with one for each key, in the order of the keys. */
  function grouped(call: AggregateCall, rows: DuckSql, { results }: Shape): DuckSql {
    const [entry, group] = [variable(call), variable(call)];
    const groups = byKey(call, rows, (list) => duck`struct_pack(${results.map((type, index) => {
      const mine = duck`list_transform(${list}, lambda ${entry}: ${entry}.${field(index)})`;
      if (operation !== 'sum') return duck`${field(index)} := ${operation === 'min' ? duck`list_min(${mine})` : duck`list_max(${mine})`}`;
      const sum = duck`coalesce(list_sum(${mine}), 0)`;
      return duck`${field(index)} := ${type.kind === 'Integer' ? wrapped(sum, type) : duck`CAST(${sum} AS ${duckTypeSql(type)})`}`;
    })})`);
    return duck`list_transform(${groups}, lambda ${group}: struct_pack(k := ${group}.k, ${results.map((_, index) => duck`${field(index)} := ${group}.s.${field(index)}`)}))`;
  }

  /** The keys and the values as arrays; a sum leaves out the keys whose sums are all zero. */
  function shown(call: AggregateCall, rows: DuckSql, { results }: Shape): DuckSql {
    const entry = variable(call);
    const anyLeft = joined(results.map((_, index) => duck`${entry}.${field(index)} <> 0`), ' OR ');
    return using(call, operation === 'sum' ? duck`list_filter(${rows}, lambda ${entry}: ${anyLeft})` : rows, (list) =>
      duck`struct_pack("1" := list_transform(${list}, lambda ${entry}: ${entry}.k), ${results.map((_, index) => duck`${duckName(String(index + 2))} := list_transform(${list}, lambda ${entry}: ${entry}.${field(index)})`)})`);
  }
}

function field(index: number): DuckSql {
  return duckName(`v${index + 1}`);
}

/** The arrays' definition, or the -Map combinator where the argument is a Map. */
function orOverMaps(arrays: AggregateDefinition, inner: AggregateDefinition): AggregateDefinition {
  const maps = COMBINATORS['Map']?.(inner, arrays.name);
  if (!maps) return arrays;
  const isMap = (type: ClickHouseType | undefined) => type !== undefined && bare(withoutDictionary(type)).kind === 'Map';
  return {
    ...arrays,
    resultType: (types, parameters, span) => (isMap(types[0]) ? maps : arrays).resultType(types, parameters, span),
    bind: (call) => (isMap(call.arguments[0]?.type) ? maps : arrays).bind(call),
    state: (types, parameters) => {
      const chosen = isMap(types[0]) ? maps : arrays;
      if (!chosen.state) throw new Error(`${chosen.name} has no state`);
      return chosen.state(types, parameters);
    },
  };
}

/** `inner` finds sum, min, max and sumWithOverflow. */
export function mapSums(inner: (name: string) => AggregateDefinition): readonly AggregateDefinition[] {
  return [
    orOverMaps(aggregate(rule('sumMap', ['sumMappedArrays'], 'sum', false, false)), inner('sum')),
    orOverMaps(aggregate(rule('minMap', ['minMappedArrays'], 'min', true, false)), inner('min')),
    orOverMaps(aggregate(rule('maxMap', ['maxMappedArrays'], 'max', true, false)), inner('max')),
    orOverMaps(aggregate(rule('sumMapWithOverflow', [], 'sum', true, false)), inner('sumWithOverflow')),
    aggregate(rule('sumMapFiltered', [], 'sum', false, true)),
    aggregate(rule('sumMapFilteredWithOverflow', [], 'sum', true, true)),
  ];
}

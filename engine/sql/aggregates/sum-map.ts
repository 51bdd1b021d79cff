/**
 * sumMap, minMap and maxMap over parallel arrays of keys and values: a tuple of the sorted keys and, for each array of
 * values, the array of results. Over a Map the same names are sum, min and max with the combinator -Map.
 */
import { duck, duckInteger, duckName, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, bare, tuple, type ClickHouseType } from '../types.ts';
import { COMBINATORS } from './combinators.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, using } from './fold.ts';
import { aggregate, typeAt, withoutDictionary, type Rule, type RuleCall } from './rule.ts';
import { sumType, wrapped } from './sums.ts';

type Operation = 'sum' | 'min' | 'max';

function elementOf(type: ClickHouseType | undefined): ClickHouseType | undefined {
  return type?.kind === 'Array' ? bare(type.of) : undefined;
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
  const valueOf = (type: ClickHouseType) => (keepsType || operation !== 'sum' ? type : sumType(type));
  return {
    name, aliases, signature: `${name}${isFiltered ? '(keys)' : ''}(keys, values)`, takes: [1, Infinity], parameters: isFiltered ? [1, 1] : [0, 0],
    help: `For each key the ${operation === 'sum' ? 'sum' : operation === 'min' ? 'least' : 'greatest'} of its values, over arrays of keys and values or over maps.`,
    type: (types, _parameters, refuse) => {
      const [keys, ...values] = arraysOf(types).map(elementOf);
      const results = values.map((type) => type && valueOf(type));
      if (!keys || results.length === 0) return refuse('an array of keys and arrays of values, or a Map');
      return tuple(array(keys), ...results.map((type) => array(type ?? refuse('an array of keys and arrays of numbers'))));
    },
    aggregate: (call) => {
      const [, ...values] = arraysOf(call.types).map(elementOf);
      const entries = duck`flatten(${collect(call, duck`list_zip(${arraySqls(call)})`)})`;
      const wanted = isFiltered ? call.parameters[0] : undefined;
      const sql = using(call, entries, (rows) => {
        const kept = wanted ? duck`list_filter(${rows}, lambda "@e": list_contains(${plainSql(wanted)}, "@e"[1]))` : rows;
        const keys = duck`list_sort(list_distinct(list_transform(${kept}, lambda "@e": "@e"[1])))`;
        const results = values.map((type, index) => {
          const place = duckInteger(index + 2);
          const mine = duck`list_transform(list_filter(${rows}, lambda "@e": "@e"[1] = "@k"), lambda "@e": "@e"[${place}])`;
          if (operation !== 'sum') return operation === 'min' ? duck`list_min(${mine})` : duck`list_max(${mine})`;
          const result = (type && valueOf(type)) ?? { kind: 'Float', bits: 64 };
          const sum = duck`coalesce(list_sum(${mine}), 0)`;
          return result.kind === 'Integer' ? wrapped(sum, result) : duck`CAST(${sum} AS ${duckTypeSql(result)})`;
        });
        const named = results.map((result, index) => duck`${duckName(`v${index + 1}`)} := ${result}`);
        const all = duck`list_transform(${keys}, lambda "@k": struct_pack(k := "@k", ${named}))`;
        // A sum leaves out the keys whose sums are all zero.
        const shown = operation === 'sum' ? duck`list_filter(${all}, lambda "@s": ${joined(results.map((_, index) => duck`"@s".${duckName(`v${index + 1}`)} <> 0`), ' OR ')})` : all;
        return using(call, shown, (sums) => duck`struct_pack("1" := list_transform(${sums}, lambda "@s": "@s".k), ${results.map((_, index) => duck`${duckName(String(index + 2))} := list_transform(${sums}, lambda "@s": "@s".${duckName(`v${index + 1}`)})`)})`);
      });
      return { sql };
    },
  };
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

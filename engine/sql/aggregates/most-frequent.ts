/**
 * topK and its kin, in the order in which ClickHouse answers equal counts. Of more rows than a function in JavaScript
 * should see, and of values other than numbers, times and texts, equal counts are ordered by value.
 */
import { callComputed } from '../computed/definition.ts';
import { FREQUENT_NUMBERS, FREQUENT_TEXTS } from '../computed/frequent-values.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { collect } from './fold.ts';
import { argument, typeAt, withoutDictionary, type RuleCall } from './rule.ts';
import { keySql } from './set-order.ts';

const MANY_ROWS = 20_000;

interface Wanted {
  readonly size: bigint;
  readonly isWeighted: boolean;
  /** Tuples of item, count and error instead of the items. */
  readonly withCounts: boolean;
}

/** `otherwise` where the order is not to be had. */
export function mostFrequent(call: RuleCall, { size, isWeighted, withCounts }: Wanted, otherwise: DuckSql): DuckSql {
  const type = withoutDictionary(typeAt(call.types));
  const [all, row, place, found] = [duckName('@all'), duckName('@row'), duckName('@place'), duckName('@found')];
  const value = isWeighted ? duck`${row}.k` : row;
  const key = keySql(value, type);
  if (!key && type.kind !== 'String') return otherwise;
  const rows = collect(call, isWeighted ? duck`struct_pack(k := ${argument(call)}, n := CAST(${argument(call, 1)} AS BIGINT))` : argument(call));
  const keys = duck`list_transform(${all}, lambda ${row}: ${key ?? value})`;
  const weights = isWeighted ? duck`list_transform(${all}, lambda ${row}: ${row}.n)` : duck`CAST([] AS BIGINT[])`;
  const pairs = callComputed(key ? FREQUENT_NUMBERS : FREQUENT_TEXTS, keys, weights, duckInteger(size));
  const first = duck`${all}[${found}[2 * ${place} + 1]]`;
  const item = isWeighted ? duck`${first}.k` : first;
  const made = withCounts ? duck`struct_pack(item := ${item}, count := CAST(${found}[2 * ${place} + 2] AS UBIGINT), error := CAST(0 AS UBIGINT))` : item;
  const ordered = duck`list_transform([${pairs}], lambda ${found}: list_transform(range(len(${found}) // 2), lambda ${place}: ${made}))[1]`;
  return duck`CASE WHEN len(${rows}) > ${duckInteger(MANY_ROWS)} THEN ${otherwise} ELSE list_transform([${rows}], lambda ${all}: ${ordered})[1] END`;
}

/**
 * Lists without repetition in the order of ClickHouse: as its hash tables give values back (groupUniqArray, arrayUnion),
 * or as they came (-Distinct). Of numbers, dates, times and texts, and as they came of all scalars; other types are left to DuckDB's order.
 */
import { NUMBER_ORDER, TEXT_ORDER } from '../computed/hash-table-order.ts';
import { callComputed } from '../computed/definition.ts';
import { BYTES_WHOLE, FLOAT_BYTES } from '../computed/number-bytes.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { withoutDictionary } from './rule.ts';
import type { ClickHouseType } from '../types.ts';

/** The number whose bits ClickHouse hashes, as BIGINT; undefined for values that are no such number. */
export function keySql(value: DuckSql, type: ClickHouseType): DuckSql | undefined {
  switch (type.kind) {
    case 'Bool':
      return duck`CAST(${value} AS BIGINT)`;
    case 'Integer':
      if (type.bits > 64) return undefined;
      if (type.bits === 64) return type.signed ? value : duck`CAST(CASE WHEN ${value} > 9223372036854775807 THEN CAST(${value} AS HUGEINT) - 18446744073709551616 ELSE CAST(${value} AS HUGEINT) END AS BIGINT)`;
      return type.signed ? duck`(CAST(${value} AS BIGINT) & ${duckInteger(2n ** BigInt(type.bits) - 1n)})` : duck`CAST(${value} AS BIGINT)`;
    case 'Float':
      return type.bits === 64 ? duck`CAST(${callComputed(BYTES_WHOLE, callComputed(FLOAT_BYTES, value, duck`8`), duck`8`)} AS BIGINT)` : undefined;
    case 'Date':
    case 'Date32':
      return duck`(CAST(${value} - DATE '1970-01-01' AS BIGINT) & 4294967295)`;
    case 'DateTime':
      return duck`(epoch_us(${value}) // 1000000)`;
    default:
      return undefined;
  }
}

/** How large ClickHouse's tables are at first, as powers of two. */
const DEGREES = { aggregate: { numbers: 4, texts: 3 }, array: { numbers: 6, texts: 6 }, asTheyCame: { numbers: 0, texts: 0 } } as const;

const NESTED: ReadonlySet<ClickHouseType['kind']> = new Set(['Array', 'Tuple', 'Map', 'Nested', 'JSON', 'Dynamic', 'Geo', 'AggregateFunction', 'Nothing']);

/** Of longer lists the values are told apart by DuckDB, which is faster but does not know which came first. */
const LONG = 20_000;

/**
 * The different values of a list, NULL left out, and no more than `size` of them. Undefined for types whose order is not
 * known. `different` are the list's values without repetition, where DuckDB has them. `list` is written twice then.
 */
export function differentInOrder(list: DuckSql, element: ClickHouseType, of: keyof typeof DEGREES, size?: bigint, different?: DuckSql): DuckSql | undefined {
  const type = withoutDictionary(element.kind === 'Nullable' ? element.of : element);
  const [all, item, place] = [duckName('@all'), duckName('@item'), duckName('@place')];
  const most = duckInteger(size ?? -1n);
  const isText = type.kind === 'String';
  const key = keySql(item, type);
  // Where order does not depend on the bits, any other value is told by its text.
  const text = of === 'asTheyCame' && !key && !NESTED.has(type.kind) ? duck`list_transform(${all}, lambda ${item}: CAST(${item} AS VARCHAR))` : isText ? all : undefined;
  if (!text && !key) return undefined;
  const places = text
    ? callComputed(TEXT_ORDER, text, duckInteger(DEGREES[of].texts), most)
    : callComputed(NUMBER_ORDER, duck`list_transform(${all}, lambda ${item}: ${key ?? item})`, duckInteger(DEGREES[of].numbers), most);
  const values = different ? duck`CASE WHEN len(${list}) > ${duckInteger(LONG)} THEN ${different} ELSE ${list} END` : list;
  return duck`list_transform([${values}], lambda ${all}: CASE WHEN len(${all}) > 1 THEN list_transform(${places}, lambda ${place}: ${all}[${place}]) ELSE ${all} END)[1]`;
}

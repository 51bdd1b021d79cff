/** Arrays of different values come in ClickHouse's order: that of its hash tables, or of the rows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
});

afterAll(() => engines?.close());

const QUERIES: readonly string[] = [
  'SELECT groupUniqArray(number), groupUniqArray(toUInt8(number)), groupUniqArray(toInt32(-number)), groupUniqArray(toString(19 - number)), groupUniqArray(toDate(number)), groupUniqArray(toDateTime(number * 3600)), groupUniqArray(toUInt64(18446744073709551615 - number)) FROM numbers(20)',
  "SELECT groupUniqArray(concat('user', toString(number))), groupUniqArray(number), groupUniqArray(toNullable(number)), groupUniqArray(toLowCardinality(toString(number))), groupUniqArray(3)(number), groupUniqArray(toBool(number % 2)) FROM numbers(5)",
  "SELECT groupUniqArray(concat('some-longer-name-', toString(number % 37))), groupUniqArray(toInt8(number - 100)), groupUniqArray(number * 7919 % 100003), groupUniqArray(if(number % 3 = 0, NULL, toString(number))) FROM numbers(500)",
  "SELECT groupUniqArray(['é', 'a', '', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'ggggggg', 'hhhhhhhh', 'iiiiiiiii'][number % 11 + 1]), groupUniqArrayIf(number, number % 2), groupUniqArrayArray([number, number + 1]) FROM numbers(60)",
  'SELECT number % 3 AS k, groupUniqArray(toString(number % 7)), groupUniqArray(number % 7) FROM numbers(50) GROUP BY k ORDER BY k',
  'SELECT groupUniqArrayMerge(s) FROM (SELECT groupUniqArrayState(number) AS s FROM numbers(20))',
  'SELECT number, groupUniqArray(number % 3) OVER (ORDER BY number) FROM numbers(5)',
  "SELECT groupArrayDistinct(number * 7 % 13), groupArrayDistinct(toString(number * 7 % 13)), groupArrayDistinctIf(number % 5, number > 7), groupConcatDistinct(',')(number * 7 % 13), groupConcat(',')(DISTINCT toString(number * 7 % 13)) FROM numbers(40)",
  'SELECT groupArray(DISTINCT number * 7 % 13), groupArray(3)(DISTINCT number * 7 % 13) FROM numbers(40)',
  'SELECT groupUniqArray(number) FROM numbers(0)',
  "SELECT topK(3)(number % 7), topK(2)(toString(number % 5)), topK(10)(number * number % 97), topKWeighted(2)(toString(number % 3), number), approx_top_k(3, 10)(number * number % 97), topKIf(2)(number % 5, number > 10), topKArray(2)([number % 3, number % 5]), topK(2)(toDateTime(number % 4)), topK(2)(toNullable(number % 3)) FROM numbers(300)",
  "SELECT topK(2)(arrayJoin([1, 2, 2, 3, 3, 4])), topK(2)(arrayJoin(['red', '', 'blue', 'red']))",
  "SELECT arrayUnion([3, 1], [2, 7]), arrayUnion([-2, 1], [10, 1], [-2], []), arrayUnion([1, 3, NULL], [2, 3, NULL]), arrayUnion(['a', 'b', 'c', 'd', 'e', 'f'], ['g', 'h']), arrayUnion(range(300), range(600)), arraySymmetricDifference([1, NULL], [2]), arraySymmetricDifference(['a', 'b', 'c', 'd', 'e', 'f'], ['g', 'h', 'a'])",
];

test.runIf(clickHouseInstalled())('different values come in the order of ClickHouse', async () => {
  const found: Record<string, string> = {};
  for (const query of QUERIES) {
    const difference = await engines?.difference(query);
    if (difference !== undefined) found[query] = difference;
  }
  expect(found).toEqual({});
});

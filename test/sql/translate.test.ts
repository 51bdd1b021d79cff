/**
 * The queries of test/cases/sql: each must answer in Sandpiper as in ClickHouse, with the same names, types and values,
 * and be refused where ClickHouse refuses it. Rows are compared in order where the query has ORDER BY.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

const CASES = new URL('../cases/sql/', import.meta.url);
let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
  if (!engines) return;
  await engines.makeTable('t', 'a UInt32, b Nullable(String), arr Array(UInt8), d Date, f Float64, s LowCardinality(String), at DateTime',
    `SELECT number + 1, if(number % 3 = 0, NULL, toString(number)), range(number % 3), toDate('2024-01-01') + number % 4, number / 4, ['red', 'green', 'blue'][number % 3 + 1], toDateTime('2024-03-01 10:00:00') + number * 3601 FROM numbers(12)`);
  await engines.makeTable('u', 'a UInt64, name String, score Int32', "SELECT number * 2, concat('n', toString(number)), toInt32(number) - 3 FROM numbers(8)");
  await engines.makeTable('e', "id String, user_id Nullable(UInt64), ts DateTime64(3), kind Enum8('click' = 1, 'view' = 2, 'buy' = 3), price Decimal(10, 2), tags Array(String), props Map(String, String), point Tuple(x Float64, y Float64)",
    "SELECT toString(number % 7), if(number % 5 = 0, NULL, number % 4), toDateTime64('2024-05-01 00:00:00.250', 3) + number * 1234.5, ['click', 'view', 'buy'][number % 3 + 1], number * 1.25, arrayMap(x -> concat('t', toString(x)), range(number % 4)), map('k', toString(number), 'z', 'q'), (number / 2, number / 3) FROM numbers(30)");
  await engines.makeTable('n', 'k Nullable(Int32), v Nullable(Float64), w Int8', 'SELECT if(number % 3 = 1, NULL, number % 4), if(number % 4 = 2, NULL, if(number = 5, nan, number * 1.5)), number FROM numbers(10)');
}, 60_000);

afterAll(() => engines?.close());

for (const file of readdirSync(CASES).sort()) {
  test(`the queries of ${file} answer as in ClickHouse, by the same names`, async (context) => {
    const judge = engines;
    if (!judge) return context.skip('ClickHouse is not installed');
    const queries = readFileSync(new URL(file, CASES), 'utf8').split(/;\n/).map((query) => query.trim()).filter((query) => query !== '');
    const different: string[] = [];
    for (const sql of queries) {
      const difference = await judge.difference(sql, !/ORDER BY/.test(sql), true);
      if (difference !== undefined) different.push(`${sql}\n    ${difference}`);
    }
    return expect(different).toEqual([]);
  }, 120_000);
}

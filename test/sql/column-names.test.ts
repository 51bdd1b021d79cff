/** Columns without an alias have the names, types and values that ClickHouse gives them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
});

afterAll(() => engines?.close());

const LISTS: Readonly<Record<string, string>> = {
  'numbers before ::': "5::Float32, -5::Float32, 1.15::Decimal(10, 2), 0.1::Decimal(38, 30), 1.50::String, 1e3::String, 20240101::Date, 300::UInt8, 12345678901234567890123::UInt128, 5::Nullable(Int8), 1705314030::DateTime('Asia/Tokyo'), 5::Enum8('a' = 5), 0.5::Float64 * 2",
  'lists before ::': "[1,2]::Array(Float32), [-1, -2]::Array(Int8), ['a','b']::Array(String), (1, 'a')::Tuple(UInt8, String), [[1],[2]]::Array(Array(UInt8)), [1+1]::Array(Float32), (1+1)::Float32",
  'large and small numbers': 'toInt64(1e18), 1e20, 1e21, 1.5e21, 1e-7, 123456789012345678901, 1e15, 123456789.5, -1e18',
  'lists with fractions': '[nan, 1], [1, inf], [1, 2.5, NULL], [1, 3, NULL], [NULL], [[1], [2.5]], [[1, 2.5], [3]], (1, 2.5), [1, -2.5], [1, 2]',
  'lists of true and false': "[true, false], (true, false), [true, NULL], map('a', true), [[true]], [true, materialize(false)], (true, 'a', 1.5)",
  'functions by other names': "REGEXPINSTR('abc', 'b'), MODORNULL(5, 0), MOD(5, 3), matchPhrase('a b c', 'b c'), STR_TO_DATE('2024-01-02', '%Y-%m-%d'), MIDPOINT(1, 2), todecimalstring(1, 2), STR_TO_MAP('a:1'), NOW() > toDateTime(0)",
  'rows of unnest': 'UNNEST([1, 2]), 3 AS x',
  'aggregates by other names': 'ARRAY_CONCAT_AGG([1, 2]), MAX_BY(1, 2), Any_Value(1)',
  'functions that the parser knows by other names': "trim(' a'), LTRIM(' a'), rtrim('a '), SUBSTRING('abc', 1), SUBSTR('abc', 2), DATEDIFF(day, toDate('2024-01-01'), toDate('2024-01-02')), dateadd(day, 1, toDate('2024-01-01')), UPPER('a')",
  'aggregates with FILTER': 'count() FILTER (WHERE 1), sum(1) FILTER (WHERE 1 > 0), count(*) FILTER (WHERE 1), quantile(0.5)(1) FILTER (WHERE 1)',
  'intervals written as texts': "toDate('2024-01-01') + INTERVAL '1' DAY, INTERVAL '5' day + INTERVAL '-5' DAY, toDateTime('2024-01-01 00:00:00') - INTERVAL '2' MONTH",
};

test.runIf(clickHouseInstalled()).for(Object.entries(LISTS))('%s are named as ClickHouse names them', async ([, list]) => {
  expect(await engines?.difference(`SELECT ${list}`, false, true)).toBeUndefined();
});

/**
 * Functions on columns that hold the ends of their types' ranges, NULLs, NaN, empty arrays, times before 1970 and at
 * changes of clocks, compared with real ClickHouse: each line of edge-cases/*.txt is a list of expressions.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

const FOLDER = new URL('edge-cases/', import.meta.url);

const COLUMNS = `id UInt8, u8 UInt8, i8 Int8, u16 UInt16, i16 Int16, u32 UInt32, i32 Int32, u64 UInt64, i64 Int64, f32 Float32, f64 Float64, n Nullable(Int32), nf Nullable(Float64), s String, ns Nullable(String), lc LowCardinality(String), b Bool,
    m Decimal(18,4), d Date, d32 Date32, t DateTime, tz DateTime('America/New_York'), t64 DateTime64(3), t649 DateTime64(9,'Europe/Madrid'), nt Nullable(DateTime), nd Nullable(Date), en Enum8('x'=2,'y'=1), ai Array(Int32), au Array(UInt8), af Array(Float64), sa Array(String), ani Array(Nullable(Int32)), mp Map(String, Int64), tp Tuple(a Int32, b Float64), u128 UInt128, i128 Int128, tm Int32, x String`;
const ROWS = `VALUES
  (1, 0, -128, 0, -32768, 0, -2147483648, 0, -9223372036854775808, 0, 0, NULL, NULL, '', NULL, '', false, 0, '1970-01-01', '1900-01-01', '1970-01-01 00:00:00', '1970-01-01 05:00:00', '1900-01-01 00:00:00.000', '1970-01-01 00:00:00.000000001', NULL, NULL, 'x', [], [], [], [], [], {}, (0, 0), 0, -170141183460469231731687303715884105728, -3599999, ''),
  (2, 255, 127, 65535, 32767, 4294967295, 2147483647, 18446744073709551615, 9223372036854775807, -1.5, -1.5, 2147483647, 1e300, 'abc', 'x', 'q', true, 12345.6789, '2149-06-06', '2299-12-31', '2106-02-07 06:28:15', '2024-03-10 03:30:00', '2299-12-31 23:59:59.999', '2024-03-31 03:00:00.123456789', '2024-02-29 12:00:00', '2024-02-29', 'y', [1,2,3], [255,0,1], [1.5,-2,0], ['a','b','a'], [1,NULL,3], {'k':1,'l':-2}, (7, 1.25), 340282366920938463463374607431768211455, 170141183460469231731687303715884105727, 3599999, '12:34:56'),
  (3, 7, -7, 300, -300, 70000, -70000, 5000000000, -5000000000, inf, inf, -5, -0.25, 'Ünïcode ✓', 'é', 'r', true, -0.0001, '2024-02-29', '1969-12-31', '2024-10-27 01:30:00', '2024-11-03 01:30:00', '1969-12-31 23:59:59.5', '2024-10-27 02:30:00.5', '1999-12-31 23:59:59', '1999-12-31', 'x', [5,5,-1,5], [1,1], [nan,1,inf], ['','é'], [NULL], {'':0}, (-1, -0.5), 12345678901234567890, -12345678901234567890, -45, '-1:2:3'),
  (4, 42, 42, 42, 42, 42, 42, 42, 42, nan, nan, 42, 42.5, '42', '42', 'q', false, 42, '2023-12-31', '2023-12-31', '2023-12-31 23:59:59', '2023-12-31 23:59:59', '2023-12-31 23:59:59.999', '2023-12-31 23:59:59.999999999', '2023-12-31 23:59:59', '2023-12-31', 'y', [42], [42], [42.42], ['42'], [42], {'k':42}, (42, 42), 42, 42, 42, '42')`;

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.makeTable('e', COLUMNS, ROWS);
});

afterAll(() => engines?.close());

const families = readdirSync(FOLDER).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -4));

test.runIf(clickHouseInstalled()).for(families)('%s at the ends of ranges answer as ClickHouse does', { timeout: 120_000 }, async (family) => {
  const lines = readFileSync(new URL(`${family}.txt`, FOLDER), 'utf8').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found: Record<string, string> = {};
  for (const line of lines) {
    // A line may end in its own `| WHERE …`.
    const [list, rest = ''] = line.split(' | ');
    const difference = await engines?.difference(`SELECT ${list} FROM e ${rest} ORDER BY id`);
    if (difference !== undefined) found[line] = difference;
  }
  expect(found).toEqual({});
});

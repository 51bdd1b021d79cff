/** Functions on the columns of a table, with NULLs, LowCardinality, zones and the ends of ranges, compared with real ClickHouse. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

const COLUMNS = `row UInt8, u8 UInt8, i8 Int8, i32 Int32, i64 Int64, u64 UInt64, f32 Float32, f64 Float64, n Nullable(Int32), s String, lc LowCardinality(String), ns Nullable(String), m Decimal(10, 2),
  d Date, d32 Date32, t DateTime, t64 DateTime64(3), nt Nullable(DateTime), e Enum8('x' = 2, 'y' = 1), b Bool`;
const ROWS = `VALUES
  (0, 1, -128, -7, 9223372036854775807, 18446744073709551615, 0.1, 1.5, 1, '17', 'a', '5', 1.5, '2024-02-29', '2024-02-29', '2024-03-05 13:07:09', '2024-03-05 13:07:09.123', '2024-03-05 13:07:09', 'x', true),
  (1, 255, 127, 2147483647, -5, 3, -2.5, -0.25, NULL, 'y', 'b', NULL, -2.55, '2023-12-31', '1950-12-31', '2023-10-28 23:59:59', '2023-12-31 23:59:59.999', NULL, 'y', false),
  (2, 0, 0, 3, 0, 0, 100, 1000000.125, -3, '', 'a', 'abc', 0, '1970-01-01', '2100-01-01', '1970-01-02 00:00:00', '1969-12-31 00:00:00.5', '2000-01-01 00:00:00', 'x', true)`;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.makeTable('t', COLUMNS, ROWS);
});

afterAll(() => engines?.close());

/** One expression a line. */
function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function differences(expressions: readonly string[], from = ''): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const expression of expressions) {
    const difference = await engines?.difference(`SELECT toTypeName(${expression}), toString(${expression})${from}`);
    if (difference !== undefined) found[expression] = difference;
  }
  return found;
}

const EXPRESSIONS = lines(`
u8 + u8
u8 + i8
i64 + 1
i64 - u64
u64 * 2
u64 + u64
u64 * u64
i64 * i64
(i64 + 1) * 3 - u8 * i64 + i32
-i8
-u8
-u64
i64 - 1
u8 - u64
i32 / u8
u8 / 3
intDiv(i32, 2)
intDivOrZero(i32, u8)
intDivOrNull(i32, u8)
i32 % 3
u64 % 10
i8 % n
moduloOrZero(i32, u8)
positiveModulo(i32, 5)
f64 % 2
n / 2
n + u8
n * n
abs(i8)
abs(n)
abs(f64)
gcd(i32, 6)
m + 1
m * m
m / 3
m * 1.5
-m
round(f64)
round(f32, 1)
floor(f32)
ceil(f32)
trunc(f32)
round(m, 1)
floor(m)
sqrt(f64)
log(u8)
exp(n)
pow(u8, 2)
sign(i32)
isNaN(f64)
isFinite(f64)
ifNotFinite(f64, 0)
greatest(u8, n)
least(i32, 0)
greatest(d, toDate('2024-01-01'))
bar(u8, 0, 255, 10)
formatReadableSize(u64)
formatReadableQuantity(i64)
formatReadableTimeDelta(u8)
u8 = 1
f64 > 1
f64 < 100
1 < f64
f64 = f64
f64 != f64
f64 >= 0
f64 <= 0
NOT (f64 > 1)
f32 = 100
lc = 'a'
lc != 'a'
lc < 'b'
lc = s
ns = '5'
ns IS NULL
isNotNull(ns)
n IS NOT NULL AND n > 0
e = 'x'
e < 'x'
e = 2
b = true
b = 1
b AND u8
NOT b
d = '2024-02-29'
d < '2024-01-01'
d < t
t >= '2024-01-01 00:00:00'
t >= '2024-01-01'
t64 > '2024-03-05 13:07:09.1'
t = t64
t > 1700000000
m > 0
m = 1.5
i64 > u64
n <=> u8
s = lc
(u8, s) = (1, '17')
u8 BETWEEN 1 AND 200
ifNull(ns, 'none')
ifNull(n, u8)
coalesce(n, u8)
coalesce(ns, s)
nullIf(u8, 1)
assumeNotNull(ns)
assumeNotNull(n)
toNullable(u8)
if(u8 > 1, s, lc)
if(n > 0, n, 0)
multiIf(u8 = 1, 'one', u8 = 255, 'many', NULL)
if(b, d, NULL)
u8 = 1 ? i8 : u8
CASE u8 WHEN 1 THEN 'x' WHEN 255 THEN 'y' END
CASE WHEN n > 0 THEN n ELSE u8 END
transform(lc, ['a'], ['A'], 'other')
transform(u8, [1, 255], ['one', 'max'], 'zero')
n = 1 AND u8 = 1
n = 1 OR u8 = 255
xor(u8, n)
not (n = 1)
isZeroOrNull(n)
toUInt8(i64)
toInt8(u64)
toUInt32(u64)
toInt32(f32)
toFloat64(i64)
toFloat32(m)
toString(u64)
toString(f64)
toString(f32)
toString(n)
toString(m)
toString(d)
toString(t)
toString(toTimeZone(t, 'Europe/Madrid'))
toString(t64)
toString(e)
toString(b)
toString(lc)
toInt32OrZero(s)
toInt32OrNull(s)
toInt32OrZero(ns)
toFloat64OrNull(ns)
toInt32OrDefault(s, toInt32(7))
toDate(t)
toDate(toTimeZone(t, 'Europe/Madrid'))
toDateTime(d)
toDateTime64(t, 3)
toDate32(t)
toUInt16(d)
toUInt32(t)
toInt64(t)
toUnixTimestamp(t)
toUnixTimestamp(toTimeZone(t, 'Europe/Madrid'))
toUnixTimestamp64Milli(t64)
fromUnixTimestamp64Milli(i64 % 1000000000)
toDecimal64(f32, 1)
CAST(n AS Nullable(String))
CAST(u8 AS Nullable(Int64))
CAST(e AS Int8)
CAST(lc AS String)
toLowCardinality(s)
toBool(u8)
accurateCastOrNull(i64, 'UInt8')
toTypeName(lc = 'a')
toYear(d)
toMonth(nt)
toDayOfWeek(t)
toHour(toTimeZone(t, 'Europe/Madrid'))
toMinute(t64)
toISOWeek(d)
toISOYear(d)
toWeek(d)
toWeek(d, 1)
toWeek(d, 3)
toYearWeek(d)
toQuarter(d32)
toDayOfYear(d)
toYYYYMM(t)
toYYYYMMDD(toTimeZone(t, 'Europe/Madrid'))
toYYYYMMDDhhmmss(t)
toRelativeDayNum(d)
toRelativeMonthNum(d)
toStartOfDay(t)
toStartOfDay(toTimeZone(t, 'Europe/Madrid'))
toStartOfHour(toTimeZone(t, 'Europe/Madrid'))
toStartOfMonth(toTimeZone(t, 'Europe/Madrid'))
toStartOfMonth(nt)
toStartOfWeek(d)
toStartOfWeek(d, 1)
toStartOfQuarter(d)
toStartOfYear(t)
toMonday(t)
toLastDayOfMonth(d)
toStartOfFiveMinutes(t)
toStartOfFifteenMinutes(toTimeZone(t, 'Europe/Madrid'))
toStartOfInterval(t, INTERVAL 15 MINUTE)
toStartOfInterval(t, INTERVAL 1 DAY)
toStartOfInterval(toTimeZone(t, 'Europe/Madrid'), INTERVAL 1 DAY)
toStartOfInterval(toTimeZone(t, 'Europe/Madrid'), INTERVAL 6 HOUR)
toStartOfInterval(d, INTERVAL 2 MONTH)
toStartOfInterval(t, INTERVAL 1 WEEK)
dateTrunc('month', t)
dateTrunc('hour', toTimeZone(t, 'Europe/Madrid'))
dateDiff('day', d, t)
dateDiff('month', t64, t)
dateDiff('hour', nt, t)
dateDiff('week', d, toDate('2024-01-01'))
age('month', d, toDate('2024-06-15'))
addDays(t, u8)
addMonths(d, 1)
subtractHours(toTimeZone(t, 'Europe/Madrid'), 5)
addSeconds(t64, n)
d + 1
d + u8
t + 3600
t + INTERVAL 1 MONTH
toTimeZone(t, 'Europe/Madrid') + INTERVAL 1 DAY
t64 + INTERVAL 1 SECOND
t - toDateTime('2024-01-01 00:00:00')
d - toDate('2024-01-01')
formatDateTime(t, '%Y-%m-%d %H:%i')
formatDateTime(toTimeZone(t, 'Europe/Madrid'), '%d/%m/%y %T %z')
formatDateTime(nt, '%F')
dateName('weekday', d)
monthName(d)
toTimeZone(t, 'Asia/Tokyo')
toDate(t, 'Asia/Tokyo')
toHour(t, 'Asia/Tokyo')
timeSlot(t)
toString(t, 'Asia/Tokyo')
timeZoneOffset(toTimeZone(t, 'Europe/Madrid'))
`);

test.skipIf(!clickHouseInstalled())('functions on columns answer as ClickHouse does', async () => {
  expect(await differences(EXPRESSIONS, ' FROM t ORDER BY row')).toEqual({});
});

test.skipIf(!clickHouseInstalled())('NaN and infinities in a column compare and round as in ClickHouse', async () => {
  const rows = ' FROM (SELECT arrayJoin([1.5, nan, inf, -inf]) AS x, arrayJoin([0, nan]) AS y) ORDER BY x, y, 1';
  expect(await differences(['x > 1', 'x < 100', 'x = x', 'x = y', 'x != y', 'x >= y', 'x <= y', 'round(x)', 'x > 1 AND x < 2', 'isNaN(x)', 'x / y'].map((item) => `count(), sum(${item})`), rows.replace(/ ORDER BY.*/, ''))).toEqual({});
});

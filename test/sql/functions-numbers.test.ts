/** Arithmetic, comparison, logic, choice, rounding and mathematics on literals, compared with real ClickHouse. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
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

const OPERATORS = lines(`
1/0
-1/0
0/0
7 % -3
-7 % 3
positiveModulo(-7,3)
7.5 % 2
-7.5 % 2
intDiv(-7,2)
intDiv(7, -2)
intDiv(7.9, 2)
intDivOrZero(1,0)
moduloOrZero(1,0)
5 DIV 2
5 MOD 2
intDiv(1,0)
1 % 0
toUInt8(1) - 2
toUInt64(1)-2
toInt64(9223372036854775807)+1
toUInt64(18446744073709551615)+1
toUInt64(18446744073709551615)*2
toInt64(9223372036854775807)*3
abs(toInt8(-128))
negate(toUInt64(5))
-toUInt8(5)
toUInt32(5)-toUInt32(6)
gcd(12,18)
lcm(4,6)
gcd(-12,18)
max2(1,2)
min2(1.5,2)
toNullable(1)+1
1 + NULL
true + true
'a' + 1
toDecimal32(1,2)+toDecimal32(1,4)
toDecimal32(1,2)+toDecimal64(1,4)
toDecimal32(1,2)*toDecimal32(1,4)
toDecimal32(1,2)/toDecimal32(2,1)
toDecimal32(1,2)/toDecimal32(3,1)
toDecimal32(1,2)+1
toDecimal32(1,2)*toInt64(2)
toDecimal32(1,2)+1.5
toDecimal32(1,2)/3
1/toDecimal32(3,2)
intDiv(toDecimal32(7,2),2)
toDecimal32(1,2)*1.5
toDecimal64(1,2)/toDecimal32(3,1)
-toDecimal32(1,2)
abs(toDecimal32(-1,2))
CAST(1 AS Decimal(10,2))+CAST(1 AS Decimal(10,2))
toDate('2024-01-01')+1
1+toDate('2024-01-01')
toDateTime('2024-01-01 00:00:00')+1
toDateTime64('2024-01-01 00:00:00',3)+1
toDateTime64('2024-01-01 00:00:00.5',3)+1.5
toDate('2024-01-01')-toDate('2023-01-01')
toDateTime('2024-01-01 00:00:00')-toDateTime('2023-01-01 00:00:00')
toDateTime64('2024-01-01 00:00:00.5',3)-toDateTime64('2024-01-01 00:00:00',3)
toDateTime64('2024-01-01 00:00:00.5',3)-toDateTime('2024-01-01 00:00:00')
toDate('2024-01-02')-toDateTime('2024-01-01 00:00:00')
toDateTime('2024-01-01 00:00:00')+1.7
toDate('2024-01-01')+1.7
toDate('2024-01-01')+INTERVAL 1 HOUR
toDate('2024-01-01')+INTERVAL 1 DAY
toDateTime('2024-01-01 00:00:00')+INTERVAL 1 MILLISECOND
toDateTime('2024-01-01 00:00:00')+INTERVAL 1 MICROSECOND
toDateTime64('2024-01-01 00:00:00',3)+INTERVAL 1 MICROSECOND
toDateTime64('2024-01-01 00:00:00',3)+INTERVAL 1 NANOSECOND
toDate32('2024-01-01')+INTERVAL 1 HOUR
toDateTime64('2024-01-01 00:00:00',3)+INTERVAL 1 MONTH
toDate('2024-01-31')+INTERVAL 1 MONTH
toDate('2024-01-31')-INTERVAL 1 WEEK
INTERVAL 1 DAY + toDate('2024-01-01')
INTERVAL 1 DAY + INTERVAL 1 HOUR
INTERVAL 1 DAY + INTERVAL 2 DAY
toDateTime('2024-01-01 00:00:00') + (INTERVAL 1 DAY + INTERVAL 1 HOUR)
toDateTime('2024-01-01 00:00:00') - (INTERVAL 1 DAY + INTERVAL 1 HOUR)
INTERVAL 2 DAY * 3
-INTERVAL 2 DAY
'2024-01-01' + INTERVAL 1 DAY
toDateTime('2024-03-30 10:00:00', 'Europe/Madrid') + INTERVAL 1 DAY
toDateTime('2024-03-30 10:00:00', 'Europe/Madrid') + INTERVAL 24 HOUR
toDateTime('2024-03-30 10:00:00', 'Europe/Madrid') + 86400
toDateTime('2024-01-31 10:00:00') + INTERVAL 1 QUARTER
toDateTime('2024-01-31 10:00:00') - INTERVAL 1 YEAR
toDateTime64('2024-01-01 00:00:00.123456789',9)+INTERVAL 1 SECOND
toDateTime64('2024-01-01 00:00:00.123456789',9)+INTERVAL 1 DAY
[1,2]+[3,4]
(1,2)+(3,4)
(1,2)*2
divideOrNull(1,0)
moduloOrNull(1,0)
toInt128(1)+1
toInt256(1)+toUInt64(1)
toUInt128(1)*2
toInt128(1)/2
intDiv(toInt128(5),2)
toInt128(5)%2
1 = '1'
toDateTime('2024-01-01 00:00:00') > 1704067199
toDate('2024-01-01') = 19723
toDate('2024-01-01') = '2024-01-01'
toDate('2024-01-01') < toDateTime('2024-01-01 00:00:01')
toDateTime('2024-01-01 00:00:00') = '2024-01-01'
toDateTime('2024-01-01 00:00:00') >= '2024-01-01T00:00:00Z'
toDateTime64('2024-01-01 00:00:00.5',3) >= '2024-01-01 00:00:00.6'
toDateTime('2024-01-01 00:00:00') < '2024-01-01 00:00:00.5'
CAST('a' AS Enum8('a'=1,'b'=2)) = 'a'
CAST('b' AS Enum8('a'=2,'b'=1)) < 'a'
CAST('b' AS Enum8('a'=2,'b'=1)) = 1
CAST('a' AS Enum8('a'=1,'b'=2)) = 'c'
toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') = '61f0c404-5cb3-11e7-907b-a6006ad3dba0'
(1,2) < (1,3)
[1,2] < [1,3]
(1,'a') = (1,'a')
[] = [1]
(1,2) = (1,300)
nan = nan
nan > 5
nan < 5
nan != nan
5 < nan
nan >= nan
true AND 1
not true
1 AND NULL
NULL AND 0
NULL OR 1
xor(1,0)
xor(1,NULL)
toNullable(true) and true
(1=1) and true
true or false
'a' AND 1
if(1,2,300)
if(NULL,1,2)
if(1,toLowCardinality('a'),'b')
if(toNullable(1),1,2)
if(1,[1],[])
if(1=1,1,-1)
multiIf(0,1,0,2,3)
CASE 1 WHEN NULL THEN 'a' ELSE 'b' END
CASE NULL WHEN NULL THEN 'a' ELSE 'b' END
CASE WHEN 1 THEN 'a' END
CASE 'x' WHEN 'x' THEN 1 END
caseWithExpression(1, 1, 'a', 'b')
greatest(1,NULL,3)
least(1,NULL)
greatest('a','b')
greatest(toDate('2024-01-01'), toDate('2025-01-01'))
greatest(1, -1)
greatest(1)
greatest([1],[2])
greatest(toDate('2024-01-01'), toDateTime('2025-01-01 00:00:00'))
greatest(NULL,NULL)
greatest(toLowCardinality('a'),'b')
clamp(5,1,3)
clamp(5,1,300)
clamp('b','a','c')
1 <=> NULL
NULL <=> NULL
isNotDistinctFrom(1,1)
isDistinctFrom(1,NULL)
ifNull(toNullable(1), 300)
ifNull(1, 300)
coalesce(toNullable(1), toNullable(300))
coalesce(NULL, toNullable(1), 300)
coalesce(toLowCardinality(toNullable('a')), 'b')
nullIf(1,2)
nullIf(1,1)
assumeNotNull(toLowCardinality(toNullable('a')))
coalesce()
ifNull(NULL, 1)
ifNull(toLowCardinality(toNullable('a')),'b')
nullIf(toLowCardinality('a'),'b')
toNullable(toLowCardinality('a'))
isNull(1)
isNull(NULL)
isZeroOrNull(toNullable(1))
isZeroOrNull(NULL)
5 = 5.0
toDecimal32(1.5,2) = 1.5
toDecimal32(1.5,2) < 2
toUInt64(18446744073709551615) > toInt64(-1)
toInt64(-1) = toUInt64(18446744073709551615)
toFloat32(0.1) = 0.1
toIntervalDay(1) = toIntervalDay(1)
5 < '10'
toDecimal32(1.5,2) = '1.5'
true = 'true'
true = 1
transform(1, [1,2], ['a','b'], 'c')
transform(3, [1,2], ['a','b'], 'c')
transform(3, [1,2], [10,20])
transform(2, [1,2], [10,20])
transform('a', ['a'], ['b'])
transform(toNullable(2), [1,2], [10,20], 0)
toDate('2024-01-01') between '2023-12-31' and '2024-01-02'
`);

const FORMULAS = lines(`
round(15,-1)
round(25,-1)
round(-15,-1)
round(14,-1)
roundBankers(25,-1)
roundBankers(2.5)
roundBankers(3.5,0)
round(2.5)
round(3.5)
round(-2.5)
round(-0.3)
round(1.005,2)
round(2.675,2)
round(0.125,2)
round(1234.5,-2)
round(toDecimal32(2.5,1))
round(toDecimal32(2.55,2),1)
round(toDecimal32(2.45,2),1)
roundBankers(toDecimal32(2.45,2),1)
round(1.234567, 20)
round(nan)
round(inf,1)
round(5, 2)
round(255,-1)
round(1, NULL)
floor(1.55,1)
floor(-1.5)
ceil(1.51,1)
ceiling(1.2)
trunc(-1.57,1)
truncate(1.7)
floor(15,-1)
ceil(15,-1)
trunc(-15,-1)
floor(-15,-1)
ceil(-15,-1)
floor(toDecimal32(1.55,2),1)
ceil(toDecimal32(1.55,2),1)
floor(toDecimal32(-1.55,2))
floor(toFloat32(1.5))
round(toFloat32(1.2345), 2)
round(toNullable(1.5))
round(true)
roundDown(5,[0,3,6])
roundDown(-1,[0,3])
roundDown(5.5,[0,3,6])
roundDuration(5)
roundDuration(100)
roundDuration(40000)
roundAge(20)
roundAge(70)
roundAge(0)
roundAge(16)
roundToExp2(31)
roundToExp2(toInt32(-5))
roundToExp2(0.3)
round(exp(1), 10)
round(log(10), 10)
ln(2)
log2(8)
log10(1000)
sqrt(2)
cbrt(8)
pow(2,10)
power(2,0.5)
sin(1)
cos(1)
tan(1)
round(asin(1),10)
acos(1)
atan(1)
atan2(1,2)
round(sinh(1),10)
cosh(1)
asinh(1)
acosh(2)
atanh(0.5)
hypot(3,4)
log1p(1)
exp2(3)
exp10(2)
intExp2(5)
intExp10(3)
round(erf(0.5),12)
round(erfc(0.5),12)
round(erf(-1.7),12)
round(erf(3.2),12)
round(erf(2.6),12)
round(lgamma(5),10)
round(tgamma(5),10)
sign(-3)
sign(0.5)
degrees(pi())
radians(180)
factorial(5)
factorial(0)
pi()
e()
sigmoid(1)
sqr(3)
widthBucket(5.5, 0, 10, 4)
width_bucket(15,0,10,4)
widthBucket(-1,0,10,4)
log(0)
log(-1)
sqrt(-1)
acos(2)
asin(-2)
exp(1000)
pow(0,-1)
pow(-1,0.5)
sqrt(toNullable(4))
sqrt(NULL)
sqrt(toDecimal32(2,1))
isFinite(1/0)
isNaN(nan)
isInfinite(-1/0)
ifNotFinite(1/0,5)
ifNotFinite(0/0,5)
isNaN(NULL)
log('a')
firstNonDefault(0,5)
rand() < 4294967296
toTypeName(rand())
randUniform(1,2) between 1 and 2
length(randomPrintableASCII(5))
formatReadableSize(123456789)
formatReadableSize(0)
formatReadableSize(1023)
formatReadableSize(1e30)
formatReadableSize(nan)
formatReadableDecimalSize(123456789)
formatReadableQuantity(123456789)
formatReadableQuantity(1234)
formatReadableQuantity(-5e12)
formatReadableQuantity(1e27)
formatReadableTimeDelta(100000, 'hours')
formatReadableTimeDelta(100000, 'days')
formatReadableTimeDelta(100000.5, 'days', 'seconds')
formatReadableTimeDelta(59.9)
formatReadableTimeDelta(100000, 'days', 'hours')
formatReadableTimeDelta(1.5, 'seconds', 'milliseconds')
formatReadableTimeDelta(0)
formatReadableTimeDelta(1e8)
formatReadableTimeDelta(-100)
bar(5,0,10,10)
bar(5.3,0,10,20)
bar(7,0,10,3)
bar(-1,0,10,3)
bar(50,0,10,3)
toDecimalString(toDecimal32(2.25,2), 5)
toDecimalString(toDecimal32(2.255,3), 1)
toDecimalString(7, 2)
throwIf(0)
identity('a')
materialize(5)
ignore(1,2)
toTypeName(1, 2)
toColumnTypeName(1)
defaultValueOfArgumentType(toInt32(5))
defaultValueOfTypeName('DateTime')
isConstant(5)
isConstant(materialize(5))
byteSize(1)
byteSize('abc')
countDigits(100)
getSizeOfEnumType(CAST('a' AS Enum16('a'=1,'b'=2)))
firstNonDefault('', 'a', 'b')
firstNonDefault(NULL, 0, 3)
currentUser()
toTypeName(NULL)
toTypeName([])
isDecimalOverflow(toDecimal32(1,2), 5)
`);

test.skipIf(!clickHouseInstalled())('operators and conditions on literals answer as ClickHouse does', async () => {
  expect(await differences(OPERATORS)).toEqual({});
});

test.skipIf(!clickHouseInstalled())('rounding, mathematics and readable numbers answer as ClickHouse does', async () => {
  expect(await differences(FORMULAS)).toEqual({});
});

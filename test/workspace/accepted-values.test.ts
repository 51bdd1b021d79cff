/** What row-reader.ts accepts has the value that real ClickHouse reads from the same JSON; where it is stricter, rows go to quarantine. */
import { afterAll, expect, test } from 'vitest';
import { parseType } from '../../engine/sql/parse-type.ts';
import { rowReader } from '../../engine/workspace/row-reader.ts';
import { openClickHouse } from '../oracle/clickhouse.ts';

const clickHouse = openClickHouse();
afterAll(() => clickHouse?.close());

const NUMBERS = ['0', '-0', '1', '-1', '127', '255', '-128', '32767', '2147483648', '9007199254740993', '18446744073709551615', '340282366920938463463374607431768211455', '1e2', '1.0', '1.50', '0.1', '123456789.019', '-2.999', '1e-7', '3.4e38', 'true', 'false'];
const TEXTS = ['""', '"a"', '"b"', '"1"', '"-1"', '"1.5"', '"abc"', '"é"', '"q\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00"', '{"a": 1.0}', '[1, 2]', '"1.2.3.4"', '"::1"', '"2001:DB8:0::1"', '"::ffff:1.2.3.4"', '"61F0C404-5CB3-11E7-907B-A6006AD3DBA0"', '"61f0c4045cb311e7907ba6006ad3dba0"'];
const TIMES = [
  '"2024-01-01"', '"2149-06-06"', '"1970-01-01"', '"1900-01-01"', '"2299-12-31"', '"2024-01-01 10:11"', '"2024-01-01 10:11:12"', '"2024-01-01T10:11:12"', '"2024-01-01T10:11:12Z"', '"2024-01-01 10:11:12.9"', '"2024-01-01T10:11:12.123456789Z"',
  '"2024-01-01 10:11:12+02:00"', '"2024-07-01T10:11:12-0530"', '"2106-02-07 06:28:15"', '"1900-01-01 00:00:00"', '"2299-12-31 23:59:59.999"', '"2024-03-31 02:30:00"', '"2024-10-27 02:30:00"', '"2024-10-27 03:30:00"', '1704103872', '"1704103872"', '"1704103872.25"', '1704103872123', '19000', '0',
];
const CASES: readonly (readonly [type: string, values: readonly string[]])[] = [
  ...['Int8', 'UInt8', 'Int16', 'Int32', 'Int64', 'UInt64', 'Int128', 'UInt256', 'Float32', 'Float64', 'Bool', 'Decimal(10, 2)', 'Decimal(38, 10)', 'Nullable(Int32)'].map((type) => [type, [...NUMBERS, ...TEXTS, 'null']] as const),
  ...['String', 'LowCardinality(String)', 'FixedString(4)', 'UUID', 'IPv4', 'IPv6', "Enum8('a' = 1, 'b' = 2)", 'Nullable(String)'].map((type) => [type, [...NUMBERS, ...TEXTS, 'null']] as const),
  ...['Date', 'Date32', 'DateTime', "DateTime('Europe/Madrid')", 'DateTime64(3)', "DateTime64(3, 'America/New_York')", 'DateTime64(6)', 'DateTime64(9)'].map((type) => [type, TIMES] as const),
];

/** What ClickHouse refuses and is accepted here: the value is the same whole number. A fraction of a second is cut off, as from any other text. */
const ONLY_HERE: readonly string[] = ['-0', '1.0', '1e2', '3.4e38', '"1704103872.25"'];

/** The same value in one spelling. */
function plain(type: string, text: unknown): unknown {
  if (type === 'Float32') return Math.fround(Number(text));
  if (type === 'Float64') return Number(text);
  if (type.startsWith('Decimal')) return String(text).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '').replace(/^-0$/, '0');
  return type.startsWith('FixedString') ? String(text).replace(/\0+$/, '') : text;
}

test.skipIf(!clickHouse).each(CASES)('%s', async (type, values) => {
  const reader = rowReader({ name: 'one', columns: [{ name: 'v', type: parseType(type) }] });
  const here: unknown[] = [];
  const there: unknown[] = [];
  for (const value of values) {
    const json = `{"v":${value}}`;
    const reading = reader.readRow(json);
    expect(reader.judgeRow(json)).toBe(reading.kind === 'row' ? 'fits' : reading.kind);
    if (reading.kind !== 'row') continue;
    const quoted = json.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    const shown = type.includes('DateTime') ? "toString(toTimeZone(v, 'UTC'))" : 'toString(v)';
    const sql = `SELECT ${shown} FROM format(JSONEachRow, 'v ${type.replaceAll("'", "\\'")}', '${quoted}') SETTINGS date_time_input_format = 'best_effort'`;
    const theirs = await clickHouse?.query(sql).then((result) => plain(type, result.data[0]?.[0]), () => 'refused');
    if (ONLY_HERE.includes(value) && (theirs === 'refused' || theirs === '-0' || Object.is(theirs, -0))) continue;
    here.push([value, plain(type, reading.values[0])]);
    there.push([value, theirs]);
  }
  expect(here.length).toBeGreaterThan(0);
  expect(here).toEqual(there);
});

/** Every output format against real ClickHouse, byte for byte. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseQuery } from '../../engine/sql/parse.ts';
import { translate } from '../../engine/sql/translate.ts';
import { openDatabase, type Database } from '../../engine/workspace/database.ts';
import { getFormat, type QueryResult } from '../../engine/workspace/result-format.ts';
import { openClickHouse } from '../oracle/clickhouse.ts';

const clickHouse = openClickHouse();
const folder = mkdtempSync(join(tmpdir(), 'sandpiper-format-'));
let database: Database;

beforeAll(async () => {
  database = await openDatabase(join(folder, 'format.duckdb'));
});

afterAll(async () => {
  clickHouse?.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function resultOf(sql: string): Promise<QueryResult> {
  const translation = translate(parseQuery(sql), { catalog: { findTable: () => undefined, tableNames: () => [] } });
  const reader = await database.query(translation.duckdbSql);
  const totals = translation.totalsSql === undefined ? undefined : (await database.query(translation.totalsSql)).getRows()[0];
  const before = translation.countSql === undefined ? undefined : Number((await database.query(translation.countSql)).getRows()[0]?.[0]);
  return {
    columns: translation.columns, values: reader.getColumns(), rowCount: reader.currentRowCount, elapsedSeconds: 0, rowsRead: 0, bytesRead: 0, sql, duckdbSql: translation.duckdbSql,
    ...(totals ? { totals } : {}), ...(before === undefined ? {} : { rowsBeforeLimit: before }),
  };
}

/** The statistics differ from run to run; the oracle's texts may end in one line feed too many, or in what its buffer held before. */
const comparable = (text: string) => text.replace(/,\s*"statistics":[\s\S]*$/, '').replace(/\}\n0+$/, '}').trimEnd();

const FORMATS = ['JSON', 'JSONCompact', 'JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames', 'CSVWithNamesAndTypes', 'TSV', 'TSVWithNames', 'TSVWithNamesAndTypes', 'PrettyCompact', 'JSONStrings', 'JSONCompactStrings', 'JSONColumns', 'JSONStringsEachRow', 'JSONCompactEachRowWithNames', 'JSONCompactEachRowWithNamesAndTypes', 'TSVRaw', 'TSVRawWithNames', 'Values', 'Vertical', 'Null'];
const SETTINGS = 'SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_quote_denormals = 0, output_format_json_escape_forward_slashes = 1, output_format_pretty_single_large_number_tip_threshold = 0';

test.skipIf(!clickHouse).each([
  ['integers up to 256 bits', "SELECT 18446744073709551615 AS u, -9223372036854775808 AS i, toInt128('170141183460469231731687303715884105727') AS i128, toUInt8(200) AS u8, true AS b"],
  ['floats of every size', 'SELECT 1.5 AS a, 1e300 AS b, 1e21 AS c, 1e20 AS d, 1e-7 AS e, 0.0001 AS f, -0.0 AS g, toFloat32(0.1) AS h, 12345678.9 AS i, toFloat32(16777216) AS j, toFloat64(1) AS k'],
  ['numbers that are none', 'SELECT nan AS n, inf AS i, -inf AS m, [1.5, nan] AS a'],
  ['decimals without the zeros at their end', "SELECT toDecimal64('1.50', 2) AS a, toDecimal64('0.00', 2) AS b, toDecimal128('123456789012345678.9', 5) AS c, toDecimal32('-0.05', 2) AS d"],
  ['days and moments, in their zones', "SELECT toDate('2024-01-02') AS d, toDateTime('2024-01-02 03:04:05') AS t, toDateTime64('2024-01-02 03:04:05.123456', 6) AS t6, toDateTime('2024-01-02 03:04:05', 'Europe/Berlin') AS z, toDate32('1950-05-05') AS d32"],
  ['arrays, also of arrays', "SELECT [1, 2] AS a, ['a', 'b\\'c', 'd/e', '\"', 'x\\ty\\\\'] AS s, [[1], [2, 3]] AS n, [toDate('2024-01-01')] AS d, [NULL, 1] AS o, [] AS e"],
  ['tuples', "SELECT (1, 'a/b') AS t, ('x', (2, [3])) AS u, [(1, 'y')] AS a"],
  ['NULL and what may be it', "SELECT NULL AS n, toNullable(1) AS t, CAST(NULL AS Nullable(String)) AS s, toNullable('x') AS p"],
  ['identifiers and enums', "SELECT toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS u, CAST('a', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)') AS e"],
  ['letters of all the world', "SELECT 'üñï €' AS s, '' AS e, 'a,b' AS c, 'q\"q' AS q"],
  ['rows under a limit', 'SELECT number, toString(number) AS s FROM numbers(3) ORDER BY number DESC LIMIT 10'],
  ['a dozen rows', 'SELECT number, toString(number * 1000) AS s FROM numbers(12)'],
  ['no row', 'SELECT number FROM numbers(0)'],
  ['totals', 'SELECT number % 3 AS k, count() AS c FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k'],
  ['names of columns that need care', 'SELECT 1 AS `a/b`, 2 AS `x"y`'],
])('%s are written as ClickHouse writes them', async (_what, sql) => {
  const result = await resultOf(sql);
  const ours = Object.fromEntries(FORMATS.map((name) => [name, comparable(getFormat(name).write(result, { timeZone: 'UTC' }))]));
  const theirs = Object.fromEntries(await Promise.all(FORMATS.map(async (name) => [name, comparable((await clickHouse?.text(`${sql} ${SETTINGS}`, name)) ?? '')] as const)));
  expect(ours).toEqual(theirs);
});

test.skipIf(!clickHouse).each([
  ['control characters', "SELECT 'x/y\"\\'\\\\\\n\\t\\r\\b\\f\\x01\\x7f' AS s, ['\\n\\''] AS a"],
  ['separators of lines that JSON escapes', "SELECT 'a\u2028b\u2029c' AS s"],
])('%s are escaped as ClickHouse escapes them', async (_what, sql) => {
  const names = FORMATS.filter((name) => name !== 'PrettyCompact');
  const result = await resultOf(sql);
  const ours = Object.fromEntries(names.map((name) => [name, comparable(getFormat(name).write(result, { timeZone: 'UTC' }))]));
  const theirs = Object.fromEntries(await Promise.all(names.map(async (name) => [name, comparable((await clickHouse?.text(`${sql} ${SETTINGS}`, name)) ?? '')] as const)));
  expect(ours).toEqual(theirs);
});

const METRICS = `SELECT * FROM VALUES('name String, type Nullable(String), help Nullable(String), labels Map(String, String), value Float64, timestamp Int64',
  ('z', NULL, NULL, map('b', '1', 'a', 'x"y\\\\z'), 1, 0), ('z', 'gauge', 'first', map(), nan, 5), ('z', 'counter', 'second', map('c', 'line\\nfeed'), 1e20, 0), ('a', NULL, NULL, map(), -inf, 0),
  ('h', 'histogram', 'In\\ntwo lines', map('le', '+Inf'), 3, 0), ('h', '', '', map('le', '2.5', 'p', 'q'), 1, 0), ('h', '', '', map('le', '10'), 2, 0), ('h', '', '', map('count', ''), 3, 0), ('h', '', '', map('sum', ''), 9, 0),
  ('s', 'summary', '', map('quantile', '0.5'), 3, 0), ('s', '', '', map('sum', '', 'p', 'q'), 4, 0), ('s', '', '', map('count', '', 'p', 'q'), inf, 0))`;

test.skipIf(!clickHouse)('metrics are written for Prometheus as ClickHouse writes them', async () => {
  const write = async (sql: string) => getFormat('Prometheus').write(await resultOf(sql), { timeZone: 'UTC' });
  const small = "SELECT 'x' AS name, 1 AS value, 'f' AS other";
  expect([await write(METRICS), await write(small)].map((text) => text.trimEnd())).toEqual([await clickHouse?.text(METRICS, 'Prometheus'), await clickHouse?.text(small, 'Prometheus')].map((text) => text?.trimEnd()));
});

test('what is no metric is refused with the column', async () => {
  const refused = async (sql: string) => {
    const result = await resultOf(sql);
    try {
      return getFormat('Prometheus').write(result, { timeZone: 'UTC' });
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect([await refused('SELECT 1 AS value'), await refused("SELECT 'x' AS name"), await refused("SELECT 'x' AS name, 'y' AS value")]).toEqual([
    'The format Prometheus needs a column name.', 'The format Prometheus needs a column value.', 'The format Prometheus cannot write value of type String: it is a number.',
  ]);
});

test('a format that is not written here is refused with those that are', () => {
  expect(() => getFormat('Avro')).toThrow('The format Avro is not supported. Use one of JSON,');
});

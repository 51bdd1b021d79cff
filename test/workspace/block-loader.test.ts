import { afterAll, beforeAll, expect, test } from 'vitest';
import { duck } from '../../engine/sql/duck.ts';
import { loadBlock, AmbiguousColumns, type BlockOutcome } from '../../engine/workspace/block-loader.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';
import { countLines } from '../../engine/workspace/lines.ts';
import { column, createTables, openTables, type OpenTables } from './open-tables.ts';

let tables: OpenTables;
let count = 0;
beforeAll(async () => {
  tables = await openTables();
});
afterAll(() => tables.close());

const TYPES = [
  'Int8', 'UInt8', 'Int16', 'Int32', 'UInt32', 'Int64', 'UInt64', 'Int128', 'UInt256', 'Int256', 'Float32', 'Float64', 'Bool', 'Decimal(9, 0)', 'Decimal(10, 2)', 'Decimal(38, 10)', 'String', 'FixedString(3)',
  'UUID', 'IPv4', "Enum8('a' = 1, 'b' = 2)", 'Date', 'Date32', 'DateTime', 'DateTime64(3)', 'DateTime64(6)', 'DateTime64(9)', 'LowCardinality(String)', 'Nullable(Int32)', 'Nullable(String)', 'LowCardinality(Nullable(String))',
  'Array(String)', 'Array(LowCardinality(String))', 'Array(Int8)', 'Array(UInt16)', 'Array(Int32)', 'Array(UInt64)', 'Array(Int256)', 'Array(Float64)', 'Array(Float32)', 'Array(Nullable(Int32))', 'Array(Array(Int8))', 'Map(String, Int32)',
];

const VALUES = [
  '0', '-0', '0.0', '-0.0', '1', '-1', '127', '128', '255', '256', '-128', '-129', '32768', '2147483648', '4294967295', '4294967296', '9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808',
  '18446744073709551615', '18446744073709551616', '170141183460469231731687303715884105727', '170141183460469231731687303715884105728', '340282366920938463463374607431768211456', '1e2', '1E2', '1.0', '1.50', '1.5e0', '0.1', '123456789.01', '99999999.99', '100000000', '1e-7', '3.4e38', '3.5e38', '1e39', '1.7e308', '1E400', '-1e400',
  'NaN', 'nan', 'Infinity', '-inf', 'true', 'false', 'null', '""', '" "', '"a"', '"b"', '"ab"', '"abc"', '"abcd"', '"é"', '"éa"', '"1"', '"-1"', '"+1"', '"01"', '" 1"', '"1 "', '"1.0"', '"1.5"', '"1e5"', '"1_000"', '"0x1F"', '"1,5"', '"."', '"-"', '"-."', '"-.5"', '"5e"', '"e5"', '".5"', '"5."', '"1.2.3.4"', '"01.2.3.4"', '"256.1.1.1"', '"1.2.3"',
  '"true"', '"false"', '"null"', '"nan"', '"Infinity"', '"{}"', '"[]"', '"{"', '"["', '"{\\"a\\":1}"', '"\\\\"', '"\\u0000"', '"a\\u0000"', '"\\u00e9"', '"\\/"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\"q\\""', '{}', '[]', '{"a": 1.0}', '[1, 2]', '{"b":{"c":[]}}',
  '"00000000-0000-0000-0000-000000000000"', '"61F0C404-5CB3-11E7-907B-A6006AD3DBA0"', '"61f0c4045cb311e7907ba6006ad3dba0"', '"{61f0c404-5cb3-11e7-907b-a6006ad3dba0}"', '"61f0c404-5cb3-11e7-907b-a6006ad3dba"',
  '"2024-01-01"', '"2024-1-1"', '"2024-02-29"', '"2023-02-29"', '"1969-12-31"', '"1970-01-01"', '"2149-06-06"', '"2149-06-07"', '"1900-01-01"', '"2299-12-31"', '"2300-01-01"', '"0000-00-00"', '"9999-12-31"', '"2024-01-01 "', '"2024-01-01 10:11"', '"2024-01-01 10:11:12"', '"2024-01-01T10:11:12"', '"2024-01-01T10:11:12Z"',
  '"2024-01-01T10:11:12z"', '"2024-01-01 10:11:12.9"', '"2024-01-01 10:11:12.999999999Z"', '"2024-01-01 10:11:12.1234567891"', '"2024-01-01 10:11:12."', '"2024-01-01 24:00:00"', '"2024-01-01 23:59:60"', '"2024-01-01 10:11:12+02"', '"2024-01-01T10:11:12-05:30"', '"1969-12-31 23:59:59"', '"2106-02-07 06:28:15"', '"2106-02-07 06:28:16"', '"2106-02-07 06:28:15.9"', '"1900-01-01 00:00:00"', '"1899-12-31 23:59:59"',
  '"2262-04-11 23:47:15"', '"2262-04-11 23:47:16"', '"2299-12-31 23:59:59.999999"', '"2299-12-31T23:59:59.9999999Z"', '"2300-01-01 00:00:00"', '"infinity"', '"epoch"', '"2024-01-01 10:11:12 UTC"', '"2024-01-01 (BC)"', '1704103872', '"1704103872"', '"1704103872.5"', '1704103872123', '1704103872123456789', '99999999999999', '999999999', '"999999999"', '"0999999999"', '9999999999', '19000', '["a","b"]', '[ "a" , 1 ]', '["\\n"]', '[1.0]', '[-0]', '[-0.0]', '[127]', '[128]', '[-129]', '[1e2]', '[1E400]', '[1.5, 2]', '[null]', '["1"]', '[true]', '[99999]', '[65536]', '[18446744073709551615]', '[18446744073709551616]', '[[1]]', '[{}]', '[1,]', '{"a":1}', '["é\u0000"]',
];

/** Reads every column bare, or as JSON where it can be. */
class Fixed extends AmbiguousColumns {
  constructor(columns: readonly number[]) {
    super();
    this.columns = new Set(columns);
  }
  override lookAt(): void {
    return undefined;
  }
}

/** What of the block is loaded and what rejected, in bulk or row by row. */
async function load({ columns }: IngestTable, lines: readonly string[], bulk: boolean, ambiguous = new AmbiguousColumns()): Promise<{ outcome: BlockOutcome; rows: unknown; quarantine: unknown }> {
  const { database, rows } = tables;
  count += 1;
  const table: IngestTable = { name: `table_${count}`, columns };
  await createTables(database, [table]);
  const bytes = Buffer.from(lines.join('\n'));
  const { lines: all, blank, longestLine, notObjects } = countLines(bytes);
  const outcome = await database.write((connection) =>
    loadBlock({ connection, stagingFolder: database.stagingFolder, table, importId: null, now: new Date(0), bulk, ambiguous }, { bytes, lines: all - blank, longestLine, notObjects }),
  );
  return { outcome, rows: await rows(`SELECT * FROM ${table.name} ORDER BY n`), quarantine: await rows(`SELECT c__error, c__error_column, v, c__raw FROM ${table.name}_quarantine ORDER BY n`) };
}

test.each(TYPES)('in bulk and row by row, %s takes and rejects the same values', async (type) => {
  const lines = [...VALUES, undefined].flatMap((value, n) => (value === undefined ? [`{"n":${n}}`] : [`{"n":${n},"v":${value}}`, `{ "v" : ${value} , "n" : ${n}.0 }`]));
  for (const defaultSql of [undefined, duck`NULL`]) {
    const table: IngestTable = { name: 'one', columns: [column('n', 'UInt32'), column('v', type, defaultSql ? { defaultSql } : {})] };
    const byRow = await load(table, lines, false);
    expect(byRow.outcome.loaded + byRow.outcome.quarantined).toBe(lines.length);
    expect(byRow.outcome.loaded).toBeGreaterThan(0);
    for (const ambiguous of [new AmbiguousColumns(), new Fixed([]), new Fixed([1])]) expect(await load(table, lines, true, ambiguous)).toEqual(byRow);
  }
});

test('lines that are no rows of their own never harm their neighbours', async () => {
  const table: IngestTable = { name: 'one', columns: [column('n', 'Nullable(Int32)'), column('v', 'Nullable(String)')] };
  const lines = ['{"n":1,', '"v":"a"}', '{"n":2,"v":{"a":1}', ',"x":2}', '[', '{"n":3}', ']', '{', '}', '{}', '{"n":4}{"n":5}', '{"n":6} {', 'null', '"x"', '\v{"n":7}\f', `{"n":8,"v":${'['.repeat(3000)}${']'.repeat(3000)}}`];
  const byRow = await load(table, lines, false);
  expect(await load(table, lines, true)).toEqual(byRow);
  expect(byRow.outcome).toEqual({ loaded: 3, quarantined: 13 });
});

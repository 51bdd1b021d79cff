/** What line-judge.ts says fits, row-reader.ts takes; and it is sure of the rows that clients send every day. */
import { expect, test } from 'vitest';
import { duck } from '../../engine/sql/duck.ts';
import type { IngestColumn } from '../../engine/workspace/ingest-table.ts';
import { rowReader } from '../../engine/workspace/row-reader.ts';
import { JSON_VALUES, INGEST_TYPES } from './json-values.ts';
import { column } from './open-tables.ts';

/** For each row whether the judge is sure; throws where it is and the reader refuses. */
function sure(columns: readonly IngestColumn[], rows: readonly string[]): boolean[] {
  const reader = rowReader({ name: 'one', columns });
  return rows.map((row) => {
    const bytes = Buffer.from(row);
    const isSure = reader.judgeLine(bytes, 0, bytes.length) === bytes.length;
    if (isSure && reader.readRow(row).kind !== 'row') throw new Error(`Not a row: ${row}`);
    return isSure;
  });
}

test.each(INGEST_TYPES)('what it is sure of, %s takes', (type) => {
  const rows = [...JSON_VALUES.flatMap((value) => [`{"v":${value}}`, `{ "other" : ${value} , "v" : ${value} }`, `{"v":[${value}]}`, `{"v":{"k":${value}}}`]), '{}', '{"w":1}'];
  const plain = sure([column('v', type)], rows);
  const byDefault = sure([column('v', type, { defaultSql: duck`NULL` }), column('w', type, { defaultSql: duck`NULL`, jsonPath: '$.v' })], rows);
  expect(plain.filter(Boolean).length).toBeGreaterThan(0);
  expect(byDefault.filter(Boolean).length).toBeGreaterThanOrEqual(plain.filter(Boolean).length);
});

const COLUMNS = [
  column('id', 'UInt64'), column('at', 'DateTime'), column('seen', 'DateTime64(3)'), column('day', 'Date'), column('user', 'LowCardinality(String)'), column('n', 'Nullable(Int32)'), column('x', 'Float64'),
  column('ok', 'Bool'), column('city', 'String', { jsonPath: '$.geo.city' }), column('zip', 'Nullable(String)', { jsonPath: '$.geo.zip' }), column('tags', 'Array(String)', { jsonPath: '$.tags[:]' }),
  column('skus', 'Array(Int32)', { jsonPath: '$.items[:].sku' }), column('m', 'Map(String, Float64)'), column('kind', "Enum8('a' = 1, 'ü' = 2)"), column('uuid', 'UUID'), column('price', 'Decimal(10, 2)'), column('all', 'String', { jsonPath: '$' }),
];
const ROW: Readonly<Record<string, unknown>> = {
  id: 900719925474099, at: '2026-11-23T17:00:01.123Z', seen: '2026-11-23 17:00:01.123', day: '2026-11-30', user: 'ü "quoted" \n', n: null, x: -1.5, ok: true, geo: { city: 'Ávila', more: [1, { a: null }] },
  tags: ['a', 'b'], items: [{ sku: 7 }, { sku: 8, x: 'y' }], m: { a: 1, b: 2.5 }, kind: 'ü', uuid: '61f0c404-5cb3-11e7-907b-a6006ad3dba0', price: 12.5, unknown: { deep: [[]] },
};

test('it is sure of everyday rows, in any order of keys, with nested paths, unknown keys and escapes', () => {
  const reordered = Object.fromEntries(Object.entries(ROW).reverse());
  const text = { ...ROW, id: '900719925474099', at: 1_763_917_201, seen: 1_763_917_201_123, n: 5, geo: { zip: null, city: 'x' } };
  expect(sure(COLUMNS, [JSON.stringify(ROW), JSON.stringify(ROW, undefined, 1).replaceAll('\n', ' '), JSON.stringify(reordered), JSON.stringify(text)])).toEqual([true, true, true, true]);
});

test('it is sure of no row that is cut anywhere, nor of one whose bytes were changed into what the reader refuses', () => {
  const row = JSON.stringify(ROW);
  expect(sure(COLUMNS, Array.from({ length: row.length }, (_, length) => row.slice(0, length))).every((one) => !one)).toBe(true);
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const spoilt = Array.from({ length: 20_000 }, () => {
    const bytes = [...row];
    for (let change = next(3); change >= 0; change -= 1) bytes[next(bytes.length)] = '{}[]",:\\0123456789.eE+- ntfu/\u0001é'.charAt(next(34));
    return bytes.join('');
  });
  expect(sure(COLUMNS, spoilt).filter(Boolean).length).toBeLessThan(spoilt.length);
});

test('a key twice, a key with an escape and a column that is both a text and a parent are left to the reader', () => {
  expect(sure([column('a', 'Int8')], ['{"a":1,"a":"x"}', '{"\\u0061":1}', '{"a":1,"b":2,"b":3}'])).toEqual([false, false, true]);
  expect(sure([column('a', 'String'), column('b', 'Int8', { jsonPath: '$.a.b' })], ['{"a":{"b":1}}'])).toEqual([false]);
});

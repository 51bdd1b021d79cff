import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { inferSchema } from '../../engine/workspace/infer-schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandpiper-infer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function infer(name: string, content: string | Buffer) {
  writeFileSync(join(folder, name), content);
  return inferSchema(join(folder, name));
}

async function types(rows: readonly string[]): Promise<Record<string, string>> {
  const { columns } = await infer('rows.ndjson', rows.join('\n'));
  return Object.fromEntries(columns.map(({ name, type, jsonPath, note }) => [name, [type, jsonPath === `$.${name}` ? '' : jsonPath, note ?? ''].filter((part) => part !== '').join(' | ')]));
}

test('the type of a key holds all of its values, from the first line to the last', async () => {
  expect(
    await types([
      '{"b":true,"i":1,"n":-1,"u":3000000000,"l":9007199254740993,"ul":18446744073709551615,"h":123456789012345678901234567890,"huge":1234567890123456789012345678901234567890,"f":1,"big":1e20,"mixed":1,"s":"x","digits":"12345678901234567890"}',
      '{"b":false,"i":2,"n":2,"u":1,"l":-2,"ul":1,"h":1,"huge":1,"f":1.5,"big":2,"mixed":"1","s":"y","digits":"7"}',
    ]),
  ).toEqual({
    b: 'Bool', i: 'Int32', n: 'Int32', u: 'Int64', l: 'Int64', ul: 'UInt64', h: 'Int128 | integers beyond 64 bits', huge: 'String | integers beyond 128 bits, kept as text', f: 'Float64', big: 'Float64',
    mixed: 'String | values of several kinds (numbers, texts), kept as text', s: 'String', digits: 'String | all values are integers written as text',
  });
});

test('times, dates, UUIDs and few different texts are seen in texts', async () => {
  const row = (index: number) =>
    JSON.stringify({
      d: '2024-01-02', t: '2024-01-02 03:04:05', z: '2024-01-02T03:04:05.123Z', micro: index % 2 ? '2024-01-02T03:04:05.123456Z' : '2024-01-02 03:04:05', off: '2024-01-02T03:04:05+02:00', both: index % 2 ? '2024-01-02' : '2024-01-02 03:04:05',
      not: index === 199 ? '2024-02-30' : '2024-02-28', old: '1950-01-01 00:00:00', id: `61f0c404-5cb3-11e7-907b-${String(index).padStart(12, '0')}`, kind: ['a', 'b', 'c'][index % 3], name: `n${index}`,
    });
  expect(await types(Array.from({ length: 200 }, (_, index) => row(index)))).toEqual({
    d: 'Date', t: 'DateTime', z: 'DateTime64(3)', micro: 'DateTime64(6)', off: 'DateTime | with offsets from UTC, which are applied: values are kept in UTC', both: 'DateTime',
    not: 'LowCardinality(String)', old: 'LowCardinality(String)', id: 'UUID', kind: 'LowCardinality(String)', name: 'String',
  });
});

test('missing and null values make Nullable; a key of the last line is not lost; nested keys become columns', async () => {
  expect(
    await types([
      '{"a":1,"o":{"x":1,"y":{"z":"t"}},"tags":["p","q"],"ns":[1,null],"items":[{"x":1}],"empty":{},"mix":{"k":1}}',
      '{"a":null,"o":{"x":2},"tags":[],"ns":[2.5],"items":[],"empty":{},"mix":5}',
      '{"a":3,"o":{"x":3,"y":{"z":"u"}},"tags":["r"],"ns":[],"items":[{"y":2}],"empty":{},"mix":{"k":2},"late.key":true}',
    ]),
  ).toEqual({
    a: 'Nullable(Int32)', o_x: 'Int32 | $.o.x', o_y_z: 'Nullable(String) | $.o.y.z', tags: 'Array(String) | $.tags[:]', ns: 'Array(Nullable(Float64)) | $.ns[:]', items: 'String | arrays of objects or arrays, kept as JSON text',
    empty: 'String | objects, kept as JSON text', mix: 'String | values of several kinds (numbers, objects), kept as text', late_key: "Nullable(Bool) | $['late.key']",
  });
});

test('lines, blanks, malformed lines, places, samples and suggestions, of plain and packed files', async () => {
  const text = ['{"user_id":"u1","at":"2024-01-01 00:00:00","n":1}', '', 'oops', '{"user_id":"u2","at":"2024-01-01 00:00:01","n":null}', '[]', '{"user_id":"u1","at":"2024-01-01 00:00:02"}'].join('\n');
  const expected = {
    lines: 6, blank: 1, malformedCount: 2,
    malformed: [{ line: 3, message: 'the line is not JSON: a value was expected (character 1)', text: 'oops' }, { line: 5, message: 'the line is not a JSON object', text: '[]' }],
    columns: [
      { name: 'user_id', jsonPath: '$.user_id', type: 'String', present: 3, firstLine: 1, lastLine: 6, samples: ['"u1"', '"u2"'] },
      { name: 'at', jsonPath: '$.at', type: 'DateTime', present: 3, firstLine: 1, lastLine: 6, samples: ['"2024-01-01 00:00:00"', '"2024-01-01 00:00:01"', '"2024-01-01 00:00:02"'] },
      { name: 'n', jsonPath: '$.n', type: 'Nullable(Int32)', present: 1, firstLine: 1, lastLine: 4, samples: ['1'] },
    ],
    suggestedName: 'my_events_2024', suggestedSortingKey: 'at, user_id', suggestedPartitionKey: 'toYYYYMM(at)',
  };
  expect(await infer('My events-2024.ndjson', text)).toEqual({ ...expected, fileName: 'My events-2024.ndjson', sizeBytes: text.length });
  const packed = gzipSync(text);
  expect(await infer('my-events.2024.jsonl.gz', packed)).toEqual({ ...expected, fileName: 'my-events.2024.jsonl.gz', sizeBytes: packed.length });
});

test('JSON arrays and CSV are read too', async () => {
  const columns = async (name: string, text: string) => (await infer(name, text)).columns.map((column) => [column.name, column.type, column.firstLine]);
  const expected = [['id', 'Int64', 2], ['when', 'DateTime', 2], ['amount', 'Nullable(Float64)', 2], ['is_on', 'Bool', 2]];
  expect(await columns('a.json', '[\n{"id":3000000000,"when":"2024-01-01 00:00:00","amount":1.5,"is_on":true},\n{"id":1,"when":"2024-01-01 00:00:00","amount":null,"is_on":false}]')).toEqual(expected);
  expect(await columns('a.csv', 'id,when,amount,is_on\n3000000000,2024-01-01 00:00:00,1.5,true\n1,"2024-01-01 00:00:00",,false\n')).toEqual(expected);
});

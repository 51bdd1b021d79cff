/** Five thousand random texts and long repeated ones: models, problems in place and SandpiperErrors, and nothing else. `node test/oracle/robust.mjs` is the long run. */
import { expect, test } from 'vitest';
import { DOORS } from '../oracle/robust/doors.ts';
import { pushRandom, pushRepeated, push, type Broken } from '../oracle/robust/runner.ts';

test('random and mutated texts break nothing', () => {
  expect(pushRandom(20_241, 0, 5_000)).toEqual([]);
}, 120_000);

test('one piece repeated a thousand characters long overflows no stack', () => {
  const broken: (Broken | undefined)[] = [...pushRepeated(1_000)].filter((one) => one !== undefined);
  expect(broken).toEqual([]);
}, 120_000);

test.each([
  ['SQL', `SELECT ${'('.repeat(100_000)}`], ['SQL', `SELECT ${'NOT '.repeat(25_000)}1`], ['SQL', `SELECT ${'a.'.repeat(50_000)}b`], ['SQL', `SELECT ${'-'.repeat(3)} ${'- '.repeat(50_000)}1`], ['SQL', `SELECT 1${' + 1'.repeat(25_000)}`],
  ['SQL', `SELECT 1 WHERE ${'1 AND '.repeat(16_000)}1`], ['SQL', `SELECT ${'CASE WHEN 1 THEN '.repeat(6_000)}1`], ['SQL', `SELECT ${'x -> '.repeat(20_000)}1`], ['SQL', `SELECT ${'SELECT 1 UNION ALL '.repeat(5_000)}SELECT 1`], ['SQL', `SELECT * FROM ${'(SELECT * FROM '.repeat(6_000)}t`],
  ['type', `${'Array('.repeat(16_000)}Int8${')'.repeat(16_000)}`], ['template', `{{${'('.repeat(100_000)}}}`], ['template', '{% if x %}'.repeat(10_000)], ['template', `{{${"'a' + ".repeat(14_000)}'a'}}`], ['x.pipe', 'NODE a\n'.repeat(14_000)], ['x.pipe', `%${'%'.repeat(100_000)}`], ['x.datasource', 'SCHEMA >\n'.repeat(11_000)], ['x.datasource', `SCHEMA >\n    ${'a UInt8,\n'.repeat(11_000)}`], ['parameters', "'".repeat(100_000)],
])('%s of a hundred thousand characters is answered', (door, text) => {
  expect(push(door, text)).toBeUndefined();
}, 60_000);

test('there is a door for each reader of text', () => {
  expect(DOORS.map(({ name }) => name)).toEqual(['x.datasource', 'x.pipe', 'x.connection', 'x.incl', 'template', 'parameters', 'SQL', 'SQL expression', 'type']);
});

const EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  SQL: ['SELECT W(1)', 'SELECT 1::W', "SELECT CAST(1, 'Array(W)')", "SELECT dateDiff('W', d, d) FROM t", "SELECT date_trunc('W', d) FROM t", 'SELECT sumW(1)', 'SELECT * FROM W', 'SELECT tup.W FROM t', "SELECT CAST(1, 'AggregateFunction(W, Int8)')", 'SELECT {W: String}', 'SELECT {p: W}', 'SELECT * APPLY W FROM t', "SELECT arrayReduce('W', arr) FROM t", 'SELECT 1 SETTINGS W = 1', 'SELECT a AS W, W + 1 FROM t'],
  type: ['W', 'W(1)', 'Tuple(W W)', 'AggregateFunction(W, Int8)', 'Interval W'],
  template: ['{{W}}', '{{W(x)}}', '{{x.W()}}', "{{'a'.W()}}", "{{{'a': 1}['W']}}", "{{Array(x, 'W')}}", '{% W x %}', "{{String(x, W='a')}}", "{{'%(W)s' % {'W': 1}}}"],
  'x.datasource': ['SCHEMA >\n    W W', 'W "x"', 'ENGINE "W"\nENGINE_W "x"', 'TOKEN W W'],
  'x.pipe': ['NODE W\nSQL >\n    SELECT 1\nTYPE W', 'W x', 'COPY_MODE W'],
  'x.connection': ['TYPE W', 'W x'],
};

test('words that every object of JavaScript has are words like others', () => {
  const broken = Object.entries(EVERYWHERE).flatMap(([door, texts]) => texts.flatMap((text) => ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'].map((word) => push(door, text.replaceAll('W', word)))));
  expect(broken.filter((one) => one !== undefined)).toEqual([]);
});

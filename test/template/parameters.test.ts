/** Parameters are found without running the template. */
import { expect, test } from 'vitest';
import { parseTemplate } from '../../engine/template/parse.ts';
import { discoverParameters, sampleValue } from '../../engine/template/parameters.ts';
import { render } from '../../engine/template/render.ts';

function discovered(...texts: readonly string[]): unknown[] {
  return discoverParameters(texts.map(parseTemplate)).map(({ spans, ...parameter }) => ({ ...parameter, uses: spans.length }));
}

test('type, default, description, choices and example come from the call', () => {
  expect(discovered("{{Array(features, 'Int32', '1,2', description='Only these', example='3')}} {{String(unit, 'day', enum=['day', 'week'])}} {{Int32(n, default=-5)}} {{Boolean(b, True)}} {{Float64(f, 1.0, format='x')}} {{Array(l, 'String', ['a', 'b'])}}")).toEqual([
    { name: 'features', type: 'Array(Int32)', required: false, defaultValue: '1,2', description: 'Only these', example: '3', uses: 1 },
    { name: 'unit', type: 'String', required: false, defaultValue: 'day', enum: ['day', 'week'], uses: 1 },
    { name: 'n', type: 'Int32', required: false, defaultValue: '-5', uses: 1 },
    { name: 'b', type: 'Boolean', required: false, defaultValue: '1', uses: 1 },
    { name: 'f', type: 'Float64', required: false, defaultValue: '1.0', format: 'x', uses: 1 },
    { name: 'l', type: 'Array(String)', required: false, defaultValue: 'a,b', uses: 1 },
  ]);
});

test('a parameter is required where nothing around its use asks for it', () => {
  expect(discovered("{{String(a)}} {% if defined(b) %}{{Date(b)}}{% end %} {% if c == 'x' %}1{% elif defined(d) and Int32(d) > 1 %}2{% end %} {{e}} {{String(f, defined=False)}} {{String(g, required=False)}} {{String(h, 'x', required=True)}}").map((parameter) => Object.values(parameter as object).slice(0, 3))).toEqual([
    ['a', 'String', true], ['b', 'Date', false], ['c', 'String', false], ['d', 'Int32', false], ['e', 'String', true], ['f', 'String', false], ['g', 'String', false], ['h', 'String', true],
  ]);
});

test('names that the template sets are no parameters, unless used before', () => {
  expect(discovered('{% set limit = Int32(limit, 10) %}{{limit}}{% for x in xs.split(",") %}{{x}}{% end %}{{[y for y in ys]}}{{len(zs)}}').map((parameter) => Object.values(parameter as object)[0])).toEqual(['limit', 'xs', 'ys', 'zs']);
});

test('names in helper functions only say so', () => {
  expect(discovered("{% if defined(a) %}1{% end %}{{column(b, 'ts')}}{{split_to_array(c, 'x,y')}}")).toEqual([
    { name: 'a', type: 'String', required: false, usedIn: 'function_call', uses: 1 },
    { name: 'b', type: 'Column', required: false, defaultValue: 'ts', usedIn: 'function_call', uses: 1 },
    { name: 'c', type: 'String', required: false, defaultValue: 'x,y', usedIn: 'function_call', uses: 1 },
  ]);
});

test('uses in several nodes are merged: output decides the type, the last default and description count', () => {
  expect(discovered("{% if Int64(a) > 1 %}{% end %}{{DateTime(t, '2024-01-01 00:00:00')}}", "{{String(a, 'first', description='one')}}{{DateTime64(t)}}", "{{UInt8(a, 2, description='two')}}{{DateTime(t)}}")).toEqual([
    { name: 'a', type: 'UInt8', required: true, defaultValue: '2', description: 'two', uses: 3 },
    { name: 't', type: 'DateTime64', required: true, defaultValue: '2024-01-01 00:00:00', uses: 3 },
  ]);
});

test('spans point at each use, with the template it is in', () => {
  expect(discoverParameters([parseTemplate('{{a}}'), parseTemplate('x {{String(a)}}')])[0]?.spans).toEqual([{ template: 0, span: { start: 2, end: 3 } }, { template: 1, span: { start: 11, end: 12 } }]);
});

test('a sample value of every type renders', () => {
  const types = ['String', 'Boolean', 'Date', 'DateTime', 'DateTime64', 'Int', 'Int8', 'UInt256', 'Float32', 'JSON', 'UUID', 'Symbol'];
  const template = parseTemplate(`${types.map((type, index) => (type === 'JSON' ? `{% set j = JSON(p${index}) %}` : `{{${type}(p${index})}}`)).join(' ')} {{Array(list, 'Date')}}`);
  const values = Object.fromEntries(discoverParameters([template]).map((parameter) => [parameter.name, sampleValue(parameter)]));
  expect(render(template, values).sql).toBe("'a' 1 '2024-01-01' '2024-01-01 00:00:00' '2024-01-01 00:00:00.000' 1 toInt8('1') toUInt256('1') toFloat32('1.0')  '00000000-0000-0000-0000-000000000000' `a` ['2024-01-01']");
});

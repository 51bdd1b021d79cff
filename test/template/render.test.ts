/** What templates render to: quoting, types, control flow, and the exact texts of failures. */
import { expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { parseTemplate } from '../../engine/template/parse.ts';
import { render, type RenderOptions } from '../../engine/template/render.ts';

function rendered(text: string, values: Readonly<Record<string, string>> = {}, options?: RenderOptions): string {
  try {
    return render(parseTemplate(text), values, options).sql;
  } catch (cause) {
    if (cause instanceof SandpiperError) return `${cause.code}: ${cause.message}`;
    throw cause;
  }
}

type Case = readonly [template: string, values: Readonly<Record<string, string>>, sql: string];

function checkAll(cases: readonly Case[]): void {
  expect(cases.map(([text, values]) => [text, rendered(text, values)])).toEqual(cases.map(([text, , sql]) => [text, sql]));
}

test('an attribute where the template does not come changes nothing', () => {
  checkAll([['a{% if defined(x) %}{% if not loop.first %} OR{% end %}{% end %}', {}, 'a']]);
});

test('the documented examples render as documented', () => {
  checkAll([
    ['where a = {{String(a)}}', { a: "O'Hara" }, "where a = 'O\\'Hara'"],
    ['where a like {{String(a)}}', { a: '50%' }, "where a like '50\\%'"],
    ['limit {{Int32(n, 10)}}', {}, "limit toInt32('10')"],
    ['limit {{Int(n, 10)}}', { n: '5' }, 'limit 5'],
    ['x > {{Float32(f)}}', { f: '1' }, "x > toFloat32('1.0')"],
    ['ok = {{Boolean(b)}}', {}, 'ok = 0'],
    ['d >= {{DateTime(d)}}', { d: '2024-01-01T00:00:00Z' }, "d >= '2024-01-01T00:00:00Z'"],
    ["c in {{Array(c, 'String', 'a,b')}}", {}, "c in ['a','b']"],
    ["c in {{Array(c, 'Int32')}}", { c: '1,2' }, 'c in [1,2]'],
    ["order by {{column(o, 'ts')}}", { o: 'meta.size' }, 'order by `meta`.`size`'],
    ["select {{columns(cs, 'a,b')}}", {}, 'select `a`,`b`'],
    ["where {{sql_and(a=String(a, defined=False), b__in=Array(b, 'Int32', defined=False))}}", { b: '1,2' }, 'where b in [1,2]'],
    ['{{max_threads(2)}} select 1', {}, '-- max_threads 2\n select 1'],
    ['{% for last, x in enumerate_with_last(split_to_array(m)) %}{{column(x)}}{% if not last %},{% end %}{% end %}', { m: 'a, b' }, '`a`,`b`'],
    ['where id = {{String(id)}} and k = {{Int32(k)}}', {}, 'parameter: Template Syntax Error: Required parameter is not defined. Check the parameters id and k. Please provide a value or set a default value in the pipe code.'],
    ['{{Int32(k)}}', { k: 'x' }, "parameter: Template Syntax Error: Error validating 'x' to type Int32"],
  ]);
});

test('values of every kind are written by their own rule', () => {
  checkAll([
    ['{{x}}', { x: 'a\\b"c`d\0\r\n\t\b\x1a' }, "'a\\\\b\\\"c\\`d\\0\\r\\n\\t\\b\\z'"],
    ["{{'lit'}} {{5}} {{1.0}} {{True}} {{1e20}} {{0.1 + 0.2}}", {}, "'lit' 5 1.0 True 1e+20 0.30000000000000004"],
    ['{{Int8(a)}} {{UInt256(b)}} {{Int64(c)}}', { a: '-128', b: '1', c: '+7' }, "toInt8('-128') toUInt256('1') toInt64('7')"],
    ['{{Float64(f)}}', { f: '1e5' }, "toFloat64('100000.0')"],
    ['{{Float64(f)}}', { f: 'nan' }, "toFloat64('nan')"],
    ['{{Int32(page, 2) * Int32(size, 10)}}', {}, '20'],
    ['{{7 / 2}} {{7 // 2}} {{-7 // 2}} {{-7 % 3}} {{2 * 3 + 1}}', {}, '3.5 3 -4 2 7'],
    ["{{split_to_array(x)}}", { x: 'a, b' }, "['a', 'b']"],
    ['{{(72, 772)}}', {}, '(72, 772)'],
    ["{{symbol(s)}} {{Column(s)}} {{table(t)}}", { s: 'a.b', t: 'events' }, '`a.b` `a.b` events'],
    ["{{columns(c, 'a', fn='sum')}}", { c: 'a,b' }, 'sum(`a`) as a,sum(`b`) as b'],
    ["{{sql_unescape(x, '%')}}", { x: "%it's%" }, "'%it\\'s%'"],
    ["{{sql_and(a=1, b__gt='x', c__not_in=Array(c), d__lte=None)}}", { c: 'p' }, "a = 1 and b > 'x' and c not in ['p']"],
    ['{{sql_and(a=None)}}', {}, ''],
    ["{{tb_secret('API_KEY')}}", {}, '{API_KEY: String}'],
    ["{{Array(x, 'Float64', [1.5, 2])}}", {}, '[1.5,2.0]'],
    ["{{Array(x)}}", { x: '' }, "['']"],
  ]);
});

test('Boolean is 0 for 0, false and nothing, and 1 for the rest', () => {
  checkAll([
    ['{{Boolean(b)}}', { b: 'FALSE' }, '0'],
    ['{{Boolean(b)}}', { b: '0' }, '0'],
    ['{{Boolean(b)}}', { b: 'no' }, '1'],
    ['{{Boolean(b, 1)}}', {}, '1'],
    ['{% if Boolean(b, True) == 1 %}yes{% end %}', {}, 'yes'],
  ]);
});

test('values that do not fit their type are named in the error', () => {
  const invalid = (type: string, value: string): Case => [`{{${type}(p)}}`, { p: value }, `parameter: Template Syntax Error: Error validating '${value}' to type ${type}`];
  checkAll([
    invalid('Int8', '128'),
    invalid('UInt8', '-1'),
    invalid('UInt32', '+1'),
    invalid('Int32', ''),
    invalid('Int32', '1.0'),
    invalid('Float32', '1_000'),
    invalid('Date', '2024-01-01 00:00:00'),
    invalid('DateTime', '2024-01-01'),
    invalid('DateTime64', '2024-01-01 00:00:00'),
    ["{{Array(x, 'Int32')}}", { x: '1,2,x' }, 'parameter: Template Syntax Error: Error validating [1,2,x][2] (x) to type Int32'],
    ["{{Array(x, 'Int32')}}", { x: '' }, 'parameter: Template Syntax Error: Error validating [][0] (empty string) to type Int32'],
    ['{{Date(p)}}', { p: '2024-99-99' }, "'2024-99-99'"],
    ["{{DateTime64(p, '2024-01-01 00:00:00')}}", {}, "'2024-01-01 00:00:00'"],
  ]);
});

test('required, enum and description change nothing at run time', () => {
  checkAll([
    ["{{String(a, 'x', required=True, enum=['y'], description='d', example='e', format='f')}}", {}, "'x'"],
    ['{{String(a, required=False)}}', {}, 'parameter: Template Syntax Error: Required parameter is not defined. Check the parameters a. Please provide a value or set a default value in the pipe code.'],
  ]);
});

test('control flow runs as in Python', () => {
  checkAll([
    ['{% if x == "a" %}A{% elif x %}B{% else %}C{% end %}', { x: 'a' }, 'A'],
    ['{% if x == "a" %}A{% elif x %}B{% else %}C{% end %}', { x: 'z' }, 'B'],
    ['{% if x == "a" %}A{% elif x %}B{% else %}C{% end %}', {}, 'C'],
    ['{%if defined(x)%}yes{%else%}no{%end%}', { x: '' }, 'yes'],
    ['{% for a, b in [(1, 2), (3, 4)] %}{{a}}-{{b}};{% end %}', {}, '1-2;3-4;'],
    ['{% for i in range(5) %}{% if i == 1 %}{% continue %}{% end %}{% if i == 3 %}{% break %}{% end %}{{i}}{% end %}', {}, '02'],
    ['{% set n = 0 %}{% while n < 3 %}{{n}}{% set n += 1 %}{% end %}', {}, '012'],
    ['{% set a, b = 1, 2 %}{{a + b}}', {}, '3'],
    ['{% set limit = Int32(limit, 7) %}{{limit}}', {}, "toInt32('7')"],
    ["{% try %}{{int('x')}}{% except ValueError as e %}{{e}}{% end %}", {}, "'invalid literal for int() with base 10: \\'x\\''"],
    ['{% try %}a{% finally %}b{% end %}', {}, 'ab'],
    ["{% try %}{{ {'a': 1}['b'] }}{% except ValueError %}no{% except KeyError %}key{% end %}", {}, 'key'],
    ['a{# gone #}b{% comment gone too %}c', {}, 'abc'],
    ['{{!x}} {%!y%}', {}, '{{x}} {%y%}'],
    ["{% if {{String(x, 'a')}} == 'a' %}tolerated{% end %}", {}, 'tolerated'],
    ["{{ {'a': {'b': '}}'}}['a']['b'] }}", {}, "'}}'"],
  ]);
});

test('expressions have methods, slices, comprehensions and comparisons', () => {
  checkAll([
    ["{{'a.b.c'.split('.')[1]}} {{'a-b'.upper()}} {{'x'.join(['1', '2'])}}", {}, "'b' 'A-B' '1x2'"],
    ["{{[1, 2, 3][1:]}} {{'héllo'[::-1]}} {{[1, 2, 3][-1]}}", {}, "[2, 3] 'olléh' 3"],
    ["{{','.join([x.strip() for x in y.split(',') if x])}}", { y: 'a, ,b' }, "'a,,b'"],
    ['{{1 < 2 <= 2}} {{1 in [1]}} {{"a" not in "bc"}} {{None is None}} {{not 0}}', {}, 'True True True True True'],
    ["{{x or 'fallback'}} {{'yes' if defined(x) else 'no'}}", {}, "'fallback' 'no'"],
    ["{{len('añ')}} {{sum([1, 2.5])}} {{max(3, 9)}} {{min(['b', 'a'])}} {{round(2.5)}} {{abs(-3)}}", {}, "2 3.5 9 'a' 2 3"],
    ["{% set d = {'a': 1} %}{% set d['b'] = 2 %}{% for k, v in d.items() %}{{k}}={{v}} {% end %}{{d.get('z', 0)}}", {}, "'a'=1 'b'=2 0"],
    ["{% for item in JSON(f, '[]') %}{{column(item.get('field', ''))}} = {{item.get('value')}}{% end %}", { f: '[{"field":"a","value":"it\'s"}]' }, "`a` = 'it\\'s'"],
    ["{{'%s=%d' % ('a', 5)}} {{'{}-{x}'.format(1, x=2)}}", {}, "'a=5' '1-2'"],
    ["{{day_diff('2024-01-31', '2024-01-01')}} {{date_diff_in_hours('2024-01-01 00:00:00', '2024-01-02 01:30:00')}} {{date_diff_in_days('x', 'y', none_if_error=True) is None}}", {}, '30 25 True'],
    ["{{date_diff_in_minutes('01/02/2024 10:05', '01/02/2024 10:00', '%d/%m/%Y %H:%M')}}", {}, '5'],
  ]);
});

test('a parameter that the pipe declares as Array is a list in template code', () => {
  const first = parseTemplate("{{Array(ids, 'Int32')}}");
  const second = parseTemplate("{{sum(ids)}} {% for id in ids %}<{{id}}>{% end %}{{','.join(ids)}} {{String(ids)}}");
  expect(render(second, { ids: '1,2' }, { pipe: [first, second] }).sql).toBe("3 <1><2>'1,2' '1,2'");
});

test('mistakes of template code are errors in words and at their place', () => {
  const failure = (text: string, values = {}): unknown => {
    try {
      return render(parseTemplate(text), values).sql;
    } catch (cause) {
      if (!(cause instanceof SandpiperError)) throw cause;
      const { start, end } = cause.detail.span ?? { start: 0, end: 0 };
      return [cause.message, text.slice(start, end)];
    }
  };
  const prefix = 'Template Syntax Error: ';
  expect([
    failure('a {{ name }} b'),
    failure('{{ a_rather_long_parameter_name }}'),
    failure("{{ 'a'.split('.')[1] }}"),
    failure('{{ 1 / 0 }}'),
    failure("{{ 1 < 'a' }}"),
    failure("{{ 'a'.nothing() }}"),
    failure('a{% if loop.first %} b{% end %}'),
    failure("{{ Int32(x, wrong=1) }}"),
    failure("{{ columns(['a']) }}"),
    failure('{{ column(c) }}'),
    failure("{{ cache_ttl('9s') }}"),
    failure("{{ sql_and(a__like='x') }}"),
    failure('{{ JSON(j) }}', { j: '[1, 2, and then some' })?.toString().replace(/ - .*/, ''),
  ]).toEqual([
    [`${prefix}expression "name" evaluated to null`, '{{ name }}'],
    [`${prefix}expression "a_rather_long_parame..." evaluated to null`, '{{ a_rather_long_parameter_name }}'],
    [`${prefix}list index out of range`, "'a'.split('.')[1]"],
    [`${prefix}division by zero`, '1 / 0'],
    [`${prefix}'<' not supported between instances of 'int' and 'str'`, "1 < 'a'"],
    [`${prefix}'str' object has no attribute 'nothing'`, "'a'.nothing()"],
    [`${prefix}templates have no attributes: \`.first\` is read without brackets`, 'loop.first'],
    [`${prefix}Int32() got an unexpected keyword argument 'wrong'`, 'Int32(x, wrong=1)'],
    [`${prefix}The 'columns' function expects a String not an Array`, "columns(['a'])"],
    [`${prefix}Missing column() default value, use \`column(column_name, 'default_column_name')\``, 'column(c)'],
    [`${prefix}Invalid TTL cache expression, valid expressions are (5s, 1m, 5m, 30m, 1h)`, "cache_ttl('9s')"],
    [`${prefix}operand like not supported`, "sql_and(a__like='x')"],
    `${prefix}Error parsing JSON: '[1, 2, and then ...'`,
  ]);
});

test("error() and custom_error() end the request with the author's own words, past any try", () => {
  const detailOf = (text: string): unknown => {
    try {
      return render(parseTemplate(text), {}).sql;
    } catch (cause) {
      return cause instanceof SandpiperError ? [cause.code, cause.message, cause.detail.status, cause.detail.body] : cause;
    }
  };
  expect([
    detailOf("{% try %}{{ error('date is missing') }}{% except %}caught{% end %}"),
    detailOf("{{ custom_error({'error': 'gone', 'n': 1}, 410) }}"),
    detailOf("{{ custom_error('plain', 9999) }}"),
  ]).toEqual([
    ['parameter', 'date is missing', 400, undefined],
    ['parameter', '{"error":"gone","n":1}', 410, { error: 'gone', n: 1 }],
    ['parameter', 'plain', 400, undefined],
  ]);
});

test('a missing parameter points to the documentation', () => {
  expect(() => render(parseTemplate('{{String(a)}}'), {})).toThrow(expect.objectContaining({ detail: { span: { start: 2, end: 11 }, documentation: '/cli/advanced-templates.html' } }));
});

test('execution options and secrets are reported beside the SQL', () => {
  const { sql, options, secrets } = render(parseTemplate("{{cache_ttl('5m')}}{{backend_hint('h')}}select {{tb_secret('KEY', 'none')}}, {{tb_var('B')}}"), {});
  expect({ sql, options, secrets }).toEqual({
    sql: '-- cache_ttl 5m\n-- backend_hint h\nselect {KEY: String}, {B: String}',
    options: { cache_ttl: '5m', backend_hint: 'h' },
    secrets: [{ name: 'KEY', defaultValue: 'none' }, { name: 'B' }],
  });
});

test('job_timestamp is the time of the run', () => {
  expect(rendered('{{job_timestamp}}', {}, { clock: () => new Date('2024-05-06T07:08:09Z') })).toBe("'2024-05-06 07:08:09'");
});

test('what a caller supplies stays a value', () => {
  const attack = "x' OR 1=1; DROP TABLE t -- \\";
  const template = "{{a}} {{String(a)}} {{column(a)}} {{columns(a)}} {{symbol(a)}} {{Array(a)}} {{split_to_array(a, separator='|')}} {{sql_and(k=a)}} {{ {'k': a} }} {{sql_unescape(a, '%')}}";
  const quoted = "'x\\' OR 1=1; DROP TABLE t -- \\\\'";
  const name = "`x\\' OR 1=1; DROP TABLE t -- \\\\`";
  expect(rendered(template.replace('{{Array(a)}} ', ''), { a: attack })).toBe(
    [quoted, quoted, name.replace('1=1; DROP', '1=1; DROP'), name, name, `[${quoted}]`, `k = ${quoted}`, `{'k': ${quoted}}`, quoted].join(' '),
  );
  checkAll([
    ['{{table(t)}}', { t: 'a; drop' }, "parameter: Template Syntax Error: 'a; drop' is not the name of a table"],
    ['{{sql_unescape(a, "\'")}}', { a: "'" }, "parameter: Template Syntax Error: sql_unescape() cannot leave ' unescaped: the text could leave its quotes"],
    ["{{columns(a, fn=f)}}", { a: 'x`y', f: 'sum(1),' }, "parameter: Template Syntax Error: 'sum(1),' is not the name of a function"],
    ["{{columns(a, fn='sum')}}", { a: 'x y' }, 'sum(`x y`) as `x y`'],
    ['{{max_threads(n)}}', { n: '1\nselect' }, "parameter: Template Syntax Error: max_threads() takes a whole number, not '1\nselect'"],
    ['{{backend_hint(n)}}', { n: 'a\nb' }, "parameter: Template Syntax Error: backend_hint() takes a word, not 'a\nb'"],
    ['{{constructor}}', {}, 'parameter: Template Syntax Error: expression "constructor" evaluated to null'],
  ]);
});

test('loops, lists and output end at their limits', () => {
  const messages = [
    '{% while True %}{% end %}',
    '{% for i in range(1000000000) %}{% end %}',
    "{% for i in range(90000) %}{{'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}}{% end %}",
    "{{'x' * 1000000000}}",
    '{% set a = [1] %}{% for i in range(90) %}{% set a = [a, a] %}{% end %}{{a}}',
    '{% set a = [1] %}{% for i in range(900) %}{% set a = [a] %}{% end %}{{a}}',
    '{% set a = [] %}{% set b = a.append(a) %}{{a}}',
    '{% set n = 9 %}{% for i in range(50) %}{% set n = n * n %}{% end %}{{n}}',
  ].map((text) => rendered(text).replace(/^parameter: (?:Template Syntax Error: )?/, ''));
  expect(messages).toEqual([
    "the template's loops ran more than 100,000 times.",
    'range() may have at most 100,000 elements in a template, not 1,000,000,000.',
    'the template writes more than 5,000,000 characters.',
    'A value of the template would be longer than 1,000,000',
    'the template does too much work. Look for a loop or a list that grows without end.',
    'a list or dictionary of the template is nested too deeply.',
    'a list or dictionary of the template is nested too deeply.',
    'A number of the template is too large',
  ]);
});

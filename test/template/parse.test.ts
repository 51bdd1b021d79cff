/** What is wrong in a template is told before it runs, all of it and at its place. */
import { expect, test } from 'vitest';
import { checkTemplate, parseTemplate } from '../../engine/template/parse.ts';
import { render } from '../../engine/template/render.ts';
import { templateFunctions } from '../../engine/template/function-table.ts';

function problems(text: string): unknown {
  return checkTemplate(text).problems.map(({ message, span }) => [message, text.slice(span.start, span.end)]);
}

test('several mistakes are found at once', () => {
  expect(problems('{{ whatever(x) }}\n{{ 2 ** 3 }}\n{% if %}{% end %}{{ string(x) }}{{ }}\n{% endif %}{% frob x %}')).toEqual([
    ["Template Syntax Error: 'whatever' is not a valid function, line 1", 'whatever'],
    ['Invalid BinOp: Pow()', '**'],
    ['{% if %} needs a condition.', '{% if %}'],
    ["Template Syntax Error: 'string' is not a valid function, line 3. Did you mean String?", 'string'],
    ['Write an expression between {{ and }}.', '{{ }}'],
    ['{% endif %} stands outside a block that can have it.', '{% endif %}'],
    ['`frob` is not a tag of templates. There are if, elif, else, for, while, set, break, continue, try, except, finally, comment and end.', '{% frob x %}'],
  ]);
});

test('blocks that are not closed, closed twice or closed by another name are told apart', () => {
  expect([
    problems('a\n{% if x %}b'),
    problems('{% for x in y %}{% if x %}{% end %}'),
    problems('a{% end %}'),
    problems('{% if x %}a{% endif %}b'),
    problems('{% if x %}a{% else %}b{% elif y %}c{% end %}'),
    problems('{% break %}'),
    problems('{{ a'),
    problems('{{1}}{# a'),
  ]).toEqual([
    [['Missing {% end %} block for if at line 2', '{% if x %}']],
    [['Missing {% end %} block for for at line 1', '{% for x in y %}']],
    [['Extra {% end %} block: nothing is open at line 1.', '{% end %}']],
    [['Blocks close with {% end %}, not with {% endif %}.', '{% endif %}']],
    [['{% elif %} does not belong here: the if of line 1 is open.', '{% elif y %}']],
    [['{% break %} stands outside a loop.', '{% break %}']],
    [['The tag that opens here is not closed with }}', '{{']],
    [['The comment that opens here is not closed with #}', '{#']],
  ]);
});

test('what the language does not have is refused in words', () => {
  expect([
    problems('{{ import os }}'),
    problems('{% import os %}'),
    problems('{{ lambda: 1 }}'),
    problems("{{ f'{x}' }}"),
    problems('{{ x.__class__ }}'),
    problems('{{ x()() }}'),
    problems('{{ f(*a) }}'),
    problems('{{ String(format) }}'),
    problems('{{ (1 }}'),
    problems("{% set 5 = x %}"),
  ].flat().map((problem) => (Array.isArray(problem) ? problem[0] : problem))).toEqual([
    'import is forbidden at <string>:1',
    'import is forbidden at <string>:1',
    'lambda is not part of the template language.',
    "Texts of the form f'…' are not supported in templates: join the parts with +.",
    'Write the method with brackets: `.__class__()`. Templates have no attributes.',
    'Only functions and methods can be called.',
    'Arguments cannot be spread with * in templates.',
    '"format" can not be used as a variable name, line 1',
    'Expected `)`, but the tag ends.',
    'Only a name can be assigned to.',
  ]);
});

test('a reserved name is a warning only', () => {
  expect(checkTemplate('{{String(token)}}').problems.map(({ severity }) => severity)).toEqual(['warning']);
});

test('parseTemplate throws the first mistake', () => {
  expect(() => parseTemplate('{{ nope() }} {{ 1 ** 2 }}')).toThrow(expect.objectContaining({ code: 'syntax', message: "Template Syntax Error: 'nope' is not a valid function, line 1", detail: { span: { start: 3, end: 7 } } }));
});

test('deep and long text is refused, not crashed on', () => {
  const deep = (count: number, open: string, close: string): unknown => checkTemplate(`{{ ${open.repeat(count)}1${close.repeat(count)} }}`).problems.map(({ message }) => message);
  expect([
    deep(5000, '(', ')'),
    deep(5000, '[', ']'),
    deep(5000, 'not ', ''),
    deep(5000, '-', ''),
    deep(5000, '1 + ', ''),
    deep(5000, '', '[0]'),
    checkTemplate('{% if x %}'.repeat(2000)).problems.length,
  ]).toEqual([
    ['This expression is nested too deeply for a template.'],
    ['This expression is nested too deeply for a template.'],
    ['This expression is nested too deeply for a template.'],
    ['This expression is nested too deeply for a template.'],
    ['This expression is too long for a template.'],
    ['This expression is too long for a template.'],
    100,
  ]);
});

test('a place in rendered SQL leads back to the template', () => {
  const text = 'select {{String(a)}},\n{% if b %}bad{% end %} {% for x in [1, 2] %}[{{x}}]{% end %} end';
  const { sql, spans } = render(parseTemplate(text), { a: 'value', b: '1' });
  const sourceOf = (part: string): string => {
    const start = sql.indexOf(part);
    const span = spans.toSourceSpan({ start, end: start + part.length });
    return text.slice(span.start, span.end);
  };
  expect([sql, ...['select', "'value'", 'alu', 'bad', '[1]', ' end'].map(sourceOf), spans.toSource(99_999)]).toEqual([
    "select 'value',\nbad [1][2] end", 'select', '{{String(a)}}', '{{String(a)}}', 'bad', '[{{x}}]', ' end', { start: text.length, end: text.length },
  ]);
});

test('every function has a signature and a sentence of help', () => {
  const functions = templateFunctions();
  expect(functions.filter(({ name, signature, help }) => !signature.startsWith(`${name}(`) || !/[.…]$/.test(help))).toEqual([]);
  expect(functions.length).toBeGreaterThan(60);
});

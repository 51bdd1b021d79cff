/** The check of a pipe as it is written: what is an error, what is none, and where it stands in the file. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

let project: OpenProject;

beforeAll(async () => {
  project = await openProject({
    'datasources/visits.datasource': 'SCHEMA >\n    `id` UInt64 `json:$.id`,\n    `at` DateTime `json:$.at`,\n    `path` String `json:$.path`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\n',
    'pipes/other.pipe': 'NODE other_node\nSQL >\n    SELECT nothing FROM visits\n',
  });
});

afterAll(() => project.close());

/** Errors of a pipe with one node of this SQL, as `line:column-endColumn sentence`. Line 1 of the SQL is line 1 here. */
async function errors(...sql: readonly string[]): Promise<readonly string[]> {
  const text = `NODE n\nSQL >\n${sql.map((line) => `    ${line}`).join('\n')}\n\nTYPE endpoint\n`;
  const { diagnostics } = await project.workspace().check('endpoints/p.pipe', text);
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ line, column, endColumn, message }) => `${line - 2}:${column - 4}-${endColumn - 4} ${message}`);
}

test.each<[string, readonly string[], readonly string[]]>([
  ['a good query has no errors', ['SELECT id FROM visits'], []],
  ['an error after a value is placed where it is written', ['%', 'SELECT id FROM visits WHERE id = {{UInt64(some_long_name, 1)}} AND pth = 1'], ['2:68-71 There is no column pth in visits. Did you mean path?']],
  ['an error in a branch that only a parameter opens is found', ['%', 'SELECT id FROM visits', '{% if defined(x) %}', 'WHERE pth = {{String(x)}}', '{% end %}'], ['4:7-10 There is no column pth in visits. Did you mean path?']],
  ['an error in the branch without the parameter is found', ['%', 'SELECT id FROM visits', '{% if defined(x) %}', 'WHERE path = {{String(x)}}', '{% else %}', 'WHERE pth = 1', '{% end %}'], ['6:7-10 There is no column pth in visits. Did you mean path?']],
  ['a required parameter is no error', ['%', 'SELECT id FROM visits WHERE at > {{DateTime(start)}} AND path = {{String(p, required=True)}}'], []],
  ["what the author's own error() says is no error", ['%', "{% if not defined(x) %} {{ error('x is required') }} {% end %}", 'SELECT id FROM visits WHERE path = {{String(x)}}'], []],
  ['a parameter whose presence makes the template refuse is no error', ['%', "{% if defined(old) %} {{ error('old is gone') }} {% end %}", 'SELECT id FROM visits WHERE id = {{UInt64(id)}}'], []],
  ['a column that the caller chooses is one that is there', ['%', 'SELECT {{column(by)}} AS k, count() FROM visits GROUP BY k ORDER BY {{column(sort, "k")}}'], []],
  ['a value made up for the check is not blamed', ['%', 'SELECT toStartOfInterval(at, INTERVAL {{String(step)}}) AS k FROM visits'], []],
  ['an unknown template function is told once', ['%', 'SELECT {{nope(x)}} FROM visits'], ["2:10-14 Template Syntax Error: 'nope' is not a valid function"]],
  ['a syntax error of SQL', ['SELECT id FRM visits'], ['1:15-21 Expected the query to end, but found visits.']],
  ['an unsupported function says so', ['SELECT sleep(1) FROM visits'], ['1:8-16 sleep is not supported: queries may not wait.']],
  ['an error of another pipe is told where that pipe is named', ['SELECT * FROM other'], [expect.stringMatching(/^1:15-20 other\.other_node has an error: There is no column nothing in visits/) as unknown as string]],
])('%s', async (_what, sql, expected) => {
  const found = await errors(...sql);
  expect(found.map((one) => one.replace(/, line \d+$/, ''))).toEqual(expected);
});

test('rows that do not fit the data source that they fill are an error', async () => {
  const path = 'copies/c.pipe';
  const check = async (sql: string) => (await project.workspace().check(path, `NODE n\nSQL >\n    ${sql}\n\nTYPE copy\nTARGET_DATASOURCE visits\n`)).diagnostics.map(({ line, message }) => [line, message]);
  expect([await check('SELECT id, path FROM visits'), await check('SELECT id, path AS pth FROM visits'), await check('SELECT [path] AS id FROM visits')]).toEqual([
    [], [[3, 'The query gives a column pth that its target does not have. Did you mean path?']], [[3, expect.any(String)]],
  ]);
});

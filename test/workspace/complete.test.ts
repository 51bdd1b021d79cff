/** What the editor offers and tells at a place: in data sources, in SQL, in template tags. `|` is the cursor. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

let project: OpenProject;

beforeAll(async () => {
  project = await openProject({
    'datasources/visits.datasource': 'DESCRIPTION >\n    Who came\n\nSCHEMA >\n    `id` UInt64 `json:$.id`,\n    `path` String `json:$.path`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
    'pipes/by_path.pipe': 'DESCRIPTION >\n    Counted\n\nNODE n\nSQL >\n    SELECT path, count() AS hits FROM visits GROUP BY path\n',
  });
});

afterAll(() => project.close());

function placeIn(path: string, marked: string) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return { path, text: marked.replace('|', ''), line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const pipe = (sql: string) => placeIn('endpoints/p.pipe', `NODE first\nSQL >\n    SELECT id AS number, upper(path) AS big FROM visits\n\nNODE last\nSQL >\n    %\n    ${sql}\n\nTYPE endpoint\n`);
const offered = (place: ReturnType<typeof placeIn>, kind: string) =>
  project.workspace().editor.complete(place).filter((item) => item.kind === kind).map(({ label, detail }) => `${label} ${detail}`);

test('columns are those of the tables in FROM, whether data sources, pipes or earlier nodes', () => {
  expect([offered(pipe('SELECT | FROM visits'), 'column'), offered(pipe('SELECT | FROM by_path'), 'column'), offered(pipe('SELECT | FROM first'), 'column'), offered(pipe('SELECT visits.| FROM visits JOIN by_path USING path'), 'column')]).toEqual([
    ['id UInt64', 'path String'], ['path String', 'hits UInt64'], ['number UInt64', 'big String'], ['id UInt64', 'path String'],
  ]);
});

test('after FROM come tables only: earlier nodes, data sources, pipes', () => {
  const items = project.workspace().editor.complete(pipe('SELECT 1 FROM |'));
  expect(items.map(({ label, kind }) => [label, kind])).toEqual([['first', 'node'], ['visits', 'table'], ['by_path', 'table']]);
});

test('in a tag come template functions and parameters; outside of SQL the keywords of the file', () => {
  const inTag = pipe('SELECT 1 FROM visits WHERE id = {{UInt64(|wanted, 1)}}');
  expect([offered(inTag, 'parameter'), offered(inTag, 'template-function').some((one) => one.startsWith('DateTime ')), offered(inTag, 'column')]).toEqual([['wanted UInt64'], true, []]);
  expect([offered(placeIn('datasources/n.datasource', 'SCHEMA >\n    `a` |\n'), 'type').includes('UInt64 type'), offered(placeIn('datasources/n.datasource', 'EN|\n'), 'keyword').some((one) => one.startsWith('ENGINE '))]).toEqual([true, true]);
});

test('hovering tells types, signatures and descriptions', () => {
  const at = (sql: string) => project.workspace().editor.hover(pipe(sql));
  expect([at('SELECT hi|ts FROM by_path'), at('SELECT 1 FROM visi|ts').split('\n')[0], at('SELECT 1 FROM by_pa|th'), at('SELECT to|StartOfHour(now())').includes('toStartOfHour'), at("SELECT {{String(wan|ted, 'x', description='Which')}}"), at('SELECT 12| AS x')]).toEqual([
    '**hits** `UInt64`\n\nColumn of pipe by_path.', 'Data source **visits**, MergeTree', 'Pipe **by_path**, its node n\n\nCounted\n\n- `path` String\n- `hits` UInt64', true, 'Parameter **wanted** `String`, default `x`\n\nWhich', '',
  ]);
});

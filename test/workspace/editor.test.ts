/** What the editor knows of the language: scope, definitions, references, renames, signatures, layout. `|` is the cursor. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { openProject, type OpenProject } from './open-project.ts';

let project: OpenProject;

beforeAll(async () => {
  project = await openProject({
    'datasources/visits.datasource': 'DESCRIPTION >\n    Who came\n\nSCHEMA >\n    `id` UInt64 `json:$.id`,\n    `at` DateTime `json:$.at`,\n    `path` String `json:$.path`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
    'datasources/people.datasource': 'SCHEMA >\n    `id` UInt64 `json:$.id`,\n    `name` LowCardinality(String) `json:$.name`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
    'pipes/by_path.pipe': 'DESCRIPTION >\n    Counted\n\nNODE first\nSQL >\n    SELECT path, count() AS hits FROM visits GROUP BY path\n\nNODE second\nSQL >\n    SELECT * FROM first\n',
    'pipes/reader.pipe': 'NODE r\nSQL >\n    SELECT hits FROM by_path\n\nNODE direct\nSQL >\n    SELECT path FROM by_path.first\n',
  });
});

afterAll(() => project.close());

const editor = () => project.workspace().editor;

function placeIn(path: string, marked: string) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return { path, text: marked.replace('|', ''), line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const pipe = (...nodes: readonly string[]) => placeIn('endpoints/p.pipe', nodes.map((sql, index) => `NODE n${index + 1}\nSQL >\n    %\n    ${sql}\n`).join('\n'));
const columns = (...nodes: readonly string[]) => editor().complete(pipe(...nodes)).filter(({ kind }) => kind === 'column').map(({ label, detail }) => `${label} ${detail}`);
const labels = (place: ReturnType<typeof placeIn>, kind: string) => editor().complete(place).filter((item) => item.kind === kind).map(({ label }) => label);

test.each<[string, string, readonly string[]]>([
  ['a column that two tables have is offered with its table', 'SELECT | FROM visits v JOIN people p ON v.id = p.id', ['v.id UInt64', 'at DateTime', 'path String', 'p.id UInt64', 'name LowCardinality(String)']],
  ['behind an alias of a table come its columns alone', 'SELECT p.| FROM visits v JOIN people p ON v.id = p.id', ['id UInt64', 'name LowCardinality(String)']],
  ['aliases of the query are offered behind it', 'SELECT upper(path) AS big FROM visits WHERE |', ['id UInt64', 'at DateTime', 'path String', 'big alias']],
  ['a subquery gives its columns with their types', 'SELECT | FROM (SELECT id + 1 AS next, toDate(at) AS day FROM visits) AS s', ['next UInt64', 'day Date']],
  ['inside a subquery its own tables count', 'SELECT next FROM (SELECT | FROM people) AS s', ['id UInt64', 'name LowCardinality(String)']],
  ['a WITH query gives its columns, those before it included', 'WITH a AS (SELECT id AS x FROM visits), b AS (SELECT x * 2 AS y FROM a) SELECT | FROM b', ['y UInt64']],
  ['types survive a mistake elsewhere in the query', 'SELECT |, nope( FROM (SELECT id AS x FROM visits) AS s WHERE', ['x UInt64']],
  ['both branches of a template are seen', 'SELECT | FROM visits {% if defined(x) %} WHERE id = {{UInt64(x)}} {% end %}', ['id UInt64', 'at DateTime', 'path String']],
  ['what is set in the template is set for the types too', '{% set wanted = "path" %} SELECT | FROM (SELECT {{column(wanted)}} AS chosen FROM visits) AS s', ['chosen String']],
])('%s', (_what, sql, expected) => {
  expect(columns(sql)).toEqual(expected);
});

test('a later node sees the columns of an earlier one, also where that one has a mistake', () => {
  expect([columns('SELECT id AS number FROM visits', 'SELECT | FROM n1'), columns('SELECT nope(id) AS number FROM visits', 'SELECT | FROM n1')]).toEqual([['number UInt64'], ['number ']]);
});

test('tables are offered where tables stand: WITH queries and earlier nodes first', () => {
  expect([
    editor().complete(pipe('SELECT 1 FROM visits', 'WITH a AS (SELECT 1) SELECT * FROM |')).map(({ label }) => label),
    editor().complete(pipe('SELECT 1 FROM by_path.|')).map(({ label }) => label),
  ]).toEqual([['a', 'n1', 'people', 'visits', 'by_path', 'reader'], ['first', 'second']]);
});

test('keywords follow the clause', () => {
  const words = (sql: string) => labels(pipe(sql), 'keyword');
  expect([words('|'), words('SELECT 1 FROM visits |').slice(0, 3), words('SELECT id FROM visits ORDER BY id |').slice(0, 2), words('SELECT id FROM visits GROUP BY id |').slice(0, 2)]).toEqual([['SELECT', 'WITH'], ['WHERE', 'PREWHERE', 'LEFT JOIN'], ['ASC', 'DESC'], ['WITH TOTALS', 'WITH ROLLUP']]);
});

test('keywords of data files complete with the values that they take', () => {
  const values = (marked: string, path = 'datasources/new.datasource') => editor().complete(placeIn(path, marked)).map(({ label }) => label);
  const schema = 'SCHEMA >\n    `id` UInt64 `json:$.id`\n\n';
  expect([
    values(`${schema}ENGINE |`).slice(0, 2), values(`${schema}ENGINE_VER |`), values('NODE a\nSQL >\n    SELECT 1\nTYPE |', 'pipes/n.pipe'), values('NODE a\nSQL >\n    SELECT 1\nTYPE copy\nTARGET_DATASOURCE |', 'pipes/n.pipe'), values('SCHEMA >\n    `id` UI|').includes('UInt64'),
  ]).toEqual([['MergeTree', 'ReplacingMergeTree'], ['id'], ['endpoint', 'materialized', 'copy', 'sink', 'standard'], ['people', 'visits'], true]);
});

test.each<[string, string, string]>([
  ['a column of a joined table', 'SELECT p.na|me FROM visits v JOIN people AS p USING id', '**name** `LowCardinality(String)`\n\nColumn of data source people.'],
  ['a column of two tables', 'SELECT i|d FROM visits v JOIN people AS p ON v.id = p.id', '**id** `UInt64`\n\nColumn of data source visits. There is a column of this name in data source people too.'],
  ['an alias with its type', 'SELECT toDate(at) AS da|y, day + 1 AS next FROM visits', '**day** `Date`\n\nAlias of `toDate(at)`'],
  ['an alias made of an alias', 'SELECT toDate(at) AS day, day + 1 AS ne|xt FROM visits', '**next** `Date`\n\nAlias of `day + 1`'],
  ['the alias of a table', 'SELECT v|.id FROM people v', '**v** stands for data source people\n\n- `id` UInt64\n- `name` LowCardinality(String)'],
  ['a WITH query', 'WITH a AS (SELECT 1 AS x) SELECT * FROM |a', 'WITH query **a**\n\n- `x` UInt8'],
  ['an aggregate with a combinator', 'SELECT sum|If(id, id > 1) FROM visits', '```\nsum(x)\n```\n\nThe sum of numbers; integers wrap at 64 bits.\n\nWith the combinator -If.'],
  ['a word of a clause, which is no function there', 'SELECT 1 FROM visits AN|Y LEFT JOIN people USING id', ''],
  ['a template function', 'SELECT {{ Str|ing(x) }}', expect.stringContaining('String(') as unknown as string],
])('hovering %s', (_what, sql, expected) => {
  expect(editor().hover(pipe(sql))).toEqual(expected);
});

test('a keyword of a data file tells what it does, and that it does nothing here', () => {
  expect(editor().hover(placeIn('datasources/x.datasource', 'SHARED|_WITH >\n    other\n'))).toBe('**SHARED_WITH**\n\nWorkspaces that may read the data source.\n\nSharing has no effect on this computer.');
});

test.each<[string, readonly string[], string | undefined]>([
  ['a data source in FROM', ['SELECT 1 FROM vis|its'], 'datasources/visits.datasource:1:1'],
  ['a column of a data source', ['SELECT pa|th FROM visits'], 'datasources/visits.datasource:7:5'],
  ['a pipe', ['SELECT 1 FROM by_|path'], 'pipes/by_path.pipe:8:6'],
  ['a node of another pipe', ['SELECT 1 FROM by_path.fir|st'], 'pipes/by_path.pipe:4:6'],
  ['a column through * of another node, to its alias', ['SELECT hi|ts FROM by_path'], 'pipes/by_path.pipe:6:29'],
  ['an earlier node', ['SELECT 1 AS one', 'SELECT one FROM n|1'], 'endpoints/p.pipe:1:6'],
  ['a column of an earlier node', ['SELECT id + 1 AS more FROM visits', 'SELECT mo|re FROM n1'], 'endpoints/p.pipe:4:22'],
  ['an alias', ['SELECT id + 1 AS more FROM visits WHERE mo|re > 1'], 'endpoints/p.pipe:4:22'],
  ['a WITH query', ['WITH a AS (SELECT 1) SELECT * FROM a|'], 'endpoints/p.pipe:4:10'],
  ['a template variable', ['{% set limit = 3 %} SELECT {{ lim|it }}'], 'endpoints/p.pipe:4:12'],
  ['a parameter, where it has its type', ['SELECT 1 {% if defined(wan|ted) %} , {{ Int32(wanted, 1) }} {% end %}'], 'endpoints/p.pipe:4:50'],
  ['a function has none', ['SELECT cou|nt() FROM visits'], undefined],
])('the definition of %s', (_what, nodes, expected) => {
  const place = editor().definition(pipe(...nodes));
  expect(place && `${place.path}:${place.line}:${place.column}`).toBe(expected);
});

test('the data source that a node fills leads to its file', () => {
  const place = editor().definition(placeIn('pipes/m.pipe', 'NODE a\nSQL >\n    SELECT id, name FROM people\nTYPE materialized\nDATASOURCE peo|ple\n'));
  expect(place?.path).toBe('datasources/people.datasource');
});

test('references of a data source and of a node are found in all pipes', () => {
  const places = (place: ReturnType<typeof placeIn>) => editor().references(place).map(({ path, line }) => `${path}:${line}`);
  expect([places(pipe('SELECT 1 FROM vis|its')), places(placeIn('pipes/by_path.pipe', 'NODE fi|rst\nSQL >\n    SELECT path, count() AS hits FROM visits GROUP BY path\n\nNODE second\nSQL >\n    SELECT * FROM first\n'))]).toEqual([
    ['datasources/visits.datasource:1', 'endpoints/p.pipe:4', 'pipes/by_path.pipe:6'], ['pipes/by_path.pipe:1', 'pipes/by_path.pipe:7', 'pipes/reader.pipe:7'],
  ]);
});

function renamed(place: ReturnType<typeof placeIn>, to: string): string {
  try {
    const lines = place.text.split('\n');
    for (const { place: at, text } of [...editor().rename(place, to)].reverse()) lines[at.line - 1] = (lines[at.line - 1] ?? '').slice(0, at.column - 1) + text + (lines[at.line - 1] ?? '').slice(at.endColumn - 1);
    return lines.filter((line) => !/^(SQL >|    %|)$/.test(line)).map((line) => line.trim()).join(' / ');
  } catch (error) {
    if (error instanceof SandpiperError) return error.message;
    throw error;
  }
}

test.each<[string, ReturnType<typeof placeIn>, string, string]>([
  ['a node and the nodes that read it', pipe('SELECT id FROM visits', 'SELECT n1.id AS a, |n1.id IN n1 AS b FROM n1'), 'seen', 'NODE seen / SELECT id FROM visits / NODE n2 / SELECT seen.id AS a, seen.id IN seen AS b FROM seen'],
  ['an alias, its uses and its readers', pipe('SELECT count() AS hi|ts, hits * 2 AS twice FROM visits HAVING hits > 0 ORDER BY hits', 'SELECT max(hits) AS most, sum(n1.hits) AS s FROM n1'), 'visits_now', 'NODE n1 / SELECT count() AS visits_now, visits_now * 2 AS twice FROM visits HAVING visits_now > 0 ORDER BY visits_now / NODE n2 / SELECT max(visits_now) AS most, sum(n1.visits_now) AS s FROM n1'],
  ['an alias that a reader selects as it is keeps its name there', pipe('SELECT count() AS hi|ts FROM visits', 'SELECT hits FROM n1'), 'total', 'NODE n1 / SELECT count() AS total FROM visits / NODE n2 / SELECT total AS hits FROM n1'],
  ['an alias in a branch that only a parameter opens', pipe('SELECT upper(path) AS b|ig FROM visits WHERE 1 {% if defined(x) %} AND big = {{String(x)}} {% end %}'), 'large', 'NODE n1 / SELECT upper(path) AS large FROM visits WHERE 1 {% if defined(x) %} AND large = {{String(x)}} {% end %}'],
  ['an alias that hides a column in its own definition', pipe('SELECT toDate(at) AS at_day, upper(path) AS pat|h_big FROM visits WHERE path_big != at_day::String'), 'p', 'NODE n1 / SELECT toDate(at) AS at_day, upper(path) AS p FROM visits WHERE p != at_day::String'],
  ['an alias of a subquery', pipe('SELECT s.x + x AS y FROM (SELECT id AS |x FROM visits) AS s'), 'z', 'NODE n1 / SELECT s.z + z AS y FROM (SELECT id AS z FROM visits) AS s'],
  ['a WITH query', pipe('WITH a AS (SELECT 1 AS x) SELECT a.x FROM |a'), 'b', 'NODE n1 / WITH b AS (SELECT 1 AS x) SELECT b.x FROM b'],
  ['the alias of a table', pipe('SELECT v.id FROM visits |v JOIN people p ON v.id = p.id'), 'w', 'NODE n1 / SELECT w.id FROM visits w JOIN people p ON w.id = p.id'],
  ['a parameter in all nodes', pipe('SELECT id FROM visits WHERE id = {{UInt64(wan|ted, 1)}}', "SELECT * FROM n1 {% if defined(wanted) and wanted != '2' %} WHERE id > {{UInt64(wanted)}} {% end %}"), 'chosen', "NODE n1 / SELECT id FROM visits WHERE id = {{UInt64(chosen, 1)}} / NODE n2 / SELECT * FROM n1 {% if defined(chosen) and chosen != '2' %} WHERE id > {{UInt64(chosen)}} {% end %}"],
  ['a query that reads the clock', pipe('SELECT count() AS hi|ts FROM visits WHERE at > now() - INTERVAL 1 DAY'), 'total', 'NODE n1 / SELECT count() AS total FROM visits WHERE at > now() - INTERVAL 1 DAY'],
])('renaming %s', (_what, place, to, expected) => {
  expect(renamed(place, to)).toBe(expected);
});

test.each<[string, ReturnType<typeof placeIn>, string, RegExp]>([
  ['a data source', pipe('SELECT 1 FROM vis|its'), 'x', /is a data source: rename its file/],
  ['a column of a data source', pipe('SELECT pa|th FROM visits'), 'x', /is a column of the data source visits/],
  ['a name that is taken', pipe('SELECT 1 AS |a FROM visits', 'SELECT 1'), 'id', /id is a column of data source visits: the alias would hide it/],
  ['a node to the name of a data source', pipe('SELECT 1', 'SELECT * FROM n|1'), 'visits', /a node of that name would hide it/],
  ['what is no name', pipe('SELECT 1 AS |a'), 'a b', /is no name/],
  ['an alias that a later node passes on with *', pipe('SELECT 1 AS |a', 'SELECT * FROM n1'), 'b', /The node n2 passes a on as a column of its own, perhaps by \*/],
  ['a column that another pipe reads', placeIn('pipes/by_path.pipe', 'NODE first\nSQL >\n    SELECT path, count() AS hi|ts FROM visits GROUP BY path\n'), 'n', /pipes\/reader\.pipe reads the column hits of this pipe/],
  ['a node that another pipe reads', placeIn('pipes/by_path.pipe', 'NODE fi|rst\nSQL >\n    SELECT path, count() AS hits FROM visits GROUP BY path\n\nNODE second\nSQL >\n    SELECT * FROM first\n'), 'n', /pipes\/reader\.pipe reads by_path\.first/],
  ['a parameter to one that is there', pipe('SELECT {{Int32(|a, 1)}}, {{Int32(b, 2)}}'), 'b', /There is a parameter b in this pipe already/],
  ['a node whose name is in the name of a column', pipe('SELECT id FROM visits', 'SELECT id IN n|1 FROM n1'), 'seen', /would change the answer of the node n2/],
  ['an alias in a node with an error', pipe('SELECT nope(id) AS |a FROM visits'), 'b', /The node n1 has an error, so nobody can tell whether the rename is safe/],
  ['a function', pipe('SELECT cou|nt()'), 'x', /is a function of the language/],
])('renaming is refused for %s', (_what, place, to, expected) => {
  expect(renamed(place, to)).toMatch(expected);
});

test('signatures tell which argument the cursor is at, in SQL and in tags', () => {
  const at = (sql: string) => {
    const signature = editor().signature(pipe(sql));
    return signature && `${signature.label.replace(/\(.*/s, '')} ${signature.activeParameter}`;
  };
  expect([at("SELECT dateDiff('day', |"), at("SELECT dateDiff('day', toDate(at), | FROM visits"), at('SELECT round((1 + 2), |'), at('SELECT {{ Int32(a, |) }}'), at('SELECT |'), at("SELECT position('a(b, |")]).toEqual(['dateDiff 1', 'dateDiff 2', 'round 1', 'Int32 1', undefined, 'position 0']);
});

function formatted(path: string, text: string): string {
  return editor().format(path, text);
}

test('formatting lays out the SQL of a pipe and keeps everything else', () => {
  const text = `TOKEN "a b" READ

# a note
NODE one
DESCRIPTION >
    select not from here
SQL >

    %
    with 10 as least select id, {{ String(x,  'a, b') }} as x, quantile(0.9)(id) q, m['k'], (1, 2).1, id::String, a ? b : c -- why
    from visits any left join people using id {% if defined(y) %} where name = '{{ y }}' and id in (select id from people) {% end %} order by id with fill step 1 limit 1 by id

TYPE endpoint
`;
  expect(formatted('pipes/a.pipe', text)).toBe(`TOKEN "a b" READ

# a note
NODE one
DESCRIPTION >
    select not from here
SQL >

    %
    with
        10 as least
    select
        id,
        {{ String(x,  'a, b') }} as x,
        quantile(0.9)(id) q,
        m['k'],
        (1, 2).1,
        id::String,
        a ? b : c -- why
    from
        visits
        any left join people using id {% if defined(y) %}
    where
        name = '{{ y }}'
        and id in (
            select id
            from people
        ) {% end %}
    order by id with fill step 1
    limit 1 by id

TYPE endpoint
`);
});

test('formatting twice changes nothing more, and what cannot be laid out stays as it is', () => {
  const good = formatted('p.pipe', 'NODE a\nSQL >\n    SELECT a,b FROM t WHERE x = 1 AND y IN (1,2)\n');
  const open = "NODE a\nSQL >\n    SELECT (a, 'b FROM t\n";
  expect([formatted('p.pipe', good), formatted('p.pipe', open), formatted('x.datasource', 'SCHEMA >\n    a   String\n')]).toEqual([good, open, 'SCHEMA >\n    a   String\n']);
});

/** The stable surface of the command line: what each command prints and how it ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCommandLine, type CommandLine } from './command.ts';
import { NDJSON, PROJECT } from '../api/project.ts';

const TESTS = `- name: first
  description: The most visited path
  parameters: limit=1&paths=/a
  expected_result: |
    {"path":"\\/a","visits":2,"slowest":1.5}
- name: bad limit
  parameters: limit=x
  expected_http_status: 400
  expected_result: |
    Template Syntax Error: Error validating 'x' to type Int32
`;

let cli: CommandLine;

beforeAll(async () => {
  cli = await openCommandLine({ ...PROJECT, 'fixtures/visits.ndjson': NDJSON, 'tests/top_paths.yaml': TESTS });
}, 60_000);

afterAll(() => cli.remove());

test('check tells of every file and node, and what DuckDB would run', () => {
  const checked = cli.run(['check', '--json']);
  const report = JSON.parse(checked.out) as { ok: boolean; files: unknown[]; nodes: { duckdbSql: string | null }[] };
  const nodes = report.nodes.map(({ duckdbSql, ...rest }) => ({ ...rest, duckdbSql: duckdbSql?.replace(/^(SELECT|WITH)[^]*$/, 'SELECT') }));
  const node = (pipe: string, name: string, type: string) => ({ pipe, node: name, type, ok: true, error: null, duckdbSql: 'SELECT' });
  const clean = (path: string, kind: string) => ({ path, kind, diagnostics: [] });
  expect([checked.code, report.ok, report.files, nodes]).toEqual([
    0, true,
    [
      clean('copies/snapshot.pipe', 'pipe'), clean('datasources/snapshots.datasource', 'datasource'), clean('datasources/visits.datasource', 'datasource'), clean('datasources/visits_by_day.datasource', 'datasource'),
      clean('endpoints/one.pipe', 'pipe'), clean('endpoints/top_paths.pipe', 'pipe'), clean('materializations/by_day.pipe', 'pipe'), clean('pipes/helper.pipe', 'pipe'),
    ],
    [
      node('snapshot', 'snapshot_node', 'copy'), node('one', 'one_node', 'endpoint'), node('top_paths', 'filtered', 'standard'), node('top_paths', 'top_paths_node', 'endpoint'),
      node('by_day', 'by_day_node', 'materialized'), node('helper', 'helper_node', 'standard'),
    ],
  ]);
});

test('check without --json prints a line for each problem and ends with 1 on an error', () => {
  writeFileSync(join(cli.project, 'endpoints/broken.pipe'), 'NODE broken_node\nSQL >\n    %\n    SELECT pth, {{String(q1)}} AS s\n    FROM visits\n\nTYPE endpoint\n');
  const checked = cli.run(['check', cli.project]);
  const report = JSON.parse(cli.run(['check', '--json']).out) as { ok: boolean; nodes: { pipe: string; ok: boolean; error: string | null; duckdbSql: string | null }[] };
  writeFileSync(join(cli.project, 'endpoints/broken.pipe'), 'NODE broken_node\nSQL >\n    SELECT 1 AS x\n\nTYPE endpoint\n');
  expect([checked, report.ok, report.nodes.find(({ pipe }) => pipe === 'broken')]).toEqual([
    { code: 1, out: 'endpoints/broken.pipe:4:12: error: There is no column pth in visits. Did you mean path?\n9 files, 7 nodes, 1 with errors\n', err: '' }, false,
    { pipe: 'broken', node: 'broken_node', type: 'endpoint', ok: false, error: 'There is no column pth in visits. Did you mean path?', duckdbSql: null },
  ]);
});

test('run and sql answer in each format, and run takes pipes that are not published', () => {
  const answers = [
    cli.run(['run', 'top_paths', '-p', 'limit=1', '-p', 'paths=/a,/b/c', '--format', 'ndjson']), cli.run(['run', 'top_paths', '-p', 'limit=1', '--format', 'csv', '--project', cli.project]), cli.run(['run', 'helper', '--format', 'ndjson']),
    cli.run(['sql', 'SELECT path FROM visits WHERE id = 3', '--format', 'ndjson']), cli.run(['sql', 'SELECT path, id FROM visits WHERE id = 3;', '--format', 'csv']),
  ];
  const json = JSON.parse(cli.run(['sql', 'SELECT count() AS n FROM visits']).out) as { data: unknown };
  expect([answers.map(({ code, out }) => [code, out]), json.data]).toEqual([
    [[0, '{"path":"\\/a","visits":2,"slowest":1.5}\n'], [0, '"path","visits","slowest"\n"/a",2,1.5\n'], [0, '{"n":4}\n'], [0, '{"path":"\\/b\\/c"}\n'], [0, '"path","id"\n"/b/c",3\n']],
    [{ n: 4 }],
  ]);
});

test('a mistake is one sentence with its place on standard error, and 1; wrong arguments are 2', () => {
  const answers = [cli.run(['run', 'top_paths', '-p', 'limit=x']), cli.run(['run', 'nothing']), cli.run(['sql', 'SELECT pth FROM visits']), cli.run(['run', 'top_paths', '-p', 'limit']), cli.run(['sql', 'SELECT 1', '--format', 'xml']), cli.run(['unknown']), cli.run(['check', 'nowhere']), cli.run(['import', 'visits', 'nowhere.ndjson'])];
  expect(answers.map(({ code, out, err }) => [code, out, err.split('\n')[0]])).toEqual([
    [1, '', expect.stringMatching(/^endpoints\/top_paths\.pipe:\d+:\d+: Template Syntax Error: Error validating 'x' to type Int32$/)],
    [1, '', "The pipe 'nothing' does not exist"], [1, '', 'line:1:8: There is no column pth in visits. Did you mean path?'],
    [2, '', 'error: limit is no parameter: write NAME=VALUE.'], [2, '', "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are json, csv, ndjson."],
    [2, '', "error: unknown command 'unknown'"], [1, '', `There is no folder ${join(cli.project, 'nowhere')}.`], [1, '', expect.stringContaining('nowhere.ndjson')],
  ]);
});

test('import gives one receipt with an account of each file', () => {
  writeFileSync(join(cli.project, 'more.ndjson'), '{"id":10,"at":"2024-02-01 00:00:00"}\n\n{"id":"x","at":"2024-02-01 00:00:00"}\n');
  writeFileSync(join(cli.project, 'more.csv'), 'id,at,path\n11,2024-02-01 00:00:00,/csv\n');
  const data = join(cli.project, 'other-data');
  const imported = cli.run(['import', 'visits', 'more.ndjson', 'more.csv', '--data', data]);
  const receipt = JSON.parse(imported.out) as Record<string, number> & { readonly files: readonly Record<string, unknown>[] };
  const replaced = cli.run(['import', 'visits', 'more.csv', '--mode', 'replace', '--data', data]);
  const count = cli.run(['sql', 'SELECT groupArray(id) AS ids FROM visits', '--format', 'ndjson', '--data', data]);
  const files = receipt.files.map(({ sizeBytes: _size, sha256: _sum, ...rest }) => rest);
  const { lines, loaded, quarantined, blank, leftOut } = receipt;
  expect([imported.code, { lines, loaded, quarantined, blank, leftOut }, files, replaced.code, count.out]).toEqual([
    0,
    { lines: 4, loaded: 2, quarantined: 1, blank: 1, leftOut: 0 },
    [{ fileName: 'more.ndjson', lines: 3, loaded: 1, quarantined: 1, blank: 1 }, { fileName: 'more.csv', lines: 1, loaded: 1, quarantined: 0, blank: 0 }],
    0, '{"ids":[11]}\n',
  ]);
});

test('test runs the project\'s tests on its fixtures, and ends with 1 when one fails', () => {
  const good = cli.run(['test']);
  writeFileSync(join(cli.project, 'tests/one.yaml'), '- name: status\n  parameters: id=1\n  expected_http_status: 400\n  expected_result: x\n- name: rows\n  parameters: id=1\n  expected_result: |\n    {"id":1,"path":"/a"}\n');
  const bad = cli.run(['test', cli.project]);
  expect([good, bad]).toEqual([
    { code: 0, out: 'ok    top_paths: first\nok    top_paths: bad limit\n2 passed, 0 failed\n', err: '' },
    {
      code: 1, err: '',
      out: 'FAIL  one: status\n  status 400 expected, 200 came\nFAIL  one: rows\n  line 1 of 1 expected, 1 came\n  expected: {"id":1,"path":"/a"}\n  came:     {"id":1,"path":"\\/a"}\nok    top_paths: first\nok    top_paths: bad limit\n2 passed, 2 failed\n',
    },
  ]);
});

test('translate reads standard input; names resolve in a project', () => {
  const plain = cli.run(['translate'], 'SELECT number + 1 AS n FROM numbers(3)');
  const named = cli.run(['translate', '--project', '.'], 'SELECT count() FROM top_paths');
  const wrong = cli.run(['translate'], 'SELECT\n 1 FROM visits');
  expect([plain.code, plain.out.startsWith('SELECT'), named.code, named.out.includes('"main"."visits"'), wrong.code, wrong.err]).toEqual([0, true, 0, true, 1, 'line:2:9: There is no data source, pipe or node visits.\n']);
});

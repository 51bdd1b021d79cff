import { expect, test } from 'vitest';
import { treeRows, type TreeRow } from '../../renderer/tree/tree-rows.ts';
import { dataSource, node, pipe, project } from './project.ts';

const sample = project({
  dataSources: [dataSource('app_events', { rowCount: 1_234_567, quarantinedCount: 2, columns: [{ name: 'id', type: 'String' }] })],
  pipes: [pipe('active_users', [node('active_users_node', ['app_events'], { firstLine: 4 })]), pipe('by_day', [], { type: 'materialized', path: 'materializations/by_day.pipe' })],
  files: [
    { path: 'endpoints/active_users.pipe', kind: 'pipe', diagnostics: [{ severity: 'error', message: 'Unknown column', line: 1, column: 1, endLine: 1, endColumn: 2 }] },
    { path: 'endpoints/broken.pipe', kind: 'pipe', diagnostics: [] },
    { path: 'tests/active_users.yaml', kind: 'test', diagnostics: [] },
  ],
});

const shown = (row: TreeRow) => `${'  '.repeat(row.level - 1)}${row.label}${row.note === undefined ? '' : ` ${row.note}`}${row.errors > 0 ? ' !' : ''} ${row.position}/${row.setSize}`;

test('the tree groups pipes by type, shows a file that does not parse, and leaves out what the project has none of', () => {
  expect(treeRows(sample, new Set()).map(shown)).toEqual([
    'Data sources 1/6',
    '  app_events 1.2M 1/1',
    'Pipes 2/6',
    '  endpoints 1/3',
    '    active_users ! 1/1',
    '  materializations 2/3',
    '    by_day 1/1',
    '  broken.pipe 3/3',
    'Tests 3/6',
    '  active_users.yaml 1/1',
    'Lineage 4/6',
    'Jobs 5/6',
    'Requests 6/6',
  ]);
});

test('a toggled row shows its children, or hides them when they are usually shown', () => {
  const rows = treeRows(sample, new Set(['section:pipes', 'source:app_events', 'section:tests']));
  expect(rows.map((row) => row.id)).toEqual(['section:sources', 'source:app_events', 'column:app_events.id', 'section:pipes', 'section:tests', 'lineage', 'jobs', 'requests']);
});

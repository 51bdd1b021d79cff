/** The editor's questions over HTTP: whole answers, and refusals with their sentence. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HelpView } from '../../engine/api/protocol.ts';
import { openEngine, type TestEngine } from './engine.ts';
import { PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
});

afterAll(() => engine.close());

const TEXT = 'NODE a\nSQL >\n    SELECT count() AS hits FROM visits\n\nNODE b\nSQL >\n    SELECT max(hits) AS most FROM a\n';
const at = (line: number, column: number) => ({ path: 'endpoints/new.pipe', text: TEXT, line, column });

test('a definition is a place, a signature has parts and an active one, and formatting gives the text', async () => {
  expect([
    await engine.local('definition', at(7, 36)), await engine.local('definition', at(7, 5)), await engine.local('signature', at(7, 16)), await engine.local('format', { path: 'endpoints/new.pipe', text: 'NODE a\nSQL >\n    SELECT 1,2\n' }),
  ]).toEqual([
    { place: { path: 'endpoints/new.pipe', line: 1, column: 6, endLine: 1, endColumn: 7 } },
    {},
    { signature: { label: 'max(x)', documentation: expect.any(String) as string, parameters: ['x'], activeParameter: 0 } },
    { text: 'NODE a\nSQL >\n    SELECT\n        1,\n        2\n' },
  ]);
});

test('a rename gives its edits, and one that is not safe its sentence', async () => {
  expect([await engine.local('rename-word', at(3, 25)), await engine.local('rename', { ...at(3, 25), to: 'views' }), await engine.local('rename-word', at(3, 34)), await engine.local('rename', { ...at(3, 25), to: 'not a name' })]).toEqual([
    { place: { path: 'endpoints/new.pipe', line: 3, column: 23, endLine: 3, endColumn: 27 }, text: 'hits' },
    { edits: [{ place: { path: 'endpoints/new.pipe', line: 3, column: 23, endLine: 3, endColumn: 27 }, text: 'views' }, { place: { path: 'endpoints/new.pipe', line: 7, column: 16, endLine: 7, endColumn: 20 }, text: 'views' }] },
    { error: 'visits is a data source: rename its file, and then the pipes that read it.', code: 'bad-request' },
    { error: '`not a name` is no name: use letters, digits and underscores, and begin with a letter.', code: 'bad-request' },
  ]);
});

test('references of a data source are places in several files', async () => {
  const { places } = (await engine.local('references', at(3, 34))) as { places: { path: string }[] };
  expect([...new Set(places.map(({ path }) => path))]).toEqual(expect.arrayContaining(['datasources/visits.datasource', 'endpoints/new.pipe', 'endpoints/top_paths.pipe']));
});

test('the help has its sections', async () => {
  const { sections } = (await engine.local('help')) as HelpView;
  expect(sections.map(({ id }) => id)).toEqual(['clauses', 'types', 'functions', 'aggregates', 'combinators', 'windows', 'templates', 'datasource-keywords', 'pipe-keywords', 'connection-keywords', 'differences']);
});

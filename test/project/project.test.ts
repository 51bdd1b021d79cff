/** A project: names, lineage, targets, circles, tokens, and files that break without breaking the rest. */
import { expect, test } from 'vitest';
import { loadProject, type Project } from '../../engine/project/project.ts';
import { placeInFile } from '../../engine/project/pipe.ts';

const SCHEMA = 'SCHEMA >\n    a String,\n    b Int32\n\nENGINE MergeTree\nENGINE_SORTING_KEY a\n';

function project(files: Readonly<Record<string, string>>): Project {
  return loadProject(Object.entries(files).map(([path, text]) => ({ path, text })));
}

function node(name: string, sql: string, rest = ''): string {
  return `NODE ${name}\nSQL >\n    ${sql}\n${rest}\n`;
}

function told({ files }: Project): string[] {
  return files.flatMap(({ path, diagnostics }) => diagnostics.map(({ severity, message, line, column }) => `${path}:${line}:${column} ${severity}: ${message}`));
}

test('folders nest to any depth, and the file names the resource', () => {
  const { dataSources, pipes, connections, files } = project({ 'a/b/c/events.datasource': SCHEMA, 'top.pipe': node('n', 'SELECT 1'), 'x/k.connection': 'TYPE gcs', 'parts/p.incl': 'NODE x', 'README.md': '# no' });
  expect({ dataSources: dataSources.map(({ name }) => name), pipes: pipes.map(({ name }) => name), connections: connections.map(({ name }) => name), files: files.map(({ path, kind, diagnostics }) => [path, kind, diagnostics.length]) }).toEqual({
    dataSources: ['events'], pipes: ['top'], connections: ['k'],
    files: [['a/b/c/events.datasource', 'datasource', 0], ['parts/p.incl', 'include', 0], ['top.pipe', 'pipe', 0], ['x/k.connection', 'connection', 0]],
  });
});

test('a name is a node of the same pipe, a data source or a pipe, also by version and by node', () => {
  const loaded = project({
    'events.datasource': `VERSION 3\n${SCHEMA}`,
    'base.pipe': `VERSION 1\n${node('first', 'SELECT * FROM events__v3')}${node('last', 'SELECT * FROM first JOIN base.first USING a')}`,
    'shadow.pipe': node('events', 'SELECT 1 FROM base__v1') + node('end', 'WITH c AS (SELECT * FROM base) SELECT * FROM events, c WHERE a IN (SELECT a FROM nothing) AND b IN base'),
  });
  const resolve = (name: string, pipe?: string): unknown => {
    const found = loaded.resolve(name, pipe === undefined ? undefined : loaded.findPipe(pipe));
    return found?.kind === 'node' ? `${found.pipe.name}.${found.node.name}` : found?.dataSource.name;
  };
  expect({
    names: [resolve('events'), resolve('events__v3'), resolve('events__v2'), resolve('base'), resolve('base__v1'), resolve('base.first'), resolve('first'), resolve('first', 'base'), resolve('events', 'shadow')],
    reads: loaded.pipes.flatMap(({ name, nodes }) => nodes.map((one) => [name, one.name, one.reads])),
    sources: loaded.dataSourcesOf(loaded.pipes[1] ?? never(), loaded.pipes[1]?.nodes[1] ?? never()),
    usedBy: [loaded.usedBy('events'), loaded.usedBy('base')],
    dependents: loaded.dependents('events'),
  }).toEqual({
    names: ['events', 'events', undefined, 'base.last', 'base.last', 'base.first', undefined, 'base.first', 'shadow.events'],
    reads: [['base', 'first', ['events']], ['base', 'last', ['first', 'base.first']], ['shadow', 'events', ['base']], ['shadow', 'end', ['events', 'base']]],
    sources: ['events'],
    usedBy: [['base'], ['shadow']],
    dependents: ['base', 'shadow'],
  });
});

test('tables are found in templates and in SQL that does not parse', () => {
  const loaded = project({
    'a.datasource': SCHEMA, 'b.datasource': SCHEMA, 'c.datasource': SCHEMA, 'd.datasource': SCHEMA,
    'x.pipe': node('n', "%\n    WITH w AS (SELECT 1 FROM a) SELECT {{ String(x) }} FROM {% if defined(y) %} b {% else %} `c` {% end %} t, w JOIN {{ table('d') }} ON 1 -- FROM e"),
    'y.pipe': node('n', "SELECT FROM a FINAL, b AS q WHERE ' FROM c' = ("),
  });
  expect(loaded.pipes.map(({ nodes }) => nodes[0]?.reads)).toEqual([['a', 'b', 'd'], ['a', 'b']]);
});

test('a pipe is published by TYPE endpoint, or by having no TYPE at all', () => {
  const pipes = { 'a.pipe': node('x', 'SELECT 1', 'TYPE endpoint') + node('y', 'SELECT 2'), 'b.pipe': node('x', 'SELECT 1') + node('y', 'SELECT 2'), 'c.pipe': node('x', 'SELECT 1', 'TYPE standard'), 'd.pipe': node('x', 'SELECT 1', 'TYPE copy\nTARGET_DATASOURCE t'), 't.datasource': SCHEMA };
  expect(project(pipes).pipes.map(({ name, type, published, outputNode }) => [name, type, published, outputNode])).toEqual([['a', 'endpoint', true, 'x'], ['b', 'endpoint', true, 'y'], ['c', 'standard', false, 'x'], ['d', 'copy', false, 'x']]);
});

test('a materialization knows its target and the data source that sets it off', () => {
  const loaded = project({
    'events.datasource': SCHEMA, 'names.datasource': SCHEMA, 'daily.datasource': SCHEMA,
    'mv.pipe': node('prepare', 'SELECT a, b FROM (SELECT * FROM events) e JOIN names USING a') + node('fill', 'WITH (SELECT max(b) FROM names) AS m SELECT a, b FROM prepare', 'TYPE materialized\nDATASOURCE daily'),
    'classic.pipe': node('fill', 'SELECT a FROM events', 'TYPE materialized\nDATASOURCE made\nENGINE SummingMergeTree\nENGINE_SORTING_KEY a\nSCHEMA >\n    a String\n'),
    'lost.pipe': node('fill', 'SELECT a FROM events', 'TYPE materialized\nDATASOURCE dayly'),
  });
  expect([loaded.materializations.map(({ pipe, node, source, target }) => [pipe.name, node.name, source, target]), loaded.dataSources.map(({ name, tableEngine }) => [name, tableEngine.name]), told(loaded)]).toEqual([
    [['classic', 'fill', 'events', 'made'], ['mv', 'fill', 'events', 'daily']],
    [['daily', 'MergeTree'], ['events', 'MergeTree'], ['names', 'MergeTree'], ['made', 'SummingMergeTree']],
    ['lost.pipe:5:12 error: The data source dayly, which the node fill fills, does not exist. Did you mean daily?'],
  ]);
});

test('circles are told in each pipe that is in one', () => {
  expect(told(project({
    'a.pipe': node('x', 'SELECT * FROM b'), 'b.pipe': node('y', 'SELECT * FROM a'), 'c.pipe': node('z', 'SELECT * FROM a'),
    'e.datasource': SCHEMA, 'mv.pipe': node('fill', 'SELECT * FROM e', 'TYPE materialized\nDATASOURCE e'),
  }))).toEqual([
    'a.pipe:1:6 error: This node reads itself in a circle: a.x → b.y → a.x.',
    'b.pipe:1:6 error: This node reads itself in a circle: a.x → b.y → a.x.',
    'mv.pipe:1:6 error: This node reads itself in a circle: mv.fill → e → mv.fill.',
  ]);
});

test('a name taken twice is told, and the first file counts', () => {
  const loaded = project({ 'a/n.pipe': node('x', 'SELECT 1'), 'b/n.datasource': SCHEMA, 'c/2bad.pipe': node('x', 'SELECT 1') });
  expect([told(loaded), loaded.pipes.map(({ path }) => path), loaded.dataSources.length]).toEqual([
    ['b/n.datasource:1:1 error: The name n is taken by a/n.pipe: this file is left out.', 'c/2bad.pipe:1:1 error: `2bad` is not a name that SQL can use: name the file with letters, digits and underscores, not beginning with a digit.'],
    ['a/n.pipe', 'c/2bad.pipe'], 0,
  ]);
});

test('tokens of all files are gathered with their scopes', () => {
  expect(project({ 'e.datasource': `TOKEN app APPEND\nTOKEN "read" READ\n${SCHEMA}`, 'p.pipe': `TOKEN "read" READ\nTOKEN read READ\n${node('n', 'SELECT 1')}` }).tokens).toEqual([
    { name: 'app', scopes: [{ type: 'DATASOURCES:APPEND', resource: 'e' }] },
    { name: 'read', scopes: [{ type: 'DATASOURCES:READ', resource: 'e' }, { type: 'PIPES:READ', resource: 'p' }] },
  ]);
});

test('one broken file leaves the rest as it is', () => {
  const loaded = project({ 'broken.datasource': '\u0000 >>> {{{ %%%\nSCHEMA >\n  `', 'broken.pipe': 'NODE\nSQL >\n{{ \nNODE NODE NODE', 'e.datasource': SCHEMA, 'good.pipe': node('n', 'SELECT * FROM e') });
  expect([loaded.findPipe('good')?.nodes[0]?.reads, told(loaded).filter((line) => !line.startsWith('broken'))]).toEqual([['e'], []]);
});

test('included files are found beside the file, from the root, and by name', () => {
  const part = node('shared', 'SELECT 1 FROM e');
  const loaded = project({ 'e.datasource': SCHEMA, 'includes/part.incl': part, 'pipes/a.pipe': 'INCLUDE "../includes/part.incl"\n', 'pipes/b.pipe': 'INCLUDE "./includes/part.incl"\n', 'deep/er/c.pipe': 'INCLUDE "part.incl"\n' });
  expect([loaded.pipes.map(({ name, nodes }) => [name, nodes.map((one) => [one.name, one.reads, placeInFile(one, { start: 3, end: 4 })])]), told(loaded)]).toEqual([
    [['c', [['shared', ['e'], { start: 0, end: 19 }]]], ['a', [['shared', ['e'], { start: 0, end: 31 }]]], ['b', [['shared', ['e'], { start: 0, end: 30 }]]]], [],
  ]);
});

test('files parsed before are not parsed again', () => {
  const files = [{ path: 'e.datasource', text: SCHEMA }, { path: 'p.pipe', text: node('n', 'SELECT * FROM e') }];
  const first = loadProject(files);
  const second = loadProject(files, { parsed: (path, text) => first.files.find((file) => file.path === path && file.datafile.text === text)?.datafile });
  expect(second.files.map(({ datafile }, index) => datafile === first.files[index]?.datafile)).toEqual([true, true]);
});

test('a chain of five hundred pipes loads and is followed to its end', () => {
  const files = [{ path: 'e.datasource', text: SCHEMA }, ...Array.from({ length: 500 }, (_, index) => ({ path: `p${index}.pipe`, text: node('a', `%\n    SELECT a, sum(b) AS s FROM ${index === 0 ? 'e' : `p${index - 1}`} WHERE a = {{ String(x, 'y') }} GROUP BY a`) + node('b', 'SELECT * FROM a ORDER BY s DESC LIMIT 10') }))];
  const loaded = loadProject(files);
  expect([loaded.pipes.length, loaded.dependents('e').length]).toEqual([500, 500]);
});

function never(): never {
  throw new Error('not there');
}

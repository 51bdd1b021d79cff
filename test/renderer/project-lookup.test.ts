import { expect, test } from 'vitest';
import { dataSourcesBehind, mainNode, stemOf } from '../../renderer/project-lookup.ts';
import { dataSource, node, pipe, project } from './project.ts';

test('a node reads the data sources behind its sibling nodes and behind other pipes, each once', () => {
  const days = pipe('days', [node('inner', ['events']), node('outer', ['inner', 'users'], { type: 'endpoint' })]);
  const nodes = [node('first', ['days', 'events']), node('second', ['first', 'missing'])];
  const sample = project({ dataSources: [dataSource('events'), dataSource('users'), dataSource('other')], pipes: [days, pipe('report', nodes)] });
  expect([dataSourcesBehind(sample, nodes, 'first'), dataSourcesBehind(sample, nodes, 'second')]).toEqual([
    ['events', 'users'],
    ['events', 'users'],
  ]);
});

test('nodes that read each other in a circle do not keep the page busy for ever', () => {
  const nodes = [node('one', ['two']), node('two', ['one', 'events'])];
  expect(dataSourcesBehind(project({ dataSources: [dataSource('events')] }), nodes, 'one')).toEqual(['events']);
});

test('the node that answers for a pipe is its endpoint, else its last', () => {
  expect([mainNode([node('a', [], { type: 'endpoint' }), node('b', [])])?.name, mainNode([node('a', []), node('b', [])])?.name, mainNode([])]).toEqual(['a', 'b', undefined]);
});

test('the name of a file is without its folder and its last ending', () => {
  expect(['endpoints/a.pipe', 'a.b.yaml', 'plain'].map(stemOf)).toEqual(['a', 'a.b', 'plain']);
});

/** A small project as the engine would describe it, for tests of the page. */
import type { DataSourceView, NodeView, PipeView, ProjectView } from '../../engine/api/protocol.ts';

export function node(name: string, reads: readonly string[], more: Partial<NodeView> = {}): NodeView {
  return { name, type: 'standard', description: '', firstLine: 1, lastLine: 5, reads, ...more };
}

export function pipe(name: string, nodes: readonly NodeView[], more: Partial<PipeView> = {}): PipeView {
  return { name, path: `endpoints/${name}.pipe`, description: '', type: 'endpoint', published: true, nodes, parameters: [], ...more };
}

export function dataSource(name: string, more: Partial<DataSourceView> = {}): DataSourceView {
  return {
    name, path: `datasources/${name}.datasource`, description: '', columns: [], tableEngine: 'MergeTree', sortingKey: '', partitionKey: '',
    rowCount: 0, quarantinedCount: 0, usedBy: [], ...more,
  };
}

export function project(more: Partial<ProjectView> = {}): ProjectView {
  return {
    name: 'sample', folder: '/sample', version: '0.1.0', duckdbVersion: 'v1.5.5', address: 'http://127.0.0.1:7181', adminToken: 'p.admin', timeZone: 'UTC',
    revision: 1, dataSources: [], pipes: [], files: [], ...more,
  };
}

/** The project as the page shows it: files with their diagnostics, data sources with their rows, pipes with their parameters. */
import type { DataSource } from '../project/datasource.ts';
import { nodesOf, parametersOf } from '../workspace/outline.ts';
import type { Counts } from '../workspace/row-counts.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { ColumnView, DataSourceView, FileView, PipeView, ProjectView } from './protocol.ts';

export async function projectView(workspace: Workspace, address: string): Promise<ProjectView> {
  const { project } = workspace;
  const diagnostics = new Map(project.files.map((file) => [file.path, file.diagnostics]));
  return {
    name: workspace.name,
    folder: workspace.folder.path,
    version: workspace.version,
    duckdbVersion: workspace.duckdbVersion,
    address,
    adminToken: workspace.tokens.admin.token,
    timeZone: workspace.timeZone,
    revision: workspace.revision,
    dataSources: await Promise.all(project.dataSources.map((source) => dataSourceView(source, workspace))),
    pipes: project.pipes.map((pipe): PipeView => ({
      ...scheduleOf(pipe.name, workspace),
      name: pipe.name, path: pipe.path, description: pipe.description, type: pipe.type, published: pipe.published,
      nodes: nodesOf(pipe, workspace.fileText(pipe.path)), parameters: parametersOf(pipe, project.pipes),
    })),
    files: workspace.folder.list().map((path): FileView => ({ path, kind: kindOf(path), diagnostics: diagnostics.get(path) ?? [] })),
  };
}

async function dataSourceView(source: DataSource, workspace: Workspace): Promise<DataSourceView> {
  return {
    name: source.name, path: source.path, description: source.description, columns: columnViews(source),
    tableEngine: source.tableEngine.name, sortingKey: source.tableEngine.sortingKey, partitionKey: source.tableEngine.partitionKey,
    ...countsView(await workspace.counts(source.name)),
    usedBy: workspace.project.usedBy(source.name),
  };
}

function countsView({ rowCount, quarantinedCount, lastRowsAt }: Counts): Pick<DataSourceView, 'rowCount' | 'quarantinedCount' | 'lastRowsAt'> {
  return { rowCount, quarantinedCount, ...(lastRowsAt ? { lastRowsAt: lastRowsAt.toISOString() } : {}) };
}

function scheduleOf(pipe: string, workspace: Workspace): Pick<PipeView, 'schedule'> {
  const schedule = workspace.schedules.find(pipe);
  return schedule ? { schedule: { cron: schedule.cron, isPaused: schedule.isPaused, ...(schedule.nextRun ? { nextRun: schedule.nextRun.toISOString() } : {}) } } : {};
}

export function columnViews(source: DataSource): readonly ColumnView[] {
  return source.columns.map(({ name, typeText, jsonPath, defaultExpression }) => ({
    name, type: typeText,
    ...(jsonPath === undefined ? {} : { jsonPath }),
    ...(defaultExpression === undefined ? {} : { defaultExpression }),
  }));
}

function kindOf(path: string): FileView['kind'] {
  if (path.endsWith('.datasource')) return 'datasource';
  if (path.endsWith('.pipe')) return 'pipe';
  if (path.endsWith('.connection')) return 'connection';
  if (path.endsWith('.incl')) return 'include';
  if (/(^|\/)fixtures\//.test(path)) return 'fixture';
  return /(^|\/)tests\/[^/]+\.ya?ml$/.test(path) ? 'test' : 'other';
}

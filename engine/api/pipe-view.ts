/** A pipe in Tinybird's shape, as its clients read it. */
import type { Pipe } from '../project/pipe.ts';
import { parametersOf } from '../workspace/outline.ts';
import type { Workspace } from '../workspace/workspace.ts';

export function pipeView(pipe: Pipe, workspace: Workspace) {
  const params = parametersOf(pipe, workspace.project.pipes).map(({ name, type, defaultValue, required, description }) => ({ name, type, default: defaultValue ?? null, required, description: description ?? null }));
  const nodes = pipe.nodes.map((node) => ({
    id: `${pipe.name}.${node.name}`, name: node.name, sql: node.isDynamic ? `%\n${node.sql}` : node.sql, description: node.description, node_type: node.type === 'standard' ? 'default' : node.type,
    materialized: node.type === 'materialized' ? (node.target ?? null) : null, cluster: null, tags: {}, project: null, result: null, ignore_sql_errors: false, dependencies: node.reads, params,
    ...(node.type === 'copy' ? { copy_target_datasource: node.target, copy_schedule: node.copySchedule ?? null, copy_mode: node.copyMode ?? 'append' } : {}),
    ...(node.type === 'materialized' ? { materialized_datasource: node.target } : {}),
  }));
  const schedule = workspace.schedules.find(pipe.name);
  return {
    id: pipe.name, name: pipe.name, description: pipe.description, type: pipe.type === 'standard' ? 'default' : pipe.type,
    endpoint: pipe.published && pipe.outputNode !== undefined ? `${pipe.name}.${pipe.outputNode}` : null,
    nodes, url: `/v0/pipes/${pipe.name}.json`, path: pipe.path, content: workspace.fileText(pipe.path), parent: null, workspace_id: workspace.tokens.workspaceId,
    ...(schedule ? { schedule: { cron: schedule.cron, timezone: 'Etc/UTC', status: schedule.isPaused ? 'paused' : 'running', next_run: schedule.nextRun?.toISOString() ?? null } } : {}),
  };
}

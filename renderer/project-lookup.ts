/** Questions about a project as the engine describes it: what a path is, what a node reads in the end. Pure. */
import type { DataSourceView, FileView, NodeView, PipeView, ProjectView } from '../engine/api/protocol.ts';

export function findPipe(project: ProjectView, path: string): PipeView | undefined {
  return project.pipes.find((pipe) => pipe.path === path);
}

export function findDataSource(project: ProjectView, path: string): DataSourceView | undefined {
  return project.dataSources.find((one) => one.path === path);
}

export function findFile(project: ProjectView, path: string): FileView | undefined {
  return project.files.find((file) => file.path === path);
}

/** `session_insights` of `endpoints/session_insights.pipe`. */
export function stemOf(path: string): string {
  return fileNameOf(path).replace(/\.[^.]+$/, '');
}

export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The node that answers for a pipe: its endpoint, else its last. */
export function mainNode(nodes: readonly NodeView[]): NodeView | undefined {
  return nodes.find((node) => node.type !== 'standard') ?? nodes.at(-1);
}

/** Names of the data sources that a node reads, through other nodes and pipes too. */
export function dataSourcesBehind(project: ProjectView, nodes: readonly NodeView[], name: string): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (siblings: readonly NodeView[], one: string) => {
    const node = siblings.find((sibling) => sibling.name === one);
    const pipe = project.pipes.find((candidate) => candidate.name === one);
    const key = node ? `${siblings[0]?.name}/${one}` : one;
    if (seen.has(key)) return;
    seen.add(key);
    if (node) for (const read of node.reads) visit(siblings, read);
    else if (project.dataSources.some((source) => source.name === one)) found.add(one);
    else if (pipe) visit(pipe.nodes, mainNode(pipe.nodes)?.name ?? '');
  };
  visit(nodes, name);
  return [...found];
}

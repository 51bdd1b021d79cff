/** The project as boxes and arrows: where rows come from, what works on them, and where they go. Pure. */
import type { PipeType, PipeView, ProjectView } from '../../engine/api/protocol.ts';

export interface LineageBox {
  /** Unique: kind and name. */
  readonly id: string;
  readonly kind: 'data-source' | 'pipe';
  readonly name: string;
  readonly path: string;
  /** What is said under the name. */
  readonly role: string;
  readonly pipeType?: PipeType;
  /** Nodes of a pipe, each with its line in the file. */
  readonly nodes: readonly { readonly name: string; readonly line: number }[];
}

export interface LineageArrow {
  readonly from: string;
  readonly to: string;
  /** `fills`: rows flow by themselves or when the pipe runs; `reads`: they are asked for. */
  readonly kind: 'reads' | 'fills';
}

export interface LineageGraph {
  readonly boxes: readonly LineageBox[];
  readonly arrows: readonly LineageArrow[];
}

const ROLES: Readonly<Record<PipeType, string>> = { endpoint: 'endpoint', materialized: 'materialized view', copy: 'copy', sink: 'sink', standard: 'pipe' };

export function lineageGraph(project: ProjectView): LineageGraph {
  const sources = new Map(project.dataSources.map((source) => [source.name, `source ${source.name}`]));
  const pipes = new Map(project.pipes.map((pipe) => [pipe.name, `pipe ${pipe.name}`]));
  const boxes: LineageBox[] = [
    ...project.dataSources.map(({ name, path, tableEngine }): LineageBox => ({ id: `source ${name}`, kind: 'data-source', name, path, role: tableEngine, nodes: [] })),
    ...project.pipes.map((pipe): LineageBox => ({ id: `pipe ${pipe.name}`, kind: 'pipe', name: pipe.name, path: pipe.path, role: roleOf(pipe), pipeType: pipe.type, nodes: pipe.nodes.map(({ name, firstLine }) => ({ name, line: firstLine })) })),
  ];
  const arrows = new Map<string, LineageArrow>();
  const add = (arrow: LineageArrow) => arrows.set(`${arrow.from} ${arrow.to}`, arrow);
  for (const pipe of project.pipes) {
    const own = new Set(pipe.nodes.map(({ name }) => name));
    const to = `pipe ${pipe.name}`;
    for (const node of pipe.nodes) {
      for (const name of node.reads) {
        const from = own.has(name) ? undefined : (sources.get(name) ?? pipes.get(name) ?? pipes.get(name.split('.')[0] ?? ''));
        if (from !== undefined && from !== to) add({ from, to, kind: pipe.type === 'materialized' ? 'fills' : 'reads' });
      }
      const target = node.target === undefined ? undefined : sources.get(node.target);
      if (target !== undefined) add({ from: to, to: target, kind: 'fills' });
    }
  }
  return { boxes, arrows: [...arrows.values()] };
}

function roleOf(pipe: PipeView): string {
  if (pipe.schedule) return `${ROLES[pipe.type]}, ${pipe.schedule.isPaused ? 'paused' : pipe.schedule.cron}`;
  return pipe.type === 'standard' && pipe.published ? 'endpoint' : ROLES[pipe.type];
}

/** Everything that rows of a box flow on to, and everything they came from, itself among them. */
export function related({ arrows }: LineageGraph, id: string): ReadonlySet<string> {
  const reached = new Set([id]);
  const follow = (at: string, next: (arrow: LineageArrow) => readonly [string, string]) => {
    for (const arrow of arrows) {
      const [here, there] = next(arrow);
      if (here !== at || reached.has(there)) continue;
      reached.add(there);
      follow(there, next);
    }
  };
  follow(id, ({ from, to }) => [from, to]);
  follow(id, ({ from, to }) => [to, from]);
  return reached;
}

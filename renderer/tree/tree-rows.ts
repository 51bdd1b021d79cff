/** The project as rows of a tree, in the order they are shown. Pure. */
import type { FileView, PipeType, ProjectView } from '../../engine/api/protocol.ts';
import type { PageId } from '../desk-state.ts';
import { fileNameOf } from '../project-lookup.ts';
import { shortNumber, wholeNumber } from '../readable.ts';

export interface TreeRow {
  readonly id: string;
  readonly level: number;
  readonly kind: 'section' | 'group' | 'data-source' | 'column' | 'pipe' | 'node' | 'file' | 'page';
  readonly page?: PageId;
  readonly label: string;
  /** Stands at the end of the row, such as a count. */
  readonly note?: string;
  /** The note in full. */
  readonly noteTitle?: string;
  /** The file that the row stands for or lies in. */
  readonly path?: string;
  /** Line of the file. */
  readonly line?: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
  readonly errors: number;
  /** What the section's plus makes. */
  readonly makes?: 'data-source' | 'pipe';
  readonly setSize: number;
  readonly position: number;
}

interface Branch extends Omit<TreeRow, 'level' | 'expandable' | 'expanded' | 'setSize' | 'position' | 'errors'> {
  readonly errors?: number;
  readonly open?: boolean;
  readonly children?: readonly Branch[];
}

const PIPE_GROUPS: readonly { readonly type: PipeType; readonly label: string }[] = [
  { type: 'endpoint', label: 'endpoints' },
  { type: 'materialized', label: 'materializations' },
  { type: 'copy', label: 'copies' },
  { type: 'sink', label: 'sinks' },
  { type: 'standard', label: 'other pipes' },
];

/** `toggled` holds the ids of rows whose state is not the usual one. */
export function treeRows(project: ProjectView, toggled: ReadonlySet<string>): readonly TreeRow[] {
  const errors = errorCounts(project.files);
  const rows: TreeRow[] = [];
  const add = (branches: readonly Branch[], level: number) => {
    branches.forEach((branch, index) => {
      const { children, open = false, ...row } = branch;
      const expanded = children !== undefined && open !== toggled.has(branch.id);
      rows.push({ errors: 0, ...row, level, expandable: children !== undefined, expanded, setSize: branches.length, position: index + 1 });
      if (expanded && children) add(children, level + 1);
    });
  };
  add(sections(project, errors), 1);
  return rows;
}

function sections(project: ProjectView, errors: ReadonlyMap<string, number>): readonly Branch[] {
  const errorsOf = (path: string) => ({ errors: errors.get(path) ?? 0 });
  const dataSources = project.dataSources.map((source): Branch => ({
    id: `source:${source.name}`,
    kind: 'data-source',
    label: source.name,
    note: shortNumber(source.rowCount),
    noteTitle: `${wholeNumber(source.rowCount)} rows${source.quarantinedCount > 0 ? `, ${wholeNumber(source.quarantinedCount)} in quarantine` : ''}`,
    path: source.path,
    ...errorsOf(source.path),
    children: source.columns.map((column) => ({ id: `column:${source.name}.${column.name}`, kind: 'column', label: column.name, note: column.type, path: source.path })),
  }));
  const pipeGroups = PIPE_GROUPS.flatMap(({ type, label }): readonly Branch[] => {
    const pipes = project.pipes.filter((pipe) => pipe.type === type);
    if (pipes.length === 0) return [];
    return [{
      id: `group:${type}`,
      kind: 'group',
      label,
      open: true,
      children: pipes.map((pipe) => ({
        id: `pipe:${pipe.name}`,
        kind: 'pipe',
        label: pipe.name,
        path: pipe.path,
        ...errorsOf(pipe.path),
        children: pipe.nodes.map((node) => ({ id: `node:${pipe.name}.${node.name}`, kind: 'node', label: node.name, path: pipe.path, line: node.firstLine })),
      })),
    }];
  });
  const known = new Set([...project.dataSources.map((one) => one.path), ...project.pipes.map((one) => one.path)]);
  const filesOf = (kinds: readonly FileView['kind'][]) =>
    project.files
      .filter((file) => kinds.includes(file.kind) && !known.has(file.path))
      .map((file): Branch => ({ id: `file:${file.path}`, kind: 'file', label: fileNameOf(file.path), path: file.path, ...errorsOf(file.path) }));
  const section = (id: string, label: string, children: readonly Branch[], more: Partial<Branch> = {}): readonly Branch[] =>
    children.length === 0 && more.makes === undefined ? [] : [{ id: `section:${id}`, kind: 'section', label, open: true, children, ...more }];
  return [
    ...section('sources', 'Data sources', [...dataSources, ...filesOf(['datasource'])], { makes: 'data-source' }),
    ...section('pipes', 'Pipes', [...pipeGroups, ...filesOf(['pipe'])], { makes: 'pipe' }),
    ...section('tests', 'Tests', filesOf(['test'])),
    ...section('fixtures', 'Fixtures', filesOf(['fixture'])),
    ...section('connections', 'Connections and includes', filesOf(['connection', 'include'])),
    { id: 'lineage', kind: 'page', page: 'lineage', label: 'Lineage' },
    { id: 'jobs', kind: 'page', page: 'jobs', label: 'Jobs' },
    { id: 'requests', kind: 'page', page: 'requests', label: 'Requests' },
  ];
}

function errorCounts(files: readonly FileView[]): ReadonlyMap<string, number> {
  return new Map(files.map((file) => [file.path, file.diagnostics.filter((one) => one.severity === 'error').length]));
}

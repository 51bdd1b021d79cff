/** What can be done with a row of the tree: the entries of its menu. */
import { FilePlus, FolderOpen, FolderInput, Pencil, Plus, Rows3, Trash2 } from 'lucide-react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { askImport, openFile, useDesk } from '../desk-state.ts';
import type { MenuAction } from '../parts/menu.tsx';
import { addNodeTo, showInFolder } from './file-deeds.ts';
import type { TreeRow } from './tree-rows.ts';

export function rowActions(row: TreeRow, project: ProjectView): readonly MenuAction[] {
  const { path } = row;
  const source = row.kind === 'data-source' ? project.dataSources.find((one) => one.path === path) : undefined;
  const pipe = row.kind === 'pipe' ? project.pipes.find((one) => one.path === path) : undefined;
  const isFile = path !== undefined && (row.kind === 'data-source' || row.kind === 'pipe' || row.kind === 'file');
  return [
    ...(path === undefined ? [] : [{ label: 'Open', icon: <FolderOpen size={14} />, run: () => openFile(path) }]),
    ...(pipe ? [{ label: 'Add a node', icon: <Rows3 size={14} />, run: () => void addNodeTo(pipe, project) }] : []),
    ...(source ? [{ label: 'Import a file into it', icon: <FolderInput size={14} />, run: () => askImport({ dataSource: source.name }) }] : []),
    ...(isFile
      ? [
          { label: 'Rename', icon: <Pencil size={14} />, keys: 'F2', run: () => useDesk.setState({ naming: { kind: 'rename' as const, path } }) },
          ...(window.sandpiper ? [{ label: 'Show in folder', icon: <FolderOpen size={14} />, run: () => showInFolder(path) }] : []),
        ]
      : []),
    { label: 'New data source', icon: <Plus size={14} />, separated: path !== undefined, run: () => useDesk.setState({ naming: { kind: 'new', makes: 'data-source' } }) },
    { label: 'New pipe', icon: <FilePlus size={14} />, run: () => useDesk.setState({ naming: { kind: 'new', makes: 'pipe' } }) },
    ...(isFile ? [{ label: 'Delete', icon: <Trash2 size={14} />, keys: 'Del', danger: true, separated: true, run: () => useDesk.setState({ deleting: path }) }] : []),
  ];
}

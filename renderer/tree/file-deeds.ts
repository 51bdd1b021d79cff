/** Making, renaming and deleting files of the project from the tree. Each throws RequestFailed when the engine refuses. */
import type { PipeView, ProjectView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice, closeTab, openFile, renameTab } from '../desk-state.ts';
import { closeBuffer, editText, findBuffer, isDirty, receiveFile } from '../editor/buffers.ts';
import { addNode } from '../pipe/new-node.ts';
import { queryClient } from '../queries.ts';

export type NewKind = 'data-source' | 'pipe';

/** Where a new file goes: beside the others of its kind. */
export function newFilePath(makes: NewKind, name: string, project: ProjectView): string {
  if (makes === 'data-source') return `datasources/${name}.datasource`;
  const folder = project.pipes.some((pipe) => pipe.path.startsWith('endpoints/')) ? 'endpoints' : 'pipes';
  return `${folder}/${name}.pipe`;
}

/** Data files keep their ending, which a person does not type. */
export function renamedPath(path: string, name: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const ending = /\.(datasource|pipe)$/.exec(path)?.[0] ?? '';
  return `${folder}${name}${ending}`;
}

export async function createFile(makes: NewKind, path: string, name: string): Promise<void> {
  const project = queryClient.getQueryData<ProjectView>(['project']);
  const file = await api.writeFile({ path, text: makes === 'pipe' ? newPipeText(name, project?.dataSources[0]?.name) : NEW_DATA_SOURCE });
  queryClient.setQueryData(['file', path], file);
  await queryClient.invalidateQueries({ queryKey: ['project'] });
  openFile(path);
}

export async function renameFile(path: string, to: string): Promise<void> {
  const file = await api.renameFile(path, to);
  const edited = findBuffer(path);
  queryClient.setQueryData(['file', to], file);
  receiveFile(file);
  if (edited && isDirty(edited)) editText(to, edited.text);
  closeBuffer(path, 'drop-draft');
  renameTab(path, to);
  await queryClient.invalidateQueries({ queryKey: ['project'] });
}

export async function deleteFile(path: string): Promise<void> {
  await api.deleteFile(path);
  closeTab(path);
  closeBuffer(path, 'drop-draft');
  queryClient.removeQueries({ queryKey: ['file', path] });
  await queryClient.invalidateQueries({ queryKey: ['project'] });
}

/** Adds a node to a pipe that may not be open yet. */
export async function addNodeTo(pipe: PipeView, project: ProjectView): Promise<void> {
  try {
    const file = await queryClient.fetchQuery({ queryKey: ['file', pipe.path], queryFn: () => api.file(pipe.path) });
    receiveFile(file);
    addNode(pipe.path, findBuffer(pipe.path)?.check?.nodes ?? pipe.nodes, project);
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

export function showInFolder(path: string): void {
  window.sandpiper?.call('show-in-folder', { path }).catch((error: unknown) => addNotice('error', errorBodyOf(error).error));
}

const NEW_DATA_SOURCE = `SCHEMA >
    \`timestamp\` DateTime \`json:$.timestamp\`,
    \`name\` String \`json:$.name\`,
    \`value\` Float64 \`json:$.value\`

ENGINE "MergeTree"
ENGINE_PARTITION_KEY "toYYYYMM(timestamp)"
ENGINE_SORTING_KEY "timestamp, name"
`;

function newPipeText(name: string, dataSource: string | undefined): string {
  const from = dataSource === undefined ? 'SELECT 1 AS one' : `SELECT *\n    FROM ${dataSource}\n    LIMIT {{ Int32(limit, 100, description='At most this many rows') }}`;
  return `NODE ${name}_node\nSQL >\n    %\n    ${from}\n\nTYPE endpoint\n`;
}

/** The deeds of commands that the desk itself can do: tabs, files, theme, the shell's dialogs. */
import type { ProjectView } from '../../engine/api/protocol.ts';
import { errorBodyOf } from '../api.ts';
import { addNotice, askImport, openTab, setTheme, showTab, tabId, useDesk } from '../desk-state.ts';
import { findBuffer, isDirty, saveBuffer, takeFile, useBuffers } from '../editor/buffers.ts';
import { useDarkTheme } from '../result/use-dark-theme.ts';
import { showInFolder } from '../tree/file-deeds.ts';
import { closeView } from './close-view.ts';
import { useCommand } from './commands.ts';

export function useDeskCommands(project: ProjectView): void {
  const tabs = useDesk((state) => state.tabs);
  const active = useDesk((state) => state.active);
  const dark = useDarkTheme();
  const activeFile = tabs.some((tab) => tab.kind === 'file' && tab.path === active) ? active : undefined;
  const dirty = useBuffers((state) => {
    const buffer = activeFile === undefined ? undefined : state.buffers[activeFile];
    return buffer !== undefined && isDirty(buffer);
  });
  const walk = (step: number) => {
    const next = tabs[(tabs.findIndex((tab) => tabId(tab) === active) + step + tabs.length) % tabs.length];
    if (next) showTab(tabId(next));
  };

  useCommand('open-palette', () => useDesk.setState(({ paletteOpen }) => ({ paletteOpen: !paletteOpen })));
  useCommand('save', () => activeFile !== undefined && void save(activeFile));
  useCommand('discard-edits', activeFile !== undefined && dirty ? () => takeFile(activeFile) : undefined);
  useCommand('import-file', () => askImport({}));
  useCommand('new-data-source', () => useDesk.setState({ naming: { kind: 'new', makes: 'data-source' } }));
  useCommand('new-pipe', () => useDesk.setState({ naming: { kind: 'new', makes: 'pipe' } }));
  useCommand('rename-file', () => {
    const path = treePath() ?? activeFile;
    if (path !== undefined) useDesk.setState({ naming: { kind: 'rename', path } });
  });
  useCommand('delete-file', activeFile === undefined ? undefined : () => useDesk.setState({ deleting: activeFile }));
  useCommand('show-in-folder', window.sandpiper && activeFile !== undefined ? () => showInFolder(activeFile) : undefined);
  useCommand('close-tab', active === '' ? undefined : () => closeView(active));
  useCommand('next-tab', tabs.length > 1 ? () => walk(1) : undefined);
  useCommand('previous-tab', tabs.length > 1 ? () => walk(-1) : undefined);
  useCommand('show-home', () => showTab(''));
  useCommand('show-lineage', () => openTab({ kind: 'lineage' }));
  useCommand('show-jobs', () => openTab({ kind: 'jobs' }));
  useCommand('show-help', () => openTab({ kind: 'help' }));
  useCommand('show-requests', () => openTab({ kind: 'requests' }));
  useCommand('show-problems', () => useDesk.setState(({ problemsOpen }) => ({ problemsOpen: !problemsOpen })));
  useCommand('focus-tree', () => focusOn('[role="treeitem"][tabindex="0"]'));
  useCommand('focus-editor', activeFile === undefined ? undefined : () => focusOn('[data-editor] textarea, [data-editor] .native-edit-context'));
  useCommand('focus-result', active === '' ? undefined : () => focusOn('[role="grid"], [role="tablist"][aria-label="View of the result"] [tabindex="0"]'));
  useCommand('toggle-theme', () => setTheme(dark ? 'light' : 'dark'));
  useCommand('system-theme', () => setTheme('system'));
  useCommand('open-folder', window.sandpiper ? () => void openFolder() : undefined);
  useCommand('copy-address', () => void copy(project.address, 'The address of the API is copied.'));
  useCommand('copy-token', () => void copy(project.adminToken, 'The admin token is copied.'));
}

async function save(path: string): Promise<void> {
  const buffer = findBuffer(path);
  if (!buffer || !isDirty(buffer)) return;
  if (await saveBuffer(path)) useDesk.setState({ said: `${path} is saved.` });
}

async function openFolder(): Promise<void> {
  try {
    const folder = await window.sandpiper?.call('choose-project-folder', undefined);
    if (folder !== undefined) await window.sandpiper?.call('open-project', { folder });
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

async function copy(text: string, said: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  useDesk.setState({ said });
}

/** The file of the row that has the focus in the tree. */
function treePath(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[role="treeitem"]')?.dataset['path'];
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

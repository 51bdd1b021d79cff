/**
 * Everything a person can make the desk do, by id: label, key and, when it can be done now, the deed. The palette, the
 * keys, the desktop's menu and the buttons all go through here. Views give the deeds that only they can do.
 */
import { useEffect, useRef } from 'react';
import { create } from 'zustand';

export interface Command {
  readonly id: string;
  readonly label: string;
  /** Such as `Mod+K`; Mod is Ctrl, or Command on a Mac, where Alt alone types letters and Control goes with it. */
  readonly key?: string;
  /** Where the key means this command, when it means another elsewhere. */
  readonly where?: 'in the editor' | 'outside of the editor';
}

export const COMMANDS: readonly Command[] = [
  { id: 'open-palette', label: 'Search or run a command', key: 'Mod+K' },
  { id: 'save', label: 'Save the file', key: 'Mod+S' },
  { id: 'run-node', label: 'Run the node', key: 'Mod+Enter' },
  { id: 'cancel-run', label: 'Cancel the run', key: 'Alt+Backspace' },
  { id: 'import-file', label: 'Import a file', key: 'Mod+I' },
  { id: 'new-data-source', label: 'New data source', key: 'Alt+D' },
  { id: 'new-pipe', label: 'New pipe', key: 'Alt+P' },
  { id: 'new-node', label: 'Add a node to the pipe', key: 'Alt+N' },
  { id: 'toggle-published', label: 'Publish or unpublish the pipe', key: 'Alt+U' },
  { id: 'rename-file', label: 'Rename the file', key: 'F2', where: 'outside of the editor' },
  { id: 'rename-name', label: 'Rename the node, alias or parameter at the cursor', key: 'F2', where: 'in the editor' },
  { id: 'show-definition', label: 'Go to the definition of the name at the cursor', key: 'F12' },
  { id: 'show-references', label: 'Find references of the name at the cursor', key: 'Shift+F12' },
  { id: 'format-file', label: 'Format the file', key: 'Alt+Shift+F' },
  { id: 'delete-file', label: 'Delete the file' },
  { id: 'discard-edits', label: 'Discard unsaved edits of the file' },
  { id: 'show-in-folder', label: 'Show the file in its folder' },
  { id: 'close-tab', label: 'Close the tab', key: 'Alt+W' },
  { id: 'next-tab', label: 'Next tab', key: 'Alt+PageDown' },
  { id: 'previous-tab', label: 'Previous tab', key: 'Alt+PageUp' },
  { id: 'show-home', label: 'Show home', key: 'Alt+H' },
  { id: 'show-lineage', label: 'Show lineage', key: 'Alt+G' },
  { id: 'show-jobs', label: 'Show jobs', key: 'Alt+J' },
  { id: 'show-requests', label: 'Show requests', key: 'Alt+R' },
  { id: 'show-help', label: 'Help: the SQL that runs here', key: 'F1' },
  { id: 'show-problems', label: 'Show problems', key: 'Mod+Shift+M' },
  { id: 'focus-tree', label: 'Go to the project tree', key: 'Alt+1' },
  { id: 'focus-editor', label: 'Go to the editor', key: 'Alt+2' },
  { id: 'focus-result', label: 'Go to the result', key: 'Alt+3' },
  { id: 'toggle-theme', label: 'Switch light and dark', key: 'Alt+L' },
  { id: 'system-theme', label: 'Follow the light and dark of the system' },
  { id: 'open-folder', label: 'Open a project folder', key: 'Mod+O' },
  { id: 'copy-address', label: 'Copy the address of the API' },
  { id: 'copy-token', label: 'Copy the admin token' },
];

type Deeds = Readonly<Record<string, () => void>>;
export const useDeeds = create<{ readonly deeds: Deeds }>(() => ({ deeds: {} }));
const onMac = /Mac/.test(navigator.platform);

/** Does it; false when it cannot be done now. */
export function runCommand(id: string): boolean {
  const deed = useDeeds.getState().deeds[id];
  deed?.();
  return deed !== undefined;
}

/** While the caller is mounted, `deed` is what the command does; undefined when it cannot be done now. */
export function useCommand(id: string, deed: (() => void) | undefined): void {
  const possible = deed !== undefined;
  const latest = useRef(deed);
  useEffect(() => {
    latest.current = deed;
  }, [deed]);
  useEffect(() => {
    if (!possible) return undefined;
    const act = () => latest.current?.();
    useDeeds.setState(({ deeds }) => ({ deeds: { ...deeds, [id]: act } }));
    return () =>
      useDeeds.setState(({ deeds }) => {
        if (deeds[id] !== act) return {};
        const { [id]: _, ...rest } = deeds;
        return { deeds: rest };
      });
  }, [id, possible]);
}

/** Listens for the keys of all commands, before the editor does. */
export function listenForKeys(): () => void {
  const listen = (event: KeyboardEvent) => {
    const command = COMMANDS.find((one) => one.key !== undefined && matches(one.key, event) && isThere(one, event));
    if (command && !event.isComposing && runCommand(command.id)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  window.addEventListener('keydown', listen, true);
  return () => window.removeEventListener('keydown', listen, true);
}

function isThere({ where }: Command, { target }: KeyboardEvent): boolean {
  if (where === undefined) return true;
  const inEditor = target instanceof Element && target.closest('[data-editor]') !== null;
  return inEditor === (where === 'in the editor');
}

/** The key of a command as people read it, to spread into a part that shows keys. */
export function keysOf(id: string): { keys?: string } {
  const key = COMMANDS.find((one) => one.id === id)?.key;
  return key === undefined ? {} : { keys: readableKey(key) };
}

export function readableKey(key: string): string {
  const names: Readonly<Record<string, string>> = onMac ? { Mod: '⌘', Alt: '⌃⌥', Shift: '⇧', Enter: '⏎' } : { Mod: 'Ctrl', PageDown: 'PgDn', PageUp: 'PgUp' };
  return key.split('+').map((part) => names[part] ?? part).join(' ');
}

function matches(key: string, event: KeyboardEvent): boolean {
  const parts = key.split('+');
  const last = parts.at(-1) ?? '';
  const mod = onMac ? event.metaKey : event.ctrlKey;
  const otherMod = onMac ? event.ctrlKey : event.metaKey;
  const otherModWanted = onMac && parts.includes('Alt');
  if (otherMod !== otherModWanted || mod !== parts.includes('Mod') || event.altKey !== parts.includes('Alt') || event.shiftKey !== parts.includes('Shift')) return false;
  return last.length === 1 ? event.code === (/\d/.test(last) ? `Digit${last}` : `Key${last}`) : event.key === last;
}

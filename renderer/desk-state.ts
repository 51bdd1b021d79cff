/**
 * What the desk remembers for the person, per project folder: open tabs, values of parameters, theme. It is kept in
 * localStorage and may be thrown away at any time: work itself lives in files (and unsaved text in editor/drafts.ts).
 */
import { create } from 'zustand';
import type { Place } from '../engine/errors.ts';

export type Theme = 'system' | 'light' | 'dark';

export type PageId = 'lineage' | 'jobs' | 'requests' | 'help';

/** A file of the project, or one of the desk's own pages. */
export type Tab = { readonly kind: 'file'; readonly path: string } | { readonly kind: PageId };

export interface Notice {
  readonly id: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

/** What the import dialog was opened with. */
export interface ImportAsked {
  readonly files?: readonly File[];
  readonly dataSource?: string;
}

/** A name being typed in the tree. */
export type Naming = { readonly kind: 'new'; readonly makes: 'data-source' | 'pipe' } | { readonly kind: 'rename'; readonly path: string };

/** A place to go to; without `focus` the editor only shows it. */
export interface WantedPlace extends Place {
  readonly focus: boolean;
}

interface DeskState {
  readonly folder: string;
  readonly tabs: readonly Tab[];
  /** Id of a tab; '' shows home. */
  readonly active: string;
  readonly theme: Theme;
  /** Values given to parameters, per pipe. */
  readonly parameterValues: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly notices: readonly Notice[];
  readonly connected: boolean;
  readonly paletteOpen: boolean;
  readonly problemsOpen: boolean;
  readonly importAsked: ImportAsked | undefined;
  readonly naming: Naming | undefined;
  /** The file whose deletion is being asked about. */
  readonly deleting: string | undefined;
  /** The last thing done, for those who listen. */
  readonly said: string;
  /** Where an editor shall put its cursor once its file is shown. */
  readonly wantedPlace: WantedPlace | undefined;
  /** The node whose result is shown, per pipe file. */
  readonly chosenNodes: Readonly<Record<string, string>>;
}

const NOTHING_OPEN = { tabs: [], active: '', parameterValues: {} } as const;
const NOTICES_KEPT = 5;
let lastNotice = 0;

export const useDesk = create<DeskState>(() => ({
  folder: '',
  ...NOTHING_OPEN,
  theme: readTheme(),
  notices: [],
  connected: true,
  paletteOpen: false,
  problemsOpen: false,
  importAsked: undefined,
  naming: undefined,
  deleting: undefined,
  said: '',
  wantedPlace: undefined,
  chosenNodes: {},
}));

export function tabId(tab: Tab): string {
  return tab.kind === 'file' ? tab.path : `:${tab.kind}`;
}

/** Brings back what was open when this project was last shown. */
export function openDesk(folder: string): void {
  if (useDesk.getState().folder === folder) return;
  useDesk.setState({ folder, ...NOTHING_OPEN, ...readRemembered(folder) });
}

export function openTab(tab: Tab): void {
  useDesk.setState(({ tabs }) => ({
    tabs: tabs.some((one) => tabId(one) === tabId(tab)) ? tabs : [...tabs, tab],
    active: tabId(tab),
  }));
}

export function openFile(path: string): void {
  openTab({ kind: 'file', path });
}

/** Opens the place's file with the cursor at the place, and the focus too unless told otherwise. */
export function openPlace(place: Place, otherwisePath?: string, focus = true): void {
  const path = place.path ?? otherwisePath;
  if (path === undefined) return;
  openFile(path);
  useDesk.setState({ wantedPlace: { ...place, path, focus } });
}

export function closeTab(id: string): void {
  useDesk.setState(({ tabs, active }) => {
    const at = tabs.findIndex((tab) => tabId(tab) === id);
    const rest = tabs.filter((tab) => tabId(tab) !== id);
    const neighbour = rest[Math.min(at, rest.length - 1)];
    return { tabs: rest, active: active === id ? (neighbour ? tabId(neighbour) : '') : active };
  });
}

export function showTab(id: string): void {
  useDesk.setState({ active: id });
}

/** A renamed file stays open under its new name. */
export function renameTab(from: string, to: string): void {
  useDesk.setState(({ tabs, active }) => ({
    tabs: tabs.map((tab) => (tab.kind === 'file' && tab.path === from ? { kind: 'file', path: to } : tab)),
    active: active === from ? to : active,
  }));
}

export function setParameterValues(pipe: string, values: Readonly<Record<string, string>>): void {
  useDesk.setState(({ parameterValues }) => ({ parameterValues: { ...parameterValues, [pipe]: values } }));
}

export function chooseNode(path: string, node: string): void {
  useDesk.setState(({ chosenNodes }) => (chosenNodes[path] === node ? {} : { chosenNodes: { ...chosenNodes, [path]: node } }));
}

export function setTheme(theme: Theme): void {
  localStorage.setItem('sandpiper:theme', theme);
  useDesk.setState({ theme });
}

export function askImport(asked: ImportAsked): void {
  useDesk.setState({ importAsked: asked });
}

export function addNotice(severity: Notice['severity'], message: string): void {
  lastNotice += 1;
  const notice = { id: lastNotice, severity, message };
  useDesk.setState(({ notices }) => ({ notices: [...notices.filter((one) => one.message !== message), notice].slice(-NOTICES_KEPT) }));
}

export function dropNotice(id: number): void {
  useDesk.setState(({ notices }) => ({ notices: notices.filter((one) => one.id !== id) }));
}

/** Notices that are no longer true. */
export function dropNoticesThat(isOver: (message: string) => boolean): void {
  useDesk.setState(({ notices }) => ({ notices: notices.filter((one) => !isOver(one.message)) }));
}

useDesk.subscribe((state, before) => {
  if (state.folder === '' || state.folder !== before.folder) return;
  if (state.tabs === before.tabs && state.active === before.active && state.parameterValues === before.parameterValues) return;
  const { tabs, active, parameterValues } = state;
  localStorage.setItem(rememberedKey(state.folder), JSON.stringify({ tabs, active, parameterValues }));
});

function rememberedKey(folder: string): string {
  return `sandpiper:desk:${folder}`;
}

function readRemembered(folder: string): Partial<Pick<DeskState, 'tabs' | 'active' | 'parameterValues'>> {
  const text = localStorage.getItem(rememberedKey(folder));
  if (text === null) return {};
  try {
    return JSON.parse(text) as Partial<Pick<DeskState, 'tabs' | 'active' | 'parameterValues'>>;
  } catch {
    // Only conveniences are lost.
    return {};
  }
}

function readTheme(): Theme {
  const theme = localStorage.getItem('sandpiper:theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

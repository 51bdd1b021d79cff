/** The desk's own pages, which stand for no file: in the tree, the palette, the tabs, and a command each. */
import { Activity, BookOpen, ListChecks, Waypoints, type LucideIcon } from 'lucide-react';
import type { PageId } from '../desk-state.ts';

export interface Page {
  readonly id: PageId;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Of commands.ts. */
  readonly command: string;
}

export const PAGES: readonly Page[] = [
  { id: 'lineage', label: 'Lineage', icon: Waypoints, command: 'show-lineage' },
  { id: 'jobs', label: 'Jobs', icon: ListChecks, command: 'show-jobs' },
  { id: 'requests', label: 'Requests', icon: Activity, command: 'show-requests' },
  { id: 'help', label: 'Help', icon: BookOpen, command: 'show-help' },
];

export function pageOf(kind: string): Page | undefined {
  return PAGES.find(({ id }) => id === kind);
}

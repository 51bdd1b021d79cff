/**
 * Unsaved text of files, kept in localStorage with every key press so that a crash loses nothing. A draft goes as soon
 * as its text is on disk. Drafts belong to a project folder.
 */
import { addNotice, useDesk } from '../desk-state.ts';

export interface Draft {
  readonly text: string;
  /** The version of the file that the editing began from; absent when the file did not exist. */
  readonly baseVersion?: string;
}

export function keepDraft(path: string, draft: Draft): void {
  try {
    localStorage.setItem(draftKey(path), JSON.stringify(draft));
  } catch {
    addNotice('warning', `The unsaved text of ${path} is too large to be kept against a crash. Save it soon.`);
  }
}

export function dropDraft(path: string): void {
  localStorage.removeItem(draftKey(path));
}

export function findDraft(path: string): Draft | undefined {
  const text = localStorage.getItem(draftKey(path));
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    // A draft that was cut while being written cannot be brought back.
    return undefined;
  }
}

/** Paths of the files of this project that have unsaved text. */
export function draftPaths(): readonly string[] {
  const prefix = draftKey('');
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function draftKey(path: string): string {
  return `sandpiper:draft:${useDesk.getState().folder}:${path}`;
}

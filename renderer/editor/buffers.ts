/**
 * Texts that are open in the page: what is in the editor, what is on disk, and what to do when the two part ways.
 * Promises: unsaved text is never dropped without the person's word; a save never writes over a change that was made
 * outside; a clean text follows its file.
 */
import { create } from 'zustand';
import type { CheckView, FileText } from '../../engine/api/protocol.ts';
import { api, errorBodyOf, RequestFailed } from '../api.ts';
import { addNotice, dropNoticesThat } from '../desk-state.ts';
import { queryClient } from '../queries.ts';
import { dropDraft, findDraft, keepDraft } from './drafts.ts';

export interface TextBuffer {
  readonly path: string;
  readonly text: string;
  readonly savedText: string;
  /** Of the file that `text` was edited from. */
  readonly version: string;
  /** What is on disk, when it is neither `savedText` nor `text`: the person chooses. */
  readonly conflict?: FileText;
  /** True while a draft from an earlier visit is shown. */
  readonly recovered: boolean;
  /** What the engine says of `text`, or of a text a moment ago. */
  readonly check?: CheckView;
}

interface Buffers {
  readonly buffers: Readonly<Record<string, TextBuffer>>;
}

export const useBuffers = create<Buffers>(() => ({ buffers: {} }));

export function useBuffer(path: string): TextBuffer | undefined {
  return useBuffers((state) => state.buffers[path]);
}

export function isDirty(buffer: TextBuffer): boolean {
  return buffer.text !== buffer.savedText;
}

export function findBuffer(path: string): TextBuffer | undefined {
  return useBuffers.getState().buffers[path];
}

/** Takes what is on disk: opens a buffer, brings a clean one up to date, asks about a dirty one. */
export function receiveFile(file: FileText): void {
  const buffer = findBuffer(file.path);
  if (!buffer) {
    put(openedBuffer(file));
    return;
  }
  if (buffer.version === file.version) return;
  if (!isDirty(buffer) || buffer.text === file.text) take(file);
  else put({ ...buffer, conflict: file });
}

export function editText(path: string, text: string): void {
  const buffer = findBuffer(path);
  if (!buffer || buffer.text === text) return;
  const edited = { ...buffer, text };
  put(edited);
  if (isDirty(edited)) keepDraft(path, { text, baseVersion: buffer.version });
  else dropDraft(path);
}

export function setCheck(path: string, check: CheckView): void {
  const buffer = findBuffer(path);
  if (buffer) put({ ...buffer, check });
}

/** Saves; true when the text is on disk. A file that changed meanwhile becomes a conflict. */
export async function saveBuffer(path: string): Promise<boolean> {
  const buffer = findBuffer(path);
  if (!buffer || !isDirty(buffer)) return true;
  return write(buffer, buffer.version);
}

/** Writes the text over what was found on disk. */
export async function overwriteFile(path: string): Promise<void> {
  const buffer = findBuffer(path);
  if (buffer?.conflict) await write(buffer, buffer.conflict.version);
}

/** Makes the file anew after it went from the disk. */
export async function writeAgain(path: string): Promise<void> {
  const buffer = findBuffer(path);
  if (buffer) await write(buffer, undefined);
}

/** Drops the unsaved text for what is on disk. */
export function takeFile(path: string): void {
  const buffer = findBuffer(path);
  if (buffer) take(buffer.conflict ?? { path, text: buffer.savedText, version: buffer.version });
}

/** Keeps a text that was brought back; stops asking about it. */
export function keepRecovered(path: string): void {
  const buffer = findBuffer(path);
  if (buffer) put({ ...buffer, recovered: false });
}

/** Forgets a buffer; its draft stays when `keep` says so. */
export function closeBuffer(path: string, keep: 'keep-draft' | 'drop-draft'): void {
  if (keep === 'drop-draft') dropDraft(path);
  useBuffers.setState(({ buffers }) => {
    const { [path]: _, ...rest } = buffers;
    return { buffers: rest };
  });
}

export function closeAllBuffers(): void {
  useBuffers.setState({ buffers: {} });
}

function openedBuffer(file: FileText): TextBuffer {
  const draft = findDraft(file.path);
  const clean = { path: file.path, text: file.text, savedText: file.text, version: file.version, recovered: false };
  if (!draft || draft.text === file.text) {
    dropDraft(file.path);
    return clean;
  }
  const changedOutside = draft.baseVersion !== undefined && draft.baseVersion !== file.version;
  return { ...clean, text: draft.text, recovered: true, ...(changedOutside ? { conflict: file, version: draft.baseVersion ?? file.version } : {}) };
}

function take(file: FileText): void {
  dropDraft(file.path);
  const { conflict: _, ...rest } = findBuffer(file.path) ?? openedBuffer(file);
  put({ ...rest, text: file.text, savedText: file.text, version: file.version, recovered: false });
}

async function write(buffer: TextBuffer, baseVersion: string | undefined): Promise<boolean> {
  try {
    const file = await api.writeFile({ path: buffer.path, text: buffer.text, ...(baseVersion === undefined ? {} : { baseVersion }) });
    queryClient.setQueryData(['file', buffer.path], file);
    const { conflict: _, ...now } = findBuffer(buffer.path) ?? buffer;
    const saved = { ...now, savedText: file.text, version: file.version, recovered: false };
    put(saved);
    if (isDirty(saved)) keepDraft(buffer.path, { text: saved.text, baseVersion: file.version });
    else dropDraft(buffer.path);
    dropNoticesThat((message) => message.startsWith(notSaved(buffer.path)));
    return true;
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 409 && (await findConflict(buffer))) return false;
    addNotice('error', `${notSaved(buffer.path)} ${errorBodyOf(error).error}`);
    return false;
  }
}

/** Shows what is on disk as a conflict; false when nothing is there. */
async function findConflict(buffer: TextBuffer): Promise<boolean> {
  try {
    put({ ...(findBuffer(buffer.path) ?? buffer), conflict: await api.file(buffer.path) });
    return true;
  } catch (error) {
    if (error instanceof RequestFailed) return false;
    throw error;
  }
}

function notSaved(path: string): string {
  return `${path} is not saved.`;
}

function put(buffer: TextBuffer): void {
  useBuffers.setState(({ buffers }) => ({ buffers: { ...buffers, [buffer.path]: buffer } }));
}

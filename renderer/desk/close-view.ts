/** Closes a tab. Unsaved edits are kept, and said to be kept; a clean text is forgotten. */
import { addNotice, closeTab } from '../desk-state.ts';
import { closeBuffer, findBuffer, isDirty } from '../editor/buffers.ts';
import { fileNameOf } from '../project-lookup.ts';

export function closeView(id: string): void {
  const buffer = findBuffer(id);
  closeTab(id);
  if (!buffer) return;
  if (isDirty(buffer)) addNotice('info', `${fileNameOf(id)} has unsaved edits. They are kept, and are there when you open it again.`);
  else closeBuffer(id, 'drop-draft');
}

/** Saves bytes as a file: through the desktop's dialog where there is one, else as a download of the browser. */
import type { SandpiperShell } from '../../electron/channels.ts';

declare global {
  interface Window {
    /** Present in the desktop app. */
    readonly sandpiper?: SandpiperShell;
  }
}

export async function saveFile(suggestedName: string, bytes: Uint8Array, type: string): Promise<void> {
  if (window.sandpiper) {
    await window.sandpiper.call('save-export', { suggestedName, bytes });
    return;
  }
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = suggestedName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

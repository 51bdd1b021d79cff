/**
 * The conversation between the page and the shell, on one page. Types only: ipc.ts answers the calls,
 * preload.ts builds `window.sandpiper` from these names. In a browser `window.sandpiper` is absent.
 */

/** Calls that the page makes: argument and answer. */
export interface ShellCalls {
  /** A native file dialog; undefined when the person cancels. */
  'choose-import-files': { argument: undefined; answer: readonly string[] };
  'choose-project-folder': { argument: undefined; answer: string | undefined };
  /** Opens another project in this window: the engine is restarted on it. */
  'open-project': { argument: { folder: string }; answer: undefined };
  /** Shows a project file in the system's file manager. Path relative to the project. */
  'show-in-folder': { argument: { path: string }; answer: undefined };
  /** A save dialog for an exported chart or result; undefined when cancelled, else the path written. */
  'save-export': { argument: { suggestedName: string; bytes: Uint8Array }; answer: string | undefined };
}

/** Messages that the shell sends to the page. */
export interface ShellMessages {
  /** A menu item or accelerator was used: the id of a command of the page. */
  'command': { id: string };
  'engine-state': { state: 'starting' | 'running' | 'restarting' | 'failed'; message: string };
}

export type ShellCallName = keyof ShellCalls;
export type ShellMessageName = keyof ShellMessages;

/** What preload.ts puts on `window`. */
export interface SandpiperShell {
  readonly platform: string;
  readonly call: <Name extends ShellCallName>(name: Name, argument: ShellCalls[Name]['argument']) => Promise<ShellCalls[Name]['answer']>;
  readonly on: <Name extends ShellMessageName>(name: Name, listener: (message: ShellMessages[Name]) => void) => () => void;
  /** The path of a dropped or chosen file, or '' when it has none. */
  readonly pathForFile: (file: File) => string;
}

/** What happens in a workspace, told to whoever listens; warnings and errors go to the log as well. */
import type { Job } from './jobs.ts';
import type { LoggedRequest } from './request-log.ts';

export type Change =
  | { readonly kind: 'files'; readonly revision: number; readonly paths: readonly string[] }
  | { readonly kind: 'rows'; readonly dataSource: string; readonly rowCount: number; readonly quarantinedCount: number; readonly added: number }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'request'; readonly request: LoggedRequest }
  | { readonly kind: 'notice'; readonly severity: 'info' | 'warning' | 'error'; readonly message: string };

export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Gives what ends the listening. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  notice(severity: 'info' | 'warning' | 'error', message: string): void {
    if (severity !== 'info') process.stderr.write(`${severity}: ${message}\n`);
    this.tell({ kind: 'notice', severity, message });
  }
}

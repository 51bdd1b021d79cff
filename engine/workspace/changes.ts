/** What happens in a workspace, told to whoever listens; warnings and errors go to the log as well. */
import type { Job } from './jobs.ts';
import type { LoggedRequest } from './request-log.ts';

export type Change =
  | { readonly kind: 'files'; readonly revision: number; readonly paths: readonly string[] }
  | { readonly kind: 'rows'; readonly dataSource: string; readonly rowCount: number; readonly quarantinedCount: number; readonly added: number }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'request'; readonly request: LoggedRequest }
  | { readonly kind: 'notice'; readonly severity: 'info' | 'warning' | 'error'; readonly message: string };

const KEPT_UNHEARD = 50;

export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();
  /** Warnings and errors from before anybody listened, such as what was repaired at the start. */
  readonly #unheard: Change[] = [];

  /** Gives what ends the listening. The first to listen hears what was said to nobody. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    for (const change of this.#unheard.splice(0)) listener(change);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  notice(severity: 'info' | 'warning' | 'error', message: string): void {
    if (severity !== 'info') process.stderr.write(`${severity}: ${message}\n`);
    if (severity !== 'info' && this.#listeners.size === 0 && this.#unheard.length < KEPT_UNHEARD) this.#unheard.push({ kind: 'notice', severity, message });
    this.tell({ kind: 'notice', severity, message });
  }
}

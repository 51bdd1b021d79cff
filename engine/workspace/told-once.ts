/** Notices that each reading of the files would find again are told once, as long as they are found. */
import type { Notice } from './tables.ts';

export class ToldOnce {
  readonly #tell: Notice;
  #before = new Set<string>();

  constructor(tell: Notice) {
    this.#tell = tell;
  }

  /** Begins a reading: `notice` tells what the reading before did not find; `forget` when it turns out that nothing was read. */
  begin(): { readonly notice: Notice; readonly as: (severity: Parameters<Notice>[0]) => (message: string) => void; readonly forget: () => void } {
    const before = this.#before;
    const now = new Set<string>();
    this.#before = now;
    const notice: Notice = (severity, message) => {
      const isNew = !before.has(message) && !now.has(message);
      now.add(message);
      if (isNew) this.#tell(severity, message);
    };
    return { notice, as: (severity) => (message) => notice(severity, message), forget: () => { this.#before = before; } };
  }
}

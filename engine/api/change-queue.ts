/**
 * Changes on their way to one page. While the page is busy they wait here, and what waits is kept short: the rows of a
 * data source and the progress of a job are told once, by their newest state, and of requests only the latest.
 */
import type { ChangeMessage } from './protocol.ts';

const REQUESTS_KEPT = 200;

export class ChangeQueue {
  #waiting: ChangeMessage[] = [];
  #wake: (() => void) | undefined;

  add(message: ChangeMessage): void {
    this.#waiting = merged(this.#waiting, message);
    this.#wake?.();
  }

  /** All that waits, as soon as something does or `stop` was called. */
  async take(): Promise<readonly ChangeMessage[]> {
    if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    return this.#waiting.splice(0);
  }

  stop(): void {
    this.#wake?.();
  }
}

function merged(waiting: ChangeMessage[], message: ChangeMessage): ChangeMessage[] {
  switch (message.kind) {
    case 'rows': {
      const earlier = waiting.find((one) => one.kind === 'rows' && one.dataSource === message.dataSource);
      const added = earlier?.kind === 'rows' ? earlier.added + message.added : message.added;
      return [...waiting.filter((one) => one !== earlier), { ...message, added }];
    }
    case 'job':
      return [...waiting.filter((one) => one.kind !== 'job' || one.job.id !== message.job.id), message];
    case 'request': {
      const requests = waiting.filter(({ kind }) => kind === 'request');
      const oldest = requests.length >= REQUESTS_KEPT ? requests[0] : undefined;
      if (oldest) waiting.splice(waiting.indexOf(oldest), 1);
      waiting.push(message);
      return waiting;
    }
    default:
      waiting.push(message);
      return waiting;
  }
}

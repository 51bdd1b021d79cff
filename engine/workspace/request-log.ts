/** The last requests that the engine answered, kept in memory for the page; the newest replaces the oldest. */
import { randomUUID } from 'node:crypto';

export interface LoggedRequest {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  readonly url: string;
  /** Pipe name, data source name or `sql`. */
  readonly resource: string;
  readonly status: number;
  readonly elapsedMs: number;
  readonly rows: number;
  readonly error?: string;
  /** Of runs of endpoints and queries. */
  readonly details?: RunDetails;
}

export interface RunDetails {
  readonly kind: 'pipe' | 'sql';
  readonly parameters: Readonly<Record<string, string>>;
  readonly rowsRead: number;
  readonly tokenName: string;
  readonly userAgent?: string;
}

const KEPT = 500;

export class RequestLog {
  readonly #requests: LoggedRequest[] = [];
  readonly #added: (request: LoggedRequest) => void;

  constructor(added: (request: LoggedRequest) => void) {
    this.#added = added;
  }

  add(request: Omit<LoggedRequest, 'id' | 'at' | 'url'> & { readonly url: string }): void {
    const logged: LoggedRequest = { ...request, url: withoutToken(request.url), id: randomUUID(), at: new Date() };
    this.#requests.push(logged);
    if (this.#requests.length > KEPT) this.#requests.shift();
    this.#added(logged);
  }

  /** Newest first. */
  last(limit: number): readonly LoggedRequest[] {
    return this.#requests.slice(-limit).reverse();
  }
}

/** A token in the query is a secret, and no part of what was asked. */
function withoutToken(url: string): string {
  return url.replace(/([?&])token=[^&]*&?/g, '$1').replace(/[?&]$/, '');
}

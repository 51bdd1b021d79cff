/**
 * POST /v0/events: token, limits, data source, rows, answer; the same for both ways in, the quick one of
 * event-lane.ts and the node:http one of event-request.ts. Answered 202 once the rows are on disk, 200 with `wait`
 * once they can be queried. Does not go through Hono, whose cost would be more than that of the rows.
 */
import { SandpiperError } from '../errors.ts';
import type { Accepted } from '../workspace/ingest.ts';
import { mayAppend, type Token } from '../workspace/tokens.ts';
import { dataSourceId } from '../workspace/resource-id.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand } from './authenticate.ts';
import { failureOf } from './failure.ts';
import { RateLimits, type RateLimitOptions, type RateVerdict } from './rate-limits.ts';

/** What the head of a request says; the same for the next request with the same head. */
export interface EventHead {
  /** Path and query. */
  readonly url: string;
  readonly name: string;
  readonly wait: boolean;
  readonly token: string;
  /** Undefined for a plain body. */
  readonly encoding: string | undefined;
}

export type Respond = (status: number, headers: Readonly<Record<string, string>> | undefined, body: string) => void;

export interface EventLimits extends RateLimitOptions {
  /** A larger body is refused. */
  readonly bodyBytes?: number;
}

/** More arrives as a file, at /v0/datasources. */
export const LARGEST_BODY = 10_000_000;
/** Of all bodies that are arriving. */
const ARRIVING_BYTES = 128 << 20;
/** So many requests a second are noted; the rest is told by the live tail. */
const NOTED_PER_SECOND = 100;

export class EventDoor {
  readonly bodyBytes: number;
  readonly #workspace: Workspace;
  readonly #rates: RateLimits | undefined;
  #arriving = 0;
  #noted = { second: 0, requests: 0 };

  constructor(workspace: Workspace, { bodyBytes = LARGEST_BODY, ...rates }: EventLimits = {}) {
    this.#workspace = workspace;
    this.bodyBytes = bodyBytes;
    this.#rates = rates.perSource === undefined && rates.perToken === undefined ? undefined : new RateLimits(rates);
  }

  /** Room for a body that is about to arrive; false when too much is arriving already. */
  reserve(bytes: number): boolean {
    if (this.#arriving > 0 && this.#arriving + bytes > ARRIVING_BYTES) return false;
    this.#arriving += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#arriving -= bytes;
  }

  /** Takes a request; `respond` is called once. The body is not kept, unless it is packed. */
  take(head: EventHead, body: Uint8Array, respond: Respond): void {
    const startedAt = performance.now();
    let verdict: RateVerdict | undefined;
    const answered = (error: unknown, accepted: Accepted) => {
      const headers = verdict && rateHeaders(verdict);
      if (error !== undefined) return this.#fail(head, error, startedAt, headers, respond);
      const status = head.wait ? 200 : 202;
      this.#note(head, status, startedAt, accepted.successfulRows);
      respond(status, headers, answerText(accepted));
    };
    try {
      const token = this.#workspace.tokens.get(head.token);
      const name = this.#nameOf(head, token);
      verdict = this.#rates?.count(name, token.name);
      if (verdict && !verdict.isAllowed) throw new SandpiperError('too-many', `The ${verdict.of} may take ${verdict.limit} requests a second: send this again in ${verdict.resetSeconds} s.`);
      const options = { wait: head.wait, token: token.name };
      if (head.encoding === undefined) this.#workspace.takeEvents(name, body, options, answered);
      else this.#workspace.appendEvents(name, body, { ...options, encoding: head.encoding }).then((accepted) => answered(undefined, accepted), (error: unknown) => answered(error, NOTHING));
    } catch (error) {
      answered(error, NOTHING);
    }
  }

  /** Answers a request that is refused before its body was read. */
  refuse(head: EventHead, error: SandpiperError, respond: Respond): void {
    this.#fail(head, error, performance.now(), undefined, respond);
  }

  tooLarge(): SandpiperError {
    return new SandpiperError('too-large', `The body is larger than ${this.bodyBytes / 1e6} MB: send it in parts.`);
  }

  tooMuch(): SandpiperError {
    return new SandpiperError('too-many', `More than ${ARRIVING_BYTES >> 20} MB of events are arriving at once: send these again in a second.`);
  }

  #nameOf({ name }: EventHead, token: Token): string {
    if (name === '') throw new SandpiperError('bad-request', 'The parameter name is missing: it names the data source, as in /v0/events?name=app_events.');
    const byId = name.startsWith('t_') && !this.#workspace.project.findDataSource(name) ? this.#workspace.project.dataSources.find((source) => dataSourceId(source.name) === name)?.name : undefined;
    demand(mayAppend(token, byId ?? name), `append to ${name}`);
    return byId ?? name;
  }

  #fail(head: EventHead, error: unknown, startedAt: number, headers: Readonly<Record<string, string>> | undefined, respond: Respond): void {
    const failure = failureOf(error);
    this.#note(head, failure.status, startedAt, 0, failure.body.error);
    this.#workspace.liveTail.refuse(head.name, failure.status, failure.body.error);
    respond(failure.status, { ...failure.headers, ...headers }, JSON.stringify(failure.tinybirdBody));
  }

  #note({ url, name }: EventHead, status: number, startedAt: number, rows: number, error?: string): void {
    const now = performance.now();
    const second = Math.floor(now / 1000);
    if (this.#noted.second !== second) this.#noted = { second, requests: 0 };
    this.#noted.requests += 1;
    if (this.#noted.requests > NOTED_PER_SECOND) return;
    this.#workspace.requests.add({ method: 'POST', url, resource: name, status, elapsedMs: now - startedAt, rows, ...(error === undefined ? {} : { error }) });
  }
}

const NOTHING: Accepted = { successfulRows: 0, quarantinedRows: 0 };
const ONE_ROW = '{"successful_rows":1,"quarantined_rows":0}';

function answerText({ successfulRows, quarantinedRows }: Accepted): string {
  return successfulRows === 1 && quarantinedRows === 0 ? ONE_ROW : `{"successful_rows":${successfulRows},"quarantined_rows":${quarantinedRows}}`;
}

function rateHeaders({ isAllowed, limit, remaining, resetSeconds }: RateVerdict): Readonly<Record<string, string>> {
  return {
    'X-RateLimit-Limit': String(limit), 'X-RateLimit-Remaining': String(remaining), 'X-RateLimit-Reset': String(resetSeconds),
    ...(isAllowed ? {} : { 'Retry-After': String(resetSeconds) }),
  };
}

const PLAIN = new Set(['', 'identity']);

/** Reads what the head of a request says. `target` is its path and query, as sent. */
export function readHead(target: string, authorization: string | undefined, contentEncoding: string | undefined): EventHead {
  const question = target.indexOf('?');
  const query = new URLSearchParams(question === -1 ? '' : target.slice(question + 1));
  const bearer = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const encoding = (contentEncoding ?? '').trim().toLowerCase();
  return { url: target, name: query.get('name') ?? '', wait: /^(?:true|1)$/i.test(query.get('wait') ?? ''), token: (bearer ?? query.get('token') ?? '').trim(), encoding: PLAIN.has(encoding) ? undefined : encoding };
}

/** Whether a path with its query is that of events. */
export function isEventsTarget(target: string): boolean {
  return /^\/v0\/events\/?(?:\?|$)/.test(target);
}

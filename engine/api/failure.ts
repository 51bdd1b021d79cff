/**
 * The one place that turns a failure into an HTTP answer: a SandpiperError by its code, anything else as a bug with an
 * id, logged with its stack. Tinybird's clients read `error` and `documentation`; the page reads `code` and `place` too.
 */
import { randomUUID } from 'node:crypto';
import { SandpiperError, type ErrorCode } from '../errors.ts';
import type { ErrorBody } from './protocol.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  syntax: 400, 'unknown-name': 400, type: 400, unsupported: 400, parameter: 400, 'bad-request': 400, 'query-failed': 400,
  unauthorized: 401, forbidden: 403, 'not-found': 404, timeout: 408, conflict: 409, 'too-large': 413, 'too-many': 429,
  cancelled: 499, storage: 507, locked: 503, unavailable: 503,
};

export interface Failure {
  readonly status: number;
  readonly body: ErrorBody & { readonly documentation?: string };
  /** What the author of a template asked to answer with custom_error, in place of `body`. */
  readonly customBody?: unknown;
  /** The same for Tinybird's routes: a template's custom_error chooses its own body there. */
  readonly tinybirdBody: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof SandpiperError)) {
    const id = randomUUID();
    process.stderr.write(`Bug ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    const told: Failure['body'] = { error: `Something went wrong inside Sandpiper. The log names it ${id}.`, code: 'bug', id };
    return { status: 500, body: told, tinybirdBody: told, headers: {} };
  }
  const { documentation, place, status } = error.detail;
  const body: Failure['body'] = { error: error.message, code: error.code, ...(place ? { place } : {}), ...(documentation === undefined ? {} : { documentation }) };
  return {
    status: status ?? STATUS[error.code],
    body,
    tinybirdBody: error.detail.body ?? body,
    ...(error.detail.body === undefined ? {} : { customBody: error.detail.body }),
    headers: error.code === 'too-many' ? { 'Retry-After': '1', 'X-RateLimit-Reset': '1' } : {},
  };
}

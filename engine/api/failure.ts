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
  readonly headers: Readonly<Record<string, string>>;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof SandpiperError)) {
    const id = randomUUID();
    process.stderr.write(`Bug ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { status: 500, body: { error: `Something went wrong inside Sandpiper. The log names it ${id}.`, code: 'bug', id }, headers: {} };
  }
  const { documentation, place, status } = error.detail;
  return {
    status: status ?? STATUS[error.code],
    body: { error: error.message, code: error.code, ...(place ? { place } : {}), ...(documentation === undefined ? {} : { documentation }) },
    headers: error.code === 'too-many' ? { 'Retry-After': '1', 'X-RateLimit-Reset': '1' } : {},
  };
}

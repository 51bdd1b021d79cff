/** Notes of a run of an endpoint or a query, which the log of requests takes when it is answered. */
import type { Context } from 'hono';
import type { RunDetails } from '../workspace/request-log.ts';
import type { QueryResult } from '../workspace/result-format.ts';
import type { Token } from '../workspace/tokens.ts';

/** Before the run, so that a failure is noted too. */
export function noteRun(context: Context, kind: RunDetails['kind'], parameters: Readonly<Record<string, string>>, token: Token): void {
  const userAgent = context.req.header('user-agent');
  context.set('run', { kind, parameters, rowsRead: 0, tokenName: token.name, ...(userAgent === undefined ? {} : { userAgent }) });
}

/** Runs that read the log itself are not in it. */
export function noteResult(context: Context, result: QueryResult): void {
  context.set('rows', result.rowCount);
  const run = context.get('run');
  if (run) context.set('run', result.readsServices ? undefined : { ...run, rowsRead: result.rowsRead });
}

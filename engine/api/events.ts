/** POST /v0/events: rows as NDJSON, one object or an array, answered once they are on disk. */
import type { Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { mayAppend } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readBytes } from './request-body.ts';

/** More arrives as a file, at /v0/datasources. */
const LARGEST_BODY = 10_000_000;

export function eventsRoutes(app: Hono, workspace: Workspace): void {
  app.post('/v0/events', async (context) => {
    const query = new URL(context.req.url).searchParams;
    const token = tokenOf(context, workspace.tokens);
    const name = query.get('name') ?? '';
    if (name === '') throw new SandpiperError('bad-request', 'The parameter name is missing: it names the data source, as in /v0/events?name=app_events.');
    demand(mayAppend(token, name), `append to ${name}`);
    const wait = query.get('wait') === 'true';
    const outcome = await workspace.appendEvents(name, await readBytes(context, LARGEST_BODY), {
      wait,
      encoding: context.req.header('content-encoding'),
    });
    context.set('rows', outcome.successfulRows);
    return context.json({ successful_rows: outcome.successfulRows, quarantined_rows: outcome.quarantinedRows }, wait ? 200 : 202);
  });
}

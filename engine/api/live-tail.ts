/**
 * GET /local/tail: what arrives for one data source, some times a second, to one page. What is told is bounded by what
 * live-tail.ts keeps; a page that reads slowly misses rows and is told so by the counts, and holds up nobody.
 */
import type { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { Workspace } from '../workspace/workspace.ts';
import type { TailMessage } from './protocol.ts';

const EVERY_MS = 250;
/** Counts are told so often even while nothing arrives, so that rates fall to zero. */
const QUIET_TICKS = 4;
const MOST_ROWS = 100;

export function liveTailRoute(app: Hono, workspace: Workspace): void {
  app.get('/local/tail', (context) => {
    const name = workspace.getDataSource(context.req.query('dataSource') ?? '').name;
    return stream(context, async (out) => {
      context.header('Content-Type', 'application/x-ndjson');
      const unwatch = workspace.liveTail.watch();
      let wake = () => undefined as void;
      let isOpen = true;
      out.onAbort(() => {
        isOpen = false;
        unwatch();
        wake();
      });
      let after = { row: 0, refusal: 0 };
      let quietTicks = QUIET_TICKS;
      while (isOpen && !out.closed) {
        const { rows, refusals, ...counts } = workspace.liveTail.read(name, after);
        quietTicks += 1;
        if (rows.length > 0 || refusals.length > 0 || quietTicks > QUIET_TICKS) {
          quietTicks = 0;
          after = { row: rows.at(-1)?.sequence ?? after.row, refusal: refusals.at(-1)?.sequence ?? after.refusal };
          const message: TailMessage = {
            at: new Date().toISOString(), clockMs: performance.now(), ...counts,
            rows: rows.slice(-MOST_ROWS).map((row) => ({ ...row, at: row.at.toISOString() })),
            refusals: refusals.map((refusal) => ({ ...refusal, at: refusal.at.toISOString() })),
          };
          await out.write(`${JSON.stringify(message)}\n`);
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, EVERY_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      unwatch();
    });
  });
}

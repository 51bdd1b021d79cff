/** /v0/jobs: what takes long, as Tinybird's clients poll and cancel it. */
import type { Hono } from 'hono';
import { isAdmin } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { jobView } from './job-view.ts';

export function jobsRoutes(app: Hono, workspace: Workspace): void {
  app.get('/v0/jobs', (context) => {
    tokenOf(context, workspace.tokens);
    const asked = new URL(context.req.url).searchParams;
    const { pipe_id: pipeId, pipe_name: pipeName = pipeId, ...equal } = Object.fromEntries(['kind', 'status', 'pipe_id', 'pipe_name'].flatMap((name) => (asked.has(name) ? [[name, asked.get(name)]] : [])));
    const [after, before] = [asked.get('created_after'), asked.get('created_before')].map((text) => (text === null ? undefined : Date.parse(text.includes('Z') || text.includes('+') ? text : `${text.replace(' ', 'T')}Z`)));
    const jobs = workspace.jobs.list().filter(({ createdAt, about }) => (pipeName === undefined || about.pipe === pipeName) && !(after !== undefined && createdAt.getTime() < after) && !(before !== undefined && createdAt.getTime() > before));
    return context.json({ jobs: jobs.map(jobView).filter((job) => Object.entries(equal).every(([name, value]) => Reflect.get(job, name) === value)).slice(0, LISTED) });
  });
  app.get('/v0/jobs/:id', (context) => {
    tokenOf(context, workspace.tokens);
    return context.json(jobView(workspace.jobs.get(context.req.param('id'))));
  });
  app.post('/v0/jobs/:id/cancel', (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'cancel a job');
    return context.json(jobView(workspace.jobs.cancel(context.req.param('id'))));
  });
}

const LISTED = 100;

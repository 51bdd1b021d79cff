/**
 * /v1/build and /v1/deploy: a client's whole project, as one multipart body. A build is there at once; a deployment is a
 * build too, since a laptop has no traffic to move, and is live from the start.
 */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import type { BuildPlan, ResourceKind, SentFile } from '../workspace/builds.ts';
import { isAdmin } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readMultipart } from './multipart.ts';
import { streamOf } from './request-body.ts';

const LARGEST_PROJECT = 50_000_000;
const PROJECT_FIELD = 'data_project://';

interface Deployment {
  readonly id: string;
  readonly created: Date;
  readonly plan: BuildPlan;
  live: boolean;
  deleted: boolean;
}

export function buildsRoutes(app: Hono, workspace: Workspace): void {
  const deployments: Deployment[] = [];
  const admin = (context: Context, what: string) => demand(isAdmin(tokenOf(context, workspace.tokens)), what);
  const find = (context: Context): Deployment => {
    const found = deployments.find(({ id, deleted }) => id === context.req.param('id') && !deleted);
    if (!found) throw new SandpiperError('not-found', `There is no deployment ${context.req.param('id')}.`);
    return found;
  };

  app.post('/v1/build', async (context) => {
    admin(context, 'build');
    const plan = workspace.planBuild(await sentFiles(context));
    if (plan.errors.length > 0) return context.json(failed(plan));
    await workspace.applyBuild(plan);
    return context.json({ result: 'success', build: { id: randomUUID(), ...changes(plan) } });
  });

  app.post('/v1/deploy', async (context) => {
    admin(context, 'deploy');
    const plan = workspace.planBuild(await sentFiles(context));
    if (plan.errors.length > 0) return context.json(failed(plan));
    if (plan.deletes.length > 0 && context.req.query('allow_destructive_operations') !== 'true') {
      return context.json({ result: 'failed', errors: plan.deleted.map(({ name, kind }) => ({ filename: `${name}.${kind}`, error: `${name} would be deleted. Allow destructive operations to do so.` })), error: 'The deployment would delete resources.' });
    }
    if (context.req.query('check') === 'true') return context.json({ result: plan.writes.length + plan.deletes.length === 0 ? 'no_changes' : 'success', deployment: { id: '', status: 'calculating', ...changes(plan) } });
    await workspace.applyBuild(plan);
    const deployment: Deployment = { id: randomUUID(), created: new Date(), plan, live: deployments.length === 0, deleted: false };
    deployments.push(deployment);
    return context.json({ result: 'success', deployment: deploymentView(deployment) });
  });

  app.get('/v1/deployments', (context) => {
    admin(context, 'list deployments');
    return context.json({ deployments: deployments.filter(({ deleted }) => !deleted || context.req.query('include_deleted') === 'true').map(deploymentView) });
  });
  app.get('/v1/deployments/:id', (context) => {
    admin(context, 'read deployments');
    return context.json({ result: 'success', deployment: deploymentView(find(context)) });
  });
  app.post('/v1/deployments/:id/set-live', (context) => {
    admin(context, 'set a deployment live');
    const chosen = find(context);
    for (const deployment of deployments) deployment.live = deployment === chosen;
    return context.json({ result: 'success', deployment: deploymentView(chosen) });
  });
  app.delete('/v1/deployments/:id', (context) => {
    admin(context, 'delete deployments');
    const chosen = find(context);
    chosen.deleted = true;
    return context.json({ result: 'success', deployment: deploymentView(chosen) });
  });
}

async function sentFiles(context: Context): Promise<readonly SentFile[]> {
  const type = context.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) throw new SandpiperError('bad-request', `A project is sent as multipart/form-data, each file in a field called ${PROJECT_FIELD}.`);
  const files: SentFile[] = [];
  let size = 0;
  for await (const part of readMultipart(streamOf(context.req.raw.body), type)) {
    if (part.kind !== 'file' || part.name !== PROJECT_FIELD) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of part.body) {
      size += piece.byteLength;
      if (size > LARGEST_PROJECT) throw new SandpiperError('too-large', `The project is larger than ${LARGEST_PROJECT / 1e6} MB.`);
      pieces.push(piece);
    }
    files.push({ name: part.fileName, text: Buffer.concat(pieces).toString('utf8') });
  }
  return files;
}

function failed(plan: BuildPlan) {
  return { result: 'failed', errors: plan.errors, error: plan.errors.map(({ filename, error }) => `${filename}: ${error}`).join('\n') };
}

function changes(plan: BuildPlan) {
  const named = (kind: ResourceKind, change: 'new' | 'changed') => plan.resources.filter((one) => one.kind === kind && one.change === change).map(({ name }) => name);
  const deleted = (kind: ResourceKind) => plan.deleted.filter((one) => one.kind === kind).map(({ name }) => name);
  const items = (kind: ResourceKind) => plan.resources.filter((one) => one.kind === kind && one.change !== 'same').map(({ name }) => ({ name, type: kind }));
  return {
    datasources: items('datasource'), pipes: items('pipe'), feedback: plan.feedback,
    new_datasource_names: named('datasource', 'new'), changed_datasource_names: named('datasource', 'changed'), deleted_datasource_names: deleted('datasource'),
    new_pipe_names: named('pipe', 'new'), changed_pipe_names: named('pipe', 'changed'), deleted_pipe_names: deleted('pipe'),
    new_data_connector_names: named('connection', 'new'), changed_data_connector_names: named('connection', 'changed'), deleted_data_connector_names: deleted('connection'),
  };
}

function deploymentView({ id, created, plan, live, deleted }: Deployment) {
  return { id, status: deleted ? 'deleted' : 'data_ready', live, created_at: created.toISOString(), updated_at: created.toISOString(), errors: [], ...changes(plan) };
}

/** What Tinybird's clients ask before anything else: tokens, version, the workspace, jobs. */
import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { isAdmin } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readValues } from './request-values.ts';

/** Clients make a workspace for each checkout. Here it is another name of the one project, until the engine stops. */
export function workspacesRoutes(app: Hono, workspace: Workspace): void {
  const names = new Map<string, string>();
  app.get('/tokens', (context) => {
    const token = workspace.tokens.admin.token;
    return context.json({ user_token: token, admin_token: token, workspace_admin_token: token });
  });
  app.get('/version', (context) => context.text(workspace.version));
  for (const path of ['/v0/workspace', '/v1/workspace']) {
    app.get(path, (context) => {
      tokenOf(context, workspace.tokens);
      return context.json(view());
    });
  }
  for (const path of ['/v0/user/workspaces', '/v1/user/workspaces']) {
    app.get(path, (context) => {
      const token = tokenOf(context, workspace.tokens);
      const named = [...names].map(([id, name]) => ({ ...view(), id, name }));
      return context.json({ organization_id: workspace.tokens.workspaceId, workspaces: [view(), ...named].map((one) => ({ ...one, token: token.token })) });
    });
  }
  for (const version of ['v0', 'v1']) {
    app.post(`/${version}/workspaces`, async (context) => {
      const token = tokenOf(context, workspace.tokens);
      demand(isAdmin(token), 'make a workspace');
      const name = (await readValues(context)).fields['name']?.trim() ?? '';
      if (name === '') throw new SandpiperError('bad-request', 'The parameter name is missing: it names the workspace.');
      if (/_Test_/.test(name)) throw new SandpiperError('unsupported', 'Sandpiper serves one project, so a workspace for tests would be that project: run its tests with sandpiper test.');
      const id = [...names].find(([, known]) => known === name)?.[0] ?? (name === workspace.name ? workspace.tokens.workspaceId : randomUUID());
      if (name !== workspace.name) names.set(id, name);
      return context.json({ ...view(), id, name, token: token.token });
    });
    app.delete(`/${version}/workspaces/:id`, (context) => {
      demand(isAdmin(tokenOf(context, workspace.tokens)), 'delete a workspace');
      if (!names.delete(context.req.param('id'))) throw new SandpiperError('conflict', 'The workspace is the project that Sandpiper serves: it stays.');
      return context.json({ ok: true });
    });
    app.get(`/${version}/environments`, (context) => {
      tokenOf(context, workspace.tokens);
      return context.json({ environments: [] });
    });
    app.post(`/${version}/environments`, (context) => {
      tokenOf(context, workspace.tokens);
      throw new SandpiperError('unsupported', 'Sandpiper serves one project and has no branches: use the local mode of the client.');
    });
  }
  app.get('/v0/regions', (context) => context.json({ regions: [{ name: 'local', api_host: new URL(context.req.url).origin, provider: 'local' }] }));

  function view() {
    return { id: workspace.tokens.workspaceId, name: workspace.name, user_id: workspace.tokens.workspaceId, user_email: 'local_testing@tinybird.co', scope: 'admin', main: null };
  }
}

/** What Tinybird's clients ask before anything else: tokens, version, the workspace, jobs. */
import type { Hono } from 'hono';
import { isAdmin, scopeText, type Token } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { jobView } from './job-view.ts';

export function workspacesRoutes(app: Hono, workspace: Workspace): void {
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
      return context.json({ organization_id: workspace.tokens.workspaceId, workspaces: [{ ...view(), token: token.token }] });
    });
  }
  app.get('/v0/tokens', (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'list the tokens');
    return context.json({ tokens: workspace.tokens.list().map(tokenView) });
  });
  app.get('/v0/jobs', (context) => {
    tokenOf(context, workspace.tokens);
    return context.json({ jobs: workspace.jobs.list().map(jobView) });
  });
  app.get('/v0/jobs/:id', (context) => {
    tokenOf(context, workspace.tokens);
    return context.json(jobView(workspace.jobs.get(context.req.param('id'))));
  });
  app.post('/v0/jobs/:id/cancel', (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'cancel a job');
    return context.json(jobView(workspace.jobs.cancel(context.req.param('id'))));
  });
  app.get('/v0/connectors', (context) => context.json({ connectors: [] }));
  app.get('/v0/variables', (context) => context.json({ variables: [] }));

  function view() {
    return { id: workspace.tokens.workspaceId, name: workspace.name, user_id: workspace.tokens.workspaceId, user_email: 'local_testing@tinybird.co', scope: 'admin', main: null };
  }
}

function tokenView(token: Token) {
  return {
    id: token.id, name: token.name, token: token.token, description: '', origin: { type: 'C' }, host: null, is_internal: false,
    scopes: token.scopes.map((scope) => (scope.type === 'ADMIN' ? { type: 'ADMIN', resource: '', filter: '' } : { type: scope.type, resource: scope.resource, filter: '' })),
  };
}

export function scopeTexts(token: Token): readonly string[] {
  return token.scopes.map(scopeText);
}

/** /v0/variables: secrets for tb_secret(), which clients push before a build. Their values are never told. */
import type { Context, Hono } from 'hono';
import { isAdmin } from '../workspace/tokens.ts';
import type { Variable } from '../workspace/variables.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readValues } from './request-values.ts';

export function variablesRoutes(app: Hono, workspace: Workspace): void {
  const admin = (context: Context) => demand(isAdmin(tokenOf(context, workspace.tokens)), 'see or change variables');
  const find = (context: Context) => workspace.variables.list().find(({ name }) => name === context.req.param('name'));

  app.get('/v0/variables', (context) => {
    admin(context);
    return context.json({ variables: workspace.variables.list().map(variableView) });
  });
  app.post('/v0/variables', async (context) => {
    admin(context);
    const { fields } = await readValues(context);
    return context.json(variableView(await workspace.setVariable(fields['name'] ?? '', fields['value'] ?? '')));
  });
  app.get('/v0/variables/:name', (context) => {
    admin(context);
    const found = find(context);
    return found ? context.json(variableView(found)) : context.json({ error: 'Not found' }, 404);
  });
  app.put('/v0/variables/:name', async (context) => {
    admin(context);
    const found = find(context);
    if (!found) return context.json({ error: 'Variable not found' }, 404);
    const { fields } = await readValues(context);
    return context.json(variableView(await workspace.setVariable(found.name, fields['value'] ?? '')));
  });
  app.delete('/v0/variables/:name', async (context) => {
    admin(context);
    return (await workspace.deleteVariable(context.req.param('name'))) ? context.json({ ok: true }) : context.json({ error: 'Variable not found' }, 404);
  });
}

function variableView({ name, created, updated }: Variable) {
  const sqlTime = (time: string) => time.replace('T', ' ').replace('Z', '000');
  return { name, type: 'secret', created_at: sqlTime(created), updated_at: sqlTime(updated), edited_by: '' };
}

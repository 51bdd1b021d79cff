/** /v0/tokens: the tokens of the workspace, and making, changing and signing others. */
import type { Context, Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { isAdmin, readScope, scopeText, type Token } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readValues } from './request-values.ts';

export function tokensRoutes(app: Hono, workspace: Workspace): void {
  const { tokens } = workspace;
  const admin = (context: Context, what: string) => demand(isAdmin(tokenOf(context, tokens)), what);

  app.get('/v0/tokens', (context) => {
    admin(context, 'list the tokens');
    return context.json({ tokens: tokens.list().map(tokenView) });
  });

  app.post('/v0/tokens', async (context) => {
    admin(context, 'make tokens');
    const query = new URL(context.req.url).searchParams;
    const expires = query.get('expiration_time');
    if (expires !== null) return context.json({ token: await signed(context, Number(expires)) });
    const { fields } = await readValues(context);
    const name = fields['name'] ?? '';
    if (name === '') throw new SandpiperError('bad-request', 'The parameter name is missing: it names the token.');
    if (tokens.find(name)) throw new SandpiperError('conflict', `There is a token called ${name} already.`);
    return context.json(tokenView(tokens.put(name, await scopesOf(context), fields['description'])));
  });

  app.get('/v0/tokens/:key', (context) => {
    admin(context, 'read tokens');
    return context.json(tokenView(known(context)));
  });
  app.put('/v0/tokens/:key', async (context) => {
    admin(context, 'change tokens');
    const { name } = known(context);
    const { fields } = await readValues(context);
    return context.json(tokenView(tokens.put(name, await scopesOf(context), fields['description'])));
  });
  app.delete('/v0/tokens/:key', (context) => {
    admin(context, 'delete tokens');
    tokens.delete(context.req.param('key'));
    return context.json({ ok: true });
  });
  app.post('/v0/tokens/:key/refresh', (context) => {
    admin(context, 'refresh tokens');
    return context.json(tokenView(tokens.refresh(context.req.param('key'))));
  });

  function known(context: Context): Token {
    const found = tokens.find(context.req.param('key') ?? '');
    if (!found) throw new SandpiperError('forbidden', 'Token has not enough permissions to get information about this token');
    return found;
  }

  /** A JWT of what the body asks for: `{name, scopes: [{type, resource, fixed_params}], limits}`. */
  async function signed(context: Context, expires: number): Promise<string> {
    if (!Number.isInteger(expires) || expires <= 0) throw new SandpiperError('bad-request', 'The parameter expiration_time is a time in seconds since 1970.');
    const sent: unknown = await context.req.json().catch(() => undefined); // What is no JSON has no scopes, and is told so.
    const { scopes } = (typeof sent === 'object' && sent !== null ? sent : {}) as { readonly scopes?: unknown };
    if (!Array.isArray(scopes) || scopes.length === 0) throw new SandpiperError('bad-request', 'A JWT needs scopes: send {"name": …, "scopes": [{"type": "PIPES:READ", "resource": "NAME"}]}.');
    const name = new URL(context.req.url).searchParams.get('name');
    const text = tokens.sign({ ...(name === null ? {} : { name }), ...(sent as object), exp: expires });
    tokens.get(text);
    return text;
  }
}

/** `scope` is given once for each, in the query, the form or the JSON. */
async function scopesOf(context: Context): Promise<readonly string[]> {
  const query = new URL(context.req.url).searchParams.getAll('scope');
  const given = query.length > 0 ? query : ((await readValues(context)).fields['scope'] ?? '').split(',').filter((scope) => scope !== '');
  for (const scope of given) readScope(scope);
  return given;
}

function tokenView(token: Token) {
  return {
    id: token.id, name: token.name, token: token.token, description: token.description ?? '', origin: { type: 'C' }, host: null, is_internal: false,
    scopes: token.scopes.map((scope) => ({ type: scope.type === 'OTHER' ? scope.text : scope.type, resource: 'resource' in scope ? scope.resource : '', filter: '' })),
  };
}

export function scopeTexts(token: Token): readonly string[] {
  return token.scopes.map(scopeText);
}

/**
 * What Tinybird's command line asks beside data: the layout of SQL, the tables that a query reads, who reads whom, an
 * example of a call, connections. And what belongs to Classic, refused in Tinybird's words: here the files are the truth.
 */
import type { Context, Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { tableNames } from '../project/table-names.ts';
import { formatQuery } from '../workspace/format-file.ts';
import { openApi } from '../workspace/openapi.ts';
import { isAdmin, mayReadPipe } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { tokenOf } from './authenticate.ts';
import { readValues } from './request-values.ts';
import { answer } from './sql.ts';

export function commandLineRoutes(app: Hono, workspace: Workspace): void {
  const { tokens } = workspace;
  const sqlOf = async (context: Context): Promise<string> => {
    tokenOf(context, tokens);
    const { fields, text } = await readValues(context);
    const sql = fields['q'] ?? text;
    if (sql.trim() === '') throw new SandpiperError('bad-request', 'There is no query: give it as the parameter q or as the body.');
    return sql;
  };

  app.get('/v0/pipes/openapi.json', (context) => {
    const token = tokenOf(context, tokens);
    return context.json(openApi(workspace.project.pipes.filter((pipe) => pipe.published && mayReadPipe(token, pipe.name)), workspace, new URL(context.req.url).origin));
  });
  app.on(['GET', 'POST'], '/v0/sql_format', async (context) => context.json({ q: formatQuery(await sqlOf(context)) }));
  app.on(['GET', 'POST'], '/v0/sql_tables', async (context) => context.json({ tables: tableNames(await sqlOf(context), false).map((name) => (name.includes('.') ? name.split('.') : ['', name])) }));
  app.get('/v0/dependencies', (context) => {
    tokenOf(context, tokens);
    const { project } = workspace;
    const asked = context.req.query('datasource') ?? context.req.query('pipe');
    return context.json({ dependencies: Object.fromEntries([...project.dataSources, ...project.pipes].filter(({ name }) => asked === undefined || name === asked).map(({ name }) => [name, project.usedBy(name)])) });
  });
  app.get('/examples/query.http', (context) => {
    const { pipe, q, token = '', format = 'json' } = context.req.query();
    const { origin } = new URL(context.req.url);
    const path = pipe === undefined ? `/v0/sql?q=${encodeURIComponent(q ?? 'SELECT 1')}&` : `/v0/pipes/${encodeURIComponent(pipe)}.${encodeURIComponent(format)}?`;
    return answer(context, `${origin}${path}token=${encodeURIComponent(token)}`, 'text/plain');
  });

  app.get('/v0/connectors', (context) => {
    tokenOf(context, tokens);
    const service = context.req.query('service');
    return context.json({ connectors: workspace.project.connections.filter(({ type }) => service === undefined || type === service).map(({ name, type }) => ({ id: name, name, service: type, settings: {}, linkers: [] })) });
  });
  app.get('/v0/connectors/:file', (context) => {
    const token = tokenOf(context, tokens);
    const name = context.req.param('file').replace(/\.connection$/, '');
    const connection = workspace.project.connections.find((one) => one.name === name);
    if (!connection || !isAdmin(token)) throw new SandpiperError('not-found', `Connection '${name}' not found`);
    return answer(context, workspace.fileText(connection.path), 'text/plain');
  });

  const refuse = (context: Context): never => {
    tokenOf(context, tokens);
    throw new SandpiperError('forbidden', 'Adding or modifying pipes and data sources of this workspace can only be done via deployments: write the files in the project.');
  };
  for (const path of ['/v0/pipes', '/v0/pipes/:name/nodes', '/v0/pipes/:name/nodes/:node/endpoint', '/v0/datasources/:name/alter', '/v0/datasources/:name/share', '/v0/datasources/exchange', '/v0/pipes/:name/nodes/:node/copy']) app.post(path, refuse);
  for (const path of ['/v0/pipes/:name', '/v0/pipes/:name/nodes/:node', '/v0/pipes/:name/nodes/:node/copy', '/v0/datasources/:name']) app.put(path, refuse);
  for (const path of ['/v0/pipes/:name', '/v0/pipes/:name/nodes/:node', '/v0/pipes/:name/nodes/:node/endpoint', '/v0/pipes/:name/nodes/:node/materialization', '/v0/pipes/:name/nodes/:node/copy', '/v0/datasources/:name']) app.delete(path, refuse);
}

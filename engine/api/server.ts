/**
 * The HTTP face of a workspace: puts the routes together and listens. Adds what all have in common: trailing slashes,
 * CORS for Tinybird's routes (never for tokens or the page's own), one log line and one error form for each request.
 */
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandpiperError } from '../errors.ts';
import type { RunDetails } from '../workspace/request-log.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { buildsRoutes } from './builds.ts';
import { commandLineRoutes } from './command-line.ts';
import { CORS, preflight } from './cors.ts';
import { datasourcesRoutes } from './datasources.ts';
import { EventDoor, isEventsTarget, type EventLimits } from './event-door.ts';
import { openEventLanes } from './event-lane.ts';
import { answerEvents } from './event-request.ts';
import { failureOf } from './failure.ts';
import { jobsRoutes } from './jobs.ts';
import { localRoutes } from './local.ts';
import { isLoopbackAddress, isLoopbackHost, isOwnOrigin } from './loopback.ts';
import { pageRoutes } from './page.ts';
import { pipesRoutes } from './pipes.ts';
import { sqlRoutes } from './sql.ts';
import { tokensRoutes } from './tokens.ts';
import { variablesRoutes } from './variables.ts';
import { workspacesRoutes } from './workspaces.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Rows that the answer holds, for the log. */
    rows: number;
    /** What ran, for the log. */
    run: RunDetails | undefined;
  }
}

export interface ServerOptions {
  readonly port: number;
  readonly host: string;
  readonly pageFolder: string;
  readonly acceptsPaths: boolean;
  readonly events?: EventLimits;
}

export interface RunningServer {
  /** `http://127.0.0.1:7181` */
  readonly address: string;
  readonly secret: string;
  readonly close: () => Promise<void>;
}

export async function openServer(workspace: Workspace, options: ServerOptions): Promise<RunningServer> {
  const secret = randomBytes(24).toString('base64url');
  let address = '';
  const app = new Hono({ strict: false });
  app.onError((error, context) => {
    const failure = failureOf(error);
    context.set('rows', 0);
    logRequest(context, workspace, failure.status, failure.body.error);
    return Response.json(crossOrigin(context) ? failure.tinybirdBody : failure.body, { status: failure.status === 499 ? 400 : failure.status, headers: { ...failure.headers, ...(crossOrigin(context) ? CORS : {}) } });
  });
  app.use('*', async (context, next) => {
    startedAt.set(context, performance.now());
    if (!crossOrigin(context)) return next();
    if (context.req.method === 'OPTIONS') return context.body(null, 204, preflight({ headers: context.req.header('access-control-request-headers'), privateNetwork: context.req.header('access-control-request-private-network') }));
    await next();
    if (!context.error) {
      for (const [name, value] of Object.entries(CORS)) context.header(name, value);
      logRequest(context, workspace, context.res.status, undefined);
    }
    return undefined;
  });
  app.use('/tokens', async (context, next) => {
    // Whoever reads this may do everything: only programs on this machine get it, and no page that names itself by another host.
    const host = context.req.header('host');
    if (!isLoopbackAddress(peerOf(context)) || !isLoopbackHost(host) || !isOwnOrigin(context.req.header('origin'), host)) throw new SandpiperError('forbidden', 'The tokens are told to programs on this machine only, which ask for localhost.');
    await next();
  });
  workspacesRoutes(app, workspace);
  tokensRoutes(app, workspace);
  jobsRoutes(app, workspace);
  variablesRoutes(app, workspace);
  buildsRoutes(app, workspace);
  commandLineRoutes(app, workspace);
  sqlRoutes(app, workspace);
  pipesRoutes(app, workspace);
  datasourcesRoutes(app, workspace);
  localRoutes(app, workspace, { secret, address: () => address, acceptsPaths: options.acceptsPaths });
  for (const path of ['/v0/*', '/v1/*', '/local/*']) {
    app.all(path, (context) => {
      throw new SandpiperError('not-found', `There is no route ${context.req.method} ${new URL(context.req.url).pathname} in Sandpiper.`);
    });
  }
  pageRoutes(app, options.pageFolder, secret, (context) => isLoopbackAddress(peerOf(context)));

  const door = new EventDoor(workspace, options.events);
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    if (request.method === 'POST' && isEventsTarget(request.url ?? '')) answerEvents(door, request, response);
    else void listener(request, response);
  });
  const lanes = openEventLanes(server, door);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  address = `http://${options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  return {
    address,
    secret,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      lanes.close();
      setTimeout(() => {
        lanes.cut();
        server.closeAllConnections();
      }, 300).unref();
    }),
  };
}

const startedAt = new WeakMap<Context, number>();

/** Routes that a web page elsewhere may call, since each needs a token. */
function crossOrigin(context: Context): boolean {
  return /^\/v\d\//.test(new URL(context.req.url).pathname);
}

function logRequest(context: Context, workspace: Workspace, status: number, error: string | undefined): void {
  const url = new URL(context.req.url);
  const resource = /^\/v\d\/pipes\/(.+?)\.\w+$/.exec(url.pathname)?.[1] ?? (url.pathname.startsWith('/v0/sql') ? 'sql' : /^\/v0\/datasources\/?$/.test(url.pathname) ? url.searchParams.get('name') : undefined);
  if (resource === undefined || resource === null || (context.req.method === 'GET' && url.pathname.startsWith('/v0/datasources'))) return;
  workspace.requests.add({
    method: context.req.method,
    url: url.pathname + url.search,
    resource: decoded(resource),
    status,
    elapsedMs: performance.now() - (startedAt.get(context) ?? performance.now()),
    rows: context.get('rows') ?? 0,
    ...(error === undefined ? {} : { error }),
    ...(context.get('run') ? { details: context.get('run') } : {}),
  });
}

/** The name in a URL; as it is written where it is no proper encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // `%ZZ` is nobody's name, and the log shows what was asked.
    return text;
  }
}

function peerOf(context: Context): string | undefined {
  const bindings = context.env as HttpBindings | undefined;
  return bindings?.incoming.socket.remoteAddress;
}

function cannotListen(error: NodeJS.ErrnoException, options: ServerOptions): Error {
  if (error.code === 'EADDRINUSE') return new SandpiperError('unavailable', `Port ${options.port} is in use by another program. Stop that program, or choose another port with --port.`, { cause: error });
  if (error.code === 'EACCES') return new SandpiperError('unavailable', `You may not use port ${options.port}. Choose one above 1023 with --port.`, { cause: error });
  return error;
}

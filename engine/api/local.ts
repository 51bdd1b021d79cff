/**
 * The page's own routes, as protocol.ts lists them. Each needs the secret that only the page has; requests for a foreign
 * host or from a foreign origin are refused before anything is read. What arrives is unknown until a schema passed it.
 */
import type { Context, Hono } from 'hono';
import { stream } from 'hono/streaming';
import { timingSafeEqual } from 'node:crypto';
import { basename } from 'node:path';
import { z } from 'zod';
import { SandpiperError } from '../errors.ts';
import type { Job } from '../workspace/jobs.ts';
import { languageHelp } from '../workspace/language-help.ts';
import type { LoggedRequest } from '../workspace/request-log.ts';
import type { Change } from '../workspace/changes.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { ChangeQueue } from './change-queue.ts';
import { failureOf } from './failure.ts';
import { liveTailRoute } from './live-tail.ts';
import { isLoopbackHost, isOwnOrigin } from './loopback.ts';
import { projectView } from './project-view.ts';
import { SECRET_HEADER, type ChangeMessage, type JobView, type RequestView } from './protocol.ts';
import { streamOf } from './request-body.ts';
import { runView } from './run-view.ts';
import { scopeTexts } from './tokens.ts';

const FileSource = z.union([z.object({ upload: z.string() }), z.object({ path: z.string() })]);
const Bodies = {
  file: z.object({ path: z.string(), text: z.string(), baseVersion: z.string().optional() }),
  rename: z.object({ path: z.string(), to: z.string() }),
  check: z.object({ path: z.string(), text: z.string() }),
  position: z.object({ path: z.string(), text: z.string(), line: z.number().int(), column: z.number().int() }),
  renameSymbol: z.object({ path: z.string(), text: z.string(), line: z.number().int(), column: z.number().int(), to: z.string() }),
  run: z.object({
    id: z.string(),
    source: z.union([z.object({ kind: z.literal('node'), path: z.string(), text: z.string().optional(), node: z.string() }), z.object({ kind: z.literal('sql'), sql: z.string() })]),
    parameters: z.record(z.string(), z.string()),
    rowLimit: z.number().int().positive().max(1_000_000).optional(),
  }),
  cancel: z.object({ id: z.string() }),
  publish: z.object({ published: z.boolean() }),
  fix: z.object({
    fix: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('none') }),
      z.object({ kind: z.literal('type'), column: z.string(), type: z.string() }),
      z.object({ kind: z.literal('default'), column: z.string(), expression: z.string() }),
      z.object({ kind: z.literal('path'), column: z.string(), jsonPath: z.string() }),
      z.object({ kind: z.literal('date-format'), column: z.string(), format: z.string() }),
    ]),
  }),
  operation: z.object({ kind: z.enum(['copy', 'sink', 'populate']), pipe: z.string(), parameters: z.record(z.string(), z.string()).optional() }),
  inspect: z.object({ source: FileSource }),
  column: z.object({ name: z.string(), type: z.string(), jsonPath: z.string() }),
  import: z.object({ sources: z.array(FileSource).min(1), dataSource: z.string(), mode: z.enum(['append', 'replace', 'create']), datafile: z.string().optional() }),
};

export interface LocalOptions {
  readonly secret: string;
  readonly address: () => string;
  /** Paths on this machine are taken from the desktop app only. */
  readonly acceptsPaths: boolean;
}

export function localRoutes(app: Hono, workspace: Workspace, options: LocalOptions): void {
  const runs = new Map<string, AbortController>();

  app.use('/local/*', async (context, next) => {
    const host = context.req.header('host');
    if (!isLoopbackHost(host) || !isOwnOrigin(context.req.header('origin'), host)) throw new SandpiperError('forbidden', 'The routes under /local/ answer the page of this engine only.');
    if (!sameSecret(context.req.header(SECRET_HEADER), options.secret)) throw new SandpiperError('unauthorized', 'The routes under /local/ need the secret of the page.');
    await next();
  });

  app.get('/local/project', async (context) => context.json(await projectView(workspace, options.address())));
  app.get('/local/file', async (context) => context.json({ path: query(context, 'path'), ...(await workspace.folder.read(query(context, 'path'))) }));
  app.put('/local/file', async (context) => {
    const { path, text, baseVersion } = await body(context, Bodies.file);
    const written = await workspace.folder.write(path, text, baseVersion);
    await workspace.reload([path]);
    return context.json({ path, ...written });
  });
  app.delete('/local/file', async (context) => {
    await workspace.folder.delete(query(context, 'path'));
    await workspace.reload([query(context, 'path')]);
    return context.json({});
  });
  app.post('/local/file/rename', async (context) => {
    const { path, to } = await body(context, Bodies.rename);
    await workspace.folder.rename(path, to);
    await workspace.reload([path, to]);
    return context.json({ path: to, ...(await workspace.folder.read(to)) });
  });

  app.post('/local/check', async (context) => {
    const { path, text } = await body(context, Bodies.check);
    return context.json(await workspace.check(path, text));
  });
  app.post('/local/complete', async (context) => context.json({ items: workspace.editor.complete(await body(context, Bodies.position)) }));
  app.post('/local/hover', async (context) => context.json({ contents: workspace.editor.hover(await body(context, Bodies.position)) }));
  app.post('/local/signature', async (context) => context.json({ signature: workspace.editor.signature(await body(context, Bodies.position)) }));
  app.post('/local/definition', async (context) => context.json({ place: workspace.editor.definition(await body(context, Bodies.position)) }));
  app.post('/local/references', async (context) => context.json({ places: workspace.editor.references(await body(context, Bodies.position)) }));
  app.post('/local/rename-word', async (context) => context.json(workspace.editor.renamedWord(await body(context, Bodies.position))));
  app.post('/local/rename', async (context) => {
    const { to, ...place } = await body(context, Bodies.renameSymbol);
    return context.json({ edits: workspace.editor.rename(place, to) });
  });
  app.get('/local/help', (context) => context.json({ sections: languageHelp() }));
  app.post('/local/format', async (context) => {
    const { path, text } = await body(context, Bodies.check);
    return context.json({ text: workspace.editor.format(path, text) });
  });

  app.post('/local/run', async (context) => {
    const request = await body(context, Bodies.run);
    runs.get(request.id)?.abort();
    const controller = new AbortController();
    runs.set(request.id, controller);
    context.req.raw.signal.addEventListener('abort', () => controller.abort(), { once: true });
    const rowLimit = request.rowLimit ?? 10_000;
    try {
      const source = request.source.kind === 'node' ? { kind: 'node' as const, path: request.source.path, node: request.source.node, ...(request.source.text === undefined ? {} : { text: request.source.text }) } : request.source;
      const result = await workspace.preview(source, { parameters: request.parameters, rowLimit, signal: controller.signal });
      return context.body(runView(result, rowLimit, workspace.timeZone), 200, { 'Content-Type': 'application/json' });
    } finally {
      if (runs.get(request.id) === controller) runs.delete(request.id);
    }
  });
  app.post('/local/cancel', async (context) => {
    runs.get((await body(context, Bodies.cancel)).id)?.abort();
    return context.json({});
  });

  app.post('/local/endpoints/:name', async (context) => {
    const { published } = await body(context, Bodies.publish);
    return context.json(await workspace.publish(context.req.param('name'), published));
  });
  app.get('/local/requests', (context) => context.json({ requests: workspace.requests.last(Number(context.req.query('limit') ?? 200)).map(requestView) }));
  app.get('/local/tokens', (context) => context.json({ tokens: workspace.tokens.list().map((token) => ({ name: token.name, token: token.token, scopes: scopeTexts(token) })) }));

  app.post('/local/uploads', async (context) => {
    const sent = context.req.raw.body;
    if (!sent) throw new SandpiperError('bad-request', 'There is no file in the request.');
    return context.json({ upload: basename(await workspace.uploads.keep(query(context, 'name'), streamOf(sent))) });
  });
  app.post('/local/inspect', async (context) => context.json({ job: workspace.imports.inspect(source((await body(context, Bodies.inspect)).source)).id }));
  app.post('/local/imports', async (context) => {
    const request = await body(context, Bodies.import);
    const paths = request.sources.map(source);
    if (request.mode === 'create') {
      if (request.datafile === undefined) throw new SandpiperError('bad-request', 'A new data source needs the text of its file.');
      await workspace.imports.create(request.dataSource, request.datafile);
    }
    const { job } = workspace.imports.start(request.dataSource, paths, { mode: request.mode === 'replace' ? 'replace' : 'append' });
    return context.json({ job: job.id });
  });
  app.get('/local/imports/:name', async (context) => context.json({ receipts: await workspace.imports.receipts(context.req.param('name')) }));
  app.post('/local/datasources/:name/columns', async (context) => {
    await workspace.imports.addColumn(context.req.param('name'), await body(context, Bodies.column));
    return context.json({});
  });
  app.get('/local/quarantine/:name', async (context) => {
    const { causes, rows, allRows, lastReplay } = await workspace.quarantine.causes(context.req.param('name'));
    return context.json({ causes, rows, allRows, ...(lastReplay ? { lastReplay: { ...lastReplay, at: lastReplay.at.toISOString() } } : {}) });
  });
  app.post('/local/quarantine/:name/fix', async (context) => {
    const { fix } = await body(context, Bodies.fix);
    return context.json(await workspace.quarantine.fix(context.req.param('name'), fix));
  });
  app.post('/local/quarantine/:name/undo', async (context) => {
    await workspace.quarantine.undo(context.req.param('name'), (await body(context, Bodies.cancel)).id);
    return context.json({});
  });
  app.post('/local/operations', async (context) => {
    const { kind, pipe, parameters = {} } = await body(context, Bodies.operation);
    return context.json({ job: workspace.operations.run(kind, pipe, parameters).job.id });
  });
  app.get('/local/jobs', (context) => context.json({ jobs: workspace.jobs.list().map(jobView) }));
  app.get('/local/jobs/:id', (context) => context.json(jobView(workspace.jobs.get(context.req.param('id')))));
  app.post('/local/jobs/:id/cancel', (context) => context.json(jobView(workspace.jobs.cancel(context.req.param('id')))));

  liveTailRoute(app, workspace);

  app.get('/local/changes', (context) => stream(context, async (out) => {
    context.header('Content-Type', 'application/x-ndjson');
    const queue = new ChangeQueue();
    queue.add({ kind: 'hello', revision: workspace.revision });
    const unfollow = workspace.onChange((change) => queue.add(changeMessage(change)));
    out.onAbort(() => {
      unfollow();
      queue.stop();
    });
    while (!out.aborted && !out.closed) {
      const batch = (await queue.take()).map((message) => `${JSON.stringify(message)}\n`).join('');
      if (batch !== '' && !out.aborted) await out.write(batch);
    }
  }));

  function source(given: z.infer<typeof FileSource>): string {
    if ('upload' in given) return workspace.uploads.find(given.upload);
    if (!options.acceptsPaths) throw new SandpiperError('forbidden', 'A path on this machine is taken from the desktop app only. Send the file instead.');
    return given.path;
  }
}

function query(context: Context, name: string): string {
  const value = context.req.query(name);
  if (value === undefined || value === '') throw new SandpiperError('bad-request', `The parameter ${name} is missing.`);
  return value;
}

async function body<Shape extends z.ZodType>(context: Context, shape: Shape): Promise<z.infer<Shape>> {
  const sent: unknown = await context.req.json().catch(() => undefined); // What is no JSON fits no shape and is told so.
  const read = shape.safeParse(sent);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new SandpiperError('bad-request', `The request does not fit its shape: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function sameSecret(given: string | undefined, secret: string): boolean {
  const [left, right] = [Buffer.from(given ?? ''), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function changeMessage(change: Change): ChangeMessage {
  switch (change.kind) {
    case 'job':
      return { kind: 'job', job: jobView(change.job) };
    case 'request':
      return { kind: 'request', request: requestView(change.request) };
    default:
      return change;
  }
}

function jobView(job: Job): JobView {
  const { id, kind, title, status, progress, createdAt, updatedAt, log, error, result } = job;
  return {
    id, kind, title, status, progress, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), log: log.map(({ at, message }) => ({ at: at.toISOString(), message })),
    ...(error === undefined ? {} : { error: failureOf(error).body }),
    ...(isJobResult(result) ? { result } : {}),
  };
}

function isJobResult(result: unknown): result is NonNullable<JobView['result']> {
  return typeof result === 'object' && result !== null && 'lines' in result;
}

function requestView(request: LoggedRequest): RequestView {
  const { details: _details, ...shown } = request;
  return { ...shown, at: request.at.toISOString() };
}

/** /v0/pipes: the endpoints' data in JSON, CSV, NDJSON, Parquet and for Prometheus, and what the pipes are. */
import type { Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { copyNode } from '../workspace/copy.ts';
import { fixedParameters, isAdmin, mayReadPipe } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { jobView } from './job-view.ts';
import { pipeView } from './pipe-view.ts';
import { parametersOf, readValues } from './request-values.ts';
import { noteResult, noteRun } from './run-note.ts';
import { answer, answerResult, quoting } from './sql.ts';

/** With the admin's token: runs a pipe that is not published too, as the command line does. */
export const ANY_PIPE_HEADER = 'X-Sandpiper-Any-Pipe';

const FORMATS: Readonly<Record<string, string>> = { json: 'JSON', csv: 'CSVWithNames', csvwithnames: 'CSVWithNames', ndjson: 'JSONEachRow', parquet: 'Parquet', prometheus: 'Prometheus' };

export function pipesRoutes(app: Hono, workspace: Workspace): void {
  app.get('/v0/pipes', (context) => {
    const token = tokenOf(context, workspace.tokens);
    const attributes = new URL(context.req.url).searchParams.get('attrs')?.split(',');
    const pipes = workspace.project.pipes.filter((pipe) => mayReadPipe(token, pipe.name)).map((pipe) => pipeView(pipe, workspace));
    if (!attributes) return context.json({ pipes });
    return context.json({ pipes: pipes.map((pipe) => Object.fromEntries(Object.entries(pipe).filter(([name]) => attributes.includes(name) || name === 'url'))) });
  });
  app.get('/v1/pipes', (context) => {
    const token = tokenOf(context, workspace.tokens);
    return context.json({ pipes: workspace.project.pipes.filter((pipe) => mayReadPipe(token, pipe.name)).map(({ name }) => ({ name })) });
  });

  app.post('/v0/pipes/:name/copy', async (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'run a copy');
    const { fields } = await readValues(context);
    const { _mode: mode, ...parameters } = parametersOf(fields);
    if (mode !== undefined && mode !== 'append' && mode !== 'replace') throw new SandpiperError('bad-request', `The parameter _mode is append or replace, not ${mode}.`);
    const name = context.req.param('name');
    const { job } = workspace.operations.copy(name, { mode, parameters });
    return context.json({ ...pipeView(workspace.getPipe(name), workspace), job: jobView(job) });
  });
  app.post('/v0/pipes/:name/sink', async (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'run a sink');
    const { fields } = await readValues(context);
    const name = context.req.param('name');
    const { job } = workspace.operations.sink(name, { parameters: parametersOf(fields) });
    return context.json({ ...pipeView(workspace.getPipe(name), workspace), job: jobView(job) });
  });
  for (const verb of ['pause', 'resume'] as const) {
    app.post(`/v0/pipes/:name/copy/${verb}`, async (context) => {
      demand(isAdmin(tokenOf(context, workspace.tokens)), `${verb} a copy`);
      const pipe = workspace.getPipe(context.req.param('name'));
      copyNode(pipe);
      const schedule = await workspace.schedules.pause(pipe.name, verb === 'pause');
      if (!schedule) throw new SandpiperError('bad-request', `The pipe ${pipe.name} runs on demand: it has no schedule to ${verb}.`);
      return context.json(pipeView(pipe, workspace));
    });
  }
  app.post('/v0/pipes/:name/nodes/:node/population', async (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'populate a data source');
    const { fields } = await readValues(context);
    const refused = ['populate_subset', 'populate_condition'].find((name) => fields[name] !== undefined);
    if (refused !== undefined) throw new SandpiperError('unsupported', `${refused} is not supported yet: a population runs over all rows.`);
    const { job } = workspace.operations.populate(context.req.param('name'), context.req.param('node'), { truncate: fields['truncate'] === 'true' });
    return context.json({ ...pipeView(workspace.getPipe(context.req.param('name')), workspace), job: jobView(job) });
  });

  for (const path of ['/v0/pipes/:file', '/v1/pipes/:file']) {
    app.on(['GET', 'POST'], path, async (context) => {
      const token = tokenOf(context, workspace.tokens);
      const { name, extension } = split(context.req.param('file') ?? '');
      if (extension === undefined || extension === 'pipe') {
        const pipe = workspace.project.pipes.find((one) => one.name === name);
        if (!pipe) throw new SandpiperError('not-found', `Pipe '${name}' not found`);
        demand(mayReadPipe(token, name), `read the pipe ${name}`);
        if (extension === 'pipe' || context.req.query('format') === 'pipe') return answer(context, workspace.fileText(pipe.path), 'text/plain');
        return context.json(pipeView(pipe, workspace));
      }
      const format = FORMATS[extension];
      if (format === undefined) throw new SandpiperError('unsupported', `An endpoint answers as ${Object.keys(FORMATS).join(', ')}, not as ${extension}.`);
      const { fields } = await readValues(context);
      if (workspace.project.pipes.some((one) => one.name === name)) demand(mayReadPipe(token, name), `read the pipe ${name}`);
      const parameters = { ...parametersOf(fields), ...fixedParameters(token, name) };
      noteRun(context, 'pipe', parameters, token);
      const result = await workspace.runEndpoint(name, {
        parameters,
        unpublished: isAdmin(token) && context.req.header(ANY_PIPE_HEADER) !== undefined,
        ...(fields['q'] === undefined ? {} : { over: fields['q'] }),
        mayRead: (kind, resource) => isAdmin(token) || (kind === 'pipe' && mayReadPipe(token, resource)),
        asParquet: format === 'Parquet',
        signal: context.req.raw.signal,
      });
      noteResult(context, result);
      return answerResult(context, result, format, { ...quoting(fields), timeZone: workspace.timeZone });
    });
  }
}

/** `name.json` and `name`; a pipe's own name has no point. */
function split(file: string): { name: string; extension: string | undefined } {
  const point = file.lastIndexOf('.');
  return point === -1 ? { name: file, extension: undefined } : { name: file.slice(0, point), extension: file.slice(point + 1) };
}

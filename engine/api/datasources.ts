/** /v0/datasources: what the data sources are, and appending, replacing and deleting their rows. */
import type { Context, Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import type { DataSource } from '../project/datasource.ts';
import { dataSourceId } from '../workspace/resource-id.ts';
import type { FileFormat } from '../workspace/file-rows.ts';
import type { ImportReceipt } from '../workspace/import-receipt.ts';
import { isWebAddress } from '../workspace/import-sources.ts';
import type { ImportRequest } from '../workspace/imports.ts';
import { datafileOf, datafileWith } from '../workspace/inferred-datafile.ts';
import { storedBytes } from '../workspace/stored-bytes.ts';
import { isAdmin, mayAppend, mayReadDataSource } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { demand, tokenOf } from './authenticate.ts';
import { readMultipart } from './multipart.ts';
import { jobView } from './job-view.ts';
import { columnViews } from './project-view.ts';
import { streamOf } from './request-body.ts';
import { readValues } from './request-values.ts';
import { answer } from './sql.ts';

export function datasourcesRoutes(app: Hono, workspace: Workspace): void {
  app.get('/v0/datasources', async (context) => {
    const token = tokenOf(context, workspace.tokens);
    const attributes = new URL(context.req.url).searchParams.get('attrs')?.split(',');
    const readable = workspace.project.dataSources.filter((source) => mayReadDataSource(token, source.name));
    const datasources = await Promise.all(readable.map((source) => dataSourceView(source, workspace)));
    if (!attributes) return context.json({ datasources });
    return context.json({ datasources: datasources.map((source) => Object.fromEntries(Object.entries(source).filter(([name]) => attributes.includes(name)))) });
  });

  app.get('/v0/datasources/:file', async (context) => {
    const token = tokenOf(context, workspace.tokens);
    const file = context.req.param('file');
    const asText = file.endsWith('.datasource') || context.req.query('format') === 'datasource';
    const name = file.replace(/\.datasource$/, '');
    const source = workspace.project.dataSources.find((one) => one.name === name || dataSourceId(one.name) === name);
    if (!source) throw new SandpiperError('not-found', `Data Source "${name}" does not exist`);
    demand(mayReadDataSource(token, source.name), `read ${source.name}`);
    if (asText) return answer(context, workspace.fileText(source.path), 'text/plain');
    return context.json(await dataSourceView(source, workspace, workspace.world().tables.has(source.name) ? await storedBytes(workspace.world().database, source.name) : 0));
  });

  app.post('/v0/datasources', async (context) => {
    const token = tokenOf(context, workspace.tokens);
    const { fields, fileName, body } = await uploadOf(context);
    const name = fields['name'] ?? '';
    const mode = fields['mode'] ?? 'create';
    if (name === '') throw new SandpiperError('bad-request', 'The parameter name is missing: it names the data source.');
    if (mode !== 'append' && mode !== 'replace' && mode !== 'create') throw new SandpiperError('bad-request', `The parameter mode is create, append or replace, not ${mode}.`);
    const given = readRequest(fields, mode);
    if (mode === 'append') demand(mayAppend(token, name), `append to ${name}`);
    else demand(isAdmin(token), mode === 'replace' ? `replace the rows of ${name}` : 'create data sources');
    const { imports } = workspace;
    const { url } = fields;
    if (url !== undefined && !isWebAddress(url)) throw new SandpiperError('bad-request', `${url} is no web address: it begins with http:// or https://.`);
    if (url === undefined && !body) throw new SandpiperError('bad-request', 'There is no file in the request: send it as the body, as a field of a multipart form, or name it by url.');
    if (url !== undefined && mode !== 'create') {
      const { job } = imports.start(name, [url], given);
      return context.json({ ...jobView(job), import_id: job.id, datasource: await dataSourceView(workspace.getDataSource(name), workspace) });
    }
    if (mode === 'create' && workspace.project.findDataSource(name)) throw new SandpiperError('conflict', `There is a data source called ${name} already: use mode=append or mode=replace.`);
    if (mode !== 'create') return context.json(await importAnswer(await imports.body(name, fileName ?? `${name}.${given.format ?? 'csv'}`, body ?? nothing(), given), workspace));
    const path = url === undefined ? await imports.keep(fileName ?? `${name}.${given.format ?? 'csv'}`, body ?? nothing()) : await imports.fetch(url, context.req.raw.signal);
    await imports.create(name, fields['schema'] === undefined ? datafileOf(await imports.infer(path, given.format)) : datafileWith(fields['schema']));
    return context.json(await importAnswer(await imports.upload(name, path, given, true).finished, workspace));
  });

  app.post('/v0/datasources/:name/truncate', async (context) => {
    demand(isAdmin(tokenOf(context, workspace.tokens)), 'truncate a data source');
    await workspace.operations.truncate(context.req.param('name'));
    return context.json({});
  });

  for (const path of ['/v0/datasources/:name/delete', '/v1/datasources/:name/delete']) {
    app.post(path, async (context) => {
      demand(isAdmin(tokenOf(context, workspace.tokens)), 'delete rows');
      const name = context.req.param('name') ?? '';
      // Clients send the condition as it is; a form splits at its first = alone.
      const { fields } = await readValues(context);
      const condition = fields['delete_condition']?.trim() ?? '';
      if (condition === '') throw new SandpiperError('bad-request', 'The parameter delete_condition is missing: it says which rows to delete, as in user_id = 5.');
      if (fields['dry_run'] === 'true') return context.json({ rows_to_be_deleted: (await workspace.operations.countDeletion(name, condition)).rows });
      const { job } = workspace.operations.startDeletion(name, condition);
      return context.json({ ...jobView(job), delete_id: job.id, delete_condition: condition, datasource: { id: dataSourceId(name), name }, job: jobView(job) });
    });
  }
}

const FORMATS: readonly FileFormat[] = ['ndjson', 'json', 'csv', 'tsv', 'parquet'];

function readRequest(fields: Readonly<Record<string, string>>, mode: 'create' | 'append' | 'replace'): ImportRequest {
  const format = FORMATS.find((one) => one === (fields['format'] ?? '').toLowerCase());
  if (fields['format'] !== undefined && !format) throw new SandpiperError('bad-request', `The parameter format is one of ${FORMATS.join(', ')}, not ${fields['format']}.`);
  const condition = fields['replace_condition']?.trim();
  if (condition !== undefined && mode !== 'replace') throw new SandpiperError('bad-request', 'The parameter replace_condition goes with mode=replace.');
  const { dialect_delimiter: delimiter } = fields;
  if (delimiter !== undefined && delimiter.length !== 1) throw new SandpiperError('bad-request', 'The parameter dialect_delimiter is one character.');
  return {
    mode: mode === 'replace' ? 'replace' : 'append', mayEmpty: fields['replace_truncate_when_empty'] === 'true',
    // Without a name or a format, Tinybird takes CSV.
    ...(format === undefined ? {} : { format }), ...(condition === undefined || condition === '' ? {} : { condition }), ...(delimiter === undefined ? {} : { dialect: { delimiter } }),
  };
}

async function importAnswer(receipt: ImportReceipt, workspace: Workspace) {
  const invalid = await workspace.imports.malformedRows(receipt.dataSource, receipt.importId);
  const quarantined = receipt.quarantined - invalid;
  const problems = [plural(quarantined, 'row', 'rows', ' in quarantine'), plural(invalid, 'invalid line', 'invalid lines', '')].filter((text) => text !== '').join(' and ');
  return {
    import_id: receipt.importId,
    datasource: await dataSourceView(workspace.getDataSource(receipt.dataSource), workspace),
    quarantine_rows: quarantined,
    invalid_lines: invalid,
    error: problems === '' ? false : `There was an error with file contents: ${problems}.`,
    successful_rows: receipt.loaded,
    quarantined_rows: quarantined,
    // Sandpiper's own: what happened to every line.
    receipt,
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function plural(count: number, one: string, many: string, after: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many}${after}`;
}

interface Upload {
  /** Of the query string, and of the form as far as they stand before the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileName: string | undefined;
  readonly body: AsyncIterable<Uint8Array> | undefined;
}

async function uploadOf(context: Context): Promise<Upload> {
  const fields: Record<string, string> = Object.fromEntries(new URL(context.req.url).searchParams);
  const type = context.req.header('content-type') ?? '';
  const stream = context.req.raw.body;
  if (!type.startsWith('multipart/form-data')) return { fields, fileName: fields['file'], body: stream ? streamOf(stream) : undefined };
  for await (const part of withoutEnding(readMultipart(streamOf(stream), type))) {
    if (part.kind === 'file') return { fields, fileName: part.fileName, body: part.body };
    fields[part.name] = part.value;
  }
  // curl -F csv='a,b' sends the rows as a field without a file name.
  const rows = ['csv', 'ndjson', 'file', 'data'].map((name) => fields[name]).find((text) => text !== undefined);
  return { fields, fileName: undefined, body: rows === undefined ? undefined : once(Buffer.from(rows)) };
}

/** The same items; leaving the loop early does not end what gives them. */
function withoutEnding<T>(items: AsyncGenerator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => items.next() }) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** `bytes` are told of one data source, not of lists of them: counting them takes a while. */
async function dataSourceView(source: DataSource, workspace: Workspace, bytes = 0) {
  const { rowCount, quarantinedCount } = await workspace.counts(source.name);
  const columns = columnViews(source).map((column) => {
    const nullable = /^Nullable\((.*)\)$/.exec(column.type);
    return {
      name: column.name, normalized_name: column.name, type: nullable?.[1] ?? column.type, nullable: nullable !== null,
      jsonpath: column.jsonPath ?? null, default_value: column.defaultExpression ?? null, codec: null, auto: false,
    };
  });
  const engine = { engine: source.tableEngine.name, engine_sorting_key: source.tableEngine.sortingKey, engine_partition_key: source.tableEngine.partitionKey, sorting_key: source.tableEngine.sortingKey, partition_key: source.tableEngine.partitionKey };
  return {
    id: dataSourceId(source.name), name: source.name, type: columns.some((column) => column.jsonpath !== null) ? 'ndjson' : 'csv', description: source.description, cluster: 'local', version: null, project: null,
    headers: {}, tags: {}, shared_with: [], replicated: false, indexes: [], statistics: { bytes, row_count: rowCount }, new_columns_detected: {}, quarantine_rows: quarantinedCount,
    used_by: workspace.project.pipes.filter((pipe) => pipe.nodes.some((node) => node.reads.includes(source.name))).map((pipe) => ({ id: pipe.name, name: pipe.name })),
    columns, engine, schema: { columns, sql_schema: columns.map((column) => `\`${column.name}\` ${column.nullable ? `Nullable(${column.type})` : column.type}`).join(', ') },
  };
}

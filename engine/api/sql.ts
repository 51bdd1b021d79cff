/** GET and POST /v0/sql: a SELECT over what the token may read, in the format that FORMAT names, JSON without one. */
import type { Context, Hono } from 'hono';
import { SandpiperError } from '../errors.ts';
import { fixedParameters, isAdmin, mayReadDataSource, mayReadPipe } from '../workspace/tokens.ts';
import { getFormat, type FormatOptions, type QueryResult } from '../workspace/result-format.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { tokenOf } from './authenticate.ts';
import { parametersOf, readValues } from './request-values.ts';
import { noteResult, noteRun } from './run-note.ts';

export function sqlRoutes(app: Hono, workspace: Workspace): void {
  app.on(['GET', 'POST'], '/v0/sql', async (context) => {
    const token = tokenOf(context, workspace.tokens);
    const { fields, text } = await readValues(context);
    const sql = fields['q'] ?? text;
    if (sql.trim() === '') throw new SandpiperError('bad-request', 'There is no query: give it as the parameter q or as the body.');
    const parameters = { ...parametersOf(fields), ...fixedParameters(token) };
    noteRun(context, 'sql', parameters, token);
    const result = await workspace.runSql(sql, {
      parameters,
      ...(fields['pipeline'] === undefined ? {} : { pipeline: fields['pipeline'] }),
      mayRead: (kind, name) => isAdmin(token) || (kind === 'pipe' ? mayReadPipe(token, name) : mayReadDataSource(token, name)),
      signal: context.req.raw.signal,
    });
    noteResult(context, result);
    return answerResult(context, result, result.format ?? 'JSON', { ...quoting(fields), timeZone: workspace.timeZone });
  });
}

export function quoting(fields: Readonly<Record<string, string>>): { quoteBigIntegers: boolean; quoteDenormals: boolean } {
  return { quoteBigIntegers: fields['output_format_json_quote_64bit_integers'] === '1', quoteDenormals: fields['output_format_json_quote_denormals'] === '1' };
}

export function answerResult(context: Context, result: QueryResult, formatName: string, options: FormatOptions): Response {
  if (result.parquet) return context.body(result.parquet, 200, { 'Content-Type': 'application/vnd.apache.parquet' });
  const format = getFormat(formatName);
  return answer(context, format.write(result, options), format.contentType);
}

export function answer(context: Context, body: string, contentType: string): Response {
  return context.body(body, 200, { 'Content-Type': contentType });
}

/**
 * What a client sent with a request, however it sent it: query string, form, JSON object or a bare body. Repeated keys
 * are joined by commas, which is how Array() parameters read them.
 */
import type { Context } from 'hono';
import { SandpiperError } from '../errors.ts';
import { readMultipart } from './multipart.ts';
import { readBytes, streamOf } from './request-body.ts';

export interface RequestValues {
  /** Query string and, for forms and JSON objects, the body's fields. */
  readonly fields: Readonly<Record<string, string>>;
  /** The body when it is no form and no JSON object. */
  readonly text: string;
}

const LARGEST_BODY = 10_000_000;

/** Keys that clients add for themselves and no pipe means. */
const NOT_PARAMETERS = /^(token|q|cli_version|debug|pipeline|release_replacements|__tb__\w+|output_format_\w+|explain|template_parameters|finalize_aggregations|playground|query_id|debug_source_tables)$/;

export async function readValues(context: Context): Promise<RequestValues> {
  const fields = fromPairs(new URL(context.req.url).searchParams);
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return { fields, text: '' };
  const type = context.req.header('content-type') ?? '';
  if (type.startsWith('multipart/form-data')) {
    const pairs: [string, string][] = [];
    for await (const part of readMultipart(streamOf(context.req.raw.body), type)) if (part.kind === 'field') pairs.push([part.name, part.value]);
    return { fields: { ...fields, ...fromPairs(pairs) }, text: '' };
  }
  const text = Buffer.from(await readBytes(context, LARGEST_BODY)).toString('utf8');
  if (type.startsWith('application/json') && text.trimStart().startsWith('{')) return { fields: { ...fields, ...fromJson(text) }, text: '' };
  // curl --data sends SQL under a form's content type: without a `name=` at its start it is the body itself.
  if (type.startsWith('application/x-www-form-urlencoded') && /^\w+=/.test(text)) return { fields: { ...fields, ...fromPairs(new URLSearchParams(text)) }, text: '' };
  return { fields, text };
}

/** The fields that are parameters of a pipe. */
export function parametersOf(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_PARAMETERS.test(name)));
}

function fromPairs(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of pairs) fields[name] = fields[name] === undefined ? value : `${fields[name]},${value}`;
  return fields;
}

function fromJson(text: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SandpiperError('bad-request', `The body is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`, { cause: error });
  }
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {})) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) fields[name] = value.join(',');
    else fields[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return fields;
}

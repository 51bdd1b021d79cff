/**
 * The endpoints that a token may read, described in OpenAPI 3.0: what each asks and what it answers. Answers are told as
 * far as the endpoint can be translated without parameters.
 */
import { SandpiperError } from '../errors.ts';
import type { Pipe } from '../project/pipe.ts';
import { bare, isNullable, type ClickHouseType } from '../sql/types.ts';
import { parametersOf, type ParameterOutline } from './outline.ts';
import { outputNode } from './queries.ts';
import type { Workspace } from './workspace.ts';

type Schema = Readonly<Record<string, unknown>>;

export function openApi(pipes: readonly Pipe[], workspace: Workspace, address: string): Schema {
  return {
    openapi: '3.0.3',
    info: { title: `Endpoints of ${workspace.name}`, version: workspace.version },
    servers: [{ url: address }],
    security: [{ token: [] }, { bearer: [] }],
    components: { securitySchemes: { token: { type: 'apiKey', in: 'query', name: 'token' }, bearer: { type: 'http', scheme: 'bearer' } } },
    paths: Object.fromEntries(pipes.map((pipe) => [`/v0/pipes/${pipe.name}.json`, { get: operation(pipe, workspace) }])),
  };
}

function operation(pipe: Pipe, workspace: Workspace): Schema {
  const failure = { description: 'What is wrong, in `error`.', content: { 'application/json': { schema: { type: 'object', properties: { error: { type: 'string' } } } } } };
  return {
    operationId: pipe.name,
    summary: pipe.description.split('\n')[0] || pipe.name,
    ...(pipe.description === '' ? {} : { description: pipe.description }),
    parameters: parametersOf(pipe, workspace.project.pipes).map(parameter),
    responses: { 200: { description: 'The rows.', content: { 'application/json': { schema: answerSchema(rowSchema(pipe, workspace)) } } }, 400: failure, 403: failure, 404: failure },
  };
}

function parameter({ name, type, defaultValue, required, description, example, enum: values }: ParameterOutline): Schema {
  const schema = parameterSchema(type);
  const read = (text: string): unknown => (schema['type'] === 'integer' || schema['type'] === 'number' ? (Number.isSafeInteger(Number(text)) || schema['type'] === 'number' ? Number(text) : text) : schema['type'] === 'boolean' ? text === '1' || text.toLowerCase() === 'true' : text);
  return {
    name, in: 'query', required,
    schema: { ...schema, ...(defaultValue === undefined ? {} : { default: read(defaultValue) }), ...(values === undefined ? {} : { enum: values.map(read) }) },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example: read(example) }),
  };
}

function parameterSchema(type: string): Schema {
  if (/^u?int/i.test(type)) return { type: 'integer', ...(/64$/.test(type) ? { format: 'int64' } : /32$/.test(type) ? { format: 'int32' } : {}) };
  if (/^(float|decimal)/i.test(type)) return { type: 'number' };
  if (/^bool/i.test(type)) return { type: 'boolean' };
  if (/^date$/i.test(type)) return { type: 'string', format: 'date' };
  return { type: 'string' };
}

function answerSchema(row: Schema): Schema {
  const count = { type: 'integer' };
  return {
    type: 'object', required: ['meta', 'data', 'rows', 'statistics'],
    properties: {
      meta: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, type: { type: 'string' } } } },
      data: { type: 'array', items: row },
      rows: count, rows_before_limit_at_least: count,
      statistics: { type: 'object', properties: { elapsed: { type: 'number' }, rows_read: count, bytes_read: count } },
    },
  };
}

function rowSchema(pipe: Pipe, workspace: Workspace): Schema {
  const node = outputNode(pipe);
  try {
    const columns = node ? workspace.queries.translateNode(pipe, node, {}).translation.columns : [];
    return { type: 'object', properties: Object.fromEntries(columns.map(({ name, type }) => [name, valueSchema(type)])) };
  } catch (error) {
    if (error instanceof SandpiperError) return { type: 'object' }; // It needs its parameters, or has an error that its own page tells.
    throw error;
  }
}

function valueSchema(type: ClickHouseType): Schema {
  return { ...plainSchema(bare(type)), ...(isNullable(type) ? { nullable: true } : {}) };
}

function plainSchema(type: ClickHouseType): Schema {
  switch (type.kind) {
    case 'Integer':
      return { type: 'integer', ...(type.bits === 64 ? { format: 'int64' } : type.bits === 32 ? { format: 'int32' } : {}) };
    case 'Float':
    case 'BFloat16':
    case 'Decimal':
      return { type: 'number' };
    case 'Bool':
      return { type: 'boolean' };
    case 'Date':
    case 'Date32':
      return { type: 'string', format: 'date' };
    case 'UUID':
      return { type: 'string', format: 'uuid' };
    case 'Array':
      return { type: 'array', items: valueSchema(type.of) };
    case 'Tuple':
      return type.elements.every(({ name }) => name !== undefined) && type.elements.length > 0
        ? { type: 'object', properties: Object.fromEntries(type.elements.map(({ name, type: element }) => [name, valueSchema(element)])) }
        : { type: 'array', items: {} };
    case 'Nested':
      return { type: 'array', items: {} };
    case 'Map':
      return { type: 'object', additionalProperties: valueSchema(type.value) };
    case 'JSON':
      return { type: 'object' };
    case 'Enum':
      return { type: 'string', enum: type.values.map(({ name }) => name) };
    default:
      return { type: 'string' };
  }
}

/** What Tinybird's command line and its documents ask beside data. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, told, type TestEngine } from './engine.ts';
import { PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({ ...PROJECT, 'connections/lake.connection': 'TYPE s3\nS3_REGION "eu-west-1"\nS3_ARN "arn"\n' });
});

afterAll(() => engine.close());

test('the endpoints that a token may read are described in OpenAPI', async () => {
  const [, all] = told(await engine.ask('/v0/pipes/openapi.json')) as [number, { openapi: string; paths: Record<string, { get: { summary: string; parameters: unknown; responses: { 200: { content: Record<string, { schema: { properties: { data: { items: unknown } } } }> } } } }> }];
  const [, narrow] = told(await engine.ask('/v0/pipes/openapi.json', { token: engine.tokenOf('top_read') })) as [number, { paths: object }];
  const top = all.paths['/v0/pipes/top_paths.json']?.get;
  expect([all.openapi, Object.keys(all.paths), Object.keys(narrow.paths), top?.summary, top?.parameters, top?.responses[200].content['application/json']?.schema.properties.data.items]).toEqual([
    '3.0.3', ['/v0/pipes/one.json', '/v0/pipes/top_paths.json'], ['/v0/pipes/top_paths.json'], 'The most visited paths',
    [
      { name: 'paths', in: 'query', required: false, schema: { type: 'string' }, description: 'Only these' },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', format: 'int32', default: 10 } },
    ],
    { type: 'object', properties: { path: { type: 'string' }, visits: { type: 'integer', format: 'int64' }, slowest: { type: 'number', nullable: true } } },
  ]);
});

test('SQL is laid out, its tables are named, and who reads whom is told', async () => {
  expect([
    told(await engine.ask('/v0/sql_format?q=select+a,b+from+visits+where+a=1')),
    told(await engine.ask('/v0/sql_tables', { body: 'WITH w AS (SELECT 1) SELECT * FROM visits JOIN tinybird.jobs_log ON 1 JOIN w ON 1' })),
    told(await engine.ask('/v0/dependencies?datasource=visits')),
    (await engine.ask('/examples/query.http?pipe=top_paths&token=t&format=csv')).text.replace(engine.address, ''),
  ]).toEqual([
    [200, { q: 'select\n    a,\n    b\nfrom visits\nwhere a = 1' }],
    [200, { tables: [['', 'visits'], ['tinybird', 'jobs_log']] }],
    [200, { dependencies: { visits: ['snapshot', 'one', 'top_paths', 'by_day', 'helper'] } }],
    '/v0/pipes/top_paths.csv?token=t',
  ]);
});

test('connections are listed with their files; what the files decide is refused over HTTP', async () => {
  const refused = await Promise.all(([['POST', 'pipes'], ['DELETE', 'pipes/top_paths'], ['PUT', 'datasources/visits'], ['POST', 'datasources/visits/alter'], ['POST', 'pipes/top_paths/nodes']] as const).map(async ([method, path]) => (await engine.ask(`/v0/${path}`, { method })).status));
  expect([told(await engine.ask('/v0/connectors?service=s3')), told(await engine.ask('/v0/connectors?service=kafka')), (await engine.ask('/v0/connectors/lake.connection')).text, refused]).toEqual([
    [200, { connectors: [{ id: 'lake', name: 'lake', service: 's3', settings: {}, linkers: [] }] }], [200, { connectors: [] }], 'TYPE s3\nS3_REGION "eu-west-1"\nS3_ARN "arn"\n', [403, 403, 403, 403, 403],
  ]);
});

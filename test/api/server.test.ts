/** What all routes have in common: who is let in from where, the form of errors, CORS, the log. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServer } from '../../engine/api/server.ts';
import { openEngine, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine(PROJECT);
  await engine.ask('/v0/events?name=visits&wait=true', { body: NDJSON });
  mkdirSync(join(engine.project, 'page/assets'), { recursive: true });
  writeFileSync(join(engine.project, 'page/index.html'), '<html><head><title>x</title></head></html>');
  writeFileSync(join(engine.project, 'page/assets/a-1.js'), 'x');
});

afterAll(() => engine.close());

test('the tokens are told to this machine when it asks for localhost, and to nobody else', async () => {
  const host = new URL(engine.address).host;
  const answers = await Promise.all([
    engine.ask('/tokens', { token: '' }),
    engine.ask('/tokens', { token: '', headers: { Host: 'localhost:7181' } }),
    engine.ask('/tokens', { token: '', headers: { Host: 'evil.example' } }),
    engine.ask('/tokens', { token: '', headers: { Host: host, Origin: 'https://evil.example' } }),
  ]);
  const token = engine.workspace.tokens.admin.token;
  expect([answers.map(({ status }) => status), JSON.parse(answers[0]?.text ?? '')]).toEqual([[200, 200, 403, 403], { user_token: token, admin_token: token, workspace_admin_token: token }]);
});

test('the routes of the page need its secret, a loopback host and its own origin', async () => {
  const secret = { 'X-Sandpiper-Secret': engine.secret };
  const host = new URL(engine.address).host;
  const answers = await Promise.all([
    engine.ask('/local/project', { headers: secret }),
    engine.ask('/local/project', { headers: { ...secret, Origin: `http://${host}` } }),
    engine.ask('/local/project'),
    engine.ask('/local/project', { headers: { 'X-Sandpiper-Secret': `${engine.secret.slice(1)}x` } }),
    engine.ask('/local/project', { headers: { ...secret, Host: 'sandpiper.evil.example' } }),
    engine.ask('/local/project', { headers: { ...secret, Origin: 'https://evil.example' } }),
    engine.ask('/local/project', { headers: { ...secret, Origin: 'null' } }),
    engine.ask('/local/project', { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } }),
  ]);
  expect(answers.map(({ status, headers }) => [status, headers['access-control-allow-origin']])).toEqual([200, 200, 401, 401, 403, 403, 403, 403].map((status) => [status, undefined]));
});

test('the page comes with its secret and a policy that lets it talk to this engine only', async () => {
  const [page, asset, foreign, outside, broken] = await Promise.all([
    engine.ask('/', { token: '' }), engine.ask('/assets/a-1.js', { token: '' }), engine.ask('/', { token: '', headers: { Host: 'evil.example' } }), engine.ask('/..%2f..%2fdatasources/visits.datasource', { token: '' }), engine.ask('/%zz', { token: '' }),
  ]);
  expect([page?.text, page?.headers['content-security-policy'], asset?.headers['content-type'], foreign?.status, outside?.status, broken?.status]).toEqual([
    `<html><head><meta name="sandpiper-secret" content="${engine.secret}"><title>x</title></head></html>`,
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'text/javascript; charset=utf-8', 403, 404, 404,
  ]);
});

test("Tinybird's routes may be called from any web page, since each needs a token", async () => {
  const asked = await engine.ask('/v0/pipes/top_paths.json', { method: 'OPTIONS', token: '', headers: { Origin: 'https://shop.example', 'Access-Control-Request-Headers': 'authorization' } });
  const answered = await engine.ask('/v0/pipes/top_paths.json', { headers: { Origin: 'https://shop.example' } });
  const failed = await engine.ask('/v0/pipes/nothing.json', { headers: { Origin: 'https://shop.example' } });
  expect([asked, answered, failed].map(({ status, headers }) => [status, headers['access-control-allow-origin'], headers['access-control-allow-headers']])).toEqual(
    [204, 200, 404].map((status) => [status, '*', status === 204 ? 'authorization' : 'authorization, content-type, content-encoding']),
  );
});

test('a request without a token, with a wrong one, or for no route gets a sentence in JSON', async () => {
  const answers = await Promise.all([engine.ask('/v0/pipes', { token: '' }), engine.ask('/v0/pipes', { token: 'p.nothing' }), engine.ask('/v0/pipes/', { token: '' }), engine.ask('/v0/nothing'), engine.ask('/v1/nothing', { body: '' }), engine.ask('/local/nothing', { headers: { 'X-Sandpiper-Secret': engine.secret } })]);
  expect(answers.map(told)).toEqual([
    [401, { error: 'This request has no token. Send the header Authorization: Bearer TOKEN, or the parameter token.', code: 'unauthorized' }],
    [403, { error: 'invalid authentication token. Invalid token', code: 'forbidden' }],
    [401, { error: 'This request has no token. Send the header Authorization: Bearer TOKEN, or the parameter token.', code: 'unauthorized' }],
    [404, { error: 'There is no route GET /v0/nothing in Sandpiper.', code: 'not-found' }],
    [404, { error: 'There is no route POST /v1/nothing in Sandpiper.', code: 'not-found' }],
    [404, { error: 'There is no route GET /local/nothing in Sandpiper.', code: 'not-found' }],
  ]);
});

test('what real clients ask first is answered', async () => {
  const token = engine.workspace.tokens.admin.token;
  const version = await engine.ask('/version', { token: '' });
  const workspace = told(await engine.ask('/v1/workspace'));
  const list = told(await engine.ask(`/v1/user/workspaces?with_organization=true&token=${token}`, { token: '' }));
  const view = { id: engine.workspace.tokens.workspaceId, name: engine.workspace.name, user_id: engine.workspace.tokens.workspaceId, user_email: 'local_testing@tinybird.co', scope: 'admin', main: null };
  expect([version.text, workspace, list]).toEqual(['1.2.3', [200, view], [200, { organization_id: view.id, workspaces: [{ ...view, token }] }]]);
});

test('the last requests are told with their rows, status and error, and without their token', async () => {
  const token = engine.workspace.tokens.admin.token;
  await engine.ask(`/v0/pipes/top_paths.json?limit=1&token=${token}`, { token: '' });
  await engine.ask('/v0/pipes/top_paths.json?limit=x');
  const { requests } = (await engine.local('requests?limit=2')) as { requests: Record<string, unknown>[] };
  expect(requests.map(({ id: _id, at: _at, elapsedMs: _elapsedMs, ...rest }) => rest)).toEqual([
    { method: 'GET', url: '/v0/pipes/top_paths.json?limit=x', resource: 'top_paths', status: 400, rows: 0, error: "Template Syntax Error: Error validating 'x' to type Int32" },
    { method: 'GET', url: '/v0/pipes/top_paths.json?limit=1', resource: 'top_paths', status: 200, rows: 1 },
  ]);
});

test('a port in use is one clear sentence', async () => {
  const port = Number(new URL(engine.address).port);
  await expect(openServer(engine.workspace, { port, host: '127.0.0.1', pageFolder: '', acceptsPaths: false })).rejects.toThrow(`Port ${port} is in use by another program. Stop that program, or choose another port with --port.`);
});

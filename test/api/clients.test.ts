/** What Tinybird's own clients do before they ask for data: tokens, JWTs, secrets, builds and deployments. */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({ ...PROJECT, 'endpoints/secret.pipe': "NODE secret_node\nSQL >\n    %\n    SELECT {{tb_secret('SALT', 'none')}} AS salt\n\nTYPE endpoint\n" });
  await engine.ask('/v0/events?name=visits&wait=true', { body: NDJSON });
});

afterAll(() => engine.close());

const form = (body: string, method = 'POST') => ({ method, body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
const error = (path: string, asking?: Parameters<TestEngine['ask']>[1]) => engine.ask(path, asking).then((answer) => [answer.status, (JSON.parse(answer.text) as { error?: string }).error]);

test('a token is made with scopes, does what they allow, is changed, refreshed and deleted', async () => {
  const made = told(await engine.ask('/v0/tokens?name=reader&scope=PIPES:READ:top_paths&scope=DATASOURCES:APPEND:visits', { method: 'POST' }))[1] as { token: string; scopes: unknown };
  const read = await engine.ask('/v0/pipes/top_paths.json', { token: made.token });
  const forbidden = await error('/v0/sql?q=SELECT+1+FROM+visits', { token: made.token });
  await engine.ask('/v0/tokens/reader?scope=DATASOURCES:READ:visits', { method: 'PUT' });
  const after = await engine.ask('/v0/sql?q=SELECT+count()+AS+n+FROM+visits+FORMAT+CSV', { token: made.token });
  const fresh = told(await engine.ask('/v0/tokens/reader/refresh', { method: 'POST' }))[1] as { token: string };
  const old = await error('/v0/pipes/top_paths.json', { token: made.token });
  const deleted = told(await engine.ask('/v0/tokens/reader', { method: 'DELETE' }));
  expect([made.scopes, read.status, forbidden[0], after.text, fresh.token === made.token, old, deleted, await error('/v0/tokens/reader'), await error('/v0/tokens/visits_read', { method: 'DELETE' })]).toEqual([
    [{ type: 'PIPES:READ', resource: 'top_paths', filter: '' }, { type: 'DATASOURCES:APPEND', resource: 'visits', filter: '' }], 200, 403, '4\n', false,
    [403, 'invalid authentication token. Invalid token'], [200, { ok: true }], [403, 'Token has not enough permissions to get information about this token'], [409, 'The token visits_read is declared in a data file, so it stays.'],
  ]);
});

function jwt(claims: unknown, secret: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

test('a JWT that a client signs itself reads what it says, with its fixed parameters, until it expires', async () => {
  const admin = engine.workspace.tokens.admin.token;
  const soon = Math.floor(Date.now() / 1000) + 60;
  const scopes = [{ type: 'PIPES:READ', resource: 'top_paths', fixed_params: { paths: '/a' } }];
  const own = jwt({ workspace_id: 'w', name: 'mine', exp: soon, scopes }, admin);
  const asked = told(await engine.ask(`/v0/tokens/?expiration_time=${soon}`, { body: JSON.stringify({ name: 'asked', scopes }), headers: { 'Content-Type': 'application/json' } }))[1] as { token: string };
  const paths = async (token: string) => (JSON.parse((await engine.ask('/v0/pipes/top_paths.json?paths=/b/c', { token })).text) as { data: { path: string }[] }).data.map(({ path }) => path);
  expect([
    await paths(own), await paths(asked.token), (await engine.ask('/v0/sql?q=SELECT+*+FROM+top_paths&paths=/b/c', { token: own })).text.includes('b\\/c'),
    await error('/v0/pipes/secret.json', { token: own }), await error('/v0/pipes/top_paths.json', { token: jwt({ exp: soon - 120, scopes }, admin) }),
    await error('/v0/pipes/top_paths.json', { token: jwt({ exp: soon, scopes }, 'another secret') }), await error('/v0/tokens/?expiration_time=x', { method: 'POST', body: '{}' }),
  ]).toEqual([
    ['/a'], ['/a'], false, [403, 'The token has not enough permissions to read the pipe secret.'], [403, 'invalid authentication token. The JWT has expired'],
    [403, 'invalid authentication token. The JWT is not signed with the admin token of this workspace'], [400, 'The parameter expiration_time is a time in seconds since 1970.'],
  ]);
});

test('a secret that is set reaches the templates, is never told, and is gone when deleted', async () => {
  const salt = async () => rowsOf(await engine.ask('/v0/sql', { body: 'SELECT salt FROM secret FORMAT JSONEachRow' }));
  const before = await salt();
  const made = told(await engine.ask('/v0/variables', form('name=SALT&value=s3cret')));
  const after = await salt();
  const listed = await engine.ask('/v0/variables');
  await engine.ask('/v0/variables/SALT', form('value=other', 'PUT'));
  const changed = await salt();
  const deleted = told(await engine.ask('/v0/variables/SALT', { method: 'DELETE' }));
  expect([before, made[0], after, listed.text.includes('s3cret'), changed, deleted, await salt(), await error('/v0/variables/SALT'), await error('/v0/variables/SALT', form('value=x', 'PUT'))]).toEqual([
    [{ salt: 'none' }], 200, [{ salt: 's3cret' }], false, [{ salt: 'other' }], [200, { ok: true }], [{ salt: 'none' }], [404, 'Not found'], [404, 'Variable not found'],
  ]);
});

function project(files: Readonly<Record<string, string>>) {
  const boundary = 'part-of-a-project';
  const parts = Object.entries(files).map(([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="data_project://"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n${text}\r\n`);
  const version = `--${boundary}\r\nContent-Disposition: form-data; name="context://"; filename="cli-version"\r\n\r\n1.0.0\r\n`;
  return { method: 'POST', body: `${parts.join('')}${version}--${boundary}--\r\n`, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}

test('a build writes new files, changes and deletes those of builds before, never those of the user, and nothing when there is an error', async () => {
  const sent = { 'visits.datasource': PROJECT['datasources/visits.datasource'] ?? '', 'fresh.pipe': 'NODE fresh_node\nSQL >\n    SELECT count() AS n FROM visits\n\nTYPE endpoint\n' };
  const first = told(await engine.ask('/v1/build', project(sent)))[1] as { result: string; build: Record<string, unknown> };
  const answered = rowsOf(await engine.ask('/v0/sql', { body: 'SELECT n FROM fresh FORMAT JSONEachRow' }));
  const same = told(await engine.ask('/v1/build', project(sent)))[1] as { result: string; build: Record<string, unknown> };
  const wrong = told(await engine.ask('/v1/build', project({ ...sent, 'fresh.pipe': 'NODE fresh_node\nSQL >\n    SELECT {{Wrong(\n' })))[1] as { result: string; errors: readonly { filename: string }[] };
  const kept = readFileSync(join(engine.project, 'pipes/fresh.pipe'), 'utf8');
  const { 'fresh.pipe': _, ...rest } = sent;
  const last = told(await engine.ask('/v1/build', project(rest)))[1] as { result: string; build: Record<string, unknown> };
  expect([
    first.result, first.build['new_pipe_names'], first.build['changed_datasource_names'], answered, same.build['new_pipe_names'], same.build['pipes'], wrong.result, wrong.errors.map(({ filename }) => filename), kept === sent['fresh.pipe'],
    last.build['deleted_pipe_names'], existsSync(join(engine.project, 'pipes/fresh.pipe')), existsSync(join(engine.project, 'endpoints/top_paths.pipe')), (last.build['feedback'] as unknown[]).length > 0,
  ]).toEqual(['success', ['fresh'], [], [{ n: 4 }], [], [], 'failed', ['fresh.pipe'], true, ['fresh'], false, true, true]);
});

test('a deployment is checked, deployed, polled, set live; deleting needs to be allowed', async () => {
  const sent = { 'more.datasource': 'SCHEMA >\n    `id` UInt8 `json:$.id`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n' };
  const checked = told(await engine.ask('/v1/deploy?check=true', project(sent)))[1] as { result: string };
  const notYet = existsSync(join(engine.project, 'datasources/more.datasource'));
  const deployed = told(await engine.ask('/v1/deploy', project(sent)))[1] as { result: string; deployment: { id: string; status: string } };
  const polled = told(await engine.ask(`/v1/deployments/${deployed.deployment.id}`))[1] as { deployment: { status: string } };
  await engine.ask(`/v1/deployments/${deployed.deployment.id}/set-live`, { method: 'POST' });
  const list = told(await engine.ask('/v1/deployments'))[1] as { deployments: readonly { live: boolean }[] };
  const refused = told(await engine.ask('/v1/deploy', project({})))[1] as { result: string };
  const allowed = told(await engine.ask('/v1/deploy?allow_destructive_operations=true', project({})))[1] as { deployment: Record<string, unknown> };
  expect([checked.result, notYet, deployed.result, polled.deployment.status, list.deployments.map(({ live }) => live), refused.result, allowed.deployment['deleted_datasource_names'], existsSync(join(engine.project, 'datasources/more.datasource'))]).toEqual(['success', false, 'success', 'data_ready', [true], 'failed', ['more'], false]);
});

test('a workspace that a client makes is the project by another name, and goes away again', async () => {
  const { id, token } = told(await engine.ask('/v1/workspaces', form('name=Build_0123456789abcdef')))[1] as { id: string; token: string };
  const listed = told(await engine.ask('/v1/user/workspaces/?with_organization=true'))[1] as { workspaces: readonly { id: string; name: string }[] };
  const read = await engine.ask('/v0/datasources', { token });
  await engine.ask(`/v1/workspaces/${id}?hard_delete_confirmation=yes`, { method: 'DELETE' });
  const after = told(await engine.ask('/v1/user/workspaces'))[1] as { workspaces: readonly unknown[] };
  expect([listed.workspaces.map(({ name }) => name).includes('Build_0123456789abcdef'), read.status, after.workspaces.length, (await error('/v1/workspaces', form('name=Tinybird_Local_Test_1')))[0]]).toEqual([true, 200, 1, 400]);
});

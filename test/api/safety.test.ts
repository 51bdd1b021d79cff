/**
 * Nothing gets out over HTTP: the attempts of test/sql/attempts.ts through /v0/sql, as texts of pipes and as values of
 * parameters. No answer holds the secret, no file is written, no answer is a bug, and the engine works as before.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attempts } from '../sql/attempts.ts';
import { openEngine, type Answer, type TestEngine } from './engine.ts';
import { NDJSON, PROJECT } from './project.ts';

const CANARY = 'canary in the coal mine';
const OPEN_ENDED = `NODE wide
SQL >
    %
    SELECT {{columns(cols, 'id')}} FROM visits WHERE path = {{String(text, '')}} OR path IN {{Array(texts, 'String', 'a')}} OR id = {{Int64(number, 0)}} OR toString(at) > {{DateTime(at, '2024-01-01 00:00:00')}}
    {% if defined(order) %} ORDER BY {{column(order, 'id')}} {% end %}

TYPE endpoint
`;
const RAW = `NODE raw_node
SQL >
    %
    SELECT {{sql_unescape(String(raw, '1'))}} AS x FROM visits WHERE 1 {% for part in split_to_array(parts, '') %} AND path != {{part}} {% end %}

TYPE endpoint
`;

let engine: TestEngine;
let lure: { readonly secret: string; readonly target: string };

beforeAll(async () => {
  engine = await openEngine({ ...PROJECT, 'endpoints/wide.pipe': OPEN_ENDED, 'endpoints/raw.pipe': RAW });
  lure = { secret: join(engine.project, 'secret.csv'), target: join(engine.project, 'written.csv') };
  writeFileSync(lure.secret, `content\n${CANARY}\n`);
  await engine.ask('/v0/events?name=visits&wait=true', { body: NDJSON });
}, 60_000);

afterAll(async () => {
  await engine.close();
});

/** A sentence when the answer is not one of a harmless refusal or a harmless result. */
function harm(what: string, { status, text }: Answer): string | undefined {
  if (text.includes(CANARY)) return `${what} read the secret: ${text.slice(0, 200)}`;
  return [200, 400, 403, 404, 408, 414, 422, 431].includes(status) ? undefined : `${what} answered ${status}: ${text.slice(0, 300)}`;
}

/** What must be as before: rows, files of the project, names of tables. */
async function state(): Promise<unknown> {
  const rows = await engine.ask(`/v0/sql?q=${encodeURIComponent('SELECT id, path FROM visits ORDER BY id FORMAT JSONEachRow')}`);
  const sources = await engine.ask('/v0/datasources');
  return [rows.text, (JSON.parse(sources.text) as { datasources: { name: string }[] }).datasources.map(({ name }) => name), existsSync(lure.target), readdirSync(engine.project).sort()];
}

async function tryAll(asks: readonly (readonly [string, () => Promise<Answer>])[]): Promise<string[]> {
  const harmful: string[] = [];
  for (let from = 0; from < asks.length; from += 8) {
    const answers = await Promise.all(asks.slice(from, from + 8).map(async ([what, ask]) => harm(what, await ask())));
    harmful.push(...answers.filter((one) => one !== undefined));
  }
  return harmful;
}

test('the attempts through /v0/sql reach nothing', async () => {
  const before = await state();
  const tried = attempts(lure);
  const asks = tried.map((sql, index): readonly [string, () => Promise<Answer>] => [sql, () => (index % 2 === 0 ? engine.ask(`/v0/sql?q=${encodeURIComponent(sql)}`) : engine.ask('/v0/sql', { body: sql }))]);
  expect([await tryAll(asks), await state(), asks.length > 2_000]).toEqual([[], before, true]);
}, 240_000);

test('values of parameters stay values', async () => {
  const before = await state();
  const names = ['cols', 'text', 'texts', 'number', 'at', 'order'];
  const values = ["'", "''", "\\'", "\\\\' OR 1=1 --", '"', '`', "a' UNION ALL SELECT content FROM read_text('secret.csv') --", '); DROP TABLE visits; --', '; DROP TABLE visits', '{{1}}', '{% end %}', '\u0000', "1 OR (SELECT content FROM read_text('secret.csv'))", '*', 'id, path', 'id FROM visits; --', 'path"', 'path` --', '__proto__', 'constructor', '1e999', '../secret.csv', '%27', '＇', '/* ', '$$'];
  const asks = names.flatMap((name) => values.flatMap((value): (readonly [string, () => Promise<Answer>])[] => [
    [`wide ${name}=${value}`, () => engine.ask(`/v0/pipes/wide.json?${new URLSearchParams({ [name]: value }).toString()}`)],
    [`wide ${name}=${value} in JSON`, () => engine.ask('/v0/pipes/wide.json', { body: JSON.stringify({ [name]: value }), headers: { 'Content-Type': 'application/json' } })],
    [`sql of wide ${name}=${value}`, () => engine.ask(`/v0/sql?${new URLSearchParams({ q: '% SELECT * FROM wide', [name]: value }).toString()}`)],
  ]));
  expect([await tryAll(asks), await state()]).toEqual([[], before]);
}, 120_000);

test('text that a pipe leaves open as SQL is translated like any other', async () => {
  const before = await state();
  const raws = attempts(lure).filter((_, index) => index % 7 === 0);
  const asks = raws.map((sql): readonly [string, () => Promise<Answer>] => [`raw=${sql}`, () => engine.ask(`/v0/pipes/raw.json?${new URLSearchParams({ raw: `(${sql.replace(/^SELECT /, '')})`, parts: sql.slice(0, 60) }).toString()}`)]);
  expect([await tryAll(asks), await state()]).toEqual([[], before]);
}, 120_000);

/** Tokens: made once, kept to this user, with the scopes that the files give them. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAdmin, mayAppend, mayReadDataSource, mayReadPipe, scopeText, Tokens } from '../../engine/workspace/tokens.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandpiper-tokens-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const READ = { type: 'PIPES:READ', resource: 'top' } as const;
const APPEND = { type: 'DATASOURCES:APPEND', resource: 'visits' } as const;

test('the admin and the declared tokens keep their text from start to start, and have all scopes of their name', () => {
  const first = new Tokens(folder);
  first.declare([{ name: 'app', scopes: [READ] }, { name: 'other', scopes: [READ] }, { name: 'app', scopes: [APPEND] }]);
  const second = new Tokens(folder);
  second.declare([{ name: 'app', scopes: [READ, APPEND] }]);
  const [admin, app] = first.list();
  expect([second.admin, second.list()[1], second.list().length, (statSync(join(folder, 'tokens.json')).mode & 0o777).toString(8)]).toEqual([admin, app, 2, '600']);
  expect(app?.scopes.map(scopeText)).toEqual(['PIPES:READ:top', 'DATASOURCES:APPEND:visits']);
});

test('a token has the form that Tinybird gives its own', () => {
  const { token, id } = new Tokens(folder).admin;
  const [p, body, signature] = token.split('.');
  expect([p, body?.startsWith('e'), JSON.parse(Buffer.from(body ?? '', 'base64url').toString()), signature?.length]).toEqual(['p', true, { u: expect.any(String) as string, id, host: 'local' }, 43]);
});

test('each token may do what its scopes say, the admin everything', () => {
  const tokens = new Tokens(folder);
  tokens.declare([{ name: 'app', scopes: [READ, APPEND] }]);
  const may = tokens.list().map((token) => [isAdmin(token), mayReadPipe(token, 'top'), mayReadPipe(token, 'other'), mayReadDataSource(token, 'visits'), mayAppend(token, 'visits'), mayAppend(token, 'other')]);
  expect(may).toEqual([[true, true, true, true, true, true], [false, true, false, false, true, false]]);
});

test('a token that a file declares no longer opens nothing; unknown and missing ones are told apart', () => {
  const tokens = new Tokens(folder);
  tokens.declare([{ name: 'app', scopes: [READ] }]);
  const text = tokens.list()[1]?.token ?? '';
  const before = tokens.get(text).name;
  tokens.declare([]);
  const codes = [text, 'p.x', '', undefined].map((one) => {
    try {
      return tokens.get(one).name;
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  expect([before, codes]).toEqual(['app', ['forbidden', 'forbidden', 'unauthorized', 'unauthorized']]);
});

test('a damaged file of tokens is a sentence, and is not written over', () => {
  writeFileSync(join(folder, 'tokens.json'), '{"torn');
  expect(() => new Tokens(folder)).toThrow(`The file ${join(folder, 'tokens.json')} is damaged. Delete it to get new tokens.`);
  expect(readFileSync(join(folder, 'tokens.json'), 'utf8')).toBe('{"torn');
});

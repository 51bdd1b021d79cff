/** The page of what runs here: gathered from the code, in step with docs/sql-support.md, and true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keywordsOf } from '../../engine/project/keyword.ts';
import { listAggregates } from '../../engine/sql/aggregates/registry.ts';
import { listFunctions } from '../../engine/sql/functions/registry.ts';
import { KNOWN_DIFFERENCES } from '../../engine/sql/known-differences.ts';
import { templateFunctions } from '../../engine/template/function-table.ts';
import { helpMarkdown, languageHelp } from '../../engine/workspace/language-help.ts';

const section = (id: string) => languageHelp().find((one) => one.id === id)?.entries ?? [];

test('docs/sql-support.md is what the code says; run `npm run docs` to write it again', () => {
  const written = readFileSync(join(import.meta.dirname, '../../docs/sql-support.md'), 'utf8').replaceAll('\r\n', '\n').split('\n');
  const wanted = helpMarkdown().split('\n');
  expect({ missing: wanted.filter((line) => !written.includes(line)), stale: written.filter((line) => !wanted.includes(line)) }).toEqual({ missing: [], stale: [] });
});

test('every function, aggregate, template function, keyword and known difference is on it', () => {
  expect({
    functions: section('functions').map(({ name }) => name).sort(), aggregates: section('aggregates').map(({ name }) => name), templates: section('templates').map(({ name }) => name),
    keywords: section('datasource-keywords').map(({ name }) => name), differences: section('differences').length,
  }).toEqual({
    functions: listFunctions().map(({ name }) => name).sort(), aggregates: listAggregates().map(({ name }) => name), templates: templateFunctions().map(({ name }) => name),
    keywords: keywordsOf('datasource'), differences: KNOWN_DIFFERENCES.length,
  });
});

test('what is refused says so with a sentence, and what runs has none', () => {
  const clauses = section('clauses');
  const of = (name: string) => clauses.filter((entry) => entry.name === name).map(({ state, text }) => [state, text]);
  expect([of('ASOF JOIN'), of('INSERT'), of('file(…)')]).toEqual([[[undefined, '']], [['refused', 'Only SELECT queries run here, not INSERT.']], [['refused', expect.stringMatching(/^The table function file is not supported/)]]]);
});

test('a sentence of help stands behind every function', () => {
  const silent = [...section('functions'), ...section('aggregates'), ...section('windows'), ...section('templates'), ...section('combinators')].filter(({ text }) => text.trim() === '').map(({ name }) => name);
  expect(silent).toEqual([]);
});

test('no example of a clause fails for a reason that is not the clause', () => {
  const odd = section('clauses').filter(({ text }) => /^(?:There is no|Expected)/.test(text)).map(({ name, text }) => `${name}: ${text}`);
  expect(odd).toEqual([]);
});

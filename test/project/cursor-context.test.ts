/** Where the cursor stands, marked | in the text. */
import { expect, test } from 'vitest';
import { contextAt, type CursorContext } from '../../engine/project/cursor-context.ts';

function at(marked: string, kind: 'datasource' | 'pipe' = 'pipe'): CursorContext {
  return contextAt(marked.replace('|', ''), marked.indexOf('|'), kind);
}

test('keywords and their values', () => {
  expect([at('|'), at('NO|'), at('NODE a\nSQL >\n    SELECT 1\n\nTY|'), at('NODE a\nSQL >\n    SELECT 1\nTYPE end|'), at('ENGINE "Merge|"', 'datasource'), at('DESCRIPTION >\n    wor|ds'), at('# not|e')]).toEqual([
    { kind: 'keyword', prefix: '' },
    { kind: 'keyword', prefix: 'NO' },
    { kind: 'keyword', prefix: 'TY' },
    { kind: 'value', keyword: 'TYPE', prefix: 'end', node: 'a' },
    { kind: 'value', keyword: 'ENGINE', prefix: 'Merge' },
    { kind: 'other', keyword: 'DESCRIPTION' },
    { kind: 'other' },
  ]);
});

test('parts of a column', () => {
  const inSchema = (line: string): unknown => at(`SCHEMA >\n    a Map(String, Int8) \`json:$.a\`,\n    ${line}\n\nENGINE MergeTree\n`, 'datasource');
  expect([inSchema('b|'), inSchema('`b` Str|'), inSchema('b Array(St|)'), inSchema('b String `json:$.b|'), inSchema("b DateTime DEFAULT no|")]).toEqual([
    { kind: 'schema', part: 'name', column: '', prefix: 'b' },
    { kind: 'schema', part: 'type', column: 'b', prefix: 'Str' },
    { kind: 'schema', part: 'type', column: 'b', prefix: 'St' },
    { kind: 'schema', part: 'path', column: 'b', prefix: 'json:$.b' },
    { kind: 'schema', part: 'default', column: 'b', prefix: 'no' },
  ]);
});

test('SQL of a node and the tags in it', () => {
  const sql = (text: string): CursorContext => at(`NODE first\nSQL >\n    SELECT 1\n\nNODE a\nSQL >\n    %\n    ${text}\n\nTYPE endpoint\n`);
  expect([sql('SELECT t.na| FROM t'), sql('SELECT {{ Str| }} x'), sql('SELECT {% if def| %}'), sql('SELECT {{ In|'), sql('SELECT {{ a }} fr|om')]).toEqual([
    { kind: 'sql', node: 'a', sql: 'SELECT t.na FROM t', sqlOffset: 11, prefix: 't.na' },
    { kind: 'template', node: 'a', tag: 'output', code: ' Str', prefix: 'Str', sql: 'SELECT {{ Str }} x', sqlOffset: 13 },
    { kind: 'template', node: 'a', tag: 'statement', code: ' if def', prefix: 'def', sql: 'SELECT {% if def %}', sqlOffset: 16 },
    { kind: 'template', node: 'a', tag: 'output', code: ' In', prefix: 'In', sql: 'SELECT {{ In', sqlOffset: 12 },
    { kind: 'sql', node: 'a', sql: 'SELECT {{ a }} from', sqlOffset: 17, prefix: 'fr' },
  ]);
});

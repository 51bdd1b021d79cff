/** The publish switch changes a pipe's text as little as it can. */
import { expect, test } from 'vitest';
import { parseDataFile } from '../../engine/project/datafile.ts';
import { setEndpoint } from '../../engine/project/endpoint-switch.ts';

const TWO = 'NODE a\nSQL >\n    SELECT 1\n\nNODE b\nSQL >\n    SELECT 2 -- end\n';

function published(text: string): unknown {
  const file = parseDataFile('p.pipe', text);
  return file.kind === 'pipe' ? [file.pipe.published, file.pipe.outputNode] : undefined;
}

test('publishing adds one line to the node', () => {
  expect([setEndpoint(TWO, 'b'), setEndpoint(TWO, 'a'), setEndpoint('NODE a\r\nSQL >\r\n    SELECT 1', 'a')]).toEqual([
    `${TWO.trimEnd()}\n\nTYPE endpoint\n`,
    TWO.replace('SELECT 1\n', 'SELECT 1\n\nTYPE endpoint\n'),
    'NODE a\r\nSQL >\r\n    SELECT 1\r\n\r\nTYPE endpoint\r\n',
  ]);
});

test('taking off the air and putting back gives the same text', () => {
  const on = `${TWO}\nTYPE endpoint # answers\n`;
  const off = setEndpoint(on, undefined);
  expect([off, published(off), setEndpoint(off, 'b'), setEndpoint(on, 'b'), setEndpoint(off, undefined)]).toEqual([on.replace('endpoint', 'standard'), [false, 'b'], on, on, off]);
});

test('another node can take over', () => {
  const moved = setEndpoint(`${TWO}\nTYPE endpoint\n`, 'a');
  expect([moved, published(moved)]).toEqual([TWO.replace('SELECT 1\n', 'SELECT 1\n\nTYPE endpoint\n'), [true, 'a']]);
});

test("a pipe published by Classic's habit gets TYPE standard", () => {
  const off = setEndpoint(TWO, undefined);
  expect([off, published(TWO), published(off)]).toEqual([`${TWO.trimEnd()}\n\nTYPE standard\n`, [true, 'b'], [false, 'b']]);
});

test('a materialized node and an unknown node are refused', () => {
  const text = 'NODE m\nSQL >\n    SELECT 1\nTYPE materialized\nDATASOURCE d\n';
  expect([() => setEndpoint(text, 'm'), () => setEndpoint(text, 'x')].map((change) => {
    try {
      return change();
    } catch (cause) {
      return cause instanceof Error ? cause.message : cause;
    }
  })).toEqual(['The node m has TYPE materialized, so it cannot be the endpoint: add a node for it.', 'The pipe has no node named x.']);
});

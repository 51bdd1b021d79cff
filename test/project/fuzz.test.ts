/**
 * Mutated data files: whatever is written, parsing, loading, rendering and printing give models, problems in place and
 * SandpiperErrors with a span, and nothing else. Seeded, so that a failure comes back; FUZZ_ROUNDS makes it longer.
 */
import { expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { contextAt } from '../../engine/project/cursor-context.ts';
import { parseDataFile } from '../../engine/project/datafile.ts';
import { setEndpoint } from '../../engine/project/endpoint-switch.ts';
import type { Pipe } from '../../engine/project/pipe.ts';
import { printDataFile } from '../../engine/project/print.ts';
import { loadProject } from '../../engine/project/project.ts';
import { discoverParameters, sampleValue } from '../../engine/template/parameters.ts';
import { render } from '../../engine/template/render.ts';

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 400);

const SEEDS: readonly (readonly [path: string, text: string])[] = [
  ['a.datasource', "DESCRIPTION >\n    Words\n\nTOKEN \"t\" APPEND\n\nSCHEMA >\n    `id` UInt64 `json:$.id` DEFAULT 1 CODEC(ZSTD(1)),\n    tags Array(String) `json:$.tags[:]`, -- list\n    at DateTime64(3, 'UTC') DEFAULT now64(3)\n\nENGINE \"ReplacingMergeTree\"\nENGINE_SORTING_KEY \"id, at\"\nENGINE_VER at\nENGINE_SETTINGS \"a=1, b='x'\"\nINDEXES >\n    i id TYPE minmax GRANULARITY 1\n"],
  ['b.pipe', "VERSION 1\nTAGS 'x'\nNODE one\nDESCRIPTION first\nSQL >\n    %\n    {% set n = Int32(n, 10) %}\n    WITH c AS (SELECT * FROM a)\n    SELECT id, {{ columns(cols, 'id,at') }} FROM c\n    WHERE 1 {% if defined(ids) %} AND id IN {{ Array(ids, 'Int32', description='x') }} {% elif x and y == 'a' %} AND {{ sql_and(a=String(x), b__in=Array(y)) }} {% else %} AND 0 {% end %}\n    {% for last, c in enumerate_with_last(split_to_array(cs, 'a,b')) %}{{ column(c) }}{% if not last %},{% end %}{% end %}\n    LIMIT {{ n * 2 }}\n\nNODE two\nSQL >\n    SELECT * FROM one ORDER BY id\nTYPE endpoint\n"],
  ['c.pipe', "NODE m\nSQL >\nSELECT toDate(at) AS day, count() AS n\nFROM a\nGROUP BY day\nTYPE materialized\nDATASOURCE d\nENGINE SummingMergeTree\n"],
  ['d.connection', 'TYPE kafka\nKAFKA_BOOTSTRAP_SERVERS "a:1"\nKAFKA_SSL_CA_PEM >\n    pem\n'],
];

const BITS = [
  '{{', '}}', '{%', '%}', '{#', '#}', '%', '{', '}', '(', ')', '[', ']', "'", '"', '`', '\n', '\r\n', '\t', '--', '/*', '#', ',', ':', '.', '**', ' not ', ' for x in ', ' if ', ' in ', '\u0000', '\ud800', 'é', '🙂',
  '\nSQL >\n', '\nNODE a\n', '\nTYPE endpoint\n', 'SCHEMA >\n', 'INCLUDE "x"\n', 'DEFAULT ', 'CODEC(', '`json:$', 'Nested(', '((((((((', '{% end %}', '{% while 1 %}', '{% for i in range(99999) %}', '{% set x = [x, x] %}', '{{x}}', '{% try %}', '{% except %}', "{{error('e')}}", "'x' * 9999999", '[y for y in range(99)]', 'JSON(', '.append(', ' >', 'VERSION 1e9', '$A', '${',
];

/** mulberry32 */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(text: string, pick: (below: number) => number): string {
  let made = text;
  for (let changes = 1 + pick(5); changes > 0; changes -= 1) {
    const at = pick(made.length + 1);
    const kind = pick(4);
    if (kind === 0) made = made.slice(0, at) + made.slice(at + pick(30));
    else if (kind === 1) made = made.slice(0, at) + made.slice(pick(made.length + 1)).slice(0, pick(120)) + made.slice(at);
    else made = made.slice(0, at) + (BITS[pick(BITS.length)] ?? '') + made.slice(at + (kind === 2 ? 0 : pick(4)));
  }
  return made;
}

/** Runs what may fail with a SandpiperError; that needs a span. */
function tolerate<T>(run: () => T, needsSpan: boolean): T | undefined {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof SandpiperError)) throw cause;
    if (needsSpan && !cause.detail.span) throw new Error(`no span: ${cause.message}`, { cause });
    return undefined;
  }
}

function tryPipe(pipe: Pipe, text: string, pick: (below: number) => number): void {
  const templates = pipe.nodes.map(({ template }) => template);
  const parameters = discoverParameters(templates);
  const given = Object.fromEntries(parameters.map((parameter) => [parameter.name, sampleValue(parameter)]));
  for (const { template } of pipe.nodes) {
    for (const values of [{}, given]) {
      const rendered = tolerate(() => render(template, values, { pipe: templates }), true);
      if (!rendered) continue;
      const { start, end } = rendered.spans.toSourceSpan({ start: pick(rendered.sql.length + 1), end: pick(rendered.sql.length + 1) });
      if (start < 0 || end < start || end > template.text.length) throw new Error(`span ${start}-${end} of ${template.text.length}`);
    }
  }
  const off = tolerate(() => setEndpoint(text, undefined), false);
  const after = off === undefined ? undefined : parseDataFile('x.pipe', off);
  if (after?.kind === 'pipe' && after.pipe.published && after.pipe.nodes.length > 0) throw new Error('still published');
}

test('mutated files give nothing but models and problems', () => {
  const failures: unknown[] = [];
  for (let round = 0; round < ROUNDS && failures.length < 3; round += 1) {
    const pick = random(round);
    const [path, seed] = SEEDS[pick(SEEDS.length)] ?? ['a.pipe', ''];
    const text = mutate(seed, pick);
    try {
      const file = parseDataFile(path, text);
      const outside = file.problems.filter(({ span }) => span.start < 0 || span.end < span.start || span.end > text.length);
      if (outside.length > 0) throw new Error(`span outside the text: ${JSON.stringify(outside)}`);
      loadProject([{ path, text }, { path: 'a.datasource', text: SEEDS[0]?.[1] ?? '' }]);
      contextAt(text, pick(text.length + 1), file.kind === 'include' ? 'pipe' : file.kind);
      const again = parseDataFile(path, printDataFile(file));
      const isSound = !file.problems.some(({ severity }) => severity === 'error');
      if (isSound && printDataFile(again) !== printDataFile(file)) throw new Error(`printed twice, it differs:\n${printDataFile(file)}\n---\n${printDataFile(again)}`);
      if (file.kind === 'pipe') tryPipe(file.pipe, text, pick);
    } catch (cause) {
      failures.push({ round, path, text, failure: cause instanceof Error ? cause.stack : cause });
    }
  }
  expect(failures).toEqual([]);
}, 120_000);

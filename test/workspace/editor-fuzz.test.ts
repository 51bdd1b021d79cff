/** Whatever stands in a file and wherever the cursor is, the editor's help answers or refuses with a sentence; it never breaks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { allSelects, outlineSql } from '../../engine/project/sql-outline.ts';
import { piecesOf } from '../../engine/project/sql-pieces.ts';
import { formatFile } from '../../engine/workspace/format-file.ts';
import { openProject, type OpenProject } from './open-project.ts';

let project: OpenProject;

beforeAll(async () => {
  project = await openProject({
    'datasources/visits.datasource': 'SCHEMA >\n    `id` UInt64 `json:$.id`,\n    `at` DateTime `json:$.at`,\n    `path` String `json:$.path`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
    'pipes/by_path.pipe': 'NODE n\nSQL >\n    SELECT path, count() AS hits FROM visits GROUP BY path\n',
  });
});

afterAll(() => project.close());

const PIPE = `TOKEN "t" READ

NODE first
SQL >
    %
    {% set least = 3 %}
    WITH 10 AS most, seen AS (SELECT id, toDate(at) AS day, arrayMap(x -> x + 1, [id]) AS ids FROM visits v)
    SELECT s.day, count() hits, {{ Int32(limit, 10, description='a "b"') }} AS n, (SELECT max(id) FROM visits) AS top
    FROM seen AS s ANY LEFT JOIN by_path USING (path)
    WHERE s.id > {{ least }} {% if defined(x) %} AND day = '{{ Date(x) }}' {% else %} AND 1 {% end %}
    GROUP BY day HAVING hits > 0 ORDER BY day WITH FILL LIMIT 1 BY day
    UNION ALL SELECT today(), 1, 2, 3 -- note

NODE last
SQL >
    SELECT first.day, CAST(hits AS String) AS text, EXTRACT(DAY FROM day) FROM first

TYPE endpoint
`;

/** Small numbers that look random and are the same each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const SCRAPS = ['(', ')', '[', '{{', '}}', '{%', '%}', "'", '`', '"', ',', '.', ' AS ', ' FROM ', ' SELECT ', ' WITH ', '\nSQL >\n', '\nNODE x\n', '--', '/*', '{#', ' JOIN ', ' IN ', '::', '\\', 'é', '\0', ' UNION ALL ', ' OVER (', '1.', '$'];

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let count = 1 + next(4); count > 0; count -= 1) {
    const at = next(result.length + 1);
    const kind = next(3);
    if (kind === 0) result = result.slice(0, at) + (SCRAPS[next(SCRAPS.length)] ?? '') + result.slice(at);
    else if (kind === 1) result = result.slice(0, at) + result.slice(Math.min(result.length, at + next(30)));
    else result = result.slice(0, at) + result.slice(next(result.length + 1)).slice(0, next(40)) + result.slice(at);
  }
  return result;
}

/** What threw anything but a sentence for the user. */
function breaks(path: string, text: string, offset: number): readonly string[] {
  const before = text.slice(0, offset).split('\n');
  const place = { path, text, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  const { editor } = project.workspace();
  const asks = { complete: () => editor.complete(place), hover: () => editor.hover(place), signature: () => editor.signature(place), definition: () => editor.definition(place), references: () => editor.references(place), word: () => editor.renamedWord(place), rename: () => editor.rename(place, 'other') };
  return Object.entries(asks).flatMap(([name, ask]) => {
    try {
      ask();
      return [];
    } catch (error) {
      return error instanceof SandpiperError ? [] : [`${name} at ${offset} of ${JSON.stringify(text)}: ${String(error)}`];
    }
  });
}

test('at places all over a pipe and at every place of a data source', () => {
  const source = 'DESCRIPTION >\n    x\n\nSCHEMA >\n    `a` UInt8 `json:$.a` DEFAULT 1\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY a\nTOKEN "x" READ\n';
  const found = [...Array.from({ length: Math.ceil(PIPE.length / 4) }, (_, step) => breaks('pipes/p.pipe', PIPE, step * 4)), ...Array.from({ length: source.length + 1 }, (_, at) => breaks('datasources/s.datasource', source, at))].flat();
  expect(found.slice(0, 3)).toEqual([]);
}, 120_000);

test('in broken pipes', () => {
  const next = random(7);
  const found = Array.from({ length: 150 }, () => {
    const text = mutated(PIPE, next);
    return breaks('pipes/p.pipe', text, next(text.length + 1));
  }).flat();
  expect(found.slice(0, 3)).toEqual([]);
}, 120_000);

test('pieces of any text lie side by side, outlines hold their parts, and formatting keeps all but white space', () => {
  const next = random(11);
  for (let count = 0; count < 1_500; count += 1) {
    const text = mutated(PIPE.slice(next(200)), next);
    const pieces = piecesOf(text);
    expect(pieces.every((piece, index) => piece.start >= (pieces[index - 1]?.end ?? 0) && piece.end > piece.start && text.slice(piece.start, piece.end) === piece.text)).toBe(true);
    for (const select of allSelects(outlineSql(text).queries)) expect(select.inner.every((inner) => inner.parent === select && inner.span.start >= select.span.start)).toBe(true);
    if (count % 20 === 0) expect(formatFile('p.pipe', text).replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
  }
}, 120_000);

test('deep nesting and long text take no more than linear time and stack', () => {
  const deep = `${'SELECT * FROM ('.repeat(20_000)}SELECT 1${')'.repeat(20_000)}`;
  const long = `SELECT ${Array.from({ length: 20_000 }, (_, index) => `a${index} AS b${index}`).join(', ')} FROM t`;
  expect([outlineSql(deep).queries.length, outlineSql(long).queries[0]?.aliases.length, outlineSql('('.repeat(100_000)).pieces.length]).toEqual([1, 20_000, 100_000]);
});

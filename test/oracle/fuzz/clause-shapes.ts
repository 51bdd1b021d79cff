/**
 * Queries whose clauses are the point: CTEs as tables, joins of three, GROUPING SETS, DISTINCT ON, LIMIT BY and WITH
 * TIES, QUALIFY and named windows, stars with EXCEPT, REPLACE and APPLY, arrayJoin. They stand on the columns that
 * every random table has (id, n, s, at, k), and take one expression of the maker.
 */
import type { ExpressionMaker } from './expression-maker.ts';
import type { Random } from './random.ts';
import type { Source } from './source-maker.ts';
import { leaf, type Expression, type Tree } from './tree.ts';
import { ARRAY_WANT, CONDITION_WANT, SCALAR_WANT, wantFor } from './wants.ts';

interface Made {
  readonly tree: Tree;
  readonly ordered: boolean;
}

/** A query around expressions; `write` gets their texts. */
function around(parts: readonly Expression[], ordered: boolean, write: (texts: readonly string[]) => string): Made {
  return { tree: { parts, sort: 'query', write }, ordered };
}

const JOINS = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'ANY LEFT JOIN', 'LEFT SEMI JOIN', 'LEFT ANTI JOIN', 'INNER JOIN'] as const;

export function threeTables(_source: Source, _maker: ExpressionMaker, random: Random): Made {
  const [first, second] = [random.pick(JOINS), random.pick(JOINS.filter((join) => !/SEMI|ANTI/.test(join)))];
  const isPicky = /SEMI|ANTI/.test(first);
  const [one, other] = [random.pick(['a.id = b.id', 'a.k = b.k AND a.id = b.id', 'a.n = b.n']), random.pick(['a.k = c.k AND a.id = c.id', 'a.id = c.id', 'a.s = c.s'])];
  const values = random.some(['a.id', 'a.s', 'c.k', 'c.id', ...(isPicky ? [] : ['b.n', 'b.s', 'a.k + b.k AS both'])], 4).join(', ');
  const where = random.pick(['', '', ' WHERE a.k > 0', ' WHERE c.n IS NOT NULL', ' WHERE a.id < 9']);
  return { tree: leaf(`SELECT ${values} FROM t0 AS a ${first} t1 AS b ON ${one} ${second} t2 AS c ON ${other}${where}`, 'query'), ordered: false };
}

export function commonTables(source: Source, maker: ExpressionMaker, random: Random): Made | undefined {
  const [value, condition] = [maker.find(SCALAR_WANT), maker.find(CONDITION_WANT)];
  if (!value || !condition) return undefined;
  const from = source.tree.write(source.tree.parts.map((part) => part.write([])));
  const outer = random.weighted<(first: string) => string>([
    [3, (first) => `WITH one AS (${first}) SELECT g, count() AS c, any(v) IS NULL FROM one GROUP BY g`],
    [2, (first) => `WITH one AS (${first}), two AS (SELECT g, count() AS c FROM one GROUP BY g) SELECT one.id, two.c FROM one JOIN two ON one.g = two.g`],
    [2, (first) => `WITH one AS (${first}) SELECT id, v FROM one WHERE id IN (SELECT id FROM one WHERE g > 0)`],
    [2, (first) => `WITH one AS (${first}) SELECT id, v FROM one UNION ALL SELECT id, v FROM one`],
    [1, (first) => `WITH one AS (${first}), (SELECT max(g) FROM one) AS most SELECT id, most FROM one WHERE g = most`],
    [1, (first) => `SELECT * FROM (${first}) AS x LEFT JOIN (SELECT k AS g, count() AS c FROM t1 GROUP BY g) AS y USING (g)`],
  ]);
  if (source.tree.parts.length > 0) return undefined;
  return around([value, condition], false, ([what = '', filter = '']) => outer(`SELECT id, k AS g, ${what} AS v FROM ${from}${filter === '' ? '' : ` WHERE ${filter}`}`));
}

export function groupingSets(source: Source, maker: ExpressionMaker, random: Random): Made | undefined {
  const number = maker.find(wantFor('number', ''));
  if (!number || source.tree.parts.length > 0) return undefined;
  const from = source.tree.write([]);
  const sets = random.pick(['GROUPING SETS ((k, s), (k), ())', 'GROUPING SETS ((k), (s))', 'ROLLUP(k, s)', 'CUBE(k, s)', 'k, s WITH ROLLUP', 'k, s WITH CUBE', 'GROUPING SETS ((s))', 'ALL']);
  const marks = sets.includes('SETS') || sets.includes('(') ? random.pick([', grouping(k) AS gk', ', grouping(k, s)', ', grouping(s)', '']) : '';
  const having = random.pick(['', '', ' HAVING count() > 1', ' HAVING k = 0 OR s != \'\'']);
  return around([number], false, ([value = '']) => `SELECT k, s, count() AS c, max(${value}) AS m${sets === 'ALL' ? '' : marks} FROM ${from} GROUP BY ${sets}${having}`);
}

export function picked(source: Source, maker: ExpressionMaker, random: Random): Made | undefined {
  const value = maker.find(SCALAR_WANT);
  if (!value || source.tree.parts.length > 0) return undefined;
  const from = source.tree.write([]);
  const write = random.weighted<(what: string) => string>([
    [2, (what) => `SELECT DISTINCT ON (k) id, ${what} AS v FROM ${from} ORDER BY id`],
    [2, (what) => `SELECT id, ${what} AS v FROM ${from} ORDER BY k, id LIMIT 2 BY k`],
    [1, (what) => `SELECT id, ${what} AS v FROM ${from} ORDER BY k DESC, id DESC LIMIT 1 OFFSET 1 BY k LIMIT 3`],
    [1, (what) => `SELECT k, id, ${what} AS v FROM ${from} ORDER BY id LIMIT 3 WITH TIES`],
    [2, (what) => `SELECT id, ${what} AS v FROM ${from} QUALIFY row_number() OVER (PARTITION BY k ORDER BY id) = 1 ORDER BY id`],
    [2, (what) => `SELECT id, ${what} AS v, sum(n) OVER w AS sw, rank() OVER w AS rw FROM ${from} WINDOW w AS (PARTITION BY k ORDER BY id) ORDER BY id`],
    [1, (what) => `SELECT id, ${what} AS v, count() OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS cw FROM ${from} WINDOW w AS (ORDER BY id) ORDER BY id`],
    [1, (what) => `SELECT id, sum(k) OVER (ORDER BY k RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS near, ${what} AS v FROM ${from} ORDER BY id`],
    [1, (what) => `SELECT k AS g, count() AS c, sum(count()) OVER (ORDER BY g) AS running, c / sum(c) OVER () AS share, any(${what}) IS NULL FROM ${from} GROUP BY g ORDER BY g`],
    [1, (what) => `SELECT id, dateDiff('day', lagInFrame(at, 1, at) OVER (ORDER BY id), at) AS gap, ${what} AS v FROM ${from} ORDER BY id`],
  ]);
  return around([value], true, ([what = '']) => write(what));
}

export function stars(source: Source, maker: ExpressionMaker, random: Random): Made | undefined {
  const [value, condition] = [maker.find(SCALAR_WANT), maker.find(CONDITION_WANT)];
  if (!value || !condition || source.tree.parts.length > 0) return undefined;
  const from = source.tree.write([]);
  const star = random.pick(['*', '* EXCEPT (c0)', '* EXCEPT (id, n)', '* REPLACE (k + 1 AS k)', '* REPLACE (toString(n) AS n) ', "COLUMNS('^[a-k]')", "* EXCEPT('^c')", 't.*', 't.* EXCEPT (s)', 'COLUMNS(id, s) APPLY(toString)', "COLUMNS('^(id|n|k)$') APPLY(x -> x + 1)", '* APPLY(toTypeName)', "COLUMNS('^(n|k)$') APPLY(max)"]);
  if (star.includes('max')) return { tree: leaf(`SELECT ${star} FROM ${from} AS t`, 'query'), ordered: false };
  return around([value, condition], false, ([what = '', filter = '']) => `SELECT ${star}${what === '' ? '' : `, ${what} AS v`} FROM ${from} AS t${filter === '' ? '' : ` WHERE ${filter}`}`);
}

export function unfolded(source: Source, maker: ExpressionMaker, random: Random): Made | undefined {
  const [list, value] = [maker.find(ARRAY_WANT), maker.find(SCALAR_WANT)];
  if (!list || !value || source.tree.parts.length > 0) return undefined;
  const from = source.tree.write([]);
  const write = random.weighted<(array: string, what: string) => string>([
    [3, (array) => `SELECT id, arrayJoin(${array}) AS el FROM ${from}`],
    [2, (array) => `SELECT arrayJoin(${array}) AS el, count() AS c FROM ${from} GROUP BY el`],
    [1, (array, what) => `SELECT id, arrayJoin(${array}) AS el, ${what} AS v FROM ${from} WHERE el IS NOT NULL`],
    [1, (array) => `SELECT id, el, nr FROM ${from} ARRAY JOIN ${array} AS el, arrayEnumerate(${array}) AS nr`],
    [1, (array) => `SELECT id, length(${array}), arrayJoin([1, 2]) AS x, x * 2 FROM ${from}`],
    [1, (array) => `SELECT id, tupleElement(arrayJoin(arrayZip(${array}, arrayEnumerate(${array}))), 2) AS nr FROM ${from}`],
    [1, (array) => `SELECT sum(length(${array})) AS total, groupArrayArray(arraySlice(${array}, 1, 1)) AS firsts FROM (SELECT * FROM ${from} ORDER BY id)`],
  ]);
  return around([list, value], false, ([array = '', what = '']) => write(array, what));
}

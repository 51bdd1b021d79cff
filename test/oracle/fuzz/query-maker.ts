/**
 * Random queries of ClickHouse's SELECT language over random sources. Every query has one answer: LIMIT stands only
 * behind an ORDER BY that leaves no choice, aggregates that look at the order of rows only over sources that have one.
 */
import { bare, type ClickHouseType } from '../../../engine/sql/types.ts';
import { aggregateParts, inOrder, isNumber, makeAggregate } from './aggregate-maker.ts';
import { ExpressionMaker } from './expression-maker.ts';
import type { Random } from './random.ts';
import { commonTables, groupingSets, picked, stars, threeTables, unfolded } from './clause-shapes.ts';
import { columnOf, makeSource, tableSource, type Source, type Typing } from './source-maker.ts';
import type { MadeTable } from './table-maker.ts';
import { clause, droppable, leaf, spaced, type Expression, type Tree } from './tree.ts';
import { CONDITION_WANT, ORDERABLE, SCALAR_WANT, TEXT_WANT, TIME_WANT, wantFor } from './wants.ts';

export interface MadeQuery {
  readonly tree: Tree;
  /** The answer's rows have one order. */
  readonly ordered: boolean;
  /** The shape, for the statistics. */
  readonly shape: string;
  /** Calls that the translator refused on the way, as queries of their own. */
  readonly refused: readonly Tree[];
}

type Shape = (source: Source, maker: ExpressionMaker, random: Random) => { readonly tree: Tree; readonly ordered: boolean } | undefined;

export function makeQuery(tables: readonly MadeTable[], random: Random, typing: Typing): MadeQuery {
  const [name, shape]: readonly [string, Shape] = random.weighted(SHAPES);
  const source = ON_TABLES.has(name) ? tableSource(random.pick(tables)) : makeSource(tables, random, typing);
  const maker = new ExpressionMaker(source.columns, random, typing(source.tree));
  maker.grow(random.whole(4, 14));
  const made = shape(source, maker, random) ?? plain(source, maker, random);
  const refused = maker.refused.map((one): Tree => ({ parts: [one, source.tree], sort: 'query', write: ([value = '', from = '']) => `SELECT ${value} FROM ${from}` }));
  if (!made) throw new Error('A plain query can always be made');
  return { ...made, shape: name, refused };
}

/** Interesting expressions: made ones before bare columns. */
function choose(maker: ExpressionMaker, source: Source, random: Random, count: number): Expression[] {
  const made = maker.known.slice(source.columns.length);
  return Array.from({ length: count }, () => (made.length > 0 && random.chance(0.8) ? random.pick(made) : random.pick(maker.known)));
}

function aliased(value: Expression, alias: string): Tree {
  return { parts: [value], sort: 'clause', droppable: true, write: ([written]) => `${written} AS ${alias}` };
}

function where(maker: ExpressionMaker, random: Random, share = 0.4): Tree {
  if (!random.chance(share)) return leaf('');
  const condition = maker.find(CONDITION_WANT);
  return condition ? clause(random.chance(0.05) ? 'PREWHERE ' : 'WHERE ', [condition]) : leaf('');
}

function isOrderable(type: ClickHouseType): boolean {
  return ORDERABLE.fits?.(type, '') === true;
}

function direction(random: Random): string {
  return random.pick(['', '', ' DESC', ' ASC', ' DESC NULLS FIRST', ' NULLS FIRST', ' NULLS LAST', ' DESC NULLS LAST']);
}

function select(list: Tree, from: Tree, ...clauses: readonly Tree[]): Tree {
  return { parts: [list, from, ...clauses], sort: 'query', write: ([what = '', source = '', ...rest]) => spaced([what, source === '' ? '' : `FROM ${source}`, ...rest]) };
}

const plain: Shape = (source, maker, random) => {
  const values = choose(maker, source, random, random.whole(1, 4));
  const items: Tree[] = values.map((value, index) => (random.chance(0.3) ? aliased(value, `x${index}`) : droppable(value)));
  const condition = where(maker, random);
  const total = source.unique !== undefined && random.chance(0.4);
  if (!total) {
    const distinct = random.chance(0.15);
    return { tree: select(clause(distinct ? 'SELECT DISTINCT ' : 'SELECT ', items), source.tree, condition), ordered: false };
  }
  const keys = random.some(maker.known.filter((one) => isOrderable(one.type) && !one.constant), random.whole(0, 2)).map((one): Tree => {
    const way = direction(random);
    return { parts: [one], sort: 'clause', droppable: true, write: ([key]) => `${key}${way}` };
  });
  const order = clause('ORDER BY ', [...keys, leaf(source.unique ?? '')]);
  const limitBy = random.chance(0.15) ? [clause('', [leaf(`LIMIT ${random.whole(1, 3)} BY k`)])] : [];
  const hasK = source.columns.some((column) => column.write([]) === 'k');
  const limit = random.chance(0.3) ? clause('', [leaf(random.pick(['LIMIT 3', 'LIMIT 2 OFFSET 1', 'LIMIT 1, 2', 'LIMIT 5', 'OFFSET 2']))]) : leaf('');
  return { tree: select(clause('SELECT ', items), source.tree, condition, { ...order, droppable: false }, ...(hasK ? limitBy : []), limit), ordered: true };
};

const aliases: Shape = (source, maker, random) => {
  const [first] = choose(maker, source, random, 1);
  if (!first) return undefined;
  const alias = random.pick(['x0', 'n', 's', 'x0', 'k']);
  maker.known.splice(0, maker.known.length, columnOf('x0', first.type), ...maker.known.filter((one) => !one.constant).slice(0, 8));
  if (alias !== 'x0') return { tree: select(clause('SELECT ', [aliased(first, alias), leaf(random.pick([`toString(${alias})`, `${alias}`, `isNull(${alias})`]))]), source.tree), ordered: false };
  const before = new ExpressionMaker([columnOf('x0', first.type), ...source.columns.slice(0, 5)], random, () => undefined);
  const condition = before.find(CONDITION_WANT);
  const later = random.pick(['toString(x0)', '[x0]', '(x0, 1)', 'toTypeName(x0)', 'isNull(x0)', 'x0 = x0']);
  const items = random.chance(0.5) ? [aliased(first, 'x0'), leaf(later)] : [leaf(`${later} AS y`), aliased(first, 'x0')];
  return { tree: select(clause(random.chance(0.3) ? 'SELECT DISTINCT ' : 'SELECT ', items), source.tree, condition ? clause('WHERE ', [condition]) : leaf('')), ordered: false };
};

const grouped: Shape = (source, maker, random) => {
  const keys = random.some(maker.known.filter((one) => isOrderable(one.type) && !one.constant && one.depth <= 3), random.whole(0, 2));
  const modifier = keys.length > 0 ? random.pick(['', '', '', '', ' WITH ROLLUP', ' WITH CUBE']) : '';
  const base = [...maker.known];
  const made = Array.from({ length: random.whole(1, 3) }, () => makeAggregate(maker, random, !source.inOrder || modifier !== '')).filter((one) => one !== undefined);
  if (made.length === 0) return undefined;
  const numbers = made.filter(isNumber);
  const outer = numbers.length > 0 && random.chance(0.3) ? [leaf(random.pick([...(numbers[0] && bare(numbers[0].type).kind === 'Float' ? [] : ['toString(a0)']), 'a0 + 1', 'round(a0, 1)', 'a0 / 2', 'a0 > 1']))] : [];
  const first = numbers[0] ?? made[0];
  const ordinal = first ? [first, ...made.filter((one) => one !== first)] : made;
  maker.known.splice(0, maker.known.length, ...base);
  const condition = where(maker, random, 0.3);
  const keyed = keys.map((key, index) => aliased(key, `g${index}`));
  const list = clause('SELECT ', [...keyed, ...ordinal.map((one, index) => aliased(one, `a${index}`)), ...outer]);
  const groups = keys.length === 0 ? leaf('') : clause('GROUP BY ', keys.map((_, index) => ({ ...leaf(`g${index}`), droppable: true })), ', ', modifier);
  const having = numbers.length > 0 && random.chance(0.2) ? clause('', [leaf(`HAVING ${random.pick(['a0 > 0', 'count() > 1', 'a0 IS NOT NULL', 'count() = 1 OR a0 < 5'])}`)]) : leaf('');
  const order = keys.length > 0 && modifier === '' && random.chance(0.4);
  const orderBy = order ? [leaf(`ORDER BY ${keys.map((_, index) => `g${index}${direction(random)}`).join(', ')}`), random.chance(0.3) ? clause('', [leaf('LIMIT 3')]) : leaf('')] : [];
  return { tree: select(list, source.tree, condition, groups, having, ...orderBy), ordered: order };
};

const states: Shape = (source, maker, random) => {
  const parts = aggregateParts(maker, random, true);
  if (parts.arguments.length === 0 && parts.name !== 'count') return undefined;
  const ifWord = random.chance(0.2) ? 'If' : '';
  const condition = ifWord === '' ? [] : [maker.find(CONDITION_WANT) ?? maker.take(CONDITION_WANT)];
  const state: Tree = { parts: [...parts.arguments, ...condition], sort: 'clause', write: (texts) => `${parts.name}${ifWord}State${parts.parameters}(${texts.join(', ')}) AS st` };
  const key = random.pick(['k', 's', 'n % 3']);
  const inner: Tree = { parts: [state, source.tree, where(maker, random, 0.3)], sort: 'source', write: ([value = '', from = '', filter = '']) => spaced([`SELECT ${key} AS g, ${value} FROM ${from}`, filter, 'GROUP BY g']) };
  const merge = inOrder(`${parts.name}${ifWord}Merge${parts.parameters}(st)`);
  const outer = random.weighted<(inside: string) => string>([
    [3, (inside) => `SELECT ${merge} AS m FROM (${inside})`],
    [3, (inside) => `SELECT g, ${merge} AS m FROM (${inside}) GROUP BY g`],
    [2, (inside) => `SELECT g, ${parts.name.startsWith('groupUniq') ? 'arraySort(finalizeAggregation(st))' : 'finalizeAggregation(st)'} AS m FROM (${inside})`],
    [2, (inside) => `SELECT ${merge} AS m FROM (SELECT ${parts.name}${ifWord}MergeState${parts.parameters}(st) AS st FROM (${inside}) GROUP BY g)`],
    [1, (inside) => `SELECT toTypeName(st) FROM (${inside})`],
  ]);
  return { tree: { parts: [inner], sort: 'query', write: ([inside = '']) => outer(inside) }, ordered: false };
};

const FRAMES = ['', '', '', ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW', ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING', ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING', ' RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW', ' ROWS 2 PRECEDING'];

const windows: Shape = (source, maker, random) => {
  const argument = maker.find(random.pick([SCALAR_WANT, SCALAR_WANT, wantFor('number', ''), TEXT_WANT, TIME_WANT])) ?? maker.take(SCALAR_WANT);
  const partition = random.chance(0.5) ? maker.find(SCALAR_WANT) : undefined;
  const order = random.chance(0.8);
  const key = random.chance(0.4) ? maker.find(ORDERABLE) : undefined;
  const frame = order ? random.pick(FRAMES) : '';
  const call = random.weighted<readonly [string, boolean]>([
    [2, ['row_number()', true]], [1, ['rank()', false]], [1, ['dense_rank()', false]], [2, ['sum', false]], [1.5, ['count', false]], [1, ['avg', false]], [1, ['min', false]], [1, ['max', false]], [1.5, ['lagInFrame', true]], [1.5, ['leadInFrame', true]],
    [1, ['first_value', true]], [1, ['last_value', true]], [0.6, ['ntile(3)', true]], [0.6, ['percent_rank()', false]], [0.6, ['nth_value2', true]], [0.7, ['any', true]], [0.5, ['groupArray', true]], [0.5, ['lag', true]], [0.5, ['lead', true]], [0.4, ['cume_dist()', false]],
  ]);
  const number = ['sum', 'avg'].includes(call[0]) ? (maker.find(wantFor('number', '')) ?? argument) : argument;
  const written = call[0].endsWith(')') ? call[0] : call[0] === 'nth_value2' ? 'nth_value' : call[0];
  const value: Tree = {
    parts: [number, ...(partition ? [partition] : []), ...(key ? [key] : [])], sort: 'clause', droppable: true,
    write: ([inner = '', ...rest]) => {
      const by = partition ? `PARTITION BY ${rest[0] ?? ''} ` : '';
      const keys = key ? `${rest.at(-1) ?? ''}, id` : 'id';
      const body = written.endsWith(')') ? written : `${written}(${inner}${call[0] === 'nth_value2' ? ', 2' : ''})`;
      return `${body} OVER (${by}${order ? `ORDER BY ${keys}${frame}` : ''}) AS w`;
    },
  };
  if (!order && call[1]) return undefined;
  return { tree: select(clause('SELECT ', [leaf('id'), value]), source.tree, where(maker, random, 0.2)), ordered: false };
};

const sets: Shape = (source, maker, random) => {
  const [one, other] = choose(maker, source, random, 2);
  if (!one || !other) return undefined;
  const word = random.pick(['UNION ALL', 'UNION ALL', 'UNION DISTINCT', 'INTERSECT', 'EXCEPT']);
  const branch = (value: Expression): Tree => select(clause('SELECT ', [aliased(value, 'u')]), source.tree, where(maker, random, 0.3));
  return { tree: { parts: [branch(one), branch(random.chance(0.6) ? one : other)], sort: 'query', write: ([left = '', right = '']) => [left, right].filter((text) => text !== '').join(` ${word} `) }, ordered: false };
};

const fills: Shape = (source, maker, random) => {
  const [key, range] = random.pick([['k', 'FROM 0 TO 5'], ['k', ''], ['n', 'FROM -3 TO 8 STEP 2'], ['k', 'STEP 1'], ['toDate(at)', 'STEP INTERVAL 1 MONTH'], ['k', 'TO 6'], ['toStartOfMonth(at)', 'STEP INTERVAL 3 MONTH'], ['id', 'FROM 20 TO 1 STEP -1']] as const);
  const down = range.includes('-1') ? ' DESC' : '';
  const made = random.chance(0.7) ? makeAggregate(maker, random, true) : undefined;
  const list = clause('SELECT ', [leaf(`${key} AS f`), ...(made ? [aliased(made, 'a0')] : [leaf('count() AS a0')])]);
  const limited = random.pick(['WHERE n BETWEEN -5 AND 12', 'WHERE n BETWEEN -5 AND 12 AND k < 3']);
  return { tree: select(list, source.tree, leaf(limited), leaf(`GROUP BY f ORDER BY f${down} WITH FILL ${range}`.trim())), ordered: true };
};

const subqueries: Shape = (source, maker, random) => {
  const table = maker.find(SCALAR_WANT);
  if (!table) return undefined;
  const inner = random.pick(['SELECT max(k) FROM t0', 'SELECT min(s) FROM t1', 'SELECT count() FROM t0 WHERE k > 5', 'SELECT id FROM t0 WHERE id > 1000', 'SELECT groupArray(k) FROM (SELECT k FROM t0 ORDER BY id)']);
  const condition = random.pick(['k IN (SELECT k FROM t1)', 'id NOT IN (SELECT id FROM t0 WHERE k = 1)', '(k, s) IN (SELECT k, s FROM t1)', 's GLOBAL IN (SELECT s FROM t0)', 'id = (SELECT max(id) FROM t1)']);
  const usable = ['id', 'k', 's'].every((name) => source.columns.some((column) => column.write([]) === name));
  const cte = random.chance(0.5);
  const list = clause('SELECT ', [{ ...leaf(cte ? 'sub' : `(${inner}) AS sub`), droppable: true }, droppable(table)]);
  return { tree: select({ parts: [list], sort: 'clause', write: ([what = '']) => `${cte ? `WITH (${inner}) AS sub ` : ''}${what}` }, source.tree, usable ? clause('WHERE ', [leaf(condition)]) : leaf('')), ordered: false };
};

/** Shapes that need the columns which every table has. */
const ON_TABLES = new Set(['states', 'window', 'fill', 'ctes', 'sets of keys', 'picked', 'stars', 'unfolded', 'three']);

const SHAPES: readonly (readonly [number, readonly [string, Shape]])[] = [
  [34, ['plain', plain]], [5, ['aliases', aliases]], [22, ['grouped', grouped]], [6, ['states', states]], [8, ['window', windows]], [5, ['sets', sets]], [3, ['fill', fills]], [4, ['subqueries', subqueries]],
  [3, ['three', threeTables]], [4, ['ctes', commonTables]], [3, ['sets of keys', groupingSets]], [5, ['picked', picked]], [3, ['stars', stars]], [3, ['unfolded', unfolded]],
];

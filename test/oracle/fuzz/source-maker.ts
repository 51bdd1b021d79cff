/** What a query reads: a table, a subquery, a join of two, an ARRAY JOIN, numbers(); with the columns that it gives. */
import { bare, type ClickHouseType } from '../../../engine/sql/types.ts';
import { ExpressionMaker, type TypeOf } from './expression-maker.ts';
import type { Random } from './random.ts';
import type { MadeTable } from './table-maker.ts';
import { clause, leaf, spaced, type Expression, type Tree } from './tree.ts';
import { ARRAY_WANT } from './wants.ts';

export interface Source {
  readonly tree: Tree;
  readonly columns: readonly Expression[];
  /** Its rows come in an order that both engines share. */
  readonly inOrder: boolean;
  /** A column that tells its rows apart. */
  readonly unique?: string;
}

/** Makes the typing function of expressions over a source. */
export type Typing = (source: Tree) => TypeOf;

export function columnOf(name: string, type: ClickHouseType): Expression {
  return { ...leaf(name), sort: 'expression', type, constant: false, depth: 0 };
}

export function tableSource(table: MadeTable): Source {
  return { tree: leaf(table.name, 'source'), columns: table.columns.map((column) => columnOf(column.name, column.type)), inOrder: true, unique: 'id' };
}

export function makeSource(tables: readonly MadeTable[], random: Random, typing: Typing, depth = 0): Source {
  const table = () => tableSource(random.pick(tables));
  const inner = () => (depth < 2 && random.chance(0.4) ? makeSource(tables, random, typing, depth + 1) : table());
  return random.weighted<() => Source>([
    [12, table],
    [depth < 2 ? 3 : 0, () => subquery(inner(), random, typing)],
    [depth < 1 ? 4 : 0, () => join(tables, random)],
    [depth < 2 ? 2 : 0, () => arrayJoin(inner(), random, typing)],
    [0.7, () => ({ tree: leaf(`numbers(${random.whole(0, 12)})`, 'source'), columns: [columnOf('number', { kind: 'Integer', bits: 64, signed: false })], inOrder: true, unique: 'number' })],
    [0.4, () => ({ tree: leaf(`values('v UInt8, w Nullable(String)', (1, 'a'), (2, NULL), (2, 'b'))`, 'source'), columns: [columnOf('v', { kind: 'Integer', bits: 8, signed: false }), columnOf('w', { kind: 'Nullable', of: { kind: 'String' } })], inOrder: true })],
  ])();
}

function subquery(inner: Source, random: Random, typing: Typing): Source {
  const maker = new ExpressionMaker(inner.columns, random, typing(inner.tree));
  maker.grow(6);
  const kept = random.some(inner.columns, 4);
  const made = random.some(maker.known.slice(inner.columns.length), 3).filter((one) => !one.constant);
  const names = made.map((_, index) => `e${index}`);
  const keptNames = kept.map((one) => one.write([]));
  const items: Tree[] = [...kept, ...made.map((one, index): Tree => ({ parts: [one], sort: 'clause', droppable: true, write: ([value]) => `${value} AS ${names[index]}` }))];
  const condition = random.chance(0.3) ? maker.find({ fits: (type) => bare(type).kind === 'Bool' || (bare(type).kind === 'Integer'), literal: () => '1' }) : undefined;
  const where = condition ? clause('WHERE ', [{ ...condition }]) : leaf('');
  const tree: Tree = {
    parts: [clause('SELECT ', items.map((item) => ({ ...item, droppable: true }))), inner.tree, where],
    sort: 'source',
    write: ([select = '', from = '', filter = '']) => `(${spaced([select, `FROM ${from}`, filter])})`,
  };
  return { tree, columns: [...kept.map((one, index) => columnOf(keptNames[index] ?? '', one.type)), ...made.map((one, index) => columnOf(names[index] ?? '', one.type))], inOrder: inner.inOrder, ...(inner.unique !== undefined && keptNames.includes(inner.unique) ? { unique: inner.unique } : {}) };
}

const KINDS = ['INNER JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'ANY LEFT JOIN', 'LEFT SEMI JOIN', 'LEFT ANTI JOIN', 'ASOF JOIN', 'ASOF LEFT JOIN', 'CROSS JOIN', 'JOIN', 'ANY INNER JOIN', 'ANY RIGHT JOIN', 'RIGHT SEMI JOIN', 'RIGHT ANTI JOIN', 'LEFT OUTER JOIN', 'ALL LEFT JOIN'] as const;

function join(tables: readonly MadeTable[], random: Random): Source {
  const [one, other] = [random.pick(tables), random.pick(tables)];
  const kind = random.pick(KINDS);
  const side = (name: string, table: MadeTable) => table.columns.filter((column) => !column.name.includes('.')).map((column) => columnOf(`${name}.${column.name}`, column.type));
  const comparable = one.columns.flatMap((left) => other.columns.filter((right) => bare(left.type).kind === bare(right.type).kind && ['Integer', 'String', 'Date', 'DateTime', 'UUID'].includes(bare(left.type).kind)).map((right) => [left.name, right.name] as const));
  const [left, right] = random.chance(0.6) ? random.pick([['id', 'id'], ['k', 'k'], ['s', 's'], ['n', 'n']] as const) : random.pick(comparable);
  let on = `ON l.${left} = r.${right}`;
  const form = random.next();
  if (kind === 'CROSS JOIN') on = '';
  else if (kind.startsWith('ASOF')) on = `ON l.k = r.k AND l.n ${random.pick(['>=', '>', '<', '<='])} r.n`;
  else if (form < 0.2) on = `USING ${random.pick(['(id)', '(k)', 'k', '(k, s)'])}`;
  else if (form < 0.4) on += ` AND ${random.pick(['l.k > 1', 'r.k = 2', "r.s != 'a'", 'l.n >= r.n'])}`;
  const columns = [...side('l', one), ...side('r', other)].filter((column) => {
    const name = column.write([]);
    if (/LEFT (SEMI|ANTI)/.test(kind)) return name.startsWith('l.');
    return /RIGHT (SEMI|ANTI)/.test(kind) ? name.startsWith('r.') : true;
  });
  return { tree: { ...leaf(`${one.name} AS l ${kind} ${other.name} AS r ${on}`.trim()), sort: 'source' }, columns, inOrder: false };
}

function arrayJoin(inner: Source, random: Random, typing: Typing): Source {
  const maker = new ExpressionMaker(inner.columns, random, typing(inner.tree));
  maker.grow(3);
  const list = maker.find(ARRAY_WANT);
  if (!list) return inner;
  const type = bare(list.type);
  const element = type.kind === 'Array' ? type.of : type;
  const word = random.chance(0.3) ? 'LEFT ARRAY JOIN' : 'ARRAY JOIN';
  const numbered = random.chance(0.3);
  const tree: Tree = { parts: [inner.tree, list], sort: 'source', write: ([from = '', value = '']) => `${from} ${word} ${value} AS el${numbered ? `, arrayEnumerate(${value}) AS nr` : ''}` };
  const columns = [...inner.columns, columnOf('el', element), ...(numbered ? [columnOf('nr', { kind: 'Integer', bits: 32, signed: false })] : [])];
  return { tree, columns, inOrder: inner.inOrder };
}

/**
 * ClickHouse's SELECT language as a tree. Accepts what ClickHouse accepts and nothing else; a mistake gives one
 * SandpiperError 'syntax' with the span of the lexeme that does not fit.
 */
import { SandpiperError } from '../errors.ts';
import type { ArrayJoin, Expression, GroupBy, Name, Query, SelectQuery, SetQuery, Setting, WithItem } from './ast.ts';
import { Cursor } from './cursor.ts';
import { parseAliased, parseExpressionAt, parseList } from './parse-expression.ts';
import { parseArrayJoin, parseTables } from './parse-table.ts';
import { parseDirection, parseOrderItems, parseWindow } from './parse-window.ts';

const OTHER_STATEMENTS = new Set([
  'INSERT', 'CREATE', 'ALTER', 'DROP', 'TRUNCATE', 'RENAME', 'EXCHANGE', 'ATTACH', 'DETACH', 'OPTIMIZE', 'SHOW', 'DESCRIBE', 'DESC', 'USE', 'SET', 'SYSTEM', 'KILL', 'GRANT', 'REVOKE', 'DELETE', 'UPDATE', 'BACKUP', 'RESTORE',
]);

export function parseQuery(text: string): Query {
  const cursor = new Cursor(text, parseQueryAt);
  const first = cursor.peek();
  if (first.kind === 'word' && OTHER_STATEMENTS.has(first.upper)) {
    throw new SandpiperError('unsupported', `Only SELECT queries run here, not ${first.upper}.`, { span: first.span });
  }
  const query = parseQueryAt(cursor);
  while (cursor.takeSymbol(';'));
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('the query to end');
  return query;
}

export function parseExpression(text: string): Expression {
  const cursor = new Cursor(text, parseQueryAt);
  const expression = parseAliased(cursor, true);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('the expression to end');
  return expression;
}

export function parseExpressionList(text: string): Expression[] {
  const cursor = new Cursor(text, parseQueryAt);
  if (cursor.peek().kind === 'end') return [];
  const expressions = parseList(cursor, true);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('the list to end');
  return expressions;
}

export function parseQueryAt(cursor: Cursor): Query {
  const start = cursor.peek().span.start;
  if (cursor.takeWords('EXPLAIN')) {
    const what: string[] = [];
    while (cursor.peek().kind === 'word' && !cursor.isWords('SELECT') && !cursor.isWords('WITH')) what.push(cursor.take().upper);
    const query = parseQueryAt(cursor);
    return { kind: 'explain', what: what.join(' '), query, span: cursor.spanFrom(start) };
  }
  return parseUnion(cursor);
}

/** UNION and EXCEPT from left to right; INTERSECT binds closer. */
function parseUnion(cursor: Cursor): Query {
  let left = parseIntersect(cursor);
  for (;;) {
    const operator = cursor.isWords('UNION') ? 'union' : cursor.isWords('EXCEPT') ? 'except' : undefined;
    if (operator === undefined) return withTail(cursor, left);
    left = joinSets(cursor, left, operator, parseIntersect);
  }
}

function parseIntersect(cursor: Cursor): Query {
  let left = parseOperand(cursor);
  while (cursor.isWords('INTERSECT')) left = joinSets(cursor, left, 'intersect', parseOperand);
  return left;
}

function joinSets(cursor: Cursor, left: Query, operator: SetQuery['operator'], operand: (cursor: Cursor) => Query): Query {
  const word = cursor.take();
  const mode = cursor.takeWords('ALL') ? 'all' : cursor.takeWords('DISTINCT') ? 'distinct' : operator === 'union' ? undefined : 'all';
  if (mode === undefined) throw cursor.failure('Write UNION ALL or UNION DISTINCT: ClickHouse does not choose between them.', word.span);
  const right = operand(cursor);
  const flat = left.kind === 'set' && left.operator === operator && left.mode === mode && operator === 'union' && left.format === undefined;
  const queries: SetQuery['queries'] = flat ? [...left.queries, right] as const : [left, right];
  return { kind: 'set', operator, mode, queries, settings: [], span: cursor.spanFrom(left.span.start) };
}

function parseOperand(cursor: Cursor): Query {
  if (cursor.isSymbol('(')) {
    cursor.take();
    const query = cursor.deeper(() => parseQueryAt(cursor));
    cursor.expectSymbol(')', 'to close the query');
    return query;
  }
  return parseSelect(cursor);
}

/** SETTINGS and FORMAT after a union belong to the whole. */
function withTail(cursor: Cursor, query: Query): Query {
  if (query.kind === 'explain') return query;
  const settings = cursor.takeWords('SETTINGS') ? parseSettings(cursor) : [];
  const format = cursor.takeWords('FORMAT') ? cursor.expectName('the name of a format') : undefined;
  const after = cursor.takeWords('SETTINGS') ? parseSettings(cursor) : [];
  if (settings.length === 0 && after.length === 0 && format === undefined) return query;
  return { ...query, settings: [...query.settings, ...settings, ...after], ...(format ? { format } : {}) };
}

function parseSelect(cursor: Cursor): SelectQuery {
  const start = cursor.peek().span.start;
  const { items, recursive } = cursor.takeWords('WITH') ? parseWith(cursor) : { items: [], recursive: false };
  const early = cursor.takeWords('FROM') ? parseTables(cursor) : undefined;
  cursor.expectWords(['SELECT'], 'to begin the query');
  const distinctOn: Expression[] = [];
  let distinct = false;
  if (cursor.takeWords('DISTINCT')) {
    distinct = true;
    if (cursor.takeWords('ON')) {
      cursor.expectSymbol('(', 'after DISTINCT ON');
      distinctOn.push(...parseList(cursor, false));
      cursor.expectSymbol(')', 'to close DISTINCT ON');
    }
  } else {
    cursor.takeWords('ALL');
  }
  const top = cursor.isWords('TOP') && (cursor.peek(1).kind === 'number' || (cursor.isSymbol('(', 1) && cursor.peek(2).kind === 'number')) ? parseTop(cursor) : undefined;
  const columns = parseList(cursor, true);
  const from = early ?? (cursor.takeWords('FROM') ? parseTables(cursor) : undefined);
  const arrayJoins = parseArrayJoins(cursor);
  const prewhere = cursor.takeWords('PREWHERE') ? parseAliased(cursor, false) : undefined;
  const where = cursor.takeWords('WHERE') ? parseAliased(cursor, false) : undefined;
  const groupBy = cursor.isWords('GROUP', 'BY') ? parseGroupBy(cursor) : parseTotals(cursor);
  const having = cursor.takeWords('HAVING') ? parseAliased(cursor, false) : undefined;
  const windows = cursor.takeWords('WINDOW') ? parseWindows(cursor) : [];
  const qualify = cursor.takeWords('QUALIFY') ? parseExpressionAt(cursor) : undefined;
  let orderByAll = false;
  let orderAll: SelectQuery['orderAll'];
  let orderBy: SelectQuery['orderBy'] = [];
  if (cursor.takeWords('ORDER', 'BY')) {
    orderByAll = cursor.isWords('ALL') && !cursor.isSymbol('.', 1) && !cursor.isSymbol('(', 1) && cursor.takeWords('ALL');
    if (orderByAll) orderAll = parseDirection(cursor);
    else orderBy = parseOrderItems(cursor, (at) => parseAliased(at, false));
  }
  const interpolate = cursor.takeWords('INTERPOLATE') ? parseInterpolate(cursor) : undefined;
  const limits = { ...top, ...parseLimits(cursor) };
  if (top && limits.limit !== top.limit) throw cursor.failure('A query has either TOP or LIMIT, not both.', cursor.spanFrom(top.limit.span.start));
  if (top?.withTies) limits.withTies = true;
  const settings = cursor.takeWords('SETTINGS') ? parseSettings(cursor) : [];
  const format = cursor.takeWords('FORMAT') ? cursor.expectName('the name of a format') : undefined;
  if (cursor.takeWords('SETTINGS')) settings.push(...parseSettings(cursor));
  return {
    kind: 'select', with: items, recursive, distinct, distinctOn, columns,
    ...(from ? { from } : {}),
    arrayJoins,
    ...(prewhere ? { prewhere } : {}),
    ...(where ? { where } : {}),
    ...(groupBy ? { groupBy } : {}),
    ...(having ? { having } : {}),
    windows,
    ...(qualify ? { qualify } : {}),
    orderBy, orderByAll,
    ...(orderAll ? { orderAll } : {}),
    ...(interpolate ? { interpolate } : {}),
    ...limits,
    settings,
    ...(format ? { format } : {}),
    span: cursor.spanFrom(start),
  };
}

function parseWith(cursor: Cursor): { items: WithItem[]; recursive: boolean } {
  const recursive = cursor.takeWords('RECURSIVE');
  const items: WithItem[] = [];
  do {
    if (cursor.isWords('SELECT') || cursor.isWords('FROM')) break;
    items.push(parseWithItem(cursor));
  } while (cursor.takeSymbol(','));
  return { items, recursive };
}

function parseWithItem(cursor: Cursor): WithItem {
  const start = cursor.peek().span.start;
  const position = cursor.position;
  const first = cursor.peek();
  if (first.kind === 'word' || first.kind === 'quoted') {
    const name = cursor.expectName('a name');
    const columns: Name[] = [];
    if (cursor.isSymbol('(') && !cursor.isWords('SELECT')) {
      cursor.take();
      while (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted') {
        columns.push(cursor.expectName('a column'));
        if (!cursor.takeSymbol(',')) break;
      }
      if (!cursor.takeSymbol(')')) columns.length = 0;
    }
    if (cursor.takeWords('AS')) {
      cursor.takeWords('MATERIALIZED');
      if (cursor.isSymbol('(') && (['SELECT', 'WITH', 'FROM', 'EXPLAIN'].includes(cursor.peek(1).upper) || cursor.isSymbol('(', 1))) {
        cursor.take();
        const query = cursor.deeper(() => parseQueryAt(cursor));
        cursor.expectSymbol(')', 'to close the query of WITH');
        return { kind: 'query', name, columns, query, span: cursor.spanFrom(start) };
      }
    }
    cursor.rewind(position);
  }
  const item = parseAliased(cursor, false);
  if (item.kind === 'aliased') return { kind: 'expression', expression: item.expression, alias: item.alias, span: item.span };
  throw cursor.unexpected('AS and a name in WITH');
}

function parseArrayJoins(cursor: Cursor): ArrayJoin[] {
  const joins: ArrayJoin[] = [];
  for (let join = parseArrayJoin(cursor); join; join = parseArrayJoin(cursor)) joins.push(join);
  return joins;
}

function parseGroupBy(cursor: Cursor): GroupBy {
  const start = cursor.peek().span.start;
  cursor.takeWords('GROUP', 'BY');
  const finish = (kind: GroupBy['kind'], keys: readonly Expression[], sets: GroupBy['sets'] = []): GroupBy => {
    let written = kind;
    let withTotals = false;
    for (;;) {
      if (cursor.takeWords('WITH', 'TOTALS')) withTotals = true;
      else if (kind === 'plain' && cursor.takeWords('WITH', 'ROLLUP')) written = 'rollup';
      else if (kind === 'plain' && cursor.takeWords('WITH', 'CUBE')) written = 'cube';
      else return { kind: written, keys, sets, withTotals, span: cursor.spanFrom(start) };
    }
  };
  if (cursor.isWords('ALL') && !cursor.isSymbol('(', 1) && !cursor.isSymbol('.', 1)) {
    cursor.take();
    return finish('all', []);
  }
  if (cursor.isWords('GROUPING', 'SETS')) {
    cursor.takeWords('GROUPING', 'SETS');
    cursor.expectSymbol('(', 'after GROUPING SETS');
    const sets: Expression[][] = [];
    do {
      if (cursor.takeSymbol('(')) {
        sets.push(cursor.isSymbol(')') ? [] : parseList(cursor, false));
        cursor.expectSymbol(')', 'to close the grouping set');
      } else {
        sets.push([parseAliased(cursor, false)]);
      }
    } while (cursor.takeSymbol(','));
    cursor.expectSymbol(')', 'to close GROUPING SETS');
    return finish('sets', sets.flat(), sets);
  }
  for (const kind of ['rollup', 'cube'] as const) {
    if (cursor.isWords(kind.toUpperCase()) && cursor.isSymbol('(', 1)) {
      cursor.take();
      cursor.take();
      const keys = parseList(cursor, false);
      cursor.expectSymbol(')', `to close ${kind.toUpperCase()}`);
      return finish(kind, keys);
    }
  }
  return finish('plain', parseList(cursor, false));
}

/** WITH TOTALS is allowed without GROUP BY. */
function parseTotals(cursor: Cursor): GroupBy | undefined {
  const start = cursor.peek().span.start;
  if (!cursor.takeWords('WITH', 'TOTALS')) return undefined;
  return { kind: 'plain', keys: [], sets: [], withTotals: true, span: cursor.spanFrom(start) };
}

function parseWindows(cursor: Cursor): SelectQuery['windows'][number][] {
  const windows: SelectQuery['windows'][number][] = [];
  do {
    const name = cursor.expectName('the name of a window');
    cursor.expectWords(['AS'], 'after the name of the window');
    windows.push({ name, specification: parseWindow(cursor, parseExpressionAt) });
  } while (cursor.takeSymbol(','));
  return windows;
}

function parseInterpolate(cursor: Cursor): { name: Name; expression?: Expression }[] {
  const items: { name: Name; expression?: Expression }[] = [];
  if (!cursor.takeSymbol('(')) return items;
  while (!cursor.isSymbol(')')) {
    const name = cursor.expectName('a column');
    items.push(cursor.takeWords('AS') ? { name, expression: parseExpressionAt(cursor) } : { name });
    if (!cursor.takeSymbol(',')) break;
  }
  cursor.expectSymbol(')', 'to close INTERPOLATE');
  return items;
}

/** TOP 3 or TOP (3) WITH TIES before the columns is LIMIT 3. */
function parseTop(cursor: Cursor): { limit: Expression; withTies: boolean } {
  cursor.take();
  const bracketed = cursor.takeSymbol('(');
  const number = cursor.take();
  if (bracketed) cursor.expectSymbol(')', 'after TOP');
  return { limit: { kind: 'number', text: number.text, span: number.span }, withTies: cursor.takeWords('WITH', 'TIES') };
}

type Limits = Pick<SelectQuery, 'limitBy' | 'limit' | 'offset' | 'withTies'>;

/** LIMIT n BY x, LIMIT a, b, LIMIT n OFFSET m, OFFSET … FETCH … : LIMIT BY may stand before the other. */
function parseLimits(cursor: Cursor): Limits {
  let limits: { -readonly [Part in keyof Limits]: Limits[Part] } = { withTies: false };
  while (cursor.takeWords('LIMIT')) {
    const first = parseExpressionAt(cursor);
    const second = cursor.takeSymbol(',') ? parseExpressionAt(cursor) : undefined;
    const offset = second ? first : cursor.takeWords('OFFSET') ? parseExpressionAt(cursor) : undefined;
    const limit = second ?? first;
    const withTies = cursor.takeWords('WITH', 'TIES');
    if (!withTies && cursor.takeWords('BY')) {
      if (limits.limitBy) throw cursor.unexpected('at most one LIMIT BY');
      limits.limitBy = { limit, ...(offset ? { offset } : {}), by: parseList(cursor, false) };
      continue;
    }
    limits = { ...limits, limit, ...(offset ? { offset } : {}), withTies };
    break;
  }
  if (limits.offset === undefined && cursor.takeWords('OFFSET')) {
    limits.offset = parseExpressionAt(cursor);
    if (!cursor.takeWords('ROWS')) cursor.takeWords('ROW');
  }
  if (limits.limit === undefined && cursor.takeWords('FETCH')) {
    if (!cursor.takeWords('FIRST')) cursor.expectWords(['NEXT'], 'or FIRST after FETCH');
    limits.limit = parseExpressionAt(cursor);
    if (!cursor.takeWords('ROWS')) cursor.expectWords(['ROW'], 'or ROWS in FETCH');
    limits.withTies = cursor.takeWords('WITH', 'TIES');
    if (!limits.withTies) cursor.expectWords(['ONLY'], 'or WITH TIES in FETCH');
  }
  return limits;
}

function parseSettings(cursor: Cursor): Setting[] {
  const settings: Setting[] = [];
  do {
    const name = cursor.expectName('the name of a setting');
    if (!cursor.takeSymbol('=')) throw cursor.unexpected(`= and the value of ${name.text}`);
    settings.push({ name, value: parseExpressionAt(cursor, 10) });
  } while (cursor.takeSymbol(','));
  return settings;
}

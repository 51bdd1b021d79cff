/** What stands after FROM: tables, table functions, subqueries and their joins, in both orders of the join's words. */
import type { ArrayJoin, Expression, Join, Name, TableExpression } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseAliased, parseArguments, parseExpressionAt, parseList } from './parse-expression.ts';
import { isReserved, parseAlias } from './words.ts';

const JOIN_WORDS = new Set(['GLOBAL', 'LOCAL', 'ANY', 'ALL', 'ASOF', 'SEMI', 'ANTI', 'ONLY', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER', 'CROSS', 'PASTE', 'NATURAL']);

export function parseTables(cursor: Cursor): TableExpression {
  let left = parseTable(cursor);
  for (;;) {
    const joined = parseJoin(cursor, left) ?? parseArrayJoinBeforeJoin(cursor, left);
    if (!joined) return left;
    left = joined;
  }
}

/** ARRAY JOIN is a clause of its own, but where another join follows it belongs to the tables. */
function parseArrayJoinBeforeJoin(cursor: Cursor, table: TableExpression): TableExpression | undefined {
  const position = cursor.position;
  const clause = parseArrayJoin(cursor);
  if (!clause) return undefined;
  const wrapped: TableExpression = { kind: 'array-join', table, clause, span: cursor.spanFrom(table.span.start) };
  const further = parseJoin(cursor, wrapped) ?? parseArrayJoinBeforeJoin(cursor, wrapped);
  if (!further) cursor.rewind(position);
  return further;
}

/** [LEFT] ARRAY JOIN and its arrays. */
export function parseArrayJoin(cursor: Cursor): ArrayJoin | undefined {
  const start = cursor.peek().span.start;
  const left = cursor.takeWords('LEFT', 'ARRAY', 'JOIN');
  if (!left && !cursor.takeWords('ARRAY', 'JOIN') && !cursor.takeWords('INNER', 'ARRAY', 'JOIN')) return undefined;
  const items = parseList(cursor, true);
  return { left, items, span: cursor.spanFrom(start) };
}

function parseJoin(cursor: Cursor, left: TableExpression): Join | undefined {
  const start = left.span.start;
  if (cursor.takeSymbol(',')) {
    return { kind: 'join', left, right: parseTable(cursor), type: 'comma', global: false, span: cursor.spanFrom(start) };
  }
  const position = cursor.position;
  const words: string[] = [];
  const wordsStart = cursor.peek().span.start;
  while (cursor.peek().kind === 'word' && JOIN_WORDS.has(cursor.peek().upper)) words.push(cursor.take().upper);
  if (!cursor.takeWords('JOIN')) {
    // LEFT ARRAY JOIN, or a clause that begins with one of these words.
    cursor.rewind(position);
    return undefined;
  }
  const has = (word: string) => words.includes(word);
  if (has('NATURAL')) throw cursor.failure('NATURAL JOIN is not supported: name the columns with USING.', cursor.spanFrom(start));
  const type = has('CROSS') ? 'cross' : has('PASTE') ? 'paste' : has('LEFT') ? 'left' : has('RIGHT') ? 'right' : has('FULL') ? 'full' : 'inner';
  const conflicting = [['INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'PASTE'], ['ANY', 'ALL', 'SEMI', 'ANTI', 'ASOF']].some((group) => group.filter(has).length > 1);
  if (conflicting || new Set(words).size < words.length) throw cursor.failure(`${words.join(' ')} JOIN is not a join: its words contradict each other.`, cursor.spanFrom(wordsStart));
  const strictness = has('ANY') ? 'any' : has('SEMI') ? 'semi' : has('ANTI') ? 'anti' : has('ASOF') ? 'asof' : has('ALL') ? 'all' : undefined;
  const right = parseTable(cursor);
  const condition = parseCondition(cursor, type === 'cross' || type === 'paste');
  return { kind: 'join', left, right, type, ...(strictness === undefined ? {} : { strictness }), global: has('GLOBAL'), ...condition, span: cursor.spanFrom(start) };
}

function parseCondition(cursor: Cursor, without: boolean): { on?: Expression; using?: readonly Expression[] } {
  if (without) return {};
  if (cursor.takeWords('ON')) return { on: parseExpressionAt(cursor) };
  if (cursor.takeWords('USING')) {
    const bracketed = cursor.takeSymbol('(');
    const using: Expression[] = [];
    do using.push(parseAliased(cursor, false));
    while (cursor.takeSymbol(','));
    if (bracketed) cursor.expectSymbol(')', 'to close USING');
    return { using };
  }
  throw cursor.unexpected('ON or USING after the joined table');
}

function parseTable(cursor: Cursor): TableExpression {
  const start = cursor.peek().span.start;
  if (cursor.takeSymbol('(')) {
    if (cursor.isWords('SELECT') || cursor.isWords('WITH') || cursor.isWords('FROM') || cursor.isSymbol('(') || cursor.isWords('EXPLAIN')) {
      const query = cursor.deeper(() => cursor.query(cursor));
      cursor.expectSymbol(')', 'to close the subquery');
      return { kind: 'query', query, ...parseTail(cursor), span: cursor.spanFrom(start) };
    }
    const inner = cursor.deeper(() => parseTables(cursor));
    cursor.expectSymbol(')', 'to close the tables');
    return inner;
  }
  const parameter = parseParameter(cursor);
  const name = parameter ?? cursor.expectName('the name of a table');
  if (!parameter && isReserved({ kind: name.quoted ? 'quoted' : 'word', text: name.text, upper: name.text.toUpperCase(), span: name.span })) {
    throw cursor.failure(`Expected the name of a table, but found ${name.text}.`, name.span);
  }
  if (!parameter && cursor.isSymbol('(')) {
    cursor.take();
    const args = parseArguments(cursor, ')');
    cursor.expectSymbol(')', `to close the table function ${name.text}`);
    return { kind: 'table-function', name, arguments: args, ...parseTail(cursor), span: cursor.spanFrom(start) };
  }
  const second = cursor.takeSymbol('.') ? cursor.expectName('the name of a table after the point') : undefined;
  const final = cursor.takeWords('FINAL');
  if (final && cursor.isWords('AS')) throw cursor.failure(`Write the alias before FINAL: ${name.text} AS … FINAL.`, cursor.peek().span);
  const tail = parseTail(cursor);
  const sample = cursor.takeWords('SAMPLE') ? parseSample(cursor) : undefined;
  return {
    kind: 'table',
    ...(second ? { database: name, name: second } : { name }),
    ...(parameter ? { parameter: parameter.text } : {}),
    ...tail,
    final: final || tail.final,
    ...(sample ? { sample } : {}),
    span: cursor.spanFrom(start),
  };
}

function parseParameter(cursor: Cursor): Name | undefined {
  if (!cursor.isSymbol('{')) return undefined;
  const start = cursor.take().span.start;
  const name = cursor.expectName('the name of a query parameter');
  cursor.expectSymbol(':', 'and the type of the query parameter');
  cursor.expectWords(['IDENTIFIER'], ': a parameter in the place of a table has this type');
  cursor.expectSymbol('}', 'to close the query parameter');
  return { text: name.text, quoted: true, span: cursor.spanFrom(start) };
}

function parseTail(cursor: Cursor): { alias?: Name; columnAliases: readonly Name[]; final: boolean } {
  const alias = parseAlias(cursor, true);
  const columnAliases: Name[] = [];
  if (alias && cursor.isSymbol('(')) {
    cursor.take();
    do columnAliases.push(cursor.expectName('a name for a column'));
    while (cursor.takeSymbol(','));
    cursor.expectSymbol(')', 'to close the names of columns');
  }
  const final = cursor.takeWords('FINAL');
  return { ...(alias ? { alias } : {}), columnAliases, final };
}

function parseSample(cursor: Cursor): { ratio: Expression; offset?: Expression } {
  const ratio = parseExpressionAt(cursor, 10);
  return cursor.takeWords('OFFSET') ? { ratio, offset: parseExpressionAt(cursor, 10) } : { ratio };
}

/**
 * Which words of ClickHouse are names where, and what opens a query: the questions that the parser asks of the lexemes
 * ahead before it decides how to read them.
 */
import type { Expression, Name } from './ast.ts';
import type { Cursor } from './cursor.ts';
import type { Lexeme } from './lex.ts';

/** Words that end an expression, so they are no alias unless AS stands before them. */
const RESERVED = new Set([
  'SELECT', 'FROM', 'FINAL', 'SAMPLE', 'ARRAY', 'LEFT', 'RIGHT', 'INNER', 'FULL', 'CROSS', 'JOIN', 'GLOBAL', 'ANY', 'ALL', 'ASOF', 'SEMI', 'ANTI', 'PASTE', 'ON', 'USING',
  'PREWHERE', 'WHERE', 'GROUP', 'WITH', 'HAVING', 'WINDOW', 'QUALIFY', 'NATURAL', 'ORDER', 'LIMIT', 'OFFSET', 'SETTINGS', 'FORMAT', 'UNION', 'EXCEPT', 'INTERSECT',
  'IS', 'AS', 'AND', 'OR', 'XOR', 'NOT', 'IN', 'LIKE', 'ILIKE', 'REGEXP', 'BETWEEN', 'INTO', 'FETCH', 'ASC', 'DESC', 'ASCENDING', 'DESCENDING', 'NULLS', 'COLLATE',
  'THEN', 'ELSE', 'END', 'WHEN', 'INTERPOLATE', 'DIV', 'MOD', 'APPLY', 'REPLACE', 'OVER', 'FILTER', 'IGNORE', 'RESPECT', 'TO', 'STEP', 'STALENESS', 'BY',
]);

export function isReserved(lexeme: Lexeme): boolean {
  return lexeme.kind === 'word' && RESERVED.has(lexeme.upper);
}

export function parseAlias(cursor: Cursor, bareAlias: boolean): Name | undefined {
  if (cursor.takeWords('AS')) return cursor.expectName('a name after AS');
  const next = cursor.peek();
  if (!bareAlias || (next.kind !== 'word' && next.kind !== 'quoted') || isReserved(next)) return undefined;
  return cursor.expectName('an alias');
}

/** Whether a comma before this was the last one of a SELECT's columns. */
export function endsColumns(cursor: Cursor): boolean {
  const next = cursor.peek();
  if (next.kind === 'end' || cursor.isSymbol(')') || cursor.isSymbol(';')) return true;
  return next.kind === 'word' && beginsClause(cursor);
}

/** Words that begin no expression. */
const RESERVED_START = new Set(['FROM', 'WHERE', 'PREWHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'SETTINGS', 'UNION', 'JOIN', 'ON', 'USING', 'AND', 'OR', 'THEN', 'ELSE', 'WHEN', 'AS', 'SELECT']);

/** Symbols that go on with an operand. */
const CONTINUES = new Set([',', ')', '+', '*', '/', '%', '=', '==', '!=', '<>', '<', '>', '<=', '>=', '<=>', '||', '::', '?', '.', '[']);

/** ClickHouse reads a clause's word as a column where the clause cannot begin. */
function standsAsName(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  if ((cursor.isWords('AND') || cursor.isWords('OR')) && cursor.isSymbol('(', 1)) return true;
  if (next.kind === 'symbol') return CONTINUES.has(next.text) && !(next.text === '[' && !cursor.isWords('AS'));
  return next.upper === 'FROM' || next.upper === 'AS' || (NAMES_BEFORE_CLAUSES.has(cursor.peek().upper) && (next.kind === 'end' || CLAUSES.has(next.upper)));
}

const NAMES_BEFORE_CLAUSES = new Set(['GROUP', 'ORDER', 'LIMIT', 'SETTINGS', 'JOIN', 'USING']);
const CLAUSES = new Set(['GROUP', 'ORDER', 'HAVING', 'LIMIT', 'SETTINGS', 'UNION', 'FORMAT']);

export function beginsClause(cursor: Cursor): boolean {
  return RESERVED_START.has(cursor.peek().upper) && !standsAsName(cursor);
}

/** `((SELECT …) UNION …)`: brackets that open a query, however many. */
export function startsQuery(cursor: Cursor): boolean {
  let ahead = 0;
  while (cursor.isSymbol('(', ahead)) ahead += 1;
  const word = cursor.peek(ahead);
  if (word.kind !== 'word' || (word.upper !== 'SELECT' && word.upper !== 'WITH')) return false;
  // `((SELECT 1) + 1)` is an expression: look at what follows the inner query.
  let depth = 0;
  for (let at = 0; ; at += 1) {
    const lexeme = cursor.peek(at);
    if (lexeme.kind === 'end') return false;
    if (lexeme.kind !== 'symbol') continue;
    if (lexeme.text === '(') depth += 1;
    if (lexeme.text === ')') depth -= 1;
    if (depth === 0) return ['UNION', 'EXCEPT', 'INTERSECT'].includes(cursor.peek(at + 1).upper) || cursor.isSymbol(')', at + 1);
  }
}

/** `LIKE pattern ESCAPE '#'`. */
export function escapeOf(cursor: Cursor, name: string): Expression[] {
  if ((name !== 'like' && name !== 'ilike') || !cursor.isWords('ESCAPE') || cursor.peek(1).kind !== 'string') return [];
  cursor.take();
  const text = cursor.take();
  return [{ kind: 'string', value: text.text, span: text.span }];
}

/** Whether this is arrayJoin, which is called unnest in any case, too. */
export function isArrayJoin(name: string): boolean {
  return name === 'arrayJoin' || name.toLowerCase() === 'unnest';
}

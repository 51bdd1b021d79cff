/**
 * Expressions of ClickHouse SQL, by precedence climbing. Operators become calls of the functions that they stand for
 * (ast.ts says which). A chain of AND, OR or || is one call of many arguments; other chains are limited in length, so
 * that whoever walks the tree cannot overflow the stack.
 */
import type { SandpiperError } from '../errors.ts';
import type { Expression, Lambda, Name } from './ast.ts';
import { castWritten } from './cast-literal.ts';
import type { Cursor } from './cursor.ts';
import { sharedParameters } from './lambda-parameters.ts';
import type { Lexeme } from './lex.ts';
import { call } from './operator-call.ts';
import { parseTypeAt } from './parse-type.ts';
import { parseOver } from './parse-window.ts';
import { asterisk, columnsMatcher } from './parse-columns.ts';
import { specialForm } from './special-form.ts';
import { printType } from './types.ts';
import { beginsClause, endsColumns, escapeOf, parseAlias, startsQuery } from './words.ts';

const LONGEST_CHAIN = 1_000;
const MOST_PARTS = 100;

/** An expression with `AS alias`, or a bare alias where the place allows one. */
export function parseAliased(cursor: Cursor, bareAlias: boolean): Expression {
  const start = cursor.peek().span.start;
  const expression = parseExpressionAt(cursor);
  const alias = parseAlias(cursor, bareAlias);
  if (alias && (expression.kind === 'asterisk' || expression.kind === 'columns')) throw cursor.failure('Several columns cannot share one name: leave out the alias.', alias.span);
  return alias ? { kind: 'aliased', expression, alias, span: cursor.spanFrom(start) } : expression;
}

/** Expressions with aliases, separated by commas, up to a symbol or clause that is left in place. */
export function parseList(cursor: Cursor, bareAlias: boolean): Expression[] {
  const items = [parseAliased(cursor, bareAlias)];
  while (cursor.takeSymbol(',')) {
    // ClickHouse takes a comma after the last column of a SELECT.
    if (bareAlias && endsColumns(cursor)) break;
    items.push(parseAliased(cursor, bareAlias));
  }
  return items;
}

export function parseExpressionAt(cursor: Cursor, least = 0): Expression {
  return cursor.deeper(() => {
    const lambda = least === 0 ? parseLambda(cursor) : undefined;
    if (lambda) return lambda;
    let left = parsePrefix(cursor);
    let links = 0;
    for (;;) {
      left = aliasedOperand(cursor, left);
      const next = parseInfix(cursor, left, least);
      if (!next) return left;
      links += 1;
      if (links > LONGEST_CHAIN) throw cursor.failure(`More than ${LONGEST_CHAIN} operators in a row: split the expression.`, next.span);
      left = next;
    }
  });
}

/** `a AS x + 1` is (a AS x) + 1: an alias with an operator behind it belongs to the operand. */
function aliasedOperand(cursor: Cursor, operand: Expression): Expression {
  if (!cursor.isWords('AS') || (cursor.peek(1).kind !== 'word' && cursor.peek(1).kind !== 'quoted')) return operand;
  const after = cursor.peek(2);
  const isOperator = (after.kind === 'symbol' && (after.upper in BINARY || after.text === '::')) || (after.kind === 'word' && (after.upper in BINARY || after.upper === 'IN' || after.upper === 'IS' || after.upper === 'BETWEEN'));
  if (!isOperator) return operand;
  cursor.take();
  const alias = cursor.expectName('a name after AS');
  return { kind: 'aliased', expression: operand, alias, span: cursor.spanFrom(operand.span.start) };
}

/** `x -> …` or `(x, y) -> …`; undefined when the text ahead is something else. */
function parseLambda(cursor: Cursor): Lambda | undefined {
  const start = cursor.peek().span.start;
  const first = cursor.peek();
  let width = 0;
  const parameters: Name[] = [];
  if (first.kind === 'word' || first.kind === 'quoted') {
    width = 1;
    parameters.push(nameOf(first));
  } else if (cursor.isSymbol('(')) {
    width = 1;
    while (cursor.peek(width).kind === 'word' || cursor.peek(width).kind === 'quoted') {
      parameters.push(nameOf(cursor.peek(width)));
      width += 1;
      if (!cursor.isSymbol(',', width)) break;
      width += 1;
    }
    if (!cursor.isSymbol(')', width)) return undefined;
    width += 1;
  }
  if (width === 0 || !cursor.isSymbol('->', width)) return undefined;
  for (let taken = 0; taken <= width; taken += 1) cursor.take();
  const body = parseExpressionAt(cursor);
  return { kind: 'lambda', parameters, body, span: cursor.spanFrom(start) };
}

function nameOf(lexeme: Lexeme): Name {
  return { text: lexeme.text, quoted: lexeme.kind === 'quoted', span: lexeme.span };
}

const BINARY: Readonly<Record<string, readonly [string, number]>> = {
  OR: ['or', 3], AND: ['and', 4],
  '=': ['equals', 9], '==': ['equals', 9], '!=': ['notEquals', 9], '<>': ['notEquals', 9], '<=>': ['isNotDistinctFrom', 9],
  '<': ['less', 9], '>': ['greater', 9], '<=': ['lessOrEquals', 9], '>=': ['greaterOrEquals', 9],
  LIKE: ['like', 9], ILIKE: ['ilike', 9], REGEXP: ['match', 9],
  '||': ['concat', 10], '+': ['plus', 11], '-': ['minus', 11],
  '*': ['multiply', 12], '/': ['divide', 12], '%': ['modulo', 12], MOD: ['modulo', 12], DIV: ['intDiv', 12],
};
const VARIADIC = new Set(['or', 'and', 'concat']);

function parseInfix(cursor: Cursor, left: Expression, least: number): Expression | undefined {
  const lexeme = cursor.peek();
  if (lexeme.kind !== 'symbol' && lexeme.kind !== 'word') return undefined;
  const start = left.span.start;
  const binary = BINARY[lexeme.upper];
  if (binary) {
    const [name, power] = binary;
    if (power < least) return undefined;
    cursor.take();
    const right = parseExpressionAt(cursor, power + 1);
    const operands = [left, right, ...escapeOf(cursor, name)];
    while (VARIADIC.has(name) && cursor.peek().kind === lexeme.kind && cursor.peek().upper === lexeme.upper) {
      cursor.take();
      operands.push(parseExpressionAt(cursor, power + 1));
    }
    return call(name, operands, cursor.spanFrom(start), lexeme.span);
  }
  return parsePostfix(cursor, left, least) ?? parseMembership(cursor, left, least) ?? parseTernary(cursor, left, least);
}

function parsePostfix(cursor: Cursor, left: Expression, least: number): Expression | undefined {
  const start = left.span.start;
  const at = cursor.peek().span;
  if (least > 14) return undefined;
  if (cursor.takeSymbol('[')) {
    const index = parseExpressionAt(cursor);
    cursor.expectSymbol(']', 'after the index');
    return call('arrayElement', [left, index], cursor.spanFrom(start), at);
  }
  if (cursor.takeSymbol('::')) {
    const typeStart = cursor.peek().span.start;
    const type = parseTypeAt(cursor);
    const span = cursor.spanFrom(typeStart);
    return castWritten(left, { kind: 'string', value: printType(type), span }, cursor.text, cursor.spanFrom(start), at);
  }
  if (cursor.isSymbol('.') && cursor.isSymbol(':', 1)) {
    // `json.a.:Int64`: the part of a JSON path that has this type.
    cursor.take();
    cursor.take();
    const from = cursor.peek();
    const name = from.kind === 'quoted' ? cursor.take().text : printType(parseTypeAt(cursor));
    return call('dynamicElement', [left, { kind: 'string', value: name, span: cursor.spanFrom(from.span.start) }], cursor.spanFrom(start), at);
  }
  if (cursor.isSymbol('.')) {
    const element = cursor.peek(1);
    if (element.kind === 'number' && /^\d+$/.test(element.text)) {
      cursor.take();
      cursor.take();
      return call('tupleElement', [left, { kind: 'number', text: element.text, span: element.span }], cursor.spanFrom(start), at);
    }
    if (element.kind === 'word' || element.kind === 'quoted') {
      cursor.take();
      cursor.take();
      return call('tupleElement', [left, { kind: 'string', value: element.text, span: element.span }], cursor.spanFrom(start), at);
    }
  }
  return undefined;
}

/** IS NULL, IS DISTINCT FROM, [NOT] BETWEEN, [NOT] LIKE, [GLOBAL] [NOT] IN. */
function parseMembership(cursor: Cursor, left: Expression, least: number): Expression | undefined {
  const start = left.span.start;
  const at = cursor.peek().span;
  if (least <= 6 && cursor.isWords('IS')) {
    cursor.take();
    const negated = cursor.takeWords('NOT');
    if (cursor.takeWords('NULL')) return call(negated ? 'isNotNull' : 'isNull', [left], cursor.spanFrom(start), at);
    if (cursor.takeWords('DISTINCT', 'FROM')) {
      const right = parseExpressionAt(cursor, 7);
      return call(negated ? 'isNotDistinctFrom' : 'isDistinctFrom', [left, right], cursor.spanFrom(start), at);
    }
    const truth = cursor.peek();
    if (cursor.takeWords('TRUE') || cursor.takeWords('FALSE')) {
      const value: Expression = { kind: 'boolean', value: truth.upper === 'TRUE', span: truth.span };
      return call(negated ? 'isDistinctFrom' : 'isNotDistinctFrom', [left, value], cursor.spanFrom(start), at);
    }
    throw cursor.unexpected('NULL, TRUE, FALSE or DISTINCT FROM after IS');
  }
  const negated = cursor.isWords('NOT');
  const word = cursor.peek(negated ? 1 : 0);
  if (word.kind !== 'word') return undefined;
  if (word.upper === 'BETWEEN' && least <= 7) {
    if (negated) cursor.take();
    cursor.take();
    const low = parseExpressionAt(cursor, 8);
    cursor.expectWords(['AND'], 'between the two bounds of BETWEEN');
    const high = parseExpressionAt(cursor, 8);
    const span = cursor.spanFrom(start);
    const lower = call(negated ? 'less' : 'greaterOrEquals', [left, low], span, at);
    const upper = call(negated ? 'greater' : 'lessOrEquals', [left, high], span, at);
    return call(negated ? 'or' : 'and', [lower, upper], span, at);
  }
  if (least > 9) return undefined;
  if (negated && (word.upper === 'LIKE' || word.upper === 'ILIKE' || word.upper === 'REGEXP')) {
    cursor.take();
    cursor.take();
    const right = parseExpressionAt(cursor, 10);
    if (word.upper === 'REGEXP') return call('not', [call('match', [left, right], cursor.spanFrom(start), at)], cursor.spanFrom(start), at);
    return call(word.upper === 'LIKE' ? 'notLike' : 'notILike', [left, right, ...escapeOf(cursor, 'like')], cursor.spanFrom(start), at);
  }
  const global = cursor.isWords('GLOBAL');
  const not = cursor.isWords('NOT') || (global && cursor.peek(1).upper === 'NOT');
  const width = (global ? 1 : 0) + (not ? 1 : 0);
  if (cursor.peek(width).kind !== 'word' || cursor.peek(width).upper !== 'IN') return undefined;
  for (let taken = 0; taken <= width; taken += 1) cursor.take();
  const right = parseExpressionAt(cursor, 10);
  return call(not ? 'notIn' : 'in', [left, right], cursor.spanFrom(start), at);
}

function parseTernary(cursor: Cursor, left: Expression, least: number): Expression | undefined {
  if (least > 2 || !cursor.isSymbol('?')) return undefined;
  const at = cursor.take().span;
  const yes = parseExpressionAt(cursor, 2);
  cursor.expectSymbol(':', 'between the two values of ? :');
  const no = parseExpressionAt(cursor, 2);
  return call('if', [left, yes, no], cursor.spanFrom(left.span.start), at);
}

function parsePrefix(cursor: Cursor): Expression {
  const lexeme = cursor.peek();
  const start = lexeme.span.start;
  if (lexeme.kind === 'word' && lexeme.upper === 'NOT' && !cursor.isSymbol('->', 1)) {
    cursor.take();
    const operand = parseExpressionAt(cursor, 5);
    return call('not', [operand], cursor.spanFrom(start), lexeme.span);
  }
  if (cursor.isSymbol('-') && cursor.peek(1).kind === 'number' && ['::', '[', '.'].some((symbol) => cursor.isSymbol(symbol, 2))) {
    // `-1::UInt8` converts -1, while `-x::UInt8` negates what was converted.
    cursor.take();
    const digits = cursor.take();
    const value: Expression = { kind: 'number', text: digits.text, span: digits.span };
    const negative = call('negate', [value], cursor.spanFrom(start), lexeme.span);
    return parsePostfix(cursor, negative, 0) ?? negative;
  }
  if (cursor.takeSymbol('-')) {
    const operand = parseExpressionAt(cursor, 13);
    return call('negate', [operand], cursor.spanFrom(start), lexeme.span);
  }
  if (cursor.takeSymbol('+')) return parseExpressionAt(cursor, 13);
  return parsePrimary(cursor);
}

function parsePrimary(cursor: Cursor): Expression {
  const lexeme = cursor.peek();
  switch (lexeme.kind) {
    case 'number':
      cursor.take();
      return { kind: 'number', text: lexeme.text, span: lexeme.span };
    case 'string': {
      cursor.take();
      return { kind: 'string', value: lexeme.text, span: lexeme.span };
    }
    case 'symbol':
      return parseBracketed(cursor);
    case 'quoted':
      return parseNamed(cursor);
    case 'word': {
      const special = specialForm(cursor, { expression: parseExpressionAt, aliased: parseAliased });
      if (special) return special;
      if (cursor.isSymbol('(', 1) || (cursor.isSymbol('.', 1) && cursor.peek(2).kind !== 'number')) return parseNamed(cursor);
      switch (lexeme.upper) {
        case 'NULL':
          cursor.take();
          return { kind: 'null', span: lexeme.span };
        case 'TRUE':
        case 'FALSE':
          cursor.take();
          return { kind: 'boolean', value: lexeme.upper === 'TRUE', span: lexeme.span };
        case 'INF':
        case 'NAN':
        case 'INFINITY':
          cursor.take();
          return { kind: 'number', text: lexeme.upper === 'NAN' ? 'nan' : 'inf', span: lexeme.span };
        default:
          if (beginsClause(cursor)) throw expectedExpression(cursor);
          return parseNamed(cursor);
      }
    }
    default:
      throw expectedExpression(cursor);
  }
}

function expectedExpression(cursor: Cursor): SandpiperError {
  return cursor.unexpected('a value or a column');
}

function parseBracketed(cursor: Cursor): Expression {
  const start = cursor.peek().span.start;
  if (cursor.takeSymbol('*')) return asterisk(cursor, [], start, PARSERS);
  if (cursor.takeSymbol('[')) {
    const elements = cursor.isSymbol(']') ? [] : parseArguments(cursor, ']');
    cursor.expectSymbol(']', 'to close the array');
    return { kind: 'array', elements, span: cursor.spanFrom(start) };
  }
  if (cursor.takeSymbol('{')) {
    const name = cursor.expectName('the name of a query parameter').text;
    cursor.expectSymbol(':', 'and the type of the query parameter');
    const type = cursor.takeWords('IDENTIFIER') ? 'Identifier' : parseTypeAt(cursor);
    cursor.expectSymbol('}', 'to close the query parameter');
    return { kind: 'parameter', name, type, span: cursor.spanFrom(start) };
  }
  if (!cursor.takeSymbol('(')) throw expectedExpression(cursor);
  if (cursor.isWords('SELECT') || cursor.isWords('WITH') || (cursor.isSymbol('(') && startsQuery(cursor))) {
    const query = cursor.deeper(() => cursor.query(cursor));
    cursor.expectSymbol(')', 'to close the subquery');
    return { kind: 'subquery', query, span: cursor.spanFrom(start) };
  }
  if (cursor.takeSymbol(')')) return { kind: 'tuple', elements: [], span: cursor.spanFrom(start) };
  const first = parseAliased(cursor, false);
  if (cursor.takeSymbol(')')) return first;
  const elements = [first];
  while (cursor.takeSymbol(',')) {
    if (cursor.isSymbol(')')) break;
    elements.push(parseAliased(cursor, false));
  }
  cursor.expectSymbol(')', 'to close the bracket');
  return { kind: 'tuple', elements, span: cursor.spanFrom(start) };
}

/** Arguments with aliases, up to the closing symbol, which is left in place. */
export function parseArguments(cursor: Cursor, close: ')' | ']'): Expression[] {
  const items: Expression[] = [];
  while (!cursor.isSymbol(close)) {
    if (cursor.isWords('SELECT') || (cursor.isWords('WITH') && close === ')')) {
      const start = cursor.peek().span.start;
      const query = cursor.deeper(() => cursor.query(cursor));
      items.push({ kind: 'subquery', query, span: cursor.spanFrom(start) });
    } else {
      const item = parseAliased(cursor, false);
      const shared = item.kind === 'lambda' ? sharedParameters(items, item) : undefined;
      if (shared) items.length = 0;
      items.push(shared ?? item);
    }
    if (!cursor.takeSymbol(',')) break;
    if (cursor.isSymbol(close)) throw cursor.unexpected('another argument after the comma');
  }
  return items;
}

/** A column, a call, `t.*` or COLUMNS(…). */
function parseNamed(cursor: Cursor): Expression {
  const start = cursor.peek().span.start;
  const first = cursor.expectName('a name');
  if (cursor.isSymbol('(')) return parseCall(cursor, first);
  const parts: [Name, ...Name[]] = [first];
  while (cursor.isSymbol('.') && (cursor.peek(1).kind === 'word' || cursor.peek(1).kind === 'quoted' || cursor.isSymbol('*', 1))) {
    cursor.take();
    if (cursor.takeSymbol('*')) return asterisk(cursor, parts, start, PARSERS);
    const part = cursor.expectName('a name after the point');
    if (part.text.toUpperCase() === 'COLUMNS' && cursor.isSymbol('(')) return columnsMatcher(cursor, parts, start, PARSERS);
    parts.push(part);
    if (parts.length > MOST_PARTS) throw cursor.failure(`A name has at most ${MOST_PARTS} parts.`, cursor.spanFrom(start));
  }
  return { kind: 'identifier', parts, span: cursor.spanFrom(start) };
}

function parseCall(cursor: Cursor, name: Name): Expression {
  const start = name.span.start;
  if (name.text.toUpperCase() === 'COLUMNS' && !name.quoted) return columnsMatcher(cursor, [], start, PARSERS);
  cursor.take();
  let distinct = cursor.isWords('DISTINCT') && !cursor.isSymbol(',', 1) && !cursor.isSymbol(')', 1) && cursor.takeWords('DISTINCT');
  let args = parseArguments(cursor, ')');
  cursor.expectSymbol(')', `to close the call of ${name.text}`);
  let parameters: readonly Expression[] | undefined;
  if (cursor.isSymbol('(')) {
    cursor.take();
    parameters = args;
    distinct = cursor.takeWords('DISTINCT');
    args = parseArguments(cursor, ')');
    cursor.expectSymbol(')', `to close the call of ${name.text}`);
  }
  const nulls = cursor.takeWords('IGNORE', 'NULLS') ? 'ignore' : cursor.takeWords('RESPECT', 'NULLS') ? 'respect' : undefined;
  let filter: Expression | undefined;
  if (cursor.isWords('FILTER') && cursor.isSymbol('(', 1)) {
    cursor.take();
    cursor.take();
    cursor.expectWords(['WHERE'], 'in FILTER');
    filter = parseExpressionAt(cursor);
    cursor.expectSymbol(')', 'to close FILTER');
  }
  const over = cursor.takeWords('OVER') ? parseOver(cursor, parseExpressionAt) : undefined;
  return {
    kind: 'call', name, written: 'function', arguments: args, distinct,
    ...(parameters === undefined ? {} : { parameters }),
    ...(nulls === undefined ? {} : { nulls }),
    ...(filter === undefined ? {} : { filter }),
    ...(over === undefined ? {} : { over }),
    span: cursor.spanFrom(start),
  };
}

const PARSERS = { expression: parseExpressionAt, lambda: parseLambda, args: (cursor: Cursor) => parseArguments(cursor, ')') };

/** `*`, `t.*` and COLUMNS(…), with the EXCEPT, REPLACE and APPLY that may follow. */
import type { ColumnTransformer, Expression, Lambda, Name } from './ast.ts';
import type { Cursor } from './cursor.ts';

/** The parts of the parser that this one needs; given, so that the two need not import each other. */
interface Parsers {
  readonly expression: (cursor: Cursor) => Expression;
  readonly lambda: (cursor: Cursor) => Lambda | undefined;
  readonly args: (cursor: Cursor) => Expression[];
}

export function asterisk(cursor: Cursor, qualifier: readonly Name[], start: number, parsers: Parsers): Expression {
  const transformers = parseTransformers(cursor, parsers);
  return { kind: 'asterisk', qualifier, transformers, span: cursor.spanFrom(start) };
}

export function columnsMatcher(cursor: Cursor, qualifier: readonly Name[], start: number, parsers: Parsers): Expression {
  cursor.expectSymbol('(', 'after COLUMNS');
  const first = cursor.peek();
  if (first.kind === 'string') {
    cursor.take();
    cursor.expectSymbol(')', 'to close COLUMNS');
    const transformers = parseTransformers(cursor, parsers);
    return { kind: 'columns', qualifier, pattern: first.text, transformers, span: cursor.spanFrom(start) };
  }
  const names = parsers.args(cursor).map((item) => {
    if (item.kind !== 'identifier') throw cursor.failure('COLUMNS takes a pattern or names of columns.', item.span);
    return item;
  });
  cursor.expectSymbol(')', 'to close COLUMNS');
  const transformers = parseTransformers(cursor, parsers);
  return { kind: 'columns', qualifier, names, transformers, span: cursor.spanFrom(start) };
}

function parseTransformers(cursor: Cursor, parsers: Parsers): ColumnTransformer[] {
  const transformers: ColumnTransformer[] = [];
  for (;;) {
    const start = cursor.peek().span.start;
    if (cursor.isWords('EXCEPT') && !['SELECT', 'ALL', 'DISTINCT', 'WITH'].includes(cursor.peek(1).upper) && !(cursor.isSymbol('(', 1) && cursor.peek(2).upper === 'SELECT')) {
      cursor.take();
      const strict = cursor.takeWords('STRICT');
      transformers.push(parseExcept(cursor, strict, start));
    } else if (cursor.isWords('REPLACE')) {
      cursor.take();
      const strict = cursor.takeWords('STRICT');
      const bracketed = cursor.takeSymbol('(');
      const items: { expression: Expression; name: Name }[] = [];
      do {
        const expression = parsers.expression(cursor);
        cursor.expectWords(['AS'], 'and the column that REPLACE replaces');
        items.push({ expression, name: cursor.expectName('the name of a column') });
      } while (bracketed && cursor.takeSymbol(','));
      if (bracketed) cursor.expectSymbol(')', 'to close REPLACE');
      transformers.push({ kind: 'replace', items, strict, span: cursor.spanFrom(start) });
    } else if (cursor.isWords('APPLY')) {
      cursor.take();
      transformers.push(parseApply(cursor, start, parsers));
    } else {
      return transformers;
    }
  }
}

function parseExcept(cursor: Cursor, strict: boolean, start: number): ColumnTransformer {
  if (cursor.peek().kind === 'string') {
    const pattern = cursor.take().text;
    return { kind: 'except', names: [], pattern, strict, span: cursor.spanFrom(start) };
  }
  const names: Name[] = [];
  if (!cursor.takeSymbol('(')) {
    names.push(cursor.expectName('the name of a column'));
  } else if (cursor.peek().kind === 'string') {
    const pattern = cursor.take().text;
    cursor.expectSymbol(')', 'to close EXCEPT');
    return { kind: 'except', names, pattern, strict, span: cursor.spanFrom(start) };
  } else {
    do names.push(cursor.expectName('the name of a column'));
    while (cursor.takeSymbol(','));
    cursor.expectSymbol(')', 'to close EXCEPT');
  }
  return { kind: 'except', names, strict, span: cursor.spanFrom(start) };
}

function parseApply(cursor: Cursor, start: number, parsers: Parsers): ColumnTransformer {
  const bracketed = cursor.takeSymbol('(');
  const lambda = parsers.lambda(cursor);
  if (lambda) {
    if (bracketed) cursor.expectSymbol(')', 'to close APPLY');
    return { kind: 'apply', function: lambda, parameters: [], span: cursor.spanFrom(start) };
  }
  const name = cursor.expectName('a function after APPLY');
  let parameters: Expression[] = [];
  if (cursor.takeSymbol('(')) {
    parameters = parsers.args(cursor);
    cursor.expectSymbol(')', 'to close the parameters');
  }
  const prefix = bracketed && cursor.takeSymbol(',') && cursor.peek().kind === 'string' ? cursor.take().text : undefined;
  if (bracketed) cursor.expectSymbol(')', 'to close APPLY');
  return { kind: 'apply', function: name, parameters, ...(prefix === undefined ? {} : { prefix }), span: cursor.spanFrom(start) };
}

/**
 * The forms that begin with a word and are no ordinary call: CASE, CAST, INTERVAL, EXTRACT, EXISTS, TRIM, SUBSTRING,
 * DATE '…', and functions whose first argument is a unit of time. Each becomes a call of the function it stands for.
 */
import type { Call, Expression, Literal } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { call, findUnit } from './operator-call.ts';
import { parseTypeAt } from './parse-type.ts';
import { printType } from './types.ts';

interface Parsers {
  readonly expression: (cursor: Cursor, least?: number) => Expression;
  readonly aliased: (cursor: Cursor, bareAlias: boolean) => Expression;
}

/** Undefined when the word ahead begins no special form. */
export function specialForm(cursor: Cursor, parsers: Parsers): Expression | undefined {
  const word = cursor.peek();
  const bracket = cursor.isSymbol('(', 1);
  switch (word.upper) {
    case 'CASE':
      return isName(cursor) ? undefined : caseForm(cursor, parsers);
    case 'INTERVAL':
      return intervalForm(cursor, parsers);
    case 'CAST':
      return bracket ? castForm(cursor, parsers) : undefined;
    case 'EXTRACT':
      return bracket && (findUnit(cursor.peek(2).text) ?? EXTRACTED[cursor.peek(2).upper]) && cursor.peek(3).upper === 'FROM' ? extractForm(cursor, parsers) : undefined;
    case 'EXISTS':
      return bracket && ['SELECT', 'WITH'].includes(cursor.peek(2).upper) ? existsForm(cursor) : undefined;
    case 'SUBSTRING':
    case 'SUBSTR':
      return bracket ? substringForm(cursor, parsers) : undefined;
    case 'TRIM':
    case 'LTRIM':
    case 'RTRIM':
      return bracket ? trimForm(cursor, parsers) : undefined;
    case 'POSITION':
      return bracket ? positionForm(cursor, parsers) : undefined;
    case 'DATE':
      return cursor.peek(1).kind === 'string' ? literalOfType(cursor, 'toDate') : undefined;
    case 'TIMESTAMP':
      return cursor.peek(1).kind === 'string' ? literalOfType(cursor, 'toDateTime') : undefined;
    case 'DATEADD': case 'DATE_ADD': case 'TIMESTAMPADD': case 'TIMESTAMP_ADD': case 'DATESUB': case 'DATE_SUB': case 'TIMESTAMPSUB': case 'TIMESTAMP_SUB':
      return bracket && findUnit(cursor.peek(2).text, true) && cursor.isSymbol(',', 3) ? addForm(cursor, parsers) : undefined;
    case 'DATEDIFF': case 'DATE_DIFF': case 'TIMESTAMPDIFF': case 'TIMESTAMP_DIFF': case 'AGE':
      return bracket && cursor.peek(2).kind === 'word' && findUnit(cursor.peek(2).text, true) && cursor.isSymbol(',', 3) ? differenceForm(cursor, parsers) : undefined;
    default:
      return undefined;
  }
}

/** `case + 1`, `case, …`: a column called case. */
function isName(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return next.kind === 'end' || (next.kind === 'symbol' && !['(', '[', '{', '-', '+'].includes(next.text)) || (cursor.isSymbol('+', 1) && cursor.peek(2).kind === 'number');
}

function caseForm(cursor: Cursor, { aliased }: Parsers): Expression {
  const at = cursor.take().span;
  const operand = cursor.isWords('WHEN') ? undefined : aliased(cursor, false);
  const args: Expression[] = operand ? [operand] : [];
  if (!cursor.isWords('WHEN')) throw cursor.unexpected('WHEN after CASE');
  while (cursor.takeWords('WHEN')) {
    args.push(aliased(cursor, false));
    cursor.expectWords(['THEN'], 'after the condition of WHEN');
    args.push(aliased(cursor, false));
  }
  args.push(cursor.takeWords('ELSE') ? aliased(cursor, false) : { kind: 'null', span: cursor.peek().span });
  cursor.expectWords(['END'], 'to close CASE');
  return call(operand ? 'caseWithExpression' : 'multiIf', args, cursor.spanFrom(at.start), at, 'case');
}

function intervalForm(cursor: Cursor, { expression }: Parsers): Expression | undefined {
  const next = cursor.peek(1);
  const start = cursor.peek().span.start;
  const position = cursor.position;
  if (next.kind === 'end' || (next.kind === 'symbol' && !['(', '-', '{', '['].includes(next.text))) return undefined;
  if (next.kind === 'word' && ['FROM', 'AS', 'IN', 'IS', 'AND', 'OR', 'NOT', 'LIKE', 'BETWEEN', 'DESC', 'ASC', 'THEN', 'ELSE', 'END', 'WHEN', 'LIMIT', 'WHERE', 'GROUP', 'ORDER', 'HAVING', 'SETTINGS', 'FORMAT', 'UNION'].includes(next.upper)) return undefined;
  const at = cursor.take().span;
  const text = cursor.peek();
  if (text.kind === 'string' && !findUnit(cursor.peek(1).text)) {
    cursor.take();
    return intervalOfText(cursor, text.text, start, at);
  }
  let amount: Expression;
  try {
    amount = expression(cursor);
  } catch (error) {
    // A column called interval before something that is no amount: read again as a name.
    cursor.rewind(position);
    if (cursor.isSymbol('(', 1)) throw error;
    return undefined;
  }
  const unit = cursor.peek().kind === 'word' ? findUnit(cursor.peek().text) : undefined;
  if (!unit) {
    cursor.rewind(position);
    return undefined;
  }
  cursor.take();
  return call(`toInterval${unit}`, [amount], cursor.spanFrom(start), at, 'keyword');
}

/** INTERVAL '1 week' and INTERVAL '2 day 3 hour': the sum of its parts, as a tuple when they are several. */
function intervalOfText(cursor: Cursor, text: string, start: number, at: { start: number; end: number }): Expression {
  const span = cursor.spanFrom(start);
  const parts = [...text.matchAll(/\s*(-?\d+)\s*([A-Za-z]+)\s*/gy)];
  const read = parts.map((part) => part[0]).join('');
  const units = parts.map((part) => findUnit(part[2] ?? ''));
  if (parts.length === 0 || read.length !== text.length || units.some((unit) => unit === undefined)) {
    throw cursor.failure(`INTERVAL '${text}' is not understood: write a number and a unit, such as INTERVAL '1 week'.`, span);
  }
  const made = parts.map((part, index) => call(`toInterval${units[index] ?? 'Second'}`, [number(part[1] ?? '0', { span })], span, at, 'keyword'));
  const [first] = made;
  return made.length === 1 && first ? first : { kind: 'tuple', elements: made, span };
}

function number(text: string, at: { readonly span: Expression['span'] }): Expression {
  if (!text.startsWith('-')) return { kind: 'number', text, span: at.span };
  return call('negate', [{ kind: 'number', text: text.slice(1), span: at.span }], at.span, at.span);
}

function castForm(cursor: Cursor, { aliased }: Parsers): Expression {
  const at = cursor.take().span;
  cursor.take();
  const value = aliased(cursor, false);
  if (value.kind === 'aliased' && cursor.isSymbol(')')) {
    // `CAST(x AS T)` reads like an alias when T is one word.
    cursor.take();
    const type = typeLiteral(value.alias.text, value.alias.span);
    return call('CAST', [value.expression, type], cursor.spanFrom(at.start), at, 'cast');
  }
  if (value.kind === 'aliased') {
    const from = value.alias.span.start;
    rewindTo(cursor, from);
    const type = parseTypeAt(cursor);
    const literal: Literal = { kind: 'string', value: printType(type), span: cursor.spanFrom(from) };
    if (cursor.isSymbol(')')) {
      cursor.take();
      return call('CAST', [value.expression, literal], cursor.spanFrom(at.start), at, 'cast');
    }
  }
  if (cursor.takeWords('AS')) {
    const from = cursor.peek().span.start;
    const type = parseTypeAt(cursor);
    const literal: Literal = { kind: 'string', value: printType(type), span: cursor.spanFrom(from) };
    cursor.expectSymbol(')', 'to close CAST');
    return call('CAST', [value, literal], cursor.spanFrom(at.start), at, 'cast');
  }
  cursor.expectSymbol(',', 'or AS and a type in CAST');
  const type = aliased(cursor, false);
  cursor.expectSymbol(')', 'to close CAST');
  return call('CAST', [value, type], cursor.spanFrom(at.start), at, 'cast');
}

function typeLiteral(text: string, span: Literal['span']): Literal {
  return { kind: 'string', value: text, span };
}

function rewindTo(cursor: Cursor, offset: number): void {
  while (cursor.peek().span.start > offset) cursor.rewind(cursor.position - 1);
}

/** What EXTRACT takes besides the names of units. */
const EXTRACTED: Readonly<Record<string, string>> = {
  YEAR: 'toYear', QUARTER: 'toQuarter', MONTH: 'toMonth', WEEK: 'toISOWeek', DAY: 'toDayOfMonth', HOUR: 'toHour', MINUTE: 'toMinute', SECOND: 'toSecond', MILLISECOND: 'toMillisecond',
  EPOCH: 'toUnixTimestamp', DOW: 'toDayOfWeek', ISODOW: 'toDayOfWeek', DOY: 'toDayOfYear', ISOYEAR: 'toISOYear',
};

function extractForm(cursor: Cursor, { expression }: Parsers): Expression {
  const at = cursor.take().span;
  cursor.take();
  const unit = cursor.take();
  cursor.take();
  const value = expression(cursor);
  cursor.expectSymbol(')', 'to close EXTRACT');
  const name = EXTRACTED[(findUnit(unit.text) ?? unit.text).toUpperCase()];
  if (name === undefined) throw cursor.failure(`EXTRACT knows no unit ${unit.text}.`, unit.span);
  // Sunday is day 0 of DOW.
  const args: Expression[] = unit.upper === 'DOW' ? [value, { kind: 'number', text: '2', span: unit.span }] : [value];
  return call(name, args, cursor.spanFrom(at.start), at, 'keyword');
}

function existsForm(cursor: Cursor): Expression {
  const start = cursor.take().span.start;
  cursor.take();
  const query = cursor.deeper(() => cursor.query(cursor));
  cursor.expectSymbol(')', 'to close EXISTS');
  return { kind: 'exists', query, span: cursor.spanFrom(start) };
}

/** SUBSTRING(x FROM a FOR b), or with commas like any call. */
function substringForm(cursor: Cursor, { aliased, expression }: Parsers): Expression | undefined {
  const position = cursor.position;
  const name = cursor.take();
  cursor.take();
  const value = aliased(cursor, false);
  if (!cursor.takeWords('FROM')) {
    cursor.rewind(position);
    return undefined;
  }
  const args = [value, expression(cursor)];
  if (cursor.takeWords('FOR')) args.push(expression(cursor));
  cursor.expectSymbol(')', 'to close SUBSTRING');
  return call('substring', args, cursor.spanFrom(name.span.start), name.span, 'keyword');
}

/** TRIM([BOTH | LEADING | TRAILING] characters FROM x), or TRIM(x). */
function trimForm(cursor: Cursor, { expression }: Parsers): Expression | undefined {
  const side = cursor.peek(2).upper;
  if (cursor.peek().upper !== 'TRIM' || !['BOTH', 'LEADING', 'TRAILING'].includes(side)) return undefined;
  const name = cursor.take();
  cursor.take();
  cursor.take();
  const characters = expression(cursor);
  cursor.expectWords(['FROM'], 'and the text to trim');
  const value = expression(cursor);
  cursor.expectSymbol(')', 'to close TRIM');
  const functionName = side === 'BOTH' ? 'trimBoth' : side === 'LEADING' ? 'trimLeft' : 'trimRight';
  return call(functionName, [value, characters], cursor.spanFrom(name.span.start), name.span, 'keyword');
}

/** POSITION(needle IN haystack), or position(haystack, needle). */
function positionForm(cursor: Cursor, { expression }: Parsers): Expression | undefined {
  const position = cursor.position;
  const name = cursor.take();
  cursor.take();
  if (cursor.isSymbol(')')) {
    cursor.rewind(position);
    return undefined;
  }
  const needle = expression(cursor, 10);
  if (!cursor.takeWords('IN')) {
    cursor.rewind(position);
    return undefined;
  }
  const haystack = expression(cursor);
  cursor.expectSymbol(')', 'to close POSITION');
  return call('position', [haystack, needle], cursor.spanFrom(name.span.start), name.span, 'keyword');
}

function literalOfType(cursor: Cursor, name: string): Call {
  const at = cursor.take().span;
  const text = cursor.take();
  return call(name, [{ kind: 'string', value: text.text, span: text.span }], cursor.spanFrom(at.start), at, 'keyword');
}

/** date_add(DAY, 3, x) is x + 3 days. */
function addForm(cursor: Cursor, { expression }: Parsers): Expression {
  const name = cursor.take();
  cursor.take();
  const unit = findUnit(cursor.take().text, true) ?? 'Day';
  cursor.take();
  const amount = expression(cursor);
  cursor.expectSymbol(',', `and the time that ${name.text} moves`);
  const time = expression(cursor);
  cursor.expectSymbol(')', `to close ${name.text}`);
  const span = cursor.spanFrom(name.span.start);
  const interval = call(`toInterval${unit}`, [amount], span, name.span, 'keyword');
  return call(/SUB/i.test(name.text) ? 'minus' : 'plus', [time, interval], span, name.span, 'keyword');
}

/** dateDiff(DAY, a, b) is dateDiff('day', a, b). */
function differenceForm(cursor: Cursor, { expression }: Parsers): Expression {
  const name = cursor.take();
  cursor.take();
  const unit = cursor.take();
  const args: Expression[] = [{ kind: 'string', value: (findUnit(unit.text, true) ?? 'Day').toLowerCase(), span: unit.span }];
  while (cursor.takeSymbol(',')) args.push(expression(cursor));
  cursor.expectSymbol(')', `to close ${name.text}`);
  return call(name.upper === 'AGE' ? 'age' : 'dateDiff', args, cursor.spanFrom(name.span.start), name.span, 'keyword');
}

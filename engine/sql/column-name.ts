/**
 * The name ClickHouse gives to an unnamed column: its expression in canonical form, `plus(a, 1)`, `countIf(x)`.
 * Also the key by which two expressions are seen to be the same.
 */
import { ownEntry } from './own-entry.ts';
import type { ArrayLiteral, Asterisk, ColumnsMatcher, Expression, FrameBound, Identifier, OrderItem, TupleLiteral, WindowSpecification } from './ast.ts';

/** How a query shows the parts whose names depend on it. */
export interface Naming {
  readonly identifier: (identifier: Identifier) => string;
  readonly subquery: () => string;
  /** The names of the columns that `*` or COLUMNS stands for as arguments. */
  readonly columns?: (matcher: Asterisk | ColumnsMatcher) => readonly string[];
}

const AS_WRITTEN: Naming = {
  identifier: (identifier) => identifier.parts.map((part) => part.text).join('.'),
  subquery: () => '_subquery',
};

export function columnName(expression: Expression, naming: Naming = AS_WRITTEN): string {
  const names = (one: Expression): readonly string[] => (naming.columns && (one.kind === 'asterisk' || one.kind === 'columns') ? naming.columns(one) : [columnName(one, naming)]);
  const list = (expressions: readonly Expression[]): string => expressions.flatMap(names).join(', ');
  switch (expression.kind) {
    case 'number':
      return numberName(expression.text);
    case 'string':
      return quoted(expression.value);
    case 'boolean':
      return String(expression.value);
    case 'null':
      return 'NULL';
    case 'identifier':
      return naming.identifier(expression);
    case 'asterisk':
      return '*';
    case 'columns':
      return 'COLUMNS';
    case 'array':
      return isFractionList(expression) ? fractionList(expression, (one) => columnName(one, naming)) : `[${isConstantList(expression) ? literalList(expression, (one) => columnName(one, naming)) : list(expression.elements)}]`;
    case 'tuple':
      return `(${isConstantList(expression) ? literalList(expression, (one) => columnName(one, naming)) : list(expression.elements)})`;
    case 'lambda':
      return `lambda(tuple(${expression.parameters.map((name) => name.text).join(', ')}), ${columnName(expression.body, naming)})`;
    case 'subquery':
      return naming.subquery();
    case 'exists':
      return `exists(${naming.subquery()})`;
    case 'parameter':
      return `{${expression.name}}`;
    case 'aliased':
      return expression.alias.text;
    case 'call': {
      if (expression.name.text === 'array' && !expression.distinct) return `[${list(expression.arguments)}]`;
      if (expression.name.text === 'tuple' && !expression.distinct) return `(${list(expression.arguments)})`;
      const argument = expression.arguments[0];
      if (expression.name.text === 'negate' && expression.written === 'operator' && argument?.kind === 'number') return `-${numberName(argument.text)}`;
      if (expression.castText !== undefined && expression.arguments[1]) return `CAST(${quoted(expression.castText)}, ${columnName(expression.arguments[1], naming)})`;
      const plain = expression.distinct ? `${expression.name.text}Distinct` : (ownEntry(REWRITTEN, expression.name.text.toLowerCase()) ?? expression.name.text);
      const written = expression.filter ? `${plain}If` : plain;
      const parameters = expression.parameters ? `(${list(expression.parameters)})` : '';
      const args = list([...(plain.toLowerCase() === 'count' && argument?.kind === 'asterisk' ? [] : expression.arguments), ...(expression.filter ? [expression.filter] : [])]);
      const over = expression.over === undefined ? '' : ` OVER ${'text' in expression.over ? expression.over.text : windowName(expression.over, naming)}`;
      return `${written}${parameters}(${args})${over}`;
    }
    default:
      return expression satisfies never;
  }
}

function windowName(window: WindowSpecification, naming: Naming): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${window.partitionBy.map((key) => columnName(key, naming)).join(', ')}`);
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${window.orderBy.map((item) => orderName(item, naming)).join(', ')}`);
  if (window.frame) parts.push(`${window.frame.unit.toUpperCase()} BETWEEN ${frameName(window.frame.start, naming)} AND ${frameName(window.frame.end, naming)}`);
  return `(${parts.join(' ')})`;
}

function orderName(item: OrderItem, naming: Naming): string {
  const nulls = item.nulls === undefined ? '' : ` NULLS ${item.nulls.toUpperCase()}`;
  return `${columnName(item.expression, naming)} ${item.descending ? 'DESC' : 'ASC'}${nulls}`;
}

function frameName(bound: FrameBound, naming: Naming): string {
  if ('offset' in bound) return `${columnName(bound.offset, naming)} ${bound.kind.toUpperCase()}`;
  return bound.kind.replace('-', ' ').toUpperCase();
}

/** Calls that ClickHouse's parser writes as others, by their names in small letters. */
const REWRITTEN: Readonly<Record<string, string>> = {
  dateadd: 'plus', date_add: 'plus', timestampadd: 'plus', timestamp_add: 'plus', datesub: 'minus', date_sub: 'minus', timestampsub: 'minus', timestamp_sub: 'minus',
  datediff: 'dateDiff', date_diff: 'dateDiff', timestampdiff: 'dateDiff', timestamp_diff: 'dateDiff', position: 'position',
  substring: 'substring', trim: 'trimBoth', ltrim: 'trimLeft', rtrim: 'trimRight',
};

/** In a list of numbers with a fraction among them, however deep, ClickHouse shows all as fractions. */
function isFractionList(list: ArrayLiteral): boolean {
  const numbers = leaves(list).filter((leaf) => leaf.kind !== 'null').map(numberOf);
  return numbers.every((number) => number !== undefined) && numbers.some((number) => number !== undefined && /[.]|nan|inf/.test(numberName(number)));
}

/** A list of literals is one literal to ClickHouse, in which true is 1. */
function isConstantList(list: ArrayLiteral | TupleLiteral): boolean {
  return list.elements.every((element) => (element.kind === 'array' || element.kind === 'tuple' ? isConstantList(element) : ['number', 'string', 'boolean', 'null'].includes(element.kind) || isNumber(element)));
}

function literalList(list: ArrayLiteral | TupleLiteral, name: (one: Expression) => string): string {
  return list.elements.map((element) => (element.kind === 'boolean' ? String(Number(element.value)) : name(element))).join(', ');
}

function isNumber(element: Expression): boolean {
  return numberOf(element) !== undefined;
}

function leaves(list: ArrayLiteral): readonly Expression[] {
  return list.elements.flatMap((element) => (element.kind === 'array' ? leaves(element) : [element]));
}

function fractionList(list: ArrayLiteral, name: (one: Expression) => string): string {
  return `[${list.elements.map((element) => (element.kind === 'array' ? fractionList(element, name) : withPoint(name(element)))).join(', ')}]`;
}

function numberOf(element: Expression): string | undefined {
  if (element.kind === 'number') return element.text;
  const [argument] = element.kind === 'call' && element.name.text === 'negate' && element.written === 'operator' ? element.arguments : [];
  return argument?.kind === 'number' ? argument.text : undefined;
}

function withPoint(number: string): string {
  return /^-?\d+$/.test(number) ? `${number}.` : number;
}

function numberName(text: string): string {
  if (/^\d+$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text).toString();
  if (/^0[xXbB]/.test(text) && !text.includes('.') && !/p/i.test(text)) return BigInt(text).toString();
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return text;
  const shown = String(value).replace('e+', 'e');
  return /^\d+$/.test(shown) ? `${shown}.` : shown;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;
}

/** `*`, `t.*`, COLUMNS('regex') and their EXCEPT, REPLACE and APPLY, as the list of columns that they stand for. */
import { SandpiperError } from '../errors.ts';
import type { Asterisk, ColumnsMatcher, ColumnTransformer, Expression, Identifier, Name } from './ast.ts';
import type { Binder } from './bind-expression.ts';
import { columnName } from './column-name.ts';
import type { ScopeColumn } from './scope.ts';
import { didYouMean } from './suggest.ts';

/** One selected column: its name in the result and its expression. */
export interface SelectItem {
  readonly name: string;
  readonly expression: Expression;
}

export function expandColumns(columns: readonly Expression[], binder: Binder): readonly SelectItem[] {
  return columns.flatMap((expression): readonly SelectItem[] => {
    if (expression.kind === 'asterisk' || expression.kind === 'columns') return transformed(matched(expression, binder), expression.transformers);
    return [{ name: expression.kind === 'identifier' ? identifierName(expression, binder) : columnName(expression), expression }];
  });
}

/** `t.a` is called a, unless a table further left has an a as well. */
function identifierName(identifier: Identifier, binder: Binder): string {
  const found = identifier.parts.length > 1 && !binder.aliasOf(identifier.parts[0].text) ? binder.scope.find(identifier) : undefined;
  if (!found || found.rest.length > 0) return columnName(identifier);
  const first = binder.scope.columns.find((column) => column.name === found.column.name);
  return first === found.column ? found.column.name : `${found.column.qualifiers.at(-1) ?? ''}.${found.column.name}`;
}

function matched(matcher: Asterisk | ColumnsMatcher, binder: Binder): readonly SelectItem[] {
  const columns = binder.scope.star(matcher.qualifier);
  if (!columns) {
    const wanted = matcher.qualifier.map((part) => part.text).join('.');
    throw new SandpiperError('unknown-name', `There is no table ${wanted} in this query.${didYouMean(wanted, binder.scope.tables())}`, { span: matcher.span });
  }
  if (matcher.kind === 'columns' && matcher.names) return matcher.names.map((name) => ({ name: columnName(name), expression: name }));
  const pattern = matcher.kind === 'columns' && matcher.pattern !== undefined ? regularExpression(matcher.pattern, matcher) : undefined;
  const chosen = columns.filter((column) => pattern === undefined || pattern.test(column.name));
  if (chosen.length === 0 && matcher.kind === 'asterisk' && binder.scope.columns.length === 0) {
    throw new SandpiperError('syntax', '* needs a FROM to take columns from.', { span: matcher.span });
  }
  return chosen.map((column) => itemOf(column, columns, matcher));
}

/** A name that two tables have is written with its table, as ClickHouse shows it. */
function itemOf(column: ScopeColumn, columns: readonly ScopeColumn[], at: Asterisk | ColumnsMatcher): SelectItem {
  const same = columns.filter((other) => other.name === column.name);
  const qualifier = column.qualifiers.at(-1);
  const name: Name = { text: column.name, quoted: true, span: at.span };
  if (same.length < 2 || qualifier === undefined) return { name: column.name, expression: { kind: 'identifier', parts: [name], isColumn: true, span: at.span } };
  const table: Name = { text: qualifier, quoted: true, span: at.span };
  const shown = same[0] === column ? column.name : `${qualifier}.${column.name}`;
  return { name: shown, expression: { kind: 'identifier', parts: [table, name], isColumn: true, span: at.span } };
}

function transformed(items: readonly SelectItem[], transformers: readonly ColumnTransformer[]): readonly SelectItem[] {
  return transformers.reduce((current, transformer) => apply(current, transformer), items);
}

function apply(items: readonly SelectItem[], transformer: ColumnTransformer): readonly SelectItem[] {
  switch (transformer.kind) {
    case 'except': {
      const names = new Set(transformer.names.map((name) => name.text));
      const pattern = transformer.pattern === undefined ? undefined : regularExpression(transformer.pattern, transformer);
      for (const name of transformer.strict ? transformer.names : []) {
        if (!items.some((item) => item.name === name.text)) throw new SandpiperError('unknown-name', `EXCEPT STRICT: there is no column ${name.text}.`, { span: name.span });
      }
      return items.filter((item) => !names.has(item.name) && !(pattern?.test(item.name) ?? false));
    }
    case 'replace':
      return items.map((item) => {
        const replacement = transformer.items.find((one) => one.name.text === item.name);
        return replacement ? { name: item.name, expression: { kind: 'aliased', expression: replacement.expression, alias: replacement.name, span: transformer.span } } : item;
      });
    case 'apply':
      return items.map((item) => {
        const expression = applied(item.expression, transformer);
        return { name: transformer.prefix === undefined ? columnName(expression) : `${transformer.prefix}${item.name}`, expression };
      });
    default:
      return transformer satisfies never;
  }
}

function applied(argument: Expression, transformer: Extract<ColumnTransformer, { kind: 'apply' }>): Expression {
  const made = transformer.function;
  if ('kind' in made) {
    const [parameter] = made.parameters;
    return parameter ? replaced(made.body, parameter.text, argument) : made.body;
  }
  const parameters = transformer.parameters.length > 0 ? { parameters: transformer.parameters } : {};
  return { kind: 'call', name: made, written: 'function', arguments: [argument], distinct: false, ...parameters, span: transformer.span };
}

/** The body of an APPLY lambda with the column in place of its parameter. */
function replaced(body: Expression, name: string, argument: Expression): Expression {
  switch (body.kind) {
    case 'identifier':
      return body.parts.length === 1 && body.parts[0].text === name ? argument : body;
    case 'call':
      return { ...body, arguments: body.arguments.map((part) => replaced(part, name, argument)) };
    case 'array':
    case 'tuple':
      return { ...body, elements: body.elements.map((part) => replaced(part, name, argument)) };
    case 'aliased':
      return { ...body, expression: replaced(body.expression, name, argument) };
    default:
      return body;
  }
}

function regularExpression(pattern: string, at: { readonly span: Expression['span'] }): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw new SandpiperError('syntax', `The pattern '${pattern}' is not a regular expression.`, { span: at.span });
  }
}

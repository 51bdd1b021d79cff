/** `*`, `t.*`, COLUMNS('regex') and their EXCEPT, REPLACE and APPLY, as the list of columns that they stand for. */
import { SandpiperError } from '../errors.ts';
import type { Asterisk, Call, ColumnsMatcher, ColumnTransformer, Expression } from './ast.ts';
import { findAggregate } from './aggregates/registry.ts';
import type { Binder } from './bind-expression.ts';
import type { Bound } from './bound.ts';
import { columnName, type Naming } from './column-name.ts';
import { didYouMean } from './suggest.ts';
import { printType } from './types.ts';

/** One selected column: its name in the result and its expression. */
export interface SelectItem {
  readonly name: string;
  readonly expression: Expression;
  /** The bare name of the column that a matcher found: what EXCEPT and REPLACE go by. */
  readonly column?: string;
}

export function expandColumns(columns: readonly Expression[], binder: Binder): readonly SelectItem[] {
  const naming = namingOf(binder);
  return columns.flatMap((expression): readonly SelectItem[] => {
    if (expression.kind === 'asterisk' || expression.kind === 'columns') return transformed(matched(expression, binder, naming), expression.transformers, naming);
    const tuple = untupled(expression);
    if (tuple) return elements(tuple, binder, naming);
    const name = columnName(expression, naming);
    if (expression.kind === 'aliased') columnName(expression.expression, naming);
    return [{ name, expression }];
  });
}

/** The argument of `untuple(tuple)` and the name that the elements' names begin with. */
interface Untuple {
  readonly call: Call;
  readonly tuple: Expression;
  readonly alias?: string;
}

function untupled(expression: Expression): Untuple | undefined {
  if (expression.kind === 'aliased') {
    const inner = untupled(expression.expression);
    return inner && { ...inner, alias: expression.alias.text };
  }
  const [tuple] = expression.kind === 'call' ? expression.arguments : [];
  return expression.kind === 'call' && expression.name.text === 'untuple' && tuple && expression.arguments.length === 1 ? { call: expression, tuple } : undefined;
}

/** An aggregate in the tuple, for its type alone: the elements are bound again where they stand. */
function aggregateType(call: Call, binder: Binder): Bound {
  const definition = findAggregate(call.name.text, call.nulls);
  if (!definition) throw new Error(`${call.name.text} is no aggregate`);
  return definition.bind(binder.aggregateCall(call));
}

/** `untuple(tuple)`: one column for each element. */
function elements({ call, tuple, alias }: Untuple, binder: Binder, naming: Naming): readonly SelectItem[] {
  const tuples = tuple.kind === 'asterisk' || tuple.kind === 'columns' ? expandColumns([tuple], binder).map((item) => item.expression) : [tuple];
  return tuples.flatMap((one) => {
    const { type } = binder.inStage({ ...binder.stage, aggregate: aggregateType }).bind(one);
    if (type.kind !== 'Tuple') throw new SandpiperError('type', `untuple takes a tuple, not a value of type ${printType(type)}.`, { span: one.span });
    return type.elements.map((element, index): SelectItem => {
      const key = element.name ?? String(index + 1);
      const expression: Expression = { kind: 'call', name: call.name, written: 'function', arguments: [one, { kind: 'string', value: key, span: call.span }], distinct: false, span: call.span };
      const named: Expression = { ...expression, name: { ...call.name, text: 'tupleElement' } };
      return { name: alias === undefined ? columnName(named, naming) : `${alias}.${key}`, expression: named };
    });
  });
}

/** Columns go by the name that their scope shows; subqueries are numbered in the order in which they stand. */
function namingOf(binder: Binder): Naming {
  let subqueries = 0;
  const isAlias = (name: string): boolean => binder.aliasOf(name) !== undefined;
  return {
    identifier: (identifier) => {
      const written = identifier.parts.map((part) => part.text);
      if (written.length === 1 || binder.aliasOf(written[0] ?? '') || binder.isLambdaParameter(written[0] ?? '')) return written.join('.');
      const found = binder.scope.find(identifier);
      return found && found.rest.length === 0 ? binder.scope.shownName(found.column, written, isAlias) : written.join('.');
    },
    subquery: () => {
      subqueries += 1;
      return `_subquery_${subqueries}`;
    },
    columns: (matcher) => expandColumns([matcher], binder).map((item) => item.name),
  };
}

function matched(matcher: Asterisk | ColumnsMatcher, binder: Binder, naming: Naming): readonly SelectItem[] {
  const columns = binder.scope.star(matcher.qualifier);
  if (!columns) {
    const wanted = matcher.qualifier.map((part) => part.text).join('.');
    throw new SandpiperError('unknown-name', `There is no table ${wanted} in this query.${didYouMean(wanted, binder.scope.tables())}`, { span: matcher.span });
  }
  if (matcher.kind === 'columns' && matcher.names) return matcher.names.map((name) => ({ name: columnName(name, naming), expression: name }));
  const pattern = matcher.kind === 'columns' && matcher.pattern !== undefined ? regularExpression(matcher.pattern, matcher) : undefined;
  const chosen = columns.filter((column) => pattern === undefined || pattern.test(column.name));
  if (chosen.length === 0 && matcher.kind === 'asterisk' && binder.scope.columns.length === 0) {
    throw new SandpiperError('syntax', '* needs a FROM to take columns from.', { span: matcher.span });
  }
  return chosen.map((column) => {
    const expression = binder.scope.pin(column, matcher.span);
    const shown = binder.scope.shownName(column, expression.parts.map((part) => part.text), (name) => binder.aliasOf(name) !== undefined);
    return { name: shown, expression, column: column.name };
  });
}

function transformed(items: readonly SelectItem[], transformers: readonly ColumnTransformer[], naming: Naming): readonly SelectItem[] {
  return transformers.reduce((current, transformer) => apply(current, transformer, naming), items);
}

function apply(items: readonly SelectItem[], transformer: ColumnTransformer, naming: Naming): readonly SelectItem[] {
  switch (transformer.kind) {
    case 'except': {
      const names = new Set(transformer.names.map((name) => name.text));
      const pattern = transformer.pattern === undefined ? undefined : regularExpression(transformer.pattern, transformer);
      for (const name of transformer.strict ? transformer.names : []) {
        if (!items.some((item) => bareName(item) === name.text)) throw new SandpiperError('unknown-name', `EXCEPT STRICT: there is no column ${name.text}.`, { span: name.span });
      }
      return items.filter((item) => !names.has(bareName(item)) && !(pattern?.test(bareName(item)) ?? false));
    }
    case 'replace':
      return items.map((item) => {
        const replacement = transformer.items.find((one) => one.name.text === bareName(item));
        return replacement ? { ...item, name: replacement.name.text, expression: { kind: 'aliased', expression: replacement.expression, alias: replacement.name, span: transformer.span } } : item;
      });
    case 'apply':
      return items.map((item) => {
        const expression = applied(item.expression, transformer);
        return { name: transformer.prefix === undefined ? columnName(expression, naming) : `${transformer.prefix}${item.name}`, expression };
      });
    default:
      return transformer satisfies never;
  }
}

function bareName(item: SelectItem): string {
  return item.column ?? item.name;
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

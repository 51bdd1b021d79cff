/** Which fields of an expression are its parts, said once, so that every walk over a tree is short. */
import type { Expression } from './ast.ts';

/** The parts of an expression that belong to the same query: subqueries are not entered. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call': {
      const over = expression.over;
      const window = over === undefined || 'text' in over ? [] : [...over.partitionBy, ...over.orderBy.map((item) => item.expression)];
      return [...(expression.parameters ?? []), ...expression.arguments, ...(expression.filter ? [expression.filter] : []), ...window];
    }
    case 'array':
    case 'tuple':
      return expression.elements;
    case 'lambda':
      return [expression.body];
    case 'aliased':
      return [expression.expression];
    case 'asterisk':
    case 'columns':
      return expression.transformers.flatMap((transformer) => (transformer.kind === 'replace' ? transformer.items.map((item) => item.expression) : []));
    default:
      return [];
  }
}

/** Every `expression AS alias` in these expressions, outermost first. */
export function collectAliases(expressions: readonly Expression[], into: Map<string, Expression>): void {
  for (const expression of expressions) {
    // `* REPLACE (a + 1 AS a)`: WHERE and the others see the new a.
    if (expression.kind === 'asterisk' || expression.kind === 'columns') for (const { name, expression: put } of expression.transformers.flatMap((transformer) => (transformer.kind === 'replace' ? transformer.items : []))) if (!into.has(name.text)) into.set(name.text, put);
    if (expression.kind === 'aliased' && !into.has(expression.alias.text)) into.set(expression.alias.text, expression.expression);
    if (expression.kind !== 'lambda') collectAliases(childrenOf(expression), into);
    else collectAliases([expression.body], into);
  }
}

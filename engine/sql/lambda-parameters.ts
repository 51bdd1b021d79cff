/** Lambdas whose parameters stand without brackets: `arrayMap(x, y -> x + y, a, b)`. */
import type { Expression, Lambda } from './ast.ts';

/** `f(x, y -> …)`: the names before a lambda are its parameters too, when nothing else stands before it. */
export function sharedParameters(before: readonly Expression[], last: Lambda): Lambda | undefined {
  const names = before.flatMap((item) => (item.kind === 'identifier' && item.parts.length === 1 ? [item.parts[0]] : []));
  const [first] = names;
  if (!first || names.length !== before.length || last.parameters.length !== 1) return undefined;
  return { ...last, parameters: [...names, ...last.parameters], span: { start: first.span.start, end: last.span.end } };
}

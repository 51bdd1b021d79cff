/**
 * The expressions of templates as a tree: a subset of Python's. Plain data, a span (in the template's text) on every part.
 * parse-expression.ts makes it, evaluate.ts and parameters.ts read it.
 */
import type { Span } from '../errors.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

export type TemplateExpression =
  | { readonly kind: 'none'; readonly span: Span }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'integer'; readonly value: bigint; readonly span: Span }
  | { readonly kind: 'float'; readonly value: number; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly TemplateExpression[]; readonly span: Span }
  | { readonly kind: 'dict'; readonly entries: readonly { readonly key: TemplateExpression; readonly value: TemplateExpression }[]; readonly span: Span }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: TemplateExpression; readonly span: Span }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: TemplateExpression; readonly right: TemplateExpression; readonly span: Span }
  | { readonly kind: 'logical'; readonly operator: 'and' | 'or'; readonly operands: readonly TemplateExpression[]; readonly span: Span }
  /** `a < b <= c`: each operand stands between two operators. */
  | { readonly kind: 'compare'; readonly first: TemplateExpression; readonly rest: readonly { readonly operator: CompareOperator; readonly operand: TemplateExpression }[]; readonly span: Span }
  | { readonly kind: 'conditional'; readonly test: TemplateExpression; readonly whenTrue: TemplateExpression; readonly otherwise: TemplateExpression; readonly span: Span }
  | Call
  | { readonly kind: 'method'; readonly object: TemplateExpression; readonly name: string; readonly arguments: readonly TemplateExpression[]; readonly keywords: readonly KeywordArgument[]; readonly span: Span }
  /** `loop.first`: no value here has attributes, which is an error only where the template comes to it. */
  | { readonly kind: 'attribute'; readonly name: string; readonly span: Span }
  | { readonly kind: 'index'; readonly object: TemplateExpression; readonly index: TemplateExpression; readonly span: Span }
  | { readonly kind: 'slice'; readonly object: TemplateExpression; readonly from?: TemplateExpression; readonly to?: TemplateExpression; readonly step?: TemplateExpression; readonly span: Span }
  /** `[x for x in items if test]`, also without the brackets as a call's only argument. */
  | { readonly kind: 'comprehension'; readonly element: TemplateExpression; readonly clauses: readonly ComprehensionClause[]; readonly span: Span };

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly TemplateExpression[];
  readonly keywords: readonly KeywordArgument[];
  readonly span: Span;
}

export interface KeywordArgument {
  readonly name: string;
  readonly value: TemplateExpression;
  readonly span: Span;
}

export interface ComprehensionClause {
  readonly target: Target;
  readonly items: TemplateExpression;
  readonly tests: readonly TemplateExpression[];
}

/** What `set` and `for` assign to: a name, several names, or an element of a list or dictionary. */
export type Target =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'names'; readonly targets: readonly Target[]; readonly span: Span }
  | { readonly kind: 'element'; readonly object: TemplateExpression; readonly index: TemplateExpression; readonly span: Span };

/** `x = e`, `x += e`: what stands in {% set … %}. */
export interface Assignment {
  readonly target: Target;
  readonly operator?: BinaryOperator;
  readonly value: TemplateExpression;
}

/** The names that a target binds. */
export function boundNames(target: Target): readonly string[] {
  switch (target.kind) {
    case 'name':
      return [target.name];
    case 'names':
      return target.targets.flatMap(boundNames);
    case 'element':
      return [];
  }
}

/** The expressions right below this one, in the order of evaluation. */
export function childrenOf(expression: TemplateExpression): readonly TemplateExpression[] {
  switch (expression.kind) {
    case 'none':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'string':
    case 'name':
    case 'attribute':
      return [];
    case 'list':
    case 'tuple':
    case 'set':
      return expression.items;
    case 'dict':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'logical':
      return expression.operands;
    case 'compare':
      return [expression.first, ...expression.rest.map(({ operand }) => operand)];
    case 'conditional':
      return [expression.test, expression.whenTrue, expression.otherwise];
    case 'call':
      return [...expression.arguments, ...expression.keywords.map(({ value }) => value)];
    case 'method':
      return [expression.object, ...expression.arguments, ...expression.keywords.map(({ value }) => value)];
    case 'index':
      return [expression.object, expression.index];
    case 'slice':
      return [expression.object, expression.from, expression.to, expression.step].filter((part) => part !== undefined);
    case 'comprehension':
      return [...expression.clauses.flatMap(({ items, tests }) => [items, ...tests]), expression.element];
  }
}

/**
 * A parsed template as a tree: verbatim text, outputs, tags, and where each parameter is used. Plain data; parse.ts
 * makes it, render.ts runs it, parameters.ts reads it.
 */
import type { Span } from '../errors.ts';
import type { Assignment, Target, TemplateExpression } from './expression.ts';

export type TemplateItem =
  | { readonly kind: 'text'; /** Where the text stands, one to one. */ readonly span: Span }
  | { readonly kind: 'output'; readonly expression: TemplateExpression; readonly text: string; readonly span: Span }
  | { readonly kind: 'if'; readonly branches: readonly IfBranch[]; readonly otherwise?: readonly TemplateItem[]; readonly span: Span }
  | { readonly kind: 'for'; readonly target: Target; readonly items: TemplateExpression; readonly body: readonly TemplateItem[]; readonly otherwise?: readonly TemplateItem[]; readonly span: Span }
  | { readonly kind: 'while'; readonly test: TemplateExpression; readonly body: readonly TemplateItem[]; readonly otherwise?: readonly TemplateItem[]; readonly span: Span }
  | { readonly kind: 'set'; readonly assignment: Assignment; readonly span: Span }
  | { readonly kind: 'break' | 'continue'; readonly span: Span }
  | { readonly kind: 'try'; readonly body: readonly TemplateItem[]; readonly handlers: readonly TryHandler[]; readonly otherwise?: readonly TemplateItem[]; readonly finally?: readonly TemplateItem[]; readonly span: Span };

export interface IfBranch {
  readonly test: TemplateExpression;
  readonly body: readonly TemplateItem[];
}

export interface TryHandler {
  /** Absent: every failure. */
  readonly types?: readonly string[];
  readonly name?: string;
  readonly body: readonly TemplateItem[];
}

export interface Template {
  readonly text: string;
  readonly items: readonly TemplateItem[];
  /** Where each parameter is used, in the order of the text. */
  readonly uses: readonly ParameterUse[];
}

/** One place where a template names a parameter. */
export interface ParameterUse {
  readonly name: string;
  readonly span: Span;
  /** `type`: String(name) and the like; `bare`: {{ name }}; `helper`: defined(name), column(name); `control`: any other place in code. */
  readonly kind: 'type' | 'bare' | 'helper' | 'control';
  readonly type?: string;
  /** Whether it stands in {{ }}, which decides the type before {% %} does. */
  readonly inOutput: boolean;
  readonly hasDefault: boolean;
  readonly defaultValue?: string;
  /** Without a value from the caller, rendering fails here. */
  readonly isNeeded: boolean;
  readonly required?: boolean;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly example?: string;
  readonly format?: string;
}

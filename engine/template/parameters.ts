/**
 * The parameters of templates, found without running them: name, type, default, description and where each is used.
 * A use needs a value when it has no default and no condition around it asks about the parameter; `required` says so
 * for the page and the docs. At run time only the default counts, as in Tinybird.
 */
import type { Span } from '../errors.ts';
import { boundNames, childrenOf, type Call, type TemplateExpression } from './expression.ts';
import type { ParameterUse, Template, TemplateItem } from './template.ts';
import { ARRAY_ARGUMENTS, TYPE_ARGUMENTS } from './parameter-type.ts';
import { isTypeFunction } from './function-table.ts';
import { floatText } from './value.ts';

export interface TemplateParameter {
  readonly name: string;
  /** As written: String, Int32, DateTime, Array(String), Boolean, Column … */
  readonly type: string;
  readonly defaultValue?: string;
  readonly required: boolean;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly example?: string;
  readonly format?: string;
  /** Set when the parameter stands in helper functions only, such as defined(). */
  readonly usedIn?: 'function_call';
  /** Every place that names it: the index of the template in the list given, and the span in its text. */
  readonly spans: readonly { readonly template: number; readonly span: Span }[];
}

/** Helper functions whose second argument is a default. */
const HELPERS_WITH_DEFAULT = new Set(['column', 'columns', 'split_to_array', 'table', 'TABLE']);
const HELPERS_THAT_NEED = new Set(['column', 'columns', 'symbol', 'table', 'TABLE', 'sql_unescape', 'day_diff']);
const NEVER_MISSING = new Set(['Boolean', 'bool', 'JSON']);

export function findParameterUses(items: readonly TemplateItem[]): ParameterUse[] {
  const uses: ParameterUse[] = [];
  walkItems(items, { locals: new Set(), guarded: new Set(), uses });
  return uses;
}

interface Walk {
  readonly locals: Set<string>;
  /** Parameters that a condition around this place asks about. */
  readonly guarded: ReadonlySet<string>;
  readonly uses: ParameterUse[];
}

function walkItems(items: readonly TemplateItem[], walk: Walk): void {
  for (const item of items) walkItem(item, walk);
}

function walkItem(item: TemplateItem, walk: Walk): void {
  switch (item.kind) {
    case 'text':
    case 'break':
    case 'continue':
      return;
    case 'output':
      if (item.expression.kind === 'name') {
        addPlain(item.expression.name, item.expression.span, 'bare', true, walk);
        return;
      }
      walkExpression(item.expression, true, walk);
      return;
    case 'set':
      walkExpression(item.assignment.value, false, walk);
      if (item.assignment.operator !== undefined && item.assignment.target.kind === 'name') addPlain(item.assignment.target.name, item.assignment.target.span, 'control', false, walk);
      for (const name of boundNames(item.assignment.target)) walk.locals.add(name);
      return;
    case 'if': {
      let guarded = walk.guarded;
      for (const branch of item.branches) {
        walkExpression(branch.test, false, { ...walk, guarded });
        guarded = new Set([...guarded, ...namesIn(branch.test)]);
        walkItems(branch.body, { ...walk, guarded });
      }
      walkItems(item.otherwise ?? [], { ...walk, guarded });
      return;
    }
    case 'for':
      walkExpression(item.items, false, walk);
      for (const name of boundNames(item.target)) walk.locals.add(name);
      walkItems(item.body, walk);
      walkItems(item.otherwise ?? [], walk);
      return;
    case 'while':
      walkExpression(item.test, false, walk);
      walkItems(item.body, { ...walk, guarded: new Set([...walk.guarded, ...namesIn(item.test)]) });
      walkItems(item.otherwise ?? [], walk);
      return;
    case 'try': {
      // What fails in a try is the handlers' business.
      walkItems(item.body, item.handlers.length === 0 ? walk : { ...walk, guarded: new Set([...walk.guarded, ...item.body.flatMap(namesInItem)]) });
      for (const handler of item.handlers) {
        if (handler.name !== undefined) walk.locals.add(handler.name);
        walkItems(handler.body, walk);
      }
      walkItems(item.otherwise ?? [], walk);
      walkItems(item.finally ?? [], walk);
      return;
    }
  }
}

function namesInItem(item: TemplateItem): string[] {
  if (item.kind === 'output') return namesIn(item.expression);
  return item.kind === 'set' ? namesIn(item.assignment.value) : [];
}

function namesIn(expression: TemplateExpression): string[] {
  return expression.kind === 'name' ? [expression.name] : childrenOf(expression).flatMap(namesIn);
}

function walkExpression(expression: TemplateExpression, inOutput: boolean, walk: Walk): void {
  switch (expression.kind) {
    case 'name':
      addPlain(expression.name, expression.span, 'control', inOutput, walk);
      return;
    case 'call':
      walkCall(expression, inOutput, walk);
      return;
    case 'logical': {
      let guarded = walk.guarded;
      for (const operand of expression.operands) {
        walkExpression(operand, inOutput, { ...walk, guarded });
        guarded = new Set([...guarded, ...namesIn(operand)]);
      }
      return;
    }
    case 'conditional': {
      walkExpression(expression.test, inOutput, walk);
      const guarded = new Set([...walk.guarded, ...namesIn(expression.test)]);
      walkExpression(expression.whenTrue, inOutput, { ...walk, guarded });
      walkExpression(expression.otherwise, inOutput, { ...walk, guarded });
      return;
    }
    case 'comprehension': {
      const locals = new Set(walk.locals);
      for (const { target, items, tests } of expression.clauses) {
        walkExpression(items, inOutput, { ...walk, locals });
        for (const name of boundNames(target)) locals.add(name);
        for (const test of tests) walkExpression(test, inOutput, { ...walk, locals });
      }
      walkExpression(expression.element, inOutput, { ...walk, locals });
      return;
    }
    default:
      for (const child of childrenOf(expression)) walkExpression(child, inOutput, walk);
  }
}

function walkCall(call: Call, inOutput: boolean, walk: Walk): void {
  const [first, ...others] = call.arguments;
  const isType = isTypeFunction(call.name);
  if (first?.kind === 'name' && !walk.locals.has(first.name)) {
    if (isType) addTyped(call, first.name, first.span, inOutput, walk);
    else addHelper(call, first.name, first.span, inOutput, walk);
  } else if (first) {
    walkExpression(first, inOutput, walk);
  }
  for (const argument of others) {
    if (argument.kind === 'name' && !isType) addHelper(call, argument.name, argument.span, inOutput, walk);
    else walkExpression(argument, inOutput, walk);
  }
  for (const { value } of call.keywords) walkExpression(value, inOutput, walk);
}

function addPlain(name: string, span: Span, kind: 'bare' | 'control', inOutput: boolean, walk: Walk): void {
  if (walk.locals.has(name)) return;
  walk.uses.push({ name, span, kind, inOutput, hasDefault: false, isNeeded: kind === 'bare' && !walk.guarded.has(name) });
}

function addHelper(call: Call, name: string, span: Span, inOutput: boolean, walk: Walk): void {
  if (walk.locals.has(name)) return;
  const isFirst = call.arguments[0]?.span === span;
  const fallback = isFirst && HELPERS_WITH_DEFAULT.has(call.name) ? (call.arguments[1] ?? call.keywords.find(({ name: keyword }) => keyword === 'default')?.value) : undefined;
  const defaultValue = fallback && constantText(fallback);
  const needs = HELPERS_THAT_NEED.has(call.name) || (call.name.startsWith('date_diff_in_') && !call.keywords.some(({ name: keyword }) => keyword === 'default' || keyword === 'none_if_error'));
  walk.uses.push({
    name,
    span,
    kind: 'helper',
    ...(call.name === 'column' || call.name === 'symbol' ? { type: 'Column' } : {}),
    inOutput,
    hasDefault: fallback !== undefined,
    ...(defaultValue !== undefined && { defaultValue }),
    isNeeded: needs && fallback === undefined && !walk.guarded.has(name),
  });
}

function addTyped(call: Call, name: string, span: Span, inOutput: boolean, walk: Walk): void {
  const names = call.name === 'Array' ? ARRAY_ARGUMENTS : TYPE_ARGUMENTS;
  const argument = (wanted: string): TemplateExpression | undefined => call.keywords.find((keyword) => keyword.name === wanted)?.value ?? call.arguments[names.indexOf(wanted)];
  const text = (wanted: string): string | undefined => {
    const value = argument(wanted);
    return value && value.kind !== 'none' ? constantText(value) : undefined;
  };
  const fallback = argument('default');
  const hasDefault = fallback !== undefined && fallback.kind !== 'none';
  const defined = argument('defined');
  const required = argument('required');
  const described = {
    defaultValue: text('default'),
    required: required?.kind === 'boolean' ? required.value : undefined,
    description: text('description'),
    example: text('example'),
    format: text('format'),
    enum: choices(argument('enum')),
  };
  walk.uses.push({
    name,
    span,
    kind: 'type',
    type: call.name === 'Array' ? `Array(${text('_type') ?? 'String'})` : call.name === 'bool' ? 'Boolean' : call.name === 'Symbol' ? 'Column' : call.name,
    inOutput,
    hasDefault,
    isNeeded: !hasDefault && !NEVER_MISSING.has(call.name) && !walk.guarded.has(name) && !(defined?.kind === 'boolean' && !defined.value),
    ...Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)),
  });
}

/** The text that a caller would write to give this constant; undefined for what only a run can tell. */
function constantText(expression: TemplateExpression): string | undefined {
  switch (expression.kind) {
    case 'string':
      return expression.value;
    case 'integer':
      return expression.value.toString();
    case 'float':
      return floatText(expression.value);
    case 'boolean':
      return expression.value ? '1' : '0';
    case 'unary': {
      const operand = constantText(expression.operand);
      return operand === undefined || expression.operator === 'not' ? undefined : `${expression.operator === '-' ? '-' : ''}${operand}`;
    }
    case 'list':
    case 'tuple': {
      const texts = expression.items.map(constantText);
      return texts.every((text) => text !== undefined) ? texts.join(',') : undefined;
    }
    default:
      return undefined;
  }
}

function choices(expression: TemplateExpression | undefined): readonly string[] | undefined {
  if (!expression) return undefined;
  if (expression.kind === 'list' || expression.kind === 'tuple') return expression.items.map(constantText).filter((text) => text !== undefined);
  return constantText(expression)?.split(',').map((text) => text.trim());
}

/** The parameters of templates that run together (the nodes of a pipe), in the order in which they first appear. */
export function discoverParameters(templates: readonly Template[]): TemplateParameter[] {
  const byName = new Map<string, { template: number; use: ParameterUse }[]>();
  for (const [template, { uses }] of templates.entries()) {
    for (const use of uses) {
      const known = byName.get(use.name);
      if (known) known.push({ template, use });
      else byName.set(use.name, [{ template, use }]);
    }
  }
  return [...byName].map(([name, found]) => merge(name, found));
}

function merge(name: string, found: readonly { readonly template: number; readonly use: ParameterUse }[]): TemplateParameter {
  const uses = found.map(({ use }) => use);
  const typed = uses.filter(({ kind }) => kind === 'type');
  const last = <K extends keyof ParameterUse>(key: K): ParameterUse[K] | undefined => uses.findLast((use) => use[key] !== undefined && use[key] !== '')?.[key];
  const declared = typed.findLast(({ inOutput }) => inOutput)?.type ?? typed.at(-1)?.type ?? last('type') ?? 'String';
  // What fits DateTime64 fits DateTime too, and not the other way round.
  const type = declared === 'DateTime' && typed.some((use) => use.type === 'DateTime64') ? 'DateTime64' : declared;
  const isAskedFor = uses.some(({ isNeeded }) => isNeeded);
  const described = {
    defaultValue: last('defaultValue') ?? uses.find(({ defaultValue }) => defaultValue !== undefined)?.defaultValue,
    description: last('description'),
    enum: last('enum'),
    example: last('example'),
    format: last('format'),
  };
  return {
    name,
    type,
    required: uses.some(({ required }) => required === false) ? false : isAskedFor || uses.some(({ required }) => required === true),
    ...Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)),
    ...(uses.every(({ kind }) => kind === 'helper') ? { usedIn: 'function_call' as const } : {}),
    spans: found.map(({ template, use }) => ({ template, span: use.span })),
  };
}

/** The names that Tinybird lists when one is missing: every parameter that some use would need from the caller. */
export function namesWithoutDefault(templates: readonly Template[]): string[] {
  const uses = templates.flatMap((template) => template.uses);
  const names = uses.filter(({ kind, type }) => kind === 'bare' || (kind === 'type' && !NEVER_MISSING.has(type ?? ''))).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !uses.some((use) => use.name === name && use.hasDefault));
}

/** Parameters declared as Array, with the type of their elements. */
export function arrayParameters(templates: readonly Template[]): ReadonlyMap<string, string> {
  return new Map(templates.flatMap(({ uses }) => uses.flatMap(({ name, type }) => {
    const element = /^Array\((.*)\)$/s.exec(type ?? '')?.[1];
    return element === undefined ? [] : [[name, element] as const];
  })));
}

const SAMPLES: Readonly<Record<string, string>> = { Date: '2024-01-01', DateTime: '2024-01-01 00:00:00', DateTime64: '2024-01-01 00:00:00.000', String: 'a', UUID: '00000000-0000-0000-0000-000000000000', Boolean: '1', JSON: '{}' };

/** A value that the parameter accepts: its default, first choice or example, else one of its type. */
export function sampleValue(parameter: TemplateParameter): string {
  const described = parameter.defaultValue ?? parameter.enum?.[0] ?? parameter.example;
  if (described !== undefined && described !== '') return parameter.type === 'DateTime64' && /^[\d-]{10}[T ][\d:]{8}$/.test(described) ? `${described}.000` : described;
  const type = /^Array\((.*)\)$/s.exec(parameter.type)?.[1] ?? parameter.type;
  return (Object.hasOwn(SAMPLES, type) ? SAMPLES[type] : undefined) ?? (/^(?:U?Int|Float)/.test(type) ? '1' : 'a');
}

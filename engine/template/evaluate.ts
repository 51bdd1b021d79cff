/**
 * Runs template expressions: an interpreter of own making, so that nothing a project's author or a caller writes can
 * reach the host. Names resolve to what the template set, then to the supplied parameters, then to None.
 */
import { SandpiperError, unreachable } from '../errors.ts';
import type { Assignment, Target, TemplateExpression } from './expression.ts';
import { TemplateFault } from './fault.ts';
import { findTemplateFunction } from './function-table.ts';
import type { CallContext } from './function-definition.ts';
import { spend } from './limit.ts';
import { callMethod } from './method.ts';
import { contains, elementOf, itemsOf, operate, sliceOf } from './operation.ts';
import { areEqual, boolean, dict, float, integer, isTrue, keyOf, list, NONE, numberOf, order, string, typeName, type Value } from './value.ts';
import { distinct } from './builtin-function.ts';

export interface Scope {
  /** What set and for have bound. */
  readonly locals: Map<string, Value>;
  readonly findParameter: (name: string) => Value | undefined;
  readonly context: CallContext;
}

export function evaluate(expression: TemplateExpression, scope: Scope): Value {
  spend(1);
  try {
    return evaluatePart(expression, scope);
  } catch (cause) {
    if (cause instanceof TemplateFault) {
      cause.span ??= expression.span;
      throw cause;
    }
    if (cause instanceof SandpiperError && !cause.detail.span) {
      throw new SandpiperError(cause.code, cause.message, { ...cause.detail, span: expression.span });
    }
    throw cause;
  }
}

function evaluatePart(expression: TemplateExpression, scope: Scope): Value {
  switch (expression.kind) {
    case 'none':
      return NONE;
    case 'boolean':
      return boolean(expression.value);
    case 'integer':
      return integer(expression.value);
    case 'float':
      return float(expression.value);
    case 'string':
      return string(expression.value);
    case 'name':
      return scope.locals.get(expression.name) ?? scope.findParameter(expression.name) ?? { kind: 'none', parameter: expression.name };
    case 'list':
      return list(expression.items.map((item) => evaluate(item, scope)));
    case 'set':
      return list(distinct(expression.items.map((item) => evaluate(item, scope))));
    case 'tuple':
      return { kind: 'tuple', items: expression.items.map((item) => evaluate(item, scope)) };
    case 'dict':
      return dict(expression.entries.map(({ key, value }) => [evaluate(key, scope), evaluate(value, scope)] as const));
    case 'unary':
      return negate(expression.operator, evaluate(expression.operand, scope));
    case 'binary':
      return operate(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope));
    case 'logical': {
      let value: Value = NONE;
      for (const operand of expression.operands) {
        value = evaluate(operand, scope);
        if (isTrue(value) === (expression.operator === 'or')) return value;
      }
      return value;
    }
    case 'compare':
      return compareChain(expression, scope);
    case 'conditional':
      return evaluate(isTrue(evaluate(expression.test, scope)) ? expression.whenTrue : expression.otherwise, scope);
    case 'call': {
      const found = findTemplateFunction(expression.name);
      if (!found) throw new TemplateFault('ValueError', `'${expression.name}' is not a valid function`);
      const positional = expression.arguments.map((argument) => evaluate(argument, scope));
      const keywords = new Map(expression.keywords.map(({ name, value }) => [name, evaluate(value, scope)]));
      return found.call({ positional, keywords }, scope.context);
    }
    case 'method': {
      const object = evaluate(expression.object, scope);
      const positional = expression.arguments.map((argument) => evaluate(argument, scope));
      return callMethod(object, expression.name, positional, new Map(expression.keywords.map(({ name, value }) => [name, evaluate(value, scope)])));
    }
    case 'attribute':
      throw new TemplateFault('AttributeError', `templates have no attributes: \`.${expression.name}\` is read without brackets`);
    case 'index':
      return elementOf(evaluate(expression.object, scope), evaluate(expression.index, scope));
    case 'slice': {
      const part = (bound: TemplateExpression | undefined) => (bound ? evaluate(bound, scope) : NONE);
      return sliceOf(evaluate(expression.object, scope), part(expression.from), part(expression.to), part(expression.step));
    }
    case 'comprehension': {
      const made: Value[] = [];
      comprehend(expression, 0, { ...scope, locals: new Map(scope.locals) }, made);
      return list(made);
    }
    default:
      return unreachable(expression);
  }
}

function comprehend(expression: Extract<TemplateExpression, { kind: 'comprehension' }>, depth: number, scope: Scope, made: Value[]): void {
  const clause = expression.clauses[depth];
  if (!clause) {
    made.push(evaluate(expression.element, scope));
    return;
  }
  for (const item of itemsOf(evaluate(clause.items, scope)).slice()) {
    assign(clause.target, item, scope);
    if (clause.tests.every((test) => isTrue(evaluate(test, scope)))) comprehend(expression, depth + 1, scope, made);
  }
}

function negate(operator: '-' | '+' | 'not', value: Value): Value {
  if (operator === 'not') return boolean(!isTrue(value));
  const number = numberOf(value);
  if (number === undefined) return operate(operator, integer(0), value);
  if (operator === '+') return typeof number === 'bigint' ? integer(number) : float(number);
  return typeof number === 'bigint' ? integer(-number) : float(-number);
}

function compareChain(expression: Extract<TemplateExpression, { kind: 'compare' }>, scope: Scope): Value {
  let left = evaluate(expression.first, scope);
  for (const { operator, operand } of expression.rest) {
    const right = evaluate(operand, scope);
    if (!holds(operator, left, right)) return boolean(false);
    left = right;
  }
  return boolean(true);
}

function holds(operator: Extract<TemplateExpression, { kind: 'compare' }>['rest'][number]['operator'], left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return areEqual(left, right);
    case '!=':
      return !areEqual(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    case 'is':
      return left.kind === right.kind && areEqual(left, right);
    case 'is not':
      return left.kind !== right.kind || !areEqual(left, right);
    default: {
      const compared = order(left, right);
      if (compared === undefined) throw new TemplateFault('TypeError', `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
      if (operator === '<') return compared < 0;
      if (operator === '<=') return compared <= 0;
      return operator === '>' ? compared > 0 : compared >= 0;
    }
  }
}

/** Binds a target of set or for. */
export function assign(target: Target, value: Value, scope: Scope): void {
  switch (target.kind) {
    case 'name':
      scope.locals.set(target.name, value);
      return;
    case 'names': {
      const items = itemsOf(value);
      if (items.length !== target.targets.length) {
        const expected = `expected ${target.targets.length}`;
        throw new TemplateFault('ValueError', items.length > target.targets.length ? `too many values to unpack (${expected})` : `not enough values to unpack (${expected}, got ${items.length})`, target.span);
      }
      for (const [index, part] of target.targets.entries()) assign(part, items[index] ?? NONE, scope);
      return;
    }
    case 'element': {
      const object = evaluate(target.object, scope);
      const index = evaluate(target.index, scope);
      if (object.kind === 'dict') {
        object.entries.set(keyOf(index), [index, value]);
        return;
      }
      if (object.kind !== 'list') throw new TemplateFault('TypeError', `'${typeName(object)}' object does not support item assignment`, target.span);
      elementOf(object, index);
      const position = Number(numberOf(index));
      object.items[position < 0 ? position + object.items.length : position] = value;
      return;
    }
    default:
      unreachable(target);
  }
}

/** Runs `x = e` or `x += e`. */
export function runAssignment(assignment: Assignment, scope: Scope): void {
  const value = evaluate(assignment.value, scope);
  const { target, operator } = assignment;
  if (operator === undefined) {
    assign(target, value, scope);
    return;
  }
  if (target.kind === 'names') throw new TemplateFault('TypeError', `${operator}= needs one name on its left`, target.span);
  const current = target.kind === 'name' ? evaluate({ kind: 'name', name: target.name, span: target.span }, scope) : evaluate({ kind: 'index', object: target.object, index: target.index, span: target.span }, scope);
  assign(target, operate(operator, current, value), scope);
}

/**
 * Operators of the template language on values: arithmetic, membership, indexing and slicing with Python's rules.
 * Failures are TemplateFaults worded as Python words them.
 */
import type { BinaryOperator } from './expression.ts';
import { requiredFault } from './function-definition.ts';
import { TemplateFault } from './fault.ts';
import { spend } from './limit.ts';
import { areEqual, float, integer, isSequence, isText, keyOf, list, NONE, numberOf, string, textOf, typeName, type Value } from './value.ts';

/** Texts and lists made by template code are at most this long. */
const LONGEST = 1_000_000;

export function operate(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '%' && left.kind === 'string') return string(formatPercent(left.value, right));
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return arithmetic(operator, a, b);
  if ((left.kind === 'none' && left.parameter !== undefined) || (right.kind === 'none' && right.parameter !== undefined)) throw requiredFault();
  if (operator === '+') {
    if (isText(left) && isText(right)) return string(bounded(textOf(left).length + textOf(right).length) && textOf(left) + textOf(right));
    if (isSequence(left) && isSequence(right) && (left.kind === 'tuple') === (right.kind === 'tuple')) {
      bounded(left.items.length + right.items.length);
      const items = [...left.items, ...right.items];
      return left.kind === 'tuple' ? { kind: 'tuple', items } : list(items);
    }
  }
  if (operator === '*') {
    if (left.kind === 'integer' && (isText(right) || isSequence(right))) return repeat(right, left.value);
    if (right.kind === 'integer' && (isText(left) || isSequence(left))) return repeat(left, right.value);
  }
  throw new TemplateFault('TypeError', `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

function bounded(length: number): true {
  if (length > LONGEST) throw new TemplateFault('ValueError', `A value of the template would be longer than ${LONGEST.toLocaleString('en')}`);
  spend(Math.floor(length / 16));
  return true;
}

function repeat(value: Value, times: bigint): Value {
  const count = times < 0n ? 0 : Number(times);
  if (isSequence(value)) {
    bounded(value.items.length * count);
    const items = Array.from({ length: count }, () => value.items).flat();
    return value.kind === 'tuple' ? { kind: 'tuple', items } : list(items);
  }
  const text = textOf(value);
  bounded(text.length * count);
  return string(text.repeat(count));
}

function arithmetic(operator: BinaryOperator, a: bigint | number, b: bigint | number): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (operator === '+') return boundedInteger(a + b);
    if (operator === '-') return boundedInteger(a - b);
    if (operator === '*') return boundedInteger(a * b);
    if (b === 0n) throw new TemplateFault('ZeroDivisionError', operator === '/' ? 'division by zero' : 'integer division or modulo by zero');
    if (operator === '/') return float(Number(a) / Number(b));
    const quotient = a / b - ((a % b !== 0n && a < 0n !== b < 0n) ? 1n : 0n);
    return integer(operator === '//' ? quotient : a - quotient * b);
  }
  const [x, y] = [Number(a), Number(b)];
  if (operator === '+') return float(x + y);
  if (operator === '-') return float(x - y);
  if (operator === '*') return float(x * y);
  if (y === 0) throw new TemplateFault('ZeroDivisionError', 'float division by zero');
  if (operator === '/') return float(x / y);
  const quotient = Math.floor(x / y);
  return float(operator === '//' ? quotient : x - quotient * y);
}

/** Repeated multiplication must not eat the memory: no number of SQL is this large. */
function boundedInteger(value: bigint): Value {
  if (value > 2n ** 512n || value < -(2n ** 512n)) throw new TemplateFault('ValueError', 'A number of the template is too large');
  return integer(value);
}

/** `'%s and %d' % (a, b)`. */
function formatPercent(format: string, right: Value): string {
  const values = right.kind === 'tuple' ? [...right.items] : [right];
  const text = format.replace(/%(?:\.(\d{1,2}))?([%sdifr])/g, (_whole, digits: string | undefined, letter: string) => {
    if (letter === '%') return '%';
    const value = values.shift();
    if (!value) throw new TemplateFault('TypeError', 'not enough arguments for format string');
    if (letter === 's' || letter === 'r') return textOf(value);
    const number = numberOf(value);
    if (number === undefined) throw new TemplateFault('TypeError', `%${letter} format: a number is required, not ${typeName(value)}`);
    return letter === 'f' ? Number(number).toFixed(digits === undefined ? 6 : Number(digits)) : BigInt(typeof number === 'bigint' ? number : Math.trunc(number)).toString();
  });
  if (values.length > 0 && right.kind === 'tuple') throw new TemplateFault('TypeError', 'not all arguments converted during string formatting');
  bounded(text.length);
  return text;
}

export function contains(container: Value, item: Value): boolean {
  if (container.kind === 'dict') return container.entries.has(keyOf(item));
  if (isSequence(container)) spend(Math.floor(container.items.length / 16));
  if (isSequence(container)) return container.items.some((other) => areEqual(item, other));
  if (isText(container)) {
    if (!isText(item)) throw new TemplateFault('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
    return textOf(container).includes(textOf(item));
  }
  if (container.kind === 'none' && container.parameter !== undefined) throw requiredFault();
  throw new TemplateFault('TypeError', `argument of type '${typeName(container)}' is not iterable`);
}

/** What `for` walks over. */
export function itemsOf(value: Value): readonly Value[] {
  if (isSequence(value)) return value.items;
  if (value.kind === 'dict') return [...value.entries.values()].map(([key]) => key);
  if (isText(value)) return characters(textOf(value)).map(string);
  if (value.kind === 'none' && value.parameter !== undefined) throw requiredFault();
  throw new TemplateFault('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** Python counts code points, not UTF-16 units. */
export function characters(text: string): string[] {
  return [...text];
}

export function elementOf(object: Value, index: Value): Value {
  if (object.kind === 'dict') {
    const entry = object.entries.get(keyOf(index));
    if (!entry) throw new TemplateFault('KeyError', isText(index) ? `'${textOf(index)}'` : textOf(index));
    return entry[1];
  }
  if (object.kind === 'none' && object.parameter !== undefined) throw requiredFault();
  if (!isSequence(object) && !isText(object)) throw new TemplateFault('TypeError', `'${typeName(object)}' object is not subscriptable`);
  const items = isSequence(object) ? object.items : characters(textOf(object)).map(string);
  const kind = isSequence(object) ? (object.kind === 'tuple' ? 'tuple' : 'list') : 'string';
  if (index.kind !== 'integer' && index.kind !== 'boolean') throw new TemplateFault('TypeError', `${kind} indices must be integers, not ${typeName(index)}`);
  const position = Number(numberOf(index));
  const item = items[position < 0 ? position + items.length : position];
  if (!item) throw new TemplateFault('IndexError', `${kind} index out of range`);
  return item;
}

export function sliceOf(object: Value, from: Value, to: Value, step: Value): Value {
  if (!isSequence(object) && !isText(object)) throw new TemplateFault('TypeError', `'${typeName(object)}' object is not subscriptable`);
  const items = isSequence(object) ? object.items : characters(textOf(object)).map(string);
  const bound = (value: Value): number | undefined => {
    if (value.kind === 'none') return undefined;
    if (value.kind !== 'integer') throw new TemplateFault('TypeError', 'slice indices must be integers or None');
    return Number(value.value);
  };
  const by = bound(step) ?? 1;
  if (by === 0) throw new TemplateFault('ValueError', 'slice step cannot be zero');
  const clamp = (position: number | undefined, usual: number): number => {
    if (position === undefined) return usual;
    const absolute = position < 0 ? position + items.length : position;
    return by > 0 ? Math.min(Math.max(absolute, 0), items.length) : Math.min(Math.max(absolute, -1), items.length - 1);
  };
  const start = clamp(bound(from), by > 0 ? 0 : items.length - 1);
  const end = clamp(bound(to), by > 0 ? items.length : -1);
  const taken: Value[] = [];
  for (let at = start; by > 0 ? at < end : at > end; at += by) taken.push(items[at] ?? NONE);
  if (!isSequence(object)) return string(taken.map(textOf).join(''));
  return object.kind === 'tuple' ? { kind: 'tuple', items: taken } : list(taken);
}

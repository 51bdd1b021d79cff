/**
 * Functions of template code that make no SQL: Python's builtins, split_to_array(), enumerate_with_last(), and
 * error() and custom_error(), which end the request with the author's own message.
 */
import { abort, TemplateFault } from './fault.ts';
import { bindArguments, given, givenText, requiredFault, type CallArguments, type FunctionTable, type TemplateFunction } from './function-definition.ts';
import { spend } from './limit.ts';
import { characters, itemsOf, operate } from './operation.ts';
import { boolean, dict, float, floatText, integer, isSequence, isText, isTrue, keyOf, list, numberOf, order, string, textOf, toJson, toSql, typeName, type Value } from './value.ts';

const LONGEST_RANGE = 100_000;

function only(name: string, call: CallArguments): Value {
  const value = bindArguments(name, call, ['x'])('x');
  if (!value) throw new TemplateFault('TypeError', `${name}() missing 1 required argument`);
  return value;
}

function needed(value: Value): Value {
  if (value.kind === 'none' && value.parameter !== undefined) throw requiredFault();
  return value;
}

function builtin(signature: string, help: string, call: (call: CallArguments) => Value): TemplateFunction {
  return { signature, help, call };
}

function toInteger(call: CallArguments): Value {
  const value = needed(call.positional.length === 0 ? integer(0) : only('int', call));
  if (value.kind === 'integer' || value.kind === 'boolean') return integer(numberOf(value) ?? 0n);
  if (value.kind === 'float') {
    if (!Number.isFinite(value.value)) throw new TemplateFault('ValueError', `cannot convert float ${floatText(value.value)} to integer`);
    return integer(Math.trunc(value.value));
  }
  if (!isText(value)) throw new TemplateFault('TypeError', `int() argument must be a string or a number, not '${typeName(value)}'`);
  const text = textOf(value);
  if (!/^\s*[+-]?\d{1,150}\s*$/.test(text)) throw new TemplateFault('ValueError', `invalid literal for int() with base 10: '${text}'`);
  return integer(BigInt(text.trim().replace(/^\+/, '')));
}

function toFloat(call: CallArguments): Value {
  const value = needed(call.positional.length === 0 ? float(0) : only('float', call));
  const number = numberOf(value);
  if (number !== undefined) return float(Number(number));
  const text = textOf(value).trim();
  if (!isText(value) || !/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i.test(text)) throw new TemplateFault('ValueError', `could not convert string to float: '${textOf(value)}'`);
  const word = text.toLowerCase();
  return float(word.includes('nan') ? Number.NaN : word.includes('inf') ? (word.startsWith('-') ? -Infinity : Infinity) : Number(text));
}

function lengthOf(call: CallArguments): Value {
  const value = needed(only('len', call));
  if (isSequence(value)) return integer(value.items.length);
  if (value.kind === 'dict') return integer(value.entries.size);
  if (isText(value)) return integer(characters(textOf(value)).length);
  throw new TemplateFault('TypeError', `object of type '${typeName(value)}' has no len()`);
}

function range(call: CallArguments): Value {
  const numbers = call.positional.map((value) => {
    if (value.kind !== 'integer' && value.kind !== 'boolean') throw new TemplateFault('TypeError', `'${typeName(needed(value))}' object cannot be interpreted as an integer`);
    return Number(numberOf(value));
  });
  if (numbers.length === 0 || numbers.length > 3 || call.keywords.size > 0) throw new TemplateFault('TypeError', `range expected 1 to 3 arguments, got ${numbers.length}`);
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  if (step === 0) throw new TemplateFault('ValueError', 'range() arg 3 must not be zero');
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (length > LONGEST_RANGE) throw abort(`range() may have at most ${LONGEST_RANGE.toLocaleString('en')} elements in a template, not ${length.toLocaleString('en')}.`);
  spend(length);
  return list(Array.from({ length }, (_, index) => integer(start + index * step)));
}

function extreme(name: 'min' | 'max'): TemplateFunction {
  return builtin(`${name}(items)`, `The ${name === 'min' ? 'smallest' : 'largest'} of the items.`, (call) => {
    const [first] = call.positional;
    const items = call.positional.length === 1 && first ? itemsOf(first) : call.positional;
    items.forEach(needed);
    const fallback = call.keywords.get('default');
    const [start, ...rest] = items;
    if (!start) {
      if (fallback) return fallback;
      throw new TemplateFault('ValueError', `${name}() arg is an empty sequence`);
    }
    return rest.reduce((best, item) => {
      const compared = order(item, best);
      if (compared === undefined) throw new TemplateFault('TypeError', `'${name === 'min' ? '<' : '>'}' not supported between instances of '${typeName(item)}' and '${typeName(best)}'`);
      return (name === 'min' ? compared < 0 : compared > 0) ? item : best;
    }, start);
  });
}

/** A new list in order; stable, as in Python. */
export function sortedItems(items: readonly Value[], reverse: boolean): Value[] {
  return [...items].sort((a, b) => {
    const compared = order(a, b);
    if (compared === undefined) throw new TemplateFault('TypeError', `'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
    return reverse ? -compared : compared;
  });
}

function round(call: CallArguments): Value {
  const args = bindArguments('round', call, ['number', 'ndigits']);
  const number = numberOf(needed(args('number') ?? integer(0)));
  if (number === undefined) throw new TemplateFault('TypeError', 'round() needs a number');
  const digits = given(args('ndigits'));
  if (typeof number === 'bigint') return integer(number);
  if (digits) return float(Number(number.toFixed(Math.min(Math.max(Number(numberOf(digits) ?? 0), 0), 100))));
  const floor = Math.floor(number);
  const half = number - floor === 0.5;
  return integer(half ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(number));
}

function splitToArray(call: CallArguments): Value {
  const args = bindArguments('split_to_array', call, ['x', 'default', 'separator']);
  const supplied = given(args('x')) ?? given(args('default'));
  if (!supplied) return list([]);
  if (isSequence(supplied) && !(supplied.kind === 'list' && supplied.text !== undefined)) return list([...supplied.items]);
  const text = textOf(supplied);
  const separator = givenText(args('separator')) ?? ',';
  if (separator === '') throw new TemplateFault('ValueError', 'empty separator');
  return list(text === '' ? [] : text.split(separator).map((item) => string(item.trim())));
}

function customError(call: CallArguments): Value {
  const args = bindArguments('custom_error', call, ['message', 'code']);
  const message = args('message') ?? string('');
  const code = Number(numberOf(args('code') ?? integer(400)) ?? 400);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : 400;
  if (isText(message)) throw abort(textOf(message), { status });
  const body = toJson(message);
  throw abort(JSON.stringify(body), { status, body });
}

export const BUILTIN_FUNCTIONS: FunctionTable = {
  defined: builtin('defined(name)', 'Whether the parameter was supplied; an empty text counts.', (call) => boolean(only('defined', call).kind !== 'none')),
  split_to_array: builtin("split_to_array(name, default='', separator=',')", 'A list of trimmed texts.', splitToArray),
  enumerate_with_last: builtin('enumerate_with_last(items)', 'Pairs (is it the last, item).', (call) => {
    const items = itemsOf(only('enumerate_with_last', call));
    return list(items.map((item, index) => ({ kind: 'tuple', items: [boolean(index === items.length - 1), item] })));
  }),
  error: builtin("error('message')", 'Ends the request with the message and status 400.', (call) => {
    throw abort(textOf(bindArguments('error', call, ['message', 'code'])('message') ?? string('')), { status: 400 });
  }),
  custom_error: builtin("custom_error({'error': 'message'}, 400)", 'Ends the request with the given body and status.', customError),
  len: builtin('len(items)', 'How many items or characters.', lengthOf),
  sum: builtin('sum(items)', 'The sum of the numbers.', (call) => {
    const args = bindArguments('sum', call, ['items', 'start']);
    return itemsOf(args('items') ?? list([])).reduce((sum, item) => operate('+', sum, item), args('start') ?? integer(0));
  }),
  min: extreme('min'),
  max: extreme('max'),
  abs: builtin('abs(number)', 'The number without its sign.', (call) => {
    const number = numberOf(needed(only('abs', call)));
    if (number === undefined) throw new TemplateFault('TypeError', 'bad operand type for abs()');
    return typeof number === 'bigint' ? integer(number < 0n ? -number : number) : float(Math.abs(number));
  }),
  round: builtin('round(number, digits)', 'The number rounded; halves go to the even side.', round),
  range: builtin('range(start, end, step)', 'A list of whole numbers.', range),
  enumerate: builtin('enumerate(items, start=0)', 'Pairs (index, item).', (call) => {
    const args = bindArguments('enumerate', call, ['items', 'start']);
    const start = BigInt(Math.trunc(Number(numberOf(args('start') ?? integer(0)) ?? 0)));
    return list(itemsOf(args('items') ?? list([])).map((item, index) => ({ kind: 'tuple', items: [integer(start + BigInt(index)), item] })));
  }),
  zip: builtin('zip(a, b)', 'Tuples of the items at the same place.', (call) => {
    const lists = call.positional.map(itemsOf);
    const length = lists.length === 0 ? 0 : Math.min(...lists.map((items) => items.length));
    return list(Array.from({ length }, (_, index) => ({ kind: 'tuple', items: lists.map((items) => items[index] ?? string('')) })));
  }),
  sorted: builtin('sorted(items, reverse=False)', 'A new list in order.', (call) => {
    const args = bindArguments('sorted', call, ['items', 'reverse']);
    const reverse = args('reverse');
    return list(sortedItems(itemsOf(args('items') ?? list([])), reverse !== undefined && isTrue(reverse)));
  }),
  reversed: builtin('reversed(items)', 'A new list from last to first.', (call) => list([...itemsOf(only('reversed', call))].reverse())),
  any: builtin('any(items)', 'Whether one item is true.', (call) => boolean(itemsOf(only('any', call)).some(isTrue))),
  all: builtin('all(items)', 'Whether every item is true.', (call) => boolean(itemsOf(only('all', call)).every(isTrue))),
  int: builtin('int(value)', 'A whole number.', toInteger),
  float: builtin('float(value)', 'A number with a fraction.', toFloat),
  str: builtin('str(value)', 'The value as text.', (call) => string(call.positional.length === 0 ? '' : textOf(needed(only('str', call))))),
  repr: builtin('repr(value)', 'The value as it would be written.', (call) => string(toSql(needed(only('repr', call))))),
  list: builtin('list(items)', 'A new list.', (call) => list(call.positional.length === 0 ? [] : [...itemsOf(only('list', call))])),
  tuple: builtin('tuple(items)', 'A tuple of the items.', (call) => ({ kind: 'tuple', items: call.positional.length === 0 ? [] : itemsOf(only('tuple', call)) })),
  set: builtin('set(items)', 'The different items.', (call) => list(call.positional.length === 0 ? [] : distinct(itemsOf(only('set', call))))),
  dict: builtin('dict(key=value)', 'A dictionary.', (call) => {
    const [first] = call.positional;
    const entries = first?.kind === 'dict' ? [...first.entries.values()] : [];
    return dict([...entries, ...[...call.keywords].map(([key, value]) => [string(key), value] as const)]);
  }),
  chr: builtin('chr(code)', 'The character of a code point.', (call) => {
    const code = Number(numberOf(only('chr', call)) ?? -1);
    if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) throw new TemplateFault('ValueError', 'chr() arg not in range(0x110000)');
    return string(String.fromCodePoint(code));
  }),
  ord: builtin('ord(character)', 'The code point of a character.', (call) => {
    const text = textOf(only('ord', call));
    if (characters(text).length !== 1) throw new TemplateFault('TypeError', `ord() expected a character, but string of length ${characters(text).length} found`);
    return integer(text.codePointAt(0) ?? 0);
  }),
};

/** The items without repetition, the first of each kept. */
export function distinct(items: readonly Value[]): Value[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item] as const)).values()].reverse();
}

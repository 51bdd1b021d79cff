/**
 * Methods of texts, lists, tuples and dictionaries in template code, as Python has them. A method that is not here is
 * an AttributeError, worded as Python words it.
 */
import { distinct, sortedItems } from './builtin-function.ts';
import { requiredFault } from './function-definition.ts';
import { TemplateFault } from './fault.ts';
import { spend } from './limit.ts';
import { characters, itemsOf } from './operation.ts';
import { areEqual, boolean, integer, isSequence, isText, isTrue, keyOf, list, NONE, numberOf, string, textOf, typeName, type Value } from './value.ts';

interface MethodCall {
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

type Method<T> = (self: T, call: MethodCall) => Value;

const LONGEST = 1_000_000;

export function callMethod(object: Value, name: string, args: readonly Value[], keywords: ReadonlyMap<string, Value>): Value {
  const call: MethodCall = { args, keywords };
  spend(1 + Math.floor((isText(object) ? textOf(object).length : isSequence(object) ? object.items.length : 0) / 16));
  if (isText(object)) {
    const method = own(TEXT, name);
    if (method) return method(textOf(object), call);
  } else if (object.kind === 'list') {
    const method = own(LIST, name);
    if (method) return method(object.items, call);
  } else if (isSequence(object)) {
    const method = own(SEQUENCE, name);
    if (method) return method(object.items, call);
  } else if (object.kind === 'dict') {
    const method = own(DICTIONARY, name);
    if (method) return method(object.entries, call);
  } else if (object.kind === 'none' && object.parameter !== undefined) {
    throw requiredFault();
  }
  throw new TemplateFault('AttributeError', `'${typeName(object)}' object has no attribute '${name}'`);
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function text(call: MethodCall, index: number): string {
  const value = call.args[index];
  if (!value || !isText(value)) throw value?.kind === 'none' && value.parameter !== undefined ? requiredFault() : new TemplateFault('TypeError', `must be str, not ${value ? typeName(value) : 'nothing'}`);
  return textOf(value);
}

function optionalText(call: MethodCall, index: number): string | undefined {
  const value = call.args[index];
  return value === undefined || value.kind === 'none' ? undefined : text(call, index);
}

function number(call: MethodCall, index: number, usual: number): number {
  const value = call.args[index];
  if (!value || value.kind === 'none') return usual;
  const found = numberOf(value);
  if (found === undefined) throw new TemplateFault('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(found);
}

function long(made: string): Value {
  if (made.length > LONGEST) throw new TemplateFault('ValueError', `A text of the template would be longer than ${LONGEST.toLocaleString('en')} characters`);
  return string(made);
}

function split(self: string, call: MethodCall, fromEnd: boolean): Value {
  const separator = optionalText(call, 0) ?? (call.keywords.has('sep') ? textOf(call.keywords.get('sep') ?? NONE) : undefined);
  const limitValue = call.keywords.get('maxsplit');
  const limit = limitValue ? Number(numberOf(limitValue) ?? -1) : number(call, 1, -1);
  if (separator === '') throw new TemplateFault('ValueError', 'empty separator');
  const parts = separator === undefined ? self.trim().split(/\s+/).filter((part) => part !== '') : self.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return list(parts.map(string));
  const glue = separator ?? ' ';
  const kept = fromEnd
    ? [parts.slice(0, parts.length - limit).join(glue), ...parts.slice(parts.length - limit)]
    : [...parts.slice(0, limit), parts.slice(limit).join(glue)];
  return list(kept.map(string));
}

function strip(self: string, call: MethodCall, start: boolean, end: boolean): Value {
  const wanted = optionalText(call, 0);
  const isStripped = (character: string | undefined) => character !== undefined && (wanted === undefined ? /\s/.test(character) : wanted.includes(character));
  const all = characters(self);
  let from = 0;
  let to = all.length;
  if (start) while (from < to && isStripped(all[from])) from += 1;
  if (end) while (to > from && isStripped(all[to - 1])) to -= 1;
  return string(all.slice(from, to).join(''));
}

function replace(self: string, call: MethodCall): Value {
  const [from, to] = [text(call, 0), text(call, 1)];
  let left = number(call, 2, -1);
  if (left < 0) {
    const found = from === '' ? self.length + 1 : self.split(from).length - 1;
    if (self.length + found * to.length > LONGEST) return long('x'.repeat(LONGEST + 1));
    return string(self.replaceAll(from, () => to));
  }
  let made = '';
  let at = 0;
  if (from === '') return string(self);
  while (left > 0) {
    const next = self.indexOf(from, at);
    if (next === -1) break;
    made += self.slice(at, next) + to;
    at = next + from.length;
    left -= 1;
  }
  return long(made + self.slice(at));
}

function pad(self: string, call: MethodCall, place: 'left' | 'right' | 'center'): Value {
  const width = Math.min(number(call, 0, 0), LONGEST + 1);
  const fill = optionalText(call, 1) ?? ' ';
  const missing = width - characters(self).length;
  if (missing <= 0) return string(self);
  const before = place === 'left' ? 0 : place === 'right' ? missing : Math.floor(missing / 2);
  return long(fill.repeat(before) + self + fill.repeat(missing - before));
}

/** `'{} {name}'.format(…)`, without format codes. */
function format(self: string, call: MethodCall): Value {
  let next = 0;
  const made = self.replace(/\{\{|\}\}|\{(\w*)\}/g, (whole, name: string | undefined) => {
    if (whole === '{{') return '{';
    if (whole === '}}') return '}';
    const value = name === '' || name === undefined ? call.args[next++] : /^\d+$/.test(name) ? call.args[Number(name)] : call.keywords.get(name);
    if (!value) throw new TemplateFault('IndexError', `no value for ${whole} in format()`);
    return textOf(value);
  });
  return long(made);
}

function matches(pattern: RegExp): Method<string> {
  return (self) => boolean(pattern.test(self));
}

function affix(test: (self: string, affix: string) => boolean): Method<string> {
  return (self, call) => {
    const [wanted] = call.args;
    const affixes = wanted?.kind === 'tuple' ? wanted.items.map(textOf) : [text(call, 0)];
    return boolean(affixes.some((one) => test(self, one)));
  };
}

function partition(self: string, call: MethodCall, at: (separator: string) => number): Value {
  const separator = text(call, 0);
  const index = at(separator);
  const parts = index === -1 ? [self, '', ''] : [self.slice(0, index), separator, self.slice(index + separator.length)];
  return { kind: 'tuple', items: parts.map(string) };
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

const TEXT: Readonly<Record<string, Method<string>>> = {
  split: (self, call) => split(self, call, false),
  rsplit: (self, call) => split(self, call, true),
  splitlines: (self) => list((self.endsWith('\n') ? self.slice(0, -1) : self).split(/\r?\n/).map(string)),
  join: (self, call) => long(itemsOf(call.args[0] ?? NONE).map((item, index) => {
    // The elements of a split parameter may be numbers: Tinybird's users join them all the same.
    if (item.kind === 'none' || item.kind === 'list' || item.kind === 'dict') throw new TemplateFault('TypeError', `sequence item ${index}: expected str instance, ${typeName(item)} found`);
    return textOf(item);
  }).join(self)),
  startswith: affix((self, one) => self.startsWith(one)),
  endswith: affix((self, one) => self.endsWith(one)),
  lower: (self) => string(self.toLowerCase()),
  casefold: (self) => string(self.toLowerCase()),
  upper: (self) => string(self.toUpperCase()),
  capitalize: (self) => string(capitalize(self)),
  title: (self) => string(self.replace(/[\p{L}]+/gu, capitalize)),
  swapcase: (self) => string(characters(self).map((one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join('')),
  strip: (self, call) => strip(self, call, true, true),
  lstrip: (self, call) => strip(self, call, true, false),
  rstrip: (self, call) => strip(self, call, false, true),
  replace,
  removeprefix: (self, call) => string(self.startsWith(text(call, 0)) ? self.slice(text(call, 0).length) : self),
  removesuffix: (self, call) => string(text(call, 0) !== '' && self.endsWith(text(call, 0)) ? self.slice(0, -text(call, 0).length) : self),
  find: (self, call) => integer(self.indexOf(text(call, 0), number(call, 1, 0))),
  rfind: (self, call) => integer(self.lastIndexOf(text(call, 0))),
  index: (self, call) => {
    const found = self.indexOf(text(call, 0), number(call, 1, 0));
    if (found === -1) throw new TemplateFault('ValueError', 'substring not found');
    return integer(found);
  },
  count: (self, call) => integer(text(call, 0) === '' ? characters(self).length + 1 : self.split(text(call, 0)).length - 1),
  zfill: (self, call) => {
    const sign = /^[+-]/.exec(self)?.[0] ?? '';
    return long(sign + self.slice(sign.length).padStart(Math.min(number(call, 0, 0), LONGEST + 1) - sign.length, '0'));
  },
  ljust: (self, call) => pad(self, call, 'left'),
  rjust: (self, call) => pad(self, call, 'right'),
  center: (self, call) => pad(self, call, 'center'),
  partition: (self, call) => partition(self, call, (separator) => self.indexOf(separator)),
  rpartition: (self, call) => partition(self, call, (separator) => self.lastIndexOf(separator)),
  format,
  isdigit: matches(/^\p{Nd}+$/u),
  isnumeric: matches(/^\p{N}+$/u),
  isdecimal: matches(/^\p{Nd}+$/u),
  isalpha: matches(/^\p{L}+$/u),
  isalnum: matches(/^[\p{L}\p{N}]+$/u),
  isspace: matches(/^\s+$/),
  islower: (self) => boolean(self === self.toLowerCase() && self !== self.toUpperCase()),
  isupper: (self) => boolean(self === self.toUpperCase() && self !== self.toLowerCase()),
};

const SEQUENCE: Readonly<Record<string, Method<readonly Value[]>>> = {
  index: (self, call) => {
    const found = self.findIndex((item) => areEqual(item, call.args[0] ?? NONE));
    if (found === -1) throw new TemplateFault('ValueError', `${textOf(call.args[0] ?? NONE)} is not in list`);
    return integer(found);
  },
  count: (self, call) => integer(self.filter((item) => areEqual(item, call.args[0] ?? NONE)).length),
  copy: (self) => list([...self]),
};

function grow(self: Value[], items: readonly Value[], at = self.length): Value {
  if (self.length + items.length > LONGEST) throw new TemplateFault('ValueError', `A list of the template would have more than ${LONGEST.toLocaleString('en')} elements`);
  self.splice(at, 0, ...items);
  return NONE;
}

const LIST: Readonly<Record<string, Method<Value[]>>> = {
  ...SEQUENCE,
  append: (self, call) => grow(self, [call.args[0] ?? NONE]),
  add: (self, call) => grow(self, [call.args[0] ?? NONE]),
  extend: (self, call) => grow(self, itemsOf(call.args[0] ?? NONE)),
  insert: (self, call) => grow(self, [call.args[1] ?? NONE], number(call, 0, 0)),
  pop: (self, call) => {
    const [removed] = self.splice(number(call, 0, -1), 1);
    if (!removed) throw new TemplateFault('IndexError', 'pop from empty list');
    return removed;
  },
  remove: (self, call) => {
    const found = self.findIndex((item) => areEqual(item, call.args[0] ?? NONE));
    if (found === -1) throw new TemplateFault('ValueError', 'list.remove(x): x not in list');
    self.splice(found, 1);
    return NONE;
  },
  clear: (self) => {
    self.length = 0;
    return NONE;
  },
  reverse: (self) => {
    self.reverse();
    return NONE;
  },
  sort: (self, call) => {
    const reverse = call.keywords.get('reverse');
    self.splice(0, self.length, ...sortedItems(self, reverse !== undefined && isTrue(reverse)));
    return NONE;
  },
  union: (self, call) => list(distinct([...self, ...itemsOf(call.args[0] ?? NONE)])),
};

type Entries = Map<string, readonly [Value, Value]>;

const DICTIONARY: Readonly<Record<string, Method<Entries>>> = {
  get: (self, call) => self.get(keyOf(call.args[0] ?? NONE))?.[1] ?? call.args[1] ?? NONE,
  keys: (self) => list([...self.values()].map(([key]) => key)),
  values: (self) => list([...self.values()].map(([, value]) => value)),
  items: (self) => list([...self.values()].map((entry) => ({ kind: 'tuple', items: entry }))),
  copy: (self) => ({ kind: 'dict', entries: new Map(self) }),
  pop: (self, call) => {
    const key = call.args[0] ?? NONE;
    const value = self.get(keyOf(key))?.[1] ?? call.args[1];
    if (!value) throw new TemplateFault('KeyError', `'${textOf(key)}'`);
    self.delete(keyOf(key));
    return value;
  },
  setdefault: (self, call) => {
    const key = call.args[0] ?? NONE;
    const value = self.get(keyOf(key))?.[1] ?? call.args[1] ?? NONE;
    self.set(keyOf(key), [key, value]);
    return value;
  },
  update: (self, call) => {
    const [other] = call.args;
    if (other?.kind === 'dict') for (const [key, entry] of other.entries) self.set(key, entry);
    for (const [key, value] of call.keywords) self.set(keyOf(string(key)), [string(key), value]);
    return NONE;
  },
};

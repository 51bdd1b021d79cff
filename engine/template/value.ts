/**
 * The values that template code computes with: Python's, in a closed union. Knows their truth, equality, order, text
 * and how {{ }} writes each as SQL. Every text that reaches SQL as a value is quoted here, in one function.
 */
import { unreachable } from '../errors.ts';
import { deeper, spend } from './limit.ts';

export type Value =
  /** `parameter` when it stands for a parameter that was not supplied. */
  | { readonly kind: 'none'; readonly parameter?: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `type` when a type function made it: Int32 is written toInt32('5'), Int a bare 5. */
  | { readonly kind: 'integer'; readonly value: bigint; readonly type?: string }
  | { readonly kind: 'float'; readonly value: number; readonly type?: string }
  | { readonly kind: 'string'; readonly value: string }
  /** `text` when a supplied parameter was split because the pipe declares it as Array. */
  | { readonly kind: 'list'; readonly items: Value[]; readonly text?: string }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  | { readonly kind: 'dict'; readonly entries: Map<string, readonly [Value, Value]> }
  /** Array(): written as a ClickHouse array. */
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  /** SQL made by column(), sql_and() and the like: written as is. */
  | { readonly kind: 'sql'; readonly sql: string };

export const NONE: Value = { kind: 'none' };

export function string(value: string): Value {
  return { kind: 'string', value };
}
export function integer(value: bigint | number): Value {
  return { kind: 'integer', value: BigInt(value) };
}
export function float(value: number): Value {
  return { kind: 'float', value };
}
export function boolean(value: boolean): Value {
  return { kind: 'boolean', value };
}
export function list(items: Value[]): Value {
  return { kind: 'list', items };
}
export function sql(text: string): Value {
  return { kind: 'sql', sql: text };
}

/** A dictionary's key: numbers that are equal are the same key, as in Python. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'boolean':
      return `n${value.value ? 1 : 0}`;
    case 'integer':
    case 'float':
      return `n${value.value}`;
    case 'tuple':
      return deeper(() => `t${JSON.stringify(value.items.map(keyOf))}`);
    default:
      return `${value.kind}:${textOf(value)}`;
  }
}

export function dict(entries: readonly (readonly [Value, Value])[]): Value {
  return { kind: 'dict', entries: new Map(entries.map((entry) => [keyOf(entry[0]), entry])) };
}

/** A JSON value as a value of the language. */
export function fromJson(json: unknown): Value {
  if (json === null || json === undefined) return NONE;
  if (typeof json === 'boolean') return boolean(json);
  if (typeof json === 'number') return Number.isSafeInteger(json) ? integer(json) : float(json);
  if (typeof json === 'string') return string(json);
  if (Array.isArray(json)) return deeper(() => list(json.map(fromJson)));
  return deeper(() => dict(Object.entries(json).map(([key, item]) => [string(key), fromJson(item)] as const)));
}

/** A value as JSON, for the body of custom_error. */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'none':
      return null;
    case 'boolean':
    case 'float':
    case 'string':
      return value.value;
    case 'integer':
      return Number(value.value);
    case 'list':
    case 'tuple':
    case 'array':
      return deeper(() => value.items.map(toJson));
    case 'dict':
      return deeper(() => Object.fromEntries([...value.entries.values()].map(([key, item]) => [textOf(key), toJson(item)])));
    case 'sql':
      return value.sql;
    default:
      return unreachable(value);
  }
}

export function isTrue(value: Value): boolean {
  switch (value.kind) {
    case 'none':
      return false;
    case 'boolean':
      return value.value;
    case 'integer':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'string':
      return value.value !== '';
    case 'list':
    case 'tuple':
    case 'array':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    case 'sql':
      return value.sql !== '';
    default:
      return unreachable(value);
  }
}

/** The name of the value's type in Python, for messages. */
export function typeName(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'NoneType';
    case 'boolean':
      return 'bool';
    case 'integer':
      return 'int';
    case 'string':
    case 'sql':
      return 'str';
    case 'array':
      return 'list';
    default:
      return value.kind;
  }
}

export function areEqual(left: Value, right: Value): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  // Loose equality compares a bigint and a number by value.
  if (a !== undefined && b !== undefined) return typeof a === typeof b ? a === b : a == b;
  if (isText(left) && isText(right)) return textOf(left) === textOf(right);
  if (isSequence(left) && isSequence(right)) {
    if ((left.kind === 'tuple') !== (right.kind === 'tuple')) return false;
    return left.items.length === right.items.length && deeper(() => left.items.every((item, index) => areEqual(item, right.items[index] ?? NONE)));
  }
  if (left.kind === 'dict' && right.kind === 'dict') {
    return left.entries.size === right.entries.size && deeper(() => [...left.entries].every(([key, [, item]]) => {
      const other = right.entries.get(key);
      return other !== undefined && areEqual(item, other[1]);
    }));
  }
  return left.kind === 'none' && right.kind === 'none';
}

/** Negative, zero or positive; NaN for floats without order; undefined when Python refuses to compare. */
export function order(left: Value, right: Value): number | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : a == b ? 0 : Number.NaN;
  if (isText(left) && isText(right)) {
    const [x, y] = [textOf(left), textOf(right)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (isSequence(left) && isSequence(right) && (left.kind === 'tuple') === (right.kind === 'tuple')) {
    for (const [index, item] of left.items.entries()) {
      const other = right.items[index];
      if (other === undefined) return 1;
      if (!areEqual(item, other)) return deeper(() => order(item, other));
    }
    return left.items.length - right.items.length;
  }
  return undefined;
}

export function numberOf(value: Value): bigint | number | undefined {
  if (value.kind === 'integer' || value.kind === 'float') return value.value;
  if (value.kind === 'boolean') return value.value ? 1n : 0n;
  return undefined;
}

export function isText(value: Value): value is Extract<Value, { kind: 'string' | 'sql' }> {
  return value.kind === 'string' || value.kind === 'sql';
}

export function isSequence(value: Value): value is Extract<Value, { kind: 'list' | 'tuple' | 'array' }> {
  return value.kind === 'list' || value.kind === 'tuple' || value.kind === 'array';
}

/** Python's str(): `1.0`, `True`, `None`; of a list that was a supplied parameter, the text that was supplied. */
export function textOf(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'integer':
      return value.value.toString();
    case 'float':
      return floatText(value.value);
    case 'string':
      return value.value;
    case 'sql':
      return value.sql;
    case 'list':
      return value.text ?? toSql(value);
    default:
      return toSql(value);
  }
}

/** Python's repr() of a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '0', exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= 16 || power < -4) return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  const text = power >= 0 ? BigInt(Math.trunc(Math.abs(value))).toString() : '0';
  const fraction = /\.(\d+)$/.exec(plainDecimal(mantissa, power))?.[1] ?? '0';
  return `${value < 0 ? '-' : ''}${text}.${fraction}`;
}

function plainDecimal(mantissa: string, power: number): string {
  const digits = mantissa.replace(/[-.]/g, '');
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits}`;
  return digits.length <= power + 1 ? digits : `${digits.slice(0, power + 1)}.${digits.slice(power + 1)}`;
}

/** How {{ }} writes the value; None is the caller's error. */
export function toSql(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'integer':
      return value.type === undefined ? value.value.toString() : `to${value.type}('${value.value}')`;
    case 'float':
      return value.type === undefined ? floatText(value.value) : `to${value.type}('${floatText(value.value)}')`;
    case 'string':
      return quote(value.value);
    case 'sql':
      return value.sql;
    case 'list':
      return `[${joinNested(value.items)}]`;
    case 'tuple':
      return `(${joinNested(value.items)}${value.items.length === 1 ? ',' : ''})`;
    case 'dict':
      return `{${deeper(() => [...value.entries.values()].map(([key, item]) => `${nestedSql(key)}: ${nestedSql(item)}`).join(', '))}}`;
    case 'array':
      return `[${value.items.map((item) => (item.kind === 'integer' || item.kind === 'float' ? textOf(item) : toSql(item))).join(',')}]`;
    default:
      return unreachable(value);
  }
}

function joinNested(items: readonly Value[]): string {
  return deeper(() => items.map(nestedSql).join(', '));
}

/** Inside a list or dictionary: Python's spelling, but with texts quoted so that they stay values in SQL. */
function nestedSql(value: Value): string {
  spend(1);
  if (value.kind === 'string') return quote(value.value, '%"`');
  if (value.kind === 'integer' || value.kind === 'float') return textOf(value);
  if (value.kind === 'sql') return quote(value.sql, '%"`');
  return toSql(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\', "'": "\\'", '"': '\\"', '`': '\\`', '%': '\\%', '\0': '\\0', '\r': '\\r', '\n': '\\n', '\t': '\\t', '\b': '\\b', '\x1a': '\\z',
};

/** The text as a ClickHouse literal, escaped as Tinybird does (`%` too, for LIKE). `plain` are characters left alone. */
export function quote(text: string, plain = ''): string {
  // eslint-disable-next-line no-control-regex
  return `'${text.replace(/[\\'"`%\0\r\n\t\b\x1a]/g, (character) => (plain.includes(character) ? character : (ESCAPES[character] ?? character)))}'`;
}

/** One part of an identifier, in back-ticks. */
export function quoteName(name: string): string {
  return `\`${escapeName(name)}\``;
}

export function escapeName(name: string): string {
  return name.replaceAll('"', '').replace(/[\\'`]/g, (character) => `\\${character}`);
}

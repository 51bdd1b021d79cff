/** Functions that make tuples, read their elements, and join them. */
import { SandpiperError } from '../../errors.ts';
import { bound, type Bound, type Constant } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckName, duckString, type DuckSql } from '../duck.ts';
import { plainSql, tupleFieldNames } from '../physical.ts';
import { array, bare, isNullable, printType, STRING, UINT8, withoutLowCardinality, type ClickHouseType, type TupleElement } from '../types.ts';
import { at, constantText, define, isNull, nullResult, once, typeError, withConstant } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type TupleType = Extract<ClickHouseType, { kind: 'Tuple' }>;

export function tupleType(call: FunctionCall, value: Bound): TupleType {
  const type = bare(value.type);
  if (type.kind === 'Tuple') return type;
  if (type.kind === 'Geo') return tupleType(call, { ...value, type: type.of });
  throw typeError(`${call.name} takes a tuple, not a value of type ${printType(value.type)}.`, value.span);
}

/** The elements of a tuple as values that read `sql`. */
export function tupleParts(type: TupleType, sql: DuckSql, value: Bound): readonly Bound[] {
  const names = tupleFieldNames(type.elements);
  return type.elements.map((element, index) => bound(element.type, duck`(${sql}).${duckName(names[index] ?? '')}`, value.span));
}

/** A tuple of these values. */
export function tupleOf(values: readonly Bound[], call: FunctionCall, elements: readonly TupleElement[] = values.map(({ type }) => ({ type }))): Bound {
  if (values.length === 0) throw new SandpiperError('unsupported', 'An empty tuple cannot be held by Sandpiper.', { span: call.span });
  const names = tupleFieldNames(elements);
  const made = bound({ kind: 'Tuple', elements }, duck`struct_pack(${values.map((value, index) => duck`${duckName(names[index] ?? '')} := ${plainSql(value)}`)})`, call.span);
  const constants = values.map((value) => value.constant).filter((item): item is Constant => item !== undefined);
  return withConstant(made, constants.length === values.length ? { kind: 'tuple', items: constants } : undefined);
}

/** tuple.1, tuple.name, and the subcolumns of other types: map.keys, nullable.null, array.size0. */
function tupleElement(args: readonly Bound[], call: FunctionCall): Bound {
  const [container, key, fallback] = [at(args, 0), at(args, 1), args[2]];
  const type = bare(container.type);
  if (type.kind === 'Array') return elementOfEach(container, type.of, key, call);
  if (type.kind === 'Nested') return elementOfEach(container, { kind: 'Tuple', elements: type.elements }, key, call);
  if (type.kind !== 'Tuple') return subcolumn(container, type, key, call, fallback);
  const names = tupleFieldNames(type.elements);
  const index = elementIndex(type, key, call);
  const element = type.elements[index];
  if (!element) {
    if (fallback) return { ...fallback, span: call.span };
    const known = type.elements.map((part) => part.name).filter((name) => name !== undefined);
    throw typeError(`This tuple of type ${printType(type)} has no element ${describeKey(key)}${known.length > 0 ? `: it has ${known.join(', ')}` : ''}.`, key.span);
  }
  const constant = container.constant?.kind === 'tuple' ? container.constant.items[index] : undefined;
  return withConstant(bound(element.type, duck`(${plainSql(container)}).${duckName(names[index] ?? '')}`, call.span), constant);
}

function describeKey(key: Bound): string {
  if (key.constant?.kind === 'text') return key.constant.value;
  return key.constant?.kind === 'integer' ? String(key.constant.value) : 'of this name';
}

function elementIndex(type: TupleType, key: Bound, call: FunctionCall): number {
  if (key.constant?.kind === 'integer') {
    const number = Number(key.constant.value);
    return number < 0 ? type.elements.length + number : number - 1;
  }
  const name = constantText(call, key, 'the name of the element');
  const byName = type.elements.findIndex((element) => element.name === name);
  return byName === -1 && /^\d+$/.test(name) && type.elements.every((element) => element.name === undefined) ? Number(name) - 1 : byName;
}

/** `nested.name` and tupleElement over an array of tuples: the element of each. */
function elementOfEach(container: Bound, element: ClickHouseType, key: Bound, call: FunctionCall): Bound {
  if (key.constant?.kind === 'text' && /^size\d+$/.test(key.constant.value)) return call.context.call('length', [container], call.span);
  const item = duckName(call.context.freshName());
  const inner = tupleElement([bound(element, item, container.span), key], call);
  return bound(array(withoutLowCardinality(inner.type)), duck`list_transform(${plainSql(container)}, lambda ${item}: ${plainSql(inner)})`, call.span);
}

function subcolumn(container: Bound, type: ClickHouseType, key: Bound, call: FunctionCall, fallback: Bound | undefined): Bound {
  const name = key.constant?.kind === 'text' ? key.constant.value : undefined;
  if (type.kind === 'Map' && name === 'keys') return call.context.call('mapKeys', [container], call.span);
  if (type.kind === 'Map' && name === 'values') return call.context.call('mapValues', [container], call.span);
  if (type.kind === 'Map' && name !== undefined && name.startsWith('size')) return call.context.call('length', [container], call.span);
  if (type.kind === 'Geo') return tupleElement([{ ...container, type: type.of }, key], call);
  if (name === 'null' && isNullable(container.type)) return call.context.call('isNull', [container], call.span);
  if (name === 'size' && type.kind === 'String') return call.context.call('length', [container], call.span);
  if ((type.kind === 'JSON' || type.kind === 'Dynamic') && name !== undefined) {
    return bound({ kind: 'Dynamic' }, duck`json_extract(${plainSql(container)}, ${duckString(`$."${name.replaceAll('"', '\\"')}"`)})`, call.span);
  }
  if (fallback) return { ...fallback, span: call.span };
  throw typeError(`A value of type ${printType(container.type)} has no part ${describeKey(key)}.`, container.span);
}

function tupleConcat(args: readonly Bound[], call: FunctionCall): Bound {
  const parts = args.flatMap((arg) => tupleParts(tupleType(call, arg), plainSql(arg), arg));
  return tupleOf(parts, call);
}

function tupleNames(args: readonly Bound[], call: FunctionCall): Bound {
  const type = tupleType(call, at(args, 0));
  return bound(array(STRING), duck`[${tupleFieldNames(type.elements).map(duckString)}]`, call.span);
}

function tupleToNameValuePairs(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  const type = tupleType(call, value);
  const inner = commonType(type.elements.map((element) => withoutLowCardinality(element.type)), call.span);
  const names = tupleFieldNames(type.elements);
  const sql = once(call, plainSql(value), (row) => {
    const pairs = tupleParts(type, row, value).map((part, index) => duck`struct_pack("1" := ${duckString(names[index] ?? '')}, "2" := ${plainSql(cast(part, inner))})`);
    return duck`[${pairs}]`;
  });
  return bound(array({ kind: 'Tuple', elements: [{ type: STRING }, { type: inner }] }), sql, call.span);
}

function flattenTuple(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  const leaves = (type: ClickHouseType, sql: DuckSql, path: string): readonly { readonly name: string | undefined; readonly value: Bound }[] => {
    const inner = bare(type);
    if (inner.kind !== 'Tuple') return [{ name: path === '' ? undefined : path, value: bound(type, sql, value.span) }];
    return tupleParts(inner, sql, value).flatMap((part, index) => {
      const name = inner.elements[index]?.name;
      return leaves(part.type, part.sql, name === undefined ? path : path === '' ? name : `${path}.${name}`);
    });
  };
  const found = leaves(tupleType(call, value), plainSql(value), '');
  return tupleOf(found.map((leaf) => leaf.value), call, found.map((leaf) => (leaf.name === undefined ? { type: leaf.value.type } : { name: leaf.name, type: leaf.value.type })));
}

function tupleHammingDistance(args: readonly Bound[], call: FunctionCall): Bound {
  const [left, right] = [at(args, 0), at(args, 1)];
  if (isNull(left) || isNull(right)) return nullResult(call.span);
  const [a, b] = [tupleParts(tupleType(call, left), plainSql(left), left), tupleParts(tupleType(call, right), plainSql(right), right)];
  if (a.length !== b.length) throw typeError(`${call.name} takes two tuples of the same length.`, call.span);
  const bits = a.map((part, index) => {
    const differs = call.context.call('notEquals', [part, at(b, index)], call.span);
    return bound(UINT8, plainSql(differs), call.span);
  });
  return bits.reduce((left, right) => call.context.call('plus', [left, right], call.span));
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'tuple' as const });

export const TUPLE: readonly FunctionDefinition[] = [
  define(describe('tuple', 'tuple(value, …)', 'A tuple of the values.'), 0, Infinity, (args, call) => tupleOf(args, call)),
  define(describe('tupleElement', 'tupleElement(tuple, index or name[, default])', 'An element of a tuple.'), 2, 3, tupleElement),
  define(describe('tupleConcat', 'tupleConcat(tuple, …)', 'The elements of several tuples as one.'), 1, Infinity, tupleConcat),
  define(describe('tupleNames', 'tupleNames(tuple)', 'The names of the elements.'), 1, 1, tupleNames),
  define(describe('tupleToNameValuePairs', 'tupleToNameValuePairs(tuple)', 'Pairs of name and value of the elements.'), 1, 1, tupleToNameValuePairs),
  define(describe('flattenTuple', 'flattenTuple(tuple)', 'Tuples inside a tuple as one tuple.'), 1, 1, flattenTuple),
  define(describe('tupleHammingDistance', 'tupleHammingDistance(tuple, tuple)', 'At how many places two tuples differ.'), 2, 2, tupleHammingDistance),
];

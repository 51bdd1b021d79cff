/**
 * The part of a JSON text that keys and indices name, as JSONExtract and its kin find it: text keys in objects, numbers
 * from 1 (or from the end when negative) in arrays and in objects by order. NULL where there is none or the text is no JSON.
 */
import type { Bound } from '../bound.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare } from '../types.ts';
import { need, ordinal, typeError } from './arguments.ts';
import { wholeSql } from './argument-forms.ts';
import type { FunctionCall } from './definition.ts';

/** The JSON that the path leads to. */
export function jsonAt(call: FunctionCall, json: Bound, path: readonly Bound[], anyCase = false): DuckSql {
  need(call, json, 'text', 0);
  const whole = plainSql(json);
  let keys: string[] = [];
  let found = whole.text.length <= 80 ? duck`CASE WHEN sandpiper_is_json(${whole}) THEN json_extract(${whole}, '$') END` : duck`sandpiper_json(${whole})`;
  let untouched = true;
  const flush = () => {
    if (keys.length === 0) return;
    const steps = duckString(`$${keys.map((key) => `."${key.replace(/[\\"]/g, '\\$&')}"`).join('')}`);
    found = untouched && whole.text.length <= 80 ? duck`CASE WHEN sandpiper_is_json(${whole}) THEN json_extract(${whole}, ${steps}) END` : duck`json_extract(${found}, ${steps})`;
    untouched = false;
    keys = [];
  };
  path.forEach((step, index) => {
    const kind = bare(step.type).kind;
    if (step.constant?.kind === 'text' && !anyCase && step.constant.value !== '') {
      keys.push(step.constant.value);
      return;
    }
    flush();
    untouched = false;
    if (kind === 'String' || kind === 'FixedString') found = byKey(call, found, plainSql(step), anyCase);
    else if (kind === 'Integer') found = byIndex(call, found, step);
    else throw typeError(`${call.name} takes texts (keys) and whole numbers (indices) as a path, not its ${ordinal(index + 1)} argument.`, step.span);
  });
  flush();
  return found;
}

function byKey(call: FunctionCall, json: DuckSql, key: DuckSql, anyCase: boolean): DuckSql {
  return withName(call, json, (value) => {
    const same = anyCase ? duck`lower(k) = lower(${key})` : duck`k = ${key}`;
    return duck`json_extract(${value}, '$.*')[list_position(list_transform(json_keys(${value}), lambda k: ${same}), TRUE)]`;
  });
}

function byIndex(call: FunctionCall, json: DuckSql, step: Bound): DuckSql {
  const constant = step.constant?.kind === 'integer' ? step.constant.value : undefined;
  if (constant === 0n) return duck`CAST(NULL AS JSON)`;
  return withName(call, json, (value) => {
    const index = wholeSql(step);
    const place = constant === undefined
      ? duck`json_extract(${value}, '$[*]')[${index}]`
      : duck`json_extract(${value}, ${duckString(constant > 0n ? `$[${constant - 1n}]` : `$[#${constant}]`)})`;
    return duck`CASE json_type(${value}) WHEN 'OBJECT' THEN json_extract(${value}, '$.*')[${constant === undefined ? index : duckInteger(constant)}] WHEN 'ARRAY' THEN ${place} END`;
  });
}

/** Names a JSON value once, as a lambda parameter: each use would read the text again. */
export function withName(call: FunctionCall, value: DuckSql, body: (name: DuckSql) => DuckSql): DuckSql {
  const name = duckName(call.context.freshName());
  return duck`list_transform([${value}], lambda ${name}: ${body(name)})[1]`;
}

/** `$.a.b[1]` as keys and indices; undefined when the path holds more than names and whole numbers. */
export function parsePath(text: string): readonly (string | number)[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const match = /^(?:\.([A-Za-z_][\w-]*)|\.?\["([^"]*)"\]|\.?\['([^']*)'\]|\.?"([^"]*)"|\[(\d+)\])/.exec(rest);
    if (!match) return undefined;
    const name = match[1] ?? match[2] ?? match[3] ?? match[4];
    steps.push(name ?? Number(match[5]));
    rest = rest.slice(match[0].length);
  }
  return steps;
}

/** A step of a path that may name several values: a name, all elements, or ranges of them without their last. */
export type PathStep = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'all' } | { readonly kind: 'ranges'; readonly ranges: readonly (readonly [number, number])[] };

/** `$.a[*].b[0 to 2, 4]` as steps; undefined for another text. */
export function parseWidePath(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const match = /^(?:\.([A-Za-z_][\w-]*)|\.?\["([^"]*)"\]|\.?\['([^']*)'\]|\.?"([^"]*)"|\[(\*)\]|\[([\d\s,to]+)\])/.exec(rest);
    if (!match) return undefined;
    const name = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (name !== undefined) steps.push({ kind: 'name', name });
    else if (match[5]) steps.push({ kind: 'all' });
    else {
      const ranges = (match[6] ?? '').split(',').map((part) => /^\s*(\d+)(?:\s+to\s+(\d+))?\s*$/.exec(part));
      if (ranges.includes(null)) return undefined;
      steps.push({ kind: 'ranges', ranges: ranges.map((range) => [Number(range?.[1]), range?.[2] === undefined ? Number(range?.[1]) + 1 : Number(range[2])]) });
    }
    rest = rest.slice(match[0].length);
  }
  return steps;
}

/** The values that a step leads to from each of a list of JSON values. */
export function eachStep(values: DuckSql, step: PathStep): DuckSql {
  const elements = duck`json_extract(value, '$[*]')`;
  const ofArrays = (list: DuckSql) => duck`flatten(list_transform(${values}, lambda value: CASE WHEN json_type(value) = 'ARRAY' THEN ${list} ELSE [] END))`;
  switch (step.kind) {
    case 'name':
      return duck`list_filter(list_transform(${values}, lambda value: json_extract(value, ${duckString(`$."${step.name.replace(/[\\"]/g, '\\$&')}"`)})), lambda value: value IS NOT NULL)`;
    case 'all':
      return ofArrays(elements);
    case 'ranges': {
      const parts = step.ranges.map(([from, to]) => duck`${elements}[${duckInteger(from + 1)}:${duckInteger(to)}]`);
      return ofArrays(parts.length === 1 ? duck`${parts}` : duck`list_concat(${parts})`);
    }
    default:
      return step satisfies never;
  }
}

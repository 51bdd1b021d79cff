/** ClickHouse's functions on JSON held as text. What a path names is in json-path.ts, values of a type in json-value.ts. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { JSON_INDENT, JSON_MERGE } from '../computed/json-form.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { parseType } from '../parse-type.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { SandpiperError } from '../../errors.ts';
import { array, bare, FLOAT64, INT64, isNullable, nullable, STRING, tuple, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, isSwitchedOn, lowCardinality, need, nullResult, result, typeError, unsupported, type OtherNames } from './arguments.ts';
import { escapedPattern, present } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { eachStep, jsonAt, parsePath, parseWidePath, withName } from './json-path.ts';
import { toJsonString } from './json-text.ts';
import { jsonAs } from './json-value.ts';

const JSON_TYPE: ClickHouseType = {
  kind: 'Enum',
  bits: 8,
  values: [
    { name: 'Null', value: 0 }, { name: 'String', value: 34 }, { name: 'Array', value: 91 }, { name: 'Bool', value: 98 },
    { name: 'Double', value: 100 }, { name: 'Int64', value: 105 }, { name: 'UInt64', value: 117 }, { name: 'Object', value: 123 },
  ],
};

/** A result that is NULL where the JSON or a key of the path is; never LowCardinality. */
function answer(call: FunctionCall, args: readonly Bound[], type: ClickHouseType, sql: DuckSql): Bound {
  const some = args.some((arg) => isNullable(arg.type) && arg.type.kind !== 'LowCardinality');
  return bound(some ? nullable(type) : type, some ? present(args, sql) : sql, call.span);
}

type Reader = (call: FunctionCall, json: DuckSql) => { readonly type: ClickHouseType; readonly sql: DuckSql };

function reading(read: Reader, anyCase: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    if (args.some(isNull)) return nullResult(call.span);
    const [json, ...path] = args;
    if (!json) throw typeError(`${call.name} takes a JSON text.`, call.span);
    const { type, sql } = read(call, jsonAt(call, json, path, anyCase));
    return answer(call, args, type, sql);
  };
}

/** JSONExtract(json, path…, 'Type') and JSONExtractKeysAndValues(json, path…, 'Type'). */
function typed(read: (call: FunctionCall, json: DuckSql, type: ClickHouseType) => { readonly type: ClickHouseType; readonly sql: DuckSql }, anyCase: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const name = args.at(-1);
    const [json, ...path] = args.slice(0, -1);
    if (!name || !json) throw typeError(`${call.name} takes a JSON text, a path and the name of a type.`, call.span);
    const wanted = typeOf(constantText(call, name, 'the type'), name);
    if (isNull(json)) return nullResult(call.span);
    const { type, sql } = read(call, jsonAt(call, json, path, anyCase), wanted);
    return answer(call, [json, ...path], type, sql);
  };
}

function typeOf(text: string, at: Bound): ClickHouseType {
  try {
    return parseType(text);
  } catch (error) {
    if (error instanceof SandpiperError) throw new SandpiperError(error.code, error.message, { span: at.span, cause: error });
    throw error;
  }
}

const exact = (type: ClickHouseType, sql: (value: DuckSql) => DuckSql): Reader => (call, json) => ({ type, sql: withName(call, json, sql) });

const READERS: Readonly<Record<string, readonly [Reader, string]>> = {
  String: [exact(STRING, (value) => duck`coalesce(sandpiper_json_string(${value}), '')`), 'The value as text.'],
  Int: [exact(INT64, (value) => duck`coalesce(TRY_CAST(sandpiper_json_integer(${value}) AS BIGINT), 0)`), 'The value as Int64, 0 where it is none.'],
  UInt: [exact(UINT64, (value) => duck`coalesce(TRY_CAST(sandpiper_json_integer(${value}) AS UBIGINT), 0)`), 'The value as UInt64, 0 where it is none.'],
  Float: [exact(FLOAT64, (value) => duck`coalesce(sandpiper_json_float(${value}), 0)`), 'The value as Float64, 0 where it is none.'],
  Bool: [exact(UINT8, (value) => duck`CAST(CASE json_type(${value}) WHEN 'BOOLEAN' THEN ${value} = 'true' WHEN 'BIGINT' THEN ${value} <> '0' WHEN 'UBIGINT' THEN ${value} <> '0' ELSE FALSE END AS UTINYINT)`), '1 for true, else 0.'],
  Raw: [exact(STRING, (value) => duck`coalesce(sandpiper_json_raw(${value}), '')`), 'The value as JSON text.'],
  ArrayRaw: [exact(array(STRING), (value) => duck`CASE WHEN json_type(${value}) = 'ARRAY' THEN list_transform(json_extract(${value}, '$[*]'), lambda e: sandpiper_json_raw(e)) ELSE [] END`), 'The elements of an array as JSON texts.'],
  Keys: [exact(array(STRING), (value) => duck`coalesce(json_keys(${value}), [])`), 'The keys of an object.'],
  KeysAndValuesRaw: [exact(array(tuple(STRING, STRING)), (value) => duck`CASE WHEN json_type(${value}) = 'OBJECT' THEN list_transform(list_zip(json_keys(${value}), json_extract(${value}, '$.*')), lambda z: struct_pack("1" := z[1], "2" := sandpiper_json_raw(z[2]))) ELSE [] END`), 'The keys of an object and their values as JSON texts.'],
};

function keysAndValues(call: FunctionCall, json: DuckSql, type: ClickHouseType) {
  const pairs = tuple(STRING, type);
  const sql = withName(call, json, (value) => duck`CASE WHEN json_type(${value}) = 'OBJECT' THEN list_transform(list_filter(list_zip(json_keys(${value}), json_extract(${value}, '$.*')), lambda z: ${fits(type)}), lambda z: struct_pack("1" := z[1], "2" := ${jsonAs(call, duck`z[2]`, type)})) ELSE [] END`);
  return { type: array(pairs), sql };
}

/** Values that cannot be read as the type are left out of JSONExtractKeysAndValues. */
function fits(type: ClickHouseType): DuckSql {
  const inner = bare(type);
  const kind = inner.kind;
  if (isNullable(type)) return duck`TRUE`;
  if (inner.kind === 'Integer') return duck`TRY_CAST(sandpiper_json_integer(z[2]) AS ${duckTypeSql(inner)}) IS NOT NULL`;
  if (kind === 'Float') return duck`sandpiper_json_float(z[2]) IS NOT NULL`;
  if (kind === 'Date' || kind === 'Date32' || kind === 'UUID' || kind === 'IPv4' || kind === 'IPv6') return duck`json_type(z[2]) = 'VARCHAR'`;
  return ['String', 'FixedString', 'Bool', 'Decimal', 'Enum'].includes(kind) ? duck`json_type(z[2]) <> 'NULL'` : duck`TRUE`;
}

function jsonKey(args: readonly Bound[], call: FunctionCall): Bound {
  const [json, ...rest] = args;
  const index = rest.at(-1);
  if (!json || !index) throw typeError('JSONKey takes a JSON text, a path and the number of the key.', call.span);
  if (args.some(isNull)) return nullResult(call.span);
  need(call, index, 'integer', args.length - 1);
  return answer(call, args, STRING, duck`coalesce(json_keys(${jsonAt(call, json, rest.slice(0, -1))})[CAST(${plainSql(index)} AS BIGINT)], '')`);
}

/** The JSON values that a constant path such as `$.a.b[0]` or `$.a[*][0 to 2, 4]` names: one, or a list of them. */
function byPath(args: readonly Bound[], call: FunctionCall): { readonly isList: boolean; readonly sql: DuckSql } {
  const [json, path] = [at(args, 0), at(args, 1)];
  const text = constantText(call, path, 'the path');
  need(call, json, 'text', 0);
  const whole = duck`sandpiper_json(${plainSql(json)})`;
  const steps = parsePath(text);
  if (steps) {
    const written = duckString(`$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step.replace(/[\\"]/g, '\\$&')}"`)).join('')}`);
    return { isList: false, sql: duck`json_extract(${whole}, ${written})` };
  }
  const wide = parseWidePath(text);
  if (!wide) throw unsupported(`${call.name} understands paths of names, whole numbers, ranges and * such as $.a.b[0] and $.a[*][0 to 2, 4], not ${text}.`, path.span);
  return { isList: true, sql: wide.reduce((values, step) => eachStep(values, step), duck`list_filter([${whole}], lambda value: value IS NOT NULL)`) };
}

/** The first value that a path names, where `holds` of it; NULL where there is none. */
function firstByPath(args: readonly Bound[], call: FunctionCall, holds: (value: DuckSql) => DuckSql): DuckSql {
  const { isList, sql } = byPath(args, call);
  return isList ? duck`(list_filter(${sql}, lambda value: ${holds(duck`value`)}))[1]` : sql;
}

/** '' where there is no scalar, or NULL where the query asks for that. */
function jsonValue(args: readonly Bound[], call: FunctionCall): Bound {
  const nullsAllowed = isSwitchedOn(call, 'function_json_value_return_type_allow_nullable');
  const first = firstByPath(args, call, (value) => duck`json_type(${value}) NOT IN ('OBJECT', 'ARRAY')`);
  const text = withName(call, first, (value) => duck`CASE WHEN json_type(${value}) IN ('OBJECT', 'ARRAY') THEN NULL WHEN json_type(${value}) = 'NULL' THEN 'null' ELSE sandpiper_json_string(${value}) END`);
  if (!nullsAllowed) return answer(call, args, STRING, duck`coalesce(${text}, '')`);
  return bound(nullable(STRING), present(args, text), call.span);
}

/** `"name":` as it must stand in the text for the simpleJSON functions, which do not parse. */
function simple(name: string, help: string, type: ClickHouseType, sql: (text: DuckSql, key: string) => DuckSql): FunctionDefinition {
  const alias = name.replace('simpleJSON', 'visitParam');
  return define({ name, signature: `${name}(json, 'key')`, help, category: 'JSON', aliases: [alias] }, 2, 2, (args, call) => {
    const [json, key] = [at(args, 0), at(args, 1)];
    need(call, json, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const pattern = escapedPattern(JSON.stringify(constantText(call, key, 'the key')));
    return bound(lowCardinality(args, isNullable(json.type) ? nullable(type) : type), present([json], sql(plainSql(json), pattern)), call.span);
  });
}

function nested(inner: string): string {
  const text = '"(?:[^"\\\\]|\\\\.)*"';
  return `(?:\\{(?:[^{}\\[\\]"]|${text}|${inner})*\\}|\\[(?:[^{}\\[\\]"]|${text}|${inner})*\\])`;
}

/** A JSON value as a regular expression, containers up to three deep. */
const RAW_VALUE = `(?:"(?:[^"\\\\]|\\\\.)*"|${nested(nested(nested('[^\\s\\S]')))}|[^,}\\]\\s]+)`;

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'JSON' as const, ...extra });

const capture = (text: DuckSql, pattern: string) => duck`regexp_extract(${text}, ${duckString(pattern)}, 1)`;

export const JSON_FUNCTIONS: readonly FunctionDefinition[] = [
  ...[false, true].flatMap((anyCase): readonly FunctionDefinition[] => {
    const suffix = anyCase ? 'CaseInsensitive' : '';
    return [
      ...Object.entries(READERS).map(([name, [read, help]]) => define(describe(`JSONExtract${name}${suffix}`, `JSONExtract${name}${suffix}(json[, key or index, …])`, help), 1, Infinity, reading(read, anyCase))),
      define(describe(`JSONExtract${suffix}`, `JSONExtract${suffix}(json[, key or index, …], 'Type')`, 'The value in the named type, its default where it does not fit.'), 2, Infinity, typed((call, json, type) => ({ type, sql: jsonAs(call, json, type) }), anyCase)),
      define(describe(`JSONExtractKeysAndValues${suffix}`, `JSONExtractKeysAndValues${suffix}(json[, key or index, …], 'Type')`, 'The keys of an object and their values in the named type.'), 2, Infinity, typed(keysAndValues, anyCase)),
    ];
  }),
  define(describe('JSONHas', 'JSONHas(json[, key or index, …])', '1 when the value exists.'), 1, Infinity, (args, call) => {
    const [json, ...path] = args;
    if (!json || args.some(isNull)) return nullResult(call.span);
    return answer(call, args, UINT8, duck`CAST(${jsonAt(call, json, path)} IS NOT NULL AS UTINYINT)`);
  }),
  define(describe('JSONLength', 'JSONLength(json[, key or index, …])', 'How many elements an array or object has.'), 1, Infinity, reading(exact(UINT64, (value) => duck`CAST(CASE json_type(${value}) WHEN 'OBJECT' THEN len(json_keys(${value})) WHEN 'ARRAY' THEN json_array_length(${value}) ELSE 0 END AS UBIGINT)`), false)),
  define(describe('JSONType', 'JSONType(json[, key or index, …])', 'The type of the value.'), 1, Infinity, reading(exact(JSON_TYPE, (value) => duck`CASE json_type(${value}) WHEN 'OBJECT' THEN 'Object' WHEN 'ARRAY' THEN 'Array' WHEN 'VARCHAR' THEN 'String' WHEN 'BOOLEAN' THEN 'Bool' WHEN 'DOUBLE' THEN 'Double' WHEN 'BIGINT' THEN 'Int64' WHEN 'UBIGINT' THEN CASE WHEN CAST(${value} AS UBIGINT) > 9223372036854775807 THEN 'UInt64' ELSE 'Int64' END ELSE 'Null' END`), false)),
  define(describe('JSONKey', 'JSONKey(json[, key or index, …], number)', 'The key of an object at a place.'), 2, Infinity, jsonKey),
  define(describe('isValidJSON', 'isValidJSON(text)', '1 when the text is JSON.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text');
    if (isNull(at(args, 0))) return nullResult(call.span);
    return answer(call, args, UINT8, duck`CAST(sandpiper_is_json(${plainSql(at(args, 0))}) AS UTINYINT)`);
  }),
  define(describe('JSONArrayLength', 'JSONArrayLength(json)', 'The length of an array, NULL when it is none.', { caseInsensitiveAliases: ['JSON_ARRAY_LENGTH'] }), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text');
    const sql = withName(call, duck`sandpiper_json(${plainSql(at(args, 0))})`, (value) => duck`CASE WHEN json_type(${value}) = 'ARRAY' THEN CAST(json_array_length(${value}) AS UBIGINT) END`);
    return bound(nullable(UINT64), sql, call.span);
  }),
  define(describe('JSON_VALUE', "JSON_VALUE(json, '$.path')", 'The first scalar at a path as text.'), 2, 2, jsonValue),
  define(describe('JSON_QUERY', "JSON_QUERY(json, '$.path')", 'The values at a path, as JSON in an array.'), 2, 2, (args, call) => {
    const { isList, sql } = byPath(args, call);
    const list = (values: DuckSql) => duck`CASE WHEN len(${values}) > 0 THEN '[' || array_to_string(list_transform(${values}, lambda value: sandpiper_json_raw(value)), ', ') || ']' ELSE '' END`;
    return answer(call, args, STRING, isList ? withName(call, sql, list) : withName(call, sql, (value) => duck`coalesce('[' || sandpiper_json_raw(${value}) || ']', '')`));
  }),
  define(describe('JSON_EXISTS', "JSON_EXISTS(json, '$.path')", '1 when there is a value at the path.'), 2, 2, (args, call) => {
    const { isList, sql } = byPath(args, call);
    return answer(call, args, UINT8, isList ? duck`CAST(coalesce(len(${sql}), 0) > 0 AS UTINYINT)` : duck`CAST(${sql} IS NOT NULL AS UTINYINT)`);
  }),
  define(describe('JSONMergePatch', 'JSONMergePatch(json, …)', 'JSON objects merged; later ones win.', { aliases: ['jsonMergePatch'] }), 1, Infinity, (args, call) => {
    args.forEach((arg, index) => need(call, arg, 'text', index));
    if (args.some(isNull)) return nullResult(call.span);
    const texts = args.map((arg) => withName(call, plainSql(arg), (text) => duck`CASE WHEN sandpiper_is_json(${text}) THEN ${text} ELSE error('JSONMergePatch takes JSON objects.') END`));
    return result(call, args, STRING, present(args, callComputed(JSON_MERGE, duck`[${texts}]`)));
  }),
  define(describe('prettyPrintJSON', 'prettyPrintJSON(json[, indent])', 'The JSON text on several lines.'), 1, 2, (args, call) => {
    need(call, at(args, 0), 'text');
    if (isNull(at(args, 0))) return nullResult(call.span);
    const pretty = duck`json_pretty(${plainSql(at(args, 0))})`;
    return answer(call, [at(args, 0)], STRING, args[1] ? callComputed(JSON_INDENT, pretty, duckInteger(constantInteger(call, args[1], 'the number of blanks'))) : pretty);
  }),
  define(describe('toJSONString', 'toJSONString(value)', 'Any value as JSON text.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    return bound(lowCardinality(args, isNullable(value.type) ? nullable(STRING) : STRING), toJsonString(value, call), call.span);
  }),
  simple('simpleJSONHas', '1 when the text has the key.', UINT8, (text, key) => duck`CAST(regexp_matches(${text}, ${duckString(`${key}:`)}) AS UTINYINT)`),
  simple('simpleJSONExtractString', 'The text value of a key, found without parsing.', STRING, (text, key) =>
    duck`coalesce(json_extract_string(sandpiper_json('"' || ${capture(text, `${key}:"((?:[^"\\\\]|\\\\.)*)"`)} || '"'), '$'), '')`),
  simple('simpleJSONExtractInt', 'The whole number of a key, found without parsing.', INT64, (text, key) => duck`coalesce(TRY_CAST(${capture(text, `${key}:"?(-?[0-9]+)`)} AS BIGINT), 0)`),
  simple('simpleJSONExtractUInt', 'The whole number of a key, found without parsing.', UINT64, (text, key) => duck`coalesce(TRY_CAST(${capture(text, `${key}:"?([0-9]+)`)} AS UBIGINT), 0)`),
  simple('simpleJSONExtractFloat', 'The number of a key, found without parsing.', FLOAT64, (text, key) => duck`coalesce(TRY_CAST(${capture(text, `${key}:"?([-+0-9.eE]+)`)} AS DOUBLE), 0)`),
  simple('simpleJSONExtractBool', '1 when the key is true, found without parsing.', UINT8, (text, key) => duck`CAST(regexp_matches(${text}, ${duckString(`${key}:true`)}) AS UTINYINT)`),
  simple('simpleJSONExtractRaw', 'The value of a key as it is written; objects and arrays inside of each other up to three deep.', STRING, (text, key) => capture(text, `${key}:([ \\t\\r\\n]*${RAW_VALUE})`)),
];

/** Aggregates that read or write text: rows in a format, and the paths of JSON documents. */
import { bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { JSON_PATHS } from '../computed/json-paths.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { array, map, STRING, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect } from './fold.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall } from './rule.ts';
import { isNumber } from './sums.ts';

const FORMATS = ['JSONEachRow', 'CSV', 'TSV', 'TabSeparated'];
const QUOTED: readonly ClickHouseType['kind'][] = ['String', 'FixedString', 'Enum', 'UUID', 'IPv4', 'IPv6', 'Date', 'Date32', 'DateTime', 'DateTime64'];

/** A row's values in the format, its newline included. */
function formatted(call: RuleCall, format: string): DuckSql {
  const cells = call.types.map((type, index) => {
    const text = cast(bound(type, argument(call, index), call.span), STRING, { timeZone: call.context.timeZone }).sql;
    const isQuoted = QUOTED.includes(type.kind);
    if (format === 'JSONEachRow') return duck`${duckString(`"c${index + 1}":`)} || ${isQuoted ? duck`CAST(to_json(${text}) AS VARCHAR)` : text}`;
    if (format === 'CSV') return isQuoted ? duck`'"' || replace(${text}, '"', '""') || '"'` : text;
    return duck`replace(replace(replace(${text}, '\\', '\\\\'), chr(9), '\\t'), chr(10), '\\n')`;
  });
  const between = format === 'CSV' || format === 'JSONEachRow' ? duckString(',') : duck`chr(9)`;
  const line = duck`concat_ws(${between}, ${cells})`;
  return format === 'JSONEachRow' ? joined([duck`'{'`, line, duck`'}'`, duck`chr(10)`], ' || ') : duck`${line} || chr(10)`;
}

const GROUP_FORMAT: Rule = {
  name: 'groupFormat', signature: "groupFormat('format')(x, …)", help: 'All rows as one text in the format JSONEachRow, CSV or TSV.', takes: [1, Infinity], parameters: [1, 1],
  type: (types, _parameters, refuse) => (types.every((type) => isNumber(type) || QUOTED.includes(type.kind)) ? STRING : refuse('numbers, texts, dates and times')),
  aggregate: (call) => {
    const [parameter] = call.parameters;
    const format = parameter?.constant?.kind === 'text' ? parameter.constant.value : '';
    if (!FORMATS.includes(format)) throw typeError(`groupFormat is supported with ${FORMATS.map((name) => `'${name}'`).join(', ')}.`, parameter?.span ?? call.span);
    return { sql: duck`array_to_string(${collect(call, formatted(call, format))}, '')` };
  },
};

function isDocument(type: ClickHouseType | undefined): boolean {
  return type?.kind === 'JSON';
}

/** The paths whose types the JSON type fixes: `JSON(a UInt32, b.c String)`. */
function typedPaths(type: ClickHouseType): readonly (readonly [string, string])[] {
  const parts = type.kind === 'JSON' ? [...type.parameters.matchAll(/([\w.`]+)\s+([A-Z]\w*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?)/g)] : [];
  return parts.filter((part) => part[1]?.toUpperCase() !== 'SKIP').map((part) => [part[1]?.replaceAll('`', '') ?? '', part[2] ?? ''] as const);
}

const DISTINCT_PATHS: readonly Rule[] = ([
  ['distinctJSONPaths', 'The paths of all values in JSON documents, sorted.', array(STRING)],
  ['distinctJSONPathsAndTypes', 'The paths of all values in JSON documents with the types of their values.', map(STRING, array(STRING))],
] as const).map(([name, help, result]) => ({
  name, signature: `${name}(json)`, help, nullableResult: false,
  type: ([type], _parameters, refuse) => (isDocument(type) ? result : refuse('a JSON value')),
  aggregate: (call) => {
    const paths = callComputed(JSON_PATHS, collect(call, duck`CAST(${argument(call)} AS VARCHAR)`));
    const path = duck`"@p"[${duckInteger(1)}]`;
    if (result.kind === 'Array') return { sql: duck`list_transform(${paths}, lambda "@p": ${path})` };
    const typed = typedPaths(typeAt(call.types)).map(([name, type]) => duck`WHEN ${duckString(name)} THEN [${duckString(type)}]`);
    const types = typed.length === 0 ? duck`"@p"[2:]` : duck`CASE ${path} ${joined(typed, ' ')} ELSE "@p"[2:] END`;
    return { sql: duck`map_from_entries(list_transform(${paths}, lambda "@p": struct_pack(k := ${path}, v := ${types})))` };
  },
}));

export const TEXTS: readonly AggregateDefinition[] = [GROUP_FORMAT, ...DISTINCT_PATHS].map(aggregate);

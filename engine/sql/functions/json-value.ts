/**
 * A JSON value as a value of a ClickHouse type, with ClickHouse's leniency: texts that hold numbers are read as numbers,
 * fractions are cut, what does not fit is NULL here and the type's default in the result.
 */
import { bound, type Bound, type Constant } from '../bound.ts';
import { castTextOr } from '../conversion.ts';
import { duck, duckInteger, duckName, duckString, joined, type DuckSql } from '../duck.ts';
import { defaultSql, duckTypeSql, plainSql, tupleFieldNames } from '../physical.ts';
import { bare, isNullable, printType, STRING, UINT8, type ClickHouseType, type TupleElement } from '../types.ts';
import { unsupported } from './arguments.ts';
import type { FunctionCall } from './definition.ts';
import { withName } from './json-path.ts';

/** The JSON value in the type, or the default of the type where it does not fit. */
export function jsonAs(call: FunctionCall, json: DuckSql, type: ClickHouseType): DuckSql {
  const read = withName(call, json, (value) => jsonOrNull(call, value, bare(type)));
  return isNullable(type) ? read : duck`coalesce(${read}, ${defaultSql(type)})`;
}

function jsonOrNull(call: FunctionCall, value: DuckSql, type: ClickHouseType): DuckSql {
  const stored = duckTypeSql(type);
  switch (type.kind) {
    case 'Integer':
      return duck`TRY_CAST(coalesce(sandpiper_json_integer(${value}), CASE ${value} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END) AS ${stored})`;
    case 'Float':
    case 'BFloat16':
      return duck`CAST(coalesce(sandpiper_json_float(${value}), CASE ${value} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END) AS ${stored})`;
    case 'Decimal':
      return duck`CASE WHEN json_type(${value}) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN TRY_CAST(json_extract_string(${value}, '$') AS ${stored}) END`;
    case 'Bool':
      return duck`CASE json_type(${value}) WHEN 'BOOLEAN' THEN ${value} = 'true' WHEN 'BIGINT' THEN ${value} <> '0' WHEN 'UBIGINT' THEN ${value} <> '0' WHEN 'VARCHAR' THEN TRY_CAST(TRY_CAST(json_extract_string(${value}, '$') AS HUGEINT) <> 0 AS BOOLEAN) END`;
    case 'String':
      return duck`sandpiper_json_string(${value})`;
    case 'FixedString':
      return duck`CASE WHEN strlen(sandpiper_json_string(${value})) <= ${duckInteger(type.length)} THEN sandpiper_fixed(sandpiper_json_string(${value}), ${duckInteger(type.length)}) END`;
    case 'Enum': {
      const names = type.values.map((item) => duck`WHEN ${duckString(item.name)} THEN ${duckString(item.name)} WHEN ${duckString(String(item.value))} THEN ${duckString(item.name)}`);
      return duck`CASE sandpiper_json_string(${value}) ${joined(names, ' ')} END`;
    }
    case 'DateTime':
      return duck`CASE WHEN json_type(${value}) IN ('BIGINT', 'UBIGINT') THEN sandpiper_number_time(CAST(${value} AS HUGEINT)) ELSE ${ofText(call, value, type)} END`;
    case 'DateTime64':
    case 'Date':
    case 'Date32':
    case 'UUID':
    case 'IPv4':
    case 'IPv6':
      return ofText(call, value, type);
    case 'Array':
      return duck`CASE WHEN json_type(${value}) = 'ARRAY' THEN ${eachOf(call, duck`json_extract(${value}, '$[*]')`, type.of)} END`;
    case 'Nested':
      return jsonOrNull(call, value, { kind: 'Array', of: { kind: 'Tuple', elements: type.elements } });
    case 'Map':
      if (!['String', 'FixedString'].includes(bare(type.key).kind)) throw unsupported(`JSONExtract makes maps with keys of type String only, not ${printType(type.key)}.`, call.span);
      return duck`CASE WHEN json_type(${value}) = 'OBJECT' THEN CAST(map(json_keys(${value}), ${eachOf(call, duck`json_extract(${value}, '$.*')`, type.value)}) AS ${stored}) END`;
    case 'Tuple':
      return tupleOf(call, value, type.elements);
    case 'JSON':
    case 'Dynamic':
      return duck`CAST(${value} AS JSON)`;
    default:
      throw unsupported(`JSONExtract does not read ${printType(type)} here.`, call.span);
  }
}

function ofText(call: FunctionCall, value: DuckSql, type: ClickHouseType): DuckSql {
  const text = bound({ kind: 'Nullable', of: STRING }, duck`CASE WHEN json_type(${value}) = 'VARCHAR' THEN json_extract_string(${value}, '$') END`, call.span);
  if (type.kind !== 'DateTime' && type.kind !== 'DateTime64') return castTextOr(text, type, undefined, { timeZone: call.context.timeZone });
  const zone = type.timeZone === undefined ? [] : [constantOf(STRING, duckString(type.timeZone), { kind: 'text', value: type.timeZone }, call)];
  if (type.kind === 'DateTime') return plainSql(call.context.call('parseDateTimeBestEffortOrNull', [text, ...zone], call.span));
  const precision = constantOf(UINT8, duckInteger(type.precision), { kind: 'integer', value: BigInt(type.precision) }, call);
  return plainSql(call.context.call('parseDateTime64BestEffortOrNull', [text, precision, ...zone], call.span));
}

function constantOf(type: ClickHouseType, sql: DuckSql, constant: Constant, call: FunctionCall): Bound {
  return { ...bound(type, sql, call.span), constant };
}

function eachOf(call: FunctionCall, list: DuckSql, type: ClickHouseType): DuckSql {
  const item = duckName(call.context.freshName());
  const read = jsonOrNull(call, item, bare(type));
  return duck`list_transform(${list}, lambda ${item}: ${isNullable(type) ? read : duck`coalesce(${read}, ${defaultSql(type)})`})`;
}

/** By name from an object where the elements have names, else by order. */
function tupleOf(call: FunctionCall, value: DuckSql, elements: readonly TupleElement[]): DuckSql {
  const names = tupleFieldNames(elements);
  const made = (part: (element: TupleElement, index: number) => DuckSql) => duck`struct_pack(${elements.map((element, index) => duck`${duckName(names[index] ?? '')} := ${jsonAs(call, part(element, index), element.type)}`)})`;
  const named = elements.every((element) => element.name !== undefined);
  const fromObject = made((element, index) => (named ? duck`json_extract(${value}, ${duckString(`$."${(element.name ?? '').replace(/[\\"]/g, '\\$&')}"`)})` : duck`json_extract(${value}, '$.*')[${duckInteger(index + 1)}]`));
  const fromArray = made((_, index) => duck`json_extract(${value}, ${duckString(`$[${index}]`)})`);
  return duck`CASE json_type(${value}) WHEN 'OBJECT' THEN ${fromObject} WHEN 'ARRAY' THEN ${fromArray} END`;
}

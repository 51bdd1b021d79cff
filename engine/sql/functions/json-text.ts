/** toJSONString: any value as JSON text, with ClickHouse's escapes. */
import type { Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { bound } from '../bound.ts';
import { duck, duckName, duckString, joined, type DuckSql } from '../duck.ts';
import { plainSql, tupleFieldNames } from '../physical.ts';
import { isSwitchedOn } from './arguments.ts';
import { bare, isNullable, STRING, type ClickHouseType } from '../types.ts';
import type { FunctionCall } from './definition.ts';

/** The JSON text of a plain value of a type; 'null' for NULL. */
export function jsonTextSql(call: FunctionCall, value: DuckSql, type: ClickHouseType): DuckSql {
  const text = present(call, value, bare(type));
  return isNullable(type) || bare(type).kind === 'Float' ? duck`coalesce(${text}, 'null')` : text;
}

function present(call: FunctionCall, value: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Nothing':
      return duck`CAST(NULL AS VARCHAR)`;
    case 'Integer':
    case 'Bool':
    case 'Decimal':
    case 'Interval':
      return asText(call, value, type);
    case 'Float':
    case 'BFloat16':
      if (isSwitchedOn(call, 'output_format_json_quote_denormals')) return duck`CASE WHEN isfinite(${value}) THEN sandpiper_float_text(${value}) ELSE '"' || sandpiper_float_text(${value}) || '"' END`;
      return duck`CASE WHEN isfinite(${value}) THEN sandpiper_float_text(${value}) END`;
    case 'Array': {
      const item = duckName(call.context.freshName());
      return duck`'[' || array_to_string(list_transform(${value}, lambda ${item}: ${jsonTextSql(call, item, type.of)}), ',') || ']'`;
    }
    case 'Nested':
      return present(call, value, { kind: 'Array', of: { kind: 'Tuple', elements: type.elements } });
    case 'Map': {
      const entry = duckName(call.context.freshName());
      const key = quoted(asText(call, duck`${entry}.key`, bare(type.key)));
      return duck`'{' || array_to_string(list_transform(map_entries(${value}), lambda ${entry}: ${key} || ':' || ${jsonTextSql(call, duck`${entry}.value`, type.value)}), ',') || '}'`;
    }
    case 'Tuple': {
      const names = tupleFieldNames(type.elements);
      const row = duckName(call.context.freshName());
      const named = type.elements.every((element) => element.name !== undefined);
      const parts = type.elements.map((element, index) => {
        const item = jsonTextSql(call, duck`${row}.${duckName(names[index] ?? '')}`, element.type);
        const before = `${index === 0 ? '' : ','}${named ? `${JSON.stringify(names[index] ?? '')}:` : ''}`;
        return before === '' ? item : duck`${duckString(before)} || ${item}`;
      });
      return duck`list_transform([${value}], lambda ${row}: ${duckString(named ? '{' : '[')} || ${joined(parts, ' || ')} || ${duckString(named ? '}' : ']')})[1]`;
    }
    case 'JSON':
    case 'Dynamic':
      return duck`CAST(${value} AS VARCHAR)`;
    case 'Geo':
      return present(call, value, type.of);
    default:
      return quoted(asText(call, value, type));
  }
}

function asText(call: FunctionCall, value: DuckSql, type: ClickHouseType): DuckSql {
  if (type.kind === 'String' || type.kind === 'FixedString') return value;
  return plainSql(cast(bound(type, value, call.span), STRING, { timeZone: call.context.timeZone }));
}

function quoted(text: DuckSql): DuckSql {
  return duck`replace(CAST(to_json(${text}) AS VARCHAR), '/', ${duckString('\\/')})`;
}

/** toJSONString(value): NULL for NULL itself, 'null' inside of arrays, tuples and maps. */
export function toJsonString(value: Bound, call: FunctionCall): DuckSql {
  if (isNullable(value.type)) return duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN ${jsonTextSql(call, plainSql(value), value.type)} END`;
  return jsonTextSql(call, plainSql(value), value.type);
}

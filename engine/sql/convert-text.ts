/**
 * Values as ClickHouse writes them in text: toString, and the quoted form inside arrays, tuples and maps.
 * All SQL made here gives NULL for NULL and uses its value once, or through a macro.
 */
import { SandpiperError, type Span } from '../errors.ts';
import { clockText } from './convert-clock.ts';
import { duck, duckInteger, duckName, duckString, joined, type DuckSql } from './duck.ts';
import { evaluatedOnce } from './evaluated-once.ts';
import { tupleFieldNames } from './physical.ts';
import { localTime, zoneOf } from './time-zone.ts';
import { bare, printType, type ClickHouseType } from './types.ts';

/** The text form of a plain value. `depth` keeps the names of nested lambda parameters apart. */
export function textSql(value: DuckSql, type: ClickHouseType, serverZone: string, span: Span, depth = 0): DuckSql {
  const inner = bare(type);
  switch (inner.kind) {
    case 'String':
    case 'Enum':
    case 'IPv4':
    case 'IPv6':
      return value;
    case 'FixedString':
      return duck`rtrim(${value}, chr(0))`;
    case 'Nothing':
      return duck`CAST(NULL AS VARCHAR)`;
    case 'Float':
    case 'BFloat16':
      return evaluatedOnce(value, (x) => duck`sandpiper_float_text(${x})`);
    case 'Decimal':
      if (inner.scale === inner.precision) return duck`regexp_replace(rtrim(rtrim(CAST(${value} AS VARCHAR), '0'), '.'), '^(-?)([.]|$)', '\\10\\2')`;
      return inner.scale === 0 ? duck`CAST(${value} AS VARCHAR)` : duck`rtrim(rtrim(CAST(${value} AS VARCHAR), '0'), '.')`;
    case 'DateTime':
      return duck`CAST(${localTime(value, zoneOf(inner, serverZone))} AS VARCHAR)`;
    case 'DateTime64':
      return timeText(value, inner.precision, zoneOf(inner, serverZone));
    case 'Time':
    case 'Time64':
      return clockText(value, inner);
    case 'Array':
      return duck`'[' || array_to_string(${listText(value, inner.of, serverZone, span, depth)}, ',') || ']'`;
    case 'Nested':
      return textSql(value, { kind: 'Array', of: { kind: 'Tuple', elements: inner.elements } }, serverZone, span, depth);
    case 'Tuple': {
      const names = tupleFieldNames(inner.elements);
      const row = duckName(`@t${depth}`);
      const items = inner.elements.map((element, index) => quotedText(duck`${row}.${duckName(names[index] ?? '')}`, element.type, serverZone, span, depth + 1));
      if (items.length === 0) return duckString('()');
      const body = duck`'(' || ${joined(items.map((item, index) => (index === 0 ? item : duck`',' || ${item}`)), ' || ')} || ')'`;
      return duck`list_transform([${value}], lambda ${row}: ${body})[1]`;
    }
    case 'Map': {
      const entry = duckName(`@e${depth}`);
      const key = quotedText(duck`${entry}.key`, inner.key, serverZone, span, depth + 1);
      const item = quotedText(duck`${entry}.value`, inner.value, serverZone, span, depth + 1);
      return duck`'{' || array_to_string(list_transform(map_entries(${value}), lambda ${entry}: ${key} || ':' || ${item}), ',') || '}'`;
    }
    case 'Geo':
      return textSql(value, inner.of, serverZone, span, depth);
    case 'JSON':
    case 'Dynamic':
      return duck`CAST(${value} AS VARCHAR)`;
    case 'Integer':
    case 'Bool':
    case 'UUID':
    case 'Date':
    case 'Date32':
    case 'Interval':
      return duck`CAST(${value} AS VARCHAR)`;
    default:
      throw new SandpiperError('unsupported', `Sandpiper cannot write a value of type ${printType(type)} as text.`, { span });
  }
}

function listText(value: DuckSql, element: ClickHouseType, serverZone: string, span: Span, depth: number): DuckSql {
  const name = duckName(`@e${depth}`);
  return duck`list_transform(${value}, lambda ${name}: ${quotedText(name, element, serverZone, span, depth + 1)})`;
}

/** The form inside of a container: texts and times in quotes, NULL as the word. */
function quotedText(value: DuckSql, type: ClickHouseType, serverZone: string, span: Span, depth: number): DuckSql {
  const inner = bare(type);
  const text = textSql(value, inner, serverZone, span, depth);
  const quotes = ['String', 'FixedString', 'Enum'].includes(inner.kind)
    ? duck`sandpiper_quoted(${inner.kind === 'FixedString' ? value : text})`
    : ['Date', 'Date32', 'DateTime', 'DateTime64', 'Time', 'Time64', 'UUID', 'IPv4', 'IPv6'].includes(inner.kind)
      ? duck`'''' || ${text} || ''''`
      : text;
  return duck`coalesce(${quotes}, 'NULL')`;
}

/** A time with as many digits of a second as its precision. */
export function timeText(value: DuckSql, precision: number, zone: string): DuckSql {
  if (precision === 0) return duck`strftime(${localTime(value, zone)}, '%Y-%m-%d %H:%M:%S')`;
  const length = duckInteger(20 + precision);
  if (precision <= 6) return duck`left(strftime(${localTime(value, zone)}, '%Y-%m-%d %H:%M:%S.%f'), ${length})`;
  return duck`left(strftime(${localTime(value, zone)}, '%Y-%m-%d %H:%M:%S') || '.' || lpad(CAST(((epoch_ns(${value}) % 1000000000) + 1000000000) % 1000000000 AS VARCHAR), 9, '0'), ${length})`;
}

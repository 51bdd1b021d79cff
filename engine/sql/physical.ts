/**
 * How DuckDB holds ClickHouse's values: the column type for each type, default values, and the way from the cheaper
 * representations (`boolean`, `bytes`) to the plain one.
 * Decisions: DateTime is a UTC TIMESTAMP of whole seconds, DateTime64 a UTC TIMESTAMP (TIMESTAMP_NS from 7 digits on);
 * Enum is its name, IPv4 and IPv6 their canonical text (orderSql gives what to sort and compare by); an Interval is its
 * count (the unit is in the type); Time and Time64 are seconds or ticks of a second; Int256 and UInt256 have 128 bits and Decimal256 has 38 digits here, more is refused by DuckDB while running;
 * tuples are structs whose unnamed fields are called 1, 2, …; Dynamic is JSON.
 * How aggregate states are held, aggregates/registry.ts knows and tells through `holdStatesAs`.
 */
import { SandpiperError, unreachable } from '../errors.ts';
import type { Bound } from './bound.ts';
import { duck, duckInteger, duckName, duckString, DUCK_NULL, DUCK_FALSE, joined, type DuckSql } from './duck.ts';
import { bare, isNullable, printType, type AggregateStateType, type ClickHouseType, type TupleElement } from './types.ts';

let stateType: ((type: AggregateStateType) => DuckSql) | undefined;

/** Says how columns of AggregateFunction types are held. Called once, by the module that knows all aggregate functions. */
export function holdStatesAs(type: (type: AggregateStateType) => DuckSql): void {
  stateType = type;
}

/** The DuckDB type of a column, as text for CREATE TABLE. */
export function duckdbType(type: ClickHouseType): string {
  return duckTypeSql(type).text;
}

const INTEGERS: Readonly<Record<string, DuckSql>> = {
  Int8: duck`TINYINT`, Int16: duck`SMALLINT`, Int32: duck`INTEGER`, Int64: duck`BIGINT`, Int128: duck`HUGEINT`, Int256: duck`HUGEINT`,
  UInt8: duck`UTINYINT`, UInt16: duck`USMALLINT`, UInt32: duck`UINTEGER`, UInt64: duck`UBIGINT`, UInt128: duck`UHUGEINT`, UInt256: duck`UHUGEINT`,
};

/** The same for use inside a CAST. */
export function duckTypeSql(type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Nothing':
      return duck`INTEGER`;
    case 'Integer':
      return INTEGERS[printType(type)] ?? duck`BIGINT`;
    case 'Float':
      return type.bits === 32 ? duck`FLOAT` : duck`DOUBLE`;
    case 'BFloat16':
      return duck`FLOAT`;
    case 'Bool':
      return duck`BOOLEAN`;
    case 'Decimal':
      if (type.scale > 38) throw unsupported(type, 'decimals have at most 38 digits here');
      return duck`DECIMAL(${duckInteger(Math.min(type.precision, 38))}, ${duckInteger(type.scale)})`;
    case 'String':
    case 'FixedString':
    case 'Enum':
    case 'IPv4':
    case 'IPv6':
      return duck`VARCHAR`;
    case 'UUID':
      return duck`UUID`;
    case 'Date':
    case 'Date32':
      return duck`DATE`;
    case 'DateTime':
      return duck`TIMESTAMP`;
    case 'DateTime64':
      return type.precision > 6 ? duck`TIMESTAMP_NS` : duck`TIMESTAMP`;
    case 'Interval':
    case 'Time':
    case 'Time64':
      return duck`BIGINT`;
    case 'Nullable':
    case 'LowCardinality':
      return duckTypeSql(type.of);
    case 'Array':
      return duck`${duckTypeSql(type.of)}[]`;
    case 'Tuple':
      return structType(type.elements);
    case 'Nested':
      return duck`${structType(type.elements)}[]`;
    case 'Map':
      return duck`MAP(${duckTypeSql(type.key)}, ${duckTypeSql(type.value)})`;
    case 'JSON':
    case 'Dynamic':
      return duck`JSON`;
    case 'Variant':
      throw unsupported(type, 'convert the values to one type');
    case 'Geo':
      return duckTypeSql(type.of);
    case 'SimpleAggregateFunction':
      return duckTypeSql(bare(type));
    case 'AggregateFunction':
      if (!stateType) throw unsupported(type, 'the list of aggregate functions is not loaded');
      return stateType(type);
    default:
      return unreachable(type);
  }
}

function structType(elements: readonly TupleElement[]): DuckSql {
  if (elements.length === 0) throw new SandpiperError('unsupported', 'An empty Tuple cannot be held by Sandpiper.');
  const names = tupleFieldNames(elements);
  return duck`STRUCT(${elements.map((element, index) => duck`${duckName(names[index] ?? '')} ${duckTypeSql(element.type)}`)})`;
}

function unsupported(type: ClickHouseType, instead: string): SandpiperError {
  return new SandpiperError('unsupported', `Sandpiper does not hold values of type ${printType(type)}: ${instead}.`);
}

/** The field names of a tuple's struct: its own names, or 1, 2, …; DuckDB ignores case, so a repeated name gets its number. */
export function tupleFieldNames(elements: readonly TupleElement[]): readonly string[] {
  const used = new Set<string>();
  return elements.map((element, index) => {
    let name = element.name ?? String(index + 1);
    if (used.has(name.toLowerCase())) name = `${name} ${index + 1}`;
    used.add(name.toLowerCase());
    return name;
  });
}

/** The value in the column type of its ClickHouse type. */
export function plainSql(value: Bound): DuckSql {
  switch (value.representation) {
    case 'plain':
      return value.sql;
    case 'boolean':
      return bare(value.type).kind === 'Bool' ? value.sql : duck`CAST(${value.sql} AS ${duckTypeSql(value.type)})`;
    case 'bytes':
      return duck`sandpiper_text(${value.sql})`;
    default:
      return unreachable(value.representation);
  }
}

/** A condition as BOOLEAN with ClickHouse's truth: a number that is not zero. NULL stays NULL. */
export function booleanSql(value: Bound): DuckSql {
  if (value.representation === 'boolean') return value.sql;
  const type = bare(value.type);
  switch (type.kind) {
    case 'Bool':
      return value.sql;
    case 'Nothing':
      return duck`CAST(NULL AS BOOLEAN)`;
    case 'Integer':
    case 'Float':
    case 'BFloat16':
    case 'Decimal':
      if (value.constant?.kind === 'integer') return value.constant.value === 0n ? DUCK_FALSE : duck`TRUE`;
      return duck`(${value.sql} <> 0)`;
    default:
      throw new SandpiperError('type', `A condition must be a number or a comparison, not a value of type ${printType(value.type)}.`, { span: value.span });
  }
}

/** What to order and compare the value by: the number of an Enum, the bytes of an address, else the plain value. */
export function orderSql(value: Bound): DuckSql {
  const type = bare(value.type);
  if (type.kind === 'Enum') return enumNumberSql(value.sql, type.values);
  if (type.kind === 'IPv4' || type.kind === 'IPv6') return duck`sandpiper_ip_order(${value.sql})`;
  return plainSql(value);
}

/** The number of an Enum's name. */
export function enumNumberSql(name: DuckSql, values: readonly { readonly name: string; readonly value: number }[]): DuckSql {
  const cases = values.map((item) => duck`WHEN ${duckString(item.name)} THEN ${duckInteger(item.value)}`);
  return duck`CAST(CASE ${name} ${joined(cases, ' ')} END AS SMALLINT)`;
}

/** The default that functions name: for Date32 its first day, where rows that are not there have 1970. */
export function namedDefaultSql(type: ClickHouseType): DuckSql {
  return type.kind === 'Date32' ? duck`DATE '1900-01-01'` : defaultSql(type);
}

/** ClickHouse's default value of a type, in its column type: 0, '', 1970-01-01, [], the first name of an Enum, NULL for Nullable. */
export function defaultSql(type: ClickHouseType): DuckSql {
  if (isNullable(type)) return duck`CAST(NULL AS ${duckTypeSql(type)})`;
  switch (type.kind) {
    case 'Nothing':
      return DUCK_NULL;
    case 'Integer':
    case 'Float':
    case 'BFloat16':
    case 'Decimal':
    case 'Interval':
    case 'Time':
    case 'Time64':
      return duck`CAST(0 AS ${duckTypeSql(type)})`;
    case 'Bool':
      return DUCK_FALSE;
    case 'String':
      return duckString('');
    case 'FixedString':
      return duckString('\0'.repeat(type.length));
    case 'Enum':
      return duckString(type.values[0]?.name ?? '');
    case 'UUID':
      return duck`CAST('00000000-0000-0000-0000-000000000000' AS UUID)`;
    case 'IPv4':
      return duckString('0.0.0.0');
    case 'IPv6':
      return duckString('::');
    case 'Date':
    case 'Date32':
      return duck`DATE '1970-01-01'`;
    case 'DateTime':
      return duck`TIMESTAMP '1970-01-01 00:00:00'`;
    case 'DateTime64':
      return duck`CAST('1970-01-01 00:00:00' AS ${duckTypeSql(type)})`;
    case 'LowCardinality':
    case 'Geo':
      return defaultSql(type.of);
    case 'Array':
    case 'Nested':
      return duck`CAST([] AS ${duckTypeSql(type)})`;
    case 'Map':
      return duck`CAST(MAP {} AS ${duckTypeSql(type)})`;
    case 'Tuple': {
      const names = tupleFieldNames(type.elements);
      return duck`struct_pack(${type.elements.map((element, index) => duck`${duckName(names[index] ?? '')} := ${defaultSql(element.type)}`)})`;
    }
    case 'JSON':
      return duck`CAST('{}' AS JSON)`;
    case 'SimpleAggregateFunction':
      return defaultSql(bare(type));
    case 'Nullable':
    case 'Dynamic':
    case 'AggregateFunction':
      return duck`CAST(NULL AS ${duckTypeSql(type)})`;
    case 'Variant':
      return duckTypeSql(type);
    default:
      return unreachable(type);
  }
}

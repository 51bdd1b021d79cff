/**
 * Rows that row-reader.ts accepted, on their way into DuckDB: as a staged NDJSON file with one text for each value,
 * and the SQL that casts it. A row whose value DuckDB cannot hold all the same is named, not dropped.
 * On disk, a row of (a UInt64, b Array(Int8), c String DEFAULT 'x'):  {"0":"18446744073709551615","1":["1","-2"],"d2":"1"}
 */
import { duck, duckName, duckString, joined, type DuckSql } from '../sql/duck.ts';
import { duckTypeSql, tupleFieldNames } from '../sql/physical.ts';
import { bare, isNullable, type ClickHouseType, type TupleElement } from '../sql/types.ts';
import { missingName, outerColumns, readLines } from './bulk-acceptance.ts';
import type { IngestTable } from './ingest-table.ts';
import { USE_DEFAULT } from './row-reader.ts';
import type { CanonicalValue } from './value-reader.ts';

/** One line of the staged file, without its newline. */
export function canonicalLine(values: readonly (CanonicalValue | typeof USE_DEFAULT)[]): string {
  const row: Record<string, CanonicalValue> = {};
  for (const [index, value] of values.entries()) {
    if (value === USE_DEFAULT) row[`d${index}`] = '1';
    else if (value !== null) row[String(index)] = value;
  }
  return JSON.stringify(row);
}

/** The rows that DuckDB can hold, with the columns of the table in order. */
export function canonicalRows(table: IngestTable, path: string, longestLine: number): DuckSql {
  const inner = table.columns.flatMap((column, index) => [
    duck`${fromCanonical(column.type, name(index))} AS ${duckName(column.name)}`,
    ...(column.defaultSql ? [duck`${duckName(`d${index}`)} IS NOT NULL AS ${missingName(index)}`] : []),
  ]);
  return duck`SELECT ${outerColumns(table)} FROM (SELECT ${inner} FROM ${read(table, path, longestLine)} WHERE ${isHeld(table)})`;
}

/** The ordinals, from 1, of the rows that it cannot. */
export function refusedRows(table: IngestTable, path: string, longestLine: number): DuckSql {
  return duck`SELECT n FROM (SELECT row_number() OVER () AS n, ${isHeld(table)} AS is_held FROM ${read(table, path, longestLine)}) WHERE is_held IS NOT TRUE`;
}

function name(index: number): DuckSql {
  return duckName(String(index));
}

function read(table: IngestTable, path: string, longestLine: number): DuckSql {
  const columns = table.columns.flatMap((column, index) => [
    duck`${name(index)}: ${duckString(readType(column.type).text)}`,
    ...(column.defaultSql ? [duck`${duckName(`d${index}`)}: 'VARCHAR'`] : []),
  ]);
  return readLines(path, columns, longestLine);
}

function isHeld(table: IngestTable): DuckSql {
  const conditions = table.columns.map((column, index) => {
    const held = duck`${fromCanonical(column.type, name(index))} IS NOT NULL`;
    if (isNullable(column.type)) return duck`(${name(index)} IS NULL OR ${held})`;
    return column.defaultSql ? duck`(${duckName(`d${index}`)} IS NOT NULL OR ${held})` : held;
  });
  return joined(conditions, ' AND ');
}

/** The type to read a canonical value as: texts in the shape of the column's type. */
function readType(type: ClickHouseType): DuckSql {
  const plain = bare(type);
  switch (plain.kind) {
    case 'Array':
      return duck`${readType(plain.of)}[]`;
    case 'Geo':
      return readType(plain.of);
    case 'Map':
      return duck`STRUCT(k ${readType(plain.key)}, v ${readType(plain.value)})[]`;
    case 'Tuple':
      return readStruct(plain.elements);
    case 'Nested':
      return duck`${readStruct(plain.elements)}[]`;
    default:
      return duck`VARCHAR`;
  }
}

function readStruct(elements: readonly TupleElement[]): DuckSql {
  const names = tupleFieldNames(elements);
  return duck`STRUCT(${elements.map((element, index) => duck`${duckName(names[index] ?? '')} ${readType(element.type)}`)})`;
}

function fromCanonical(type: ClickHouseType, value: DuckSql, depth = 0): DuckSql {
  const plain = bare(type);
  const item = duckName(`item ${depth}`);
  switch (plain.kind) {
    case 'Array':
      return duck`list_transform(${value}, lambda ${item}: ${fromCanonical(plain.of, item, depth + 1)})`;
    case 'Geo':
      return fromCanonical(plain.of, value, depth);
    case 'Map': {
      const key = fromCanonical(plain.key, duck`struct_extract(${item}, 'k')`, depth + 1);
      const entry = fromCanonical(plain.value, duck`struct_extract(${item}, 'v')`, depth + 1);
      return duck`map_from_entries(list_transform(${value}, lambda ${item}: struct_pack(k := ${key}, v := ${entry})))`;
    }
    case 'Tuple':
      return structFrom(plain.elements, value, depth);
    case 'Nested':
      return duck`list_transform(${value}, lambda ${item}: ${structFrom(plain.elements, item, depth + 1)})`;
    default:
      return duck`TRY_CAST(${value} AS ${duckTypeSql(plain)})`;
  }
}

function structFrom(elements: readonly TupleElement[], value: DuckSql, depth: number): DuckSql {
  const names = tupleFieldNames(elements);
  return duck`struct_pack(${elements.map((element, index) => {
    const field = names[index] ?? '';
    return duck`${duckName(field)} := ${fromCanonical(element.type, duck`struct_extract(${value}, ${duckString(field)})`, depth)}`;
  })})`;
}

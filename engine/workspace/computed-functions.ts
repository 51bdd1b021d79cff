/**
 * Makes the sql room's computed functions known to DuckDB. DuckDB calls them with blocks of some 2,000 rows on the
 * thread of JavaScript; values cross as the sql room's `ComputedType` says.
 */
import {
  BIGINT, BLOB, BOOLEAN, DOUBLE, DuckDBBlobValue, DuckDBListValue, DuckDBListVector, DuckDBScalarFunction, HUGEINT, INTEGER, LIST, UBIGINT, UHUGEINT, UINTEGER, VARCHAR,
  type DuckDBConnection, type DuckDBType, type DuckDBValue, type DuckDBVector,
} from '@duckdb/node-api';
import * as h3 from 'h3-js';
import type { ComputedFunction, ComputedType } from '../sql/computed/definition.ts';
import { useCellLibrary } from '../sql/computed/h3.ts';
import { COMPUTED_FUNCTIONS } from '../sql/computed/registry.ts';

const SCALARS = { BOOLEAN, INTEGER, UINTEGER, BIGINT, UBIGINT, HUGEINT, UHUGEINT, DOUBLE, VARCHAR, BLOB } as const;

/** Registers them for every connection of this connection's database. Once for a database, before its first query. */
export function registerComputedFunctions(connection: DuckDBConnection): void {
  useCellLibrary(h3);
  for (const computed of COMPUTED_FUNCTIONS) connection.registerScalarFunction(scalarFunction(computed));
}

function scalarFunction({ name, takes, gives, compute, isVolatile }: ComputedFunction): DuckDBScalarFunction {
  const body = compute as (...values: readonly unknown[]) => unknown;
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: takes.map(duckdbType),
    returnType: duckdbType(gives),
    volatile: isVolatile,
    mainFunction: (_info, input, output) => {
      const columns = takes.map((type, index) => readerOf(input.getColumnVector(index), type));
      for (let row = 0; row < input.rowCount; row += 1) {
        const values = columns.map((read) => read(row));
        output.setItem(row, values.includes(null) ? null : toDuckdb(body(...values)));
      }
      output.flush();
    },
  });
}

function readerOf(column: DuckDBVector<DuckDBValue>, type: ComputedType<unknown>): (row: number) => unknown {
  if (type.kind === 'LIST' && type.isView === true && column instanceof DuckDBListVector) return (row) => numbersOf(column.getItemVector(row));
  return (row) => fromDuckdb(column.getItem(row));
}

/** The numbers of a vector without NULLs. Its typed array is where they stand; asking for one by one costs ten times as much. */
function numbersOf(vector: DuckDBVector<DuckDBValue> | null): ArrayLike<number> | null {
  if (!vector) return null;
  const items: unknown = Reflect.get(vector, 'items');
  if (items instanceof Uint32Array || items instanceof Float64Array) return items;
  return Array.from({ length: vector.itemCount }, (_, index) => Number(vector.getItem(index)));
}

function duckdbType(type: ComputedType<unknown>): DuckDBType {
  return type.kind === 'LIST' ? LIST(duckdbType(type.of)) : SCALARS[type.kind];
}

function fromDuckdb(value: DuckDBValue): unknown {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return value instanceof DuckDBListValue ? value.items.map(fromDuckdb) : value;
}

function toDuckdb(value: unknown): DuckDBValue {
  if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
  if (Array.isArray(value)) return new DuckDBListValue(value.map(toDuckdb));
  return value as DuckDBValue;
}

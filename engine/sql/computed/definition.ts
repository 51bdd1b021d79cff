/**
 * Functions that DuckDB lacks and SQL cannot express, written in TypeScript: hashes, likeness of texts, tests of
 * statistics. Whoever opens a database registers them (workspace/database.ts); printed SQL calls them by name with
 * `callComputed`. They are about eight times slower than DuckDB's own, so SQL comes first.
 * Promises: NULL for any NULL argument, without calling `compute`. A thrown Error becomes the query's error, so its
 * message is a sentence for the user.
 */
import { duck, duckName, type DuckSql } from '../duck.ts';

/** How a value of TypeScript stands in DuckDB. Lists nest: `list(list(DOUBLE))`. */
export type ComputedType<T> = ComputedScalar<T> | ComputedList<T>;

interface ComputedScalar<T> {
  readonly kind: 'BOOLEAN' | 'INTEGER' | 'UINTEGER' | 'BIGINT' | 'UBIGINT' | 'HUGEINT' | 'UHUGEINT' | 'DOUBLE' | 'VARCHAR' | 'BLOB';
  /** Never there: it ties the kind to its TypeScript type. */
  readonly value?: T;
}

interface ComputedList<T> {
  readonly kind: 'LIST';
  readonly of: ComputedType<unknown>;
  /** It arrives in the memory of DuckDB, for as long as the call takes: of a long list no copy is made. */
  readonly isView?: boolean;
  readonly value?: T;
}

export const BOOLEAN: ComputedType<boolean> = { kind: 'BOOLEAN' };
export const INTEGER: ComputedType<number> = { kind: 'INTEGER' };
export const UINTEGER: ComputedType<number> = { kind: 'UINTEGER' };
export const BIGINT: ComputedType<bigint> = { kind: 'BIGINT' };
export const UBIGINT: ComputedType<bigint> = { kind: 'UBIGINT' };
export const HUGEINT: ComputedType<bigint> = { kind: 'HUGEINT' };
export const UHUGEINT: ComputedType<bigint> = { kind: 'UHUGEINT' };
export const DOUBLE: ComputedType<number> = { kind: 'DOUBLE' };
export const VARCHAR: ComputedType<string> = { kind: 'VARCHAR' };
export const BLOB: ComputedType<Uint8Array> = { kind: 'BLOB' };

/** A list; NULLs in it arrive as null. */
export function list<T>(of: ComputedType<T>): ComputedType<readonly T[]> {
  return { kind: 'LIST', of };
}

/** A list of numbers without NULLs that is read where it stands. */
export function listView(of: ComputedType<number>): ComputedType<ArrayLike<number>> {
  return { kind: 'LIST', of, isView: true };
}

/** A function of DuckDB whose body is TypeScript. */
export interface ComputedFunction {
  /** Begins with `sandpiper_`. */
  readonly name: string;
  readonly takes: readonly ComputedType<unknown>[];
  readonly gives: ComputedType<unknown>;
  readonly compute: (...values: readonly never[]) => unknown;
  /** Gives other values for the same arguments: random texts. */
  readonly isVolatile: boolean;
}

/** Defines a computed function; null as its value is NULL. */
export function computed<A extends readonly unknown[], R>(
  name: `sandpiper_${string}`,
  takes: { readonly [K in keyof A]: ComputedType<A[K]> },
  gives: ComputedType<R>,
  compute: (...values: A) => R | null,
  { isVolatile = false }: { readonly isVolatile?: boolean } = {},
): ComputedFunction {
  return { name, takes: takes as readonly ComputedType<unknown>[], gives, compute: compute as unknown as ComputedFunction['compute'], isVolatile };
}

/** A call in DuckDB SQL. The arguments are cast by DuckDB where it does so by itself; give a BLOB for a BLOB. */
export function callComputed({ name }: ComputedFunction, ...args: readonly DuckSql[]): DuckSql {
  return duck`${duckName(name)}(${args})`;
}

/**
 * DuckDB 1.5 fails with an internal error when it moves a constant out of a sum, `x + 1 = c` to `x = c - 1`, and c is
 * beyond 63 bits. A sum that is compared with such a constant is put where DuckDB does not look into it.
 */
import { duck, type DuckSql } from './duck.ts';

const MOST_BITS_63 = 2n ** 63n - 1n;

/** The value, to be compared with the constant. Plain columns stay as they are, so that DuckDB can skip rows by them. */
export function besideConstant(value: DuckSql, constant: bigint): DuckSql {
  return constant > MOST_BITS_63 && /[-+*]/.test(value.text) ? duck`greatest(${value})` : value;
}

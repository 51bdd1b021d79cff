/**
 * The bounded state of uniq and its like: the different values, and of more than `size` of them only those size + 1
 * whose hashes are least. How close the greatest of these hashes has come to zero tells how many values there are, with
 * an error of about 1 / √size. Which hashes are least does not depend on the order or the grouping of merges, so neither
 * does the answer.
 * Integers of up to 64 bits are kept as they are and hashed when it comes to leaving some out; all other values are kept
 * as the lower 64 bits of the MD5 of their text. Both hashes are fixed for ever: states outlive versions. Counting is
 * computed/different-values.ts's.
 */
import { callComputed } from '../computed/definition.ts';
import { COUNT_DIFFERENT_HASHES, COUNT_DIFFERENT_INTEGERS } from '../computed/different-values.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import type { AggregateCall } from './definition.ts';
import { using, variable } from './fold.ts';

/** What a state holds for a value that is no integer. */
export function fingerprint(value: DuckSql): DuckSql {
  return duck`CAST(md5_number(CAST(${value} AS VARCHAR)) & 18446744073709551615::UHUGEINT AS UBIGINT)`;
}

export interface Sketch {
  /** More different values than this are estimated. */
  readonly size: number;
  /** The elements are integers as they are, not fingerprints. */
  readonly holdsIntegers: boolean;
  /** They are unsigned and have 32 bits at most. */
  readonly isNarrow?: boolean;
}

/** The list of different values without those that a state leaves out. */
export function bounded(call: AggregateCall, values: DuckSql, sketch: Sketch): DuckSql {
  return using(call, values, (list) => {
    const pair = variable(call);
    const ordered = duck`list_sort(list_zip(${hashes(call, list, sketch)}, ${list}))[1:${duckInteger(sketch.size + 1)}]`;
    return duck`CASE WHEN len(${list}) > ${duckInteger(sketch.size + 1)} THEN list_transform(${ordered}, lambda ${pair}: ${pair}[2]) ELSE ${list} END`;
  });
}

/** How many different values a list has, which may hold a value often: exact up to the sketch's size. */
export function estimated(call: AggregateCall, values: DuckSql, sketch: Sketch): DuckSql {
  const size = duckInteger(sketch.size);
  if (sketch.isNarrow) return callComputed(COUNT_DIFFERENT_INTEGERS, duck`CAST(${values} AS UINTEGER[])`, size);
  const value = variable(call);
  if (!sketch.holdsIntegers) return callComputed(COUNT_DIFFERENT_HASHES, duck`list_transform(${values}, lambda ${value}: CAST(${value} >> 11 AS DOUBLE))`, size);
  // The hash, and below it what tells values of the same hash apart.
  const whole = wholeOf(value);
  const number = duck`${hash(value, sketch)} * ${duckInteger(2 ** 21)} + ${whole} % ${duckInteger(2_097_143)}`;
  return callComputed(COUNT_DIFFERENT_HASHES, duck`list_transform(${values}, lambda ${value}: CAST(${number} AS DOUBLE))`, size);
}

const PRIME = 4_294_967_291;

/** For each value of the list a number that looks random: below 2³² for integers, two linear congruences on end; below 2⁶⁴ for fingerprints. */
function hashes(call: AggregateCall, list: DuckSql, sketch: Sketch): DuckSql {
  if (!sketch.holdsIntegers) return list;
  const value = variable(call);
  return duck`list_transform(${list}, lambda ${value}: ${hash(value, sketch)})`;
}

/** computed/different-values.ts has the same for narrow integers. */
function hash(value: DuckSql, { isNarrow }: Sketch): DuckSql {
  const prime = duckInteger(PRIME);
  const whole = wholeOf(value);
  const folded = isNarrow ? duck`CAST(${value} AS UBIGINT) * 2654435769` : duck`((${whole} % ${prime}) * 2654435769 + (${whole} // ${prime}) * 1640531527)`;
  return duck`(${folded} % 4294967279 * 2246822519 + 40503) % ${prime}`;
}

function wholeOf(value: DuckSql): DuckSql {
  return duck`CAST(CAST(${value} AS HUGEINT) & 18446744073709551615::HUGEINT AS UBIGINT)`;
}

/**
 * The bounded state of uniq and its like: the different values, and of more than `size` of them only those size + 1
 * whose hashes are least. How close the greatest of these hashes has come to zero tells how many values there are, with
 * an error of about 1 / √size. Which hashes are least does not depend on the order or the grouping of merges, so neither
 * does the answer.
 * Integers of up to 64 bits are kept as they are and hashed when it comes to leaving some out; all other values are kept
 * as the lower 64 bits of the MD5 of their text. Both hashes are fixed for ever: states outlive versions.
 */
import { duck, duckDouble, duckInteger, type DuckSql } from '../duck.ts';
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
  return using(call, values, (list) => {
    const counted = using(call, duck`list_unique(${list})`, (count) =>
      duck`CASE WHEN ${count} <= ${size} THEN CAST(${count} AS DOUBLE) ELSE ${extrapolated(leastOf(call, list, count, 1.5, sketch), sketch)} END`);
    // Of a long list few hashes decide; how few, a rough count tells. If it was too rough, all values are counted.
    const rough = duck`list_aggregate(${list}, 'approx_count_distinct')`;
    const few = using(call, leastOf(call, list, rough, 1.75, sketch), (least) => duck`CASE WHEN len(${least}) > ${size} THEN ${extrapolated(least, sketch)} ELSE ${counted} END`);
    return duck`CASE WHEN len(${list}) > ${duckInteger(sketch.size * 4)} THEN ${few} ELSE ${counted} END`;
  });
}

/** The different hashes below a limit, which is so high that `factor` · size of `count` values lie below it. */
function leastOf(call: AggregateCall, list: DuckSql, count: DuckSql, factor: number, sketch: Sketch): DuckSql {
  const hash = variable(call);
  const limit = duck`${duckDouble(rangeOf(sketch) * factor * (sketch.size + 1))} / ${count}`;
  const most = duck`CAST(least(${limit}, ${duckDouble(rangeOf(sketch) * 0.9999)}) AS UBIGINT)`;
  return using(call, most, (bound) => duck`list_distinct(list_filter(${hashes(call, list, sketch)}, lambda ${hash}: ${hash} < ${bound}))`);
}

function extrapolated(hashList: DuckSql, sketch: Sketch): DuckSql {
  return duck`round(${duckDouble(sketch.size * rangeOf(sketch))} / list_sort(${hashList})[${duckInteger(sketch.size + 1)}])`;
}

const PRIME = 4_294_967_291;

function rangeOf({ holdsIntegers }: Sketch): number {
  return holdsIntegers ? PRIME : 2 ** 64;
}

/** For each value of the list a number that looks random: below 2³² for integers, two linear congruences on end; below 2⁶⁴ for fingerprints. */
function hashes(call: AggregateCall, list: DuckSql, sketch: Sketch): DuckSql {
  if (!sketch.holdsIntegers) return list;
  const value = variable(call);
  const whole = sketch.isNarrow ? value : duck`CAST(CAST(${value} AS HUGEINT) & 18446744073709551615::HUGEINT AS UBIGINT)`;
  const folded = sketch.isNarrow ? duck`CAST(${value} AS UBIGINT) * 2654435769` : duck`((${whole} % ${duckInteger(PRIME)}) * 2654435769 + (${whole} // ${duckInteger(PRIME)}) * 1640531527)`;
  return duck`list_transform(${list}, lambda ${value}: (${folded} % 4294967279 * 2246822519 + 40503) % ${duckInteger(PRIME)})`;
}

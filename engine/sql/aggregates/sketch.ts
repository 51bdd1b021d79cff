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
    // Of a long list few hashes decide, unless most of it is the same values again and again.
    const few = using(call, leastOf(call, list, duck`len(${list})`, 8, sketch), (least) => duck`CASE WHEN len(${least}) > ${size} THEN ${extrapolated(least, sketch)} ELSE ${counted} END`);
    return duck`CASE WHEN len(${list}) > ${duckInteger(sketch.size * 16)} THEN ${few} ELSE ${counted} END`;
  });
}

/** The different hashes below a limit, which is so high that `factor` · size of `count` values lie below it. */
function leastOf(call: AggregateCall, list: DuckSql, count: DuckSql, factor: number, sketch: Sketch): DuckSql {
  const hash = variable(call);
  const limit = duck`${duckDouble(rangeOf(sketch) * factor * (sketch.size + 1))} / ${count}`;
  return using(call, limit, (most) => duck`list_distinct(list_filter(${hashes(call, list, sketch)}, lambda ${hash}: ${hash} < ${most}))`);
}

function extrapolated(hashList: DuckSql, sketch: Sketch): DuckSql {
  return duck`round(${duckDouble(sketch.size * rangeOf(sketch))} / list_sort(${hashList})[${duckInteger(sketch.size + 1)}])`;
}

function rangeOf({ holdsIntegers }: Sketch): number {
  return holdsIntegers ? 2 ** 32 : 2 ** 64;
}

/** For each value of the list a number that looks random, below 2³² for integers and below 2⁶⁴ for fingerprints. */
function hashes(call: AggregateCall, list: DuckSql, { holdsIntegers }: Sketch): DuckSql {
  if (!holdsIntegers) return list;
  const value = variable(call);
  const each = (values: DuckSql, step: DuckSql) => duck`list_transform(${values}, lambda ${value}: ${step})`;
  const mixed = (values: DuckSql) => each(each(each(values, duck`(xor(${value}, ${value} >> 16) * 2146121005) & 4294967295`), duck`(xor(${value}, ${value} >> 15) * 2221713035) & 4294967295`), duck`xor(${value}, ${value} >> 16)`);
  const whole = each(list, duck`CAST(CAST(${value} AS HUGEINT) & 18446744073709551615::HUGEINT AS UBIGINT)`);
  const folded = each(whole, duck`xor(${value} & 4294967295, ((${value} >> 32) * 2654435761) >> 16 & 4294967295)`);
  return mixed(folded);
}

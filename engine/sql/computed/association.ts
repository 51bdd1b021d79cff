/** How much one category tells of another, out of the categories of all rows, given as numbers that stand for them. */
import { computed, DOUBLE, list } from './definition.ts';

interface Counts {
  readonly size: number;
  readonly first: ReadonlyMap<number, number>;
  readonly second: ReadonlyMap<number, number>;
  readonly pairs: ReadonlyMap<string, { readonly a: number; readonly b: number; count: number }>;
}

function count(first: readonly number[], second: readonly number[]): Counts {
  const [ofFirst, ofSecond] = [new Map<number, number>(), new Map<number, number>()];
  const pairs = new Map<string, { a: number; b: number; count: number }>();
  first.forEach((a, place) => {
    const b = second[place] ?? 0;
    ofFirst.set(a, (ofFirst.get(a) ?? 0) + 1);
    ofSecond.set(b, (ofSecond.get(b) ?? 0) + 1);
    const pair = pairs.get(`${a} ${b}`) ?? { a, b, count: 0 };
    pair.count += 1;
    pairs.set(`${a} ${b}`, pair);
  });
  return { size: first.length, first: ofFirst, second: ofSecond, pairs };
}

/** χ² divided by the number of rows. */
function phiSquared({ size, first, second, pairs }: Counts): number {
  let [sum, expectedHere] = [0, 0];
  for (const pair of pairs.values()) {
    const expected = ((first.get(pair.a) ?? 0) * (second.get(pair.b) ?? 0)) / size;
    sum += (pair.count - expected) ** 2 / expected;
    expectedHere += expected;
  }
  // Pairs that never came are as far off as they were expected.
  return (sum + Math.max(0, pairs.size < first.size * second.size ? size - expectedHere : 0)) / size;
}

const tables = (measure: (counts: Counts) => number) => (first: readonly number[], second: readonly number[]) => (first.length < 2 ? NaN : measure(count(first, second)));

function biasCorrected(counts: Counts): number {
  const [a, b] = [counts.first.size - 1, counts.second.size - 1];
  const rest = counts.size - 1;
  const phi = Math.max(0, phiSquared(counts) - (a * b) / rest);
  return Math.sqrt(phi / (Math.min(a + 1 - (a * a) / rest, b + 1 - (b * b) / rest) - 1));
}

function theils({ size, first, second, pairs }: Counts): number {
  let own = 0;
  for (const number of first.values()) own += (number / size) * Math.log(number / size);
  if (own === 0) return 0;
  let known = 0;
  for (const pair of pairs.values()) known += (pair.count / size) * Math.log(pair.count / (second.get(pair.b) ?? 1));
  return (own - known) / own;
}

const CATEGORIES = list(DOUBLE);

export const CRAMERS_V = computed('sandpiper_cramers_v', [CATEGORIES, CATEGORIES], DOUBLE, tables((counts) => Math.sqrt(phiSquared(counts) / (Math.min(counts.first.size, counts.second.size) - 1))));
export const CRAMERS_V_CORRECTED = computed('sandpiper_cramers_v_corrected', [CATEGORIES, CATEGORIES], DOUBLE, tables(biasCorrected));
export const THEILS_U = computed('sandpiper_theils_u', [CATEGORIES, CATEGORIES], DOUBLE, tables(theils));
export const CONTINGENCY = computed('sandpiper_contingency', [CATEGORIES, CATEGORIES], DOUBLE, tables((counts) => Math.sqrt(phiSquared(counts) / (phiSquared(counts) + 1))));

export const ASSOCIATION = [CRAMERS_V, CRAMERS_V_CORRECTED, THEILS_U, CONTINGENCY];

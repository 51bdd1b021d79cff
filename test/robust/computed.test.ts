/** Statistics that are computed in JavaScript run on the thread of everything else: nan, infinities and ties must not keep them running without end. */
import { expect, test } from 'vitest';
import type { ComputedType } from '../../engine/sql/computed/definition.ts';
import { COMPUTED_FUNCTIONS } from '../../engine/sql/computed/registry.ts';
import { Random } from '../oracle/fuzz/random.ts';

const FLOATS = [0, 1, -1, 1, 2, 5, 100, -0.5, 1.5, Number.NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324];
const WORDS = ['two-sided', 'greater', 'less', 'exact', 'auto', ''];

const isValues = (type: ComputedType<unknown>): boolean => type.kind === 'LIST' && type.isView !== true && type.of.kind === 'DOUBLE';
const STATISTICS = COMPUTED_FUNCTIONS.filter(({ takes }) => takes.some(isValues) && takes.every((type) => isValues(type) || type.kind === 'VARCHAR' || type.kind === 'BOOLEAN'));

test.each(STATISTICS.map((one) => [one.name, one] as const))('%s ends for any numbers', (name, one) => {
  const random = new Random(name);
  const compute = one.compute as (...values: readonly unknown[]) => unknown;
  const odd = new Set<string>();
  for (let round = 0; round < 200; round += 1) {
    const length = random.whole(0, 12);
    const values = one.takes.map((type, place) => (type.kind === 'LIST' ? Array.from({ length }, () => (place === 0 ? random.pick(FLOATS) : random.chance(0.7) ? random.whole(0, 1) : random.pick(FLOATS))) : type.kind === 'BOOLEAN' ? random.chance(0.5) : random.pick(WORDS)));
    try {
      compute(...values);
    } catch (error) {
      // A sentence for the user; a TypeError or RangeError is a bug.
      if (!(error instanceof Error) || error.constructor !== Error) odd.add(String(error));
    }
  }
  expect([...odd]).toEqual([]);
});

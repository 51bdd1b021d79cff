/** All functions that are computed in TypeScript, for whoever opens a database. Each family lists its own. */
import { ASSOCIATION } from './association.ts';
import { BASE58 } from './base58.ts';
import type { ComputedFunction } from './definition.ts';
import { HYPOTHESIS_TESTS } from './hypothesis-tests.ts';
import { NUMBER_FAMILIES } from './number-families.ts';
import { QUANTILE_SKETCHES } from './quantile-sketches.ts';
import { TEXT_FAMILIES } from './text-families.ts';

/** One line for each family. */
export const COMPUTED_FUNCTIONS: readonly ComputedFunction[] = [
  ...ARRAY_MEASURE,
  ...ASSOCIATION,
  ...BASE58,
  ...CLOCK,
  ...HYPOTHESIS_TESTS,
  ...QUANTILE_SKETCHES,
  ...TEXT_FAMILIES,
];

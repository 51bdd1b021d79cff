/** All functions that are computed in TypeScript, for whoever opens a database. Each family lists its own. */
import { AGGREGATE_FAMILIES } from './aggregate-families.ts';
import { BASE58 } from './base58.ts';
import type { ComputedFunction } from './definition.ts';
import { H3 } from './h3.ts';
import { NUMBER_FAMILIES } from './number-families.ts';
import { TEXT_FAMILIES } from './text-families.ts';

/** One line for each family. */
export const COMPUTED_FUNCTIONS: readonly ComputedFunction[] = [
  ...AGGREGATE_FAMILIES,
  ...BASE58,
  ...Object.values(H3),
  ...NUMBER_FAMILIES,
  ...TEXT_FAMILIES,
];

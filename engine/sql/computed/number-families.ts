/** The computed functions of numbers, times and arrays, one family a line, for registry.ts. */
import { ARRAY_MEASURE } from './array-measure.ts';
import { CLOCK } from './clock.ts';
import type { ComputedFunction } from './definition.ts';
import { NUMBER_BYTES } from './number-bytes.ts';

export const NUMBER_FAMILIES: readonly ComputedFunction[] = [
  ...ARRAY_MEASURE,
  ...CLOCK,
  ...NUMBER_BYTES,
];

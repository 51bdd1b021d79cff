/** The computed functions of numbers, times and arrays, one family a line, for registry.ts. */
import { ARRAY_MEASURE } from './array-measure.ts';
import { BYTE_BITS } from './byte-bits.ts';
import { CLOCK } from './clock.ts';
import type { ComputedFunction } from './definition.ts';
import { EARTH } from './earth.ts';
import { FINANCIAL } from './financial.ts';
import { NUMBER_BYTES } from './number-bytes.ts';
import { NUMBER_THEORY } from './number-theory.ts';
import { PARSED_NUMBER } from './parsed-number.ts';
import { PROPORTIONS } from './proportions.ts';
import { RANDOM_DRAWS } from './random-draws.ts';

export const NUMBER_FAMILIES: readonly ComputedFunction[] = [
  ...ARRAY_MEASURE,
  ...BYTE_BITS,
  ...CLOCK,
  ...EARTH,
  ...FINANCIAL,
  ...NUMBER_BYTES,
  ...NUMBER_THEORY,
  ...PARSED_NUMBER,
  ...PROPORTIONS,
  ...RANDOM_DRAWS,
];

/** The computed functions that aggregates call, over the list of a group's values. */
import { ASSOCIATION } from './association.ts';
import type { ComputedFunction } from './definition.ts';
import { HYPOTHESIS_TESTS } from './hypothesis-tests.ts';
import { QUANTILE_SKETCHES } from './quantile-sketches.ts';

export const AGGREGATE_FAMILIES: readonly ComputedFunction[] = [...ASSOCIATION, ...HYPOTHESIS_TESTS, ...QUANTILE_SKETCHES];

/** The computed functions that aggregates call, over the list of a group's values. */
import { ASSOCIATION } from './association.ts';
import type { ComputedFunction } from './definition.ts';
import { EVENT_SEQUENCES } from './event-sequences.ts';
import { HYPOTHESIS_TESTS } from './hypothesis-tests.ts';
import { QUANTILE_SKETCHES } from './quantile-sketches.ts';

export const AGGREGATE_FAMILIES: readonly ComputedFunction[] = [...ASSOCIATION, ...EVENT_SEQUENCES, ...HYPOTHESIS_TESTS, ...QUANTILE_SKETCHES];

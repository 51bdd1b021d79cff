/** All functions that are computed in TypeScript, for whoever opens a database. Each family lists its own. */
import { ASSOCIATION } from './association.ts';
import { BASE58 } from './base58.ts';
import { CLOCK } from './clock.ts';
import type { ComputedFunction } from './definition.ts';
import { HYPOTHESIS_TESTS } from './hypothesis-tests.ts';

export const COMPUTED_FUNCTIONS: readonly ComputedFunction[] = [...ASSOCIATION, ...BASE58, ...CLOCK, ...HYPOTHESIS_TESTS];

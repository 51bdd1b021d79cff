/** All functions that are computed in TypeScript, for whoever opens a database. Each family lists its own. */
import { BASE58 } from './base58.ts';
import type { ComputedFunction } from './definition.ts';

export const COMPUTED_FUNCTIONS: readonly ComputedFunction[] = [...BASE58];

/** The computed functions that aggregates call, over the list of a group's values. */
import { ASSOCIATION } from './association.ts';
import { CHARTS } from './charts.ts';
import type { ComputedFunction } from './definition.ts';
import { DIFFERENT_VALUES } from './different-values.ts';
import { FREQUENT_VALUES } from './frequent-values.ts';
import { HASH_TABLE_ORDERS } from './hash-table-order.ts';
import { EVENT_SEQUENCES } from './event-sequences.ts';
import { HYPOTHESIS_TESTS } from './hypothesis-tests.ts';
import { JSON_PATHS } from './json-paths.ts';
import { QUANTILE_SKETCHES } from './quantile-sketches.ts';
import { TIME_GRIDS } from './time-grids.ts';

export const AGGREGATE_FAMILIES: readonly ComputedFunction[] = [...ASSOCIATION, ...CHARTS, ...DIFFERENT_VALUES, ...EVENT_SEQUENCES, ...FREQUENT_VALUES, ...HASH_TABLE_ORDERS, ...HYPOTHESIS_TESTS, JSON_PATHS, ...QUANTILE_SKETCHES, ...TIME_GRIDS];

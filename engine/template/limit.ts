/**
 * The bounds of template code: work, depth of nested values, size of the output. A template is rendered in one go and
 * never inside another, so the count of the rendering at hand is kept here, where every walk over values can reach it.
 */
import { abort } from './fault.ts';

export const MOST_ITERATIONS = 100_000;
export const MOST_OUTPUT = 5_000_000;
const MOST_WORK = 5_000_000;
const DEEPEST_VALUE = 200;

let workLeft = MOST_WORK;
let depth = 0;

/** Begins a rendering: its work is counted from nothing. */
export function startWork(): void {
  workLeft = MOST_WORK;
  depth = 0;
}

/** Counts work; more than a template can need ends the rendering. */
export function spend(steps: number): void {
  workLeft -= steps;
  if (workLeft < 0) throw abort('Template Syntax Error: the template does too much work. Look for a loop or a list that grows without end.');
}

/** Walks one level down in a value. */
export function deeper<T>(walk: () => T): T {
  depth += 1;
  spend(1);
  try {
    if (depth > DEEPEST_VALUE) throw abort('Template Syntax Error: a list or dictionary of the template is nested too deeply.');
    return walk();
  } finally {
    depth -= 1;
  }
}

/**
 * Samples of a metric resampled to a grid of times, as Prometheus does it: at each point of the grid a function of the
 * samples in the window that ends there. Without enough samples the point is NULL.
 */
import { computed, DOUBLE, list, VARCHAR } from './definition.ts';

interface Sample {
  readonly time: number;
  readonly value: number;
}

export type GridFunction = 'changes' | 'delta' | 'deriv' | 'increase' | 'instantDelta' | 'instantRate' | 'last' | 'predictLinear' | 'rate' | 'resets';

/** By time; of samples at one time the greatest. */
export function samplesOf(times: readonly number[], values: readonly number[]): Sample[] {
  const sorted = times.map((time, index) => ({ time, value: values[index] ?? 0 })).sort((one, other) => one.time - other.time || one.value - other.value);
  return sorted.filter((sample, index) => sorted[index + 1]?.time !== sample.time);
}

/** The change over the window, stretched to its edges where samples come near to them. */
function extrapolated(samples: readonly Sample[], from: number, to: number, kind: 'delta' | 'increase' | 'rate'): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return null;
  let change = last.value - first.value;
  if (kind !== 'delta') {
    samples.forEach((sample, index) => {
      const before = samples[index - 1];
      if (before && sample.value < before.value) change += before.value;
    });
  }
  const sampled = last.time - first.time;
  const gap = sampled / (samples.length - 1);
  let [toStart, toEnd] = [first.time - from, to - last.time];
  if (toStart >= gap * 1.1) toStart = gap / 2;
  if (kind !== 'delta' && change > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / change));
  if (toEnd >= gap * 1.1) toEnd = gap / 2;
  const stretched = (change * (sampled + toStart + toEnd)) / sampled;
  return kind === 'rate' ? stretched / (to - from) : stretched;
}

/** The line that fits best: its slope, and its value at a time. */
function line(samples: readonly Sample[], at: number): { readonly slope: number; readonly value: number } | undefined {
  const size = samples.length;
  if (size < 2) return undefined;
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / size;
  const [time, value] = [mean((sample) => sample.time - at), mean((sample) => sample.value)];
  const slope = mean((sample) => (sample.time - at - time) * (sample.value - value)) / mean((sample) => (sample.time - at - time) ** 2);
  return { slope, value: value - slope * time };
}

function steps(samples: readonly Sample[], counts: (before: number, after: number) => boolean): number | null {
  return samples.length === 0 ? null : samples.filter((sample, index) => index > 0 && counts(samples[index - 1]?.value ?? 0, sample.value)).length;
}

function valueAt(name: GridFunction, samples: readonly Sample[], from: number, to: number, offset: number): number | null {
  const [before, last] = [samples.at(-2), samples.at(-1)];
  switch (name) {
    case 'changes':
      return steps(samples, (one, other) => one !== other);
    case 'resets':
      return steps(samples, (one, other) => other < one);
    case 'last':
      return last?.value ?? null;
    case 'instantDelta':
      return before && last ? last.value - before.value : null;
    case 'instantRate':
      return before && last ? (last.value < before.value ? last.value : last.value - before.value) / (last.time - before.time) : null;
    case 'deriv':
      return line(samples, to)?.slope ?? null;
    case 'predictLinear': {
      const fitted = line(samples, to);
      return fitted ? fitted.value + fitted.slope * offset : null;
    }
    default:
      return extrapolated(samples, from, to, name);
  }
}

function grid(name: string, times: readonly number[], values: readonly number[], start: number, end: number, step: number, window: number, offset: number): readonly (number | null)[] {
  if (!(step > 0) || end < start) return start === end ? gridPoints(name, times, values, [start], window, offset) : [];
  const count = Math.floor((end - start) / step + 1e-9) + 1;
  if (count > 1_000_000) throw new Error('The grid has more than a million points.');
  return gridPoints(name, times, values, Array.from({ length: count }, (_, index) => start + index * step), window, offset);
}

function gridPoints(name: string, times: readonly number[], values: readonly number[], points: readonly number[], window: number, offset: number): readonly (number | null)[] {
  const samples = samplesOf(times, values);
  let [from, to] = [0, 0];
  return points.map((point) => {
    while ((samples[to]?.time ?? Infinity) <= point) to += 1;
    while (from < to && (samples[from]?.time ?? 0) <= point - window) from += 1;
    return valueAt(name as GridFunction, samples.slice(from, to), point - window, point, offset);
  });
}

const NUMBERS = list(DOUBLE);

export const TIME_GRID = computed('sandpiper_time_grid', [VARCHAR, NUMBERS, NUMBERS, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE], list<number | null>(DOUBLE as never), grid);

export const TIME_GRIDS = [TIME_GRID];

/**
 * Quantiles by the summaries that ClickHouse keeps: t-digest, DDSketch, Greenwald-Khanna, counts of rounded values. A
 * summary is a flat list of numbers, so that it can be stored and merged: joined summaries are summed up anew.
 * Also quantiles over weights and over the buckets of a Prometheus histogram.
 */
import { computed, DOUBLE, list } from './definition.ts';

interface Weighted {
  value: number;
  weight: number;
}

function pairsOf(flat: readonly number[]): Weighted[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => ({ value: flat[2 * index] ?? 0, weight: flat[2 * index + 1] ?? 0 }));
}

const flattened = (pairs: readonly Weighted[]): number[] => pairs.flatMap(({ value, weight }) => [value, weight]);
const total = (pairs: readonly Weighted[]): number => pairs.reduce((sum, { weight }) => sum + weight, 0);
const byValue = (one: Weighted, other: Weighted): number => one.value - other.value;

const UNMERGED = 2048;
const EPSILON = 0.01;

/** Joins neighbours whose share of all weight is small for their place: less than the errors that ClickHouse allows. */
function compressed(centroids: readonly Weighted[]): Weighted[] {
  const sorted = [...centroids].sort(byValue);
  if (sorted.length <= 3) return sorted;
  const count = total(sorted);
  const kept: Weighted[] = [];
  let left = { ...(sorted[0] ?? { value: 0, weight: 0 }) };
  let before = 0;
  for (const right of sorted.slice(1)) {
    const [at, next] = [(before + left.weight / 2) / count, (before + left.weight + right.weight / 2) / count];
    const room = Math.min(at * (1 - at), next * (1 - next)) * count * EPSILON * 4;
    if (left.weight + right.weight <= room) {
      left.weight += right.weight;
      if (right.value !== left.value) left.value = Math.fround(left.value + Math.fround(Math.fround(right.weight * Math.fround(right.value - left.value)) / left.weight));
    } else {
      kept.push(left);
      before += left.weight;
      left = { ...right };
    }
  }
  return [...kept, left];
}

function digest(values: readonly number[], weights: readonly number[]): readonly number[] {
  let centroids: Weighted[] = [];
  let unmerged = 0;
  values.forEach((value, index) => {
    const weight = weights[index] ?? 1;
    if (weight === 0 || Number.isNaN(value)) return;
    centroids.push({ value: Math.fround(value), weight });
    unmerged += 1;
    if (unmerged > UNMERGED) {
      centroids = compressed(centroids);
      unmerged = 0;
    }
  });
  return flattened(compressed(centroids));
}

function digestAt(summary: readonly number[], levels: readonly number[]): readonly number[] {
  const centroids = pairsOf(summary);
  const count = total(centroids);
  return levels.map((level) => {
    const [first] = centroids;
    if (!first) return NaN;
    if (centroids.length === 1) return first.value;
    const wanted = level * count;
    let [before, previousAt] = [0, 0];
    let previous = first;
    for (const centroid of centroids) {
      const at = before + centroid.weight / 2;
      if (at >= wanted) {
        const left = previousAt + (previous.weight === 1 ? 0.5 : 0);
        const right = at - (centroid.weight === 1 ? 0.5 : 0);
        if (wanted <= left) return previous.value;
        if (wanted >= right) return centroid.value;
        return Math.fround(previous.value + ((wanted - left) / (right - left)) * (centroid.value - previous.value));
      }
      before += centroid.weight;
      previous = centroid;
      previousAt = at;
    }
    return previous.value;
  });
}

/** Values with their weights, each value once. */
function counted(pairs: readonly Weighted[]): number[] {
  const weights = new Map<number, number>();
  for (const { value, weight } of pairs) weights.set(value, (weights.get(value) ?? 0) + weight);
  return flattened([...weights].map(([value, weight]) => ({ value, weight })).sort(byValue));
}

/** The first value at which the weights reach what `wanted` makes of all weight. */
const reaching = (wanted: (level: number, total: number) => number) => (summary: readonly number[], levels: readonly number[]): readonly number[] => {
  const pairs = pairsOf(summary);
  const all = total(pairs);
  return levels.map((level) => {
    const goal = wanted(level, all);
    let sum = 0;
    for (const { value, weight } of pairs) {
      sum += weight;
      if (sum >= goal) return value;
    }
    return pairs.at(-1)?.value ?? NaN;
  });
};

/** The upper half of a Float32. */
function asBrainFloat(value: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}

const weightedBy = (values: readonly number[], weights: readonly number[], round: (value: number) => number): Weighted[] =>
  values.map((value, index) => ({ value: round(value), weight: weights[index] ?? 1 })).filter(({ value }) => !Number.isNaN(value));

/** Places of DDSketch's buckets, which begin at powers of gamma: with a sign and an offset, so that they sort as the values. */
const OFFSET = 2 ** 40;

function buckets(values: readonly number[], accuracy: number): readonly number[] {
  const factor = 1 / Math.log((1 + accuracy) / (1 - accuracy));
  const place = (value: number): number => (value === 0 ? 0 : Math.sign(value) * (Math.floor(Math.log(Math.abs(value)) * factor) + OFFSET));
  return counted(values.filter((value) => Number.isFinite(value)).map((value) => ({ value: place(value), weight: 1 })));
}

function bucketsAt(summary: readonly number[], levels: readonly number[], accuracy: number): readonly number[] {
  const pairs = pairsOf(summary);
  const all = total(pairs);
  const logGamma = Math.log((1 + accuracy) / (1 - accuracy));
  return levels.map((level) => {
    const rank = level * (all - 1);
    let sum = 0;
    const found = pairs.find(({ weight }) => {
      sum += weight;
      return sum > rank;
    }) ?? pairs.at(-1);
    if (!found) return NaN;
    if (found.value === 0) return 0;
    return Math.sign(found.value) * Math.exp((Math.abs(found.value) - OFFSET) * logGamma) * (1 + accuracy);
  });
}

interface Ranked {
  readonly value: number;
  gap: number;
  readonly slack: number;
}

const HEAD = 50_000;
const TOO_MANY = 10_000;

function insertSorted(samples: readonly Ranked[], head: readonly number[], before: number, error: number): Ranked[] {
  const sorted = [...head].sort((one, other) => one - other);
  const merged: Ranked[] = [];
  let [at, count] = [0, before];
  sorted.forEach((value, index) => {
    for (let sample = samples[at]; sample && sample.value <= value; sample = samples[at]) {
      merged.push(sample);
      at += 1;
    }
    count += 1;
    const isEdge = merged.length === 0 || (at === samples.length && index === sorted.length - 1);
    merged.push({ value, gap: 1, slack: isEdge ? 0 : Math.floor(2 * error * count) });
  });
  return [...merged, ...samples.slice(at)];
}

function thinned(samples: readonly Ranked[], threshold: number): Ranked[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return [];
  const kept: Ranked[] = [];
  let head = { ...last };
  for (let index = samples.length - 2; index >= 1; index -= 1) {
    const sample = samples[index] ?? first;
    if (sample.gap + head.gap + head.slack < threshold) head = { ...head, gap: head.gap + sample.gap };
    else {
      kept.push(head);
      head = { ...sample };
    }
  }
  kept.push(head);
  if (first.value <= head.value && samples.length > 1) kept.push(first);
  return kept.reverse();
}

const triples = (samples: readonly Ranked[]): readonly number[] => samples.flatMap(({ value, gap, slack }) => [value, gap, slack]);
const rankedOf = (flat: readonly number[]): Ranked[] => Array.from({ length: flat.length / 3 }, (_, index) => ({ value: flat[3 * index] ?? 0, gap: flat[3 * index + 1] ?? 0, slack: flat[3 * index + 2] ?? 0 }));

function greenwaldKhanna(values: readonly number[], accuracy: number): readonly number[] {
  const error = 1 / accuracy;
  let samples: Ranked[] = [];
  let count = 0;
  for (let from = 0; from < values.length; from += HEAD) {
    const head = values.slice(from, from + HEAD);
    samples = insertSorted(samples, head, count, error);
    count += head.length;
    if (samples.length >= TOO_MANY || from + HEAD >= values.length) samples = thinned(samples, 2 * error * count);
  }
  return triples(samples);
}

function greenwaldKhannaMerged(summaries: readonly number[], accuracy: number): readonly number[] {
  const samples = rankedOf(summaries).sort((one, other) => one.value - other.value);
  const count = samples.reduce((sum, { gap }) => sum + gap, 0);
  return triples(samples.length > TOO_MANY ? thinned(samples, (2 / accuracy) * count) : samples);
}

function greenwaldKhannaAt(summary: readonly number[], levels: readonly number[], accuracy: number): readonly number[] {
  const samples = rankedOf(summary);
  const [first, last] = [samples[0], samples.at(-1)];
  const count = samples.reduce((sum, { gap }) => sum + gap, 0);
  const margin = samples.reduce((most, { gap, slack }) => Math.max(most, gap + slack), 0) / 2;
  return levels.map((level) => {
    if (!first || !last) return NaN;
    if (level <= 1 / accuracy) return first.value;
    if (level >= 1 - 1 / accuracy) return last.value;
    const rank = Math.ceil(level * count);
    let least = 0;
    for (const { value, gap, slack } of samples.slice(0, -1)) {
      least += gap;
      if (least + slack - margin <= rank && rank <= least + margin) return value;
    }
    return last.value;
  });
}

/** Between the two values around a place among all weight, counted from 0. */
function exactInterpolated(values: readonly number[], weights: readonly number[], levels: readonly number[]): readonly number[] {
  const pairs = weightedBy(values, weights, (value) => value).filter(({ weight }) => weight > 0).sort(byValue);
  const all = total(pairs);
  const valueAt = (place: number) => {
    let sum = 0;
    return (pairs.find(({ weight }) => (sum += weight) > place) ?? pairs.at(-1))?.value ?? NaN;
  };
  return levels.map((level) => {
    const place = level * (all - 1);
    const [lower, upper] = [Math.floor(place), Math.ceil(place)];
    return lower === upper ? valueAt(lower) : (upper - place) * valueAt(lower) + (place - lower) * valueAt(upper);
  });
}

/** Between the middles of the weights. */
function middlesInterpolated(values: readonly number[], weights: readonly number[], levels: readonly number[]): readonly number[] {
  const sums = new Map<number, number>();
  weightedBy(values, weights, (value) => value).forEach(({ value, weight }) => sums.set(value, (sums.get(value) ?? 0) + weight));
  const pairs = [...sums].map(([value, weight]) => ({ value, weight })).sort(byValue);
  const all = total(pairs);
  let sum = 0;
  const middles = pairs.map(({ value, weight }) => {
    sum += weight;
    return { value, at: (sum - weight / 2) / all };
  });
  return levels.map((level) => {
    const index = middles.findIndex(({ at }) => at >= level);
    const [below, above] = [middles[index - 1], middles[index]];
    if (!above) return middles.at(-1)?.value ?? NaN;
    return below ? below.value + ((level - below.at) / (above.at - below.at)) * (above.value - below.value) : above.value;
  });
}

function prometheus(bounds: readonly number[], counts: readonly number[], levels: readonly number[]): readonly number[] {
  const sums = new Map<number, number>();
  bounds.forEach((bound, index) => sums.set(bound, (sums.get(bound) ?? 0) + (counts[index] ?? 0)));
  const pairs = [...sums].map(([value, weight]) => ({ value, weight })).sort(byValue);
  const last = pairs.at(-1);
  return levels.map((level) => {
    if (!last || last.value !== Infinity || pairs.length < 2 || last.weight === 0) return NaN;
    const rank = level * last.weight;
    const index = pairs.findIndex(({ weight }) => weight >= rank);
    const [bucket, before] = [pairs[index] ?? last, pairs[index - 1]];
    if (bucket === last) return pairs.at(-2)?.value ?? NaN;
    if (!before && bucket.value <= 0) return bucket.value;
    const [start, passed] = [before?.value ?? 0, before?.weight ?? 0];
    return start + (bucket.value - start) * ((rank - passed) / (bucket.weight - passed));
  });
}

const NUMBERS = list(DOUBLE);
const merged = (flat: readonly number[]) => counted(pairsOf(flat));

export const DIGEST = computed('sandpiper_digest', [NUMBERS, NUMBERS], NUMBERS, digest);
export const DIGEST_MERGED = computed('sandpiper_digest_merged', [NUMBERS], NUMBERS, (flat) => (flat.length / 2 > UNMERGED ? flattened(compressed(pairsOf(flat))) : flat));
export const DIGEST_AT = computed('sandpiper_digest_at', [NUMBERS, NUMBERS], NUMBERS, (summary, levels) => digestAt(flattened(compressed(pairsOf(summary))), levels));
export const BRAIN_FLOATS = computed('sandpiper_brain_floats', [NUMBERS, NUMBERS], NUMBERS, (values, weights) => counted(weightedBy(values, weights, asBrainFloat)));
export const TIMINGS = computed('sandpiper_timings', [NUMBERS, NUMBERS], NUMBERS, (values, weights) => counted(weightedBy(values, weights, (value) => Math.min(30_000, Math.trunc(value)))));
export const COUNTS_MERGED = computed('sandpiper_counts_merged', [NUMBERS], NUMBERS, merged);
export const COUNTS_AT = computed('sandpiper_counts_at', [NUMBERS, NUMBERS], NUMBERS, reaching((level, all) => Math.ceil(all * level)));
export const TIMINGS_AT = computed('sandpiper_timings_at', [NUMBERS, NUMBERS], NUMBERS, reaching((level, all) => Math.min(Math.trunc(all * level) + 1, all)));
export const BUCKETS = computed('sandpiper_buckets', [NUMBERS, DOUBLE], NUMBERS, buckets);
export const BUCKETS_AT = computed('sandpiper_buckets_at', [NUMBERS, NUMBERS, DOUBLE], NUMBERS, bucketsAt);
export const RANKS = computed('sandpiper_ranks', [NUMBERS, DOUBLE], NUMBERS, greenwaldKhanna);
export const RANKS_MERGED = computed('sandpiper_ranks_merged', [NUMBERS, DOUBLE], NUMBERS, greenwaldKhannaMerged);
export const RANKS_AT = computed('sandpiper_ranks_at', [NUMBERS, NUMBERS, DOUBLE], NUMBERS, greenwaldKhannaAt);
export const EXACT_INTERPOLATED = computed('sandpiper_exact_interpolated', [NUMBERS, NUMBERS, NUMBERS], NUMBERS, exactInterpolated);
export const MIDDLES_INTERPOLATED = computed('sandpiper_middles_interpolated', [NUMBERS, NUMBERS, NUMBERS], NUMBERS, middlesInterpolated);
export const PROMETHEUS_AT = computed('sandpiper_prometheus_at', [NUMBERS, NUMBERS, NUMBERS], NUMBERS, prometheus);

export const QUANTILE_SKETCHES = [
  DIGEST, DIGEST_MERGED, DIGEST_AT, BRAIN_FLOATS, TIMINGS, COUNTS_MERGED, COUNTS_AT, TIMINGS_AT, BUCKETS, BUCKETS_AT, RANKS, RANKS_MERGED, RANKS_AT, EXACT_INTERPOLATED, MIDDLES_INTERPOLATED, PROMETHEUS_AT,
];

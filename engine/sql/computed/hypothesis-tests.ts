/**
 * Tests of statistics over whole samples: a list of values and, for each, the sample (0 or 1) or group that it belongs
 * to. Answers are lists of numbers in the order of ClickHouse's tuples: statistic, p-value, ends of the interval.
 */
import { fisherAbove, normalAbove, normalQuantile, studentQuantile, studentTwoSided } from './distributions.ts';
import { BOOLEAN, computed, DOUBLE, list, VARCHAR } from './definition.ts';

interface Sample {
  readonly size: number;
  readonly mean: number;
  /** The sum of squared distances from the mean. */
  readonly squares: number;
}

function sampleOf(values: readonly number[]): Sample {
  const size = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  return { size, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

/** The values whose index is 0, and the others. */
function split(values: readonly number[], indexes: readonly number[]): readonly [number[], number[]] {
  return [values.filter((_, place) => indexes[place] === 0), values.filter((_, place) => indexes[place] !== 0)];
}

/** t, p, and with a confidence the interval of the difference. */
function answer(difference: number, error: number, freedom: number, confidence: number): readonly number[] {
  const t = difference / error;
  const p = studentTwoSided(t, freedom);
  const valid = Number.isFinite(t) && !Number.isNaN(p);
  const found = valid ? [t, Math.min(1, Math.max(0, p))] : [NaN, NaN];
  if (confidence <= 0) return found;
  const reach = valid ? studentQuantile(1 - confidence, freedom) * error : NaN;
  return [...found, difference - reach, difference + reach];
}

const nothing = (confidence: number): readonly number[] => (confidence > 0 ? [NaN, NaN, NaN, NaN] : [NaN, NaN]);

function student(values: readonly number[], indexes: readonly number[], confidence: number): readonly number[] {
  const [x, y] = split(values, indexes).map(sampleOf);
  if (!x || !y || x.size === 0 || y.size === 0 || x.size + y.size <= 2) return nothing(confidence);
  const freedom = x.size + y.size - 2;
  const variance = (x.squares + y.squares) / freedom;
  return answer(x.mean - y.mean, Math.sqrt(variance * (1 / x.size + 1 / y.size)), freedom, confidence);
}

function welch(values: readonly number[], indexes: readonly number[], confidence: number): readonly number[] {
  const [x, y] = split(values, indexes).map(sampleOf);
  if (!x || !y || x.size < 2 || y.size < 2) return nothing(confidence);
  const [ofX, ofY] = [x.squares / (x.size - 1) / x.size, y.squares / (y.size - 1) / y.size];
  const freedom = (ofX + ofY) ** 2 / (ofX ** 2 / (x.size - 1) + ofY ** 2 / (y.size - 1));
  return answer(x.mean - y.mean, Math.sqrt(ofX + ofY), freedom, confidence);
}

function oneSample(values: readonly number[], expected: number, confidence: number): readonly number[] {
  const { size, mean, squares } = sampleOf(values);
  if (size < 2) return nothing(confidence);
  const error = Math.sqrt(squares / (size - 1) / size);
  const [t = NaN, p = NaN] = answer(mean - expected, error, size - 1, 0);
  if (confidence <= 0) return [t, p];
  const reach = studentQuantile(1 - confidence, size - 1) * error;
  return [t, p, mean - reach, mean + reach];
}

function meanZ(values: readonly number[], indexes: readonly number[], varianceX: number, varianceY: number, confidence: number): readonly number[] {
  const [x, y] = split(values, indexes).map(sampleOf);
  if (!x || !y || x.size === 0 || y.size === 0) return [NaN, 0, NaN, NaN];
  const error = Math.sqrt(varianceX / x.size + varianceY / y.size);
  const z = (x.mean - y.mean) / error;
  const reach = normalQuantile(1 - (1 - confidence) / 2) * error;
  return [z, 2 * normalAbove(Math.abs(z)), x.mean - y.mean - reach, x.mean - y.mean + reach];
}

interface Ranks {
  readonly ranks: readonly number[];
  /** The sum of t³ - t over the groups of equal values. */
  readonly ties: number;
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): Ranks {
  const order = values.map((_, place) => place).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  let ties = 0;
  for (let from = 0; from < order.length; ) {
    // nan is equal to nothing, not to itself either.
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at] ?? 0] = (from + 1 + to) / 2;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { ranks, ties };
}

function mannWhitney(values: readonly number[], indexes: readonly number[], alternative: string, corrected: boolean): readonly number[] {
  const { ranks, ties } = ranksOf(values);
  const first = ranks.filter((_, place) => indexes[place] === 0);
  const [m, n] = [first.length, values.length - first.length];
  if (m === 0 || n === 0) throw new Error('mannWhitneyUTest needs values in both samples.');
  const u1 = m * n + (m * (m + 1)) / 2 - first.reduce((sum, rank) => sum + rank, 0);
  const u2 = m * n - u1;
  const total = m + n;
  const deviation = Math.sqrt(((1 - ties / (total ** 3 - total)) * m * n * (total + 1)) / 12);
  const u = alternative === 'greater' ? u2 : alternative === 'less' ? u1 : Math.max(u1, u2);
  const z = (u - (m * n) / 2 - (corrected ? 0.5 : 0)) / deviation;
  return [u2, alternative === 'two-sided' ? 2 * normalAbove(Math.abs(z)) : normalAbove(z)];
}

function kolmogorovSmirnov(values: readonly number[], indexes: readonly number[], alternative: string, method: string): readonly number[] {
  const [x, y] = split(values, indexes).map((sample) => sample.sort((one, other) => one - other));
  if (!x || !y || x.length === 0 || y.length === 0) throw new Error('kolmogorovSmirnovTest needs values in both samples.');
  if (values.some(Number.isNaN)) return [Number.NaN, Number.NaN];
  let [i, j, most, least] = [0, 0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] ?? 0, y[j] ?? 0);
    while (i < x.length && x[i] === value) i += 1;
    while (j < y.length && y[j] === value) j += 1;
    const distance = i / x.length - j / y.length;
    most = Math.max(most, distance);
    least = Math.min(least, distance);
  }
  const d = alternative === 'less' ? -least : alternative === 'greater' ? most : Math.max(most, -least);
  const isExact = method === 'exact' || (method === 'auto' && Math.max(x.length, y.length) <= 10_000);
  return [d, Math.min(1, Math.max(0, isExact ? exactly(d, x.length, y.length, alternative) : nearly(d, x.length, y.length, alternative)))];
}

/** The share of all ways to mix the samples in which the distance is at least d, counted along the lattice of ways. */
function exactly(d: number, m: number, n: number, alternative: string): number {
  const limit = (0.5 + Math.floor(d * m * n - 1e-7)) / (m * n);
  const leaves = (i: number, j: number) => {
    const distance = i / m - j / n;
    return (alternative === 'two-sided' ? Math.abs(distance) : alternative === 'less' ? -distance : distance) > limit;
  };
  const within = Array.from({ length: n + 1 }, (_, j): number => (leaves(0, j) ? 0 : 1));
  for (let j = 1; j <= n; j += 1) if (within[j - 1] === 0) within[j] = 0;
  for (let i = 1; i <= m; i += 1) {
    const weight = i / (i + n);
    within[0] = leaves(i, 0) ? 0 : weight * (within[0] ?? 0);
    for (let j = 1; j <= n; j += 1) within[j] = leaves(i, j) ? 0 : weight * (within[j] ?? 0) + (within[j - 1] ?? 0);
  }
  return 1 - (within[n] ?? 0);
}

function nearly(d: number, m: number, n: number, alternative: string): number {
  const z = Math.sqrt((m * n) / (m + n)) * d;
  if (alternative !== 'two-sided') {
    const [more, fewer] = [Math.max(m, n), Math.min(m, n)];
    return Math.exp(-2 * z * z - (2 * z * (more + 2 * fewer)) / Math.sqrt(more * fewer * (more + fewer)) / 3);
  }
  let sum = 0;
  for (let k = 1; k < 1000; k += 1) {
    const term = Math.exp(-2 * k * k * z * z);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return z === 0 ? 1 : 2 * sum;
}

function analysisOfVariance(values: readonly number[], groups: readonly number[]): readonly number[] {
  const byGroup = new Map<number | undefined, number[]>();
  values.forEach((value, place) => {
    const group = byGroup.get(groups[place]);
    if (group) group.push(value);
    else byGroup.set(groups[place], [value]);
  });
  const samples = [...byGroup.values()].map(sampleOf);
  const all = sampleOf(values);
  if (values.length <= samples.length) throw new Error('analysisOfVariance needs more than one value in a group.');
  if (samples.length < 2) throw new Error('analysisOfVariance needs more than one group.');
  const [between, within] = [samples.length - 1, values.length - samples.length];
  const spreadBetween = samples.reduce((sum, { size, mean }) => sum + size * (mean - all.mean) ** 2, 0) / between;
  const spreadWithin = samples.reduce((sum, { squares }) => sum + squares, 0) / within;
  const f = spreadBetween / spreadWithin;
  return [f, Number.isNaN(f) || f === Infinity || f < 0 ? NaN : fisherAbove(f, between, within)];
}

function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [first, second] = [ranksOf(x).ranks, ranksOf(y).ranks];
  const size = x.length;
  return 1 - (6 * first.reduce((sum, rank, place) => sum + (rank - (second[place] ?? 0)) ** 2, 0)) / (size * (size * size - 1));
}

const VALUES = list(DOUBLE);

export const STUDENT_T_TEST = computed('sandpiper_student_t_test', [VALUES, VALUES, DOUBLE], VALUES, student);
export const WELCH_T_TEST = computed('sandpiper_welch_t_test', [VALUES, VALUES, DOUBLE], VALUES, welch);
export const ONE_SAMPLE_T_TEST = computed('sandpiper_one_sample_t_test', [VALUES, DOUBLE, DOUBLE], VALUES, oneSample);
export const MEAN_Z_TEST = computed('sandpiper_mean_z_test', [VALUES, VALUES, DOUBLE, DOUBLE, DOUBLE], VALUES, meanZ);
export const MANN_WHITNEY_TEST = computed('sandpiper_mann_whitney_test', [VALUES, VALUES, VARCHAR, BOOLEAN], VALUES, mannWhitney);
export const KOLMOGOROV_SMIRNOV_TEST = computed('sandpiper_kolmogorov_smirnov_test', [VALUES, VALUES, VARCHAR, VARCHAR], VALUES, kolmogorovSmirnov);
export const ANALYSIS_OF_VARIANCE = computed('sandpiper_analysis_of_variance', [VALUES, VALUES], VALUES, analysisOfVariance);
export const RANK_CORRELATION = computed('sandpiper_rank_correlation', [VALUES, VALUES], DOUBLE, rankCorrelation);

export const HYPOTHESIS_TESTS = [STUDENT_T_TEST, WELCH_T_TEST, ONE_SAMPLE_T_TEST, MEAN_Z_TEST, MANN_WHITNEY_TEST, KOLMOGOROV_SMIRNOV_TEST, ANALYSIS_OF_VARIANCE, RANK_CORRELATION];

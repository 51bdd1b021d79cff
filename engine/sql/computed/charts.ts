/** Many values in few: bars of text, buckets of a histogram, the points that keep a line's shape, lengths covered by intervals. */
import { computed, DOUBLE, list, UINTEGER, VARCHAR } from './definition.ts';

const BARS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** One bar for each of `width` equal parts of the range from `least` to `greatest`: the mean of the values that lie in it. */
function sparkbar(width: number, xs: readonly number[], ys: readonly number[], range: readonly number[], whole: boolean): string {
  const points = new Map<number, number>();
  xs.forEach((x, index) => {
    if (range.length < 2 || (x >= (range[0] ?? 0) && x <= (range[1] ?? 0))) points.set(x, (points.get(x) ?? 0) + (ys[index] ?? 0));
  });
  if (points.size === 0) return '';
  const [least, greatest] = range.length < 2 ? [Math.min(...points.keys()), Math.max(...points.keys())] : [range[0] ?? 0, range[1] ?? 0];
  const [sums, counts] = [new Array<number>(width).fill(0), new Array<number>(width).fill(0)];
  for (const [x, y] of points) {
    if (!(y > 0)) continue;
    const part = Math.min(width - 1, Math.floor(((x - least) / (greatest - least + 1)) * width));
    sums[part] = (sums[part] ?? 0) + y;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const means = sums.map((sum, part) => ((counts[part] ?? 0) > 0 ? (whole ? Math.trunc(sum / (counts[part] ?? 1)) : sum / (counts[part] ?? 1)) : 0));
  const highest = Math.max(...means.filter((mean) => mean > 0), 0);
  if (highest === 0) return '';
  if (least === greatest) return BARS.at(-1) ?? '';
  return means.map((mean) => BARS[mean > 0 ? Math.floor(whole ? Math.floor((mean * 7) / highest) + 1 : mean / (highest / 7) + 1) : 0]).join('');
}

interface Bin {
  mean: number;
  weight: number;
}

/** Joins the two nearest bins until there are at most so many. */
function joinNearest(bins: readonly Bin[], most: number): Bin[] {
  const left = bins.map((bin) => ({ ...bin })).sort((one, other) => one.mean - other.mean);
  for (;;) {
    let nearest = -1;
    let distance = Infinity;
    for (let index = 0; index + 1 < left.length; index += 1) {
      const gap = (left[index + 1]?.mean ?? 0) - (left[index]?.mean ?? 0);
      if (gap < distance) [nearest, distance] = [index, gap];
    }
    const [one, other] = [left[nearest], left[nearest + 1]];
    if (!one || !other || (left.length <= most && distance > 0)) return left;
    const weight = one.weight + other.weight;
    left.splice(nearest, 2, { mean: (one.mean * one.weight + other.mean * other.weight) / weight, weight });
  }
}

/** Lower end, upper end and height of each bin, one after another. */
function histogram(most: number, values: readonly number[]): readonly number[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  let bins: Bin[] = [];
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of finite) {
    bins.push({ mean: value, weight: 1 });
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    if (bins.length >= most * 2) bins = joinNearest(bins, most);
  }
  bins = joinNearest(bins, most);
  const middle = (index: number): number => (index < 0 ? least : index >= bins.length - 1 ? greatest : ((bins[index]?.mean ?? 0) + (bins[index + 1]?.mean ?? 0)) / 2);
  // Between two bins the height runs in a straight line from one to the other.
  const share = (own: Bin | undefined, next: Bin | undefined): number => (own ? (next ? (own.weight + (own.weight + next.weight) / 2) / 4 : own.weight / 2) : 0);
  return bins.flatMap((bin, index) => [middle(index - 1), middle(index), share(bin, bins[index - 1]) + share(bin, bins[index + 1])]);
}

/** The indexes, from 1, of the points to keep: in each bucket the one with the largest triangle. */
function largestTriangles(buckets: number, xs: readonly number[], ys: readonly number[]): readonly number[] {
  const order = xs.map((_, index) => index).sort((one, other) => (xs[one] ?? 0) - (xs[other] ?? 0));
  const [x, y] = [(place: number) => xs[order[place] ?? 0] ?? 0, (place: number) => ys[order[place] ?? 0] ?? 0];
  const size = order.length;
  const places: number[] = [];
  if (size <= buckets) places.push(...order.keys());
  else if (buckets === 1) places.push(0);
  else if (buckets === 2) places.push(0, size - 1);
  else if (buckets > 2) {
    const width = (size - 2) / (buckets - 2);
    places.push(0);
    let last = 0;
    for (let bucket = 0; bucket < buckets - 2; bucket += 1) {
      const [from, to] = [Math.floor((bucket + 1) * width) + 1, Math.min(Math.floor((bucket + 2) * width) + 1, size)];
      let [meanX, meanY] = [0, 0];
      for (let place = from; place < to; place += 1) {
        meanX += x(place) / (to - from);
        meanY += y(place) / (to - from);
      }
      let [best, area] = [Math.floor(bucket * width) + 1, -1];
      for (let place = best; place < from; place += 1) {
        const triangle = Math.abs((x(last) - meanX) * (y(place) - y(last)) - (x(last) - x(place)) * (meanY - y(last))) / 2;
        if (triangle > area) [best, area] = [place, triangle];
      }
      places.push(best);
      last = best;
    }
    places.push(size - 1);
  }
  return places.map((place) => (order[place] ?? 0) + 1);
}

function coveredLength(starts: readonly number[], ends: readonly number[]): number {
  const intervals = starts.map((start, index) => [Math.min(start, ends[index] ?? start), Math.max(start, ends[index] ?? start)] as const).sort(([one], [other]) => one - other);
  let [length, reached] = [0, -Infinity];
  for (const [start, end] of intervals) {
    if (end <= reached) continue;
    length += end - Math.max(start, reached);
    reached = end;
  }
  return length;
}

const NUMBERS = list(DOUBLE);

export const SPARKBAR = computed('sandpiper_sparkbar', [DOUBLE, NUMBERS, NUMBERS, NUMBERS, DOUBLE], VARCHAR, (width: number, xs: readonly number[], ys: readonly number[], range: readonly number[], whole: number) => sparkbar(width, xs, ys, range, whole !== 0));
export const HISTOGRAM = computed('sandpiper_histogram', [DOUBLE, NUMBERS], NUMBERS, histogram);
export const LARGEST_TRIANGLES = computed('sandpiper_largest_triangles', [DOUBLE, NUMBERS, NUMBERS], list(UINTEGER), largestTriangles);
export const COVERED_LENGTH = computed('sandpiper_covered_length', [NUMBERS, NUMBERS], DOUBLE, coveredLength);

export const CHARTS = [SPARKBAR, HISTOGRAM, LARGEST_TRIANGLES, COVERED_LENGTH];

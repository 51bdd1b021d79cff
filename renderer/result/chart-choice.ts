/**
 * Which chart a result asks for. A time and numbers make a time series, a category and numbers make bars, a single row
 * of numbers makes figures, two numbers make a scatter plot; anything else stays a table. The person may choose otherwise.
 */
import type { RunView } from '../../engine/api/protocol.ts';
import { numberOf, roleOf } from './column-role.ts';

export type ChartKind = 'line' | 'area' | 'bar' | 'stacked' | 'scatter' | 'pie' | 'number';

export const CHART_KINDS: readonly { readonly kind: ChartKind; readonly label: string }[] = [
  { kind: 'line', label: 'Line' },
  { kind: 'area', label: 'Area' },
  { kind: 'bar', label: 'Bar' },
  { kind: 'stacked', label: 'Stacked bar' },
  { kind: 'scatter', label: 'Scatter' },
  { kind: 'pie', label: 'Pie' },
  { kind: 'number', label: 'Number' },
];

/** Columns are named by their position in the result, because two may have one name. */
export interface ChartChoice {
  readonly kind: ChartKind;
  /** The column along the x axis; undefined for figures and for a plot by row number. */
  readonly x: number | undefined;
  readonly measures: readonly number[];
  /** One series for each value of this column. */
  readonly split: number | undefined;
}

const MEASURES_AT_ONCE = 4;
/** Measures further apart than this are not drawn on one axis unasked. */
const SCALE_APART = 25;
const SERIES_AT_MOST = 12;

/** Undefined when the result has nothing to draw. */
export function chooseChart(result: RunView): ChartChoice | undefined {
  const roles = result.columns.map((column) => roleOf(column.type));
  const positions = (role: string) => roles.flatMap((found, index) => (found === role ? [index] : []));
  const numbers = positions('number').filter((index) => !looksLikeId(result.columns[index]?.name ?? ''));
  if (result.rows.length === 0 || numbers.length === 0) return undefined;
  const times = positions('time');
  const categories = positions('category');
  const time = times[0];
  const category = categories[0];
  if (result.rows.length === 1) return { kind: 'number', x: undefined, measures: numbers.slice(0, 6), split: undefined };
  // A category that names each row (one row a feature, say) says more than a time that belongs to it.
  if (category !== undefined && category < (time ?? Infinity) && namesEachRow(result, category)) return { kind: 'bar', x: category, measures: alike(result, numbers), split: undefined };
  if (time !== undefined) {
    const split = categories.find((index) => splitsWell(result, time, index));
    return { kind: 'line', x: time, measures: split === undefined ? alike(result, numbers) : numbers.slice(0, 1), split };
  }
  if (category !== undefined) return { kind: 'bar', x: category, measures: alike(result, numbers), split: undefined };
  const [first, second] = numbers;
  if (first !== undefined && second !== undefined) return { kind: 'scatter', x: first, measures: [second], split: undefined };
  return { kind: 'bar', x: undefined, measures: numbers.slice(0, 1), split: undefined };
}

function looksLikeId(name: string): boolean {
  return /(^|_)id$/i.test(name);
}

const BARS_AT_MOST = 60;

function namesEachRow(result: RunView, category: number): boolean {
  return result.rows.length <= BARS_AT_MOST && new Set(result.rows.map((row) => row[category])).size === result.rows.length;
}

/** A category splits a time series when times repeat and there are few values. */
function splitsWell(result: RunView, time: number, category: number): boolean {
  const moments = new Set(result.rows.map((row) => row[time]));
  const values = new Set(result.rows.map((row) => row[category]));
  return moments.size < result.rows.length && values.size > 1 && values.size <= SERIES_AT_MOST;
}

/** The first measure, and those after it that are of its order of magnitude. */
function alike(result: RunView, measures: readonly number[]): readonly number[] {
  const size = (measure: number) =>
    result.rows.reduce((largest, row) => Math.max(largest, Math.abs(numberOf(row[measure] ?? null) ?? 0)), 0);
  const [first] = measures;
  if (first === undefined) return [];
  const reference = size(first) || 1;
  return measures.filter((measure) => size(measure) <= reference * SCALE_APART && size(measure) >= reference / SCALE_APART).slice(0, MEASURES_AT_ONCE);
}

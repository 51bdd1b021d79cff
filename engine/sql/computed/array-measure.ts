/** Measures of arrays of numbers: how well scores rank labels, how a series repeats itself, how far two lists are apart. */
import { BIGINT, BOOLEAN, computed, DOUBLE, list } from './definition.ts';

interface Ranked {
  readonly score: number;
  readonly positive: boolean;
}

/** The scores, greatest first, each with whether its label is above zero. */
function ranked(scores: readonly number[], labels: readonly number[]): readonly Ranked[] {
  if (scores.length !== labels.length) throw new Error(`The scores and the labels must be as many: ${scores.length} and ${labels.length}.`);
  return scores.map((score, index) => ({ score, positive: (labels[index] ?? 0) > 0 })).sort((left, right) => right.score - left.score);
}

/** Calls `step` behind each run of equal scores with the positives and negatives so far. */
function overThresholds(items: readonly Ranked[], step: (positives: number, negatives: number) => void): void {
  let [positives, negatives] = [0, 0];
  items.forEach((item, index) => {
    if (item.positive) positives += 1;
    else negatives += 1;
    if (items[index + 1]?.score !== item.score) step(positives, negatives);
  });
}

function rocArea(scores: readonly number[], labels: readonly number[], scale: boolean): number {
  let [area, lastPositives, lastNegatives] = [0, 0, 0];
  overThresholds(ranked(scores, labels), (positives, negatives) => {
    area += ((negatives - lastNegatives) * (positives + lastPositives)) / 2;
    [lastPositives, lastNegatives] = [positives, negatives];
  });
  if (!scale) return area;
  return lastPositives === 0 || lastNegatives === 0 ? Number.NaN : area / lastPositives / lastNegatives;
}

function precisionRecallArea(scores: readonly number[], labels: readonly number[]): number {
  let [area, last] = [0, 0];
  overThresholds(ranked(scores, labels), (positives, negatives) => {
    area += (positives / (positives + negatives)) * (positives - last);
    last = positives;
  });
  return last === 0 ? 0 : area / last;
}

/** The Gini index of the labels in this order. */
function gini(labels: readonly number[]): number {
  const total = labels.reduce((sum, label) => sum + label, 0);
  let [running, area] = [0, 0];
  for (const label of labels) {
    running += label / total;
    area += running;
  }
  return area / labels.length - (labels.length + 1) / (2 * labels.length);
}

function normalizedGini(predicted: readonly number[], labels: readonly number[]): readonly number[] {
  if (predicted.length !== labels.length) throw new Error(`The predictions and the labels must be as many: ${predicted.length} and ${labels.length}.`);
  const order = predicted.map((value, index) => ({ value, label: labels[index] ?? 0 })).sort((left, right) => left.value - right.value).reverse();
  const own = gini(order.map(({ label }) => label));
  const best = gini([...labels].sort((left, right) => right - left));
  return [own, best, own / best];
}

function autocorrelation(values: readonly number[], most: bigint): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const away = values.map((value) => value - mean);
  const variance = away.reduce((sum, value) => sum + value * value, 0);
  const lags = Math.min(values.length, Number(most));
  return Array.from({ length: Math.max(lags, 0) }, (_, lag) => away.slice(lag).reduce((sum, value, index) => sum + value * (away[index] ?? 0), 0) / variance);
}

/** Insertions and deletions cost the element's weight, a replacement both weights. Elements are known by their numbers. */
function weightedDistance(from: readonly (bigint | null)[], to: readonly (bigint | null)[], fromWeights: readonly number[], toWeights: readonly number[]): number {
  if (from.length !== fromWeights.length || to.length !== toWeights.length) throw new Error('Each array needs as many weights as it has elements.');
  let previous = [0];
  for (const weight of toWeights) previous.push((previous.at(-1) ?? 0) + weight);
  from.forEach((element, row) => {
    const removal = fromWeights[row] ?? 0;
    const current = [(previous[0] ?? 0) + removal];
    to.forEach((other, column) => {
      const insertion = toWeights[column] ?? 0;
      const kept = (previous[column] ?? 0) + (element === other ? 0 : removal + insertion);
      current.push(Math.min(kept, (previous[column + 1] ?? 0) + removal, (current[column] ?? 0) + insertion));
    });
    previous = current;
  });
  return previous.at(-1) ?? 0;
}

const NUMBERS = list(DOUBLE);

export const ROC_AREA = computed('sandpiper_roc_area', [NUMBERS, NUMBERS, BOOLEAN], DOUBLE, rocArea);
export const PRECISION_RECALL_AREA = computed('sandpiper_precision_recall_area', [NUMBERS, NUMBERS], DOUBLE, precisionRecallArea);
export const NORMALIZED_GINI = computed('sandpiper_normalized_gini', [NUMBERS, NUMBERS], NUMBERS, normalizedGini);
export const AUTOCORRELATION = computed('sandpiper_autocorrelation', [NUMBERS, BIGINT], NUMBERS, autocorrelation);
export const WEIGHTED_DISTANCE = computed('sandpiper_weighted_distance', [list(BIGINT), list(BIGINT), NUMBERS, NUMBERS], DOUBLE, weightedDistance);

export const ARRAY_MEASURE = [ROC_AREA, PRECISION_RECALL_AREA, NORMALIZED_GINI, AUTOCORRELATION, WEIGHTED_DISTANCE];

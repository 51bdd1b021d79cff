/** Tests of shares, and how many samples a test needs. */
import { computed, DOUBLE, INTEGER, list } from './definition.ts';
import { normalAbove, normalQuantile } from './distributions.ts';

/** z, the two-sided p value, and the confidence interval of the difference of two shares. */
function twoShares(hitsX: number, hitsY: number, trialsX: number, trialsY: number, confidence: number, pooled: number): readonly number[] {
  if (hitsX < 0 || hitsY < 0 || hitsX > trialsX || hitsY > trialsY || trialsX + trialsY < 1) return [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const [shareX, shareY] = [hitsX / trialsX, hitsY / trialsY];
  const difference = shareX - shareY;
  const apart = Math.sqrt((shareX * (1 - shareX)) / trialsX + (shareY * (1 - shareY)) / trialsY);
  const together = (hitsX + hitsY) / (trialsX + trialsY);
  const error = pooled === 1 ? Math.sqrt(together * (1 - together) * (1 / trialsX + 1 / trialsY)) : apart;
  const z = difference / error;
  const width = normalQuantile(1 - (1 - confidence) / 2) * apart;
  return [z, 2 * normalAbove(Math.abs(z)), difference - width, difference + width];
}

const NONE = [Number.NaN, Number.NaN, Number.NaN];

function samplesOfMean(baseline: number, sigma: number, effect: number, power: number, alpha: number): readonly number[] {
  if (![baseline, sigma, effect].every(Number.isFinite) || sigma < 0 || power <= 0 || power >= 1 || alpha <= 0 || alpha >= 1) return NONE;
  const size = baseline * effect;
  const quantiles = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  return [2 * ((quantiles * sigma) / size) ** 2, baseline - size, baseline + size];
}

function samplesOfShare(baseline: number, effect: number, power: number, alpha: number): readonly number[] {
  const other = baseline + effect;
  if (![baseline, effect].every(Number.isFinite) || effect < 0 || power <= 0 || power >= 1 || alpha <= 0 || alpha >= 1) return NONE;
  const middle = (baseline + other) / 2;
  const spread = normalQuantile(1 - alpha / 2) * Math.sqrt(2 * middle * (1 - middle)) + normalQuantile(power) * Math.sqrt(baseline * (1 - baseline) + other * (1 - other));
  return [(spread / effect) ** 2, baseline - effect, other];
}

export const TWO_SHARES = computed('sandpiper_two_shares', [DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE, INTEGER], list(DOUBLE), twoShares);
export const SAMPLES_OF_MEAN = computed('sandpiper_samples_of_mean', [DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE], list(DOUBLE), samplesOfMean);
export const SAMPLES_OF_SHARE = computed('sandpiper_samples_of_share', [DOUBLE, DOUBLE, DOUBLE, DOUBLE], list(DOUBLE), samplesOfShare);

export const PROPORTIONS = [TWO_SHARES, SAMPLES_OF_MEAN, SAMPLES_OF_SHARE];

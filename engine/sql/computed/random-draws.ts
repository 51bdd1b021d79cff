/**
 * Draws from distributions that need more than one uniform number. Each takes its parameters and a number from 0 up to 1
 * that DuckDB has drawn, from which further ones follow; the values are not ClickHouse's, their distribution is.
 */
import { BIGINT, computed, DOUBLE } from './definition.ts';

type Uniform = () => number;

/** A small generator (mulberry32) that begins at the number drawn. */
function uniformFrom(drawn: number): Uniform {
  let state = Math.floor(drawn * 4294967296) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(uniform: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** After Marsaglia and Tsang. */
function gamma(shape: number, uniform: Uniform): number {
  if (shape < 1) return gamma(shape + 1, uniform) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(uniform);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Halves a large mean by a draw of the gamma distribution, then counts products of uniform numbers. */
function poisson(mean: number, uniform: Uniform): number {
  if (mean > 30) {
    const half = Math.floor(mean / 2);
    const reached = gamma(half, uniform);
    return reached > mean ? binomial(half - 1, mean / reached, uniform) : half + poisson(mean - reached, uniform);
  }
  let count = -1;
  for (let product = 1; product > Math.exp(-mean) || count < 0; product *= 1 - uniform()) count += 1;
  return count;
}

/** Halves many trials by a draw of the beta distribution, then counts them one by one. */
function binomial(trials: number, probability: number, uniform: Uniform): number {
  if (trials <= 60) return Array.from({ length: trials }, uniform).filter((drawn) => drawn < probability).length;
  const middle = Math.floor(trials / 2) + 1;
  const [below, above] = [gamma(middle, uniform), gamma(trials + 1 - middle, uniform)];
  const split = below / (below + above);
  return split >= probability ? binomial(middle - 1, probability / split, uniform) : middle + binomial(trials - middle, (probability - split) / (1 - split), uniform);
}

function positive(name: string, ...values: readonly number[]): void {
  if (values.some((value) => !(value > 0))) throw new Error(`${name} takes numbers above 0.`);
}

function share(name: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1)) throw new Error(`${name} takes a probability from 0 to 1.`);
}

export const RANDOM_POISSON = computed('sandpiper_random_poisson', [DOUBLE, DOUBLE], BIGINT, (mean, drawn) => {
  positive('randPoisson', mean);
  return BigInt(poisson(mean, uniformFrom(drawn)));
}, { isVolatile: true });

export const RANDOM_BINOMIAL = computed('sandpiper_random_binomial', [DOUBLE, DOUBLE, DOUBLE], BIGINT, (trials, probability, drawn) => {
  share('randBinomial', probability);
  return BigInt(binomial(Math.max(Math.floor(trials), 0), probability, uniformFrom(drawn)));
}, { isVolatile: true });

export const RANDOM_NEGATIVE_BINOMIAL = computed('sandpiper_random_negative_binomial', [DOUBLE, DOUBLE, DOUBLE], BIGINT, (successes, probability, drawn) => {
  share('randNegativeBinomial', probability);
  positive('randNegativeBinomial', successes, probability);
  const uniform = uniformFrom(drawn);
  const mean = (gamma(successes, uniform) * (1 - probability)) / probability;
  return BigInt(mean > 0 ? poisson(mean, uniform) : 0);
}, { isVolatile: true });

export const RANDOM_CHI_SQUARED = computed('sandpiper_random_chi_squared', [DOUBLE, DOUBLE], DOUBLE, (freedom, drawn) => {
  positive('randChiSquared', freedom);
  return 2 * gamma(freedom / 2, uniformFrom(drawn));
}, { isVolatile: true });

export const RANDOM_STUDENT_T = computed('sandpiper_random_student_t', [DOUBLE, DOUBLE], DOUBLE, (freedom, drawn) => {
  positive('randStudentT', freedom);
  const uniform = uniformFrom(drawn);
  return normal(uniform) / Math.sqrt((2 * gamma(freedom / 2, uniform)) / freedom);
}, { isVolatile: true });

export const RANDOM_FISHER_F = computed('sandpiper_random_fisher_f', [DOUBLE, DOUBLE, DOUBLE], DOUBLE, (first, second, drawn) => {
  positive('randFisherF', first, second);
  const uniform = uniformFrom(drawn);
  return gamma(first / 2, uniform) / first / (gamma(second / 2, uniform) / second);
}, { isVolatile: true });

export const RANDOM_DRAWS = [RANDOM_POISSON, RANDOM_BINOMIAL, RANDOM_NEGATIVE_BINOMIAL, RANDOM_CHI_SQUARED, RANDOM_STUDENT_T, RANDOM_FISHER_F];

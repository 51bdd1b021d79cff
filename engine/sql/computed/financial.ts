/** Values of cash flows: net present value and internal rate of return, by periods or by dates. */
import { computed, DOUBLE, INTEGER, list, VARCHAR } from './definition.ts';

const DAY_COUNTS: Readonly<Record<string, number>> = { ACT_365F: 365, ACT_365_25: 365.25 };

/** Each payment at its time, in periods or years. */
interface Payment {
  readonly amount: number;
  readonly time: number;
}

function presentValue(rate: number, payments: readonly Payment[]): number {
  return payments.reduce((sum, { amount, time }) => sum + amount / (1 + rate) ** time, 0);
}

function slope(rate: number, payments: readonly Payment[]): number {
  return payments.reduce((sum, { amount, time }) => sum - (time * amount) / (1 + rate) ** (time + 1), 0);
}

/** The rate at which the payments are worth nothing: by Newton's method, else by halving; NaN where there is none. */
function internalRate(payments: readonly Payment[], guess: number): number {
  if (payments.length < 2) return Number.NaN;
  if (!payments.some(({ amount }) => amount > 0) || !payments.some(({ amount }) => amount < 0)) return Number.NaN;
  let rate = guess;
  for (let step = 0; step < 100; step += 1) {
    const change = presentValue(rate, payments) / slope(rate, payments);
    if (!Number.isFinite(change)) break;
    rate -= change;
    if (rate <= -1) break;
    if (Math.abs(change) < 1e-12) return rate;
  }
  return halved(payments);
}

function halved(payments: readonly Payment[]): number {
  let [low, high] = [-0.9999, 10];
  while (Math.sign(presentValue(low, payments)) === Math.sign(presentValue(high, payments)) && high < 1e9) high *= 10;
  if (Math.sign(presentValue(low, payments)) === Math.sign(presentValue(high, payments))) return Number.NaN;
  for (let step = 0; step < 300; step += 1) {
    const middle = (low + high) / 2;
    if (Math.sign(presentValue(middle, payments)) === Math.sign(presentValue(low, payments))) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function periodic(amounts: readonly number[], first: number): readonly Payment[] {
  return amounts.map((amount, index) => ({ amount, time: first + index }));
}

function dated(amounts: readonly number[], days: readonly number[], dayCount: string): readonly Payment[] {
  if (amounts.length !== days.length) throw new Error(`The payments and their dates must be as many: ${amounts.length} and ${days.length}.`);
  const year = DAY_COUNTS[dayCount];
  if (year === undefined) throw new Error(`There is no day count ${dayCount}: it is ACT_365F or ACT_365_25.`);
  return amounts.map((amount, index) => ({ amount, time: ((days[index] ?? 0) - (days[0] ?? 0)) / year }));
}

const NUMBERS = list(DOUBLE);

export const PRESENT_VALUE = computed('sandpiper_present_value', [DOUBLE, NUMBERS, INTEGER], DOUBLE, (rate, amounts, first) => presentValue(rate, periodic(amounts, first)));
export const PRESENT_VALUE_DATED = computed('sandpiper_present_value_dated', [DOUBLE, NUMBERS, NUMBERS, VARCHAR], DOUBLE, (rate, amounts, days, dayCount) => presentValue(rate, dated(amounts, days, dayCount)));
export const INTERNAL_RATE = computed('sandpiper_internal_rate', [NUMBERS, DOUBLE], DOUBLE, (amounts, guess) => internalRate(periodic(amounts, 0), guess));
export const INTERNAL_RATE_DATED = computed('sandpiper_internal_rate_dated', [NUMBERS, NUMBERS, DOUBLE, VARCHAR], DOUBLE, (amounts, days, guess, dayCount) => internalRate(dated(amounts, days, dayCount), guess));

export const FINANCIAL = [PRESENT_VALUE, PRESENT_VALUE_DATED, INTERNAL_RATE, INTERNAL_RATE_DATED];

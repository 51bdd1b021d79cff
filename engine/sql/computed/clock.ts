/** Times of day in text: `12:34:56`, `-100:00:00.5`, `34:56` (minutes and seconds). */
import { BIGINT, computed, INTEGER, VARCHAR } from './definition.ts';

const FORM = /^(-?)(?:(?:(\d{1,3}):)?(\d\d):(?=\d\d)|(\d):(?=\d\d))?(\d{1,2})(?:\.(\d*))?$/;
const LONGEST_SECONDS = 3_599_999;

/** So many ticks of a second of 10^-digits, at most 999:59:59; digits -1 is a Time, which takes no fraction. Null for other text. */
function readClock(text: string, digits: number): bigint | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [, sign, hours = '0', longMinutes, shortMinutes, seconds = '0', fraction] = match;
  if (fraction !== undefined && digits < 0) return null;
  const whole = Number(hours) * 3600 + Number(longMinutes ?? shortMinutes ?? '0') * 60 + Number(seconds);
  const kept = Math.max(digits, 0);
  const ticks = whole > LONGEST_SECONDS ? BigInt(LONGEST_SECONDS) * 10n ** BigInt(kept) : BigInt(whole) * 10n ** BigInt(kept) + BigInt((fraction ?? '').slice(0, kept).padEnd(kept, '0') || '0');
  return sign === '-' ? -ticks : ticks;
}

export const READ_CLOCK = computed('sandpiper_read_clock', [VARCHAR, INTEGER], BIGINT, readClock);

export const CLOCK = [READ_CLOCK];

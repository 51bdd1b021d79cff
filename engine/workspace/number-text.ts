/** Numbers and times as ClickHouse writes them. */
import type { DuckDBValue } from './database.ts';

/** The shortest digits that give the same number back; `single` for 32-bit floats. */
export function floatText(value: number, single: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  const shortest = single ? shortestSingle(value) : value;
  return String(shortest).replace('e+', 'e');
}

function shortestSingle(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

/** A decimal without the zeros at its end. */
export function decimalText(value: DuckDBValue): string {
  if (typeof value !== 'object' || value === null || !('scale' in value)) return String(value);
  const scale = Number(value.scale);
  const digits = String(value.value).replace('-', '').padStart(scale + 1, '0');
  const sign = String(value.value).startsWith('-') ? '-' : '';
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const DAY_SECONDS = 86_400;
const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/** The date of a day counted from 1970-01-01, by the rules of the Gregorian calendar. */
export function dateText(days: number): string {
  // Years begin in March here, so that the leap day is the last of its year; 400 years have 146,097 days.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${TWO_DIGITS[month] ?? ''}-${TWO_DIGITS[day] ?? ''}`;
}

/** A moment in a zone: seconds since 1970 in UTC, and the nanoseconds after them, of which `precision` digits are written. */
export function dateTimeText(seconds: number, nanoseconds: number, precision: number, timeZone: string): string {
  const local = timeZone === 'UTC' ? seconds : seconds + offsetSeconds(seconds, timeZone);
  const days = Math.floor(local / DAY_SECONDS);
  const rest = local - days * DAY_SECONDS;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest - hour * 3600) / 60);
  const whole = `${dateText(days)} ${TWO_DIGITS[hour] ?? ''}:${TWO_DIGITS[minute] ?? ''}:${TWO_DIGITS[rest - hour * 3600 - minute * 60] ?? ''}`;
  return precision === 0 ? whole : `${whole}.${String(nanoseconds).padStart(9, '0').slice(0, precision)}`;
}

/** A time of day: ticks of a second with so many digits after its point. */
export function clockText(value: DuckDBValue, digits: number): string {
  const ticks = BigInt(String(value));
  const size = ticks < 0n ? -ticks : ticks;
  const second = 10n ** BigInt(digits);
  const seconds = Number(size / second);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const fraction = digits === 0 ? '' : `.${String(size % second).padStart(digits, '0')}`;
  return `${ticks < 0n ? '-' : ''}${parts.join(':')}${fraction}`;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Zones change their clocks on quarters of an hour. */
const QUARTER_SECONDS = 900;
const REMEMBERED = 100_000;
const OFFSETS = new Map<string, Map<number, number>>();

/** How far the zone's clock is ahead of UTC at that moment. */
function offsetSeconds(seconds: number, timeZone: string): number {
  const quarter = Math.floor(seconds / QUARTER_SECONDS);
  let known = OFFSETS.get(timeZone);
  if (!known || known.size > REMEMBERED) OFFSETS.set(timeZone, (known = new Map<number, number>()));
  const offset = known.get(quarter) ?? readOffset(quarter * QUARTER_SECONDS, timeZone);
  known.set(quarter, offset);
  return offset;
}

function readOffset(seconds: number, timeZone: string): number {
  let format = FORMATS.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    FORMATS.set(timeZone, format);
  }
  const parts: Record<string, number> = {};
  for (const part of format.formatToParts(seconds * 1000)) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - seconds;
}

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

const DAY_MS = 86_400_000;

export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** A moment in a zone, with `precision` digits after the second. */
export function dateTimeText(nanoseconds: bigint, precision: number, timeZone: string): string {
  let seconds = nanoseconds / 1_000_000_000n;
  let rest = nanoseconds % 1_000_000_000n;
  if (rest < 0n) {
    seconds -= 1n;
    rest += 1_000_000_000n;
  }
  const milliseconds = Number(seconds) * 1000;
  const local = timeZone === 'UTC' ? milliseconds : milliseconds + offsetMs(milliseconds, timeZone);
  const text = new Date(local).toISOString();
  const whole = `${text.slice(0, 10)} ${text.slice(11, 19)}`;
  return precision === 0 ? whole : `${whole}.${String(rest).padStart(9, '0').slice(0, precision)}`;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clock is ahead of UTC at that moment. */
function offsetMs(milliseconds: number, timeZone: string): number {
  let format = FORMATS.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    FORMATS.set(timeZone, format);
  }
  const parts: Record<string, number> = {};
  for (const part of format.formatToParts(milliseconds)) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - milliseconds;
}

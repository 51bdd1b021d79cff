/**
 * Dates and date-times as texts and as numbers, read exactly: nothing is guessed, rounded or wrapped.
 * Texts: `YYYY-MM-DD`, and with `T` or a space `HH:MM[:SS[.fraction]]` and `Z` or `±HH[:MM]`; a text of 9 or 10 digits
 * (with a fraction) is seconds since 1970. Without an offset, a text is in the column's time zone. Answers are UTC.
 */

/** UTC: whole seconds since 1970 and the nanoseconds in the second. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?(?: ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/;
const SECONDS = /^(\d{9,10})(?:\.(\d{1,9}))?$/;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function parseDateTime(text: string, timeZone: string | undefined): Instant | undefined {
  const found = DATE_TIME.exec(text);
  if (!found) {
    const digits = SECONDS.exec(text);
    return digits ? { seconds: Number(digits[1]), nanoseconds: nanosecondsOf(digits[2]) } : undefined;
  }
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction, offset] = found;
  if (!isDay(+year, +month, +day) || +hour > 23 || +minute > 59 || +second > 59) return undefined;
  const local = secondsOf(+year, +month, +day) + +hour * 3600 + +minute * 60 + +second;
  const seconds = offset !== undefined ? local - offsetSeconds(offset) : local - zoneOffset(local, timeZone);
  return { seconds, nanoseconds: nanosecondsOf(fraction) };
}

/** Days since 1970 of `YYYY-MM-DD`. */
export function parseDate(text: string): number | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!found) return undefined;
  const [, year = '', month = '', day = ''] = found;
  return isDay(+year, +month, +day) ? secondsOf(+year, +month, +day) / 86_400 : undefined;
}

/** `YYYY-MM-DD HH:MM:SS[.fraction]` in UTC, with `digits` digits of the fraction: the rest is cut off, as in ClickHouse. */
export function printInstant(instant: Instant, digits: number): string {
  const whole = new Date(instant.seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return digits === 0 ? whole : `${whole}.${String(instant.nanoseconds).padStart(9, '0').slice(0, digits)}`;
}

export function printDate(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (MONTH_DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

function secondsOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

function nanosecondsOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.padEnd(9, '0'));
}

function offsetSeconds(text: string): number {
  if (/^[Zz]|UTC/.test(text)) return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 3600 + Number(text.slice(-2)) * (text.length > 3 ? 60 : 0));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What to take from a local time to get UTC. Of a repeated time the first is meant; a skipped one is read with the later offset, as in ClickHouse. */
function zoneOffset(localSeconds: number, timeZone: string | undefined): number {
  if (timeZone === undefined || timeZone === 'UTC') return 0;
  const before = offsetAt(localSeconds - 86_400, timeZone);
  return offsetAt(localSeconds - before, timeZone);
}

function offsetAt(utcSeconds: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(new Date(utcSeconds * 1000))) part[type] = Number(value);
  const local = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']) / 1000;
  return local - utcSeconds;
}

/** Days and moments as text, against JavaScript's own calendar and zones. */
import { expect, test } from 'vitest';
import { dateText, dateTimeText, decimalText, floatText } from '../../engine/workspace/number-text.ts';

test('every day from 1900 to 2299 has its date', () => {
  const first = Date.UTC(1900, 0, 1) / 86_400_000;
  const last = Date.UTC(2299, 11, 31) / 86_400_000;
  const wrong: number[] = [];
  for (let day = first; day <= last; day += 1) if (dateText(day) !== new Date(day * 86_400_000).toISOString().slice(0, 10)) wrong.push(day);
  expect(wrong).toEqual([]);
});

test.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'])('moments in %s are those that its clocks show, across changes too', (timeZone) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const wrong: string[] = [];
  for (let seconds = Date.UTC(2011, 11, 1) / 1000; seconds < Date.UTC(2013, 0, 1) / 1000; seconds += 1777) {
    const text = dateTimeText(seconds, 0, 0, timeZone);
    if (text !== format.format(seconds * 1000)) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test('parts of a second are as long as the type says, before 1970 too', () => {
  expect([dateTimeText(-1, 999_999_000, 6, 'UTC'), dateTimeText(0, 5_000_000, 3, 'UTC'), dateTimeText(0, 123_456_789, 9, 'UTC'), dateTimeText(86_399, 0, 0, 'UTC')]).toEqual(['1969-12-31 23:59:59.999999', '1970-01-01 00:00:00.005', '1970-01-01 00:00:00.123456789', '1970-01-01 23:59:59']);
});

test('floats have the fewest digits that give them back, decimals no zeros at their end', () => {
  expect([floatText(0.1, false), floatText(Math.fround(0.1), true), floatText(1e21, false), floatText(-0, false), floatText(Number.NaN, false), floatText(-Infinity, false), decimalText({ scale: 2, value: -5n } as never), decimalText({ scale: 3, value: 12_500n } as never)]).toEqual(['0.1', '0.1', '1e21', '-0', 'nan', '-inf', '-0.05', '12.5']);
});

/** Numbers out of texts: sizes such as 5.3 KiB, spans of time such as 1h30min, MAC addresses. */
import { computed, DOUBLE, UBIGINT, VARCHAR } from './definition.ts';

const SIZE = /^(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?) *([A-Za-z]+)$/;
const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'].map((unit, power) => [unit.toLowerCase(), 1024 ** power] as const);
const DECIMAL_SIZES = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'].map((unit, power) => [unit.toLowerCase(), 1000 ** power] as const);
const SIZE_UNITS = new Map<string, number>([...DECIMAL_SIZES, ...SIZES]);

/** Bytes, rounded up; null for another text or for more than 64 bits hold. */
function readSize(text: string): bigint | null {
  const match = SIZE.exec(text);
  const unit = match && SIZE_UNITS.get((match[2] ?? '').toLowerCase());
  if (!match || unit === undefined || unit === null) return null;
  const bytes = Math.ceil(Number(match[1]) * unit);
  return bytes >= 2 ** 64 ? null : BigInt(bytes);
}

const DAY = 86_400;
const SPANS: readonly (readonly [number, string])[] = [
  [365 * DAY, 'years year yr y'], [30.5 * DAY, 'months month mo'], [7 * DAY, 'weeks week w'], [DAY, 'days day d'], [3600, 'hours hour hr h'], [60, 'minutes minute min m'], [1, 'seconds second sec s'],
  [1e-3, 'milliseconds millisecond millisec ms'], [1e-6, 'microseconds microsecond microsec μs µs us'], [1e-9, 'nanoseconds nanosecond nanosec ns'],
];
const SPAN_UNITS = new Map(SPANS.flatMap(([seconds, names]) => names.split(' ').map((name) => [name, seconds] as const)));
const SPAN_PART = /\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-zμµ]+)\s*[;\-+,:]?\s*/y;

function readSpan(text: string): number {
  let seconds = 0;
  let at = 0;
  do {
    SPAN_PART.lastIndex = at;
    const match = SPAN_PART.exec(text);
    const unit = match && SPAN_UNITS.get((match[2] ?? '').toLowerCase());
    if (!match || unit === undefined || unit === null) throw new Error(`Cannot read the text '${text}' as a span of time: write numbers with units, such as 1h30min.`);
    seconds += Number(match[1]) * unit;
    at += match[0].length;
  } while (at < text.length);
  return seconds;
}

/** Pairs of hexadecimal digits with a colon between them, as one number; 0 for another text. */
function readPairs(text: string, pairs: number): bigint {
  const form = pairs === 6 ? /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/ : /^([0-9A-Fa-f]{2}:){2}[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){0,3}$/;
  return form.test(text) ? BigInt(`0x${text.split(':').slice(0, pairs).join('')}`) : 0n;
}

function macText(number: bigint): string {
  return (BigInt.asUintN(48, number).toString(16).padStart(12, '0').toUpperCase().match(/../g) ?? []).join(':');
}

export const READ_SIZE = computed('sandpiper_read_size', [VARCHAR], UBIGINT, readSize);
export const READ_SPAN = computed('sandpiper_read_span', [VARCHAR], DOUBLE, readSpan);
export const READ_MAC = computed('sandpiper_read_mac', [VARCHAR], UBIGINT, (text) => readPairs(text, 6));
export const READ_MAC_MAKER = computed('sandpiper_read_mac_maker', [VARCHAR], UBIGINT, (text) => readPairs(text, 3));
export const MAC_TEXT = computed('sandpiper_mac_text', [UBIGINT], VARCHAR, macText);

export const PARSED_NUMBER = [READ_SIZE, READ_SPAN, READ_MAC, READ_MAC_MAKER, MAC_TEXT];

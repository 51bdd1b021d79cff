/**
 * Which JSON values a column of a ClickHouse type takes, and what each becomes. With row-reader.ts the one place of
 * these rules; accepted-block.ts only accepts in bulk what these surely accept.
 *   Int*, UInt*      a whole number in range (3.0 is whole); from 64 bits on also as text; UInt8 also true and false
 *   Float*           a number, the words NaN and Infinity      Decimal   a number or its text, further digits cut off
 *   Bool             true, false, 0, 1                         String    a text; of anything else its JSON source
 *   Date*            YYYY-MM-DD, or days since 1970            UUID      with or without dashes
 *   DateTime*        texts of date-text.ts; a number is seconds (DateTime) or ticks (DateTime64) since 1970
 *   Enum             a name or its number                      IPv4/6    canonical text; FixedString(N) a text up to N bytes
 *   Array, Map, Tuple, JSON                                    item by item; a JSON column takes objects
 * Nothing is wrapped, clamped or rounded silently. A value becomes text that DuckDB casts exactly (CanonicalValue).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { SandpiperError, unreachable } from '../errors.ts';
import { tupleFieldNames } from '../sql/physical.ts';
import { printType, type ClickHouseType, type TupleElement } from '../sql/types.ts';
import { parseDate, parseDateTime, printDate, printInstant, type Instant } from './date-text.ts';
import { JsonArray, JsonNumber, JsonObject } from './json-source.ts';

/** Text that DuckDB casts to the column's type; lists of such; structs of such. null is NULL. */
export type CanonicalValue = string | null | readonly CanonicalValue[] | { readonly [field: string]: CanonicalValue };

/** The value does not fit the column. */
export const UNFIT = Symbol('unfit');
/** The value came from JSON.parse, which has lost what this column needs: read the row again with json-source.ts. */
export const NEEDS_SOURCE = Symbol('needs source');
export type ReadValue = CanonicalValue | typeof UNFIT | typeof NEEDS_SOURCE;

/** Takes a value of JSON.parse or of parseJsonSource; null is the reader's own matter only inside containers. */
export type ValueReader = (value: unknown) => ReadValue;

/** Throws SandpiperError 'unsupported' for a type that no row can bring, such as an aggregate state. */
export function valueReader(type: ClickHouseType): ValueReader {
  switch (type.kind) {
    case 'Nullable':
      return orNull(valueReader(type.of));
    case 'LowCardinality':
      return valueReader(type.of);
    case 'SimpleAggregateFunction':
      return type.arguments[0] ? valueReader(type.arguments[0]) : refuse(type);
    case 'String':
      return readString;
    case 'Integer':
      return integerReader(type.bits, type.signed);
    case 'Float':
      return type.bits === 32 ? readFloat32 : readFloat64;
    case 'BFloat16':
      return readFloat32;
    case 'Bool':
      return readBool;
    case 'Decimal':
      return decimalReader(type.precision, type.scale);
    case 'FixedString':
      return fixedStringReader(type.length);
    case 'UUID':
      return readUuid;
    case 'IPv4':
      return (value) => (typeof value === 'string' && isIPv4(value) ? value : UNFIT);
    case 'IPv6':
      return readIpv6;
    case 'Enum':
      return enumReader(type.values);
    case 'Date':
      return dateReader(0, 65_535);
    case 'Date32':
      return dateReader(-25_567, 120_529);
    case 'DateTime':
      return dateTimeReader(type.timeZone);
    case 'DateTime64':
      return dateTime64Reader(type.precision, type.timeZone);
    case 'Array':
      return arrayReader(valueReader(type.of));
    case 'Geo':
      return valueReader(type.of);
    case 'Map':
      return mapReader(valueReader(type.key), valueReader(type.value));
    case 'Tuple':
      return tupleReader(type.elements);
    case 'Nested':
      return arrayReader(tupleReader(type.elements));
    case 'JSON':
    case 'Dynamic':
      return readJson(type.kind);
    case 'Nothing':
    case 'Time':
    case 'Time64':
    case 'Interval':
    case 'Variant':
    case 'AggregateFunction':
      return refuse(type);
    default:
      return unreachable(type);
  }
}

function refuse(type: ClickHouseType): never {
  throw new SandpiperError('unsupported', `Rows cannot bring values of type ${printType(type)}: fill such a column through a materialized pipe.`);
}

function orNull(read: ValueReader): ValueReader {
  return (value) => (value === null ? null : read(value));
}

/** The digits of a number as they were written; undefined when JSON.parse has lost them. */
function numberText(value: unknown): string | typeof NEEDS_SOURCE | undefined {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'number' ? NEEDS_SOURCE : undefined;
}

function readString(value: unknown): ReadValue {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof JsonNumber) return value.text === '-0' ? '0' : value.text;
  if (value instanceof JsonObject || value instanceof JsonArray) return value.text;
  return value === null || value === undefined ? UNFIT : NEEDS_SOURCE;
}

function integerReader(bits: number, signed: boolean): ValueReader {
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const high = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  // DuckDB's integers end at 128 bits.
  const lowest = bits > 128 && signed ? -(1n << 127n) : low;
  const highest = bits > 128 ? (1n << (signed ? 127n : 128n)) - 1n : high;
  const lowNumber = Math.max(Number(lowest), Number.MIN_SAFE_INTEGER);
  const highNumber = Math.min(Number(highest), Number.MAX_SAFE_INTEGER);
  const fromText = (text: string): ReadValue => {
    const whole = wholeNumber(text);
    return whole !== undefined && whole >= lowest && whole <= highest ? String(whole) : UNFIT;
  };
  return (value) => {
    if (typeof value === 'number') {
      if (value >= lowNumber && value <= highNumber) return Number.isInteger(value) ? (value === 0 ? '0' : String(value)) : UNFIT;
      return bits > 53 && !Number.isSafeInteger(value) ? NEEDS_SOURCE : UNFIT;
    }
    if (value instanceof JsonNumber) return fromText(value.text);
    if (typeof value === 'string') return bits >= 64 && /^-?\d+$/.test(value) ? fromText(value) : UNFIT;
    if (typeof value === 'boolean' && bits === 8 && !signed) return value ? '1' : '0';
    return UNFIT;
  };
}

/** The value of a number's text when it is whole: of `12`, `12.0` and `1.2e1`. */
function wholeNumber(text: string): bigint | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!found) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  if (fraction === '' && exponent === '0') return BigInt(sign + whole);
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  const shift = Number(exponent) - fraction.length;
  if (/^0+$/.test(digits)) return 0n;
  if (shift >= 0) return shift > 80 ? undefined : BigInt(sign + digits) * 10n ** BigInt(shift);
  if (-shift > digits.length || !/^0*$/.test(digits.slice(shift))) return undefined;
  return BigInt(sign + (digits.slice(0, shift) || '0'));
}

const FLOAT_WORD = /^(-?)(nan|inf|infinity)$/i;

function readFloat64(value: unknown): ReadValue {
  if (typeof value === 'number') return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : String(value)) : UNFIT;
  if (!(value instanceof JsonNumber)) return UNFIT;
  const word = FLOAT_WORD.exec(value.text);
  if (word) return word[2]?.toLowerCase() === 'nan' ? 'nan' : `${word[1] ?? ''}inf`;
  return value.text === '-0' ? '0' : readFloat64(Number(value.text));
}

function readFloat32(value: unknown): ReadValue {
  const read = readFloat64(value);
  return typeof read === 'string' && /\d/.test(read) && !Number.isFinite(Math.fround(Number(read))) ? UNFIT : read;
}

function readBool(value: unknown): ReadValue {
  const plain = value instanceof JsonNumber ? Number(value.text) : value;
  if (plain === true || plain === 1) return 'true';
  return plain === false || plain === 0 ? 'false' : UNFIT;
}

function decimalReader(precision: number, scale: number): ValueReader {
  const wholeDigits = Math.min(precision, 38) - scale;
  return (value) => {
    const text = typeof value === 'string' ? value : numberText(value);
    if (text === NEEDS_SOURCE) return NEEDS_SOURCE;
    if (text === undefined) return UNFIT;
    const plain = plainDecimal(text);
    if (plain === undefined) return UNFIT;
    const [whole = '0', fraction = ''] = plain.replace('-', '').split('.');
    if (whole !== '0' && whole.length > wholeDigits) return UNFIT;
    const kept = fraction.slice(0, scale);
    return `${plain.startsWith('-') ? '-' : ''}${whole}${kept === '' ? '' : `.${kept}`}`;
  };
}

/** A number's text without exponent and leading zeros. */
function plainDecimal(text: string): string | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!found) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const shift = Number(exponent);
  const digits = shift >= 0 ? whole + fraction.padEnd(shift, '0') : `${'0'.repeat(-shift)}${whole}${fraction}`;
  const point = shift >= 0 ? whole.length + shift : whole.length;
  return `${sign}${digits.slice(0, point).replace(/^0+(?=\d)/, '')}.${digits.slice(point)}`;
}

function fixedStringReader(length: number): ValueReader {
  return (value) => {
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : Number.POSITIVE_INFINITY;
    return bytes > length ? UNFIT : String(value) + '\0'.repeat(length - bytes);
  };
}

const UUID_TEXT = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

function readUuid(value: unknown): ReadValue {
  const found = typeof value === 'string' ? UUID_TEXT.exec(value.toLowerCase()) : null;
  return found ? found.slice(1).join('-') : UNFIT;
}

/** The canonical text, an IPv4 address mapped into IPv6. */
function readIpv6(value: unknown): ReadValue {
  if (typeof value !== 'string') return UNFIT;
  if (isIPv4(value)) return `::ffff:${value}`;
  if (!isIPv6(value) || value.includes('%')) return UNFIT;
  const text = new URL(`http://[${value}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (!mapped) return text;
  const number = Number.parseInt(mapped[1] ?? '0', 16) * 65_536 + Number.parseInt(mapped[2] ?? '0', 16);
  return `::ffff:${[24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')}`;
}

function enumReader(values: readonly { readonly name: string; readonly value: number }[]): ValueReader {
  const names = new Set(values.map((item) => item.name));
  const byNumber = new Map(values.map((item) => [String(item.value), item.name]));
  return (value) => {
    if (typeof value === 'string') return names.has(value) ? value : UNFIT;
    const number = safeInteger(value);
    return number === undefined ? UNFIT : (byNumber.get(String(number)) ?? UNFIT);
  };
}

function safeInteger(value: unknown): number | undefined {
  const number = value instanceof JsonNumber ? Number(wholeNumber(value.text) ?? Number.NaN) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function dateReader(lowest: number, highest: number): ValueReader {
  return (value) => {
    const days = typeof value === 'string' ? parseDate(value) : safeInteger(value);
    return days !== undefined && days >= lowest && days <= highest ? printDate(days) : UNFIT;
  };
}

const PLAIN_DATE_TIME = /^20[0-9]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

function dateTimeReader(timeZone: string | undefined): ValueReader {
  const isUtc = timeZone === undefined || timeZone === 'UTC';
  return (value) => {
    if (typeof value === 'string') {
      if (isUtc && PLAIN_DATE_TIME.test(value)) return value;
      const instant = parseDateTime(value, timeZone);
      return instant && instant.seconds >= 0 && instant.seconds <= 4_294_967_295 ? printInstant(instant, 0) : UNFIT;
    }
    const seconds = safeInteger(value);
    return seconds !== undefined && seconds >= 0 && seconds <= 4_294_967_295 ? printInstant({ seconds, nanoseconds: 0 }, 0) : UNFIT;
  };
}

/** 1900-01-01 and 2299-12-31 23:59:59; with more than six digits what 64 bits of nanoseconds hold. */
const LOWEST_SECOND = -2_208_988_800;
const HIGHEST_SECOND = 10_413_791_999;
const HIGHEST_NANOSECOND_SECOND = 9_223_372_035;

function dateTime64Reader(precision: number, timeZone: string | undefined): ValueReader {
  const highest = precision > 6 ? HIGHEST_NANOSECOND_SECOND : HIGHEST_SECOND;
  const print = (instant: Instant | undefined): ReadValue =>
    instant && instant.seconds >= LOWEST_SECOND && instant.seconds <= highest ? printInstant(instant, precision) : UNFIT;
  const ticksPerSecond = 10n ** BigInt(precision);
  return (value) => {
    if (typeof value === 'string') return print(parseDateTime(value, timeZone));
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return Number.isInteger(value) ? NEEDS_SOURCE : UNFIT;
    const text = typeof value === 'number' ? String(value) : numberText(value);
    const ticks = typeof text === 'string' ? wholeNumber(text) : undefined;
    if (ticks === undefined) return UNFIT;
    const second = ticks >= 0n ? ticks / ticksPerSecond : -((-ticks + ticksPerSecond - 1n) / ticksPerSecond);
    return print({ seconds: Number(second), nanoseconds: Number((ticks - second * ticksPerSecond) * 10n ** BigInt(9 - precision)) });
  };
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (value instanceof JsonArray) return value.items;
  return Array.isArray(value) ? value : undefined;
}

function entriesOf(value: unknown): Iterable<readonly [string, unknown]> | undefined {
  if (value instanceof JsonObject) return value.entries;
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber) && !(value instanceof JsonArray);
  return isPlain ? Object.entries(value) : undefined;
}

function readAll(items: readonly unknown[], read: ValueReader): ReadValue {
  const read_: CanonicalValue[] = [];
  for (const item of items) {
    const value = read(item);
    if (typeof value === 'symbol') return value;
    read_.push(value);
  }
  return read_;
}

function arrayReader(read: ValueReader): ValueReader {
  return (value) => {
    const items = itemsOf(value);
    return items ? readAll(items, read) : UNFIT;
  };
}

/** A JSON object; canonical: a list of its entries {k, v}. Keys are texts, so a number key is read from its text. */
function mapReader(readKey: ValueReader, readEntry: ValueReader): ValueReader {
  return (value) => {
    const entries = entriesOf(value);
    if (!entries) return UNFIT;
    const canonical = new Map<string, CanonicalValue>();
    for (const [key, entry] of entries) {
      const asText = readKey(key);
      const k = asText === UNFIT ? readKey(new JsonNumber(key)) : asText;
      const v = readEntry(entry);
      if (typeof k === 'symbol') return k;
      if (typeof v === 'symbol') return v;
      const name = JSON.stringify(k);
      if (!canonical.has(name)) canonical.set(name, { k, v });
    }
    return [...canonical.values()];
  };
}

/** An array with one item for each element, or, where all elements have names, an object with just these keys. */
function tupleReader(elements: readonly TupleElement[]): ValueReader {
  const readers = elements.map((element) => valueReader(element.type));
  const fields = tupleFieldNames(elements);
  return (value) => {
    let items = itemsOf(value);
    const entries = items ? undefined : entriesOf(value);
    if (entries) {
      const byName = new Map(entries);
      if (byName.size === elements.length) items = elements.map((element) => byName.get(element.name ?? ''));
    }
    if (!items || items.length !== elements.length) return UNFIT;
    const canonical: Record<string, CanonicalValue> = {};
    for (const [index, item] of items.entries()) {
      const read = readers[index]?.(item) ?? UNFIT;
      if (typeof read === 'symbol') return read;
      canonical[fields[index] ?? ''] = read;
    }
    return canonical;
  };
}

function readJson(kind: 'JSON' | 'Dynamic'): ValueReader {
  return (value) => {
    if (value instanceof JsonObject) return value.text;
    if (kind === 'Dynamic') {
      if (value instanceof JsonNumber || value instanceof JsonArray) return value.text;
      if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
    }
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonArray) ? NEEDS_SOURCE : kind === 'Dynamic' ? NEEDS_SOURCE : UNFIT;
  };
}

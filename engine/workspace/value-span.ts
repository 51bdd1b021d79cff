/**
 * Checks of one JSON value in bytes against a ClickHouse type, for line-judge.ts: where a value ends that value-reader.ts
 * surely takes, or -1 where that is not sure. Makes no text, number or object of the value, so it costs little more
 * than reading the bytes. Types that have no check here are read by value-reader.ts from the value's own bytes.
 */
import { bare, isNullable, type ClickHouseType } from '../sql/types.ts';
import { parseJsonSource } from './json-source.ts';
import { endOfDigits, endOfNumber, endOfString, endOfValue, endOfWord, behindKey, isDigit, isHex, QUOTE, skipSpace } from './json-scan.ts';

/** The end of the value at `at`, or -1. */
export type ValueSpan = (bytes: Uint8Array, at: number, end: number) => number;

/** `takes`: whether a value of parseJsonSource fits, for what has no check here. The value null is the caller's matter. */
export function valueSpan(type: ClickHouseType, takes: (value: unknown) => boolean): ValueSpan {
  return spanOf(bare(type)) ?? readSpan(takes);
}

function spanOf(type: ClickHouseType): ValueSpan | undefined {
  switch (type.kind) {
    case 'String':
      return (bytes, at, end) => (bytes[at] === 110 ? -1 : endOfValue(bytes, at, end));
    case 'Integer':
      return type.bits <= 32 ? smallInteger(type.bits, type.signed) : largeInteger(type.signed);
    case 'Float':
      return floatSpan(type.bits === 32 ? 30 : 300);
    case 'Bool':
      return (bytes, at) => (bytes[at] === 116 || bytes[at] === 102 ? endOfWord(bytes, at) : -1);
    case 'Date':
      return (bytes, at) => dateSpan(bytes, at, 1971, 2148);
    case 'Date32':
      return (bytes, at) => dateSpan(bytes, at, 1901, 2298);
    case 'DateTime':
      // Ten digits that begin with up to 3 are seconds before 2096.
      return (bytes, at) => (bytes[at] === QUOTE ? dateTimeSpan(bytes, at, 2105) : wholeSpan(bytes, at, (bytes[at] ?? 0) <= 51 ? 10 : 9));
    case 'DateTime64': {
      const digits = (type.precision > 6 ? 9 : 10) + type.precision;
      return (bytes, at) => (bytes[at] === QUOTE ? dateTimeSpan(bytes, at, 2261) : wholeSpan(bytes, at, digits));
    }
    case 'UUID':
      return uuidSpan;
    case 'Enum':
      return enumSpan(type.values.map(({ name }) => name));
    case 'JSON':
      return (bytes, at, end) => (bytes[at] === 123 ? endOfValue(bytes, at, end) : -1);
    case 'Array': {
      const item = itemSpan(type.of);
      return item && arraySpan(item);
    }
    case 'Map': {
      const item = bare(type.key).kind === 'String' ? itemSpan(type.value) : undefined;
      return item && mapSpan(item);
    }
    default:
      return undefined;
  }
}

/** A value inside a container, where null must be Nullable. */
function itemSpan(type: ClickHouseType): ValueSpan | undefined {
  const span = spanOf(bare(type));
  if (!span || !isNullable(type)) return span;
  return (bytes, at, end) => (bytes[at] === 110 ? endOfWord(bytes, at) : span(bytes, at, end));
}

function readSpan(takes: (value: unknown) => boolean): ValueSpan {
  return (bytes, at, end) => {
    const close = endOfValue(bytes, at, end);
    return close !== -1 && takes(parseJsonSource(Buffer.from(bytes.buffer, bytes.byteOffset + at, close - at).toString())) ? close : -1;
  };
}

/** Behind a number's digits without fraction and exponent. */
function isEnded(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return byte !== 46 && byte !== 101 && byte !== 69;
}

function smallInteger(bits: number, signed: boolean): ValueSpan {
  const highest = 2 ** (signed ? bits - 1 : bits) - 1;
  const lowest = signed ? -highest - 1 : 0;
  return (bytes, at) => {
    const isNegative = bytes[at] === 45;
    const start = isNegative ? at + 1 : at;
    const close = endOfDigits(bytes, start);
    if (close === start || close - start > 10 || (bytes[start] === 48 && close - start > 1) || !isEnded(bytes, close)) return -1;
    let value = 0;
    for (let digit = start; digit < close; digit += 1) value = value * 10 + (bytes[digit] ?? 0) - 48;
    return (isNegative ? -value >= lowest : value <= highest) ? close : -1;
  };
}

/** From 64 bits on: up to eighteen digits fit all, bare or as text. */
function largeInteger(signed: boolean): ValueSpan {
  return (bytes, at) => {
    const isText = bytes[at] === QUOTE;
    const sign = isText ? at + 1 : at;
    if (bytes[sign] === 45 && !signed) return -1;
    const start = bytes[sign] === 45 ? sign + 1 : sign;
    const close = endOfDigits(bytes, start);
    if (close === start || close - start > 18) return -1;
    if (isText) return bytes[close] === QUOTE ? close + 1 : -1;
    return (bytes[start] === 48 && close - start > 1) || !isEnded(bytes, close) ? -1 : close;
  };
}

/** Without an exponent, a number of so many bytes is finite. */
function floatSpan(longest: number): ValueSpan {
  return (bytes, at) => {
    const close = endOfNumber(bytes, at);
    if (close === -1 || close - at > longest) return -1;
    for (let digit = at; digit < close; digit += 1) if (bytes[digit] === 101 || bytes[digit] === 69) return -1;
    return close;
  };
}

/** Digits that are at least 0, at most so many. */
function wholeSpan(bytes: Uint8Array, at: number, most: number): number {
  const close = endOfDigits(bytes, at);
  return close === at || close - at > most || (bytes[at] === 48 && close - at > 1) || !isEnded(bytes, close) ? -1 : close;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 48;
  const ones = (bytes[at + 1] ?? 0) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Whether YYYY-MM-DD stands at `at`, within these years; the 29th of February is not sure. */
function isDate(bytes: Uint8Array, at: number, firstYear: number, lastYear: number): boolean {
  const century = twoDigits(bytes, at);
  const year = century * 100 + twoDigits(bytes, at + 2);
  if (century < 0 || twoDigits(bytes, at + 2) < 0 || year < firstYear || year > lastYear) return false;
  if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return false;
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || (month !== 2 && (day <= 30 || (day === 31 && month !== 4 && month !== 6 && month !== 9 && month !== 11)));
}

function dateSpan(bytes: Uint8Array, at: number, firstYear: number, lastYear: number): number {
  return bytes[at] === QUOTE && isDate(bytes, at + 1, firstYear, lastYear) && bytes[at + 11] === QUOTE ? at + 12 : -1;
}

/** YYYY-MM-DD, with T or a space HH:MM:SS[.fraction][Z], in years that fit whatever the time zone. */
function dateTimeSpan(bytes: Uint8Array, at: number, lastYear: number): number {
  if (!isDate(bytes, at + 1, 1971, lastYear)) return -1;
  if (bytes[at + 11] === QUOTE) return at + 12;
  if (bytes[at + 11] !== 32 && bytes[at + 11] !== 84) return -1;
  const hour = twoDigits(bytes, at + 12);
  const minute = twoDigits(bytes, at + 15);
  const second = twoDigits(bytes, at + 18);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || bytes[at + 14] !== 58 || bytes[at + 17] !== 58) return -1;
  let close = at + 20;
  if (bytes[close] === 46) {
    if (!isDigit(bytes[close + 1])) return -1;
    close = endOfDigits(bytes, close + 1);
  }
  if (bytes[close] === 90) close += 1;
  return bytes[close] === QUOTE ? close + 1 : -1;
}

function uuidSpan(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE || bytes[at + 37] !== QUOTE) return -1;
  for (let index = 1; index <= 36; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if (index === 9 || index === 14 || index === 19 || index === 24 ? byte !== 45 : !isHex(byte)) return -1;
  }
  return at + 38;
}

/** Names that stand in the bytes as they are, without escapes. */
function enumSpan(names: readonly string[]): ValueSpan {
  const known = new Set(names.map((name) => Buffer.from(name).toString('latin1')));
  return (bytes, at, end) => {
    const close = bytes[at] === QUOTE ? endOfString(bytes, at + 1, end) : -1;
    return close !== -1 && known.has(Buffer.from(bytes.buffer, bytes.byteOffset + at + 1, close - at - 1).toString('latin1')) ? close + 1 : -1;
  };
}

function arraySpan(item: ValueSpan): ValueSpan {
  return (bytes, at, end) => {
    if (bytes[at] !== 91) return -1;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === 93) return at + 1;
    for (;;) {
      at = item(bytes, at, end);
      if (at === -1) return -1;
      at = skipSpace(bytes, at);
      if (bytes[at] === 93) return at + 1;
      if (bytes[at] !== 44) return -1;
      at = skipSpace(bytes, at + 1);
    }
  };
}

function mapSpan(item: ValueSpan): ValueSpan {
  return (bytes, at, end) => {
    if (bytes[at] !== 123) return -1;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === 125) return at + 1;
    for (;;) {
      at = behindKey(bytes, at, end);
      if (at === -1) return -1;
      at = item(bytes, at, end);
      if (at === -1) return -1;
      at = skipSpace(bytes, at);
      if (bytes[at] === 125) return at + 1;
      if (bytes[at] !== 44) return -1;
      at = skipSpace(bytes, at + 1);
    }
  };
}

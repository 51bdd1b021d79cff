/**
 * One value of a result in ClickHouse's spelling, by its ClickHouse type: for JSON, for text formats (CSV, TSV) and for
 * the page. A writer is made once for a column and called for each value, so that the type is looked at once.
 */
import { unreachable } from '../errors.ts';
import type { ClickHouseType, TupleElement } from '../sql/types.ts';
import { tupleFieldNames } from '../sql/physical.ts';
import type { DuckDBValue } from './database.ts';
import { clockText, dateText, dateTimeText, decimalText, floatText } from './number-text.ts';

/** JSON: 64-bit integers bare or as text, and whether NaN and infinities are text (else null). */
export interface JsonStyle {
  readonly bigIntegersAsText: boolean;
  readonly denormalsAsText: boolean;
  /** ClickHouse writes `/` as `\/`. */
  readonly escapeSlash: boolean;
  readonly timeZone: string;
}

/** Writes one value of a column. */
export type CellWriter = (value: DuckDBValue) => string;

/** A writer of JSON text for values of the type. */
export function jsonWriter(type: ClickHouseType, style: JsonStyle): CellWriter {
  const inner = jsonOf(type, style);
  return (value) => (value === null ? 'null' : inner(value));
}

function jsonOf(type: ClickHouseType, style: JsonStyle): CellWriter {
  const text = (value: string) => jsonString(value, style.escapeSlash);
  switch (type.kind) {
    case 'Nullable':
    case 'LowCardinality':
    case 'Geo':
      return jsonWriter(type.of, style);
    case 'SimpleAggregateFunction':
      return type.arguments[0] ? jsonWriter(type.arguments[0], style) : () => 'null';
    case 'Integer':
      return type.bits >= 64 && style.bigIntegersAsText ? (value) => `"${String(value)}"` : (value) => String(value);
    case 'Interval':
      return (value) => String(value);
    case 'Float':
    case 'BFloat16':
      return (value) => {
        const number = Number(value);
        if (Number.isFinite(number)) return floatText(number, type.kind === 'Float' && type.bits === 32);
        return style.denormalsAsText ? `"${floatText(number, false)}"` : 'null';
      };
    case 'Decimal':
      return style.bigIntegersAsText ? (value) => `"${decimalText(value)}"` : (value) => decimalText(value);
    case 'Bool':
      return (value) => (value === true ? 'true' : 'false');
    case 'Date':
    case 'Date32':
    case 'DateTime':
    case 'DateTime64': {
      const write = momentWriter(type, style.timeZone);
      return (value) => `"${write(value)}"`;
    }
    case 'Array': {
      const item = jsonWriter(type.of, style);
      return (value) => `[${itemsOf(value).map(item).join(',')}]`;
    }
    case 'Nested': {
      const item = tupleJson(type.elements, style);
      return (value) => `[${itemsOf(value).map(item).join(',')}]`;
    }
    case 'Tuple':
      return tupleJson(type.elements, style);
    case 'Map': {
      const key = textWriter(type.key, style.timeZone);
      const item = jsonWriter(type.value, style);
      return (value) => `{${pairsOf(value).map((pair) => `${text(key(pair.key))}:${item(pair.value)}`).join(',')}}`;
    }
    case 'JSON':
    case 'Dynamic':
      return (value) => (style.escapeSlash ? String(value).replaceAll('/', '\\/') : String(value));
    case 'AggregateFunction':
      return (value) => text(stateText(value));
    case 'Nothing':
      return () => 'null';
    case 'String':
    case 'FixedString':
    case 'UUID':
    case 'IPv4':
    case 'IPv6':
    case 'Enum':
    case 'Variant':
      return (value) => text(String(value));
    case 'Time':
    case 'Time64': {
      const digits = type.kind === 'Time64' ? type.precision : 0;
      return (value) => `"${clockText(value, digits)}"`;
    }
    default:
      return unreachable(type);
  }
}

function tupleJson(elements: readonly TupleElement[], style: JsonStyle): CellWriter {
  const names = tupleFieldNames(elements);
  const named = elements.length > 0 && elements.every((element) => element.name !== undefined);
  const writers = elements.map((element) => jsonWriter(element.type, style));
  return (value) => {
    const cells = writers.map((write, index) => write(fieldOf(value, names[index] ?? '')));
    if (!named) return `[${cells.join(',')}]`;
    return `{${cells.map((cell, index) => `${jsonString(names[index] ?? '', style.escapeSlash)}:${cell}`).join(',')}}`;
  };
}

/** The text in quotes; with `escapeSlash` as ClickHouse spells it. */
export function jsonString(text: string, escapeSlash: boolean): string {
  const quoted = JSON.stringify(text);
  if (!escapeSlash) return quoted;
  const slashed = quoted.includes('/') ? quoted.replaceAll('/', '\\/') : quoted;
  return /[\u2028\u2029]/.test(slashed) ? slashed.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029') : slashed;
}

/** A writer of bare text, as in TSV before escaping; what stands inside arrays is quoted. NULL is for the caller. */
export function textWriter(type: ClickHouseType, timeZone: string): CellWriter {
  switch (type.kind) {
    case 'Nullable':
    case 'LowCardinality':
    case 'Geo':
      return textWriter(type.of, timeZone);
    case 'SimpleAggregateFunction':
      return type.arguments[0] ? textWriter(type.arguments[0], timeZone) : String;
    case 'Float':
      return (value) => floatText(Number(value), type.bits === 32);
    case 'BFloat16':
      return (value) => floatText(Number(value), true);
    case 'Decimal':
      return (value) => decimalText(value);
    case 'Date':
    case 'Date32':
    case 'DateTime':
    case 'DateTime64':
      return momentWriter(type, timeZone);
    case 'Time':
      return (value) => clockText(value, 0);
    case 'Time64':
      return (value) => clockText(value, type.precision);
    case 'Array': {
      const item = valueWriter(type.of, timeZone);
      return (value) => `[${itemsOf(value).map(item).join(',')}]`;
    }
    case 'Nested': {
      const item = valueWriter({ kind: 'Tuple', elements: type.elements }, timeZone);
      return (value) => `[${itemsOf(value).map(item).join(',')}]`;
    }
    case 'Tuple': {
      const names = tupleFieldNames(type.elements);
      const writers = type.elements.map((element) => valueWriter(element.type, timeZone));
      return (value) => `(${writers.map((write, index) => write(fieldOf(value, names[index] ?? ''))).join(',')})`;
    }
    case 'Map': {
      const key = valueWriter(type.key, timeZone);
      const item = valueWriter(type.value, timeZone);
      return (value) => `{${pairsOf(value).map((pair) => `${key(pair.key)}:${item(pair.value)}`).join(',')}}`;
    }
    case 'AggregateFunction':
      return stateText;
    default:
      return (value) => String(value);
  }
}

/** Text as it stands inside an array, tuple or map, and after VALUES: words and times in quotes. */
export function valueWriter(type: ClickHouseType, timeZone: string): CellWriter {
  const write = textWriter(type, timeZone);
  const quoted = isQuoted(type);
  return (value) => {
    if (value === null) return 'NULL';
    return quoted ? `'${escapedText(write(value))}'` : write(value);
  };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\0': '\\0' };

/** Text with ClickHouse's backslash escapes, as in TSV and between single quotes. */
export function escapedText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\\'\n\t\r\b\f\0]/g, (character) => ESCAPES[character] ?? character);
}

/** Types whose text CSV and arrays put in quotes. */
export function isQuoted(type: ClickHouseType): boolean {
  switch (type.kind) {
    case 'Nullable':
    case 'LowCardinality':
      return isQuoted(type.of);
    case 'SimpleAggregateFunction':
      return type.arguments[0] !== undefined && isQuoted(type.arguments[0]);
    case 'String': case 'FixedString': case 'UUID': case 'IPv4': case 'IPv6': case 'Enum':
    case 'Date': case 'Date32': case 'DateTime': case 'DateTime64': case 'Time': case 'Time64': case 'JSON': case 'AggregateFunction':
      return true;
    default:
      return false;
  }
}

function momentWriter(type: Extract<ClickHouseType, { kind: 'Date' | 'Date32' | 'DateTime' | 'DateTime64' }>, timeZone: string): CellWriter {
  if (type.kind === 'Date' || type.kind === 'Date32') return (value) => dateText(daysOf(value));
  const zone = type.timeZone ?? timeZone;
  const precision = type.kind === 'DateTime64' ? type.precision : 0;
  return (value) => {
    if (typeof value !== 'object' || value === null) return dateTimeText(0, 0, precision, zone);
    if ('micros' in value && typeof value.micros === 'bigint') {
      const micros = Number(value.micros);
      if (Number.isSafeInteger(micros)) {
        const seconds = Math.floor(micros / 1_000_000);
        return dateTimeText(seconds, (micros - seconds * 1_000_000) * 1000, precision, zone);
      }
    }
    const nanos = nanosecondsOf(value);
    const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    return dateTimeText(Number((nanos - rest) / 1_000_000_000n), Number(rest), precision, zone);
  };
}

function daysOf(value: DuckDBValue): number {
  return typeof value === 'object' && value !== null && 'days' in value ? Number(value.days) : 0;
}

function nanosecondsOf(value: DuckDBValue): bigint {
  if (typeof value !== 'object' || value === null) return 0n;
  if ('nanos' in value && typeof value.nanos === 'bigint') return value.nanos;
  return 'micros' in value && typeof value.micros === 'bigint' ? value.micros * 1000n : 0n;
}

export function itemsOf(value: DuckDBValue): readonly DuckDBValue[] {
  return typeof value === 'object' && value !== null && 'items' in value ? value.items : [];
}

export function pairsOf(value: DuckDBValue): readonly { readonly key: DuckDBValue; readonly value: DuckDBValue }[] {
  return typeof value === 'object' && value !== null && 'entries' in value && Array.isArray(value.entries) ? value.entries : [];
}

export function fieldOf(value: DuckDBValue, name: string): DuckDBValue {
  if (typeof value !== 'object' || value === null || !('entries' in value) || Array.isArray(value.entries)) return null;
  const entries: Readonly<Record<string, DuckDBValue>> = value.entries;
  return entries[name] ?? null;
}

/** A stored aggregate state, as something that can be read. */
function stateText(value: DuckDBValue): string {
  return String(value);
}

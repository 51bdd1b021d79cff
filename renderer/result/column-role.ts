/**
 * What a column of a result is for, from its ClickHouse type: time, number, category or other; and its cells as
 * numbers for drawing and as text for reading. 64-bit integers arrive as text and are shown as they are.
 */
import type { CellValue, RunView } from '../../engine/api/protocol.ts';

export type ColumnRole = 'time' | 'number' | 'category' | 'other';

export type ResultColumn = RunView['columns'][number];

/** The type without Nullable, LowCardinality and SimpleAggregateFunction around it. */
export function plainType(type: string): string {
  const wrapped = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1] ?? /^SimpleAggregateFunction\([^,]+, (.*)\)$/.exec(type)?.[1];
  return wrapped === undefined ? type : plainType(wrapped);
}

export function roleOf(type: string): ColumnRole {
  const plain = plainType(type);
  if (/^(Date|Date32|DateTime|DateTime64)\b/.test(plain)) return 'time';
  if (/^(U?Int\d+|Float\d+|BFloat16|Decimal\d*)\b/.test(plain)) return 'number';
  if (/^(String|FixedString|Enum8|Enum16|Bool|UUID|IPv4|IPv6)\b/.test(plain)) return 'category';
  return 'other';
}

/** A cell as a number for drawing; undefined for NULL, NaN and what is no number. */
export function numberOf(cell: CellValue): number | undefined {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell !== 'number' && typeof cell !== 'string') return undefined;
  const value = typeof cell === 'number' ? cell : Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/** A date or time of ClickHouse's text form as milliseconds since 1970, read as UTC so that it is drawn as written. */
export function momentOf(cell: CellValue): number | undefined {
  if (typeof cell !== 'string') return undefined;
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d+)?)?/.exec(cell);
  if (!parts) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0'] = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) + Number(fraction) * 1000;
}

/** A cell as text: NULL and empty text are told apart by the caller, who knows how to show them. */
export function textOf(cell: CellValue): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'object') return JSON.stringify(cell);
  return String(cell);
}

/** Integers with their thousands apart, digits exact; other numbers as they came. */
export function readableNumber(cell: CellValue): string {
  const text = textOf(cell);
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (!parts) return text;
  const [, sign = '', whole = '', fraction = ''] = parts;
  return sign + whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',') + fraction;
}

/**
 * Rows made up for a project's data sources: they fit the schema, repeat few words per column, and hold what the
 * project's SQL compares its columns with and reads from their JSON. The same project and number give the same rows,
 * but for the day that recent times lie before.
 */
import type { DataSource } from '../../engine/project/datasource.ts';
import { bare, type ClickHouseType } from '../../engine/sql/types.ts';

/** What the SQL of a project tells of its columns, by the column's name. */
export interface Hints {
  /** Texts and numbers that the column is compared with. */
  readonly compared: ReadonlyMap<string, readonly string[]>;
  /** Paths in the column's JSON, with the type that they are read as. */
  readonly json: ReadonlyMap<string, readonly { readonly path: readonly string[]; readonly type: string; readonly compared: readonly string[] }[]>;
}

const TEXT = "'(?:[^'\\\\]|\\\\.)*'";

export function findHints(texts: readonly string[]): Hints {
  const compared = new Map<string, string[]>();
  const json = new Map<string, { path: readonly string[]; type: string; compared: readonly string[] }[]>();
  const values = `(?:=|!=|<>|>=|<=|>|<|(?:not\\s+)?(?:in|i?like))\\s*[([]?\\s*((?:${TEXT}|-?\\d+(?:\\.\\d+)?)(?:\\s*,\\s*(?:${TEXT}|-?\\d+(?:\\.\\d+)?))*)`;
  for (const text of texts) {
    for (const [, column = '', list = ''] of text.matchAll(new RegExp(`([A-Za-z_]\\w*)\`?\\s*${values}`, 'gi'))) {
      compared.set(column, [...new Set([...(compared.get(column) ?? []), ...literals(list)])]);
    }
    for (const [, kind = '', column = '', keys = '', list = ''] of text.matchAll(new RegExp(`\\b(?:simpleJSON|visitParam|JSON)(?:Extract)?(\\w*)\\(\\s*(?:\\w+\\.)?(\\w+)\\s*,\\s*(${TEXT}(?:\\s*,\\s*${TEXT})*)\\s*\\)(?:\\s*${values})?`, 'g'))) {
      const parts = literals(keys);
      const type = kind === '' && parts.length > 1 ? (parts.pop() ?? '') : kind;
      const path = parts.flatMap((part) => (part.startsWith('$') ? part.split('.').slice(1) : [part]));
      json.set(column, [...(json.get(column) ?? []), { path, type, compared: list === '' ? [] : literals(list) }]);
    }
  }
  return { compared, json };
}

function literals(list: string): string[] {
  return [...list.matchAll(new RegExp(`${TEXT}|-?\\d+(?:\\.\\d+)?`, 'g'))].map(([item]) => (item.startsWith("'") ? item.slice(1, -1).replaceAll(/\\(.)/g, '$1').replaceAll('%', '') : item));
}

/** JSON objects, one for each row, as ClickHouse's JSONEachRow takes them. Columns with states are left out. */
export function makeRows(source: DataSource, count: number, hints: Hints, today: number): string[] {
  const random = randomFrom(source.name);
  return Array.from({ length: count }, (_, index) => {
    // Half of the rows hold what filters ask for, in all columns at once.
    const row: Row = { index, random, hints, today, wanted: random() < 0.5 };
    return JSON.stringify(Object.fromEntries(source.columns.filter(({ type }) => bare(type).kind !== 'AggregateFunction').map(({ name, type }) => [name, valueOf(name, type, row)])));
  });
}

interface Row {
  readonly index: number;
  readonly random: () => number;
  readonly hints: Hints;
  readonly today: number;
  readonly wanted: boolean;
}

function valueOf(name: string, type: ClickHouseType, row: Row): unknown {
  const { random } = row;
  switch (type.kind) {
    case 'LowCardinality':
      return valueOf(name, type.of, row);
    case 'Nullable':
      return random() < 0.15 ? null : valueOf(name, type.of, row);
    case 'SimpleAggregateFunction':
      return valueOf(name, bare(type), row);
    case 'Integer':
      return integer(name, type.bits, type.signed, row);
    case 'Bool':
      return random() < 0.5;
    case 'Float':
    case 'BFloat16':
      return number(name, row) ?? Math.floor(random() * 4000) / 4;
    case 'Decimal':
      return number(name, row) ?? (Math.floor(random() * 10 ** Math.min(type.precision, 5)) / 10 ** Math.min(type.scale, 5)).toFixed(Math.min(type.scale, 5));
    case 'String':
      return text(name, row);
    case 'FixedString':
      return pick([...(row.hints.compared.get(name) ?? []), 'US', 'DE', 'ab'], row).slice(0, type.length);
    case 'UUID':
      return `00000000-0000-4000-8000-0000000000${String(Math.floor(random() * 20)).padStart(2, '0')}`;
    case 'IPv4':
      return `10.0.0.${Math.floor(random() * 9)}`;
    case 'IPv6':
      return `2001:db8::${Math.floor(random() * 9)}`;
    case 'Date':
    case 'Date32':
      return time(row).slice(0, 10);
    case 'DateTime':
      return time(row).slice(0, 19);
    case 'DateTime64':
      return type.precision === 0 ? time(row).slice(0, 19) : time(row).slice(0, 20 + type.precision);
    case 'Enum':
      return pick(type.values, row).name;
    case 'Array':
      return Array.from({ length: listLength(name, row) }, () => valueOf(name, type.of, row));
    case 'Tuple':
      return type.elements.every((element) => element.name !== undefined)
        ? Object.fromEntries(type.elements.map((element, at) => [element.name ?? String(at), valueOf(element.name ?? name, element.type, row)]))
        : type.elements.map((element) => valueOf(name, element.type, row));
    case 'Map':
      return Object.fromEntries(['color', 'size'].slice(0, Math.floor(random() * 3)).map((key) => [key, valueOf(key, type.value, row)]));
    case 'JSON':
    case 'Dynamic':
    case 'Variant':
      return object(name, row);
    case 'Nested':
      return [];
    default:
      throw new Error(`No values can be made up for ${name}, of the kind ${type.kind}`);
  }
}

/** Columns of one Nested have lists of one length. */
function listLength(name: string, { index }: Row): number {
  return (index + (name.split('.')[0] ?? name).length) % 4;
}

function integer(name: string, bits: number, signed: boolean, row: Row): unknown {
  const wanted = number(name, row);
  if (wanted !== undefined && Number.isInteger(wanted) && (signed || wanted >= 0) && Math.abs(wanted) < 2 ** (bits - 1)) return wanted;
  if (/^(?:is_|has_|deleted$|sign$)/.test(name)) return /^sign$/.test(name) && signed ? 1 : Number(row.random() < 0.5);
  if (bits >= 32 && /(?:time|timestamp|_at|_ts)$/i.test(name)) return Math.floor(Date.parse(`${time(row).slice(0, 23).replace(' ', 'T')}Z`) / (bits === 32 ? 1000 : 1));
  return Math.floor(row.random() * (bits === 8 ? 30 : 60)) - (signed && row.random() < 0.1 ? 5 : 0);
}

function number(name: string, row: Row): number | undefined {
  const numbers = (row.hints.compared.get(name) ?? []).map(Number).filter((value) => Number.isFinite(value));
  return numbers.length > 0 && row.random() < (row.wanted ? 0.9 : 0.3) ? pick(numbers, row) : undefined;
}

function text(name: string, row: Row): string {
  if (row.hints.json.has(name)) return JSON.stringify(object(name, row));
  return pick(wantedOf(name, row, plainWords(name, row)), row);
}

/** What the SQL compares the column with, mostly; else the words. */
function wantedOf(name: string, row: Row, words: readonly string[]): readonly string[] {
  const compared = (row.hints.compared.get(name) ?? []).filter((word) => word !== '');
  return compared.length > 0 && row.random() < (row.wanted ? 0.97 : 0.3) ? compared : words;
}

function plainWords(name: string, row: Row): readonly string[] {
  if (/user_?agent|^ua$/i.test(name)) return ['Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1', 'Googlebot/2.1'];
  if (/url|href|referr?er|page/i.test(name)) return ['https://example.com/a?utm_source=mail&q=1', 'https://www.example.org/b/c', 'http://shop.example.com', ''];
  if (/country/i.test(name)) return ['US', 'ES', 'DE'];
  if (/(?:time|timestamp|date|_at)$/i.test(name)) return [time(row).slice(0, 19)];
  if (/latitude|longitude|^lat$|^lng$/i.test(name)) return ['40.4', '-3.7', '52.5'];
  if (/id$/i.test(name)) return Array.from({ length: 12 }, (_, at) => `id_${at}`);
  return [...['red', 'green', 'Blue', 'été'].map((word) => `${name.slice(0, 8)}_${word}`), ''];
}

function object(name: string, row: Row): unknown {
  const result: Record<string, unknown> = {};
  for (const { path, type, compared } of row.hints.json.get(name) ?? []) {
    if (row.random() < 0.1) continue;
    let at = result;
    for (const key of path.slice(0, -1)) {
      const next = at[key];
      at = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : ((at[key] = {}) as Record<string, unknown>);
    }
    const key = path.at(-1);
    if (key !== undefined && typeof at[key] !== 'object') at[key] = jsonValue(key, type, compared, row);
  }
  return result;
}

function jsonValue(key: string, type: string, compared: readonly string[], row: Row): unknown {
  if (/Int/.test(type)) return Math.floor(row.random() * 50);
  if (/Float|Decimal/.test(type)) return Math.floor(row.random() * 400) / 4;
  if (/Bool/.test(type)) return row.random() < 0.5;
  if (/Array/.test(type)) return ['one', 'two'].slice(0, Math.floor(row.random() * 3));
  if (/Raw|Keys/.test(type)) return { [key]: 'inner', count: 1 };
  return compared.length > 0 && row.random() < (row.wanted ? 0.95 : 0.3) ? pick(compared, row) : pick(wantedOf(key, row, plainWords(key, row)), row);
}

const DAY = 86_400_000;
const FIRST = Date.UTC(2023, 0, 1);

/** Half lately, half in 2023 and 2024, to the microsecond. */
function time({ random, today }: Row): string {
  const recent = random() < 0.5;
  const moment = recent ? today - Math.floor(random() ** 2 * 40 * DAY) : FIRST + Math.floor(random() * 731 * DAY);
  return `${new Date(moment).toISOString().slice(0, 23).replace('T', ' ')}000000`;
}

function pick<T>(list: readonly T[], { random }: Row): T {
  const item = list[Math.floor(random() * list.length)] ?? list[0];
  if (item === undefined) throw new Error('Nothing to pick from');
  return item;
}

/** Numbers from 0 to 1, the same for the same name (mulberry32). */
function randomFrom(name: string): () => number {
  let state = [...name].reduce((sum, character) => Math.imul(sum ^ (character.codePointAt(0) ?? 0), 16777619), 2166136261) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

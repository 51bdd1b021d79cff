/**
 * The same rows in DuckDB and in real ClickHouse, and one question: does a query answer the same in both? Types must be
 * equal, values too, but for the last digits of floats. Rows are made by ClickHouse and copied.
 */
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import { SandpiperError } from '../../engine/errors.ts';
import type { Catalog, CatalogColumn } from '../../engine/sql/catalog.ts';
import { DUCKDB_MACROS } from '../../engine/sql/macros.ts';
import { parseType } from '../../engine/sql/parse-type.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { duckdbType, tupleFieldNames } from '../../engine/sql/physical.ts';
import { translate } from '../../engine/sql/translate.ts';
import { bare, printType, type ClickHouseType } from '../../engine/sql/types.ts';
import { jsonWriter } from '../../engine/workspace/cell-text.ts';
import { registerComputedFunctions } from '../../engine/workspace/computed-functions.ts';
import { openClickHouse, type ClickHouse } from '../oracle/clickhouse.ts';

export interface TwoEngines {
  /** Makes a table in both engines. `columns` and `select` are ClickHouse's: `x UInt8, y String` and `SELECT 1, 'a'`. */
  readonly makeTable: (name: string, columns: string, select: string) => Promise<void>;
  /** Copies a table that ClickHouse has already. */
  readonly copyTable: (name: string) => Promise<void>;
  /** Runs a statement in ClickHouse only. */
  readonly runInClickHouse: (sql: string) => Promise<string>;
  /** Undefined when both agree, else a sentence on how they differ. `unordered` arrays are compared as sets, rows too; `withNames` compares the columns' names. */
  readonly difference: (sql: string, unordered?: boolean, withNames?: boolean) => Promise<string | undefined>;
  /** The answers of both, for whoever looks closer with `compare`. */
  readonly askBoth: (sql: string) => Promise<{ readonly ours: Answer; readonly theirs: Answer }>;
  /** What Sandpiper sees of the tables. */
  readonly catalog: Catalog;
  /** Sandpiper's answer alone: types and values in canonical form, or the error's sentence. */
  readonly ask: (sql: string) => Promise<Answer>;
  readonly close: () => void;
}

export type Answer = { readonly names: readonly string[]; readonly types: readonly string[]; readonly rows: readonly (readonly unknown[])[] } | { readonly error: string; readonly isBug: boolean; readonly sql?: string };

/** Undefined where ClickHouse is not installed. */
export async function openTwoEngines(): Promise<TwoEngines | undefined> {
  const clickHouse = openClickHouse();
  if (!clickHouse) return undefined;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '2GB', temp_directory: '' });
  const duckdb = await instance.connect();
  registerComputedFunctions(duckdb);
  for (const macro of DUCKDB_MACROS) await duckdb.run(macro);
  await duckdb.run("SET TimeZone = 'UTC'");
  const tables = new Map<string, readonly CatalogColumn[]>();
  const catalog: Catalog = {
    findTable: (database, name) => {
      const columns = database === undefined ? tables.get(name) : undefined;
      return columns && { kind: 'stored', duckdbName: ['main', name], columns };
    },
    tableNames: () => [...tables.keys()],
  };
  const ask = (sql: string) => askSandpiper(sql, catalog, duckdb);
  const copyTable = async (name: string) => {
    const described = await clickHouse.query(`DESCRIBE TABLE ${name}`);
    const known = described.data.map((row): CatalogColumn => ({ name: String(row[0]), type: parseType(String(row[1])) }));
    await duckdb.run(`CREATE OR REPLACE TABLE "${name}" (${known.map((column) => `"${column.name}" ${duckdbType(column.type)}`).join(', ')})`);
    const size = Number(await clickHouse.text(`SELECT count() FROM ${name}`));
    if (size > 20_000) throw new Error(`${name} has ${size} rows, too many to copy`);
    const rows = (await clickHouse.text(`SELECT ${readable(known)} FROM ${name} SETTINGS date_time_output_format = 'iso', output_format_json_map_as_array_of_tuples = 1${known.some((column) => column.type.kind === 'JSON') ? ', output_format_json_quote_64bit_integers = 0' : ''}`, 'JSONEachRow')).split('\n').filter((line) => line !== '');
    const shape = JSON.stringify([Object.fromEntries(known.map((column) => [column.name, jsonShape(column.type)]))]);
    for (let from = 0; from < rows.length; from += 1_000) {
      const named = rows.slice(from, from + 1_000).map((row) => {
        const values = JSON.parse(row) as Readonly<Record<string, unknown>>;
        return Object.fromEntries(known.map((column) => [column.name, withFieldNames(values[column.name], column.type)]));
      });
      await duckdb.run(`INSERT INTO "${name}" SELECT made.* FROM (SELECT unnest(from_json('${jsonText(named).replaceAll("'", "''")}', '${shape.replaceAll("'", "''")}')) AS made)`);
    }
    tables.set(name, known);
  };
  return {
    ask,
    askBoth: async (sql) => {
      const [theirs, ours] = await Promise.all([askClickHouse(sql, clickHouse), ask(sql)]);
      return { ours, theirs };
    },
    catalog,
    copyTable,
    runInClickHouse: (sql) => clickHouse.text(sql),
    makeTable: async (name, columns, select) => {
      await clickHouse.text(`CREATE OR REPLACE TABLE ${name} (${columns}) ENGINE = Memory`);
      await clickHouse.text(`INSERT INTO ${name} ${select}`);
      await copyTable(name);
    },
    difference: async (sql, unordered = false, withNames = false) => {
      const theirs = await askClickHouse(sql, clickHouse);
      const ours = await ask(sql);
      return compare(ours, theirs, unordered, withNames);
    },
    close: () => {
      clickHouse.close();
      duckdb.closeSync();
    },
  };
}

export async function askClickHouse(sql: string, clickHouse: ClickHouse): Promise<Answer> {
  try {
    const result = await clickHouse.query(sql);
    const types = result.meta.map((column) => column.type.replace(/\s*\n\s*/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')'));
    return { names: result.meta.map((column) => column.name), types, rows: result.data.map((row) => row.map((value, index) => canonical(value, safeType(types[index] ?? 'Nothing')))) };
  } catch (error) {
    return { error: String(error instanceof Error ? error.message : error), isBug: false };
  }
}

/** A query over endless numbers is interrupted, and so refused. */
const PATIENCE_MS = 8000;

async function askSandpiper(sql: string, catalog: Catalog, duckdb: DuckDBConnection): Promise<Answer> {
  let translated: string | undefined;
  try {
    const translation = translate(parseQuery(sql), { catalog });
    translated = translation.duckdbSql;
    const timer = setTimeout(() => duckdb.interrupt(), PATIENCE_MS);
    const reader = await duckdb.runAndReadAll(translated).finally(() => clearTimeout(timer));
    return {
      names: translation.columns.map((column) => column.name),
      types: translation.columns.map((column) => printType(column.type)),
      rows: writtenRows(reader.getColumns(), translation.columns, reader.currentRowCount),
    };
  } catch (error) {
    if (error instanceof SandpiperError) return { error: error.message, isBug: false };
    return { error: String(error instanceof Error ? error.message : error), isBug: true, ...(translated === undefined ? {} : { sql: translated }) };
  }
}

/** The values as the product writes them in JSON, zones and all, in canonical form. */
function writtenRows(values: readonly (readonly DuckDBValue[])[], columns: readonly { readonly type: ClickHouseType }[], rowCount: number): readonly (readonly unknown[])[] {
  const cells = columns.map(({ type }, index) => {
    const write = jsonWriter(type, { bigIntegersAsText: true, denormalsAsText: true, escapeSlash: false, timeZone: 'UTC' });
    return (values[index] ?? []).map((value) => canonical(JSON.parse(write(value)), type));
  });
  return Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row]));
}

/** A map in the order of its entries: a JavaScript object would put whole numbers first. */
class Entries {
  readonly pairs: readonly (readonly [string, unknown])[];

  constructor(pairs: readonly (readonly [string, unknown])[]) {
    this.pairs = pairs;
  }
}

function jsonText(value: unknown): string {
  if (value instanceof Entries) return `{${value.pairs.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
  return JSON.stringify(value);
}

/** Tuples without names are JSON arrays in ClickHouse and structs with the fields 1, 2, … in DuckDB. */
export function withFieldNames(value: unknown, type: ClickHouseType): unknown {
  const inner = bare(type);
  if (inner.kind === 'Map' && isList(value)) return new Entries(value.map((entry) => [String(field(entry, 'keys')), withFieldNames(field(entry, 'values'), inner.value)] as const));
  if (inner.kind === 'Array' && isList(value)) return value.map((item) => withFieldNames(item, inner.of));
  if (inner.kind === 'Tuple' && typeof value === 'object' && value !== null) {
    const names = tupleFieldNames(inner.elements);
    const parts = isList(value) ? value : Object.values(value);
    return Object.fromEntries(parts.map((part, index) => [names[index] ?? String(index + 1), withFieldNames(part, inner.elements[index]?.type ?? { kind: 'Nothing' })]));
  }
  return value;
}

/** The columns as JSON can carry them: a bitmap as its numbers. */
function readable(columns: readonly CatalogColumn[]): string {
  const bitmaps = columns.filter((column) => column.type.kind === 'AggregateFunction' && column.type.name === 'groupBitmap');
  return bitmaps.length === 0 ? '*' : `* REPLACE (${bitmaps.map((column) => `bitmapToArray(\`${column.name}\`) AS \`${column.name}\``).join(', ')})`;
}

/** A type for DuckDB's from_json. */
export function jsonShape(type: ClickHouseType): unknown {
  const inner = bare(type);
  if (inner.kind === 'Array') return [jsonShape(inner.of)];
  if (inner.kind === 'AggregateFunction' && inner.name === 'groupBitmap') return inner.arguments.map(jsonShape);
  return duckdbType(type);
}

function safeType(text: string): ClickHouseType {
  try {
    return parseType(text);
  } catch {
    return { kind: 'String' };
  }
}

/** One form for the values of both engines' JSON. `inUtc`: times with a zone are UTC, as DuckDB holds them, else local as ClickHouse shows them. */
export function canonical(value: unknown, type: ClickHouseType, inUtc = false): unknown {
  if (value === null || value === undefined) return null;
  const inner = bare(type);
  switch (inner.kind) {
    case 'Integer':
    case 'Interval':
      return String(value);
    case 'Float':
    case 'Decimal':
      return inner.kind === 'Float' && inner.bits === 32 ? Math.fround(floating(value)) : floating(value);
    case 'DateTime':
    case 'DateTime64':
      return inUtc && inner.timeZone !== undefined ? inZone(shortened(value), inner.timeZone) : shortened(value);
    case 'Array':
      return isList(value) ? value.map((item) => canonical(item, inner.of, inUtc)) : value;
    case 'Nested':
      return isList(value) ? value.map((item) => canonical(item, { kind: 'Tuple', elements: inner.elements }, inUtc)) : value;
    case 'Tuple': {
      const parts = isList(value) ? value : typeof value === 'object' ? Object.values(value) : [];
      return parts.map((part, index) => canonical(part, inner.elements[index]?.type ?? { kind: 'Nothing' }, inUtc));
    }
    case 'Map': {
      const entries: (readonly [unknown, unknown])[] = isList(value)
        ? value.map((entry) => [field(entry, 'key'), field(entry, 'value')] as const)
        : Object.entries(value);
      return entries.map(([key, item]) => [String(key), canonical(item, inner.value, inUtc)] as const).sort(([left], [right]) => (left < right ? -1 : 1));
    }
    case 'Geo':
      return canonical(value, inner.of, inUtc);
    default:
      return value;
  }
}

/** A time without the zeros at the end of its fraction. */
function shortened(value: unknown): string {
  const text = String(value);
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** A UTC time's text as a clock of the zone shows it. */
function inZone(utc: string, timeZone: string): string {
  const moment = Date.parse(`${utc.slice(0, 19).replace(' ', 'T')}Z`);
  if (Number.isNaN(moment)) return utc;
  let format = zones.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    zones.set(timeZone, format);
  }
  return `${format.format(moment)}${utc.slice(19)}`;
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function field(entry: unknown, name: string): unknown {
  return typeof entry === 'object' && entry !== null && name in entry ? (entry as Readonly<Record<string, unknown>>)[name] : undefined;
}

function floating(value: unknown): number {
  const text = String(value).toLowerCase();
  if (text === 'nan' || text === '-nan') return Number.NaN;
  if (text.startsWith('inf')) return Infinity;
  return text.startsWith('-inf') ? -Infinity : Number(text);
}

/** Undefined when the answers agree. `unordered`: rows, or rows and the arrays in them, may come in any order. */
export function compare(ours: Answer, theirs: Answer, unordered: boolean | 'rows', withNames: boolean): string | undefined {
  if ('error' in theirs) return 'error' in ours ? undefined : `answered ${show(ours.rows)}, ClickHouse refuses: ${theirs.error.slice(0, 160)}`;
  if ('error' in ours) return `${ours.isBug ? 'DuckDB: ' : ''}${ours.error.slice(0, 400)}${ours.isBug ? ` IN ${ours.sql?.slice(0, 600)}` : ''}`;
  const types = JSON.stringify(ours.types) === JSON.stringify(theirs.types) ? undefined : `types ${ours.types.join(', ')} for ${theirs.types.join(', ')}`;
  const values = equal(ours.rows, theirs.rows, unordered) ? undefined : `${show(ours.rows).slice(0, 300)} for ${show(theirs.rows).slice(0, 300)}`;
  const names = !withNames || JSON.stringify(ours.names) === JSON.stringify(theirs.names) ? undefined : `names ${ours.names.join(', ')} for ${theirs.names.join(', ')}`;
  const parts = [names, types, values].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function equal(left: unknown, right: unknown, unordered: boolean | 'rows'): boolean {
  if (isList(left) && isList(right)) {
    if (left.length !== right.length) return false;
    const [mine, others] = unordered ? [sorted(left, unordered), sorted(right, unordered)] : [left, right];
    return mine.every((item, index) => equal(item, others[index], unordered === true));
  }
  if (typeof left === 'number' && typeof right === 'number') {
    return Object.is(left, right) || left === right || Math.abs(left - right) <= 1e-6 * Math.max(Math.abs(left), Math.abs(right)) + 1e-12 || (Number.isNaN(left) && Number.isNaN(right));
  }
  return left === right;
}

/** Lists inside of lists in one order, for answers whose order means nothing. */
function sorted(list: readonly unknown[], depth: true | 'rows'): readonly unknown[] {
  const keyed = list.map((item) => {
    const inner = depth === true && isList(item) ? sorted(item, depth) : item;
    return { inner, key: roughly(inner) };
  });
  return keyed.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)).map(({ inner }) => inner);
}

/** Text to sort by, in which floats that count as equal are equal. */
function roughly(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item !== 'number' ? item : !Number.isFinite(item) || item === 0 ? String(Math.abs(item) === 0 ? 0 : item) : item.toPrecision(5)));
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item));
}

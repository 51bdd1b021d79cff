/**
 * Why rows are in quarantine, and what would bring them back: rows grouped by the fault that they have under the schema
 * as it is now, and for each group fixes that were tried on every row of it, with how many rows each would rescue.
 */
import { bare, DATE, DATETIME, FLOAT64, INT64, isNullable, nullable, printType, STRING, UINT64, type ClickHouseType } from '../sql/types.ts';
import { parseType } from '../sql/parse-type.ts';
import { translateDefault } from '../sql/translate.ts';
import { parseExpression } from '../sql/parse.ts';
import { parseJsonPath, type IngestColumn, type IngestTable } from './ingest-table.ts';
import { rowReader, type RowReading } from './row-reader.ts';

/** A row of the quarantine. `json` is the row as it came, or, for CSV, made of its cells. */
export interface HeldRow {
  readonly rowid: bigint;
  readonly json: string;
  readonly raw: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly offset: number | null;
}

export type Fix =
  /** The row fits already: the schema has changed since it was rejected. */
  | { readonly kind: 'none' }
  | { readonly kind: 'type'; readonly column: string; readonly type: string }
  | { readonly kind: 'default'; readonly column: string; readonly expression: string }
  | { readonly kind: 'path'; readonly column: string; readonly jsonPath: string }
  /** The value is a time in this form of strptime; the schema stays. */
  | { readonly kind: 'date-format'; readonly column: string; readonly format: string };

export interface Proposal {
  readonly fix: Fix;
  /** `Make price Nullable(Float64)` */
  readonly label: string;
  /** Rows of the cause that would be accepted. */
  readonly rescues: number;
}

export interface Cause {
  /** '' for a fault of the whole row. */
  readonly column: string;
  /** What is wrong, without the value. */
  readonly reason: string;
  readonly rows: number;
  readonly examples: readonly CauseExample[];
  /** The best first. */
  readonly proposals: readonly Proposal[];
}

export interface CauseExample {
  readonly raw: string;
  /** The part of `raw` that is at fault, when it can be told. */
  readonly mark: { readonly start: number; readonly end: number } | undefined;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly offset: number | null;
}

/** How times in other forms are read: text to the ISO form, for those that the format fits. */
export type ReadTimes = (texts: readonly string[], format: string) => Promise<ReadonlyMap<string, string>>;

const EXAMPLES = 3;
const DATE_FORMATS = ['%d/%m/%Y %H:%M:%S', '%m/%d/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M', '%d/%m/%Y', '%m/%d/%Y', '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y', '%Y-%m-%d %H:%M', '%Y/%m/%d %H:%M:%S', '%Y%m%d%H%M%S', '%d %b %Y', '%b %d, %Y', '%Y%m%d', '%Y/%m/%d', '%d %B %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S GMT'] as const;
const FITS_NOW = 'the row fits the schema as it is now';

interface Group {
  readonly column: string;
  readonly reason: string;
  readonly rows: { readonly row: HeldRow; readonly text: string | null | undefined; readonly message: string }[];
}

export async function quarantineCauses(table: IngestTable, rows: readonly HeldRow[], readTimes: ReadTimes): Promise<readonly Cause[]> {
  const groups = new Map<string, Group>();
  const reader = rowReader(table);
  const add = (column: string, reason: string, row: HeldRow, message: string, text: string | null | undefined) => {
    const key = `${column}\0${reason}`;
    const group = groups.get(key) ?? { column, reason, rows: [] };
    group.rows.push({ row, text, message });
    groups.set(key, group);
  };
  for (const row of rows) {
    const reading = reader.readRow(row.json);
    if (reading.kind === 'row') add('', FITS_NOW, row, FITS_NOW, undefined);
    else if (reading.kind === 'malformed') add('', reading.message.replace(/ \(character \d+\)$/, ''), row, reading.message, undefined);
    else for (const { column, reason, message } of reading.faults) add(column, reason, row, message, reading.texts[table.columns.findIndex(({ name }) => name === column)]);
  }
  const causes: Cause[] = [];
  for (const group of groups.values()) {
    causes.push({ column: group.column, reason: group.reason, rows: group.rows.length, examples: group.rows.slice(0, EXAMPLES).map(({ row, text, message }) => example(row, message, group.column, text, table)), proposals: await proposals(group, table, readTimes) });
  }
  return causes.sort((one, other) => other.rows - one.rows);
}

function example({ raw, file, line, offset }: HeldRow, message: string, name: string, text: string | null | undefined, table: IngestTable): CauseExample {
  const column = table.columns.find((one) => one.name === name);
  return { raw, mark: column && typeof text === 'string' ? markOf(raw, column, text) : undefined, message, file, line, offset };
}

/** Where the column's value stands in the raw text: behind its key in JSON, by itself in CSV. */
function markOf(raw: string, column: IngestColumn, text: string): { readonly start: number; readonly end: number } | undefined {
  const key = parseJsonPath(column).keys.at(-1) ?? column.name;
  const behind = new RegExp(`"${key.replace(/[^\w]/g, '\\$&')}"\\s*:\\s*`).exec(raw);
  if (behind) {
    const start = behind.index + behind[0].length;
    const value = /^(?:"(?:[^"\\]|\\.)*"|[^,}\]\s]+)/.exec(raw.slice(start))?.[0] ?? '';
    return { start, end: start + value.length };
  }
  const at = text === '' ? -1 : raw.indexOf(text);
  return at === -1 ? undefined : { start: at, end: at + text.length };
}

async function proposals(group: Group, table: IngestTable, readTimes: ReadTimes): Promise<readonly Proposal[]> {
  if (group.reason === FITS_NOW) return [{ fix: { kind: 'none' }, label: 'Take these rows in', rescues: group.rows.length }];
  const column = table.columns.find(({ name }) => name === group.column);
  if (!column) return [];
  const isMissing = group.rows.some(({ text }) => text === null || text === undefined);
  const fixes = isMissing ? missingFixes(column, group) : typeFixes(column);
  const tried: Proposal[] = [];
  for (const fix of fixes) {
    const rescues = group.rows.filter(({ row }) => rowReader(fixedTable(table, fix)).readRow(row.json).kind === 'row').length;
    if (rescues > 0) tried.push({ fix, label: labelOf(fix), rescues });
  }
  const plain = bare(column.type).kind;
  if (!isMissing && ['Date', 'Date32', 'DateTime', 'DateTime64'].includes(plain)) tried.push(...(await dateProposals(group, table, column, readTimes)));
  const isText = ({ fix }: Proposal) => fix.kind === 'type' && /^(Nullable\()?String/.test(fix.type);
  // Text takes everything, so it comes last; of numbers the narrowest that takes as much as any.
  const numbers = tried.filter((one) => one.fix.kind === 'type' && !isText(one));
  const best = numbers.find((one) => one.rescues === Math.max(...numbers.map(({ rescues }) => rescues)));
  return tried.filter((one) => !numbers.includes(one) || one === best).filter((one) => !isText(one) || one.rescues > (best?.rescues ?? 0)).sort((one, other) => Number(isText(one)) - Number(isText(other)) || other.rescues - one.rescues);
}

function missingFixes(column: IngestColumn, group: Group): readonly Fix[] {
  const type = printType(column.type);
  const state = /AggregateFunction/.test(type);
  return [
    ...pathsLike(column, group).map((jsonPath): Fix => ({ kind: 'path', column: column.name, jsonPath })),
    ...(state || isNullable(column.type) || ['Array', 'Map', 'Tuple', 'Nested'].includes(bare(column.type).kind) ? [] : [{ kind: 'type', column: column.name, type: printType(nullableOf(column.type)) } satisfies Fix]),
    ...(state ? [] : [{ kind: 'default', column: column.name, expression: defaultText(column.type) } satisfies Fix]),
  ];
}

/** LowCardinality holds Nullable, not the other way. */
function nullableOf(type: ClickHouseType): ClickHouseType {
  return type.kind === 'LowCardinality' ? { ...type, of: nullable(type.of) } : nullable(type);
}

function defaultText(type: ClickHouseType): string {
  switch (bare(type).kind) {
    case 'Integer': case 'Float': case 'Decimal': case 'Bool': case 'BFloat16': return '0';
    case 'Date': case 'Date32': return "toDate('1970-01-01')";
    case 'DateTime': case 'DateTime64': return 'now()';
    case 'Array': case 'Nested': return '[]';
    case 'Map': return 'map()';
    case 'UUID': return "toUUID('00000000-0000-0000-0000-000000000000')";
    default: return "''";
  }
}

/** Paths to keys that are called like the column, written otherwise or nested deeper. */
function pathsLike(column: IngestColumn, group: Group): readonly string[] {
  const wanted = plainName(parseJsonPath(column).keys.at(-1) ?? column.name);
  const found = new Map<string, number>();
  for (const { row } of group.rows.slice(0, 200)) for (const path of pathsOf(row.json)) if (plainName(path.at(-1) ?? '') === wanted) found.set(pathText(path), (found.get(pathText(path)) ?? 0) + 1);
  const own = column.jsonPath ?? `$.${column.name}`;
  return [...found].filter(([path]) => path !== own).sort(([, one], [, other]) => other - one).slice(0, 2).map(([path]) => path);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function pathsOf(json: string): readonly (readonly string[])[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return []; // A malformed row has no keys.
  }
  const paths: string[][] = [];
  const walk = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || path.length > 4) return;
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== null && (typeof inner !== 'object' || Array.isArray(inner))) paths.push([...path, key]);
      walk(inner, [...path, key]);
    }
  };
  walk(parsed, []);
  return paths;
}

function pathText(path: readonly string[]): string {
  return `$${path.map((key) => (/^[^.[\]'"]+$/.test(key) ? `.${key}` : `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`)).join('')}`;
}

function typeFixes(column: IngestColumn): readonly Fix[] {
  const own = bare(column.type);
  const wider: readonly ClickHouseType[] = own.kind === 'Integer' || own.kind === 'Bool' ? [INT64, UINT64, FLOAT64] : own.kind === 'Decimal' ? [FLOAT64] : own.kind === 'Date' ? [DATETIME, parseType('DateTime64(3)')] : own.kind === 'DateTime' ? [parseType('DateTime64(3)'), DATE] : [];
  const keep = (type: ClickHouseType) => (isNullable(column.type) ? nullable(type) : type);
  return [...wider, STRING].filter((type) => printType(type) !== printType(own)).map((type): Fix => ({ kind: 'type', column: column.name, type: printType(keep(type)) }));
}

async function dateProposals(group: Group, table: IngestTable, column: IngestColumn, readTimes: ReadTimes): Promise<readonly Proposal[]> {
  const texts = [...new Set(group.rows.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])))];
  const made: Proposal[] = [];
  for (const format of DATE_FORMATS) {
    const times = await readTimes(texts.slice(0, 10_000), format);
    if (times.size === 0) continue;
    const rescues = group.rows.filter(({ row }) => readWithTimes(table, column.name, times, row.json).kind === 'row').length;
    if (rescues > 0) made.push({ fix: { kind: 'date-format', column: column.name, format }, label: labelOf({ kind: 'date-format', column: column.name, format }), rescues });
  }
  return made.sort((one, other) => other.rescues - one.rescues).slice(0, 2);
}

/** The row with the column's text read as the time that it stands for. */
export function readWithTimes(table: IngestTable, name: string, times: ReadonlyMap<string, string>, json: string): RowReading {
  const asText = fixedTable(table, { kind: 'type', column: name, type: 'Nullable(String)' });
  const reading = rowReader(asText).readRow(json);
  if (reading.kind !== 'row') return reading;
  const index = table.columns.findIndex((column) => column.name === name);
  const value = reading.values[index];
  const time = typeof value === 'string' ? times.get(value) : undefined;
  const own = table.columns[index];
  if (time === undefined || !own) return rowReader(table).readRow(json);
  const single = rowReader(singleColumn(own)).readRow(JSON.stringify({ value: time }));
  if (single.kind !== 'row') return single;
  return { kind: 'row', values: reading.values.map((other, at) => (at === index ? (single.values[0] ?? null) : other)) };
}

const singles = new WeakMap<IngestColumn, IngestTable>();

function singleColumn(column: IngestColumn): IngestTable {
  const known = singles.get(column) ?? { name: 'value', columns: [{ name: column.name, type: column.type, jsonPath: '$.value' }] };
  singles.set(column, known);
  return known;
}

const fixed = new WeakMap<IngestTable, Map<string, IngestTable>>();

/** The table as it would be with the fix; the same object for the same fix, since readers are kept by it. */
export function fixedTable(table: IngestTable, fix: Fix): IngestTable {
  if (fix.kind === 'none' || fix.kind === 'date-format') return table;
  const key = JSON.stringify(fix);
  const known = fixed.get(table) ?? new Map<string, IngestTable>();
  fixed.set(table, known);
  const made = known.get(key) ?? { ...table, columns: table.columns.map((column) => (column.name === fix.column ? fixedColumn(column, fix, table) : column)) };
  known.set(key, made);
  return made;
}

function fixedColumn(column: IngestColumn, fix: Exclude<Fix, { kind: 'none' | 'date-format' }>, table: IngestTable): IngestColumn {
  switch (fix.kind) {
    case 'type':
      return { ...column, type: parseType(fix.type) };
    case 'path':
      return { ...column, jsonPath: fix.jsonPath };
    case 'default':
      return { ...column, defaultSql: translateDefault(parseExpression(fix.expression), column.type, table.columns.map(({ name, type }) => ({ name, type }))) };
    default:
      return fix satisfies never;
  }
}

export function labelOf(fix: Fix): string {
  switch (fix.kind) {
    case 'none': return 'Take these rows in';
    case 'type': return `Make ${fix.column} ${fix.type}`;
    case 'default': return `Give ${fix.column} the default ${fix.expression}`;
    case 'path': return `Read ${fix.column} from ${fix.jsonPath}`;
    case 'date-format': return `Read ${fix.column} as ${fix.format}, once`;
    default: return fix satisfies never;
  }
}

/**
 * Accepts rows in bulk inside DuckDB: which rows of an NDJSON file row-reader.ts would surely accept, and their values,
 * as SQL over an all-text read_json. Promises: a row that `sure` holds for has exactly the values that row-reader.ts
 * gives it. Any other row is left to row-reader.ts, whether good or bad; so what is not covered here is only slower.
 * DuckDB's reader: ignore_errors makes a malformed line a row of NULLs (so a row of NULLs is never sure); numbers are
 * printed anew, so 1.50 arrives as 1.5; of a column read as JSON, texts arrive quoted, of one read as VARCHAR bare.
 * Known gap: a JSON number with more digits than a double holds is rounded before a Decimal column sees it.
 */
import { duck, duckInteger, duckName, duckString, joined, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../sql/duck.ts';
import { duckTypeSql } from '../sql/physical.ts';
import { bare, isNullable, type ClickHouseType } from '../sql/types.ts';
import { JsonNumber } from './json-source.ts';
import { mayBeMissing, parseJsonPath, type IngestColumn, type IngestTable } from './ingest-table.ts';

/** How a column's text is judged and read; `text` is VARCHAR. */
interface BulkForm {
  readonly readAs: 'VARCHAR' | 'JSON';
  readonly sure: (text: DuckSql) => DuckSql;
  readonly value: (text: DuckSql) => DuckSql;
}

export interface BulkAcceptance {
  /** The rows of the file that are surely good, with the columns of the table in order. */
  readonly acceptedRows: (path: string, maximumLineBytes: number) => DuckSql;
  /** The same for an INSERT of many rows, which DuckDB then writes with all threads and without keeping their order: in two thirds of the time. */
  readonly acceptedRowsInAnyOrder: (path: string, maximumLineBytes: number) => DuckSql;
  /** The ordinals, from 1, of all other rows of the file. */
  readonly otherRows: (path: string, maximumLineBytes: number) => DuckSql;
}

/**
 * undefined when the table has a column that only row-reader.ts can read. `ambiguous`: indexes of columns whose texts
 * and numbers only reading as JSON tells apart: see isAmbiguous.
 */
export function bulkAcceptance(table: IngestTable, ambiguous: ReadonlySet<number>): BulkAcceptance | undefined {
  const keys = new KeyTree();
  const cells: { column: IngestColumn; form: BulkForm; found: DuckSql }[] = [];
  for (const [index, column] of table.columns.entries()) {
    const form = bulkForm(bare(column.type), ambiguous.has(index));
    const path = parseJsonPath(column);
    if (!form || path.keys.length === 0 || (path.itemKeys?.length ?? 0) > 0) return undefined;
    if (!keys.add(path.keys, form.readAs)) return undefined;
    const [first = '', ...rest] = path.keys;
    const found = rest.reduce((value, key) => duck`struct_extract(${value}, ${duckString(key)})`, duckName(first));
    cells.push({ column, form, found: form.readAs === 'JSON' ? duck`CAST(${found} AS VARCHAR)` : found });
  }
  const conditions = cells.map(({ column, form, found }) => {
    const sure = form.sure(found);
    return mayBeMissing(column) && !(isNullable(column.type) && column.defaultSql) ? duck`(${found} IS NULL OR ${sure})` : duck`(${sure})`;
  });
  if (cells.every(({ column }) => mayBeMissing(column))) {
    conditions.push(duck`(${joined(cells.map(({ found }) => duck`${found} IS NOT NULL`), ' OR ')})`);
  }
  const isSure = joined(conditions, ' AND ');
  const inner = cells.flatMap(({ column, form, found }, index) => [
    duck`${form.value(found)} AS ${duckName(column.name)}`,
    ...(column.defaultSql ? [duck`${found} IS NULL AS ${missingName(index)}`] : []),
  ]);
  return {
    acceptedRows: (path, size) => duck`SELECT ${outerColumns(table)} FROM (SELECT ${inner} FROM ${keys.read(path, size)} WHERE ${isSure})`,
    acceptedRowsInAnyOrder: (path, size) => duck`SELECT ${outerColumns(table)} FROM (SELECT ${inner} FROM ${keys.read(path, size)}, ${UNORDERED_ONE} WHERE ${isSure})`,
    otherRows: (path, size) => duck`SELECT n FROM (SELECT row_number() OVER () AS n, ${isSure} AS is_sure FROM ${keys.read(path, size)}) WHERE is_sure IS NOT TRUE`,
  };
}

/** Whether the column's text, read bare, leaves open what the value was in the file: so that most such rows would be unsure. */
export function isAmbiguous(type: ClickHouseType, value: unknown): boolean {
  switch (bare(type).kind) {
    case 'String':
      return typeof value === 'string' && /^(?:[{[]|-?\d[\d.]*(?:[.e][-+\d]+)$)/.test(value);
    case 'DateTime64':
      return value instanceof JsonNumber;
    default:
      return false;
  }
}

/** One row out of an aggregation: whatever is joined with it has no order to keep. */
const UNORDERED_ONE = duck`(SELECT ${duckName(' one')} FROM (VALUES (1)) AS ones(${duckName(' one')}) GROUP BY ${duckName(' one')})`;

/** Says in an inner query whether the column's DEFAULT is wanted. */
export function missingName(index: number): DuckSql {
  return duckName(` missing ${index}`);
}

/** The table's columns in order, from an inner query that has their values and `missingName` flags. */
export function outerColumns(table: IngestTable): readonly DuckSql[] {
  return table.columns.map((column, index) => {
    const name = duckName(column.name);
    if (!column.defaultSql) return name;
    return duck`CASE WHEN ${missingName(index)} THEN CAST(${column.defaultSql} AS ${duckTypeSql(column.type)}) ELSE ${name} END AS ${name}`;
  });
}

/** The `columns` argument of read_json. DuckDB ignores the case of names, so keys that differ only in case are refused. */
class KeyTree {
  readonly #children = new Map<string, { key: string; node: 'VARCHAR' | 'JSON' | KeyTree }>();

  add(keys: readonly string[], readAs: 'VARCHAR' | 'JSON'): boolean {
    const [key = '', ...rest] = keys;
    const known = this.#children.get(key.toLowerCase());
    if (known && known.key !== key) return false;
    if (rest.length === 0) {
      if (known) return known.node === readAs;
      this.#children.set(key.toLowerCase(), { key, node: readAs });
      return true;
    }
    if (known) return known.node instanceof KeyTree && known.node.add(rest, readAs);
    const node = new KeyTree();
    this.#children.set(key.toLowerCase(), { key, node });
    return node.add(rest, readAs);
  }

  type(): DuckSql {
    return duck`STRUCT(${[...this.#children.values()].map(({ key, node }) => duck`${duckName(key)} ${typeOf(node)}`)})`;
  }

  read(path: string, maximumLineBytes: number): DuckSql {
    const columns = [...this.#children.values()].map(({ key, node }) => duck`${duckName(key)}: ${duckString(typeOf(node).text)}`);
    return readLines(path, columns, maximumLineBytes);
  }
}

function typeOf(node: 'VARCHAR' | 'JSON' | KeyTree): DuckSql {
  if (node instanceof KeyTree) return node.type();
  return node === 'JSON' ? duck`JSON` : duck`VARCHAR`;
}

const LEAST_LINE_BYTES = 1 << 20;

/** read_json over a file of one object a line; `columns` are pairs of name and type text. */
export function readLines(path: string, columns: readonly DuckSql[], maximumLineBytes: number): DuckSql {
  const size = duckInteger(Math.max(LEAST_LINE_BYTES, maximumLineBytes + 1024));
  return duck`read_json(${duckString(path)}, format = 'newline_delimited', records = true, ignore_errors = true, maximum_object_size = ${size}, columns = {${columns}})`;
}

const DATE = String.raw`\d{4}-\d\d-\d\d`;
const DATE_TIME = String.raw`${DATE}[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z?`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;

function bulkForm(type: ClickHouseType, quoted: boolean): BulkForm | undefined {
  const held = duckTypeSql(type);
  const cast = (text: DuckSql) => duck`TRY_CAST(${text} AS ${held})`;
  switch (type.kind) {
    case 'String':
      return quoted ? QUOTED_TEXT : BARE_TEXT;
    case 'FixedString':
      return { ...QUOTED_TEXT, sure: (text) => duck`${QUOTED_TEXT.sure(text)} AND strlen(${QUOTED_TEXT.value(text)}) = ${duckInteger(type.length)}` };
    case 'Integer':
      return { readAs: type.bits >= 64 ? 'VARCHAR' : 'JSON', sure: (text) => duck`CAST(${cast(text)} AS VARCHAR) = ${text}`, value: cast };
    case 'Float':
      return { readAs: 'JSON', sure: (text) => duck`isfinite(${cast(text)})`, value: cast };
    case 'Bool':
      return { readAs: 'JSON', sure: (text) => duck`${text} IN ('true', 'false')`, value: (text) => duck`${text} = 'true'` };
    case 'Decimal': {
      const pattern = `-?(?:0|[1-9]\\d*)${type.scale > 0 ? `(?:\\.\\d{1,${type.scale}})?` : ''}`;
      return { readAs: 'VARCHAR', sure: (text) => duck`strlen(${text}) <= 15 AND ${matches(text, pattern)} AND ${cast(text)} IS NOT NULL`, value: cast };
    }
    case 'UUID':
      return { readAs: 'VARCHAR', sure: (text) => duck`CAST(${cast(text)} AS VARCHAR) = lower(${text})`, value: cast };
    case 'IPv4':
      return { readAs: 'VARCHAR', sure: (text) => matches(text, `${OCTET}(?:\\.${OCTET}){3}`), value: (text) => text };
    case 'Enum': {
      const ambiguous = /^(?:-?\d|[{[]|(?:true|false)$|-?(?:nan|inf))/i;
      if (type.values.some(({ name }) => ambiguous.test(name))) return undefined;
      return { readAs: 'VARCHAR', sure: (text) => duck`${text} IN (${type.values.map(({ name }) => duckString(name))})`, value: (text) => text };
    }
    case 'Date':
      return dateForm(cast, duck`BETWEEN DATE '1970-01-01' AND DATE '2149-06-06'`);
    case 'Date32':
      return dateForm(cast, duck`BETWEEN DATE '1900-01-01' AND DATE '2299-12-31'`);
    case 'DateTime':
      if (type.timeZone !== undefined && type.timeZone !== 'UTC') return undefined;
      return dateTimeForm(held);
    case 'DateTime64':
      if (type.timeZone !== undefined && type.timeZone !== 'UTC') return undefined;
      return quoted ? ticksForm(type.precision, held) : dateTime64Form(type.precision, held);
    case 'Array':
      return arrayForm(type.of, held);
    default:
      return undefined;
  }
}

/**
 * Unsure of what a number with a fraction, an object or an array may have been in the file. Most texts begin with a
 * letter and are through after one or two comparisons: `\\` and `{` stand around the small letters, `:` and `[` around the capitals.
 */
const BARE_TEXT: BulkForm = {
  readAs: 'VARCHAR',
  sure: (text) => duck`CASE
    WHEN ${text} >= '\\' AND ${text} < '{' THEN ${DUCK_TRUE}
    WHEN ${text} >= ':' AND ${text} < '[' THEN ${DUCK_TRUE}
    WHEN starts_with(${text}, '{') OR starts_with(${text}, '[') THEN ${DUCK_FALSE}
    WHEN (contains(${text}, '.') OR contains(${text}, 'e')) AND (${text} >= '0' AND ${text} < ':' OR starts_with(${text}, '-')) THEN TRY_CAST(${text} AS DOUBLE) IS NULL
    WHEN ${text} IS NOT NULL THEN ${DUCK_TRUE} END`,
  value: (text) => text,
};

const QUOTED_TEXT: BulkForm = {
  readAs: 'JSON',
  sure: (text) => duck`starts_with(${text}, '"')`,
  value: (text) => duck`CASE WHEN contains(${text}, '\\') THEN CAST(${text} AS JSON) ->> '$' ELSE substring(${text}, 2, length(${text}) - 2) END`,
};

function matches(text: DuckSql, pattern: string): DuckSql {
  return duck`regexp_full_match(${text}, ${duckString(pattern)})`;
}

function dateForm(cast: (text: DuckSql) => DuckSql, range: DuckSql): BulkForm {
  return { readAs: 'VARCHAR', sure: (text) => duck`${matches(text, DATE)} AND ${cast(text)} ${range}`, value: cast };
}

function dateTimeText(text: DuckSql, precision: number, held: DuckSql): DuckSql {
  return duck`TRY_CAST(left(rtrim(${text}, 'Z'), ${duckInteger(precision === 0 ? 19 : 20 + precision)}) AS ${held})`;
}

/** Texts, and nine or ten digits, which are seconds whether they came as number or as text. */
function dateTimeForm(held: DuckSql): BulkForm {
  const value = (text: DuckSql) => duck`CASE WHEN strlen(${text}) > 10 THEN ${dateTimeText(text, 0, held)} ELSE make_timestamp(TRY_CAST(${text} AS BIGINT) * 1000000) END`;
  const range = duck`BETWEEN TIMESTAMP '1970-01-01 00:00:00' AND TIMESTAMP '2106-02-07 06:28:15'`;
  // The everyday spelling is the one that DuckDB prints, which is told in a third of the time.
  const plain = (text: DuckSql) => duck`strlen(${text}) = 19 AND CAST(TRY_CAST(${text} AS ${held}) AS VARCHAR) = ${text}`;
  const sure = (text: DuckSql) => duck`CASE WHEN ${plain(text)} THEN ${text} >= '1970-01-01 00:00:00' AND ${text} <= '2106-02-07 06:28:15'
    ELSE ${matches(text, `${DATE_TIME}|\\d{9,10}`)} AND ${value(text)} ${range} END`;
  return { readAs: 'VARCHAR', sure, value };
}

function dateTime64Range(precision: number): DuckSql {
  return precision > 6
    ? duck`BETWEEN TIMESTAMP_NS '1900-01-01 00:00:00' AND TIMESTAMP_NS '2262-04-11 23:47:15'`
    : duck`BETWEEN TIMESTAMP '1900-01-01 00:00:00' AND TIMESTAMP '2299-12-31 23:59:59.999999'`;
}

function dateTime64Form(precision: number, held: DuckSql): BulkForm {
  const value = (text: DuckSql) => dateTimeText(text, precision, held);
  return { readAs: 'VARCHAR', sure: (text) => duck`${matches(text, DATE_TIME)} AND ${value(text)} ${dateTime64Range(precision)}`, value };
}

/** The same for a column that often holds numbers, which are ticks since 1970. */
function ticksForm(precision: number, held: DuckSql): BulkForm {
  const finest = precision > 6 ? 9 : 6;
  const make = precision > 6 ? duck`make_timestamp_ns` : duck`make_timestamp`;
  const value = (text: DuckSql) => duck`CASE WHEN starts_with(${text}, '"') THEN ${dateTimeText(duck`substring(${text}, 2, length(${text}) - 2)`, precision, held)}
    ELSE TRY(${make}(CAST(TRY_CAST(${text} AS HUGEINT) * ${duckInteger(10 ** (finest - precision))} AS BIGINT))) END`;
  return { readAs: 'JSON', sure: (text) => duck`${matches(text, `"${DATE_TIME}"|\\d{1,${11 + precision}}`)} AND ${value(text)} ${dateTime64Range(precision)}`, value };
}

/** Arrays of plain texts, and of numbers that are in range by their length. JSON arrives without white space. */
function arrayForm(type: ClickHouseType, held: DuckSql): BulkForm | undefined {
  const item = itemPattern(type.kind === 'LowCardinality' ? type.of : type);
  if (item === undefined) return undefined;
  return {
    readAs: 'JSON',
    sure: (text) => matches(text, `\\[(?:${item}(?:,${item})*)?\\]`),
    value: (text) => duck`TRY_CAST(CAST(${text} AS JSON) AS ${held})`,
  };
}

function itemPattern(type: ClickHouseType): string | undefined {
  switch (type.kind) {
    case 'String':
      return '"[^"\\\\]*"';
    case 'Integer':
      return `${type.signed ? '-?' : ''}\\d{1,${{ 8: 2, 16: 4, 32: 9, 64: 18, 128: 18, 256: 18 }[type.bits]}}`;
    case 'Float':
      return type.bits === 64 ? '-?\\d{1,20}(?:\\.\\d+)?(?:e[-+]?\\d{1,2})?' : undefined;
    default:
      return undefined;
  }
}

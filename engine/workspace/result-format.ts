/**
 * Results as text in ClickHouse's formats, byte for byte: the JSON family here, the others in files of their own.
 * Written column by column with one writer for each type. Parquet is no text: parquet.ts writes it.
 */
import { SandpiperError } from '../errors.ts';
import { printType, type ClickHouseType } from '../sql/types.ts';
import { boxText } from './box-text.ts';
import { jsonString, jsonWriter, type CellWriter, type JsonStyle } from './cell-text.ts';
import type { DuckDBValue } from './database.ts';
import { asTexts, jsonColumns, valuesText, verticalText } from './other-text.ts';
import { prettyWriter } from './pretty-json.ts';
import { prometheusText } from './prometheus.ts';
import { separatedText } from './separated-text.ts';
import { withinLimit } from './text-limit.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: ClickHouseType;
}

/** All rows of a query, column-wise. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly values: readonly (readonly DuckDBValue[])[];
  readonly rowCount: number;
  readonly elapsedSeconds: number;
  /** Known when the query had a LIMIT. */
  readonly rowsBeforeLimit?: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** It read Tinybird's service data sources: such runs are not counted in them. */
  readonly readsServices?: boolean;
  /** The row of WITH TOTALS. */
  readonly totals?: readonly DuckDBValue[];
  readonly sql: string;
  readonly duckdbSql: string;
  /** The rows as a file, where that was wanted; then there are no values. */
  readonly parquet?: Uint8Array<ArrayBuffer>;
}

export interface FormatOptions {
  readonly timeZone: string;
  readonly quoteBigIntegers?: boolean;
  readonly quoteDenormals?: boolean;
}

/** ClickHouse's name of a column's type. */
export function typeName(column: ResultColumn): string {
  return printType(column.type);
}

interface Format {
  readonly contentType: string;
  readonly write: (result: QueryResult, options: FormatOptions) => string;
}

const FORMATS: Readonly<Record<string, Format>> = {
  JSON: { contentType: 'application/json; charset=utf-8', write: (result, options) => json(result, options, false) },
  JSONCompact: { contentType: 'application/json; charset=utf-8', write: (result, options) => json(result, options, true) },
  JSONStrings: { contentType: 'application/json; charset=utf-8', write: (result, options) => json(result, options, false, asTexts(result, options.timeZone)) },
  JSONCompactStrings: { contentType: 'application/json; charset=utf-8', write: (result, options) => json(result, options, true, asTexts(result, options.timeZone)) },
  JSONColumns: { contentType: 'application/json; charset=utf-8', write: (result, options) => jsonColumns(result, styleOf(options)) },
  JSONStringsEachRow: { contentType: 'application/x-ndjson; charset=utf-8', write: (result, options) => jsonEachRow(asTexts(result, options.timeZone), options) },
  JSONCompactEachRowWithNames: { contentType: 'application/x-ndjson; charset=utf-8', write: (result, options) => headed(result, options, 1) },
  JSONCompactEachRowWithNamesAndTypes: { contentType: 'application/x-ndjson; charset=utf-8', write: (result, options) => headed(result, options, 2) },
  JSONCompactEachRow: { contentType: 'application/x-ndjson; charset=utf-8', write: (result, options) => headed(result, options, 0) },
  JSONEachRow: { contentType: 'application/x-ndjson; charset=utf-8', write: jsonEachRow },
  CSV: { contentType: 'text/csv; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'csv', 0) },
  CSVWithNames: { contentType: 'text/csv; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'csv', 1) },
  CSVWithNamesAndTypes: { contentType: 'text/csv; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'csv', 2) },
  TSV: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'tsv', 0) },
  TSVWithNames: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'tsv', 1) },
  TSVWithNamesAndTypes: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'tsv', 2) },
  TSVRaw: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'raw', 0) },
  TSVRawWithNames: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, { timeZone }) => separatedText(result, timeZone, 'raw', 1) },
  Values: { contentType: 'text/plain; charset=utf-8', write: (result, { timeZone }) => valuesText(result, timeZone) },
  Vertical: { contentType: 'text/plain; charset=utf-8', write: (result, { timeZone }) => verticalText(result, timeZone) },
  Null: { contentType: 'text/plain; charset=utf-8', write: () => '' },
  Prometheus: { contentType: 'text/plain; version=0.0.4', write: (result, { timeZone }) => prometheusText(result, timeZone) },
  PrettyCompact: { contentType: 'text/plain; charset=utf-8', write: (result, { timeZone }) => boxText(result, timeZone) },
};
const ALIASES: Readonly<Record<string, string>> = { NDJSON: 'JSONEachRow', JSONLines: 'JSONEachRow', TabSeparated: 'TSV', TabSeparatedRaw: 'TSVRaw', TabSeparatedRawWithNames: 'TSVRawWithNames', TabSeparatedWithNames: 'TSVWithNames', TabSeparatedWithNamesAndTypes: 'TSVWithNamesAndTypes' };

/** The format of a FORMAT clause; throws SandpiperError 'unsupported' for one that is not written here. */
export function getFormat(name: string): Format {
  const format = FORMATS[ALIASES[name] ?? name];
  if (!format) throw new SandpiperError('unsupported', `The format ${name} is not supported. Use one of ${Object.keys(FORMATS).join(', ')}, Parquet.`);
  return format;
}

function styleOf(options: FormatOptions): JsonStyle {
  return { bigIntegersAsText: options.quoteBigIntegers ?? false, denormalsAsText: options.quoteDenormals ?? false, escapeSlash: true, timeZone: options.timeZone };
}

const MARGIN = '\t\t\t';

/** `shown` has the cells, where they are not written in their own types. */
function json(result: QueryResult, options: FormatOptions, compact: boolean, shown = result): string {
  const style = styleOf(options);
  const meta = result.columns.map((column) => `\t\t{\n${MARGIN}"name": ${jsonString(column.name, true)},\n${MARGIN}"type": ${jsonString(printType(column.type), true)}\n\t\t}`);
  const rows = compact ? compactRows(shown, style) : prettyRows(shown, style, 2);
  const totals = shown.totals ? { ...shown, values: shown.totals.map((value) => [value]), rowCount: 1 } : undefined;
  const parts = [
    `\t"meta":\n\t[\n${meta.join(',\n')}\n\t]`,
    `\t"data":\n\t[\n${rows.map((row) => `\t\t${row}`).join(',\n')}\n\t]`,
    ...(totals ? [compact ? `\t"totals": ${compactRows(totals, style).join('')}` : `\t"totals":\n\t${prettyRows(totals, style, 1).join('')}`] : []),
    `\t"rows": ${result.rowCount}`,
    ...(result.rowsBeforeLimit === undefined ? [] : [`\t"rows_before_limit_at_least": ${result.rowsBeforeLimit}`]),
    `\t"statistics":\n\t{\n\t\t"elapsed": ${result.elapsedSeconds.toFixed(9)},\n\t\t"rows_read": ${result.rowsRead},\n\t\t"bytes_read": ${result.bytesRead}\n\t}`,
  ];
  return `{\n${parts.join(',\n\n')}\n}\n`;
}

function jsonEachRow(result: QueryResult, options: FormatOptions): string {
  const style = styleOf(options);
  return rowTexts(result, '{', '}\n', (column, index) => ({ before: `${index === 0 ? '' : ','}${jsonString(column.name, true)}:`, write: jsonWriter(column.type, style) })).join('');
}

/** Rows as lists, below lines with the names and the types. */
function headed(result: QueryResult, options: FormatOptions, headers: 0 | 1 | 2): string {
  const lists = [result.columns.map(({ name }) => name), result.columns.map(typeName)].slice(0, headers).map((texts) => `[${texts.map((text) => jsonString(text, true)).join(', ')}]`);
  return [...lists, ...compactRows(result, styleOf(options))].map((row) => `${row}\n`).join('');
}

function compactRows(result: QueryResult, style: JsonStyle): string[] {
  return rowTexts(result, '[', ']', (column, index) => ({ before: index === 0 ? '' : ', ', write: jsonWriter(column.type, style) }));
}

/** Rows over several lines; the first line of each stands at this many tabs. */
function prettyRows(result: QueryResult, style: JsonStyle, tabs: number): string[] {
  const margin = `\n${'\t'.repeat(tabs + 1)}`;
  return rowTexts(result, '{', `\n${'\t'.repeat(tabs)}}`, (column, index) => ({
    before: `${index === 0 ? '' : ','}${margin}${jsonString(column.name, true)}: `, write: prettyWriter(column.type, style, tabs + 1),
  }));
}

/** The text of each row, put together column by column. */
function rowTexts(result: QueryResult, open: string, close: string, cell: (column: ResultColumn, index: number) => { readonly before: string; readonly write: CellWriter }): string[] {
  const rows = Array.from({ length: result.rowCount }, () => open);
  result.columns.forEach((column, index) => {
    const { before, write } = cell(column, index);
    const values = result.values[index] ?? [];
    for (let row = 0; row < rows.length; row += 1) rows[row] += before + write(values[row] ?? null);
  });
  return withinLimit(rows).map((row) => row + close);
}

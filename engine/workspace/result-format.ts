/**
 * Results as text in ClickHouse's formats: JSON, JSONCompact, JSONEachRow, CSV, TSV and their WithNames forms. Written
 * column by column with one writer for each type.
 */
import { SandpiperError } from '../errors.ts';
import { printType, type ClickHouseType } from '../sql/types.ts';
import { isQuoted, jsonString, jsonWriter, textWriter, type JsonStyle } from './cell-text.ts';
import type { DuckDBValue } from './database.ts';

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
  /** The row of WITH TOTALS. */
  readonly totals?: readonly DuckDBValue[];
  readonly sql: string;
  readonly duckdbSql: string;
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
  JSONEachRow: { contentType: 'application/x-ndjson; charset=utf-8', write: jsonEachRow },
  CSV: { contentType: 'text/csv; charset=utf-8', write: (result, options) => separated(result, options, 'csv', 0) },
  CSVWithNames: { contentType: 'text/csv; charset=utf-8', write: (result, options) => separated(result, options, 'csv', 1) },
  CSVWithNamesAndTypes: { contentType: 'text/csv; charset=utf-8', write: (result, options) => separated(result, options, 'csv', 2) },
  TSV: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, options) => separated(result, options, 'tsv', 0) },
  TSVWithNames: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, options) => separated(result, options, 'tsv', 1) },
  TSVWithNamesAndTypes: { contentType: 'text/tab-separated-values; charset=utf-8', write: (result, options) => separated(result, options, 'tsv', 2) },
};
const ALIASES: Readonly<Record<string, string>> = { NDJSON: 'JSONEachRow', JSONLines: 'JSONEachRow', TabSeparated: 'TSV', TabSeparatedWithNames: 'TSVWithNames', TabSeparatedWithNamesAndTypes: 'TSVWithNamesAndTypes' };

/** The format of a FORMAT clause; throws SandpiperError 'unsupported' for one that is not written here. */
export function getFormat(name: string): Format {
  const format = FORMATS[ALIASES[name] ?? name];
  if (!format) throw new SandpiperError('unsupported', `The format ${name} is not supported. Use one of ${Object.keys(FORMATS).join(', ')}.`);
  return format;
}

function styleOf(options: FormatOptions): JsonStyle {
  return { bigIntegersAsText: options.quoteBigIntegers ?? false, denormalsAsText: options.quoteDenormals ?? false, escapeSlash: true, timeZone: options.timeZone };
}

function json(result: QueryResult, options: FormatOptions, compact: boolean): string {
  const style = styleOf(options);
  const meta = result.columns.map((column) => `\t\t{\n\t\t\t"name": ${jsonString(column.name, true)},\n\t\t\t"type": ${jsonString(printType(column.type), false)}\n\t\t}`);
  const parts = [
    `\t"meta":\n\t[\n${meta.join(',\n')}\n\t]`,
    `\t"data":\n\t[\n${rowsOfJson(result, style, compact).map((row) => `\t\t${row}`).join(',\n')}\n\t]`,
    ...(result.totals ? [`\t"totals": ${rowJson(result, result.totals, style, compact)}`] : []),
    `\t"rows": ${result.rowCount}`,
    ...(result.rowsBeforeLimit === undefined ? [] : [`\t"rows_before_limit_at_least": ${result.rowsBeforeLimit}`]),
    `\t"statistics":\n\t{\n\t\t"elapsed": ${result.elapsedSeconds.toFixed(9)},\n\t\t"rows_read": ${result.rowsRead},\n\t\t"bytes_read": ${result.bytesRead}\n\t}`,
  ];
  return `{\n${parts.join(',\n\n')}\n}\n`;
}

function jsonEachRow(result: QueryResult, options: FormatOptions): string {
  return rowsOfJson(result, styleOf(options), false).map((row) => `${row}\n`).join('');
}

function rowsOfJson(result: QueryResult, style: JsonStyle, compact: boolean): string[] {
  const rows = new Array<string>(result.rowCount).fill(compact ? '[' : '{');
  const last = result.columns.length - 1;
  result.columns.forEach((column, index) => {
    const write = jsonWriter(column.type, style);
    const values = result.values[index] ?? [];
    const before = `${index === 0 ? '' : ','}${compact ? '' : `${jsonString(column.name, true)}:`}`;
    const after = index === last ? (compact ? ']' : '}') : '';
    for (let row = 0; row < rows.length; row += 1) rows[row] += before + write(values[row] ?? null) + after;
  });
  return rows;
}

function rowJson(result: QueryResult, values: readonly DuckDBValue[], style: JsonStyle, compact: boolean): string {
  return rowsOfJson({ ...result, values: values.map((value) => [value]), rowCount: 1 }, style, compact)[0] ?? '{}';
}

function separated(result: QueryResult, options: FormatOptions, form: 'csv' | 'tsv', headers: 0 | 1 | 2): string {
  const comma = form === 'csv' ? ',' : '\t';
  const cell = form === 'csv' ? (text: string) => `"${text.replaceAll('"', '""')}"` : escapedTsv;
  const lines: string[] = [];
  if (headers > 0) lines.push(result.columns.map((column) => cell(column.name)).join(comma));
  if (headers > 1) lines.push(result.columns.map((column) => cell(printType(column.type))).join(comma));
  const writers = result.columns.map((column) => {
    const write = textWriter(column.type, options.timeZone);
    // CSV puts everything but plain numbers in quotes.
    const quoted = form === 'csv' && (isQuoted(column.type) || ['Array', 'Tuple', 'Map', 'Nested', 'Geo'].includes(column.type.kind));
    return (value: DuckDBValue) => {
      if (value === null) return '\\N';
      const text = write(value);
      return form === 'csv' && !quoted ? text : cell(text);
    };
  });
  for (let row = 0; row < result.rowCount; row += 1) lines.push(writers.map((write, index) => write(result.values[index]?.[row] ?? null)).join(comma));
  return lines.map((line) => `${line}\n`).join('');
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\0': '\\0' };

function escapedTsv(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\\\n\t\r\b\f\0]/g, (character) => TSV_ESCAPES[character] ?? character);
}

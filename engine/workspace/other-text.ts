/** Results as ClickHouse's Vertical and Values, and as JSON of columns or of numbered rows. */
import { jsonString, jsonWriter, textWriter, valueWriter, type JsonStyle } from './cell-text.ts';
import type { DuckDBValue } from './database.ts';
import type { QueryResult } from './result-format.ts';
import { withinLimit } from './text-limit.ts';

export const NULL_SIGN = 'ᴺᵁᴸᴸ';

/** A paragraph for each row, a line for each column. */
export function verticalText(result: QueryResult, timeZone: string): string {
  const width = Math.max(0, ...result.columns.map(({ name }) => [...name].length)) + 2;
  const writers = result.columns.map(({ type }) => textWriter(type, timeZone));
  const paragraph = (title: string, line: number, valueOf: (index: number) => DuckDBValue) => {
    const lines = result.columns.map(({ name }, index) => {
      const value = valueOf(index);
      return `${`${name}:`.padEnd(width)}${value === null ? NULL_SIGN : writers[index]?.(value)}`;
    });
    return `${[title, '─'.repeat(line), ...lines].join('\n')}\n`;
  };
  // ClickHouse underlines by the number of the next row.
  const rows = Array.from({ length: result.rowCount }, (_, row) => paragraph(`Row ${row + 1}:`, 5 + String(row + 2).length, (index) => result.values[index]?.[row] ?? null));
  const totals = result.totals ? `\n\n${paragraph('Totals:', 7, (index) => result.totals?.[index] ?? null)}` : '';
  return withinLimit(rows).join('\n') + totals;
}

/** As after VALUES of an INSERT. */
export function valuesText(result: QueryResult, timeZone: string): string {
  const writers = result.columns.map(({ type }) => valueWriter(type, timeZone));
  const rows = Array.from({ length: result.rowCount }, (_, row) => `(${writers.map((write, index) => write(result.values[index]?.[row] ?? null)).join(',')})`);
  return withinLimit(rows).join(',');
}

/** One JSON object of columns. */
export function jsonColumns(result: QueryResult, style: JsonStyle): string {
  const lines = result.columns.map(({ name, type }, index) => {
    const write = jsonWriter(type, style);
    return `\t${jsonString(name, style.escapeSlash)}: [${(result.values[index] ?? []).slice(0, result.rowCount).map((value) => write(value)).join(', ')}]`;
  });
  return `{\n${withinLimit(lines).join(',\n')}\n}\n`;
}

/** The result with each cell as the text that TSV writes, unescaped. */
export function asTexts(result: QueryResult, timeZone: string): QueryResult {
  const texts = result.columns.map(({ type }) => {
    const write = textWriter(type, timeZone);
    return (value: DuckDBValue) => (value === null ? NULL_SIGN : write(value));
  });
  return {
    ...result, columns: result.columns.map(({ name }) => ({ name, type: { kind: 'String' } })),
    values: result.values.map((values, index) => values.map((value) => texts[index]?.(value ?? null) ?? '')),
    ...(result.totals ? { totals: result.totals.map((value, index) => texts[index]?.(value ?? null) ?? '') } : {}),
  };
}

/** A result for the page: rows as arrays, integers beyond 53 bits and decimals as text, so that nothing is rounded. */
import { jsonString, jsonWriter } from '../workspace/cell-text.ts';
import { typeName, type QueryResult } from '../workspace/result-format.ts';

/** The JSON text of a RunView. */
export function runView(result: QueryResult, rowLimit: number, timeZone: string): string {
  const shown = Math.min(result.rowCount, rowLimit);
  const style = { bigIntegersAsText: true, denormalsAsText: true, escapeSlash: false, timeZone };
  const rows = new Array<string>(shown).fill('[');
  result.columns.forEach((column, index) => {
    const write = jsonWriter(column.type, style);
    const values = result.values[index] ?? [];
    for (let row = 0; row < shown; row += 1) rows[row] += (index === 0 ? '' : ',') + write(values[row] ?? null);
  });
  const columns = result.columns.map((column) => ({ name: column.name, type: typeName(column) }));
  const rest = { columns, rowCount: shown, truncated: result.rowCount > rowLimit, elapsedMs: result.elapsedSeconds * 1000 };
  return `{"rows":[${rows.map((row) => `${row}]`).join(',')}],"sql":${jsonString(result.sql, false)},"duckdbSql":${jsonString(result.duckdbSql, false)},${JSON.stringify(rest).slice(1)}`;
}

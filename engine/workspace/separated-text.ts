/**
 * Results as CSV and TSV in ClickHouse's spelling. CSV quotes everything but plain numbers and gives each part of a tuple
 * a column of its own; TSV escapes with backslashes. The row of WITH TOTALS follows after an empty line.
 */
import type { ClickHouseType } from '../sql/types.ts';
import { printType } from '../sql/types.ts';
import { tupleFieldNames } from '../sql/physical.ts';
import { escapedText, fieldOf, isQuoted, textWriter } from './cell-text.ts';
import type { DuckDBValue } from './database.ts';
import type { QueryResult } from './result-format.ts';
import { withinLimit } from './text-limit.ts';

interface TextColumn {
  readonly name: string;
  readonly type: ClickHouseType;
  readonly values: readonly DuckDBValue[];
  readonly total: DuckDBValue;
}

/** `headers`: none, the names, or the names and the types. */
export function separatedText(result: QueryResult, timeZone: string, form: 'csv' | 'tsv' | 'raw', headers: 0 | 1 | 2): string {
  const comma = form === 'csv' ? ',' : '\t';
  const quote = form === 'csv' ? quotedCsv : form === 'tsv' ? escapedText : String;
  const whole = result.columns.map((column, index): TextColumn => ({ ...column, values: result.values[index] ?? [], total: result.totals?.[index] ?? null }));
  const columns = form === 'csv' ? whole.flatMap(partsOf) : whole;
  const writers = columns.map((column) => {
    const write = textWriter(column.type, timeZone);
    const bare = form === 'csv' ? !isQuoted(column.type) && !isNested(column.type) : isNested(column.type);
    return (value: DuckDBValue) => (value === null ? '\\N' : bare ? write(value) : quote(write(value)));
  });
  const lines: string[] = [];
  if (headers > 0) lines.push(columns.map(({ name }) => quote(name)).join(comma));
  if (headers > 1) lines.push(columns.map(({ type }) => quote(printType(type))).join(comma));
  for (let row = 0; row < result.rowCount; row += 1) lines.push(writers.map((write, index) => write(columns[index]?.values[row] ?? null)).join(comma));
  if (result.totals) lines.push('', writers.map((write, index) => write(columns[index]?.total ?? null)).join(comma));
  return withinLimit(lines).map((line) => `${line}\n`).join('');
}

function quotedCsv(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A tuple's parts as columns, `t.1` and `t.2`, however deep; other columns as they are. */
function partsOf(column: TextColumn): readonly TextColumn[] {
  const { name, type, values, total } = column;
  if (type.kind !== 'Tuple' || type.elements.length === 0) return [column];
  const fields = tupleFieldNames(type.elements);
  return type.elements.flatMap((element, index) => {
    const field = fields[index] ?? '';
    return partsOf({ name: `${name}.${element.name ?? index + 1}`, type: element.type, values: values.map((value) => fieldOf(value, field)), total: fieldOf(total, field) });
  });
}

/** Values with brackets, whose own texts are escaped already. */
function isNested(type: ClickHouseType): boolean {
  return ['Array', 'Tuple', 'Map', 'Nested', 'Geo'].includes(type.kind);
}

/** Results as ClickHouse's PrettyCompact: a table for people, numbers and times to the right, rows counted. */
import type { ClickHouseType } from '../sql/types.ts';
import { textWriter } from './cell-text.ts';
import { NULL_SIGN } from './other-text.ts';
import type { QueryResult } from './result-format.ts';

export function boxText(result: QueryResult, timeZone: string): string {
  if (result.rowCount === 0) return '';
  const totals = result.totals ? { ...result, values: result.totals.map((value) => [value]), rowCount: 1 } : undefined;
  return `${box(result, timeZone)}${totals ? `\nTotals:\n${box(totals, timeZone)}` : ''}`;
}

function box(result: QueryResult, timeZone: string): string {
  const margin = String(result.rowCount).length + 2;
  const columns = result.columns.map((column, index) => {
    const write = textWriter(column.type, timeZone);
    const texts = (result.values[index] ?? []).slice(0, result.rowCount).map((value) => (value === null ? NULL_SIGN : write(value)));
    const width = texts.reduce((most, text) => Math.max(most, lengthOf(text)), lengthOf(column.name));
    const toRight = standsRight(column.type);
    const pad = (text: string, filler: string) => (toRight ? filler.repeat(width - lengthOf(text)) + text : text + filler.repeat(width - lengthOf(text)));
    return { name: pad(column.name, '─'), texts: texts.map((text) => pad(text, ' ')), width };
  });
  const lines = [`${' '.repeat(margin)}┌─${columns.map(({ name }) => name).join('─┬─')}─┐`];
  for (let row = 0; row < result.rowCount; row += 1) lines.push(`${`${row + 1}.`.padStart(margin - 1)} │ ${columns.map(({ texts }) => texts[row] ?? '').join(' │ ')} │`);
  lines.push(`${' '.repeat(margin)}└─${columns.map(({ width }) => '─'.repeat(width)).join('─┴─')}─┘`);
  return `${lines.join('\n')}\n`;
}

function standsRight(type: ClickHouseType): boolean {
  switch (type.kind) {
    case 'Nullable':
    case 'LowCardinality':
      return standsRight(type.of);
    case 'SimpleAggregateFunction':
      return type.arguments[0] !== undefined && standsRight(type.arguments[0]);
    default:
      return ['Integer', 'Float', 'Decimal', 'BFloat16', 'Date', 'Date32', 'DateTime', 'DateTime64'].includes(type.kind);
  }
}

function lengthOf(text: string): number {
  return [...text].length;
}

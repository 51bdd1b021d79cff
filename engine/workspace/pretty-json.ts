/**
 * Values as ClickHouse's format JSON lays them out: arrays of plain values on one line, everything nested deeper on lines
 * of its own, each level one tab further in. Plain values are written as in every other JSON format (cell-text.ts).
 */
import { tupleFieldNames } from '../sql/physical.ts';
import type { ClickHouseType, TupleElement } from '../sql/types.ts';
import { fieldOf, itemsOf, jsonString, jsonWriter, pairsOf, textWriter, type CellWriter, type JsonStyle } from './cell-text.ts';

/** A writer of laid-out JSON text for values of the type, whose first line stands at this many tabs. */
export function prettyWriter(type: ClickHouseType, style: JsonStyle, tabs: number): CellWriter {
  const laidOut = nestedWriter(type, style, tabs);
  return laidOut ? (value) => (value === null ? 'null' : laidOut(value)) : jsonWriter(type, style);
}

/** Undefined for a type whose values stay on one line. */
function nestedWriter(type: ClickHouseType, style: JsonStyle, tabs: number): CellWriter | undefined {
  switch (type.kind) {
    case 'Nullable':
    case 'LowCardinality':
    case 'Geo':
      return nestedWriter(type.of, style, tabs);
    case 'SimpleAggregateFunction':
      return type.arguments[0] && nestedWriter(type.arguments[0], style, tabs);
    case 'Array': {
      if (!nestedWriter(type.of, style, tabs)  && !isArray(type.of)) return undefined;
      const item = prettyWriter(type.of, style, tabs + 1);
      return (value) => lines('[', itemsOf(value).map(item), ']', tabs);
    }
    case 'Nested': {
      const item = tupleWriter(type.elements, style, tabs + 1);
      return (value) => lines('[', itemsOf(value).map(item), ']', tabs);
    }
    case 'Tuple':
      return tupleWriter(type.elements, style, tabs);
    case 'Map': {
      const key = textWriter(type.key, style.timeZone);
      const item = prettyWriter(type.value, style, tabs + 1);
      return (value) => lines('{', pairsOf(value).map((pair) => `${jsonString(key(pair.key), style.escapeSlash)}: ${item(pair.value)}`), '}', tabs);
    }
    default:
      return undefined;
  }
}

function tupleWriter(elements: readonly TupleElement[], style: JsonStyle, tabs: number): CellWriter {
  const names = tupleFieldNames(elements);
  const named = elements.length > 0 && elements.every((element) => element.name !== undefined);
  const writers = elements.map((element) => prettyWriter(element.type, style, tabs + 1));
  return (value) => {
    const cells = writers.map((write, index) => write(fieldOf(value, names[index] ?? '')));
    return named ? lines('{', cells.map((cell, index) => `${jsonString(names[index] ?? '', style.escapeSlash)}: ${cell}`), '}', tabs) : lines('[', cells, ']', tabs);
  };
}

function isArray(type: ClickHouseType): boolean {
  return type.kind === 'Array' || (type.kind === 'Geo' && isArray(type.of));
}

function lines(open: string, cells: readonly string[], close: string, tabs: number): string {
  if (cells.length === 0) return open + close;
  const margin = `\n${'\t'.repeat(tabs + 1)}`;
  return `${open}${margin}${cells.join(`,${margin}`)}\n${'\t'.repeat(tabs)}${close}`;
}

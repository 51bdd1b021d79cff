/**
 * A result as a grid: only the rows in sight are in the page, columns can be made wider and sorted, the arrow keys walk
 * the cells and Ctrl+C copies one. Integers of any size show every digit; NULL and empty text look different.
 * Sorting is of the rows that came; the pane tells when there were more.
 */
import { columnResizingFeature, columnSizingFeature, createSortedRowModel, rowSortingFeature, tableFeatures, useTable, type ColumnDef, type SortFn } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { CellValue, RunView } from '../../engine/api/protocol.ts';
import { roleOf, textOf } from './column-role.ts';
import css from './result-grid.module.css';

const features = tableFeatures({ columnSizingFeature, columnResizingFeature, rowSortingFeature, sortedRowModel: createSortedRowModel() });
type GridFeatures = typeof features;
type Row = readonly CellValue[];

const ROW_HEIGHT = 28;
const CELL_TEXT_AT_MOST = 500;

export function ResultGrid({ result, label }: { result: RunView; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState({ row: 0, column: 0 });
  const columns = useMemo(() => columnsOf(result), [result]);
  const data = useMemo(() => [...result.rows], [result]);
  const table = useTable<GridFeatures, Row>({ features, columns, data, columnResizeMode: 'onChange', sortDescFirst: false });
  const rows = table.getRowModel().rows;
  const virtualizer = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const width = headers.reduce((sum, header) => sum + header.getSize(), 0);

  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / ROW_HEIGHT) - 2);
    const step = STEPS[event.key]?.(page);
    if (step) {
      event.preventDefault();
      const row = bounded(event.ctrlKey && event.key === 'Home' ? 0 : event.ctrlKey && event.key === 'End' ? rows.length - 1 : cursor.row + step.rows, rows.length);
      const column = bounded(cursor.column + step.columns, columns.length);
      setCursor({ row, column });
      virtualizer.scrollToIndex(row);
      scroller.current?.querySelector(`[data-header="${column}"]`)?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
    } else if ((event.ctrlKey || event.metaKey) && event.key === 'c' && String(getSelection()) === '') {
      event.preventDefault();
      void navigator.clipboard.writeText(textOf(rows[cursor.row]?.original[cursor.column] ?? null));
    }
  };

  return (
    <div
      ref={scroller}
      className={css.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={rows.length > 0 ? `cell-${cursor.row}-${cursor.column}` : undefined}
      tabIndex={0}
      onKeyDown={move}
    >
      <div className={css.head} role="row" aria-rowindex={1} style={{ width }}>
        {headers.map((header, index) => {
          const column = result.columns[index];
          const sorted = header.column.getIsSorted();
          return (
            <div
              key={header.id}
              data-header={index}
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
              className={css.header}
              style={{ width: header.getSize() }}
            >
              <button type="button" tabIndex={-1} className={css.sort} onClick={header.column.getToggleSortingHandler()} title={`${column?.name} ${column?.type}: sort`}>
                <span className={css.name}>{column?.name}</span>
                {sorted === 'asc' && <ArrowUp size={12} aria-hidden />}
                {sorted === 'desc' && <ArrowDown size={12} aria-hidden />}
                <span className={css.type}>{column?.type}</span>
              </button>
              <div className={css.handle} aria-hidden onMouseDown={header.getResizeHandler()} onTouchStart={header.getResizeHandler()} onDoubleClick={() => header.column.resetSize()} />
            </div>
          );
        })}
      </div>
      <div role="rowgroup" className={css.body} style={{ height: virtualizer.getTotalSize(), width }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div key={row.id} role="row" aria-rowindex={item.index + 2} className={css.row} style={{ transform: `translateY(${item.start}px)`, height: ROW_HEIGHT }}>
              {headers.map((header, column) => (
                <div
                  key={header.id}
                  id={`cell-${item.index}-${column}`}
                  role="gridcell"
                  aria-colindex={column + 1}
                  className={css.cell}
                  data-role={roleOf(result.columns[column]?.type ?? '')}
                  data-cursor={cursor.row === item.index && cursor.column === column ? '' : undefined}
                  style={{ width: header.getSize() }}
                  onMouseDown={() => setCursor({ row: item.index, column })}
                >
                  <CellText cell={row.original[column] ?? null} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const STEPS: Readonly<Record<string, (page: number) => { rows: number; columns: number }>> = {
  ArrowDown: () => ({ rows: 1, columns: 0 }),
  ArrowUp: () => ({ rows: -1, columns: 0 }),
  ArrowLeft: () => ({ rows: 0, columns: -1 }),
  ArrowRight: () => ({ rows: 0, columns: 1 }),
  PageDown: (page) => ({ rows: page, columns: 0 }),
  PageUp: (page) => ({ rows: -page, columns: 0 }),
  Home: () => ({ rows: 0, columns: -Infinity }),
  End: () => ({ rows: 0, columns: Infinity }),
};

function bounded(position: number, count: number): number {
  return Math.max(0, Math.min(position, count - 1));
}

function CellText({ cell }: { cell: CellValue }) {
  if (cell === null) return <span className={css.null}>NULL</span>;
  if (cell === '') return <span className={css.empty} title="empty text">&apos;&apos;</span>;
  const text = textOf(cell);
  if (text.length <= CELL_TEXT_AT_MOST) return <span title={text.length > 24 ? text : undefined}>{text}</span>;
  return <span title={`${text.length} characters, cut here`}>{text.slice(0, CELL_TEXT_AT_MOST)}…</span>;
}

function columnsOf(result: RunView): ColumnDef<GridFeatures, Row>[] {
  return result.columns.map((column, index) => ({
    id: String(index),
    header: column.name,
    accessorFn: (row: Row) => row[index] ?? null,
    sortFn: compareCells(roleOf(column.type) === 'number'),
    size: Math.min(320, Math.max(90, 8.2 * Math.max(column.name.length, column.type.length * 0.85, widest(result, index)) + 24)),
    minSize: 48,
  }));
}

function widest(result: RunView, column: number): number {
  return result.rows.slice(0, 40).reduce((longest, row) => Math.max(longest, textOf(row[column] ?? null).length), 0);
}

/** NULL after everything; exact for integers beyond a double, which are text. */
function compareCells(numeric: boolean): SortFn<GridFeatures, Row> {
  return (left, right, id) => {
    const a = left.original[Number(id)] ?? null;
    const b = right.original[Number(id)] ?? null;
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (numeric && isWhole(a) && isWhole(b)) {
      const difference = BigInt(a) - BigInt(b);
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    }
    if (numeric) return Number(a) - Number(b);
    const [first, second] = [textOf(a), textOf(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  };
}

function isWhole(cell: CellValue): cell is string {
  return typeof cell === 'string' && /^-?\d+$/.test(cell);
}

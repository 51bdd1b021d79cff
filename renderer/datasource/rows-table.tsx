/** Rows of a data source or of its quarantine in the grid, asked again as rows arrive. */
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DataSourceView } from '../../engine/api/protocol.ts';
import { wholeNumber } from '../readable.ts';
import { ResultGrid } from '../result/result-grid.tsx';
import { useRun } from '../runs.ts';
import css from './rows-table.module.css';

const SAMPLE_ROWS = 500;
const PLAIN_NAME = /^[A-Za-z_]\w*$/;

interface RowsTableProps {
  readonly subject: string;
  readonly query: string;
  /** Of the project. */
  readonly revision: number;
  readonly source: DataSourceView;
  readonly label: string;
  readonly empty: ReactNode;
  readonly isEmpty: boolean;
}

export function RowsTable({ subject, query, revision, source, label, empty, isEmpty }: RowsTableProps) {
  const asked = isEmpty ? undefined : { source: { kind: 'sql' as const, sql: query }, parameters: {}, rowLimit: SAMPLE_ROWS, revision };
  const run = useRun(subject, asked, 0, [source.name]);
  const shown = run.result?.rows.length ?? 0;
  const all = subject.endsWith(':quarantine') ? source.quarantinedCount : source.rowCount;
  if (isEmpty) return <div className={css.empty}>{empty}</div>;
  return (
    <div className={css.holder} aria-busy={run.running}>
      {run.error && <p className={css.failure} role="alert"><CircleAlert size={14} aria-hidden /> {run.error.error}</p>}
      <div className={css.grid} data-dimmed={run.error ? '' : undefined}>
        {run.result ? <ResultGrid result={run.result} label={label} /> : !run.error && <p className={css.empty}>Reading rows…</p>}
      </div>
      <p className={css.note} role="status">{run.result && (shown < all ? `Showing ${wholeNumber(shown)} of ${wholeNumber(all)} rows${orderOf(source) ? ', newest first' : ''}` : shown === 1 ? 'The only row' : `All ${wholeNumber(shown)} rows`)}</p>
    </div>
  );
}

/** The newest rows where the sorting key begins with a time, else some rows. */
export function rowsQuery(source: DataSourceView): string {
  const order = orderOf(source);
  return `SELECT * FROM ${quoted(source.name)}${order === undefined ? '' : ` ORDER BY ${quoted(order)} DESC`} LIMIT ${SAMPLE_ROWS}`;
}

export function quarantineQuery(source: DataSourceView): string {
  return `SELECT * FROM ${quoted(`${source.name}_quarantine`)} ORDER BY insertion_date DESC LIMIT ${SAMPLE_ROWS}`;
}

function orderOf(source: DataSourceView): string | undefined {
  const first = source.sortingKey.split(',')[0]?.trim();
  return source.columns.find((column) => column.name === first && /^(Nullable\(|LowCardinality\()?Date/.test(column.type))?.name;
}

function quoted(name: string): string {
  return PLAIN_NAME.test(name) ? name : `\`${name.replace(/[`\\]/g, '\\$&')}\``;
}

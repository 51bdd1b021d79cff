/**
 * What a node or an endpoint answers: chart, table, JSON and SQL of one result. Loading keeps the last result, dimmed,
 * under a thin line; slow offers cancel; an error names its place and links to it; partial says how many of how many.
 */
import { CircleAlert, LoaderCircle } from 'lucide-react';
import { Suspense, lazy, useEffect, useState } from 'react';
import type { ErrorBody, RunView } from '../../engine/api/protocol.ts';
import type { Place } from '../../engine/errors.ts';
import { chooseChart } from './chart-choice.ts';
import { readableNumber } from './column-role.ts';
import { ResultGrid } from './result-grid.tsx';
import css from './result-pane.module.css';

const ChartView = lazy(() => import('./chart-view.tsx').then((module) => ({ default: module.ChartView })));

const VIEWS = ['chart', 'table', 'json', 'sql'] as const;
type View = (typeof VIEWS)[number];
const LABELS: Readonly<Record<View, string>> = { chart: 'Chart', table: 'Table', json: 'JSON', sql: 'SQL' };
const SLOW_MS = 2_000;
const JSON_ROWS = 200;

interface ResultPaneProps {
  readonly result: RunView | undefined;
  readonly running: boolean;
  readonly error: ErrorBody | undefined;
  readonly name: string;
  readonly onCancel: () => void;
  readonly onPlace?: (place: Place) => void;
}

export function ResultPane({ result, running, error, name, onCancel, onPlace }: ResultPaneProps) {
  const [chosen, setChosen] = useState<View>();
  const view = chosen ?? (result && chooseChart(result) ? 'chart' : 'table');
  const slow = useSlow(running);
  return (
    <section className={css.pane} aria-label={`Result of ${name}`} aria-busy={running}>
      <div className={css.bar}>
        <div role="tablist" aria-label="View of the result" className={css.tabs}>
          {VIEWS.map((one) => (
            <button key={one} type="button" role="tab" id={`view-${one}`} aria-selected={view === one} aria-controls="result-view" tabIndex={view === one ? 0 : -1} className={css.tab} onClick={() => setChosen(one)} onKeyDown={(event) => walkTabs(event.key, view, setChosen)}>
              {LABELS[one]}
            </button>
          ))}
        </div>
        <p className={css.summary} role="status">{summary(result, running, error)}</p>
        {slow && <button type="button" className={css.cancel} onClick={onCancel}>Cancel</button>}
      </div>
      {running && <div className={css.progress} aria-hidden />}
      {error && <Failure error={error} onPlace={onPlace} />}
      <div id="result-view" role="tabpanel" aria-labelledby={`view-${view}`} className={css.content} data-dimmed={running || error ? '' : undefined}>
        {result ? <Content view={view} result={result} name={name} /> : !error && <p className={css.empty}>{running ? 'Running…' : 'Choose a node to see what it answers.'}</p>}
      </div>
    </section>
  );
}

function Content({ view, result, name }: { view: View; result: RunView; name: string }) {
  switch (view) {
    case 'chart':
      return <Suspense fallback={<p className={css.empty}><LoaderCircle size={14} aria-hidden /> Loading the chart…</p>}><ChartView result={result} name={name} /></Suspense>;
    case 'table':
      return result.rows.length === 0 ? <p className={css.empty}>The query ran and gave no rows. Try other parameters, or a wider range of time.</p> : <ResultGrid result={result} label={`Rows of ${name}`} />;
    case 'json':
      return <pre className={css.text} tabIndex={0}>{jsonText(result)}</pre>;
    default:
      return (
        <div className={css.text} tabIndex={0} role="region" aria-label="SQL">
          <h3>ClickHouse SQL, rendered</h3>
          <pre>{result.sql.trim()}</pre>
          <h3>DuckDB SQL that ran</h3>
          <pre>{result.duckdbSql}</pre>
        </div>
      );
  }
}

function Failure({ error, onPlace }: { error: ErrorBody; onPlace: ((place: Place) => void) | undefined }) {
  const place = error.place;
  return (
    <div className={css.failure} role="alert">
      <CircleAlert size={16} aria-hidden />
      <span>{error.error}</span>
      {place && (
        <button type="button" className={css.link} onClick={() => onPlace?.(place)} disabled={!onPlace}>
          {place.path ? `${place.path}, ` : ''}line {place.line}, column {place.column}
        </button>
      )}
    </div>
  );
}

function summary(result: RunView | undefined, running: boolean, error: ErrorBody | undefined): string {
  if (running) return 'Running…';
  if (error) return result ? 'Showing the last result that worked' : '';
  if (!result) return '';
  const rows = result.truncated ? `first ${readableNumber(result.rows.length)} rows of more` : `${readableNumber(result.rowCount)} ${result.rowCount === 1 ? 'row' : 'rows'}`;
  return `${rows} · ${readableNumber(Math.round(result.elapsedMs * 10) / 10)} ms`;
}

/** The rows as the endpoint would spell them, 64-bit integers bare. */
function jsonText(result: RunView): string {
  const lines = result.rows.slice(0, JSON_ROWS).map((row) => {
    const cells = row.map((cell, index) => {
      const column = result.columns[index];
      const bare = typeof cell === 'string' && /^-?\d+$/.test(cell) && /Int(64|128|256)\b/.test(column?.type ?? '');
      return `  ${JSON.stringify(column?.name ?? '')}: ${bare ? cell : JSON.stringify(cell)}`;
    });
    return `{\n${cells.join(',\n')}\n}`;
  });
  const rest = result.rows.length - JSON_ROWS;
  return `[${lines.join(', ')}]${rest > 0 ? `\n\n… and ${rest} more rows, not shown here` : ''}`;
}

function walkTabs(key: string, view: View, choose: (view: View) => void): void {
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  const next = VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length];
  if (step === 0 || next === undefined) return;
  choose(next);
  document.getElementById(`view-${next}`)?.focus();
}

function useSlow(running: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [running]);
  return slow && running;
}

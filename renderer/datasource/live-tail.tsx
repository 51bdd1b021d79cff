/**
 * Events as they arrive at a data source: the rows that the engine kept to show, rates and refusals, by token; paused
 * and filtered here, so that the engine's work is the same for any view. What was left out is said.
 */
import { CircleAlert, Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { DataSourceView } from '../../engine/api/protocol.ts';
import { followTail } from '../api.ts';
import { Button } from '../parts/button.tsx';
import { counted, wholeNumber } from '../readable.ts';
import css from './live-tail.module.css';
import { EMPTY_TAIL, filterTail, ratesOf, takeTail, type TailState } from './tail-state.ts';

export function LiveTail({ source }: { source: DataSourceView }) {
  const [tail, setTail] = useState<TailState>(EMPTY_TAIL);
  const [isPaused, setPaused] = useState(false);
  const [filter, setFilter] = useState({ text: '', token: '', onlyRejected: false });
  const paused = useRef(false);
  const arrived = useRef<TailState>(EMPTY_TAIL);

  useEffect(() => followTail(source.name, (message) => {
    arrived.current = takeTail(arrived.current, message);
    if (!paused.current) setTail(arrived.current);
  }), [source.name]);

  const pause = (on: boolean) => {
    paused.current = on;
    setPaused(on);
    if (!on) setTail(arrived.current);
  };
  const tokens = tail.last?.tokens ?? [];
  const shown = filterTail(tail.rows, filter);
  const rates = ratesOf(tail, filter.token === '' ? undefined : filter.token);

  return (
    <div className={css.holder}>
      <div className={css.bar}>
        <Button aria-pressed={isPaused} onClick={() => pause(!isPaused)}>{isPaused ? <><Play size={13} aria-hidden /> Go on</> : <><Pause size={13} aria-hidden /> Pause</>}</Button>
        <input className={css.filter} type="search" placeholder="Rows that contain…" aria-label="Show only rows that contain" value={filter.text} onChange={(event) => setFilter({ ...filter, text: event.target.value })} />
        {tokens.length > 1 && (
          <select className={css.filter} aria-label="Show only rows of a token" value={filter.token} onChange={(event) => setFilter({ ...filter, token: event.target.value })}>
            <option value="">All tokens</option>
            {tokens.map(({ name }) => <option key={name} value={name}>{name}</option>)}
          </select>
        )}
        <label className={css.check}><input type="checkbox" checked={filter.onlyRejected} onChange={(event) => setFilter({ ...filter, onlyRejected: event.target.checked })} /> only rejected</label>
        <p className={css.rates}>
          <span><b>{wholeNumber(Math.round(rates.rows))}</b> rows/s</span>
          <span>{wholeNumber(Math.round(rates.requests))} requests/s</span>
          <span data-bad={rates.rejected > 0 ? '' : undefined}>{wholeNumber(Math.round(rates.rejected))} rejected/s</span>
        </p>
      </div>
      {tail.refusals[0] && (
        <p className={css.refusal} role="status"><CircleAlert size={14} aria-hidden /> {counted(tail.last?.refused ?? 0, 'request')} refused, the last at {timeOf(tail.refusals[0].at)} with {tail.refusals[0].status}: {tail.refusals[0].message}</p>
      )}
      <div className={css.rows} tabIndex={0} role="log" aria-live="off" aria-label={`Events of ${source.name} as they arrive`}>
        {shown.map((row) => (
          <div key={row.sequence} className={css.row} data-bad={row.fault === undefined ? undefined : ''}>
            <time dateTime={row.at}>{timeOf(row.at)}</time>
            <span className={css.token} title={row.token}>{row.token}</span>
            <code>{row.text}{row.isCut && <i> … cut here</i>}{row.fault !== undefined && <span className={css.fault}><CircleAlert size={12} aria-hidden /> {row.fault}</span>}</code>
          </div>
        ))}
        {shown.length === 0 && <p className={css.empty}>{tail.rows.length > 0 ? 'No row that was kept fits the filter.' : 'Waiting for events. Copy the line below and run it: its row appears here.'}</p>}
      </div>
      <p className={css.note}>{noteOf(tail, shown.length, isPaused)}</p>
    </div>
  );
}

function noteOf({ last, rows }: TailState, shown: number, isPaused: boolean): string {
  if (!last) return 'Connecting…';
  const { total, leftOut } = last;
  const parts = [
    isPaused ? 'Paused; the engine goes on receiving' : 'Newest first, times in UTC',
    `${counted(total.rows + total.rejected, 'row')} in ${counted(total.requests, 'request')} since the engine started, ${wholeNumber(total.rejected)} rejected`,
    shown < rows.length ? `${wholeNumber(shown)} of the last ${wholeNumber(rows.length)} shown` : '',
    leftOut > 0 ? `${counted(leftOut, 'row')} not shown here because too many came at once` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function timeOf(iso: string): string {
  return iso.slice(11, 23);
}

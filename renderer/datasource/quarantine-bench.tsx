/**
 * The quarantine of a data source: rows grouped by what is wrong with them, a row with its fault marked, and fixes with
 * how many rows each would bring back. Below, all rejected rows.
 */
import { Undo2 } from 'lucide-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CauseView, DataSourceView as Source } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice } from '../desk-state.ts';
import { Button } from '../parts/button.tsx';
import { queryClient } from '../queries.ts';
import { counted } from '../readable.ts';
import css from './quarantine-bench.module.css';

export function QuarantineBench({ source, revision }: { source: Source; revision: number }) {
  const key = ['quarantine', source.name, source.quarantinedCount, revision];
  const { data, error } = useQuery({ queryKey: key, queryFn: ({ signal }) => api.quarantine(source.name, signal), placeholderData: keepPreviousData });
  const [working, setWorking] = useState(false);
  const act = async (deed: () => Promise<string>) => {
    setWorking(true);
    try {
      addNotice('info', await deed());
    } catch (failure) {
      addNotice('error', errorBodyOf(failure).error);
    }
    setWorking(false);
    void queryClient.invalidateQueries({ queryKey: ['quarantine', source.name] });
  };
  if (error) return <p className={css.state} role="alert">{errorBodyOf(error).error}</p>;
  if (!data) return <p className={css.state}>Looking for the causes…</p>;
  const { lastReplay } = data;
  return (
    <section className={css.bench} aria-label="Causes" aria-busy={working}>
      {lastReplay && (
        <p className={css.last}>
          <span>{lastReplay.label}: {counted(lastReplay.rows, 'row')} taken in.</span>
          <Button look="link" disabled={working} onClick={() => void act(async () => {
            await api.undoReplay(source.name, lastReplay.id);
            return `${counted(lastReplay.rows, 'row')} are back in the quarantine of ${source.name}, and its file is as it was.`;
          })}><Undo2 size={13} aria-hidden /> Undo</Button>
        </p>
      )}
      {data.rows < data.allRows && <p className={css.state}>The newest {counted(data.rows, 'row')} of {counted(data.allRows, 'row')} were looked at.</p>}
      <ul className={css.causes}>
        {data.causes.map((cause) => (
          <li key={`${cause.column} ${cause.reason}`} className={css.cause}>
            <Facts cause={cause} />
            <div className={css.fixes} role="group" aria-label={`Fixes for ${cause.reason}`}>
              {cause.proposals.map(({ fix, label, rescues }) => (
                <Button key={label} disabled={working} onClick={() => void act(async () => {
                  const { replayed, left } = await api.fixQuarantine(source.name, fix);
                  return `${counted(replayed, 'row')} of ${source.name} taken in, ${counted(left, 'row')} left in quarantine.`;
                })}>
                  {label}<span className={css.rescues}>{rescues === cause.rows ? `rescues ${rescues === 1 ? 'it' : `all ${counted(rescues, 'row')}`}` : `rescues ${rescues} of ${cause.rows}`}</span>
                </Button>
              ))}
              {cause.proposals.length === 0 && <span className={css.none}>{cause.column === '' ? 'The line is no row: mend it where it comes from.' : 'No change of the schema takes these rows as they are.'}</span>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ cause }: { cause: CauseView }) {
  const [first] = cause.examples;
  return (
    <div>
      <h2 className={css.reason}><span className={css.count}>{counted(cause.rows, 'row')}</span> {cause.reason}</h2>
      {first && (
        <figure className={css.example}>
          <pre tabIndex={0}>{first.mark ? <>{first.raw.slice(0, first.mark.start)}<mark>{first.raw.slice(first.mark.start, first.mark.end)}</mark>{first.raw.slice(first.mark.end)}</> : first.raw}</pre>
          <figcaption>{[first.message === cause.reason ? '' : first.message, first.line === null ? '' : `line ${first.line.toLocaleString('en-US')}${first.file === null ? '' : ` of ${first.file}`}`].filter((part) => part !== '').join(', ')}</figcaption>
        </figure>
      )}
    </div>
  );
}

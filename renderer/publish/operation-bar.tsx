/** What a copy, a sink or a materialized view does to data: a button that does it now, its schedule, and how it went last. */
import type { JobView, Operation, PipeView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice, openTab } from '../desk-state.ts';
import { Button } from '../parts/button.tsx';
import { useJobs } from '../queries.ts';
import css from './endpoint-bar.module.css';

type Kind = Operation['kind'];

const DEEDS: Readonly<Record<Kind, { readonly label: string; readonly job: JobView['kind'] }>> = {
  copy: { label: 'Copy now', job: 'copy' },
  sink: { label: 'Export now', job: 'sink' },
  populate: { label: 'Fill again from all rows', job: 'populate' },
};

/** What the pipe does to data; undefined for one that only answers. */
export function operationOf(pipe: PipeView): Kind | undefined {
  return pipe.type === 'copy' || pipe.type === 'sink' ? pipe.type : pipe.type === 'materialized' ? 'populate' : undefined;
}

export function OperationBar({ pipe, kind, values }: { pipe: PipeView; kind: Kind; values: Readonly<Record<string, string>> }) {
  const { data: jobs = [] } = useJobs();
  const target = pipe.nodes.find((node) => node.target !== undefined)?.target;
  const { label, job } = DEEDS[kind];
  const last = jobs.find((one) => one.kind === job && one.title.includes(pipe.name));
  return (
    <section className={css.bar} aria-label="Operation">
      <div className={css.line}>
        <Button onClick={() => void start(kind, pipe, values)}>{label}</Button>
        <span className={css.note}>
          {kind === 'populate' ? `Runs by itself on every block of rows${target === undefined ? '' : ` and fills ${target}`}.` : scheduleText(pipe)}
        </span>
        {last && <Button look="link" onClick={() => openTab({ kind: 'jobs' })}>Last: {outcomeOf(last)}</Button>}
      </div>
    </section>
  );
}

function scheduleText({ schedule }: PipeView): string {
  if (!schedule) return 'Runs on demand.';
  if (schedule.isPaused) return `Paused; its schedule is ${schedule.cron}.`;
  return `Runs at ${schedule.cron} (UTC)${schedule.nextRun === undefined ? '' : `, next at ${schedule.nextRun.slice(0, 16).replace('T', ' ')}`}.`;
}

function outcomeOf(job: JobView): string {
  if (job.status === 'done') return job.log.at(-1)?.message ?? 'done';
  return job.error?.error ?? job.status;
}

async function start(kind: Kind, pipe: PipeView, parameters: Readonly<Record<string, string>>): Promise<void> {
  try {
    await api.operate({ kind, pipe: pipe.name, parameters });
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

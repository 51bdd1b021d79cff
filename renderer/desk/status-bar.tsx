/** The bottom line: what is wrong, what arrives, what runs, in which zone times are shown, and on what. */
import { CircleCheck, LoaderCircle, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { JobView, ProjectView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice, useDesk } from '../desk-state.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { SeverityIcon } from '../parts/severity-icon.tsx';
import { arrivalRate, useArrivals, useJobs } from '../queries.ts';
import { counted, wholeNumber } from '../readable.ts';
import { countOf, useProblems } from './problems.ts';
import css from './status-bar.module.css';

const RATE_REFRESH_MS = 1_000;

export function StatusBar({ project }: { project: ProjectView }) {
  const problems = useProblems(project);
  const open = useDesk((state) => state.problemsOpen);
  const errors = countOf(problems, 'error');
  const warnings = countOf(problems, 'warning');
  return (
    <footer className={css.bar} aria-label="Status">
      <button type="button" className={css.item} aria-expanded={open} onClick={() => useDesk.setState({ problemsOpen: !open })}>
        {errors > 0 ? <SeverityIcon severity="error" /> : warnings > 0 ? <SeverityIcon severity="warning" /> : <CircleCheck size={14} aria-hidden className={css.good} />}
        {problemsText(errors, warnings, problems.length - errors - warnings)}
      </button>
      <EventsRate />
      <Jobs />
      <span className={css.space} />
      <span className={css.item} title="Times are shown in this zone">{project.timeZone}</span>
      <span className={css.item} title={`Sandpiper ${project.version}`}>DuckDB {project.duckdbVersion.replace(/^v/, '')}</span>
    </footer>
  );
}

function EventsRate() {
  const recent = useArrivals((state) => state.recent);
  const [now, setNow] = useState(() => Date.now());
  const rate = arrivalRate(recent, Math.max(now, recent.at(-1)?.at ?? 0));
  const idle = rate === 0;
  useEffect(() => {
    if (idle) return undefined;
    const timer = setInterval(() => setNow(Date.now()), RATE_REFRESH_MS);
    return () => clearInterval(timer);
  }, [idle]);
  const shown = rate >= 10 ? wholeNumber(rate) : (Math.round(rate * 10) / 10).toString();
  return <span className={css.item} title="Rows that arrived per second, over the last ten seconds">{shown} rows/s arriving</span>;
}

function Jobs() {
  const { data: jobs = [] } = useJobs();
  const running = jobs.filter((job) => job.status === 'working' || job.status === 'waiting');
  const first = running[0];
  if (!first) return null;
  return (
    <span className={css.item} role="status">
      <LoaderCircle size={14} aria-hidden className={css.turning} />
      {counted(running.length, 'job')} running: {first.title} {Math.floor(first.progress * 100)}%
      <progress className={css.progress} max={1} value={first.progress} aria-label={`Progress of ${first.title}`} />
      <IconButton label={`Cancel ${first.title}`} icon={<X size={12} aria-hidden />} className={css.cancel ?? ''} onClick={() => void cancel(first)} />
    </span>
  );
}

async function cancel(job: JobView): Promise<void> {
  try {
    await api.cancelJob(job.id);
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

function problemsText(errors: number, warnings: number, hints: number): string {
  const parts = [
    errors > 0 ? counted(errors, 'error') : '',
    warnings > 0 ? counted(warnings, 'warning') : '',
    errors === 0 && warnings === 0 ? '0 problems' : '',
    hints > 0 ? counted(hints, 'hint') : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

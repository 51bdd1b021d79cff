/** Everything long that the engine has done or is doing, newest first: how it goes, what it said, and how it ended. */
import { Ban, CircleAlert, CircleCheck, LoaderCircle, X } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { JobView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice } from '../desk-state.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { duration } from '../readable.ts';
import css from './jobs-view.module.css';

export function JobsView({ jobs }: { jobs: readonly JobView[] }) {
  const [open, setOpen] = useState<string>();
  if (jobs.length === 0) return <p className={css.empty}>No jobs yet. Imports, copies, exports, deletions and filled views appear here with what they did.</p>;
  return (
    <div className={css.scroller} tabIndex={0} role="region" aria-label="Jobs">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Started (UTC)</th>
            <th scope="col">Status</th>
            <th scope="col">Job</th>
            <th scope="col">What it said</th>
            <th scope="col" className={css.number}>Took</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Fragment key={job.id}>
              <tr>
                <td>{job.createdAt.slice(0, 19).replace('T', ' ')}</td>
                <td><Status job={job} /></td>
                <td>{job.title}</td>
                <td className={css.said}>
                  {job.error ? <span className={css.bad}>{job.error.error}</span> : job.log.at(-1)?.message}
                  {job.log.length > 1 && (
                    <button type="button" className={css.more} aria-expanded={open === job.id} onClick={() => setOpen(open === job.id ? undefined : job.id)}>{open === job.id ? 'Less' : `All ${job.log.length} lines`}</button>
                  )}
                </td>
                <td className={css.number}>{duration(Math.max(0, Date.parse(job.updatedAt) - Date.parse(job.createdAt)))}</td>
              </tr>
              {open === job.id && (
                <tr>
                  <td colSpan={5}>
                    <ol className={css.log} aria-label={`Log of ${job.title}`}>{job.log.map((line, index) => <li key={index}><time>{line.at.slice(11, 19)}</time> {line.message}</li>)}</ol>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Status({ job }: { job: JobView }) {
  switch (job.status) {
    case 'waiting':
    case 'working':
      return (
        <span className={css.status}>
          <LoaderCircle size={13} aria-hidden className={css.turning} /> {Math.floor(job.progress * 100)}%
          <IconButton label={`Cancel ${job.title}`} icon={<X size={12} aria-hidden />} onClick={() => void cancel(job)} />
        </span>
      );
    case 'done':
      return <span className={`${css.status} ${css.good}`}><CircleCheck size={13} aria-hidden /> done</span>;
    case 'error':
      return <span className={`${css.status} ${css.bad}`}><CircleAlert size={13} aria-hidden /> failed</span>;
    case 'cancelled':
      return <span className={css.status}><Ban size={13} aria-hidden /> cancelled</span>;
    default:
      return job.status satisfies never;
  }
}

async function cancel(job: JobView): Promise<void> {
  try {
    await api.cancelJob(job.id);
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

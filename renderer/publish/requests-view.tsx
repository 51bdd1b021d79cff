/** The last requests that the engine answered, newest first: what was asked, how it ended, how long it took. */
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { RequestView } from '../../engine/api/protocol.ts';
import css from './requests-view.module.css';

export function RequestsView({ requests }: { requests: readonly RequestView[] }) {
  if (requests.length === 0) {
    return <p className={css.empty}>No requests yet. Publish a pipe, copy its curl line and run it: it appears here.</p>;
  }
  return (
    <div className={css.scroller} tabIndex={0} role="region" aria-label="Requests">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            <th scope="col">Status</th>
            <th scope="col">Resource</th>
            <th scope="col">Request</th>
            <th scope="col" className={css.number}>Rows</th>
            <th scope="col" className={css.number}>ms</th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <tr key={request.id}>
              <td>{request.at.slice(11, 23)}</td>
              <td className={request.status < 400 ? css.good : css.bad}>
                {request.status < 400 ? <CircleCheck size={13} aria-hidden /> : <CircleAlert size={13} aria-hidden />} {request.status}
              </td>
              <td>{request.resource}</td>
              <td className={css.url} title={request.url}>
                {request.method} {request.url}
                {request.error !== undefined && <span className={css.error}>{request.error}</span>}
              </td>
              <td className={css.number}>{request.rows}</td>
              <td className={css.number}>{request.elapsedMs.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The bottom of a data source's page: the address that takes events, and a ready curl line to copy. */
import { useState } from 'react';
import type { DataSourceView, ProjectView } from '../../engine/api/protocol.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import css from './event-line.module.css';
import { curlLine, sampleEvent } from './sample-event.ts';

export function EventLine({ source, project }: { source: DataSourceView; project: ProjectView }) {
  const [now] = useState(() => new Date());
  const event = sampleEvent(source, now);
  const line = event === undefined ? undefined : curlLine(project.address, project.adminToken, source, event);
  return (
    <section className={css.bar} aria-label="Events">
      <span className={css.label}>Events</span>
      {line === undefined ? (
        <span className={css.note}>No column has a JSON path, so events cannot fill this data source.</span>
      ) : (
        <>
          <code className={css.line} title={line}>{line}</code>
          <CopyButton text={line} label="Copy curl" />
        </>
      )}
    </section>
  );
}

/** The bottom of a data source's page: the address that takes events, and a ready curl line to copy. */
import { useMemo } from 'react';
import type { DataSourceView, ProjectView } from '../../engine/api/protocol.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import css from './event-line.module.css';
import { curlLine, sampleEvent } from './sample-event.ts';

export function EventLine({ source, project }: { source: DataSourceView; project: ProjectView }) {
  const line = useMemo(() => {
    const event = sampleEvent(source, new Date());
    return event === undefined ? undefined : curlLine(project.address, project.adminToken, source, event);
  }, [source.name, source.columns, project.address, project.adminToken]);
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

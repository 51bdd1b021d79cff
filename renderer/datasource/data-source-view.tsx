/**
 * A data source: its newest rows, its schema, its imports, what was rejected and why, and its file; below, a ready line that sends
 * an event. Rows that arrive show within a second.
 */
import { FolderInput, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { DataSourceView as Source, ProjectView } from '../../engine/api/protocol.ts';
import { askImport, openFile, useDesk } from '../desk-state.ts';
import { FileEditor } from '../editor/file-editor.tsx';
import { Button } from '../parts/button.tsx';
import { Tabbed } from '../parts/tabs.tsx';
import { wholeNumber, counted } from '../readable.ts';
import css from './data-source-view.module.css';
import { EventLine } from './event-line.tsx';
import { ImportsPage } from './imports-page.tsx';
import { LiveTail } from './live-tail.tsx';
import { QuarantineBench } from './quarantine-bench.tsx';
import { quarantineQuery, rowsQuery, RowsTable } from './rows-table.tsx';
import { SchemaTable } from './schema-table.tsx';

type Page = 'rows' | 'live' | 'schema' | 'imports' | 'quarantine' | 'file';

export function DataSourceView({ source, project }: { source: Source; project: ProjectView }) {
  const [page, setPage] = useState<Page>('rows');
  const wanted = useDesk((state) => state.wantedPlace);
  if (wanted?.path === source.path && page !== 'file') setPage('file');

  return (
    <div className={css.view}>
      <header className={css.header}>
        <div className={css.words}>
          <h1>{source.name}</h1>
          {source.description !== '' && <p>{source.description}</p>}
          <Facts source={source} project={project} />
        </div>
        <Button onClick={() => askImport({ dataSource: source.name })}><FolderInput size={14} aria-hidden /> Import a file</Button>
      </header>
      <div className={css.pages}>
        <Tabbed
          label={`Pages of ${source.name}`}
          value={page}
          onChange={setPage}
          choices={[
            { value: 'rows', label: 'Rows', note: wholeNumber(source.rowCount) },
            { value: 'live', label: 'Live' },
            { value: 'schema', label: 'Schema', note: counted(source.columns.length, 'column') },
            { value: 'imports', label: 'Imports' },
            { value: 'quarantine', label: 'Quarantine', note: <Rejected count={source.quarantinedCount} /> },
            { value: 'file', label: 'File' },
          ]}
        >
          {page === 'rows' && <RowsTable key="rows" subject={`${source.path}:rows`} query={rowsQuery(source)} revision={project.revision} source={source} label={`Rows of ${source.name}`} empty={<NoRows source={source} project={project} />} isEmpty={source.rowCount === 0} />}
          {page === 'live' && <LiveTail key={source.name} source={source} />}
          {page === 'schema' && <SchemaTable source={source} />}
          {page === 'imports' && <ImportsPage key={source.name} source={source} revision={project.revision} />}
          {page === 'quarantine' && (
            <div className={css.quarantine}>
              <QuarantineBench key={source.name} source={source} revision={project.revision} />
              <RowsTable key="quarantine" subject={`${source.path}:quarantine`} query={quarantineQuery(source)} revision={project.revision} source={source} label={`Rejected rows of ${source.name}`} empty={<p>No row was rejected. Rows that do not fit the schema are kept here with the reason, and none is lost.</p>} isEmpty={source.quarantinedCount === 0} />
            </div>
          )}
          {page === 'file' && <FileEditor path={source.path} />}
        </Tabbed>
      </div>
      <EventLine source={source} project={project} />
    </div>
  );
}

function Rejected({ count }: { count: number }) {
  return (
    <span className={css.rejected}>
      {count > 0 && <TriangleAlert size={13} color="var(--warn)" aria-hidden />} {wholeNumber(count)}
    </span>
  );
}

function Facts({ source, project }: { source: Source; project: ProjectView }) {
  const readers = project.pipes.filter((pipe) => source.usedBy.includes(pipe.name));
  const fillers = project.pipes.filter((pipe) => pipe.nodes.some((node) => node.target === source.name));
  return (
    <p className={css.facts}>
      <span>{source.tableEngine}</span>
      {source.sortingKey !== '' && <span>sorted by <code>{source.sortingKey}</code></span>}
      {source.partitionKey !== '' && <span>parted by <code>{source.partitionKey}</code></span>}
      {fillers.length > 0 && <span>filled by {fillers.map((pipe) => <Button key={pipe.name} look="link" onClick={() => openFile(pipe.path)}>{pipe.name}</Button>)}</span>}
      {readers.length > 0 && <span>read by {readers.map((pipe) => <Button key={pipe.name} look="link" onClick={() => openFile(pipe.path)}>{pipe.name}</Button>)}</span>}
    </p>
  );
}

function NoRows({ source, project }: { source: Source; project: ProjectView }) {
  const filler = project.pipes.find((pipe) => pipe.nodes.some((node) => node.target === source.name));
  if (filler) return <p>No rows yet. The pipe <Button look="link" onClick={() => openFile(filler.path)}>{filler.name}</Button> fills this data source as rows arrive in what it reads.</p>;
  return (
    <p>
      No rows yet. <Button look="link" onClick={() => askImport({ dataSource: source.name })}>Import a file</Button>, or send an event with the line below: it shows here at once.
    </p>
  );
}

/** The desk with nothing open: four doors into the work. */
import { FolderInput, FolderOpen, Map as MapIcon, Radio } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { curlLine, sampleEvent } from '../datasource/sample-event.ts';
import { askImport, openFile, openTab, useDesk } from '../desk-state.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { useArrivals } from '../queries.ts';
import { counted } from '../readable.ts';
import { keysOf, runCommand } from './commands.ts';
import css from './home.module.css';

export function Home({ project }: { project: ProjectView }) {
  return (
    <div className={css.home}>
      <div className={css.inner}>
        <h1>{project.name}</h1>
        <p className={css.lead}>
          {counted(project.dataSources.length, 'data source')}, {counted(project.pipes.length, 'pipe')}, {counted(project.pipes.filter((pipe) => pipe.published).length, 'endpoint')} at <code>{project.address}</code>
        </p>
        <div className={css.doors}>
          <Door icon={<FolderInput size={20} aria-hidden />} title="Import a file">
            <p>Drop an NDJSON file anywhere on this page, or choose one. You see its schema before anything is stored, and a receipt for every line.</p>
            <Button look="primary" onClick={() => askImport({})}>Choose a file</Button>
          </Door>
          <EventsDoor project={project} />
          <FolderDoor />
          <TourDoor project={project} />
        </div>
        <p className={css.hint}>Everything has a key: press <kbd>{keysOf('open-palette').keys}</kbd> to search files and commands.</p>
      </div>
    </div>
  );
}

function Door({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className={css.door}>
      <h2>{icon}{title}</h2>
      {children}
    </section>
  );
}

function EventsDoor({ project }: { project: ProjectView }) {
  const source = project.dataSources.find((one) => one.columns.some((column) => column.jsonPath !== undefined));
  const arrived = useArrivals((state) => source !== undefined && (state.ticks[source.name] ?? 0) > 0);
  const [now] = useState(() => new Date());
  const event = source && sampleEvent(source, now);
  const line = source && event !== undefined ? curlLine(project.address, project.adminToken, source, event) : undefined;
  if (!source || line === undefined) {
    return (
      <Door icon={<Radio size={20} aria-hidden />} title="Receive events">
        <p>A data source whose columns have JSON paths takes events over HTTP.</p>
        <Button onClick={() => useDesk.setState({ naming: { kind: 'new', makes: 'data-source' } })}>Make a data source</Button>
      </Door>
    );
  }
  return (
    <Door icon={<Radio size={20} aria-hidden />} title="Receive events">
      <p>Run this in a terminal: the event is stored in <Button look="link" onClick={() => openFile(source.path)}>{source.name}</Button>.</p>
      <pre className={css.line} tabIndex={0}>{line}</pre>
      <div className={css.row}>
        <CopyButton text={line} label="Copy curl" />
        <span role="status" className={arrived ? css.arrived : css.waiting}>
          {arrived ? `Events arrive: ${counted(source.rowCount, 'row')} now.` : 'Waiting for an event…'}
        </span>
      </div>
    </Door>
  );
}

function FolderDoor() {
  return (
    <Door icon={<FolderOpen size={20} aria-hidden />} title="Open a folder">
      <p>A project is a folder of <code>.datasource</code> and <code>.pipe</code> files, Tinybird's own. Any such folder opens as it is.</p>
      {window.sandpiper ? (
        <Button onClick={() => runCommand('open-folder')}>Choose a folder</Button>
      ) : (
        <div className={css.row}>
          <code>sandpiper serve FOLDER</code>
          <CopyButton text="sandpiper serve FOLDER" label="Copy" />
        </div>
      )}
    </Door>
  );
}

function TourDoor({ project }: { project: ProjectView }) {
  const source = [...project.dataSources].sort((a, b) => b.rowCount - a.rowCount)[0];
  const endpoint = project.pipes.find((pipe) => pipe.published && pipe.parameters.every((parameter) => !parameter.required)) ?? project.pipes[0];
  const filler = project.pipes.find((pipe) => pipe.type === 'materialized');
  return (
    <Door icon={<MapIcon size={20} aria-hidden />} title="Look around">
      {source ? (
        <ol className={css.tour}>
          <li><Button look="link" onClick={() => openFile(source.path)}>{source.name}</Button> holds {counted(source.rowCount, 'row')}: see them and their schema.</li>
          {endpoint && <li><Button look="link" onClick={() => openFile(endpoint.path)}>{endpoint.name}</Button> turns rows into a chart and answers over HTTP.</li>}
          {filler && <li><Button look="link" onClick={() => openFile(filler.path)}>{filler.name}</Button> keeps a table up to date as rows arrive.</li>}
          <li><Button look="link" onClick={() => openTab({ kind: 'requests' })}>Requests</Button> lists who asked what, and how long it took.</li>
        </ol>
      ) : (
        <>
          <p>This project has no data source yet. Make one, or import a file, which makes one for you.</p>
          <Button onClick={() => useDesk.setState({ naming: { kind: 'new', makes: 'data-source' } })}>Make a data source</Button>
        </>
      )}
    </Door>
  );
}

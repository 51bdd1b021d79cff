/** What is shown for the active tab. */
import type { ProjectView } from '../../engine/api/protocol.ts';
import { errorBodyOf } from '../api.ts';
import { DataSourceView } from '../datasource/data-source-view.tsx';
import { tabId, useDesk, type PageId } from '../desk-state.ts';
import { FileEditor } from '../editor/file-editor.tsx';
import { HelpView } from '../help/help-view.tsx';
import { JobsView } from '../jobs/jobs-view.tsx';
import { LineageView } from '../lineage/lineage-view.tsx';
import { PipeView } from '../pipe/pipe-view.tsx';
import { findDataSource, findPipe } from '../project-lookup.ts';
import { RequestsView } from '../publish/requests-view.tsx';
import { useHelp, useJobs, useRequests } from '../queries.ts';
import { Home } from './home.tsx';
import css from './open-view.module.css';

export function OpenView({ project }: { project: ProjectView }) {
  const active = useDesk((state) => state.active);
  const tab = useDesk((state) => state.tabs.find((one) => tabId(one) === active));
  if (!tab) return <Home project={project} />;
  if (tab.kind !== 'file') return <PageView page={tab.kind} project={project} />;
  if (tab.path.endsWith('.pipe')) return <PipeView key={tab.path} path={tab.path} project={project} pipe={findPipe(project, tab.path)} />;
  const source = findDataSource(project, tab.path);
  if (source) return <DataSourceView key={tab.path} source={source} project={project} />;
  return <section className={css.file} aria-label={tab.path}><h1 className="visually-hidden">{tab.path}</h1><FileEditor key={tab.path} path={tab.path} /></section>;
}

function PageView({ page, project }: { page: PageId; project: ProjectView }) {
  switch (page) {
    case 'lineage': return <><h1 className="visually-hidden">Lineage</h1><LineageView project={project} /></>;
    case 'jobs': return <Jobs />;
    case 'requests': return <Requests />;
    case 'help': return <Help />;
    default: return page satisfies never;
  }
}

function Jobs() {
  const { data, error } = useJobs();
  if (error) return <p className={css.state} role="alert">{errorBodyOf(error).error}</p>;
  if (!data) return <p className={css.state}>Reading the jobs…</p>;
  return <><h1 className="visually-hidden">Jobs</h1><JobsView jobs={data} /></>;
}

function Requests() {
  const { data, error } = useRequests();
  if (error) return <p className={css.state} role="alert">{errorBodyOf(error).error}</p>;
  if (!data) return <p className={css.state}>Reading the requests…</p>;
  return <><h1 className="visually-hidden">Requests</h1><RequestsView requests={data} /></>;
}

function Help() {
  const { data, error } = useHelp();
  if (error) return <p className={css.state} role="alert">{errorBodyOf(error).error}</p>;
  if (!data) return <p className={css.state}>Reading the help…</p>;
  return <><h1 className="visually-hidden">Help</h1><HelpView sections={data} /></>;
}

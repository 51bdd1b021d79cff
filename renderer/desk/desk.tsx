/**
 * The whole page: top line, tree, tabs with the open view, problems and status line. Puts together; the views do the
 * work. It also keeps the page true to the engine: the stream of changes, the keys and the desktop's menu start here.
 */
import { lazy, Suspense, useEffect } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { errorBodyOf } from '../api.ts';
import { openDesk, openFile, useDesk } from '../desk-state.ts';
import { closeAllBuffers } from '../editor/buffers.ts';
import { FLOATING_LAYER } from '../parts/floating-layer.ts';
import { TipProvider } from '../parts/tooltip.tsx';
import { followEngine, queryClient, useProject } from '../queries.ts';
import { forgetRuns } from '../runs.ts';
import { DeleteDialog } from '../tree/delete-dialog.tsx';
import { ProjectTree } from '../tree/project-tree.tsx';
import { listenForKeys, runCommand } from './commands.ts';
import { useDeskCommands } from './desk-commands.ts';
import css from './desk.module.css';
import { DropTarget } from './drop-target.tsx';
import { Notices } from './notices.tsx';
import { OpenView } from './open-view.tsx';
import { Palette } from './palette.tsx';
import { ProblemsPanel } from './problems-panel.tsx';
import { StatusBar } from './status-bar.tsx';
import { TabStrip } from './tab-strip.tsx';
import { TopBar } from './top-bar.tsx';

const ImportDialog = lazy(() => import('../import/import-dialog.tsx').then((module) => ({ default: module.ImportDialog })));

export function Desk() {
  const { data: project, error } = useProject();
  const folder = useDesk((state) => state.folder);
  useEffect(() => followEngine(), []);
  useEffect(() => listenForKeys(), []);
  useEffect(() => window.sandpiper?.on('command', ({ id }) => void runCommand(id)), []);
  useEffect(() => {
    if (!project || project.folder === useDesk.getState().folder) return;
    closeAllBuffers();
    forgetRuns();
    queryClient.removeQueries({ queryKey: ['file'] });
    openDesk(project.folder);
    document.title = `${project.name} - Sandpiper`;
  }, [project]);

  if (!project || folder !== project.folder) {
    return (
      <main className={css.opening}>
        <h1 className="visually-hidden">Sandpiper</h1>
        <p role={error ? 'alert' : 'status'}>{error ? errorBodyOf(error).error : 'Opening the project…'}</p>
      </main>
    );
  }
  return (
    <TipProvider delay={500}>
      <DeskOf project={project} />
    </TipProvider>
  );
}

function DeskOf({ project }: { project: ProjectView }) {
  const problemsOpen = useDesk((state) => state.problemsOpen);
  const importAsked = useDesk((state) => state.importAsked);
  const said = useDesk((state) => state.said);
  const layout = useDefaultLayout({ id: 'sandpiper:desk', storage: localStorage });
  useDeskCommands(project);
  const closeImport = () => useDesk.setState({ importAsked: undefined });
  return (
    <div className={css.desk}>
      <TopBar project={project} />
      <Notices />
      <main className={css.middle}>
        <Group className={css.panels} defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
          <Panel id="tree" defaultSize={248} minSize={160} maxSize={480} groupResizeBehavior="preserve-pixel-size">
            <nav aria-label="Project" className={css.side}><ProjectTree project={project} /></nav>
          </Panel>
          <Separator className={css.separator} aria-label="Width of the project tree" />
          <Panel id="work" minSize={400}>
            <div className={css.work}>
              <TabStrip />
              <div id="desk-view" className={css.view}><OpenView project={project} /></div>
            </div>
          </Panel>
        </Group>
        <div id={FLOATING_LAYER} />
      </main>
      {problemsOpen && <ProblemsPanel project={project} />}
      <StatusBar project={project} />
      <Palette project={project} />
      <DeleteDialog project={project} />
      {importAsked && (
        <Suspense fallback={null}>
          <ImportDialog
            {...importAsked}
            onClose={closeImport}
            onImported={({ dataSource }) => void showDataSource(dataSource)}
          />
        </Suspense>
      )}
      <DropTarget />
      <p role="status" className="visually-hidden">{said}</p>
    </div>
  );
}

async function showDataSource(name: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['project'] });
  const source = queryClient.getQueryData<ProjectView>(['project'])?.dataSources.find((one) => one.name === name);
  if (source) openFile(source.path);
}

/**
 * A pipe: its file at the left with the result of each node noted at the node, the answer of the chosen node at the
 * right, the parameters above both, the endpoint below. Choosing a node, or putting the cursor in it, runs it.
 */
import { useEffect, useMemo, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { NodeView, ParameterView, PipeView as Pipe, ProjectView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { addNotice, chooseNode, openPlace, setParameterValues, useDesk } from '../desk-state.ts';
import { useCommand } from '../desk/commands.ts';
import { isDirty, saveBuffer, useBuffer } from '../editor/buffers.ts';
import { FileEditor } from '../editor/file-editor.tsx';
import { ParameterBar } from '../parameters/parameter-bar.tsx';
import { dataSourcesBehind, mainNode, stemOf } from '../project-lookup.ts';
import { EndpointBar } from '../publish/endpoint-bar.tsx';
import { OperationBar, operationOf } from '../publish/operation-bar.tsx';
import { ResultPane } from '../result/result-pane.tsx';
import { cancelRun, startRun, subjectOf, useRun, useRuns } from '../runs.ts';
import { addNode } from './new-node.ts';
import { nodeNotes } from './node-notes.ts';
import { NodeStrip } from './node-strip.tsx';
import css from './pipe-view.module.css';
import { askedOf, useOtherNodes } from './use-other-nodes.ts';

const TYPING_PAUSE_MS = 500;
const NO_NODES: readonly NodeView[] = [];
const NO_PARAMETERS: readonly ParameterView[] = [];
const NO_VALUES: Readonly<Record<string, string>> = {};

export function PipeView({ path, project, pipe }: { path: string; project: ProjectView; pipe: Pipe | undefined }) {
  const name = pipe?.name ?? stemOf(path);
  const buffer = useBuffer(path);
  const nodes = buffer?.check?.nodes ?? pipe?.nodes ?? NO_NODES;
  const parameters = buffer?.check?.parameters ?? pipe?.parameters ?? NO_PARAMETERS;
  const values = useDesk((state) => state.parameterValues[name]) ?? NO_VALUES;
  const chosen = useDesk((state) => state.chosenNodes[path]);
  const [cursorLine, setCursorLine] = useState<number>();
  const node = nodes.find((one) => one.name === chosen) ?? mainNode(nodes);
  const operation = pipe && operationOf(pipe);
  const layout = useDefaultLayout({ id: 'sandpiper:pipe', storage: localStorage });

  const given = useMemo(() => Object.fromEntries(Object.entries(values).filter(([key]) => parameters.some((one) => one.name === key))), [values, parameters]);
  const text = buffer && isDirty(buffer) ? buffer.text : undefined;
  const asked = node && buffer && askedOf(path, node.name, given, project.revision, text);
  const subject = subjectOf(path, node?.name ?? '');
  const behind = useMemo(() => (node ? dataSourcesBehind(project, nodes, node.name) : []), [project, nodes, node]);
  const run = useRun(subject, asked, text === undefined ? 0 : TYPING_PAUSE_MS, behind);
  useOtherNodes(path, nodes, node?.name, given, project.revision, buffer !== undefined && text === undefined);
  const runs = useRuns((state) => state.runs);
  const notes = useMemo(() => nodeNotes(path, nodes, runs), [path, nodes, runs]);
  const marked = useMemo(() => (node ? ([node.firstLine, node.lastLine] as const) : undefined), [node]);

  const runNow = () => asked && void startRun(subject, asked);
  useCommand('run-node', runNow);
  useCommand('cancel-run', run.running ? () => cancelRun(subject) : undefined);
  useCommand('new-node', () => addNode(path, nodes, project));
  useCommand('toggle-published', pipe ? () => void publish(pipe, !pipe.published) : undefined);

  useEffect(() => {
    const within = nodes.find((one) => cursorLine !== undefined && one.firstLine <= cursorLine && cursorLine <= one.lastLine);
    if (within) chooseNode(path, within.name);
  }, [path, nodes, cursorLine]);
  const choose = (one: NodeView) => {
    chooseNode(path, one.name);
    openPlace({ path, line: one.firstLine, column: 1, endLine: one.firstLine, endColumn: 1 }, path, false);
  };

  return (
    <div className={css.view}>
      <h1 className="visually-hidden">{name}</h1>
      <ParameterBar parameters={parameters} values={values} onChange={(changed) => setParameterValues(name, changed)} />
      <Group className={css.panels} defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
        <Panel id="write" minSize={240} defaultSize="48">
          <section className={css.write} aria-label={`File of ${name}`}>
            <NodeStrip path={path} nodes={nodes} chosen={node?.name} onChoose={choose} onAdd={() => addNode(path, nodes, project)} onRun={runNow} />
            <div className={css.editor}>
              <FileEditor path={path} notes={notes} onCursorLine={setCursorLine} {...(marked && nodes.length > 1 ? { marked } : {})} />
            </div>
          </section>
        </Panel>
        <Separator className={css.separator} aria-label="Width of the editor" />
        <Panel id="answer" minSize={240}>
          <ResultPane key={path} result={run.result} running={run.running} error={run.error} name={node?.name ?? name} onCancel={() => cancelRun(subject)} onPlace={(place) => openPlace(place, path)} />
        </Panel>
      </Group>
      {pipe && operation && <OperationBar pipe={pipe} kind={operation} values={given} />}
      {pipe && !operation && <EndpointBar pipe={pipe} project={project} values={given} onPublish={(published) => void publish(pipe, published)} />}
    </div>
  );
}

/** Publishing writes the file, so unsaved text is saved first. */
async function publish(pipe: Pipe, published: boolean): Promise<void> {
  if (!(await saveBuffer(pipe.path))) return;
  try {
    await api.publish(pipe.name, published);
  } catch (error) {
    addNotice('error', errorBodyOf(error).error);
  }
}

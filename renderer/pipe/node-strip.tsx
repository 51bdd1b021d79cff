/** The nodes of a pipe in a row, each with the outcome of its last run; choosing one goes to it and runs it. */
import { CircleAlert, Play, Plus } from 'lucide-react';
import type { NodeView } from '../../engine/api/protocol.ts';
import { keysOf } from '../desk/commands.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { Tip } from '../parts/tooltip.tsx';
import { subjectOf, useRuns } from '../runs.ts';
import { runSummary } from './node-notes.ts';
import css from './node-strip.module.css';

interface NodeStripProps {
  readonly path: string;
  readonly nodes: readonly NodeView[];
  readonly chosen: string | undefined;
  readonly onChoose: (node: NodeView) => void;
  readonly onAdd: () => void;
  readonly onRun: () => void;
}

export function NodeStrip({ path, nodes, chosen, onChoose, onAdd, onRun }: NodeStripProps) {
  const runs = useRuns((state) => state.runs);
  return (
    <div className={css.strip} role="group" aria-label="Nodes">
      <ol className={css.nodes}>
        {nodes.map((node) => {
          const run = runs[subjectOf(path, node.name)];
          return (
            <li key={node.name}>
              <Tip text={aboutNode(node)}>
                <button type="button" className={css.node} aria-current={node.name === chosen ? 'true' : undefined} onClick={() => onChoose(node)}>
                  {run?.error && <CircleAlert size={13} aria-hidden className={css.bad} />}
                  <span className={css.name}>{node.name}</span>
                  <span className={run?.error ? css.bad : css.note}>{run && runSummary(run)}</span>
                </button>
              </Tip>
            </li>
          );
        })}
      </ol>
      <IconButton label="Add a node" icon={<Plus size={16} aria-hidden />} {...keysOf('new-node')} onClick={onAdd} />
      <IconButton label="Run the node" icon={<Play size={15} aria-hidden />} {...keysOf('run-node')} onClick={onRun} disabled={nodes.length === 0} />
    </div>
  );
}

function aboutNode(node: NodeView): string {
  const reads = node.reads.length > 0 ? `Reads ${node.reads.join(', ')}.` : 'Reads no data source.';
  const fills = node.target === undefined ? '' : ` Fills ${node.target}.`;
  return `${node.description ? `${node.description.replace(/[.\s]*$/, '')}. ` : ''}${reads}${fills}`;
}

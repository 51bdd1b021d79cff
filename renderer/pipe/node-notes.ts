/** What stands behind each node's first line in the editor: rows and time of its last run, or that it failed. */
import type { NodeView } from '../../engine/api/protocol.ts';
import type { LineNote } from '../editor/code-editor.tsx';
import { duration, wholeNumber } from '../readable.ts';
import { subjectOf, type Run } from '../runs.ts';

export function nodeNotes(path: string, nodes: readonly NodeView[], runs: Readonly<Record<string, Run>>): readonly LineNote[] {
  return nodes.flatMap((node): LineNote[] => {
    const run = runs[subjectOf(path, node.name)];
    const text = run && runSummary(run);
    return run && text !== undefined ? [{ line: node.firstLine, text, state: run.error ? 'bad' : run.running ? 'busy' : 'good' }] : [];
  });
}

/** `50 rows · 12 ms`; undefined when there is nothing to tell. */
export function runSummary(run: Run): string | undefined {
  if (run.error) return 'failed';
  if (!run.result) return run.running ? 'running…' : undefined;
  const { rowCount, rows, truncated, elapsedMs } = run.result;
  const amount = truncated ? `first ${wholeNumber(rows.length)} rows` : rowCount === 1 ? '1 row' : `${wholeNumber(rowCount)} rows`;
  return `${amount} · ${duration(elapsedMs)}`;
}

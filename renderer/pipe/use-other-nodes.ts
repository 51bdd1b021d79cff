/**
 * Runs the nodes of a saved pipe that are not shown, one after the other, once the shown one has answered quickly, so
 * that each node tells its rows and time. Slow pipes and unsaved text are left alone: there only what is asked for runs.
 */
import { useEffect } from 'react';
import type { NodeView } from '../../engine/api/protocol.ts';
import { startRun, subjectOf, useRuns, type RunAsked } from '../runs.ts';

const QUICK_MS = 500;
const NODES_AT_MOST = 12;

export function useOtherNodes(path: string, nodes: readonly NodeView[], shown: string | undefined, parameters: Readonly<Record<string, string>>, revision: number, saved: boolean): void {
  const shownRun = useRuns((state) => (shown === undefined ? undefined : state.runs[subjectOf(path, shown)]));
  const next = useRuns((state) => {
    const runs = nodes.map((node) => ({ node, run: state.runs[subjectOf(path, node.name)] }));
    if (runs.some(({ run }) => run?.running)) return undefined;
    return runs.find(({ node, run }) => run?.asked !== JSON.stringify(askedOf(path, node.name, parameters, revision)))?.node.name;
  });
  const quick = shownRun?.result !== undefined && shownRun.error === undefined && !shownRun.running && shownRun.result.elapsedMs < QUICK_MS;
  const wanted = saved && quick && nodes.length <= NODES_AT_MOST && next !== shown ? next : undefined;
  useEffect(() => {
    if (wanted !== undefined) void startRun(subjectOf(path, wanted), askedOf(path, wanted, parameters, revision));
  }, [path, wanted, parameters, revision]);
}

/** What is asked of a node; `text` is the file's, when it is not saved. */
export function askedOf(path: string, node: string, parameters: Readonly<Record<string, string>>, revision: number, text?: string): RunAsked {
  return { source: { kind: 'node', path, node, ...(text === undefined ? {} : { text }) }, parameters, revision };
}

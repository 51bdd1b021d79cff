/**
 * Runs of nodes and of SQL, one at a time per subject (`endpoints/x.pipe#node`), with the last result that worked.
 * Promises: a new run of a subject ends the one before, also in the engine; live rows run a subject again, but never
 * so often that it does little else.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { ErrorBody, RunRequest, RunView } from '../engine/api/protocol.ts';
import { api, errorBodyOf } from './api.ts';
import { useArrivals } from './queries.ts';

export interface Run {
  readonly result: RunView | undefined;
  readonly running: boolean;
  readonly error: ErrorBody | undefined;
  /** What was asked, as text; with `tick`, whether the result is of now. */
  readonly asked: string;
  readonly tick: number;
  readonly startedAt: number;
}

export interface RunAsked extends Omit<RunRequest, 'id'> {
  /** Of the project: when its files change, the same question may have another answer. */
  readonly revision: number;
}

const NEVER_RUN: Run = { result: undefined, running: false, error: undefined, asked: '', tick: 0, startedAt: 0 };
const SUBJECTS_KEPT = 30;
const LIVE_PAUSE_MS = 1_000;
const LIVE_SHARE = 4;
const page = Math.random().toString(36).slice(2, 10);
const stops = new Map<string, AbortController>();

export const useRuns = create<{ readonly runs: Readonly<Record<string, Run>> }>(() => ({ runs: {} }));

export function subjectOf(path: string, node: string): string {
  return `${path}#${node}`;
}

export function useRunOf(subject: string): Run {
  return useRuns((state) => state.runs[subject]) ?? NEVER_RUN;
}

/** Runs `asked` when it changes, after `pauseMs`, and again as rows arrive in `dataSources`. Nothing is run while it is undefined. */
export function useRun(subject: string, asked: RunAsked | undefined, pauseMs: number, dataSources: readonly string[]): Run {
  const run = useRunOf(subject);
  const names = dataSources.join('\n');
  const tick = useArrivals((state) => tickOf(names, state.ticks));
  const text = asked && JSON.stringify(asked);
  const liveAt = run.startedAt + Math.max(LIVE_PAUSE_MS, (run.result?.elapsedMs ?? 0) * LIVE_SHARE);

  useEffect(() => {
    if (text === undefined) return undefined;
    const known = useRuns.getState().runs[subject] ?? NEVER_RUN;
    if (known.asked === text) return undefined;
    const start = () => void startRun(subject, JSON.parse(text) as RunAsked, tickOf(names, useArrivals.getState().ticks));
    const timer = setTimeout(start, known.asked === '' ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [subject, text, pauseMs, names]);

  useEffect(() => {
    if (text === undefined || run.running || run.asked !== text || run.tick === tick) return undefined;
    const timer = setTimeout(() => void startRun(subject, JSON.parse(text) as RunAsked, tick), Math.max(0, liveAt - Date.now()));
    return () => clearTimeout(timer);
  }, [subject, text, tick, liveAt, run.running, run.asked, run.tick]);

  return run;
}

export async function startRun(subject: string, asked: RunAsked, tick = useRuns.getState().runs[subject]?.tick ?? 0): Promise<void> {
  stops.get(subject)?.abort();
  const stop = new AbortController();
  stops.set(subject, stop);
  const before = useRuns.getState().runs[subject] ?? NEVER_RUN;
  put(subject, { ...before, running: true, asked: JSON.stringify(asked), tick, startedAt: Date.now() });
  try {
    const { revision: _, ...request } = asked;
    const result = await api.run({ ...request, id: runId(subject) }, stop.signal);
    finish(subject, stop, { result, error: undefined });
  } catch (error) {
    finish(subject, stop, { error: stop.signal.aborted ? undefined : errorBodyOf(error) });
  }
}

/** Ends a run that takes too long; what was shown stays. */
export function cancelRun(subject: string): void {
  void api.cancelRun(runId(subject));
}

/** Another project is open. */
export function forgetRuns(): void {
  for (const stop of stops.values()) stop.abort();
  useRuns.setState({ runs: {} });
}

/** Goes up whenever rows arrive in one of the data sources. */
function tickOf(names: string, ticks: Readonly<Record<string, number>>): number {
  return names.split('\n').reduce((sum, name) => sum + (ticks[name] ?? 0), 0);
}

function runId(subject: string): string {
  return `${page}:${subject}`;
}

function finish(subject: string, stop: AbortController, ending: Partial<Run>): void {
  if (stops.get(subject) !== stop) return;
  stops.delete(subject);
  const run = useRuns.getState().runs[subject];
  if (run) put(subject, { ...run, ...ending, running: false });
}

function put(subject: string, run: Run): void {
  useRuns.setState(({ runs }) => {
    const { [subject]: _, ...others } = runs;
    const kept = Object.entries(others).slice(1 - SUBJECTS_KEPT);
    return { runs: { ...Object.fromEntries(kept), [subject]: run } };
  });
}

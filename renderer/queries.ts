/**
 * What the page knows of the engine's answers, and how it learns that they changed: react-query over api.ts, kept
 * true by the stream of changes. Messages about files ask again; rows, jobs and requests are written straight in.
 */
import { QueryClient, useQuery } from '@tanstack/react-query';
import { create } from 'zustand';
import type { ChangeMessage, DataSourceView, JobView, ProjectView, RequestView } from '../engine/api/protocol.ts';
import { api, followChanges, RequestFailed } from './api.ts';
import { addNotice, useDesk } from './desk-state.ts';

const REQUESTS_KEPT = 200;
const RATE_WINDOW_MS = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 30 && error instanceof RequestFailed && error.status === 0,
      retryDelay: 1_000,
    },
  },
});

export function useProject() {
  return useQuery({ queryKey: ['project'], queryFn: ({ signal }) => api.project(signal) });
}

export function useFile(path: string) {
  return useQuery({ queryKey: ['file', path], queryFn: ({ signal }) => api.file(path, signal) });
}

export function useRequests() {
  return useQuery({ queryKey: ['requests'], queryFn: async ({ signal }) => (await api.requests(signal)).requests });
}

export function useJobs() {
  return useQuery({ queryKey: ['jobs'], queryFn: async ({ signal }) => (await api.jobs(signal)).jobs });
}

/** What runs here does not change while the engine lives. */
export function useHelp() {
  return useQuery({ queryKey: ['help'], queryFn: async ({ signal }) => (await api.help(signal)).sections });
}

export function useTokens() {
  return useQuery({ queryKey: ['tokens'], queryFn: async ({ signal }) => (await api.tokens(signal)).tokens });
}

/** Rows that arrived: a tick per data source, for what must run again, and the last arrivals, for the rate. */
interface Arrivals {
  readonly ticks: Readonly<Record<string, number>>;
  readonly recent: readonly { readonly at: number; readonly added: number }[];
  /** When rows came last, per data source, in milliseconds since 1970. */
  readonly lastAt: Readonly<Record<string, number>>;
}
export const useArrivals = create<Arrivals>(() => ({ ticks: {}, recent: [], lastAt: {} }));

/** Rows per second over the last ten seconds. */
export function arrivalRate(recent: Arrivals['recent'], now: number): number {
  const added = recent.filter((one) => now - one.at < RATE_WINDOW_MS).reduce((sum, one) => sum + one.added, 0);
  return added / (RATE_WINDOW_MS / 1_000);
}

/** Listens to the engine until the answer is called. */
export function followEngine(): () => void {
  let revision = -1;
  let wasConnected = true;
  return followChanges(
    (message) => take(message),
    (connected) => {
      useDesk.setState({ connected });
      if (connected && !wasConnected) void queryClient.invalidateQueries();
      wasConnected = connected;
    },
  );

  function take(message: ChangeMessage): void {
    switch (message.kind) {
      case 'hello':
        if (revision !== -1 && revision !== message.revision) void queryClient.invalidateQueries();
        revision = message.revision;
        return;
      case 'files':
        revision = message.revision;
        void queryClient.invalidateQueries({ queryKey: ['project'] });
        void queryClient.invalidateQueries({ queryKey: ['tokens'] });
        for (const path of message.paths) void queryClient.invalidateQueries({ queryKey: ['file', path] });
        return;
      case 'rows':
        takeRows(message);
        return;
      case 'job':
        takeJob(message.job);
        if (message.job.error && useDesk.getState().importAsked === undefined) addNotice('error', `${message.job.title}: ${message.job.error.error}`);
        return;
      case 'request':
        queryClient.setQueryData<readonly RequestView[]>(['requests'], (known) => known && [message.request, ...known].slice(0, REQUESTS_KEPT));
        return;
      case 'notice':
        addNotice(message.severity, message.message);
        return;
      default:
        message satisfies never;
    }
  }
}

/** Also used by whoever started a job, so that it shows before the stream tells of it. */
export function takeJob(job: JobView): void {
  queryClient.setQueryData<readonly JobView[]>(['jobs'], (known = []) => [job, ...known.filter((one) => one.id !== job.id)]);
  queryClient.setQueryData(['job', job.id], job);
}

function takeRows({ dataSource, rowCount, quarantinedCount, added }: Extract<ChangeMessage, { kind: 'rows' }>): void {
  const counted = (one: DataSourceView) => (one.name === dataSource ? { ...one, rowCount, quarantinedCount } : one);
  queryClient.setQueryData<ProjectView>(['project'], (project) => project && { ...project, dataSources: project.dataSources.map(counted) });
  const now = Date.now();
  useArrivals.setState(({ ticks, recent, lastAt }) => ({
    ticks: { ...ticks, [dataSource]: (ticks[dataSource] ?? 0) + 1 },
    recent: [...recent.filter((one) => now - one.at < RATE_WINDOW_MS), { at: now, added }],
    lastAt: added > 0 ? { ...lastAt, [dataSource]: now } : lastAt,
  }));
}

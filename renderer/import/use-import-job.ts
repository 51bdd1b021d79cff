/** A job of the engine, asked after until it ends. */
import { useQuery } from '@tanstack/react-query';
import type { JobView } from '../../engine/api/protocol.ts';
import { api } from '../api.ts';

const ASK_EVERY_MS = 150;

export function useImportJob(id: string | undefined): JobView | undefined {
  const { data } = useQuery({
    queryKey: ['import-job', id],
    queryFn: ({ signal }) => api.job(id ?? '', signal),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data && isEnded(query.state.data) ? false : ASK_EVERY_MS),
    gcTime: 0,
  });
  return id === undefined ? undefined : data;
}

export function isEnded(job: JobView): boolean {
  return job.status === 'done' || job.status === 'error' || job.status === 'cancelled';
}

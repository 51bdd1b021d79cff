/** A job in Tinybird's shape, as its clients poll it. */
import type { Job } from '../workspace/jobs.ts';
import { dataSourceId } from '../workspace/resource-id.ts';

const KINDS: Readonly<Record<Job['kind'], string>> = { inspect: 'import', import: 'import', populate: 'populateview', copy: 'copy', delete: 'delete_data', sink: 'sink', expire: 'delete_data', compact: 'compact', replay: 'import' };

export function jobView(job: Job) {
  return {
    id: job.id, job_id: job.id, job_url: `/v0/jobs/${job.id}`, kind: KINDS[job.kind], status: job.status, created_at: sqlTime(job.createdAt), updated_at: sqlTime(job.updatedAt),
    ...(job.about.pipe === undefined ? {} : { pipe_id: job.about.pipe, pipe_name: job.about.pipe }),
    ...(job.about.dataSource === undefined ? {} : { datasource: { id: dataSourceId(job.about.dataSource), name: job.about.dataSource } }),
    ...(job.about.outcome ? { statistics: { row_count: job.about.outcome.rows, bytes: 0 }, quarantine_rows: job.about.outcome.quarantined ?? 0 } : {}),
    ...(job.error instanceof Error ? { error: job.error.message } : {}),
  };
}

function sqlTime(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '000');
}

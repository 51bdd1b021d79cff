/** Jobs are kept over restarts, with what they had to say. */
import { afterEach, expect, test } from 'vitest';
import type { Job } from '../../engine/workspace/jobs.ts';
import { openProject, type OpenProject } from './open-project.ts';

const FILES = {
  'datasources/numbers_a.datasource': 'SCHEMA >\n    `n` UInt64 `json:$.n`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "n"\n',
  'copies/fill.pipe': "NODE fill_node\nSQL >\n    %\n    SELECT number AS n FROM numbers({{UInt64(many, 3)}})\n\nTYPE copy\nTARGET_DATASOURCE numbers_a\n",
};

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

const told = ({ kind, title, status, error, log }: Job) => [kind, title, status, error instanceof Error ? error.message : undefined, log.map(({ message }) => message)];

test('finished, failed and cancelled jobs are there after a restart', async () => {
  project = await openProject(FILES);
  const { operations, jobs } = project.workspace();
  await operations.copy('fill', { parameters: {} }).finished;
  await operations.copy('fill', { parameters: { many: 'x' } }).finished.catch(() => undefined);
  const long = operations.copy('fill', { parameters: { many: '100000000000' } });
  jobs.cancel(long.job.id);
  await long.finished.catch(() => undefined);
  await operations.startDeletion('numbers_a', 'n = 1').finished;
  const before = jobs.list().map(told);
  await project.reopen();
  expect([project.workspace().jobs.list().map(told), await project.rows('SELECT n FROM numbers_a ORDER BY n')]).toEqual([before, [[0], [2]]]);
  expect(before).toEqual([
    ['delete', 'Delete from numbers_a where n = 1', 'done', undefined, ['1 row deleted.']],
    ['copy', 'Copy fill to numbers_a', 'cancelled', undefined, []],
    ['copy', 'Copy fill to numbers_a', 'error', "Template Syntax Error: Error validating 'x' to type UInt64", []],
    ['copy', 'Copy fill to numbers_a', 'done', undefined, ['3 rows copied.']],
  ]);
});

test('a job that was at work when the engine died says so', async () => {
  project = await openProject(FILES);
  const { jobs } = project.workspace();
  const { database } = project.workspace().world();
  let finish: () => void = () => undefined;
  const { finished } = jobs.start('copy', 'Copy long to numbers_a', { dataSource: 'numbers_a', pipe: 'long' }, () => new Promise<void>((resolve) => (finish = resolve)));
  await database.write(async () => undefined);
  const [id, state] = (await database.query('SELECT id, state FROM sandpiper.job')).getRows()[0] ?? [];
  finish();
  await finished;
  // As it stood while the job ran, which is what a killed process leaves.
  await database.write((connection) => connection.run(`UPDATE sandpiper.job SET state = '${String(state).replaceAll("'", "''")}' WHERE id = '${String(id)}'`));
  await project.reopen();
  expect(project.workspace().jobs.list().map(told)).toEqual([['copy', 'Copy long to numbers_a', 'error', 'The engine ended while this ran. Nothing of it was kept: start it again.', []]]);
});

/** Scheduled copies under a clock of the test's own. */
import { afterEach, expect, test } from 'vitest';
import { Schedules, type Clock } from '../../engine/workspace/schedules.ts';
import type { Connection } from '../../engine/workspace/database.ts';
import { openProject, type OpenProject } from './open-project.ts';

const FILES = {
  'datasources/counts.datasource': 'SCHEMA >\n    `n` UInt64 `json:$.n`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "n"\n',
  'copies/hourly.pipe': "NODE hourly_node\nSQL >\n    %\n    SELECT toUnixTimestamp({{DateTime(job_timestamp, '2000-01-01 00:00:00')}}) AS n\n\nTYPE copy\nTARGET_DATASOURCE counts\nCOPY_SCHEDULE 0 * * * *\n",
  'copies/never.pipe': 'NODE never_node\nSQL >\n    SELECT 1 AS n\n\nTYPE copy\nTARGET_DATASOURCE counts\nCOPY_SCHEDULE @on-demand\n',
  'copies/wrong.pipe': 'NODE wrong_node\nSQL >\n    SELECT 1 AS n\n\nTYPE copy\nTARGET_DATASOURCE counts\nCOPY_SCHEDULE 61 * * * *\n',
};

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

/** Schedules of the project whose clock the test sets; runs are listed instead of made when `run` is given. */
async function scheduled(opened: OpenProject, start: string, run?: (due: Date, settle: (connection: Connection) => Promise<void>) => Promise<unknown>) {
  let now = new Date(start);
  const clock: Clock = { now: () => now, every: () => () => undefined };
  const told: string[] = [];
  const workspace = opened.workspace();
  const runs: Promise<unknown>[] = [];
  const schedules = new Schedules({
    database: workspace.world().database,
    notice: (_severity, message) => told.push(message),
    run: (pipe, _node, due, settle) => {
      const work = run ? run(due, settle) : workspace.operations.copy(pipe.name, { parameters: {}, at: due, settle }).finished;
      runs.push(work);
      return work;
    },
  }, clock);
  await schedules.setProject(workspace.project);
  return {
    schedules, told,
    at: async (time: string) => {
      now = new Date(time);
      schedules.runDue();
      await Promise.allSettled(runs);
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

/** A project that has never had a schedule; its own workspace has noted the time of the machine. */
async function freshProject(): Promise<OpenProject> {
  const opened = await openProject(FILES);
  await opened.workspace().world().database.write((connection) => connection.run('DELETE FROM sandpiper.schedule'));
  return opened;
}

const copied = (opened: OpenProject) => opened.rows('SELECT formatDateTime(toDateTime(n), \'%H:%i\') AS t FROM counts ORDER BY n');

test('a copy runs at each of its times, knows the time it runs for, and once for those that it missed', async () => {
  project = await freshProject();
  const { schedules, told, at } = await scheduled(project, '2030-05-01T10:30:00Z');
  await at('2030-05-01T10:59:59Z');
  await at('2030-05-01T11:00:00Z');
  await at('2030-05-01T11:00:01Z');
  await at('2030-05-01T15:20:00Z');
  await at('2030-05-01T15:20:01Z');
  expect([await copied(project), told, schedules.list()]).toEqual([
    [['11:00'], ['15:00']],
    ['The schedule of wrong is no cron expression: 61 * * * *. It has five parts, as in 0 * * * * for each full hour, or is @on-demand.', 'hourly runs once for 4 times that it missed since 2030-05-01 12:00 UTC.'],
    [{ pipe: 'hourly', cron: '0 * * * *', isPaused: false, nextRun: new Date('2030-05-01T16:00:00Z') }],
  ]);
});

test('times that went by while the engine was away are made up for by one run, and none runs twice', async () => {
  project = await freshProject();
  const first = await scheduled(project, '2030-05-01T10:30:00Z');
  await first.at('2030-05-01T11:00:00Z');
  const second = await scheduled(project, '2030-05-01T11:10:00Z');
  await second.at('2030-05-01T11:10:00Z');
  const third = await scheduled(project, '2030-05-02T09:30:00Z');
  await third.at('2030-05-02T09:30:00Z');
  expect([await copied(project), third.told.at(-1)]).toEqual([[['11:00'], ['09:00']], 'hourly runs once for 22 times that it missed since 2030-05-01 12:00 UTC.']);
});

test('a pause lets times go by; a run that works on is not started again; one that fails waits for the next time', async () => {
  project = await freshProject();
  const due: string[] = [];
  let finish: () => void = () => undefined;
  const { schedules, at } = await scheduled(project, '2030-05-01T10:30:00Z', (time) => {
    due.push(time.toISOString().slice(11, 16));
    return due.length === 1 ? new Promise<void>((resolve) => (finish = resolve)) : Promise.reject(new Error('it fails'));
  });
  void at('2030-05-01T11:00:00Z');
  await new Promise((resolve) => setTimeout(resolve, 0));
  schedules.runDue();
  finish();
  await at('2030-05-01T12:00:00Z');
  await at('2030-05-01T12:00:02Z');
  await schedules.pause('hourly', true);
  await at('2030-05-01T14:00:00Z');
  const paused = schedules.find('hourly');
  await schedules.pause('hourly', false);
  await at('2030-05-01T14:30:00Z');
  await at('2030-05-01T15:00:00Z');
  expect([due, paused, await schedules.pause('never', true)]).toEqual([['11:00', '12:00', '15:00'], { pipe: 'hourly', cron: '0 * * * *', isPaused: true, nextRun: undefined }, undefined]);
});

/** Rejected rows by cause, the fixes that rescue them, replay and undo. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Fix } from '../../engine/workspace/quarantine-causes.ts';
import { openProject, type OpenProject } from './open-project.ts';

const PATH = 'datasources/sales.datasource';
const SALES = `SCHEMA >
    \`id\` UInt16 \`json:$.id\`,
    \`price\` Float64 \`json:$.price\`,
    \`shop\` String \`json:$.shop\`, -- where it was
    \`day\` Date \`json:$.day\`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "id"
`;
const FILES = {
  [PATH]: SALES,
  'datasources/totals.datasource': 'SCHEMA >\n    `n` SimpleAggregateFunction(sum, UInt64)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "tuple()"\n',
  'materializations/total.pipe': 'NODE total_node\nSQL >\n    SELECT count() AS n FROM sales\n\nTYPE materialized\nDATASOURCE totals\n',
};

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

async function rejected(): Promise<OpenProject> {
  project = await openProject(FILES);
  await project.workspace().appendEvents('sales', Buffer.from([
    '{"id":1,"price":1.5,"shop":"a","day":"2024-01-01"}',
    '{"id":70000,"price":2,"shop":"a","day":"2024-01-01"}',
    '{"id":2,"price":"cheap","shop":"a","day":"2024-01-01"}',
    '{"id":3,"price":3,"Shop":"b","day":"2024-01-01"}',
    '{"id":4,"price":3,"meta":{"shop":"c"},"day":"2024-01-01"}',
    '{"id":5,"price":4,"shop":"b","day":"31/12/2023"}',
    '{"id":80000,"price":4,"shop":"b","day":"30/12/2023"}',
    'not json',
    '{"id":6,"price":9,"shop":"a","day":"2024-01-02"}',
  ].join('\n')), { wait: true });
  return project;
}

const state = async (opened: OpenProject) => ({
  rows: await opened.rows('SELECT id, price, shop, day FROM sales ORDER BY id'), left: (await opened.rows('SELECT count() FROM sales_quarantine'))[0]?.[0], viewed: (await opened.rows('SELECT sum(n) FROM totals'))[0]?.[0],
});
const apply = (opened: OpenProject, fix: Fix) => opened.workspace().quarantine.fix('sales', fix);

test('causes are told with the place of the fault, and fixes with how many rows they would rescue', async () => {
  const opened = await rejected();
  const { causes, rows, allRows } = await opened.workspace().quarantine.causes('sales');
  const told = causes.map(({ column, reason, rows: count, examples: [first], proposals }) => [column, reason, count, first && first.mark && first.raw.slice(first.mark.start, first.mark.end), proposals.map(({ label, rescues }) => `${label}: ${rescues}`)]);
  expect([rows, allRows, told.sort((one, other) => (String(one) < String(other) ? -1 : 1))]).toEqual([7, 7, [
    ['', expect.stringContaining('the line is not JSON'), 1, undefined, []],
    ['day', "column 'day' is not Date", 2, '"30/12/2023"', ['Read day as %d/%m/%Y, once: 1', 'Make day String: 1']],
    ['id', "column 'id' is not UInt16", 2, '80000', ['Make id Int64: 1']],
    ['price', "column 'price' is not Float64", 1, '"cheap"', ['Make price String: 1']],
    ['shop', expect.stringContaining("column 'shop' is missing"), 2, undefined, expect.arrayContaining(['Make shop Nullable(String): 2', "Give shop the default '': 2", 'Read shop from $.Shop: 1', 'Read shop from $.meta.shop: 1'])],
  ]]);
});

test('a fix changes its column alone in the file, takes in the rows that fit then, and they reach the views', async () => {
  const opened = await rejected();
  const done = await apply(opened, { kind: 'type', column: 'id', type: 'UInt32' });
  const after = await state(opened);
  const text = readFileSync(join(opened.folder, PATH), 'utf8');
  const times = await apply(opened, { kind: 'date-format', column: 'day', format: '%d/%m/%Y' });
  expect([done.replayed, done.left, after, text, times.replayed, await state(opened), readFileSync(join(opened.folder, PATH), 'utf8')]).toEqual([
    1, 6, { rows: [[1, 1.5, 'a', '2024-01-01'], [6, 9, 'a', '2024-01-02'], [70000, 2, 'a', '2024-01-01']], left: 6, viewed: 3 },
    SALES.replace('`id` UInt16', '`id` UInt32'),
    2, { rows: [[1, 1.5, 'a', '2024-01-01'], [5, 4, 'b', '2023-12-31'], [6, 9, 'a', '2024-01-02'], [70000, 2, 'a', '2024-01-01'], [80000, 4, 'b', '2023-12-30']], left: 4, viewed: 5 }, text,
  ]);
});

test('undoing puts the rows back into the quarantine, the file back to its text, and the views back to what they were', async () => {
  const opened = await rejected();
  const before = await state(opened);
  const first = await apply(opened, { kind: 'default', column: 'shop', expression: "'none'" });
  await opened.send('sales', { id: 3, price: 3, shop: 'none', day: '2024-01-01' });
  const second = await apply(opened, { kind: 'date-format', column: 'day', format: '%d/%m/%Y' });
  const refusal = await opened.workspace().quarantine.undo('sales', first.id).catch((error: Error) => error.message);
  const { lastReplay } = await opened.workspace().quarantine.causes('sales');
  await opened.workspace().quarantine.undo('sales', second.id);
  await opened.reopen();
  await opened.workspace().quarantine.undo('sales', first.id);
  const undone = await state(opened);
  expect([refusal, lastReplay?.label, undone, readFileSync(join(opened.folder, PATH), 'utf8') === SALES]).toEqual([
    'Only the last replay of a data source can be undone, and this is not it any more.', 'Read day as %d/%m/%Y, once',
    { ...before, rows: [[1, 1.5, 'a', '2024-01-01'], [3, 3, 'none', '2024-01-01'], [6, 9, 'a', '2024-01-02']], viewed: 3 }, true,
  ]);
});

test('rows that fit since the schema was changed by hand are offered as they are; a file changed meanwhile is not written over', async () => {
  const opened = await rejected();
  await opened.write({ [PATH]: SALES.replace('UInt16', 'UInt32') });
  const { causes } = await opened.workspace().quarantine.causes('sales');
  const offered = causes.find(({ proposals }) => proposals.some(({ fix }) => fix.kind === 'none'));
  const replay = await apply(opened, { kind: 'none' });
  const fixed = await apply(opened, { kind: 'type', column: 'price', type: 'String' });
  await opened.write({ [PATH]: `${readFileSync(join(opened.folder, PATH), 'utf8')}\n# by hand\n` });
  const refusal = await opened.workspace().quarantine.undo('sales', fixed.id).catch((error: Error) => error.message);
  expect([offered?.rows, replay.replayed, fixed.replayed, refusal]).toEqual([1, 1, 1, `${PATH} has been changed since, so the replay cannot be undone by itself.`]);
});

test('cells of CSV are judged again by their columns', async () => {
  project = await openProject({ 'datasources/cells.datasource': 'SCHEMA >\n    `id` UInt8,\n    `name` String,\n    `n` Int32\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n' });
  const body = Buffer.from('id,name,n\n1,"a, b",5\n300,c,6\n2,d,x\n');
  await project.workspace().imports.body('cells', 'cells.csv', (async function* () { yield body; })(), { mode: 'append', format: 'csv' });
  const { causes } = await project.workspace().quarantine.causes('cells');
  await project.workspace().quarantine.fix('cells', { kind: 'type', column: 'id', type: 'UInt16' });
  expect([causes.map(({ column, rows, examples: [first] }) => [column, rows, first?.mark && first.raw.slice(first.mark.start, first.mark.end)]).sort(), await project.rows('SELECT id, name, n FROM cells ORDER BY id')]).toEqual([[['id', 1, '300'], ['n', 1, 'x']], [[1, 'a, b', 5], [300, 'c', 6]]]);
});

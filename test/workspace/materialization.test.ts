/** Materialized views: on every block, in chains, filled when new, and never losing a row to a file that is being edited. */
import { afterEach, expect, test } from 'vitest';
import { openProject, type OpenProject } from './open-project.ts';

const SALES = 'SCHEMA >\n    `shop` String `json:$.shop`,\n    `price` Float64 `json:$.price`,\n    `at` DateTime `json:$.at`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at"\n';
const SHOPS = 'SCHEMA >\n    `shop` String `json:$.shop`,\n    `city` String `json:$.city`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "shop"\n';
const BY_CITY = 'SCHEMA >\n    city String,\n    total SimpleAggregateFunction(sum, Float64),\n    sales AggregateFunction(count)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "city"\n';
const TOTALS = 'SCHEMA >\n    total SimpleAggregateFunction(sum, Float64)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "tuple()"\n';
const VIEW = (where = '') => `NODE joined\nSQL >\n    SELECT city, price FROM sales JOIN shops USING shop${where}\n\nNODE by_city_node\nSQL >\n    SELECT city, sum(price) AS total, countState() AS sales FROM joined GROUP BY city\n\nTYPE materialized\nDATASOURCE by_city\n`;
const CHAIN = 'NODE totals_node\nSQL >\n    SELECT sum(total) AS total FROM by_city\n\nTYPE materialized\nDATASOURCE totals\n';
const FILES = { 'datasources/sales.datasource': SALES, 'datasources/shops.datasource': SHOPS, 'datasources/by_city.datasource': BY_CITY, 'datasources/totals.datasource': TOTALS, 'materializations/by_city_view.pipe': VIEW(), 'materializations/totals_view.pipe': CHAIN };

let project: OpenProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
});

const sale = (shop: string, price: number) => ({ shop, price, at: '2024-01-01 00:00:00' });
const cities = (opened: OpenProject) => opened.rows('SELECT city, sum(total) AS t, countMerge(sales) AS n FROM by_city GROUP BY city ORDER BY city');
const total = (opened: OpenProject) => opened.rows('SELECT sum(total) AS t FROM totals');

test('a block runs through a view that joins, and on to the view that its target feeds', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' }, { shop: 'b', city: 'Rome' });
  await project.send('sales', sale('a', 1), sale('b', 2));
  await project.send('sales', sale('a', 4), sale('x', 100));
  expect([await cities(project), await total(project)]).toEqual([[['Oslo', 5, 2], ['Rome', 2, 1]], [[7]]]);
});

test('a new view is filled from the rows that are there, once', async () => {
  const { 'materializations/by_city_view.pipe': view, ...rest } = FILES;
  project = await openProject(rest);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1), sale('a', 2));
  await project.write({ 'materializations/by_city_view.pipe': view });
  await project.reopen();
  await project.send('sales', sale('a', 4));
  expect([await cities(project), await total(project)]).toEqual([[['Oslo', 7, 3]], [[7]]]);
});

test('while the file of a view has errors, rows go through the view as it was', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  const path = 'materializations/by_city_view.pipe';
  await project.write({ [path]: VIEW(' WHERE {{') });
  await project.send('sales', sale('a', 1));
  await project.write({ [path]: VIEW(' WHERE prize > 0') });
  await project.send('sales', sale('a', 2));
  await project.write({ [path]: VIEW() });
  await project.send('sales', sale('a', 4));
  expect([await cities(project), project.notices().filter((message) => message.includes('prize'))]).toEqual([[['Oslo', 7, 3]], ['The materialized view by_city_view.by_city_node does not run: by_city_view.joined has an error: There is no column prize in sales, shops. Did you mean price?']]);
});

const TENFOLD = { 'materializations/totals_view.pipe': CHAIN.replace('sum(total)', 'sum(total) * 10') };

test('the target of a view whose SQL changes is rebuilt, with what it feeds', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1));
  await project.write(TENFOLD);
  await project.send('sales', sale('a', 2));
  const tenfold = await total(project);
  await project.write({ 'materializations/by_city_view.pipe': VIEW(' WHERE price > 1') });
  await project.reopen();
  expect([tenfold, await cities(project), await total(project), project.notices()]).toEqual([
    [[30]], [['Oslo', 2, 1]], [[20]],
    ['Rebuilt by the new SQL of totals_view.totals_node: totals.', 'Rebuilt by the new SQL of by_city_view.by_city_node: by_city.'],
  ]);
});

test('a target that would lose rows by being rebuilt keeps them, and it is said why', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1));
  await project.workspace().operations.truncate('sales');
  await project.write(TENFOLD);
  await project.write({ 'materializations/by_city_view.pipe': VIEW(' WHERE price > 1') });
  const after = [await cities(project), await total(project)];
  await project.send('sales', sale('a', 2));
  expect([after, await cities(project), await total(project), project.notices()]).toEqual([
    [[['Oslo', 1, 1]], [[1]]], [['Oslo', 3, 2]], [[21]],
    [
      'totals_view.totals_node changed: new rows are materialized by the new SQL. The rows that totals has stay as they were, because rows of a table that it was made from are gone.',
      'by_city_view.by_city_node changed: new rows are materialized by the new SQL. The rows that by_city has stay as they were, because rows of a table that it was made from are gone.',
    ],
  ]);
});

test('a view that was away is rebuilt with the rows that it missed', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1));
  await project.write({ 'materializations/totals_view.pipe': undefined });
  await project.send('sales', sale('a', 2));
  await project.reopen();
  await project.write({ 'materializations/totals_view.pipe': CHAIN });
  await project.send('sales', sale('a', 4));
  expect(await total(project)).toEqual([[7]]);
});

test('a target whose states become other ones is made from the rows that are there', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1), sale('a', 3));
  await project.write({ 'datasources/by_city.datasource': BY_CITY.replace('AggregateFunction(count)', 'AggregateFunction(avg, Float64)'), 'materializations/by_city_view.pipe': VIEW().replace('countState()', 'avgState(price)') });
  expect(await project.rows('SELECT city, avgMerge(sales) FROM by_city GROUP BY city')).toEqual([['Oslo', 2]]);
});

test('a view that is taken away runs no more; one that feeds itself is refused', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.write({ 'materializations/totals_view.pipe': undefined, 'materializations/circle.pipe': 'NODE circle_node\nSQL >\n    SELECT shop, price, at FROM sales\n\nTYPE materialized\nDATASOURCE sales\n' });
  await project.send('sales', sale('a', 1));
  expect([await cities(project), await total(project), await project.rows('SELECT count() FROM sales'), project.notices().filter((message) => message.includes('itself'))]).toEqual([[['Oslo', 1, 1]], [[0]], [[1]], [expect.stringContaining('The materialized view circle feeds itself: sales → sales.')]]);
});

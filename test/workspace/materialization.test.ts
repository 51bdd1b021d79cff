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

test('a view whose SQL changes runs by the new SQL on new rows, and says so', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.send('sales', sale('a', 1));
  await project.write({ 'materializations/totals_view.pipe': CHAIN.replace('sum(total)', 'sum(total) * 10') });
  await project.send('sales', sale('a', 2));
  expect([await total(project), project.notices()]).toEqual([[[21]], ['totals_view.totals_node changed: new rows are materialized by the new SQL, rows that are there stay as they were.']]);
});

test('a view that is taken away runs no more; one that feeds itself is refused', async () => {
  project = await openProject(FILES);
  await project.send('shops', { shop: 'a', city: 'Oslo' });
  await project.write({ 'materializations/totals_view.pipe': undefined, 'materializations/circle.pipe': 'NODE circle_node\nSQL >\n    SELECT shop, price, at FROM sales\n\nTYPE materialized\nDATASOURCE sales\n' });
  await project.send('sales', sale('a', 1));
  expect([await cities(project), await total(project), await project.rows('SELECT count() FROM sales'), project.notices().filter((message) => message.includes('itself'))]).toEqual([[['Oslo', 1, 1]], [[0]], [[1]], [expect.stringContaining('The materialized view circle feeds itself: sales → sales.')]]);
});

/**
 * What a query may be made of, one example each, for the help page: data only. Whether an example runs is not written
 * here: language-help.ts translates it and shows the sentence where it is refused. Tables are visits and people.
 */

export interface LanguageExample {
  readonly group: string;
  readonly name: string;
  readonly sql: string;
}

function group(name: string, examples: Readonly<Record<string, string>>): readonly LanguageExample[] {
  return Object.entries(examples).map(([title, sql]) => ({ group: name, name: title, sql }));
}

export const LANGUAGE_EXAMPLES: readonly LanguageExample[] = [
  ...group('Statements', {
    SELECT: 'SELECT id, path FROM visits', 'UNION ALL': 'SELECT id FROM visits UNION ALL SELECT id FROM people', 'UNION DISTINCT': 'SELECT id FROM visits UNION DISTINCT SELECT id FROM people', UNION: 'SELECT id FROM visits UNION SELECT id FROM people',
    EXCEPT: 'SELECT id FROM visits EXCEPT SELECT id FROM people', INTERSECT: 'SELECT id FROM visits INTERSECT SELECT id FROM people', EXPLAIN: 'EXPLAIN SELECT 1', INSERT: 'INSERT INTO visits VALUES (1)', CREATE: 'CREATE TABLE t (a UInt8) ENGINE = Memory',
    ALTER: 'ALTER TABLE visits DELETE WHERE 1', DROP: 'DROP TABLE visits', SHOW: 'SHOW TABLES', DESCRIBE: 'DESCRIBE visits', SET: 'SET max_threads = 1', SYSTEM: 'SYSTEM FLUSH LOGS',
  }),
  ...group('WITH', {
    'WITH name AS (query)': 'WITH a AS (SELECT id FROM visits) SELECT * FROM a', 'WITH expression AS name': 'WITH 10 AS least SELECT id FROM visits WHERE id > least', 'WITH (query) AS name': 'WITH (SELECT max(id) FROM visits) AS most SELECT id FROM visits WHERE id = most',
    'WITH RECURSIVE': 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r',
  }),
  ...group('Columns', {
    'expression AS alias': 'SELECT id + 1 AS next, next * 2 AS twice FROM visits', 'alias without AS': 'SELECT id next FROM visits', '*': 'SELECT * FROM visits', 'table.*': 'SELECT v.* FROM visits AS v', '* EXCEPT': 'SELECT * EXCEPT (path) FROM visits', '* REPLACE': 'SELECT * REPLACE (upper(path) AS path) FROM visits',
    '* APPLY': 'SELECT * APPLY toString FROM visits', "COLUMNS('pattern')": "SELECT COLUMNS('^i') FROM visits", DISTINCT: 'SELECT DISTINCT path FROM visits', 'DISTINCT ON': 'SELECT DISTINCT ON (path) path, id FROM visits', TOP: 'SELECT TOP 3 id FROM visits',
    'CASE … WHEN': "SELECT CASE WHEN id > 1 THEN 'many' ELSE 'one' END FROM visits", 'a ? b : c': 'SELECT id > 1 ? 2 : 3 FROM visits', CAST: 'SELECT CAST(id AS String) FROM visits', '::': "SELECT '1'::UInt8", 'lambda ->': 'SELECT arrayMap(x -> x + id, tags_lengths) FROM visits',
    'array [1, 2] and a[1]': 'SELECT [1, 2][1]', 'tuple (1, 2).1': 'SELECT (1, 2).1', "map m['k']": "SELECT props['k'] FROM visits", INTERVAL: 'SELECT at + INTERVAL 1 DAY FROM visits', EXTRACT: 'SELECT EXTRACT(YEAR FROM at) FROM visits', '{name: Type}': 'SELECT {name: UInt8}',
    'EXISTS (query)': 'SELECT EXISTS (SELECT 1 FROM visits)', 'scalar subquery': 'SELECT (SELECT max(id) FROM visits)', 'count(DISTINCT x)': 'SELECT count(DISTINCT path) FROM visits', 'aggregate FILTER (WHERE …)': 'SELECT count() FILTER (WHERE id > 1) FROM visits', 'aggregate IGNORE NULLS': 'SELECT first_value(path) IGNORE NULLS FROM visits',
  }),
  ...group('FROM and joins', {
    'FROM first': 'FROM visits SELECT id', subquery: 'SELECT n FROM (SELECT id AS n FROM visits) AS s', FINAL: 'SELECT id FROM visits FINAL', SAMPLE: 'SELECT id FROM visits SAMPLE 0.1', 'numbers(n)': 'SELECT number FROM numbers(10)', 'values(…)': "SELECT a FROM values('a UInt8', (1), (2))",
    'generateSeries': 'SELECT * FROM generateSeries(1, 3)', 'file(…)': "SELECT * FROM file('a.csv')", 'url(…)': "SELECT * FROM url('http://a')", 'remote(…)': "SELECT * FROM remote('a', t)", 's3(…)': "SELECT * FROM s3('a')", 'ARRAY JOIN': 'SELECT tag FROM visits ARRAY JOIN tags AS tag', 'LEFT ARRAY JOIN': 'SELECT tag FROM visits LEFT ARRAY JOIN tags AS tag',
    'JOIN … ON': 'SELECT v.id FROM visits v JOIN people p ON v.id = p.id', 'JOIN … USING': 'SELECT id FROM visits JOIN people USING (id)', 'LEFT JOIN': 'SELECT v.id FROM visits v LEFT JOIN people p ON v.id = p.id', 'RIGHT JOIN': 'SELECT v.id FROM visits v RIGHT JOIN people p ON v.id = p.id', 'FULL JOIN': 'SELECT v.id FROM visits v FULL JOIN people p ON v.id = p.id',
    'CROSS JOIN': 'SELECT v.id FROM visits v CROSS JOIN people p', 'comma join': 'SELECT v.id FROM visits v, people p WHERE v.id = p.id', 'ANY LEFT JOIN': 'SELECT v.id FROM visits v ANY LEFT JOIN people p ON v.id = p.id', 'ANY INNER JOIN': 'SELECT v.id FROM visits v ANY INNER JOIN people p ON v.id = p.id', 'FULL ANY JOIN': 'SELECT v.id FROM visits v ANY FULL JOIN people p ON v.id = p.id',
    'LEFT SEMI JOIN': 'SELECT v.id FROM visits v LEFT SEMI JOIN people p ON v.id = p.id', 'LEFT ANTI JOIN': 'SELECT v.id FROM visits v LEFT ANTI JOIN people p ON v.id = p.id', 'ASOF JOIN': 'SELECT v.id FROM visits v ASOF JOIN people p ON v.id = p.id AND v.at >= p.since', 'GLOBAL JOIN': 'SELECT v.id FROM visits v GLOBAL JOIN people p ON v.id = p.id', 'PASTE JOIN': 'SELECT v.id FROM visits v PASTE JOIN people p',
  }),
  ...group('Conditions', {
    WHERE: 'SELECT id FROM visits WHERE id > 1', PREWHERE: 'SELECT id FROM visits PREWHERE id > 1', HAVING: 'SELECT path FROM visits GROUP BY path HAVING count() > 1', QUALIFY: 'SELECT id FROM visits QUALIFY row_number() OVER (PARTITION BY path ORDER BY id) = 1', 'IN (list)': 'SELECT id IN (1, 2) FROM visits',
    'IN (query)': 'SELECT id FROM visits WHERE id IN (SELECT id FROM people)', 'IN table': 'SELECT id FROM visits WHERE id IN people_ids', 'GLOBAL IN': 'SELECT id FROM visits WHERE id GLOBAL IN (SELECT id FROM people)', '(a, b) IN': 'SELECT id FROM visits WHERE (id, path) IN ((1, \'a\'))', 'LIKE, ILIKE': "SELECT path LIKE 'a%', path ILIKE 'A%' FROM visits",
    BETWEEN: 'SELECT id BETWEEN 1 AND 2 FROM visits', 'IS NULL': 'SELECT name IS NULL FROM people', '<=>': 'SELECT id <=> 1 FROM visits', 'correlated subquery': 'SELECT id FROM visits v WHERE EXISTS (SELECT 1 FROM people p WHERE p.id = v.id)',
  }),
  ...group('Grouping', {
    'GROUP BY': 'SELECT path, count() FROM visits GROUP BY path', 'GROUP BY position': 'SELECT path, count() FROM visits GROUP BY 1', 'GROUP BY ALL': 'SELECT path, count() FROM visits GROUP BY ALL', 'WITH TOTALS': 'SELECT path, count() FROM visits GROUP BY path WITH TOTALS', 'WITH TOTALS and HAVING': 'SELECT path, count() FROM visits GROUP BY path WITH TOTALS HAVING count() > 1',
    ROLLUP: 'SELECT path, count() FROM visits GROUP BY ROLLUP(path)', CUBE: 'SELECT path, count() FROM visits GROUP BY CUBE(path)', 'GROUPING SETS': 'SELECT path, count() FROM visits GROUP BY GROUPING SETS ((path), ())',
  }),
  ...group('Windows', {
    'OVER (…)': 'SELECT sum(id) OVER (PARTITION BY path ORDER BY at) FROM visits', 'ROWS BETWEEN': 'SELECT sum(id) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM visits', 'RANGE BETWEEN': 'SELECT sum(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM visits', 'GROUPS BETWEEN': 'SELECT sum(id) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM visits',
    'WINDOW name AS': 'SELECT sum(id) OVER w FROM visits WINDOW w AS (ORDER BY at)',
  }),
  ...group('Order and limits', {
    'ORDER BY': 'SELECT id FROM visits ORDER BY id DESC', 'ORDER BY ALL': 'SELECT id FROM visits ORDER BY ALL', 'NULLS FIRST': 'SELECT name FROM people ORDER BY name NULLS FIRST', COLLATE: "SELECT path FROM visits ORDER BY path COLLATE 'en'", 'WITH FILL': 'SELECT id FROM visits ORDER BY id WITH FILL FROM 0 TO 10 STEP 2', INTERPOLATE: 'SELECT id, 1 AS n FROM visits ORDER BY id WITH FILL INTERPOLATE (n AS n + 1)',
    'WITH FILL STALENESS': 'SELECT id FROM visits ORDER BY id WITH FILL STALENESS 2', LIMIT: 'SELECT id FROM visits LIMIT 10', 'LIMIT expression': "SELECT id FROM visits LIMIT toInt32('10')", 'LIMIT n, m': 'SELECT id FROM visits LIMIT 10, 20', OFFSET: 'SELECT id FROM visits LIMIT 10 OFFSET 5', 'WITH TIES': 'SELECT id FROM visits ORDER BY id LIMIT 3 WITH TIES', 'LIMIT BY': 'SELECT id FROM visits LIMIT 1 BY path',
    'negative LIMIT': 'SELECT id FROM visits LIMIT -1', 'FETCH FIRST': 'SELECT id FROM visits ORDER BY id OFFSET 1 ROW FETCH FIRST 3 ROWS ONLY', SETTINGS: 'SELECT id FROM visits SETTINGS max_threads = 1', FORMAT: 'SELECT id FROM visits FORMAT JSON',
  }),
];

/** Types, each in a form that a column may have. */
export const TYPE_EXAMPLES: readonly string[] = [
  'UInt8', 'UInt16', 'UInt32', 'UInt64', 'UInt128', 'UInt256', 'Int8', 'Int16', 'Int32', 'Int64', 'Int128', 'Int256', 'Float32', 'Float64', 'BFloat16', 'Decimal(18, 4)', 'Decimal32(4)', 'Decimal64(4)', 'Decimal128(4)', 'Decimal256(4)', 'Bool', 'String', 'FixedString(16)',
  'LowCardinality(String)', 'Nullable(String)', 'UUID', 'IPv4', 'IPv6', 'Date', 'Date32', "DateTime('Europe/Madrid')", "DateTime64(3, 'UTC')", 'Time', 'Time64(3)', "Enum8('a' = 1, 'b' = 2)", "Enum16('a' = 1)", 'Array(String)', 'Tuple(a String, b UInt8)', 'Map(String, UInt64)', 'Nested(a String, b UInt8)', 'JSON', "Object('json')",
  'Variant(String, UInt8)', 'Dynamic', 'AggregateFunction(uniq, String)', 'AggregateFunction(quantile(0.9), Float64)', 'SimpleAggregateFunction(sum, UInt64)', 'Point', 'Polygon', 'Nothing',
];

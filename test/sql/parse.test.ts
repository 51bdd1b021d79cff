import { expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import type { Expression } from '../../engine/sql/ast.ts';
import { parseExpression, parseQuery } from '../../engine/sql/parse.ts';
import { openClickHouse } from '../oracle/clickhouse.ts';

/** An expression as nested calls, to compare shapes at a glance. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.text;
    case 'string':
      return `'${expression.value}'`;
    case 'boolean':
      return String(expression.value);
    case 'identifier':
      return expression.parts.map((part) => part.text).join('.');
    case 'call':
      return `${expression.name.text}(${expression.arguments.map(shape).join(', ')})`;
    case 'lambda':
      return `(${expression.parameters.map((name) => name.text).join(', ')}) -> ${shape(expression.body)}`;
    case 'array':
      return `[${expression.elements.map(shape).join(', ')}]`;
    case 'tuple':
      return `(${expression.elements.map(shape).join(', ')},)`;
    case 'aliased':
      return `${shape(expression.expression)} AS ${expression.alias.text}`;
    default:
      return expression.kind;
  }
}

test.each([
  ['a + b * c', 'plus(a, multiply(b, c))'],
  ['a AND b AND NOT c OR d', 'or(and(a, b, not(c)), d)'],
  ['-a.1 + t.x[2].3', "plus(negate(tupleElement(a, 1)), tupleElement(arrayElement(t.x, 2), 3))"],
  ['x BETWEEN 1 AND 2 AND y', 'and(and(greaterOrEquals(x, 1), lessOrEquals(x, 2)), y)'],
  ['a ? b : c ? d : e', 'if(a, b, if(c, d, e))'],
  ['x IS NOT NULL = 1', 'equals(isNotNull(x), 1)'],
  ['a NOT IN (1, 2)', 'notIn(a, (1, 2,))'],
  ["'1'::UInt8 + 1", "plus(CAST('1', 'UInt8'), 1)"],
  ['CAST(a AS Nullable(Int32))', "CAST(a, 'Nullable(Int32)')"],
  ['CASE WHEN a THEN 1 ELSE 2 END', 'multiIf(a, 1, 2)'],
  ["INTERVAL '1 week'", 'toIntervalWeek(1)'],
  ['now() - INTERVAL 7 DAY', 'minus(now(), toIntervalDay(7))'],
  ['interval + 1', 'plus(interval, 1)'],
  ['arrayMap((x, y) -> x || y || z, a, b)', 'arrayMap((x, y) -> concat(x, y, z), a, b)'],
  ['date_add(DAY, 3, d)', 'plus(d, toIntervalDay(3))'],
  ['dateDiff(day, a, b)', "dateDiff('day', a, b)"],
  ["position('b' IN s)", "position(s, 'b')"],
  ["extract(s, 'a')", "extract(s, 'a')"],
  ['EXTRACT(DAY FROM d)', 'toDayOfMonth(d)'],
  ["'it''s' || '\\n\\%'", "concat('it's', '\n\\%')"],
  ['(1, 2).1', 'tupleElement((1, 2,), 1)'],
  ['f(a AS x, x + 1)', 'f(a AS x, plus(x, 1))'],
])('reads %s as ClickHouse does', (text, expected) => {
  expect(shape(parseExpression(text))).toBe(expected);
});

test.each([
  ['SELECT a b c FROM t', 'Expected the query to end, but found c.', [11, 12]],
  ['SELECT foo(1,,2)', 'Expected a value or a column, but found ,.', [13, 14]],
  ["SELECT 'abc", 'The text literal that opens here is not closed.', [7, 11]],
  ['SELECT 1 +', 'Expected a value or a column, but the query ends.', [10, 10]],
  ['SELECT count( FROM t', 'Expected a value or a column, but found FROM.', [14, 18]],
  ['SELECT 1 UNION SELECT 2', 'Write UNION ALL or UNION DISTINCT: ClickHouse does not choose between them.', [9, 14]],
])('refuses %s at its place', (text, message, [start, end]) => {
  const error = failure(text);
  expect({ code: error.code, message: error.message, span: error.detail.span }).toEqual({ code: 'syntax', message, span: { start, end } });
});

function failure(text: string): SandpiperError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof SandpiperError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

test('deep nesting and long chains end in a sentence or a tree, never in a crash', () => {
  expect(failure(`SELECT ${'('.repeat(20_000)}1`).message).toMatch(/nested more than/);
  expect(failure(`SELECT ${'1 + '.repeat(20_000)}1`).message).toMatch(/operators in a row/);
  expect(parseQuery(`SELECT ${'a AND '.repeat(20_000)}a`).kind).toBe('select');
});

const SNIPPETS = [
  'SELECT 1', 'SELECT 1,', 'SELECT', 'SELECT a FROM', 'SELECT a, b AS c, d e FROM t AS x WHERE a = 1', 'FROM t SELECT a', 'SELECT * FROM a, b', 'SELECT * FROM a JOIN b', 'SELECT * FROM a JOIN b ON a.x = b.x',
  'SELECT * FROM a ANY LEFT JOIN b USING x', 'SELECT * FROM a LEFT ANY JOIN b USING (x, y)', 'SELECT * FROM a GLOBAL ANY INNER JOIN b USING x', 'SELECT * FROM a ASOF JOIN b ON a.x = b.x AND a.t >= b.t', 'SELECT * FROM a CROSS JOIN b', 'SELECT * FROM a PASTE JOIN b',
  'SELECT * FROM a FINAL', 'SELECT * FROM a AS t FINAL WHERE 1', 'SELECT * FROM a SAMPLE 0.1', 'SELECT * FROM a SAMPLE 1/10 OFFSET 1/2', 'SELECT x FROM t ARRAY JOIN arr AS x', 'SELECT x FROM t LEFT ARRAY JOIN arr AS x, b', 'SELECT a FROM t PREWHERE b WHERE c GROUP BY a WITH TOTALS HAVING d ORDER BY a DESC NULLS FIRST LIMIT 3 BY a LIMIT 10',
  'SELECT a FROM t GROUP BY ROLLUP(a, b)', 'SELECT a FROM t GROUP BY a, b WITH ROLLUP', 'SELECT a FROM t GROUP BY a WITH CUBE', 'SELECT a FROM t GROUP BY GROUPING SETS ((a), (b), ())', 'SELECT a FROM t GROUP BY ALL', 'SELECT a FROM t ORDER BY a WITH FILL FROM 1 TO 10 STEP 2', 'SELECT a, b FROM t ORDER BY a WITH FILL INTERPOLATE (b AS b + 1)',
  'SELECT a FROM t ORDER BY ALL', 'SELECT a FROM t LIMIT 1, 2', 'SELECT a FROM t LIMIT 2 OFFSET 1', 'SELECT a FROM t OFFSET 1 ROWS FETCH FIRST 3 ROWS ONLY', 'SELECT a FROM t LIMIT 1 WITH TIES', 'SELECT a FROM t SETTINGS max_threads = 1', "SELECT a FROM t FORMAT JSON", 'SELECT a FROM t SETTINGS a = 1 FORMAT JSON',
  'WITH 1 AS x SELECT x', 'WITH x AS (SELECT 1) SELECT * FROM x', 'WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x', 'WITH (SELECT 1) AS x, 2 AS y SELECT x, y', 'WITH x + 1 y SELECT y', 'SELECT (SELECT 1)', 'SELECT ((SELECT 1))', 'SELECT 1 UNION ALL SELECT 2', '(SELECT 1) UNION ALL (SELECT 2)', 'SELECT 1 UNION DISTINCT SELECT 2', 'SELECT 1 EXCEPT SELECT 2', 'SELECT 1 INTERSECT SELECT 1', 'SELECT * FROM (SELECT 1 UNION ALL SELECT 2)',
  'SELECT count(DISTINCT a)', 'SELECT count(DISTINCT a, b)', 'SELECT quantile(0.9)(x)', 'SELECT quantile(0.9)(DISTINCT x)', 'SELECT sum(x) FILTER (WHERE y)', 'SELECT sum(x) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)', 'SELECT sum(x) OVER w FROM t WINDOW w AS (ORDER BY a)', 'SELECT first_value(x) IGNORE NULLS FROM t', 'SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1',
  'SELECT * EXCEPT a FROM t', 'SELECT * EXCEPT (a, b) FROM t', 'SELECT * REPLACE (a + 1 AS a) FROM t', 'SELECT * APPLY sum FROM t', 'SELECT * APPLY(x -> x + 1) FROM t', 'SELECT * EXCEPT (a) APPLY(toString) FROM t', "SELECT COLUMNS('a.*') FROM t", 'SELECT t.* FROM t', 'SELECT COLUMNS(a, b) FROM t', 'SELECT db.t.a FROM db.t',
  'SELECT [1, 2][1]', 'SELECT []', 'SELECT ()', 'SELECT (1,)', 'SELECT (1, 2)', 'SELECT tuple(1).1', 'SELECT a.1.2', "SELECT {p: String}", 'SELECT x -> x', 'SELECT (x, y) -> x', 'SELECT f(x -> x + 1)', 'SELECT lambda(x, x)',
  'SELECT 0xFF, 0b11, 1e5, 1., .5, 1_000', 'SELECT 1a', 'SELECT inf, nan, -inf', "SELECT 'a' 'b'", "SELECT $$a'b$$", "SELECT $x$a$x$", 'SELECT "a", `b`', 'SELECT a -- c', 'SELECT a /* c */', 'SELECT a /* c', 'SELECT a # c', 'SELECT a;', 'SELECT 1 AS from', 'SELECT 1 AS `from`', 'SELECT interval, date, end, format FROM t', 'SELECT a from FROM t', 'SELECT date FROM t', 'SELECT timestamp FROM t', 'SELECT user, key, value, index, type FROM t',
  "SELECT DATE '2020-01-01'", "SELECT TIMESTAMP '2020-01-01 00:00:00'", 'SELECT INTERVAL 1 DAY', "SELECT INTERVAL '1' DAY", 'SELECT INTERVAL 1', 'SELECT INTERVAL (1 + 1) HOUR', 'SELECT INTERVAL -7 DAY', 'SELECT CASE a WHEN 1 THEN 2 END', 'SELECT CASE WHEN a THEN 2 ELSE 3 END', 'SELECT CAST(a AS String)', "SELECT CAST(a, 'String')", 'SELECT CAST(a AS DateTime(\'UTC\'))', 'SELECT CAST(a AS Array(UInt8)) AS b', 'SELECT a::Array(String)', 'SELECT a::Nope(', 'SELECT EXTRACT(DAY FROM d)', "SELECT TRIM(BOTH ' ' FROM s)", 'SELECT SUBSTRING(s FROM 1 FOR 2)', 'SELECT substring(s, 1)', "SELECT POSITION('a' IN s)", 'SELECT date_add(DAY, 1, d)', 'SELECT dateDiff(DAY, a, b)', "SELECT dateDiff('day', a, b)", 'SELECT timestampAdd(MINUTE, 1, d)',
  'SELECT a = b = c', 'SELECT NOT a', 'SELECT NOT a = b', 'SELECT - - 1', 'SELECT a IN (1)', 'SELECT a IN 1', 'SELECT a IN t', 'SELECT a NOT IN (SELECT 1)', 'SELECT a GLOBAL NOT IN (SELECT 1)', "SELECT a LIKE 'b'", "SELECT a NOT ILIKE 'b'", "SELECT a REGEXP 'b'", 'SELECT a IS NULL', 'SELECT a IS NOT DISTINCT FROM b', 'SELECT a <=> b', 'SELECT a BETWEEN 1 AND 2', 'SELECT a NOT BETWEEN 1 AND 2', 'SELECT a || b', 'SELECT a % b, a MOD b, a DIV b', 'SELECT a ? b : c', 'SELECT a ? b', 'SELECT a == b', 'SELECT EXISTS (SELECT 1)', 'SELECT 1 WHERE', 'SELECT a GROUP', 'SELECT a ORDER a', 'SELECT a LIMIT', 'SELECT a FROM t WHERE a = = b', 'SELECT )', 'SELECT (1', 'SELECT f(1', 'SELECT f(,)', 'SELECT a..b', 'SELECT * FROM', 'SELECT a, FROM t', 'SELECT a AS FROM t', 'SELECT a AS b AS c', 'SELECT 1 + (2 AS x) + x', 'SELECT DISTINCT a, b FROM t', 'SELECT DISTINCT ON (a) a, b FROM t', 'SELECT ALL a FROM t', 'SELECT numbers.number FROM numbers(10)', 'SELECT * FROM numbers(10) AS n WHERE n.number > 1', 'SELECT * FROM (SELECT 1) x', 'SELECT * FROM (SELECT 1) AS x (a)', 'SELECT * FROM t WHERE (a, b) IN ((1, 2))', 'SELECT a FROM t GROUP BY 1', 'SELECT a FROM t WITH TOTALS', 'EXPLAIN SELECT 1', 'SELECT if(a, b, c)', 'SELECT left(a, 1), right(a, 1)', 'SELECT any(a), all', 'SELECT format(a, b)', 'SELECT replace(a, b, c)', 'SELECT order FROM t', 'SELECT a.b.c FROM t', "SELECT a.`b` FROM t", 'SELECT -1.5e-3', 'SELECT a[1].2', 'SELECT a[-1]', "SELECT map('a', 1)['a']",
];

test('accepts what ClickHouse accepts and refuses what it refuses', async (context) => {
  const clickHouse = openClickHouse();
  if (!clickHouse) return context.skip('ClickHouse is not installed');
  const different: string[] = [];
  for (const sql of SNIPPETS) {
    const theirs = await clickHouse.text(`EXPLAIN AST ${sql}`).then(() => 'accepted', (error: unknown) => (/SYNTAX_ERROR|Syntax error/.test(String(error)) ? 'refused' : 'accepted'));
    let ours = 'accepted';
    try {
      parseQuery(sql);
    } catch {
      ours = 'refused';
    }
    if (ours !== theirs) different.push(`${sql}: ${ours} here, ${theirs} by ClickHouse`);
  }
  clickHouse.close();
  return expect(different).toEqual([]);
});

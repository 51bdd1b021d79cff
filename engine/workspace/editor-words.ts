/** The words that completion offers, by place: data only. Which of them are understood, the parser decides. */
import type { Clause } from '../project/sql-outline.ts';

export const TYPES: readonly string[] = [
  'String', 'LowCardinality(String)', 'FixedString(16)', 'UUID', 'DateTime', 'DateTime64(3)', 'Date', 'Date32', 'Int8', 'Int16', 'Int32', 'Int64', 'Int128', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'UInt128',
  'Float32', 'Float64', 'Decimal(18, 2)', 'Bool', 'Array(String)', 'Map(String, String)', 'Nullable(String)', 'Tuple(a String, b UInt8)', "Enum8('a' = 1, 'b' = 2)", 'JSON', 'IPv4', 'IPv6', 'AggregateFunction(count)',
  'AggregateFunction(uniq, String)', 'AggregateFunction(sum, UInt64)', 'SimpleAggregateFunction(max, DateTime)', 'SimpleAggregateFunction(sum, UInt64)',
];

export const TABLE_ENGINES: readonly string[] = ['MergeTree', 'ReplacingMergeTree', 'SummingMergeTree', 'AggregatingMergeTree', 'CollapsingMergeTree', 'VersionedCollapsingMergeTree', 'Null'];

export const CRON_EXAMPLES: readonly string[] = ['@on-demand', '*/5 * * * *', '0 * * * *', '0 0 * * *'];

export const TEMPLATE_WORDS: readonly string[] = ['if', 'elif', 'else', 'end', 'for', 'set', 'while', 'break', 'continue', 'comment'];

/** Where a query begins. */
export const START_WORDS: readonly string[] = ['SELECT', 'WITH'];

export const EXPRESSION_WORDS: readonly string[] = [
  'AND', 'OR', 'NOT', 'IN', 'NOT IN', 'BETWEEN', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'INTERVAL', 'CAST', 'DISTINCT', 'OVER', 'FILTER', 'EXISTS', 'NULL', 'TRUE', 'FALSE',
];

const AFTER_WHERE = ['GROUP BY', 'HAVING', 'ORDER BY', 'LIMIT', 'UNION ALL', 'SETTINGS'];

/** Clauses that may follow, and words of the clause itself. */
export const CLAUSE_WORDS: Readonly<Record<Clause, readonly string[]>> = {
  with: ['SELECT', 'AS', 'RECURSIVE'],
  select: ['FROM', 'AS', 'DISTINCT', 'EXCEPT', 'REPLACE', 'APPLY', 'WHERE', 'UNION ALL', 'PARTITION BY', 'ORDER BY'],
  from: ['WHERE', 'PREWHERE', 'LEFT JOIN', 'INNER JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN', 'ANY LEFT JOIN', 'ANY INNER JOIN', 'LEFT SEMI JOIN', 'LEFT ANTI JOIN', 'ASOF JOIN', 'ASOF LEFT JOIN', 'ARRAY JOIN', 'LEFT ARRAY JOIN', 'ON', 'USING', 'AS', 'FINAL', ...AFTER_WHERE],
  where: [...AFTER_WHERE, 'WHERE'],
  'group by': ['WITH TOTALS', 'WITH ROLLUP', 'WITH CUBE', 'HAVING', 'ORDER BY', 'LIMIT', 'UNION ALL', 'GROUPING SETS', 'ALL'],
  having: ['ORDER BY', 'LIMIT', 'UNION ALL', 'QUALIFY'],
  'order by': ['ASC', 'DESC', 'NULLS FIRST', 'NULLS LAST', 'WITH FILL', 'LIMIT', 'UNION ALL', 'ALL'],
  limit: ['BY', 'OFFSET', 'WITH TIES', 'LIMIT', 'UNION ALL', 'SETTINGS', 'FORMAT'],
  settings: ['FORMAT'],
  window: ['PARTITION BY', 'ORDER BY', 'ROWS BETWEEN', 'UNBOUNDED PRECEDING', 'CURRENT ROW', 'LIMIT'],
  end: [],
};

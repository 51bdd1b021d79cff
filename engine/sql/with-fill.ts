/**
 * ORDER BY … WITH FILL: rows for the values that are missing between the first and the last. One filled column, of a
 * number, date or time; what ORDER BY names before it parts the rows into groups that are filled by themselves. Other
 * columns of a filled row have their default values, or those that INTERPOLATE carries on.
 */
import { SandpiperError, type Span } from '../errors.ts';
import type { Expression, OrderItem, SelectQuery } from './ast.ts';
import { Binder, type Stage } from './bind-expression.ts';
import type { Bound } from './bound.ts';
import { cast } from './conversion.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from './duck.ts';
import { duckTypeSql, plainSql } from './physical.ts';
import { Scope } from './scope.ts';
import type { Environment } from './statement.ts';
import { bare, type ClickHouseType } from './types.ts';

/** A column of the rows to fill. `blank` is its value in a row that is added. Only selected columns have a name. */
export interface FillColumn {
  readonly id: string;
  readonly name?: string;
  readonly blank: DuckSql;
  /** The id of a column of ORDER BY that is the same expression: in a row that is added it has that column's value. */
  readonly twin?: string;
}

interface FillInput {
  readonly query: SelectQuery;
  /** The rows, as a query in brackets. */
  readonly from: DuckSql;
  readonly alias: DuckSql;
  readonly columns: readonly FillColumn[];
  /** What ORDER BY names, each a column by its id. */
  readonly sorts: readonly { readonly item: OrderItem; readonly value: Bound; readonly id: string }[];
  readonly environment: Environment;
}

const CONSTANTS: Stage = {
  windows: false,
  aggregate: (call) => {
    throw new SandpiperError('type', 'WITH FILL takes constants.', { span: call.span });
  },
};

/** The table expression with the missing rows, under the same alias. */
export function withFill({ query, from, alias, columns, sorts, environment }: FillInput): DuckSql {
  const position = sorts.findIndex(({ item }) => item.fill);
  const sort = sorts[position];
  if (!sort?.item.fill) return duck`${from} AS ${alias}`;
  const at = sort.item.span;
  if (sorts.filter(({ item }) => item.fill).length > 1) throw new SandpiperError('unsupported', 'WITH FILL is supported for one column of ORDER BY.', { span: at });
  if (sort.item.fill.staleness) throw new SandpiperError('unsupported', 'STALENESS of WITH FILL is not supported.', { span: at });
  const groups = [...new Set(sorts.slice(0, position).map(({ id }) => id))];
  const statement = environment.statement;
  const [rows, group] = [duckName(statement.fresh('rows')), duckName(statement.fresh('fill'))];
  const id = duckName(sort.id);
  const type = bare(sort.value.type);
  // Names with spaces, so that no column of the query is in their way.
  const value = duck`CAST(${group}."fill value" AS ${duckTypeSql(type)})`;
  const missing = columns.map((one) => {
    const source = one.twin ?? one.id;
    if (source === sort.id) return duck`${value} AS ${duckName(one.id)}`;
    return duck`${groups.includes(source) ? duck`${group}.${duckName(source)}` : one.blank} AS ${duckName(one.id)}`;
  });
  const names = columns.map((one) => duckName(one.id));
  const keys = groups.map((key) => duckName(key));
  const same = keys.map((key) => duck`${rows}.${key} IS NOT DISTINCT FROM ${group}.${key}`);
  const real = type.kind === 'Float' ? duck` WHERE NOT isnan(${id})` : duck``;
  const edges = duck`SELECT ${[...keys, duck`min(${id}) AS "fill least"`, duck`max(${id}) AS "fill most"`]} FROM ${rows}${real}${keys.length > 0 ? duck` GROUP BY ${keys}` : duck``}`;
  const series = seriesOf(sort.item, type, environment, at);
  const added = duck`SELECT ${missing}, FALSE FROM (SELECT ${[...keys, duck`unnest(${series}) AS "fill value"`]} FROM (${edges})) AS ${group} WHERE NOT EXISTS (SELECT 1 FROM ${rows} WHERE ${joined([duck`${rows}.${id} = ${value}`, ...same], ' AND ')})`;
  const union = duck`WITH ${rows} AS MATERIALIZED (SELECT ${names} FROM ${from}) SELECT ${names}, TRUE AS "is row" FROM ${rows} UNION ALL ${added}`;
  if (!query.interpolate) return duck`(${union}) AS ${alias}`;
  const order = [...keys, sort.item.descending ? duck`${id} DESC` : duck`${id} ASC`];
  const sorted = new Set(sorts.map((one) => one.id));
  return duck`(SELECT ${columns.map((one) => (sorted.has(one.id) ? duckName(one.id) : interpolated(query, one, order)))} FROM (${union})) AS ${alias}`;
}

/** The list of values from the first to the last, in terms of its edges. */
function seriesOf(item: OrderItem, type: ClickHouseType, environment: Environment, at: Span): DuckSql {
  const constants = new Binder({ environment, scope: new Scope([]), aliases: new Map(), stage: CONSTANTS });
  const edge = (expression: Expression | undefined): DuckSql | undefined => (expression ? plainSql(cast(constants.bind(expression), type)) : undefined);
  const step = stepOf(item.fill?.step, item.descending, type.kind, constants, at);
  const first = edge(item.fill?.from) ?? (item.descending ? duck`"fill most"` : duck`"fill least"`);
  const end = edge(item.fill?.to);
  const last = item.descending ? duck`"fill least"` : duck`"fill most"`;
  if (type.kind === 'Float' || type.kind === 'Decimal') {
    const count = end ? duck`CAST(ceil((CAST(${end} AS DOUBLE) - CAST(${first} AS DOUBLE)) / ${step}) AS BIGINT)` : duck`CAST(floor((CAST(${last} AS DOUBLE) - CAST(${first} AS DOUBLE)) / ${step}) AS BIGINT) + 1`;
    return duck`list_transform(range(${count}), lambda "fill step": CAST(${first} AS DOUBLE) + "fill step" * ${step})`;
  }
  // DuckDB makes series of BIGINT and TIMESTAMP only.
  const inSeries = (sql: DuckSql): DuckSql => (type.kind === 'Integer' ? duck`CAST(${sql} AS BIGINT)` : duck`CAST(${sql} AS TIMESTAMP)`);
  // TO is exclusive; without it the last value is there already.
  return end ? duck`range(${inSeries(first)}, ${inSeries(end)}, ${step})` : duck`generate_series(${inSeries(first)}, ${inSeries(last)}, ${step})`;
}

/** The value of the last real row, for columns that INTERPOLATE names (all, when it names none). */
function interpolated(query: SelectQuery, column: FillColumn, order: readonly DuckSql[]): DuckSql {
  const name = duckName(column.id);
  const items = query.interpolate ?? [];
  const item = items.find((one) => one.name.text === column.name);
  if (item?.expression && !(item.expression.kind === 'identifier' && item.expression.parts[0].text === column.name)) {
    throw new SandpiperError('unsupported', 'INTERPOLATE is supported for columns that carry on their last value, not for expressions.', { span: item.expression.span });
  }
  if (items.length > 0 && !item) return name;
  const carried = duck`last_value(CASE WHEN "is row" THEN {'value': ${name}} END IGNORE NULLS) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)`;
  return duck`CASE WHEN "is row" OR ${carried} IS NULL THEN ${name} ELSE ${carried}.value END AS ${name}`;
}

function stepOf(step: Expression | undefined, descending: boolean, kind: string, constants: Binder, at: Span): DuckSql {
  const value = step ? constants.bind(step) : undefined;
  const isDate = kind === 'Date' || kind === 'Date32';
  const isTime = kind === 'DateTime' || kind === 'DateTime64';
  if (!isDate && !isTime && !['Integer', 'Float', 'Decimal'].includes(kind)) throw new SandpiperError('unsupported', `WITH FILL cannot fill a column of type ${kind}.`, { span: at });
  const constant = value?.constant;
  if ((constant?.kind === 'integer' && constant.value === 0n) || (constant?.kind === 'float' && constant.value === 0)) throw new SandpiperError('type', 'The STEP of WITH FILL must not be 0.', { span: step?.span ?? at });
  const unit = value ? bare(value.type) : undefined;
  if (value && unit?.kind === 'Interval') {
    const months = { Month: 1, Quarter: 3, Year: 12 }[String(unit.unit)];
    const count = plainSql(value);
    if (months !== undefined) return duck`to_months(CAST(${count} * ${duckInteger(months)} AS INTEGER))`;
    const seconds = { Week: 604_800, Day: 86_400, Hour: 3_600, Minute: 60, Second: 1 }[String(unit.unit)];
    if (seconds === undefined) throw new SandpiperError('unsupported', 'WITH FILL steps are whole seconds or longer.', { span: at });
    return duck`to_seconds(CAST(${count} * ${duckInteger(seconds)} AS BIGINT))`;
  }
  const amount = value ? plainSql(value) : descending ? duck`-1` : duck`1`;
  if (isDate) return duck`to_days(CAST(${amount} AS INTEGER))`;
  if (isTime) return duck`to_seconds(CAST(${amount} AS BIGINT))`;
  return kind === 'Integer' ? duck`CAST(${amount} AS BIGINT)` : duck`CAST(${amount} AS DOUBLE)`;
}

/**
 * ORDER BY … WITH FILL: rows for the values that are missing between the first and the last. One filled column, of a
 * number, date or time; other columns of a filled row have their default values, or those that INTERPOLATE carries on.
 */
import { SandpiperError } from '../errors.ts';
import type { Expression, OrderItem, SelectQuery } from './ast.ts';
import { Binder, type Stage } from './bind-expression.ts';
import { bound, type Bound } from './bound.ts';
import { cast } from './conversion.ts';
import { duck, duckInteger, duckName, type DuckSql } from './duck.ts';
import { defaultSql, duckTypeSql, plainSql } from './physical.ts';
import { Scope } from './scope.ts';
import type { Environment } from './statement.ts';
import { bare } from './types.ts';

interface FillInput {
  readonly query: SelectQuery;
  readonly from: DuckSql;
  readonly alias: DuckSql;
  readonly columns: readonly { readonly name: string; readonly id: string; readonly value: Bound }[];
  readonly sorts: readonly { readonly item: OrderItem; readonly value: Bound }[];
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
  const filled = sorts.filter(({ item }) => item.fill);
  const [sort] = filled;
  if (!sort?.item.fill) return from;
  const at = sort.item.span;
  if (filled.length > 1 || sorts.length > 1) throw new SandpiperError('unsupported', 'WITH FILL is supported for an ORDER BY of one column.', { span: at });
  if (sort.item.fill.staleness) throw new SandpiperError('unsupported', 'STALENESS of WITH FILL is not supported.', { span: at });
  const column = columns.find((one) => one.value.sql.text === sort.value.sql.text);
  if (!column) throw new SandpiperError('unsupported', 'WITH FILL needs its column among the selected ones.', { span: at });
  const constants = new Binder({ environment, scope: new Scope([]), aliases: new Map(), stage: CONSTANTS });
  const type = bare(column.value.type);
  const step = stepOf(sort.item.fill.step, sort.item.descending, type.kind, constants, at);
  const edge = (expression: Expression | undefined): DuckSql | undefined => (expression ? plainSql(cast(constants.bind(expression), type)) : undefined);
  const id = duckName(column.id);
  const rows = duckName(environment.statement.fresh('rows'));
  // DuckDB makes series of BIGINT and TIMESTAMP only.
  const counted = type.kind === 'Integer' || type.kind === 'Float' || type.kind === 'Decimal';
  const inSeries = (sql: DuckSql): DuckSql => (counted ? duck`CAST(${sql} AS BIGINT)` : duck`CAST(${sql} AS TIMESTAMP)`);
  const first = edge(sort.item.fill.from) ?? (sort.item.descending ? duck`(SELECT max(${id}) FROM ${rows})` : duck`(SELECT min(${id}) FROM ${rows})`);
  const end = edge(sort.item.fill.to);
  const last = sort.item.descending ? duck`(SELECT min(${id}) FROM ${rows})` : duck`(SELECT max(${id}) FROM ${rows})`;
  // TO is exclusive; without it the last value is there already.
  const series = end ? duck`range(${inSeries(first)}, ${inSeries(end)}, ${step})` : duck`generate_series(${inSeries(first)}, ${inSeries(last)}, ${step})`;
  const missing = columns.map((one) => (one === column ? duck`CAST(v AS ${duckTypeSql(type)}) AS ${id}` : duck`${defaultSql(one.value.type)} AS ${duckName(one.id)}`));
  const names = columns.map((one) => duckName(one.id));
  const union = duck`WITH ${rows} AS MATERIALIZED (SELECT ${names} FROM ${from}) SELECT ${names}, TRUE AS "is row" FROM ${rows} UNION ALL SELECT ${missing}, FALSE FROM (SELECT unnest(${series}) AS v) WHERE CAST(v AS ${duckTypeSql(type)}) NOT IN (SELECT ${id} FROM ${rows} WHERE ${id} IS NOT NULL)`;
  if (!query.interpolate) return duck`(${union}) AS ${alias}`;
  return duck`(SELECT ${columns.map((one) => interpolated(query, one, id, sort.item.descending))} FROM (${union})) AS ${alias}`;
}

function interpolated(query: SelectQuery, column: FillInput['columns'][number], order: DuckSql, descending: boolean): DuckSql {
  const name = duckName(column.id);
  const items = query.interpolate ?? [];
  const item = items.find((one) => one.name.text === column.name);
  if (item?.expression && !(item.expression.kind === 'identifier' && item.expression.parts[0].text === column.name)) {
    throw new SandpiperError('unsupported', 'INTERPOLATE is supported for columns that carry on their last value, not for expressions.', { span: item.expression.span });
  }
  if ((items.length > 0 && !item) || name.text === order.text) return name;
  const direction = descending ? duck`DESC` : duck`ASC`;
  return duck`coalesce(CASE WHEN "is row" THEN ${name} END, last_value(CASE WHEN "is row" THEN ${name} END IGNORE NULLS) OVER (ORDER BY ${order} ${direction} ROWS UNBOUNDED PRECEDING), ${name}) AS ${name}`;
}

function stepOf(step: Expression | undefined, descending: boolean, kind: string, constants: Binder, at: Expression['span']): DuckSql {
  const value = step ? constants.bind(step) : undefined;
  const isDate = kind === 'Date' || kind === 'Date32';
  const isTime = kind === 'DateTime' || kind === 'DateTime64';
  if (!isDate && !isTime && !['Integer', 'Float', 'Decimal'].includes(kind)) throw new SandpiperError('unsupported', `WITH FILL cannot fill a column of type ${kind}.`, { span: at });
  const unit = value ? bare(value.type) : undefined;
  if (unit?.kind === 'Interval') {
    const months = { Month: 1, Quarter: 3, Year: 12 }[String(unit.unit)];
    const count = plainSql(value ?? zero(at));
    if (months !== undefined) return duck`to_months(CAST(${count} * ${duckInteger(months)} AS INTEGER))`;
    const seconds = { Week: 604_800, Day: 86_400, Hour: 3_600, Minute: 60, Second: 1 }[String(unit.unit)];
    if (seconds === undefined) throw new SandpiperError('unsupported', 'WITH FILL steps are whole seconds or longer.', { span: at });
    return duck`to_seconds(CAST(${count} * ${duckInteger(seconds)} AS BIGINT))`;
  }
  const amount = value ? plainSql(value) : descending ? duck`-1` : duck`1`;
  if (isDate) return duck`to_days(CAST(${amount} AS INTEGER))`;
  return isTime ? duck`to_seconds(CAST(${amount} AS BIGINT))` : duck`CAST(${amount} AS BIGINT)`;
}

function zero(span: Expression['span']): Bound {
  return bound({ kind: 'Nothing' }, duck`0`, span);
}

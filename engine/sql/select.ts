/**
 * One SELECT, in stages: FROM and ARRAY JOIN, WHERE, grouping, HAVING, windows and QUALIFY, the columns, DISTINCT,
 * ORDER BY, LIMIT BY, LIMIT. A stage becomes a subquery of DuckDB only where it must. Columns are always written with
 * their table's generated alias, so DuckDB's own rules for aliases never come into play.
 */
import { SandpiperError } from '../errors.ts';
import { applyArrayJoin, applyArrayJoinCalls, collectArrayJoins } from './array-join.ts';
import type { Call, Expression, OrderItem, SelectQuery } from './ast.ts';
import { Binder, type Stage } from './bind-expression.ts';
import type { Bound } from './bound.ts';
import { collectAliases } from './children.ts';
import { columnName } from './column-name.ts';
import { duck, duckDouble, duckInteger, duckName, joined, type DuckSql } from './duck.ts';
import { expandColumns, type SelectItem } from './expand-columns.ts';
import { bindFrom, type From } from './from.ts';
import { Grouping } from './grouping.ts';
import { orderItem, orderOf } from './order.ts';
import { defaultSql, orderSql, plainSql } from './physical.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import type { Environment, Relation, RelationColumn } from './statement.ts';
import { bare } from './types.ts';
import { withFill, type FillColumn } from './with-fill.ts';

export interface BoundSelect extends Relation {
  /** Without its LIMIT, when it has one. */
  readonly unlimited?: DuckSql;
  readonly totals?: DuckSql;
}

interface Column {
  readonly name: string;
  readonly id: string;
  readonly value: Bound;
}

interface Sort {
  readonly item: OrderItem;
  readonly value: Bound;
}

export function bindSelect(query: SelectQuery, environment: Environment): BoundSelect {
  const statement = environment.statement;
  const aliases = new Map<string, Expression>();
  for (const item of query.with) if (item.kind === 'expression') aliases.set(item.alias.text, item.expression);
  collectAliases(expressionsOf(query), aliases);
  const windows = new Map<string, Call['over']>(query.windows.map((window) => [window.name.text, window.specification]));
  const binderOver = (from: From, stage: Stage): Binder => new Binder({ environment, scope: from.scope, aliases, stage, windows });

  let from: From = query.from ? bindFrom(query.from, environment, aliases) : { sql: duck`(SELECT 1)`, scope: new Scope([]) };
  for (const clause of query.arrayJoins) from = applyArrayJoin(from, clause, (over) => binderOver(over, ROWS_ONLY), statement);
  const calls = new Map<string, Call>();
  const probe = binderOver(from, ROWS_ONLY);
  collectArrayJoins(expressionsOf(query), (call) => !probe.hasAggregate(call), calls);
  const arrayJoined = applyArrayJoinCalls(from, calls, (over, known) => binderOver(over, rowStage(known)), statement);
  from = arrayJoined.from;

  const rows = rowStage(arrayJoined.columns);
  const rowBinder = binderOver(from, rows);
  const items = expandColumns(query.columns, rowBinder);
  if (items.length === 0) throw new SandpiperError('unknown-name', 'No column is left to select: nothing matches COLUMNS, or EXCEPT leaves nothing.', { span: query.columns[0]?.span ?? query.span });
  const conditions = [query.prewhere, query.where].flatMap((condition) => (condition ? [rowBinder.condition(condition)] : []));
  const where = conditions.length === 0 ? duck`` : duck` WHERE ${joined(conditions, ' AND ')}`;
  const source = query.from || calls.size > 0 ? duck`FROM ${from.sql}${where}` : where;

  const grouped = isGrouped(query, items, rowBinder);
  const grouping = grouped ? new Grouping(rowBinder, groupKeys(query, items, rowBinder), query.groupBy) : undefined;
  const binder = grouping ? rowBinder.inStage(grouping.stage()) : rowBinder.inStage({ ...rows, windows: true });

  const columns = named(items, binder);
  const having = query.having ? binder.inStage({ ...binder.stage, windows: false }).condition(query.having) : undefined;
  const qualify = query.qualify ? binder.condition(query.qualify) : undefined;
  const sorts = sortsOf(query, items, columns, binder);
  const clauseBy = limitByOf(query);
  const limitBy = clauseBy ? { ...clauseBy, values: clauseBy.by.map((by) => byPosition(by, columns) ?? binder.bind(by)) } : undefined;

  const bodyOf = (inner: DuckSql): DuckSql => duck`FROM (${inner}) AS ${grouping?.alias ?? duck``}${having ? duck` WHERE ${having}` : duck``}`;
  const body = grouping ? bodyOf(grouping.sql(source)) : having ? havingWithoutGroups(source, having, conditions.length > 0) : source;
  const totals = grouping && query.groupBy?.withTotals ? totalsOf(columns, duck`FROM (${grouping.totals(having ? havingWithoutGroups(source, grouping.passes(source, having), conditions.length > 0) : source)}) AS ${grouping.alias}`) : undefined;
  const relationColumns = columns.map(({ name, id, value }): RelationColumn => ({ name, id, type: value.type }));
  const limits = () => limitClause(query, binderOver({ sql: duck``, scope: new Scope([]) }, ROWS_ONLY));

  const share = query.withTies ? undefined : partOfRows(query, binderOver({ sql: duck``, scope: new Scope([]) }, ROWS_ONLY));
  const finish = (sql: DuckSql): BoundSelect => ({
    sql: share ? duck`SELECT ${columns.map(({ id }) => duckName(id))} FROM (SELECT *, row_number() OVER () AS "row number", count(*) OVER () AS "row count" FROM (${sql})) WHERE ${share} ORDER BY "row number"` : duck`${sql}${limits()}`,
    columns: relationColumns,
    ...(query.limit ? { unlimited: sql } : {}),
    ...(totals ? { totals } : {}),
  });
  const select = columns.map(({ value, id }) => duck`${plainSql(value)} AS ${duckName(id)}`);
  const rank = query.withTies ? tiesCondition(query, sorts, binder) : undefined;
  const filters = [...(qualify ? [qualify] : []), ...(rank ? [rank] : [])];
  const filtered = filters.length === 0 ? duck`` : duck` QUALIFY ${joined(filters, ' AND ')}`;
  const simple = !isDistinct(query) && !limitBy && !sorts.some(({ item }) => item.fill);
  if (simple) {
    const order = orderClause(sorts.flatMap(({ item, value }) => orderItem(value, item)));
    const sql = duck`SELECT ${select} ${body}${filtered}${order}`;
    return rank ? { ...finish(sql), sql } : finish(sql);
  }
  return finish(layered(query, { columns, select, body, filtered, sorts, limitBy, environment }));
}

interface Layers {
  readonly columns: readonly Column[];
  readonly select: readonly DuckSql[];
  readonly body: DuckSql;
  readonly filtered: DuckSql;
  readonly sorts: readonly Sort[];
  readonly limitBy: { readonly limit: Expression; readonly offset?: Expression; readonly values: readonly Bound[] } | undefined;
  readonly environment: Environment;
}

/** DISTINCT, LIMIT BY and WITH FILL come after the columns, so the columns become an inner query. */
function layered(query: SelectQuery, layers: Layers): DuckSql {
  const { columns, body, filtered, environment } = layers;
  const statement = environment.statement;
  const alias = duckName(statement.fresh('p'));
  const hidden: (FillColumn & { readonly sql: DuckSql })[] = [];
  const outer = (value: Bound, form: (value: Bound) => DuckSql): string => {
    const sql = form(value);
    const column = columns.find((one) => one.value.sql.text === value.sql.text);
    if (column && sql.text === plainSql(value).text) return column.id;
    const id = statement.fresh('hidden ');
    hidden.push({ id, sql, blank: form({ ...value, sql: defaultSql(value.type), representation: 'plain' }) });
    return id;
  };
  const reference = (id: string): DuckSql => duck`${alias}.${duckName(id)}`;
  const sorts = layers.sorts.map(({ item, value }) => ({ item, value, id: outer(value, orderSql) }));
  const order = sorts.flatMap(({ item, value, id }) => orderOf(reference(id), bare(value.type).kind === 'Float', item));
  const by = layers.limitBy?.values.map((value) => reference(outer(value, plainSql)));
  const distinct = isDistinct(query) ? distinctClause(columns, hidden.length > 0) : duck``;
  const inner = duck`SELECT ${distinct}${[...layers.select, ...hidden.map(({ id, sql }) => duck`${sql} AS ${duckName(id)}`)]} ${body}${filtered}`;
  const isFilled = sorts.some(({ item }) => item.fill);
  const twinOf = (id: string, value: Bound) => sorts.find((sort) => sort.id !== id && sort.value.sql.text === value.sql.text && sort.value.representation === value.representation);
  const fillColumns = [...columns.map(({ name, id, value }): FillColumn => {
    const twin = twinOf(id, value);
    return { name, id, blank: defaultSql(value.type), ...(twin ? { twin: twin.id } : {}) };
  }), ...hidden];
  const from = isFilled ? withFill({ query, from: duck`(${inner})`, alias, columns: fillColumns, sorts, environment }) : duck`(${inner}) AS ${alias}`;
  const qualify = layers.limitBy && by ? duck` QUALIFY ${limitByCondition(layers.limitBy, by, order, environment)}` : duck``;
  return duck`SELECT ${columns.map(({ id }) => reference(id))} FROM ${from}${qualify}${orderClause(order)}`;
}

/** Rows that differ only in what ORDER BY adds are still the same row. */
function distinctClause(columns: readonly Column[], hasHidden: boolean): DuckSql {
  return hasHidden ? duck`DISTINCT ON (${columns.map(({ value }) => plainSql(value))}) ` : duck`DISTINCT `;
}

function isDistinct(query: SelectQuery): boolean {
  return query.distinct && query.distinctOn.length === 0;
}

/** DISTINCT ON (x) is LIMIT 1 BY x. */
function limitByOf(query: SelectQuery): SelectQuery['limitBy'] {
  if (query.distinctOn.length === 0) return query.limitBy;
  if (query.limitBy) throw new SandpiperError('syntax', 'DISTINCT ON and LIMIT BY cannot stand in one query.', { span: query.span });
  return { limit: { kind: 'number', text: '1', span: query.span }, by: query.distinctOn };
}

function limitByCondition(limitBy: NonNullable<Layers['limitBy']>, by: readonly DuckSql[], order: readonly DuckSql[], environment: Environment): DuckSql {
  const constants = new Binder({ environment, scope: new Scope([]), aliases: new Map(), stage: ROWS_ONLY });
  const limit = countSql(constants, limitBy.limit);
  const offset = limitBy.offset ? countSql(constants, limitBy.offset) : duckInteger(0);
  const number = duck`row_number() OVER (PARTITION BY ${by}${orderClause(order)})`;
  return duck`${number} > ${offset} AND ${number} <= ${offset} + ${limit}`;
}

function orderClause(order: readonly DuckSql[]): DuckSql {
  return order.length === 0 ? duck`` : duck` ORDER BY ${order}`;
}

/** Every expression of the query, where an alias may be given. */
function expressionsOf(query: SelectQuery): readonly Expression[] {
  return [
    ...query.with.flatMap((item) => (item.kind === 'expression' ? [item.expression] : [])),
    ...query.columns,
    ...query.arrayJoins.flatMap((clause) => clause.items.map((item) => (item.kind === 'aliased' ? item.expression : item))),
    ...[query.prewhere, query.where, query.having, query.qualify].flatMap((part) => (part ? [part] : [])),
    ...(query.groupBy?.keys ?? []),
    ...query.orderBy.map((item) => item.expression),
    ...(query.limitBy?.by ?? []),
  ];
}

const ROWS_ONLY: Stage = rowStage(new Map());

/** The stage before grouping: columns may be read, aggregates may not stand. */
function rowStage(arrayJoined: ReadonlyMap<string, ScopeColumn>): Stage {
  return {
    windows: false,
    aggregate: (call) => {
      throw new SandpiperError('type', `The aggregate ${call.name.text} cannot stand in WHERE, GROUP BY or a join: use HAVING, or a subquery.`, { span: call.span });
    },
    arrayJoin: (call) => {
      const column = arrayJoined.get(columnName(call));
      return column ? { type: column.type, sql: column.sql, representation: 'plain', span: call.span } : undefined;
    },
  };
}

function isGrouped(query: SelectQuery, items: readonly SelectItem[], binder: Binder): boolean {
  if (query.groupBy) return true;
  const places = [...items.map((item) => item.expression), ...query.orderBy.map((item) => item.expression), ...(query.having ? [query.having] : []), ...(query.qualify ? [query.qualify] : [])];
  return places.some((expression) => binder.hasAggregate(expression));
}

/** The keys of GROUP BY with positions and ALL replaced by what they stand for. */
function groupKeys(query: SelectQuery, items: readonly SelectItem[], binder: Binder): readonly Expression[] {
  if (query.groupBy?.kind === 'all') return items.map((item) => item.expression).filter((expression) => !binder.hasAggregate(expression));
  return (query.groupBy?.keys ?? []).map((key) => itemAt(key, items)?.expression ?? key);
}

/** The selected item that a bare whole number names by its position. */
function itemAt(expression: Expression, items: readonly SelectItem[]): SelectItem | undefined {
  if (expression.kind !== 'number' || !/^\d+$/.test(expression.text)) return undefined;
  const item = items[Number(expression.text) - 1];
  if (!item) throw new SandpiperError('type', `There is no selected column at position ${expression.text}: the query selects ${items.length}.`, { span: expression.span });
  return item;
}

function byPosition(expression: Expression, columns: readonly Column[]): Bound | undefined {
  return expression.kind === 'number' ? columns[Number(expression.text) - 1]?.value : undefined;
}

/** The selected columns, each under a DuckDB name that no other has in any case. */
function named(items: readonly SelectItem[], binder: Binder): readonly Column[] {
  const used = new Set<string>();
  return items.map((item) => {
    // DuckDB's names cannot hold NUL.
    let id = item.name.replaceAll('\0', ' ');
    for (let copy = 2; used.has(id.toLowerCase()); copy += 1) id = `${item.name.replaceAll('\0', ' ')} ${copy}`;
    used.add(id.toLowerCase());
    return { name: item.name, id, value: binder.bind(item.expression) };
  });
}

function sortsOf(query: SelectQuery, items: readonly SelectItem[], columns: readonly Column[], binder: Binder): readonly Sort[] {
  if (query.orderByAll) return columns.map(({ value }) => ({ value, item: { descending: false, ...query.orderAll, expression: { kind: 'null', span: value.span }, span: value.span } }));
  return query.orderBy.flatMap((item): Sort[] => {
    const selected = itemAt(item.expression, items);
    const column = selected ? columns[items.indexOf(selected)] : undefined;
    if (column) return [{ item, value: column.value }];
    const value = binder.bind(item.expression);
    // DuckDB would read a constant as a position; it sorts nothing.
    return value.constant && !item.fill ? [] : [{ item, value }];
  });
}

function havingWithoutGroups(source: DuckSql, having: DuckSql, filtered: boolean): DuckSql {
  return filtered ? duck`${source} AND ${having}` : duck`${source} WHERE ${having}`;
}

function totalsOf(columns: readonly Column[], body: DuckSql): DuckSql {
  return duck`SELECT ${columns.map(({ value, id }) => duck`${plainSql(value)} AS ${duckName(id)}`)} ${body}`;
}

function limitClause(query: SelectQuery, constants: Binder): DuckSql {
  const limit = query.limit && !query.withTies ? duck` LIMIT ${countSql(constants, query.limit)}` : duck``;
  const offset = query.offset && !query.withTies ? duck` OFFSET ${countSql(constants, query.offset)}` : duck``;
  return duck`${limit}${offset}`;
}

/** LIMIT and OFFSET that count from the last row (negative) or give a share of the rows (a fraction), as a condition. */
function partOfRows(query: SelectQuery, constants: Binder): DuckSql | undefined {
  const amount = (expression: Expression | undefined): { readonly rows: DuckSql; readonly fromEnd: boolean } | undefined => {
    const constant = expression && constants.bind(expression).constant;
    if (constant?.kind === 'integer') return { rows: duckInteger(constant.value < 0n ? -constant.value : constant.value), fromEnd: constant.value < 0n };
    return constant?.kind === 'float' && constant.value > 0 && constant.value < 1 ? { rows: duck`CAST(ceil("row count" * ${duckDouble(constant.value)}) AS BIGINT)`, fromEnd: false } : undefined;
  };
  const isPlain = (expression: Expression | undefined) => !expression || /^\d+$/.test(expression.kind === 'number' ? expression.text : '');
  if (isPlain(query.limit) && isPlain(query.offset)) return undefined;
  const [limit, offset] = [amount(query.limit), amount(query.offset)];
  if ((query.limit && !limit) || (query.offset && !offset)) return undefined;
  if (![limit, offset].some((part) => part && (part.fromEnd || part.rows.text.includes('"')))) return undefined;
  if (limit?.fromEnd) {
    if (offset && !offset.fromEnd) throw new SandpiperError('unsupported', 'A negative LIMIT with a positive OFFSET is not supported.', { span: query.offset?.span ?? query.span });
    const end = duck`"row count" - ${offset?.rows ?? duckInteger(0)}`;
    return duck`"row number" > ${end} - ${limit.rows} AND "row number" <= ${end}`;
  }
  if (offset?.fromEnd) {
    if (limit) throw new SandpiperError('unsupported', 'A negative OFFSET with a positive LIMIT is not supported.', { span: query.offset?.span ?? query.span });
    return duck`"row number" <= "row count" - ${offset.rows}`;
  }
  const start = offset?.rows ?? duckInteger(0);
  return limit ? duck`"row number" > ${start} AND "row number" <= ${start} + ${limit.rows}` : duck`"row number" > ${start}`;
}

/** A constant number of rows: a literal as it is, an expression computed by DuckDB. */
function countSql(constants: Binder, expression: Expression): DuckSql {
  const value = constants.bind(expression);
  if (value.constant?.kind === 'integer') {
    if (value.constant.value < 0n) throw new SandpiperError('unsupported', 'A negative LIMIT or OFFSET is not supported.', { span: expression.span });
    return duckInteger(value.constant.value);
  }
  const kind = bare(value.type).kind;
  if (kind !== 'Integer' && kind !== 'Float' && kind !== 'Decimal') throw new SandpiperError('type', 'LIMIT and OFFSET take a number.', { span: expression.span });
  return duck`CAST(${plainSql(value)} AS BIGINT)`;
}

function tiesCondition(query: SelectQuery, sorts: readonly Sort[], binder: Binder): DuckSql {
  if (!query.limit || sorts.length === 0) throw new SandpiperError('syntax', 'WITH TIES needs ORDER BY and LIMIT.', { span: query.span });
  const constants = binder.inStage(ROWS_ONLY, new Scope([]));
  const order = orderClause(sorts.flatMap(({ item, value }) => orderItem(value, item)));
  const offset = query.offset ? countSql(constants, query.offset) : duckInteger(0);
  return duck`rank() OVER (${order}) <= ${offset} + ${countSql(constants, query.limit)} AND row_number() OVER (${order}) > ${offset}`;
}

/**
 * A ClickHouse query as one DuckDB statement: the door of this room. Binds queries of every kind (SELECT, UNION, CTEs),
 * casts the outermost columns to their plain types, and tells what was read and what the columns are.
 */
import { SandpiperError } from '../errors.ts';
import type { Expression, Query, SelectQuery, SetQuery, WithItem } from './ast.ts';
import { Binder, type Stage } from './bind-expression.ts';
import { bound } from './bound.ts';
import type { Catalog, CatalogColumn, CatalogTable, Translation, TranslateOptions } from './catalog.ts';
import { commonType } from './common-type.ts';
import { cast } from './conversion.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from './duck.ts';
import { booleanSql, defaultSql, orderSql, plainSql } from './physical.ts';
import { Scope } from './scope.ts';
import { bindSelect, type BoundSelect } from './select.ts';
import { Statement, type Environment, type Relation, type RelationColumn } from './statement.ts';
import { didYouMean } from './suggest.ts';
import { sameType, type ClickHouseType } from './types.ts';

/** Without ORDER BY a query stops at its limit; rows_before_limit_at_least then need not be exact beyond these. */
const COUNTED_ROWS = 1_000_000;

export function translate(query: Query, options: TranslateOptions): Translation {
  const statement = statementFor(options, query);
  const result = bindQuery(query, { statement, catalog: options.catalog, ctes: new Map(), constants: new Map() });
  const limited = query.kind === 'select' && query.limit !== undefined;
  return {
    duckdbSql: statement.finish(result.sql).text,
    columns: result.columns.map(({ name, type }) => ({ name, type })),
    tables: statement.tables,
    queries: statement.queries,
    ...(query.format ? { format: query.format.text } : {}),
    limited,
    ...(limited && result.unlimited ? { countSql: statement.finish(duck`SELECT count(*) FROM (${query.orderBy.length === 0 ? duck`SELECT 1 FROM (${result.unlimited}) LIMIT ${duckInteger(COUNTED_ROWS)}` : result.unlimited})`).text } : {}),
    ...(result.totals ? { totalsSql: statement.finish(result.totals).text } : {}),
    readsClock: statement.readsClock,
  };
}

/** A query whose rows fill a table: DuckDB SQL with the table's columns in order, cast to their types, matched by name. */
export function translateForTable(query: Query, columns: readonly CatalogColumn[], options: TranslateOptions): string {
  const statement = statementFor(options, query);
  const relation = bindQuery(query, { statement, catalog: options.catalog, ctes: new Map(), constants: new Map() });
  const extra = relation.columns.find((column) => !columns.some((target) => target.name === column.name));
  if (extra) throw new SandpiperError('type', `The query gives a column ${extra.name} that its target does not have.${didYouMean(extra.name, columns.map(({ name }) => name))}`, { span: query.span });
  const alias = duckName(statement.fresh('m'));
  const values = columns.map((target) => {
    const source = relation.columns.find((column) => column.name === target.name);
    if (!source) return duck`${defaultSql(target.type)} AS ${duckName(target.name)}`;
    const value = bound(source.type, duck`${alias}.${duckName(source.id)}`, query.span);
    return duck`${sameType(source.type, target.type) ? value.sql : plainSql(cast(value, target.type))} AS ${duckName(target.name)}`;
  });
  return statement.finish(duck`SELECT ${values} FROM (${relation.sql}) AS ${alias}`).text;
}

/** The DEFAULT of a column as DuckDB SQL of the column's type; it may name the other columns of its table. */
export function translateDefault(expression: Expression, target: ClickHouseType, columns: readonly CatalogColumn[]): DuckSql {
  const statement = statementFor({ catalog: NO_TABLES });
  const scope = new Scope(columns.map((column) => ({ name: column.name, type: column.type, sql: duckName(column.name), qualifiers: [] })));
  const value = new Binder({ environment: { statement, catalog: NO_TABLES, ctes: new Map(), constants: new Map() }, scope, aliases: new Map(), stage: NO_ROWS }).bind(expression);
  return plainSql(sameType(value.type, target) ? value : cast(value, target));
}

/** DuckDB SQL for the rowids of the rows for which the condition is true; a condition that is NULL is not. */
export function translateRowsWhere(condition: Expression, table: Extract<CatalogTable, { kind: 'stored' }>, options: TranslateOptions): DuckSql {
  if (table.columns.some(({ name }) => name.toLowerCase() === 'rowid')) throw new SandpiperError('unsupported', 'Rows of a data source with a column called rowid cannot be picked by a condition here.');
  const statement = statementFor(options);
  const scope = new Scope(table.columns.map((column) => ({ name: column.name, type: column.type, sql: duckName(column.name), qualifiers: [] })));
  const value = new Binder({ environment: { statement, catalog: options.catalog, ctes: new Map(), constants: new Map() }, scope, aliases: new Map(), stage: NO_ROWS }).bind(condition);
  return statement.finish(duck`SELECT rowid FROM ${duckName(...table.duckdbName)} WHERE ${booleanSql(value)}`);
}

/** What to sort a table's rows by, for these expressions over its columns. */
export function translateOrder(keys: readonly Expression[], columns: readonly CatalogColumn[]): readonly DuckSql[] {
  const statement = statementFor({ catalog: NO_TABLES });
  const scope = new Scope(columns.map((column) => ({ name: column.name, type: column.type, sql: duckName(column.name), qualifiers: [] })));
  const binder = new Binder({ environment: { statement, catalog: NO_TABLES, ctes: new Map(), constants: new Map() }, scope, aliases: new Map(), stage: NO_ROWS });
  return keys.map((key) => orderSql(binder.bind(key)));
}

const NO_TABLES: Catalog = { findTable: () => undefined, tableNames: () => [] };

/** What SETTINGS says of literals. */
function settingsOf(query: Query): ReadonlyMap<string, string> {
  const settings = query.kind === 'explain' ? [] : query.settings;
  return new Map(settings.flatMap(({ name, value }): [string, string][] => {
    if (value.kind === 'number') return [[name.text, value.text]];
    return value.kind === 'string' || value.kind === 'boolean' ? [[name.text, String(value.value)]] : [];
  }));
}

function statementFor(options: TranslateOptions, query?: Query): Statement {
  return new Statement({
    settings: query ? settingsOf(query) : new Map(),
    timeZone: options.timeZone ?? 'UTC',
    nowMicros: options.nowMicros ?? BigInt(Date.now()) * 1000n,
    parameters: options.parameters ?? {},
    bindQuery: (inner, environment) => bindQuery(inner, environment),
  });
}

function bindQuery(query: Query, environment: Environment): BoundSelect {
  switch (query.kind) {
    case 'select':
      return bindSelect(query, withItems(query, environment));
    case 'set':
      return bindSet(query, environment);
    case 'explain':
      throw new SandpiperError('unsupported', 'EXPLAIN is not supported: the SQL view of a result shows what runs.', { span: query.span });
    default:
      return query satisfies never;
  }
}

const NO_ROWS: Stage = {
  windows: false,
  aggregate: (call) => {
    throw new SandpiperError('type', `The aggregate ${call.name.text} cannot stand here.`, { span: call.span });
  },
};

/** The environment inside the query: its own CTEs and WITH expressions over those of the queries around. */
function withItems(query: SelectQuery, outer: Environment): Environment {
  if (query.with.length === 0) return outer;
  const ctes = new Map(outer.ctes);
  const constants = new Map(outer.constants);
  const environment: Environment = { ...outer, ctes, constants };
  // CTEs are written at the top of the statement, where no other query's rows are seen.
  const atTop: Environment = { ...environment, outer: undefined };
  for (const item of query.with) {
    if (item.kind === 'query') addCte(item, query.recursive, ctes, atTop);
    else constants.set(item.alias.text, { expression: item.expression, bind: () => new Binder({ environment, scope: new Scope([]), aliases: aliasesBefore(query.with, item), stage: NO_ROWS }).bind(item.expression) });
  }
  return environment;
}

/** A WITH expression may use those written before it. */
function aliasesBefore(items: readonly WithItem[], item: WithItem) {
  const before = items.slice(0, items.indexOf(item));
  return new Map(before.flatMap((one) => (one.kind === 'expression' ? [[one.alias.text, one.expression] as const] : [])));
}

function addCte(item: Extract<WithItem, { kind: 'query' }>, recursive: boolean, ctes: Map<string, () => Relation>, environment: Environment): void {
  const outer = ctes.get(item.name.text);
  let made: Relation | undefined;
  let binding = false;
  ctes.set(item.name.text, () => {
    if (made) return made;
    if (binding) {
      if (outer) return outer();
      throw new SandpiperError('unsupported', `${item.name.text} reads itself: write WITH RECURSIVE.`, { span: item.name.span });
    }
    binding = true;
    made = recursive && item.query.kind === 'set' ? recursiveCte(item, item.query, ctes, environment) : environment.statement.addCte(item.name.text, renamed(bindQuery(item.query, environment), item));
    return made;
  });
}

function renamed(relation: Relation, item: Extract<WithItem, { kind: 'query' }>): Relation {
  if (item.columns.length === 0) return relation;
  return { ...relation, columns: relation.columns.map((column, index) => ({ ...column, name: item.columns[index]?.text ?? column.name })) };
}

/** The first query gives the names; the others may read the CTE, and their types widen its own. */
function recursiveCte(item: Extract<WithItem, { kind: 'query' }>, query: SetQuery, ctes: Map<string, () => Relation>, environment: Environment): Relation {
  const [first, ...rest] = query.queries;
  const base = renamed(bindQuery(first, environment), item);
  const name = environment.statement.fresh('recursive_');
  let columns = base.columns;
  let steps: readonly BoundSelect[] = [];
  for (let widenings = 0; ; widenings += 1) {
    const self: Relation = { sql: duck`SELECT * FROM ${duckName(name)}`, columns };
    ctes.set(item.name.text, () => self);
    steps = rest.map((step) => bindQuery(step, environment));
    const wider = columns.map((column, index): RelationColumn => ({ ...column, type: commonType([column.type, ...steps.map((step) => columnAt(step, index, columns).type)], query.span) }));
    const isStable = wider.every((column, index) => sameType(column.type, columns[index]?.type ?? column.type));
    columns = wider;
    if (isStable) break;
    if (widenings > MOST_WIDENINGS) throw new SandpiperError('type', `The types of ${item.name.text} grow with each step: give its columns their types with CAST.`, { span: item.span });
  }
  const operator = query.mode === 'all' ? duck` UNION ALL ` : duck` UNION `;
  const sql = steps.reduce((left, right) => duck`${left}${operator}${fitted(right, columns, environment)}`, fitted(base, columns, environment));
  return environment.statement.addNamedCte(name, { sql, columns }, true);
}

/** What a step adds to a number makes its type wider, until the widest is reached. */
const MOST_WIDENINGS = 8;

function columnAt(relation: Relation, index: number, columns: readonly RelationColumn[]): RelationColumn {
  const column = relation.columns[index];
  if (!column || relation.columns.length !== columns.length) throw columnCounts(relation.columns.length, columns.length);
  return column;
}

/** A relation's columns cast to other columns' types, in order. */
function fitted(relation: Relation, columns: readonly RelationColumn[], environment: Environment): DuckSql {
  if (relation.columns.length !== columns.length) throw columnCounts(relation.columns.length, columns.length);
  const alias = duckName(environment.statement.fresh('u'));
  const casts = columns.map((column, index) => {
    const own = relation.columns[index] ?? column;
    const value = bound(own.type, duck`${alias}.${duckName(own.id)}`, { start: 0, end: 0 });
    return duck`${sameType(own.type, column.type) ? value.sql : plainSql(cast(value, column.type))} AS ${duckName(column.id)}`;
  });
  return duck`(SELECT ${casts} FROM (${relation.sql}) AS ${alias})`;
}

function columnCounts(left: number, right: number): SandpiperError {
  return new SandpiperError('type', `The queries of a UNION must have the same number of columns, not ${right} and ${left}.`);
}

/** UNION, EXCEPT, INTERSECT: columns by position, names of the first query, types that hold both. */
function bindSet(query: SetQuery, outer: Environment): BoundSelect {
  const [first] = query.queries;
  // The WITH of the first query is visible in those after it.
  const environment = first.kind === 'select' ? withItems(first, outer) : outer;
  const relations = query.queries.map((part, index) => bindQuery(part, index === 0 ? outer : environment));
  const [base] = relations;
  if (!base) throw new Error('A set without queries');
  const columns = base.columns.map((column, index): RelationColumn => {
    const types = relations.map((relation) => {
      const type = relation.columns[index]?.type;
      if (!type || relation.columns.length !== base.columns.length) throw new SandpiperError('type', `The queries of ${query.operator.toUpperCase()} must have the same number of columns.`, { span: query.span });
      return type;
    });
    return { ...column, type: commonType(types, query.span) };
  });
  const operator = query.operator === 'union' ? duck`UNION` : query.operator === 'except' ? duck`EXCEPT` : duck`INTERSECT`;
  const word = query.mode === 'all' ? duck` ${operator} ALL ` : duck` ${operator} `;
  const parts = relations.map((relation) => fitted(relation, columns, environment));
  const sql = parts.slice(1).reduce((left, right) => duck`${left}${word}${right}`, parts[0] ?? joined([], ', '));
  return { sql: duck`SELECT * FROM (${sql})`, columns };
}

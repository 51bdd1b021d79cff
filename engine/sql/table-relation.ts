/**
 * What a table's name stands for: a CTE of the queries around, a stored table of the catalog (with FINAL where asked),
 * a pipe or node, or one of ClickHouse's own system tables that need no server.
 */
import { SandpiperError, type Span } from '../errors.ts';
import { findAggregate } from './aggregates/registry.ts';
import type { Name } from './ast.ts';
import type { CatalogEngine, CatalogTable } from './catalog.ts';
import { duck, duckName, type DuckSql } from './duck.ts';
import { duckTypeSql, plainSql } from './physical.ts';
import { bound } from './bound.ts';
import type { Environment, Relation, RelationColumn } from './statement.ts';
import { didYouMean } from './suggest.ts';
import { UINT64, UINT8, type ClickHouseType } from './types.ts';

export function tableRelation(database: Name | undefined, name: Name, final: boolean, environment: Environment): Relation {
  if (!database) {
    const cte = environment.ctes.get(name.text);
    if (cte) return cte();
  }
  const statement = environment.statement;
  const { catalog } = environment;
  const table = catalog.findTable(database?.text, name.text) ?? (database ? catalog.findTable(undefined, `${database.text}.${name.text}`) : undefined);
  if (table?.kind === 'query') return statement.pipe(table.id, table.query, table.catalog ?? catalog, name.span);
  if (table) return storedRelation(table, final, name.span, environment);
  if (database?.text === 'system' && name.text === 'one') return { sql: duck`SELECT CAST(0 AS UTINYINT) AS "dummy"`, columns: [{ name: 'dummy', type: UINT8, id: 'dummy' }] };
  if (database?.text === 'system' && name.text === 'numbers') return { sql: duck`SELECT CAST(range AS UBIGINT) AS "number" FROM range(1000000000000)`, columns: [{ name: 'number', type: UINT64, id: 'number' }] };
  const known = [...catalog.tableNames(), ...environment.ctes.keys()];
  const whole = database ? `${database.text}.${name.text}` : name.text;
  throw new SandpiperError('unknown-name', `There is no data source, pipe or node ${whole}.${didYouMean(whole, known)}`, { span: database ? { start: database.span.start, end: name.span.end } : name.span });
}

function storedRelation(table: Extract<CatalogTable, { kind: 'stored' }>, final: boolean, span: Span, environment: Environment): Relation {
  environment.statement.readTable(table.duckdbName);
  const columns: RelationColumn[] = table.columns.map((column) => ({ name: column.name, type: column.type, id: column.name }));
  const from = duckName(...table.duckdbName);
  if (!final || !table.engine) return { sql: duck`SELECT ${columns.map((column) => duckName(column.id))} FROM ${from}`, columns };
  return { sql: merged(table.engine, columns, from, span, environment), columns };
}

/** The rows as they are once ClickHouse has merged all parts. */
function merged(engine: CatalogEngine, columns: readonly RelationColumn[], from: DuckSql, span: Span, environment: Environment): DuckSql {
  const all = columns.map((column) => duckName(column.id));
  const keys = engine.sortingKey.filter((key) => columns.some((column) => column.name === key)).map((key) => duckName(key));
  if (keys.length !== engine.sortingKey.length) throw new SandpiperError('unsupported', 'FINAL needs a sorting key made of columns: an expression in ENGINE_SORTING_KEY is not supported with FINAL.', { span });
  const partition = keys.length === 0 ? duck`` : duck`PARTITION BY ${keys}`;
  if (/^Replacing/.test(engine.name)) {
    const newest = engine.version === undefined ? duck`rowid DESC` : duck`${duckName(engine.version)} DESC, rowid DESC`;
    const kept = duck`SELECT ${all} FROM ${from} QUALIFY row_number() OVER (${partition} ORDER BY ${newest}) = 1`;
    return engine.isDeleted === undefined ? kept : duck`SELECT * FROM (${kept}) WHERE ${duckName(engine.isDeleted)} = 0`;
  }
  if (/Collapsing/.test(engine.name) && engine.sign !== undefined) {
    const sign = duckName(engine.sign);
    const version = engine.version === undefined ? duck`` : duck`, ${duckName(engine.version)}`;
    const group = keys.length === 0 ? duck`` : duck`PARTITION BY ${keys}${version}`;
    return duck`SELECT ${all} FROM (SELECT *, rowid AS "row number" FROM ${from} QUALIFY sum(${sign}) OVER (${group}) > 0 AND ${sign} = 1) QUALIFY row_number() OVER (${group} ORDER BY "row number" DESC) = 1`;
  }
  if (/^(Summing|Aggregating)/.test(engine.name)) {
    const summed = new Set(engine.summingColumns ?? []);
    const values = columns.map((column) => (engine.sortingKey.includes(column.name) ? duckName(column.id) : duck`${mergedColumn(engine, column, summed, span, environment)} AS ${duckName(column.id)}`));
    return keys.length === 0 ? duck`SELECT ${values} FROM ${from}` : duck`SELECT ${values} FROM ${from} GROUP BY ${keys}`;
  }
  return duck`SELECT ${all} FROM ${from}`;
}

function mergedColumn(engine: CatalogEngine, column: RelationColumn, summed: ReadonlySet<string>, span: Span, environment: Environment): DuckSql {
  const value = bound(column.type, duckName(column.id), span);
  const apply = (name: string, type: ClickHouseType = column.type): DuckSql => {
    const aggregate = findAggregate(name);
    if (!aggregate) throw new SandpiperError('unsupported', `FINAL cannot merge the column ${column.name}: there is no aggregate ${name}.`, { span });
    const result = aggregate.bind({ name, parameters: [], arguments: [{ ...value, type }], distinct: false, span, context: environment.statement.context });
    return plainSql(result);
  };
  if (column.type.kind === 'AggregateFunction') return apply(`${column.type.name}MergeState`);
  if (column.type.kind === 'SimpleAggregateFunction') return apply(column.type.name, column.type.arguments[0]);
  const sums = engine.name === 'SummingMergeTree' && ['Integer', 'Float', 'Decimal'].includes(column.type.kind) && (summed.size === 0 || summed.has(column.name));
  return sums ? duck`CAST(sum(${value.sql}) AS ${duckTypeSql(column.type)})` : duck`any_value(${value.sql})`;
}

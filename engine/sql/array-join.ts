/**
 * ARRAY JOIN and arrayJoin(): one row for each element. FROM becomes one relation with generated column names, and each
 * array gives it one column more; arrays of one ARRAY JOIN clause run side by side, arrayJoin() calls multiply.
 */
import { SandpiperError } from '../errors.ts';
import type { ArrayJoin, Call, Expression } from './ast.ts';
import type { Binder } from './bind-expression.ts';
import { bound, type Bound } from './bound.ts';
import { childrenOf } from './children.ts';
import { columnName } from './column-name.ts';
import { duck, duckName, joined, type DuckSql } from './duck.ts';
import type { From } from './from.ts';
import { defaultSql, plainSql } from './physical.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import type { Statement } from './statement.ts';
import { bare, type ClickHouseType } from './types.ts';
import { isArrayJoin } from './words.ts';

interface Unnested {
  readonly name: string;
  readonly value: Bound;
  /** The column that gives way to its elements. */
  readonly replaces?: ScopeColumn | undefined;
}

/** FROM with the clause applied. A bare column gives way to its elements; with an alias both stay. */
export function applyArrayJoin(from: From, clause: ArrayJoin, binder: (from: From) => Binder, statement: Statement): From {
  const single = asOne(from, statement);
  const bind = binder(single);
  const items = clause.items.flatMap((item): readonly Unnested[] => {
    const expression = item.kind === 'aliased' ? item.expression : item;
    const name = item.kind === 'aliased' ? item.alias.text : columnName(item);
    const nested = nestedColumns(expression, single.scope, bind);
    if (nested) return nested.map((column) => ({ ...(item.kind === 'aliased' ? {} : { replaces: column }), name: `${name}.${partOf(column.name)}`, value: bound(column.type, column.sql, item.span) }));
    const found = item.kind === 'identifier' && bind.aliasOf(item.parts[0].text) === undefined ? single.scope.find(item) : undefined;
    return [{ name, value: bind.bind(expression), replaces: found?.rest.length === 0 ? found.column : undefined }];
  });
  return unnest(single, items, clause.left, statement);
}

/** The columns `n.a` and `n.b` for the name n of a Nested that is stored column by column. */
function nestedColumns(expression: Expression, scope: Scope, binder: Binder): readonly ScopeColumn[] | undefined {
  if (expression.kind !== 'identifier' || binder.aliasOf(expression.parts[0].text) !== undefined || scope.find(expression)) return undefined;
  const prefix = `${expression.parts.map((part) => part.text).join('.')}.`;
  const columns = scope.columns.filter((column) => !column.hidden && [column.name, ...column.qualifiers.map((qualifier) => `${qualifier}.${column.name}`)].some((name) => name.startsWith(prefix)) && column.name.includes('.') && bare(column.type).kind === 'Array');
  return columns.length === 0 ? undefined : columns;
}

function partOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** The columns of arrayJoin() calls by the calls' canonical names. */
export type Joined = ReadonlyMap<string, ScopeColumn>;

/** FROM with one more column for each arrayJoin() call of these expressions; `calls` has the innermost first. */
export function applyArrayJoinCalls(from: From, calls: ReadonlyMap<string, Call>, binder: (from: From, joined: Joined) => Binder, statement: Statement): { readonly from: From; readonly columns: Joined } {
  let current = from;
  let columns: Joined = new Map();
  for (const [key, call] of calls) {
    const [argument] = call.arguments;
    if (!argument || call.arguments.length !== 1) throw new SandpiperError('type', 'arrayJoin takes one array.', { span: call.span });
    const single = asOne(current, statement);
    current = unnest(single, [{ name: `arrayJoin ${key}`, value: binder(single, joinedOf(single.scope)).bind(argument) }], false, statement);
    const [made] = current.scope.columns;
    current = { ...current, scope: new Scope(current.scope.columns.map((column) => (column === made ? { ...column, hidden: true } : column)), current.scope.joined) };
    columns = joinedOf(current.scope);
  }
  return { from: current, columns };
}

function joinedOf(scope: Scope): Joined {
  return new Map(scope.columns.flatMap((column) => (column.hidden && column.name.startsWith('arrayJoin ') ? [[column.name.slice('arrayJoin '.length), column] as const] : [])));
}

/** The arrayJoin() calls outside aggregates, innermost first. */
export function collectArrayJoins(expressions: readonly Expression[], isOwn: (expression: Expression) => boolean, into: Map<string, Call>): void {
  for (const expression of expressions) {
    collectArrayJoins(childrenOf(expression), isOwn, into);
    if (expression.kind === 'call' && isArrayJoin(expression.name.text) && isOwn(expression)) into.set(columnName(expression), expression);
  }
}

function unnest(single: From, items: readonly Unnested[], left: boolean, statement: Statement): From {
  const alias = duckName(statement.fresh('t'));
  const made = items.map((item) => {
    const elements = elementsOf(item.value);
    const id = statement.fresh('e');
    const list = left ? duck`CASE WHEN len(${elements.sql}) = 0 THEN [${defaultSql(elements.type)}] ELSE ${elements.sql} END` : elements.sql;
    return { item, sql: duck`unnest(${list}) AS ${duckName(id)}`, column: { name: item.name, type: elements.type, sql: duck`${alias}.${duckName(id)}`, qualifiers: [], unlisted: true } satisfies ScopeColumn };
  });
  const inner = single.alias ?? alias;
  const columns = single.scope.columns.map((column): ScopeColumn => {
    const elements = made.find(({ item }) => item.replaces === column)?.column;
    return elements ? { ...column, type: elements.type, sql: elements.sql } : { ...column, sql: duck`${alias}.${lastName(column.sql)}` };
  });
  const added = made.flatMap(({ item, column }) => (item.replaces ? [] : [column]));
  return {
    sql: duck`(SELECT ${inner}.*, ${joined(made.map((one) => one.sql), ', ')} FROM ${single.sql}) AS ${alias}`,
    scope: new Scope([...added, ...columns], single.scope.joined),
    alias,
  };
}

/** The elements of an array, or the pairs of a map. */
function elementsOf(value: Bound): { readonly sql: DuckSql; readonly type: ClickHouseType } {
  const type = bare(value.type);
  if (type.kind === 'Array') return { sql: plainSql(value), type: type.of };
  if (type.kind === 'Nested') return { sql: plainSql(value), type: { kind: 'Tuple', elements: type.elements } };
  if (type.kind === 'Map') {
    const pair: ClickHouseType = { kind: 'Tuple', elements: [{ name: 'keys', type: type.key }, { name: 'values', type: type.value }] };
    return { sql: duck`list_transform(map_entries(${plainSql(value)}), lambda "map entry": struct_pack("keys" := "map entry".key, "values" := "map entry".value))`, type: pair };
  }
  throw new SandpiperError('type', 'ARRAY JOIN takes arrays and maps.', { span: value.span });
}

/** FROM as one relation, every column under a generated name of its own. */
export function asOne(from: From, statement: Statement): From {
  const alias = duckName(statement.fresh('t'));
  const columns = from.scope.columns.map((column) => ({ column, id: statement.fresh('c') }));
  const select = columns.length === 0 ? [duck`1 AS "nothing"`] : columns.map(({ column, id }) => duck`${column.sql} AS ${duckName(id)}`);
  return {
    sql: duck`(SELECT ${select} FROM ${from.sql}) AS ${alias}`,
    scope: new Scope(columns.map(({ column, id }) => ({ ...column, sql: duck`${alias}.${duckName(id)}` })), from.scope.joined),
    alias,
  };
}

/** The generated name behind the alias: asOne gave every column one. */
function lastName(sql: DuckSql): DuckSql {
  return duckName(/"([^"]*)"$/.exec(sql.text)?.[1] ?? '');
}

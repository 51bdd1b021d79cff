/**
 * FROM: tables, subqueries, table functions and joins as one DuckDB table expression, and the columns that the query
 * sees. A side that a join may leave unmatched shows ClickHouse's default values, not NULL (join_use_nulls = 0).
 */
import { ownEntry } from './own-entry.ts';
import { SandpiperError, type Span } from '../errors.ts';
import type { Expression, Join, TableExpression } from './ast.ts';
import { applyArrayJoin, asOne } from './array-join.ts';
import { Binder, type Stage } from './bind-expression.ts';
import { bound, type Bound } from './bound.ts';
import { commonType } from './common-type.ts';
import { cast } from './conversion.ts';
import { duck, duckName, joined, type DuckSql } from './duck.ts';
import { defaultSql, plainSql } from './physical.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import type { Aliases, Environment, Relation } from './statement.ts';
import { tableFunction } from './table-function.ts';
import { tableRelation } from './table-relation.ts';
import { isNullable, sameType, type ClickHouseType } from './types.ts';

export interface From {
  /** A DuckDB table expression. */
  readonly sql: DuckSql;
  readonly scope: Scope;
  /** DuckDB's name for it when it is one table and no join. */
  readonly alias?: DuckSql;
}

/** `aliases` are those of the query: conditions of joins may name them. */
export function bindFrom(table: TableExpression, environment: Environment, aliases: Aliases): From {
  switch (table.kind) {
    case 'table': {
      if (table.sample) throw new SandpiperError('unsupported', 'SAMPLE is not supported: the local tables hold no sampling key. Leave it out to read all rows.', { span: table.span });
      const name = table.parameter === undefined ? table.name : { ...table.name, text: givenName(table.parameter, table.name.span, environment) };
      const relation = tableRelation(table.database, name, table.final, environment);
      const own = table.database ? [`${table.database.text}.${name.text}`, name.text] : [name.text];
      return leaf(relation, table.alias ? [table.alias.text] : own, table.columnAliases.map((name) => name.text), environment, table.alias ? own : undefined);
    }
    case 'table-function':
      return leaf(tableFunction(table, environment), [table.alias?.text ?? table.name.text], table.columnAliases.map((name) => name.text), environment);
    case 'query':
      return leaf(environment.statement.options.bindQuery(table.query, environment), table.alias ? [table.alias.text] : [], table.columnAliases.map((name) => name.text), environment);
    case 'array-join': {
      const from = bindFrom(table.table, environment, aliases);
      return applyArrayJoin(from, table.clause, (single) => binderOf(single.scope.columns, environment, aliases), environment.statement);
    }
    case 'join':
      return bindJoin(table, environment, aliases);
    default:
      return table satisfies never;
  }
}

function givenName(parameter: string, span: Span, environment: Environment): string {
  const value = ownEntry(environment.catalog.parameters ?? {}, parameter) ?? ownEntry(environment.statement.options.parameters, parameter);
  if (value === undefined) throw new SandpiperError('parameter', `The query parameter ${parameter} has no value.`, { span });
  return value;
}

function leaf(relation: Relation, qualifiers: readonly string[], columnAliases: readonly string[], environment: Environment, tableNames?: readonly string[]): From {
  const alias = duckName(environment.statement.fresh('t'));
  const columns = relation.columns.map((column, index): ScopeColumn => ({ name: columnAliases[index] ?? column.name, type: column.type, sql: duck`${alias}.${duckName(column.id)}`, qualifiers, ...(tableNames ? { tableNames } : {}) }));
  return { sql: duck`(${relation.sql}) AS ${alias}`, scope: new Scope(columns), alias };
}

function bindJoin(join: Join, environment: Environment, aliases: Aliases): From {
  const isPicky = join.strictness === 'any' || join.strictness === 'semi';
  const side = (table: TableExpression): From => {
    const from = bindFrom(table, environment, aliases);
    return isPicky && !from.alias ? asOne(from, environment.statement) : from;
  };
  const [left, right] = [side(join.left), side(join.right)];
  if (join.type === 'comma' || join.type === 'cross') return { sql: duck`${left.sql} CROSS JOIN ${right.sql}`, scope: sideBySide(left, right, left.scope.columns, right.scope.columns) };
  if (join.type === 'paste') return { sql: duck`${left.sql} POSITIONAL JOIN ${right.sql}`, scope: sideBySide(left, right, left.scope.columns, right.scope.columns) };
  if (join.type === 'right' && join.strictness !== undefined && join.strictness !== 'all') {
    // RIGHT ANY, SEMI and ANTI are the left ones seen from the other side.
    return joinSides({ ...join, type: 'left' }, right, left, { environment, aliases }, true);
  }
  return joinSides(join, left, right, { environment, aliases }, false);
}

function joinSides(join: Join, left: From, right: From, names: Names, swapped: boolean): From {
  const conditions = join.using ? usingPairs(join.using, left, right).map((pair, index, pairs) => (join.strictness === 'asof' && index === pairs.length - 1 ? pair.notBefore : pair.sql)) : [onCondition(join, left, right, names)];
  const on = joined(conditions, ' AND ');
  const scope = resultScope(join, left, right, swapped);
  switch (join.strictness) {
    case 'anti':
      return { sql: duck`${left.sql} ANTI JOIN ${right.sql} ON ${on}`, scope };
    case 'asof':
      return { sql: join.type === 'left' ? duck`${left.sql} ASOF LEFT JOIN ${right.sql} ON ${on}` : duck`${left.sql} ASOF JOIN ${right.sql} ON ${on}`, scope };
    case 'semi':
    case 'any': {
      const single = oncePerKey(right, keysOfSide(join, right, left, names), join.span, conditionsOn(join, right, left, names));
      if (join.type === 'left' && join.strictness === 'any') return { sql: duck`${left.sql} LEFT JOIN ${single} ON ${on}`, scope };
      if (join.type === 'full') throw new SandpiperError('unsupported', 'FULL ANY JOIN is not supported: use ANY LEFT JOIN, or FULL JOIN.', { span: join.span });
      if (join.strictness === 'semi') return { sql: duck`${left.sql} INNER JOIN ${single} ON ${on}`, scope };
      return { sql: duck`${oncePerKey(left, keysOfSide(join, left, right, names), join.span, conditionsOn(join, left, right, names))} INNER JOIN ${single} ON ${on}`, scope };
    }
    default: {
      const word = { inner: duck`INNER JOIN`, left: duck`LEFT JOIN`, right: duck`RIGHT JOIN`, full: duck`FULL JOIN`, cross: duck`CROSS JOIN`, comma: duck`CROSS JOIN`, paste: duck`POSITIONAL JOIN` }[join.type];
      return { sql: duck`${left.sql} ${word} ${right.sql} ON ${on}`, scope };
    }
  }
}

const NO_AGGREGATES: Stage = {
  aggregate: (call) => {
    throw new SandpiperError('type', `The aggregate ${call.name.text} cannot stand in the condition of a join.`, { span: call.span });
  },
  windows: false,
};

/** What an expression in a join's condition may name beside the columns. */
interface Names {
  readonly environment: Environment;
  readonly aliases: Aliases;
}

function binderOf(columns: readonly ScopeColumn[], environment: Environment, aliases: Aliases): Binder {
  return new Binder({ environment, scope: new Scope(columns), aliases, stage: NO_AGGREGATES });
}

function onCondition(join: Join, left: From, right: From, { environment, aliases }: Names): DuckSql {
  if (!join.on) throw new SandpiperError('syntax', 'A join needs ON or USING.', { span: join.span });
  return binderOf([...left.scope.columns, ...right.scope.columns], environment, aliases).condition(join.on);
}

interface UsingPair {
  readonly name: string;
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
  /** Holds the values of both sides. */
  readonly type: ClickHouseType;
  readonly sql: DuckSql;
  /** The last pair of an ASOF join: the left value is the right one or comes after it. */
  readonly notBefore: DuckSql;
}

function usingPairs(using: readonly Expression[], left: From, right: From): readonly UsingPair[] {
  return using.map((key) => {
    const expression = key.kind === 'aliased' ? key.expression : key;
    if (expression.kind !== 'identifier') throw new SandpiperError('unsupported', 'USING takes names of columns. Write other conditions with ON.', { span: key.span });
    const find = (from: From, side: string): ScopeColumn => {
      const found = from.scope.find(expression);
      if (!found || found.rest.length > 0) throw new SandpiperError('unknown-name', `There is no column ${expression.parts.map((part) => part.text).join('.')} on the ${side} side of the join.`, { span: expression.span });
      return found.column;
    };
    const [onLeft, onRight] = [find(left, 'left'), find(right, 'right')];
    const type = commonType([onLeft.type, onRight.type], expression.span);
    return { name: onLeft.name, left: onLeft, right: onRight, type, sql: duck`${fitted(onLeft, type)} = ${fitted(onRight, type)}`, notBefore: duck`${fitted(onLeft, type)} >= ${fitted(onRight, type)}` };
  });
}

function fitted(column: ScopeColumn, type: ClickHouseType): DuckSql {
  return sameType(column.type, type) ? column.sql : plainSql(cast(bound(column.type, column.sql, { start: 0, end: 0 }), type));
}

/**
 * The columns after the join, unmatched sides with defaults. A USING column stands once in `*`, with the value of the
 * side that has one; each side's own value is found behind its table's name.
 */
function resultScope(join: Join, left: From, right: From, swapped: boolean): Scope {
  const pairs = join.using ? usingPairs(join.using, left, right) : [];
  const isAnti = join.strictness === 'anti';
  const fillLeft = !isAnti && (join.type === 'right' || join.type === 'full');
  const fillRight = !isAnti && (join.type === 'left' || join.type === 'full');
  const shownLeft = (column: ScopeColumn): ScopeColumn => (fillLeft ? filled(column) : column);
  const shownRight = (column: ScopeColumn): ScopeColumn => (isAnti ? { ...column, sql: defaultSql(column.type) } : fillRight ? filled(column) : column);
  // In `*` the keys come first, in the order of USING.
  const keys = pairs.map((pair): ScopeColumn => {
    const own = fitted(pair.left, pair.type);
    const other = fitted(pair.right, pair.type);
    return { ...pair.left, type: pair.type, sql: !fillLeft ? own : fillRight ? duck`coalesce(${own}, ${other})` : other, qualifiers: [] };
  });
  const leftColumns = left.scope.columns.map((column): ScopeColumn => {
    const pair = pairs.find((one) => one.left === column);
    return pair ? { ...shownLeft({ ...column, type: pair.type, sql: fitted(column, pair.type) }), hidden: true } : shownLeft(column);
  });
  const rightColumns = right.scope.columns.map((column): ScopeColumn => {
    const pair = pairs.find((one) => one.right === column);
    return pair ? { ...shownRight({ ...column, type: pair.type, sql: fitted(column, pair.type) }), hidden: true } : shownRight(column);
  });
  const rightKeys = swapped || join.type === 'right' ? pairs.map((pair) => pair.left.name) : [];
  return swapped ? sideBySide(right, left, [...keys, ...rightColumns], leftColumns, rightKeys) : sideBySide(left, right, [...keys, ...leftColumns], rightColumns, rightKeys);
}

function sideBySide(left: From, right: From, leftColumns: readonly ScopeColumn[], rightColumns: readonly ScopeColumn[], rightKeys: readonly string[] = []): Scope {
  const joins = (left.scope.joined?.joins ?? 0) + (right.scope.joined?.joins ?? 0) + 1;
  return new Scope([...leftColumns, ...rightColumns], { joins, left: left.scope.joined?.left ?? left.scope.columns.find((column) => column.qualifiers.length > 0)?.qualifiers ?? [], rightKeys });
}

function filled(column: ScopeColumn): ScopeColumn {
  return isNullable(column.type) ? column : { ...column, sql: duck`coalesce(${column.sql}, ${defaultSql(column.type)})` };
}

/** The equalities' parts that belong to one side: they decide what counts as one match. Conditions on one side alone are no keys. */
function keysOfSide(join: Join, side: From, other: From, names: Names): readonly DuckSql[] {
  if (join.using) return join.using.flatMap((key) => (key.kind === 'identifier' ? [side.scope.find(key)?.column.sql ?? duck``] : []));
  const parts = conjuncts(join.on).filter((part) => !readsOnly(part, side, names) && !readsOnly(part, other, names));
  const keys = parts.flatMap((part): DuckSql[] => {
    if (part.kind !== 'call' || part.name.text !== 'equals') return [];
    for (const operand of part.arguments) {
      const value = readsOnly(operand, side, names);
      if (value) return [plainSql(value)];
    }
    return [];
  });
  if (keys.length === 0 || keys.length !== parts.length) throw new SandpiperError('unsupported', 'ANY and SEMI joins need equalities between the two tables, and besides them only conditions on one table.', { span: join.span });
  return keys;
}

/** The conditions that read this side only: they choose its rows before one of them is taken for each key. */
function conditionsOn(join: Join, side: From, other: From, names: Names): readonly DuckSql[] {
  return conjuncts(join.on).filter((part) => readsOnly(part, side, names) && !readsOnly(part, other, names)).map((part) => binderOf(side.scope.columns, names.environment, names.aliases).condition(part));
}

function conjuncts(expression: Expression | undefined): readonly Expression[] {
  if (!expression) return [];
  return expression.kind === 'call' && expression.name.text === 'and' ? expression.arguments.flatMap((part) => conjuncts(part)) : [expression];
}

function readsOnly(expression: Expression, from: From, { environment, aliases }: Names): Bound | undefined {
  try {
    return binderOf(from.scope.columns, environment, aliases).bind(expression);
  } catch (error) {
    // A name of the other side: this expression is not a key of this one.
    if (error instanceof SandpiperError && error.code === 'unknown-name') return undefined;
    throw error;
  }
}

function oncePerKey(from: From, keys: readonly DuckSql[], span: Span, conditions: readonly DuckSql[]): DuckSql {
  if (!from.alias) throw new SandpiperError('unsupported', 'ANY and SEMI joins of several joined tables need a subquery around them.', { span });
  const where = conditions.length === 0 ? duck`` : duck` WHERE ${joined(conditions, ' AND ')}`;
  return duck`(SELECT * FROM ${from.sql}${where} QUALIFY row_number() OVER (PARTITION BY ${keys}) = 1) AS ${from.alias}`;
}

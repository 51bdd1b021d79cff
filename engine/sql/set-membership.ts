/**
 * IN and NOT IN: with a list, an array, a subquery, a table or a CTE on the right. The right side takes the type of the
 * left; NULL on the right never matches (transform_null_in = 0), NULL on the left gives NULL.
 */
import { SandpiperError } from '../errors.ts';
import type { Call, Expression } from './ast.ts';
import type { Binder } from './bind-expression.ts';
import { bound, type Bound } from './bound.ts';
import { commonType } from './common-type.ts';
import { cast } from './conversion.ts';
import { duck, duckName, DUCK_FALSE, joined, type DuckSql } from './duck.ts';
import { plainSql } from './physical.ts';
import type { Relation } from './statement.ts';
import { tableRelation } from './table-relation.ts';
import { bare, isNullable, nullable, sameType, STRING, UINT8, type ClickHouseType } from './types.ts';

/** IN in its forms as functions. The nullIn forms give 0 where IN gives NULL. The IgnoreSet forms are ClickHouse's own. */
const MEMBERSHIP = /^(?:global)?(?<not>[nN]ot)?(?<null>[nN]ull)?[iI]n(?:IgnoreSet)?$/;

/** Whether a function's name is a form of IN. */
export function isMembership(name: string): boolean {
  return MEMBERSHIP.test(name);
}

export function bindMembership(call: Call, binder: Binder): Bound {
  const [leftExpression, rightExpression] = call.arguments;
  if (!leftExpression || !rightExpression) throw new SandpiperError('syntax', 'IN needs a value and a set.', { span: call.span });
  const { not, null: matchesNull } = MEMBERSHIP.exec(call.name.text)?.groups ?? {};
  const negated = not !== undefined;
  const right = throughAlias(rightExpression, binder);
  const relation = relationOf(right, binder);
  const left = bindLeft(leftExpression, binder);
  const inside = relation ? inRelation(left, relation, binder) : inValues(left, right, binder);
  // NULL is neither in an empty set nor not in it.
  const [sole] = left.length === 1 ? left : [];
  const found = relation && sole && isNullable(sole.type) ? duck`CASE WHEN ${plainSql(sole)} IS NOT NULL THEN ${inside} END` : inside;
  const [only] = left.length === 1 ? left : [];
  if (matchesNull !== undefined) {
    if (!only) throw new SandpiperError('unsupported', `${call.name.text} takes one value on its left here.`, { span: leftExpression.span });
    const known = duck`coalesce(${found}, FALSE)`;
    return bound(UINT8, negated ? duck`(NOT ${known})` : known, call.span, 'boolean');
  }
  const plain = only && isNullable(only.type) ? nullable(UINT8) : UINT8;
  const type: ClickHouseType = !relation && only?.type.kind === 'LowCardinality' ? { kind: 'LowCardinality', of: plain } : plain;
  return bound(type, negated ? duck`(NOT ${found})` : found, call.span, 'boolean');
}

/** The left side as one value, or the elements of a written tuple. */
function bindLeft(expression: Expression, binder: Binder): readonly Bound[] {
  if (expression.kind === 'tuple') return expression.elements.map((element) => binder.bind(element));
  return [binder.bind(expression)];
}

/** `IN ids` where ids is an alias of a list or a subquery. */
function throughAlias(expression: Expression, binder: Binder): Expression {
  if (expression.kind === 'aliased') return throughAlias(expression.expression, binder);
  if (expression.kind !== 'identifier' || expression.parts.length > 1) return expression;
  const name = expression.parts[0].text;
  const alias = binder.aliasOf(name);
  if (alias) return throughAlias(alias, binder);
  // A WITH around may have written the set.
  const around = binder.scope.find(expression) ? undefined : binder.environment.constants.get(name)?.expression;
  return around && isWritten(around) ? around : expression;
}

/** Literals, and lists of them: the same wherever they stand. */
function isWritten(expression: Expression): boolean {
  return ['number', 'string', 'boolean', 'null'].includes(expression.kind) || ((expression.kind === 'array' || expression.kind === 'tuple') && expression.elements.every(isWritten));
}

function relationOf(expression: Expression, binder: Binder): Relation | undefined {
  if (expression.kind === 'subquery') return binder.query(expression.query);
  if (expression.kind !== 'identifier' || expression.parts.length > 2 || binder.scope.find(expression) || binder.isLambdaParameter(expression.parts[0].text)) return undefined;
  const [first, second] = expression.parts;
  if (!second && binder.environment.constants.has(first.text) && !binder.environment.ctes.has(first.text)) return undefined;
  return tableRelation(second ? first : undefined, second ?? first, false, binder.environment);
}

function inRelation(left: readonly Bound[], given: Relation, binder: Binder): DuckSql {
  const relation = withItems(left, given);
  const alias = duckName(binder.environment.statement.fresh('s'));
  const columns = relation.columns.map((column) => bound(column.type, duck`${alias}.${duckName(column.id)}`, left[0]?.span ?? { start: 0, end: 0 }));
  const [only] = left;
  if (left.length === 1 && only && columns.length > 1) {
    const row = binder.environment.statement.callFunction('tuple', columns, only.span);
    return duck`(${plainSql(only)} IN (SELECT ${fitted(row, only.type)} FROM (${relation.sql}) AS ${alias}))`;
  }
  if (columns.length !== left.length) {
    throw new SandpiperError('type', `IN compares ${left.length} value${left.length === 1 ? '' : 's'} with a query of ${columns.length} columns.`, { span: left[0]?.span ?? { start: 0, end: 0 } });
  }
  const pairs = left.map((value, index) => comparable(value, columns[index] ?? value));
  const conditions = pairs.map((pair) => duck`${pair.right} IS NOT NULL`);
  const leftSql = pairs.length === 1 ? joined(pairs.map((pair) => pair.left), ', ') : duck`row(${pairs.map((pair) => pair.left)})`;
  const rightSql = pairs.length === 1 ? joined(pairs.map((pair) => pair.right), ', ') : duck`row(${pairs.map((pair) => pair.right)})`;
  return duck`(${leftSql} IN (SELECT ${rightSql} FROM (${relation.sql}) AS ${alias} WHERE ${joined(conditions, ' AND ')}))`;
}

/** A query of arrays, where what is looked for is none, stands for their items. */
function withItems(left: readonly Bound[], relation: Relation): Relation {
  const [value] = left;
  const [column] = relation.columns;
  const type = column && bare(column.type);
  if (!value || !column || left.length > 1 || relation.columns.length > 1 || type?.kind !== 'Array' || bare(value.type).kind === 'Array') return relation;
  return { columns: [{ ...column, type: type.of }], sql: duck`SELECT unnest(${duckName(column.id)}) AS ${duckName(column.id)} FROM (${relation.sql})` };
}

function comparable(left: Bound, right: Bound): { left: DuckSql; right: DuckSql } {
  if (sameType(bare(left.type), bare(right.type))) return { left: plainSql(left), right: plainSql(right) };
  if (isNumber(left.type) && isNumber(right.type)) return { left: plainSql(left), right: plainSql(right) };
  // Texts of a query are no numbers or times: what is looked for becomes text.
  if (bare(right.type).kind === 'String' && bare(left.type).kind !== 'Enum') return { left: plainSql(cast(left, nullableLike(STRING, left.type))), right: plainSql(right) };
  return { left: plainSql(left), right: plainSql(cast(right, wrapped(left.type, right.type))) };
}

function inValues(left: readonly Bound[], right: Expression, binder: Binder): DuckSql {
  const items = right.kind === 'tuple' ? right.elements : right.kind === 'array' ? right.elements : right.kind === 'call' && right.name.text === 'tuple' ? right.arguments : [right];
  const [only] = left;
  if (left.length === 1 && only) {
    if (right.kind !== 'tuple' && right.kind !== 'array') {
      const value = binder.bind(right);
      const type = bare(value.type);
      if (type.kind === 'Array') return duck`list_contains(${plainSql(value)}, ${plainSql(cast(only, nullableLike(type.of, only.type)))})`;
      if (type.kind === 'Tuple' && bare(only.type).kind !== 'Tuple') {
        const elements = type.elements.map((_, index) => element(value, index, binder));
        return oneOf(only, elements);
      }
      return oneOf(only, [value]);
    }
    if (bare(only.type).kind === 'Array' && right.kind === 'array' && !right.elements.some((item) => item.kind === 'array')) return oneOf(only, [binder.bind(right)]);
    if (bare(only.type).kind === 'Tuple' && right.kind === 'tuple' && !right.elements.every((item) => item.kind === 'tuple')) return oneOf(only, [binder.bind(right)]);
    return oneOf(only, items.map((item) => binder.bind(item)));
  }
  const rows = right.kind === 'tuple' && right.elements.length === left.length && right.elements.every((item) => item.kind !== 'tuple') ? [right] : items;
  const matches = rows.map((row) => {
    const cells = row.kind === 'tuple' ? row.elements : [];
    if (cells.length !== left.length) throw new SandpiperError('type', `IN compares ${left.length} values, and this has ${cells.length}.`, { span: row.span });
    return duck`(${joined(left.map((value, index) => oneOf(value, [binder.bind(cells[index] ?? row)])), ' AND ')})`;
  });
  return matches.length === 0 ? DUCK_FALSE : duck`(${joined(matches, ' OR ')})`;
}

function element(value: Bound, index: number, binder: Binder): Bound {
  const position: Bound = { ...bound(UINT8, duck`1`, value.span), constant: { kind: 'integer', value: BigInt(index + 1) } };
  return binder.environment.statement.callFunction('tupleElement', [value, position], value.span);
}

function oneOf(value: Bound, items: readonly Bound[]): DuckSql {
  if (bare(value.type).kind === 'Nothing') return duck`CAST(NULL AS BOOLEAN)`;
  const kept = items.filter((item) => bare(item.type).kind !== 'Nothing');
  if (kept.length === 0) return DUCK_FALSE;
  const allNumbers = isNumber(value.type) && kept.every((item) => isNumber(item.type));
  if (allNumbers && kept.every((item) => item.constant?.kind === 'integer')) return duck`(${plainSql(value)} IN (${kept.map((item) => item.sql)}))`;
  if (allNumbers && bare(value.type).kind !== 'Decimal') {
    const type = commonType([bare(value.type), ...kept.map((item) => bare(item.type))], value.span);
    return duck`(${plainSql(cast(value, nullableLike(type, value.type)))} IN (${kept.map((item) => plainSql(cast(item, nullableLike(type, item.type))))}))`;
  }
  // An Enum is held as its name: names that it does not have match nothing.
  const names = bare(value.type).kind === 'Enum' && kept.every((item) => item.constant?.kind === 'text');
  return duck`(${plainSql(value)} IN (${kept.map((item) => (names ? plainSql(item) : fitted(item, value.type)))}))`;
}

/** A value of the right side in the type of the left. */
function fitted(item: Bound, type: ClickHouseType): DuckSql {
  return plainSql(sameType(bare(item.type), bare(type)) ? item : cast(item, wrapped(type, item.type)));
}

function wrapped(type: ClickHouseType, like: ClickHouseType): ClickHouseType {
  return nullableLike(bare(type), like);
}

function nullableLike(type: ClickHouseType, like: ClickHouseType): ClickHouseType {
  return isNullable(like) ? nullable(type) : type;
}

function isNumber(type: ClickHouseType): boolean {
  return ['Integer', 'Float', 'Decimal', 'Bool'].includes(bare(type).kind);
}

/**
 * Comparisons, as BOOLEAN with type UInt8. Two values are brought to forms that DuckDB orders as ClickHouse does:
 * a literal text is read as the other side's type, times are compared at one precision and zone, Enums by number,
 * NaN is unequal to and not ordered with everything.
 */
import { besideConstant } from '../beside-constant.ts';
import { bound, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckDouble, duckInteger, DUCK_FALSE, DUCK_TRUE, joined, type DuckSql } from '../duck.ts';
import { orderSql, plainSql } from '../physical.ts';
import { bare, isNullable, nullable, printType, sameType, UINT8, type ClickHouseType, type TupleElement, FLOAT64, decimal } from '../types.ts';
import { at, define, isNull, nullResult, once, typeError, usualType } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type Operator = 'equals' | 'notEquals' | 'less' | 'greater' | 'lessOrEquals' | 'greaterOrEquals';

const NUMBERS = ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'];
const TEXTS = ['String', 'FixedString'];
const TIMES = ['Date', 'Date32', 'DateTime', 'DateTime64'];

function apply(operator: Operator, left: DuckSql, right: DuckSql): DuckSql {
  switch (operator) {
    case 'equals':
      return duck`(${left} = ${right})`;
    case 'notEquals':
      return duck`(${left} <> ${right})`;
    case 'less':
      return duck`(${left} < ${right})`;
    case 'greater':
      return duck`(${left} > ${right})`;
    case 'lessOrEquals':
      return duck`(${left} <= ${right})`;
    case 'greaterOrEquals':
      return duck`(${left} >= ${right})`;
    default:
      return operator satisfies never;
  }
}

function isFloat(value: Bound): boolean {
  return ['Float', 'BFloat16'].includes(bare(value.type).kind) && !(value.constant?.kind === 'float' && !Number.isNaN(value.constant.value));
}

/** Floats that may be NaN: DuckDB has NaN equal to itself and above all numbers. */
function compareFloats(operator: Operator, left: Bound, right: Bound, call: FunctionCall): DuckSql {
  const [a, b] = [plainSql(left), plainSql(right)];
  const infinite = duckDouble(Infinity);
  const [leftFloat, rightFloat] = [isFloat(left), isFloat(right)];
  switch (operator) {
    case 'equals':
      return leftFloat && rightFloat ? once(call, a, (x) => duck`(${x} = ${b} AND ${x} <= ${infinite})`) : apply(operator, a, b);
    case 'notEquals':
      return leftFloat && rightFloat ? once(call, a, (x) => duck`(${x} <> ${b} OR isnan(${x}))`) : apply(operator, a, b);
    case 'greater':
      return leftFloat ? once(call, a, (x) => duck`(${x} > ${b} AND ${x} <= ${infinite})`) : apply(operator, a, b);
    case 'greaterOrEquals':
      return leftFloat ? duck`(${a} BETWEEN ${b} AND ${infinite})` : apply(operator, a, b);
    case 'less':
      return rightFloat ? once(call, b, (x) => duck`(${a} < ${x} AND ${x} <= ${infinite})`) : apply(operator, a, b);
    case 'lessOrEquals':
      return rightFloat ? duck`(${b} BETWEEN ${a} AND ${infinite})` : apply(operator, a, b);
    default:
      return operator satisfies never;
  }
}

/** Both values in a form that DuckDB compares, or undefined where ClickHouse compares no such values. */
function comparable(left: Bound, right: Bound, call: FunctionCall): readonly [Bound, Bound] | undefined {
  const [a, b] = [bare(left.type), bare(right.type)];
  const zone = { timeZone: call.context.timeZone };
  const to = (value: Bound, type: ClickHouseType): Bound => cast({ ...value, type: isNullable(value.type) ? nullable(bare(value.type)) : bare(value.type) }, isNullable(value.type) ? nullable(type) : type, zone);
  if (NUMBERS.includes(a.kind) && NUMBERS.includes(b.kind)) {
    const number = (value: Bound) => (bare(value.type).kind === 'Bool' ? to(value, UINT8) : value);
    return a.kind === 'Bool' && b.kind === 'Bool' ? [left, right] : [number(left), number(right)];
  }
  if (TEXTS.includes(a.kind) && TEXTS.includes(b.kind)) {
    if (a.kind === 'String' && b.kind === 'String') return [left, right];
    const trimmed = (value: Bound) => bound(value.type, duck`rtrim(${plainSql(value)}, chr(0))`, value.span);
    return [trimmed(left), trimmed(right)];
  }
  if (TEXTS.includes(a.kind) || TEXTS.includes(b.kind)) {
    const [text, other] = TEXTS.includes(a.kind) ? [left, right] : [right, left];
    const type = bare(other.type);
    const order = (read: Bound): readonly [Bound, Bound] => (text === left ? [read, other] : [other, read]);
    if (type.kind === 'Enum') {
      const known = text.constant?.kind === 'text' && type.values.some((item) => item.name === (text.constant?.kind === 'text' ? text.constant.value : ''));
      const names = (value: Bound): Bound => ({ ...value, type: { kind: 'String' } });
      return known ? order({ ...text, type }) : text === left ? [text, names(other)] : [names(other), text];
    }
    if (text.constant?.kind !== 'text' || !(NUMBERS.includes(type.kind) || TIMES.includes(type.kind) || ['UUID', 'IPv4', 'IPv6', 'Interval', 'Time', 'Time64'].includes(type.kind))) return undefined;
    return order(to(text, type));
  }
  if (TIMES.includes(a.kind) && TIMES.includes(b.kind)) {
    if (a.kind === b.kind || (a.kind.startsWith('DateTime') && b.kind.startsWith('DateTime'))) return [left, right];
    const type = commonType([a, b], call.span);
    return [to(left, type), to(right, type)];
  }
  const clocks = ['Time', 'Time64'];
  if (clocks.includes(a.kind) && clocks.includes(b.kind)) {
    const type = commonType([a, b], call.span);
    return [to(left, type), to(right, type)];
  }
  if (a.kind === 'Time' && NUMBERS.includes(b.kind)) return [to(left, { kind: 'Integer', bits: 64, signed: true }), right];
  if (b.kind === 'Time' && NUMBERS.includes(a.kind)) return [left, to(right, { kind: 'Integer', bits: 64, signed: true })];
  if (a.kind === 'DateTime' && NUMBERS.includes(b.kind)) return [to(left, { kind: 'Integer', bits: 64, signed: true }), right];
  if (b.kind === 'DateTime' && NUMBERS.includes(a.kind)) return [left, to(right, { kind: 'Integer', bits: 64, signed: true })];
  // A DateTime64 is a decimal number of seconds.
  const seconds = (value: Bound, precision: number, other: ClickHouseType) => to(value, ['Float', 'BFloat16'].includes(other.kind) ? FLOAT64 : decimal(18, precision));
  if (a.kind === 'DateTime64' && NUMBERS.includes(b.kind)) return [seconds(left, a.precision, b), right];
  if (b.kind === 'DateTime64' && NUMBERS.includes(a.kind)) return [left, seconds(right, b.precision, a)];
  if (a.kind === 'Enum' && NUMBERS.includes(b.kind)) return [to(left, { kind: 'Integer', bits: 16, signed: true }), right];
  if (b.kind === 'Enum' && NUMBERS.includes(a.kind)) return [left, to(right, { kind: 'Integer', bits: 16, signed: true })];
  if (a.kind === b.kind && ['UUID', 'IPv4', 'IPv6', 'Enum'].includes(a.kind)) return [left, right];
  if (a.kind === 'Interval' && b.kind === 'Interval') return sameType(a, b) ? [left, right] : undefined;
  if (a.kind === b.kind && ['Array', 'Map', 'Tuple', 'JSON', 'Dynamic', 'Geo', 'Nested'].includes(a.kind)) {
    const type = commonType([left.type, right.type], call.span);
    return [cast(left, type, zone), cast(right, type, zone)];
  }
  return undefined;
}

/** Whether two values are equal, less and so on, as a BOOLEAN that is NULL where an argument is. */
function compare(operator: Operator) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const type = usualType(args, UINT8);
    const known = knownCondition(operator, left, right);
    if (known) return bound(type, known, call.span, 'boolean');
    const pair = comparable(left, right, call);
    if (!pair) throw typeError(`${printType(left.type)} and ${printType(right.type)} cannot be compared: convert one of them.`, call.span);
    const [a, b] = pair;
    const floats = [a, b].some(isFloat);
    const equality = operator === 'equals' || operator === 'notEquals';
    const bytes = a.representation === 'bytes' && b.representation === 'bytes';
    const tuple = bare(a.type);
    if (equality && tuple.kind === 'Tuple' && tuple.elements.some((element) => element.type.kind === 'Float')) return bound(type, floatTuples(operator, tuple.elements, [plainSql(a), plainSql(b)], call), call.span, 'boolean');
    const beside = (sql: DuckSql, other: Bound) => (other.constant?.kind === 'integer' ? besideConstant(sql, other.constant.value) : sql);
    const form = equality ? plainSql : orderSql;
    const sql = floats ? compareFloats(operator, a, b, call) : bytes ? apply(operator, a.sql, b.sql) : apply(operator, beside(form(a), b), beside(form(b), a));
    return bound(type, sql, call.span, 'boolean');
  };
}

/** Tuples are equal when each of their elements is, and nan is equal to nothing. */
function floatTuples(operator: Operator, elements: readonly TupleElement[], tuples: readonly [DuckSql, DuckSql], call: FunctionCall): DuckSql {
  const same = elements.map((element, index) => {
    const [left, right] = tuples.map((sql) => bound(element.type, duck`struct_extract_at(${sql}, ${duckInteger(index + 1)})`, call.span));
    return left && right ? compare('equals')([left, right], call).sql : DUCK_TRUE;
  });
  const equal = joined(same, ' AND ');
  return operator === 'equals' ? duck`(${equal})` : duck`(NOT (${equal}))`;
}

/** `(a = b) = 1` is `a = b` again. */
function knownCondition(operator: Operator, left: Bound, right: Bound): DuckSql | undefined {
  if (operator !== 'equals' && operator !== 'notEquals') return undefined;
  const [condition, other] = left.representation === 'boolean' ? [left, right] : [right, left];
  if (condition.representation !== 'boolean' || other.constant?.kind !== 'integer') return undefined;
  if (other.constant.value !== 0n && other.constant.value !== 1n) return undefined;
  return (other.constant.value === 1n) === (operator === 'equals') ? condition.sql : duck`(NOT ${condition.sql})`;
}

function distinct(isDistinct: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    const answer = (sql: DuckSql) => bound(UINT8, sql, call.span, 'boolean');
    if (isNull(left) && isNull(right)) return answer(isDistinct ? DUCK_FALSE : DUCK_TRUE);
    if (isNull(left) || isNull(right)) {
      const value = isNull(left) ? right : left;
      return answer(isDistinct ? duck`(${value.sql} IS NOT NULL)` : duck`(${value.sql} IS NULL)`);
    }
    const pair = comparable(left, right, call);
    if (!pair) throw typeError(`${printType(left.type)} and ${printType(right.type)} cannot be compared: convert one of them.`, call.span);
    const [a, b] = [plainSql(pair[0]), plainSql(pair[1])];
    return answer(isDistinct ? duck`(${a} IS DISTINCT FROM ${b})` : duck`(${a} IS NOT DISTINCT FROM ${b})`);
  };
}

const describe = (name: string, sign: string, help: string) => ({ name, signature: `${name}(a, b)`, help: `a ${sign} b: ${help}`, category: 'comparison' as const });

export const COMPARISON: readonly FunctionDefinition[] = [
  define(describe('equals', '=', '1 when both are equal.'), 2, 2, compare('equals')),
  define(describe('notEquals', '!=', '1 when they differ.'), 2, 2, compare('notEquals')),
  define(describe('less', '<', '1 when a comes before b.'), 2, 2, compare('less')),
  define(describe('greater', '>', '1 when a comes after b.'), 2, 2, compare('greater')),
  define(describe('lessOrEquals', '<=', '1 when a does not come after b.'), 2, 2, compare('lessOrEquals')),
  define(describe('greaterOrEquals', '>=', '1 when a does not come before b.'), 2, 2, compare('greaterOrEquals')),
  define(describe('isDistinctFrom', 'IS DISTINCT FROM', 'differs, NULL being equal to NULL.'), 2, 2, distinct(true)),
  define({ ...describe('isNotDistinctFrom', '<=>', 'equal, NULL being equal to NULL.') }, 2, 2, distinct(false)),
];

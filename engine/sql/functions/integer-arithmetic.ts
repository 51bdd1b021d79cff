/**
 * plus, minus and multiply of integers with ClickHouse's widths and wrapping. Where the ranges of the arguments rule
 * an overflow out, the SQL is DuckDB's own operator; else short arguments get a guarded fast path, long ones one pass
 * through 128 bits, so that nested sums stay linear in length.
 */
import { besideConstant } from '../beside-constant.ts';
import type { Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { integerRange, wrapConstant, wrapped, type IntegerType } from '../convert-number.ts';
import { duck, duckInteger, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';

export type IntegerOperator = 'plus' | 'minus' | 'multiply';

type Range = readonly [bigint, bigint];

/** The integer that a type is in arithmetic. */
export interface IntegerOperand {
  readonly value: Bound;
  readonly type: IntegerType;
}

export function combineConstants(operator: IntegerOperator, left: bigint, right: bigint): bigint {
  return operator === 'plus' ? left + right : operator === 'minus' ? left - right : left * right;
}

function rangeOf(operand: IntegerOperand): Range {
  const constant = operand.value.constant;
  return constant?.kind === 'integer' ? [constant.value, constant.value] : integerRange(operand.type);
}

function combineRanges(operator: IntegerOperator, [a, b]: Range, [c, d]: Range): Range {
  if (operator === 'plus') return [a + c, b + d];
  if (operator === 'minus') return [a - d, b - c];
  const products = [a * c, a * d, b * c, b * d];
  return [products.reduce((x, y) => (x < y ? x : y)), products.reduce((x, y) => (x > y ? x : y))];
}

function within([a, b]: Range, [lower, upper]: Range): boolean {
  return a >= lower && b <= upper;
}

function apply(operator: IntegerOperator, left: DuckSql, right: DuckSql): DuckSql {
  return operator === 'plus' ? duck`(${left} + ${right})` : operator === 'minus' ? duck`(${left} - ${right})` : duck`(${left} * ${right})`;
}

/** The SQL of an operator whose result has this type. */
export function integerSql(operator: IntegerOperator, left: IntegerOperand, right: IntegerOperand, to: IntegerType): DuckSql {
  const [leftRange, rightRange, target] = [rangeOf(left), rangeOf(right), integerRange(to)];
  const [a, b] = [left.value.constant, right.value.constant];
  if (a?.kind === 'integer' && b?.kind === 'integer') {
    return duck`CAST(${duckInteger(wrapConstant(combineConstants(operator, a.value, b.value), to))} AS ${duckTypeSql(to)})`;
  }
  const asTarget = (operand: IntegerOperand) => plainSql(cast({ ...operand.value, type: operand.value.constant ? operand.value.type : operand.type }, to));
  const direct = () => apply(operator, asTarget(left), asTarget(right));
  const fits = within(leftRange, target) && within(rightRange, target);
  if (to.bits > 64 || (fits && within(combineRanges(operator, leftRange, rightRange), target))) return direct();
  const slow = throughWide(operator, left, right, to);
  if (left.value.sql.text.length + right.value.sql.text.length > 100) return slow;
  const checks = safeChecks(operator, left, right, leftRange, rightRange, target);
  if (!checks || checks.length === 0) return slow;
  return duck`CASE WHEN ${joined(checks, ' AND ')} THEN ${apply(operator, narrow(left, to), narrow(right, to))} ELSE ${slow} END`;
}

/** Without cast's own wrapping: only used where a check has ruled out that it matters. */
function narrow(operand: IntegerOperand, to: IntegerType): DuckSql {
  if (operand.value.constant?.kind === 'integer') return duck`CAST(${duckInteger(operand.value.constant.value)} AS ${duckTypeSql(to)})`;
  return operand.type.bits === to.bits && operand.type.signed === to.signed ? plainSql(operand.value) : duck`CAST(${plainSql(operand.value)} AS ${duckTypeSql(to)})`;
}

/** Conditions under which DuckDB's operator cannot overflow; undefined when there is no simple one. */
function safeChecks(operator: IntegerOperator, left: IntegerOperand, right: IntegerOperand, leftRange: Range, rightRange: Range, target: Range): readonly DuckSql[] | undefined {
  const signed = target[0] < 0n;
  if (!signed && (leftRange[0] < 0n || rightRange[0] < 0n)) return undefined;
  const size = ([a, b]: Range) => (-a > b ? -a : b);
  const limit = (other: Range, half: bigint): bigint => {
    const isNarrow = size(other) < half;
    if (operator === 'multiply') return isNarrow ? target[1] / (size(other) === 0n ? 1n : size(other)) : half;
    return isNarrow ? target[1] - size(other) : half;
  };
  const half = operator === 'multiply' ? (signed ? 3_037_000_499n : 4_294_967_295n) : signed ? (1n << 62n) - 1n : (1n << 63n) - 1n;
  const check = (operand: IntegerOperand, range: Range, most: bigint): DuckSql[] => {
    const least = signed && range[0] < 0n ? -most : 0n;
    if (within(range, [least, most])) return [];
    if (range[0] >= 0n) return [duck`${besideConstant(plainSql(operand.value), most)} <= ${duckInteger(most)}`];
    return [duck`${plainSql(operand.value)} BETWEEN ${duckInteger(least)} AND ${duckInteger(most)}`];
  };
  const capped: Range = [rightRange[0] < -half ? -half : rightRange[0], rightRange[1] > half ? half : rightRange[1]];
  return [...check(left, leftRange, limit(capped, half + 1n)), ...check(right, rightRange, limit([leftRange[0] < -half ? -half : leftRange[0], leftRange[1] > half ? half : leftRange[1]], half + 1n))];
}

function throughWide(operator: IntegerOperator, left: IntegerOperand, right: IntegerOperand, to: IntegerType): DuckSql {
  const unsigned = operator === 'multiply' && !left.type.signed && !right.type.signed;
  const wide = unsigned ? duck`UHUGEINT` : duck`HUGEINT`;
  const product = apply(operator, duck`CAST(${plainSql(left.value)} AS ${wide})`, duck`CAST(${plainSql(right.value)} AS ${wide})`);
  return wrapped(product, { kind: 'Integer', bits: 128, signed: !unsigned }, to);
}

/**
 * Arithmetic operators and functions: which kind of arithmetic it is (integers, floats, decimals, times, tuples,
 * arrays), and ClickHouse's result type. Integers are in integer-arithmetic.ts, times in time-arithmetic.ts.
 */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { decimalOfWhole, wrapConstant, wrapped, type IntegerType } from '../convert-number.ts';
import { duck, duckDouble, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql, tupleFieldNames } from '../physical.ts';
import { bare, FLOAT32, FLOAT64, int, isNullable, nullable, printType, tuple, uint, type ClickHouseType, type IntegerBits } from '../types.ts';
import { at, define, isNull, nullResult, once, result, typeError, unsupported, usualType, withConstant, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { combineConstants, integerSql, type IntegerOperand, type IntegerOperator } from './integer-arithmetic.ts';
import { addToTime, subtractTimes } from './time-arithmetic.ts';

type DecimalType = Extract<ClickHouseType, { kind: 'Decimal' }>;

/** The value as an integer of arithmetic: Bool is UInt8. */
export function integerOperand(value: Bound): IntegerOperand | undefined {
  const type = bare(value.type);
  if (type.kind === 'Integer') return { value: { ...value, sql: plainSql(value), representation: 'plain', type }, type };
  if (type.kind === 'Bool') {
    const number: IntegerType = { kind: 'Integer', bits: 8, signed: false };
    return { value: { ...value, type: number, sql: duck`CAST(${plainSql(value)} AS UTINYINT)`, representation: 'plain' }, type: number };
  }
  if (type.kind === 'IPv4') {
    const number: IntegerType = { kind: 'Integer', bits: 32, signed: false };
    return { value: bound(number, duck`sandpiper_ipv4_number(${value.sql})`, value.span), type: number };
  }
  return undefined;
}

function isFloat(type: ClickHouseType): boolean {
  return type.kind === 'Float' || type.kind === 'BFloat16';
}

function isNumber(type: ClickHouseType): boolean {
  return isFloat(type) || type.kind === 'Integer' || type.kind === 'Bool' || type.kind === 'Decimal';
}

function asDouble(value: Bound): DuckSql {
  if (value.constant?.kind === 'integer') return duckDouble(Number(value.constant.value));
  const type = bare(value.type);
  return type.kind === 'Float' && type.bits === 64 ? plainSql(value) : duck`CAST(${plainSql(value)} AS DOUBLE)`;
}

/** Twice the width of the wider argument, up to 64 bits; 128 bits and more stay. */
function sumType(operator: IntegerOperator | 'gcd', left: IntegerType, right: IntegerType): IntegerType {
  const bits = Math.max(left.bits, right.bits) as IntegerBits;
  const signed = operator === 'minus' || left.signed || right.signed;
  const widened: Record<IntegerBits, IntegerBits> = { 8: 16, 16: 32, 32: 64, 64: 64, 128: 128, 256: 256 };
  return { kind: 'Integer', bits: widened[bits], signed };
}

function operatorFunction(operator: IntegerOperator) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [leftType, rightType] = [bare(left.type), bare(right.type)];
    if (leftType.kind === 'Array' && rightType.kind === 'Array') return overArrays(left, right, call);
    if (operator !== 'multiply') {
      const moved = operator === 'plus' ? addToTime(left, right, 1, call) ?? addToTime(right, left, 1, call) : addToTime(left, right, -1, call) ?? subtractTimes(left, right, call);
      if (moved) return moved;
    }
    if (leftType.kind === 'Tuple' || rightType.kind === 'Tuple') return overTuples(left, right, call) ?? refuse(call, args);
    const integers = [integerOperand(left), integerOperand(right)] as const;
    if (integers[0] && integers[1]) {
      const type = sumType(operator, integers[0].type, integers[1].type);
      const value = result(call, args, type, integerSql(operator, integers[0], integers[1], type));
      const [a, b] = [left.constant, right.constant];
      return a?.kind === 'integer' && b?.kind === 'integer' ? withConstant(value, { kind: 'integer', value: wrapConstant(combineConstants(operator, a.value, b.value), type) }) : value;
    }
    if (!isNumber(leftType) || !isNumber(rightType)) return refuse(call, args);
    if (isFloat(leftType) || isFloat(rightType)) {
      const [a, b] = [asDouble(left), asDouble(right)];
      const sql = operator === 'plus' ? duck`(${a} + ${b})` : operator === 'minus' ? duck`(${a} - ${b})` : duck`(${a} * ${b})`;
      const single = [leftType, rightType].every((type) => type.kind === 'BFloat16' || type.kind === 'Bool' || (type.kind === 'Integer' && type.bits <= 16));
      return single ? result(call, args, FLOAT32, duck`CAST(${sql} AS FLOAT)`) : result(call, args, FLOAT64, sql);
    }
    return decimalOperator(operator, args, call);
  };
}

function refuse(call: FunctionCall, args: readonly Bound[]): never {
  throw typeError(`${call.name} does not take ${args.map((arg) => printType(arg.type)).join(' and ')}.`, call.span);
}

function storage(type: DecimalType): number {
  return type.precision <= 9 ? 9 : type.precision <= 18 ? 18 : type.precision <= 38 ? 38 : 76;
}

/** The widest storage of two decimals; next to an integer, a decimal keeps its own precision. */
function decimalPrecision(args: readonly Bound[]): number {
  const [only, other] = args.map((arg) => bare(arg.type)).filter((type) => type.kind === 'Decimal');
  if (only && !other) return only.precision;
  return Math.max(...args.map((arg) => bare(arg.type)).map((type) => (type.kind === 'Decimal' ? storage(type) : 0)));
}

function scaleOf(value: Bound): number {
  const type = bare(value.type);
  return type.kind === 'Decimal' ? type.scale : 0;
}

function decimalOperator(operator: IntegerOperator, args: readonly Bound[], call: FunctionCall): Bound {
  const [left, right] = [at(args, 0), at(args, 1)];
  const scales = [scaleOf(left), scaleOf(right)] as const;
  const type: DecimalType = { kind: 'Decimal', precision: decimalPrecision(args), scale: operator === 'multiply' ? scales[0] + scales[1] : Math.max(...scales) };
  const [a, b] = [plainSql(left), plainSql(right)];
  const sql = operator === 'plus' ? duck`(${a} + ${b})` : operator === 'minus' ? duck`(${a} - ${b})` : duck`(${a} * ${b})`;
  return result(call, args, type, duck`CAST(${sql} AS ${duckTypeSql(type)})`);
}

/** An error where the divisor is zero; nothing to check for a constant that is not. */
function checkedDivisor(divisor: Bound, sql: DuckSql, call: FunctionCall, body: (divisor: DuckSql) => DuckSql): DuckSql {
  if (divisor.constant?.kind === 'integer' && divisor.constant.value !== 0n) return body(sql);
  return once(call, sql, (name) => duck`CASE WHEN ${name} = 0 THEN error('Division by zero.') ELSE ${body(name)} END`);
}

function zeroOr(otherwise: 'zero' | 'null', divisor: Bound, sql: DuckSql, call: FunctionCall, body: (divisor: DuckSql) => DuckSql): DuckSql {
  if (divisor.constant?.kind === 'integer' && divisor.constant.value !== 0n) return body(sql);
  const instead = otherwise === 'zero' ? duck`0` : duck`NULL`;
  return once(call, sql, (name) => duck`CASE WHEN ${name} = 0 THEN ${instead} ELSE ${body(name)} END`);
}

type OnZero = 'error' | 'zero' | 'null';

function guardZero(onZero: OnZero, divisor: Bound, sql: DuckSql, call: FunctionCall, body: (divisor: DuckSql) => DuckSql): DuckSql {
  return onZero === 'error' ? checkedDivisor(divisor, sql, call, body) : zeroOr(onZero, divisor, sql, call, body);
}

function divide(onZero: 'infinite' | 'null') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [leftType, rightType] = [bare(left.type), bare(right.type)];
    if (leftType.kind === 'Tuple' && isNumber(rightType)) return overTuples(left, right, call) ?? refuse(call, args);
    if (!isNumber(leftType) || !isNumber(rightType)) return refuse(call, args);
    if (!isFloat(leftType) && !isFloat(rightType) && (leftType.kind === 'Decimal' || rightType.kind === 'Decimal')) return decimalDivide(args, call, onZero);
    const quotient = (divisor: DuckSql) => duck`(${asDouble(left)} / ${divisor})`;
    if (onZero === 'infinite') return result(call, args, FLOAT64, quotient(asDouble(right)));
    return result(call, args, nullable(FLOAT64), zeroOr('null', right, asDouble(right), call, quotient));
  };
}

function decimalDivide(args: readonly Bound[], call: FunctionCall, onZero: 'infinite' | 'null'): Bound {
  const [left, right] = [at(args, 0), at(args, 1)];
  const scale = bare(left.type).kind === 'Decimal' ? scaleOf(left) : scaleOf(right);
  const type: DecimalType = { kind: 'Decimal', precision: decimalPrecision(args), scale };
  const power = (exponent: number) => duckInteger(10n ** BigInt(exponent));
  const whole = (value: Bound) => duck`CAST(CAST(${plainSql(value)} AS DECIMAL(38, ${duckInteger(scaleOf(value))})) * ${power(scaleOf(value))} AS HUGEINT)`;
  const dividend = duck`${whole(left)} * ${power(Math.max(0, scale - scaleOf(left)) + scaleOf(right))}`;
  const unscaled = (divisor: DuckSql) => duck`(${dividend} // ${divisor})`;
  const scaled = (divisor: DuckSql) => duck`CAST(${decimalOfWhole(unscaled(divisor), scale)} AS ${duckTypeSql(type)})`;
  return result(call, args, onZero === 'null' ? nullable(type) : type, guardZero(onZero === 'null' ? 'null' : 'error', right, whole(right), call, scaled));
}

/** The least number of a signed type divided by -1 does not fit: an error, 0 or NULL as for a division by zero. */
function unlessLeast(onZero: OnZero, left: Bound, right: Bound, to: ClickHouseType, body: (divisor: DuckSql) => DuckSql): (divisor: DuckSql) => DuckSql {
  const [dividend, divisor] = [bare(left.type), bare(right.type)];
  if (dividend.kind !== 'Integer' || divisor.kind !== 'Integer' || !dividend.signed || !divisor.signed || dividend.bits > 64) return body;
  // Through a constant -1 ClickHouse multiplies, and wraps around.
  if (right.constant?.kind === 'integer' && (right.constant.value !== -1n || (onZero === 'error' && dividend.bits >= 32))) return body;
  const least = duckInteger(-(2n ** BigInt(dividend.bits - 1)));
  const instead = onZero === 'error' ? duck`CAST(error('The least number of its type cannot be divided by -1.') AS ${duckTypeSql(to)})` : onZero === 'zero' ? duck`0` : duck`NULL`;
  return (by) => duck`CASE WHEN ${by} = -1 AND ${plainSql(left)} = ${least} THEN ${instead} ELSE ${body(by)} END`;
}

function intDiv(onZero: OnZero) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [leftType, rightType] = [bare(left.type), bare(right.type)];
    if (!isNumber(leftType) || !isNumber(rightType)) return refuse(call, args);
    const [a, b] = [integerOperand(left), integerOperand(right)];
    const bits = a ? a.type.bits : leftType.kind === 'Float' && leftType.bits === 64 ? 64 : leftType.kind === 'Decimal' && leftType.precision > 9 ? 64 : 32;
    const type: IntegerType = { kind: 'Integer', bits, signed: (a ? a.type.signed : true) || (b ? b.type.signed : true) };
    const wide = bits > 64 || (bits === 64 && type.signed && right.constant?.kind === 'integer') || (a !== undefined && a.type.bits >= 64 && !a.type.signed && type.signed) || (b !== undefined && b.type.bits >= 64 && !b.type.signed && type.signed);
    const holder = bits > 64 && !type.signed ? duck`UHUGEINT` : wide ? duck`HUGEINT` : type.signed ? duck`BIGINT` : duck`UBIGINT`;
    const whole = (value: Bound, operand: IntegerOperand | undefined) => (operand ? duck`CAST(${plainSql(operand.value)} AS ${holder})` : duck`CAST(trunc(${plainSql(value)}) AS ${holder})`);
    const from: IntegerType = wide ? { kind: 'Integer', bits: 128, signed: type.signed || bits <= 64 } : { kind: 'Integer', bits: 64, signed: type.signed };
    const narrowed = (sql: DuckSql) => (bits === 64 && !wide ? sql : bits > 64 ? sql : a && !a.type.signed && !type.signed ? duck`CAST(${sql} AS ${duckTypeSql(type)})` : wrapped(sql, from, type));
    const resultType = onZero === 'null' ? nullable(type) : type;
    if (isFloat(leftType) || isFloat(rightType)) {
      return result(call, args, resultType, guardZero(onZero, right, asDouble(right), call, (divisor) => duck`CAST(trunc(${asDouble(left)} / ${divisor}) AS ${duckTypeSql(type)})`));
    }
    const body = unlessLeast(onZero, left, right, type, (divisor) => narrowed(duck`(${whole(left, a)} // ${divisor})`));
    return result(call, args, resultType, guardZero(onZero, right, whole(right, b), call, body));
  };
}

/** As C++ computes: the types below 32 bits are int, and a signed number beside an unsigned one that is as wide wraps around. */
function commonForRest(a: IntegerType, b: IntegerType): IntegerType {
  const promoted = (type: IntegerType): IntegerType => (type.bits < 32 ? { kind: 'Integer', bits: 32, signed: true } : type);
  const [left, right] = [promoted(a), promoted(b)];
  if (left.bits !== right.bits) return left.bits > right.bits ? left : right;
  return left.signed ? right : left;
}

interface RestOptions {
  readonly onZero: OnZero;
  /** Never negative. */
  readonly positive?: boolean;
  /** As wide as the divisor, and signed when either is. */
  readonly legacy?: boolean;
}

function modulo({ onZero, positive = false, legacy = false }: RestOptions) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [leftType, rightType] = [bare(left.type), bare(right.type)];
    if (leftType.kind === 'Date' && rightType.kind === 'Integer') return modulo({ onZero, positive, legacy })([cast({ ...left, type: leftType }, uint(16)), right], call);
    if (!isNumber(leftType) || !isNumber(rightType)) return refuse(call, args);
    if ((leftType.kind === 'Decimal' || rightType.kind === 'Decimal') && !isFloat(leftType) && !isFloat(rightType)) throw unsupported(`${call.name} of decimals and whole numbers is not supported: convert them with toFloat64.`, call.span);
    if (isFloat(leftType) || isFloat(rightType)) {
      const sql = positive
        ? once(call, asDouble(right), (b) => duck`fmod(${asDouble(left)}, abs(${b}))`)
        : once(call, asDouble(left), (a) => once(call, asDouble(right), (b) => duck`(${a} - trunc(${a} / ${b}) * ${b})`));
      return result(call, args, onZero === 'null' ? nullable(FLOAT64) : FLOAT64, onZero === 'null' ? zeroOr('null', right, asDouble(right), call, () => sql) : sql);
    }
    const [a, b] = [integerOperand(left), integerOperand(right)];
    if (!a || !b) return refuse(call, args);
    const doubled: Record<IntegerBits, IntegerBits> = { 8: 16, 16: 32, 32: 64, 64: 64, 128: 128, 256: 256 };
    const type: IntegerType = legacy
      ? { kind: 'Integer', bits: b.type.bits, signed: a.type.signed || b.type.signed }
      : { kind: 'Integer', bits: a.type.signed && !positive ? doubled[b.type.bits] : b.type.bits, signed: a.type.signed && !positive };
    const common = commonForRest(a.type, b.type);
    const wraps = !common.signed && (a.type.signed || b.type.signed);
    const holder = common.bits > 64 && !common.signed ? duck`UHUGEINT` : common.bits >= 64 ? duck`HUGEINT` : duck`BIGINT`;
    const narrow = a.type.bits <= 64 && b.type.bits <= 64 && !a.type.signed && !b.type.signed ? duck`UBIGINT` : holder;
    const operand = (one: IntegerOperand) => (wraps && one.type.signed ? duck`CAST(${common.bits > 64 ? wrapped(duck`CAST(${plainSql(one.value)} AS HUGEINT)`, { kind: 'Integer', bits: 128, signed: true }, common) : wrapped(plainSql(one.value), one.type, common)} AS ${narrow})` : duck`CAST(${plainSql(one.value)} AS ${narrow})`);
    const dividend = operand(a);
    const fits = type.bits > 64 || (!wraps && (!legacy || a.type.signed === b.type.signed));
    const held: IntegerType = common.bits > 64 ? common : { kind: 'Integer', bits: common.bits === 64 ? 128 : 64, signed: true };
    const narrowed = (sql: DuckSql) => (fits ? duck`CAST(${sql} AS ${duckTypeSql(type)})` : wrapped(sql, held, type));
    const body = unlessLeast(onZero, left, right, type, (divisor) =>
      positive && common.signed && a.type.signed
        ? narrowed(duck`(${dividend} % ${divisor} + abs(${divisor})) % abs(${divisor})`)
        : narrowed(duck`(${dividend} % ${divisor})`));
    return result(call, args, onZero === 'null' ? nullable(type) : type, guardZero(onZero, right, operand(b), call, body));
  };
}

function negate(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  if (type.kind === 'Interval') return withConstant(result(call, args, type, duck`(-${plainSql(value)})`), value.constant?.kind === 'integer' ? { kind: 'integer', value: -value.constant.value } : undefined);
  if (type.kind === 'Tuple') return overTuple(value, call, (element) => call.context.call('negate', [element], call.span));
  const integer = integerOperand(value);
  if (integer) {
    const widened: Record<IntegerBits, IntegerBits> = { 8: 16, 16: 32, 32: 64, 64: 64, 128: 128, 256: 256 };
    const target: IntegerType = integer.type.signed ? integer.type : { kind: 'Integer', bits: widened[integer.type.bits], signed: true };
    const zero: IntegerOperand = { value: { ...bound(int(8), duck`0`, call.span), constant: { kind: 'integer', value: 0n } }, type: { kind: 'Integer', bits: 8, signed: true } };
    const negated = result(call, args, target, integerSql('minus', zero, integer, target));
    return withConstant(negated, value.constant?.kind === 'integer' ? { kind: 'integer', value: wrapConstant(-value.constant.value, target) } : undefined);
  }
  if (!isNumber(type)) return refuse(call, args);
  return withConstant(result(call, args, type, duck`(-${plainSql(value)})`), value.constant?.kind === 'float' ? { kind: 'float', value: -value.constant.value } : undefined);
}

function abs(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  const integer = integerOperand(value);
  if (integer) {
    if (!integer.type.signed) return result(call, args, integer.type, plainSql(integer.value));
    const target = uint(integer.type.bits);
    const wide = integer.type.bits >= 64 ? duck`HUGEINT` : duck`BIGINT`;
    return result(call, args, target, duck`CAST(abs(CAST(${plainSql(value)} AS ${wide})) AS ${duckTypeSql(target)})`);
  }
  if (!isNumber(type)) return refuse(call, args);
  return result(call, args, type, duck`abs(${plainSql(value)})`);
}

function divisorOf(name: 'gcd' | 'lcm') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [a, b] = [integerOperand(left), integerOperand(right)];
    if (!a || !b) return refuse(call, args);
    const type = sumType('gcd', a.type, b.type);
    const [x, y] = [duck`CAST(${plainSql(a.value)} AS HUGEINT)`, duck`CAST(${plainSql(b.value)} AS HUGEINT)`];
    return result(call, args, type, duck`CAST(abs(${name === 'gcd' ? duck`gcd(${x}, ${y})` : duck`lcm(${x}, ${y})`}) AS ${duckTypeSql(type)})`);
  };
}

/** Element by element for two tuples of one length, or each element with one number. */
function overTuples(left: Bound, right: Bound, call: FunctionCall): Bound | undefined {
  const [leftType, rightType] = [bare(left.type), bare(right.type)];
  const width = leftType.kind === 'Tuple' ? leftType.elements.length : rightType.kind === 'Tuple' ? rightType.elements.length : 0;
  if (leftType.kind === 'Tuple' && rightType.kind === 'Tuple' && leftType.elements.length !== rightType.elements.length) return undefined;
  if (leftType.kind !== 'Tuple' && call.name !== 'multiply') return undefined;
  const items = Array.from({ length: width }, (_, index) => call.context.call(call.name, [element(left, index), element(right, index)], call.span));
  return call.context.call('tuple', items, call.span);
}

function overTuple(value: Bound, call: FunctionCall, body: (element: Bound) => Bound): Bound {
  const type = bare(value.type);
  const width = type.kind === 'Tuple' ? type.elements.length : 0;
  return call.context.call('tuple', Array.from({ length: width }, (_, index) => body(element(value, index))), call.span);
}

function element(value: Bound, index: number): Bound {
  const type = bare(value.type);
  if (type.kind !== 'Tuple') return value;
  const name = tupleFieldNames(type.elements)[index] ?? '';
  return bound(type.elements[index]?.type ?? tuple(), duck`${plainSql(value)}.${duckName(name)}`, value.span);
}

function overArrays(left: Bound, right: Bound, call: FunctionCall): Bound {
  const [leftType, rightType] = [bare(left.type), bare(right.type)];
  if (leftType.kind !== 'Array' || rightType.kind !== 'Array') return refuse(call, [left, right]);
  const pair = duckName(call.context.freshName());
  const item = call.context.call(call.name, [bound(leftType.of, duck`struct_extract(${pair}, 1)`, left.span), bound(rightType.of, duck`struct_extract(${pair}, 2)`, right.span)], call.span);
  const check = duck`CASE WHEN len(${plainSql(left)}) <> len(${plainSql(right)}) THEN error('Arrays of different lengths cannot be combined.') ELSE list_transform(list_zip(${plainSql(left)}, ${plainSql(right)}), lambda ${pair}: ${plainSql(item)}) END`;
  return bound({ kind: 'Array', of: item.type }, check, call.span);
}

function extreme(name: 'max2' | 'min2') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    if (args.some(isNull)) return nullResult(call.span);
    if (!args.every((arg) => isNumber(bare(arg.type)))) return refuse(call, args);
    const [a, b] = [asDouble(at(args, 0)), asDouble(at(args, 1))];
    const nullSafe = args.some((arg) => isNullable(arg.type));
    const sql = name === 'max2' ? duck`greatest(${a}, ${b})` : duck`least(${a}, ${b})`;
    return bound(usualType(args, FLOAT64), nullSafe ? duck`CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN ${sql} END` : sql, call.span);
  };
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'arithmetic' as const, ...extra });

export const ARITHMETIC: readonly FunctionDefinition[] = [
  define(describe('plus', 'plus(a, b)', 'a + b; of a time and a number, moves the time by days or seconds.'), 2, 2, operatorFunction('plus')),
  define(describe('minus', 'minus(a, b)', 'a - b; of two times, the days or seconds between them.'), 2, 2, operatorFunction('minus')),
  define(describe('multiply', 'multiply(a, b)', 'a * b.'), 2, 2, operatorFunction('multiply')),
  define(describe('divide', 'divide(a, b)', 'a / b as Float64; a division by zero is inf or nan.'), 2, 2, divide('infinite')),
  define(describe('divideOrNull', 'divideOrNull(a, b)', 'a / b as Float64; NULL for a division by zero.'), 2, 2, divide('null')),
  define(describe('intDiv', 'intDiv(a, b)', 'a / b without the fraction; fails for a division by zero.'), 2, 2, intDiv('error')),
  define(describe('intDivOrZero', 'intDivOrZero(a, b)', 'a / b without the fraction; 0 for a division by zero.'), 2, 2, intDiv('zero')),
  define(describe('intDivOrNull', 'intDivOrNull(a, b)', 'a / b without the fraction; NULL for a division by zero.'), 2, 2, intDiv('null')),
  define(describe('modulo', 'modulo(a, b)', 'The rest of a / b, with the sign of a.', { caseInsensitiveAliases: ['mod'] }), 2, 2, modulo({ onZero: 'error' })),
  define(describe('moduloLegacy', 'moduloLegacy(a, b)', 'The rest of a / b, with the sign of a.'), 2, 2, modulo({ onZero: 'error', legacy: true })),
  define(describe('moduloOrZero', 'moduloOrZero(a, b)', 'The rest of a / b; 0 for a division by zero.'), 2, 2, modulo({ onZero: 'zero' })),
  define(describe('moduloOrNull', 'moduloOrNull(a, b)', 'The rest of a / b; NULL for a division by zero.', { caseInsensitiveAliases: ['modOrNull'] }), 2, 2, modulo({ onZero: 'null' })),
  define(describe('positiveModulo', 'positiveModulo(a, b)', 'The rest of a / b, never negative.', { aliases: ['positive_modulo', 'pmod'], caseInsensitive: true }), 2, 2, modulo({ onZero: 'error', positive: true })),
  define(describe('positiveModuloOrNull', 'positiveModuloOrNull(a, b)', 'The rest of a / b, never negative; NULL for a division by zero.', { aliases: ['positive_modulo_or_null', 'pmodOrNull'], caseInsensitive: true }), 2, 2, modulo({ onZero: 'null', positive: true })),
  define(describe('negate', 'negate(a)', '-a.'), 1, 1, negate),
  define(describe('abs', 'abs(a)', 'a without its sign.', { caseInsensitive: true }), 1, 1, abs),
  define(describe('gcd', 'gcd(a, b)', 'The greatest common divisor.'), 2, 2, divisorOf('gcd')),
  define(describe('lcm', 'lcm(a, b)', 'The least common multiple.'), 2, 2, divisorOf('lcm')),
  define(describe('max2', 'max2(a, b)', 'The greater number, as Float64.', { caseInsensitive: true }), 2, 2, extreme('max2')),
  define(describe('min2', 'min2(a, b)', 'The smaller number, as Float64.', { caseInsensitive: true }), 2, 2, extreme('min2')),
];

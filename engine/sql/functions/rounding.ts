/** Rounding: floats to even at halves, decimals away from zero, integers to tens, and to steps that are given. */
import { bound, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckInteger, joined, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { bare, isNullable, nullable, printType, UINT16, UINT8, type ClickHouseType } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, typeError, unsupported } from './arguments.ts';
import { integerOperand } from './arithmetic.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type Mode = 'round' | 'bankers' | 'floor' | 'ceil' | 'trunc';

function roundTo(mode: Mode) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    if (args.some(isNull)) return nullResult(call.span);
    const value = at(args, 0);
    const type = bare(value.type);
    const digits = args[1] === undefined ? 0 : args[1].constant?.kind === 'integer' ? Number(args[1].constant.value) : undefined;
    switch (type.kind) {
      case 'Bool':
      case 'Integer':
        return result(call, args, type, digits !== undefined && digits >= 0 ? plainSql(value) : wholeTens(mode, value, type, digits, call));
      case 'Float':
      case 'BFloat16':
        if (args[1]) need(call, args[1], 'integer', 1);
        return result(call, args, type, float(mode, value, type, digits, args[1]));
      case 'Decimal':
        return result(call, args, type, decimalTo(mode, value, type, digits, call));
      default:
        throw typeError(`${call.name} takes a number, not a value of type ${printType(value.type)}.`, value.span);
    }
  };
}

function cut(mode: Mode, sql: DuckSql): DuckSql {
  switch (mode) {
    case 'round':
    case 'bankers':
      return evaluatedOnce(sql, (x) => duck`sandpiper_half_even(${x})`);
    case 'floor':
      return duck`floor(${sql})`;
    case 'ceil':
      return duck`ceil(${sql})`;
    case 'trunc':
      return duck`trunc(${sql})`;
    default:
      return mode satisfies never;
  }
}

function float(mode: Mode, value: Bound, type: ClickHouseType, digits: number | undefined, given: Bound | undefined): DuckSql {
  const sql = plainSql(value);
  if (digits === 0) return cut(mode, sql);
  const holder = duckTypeSql(type);
  if (digits === undefined) {
    const power = duck`CAST(pow(10, ${given ? plainSql(given) : duck`0`}) AS ${holder})`;
    return duck`CAST(${cut(mode, duck`(${sql} * ${power})`)} / ${power} AS ${holder})`;
  }
  if (digits > 15) return sql;
  const power = duck`CAST(${duckInteger(10n ** BigInt(Math.abs(digits)))} AS ${holder})`;
  return digits > 0 ? duck`(${cut(mode, duck`(${sql} * ${power})`)} / ${power})` : duck`(${cut(mode, duck`(${sql} / ${power})`)} * ${power})`;
}

/** Integers to tens, hundreds …; away from zero at halves. */
function wholeTens(mode: Mode, value: Bound, type: ClickHouseType, digits: number | undefined, call: FunctionCall): DuckSql {
  const operand = integerOperand(value);
  if (digits === undefined || !operand) throw unsupported(`${call.name} of a whole number takes a constant number of digits.`, call.span);
  const step = duckInteger(10n ** BigInt(-digits));
  const half = duckInteger(10n ** BigInt(-digits) / 2n);
  const x = duck`CAST(${plainSql(operand.value)} AS HUGEINT)`;
  const rounded = {
    round: duck`((${x} + CASE WHEN ${x} < 0 THEN -${half} ELSE ${half} END) // ${step} * ${step})`,
    bankers: duck`CAST(sandpiper_half_even(CAST(${x} AS DOUBLE) / ${step}) AS HUGEINT) * ${step}`,
    floor: duck`((${x} - CASE WHEN ${x} < 0 THEN ${step} - 1 ELSE 0 END) // ${step} * ${step})`,
    ceil: duck`((${x} + CASE WHEN ${x} > 0 THEN ${step} - 1 ELSE 0 END) // ${step} * ${step})`,
    trunc: duck`(${x} // ${step} * ${step})`,
  }[mode];
  return plainSql(cast(bound({ kind: 'Integer', bits: 128, signed: true }, rounded, call.span), type));
}

function decimalTo(mode: Mode, value: Bound, type: Extract<ClickHouseType, { kind: 'Decimal' }>, digits: number | undefined, call: FunctionCall): DuckSql {
  if (digits === undefined) throw unsupported(`${call.name} of a decimal takes a constant number of digits.`, call.span);
  const sql = plainSql(value);
  if (digits >= type.scale) return sql;
  const holder = duckTypeSql(type);
  const n = duckInteger(digits);
  if (mode === 'round') return duck`CAST(round(${sql}, ${n}) AS ${holder})`;
  if (mode === 'trunc') return duck`CAST(trunc(${sql}, ${n}) AS ${holder})`;
  const power = duckInteger(10n ** BigInt(Math.abs(digits)));
  const scaled = digits >= 0 ? duck`(${sql} * ${power})` : duck`(CAST(${sql} AS DOUBLE) / ${power})`;
  const whole = mode === 'bankers' ? duck`sandpiper_half_even(CAST(${scaled} AS DOUBLE))` : cut(mode, scaled);
  return digits >= 0 ? duck`CAST(CAST(${whole} AS DOUBLE) / ${power} AS ${holder})` : duck`CAST(${whole} * ${power} AS ${holder})`;
}

/** The greatest step that is not above the number; the first step for what is below all. */
function steps(call: FunctionCall, value: Bound, list: readonly (readonly [DuckSql, DuckSql])[], lowest: DuckSql): DuckSql {
  return once(call, plainSql(value), (x) => duck`CASE ${joined([...list].reverse().map(([from, to]) => duck`WHEN ${x} >= ${from} THEN ${to}`), ' ')} WHEN ${x} IS NOT NULL THEN ${lowest} END`);
}

const n = (value: number): DuckSql => duckInteger(value);
const DURATIONS = [1, 10, 30, 60, 120, 180, 240, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000];
const AGES: readonly (readonly [number, number])[] = [[1, 17], [18, 18], [25, 25], [35, 35], [45, 45], [55, 55]];

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitive?: boolean; readonly aliases?: readonly string[] } = {}) => ({ name, signature, help, category: 'rounding' as const, ...extra });

export const ROUNDING: readonly FunctionDefinition[] = [
  define(describe('round', 'round(number[, digits])', 'The nearest number with so many digits; floats go to the even one at halves.', { caseInsensitive: true }), 1, 2, roundTo('round')),
  define(describe('roundBankers', 'roundBankers(number[, digits])', 'The nearest number with so many digits; the even one at halves.'), 1, 2, roundTo('bankers')),
  define(describe('floor', 'floor(number[, digits])', 'The number, rounded down.', { caseInsensitive: true }), 1, 2, roundTo('floor')),
  define(describe('ceil', 'ceil(number[, digits])', 'The number, rounded up.', { caseInsensitive: true, aliases: ['ceiling'] }), 1, 2, roundTo('ceil')),
  define(describe('trunc', 'trunc(number[, digits])', 'The number without further digits.', { caseInsensitive: true, aliases: ['truncate'] }), 1, 2, roundTo('trunc')),
  define(describe('roundDown', 'roundDown(number, steps)', 'The greatest step that is not above the number.'), 2, 2, (args, call) => {
    const [value, list] = [at(args, 0), at(args, 1)];
    const type = bare(list.type);
    if (type.kind !== 'Array' || list.constant?.kind !== 'array') throw typeError('roundDown takes a constant array of numbers as its second argument.', list.span);
    need(call, value, 'number', 0);
    if (isNull(value)) return nullResult(call.span);
    const common = commonType([bare(value.type), type.of], call.span);
    const items = plainSql(cast(list, { kind: 'Array', of: common }));
    const x = plainSql(cast({ ...value, type: bare(value.type) }, common));
    return result(call, [value], common, once(call, x, (name) => duck`CASE WHEN ${name} IS NOT NULL THEN coalesce(list_max(list_filter(${items}, lambda s: s <= ${name})), list_min(${items})) END`));
  }),
  define(describe('roundDuration', 'roundDuration(seconds)', 'The number of seconds, rounded down to a common span.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'number', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, UINT16, duck`CAST(${steps(call, at(args, 0), DURATIONS.map((step) => [n(step), n(step)]), n(0))} AS USMALLINT)`);
  }),
  define(describe('roundAge', 'roundAge(years)', 'The age, rounded down to a common group.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'number', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, UINT8, duck`CAST(${steps(call, at(args, 0), AGES.map(([from, to]) => [n(from), n(to)]), n(0))} AS UTINYINT)`);
  }),
  define(describe('roundToExp2', 'roundToExp2(number)', 'The number, rounded down to a power of two.'), 1, 1, (args, call) => {
    const given = at(args, 0);
    need(call, given, 'number', 0);
    const value = bare(given.type).kind === 'Bool' ? cast(given, isNullable(given.type) ? nullable(UINT8) : UINT8) : given;
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    const sql = once(call, plainSql(value), (x) => duck`CASE WHEN ${x} = 0 THEN 0 ELSE sign(${x}) * pow(2, floor(log2(abs(CAST(${x} AS DOUBLE))))) END`);
    const toZero = type.kind === 'Integer' && type.signed ? once(call, plainSql(value), (x) => duck`CASE WHEN ${x} <= 0 THEN 0 ELSE pow(2, floor(log2(CAST(${x} AS DOUBLE)))) END`) : sql;
    return result(call, args, type, duck`CAST(${toZero} AS ${duckTypeSql(type)})`);
  }),
];

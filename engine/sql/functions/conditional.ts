/** Choosing between values: if, multiIf and CASE, greatest and least, clamp, transform. Branches get their common type. */
import { bound, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, DUCK_NULL, joined, type DuckSql } from '../duck.ts';
import { booleanSql, orderSql, plainSql } from '../physical.ts';
import { bare, FLOAT64, int, isNullable, nullable, UINT64, UINT8, withoutLowCardinality, type ClickHouseType } from '../types.ts';
import { at, define, isNull, lowCardinality, needCondition, nullResult, once, typeError, unsupported, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** The values in their common type; LowCardinality is lost, as in ClickHouse. */
function branches(values: readonly Bound[], call: FunctionCall): { readonly type: ClickHouseType; readonly values: readonly DuckSql[] } {
  const type = commonType(values.map((value) => withoutLowCardinality(value.type)), call.span);
  return { type, values: values.map((value) => plainSql(cast(value, type, { timeZone: call.context.timeZone }))) };
}

function multiIf(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.length % 2 === 0) throw typeError(`${call.name} takes pairs of a condition and a value, and one last value.`, call.span);
  const conditions = args.filter((_, index) => index % 2 === 0 && index < args.length - 1);
  conditions.forEach((condition) => needCondition(call.name, condition));
  const chosen = args.filter((_, index) => index % 2 === 1 || index === args.length - 1);
  const { type, values } = branches(chosen, call);
  const cases = conditions.map((condition, index) => duck`WHEN ${booleanSql(condition)} THEN ${values[index] ?? duck`NULL`}`);
  const last = values[values.length - 1] ?? duck`NULL`;
  return bound(type, cases.length === 0 ? last : duck`CASE ${joined(cases, ' ')} ELSE ${last} END`, call.span);
}

function caseWithExpression(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.length % 2 === 1) throw typeError('CASE takes pairs of WHEN and THEN.', call.span);
  const operand = at(args, 0);
  const pairs = args.slice(1, -1);
  const keys = pairs.filter((_, index) => index % 2 === 0);
  const { type, values } = branches([...pairs.filter((_, index) => index % 2 === 1), at(args, args.length - 1)], call);
  const cases = keys.map((key, index) => duck`WHEN ${booleanSql(call.context.call('isNotDistinctFrom', [operand, key], call.span))} THEN ${values[index] ?? duck`NULL`}`);
  return bound(lowCardinality(args, type), duck`CASE ${joined(cases, ' ')} ELSE ${values[values.length - 1] ?? duck`NULL`} END`, call.span);
}

/** An Int64 and a UInt64. */
function areBothWide(args: readonly Bound[]): boolean {
  const types = args.map((arg) => arg.type);
  return types.every((type) => type.kind === 'Integer' && type.bits === 64) && types.some((type) => type.kind === 'Integer' && type.signed) && types.some((type) => type.kind === 'Integer' && !type.signed);
}

/** Numbers that have no common type elsewhere have one in comparisons: Int128 for UInt64 and a signed one, Float64 for decimals and floats. */
function widened(args: readonly Bound[], call: FunctionCall): readonly Bound[] {
  if (args.length !== 2 || args.some((arg) => isNullable(arg.type))) return args;
  const types = args.map((arg) => bare(arg.type));
  const isWide = types.some((type) => type.kind === 'Integer' && type.bits === 64 && !type.signed);
  const isSigned = types.some((type) => type.kind === 'Integer' && type.signed);
  const to: ClickHouseType | undefined = types.some((type) => type.kind === 'Float') && types.some((type) => type.kind === 'Decimal') ? FLOAT64 : isWide && isSigned && types.every((type) => type.kind === 'Integer' && type.bits <= 64) ? int(128) : undefined;
  return to === undefined ? args : args.map((arg) => (['Integer', 'Float', 'Decimal'].includes(bare(arg.type).kind) ? cast(arg, to, { timeZone: call.context.timeZone }) : arg));
}

function extreme(name: 'greatest' | 'least') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const solid = args.filter((arg) => !isNull(arg));
    if (solid.length === 0) return nullResult(call.span);
    if (args.length === 2 && areBothWide(args)) {
      const [one, other] = args.map((arg) => plainSql(cast(arg, int(128), { timeZone: call.context.timeZone })));
      // The greater one cannot be negative when one is unsigned, the lesser one not above what is signed.
      return name === 'greatest' ? bound(UINT64, duck`CAST(greatest(${one ?? DUCK_NULL}, ${other ?? DUCK_NULL}) AS UBIGINT)`, call.span) : bound(int(64), duck`CAST(least(${one ?? DUCK_NULL}, ${other ?? DUCK_NULL}) AS BIGINT)`, call.span);
    }
    const given = args.length === solid.length ? args : [...solid, at(args.filter(isNull), 0)];
    const found = branches(widened(given, call), call);
    const values = found.values;
    const type = lowCardinality(args, found.type);
    const used = values.slice(0, solid.length);
    if (used.length === 1) return bound(type, used[0] ?? duck`NULL`, call.span);
    const inner = bare(type);
    // Two numbers are compared as numbers.
    if (inner.kind === 'Bool' && args.length === 2 && type.kind === 'Bool') return bound(UINT8, duck`CAST(${name === 'greatest' ? duck`greatest(${used})` : duck`least(${used})`} AS UTINYINT)`, call.span);
    if (inner.kind === 'Enum' || inner.kind === 'IPv4' || inner.kind === 'IPv6') return byOrder(name, used, type, call);
    const [first, second] = used;
    if (inner.kind === 'Float' && used.length === 2 && first && second && !solid.some((arg) => isNullable(arg.type) || arg.constant)) {
      // The second one where one is NaN, as a comparison with NaN is false.
      return bound(type, once(call, first, (a) => once(call, second, (b) => (name === 'greatest' ? duck`CASE WHEN ${a} > ${b} AND NOT isnan(${a}) THEN ${a} ELSE ${b} END` : duck`CASE WHEN ${a} < ${b} AND NOT isnan(${b}) THEN ${a} ELSE ${b} END`))), call.span);
    }
    return bound(type, name === 'greatest' ? duck`greatest(${used})` : duck`least(${used})`, call.span);
  };
}

function byOrder(name: 'greatest' | 'least', values: readonly DuckSql[], type: ClickHouseType, call: FunctionCall): Bound {
  const pick = (a: DuckSql, b: DuckSql): DuckSql => {
    const [x, y] = [orderSql(bound(type, a, call.span)), orderSql(bound(type, b, call.span))];
    const better = name === 'greatest' ? duck`${x} >= ${y}` : duck`${x} <= ${y}`;
    return duck`CASE WHEN ${b} IS NULL OR ${better} THEN ${a} ELSE ${b} END`;
  };
  const [first, ...rest] = values;
  return bound(type, rest.reduce(pick, first ?? duck`NULL`), call.span);
}

/** transform(x, from, to[, default]): each value of `from` becomes the one of `to` at its place. */
function transform(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, from, to, otherwise] = [at(args, 0), at(args, 1), at(args, 2), args[3]];
  const [fromType, toType] = [bare(from.type), bare(to.type)];
  if (fromType.kind !== 'Array' || toType.kind !== 'Array') throw typeError('transform takes two constant arrays as its second and third argument.', call.span);
  if (isNull(value)) return nullResult(call.span);
  const fallback = otherwise ?? value;
  const isBool = (one: ClickHouseType) => bare(one).kind === 'Bool';
  // A Bool among other numbers is one of them.
  const kept = isBool(fallback.type) && !isBool(toType.of) ? (isNullable(fallback.type) ? nullable(UINT8) : UINT8) : withoutLowCardinality(fallback.type);
  const type = commonType([toType.of, kept], call.span);
  const options = { timeZone: call.context.timeZone };
  const keyType = commonType([fromType.of, bare(value.type)], call.span);
  const keys = plainSql(cast(from, { kind: 'Array', of: keyType }, options));
  const values = plainSql(cast(to, { kind: 'Array', of: type }, options));
  const key = plainSql(cast(value, isNullable(value.type) ? nullable(keyType) : keyType, options));
  const place = duck`list_position(${keys}, ${key})`;
  const sql = once(call, place, (index) => duck`CASE WHEN ${index} IS NULL OR ${index} = 0 THEN ${plainSql(cast(fallback, type, options))} ELSE ${values}[${index}] END`);
  return bound(lowCardinality(args, type), sql, call.span);
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'conditional' as const, ...extra });

export const CONDITIONAL: readonly FunctionDefinition[] = [
  define(describe('if', 'if(condition, then, else)', 'One of two values, chosen by a condition.', { caseInsensitive: true }), 3, 3, multiIf),
  define(describe('multiIf', 'multiIf(condition, value, …, else)', 'The value of the first true condition.', { aliases: ['caseWithoutExpression', 'caseWithoutExpr'] }), 3, Infinity, multiIf),
  define(describe('caseWithExpression', 'caseWithExpression(value, when, then, …, else)', 'CASE value WHEN … THEN … ELSE … END.', { aliases: ['caseWithExpr'] }), 4, Infinity, caseWithExpression),
  define(describe('greatest', 'greatest(a, …)', 'The greatest value; NULLs are left out.', { caseInsensitive: true }), 1, Infinity, extreme('greatest')),
  define(describe('least', 'least(a, …)', 'The smallest value; NULLs are left out.', { caseInsensitive: true }), 1, Infinity, extreme('least')),
  define(describe('clamp', 'clamp(value, min, max)', 'The value, at least min and at most max.'), 3, 3, (args, call) => {
    if (args.some(isNull)) return nullResult(call.span);
    const { type, values } = branches(args, call);
    const [value, least, most] = values;
    if (!value || !least || !most) throw unsupported('clamp takes three values.', call.span);
    return bound(type, once(call, value, (name) => duck`CASE WHEN ${name} < ${least} THEN ${least} WHEN ${name} > ${most} THEN ${most} ELSE ${name} END`), call.span);
  }),
  define(describe('transform', 'transform(value, from, to[, default])', 'Replaces the values of one list by those of another.'), 3, 4, transform),
];

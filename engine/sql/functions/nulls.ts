/** Functions about NULL: asking for it, replacing it, and taking or giving Nullable types. */
import { bound, type Bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, DUCK_FALSE, DUCK_TRUE } from '../duck.ts';
import { booleanSql, defaultSql, plainSql } from '../physical.ts';
import { bare, isNullable, NOTHING, nullable, UINT8, withoutLowCardinality, type ClickHouseType } from '../types.ts';
import { at, define, isNull, lowCardinality, nullResult, type OtherNames } from './arguments.ts';
import type { FunctionDefinition } from './definition.ts';

/** The type without Nullable, in and outside of LowCardinality. */
export function notNullable(type: ClickHouseType): ClickHouseType {
  if (type.kind === 'Nullable') return type.of;
  if (type.kind === 'LowCardinality') return { kind: 'LowCardinality', of: notNullable(type.of) };
  if (type.kind === 'SimpleAggregateFunction' && isNullable(type)) return notNullable(type.arguments[0] ?? NOTHING);
  return type;
}

function coalesce(args: readonly Bound[], span: Bound['span'], zone: string): Bound {
  const candidates = args.filter((arg) => !isNull(arg));
  const firstSolid = candidates.findIndex((arg) => !isNullable(arg.type));
  const used = firstSolid === -1 ? candidates : candidates.slice(0, firstSolid + 1);
  const [first] = used;
  if (!first) return nullResult(span);
  if (used.length === 1) return { ...first, span };
  const inner = commonType(used.map((arg) => notNullable(withoutLowCardinality(arg.type))), span);
  const solid = firstSolid !== -1;
  const type = lowCardinality(used, solid ? inner : nullable(inner));
  const parts = used.map((arg, index) => plainSql(cast(arg, index === used.length - 1 && solid ? inner : nullable(inner), { timeZone: zone })));
  return bound(type, duck`coalesce(${parts})`, span);
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'null' as const, ...extra });

export const NULLS: readonly FunctionDefinition[] = [
  define(describe('isNull', 'isNull(value)', '1 when the value is NULL.', { caseInsensitive: true }), 1, 1, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return { ...bound(UINT8, DUCK_TRUE, call.span, 'boolean'), constant: { kind: 'integer', value: 1n } };
    return bound(UINT8, isNullable(value.type) ? duck`(${value.sql} IS NULL)` : DUCK_FALSE, call.span, 'boolean');
  }),
  define(describe('isNotNull', 'isNotNull(value)', '1 when the value is not NULL.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    if (isNull(value)) return { ...bound(UINT8, DUCK_FALSE, call.span, 'boolean'), constant: { kind: 'integer', value: 0n } };
    return bound(UINT8, isNullable(value.type) ? duck`(${value.sql} IS NOT NULL)` : DUCK_TRUE, call.span, 'boolean');
  }),
  define(describe('isNullable', 'isNullable(value)', '1 when the type of the value is Nullable.'), 1, 1, (args, call) => bound(UINT8, isNullable(at(args, 0).type) ? DUCK_TRUE : DUCK_FALSE, call.span, 'boolean')),
  define(describe('isZeroOrNull', 'isZeroOrNull(number)', '1 when the number is zero or NULL.'), 1, 1, (args, call) =>
    bound(UINT8, duck`(NOT coalesce(${booleanSql(at(args, 0))}, FALSE))`, call.span, 'boolean')),
  define(describe('ifNull', 'ifNull(value, alternative)', 'The value, or the alternative when it is NULL.', { caseInsensitive: true }), 2, 2, (args, call) => {
    const [value, alternative] = [at(args, 0), at(args, 1)];
    if (isNull(value)) return { ...alternative, span: call.span };
    if (!isNullable(value.type)) return { ...value, type: value.type.kind === 'LowCardinality' ? lowCardinality(args, value.type.of) : value.type, span: call.span };
    if (isNull(alternative)) return { ...value, span: call.span };
    const type = commonType([notNullable(withoutLowCardinality(value.type)), withoutLowCardinality(alternative.type)], call.span);
    const sql = duck`coalesce(${plainSql(cast(value, nullable(type), { timeZone: call.context.timeZone }))}, ${plainSql(cast(alternative, type, { timeZone: call.context.timeZone }))})`;
    return bound(lowCardinality(args, type), sql, call.span);
  }),
  define(describe('coalesce', 'coalesce(value, …)', 'The first value that is not NULL.', { caseInsensitive: true }), 0, Infinity, (args, call) => coalesce(args, call.span, call.context.timeZone)),
  define(describe('nullIf', 'nullIf(a, b)', 'NULL when both are equal, else a.', { caseInsensitive: true }), 2, 2, (args, call) => {
    const [value, other] = [at(args, 0), at(args, 1)];
    if (isNull(value)) return nullResult(call.span);
    const equal = call.context.call('equals', [value, other], call.span);
    return bound(nullable(value.type), duck`CASE WHEN ${booleanSql(equal)} THEN NULL ELSE ${plainSql(value)} END`, call.span);
  }),
  define(describe('assumeNotNull', 'assumeNotNull(value)', 'The value as a type that is not Nullable; the default for NULL.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    if (!isNullable(value.type)) return { ...value, span: call.span };
    const type = notNullable(value.type);
    return bound(type, bare(type).kind === 'Nothing' ? value.sql : duck`coalesce(${plainSql(value)}, ${defaultSql(type)})`, call.span);
  }),
  define(describe('toNullable', 'toNullable(value)', 'The value as Nullable.'), 1, 1, (args, call) => ({ ...at(args, 0), type: nullable(at(args, 0).type), span: call.span })),
];

/** and, or, xor and not with three-valued NULL. The result is a BOOLEAN of type UInt8, or Bool when an argument is. */
import { bound, type Bound } from '../bound.ts';
import { duck, joined } from '../duck.ts';
import { booleanSql } from '../physical.ts';
import { bare, BOOL, isNullable, nullable, printType, UINT8, type ClickHouseType } from '../types.ts';
import { at, define, isNull, nullResult, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** ClickHouse's and/or look for a Bool that is not Nullable, xor and not for any. */
function resultType(args: readonly Bound[], kindOf: (type: ClickHouseType) => string = (type) => bare(type).kind): ClickHouseType {
  const isBool = args.some((arg) => kindOf(arg.type) === 'Bool');
  const type = isBool ? BOOL : UINT8;
  return args.some((arg) => isNullable(arg.type)) ? nullable(type) : type;
}

function checked(args: readonly Bound[], call: FunctionCall): readonly Bound[] {
  for (const arg of args) {
    if (!['Integer', 'Float', 'BFloat16', 'Bool', 'Nothing'].includes(bare(arg.type).kind)) throw typeError(`${call.name.toUpperCase()} takes conditions, not a value of type ${printType(arg.type)}.`, arg.span);
  }
  return args;
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'logical' as const });

export const LOGICAL: readonly FunctionDefinition[] = [
  define(describe('and', 'and(a, b, …)', '1 when all are true.'), 1, Infinity, (args, call) =>
    bound(resultType(checked(args, call), (type) => type.kind), duck`(${joined(args.map(booleanSql), ' AND ')})`, call.span, 'boolean')),
  define(describe('or', 'or(a, b, …)', '1 when one is true.'), 1, Infinity, (args, call) =>
    bound(resultType(checked(args, call), (type) => type.kind), duck`(${joined(args.map(booleanSql), ' OR ')})`, call.span, 'boolean')),
  define(describe('xor', 'xor(a, b, …)', '1 when an odd number of them is true.'), 2, Infinity, (args, call) => {
    if (checked(args, call).some(isNull)) return nullResult(call.span);
    const sql = args.slice(1).reduce((left, right) => duck`(${left} <> ${booleanSql(right)})`, booleanSql(at(args, 0)));
    return bound(resultType(args), sql, call.span, 'boolean');
  }),
  define({ ...describe('not', 'not(a)', '1 when a is false.'), caseInsensitive: true }, 1, 1, (args, call) => {
    const value = at(checked(args, call), 0);
    if (isNull(value)) return nullResult(call.span);
    return bound(resultType(args), duck`(NOT ${booleanSql(value)})`, call.span, 'boolean');
  }),
];

/**
 * What the lists of functions share: checking the number and the types of arguments (with errors that name the
 * function and point at the argument), constant arguments, and ClickHouse's rules for Nullable and LowCardinality
 * results. `define` makes a definition out of a name and a few lines; `rule` one whose SQL is a template.
 */
import { SandpiperError, type Span } from '../../errors.ts';
import { bound, isLambda, type Bound, type BoundLambda, type Constant, type Representation } from '../bound.ts';
import { duck, duckName, DUCK_NULL, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, isNullable, NOTHING, nullable, printType, type ClickHouseType } from '../types.ts';
import type { FunctionCall, FunctionCategory, FunctionDefinition } from './definition.ts';

/** All arguments as values: refuses lambdas and a wrong number of them. */
export function values(call: FunctionCall, least: number, most: number = least): readonly Bound[] {
  const args = call.arguments.map((argument) => {
    if (isLambda(argument)) throw typeError(`${call.name} takes no lambda here.`, argument.span);
    return argument;
  });
  if (args.length >= least && args.length <= most) return args;
  const expected = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  throw typeError(`${call.name} takes ${expected} argument${expected === '1' ? '' : 's'}, not ${args.length}.`, call.span);
}

/** The argument at a position that `values` has checked to be there. */
export function at(args: readonly Bound[], index: number): Bound {
  const value = args[index];
  if (!value) throw new Error(`Argument ${index} is not there`);
  return value;
}

/** The lambda that a function like arrayMap takes first. */
export function lambda(call: FunctionCall, index = 0): BoundLambda {
  const argument = call.arguments[index];
  if (argument && isLambda(argument)) return argument;
  throw typeError(`${call.name} takes a lambda such as x -> x + 1 as its ${ordinal(index)} argument.`, argument?.span ?? call.span);
}

export function typeError(message: string, span: Span): SandpiperError {
  return new SandpiperError('type', message, { span });
}

export function unsupported(message: string, span: Span): SandpiperError {
  return new SandpiperError('unsupported', message, { span });
}

export type Need = 'text' | 'number' | 'integer' | 'date' | 'time' | 'date or time' | 'array' | 'map' | 'tuple' | 'any';

const NEEDS: Readonly<Record<Need, readonly ClickHouseType['kind'][]>> = {
  text: ['String', 'FixedString', 'Enum'],
  number: ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'],
  integer: ['Integer', 'Bool'],
  date: ['Date', 'Date32'],
  time: ['DateTime', 'DateTime64'],
  'date or time': ['Date', 'Date32', 'DateTime', 'DateTime64'],
  array: ['Array', 'Nested'],
  map: ['Map'],
  tuple: ['Tuple'],
  any: [],
};

/** Throws unless the argument (Nullable or not) is of this sort; NULL itself is of every sort. */
export function need(call: FunctionCall, value: Bound, sort: Need, index?: number): void {
  const type = bare(value.type);
  if (sort === 'any' || type.kind === 'Nothing' || NEEDS[sort].includes(type.kind)) return;
  if (type.kind === 'Geo' && NEEDS[sort].includes(bare(type.of).kind)) return;
  const place = index === undefined ? '' : ` as its ${ordinal(index)} argument`;
  const article = /^[aeiou]/.test(sort) ? 'an' : 'a';
  throw typeError(`${call.name} takes ${article} ${sort}${place}, not a value of type ${printType(value.type)}.`, value.span);
}

/** Throws unless the value can be a condition: UInt8 or Bool, or NULL. */
export function needCondition(name: string, value: Bound): void {
  const type = bare(value.type);
  if (type.kind === 'Bool' || type.kind === 'Nothing' || (type.kind === 'Integer' && type.bits === 8 && !type.signed)) return;
  throw typeError(`${name} takes a condition, which is UInt8 or Bool, not a value of type ${printType(value.type)}: compare it, as in x != 0.`, value.span);
}

export function ordinal(index: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${index + 1}th`;
}

/** Whether the query switches a setting on. */
export function isSwitchedOn(call: FunctionCall, setting: string): boolean {
  return /^(1|true)$/i.test(call.context.setting(setting) ?? '');
}

/** Whether the argument is the literal NULL (or what folds to it): Nullable(Nothing). */
export function isNull(value: Bound): boolean {
  return bare(value.type).kind === 'Nothing';
}

export function constantText(call: FunctionCall, value: Bound, what: string): string {
  if (value.constant?.kind === 'text') return value.constant.value;
  throw typeError(`${call.name} takes a constant text as ${what}.`, value.span);
}

export function constantInteger(call: FunctionCall, value: Bound, what: string): bigint {
  if (value.constant?.kind === 'integer') return value.constant.value;
  throw typeError(`${call.name} takes a constant whole number as ${what}.`, value.span);
}

/** The type with ClickHouse's usual wrapping: Nullable when an argument is, LowCardinality when its only column is. */
export function usualType(args: readonly Bound[], type: ClickHouseType): ClickHouseType {
  if (args.some(isNull)) return nullable(NOTHING);
  const wrapped = args.some((arg) => isNullable(arg.type)) ? nullable(type) : type;
  return lowCardinality(args, wrapped);
}

/** LowCardinality(T) when T may be in it and the only argument that is no constant is LowCardinality. */
export function lowCardinality(args: readonly Bound[], type: ClickHouseType): ClickHouseType {
  if (!args.some((arg) => arg.type.kind === 'LowCardinality')) return type;
  const columns = args.filter((arg) => arg.constant === undefined);
  const one = columns.length === 0 || (columns.length === 1 && columns[0]?.type.kind === 'LowCardinality');
  return one && fitsLowCardinality(type) ? { kind: 'LowCardinality', of: type } : type;
}

function fitsLowCardinality(type: ClickHouseType): boolean {
  const inner = type.kind === 'Nullable' ? type.of : type;
  return ['Integer', 'Float', 'String', 'FixedString', 'Date', 'Date32', 'DateTime', 'UUID', 'IPv4', 'IPv6', 'Bool', 'Interval'].includes(inner.kind);
}

/** A result of the usual type; NULL at once when an argument is the literal NULL. */
export function result(call: FunctionCall, args: readonly Bound[], type: ClickHouseType, sql: DuckSql, representation: Representation = 'plain'): Bound {
  if (args.some(isNull)) return nullResult(call.span);
  return bound(usualType(args, type), sql, call.span, representation);
}

export function nullResult(span: Span): Bound {
  return { ...bound(nullable(NOTHING), DUCK_NULL, span), constant: { kind: 'null' } };
}

export function withConstant(value: Bound, constant: Constant | undefined): Bound {
  return constant === undefined ? value : { ...value, constant };
}

/**
 * Uses a value more than once in a body without repeating a long expression: short SQL is written again, long SQL is
 * computed once as the parameter of a DuckDB lambda, unless the body holds a subquery, which no lambda may.
 */
export function once(call: FunctionCall, value: DuckSql, body: (value: DuckSql) => DuckSql): DuckSql {
  if (value.text.length <= 80) return body(value);
  const name = duckVariable(call);
  const inner = body(name);
  return /\bSELECT\b/.test(inner.text) ? body(value) : duck`list_transform([${value}], lambda ${name}: ${inner})[1]`;
}

function duckVariable(call: FunctionCall): DuckSql {
  return duckName(call.context.freshName());
}

/** What a function is called besides its name, as FunctionDefinition has it. */
export type OtherNames = Pick<FunctionDefinition, 'aliases' | 'caseInsensitiveAliases' | 'exactAliases' | 'caseInsensitive'>;

export interface Description {
  readonly name: string;
  readonly signature: string;
  readonly help: string;
  readonly category: FunctionCategory;
  readonly aliases?: readonly string[];
  readonly caseInsensitiveAliases?: readonly string[];
  readonly exactAliases?: readonly string[];
  readonly caseInsensitive?: boolean;
}

/** A definition whose arguments are values; `least` and `most` bound their number. */
export function define(description: Description, least: number, most: number, bind: (args: readonly Bound[], call: FunctionCall) => Bound): FunctionDefinition {
  return {
    ...description,
    bind: (call) => {
      const args = values(call, least, most);
      try {
        return bind(args, call);
      } catch (error) {
        // Beside a NULL ClickHouse does not ask for the types of the other arguments.
        if (error instanceof SandpiperError && error.code === 'type' && description.category !== 'conditional' && !/cast/i.test(description.name) && args.some((arg) => arg.constant?.kind === 'null')) return nullResult(call.span);
        throw error;
      }
    },
  };
}

/** A definition by the sorts of its arguments, its result type and its SQL over the plain arguments; NULL gives NULL. */
export function rule(
  description: Description,
  needs: readonly Need[],
  type: ClickHouseType | ((args: readonly Bound[]) => ClickHouseType),
  sql: (...args: readonly DuckSql[]) => DuckSql,
  representation: Representation = 'plain',
): FunctionDefinition {
  return define(description, needs.length, needs.length, (args, call) => {
    args.forEach((arg, index) => need(call, arg, needs[index] ?? 'any', index));
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, typeof type === 'function' ? type(args) : type, sql(...args.map(plainSql)), representation);
  });
}

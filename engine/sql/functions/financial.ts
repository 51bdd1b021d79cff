/** Functions on cash flows. What they compute is in computed/financial.ts. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { INTERNAL_RATE, INTERNAL_RATE_DATED, PRESENT_VALUE, PRESENT_VALUE_DATED } from '../computed/financial.ts';
import { epochDays } from '../convert-number.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, FLOAT64, printType } from '../types.ts';
import { at, constantInteger, constantText, define, need, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType } from './list-argument.ts';

function amounts(call: FunctionCall, value: Bound): DuckSql {
  const element = elementType(call, value);
  if (element.kind !== 'Float' && !(element.kind === 'Integer' && element.signed)) throw typeError(`${call.name} takes an array of floats or signed whole numbers, not of ${printType(element)}.`, value.span);
  return duck`CAST(${plainSql(value)} AS DOUBLE[])`;
}

function days(call: FunctionCall, value: Bound): DuckSql {
  const element = elementType(call, value);
  if (element.kind !== 'Date' && element.kind !== 'Date32') throw typeError(`${call.name} takes an array of dates, not of ${printType(element)}.`, value.span);
  const day = duckName(call.context.freshName());
  return duck`list_transform(${plainSql(value)}, lambda ${day}: CAST(${epochDays(day)} AS DOUBLE))`;
}

function rate(call: FunctionCall, value: Bound): DuckSql {
  if (bare(value.type).kind !== 'Float') throw typeError(`${call.name} takes a Float as its rate, not a value of type ${printType(value.type)}.`, value.span);
  return duck`CAST(${plainSql(value)} AS DOUBLE)`;
}

function guess(call: FunctionCall, value: Bound | undefined): DuckSql {
  if (value) need(call, value, 'number');
  return value ? duck`CAST(${plainSql(value)} AS DOUBLE)` : duck`0.1::DOUBLE`;
}

function dayCount(call: FunctionCall, value: Bound | undefined): DuckSql {
  return duckString(value ? constantText(call, value, 'the day count') : 'ACT_365F');
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'mathematical' as const });

export const FINANCIALS: readonly FunctionDefinition[] = [
  define(describe('financialNetPresentValue', 'financialNetPresentValue(rate, amounts[, start_from_zero])', 'What payments of equal distance are worth now.'), 2, 3, (args, call) => {
    const fromZero = args[2] ? constantInteger(call, args[2], 'whether the first payment is now') !== 0n : true;
    return bound(FLOAT64, callComputed(PRESENT_VALUE, rate(call, at(args, 0)), amounts(call, at(args, 1)), duckInteger(fromZero ? 0 : 1)), call.span);
  }),
  define(describe('financialNetPresentValueExtended', "financialNetPresentValueExtended(rate, amounts, dates[, 'daycount'])", 'What payments at these dates are worth at the first of them.'), 3, 4, (args, call) =>
    bound(FLOAT64, callComputed(PRESENT_VALUE_DATED, rate(call, at(args, 0)), amounts(call, at(args, 1)), days(call, at(args, 2)), dayCount(call, args[3])), call.span)),
  define(describe('financialInternalRateOfReturn', 'financialInternalRateOfReturn(amounts[, guess])', 'The rate at which payments of equal distance are worth nothing.'), 1, 2, (args, call) =>
    bound(FLOAT64, callComputed(INTERNAL_RATE, amounts(call, at(args, 0)), guess(call, args[1])), call.span)),
  define(describe('financialInternalRateOfReturnExtended', "financialInternalRateOfReturnExtended(amounts, dates[, guess[, 'daycount']])", 'The rate at which payments at these dates are worth nothing.'), 2, 4, (args, call) =>
    bound(FLOAT64, callComputed(INTERNAL_RATE_DATED, amounts(call, at(args, 0)), days(call, at(args, 1)), guess(call, args[2]), dayCount(call, args[3])), call.span)),
];

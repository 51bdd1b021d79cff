/** multiplyDecimal and divideDecimal: products and quotients of decimals with a scale that is asked for, cut towards zero. */
import type { Bound } from '../bound.ts';
import { decimalOfWhole } from '../convert-number.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, decimal, printType, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, isNull, nullResult, once, result, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type DecimalType = Extract<ClickHouseType, { kind: 'Decimal' }>;

function decimalOf(value: Bound, call: FunctionCall): DecimalType {
  const type = bare(value.type);
  if (type.kind !== 'Decimal') throw typeError(`${call.name} takes decimals, not a value of type ${printType(value.type)}.`, value.span);
  return type;
}

/** The decimal without its point, as HUGEINT. */
function unscaled(value: Bound, type: DecimalType): DuckSql {
  return duck`CAST(CAST(${plainSql(value)} AS DECIMAL(38, ${duckInteger(type.scale)})) * ${duckInteger(10n ** BigInt(type.scale))} AS HUGEINT)`;
}

function moved(number: DuckSql, digits: number): DuckSql {
  if (digits === 0) return number;
  return digits > 0 ? duck`(${number} * ${duckInteger(10n ** BigInt(digits))})` : duck`(${number} // ${duckInteger(10n ** BigInt(-digits))})`;
}

function withScale(combine: (left: DuckSql, right: DuckSql, scales: readonly [number, number, number], call: FunctionCall) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isNull(left) || isNull(right)) return nullResult(call.span);
    const [a, b] = [decimalOf(left, call), decimalOf(right, call)];
    const scale = args[2] ? Number(constantInteger(call, args[2], 'the scale')) : Math.max(a.scale, b.scale);
    if (scale < 0 || scale > 38) throw typeError(`${call.name} takes a scale from 0 to 38 here.`, at(args, 2).span);
    const type = decimal(76, scale);
    return result(call, [left, right], type, decimalOfWhole(combine(unscaled(left, a), unscaled(right, b), [a.scale, b.scale, scale], call), scale));
  };
}

const describe = (name: string, help: string) => ({ name, signature: `${name}(a, b[, scale])`, help, category: 'arithmetic' as const });

export const DECIMAL_ARITHMETIC: readonly FunctionDefinition[] = [
  define(describe('multiplyDecimal', 'The product of two decimals, with a scale of its own.'), 2, 3, withScale((left, right, [a, b, scale]) => moved(duck`(${left} * ${right})`, scale - a - b))),
  define(describe('divideDecimal', 'The quotient of two decimals, with a scale of its own.'), 2, 3, withScale((left, right, [a, b, scale], call) =>
    once(call, right, (divisor) => duck`(CASE WHEN ${divisor} = 0 THEN error('Division by zero.') ELSE ${moved(left, scale - a + b)} // ${divisor} END)`))),
];

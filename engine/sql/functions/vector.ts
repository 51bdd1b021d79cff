/** Arithmetic of tuples element by element, and norms and distances of tuples and of arrays of numbers. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, FLOAT32, FLOAT64, INT64, UINT64, type ClickHouseType } from '../types.ts';
import { at, define, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType, zipped } from './list-argument.ts';
import { tupleOf, tupleParts, tupleType } from './tuple.ts';

function parts(call: FunctionCall, value: Bound): readonly Bound[] {
  return tupleParts(tupleType(call, value), plainSql(value), value);
}

/** tuplePlus and its kin: the named function on the elements at the same places. */
function byElement(name: string) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [first, ...rest] = args.map((arg) => parts(call, arg));
    if (!first || rest.some((tuple) => tuple.length !== first.length)) throw typeError(`${call.name} takes tuples of the same length.`, call.span);
    return tupleOf(first.map((part, index) => rest.reduce((left, right) => call.context.call(name, [left, at(right, index)], call.span), part)), call);
  };
}

function byNumber(name: string) {
  return (args: readonly Bound[], call: FunctionCall): Bound =>
    tupleOf(parts(call, at(args, 0)).map((part) => call.context.call(name, [part, at(args, 1)], call.span)), call);
}

function sum(values: readonly Bound[], call: FunctionCall): Bound {
  const [first, ...rest] = values;
  if (!first) throw typeError(`${call.name} takes a tuple that is not empty.`, call.span);
  return rest.reduce((left, right) => call.context.call('plus', [left, right], call.span), first);
}

function isList(value: Bound): boolean {
  return bare(value.type).kind === 'Array';
}

/** Float32 when all elements are, else Float64. */
function listFloat(call: FunctionCall, lists: readonly Bound[]): ClickHouseType {
  return lists.every((list) => {
    const type = bare(elementType(call, list));
    return type.kind === 'Float' && type.bits === 32;
  }) ? FLOAT32 : FLOAT64;
}

function typed(type: ClickHouseType, sql: DuckSql, call: FunctionCall): Bound {
  return bound(type, type === FLOAT32 ? duck`CAST(${sql} AS FLOAT)` : sql, call.span);
}

function dotProduct(args: readonly Bound[], call: FunctionCall): Bound {
  const [left, right] = [at(args, 0), at(args, 1)];
  if (isList(left)) {
    const types = [bare(elementType(call, left)), bare(elementType(call, right))];
    const sum = duck`coalesce(list_sum(list_transform(${zipped(call, [left, right])}, lambda z: CAST(z[1] AS ${exact(types)}) * CAST(z[2] AS ${exact(types)}))), 0)`;
    if (types.some((type) => type.kind === 'Float')) return typed(listFloat(call, [left, right]), sum, call);
    const product = call.context.call('multiply', [bound(types[0] ?? FLOAT64, duck`0`, call.span), bound(types[1] ?? FLOAT64, duck`0`, call.span)], call.span).type;
    return cast(bound(product.kind === 'Integer' && product.signed ? INT64 : UINT64, duck`CAST(${sum} AS ${product.kind === 'Integer' && product.signed ? duck`BIGINT` : duck`UBIGINT`})`, call.span), product);
  }
  const [a, b] = [parts(call, left), parts(call, right)];
  if (a.length !== b.length) throw typeError(`${call.name} takes two tuples of the same length.`, call.span);
  return sum(a.map((part, index) => call.context.call('multiply', [part, at(b, index)], call.span)), call);
}

function exact(types: readonly ClickHouseType[]): DuckSql {
  return types.some((type) => type.kind === 'Float') ? duck`DOUBLE` : duck`HUGEINT`;
}

type Norm = 'L1' | 'L2' | 'L2Squared' | 'Linf' | 'Lp';

/** The norm of numbers as a list of DOUBLE. */
function normSql(norm: Norm, list: DuckSql, power: DuckSql): DuckSql {
  switch (norm) {
    case 'L1':
      return duck`coalesce(list_sum(list_transform(${list}, lambda x: abs(x))), 0)`;
    case 'L2':
      return duck`sqrt(coalesce(list_sum(list_transform(${list}, lambda x: x * x)), 0))`;
    case 'L2Squared':
      return duck`coalesce(list_sum(list_transform(${list}, lambda x: x * x)), 0)`;
    case 'Linf':
      return duck`coalesce(list_max(list_transform(${list}, lambda x: abs(x))), 0)`;
    case 'Lp':
      return duck`pow(coalesce(list_sum(list_transform(${list}, lambda x: pow(abs(x), ${power}))), 0), 1 / ${power})`;
    default:
      return norm satisfies never;
  }
}

function doubles(values: readonly Bound[]): DuckSql {
  return duck`[${values.map((value) => duck`CAST(${plainSql(value)} AS DOUBLE)`)}]`;
}

function powerOf(args: readonly Bound[], index: number): DuckSql {
  const power = args[index];
  return power ? duck`CAST(${plainSql(power)} AS DOUBLE)` : duck`2::DOUBLE`;
}

function normOf(norm: Norm) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isList(value)) return typed(listFloat(call, [value]), normSql(norm, duck`CAST(${plainSql(value)} AS DOUBLE[])`, powerOf(args, 1)), call);
    const elements = parts(call, value);
    const whole = elements.every((part) => bare(part.type).kind === 'Integer');
    if (whole && (norm === 'L1' || norm === 'Linf' || norm === 'L2Squared')) {
      const pieces = elements.map((part) => (norm === 'L2Squared' ? call.context.call('multiply', [part, part], call.span) : call.context.call('abs', [part], call.span)));
      return norm === 'Linf' ? largest(pieces, call) : sum(pieces, call);
    }
    return bound(FLOAT64, normSql(norm, doubles(elements), powerOf(args, 1)), call.span);
  };
}

function largest(values: readonly Bound[], call: FunctionCall): Bound {
  const [first, ...rest] = values;
  if (!first) throw typeError(`${call.name} takes a tuple that is not empty.`, call.span);
  return rest.reduce((left, right) => call.context.call('max2', [left, right], call.span), first);
}

function distance(norm: Norm) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [left, right] = [at(args, 0), at(args, 1)];
    if (isList(left)) {
      const differences = duck`list_transform(${zipped(call, [left, right])}, lambda z: CAST(z[1] AS DOUBLE) - CAST(z[2] AS DOUBLE))`;
      return typed(listFloat(call, [left, right]), normSql(norm, differences, powerOf(args, 2)), call);
    }
    const difference = byElement('minus')([left, right], call);
    return normOf(norm)([difference, ...args.slice(2)], call);
  };
}

function cosineDistance(args: readonly Bound[], call: FunctionCall): Bound {
  const [left, right] = [at(args, 0), at(args, 1)];
  const [a, b] = isList(left)
    ? [duck`CAST(${plainSql(left)} AS DOUBLE[])`, duck`CAST(${plainSql(right)} AS DOUBLE[])`]
    : [doubles(parts(call, left)), doubles(parts(call, right))];
  const sql = once(call, a, (x) => once(call, b, (y) => duck`(1 - list_dot_product(${x}, ${y}) / (sqrt(list_dot_product(${x}, ${x})) * sqrt(list_dot_product(${y}, ${y}))))`));
  return typed(isList(left) ? listFloat(call, [left, right]) : FLOAT64, sql, call);
}

function normalize(norm: Norm) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isList(value)) {
      const list = duck`CAST(${plainSql(value)} AS DOUBLE[])`;
      return bound(array(FLOAT64), duck`list_transform(${list}, lambda element: element / ${normSql(norm, list, powerOf(args, 1))})`, call.span);
    }
    const size = normOf(norm)(args, call);
    return tupleOf(parts(call, value).map((part) => call.context.call('divide', [part, size], call.span)), call);
  };
}

const describe = (name: string, signature: string, help: string, caseInsensitiveAliases: readonly string[] = []) => ({ name, signature, help, category: 'distance' as const, caseInsensitiveAliases });
const tuples = (name: string, operation: string, words: string, aliases: readonly string[] = []) =>
  define({ ...describe(name, `${name}(tuple, tuple, …)`, `${words} of the elements at the same places.`, aliases), category: 'tuple' }, 2, Infinity, byElement(operation));
const scaled = (name: string, operation: string, words: string) =>
  define({ ...describe(name, `${name}(tuple, number)`, `${words} of each element and a number.`), category: 'tuple' }, 2, 2, byNumber(operation));

export const VECTOR: readonly FunctionDefinition[] = [
  tuples('tuplePlus', 'plus', 'The sums', ['vectorSum']),
  tuples('tupleMinus', 'minus', 'The differences', ['vectorDifference']),
  tuples('tupleMultiply', 'multiply', 'The products'),
  tuples('tupleDivide', 'divide', 'The quotients'),
  tuples('tupleIntDiv', 'intDiv', 'The whole quotients'),
  tuples('tupleIntDivOrZero', 'intDivOrZero', 'The whole quotients, 0 for a division by zero,'),
  tuples('tupleModulo', 'modulo', 'The remainders'),
  scaled('tupleMultiplyByNumber', 'multiply', 'The product'),
  scaled('tupleDivideByNumber', 'divide', 'The quotient'),
  scaled('tupleIntDivByNumber', 'intDiv', 'The whole quotient'),
  scaled('tupleIntDivOrZeroByNumber', 'intDivOrZero', 'The whole quotient, 0 for a division by zero,'),
  scaled('tupleModuloByNumber', 'modulo', 'The remainder'),
  scaled('tuplePositiveModuloByNumber', 'positiveModulo', 'The remainder, never negative,'),
  define({ ...describe('tupleNegate', 'tupleNegate(tuple)', 'The tuple with each element negated.'), category: 'tuple' }, 1, 1, (args, call) =>
    tupleOf(parts(call, at(args, 0)).map((part) => call.context.call('negate', [part], call.span)), call)),
  define({ ...describe('dotProduct', 'dotProduct(vector, vector)', 'The scalar product of two tuples or arrays.', ['scalarProduct']), exactAliases: ['arrayDotProduct'] }, 2, 2, dotProduct),
  define(describe('L1Norm', 'L1Norm(vector)', 'The sum of the absolute values.', ['normL1']), 1, 1, normOf('L1')),
  define(describe('L2Norm', 'L2Norm(vector)', 'The square root of the sum of squares.', ['normL2']), 1, 1, normOf('L2')),
  define(describe('L2SquaredNorm', 'L2SquaredNorm(vector)', 'The sum of squares.', ['normL2Squared']), 1, 1, normOf('L2Squared')),
  define(describe('LinfNorm', 'LinfNorm(vector)', 'The greatest absolute value.', ['normLinf']), 1, 1, normOf('Linf')),
  define(describe('LpNorm', 'LpNorm(vector, p)', 'The p-norm.', ['normLp']), 2, 2, normOf('Lp')),
  define(describe('L1Distance', 'L1Distance(vector, vector)', 'The sum of absolute differences.', ['distanceL1']), 2, 2, distance('L1')),
  define(describe('L2Distance', 'L2Distance(vector, vector)', "Euclid's distance.", ['distanceL2']), 2, 2, distance('L2')),
  define(describe('L2SquaredDistance', 'L2SquaredDistance(vector, vector)', "The square of Euclid's distance.", ['distanceL2Squared']), 2, 2, distance('L2Squared')),
  define(describe('LinfDistance', 'LinfDistance(vector, vector)', 'The greatest absolute difference.', ['distanceLinf']), 2, 2, distance('Linf')),
  define(describe('LpDistance', 'LpDistance(vector, vector, p)', 'The p-norm of the difference.', ['distanceLp']), 3, 3, distance('Lp')),
  define(describe('cosineDistance', 'cosineDistance(vector, vector)', '1 less the cosine of the angle between two vectors.', ['distanceCosine']), 2, 2, cosineDistance),
  define(describe('L1Normalize', 'L1Normalize(tuple)', 'The tuple divided by its L1 norm.', ['normalizeL1']), 1, 1, normalize('L1')),
  define(describe('L2Normalize', 'L2Normalize(tuple)', 'The tuple divided by its L2 norm.', ['normalizeL2']), 1, 1, normalize('L2')),
  define(describe('LinfNormalize', 'LinfNormalize(tuple)', 'The tuple divided by its greatest absolute value.', ['normalizeLinf']), 1, 1, normalize('Linf')),
  define(describe('LpNormalize', 'LpNormalize(tuple, p)', 'The tuple divided by its p-norm.', ['normalizeLp']), 2, 2, normalize('Lp')),
];

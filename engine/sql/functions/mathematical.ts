/** Functions of mathematics, as Float64. Outside of a function's domain ClickHouse gives nan or inf, DuckDB an error: macros stand between. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { IS_PRIME } from '../computed/number-theory.ts';
import { SAMPLES_OF_MEAN, SAMPLES_OF_SHARE, TWO_SHARES } from '../computed/proportions.ts';
import { cast } from '../conversion.ts';
import { duck, duckDouble, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { bare, FLOAT64, INT8, printType, UINT16, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, once, result, typeError, withConstant } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

interface Formula {
  readonly name: string;
  readonly help: string;
  readonly sql: (...args: readonly DuckSql[]) => DuckSql;
  readonly count?: number;
  readonly caseInsensitive?: boolean;
  readonly aliases?: readonly string[];
}

const missing = duck`0`;

/** NaN for an infinity, of which DuckDB takes no sine. */
function finite(x: DuckSql): DuckSql {
  return duck`CASE WHEN isinf(${x}) THEN 'nan'::DOUBLE ELSE ${x} END`;
}

const FORMULAS: readonly Formula[] = [
  { name: 'exp', help: 'e to the power of x.', caseInsensitive: true, sql: (x) => duck`exp(${x ?? missing})` },
  { name: 'log', aliases: ['ln'], help: 'The natural logarithm.', caseInsensitive: true, sql: (x) => duck`sandpiper_ln(${x ?? missing})` },
  { name: 'exp2', help: '2 to the power of x.', sql: (x) => duck`pow(2, ${x ?? missing})` },
  { name: 'log2', help: 'The logarithm to the base 2.', caseInsensitive: true, sql: (x) => duck`sandpiper_log2(${x ?? missing})` },
  { name: 'exp10', help: '10 to the power of x.', sql: (x) => duck`pow(10, ${x ?? missing})` },
  { name: 'log10', help: 'The logarithm to the base 10.', caseInsensitive: true, sql: (x) => duck`sandpiper_log10(${x ?? missing})` },
  { name: 'log1p', help: 'The natural logarithm of 1 + x.', sql: (x) => duck`sandpiper_ln(1 + ${x ?? missing})` },
  { name: 'sqrt', help: 'The square root.', caseInsensitive: true, sql: (x) => duck`sandpiper_sqrt(${x ?? missing})` },
  { name: 'cbrt', help: 'The cube root.', sql: (x) => duck`cbrt(${x ?? missing})` },
  { name: 'sin', help: 'The sine of an angle in radians.', caseInsensitive: true, sql: (x) => duck`sin(${finite(x ?? missing)})` },
  { name: 'cos', help: 'The cosine of an angle in radians.', caseInsensitive: true, sql: (x) => duck`cos(${finite(x ?? missing)})` },
  { name: 'tan', help: 'The tangent of an angle in radians.', caseInsensitive: true, sql: (x) => duck`tan(${finite(x ?? missing)})` },
  { name: 'asin', help: 'The arc sine.', caseInsensitive: true, sql: (x) => duck`sandpiper_asin(${x ?? missing})` },
  { name: 'acos', help: 'The arc cosine.', caseInsensitive: true, sql: (x) => duck`sandpiper_acos(${x ?? missing})` },
  { name: 'atan', help: 'The arc tangent.', caseInsensitive: true, sql: (x) => duck`atan(${x ?? missing})` },
  { name: 'sinh', help: 'The hyperbolic sine.', sql: (x) => duck`sinh(${x ?? missing})` },
  { name: 'cosh', help: 'The hyperbolic cosine.', sql: (x) => duck`cosh(${x ?? missing})` },
  { name: 'tanh', help: 'The hyperbolic tangent.', caseInsensitive: true, sql: (x) => duck`tanh(${x ?? missing})` },
  { name: 'asinh', help: 'The inverse hyperbolic sine.', sql: (x) => duck`asinh(${x ?? missing})` },
  { name: 'acosh', help: 'The inverse hyperbolic cosine.', sql: (x) => duck`sandpiper_acosh(${x ?? missing})` },
  { name: 'atanh', help: 'The inverse hyperbolic tangent.', sql: (x) => duck`sandpiper_atanh(${x ?? missing})` },
  { name: 'sigmoid', help: '1 / (1 + e to the power of -x).', sql: (x) => duck`(1 / (1 + exp(-${x ?? missing})))` },
  { name: 'degrees', help: 'Radians as degrees.', caseInsensitive: true, sql: (x) => duck`degrees(${x ?? missing})` },
  { name: 'radians', help: 'Degrees as radians.', caseInsensitive: true, sql: (x) => duck`radians(${x ?? missing})` },
  { name: 'lgamma', help: 'The logarithm of the gamma function.', sql: (x) => duck`CASE WHEN ${x ?? missing} = 0 THEN 'inf'::DOUBLE WHEN ${x ?? missing} < 0 AND ${x ?? missing} = floor(${x ?? missing}) THEN 'nan'::DOUBLE ELSE lgamma(${x ?? missing}) END` },
  { name: 'tgamma', help: 'The gamma function.', sql: (x) => duck`CASE WHEN ${x ?? missing} = 0 THEN 'inf'::DOUBLE WHEN ${x ?? missing} < 0 AND ${x ?? missing} = floor(${x ?? missing}) THEN 'nan'::DOUBLE ELSE gamma(${x ?? missing}) END` },
  { name: 'erf', help: 'The error function.', sql: (x) => duck`sandpiper_erf(${x ?? missing})` },
  { name: 'erfc', help: '1 less the error function.', sql: (x) => duck`(1 - sandpiper_erf(${x ?? missing}))` },
  { name: 'pow', aliases: ['power'], help: 'x to the power of y.', caseInsensitive: true, count: 2, sql: (x, y) => duck`pow(${x ?? missing}, ${y ?? missing})` },
  { name: 'atan2', help: 'The angle of the point (x, y).', caseInsensitive: true, count: 2, sql: (y, x) => duck`atan2(${y ?? missing}, ${x ?? missing})` },
  { name: 'hypot', help: 'The square root of x² + y².', caseInsensitive: true, count: 2, sql: (x, y) => duck`sqrt(${x ?? missing} * ${x ?? missing} + ${y ?? missing} * ${y ?? missing})` },
];

function asDouble(value: Bound): DuckSql {
  const type = bare(value.type);
  if (value.constant?.kind === 'integer') return duckDouble(Number(value.constant.value));
  return type.kind === 'Float' && type.bits === 64 ? plainSql(value) : duck`CAST(${plainSql(value)} AS DOUBLE)`;
}

function formula(item: Formula): FunctionDefinition {
  const count = item.count ?? 1;
  const { name, help, caseInsensitive, aliases } = item;
  const signature = count === 2 ? `${name}(x, y)` : `${name}(x)`;
  return define({ name, signature, help, category: 'mathematical', ...(caseInsensitive ? { caseInsensitive } : {}), ...(aliases ? { aliases } : {}) }, count, count, (args, call) => {
    args.forEach((arg, index) => need(call, arg, 'number', index));
    if (args.some(isNull)) return nullResult(call.span);
    const [first, ...rest] = args.map(asDouble);
    return result(call, args, FLOAT64, rest.length > 0 || !first ? item.sql(...args.map(asDouble)) : evaluatedOnce(first, item.sql));
  });
}

function constant(name: string, value: number, help: string): FunctionDefinition {
  return define({ name, signature: `${name}()`, help, category: 'mathematical', ...(name === 'pi' ? { caseInsensitive: true } : {}) }, 0, 0, (_, call) => withConstant(bound(FLOAT64, duckDouble(value), call.span), { kind: 'float', value }));
}

function oneNumber(name: string, help: string, type: ClickHouseType, sql: (value: Bound, call: FunctionCall) => DuckSql, extra: { readonly caseInsensitive?: boolean } = {}): FunctionDefinition {
  return define({ name, signature: `${name}(x)`, help, category: 'mathematical', ...extra }, 1, 1, (args, call) => {
    need(call, at(args, 0), 'number', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, type, sql(at(args, 0), call));
  });
}

/** Powers as UInt64: 0 below, the greatest UInt64 above. */
function wholePower(base: 2 | 10, most: number) {
  return (value: Bound, call: FunctionCall): DuckSql =>
    once(call, duck`trunc(CAST(${plainSql(value)} AS DOUBLE))`, (x) => duck`CAST(CASE WHEN isnan(${x}) THEN error('A power of nan is no whole number.') WHEN ${x} < 0 OR (${x} = 0 AND ${plainSql(value)} < 0) THEN 0 WHEN ${x} > ${duckInteger(most)} THEN ${duckInteger(2n ** 64n - 1n)} ELSE CAST(pow(${duckInteger(base)}::DOUBLE, ${x}) AS HUGEINT) END AS UBIGINT)`);
}

function prime(bits: number) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const type = bare(at(args, 0).type);
    if (isNull(at(args, 0))) return nullResult(call.span);
    if (type.kind !== 'Bool' && (type.kind !== 'Integer' || type.signed || type.bits > bits)) throw typeError(`${call.name} takes an unsigned whole number${bits === 64 ? ' of at most 64 bits' : ''}, not a value of type ${printType(at(args, 0).type)}.`, at(args, 0).span);
    if (args[1] && (args[1].constant?.kind !== 'integer' || args[1].constant.value < 1n)) throw typeError(`${call.name} takes a constant number of rounds from 1 on.`, args[1].span);
    return result(call, [at(args, 0)], UINT8, callComputed(IS_PRIME, duck`CAST(${plainSql(at(args, 0))} AS UHUGEINT)`), 'boolean');
  };
}

/** Numbers that are several, as a tuple with names. */
function named(names: readonly string[], numbers: DuckSql, call: FunctionCall): Bound {
  const type: ClickHouseType = { kind: 'Tuple', elements: names.map((name) => ({ name, type: FLOAT64 })) };
  return bound(type, once(call, numbers, (list) => duck`struct_pack(${names.map((name, index) => duck`${duckName(name)} := ${list}[${duckInteger(index + 1)}]`)})`), call.span);
}

const SAMPLE_SIZE = ['minimum_sample_size', 'detect_range_lower', 'detect_range_upper'];

const STATISTICS: readonly FunctionDefinition[] = [
  define({ name: 'proportionsZTest', signature: "proportionsZTest(successes_x, successes_y, trials_x, trials_y, confidence, 'pooled' | 'unpooled')", help: 'Whether two shares differ: z, p and the interval of the difference.', category: 'mathematical' }, 6, 6, (args, call) => {
    args.slice(0, 5).forEach((arg, index) => need(call, arg, 'number', index));
    const pool = constantText(call, at(args, 5), 'pooled or unpooled');
    if (pool !== 'pooled' && pool !== 'unpooled') throw typeError(`${call.name} takes pooled or unpooled, not ${pool}.`, at(args, 5).span);
    return named(['z_statistic', 'p_value', 'confidence_interval_low', 'confidence_interval_high'], callComputed(TWO_SHARES, ...args.slice(0, 5).map(asDouble), duckInteger(pool === 'pooled' ? 1 : 0)), call);
  }),
  define({ name: 'minSampleSizeContinuous', signature: 'minSampleSizeContinuous(baseline, sigma, mde, power, alpha)', help: 'How many samples a test of means needs.', category: 'mathematical', aliases: ['minSampleSizeContinous'] }, 5, 5, (args, call) => {
    args.forEach((arg, index) => need(call, arg, 'number', index));
    return named(SAMPLE_SIZE, callComputed(SAMPLES_OF_MEAN, ...args.map(asDouble)), call);
  }),
  define({ name: 'minSampleSizeConversion', signature: 'minSampleSizeConversion(baseline, mde, power, alpha)', help: 'How many samples a test of shares needs.', category: 'mathematical' }, 4, 4, (args, call) => {
    args.forEach((arg, index) => need(call, arg, 'number', index));
    return named(SAMPLE_SIZE, callComputed(SAMPLES_OF_SHARE, ...args.map(asDouble)), call);
  }),
];

export const MATHEMATICAL: readonly FunctionDefinition[] = [
  ...FORMULAS.map(formula),
  constant('pi', Math.PI, 'The ratio of a circle to its diameter.'),
  constant('e', Math.E, "Euler's number."),
  oneNumber('sign', '-1, 0 or 1 with the sign of the number.', INT8, (value) => duck`CAST(sign(${plainSql(value)}) AS TINYINT)`, { caseInsensitive: true }),
  oneNumber('factorial', 'The product of 1 to the number.', UINT64, (value) => duck`CAST(CASE WHEN ${plainSql(value)} <= 0 THEN 1 ELSE factorial(CAST(${plainSql(value)} AS INTEGER)) END AS UBIGINT)`, { caseInsensitive: true }),
  oneNumber('intExp2', '2 to the power of a whole number.', UINT64, wholePower(2, 63)),
  oneNumber('intExp10', '10 to the power of a whole number.', UINT64, wholePower(10, 19)),
  define({ name: 'isPrime', signature: 'isPrime(number)', help: '1 when the number is prime.', category: 'mathematical' }, 1, 1, prime(64)),
  define({ name: 'isProbablePrime', signature: 'isProbablePrime(number[, rounds])', help: '1 when the number is prime, up to 128 bits; rounds are not needed here.', category: 'mathematical' }, 1, 2, prime(256)),
  ...STATISTICS,
  define({ name: 'sqr', signature: 'sqr(x)', help: 'x times x.', category: 'mathematical', caseInsensitive: true }, 1, 1, (args, call) => call.context.call('multiply', [at(args, 0), at(args, 0)], call.span)),
  define({ name: 'widthBucket', signature: 'widthBucket(x, low, high, count)', help: 'The number of the histogram bucket of x, from 1; 0 below and count + 1 above.', category: 'mathematical', aliases: ['width_bucket', 'WIDTH_BUCKET'] }, 4, 4, (args, call) => {
    args.forEach((arg, index) => need(call, arg, 'number', index));
    if (args.some(isNull)) return nullResult(call.span);
    const [x, low, high] = args.slice(0, 3).map(asDouble);
    const count = plainSql(cast({ ...at(args, 3), type: bare(at(args, 3).type) }, UINT16));
    const sql = duck`CASE WHEN ${x ?? missing} < ${low ?? missing} THEN 0 WHEN ${x ?? missing} >= ${high ?? missing} THEN ${count} + 1 ELSE CAST(floor((${x ?? missing} - ${low ?? missing}) * ${count} / (${high ?? missing} - ${low ?? missing})) AS INTEGER) + 1 END`;
    const countType = bare(at(args, 3).type);
    const bits = countType.kind === 'Integer' ? ({ 8: 16, 16: 32, 32: 64, 64: 64, 128: 128, 256: 256 } as const)[countType.bits] : 64;
    const type: ClickHouseType = { kind: 'Integer', bits, signed: false };
    return result(call, args, type, duck`CAST(${sql} AS ${duckTypeSql(type)})`);
  }),
  ...(['isFinite', 'isInfinite', 'isNaN'] as const).map((name) =>
    define({ name, signature: `${name}(x)`, help: { isFinite: '1 when the number is neither infinite nor NaN.', isInfinite: '1 when the number is infinite.', isNaN: '1 when the value is not a number.' }[name], category: 'arithmetic' }, 1, 1, (args, call) => {
      need(call, at(args, 0), 'number', 0);
      if (isNull(at(args, 0))) return nullResult(call.span);
      const x = asDouble(at(args, 0));
      return result(call, args, UINT8, { isFinite: duck`isfinite(${x})`, isInfinite: duck`isinf(${x})`, isNaN: duck`isnan(${x})` }[name], 'boolean');
    })),
  define({ name: 'ifNotFinite', signature: 'ifNotFinite(x, alternative)', help: 'x, or the alternative when x is infinite or NaN.', category: 'arithmetic' }, 2, 2, (args, call) => call.context.call('if', [call.context.call('isFinite', [at(args, 0)], call.span), at(args, 0), at(args, 1)], call.span)),
];

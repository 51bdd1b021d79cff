/** Random numbers: another one for each row. DuckDB's generator, so the values are not ClickHouse's. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { RANDOM_BINOMIAL, RANDOM_CHI_SQUARED, RANDOM_FISHER_F, RANDOM_NEGATIVE_BINOMIAL, RANDOM_POISSON, RANDOM_STUDENT_T } from '../computed/random-draws.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { FLOAT64, STRING, UINT32, UINT64, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, isNull, need, nullResult, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** Two independent numbers, as the normal distribution needs them. */
const NORMAL = duck`(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))`;

function numbers(args: readonly Bound[], call: FunctionCall, count: number): readonly DuckSql[] {
  return Array.from({ length: count }, (_, index) => {
    need(call, at(args, index), 'number', index);
    return duck`CAST(${plainSql(at(args, index))} AS DOUBLE)`;
  });
}

function distribution(name: string, parameters: readonly string[], help: string, sql: (...args: readonly DuckSql[]) => DuckSql, type: ClickHouseType = FLOAT64): FunctionDefinition {
  const signature = `${name}(${parameters.join(', ')})`;
  return define({ name, signature, help, category: 'random' }, parameters.length, parameters.length + 1, (args, call) => bound(type, sql(...numbers(args, call, parameters.length)), call.span));
}

const zero = duck`0`;

function whole(name: string, bits: 32 | 64, help: string, extra: OtherNames = {}): FunctionDefinition {
  const sql = bits === 32 ? duck`CAST(floor(random() * 4294967296) AS UINTEGER)` : duck`(CAST(floor(random() * 4294967296) AS UBIGINT) * 4294967296 + CAST(floor(random() * 4294967296) AS UBIGINT))`;
  return define({ name, signature: `${name}([tag])`, help, category: 'random', ...extra }, 0, 1, (_, call) => bound(bits === 32 ? UINT32 : UINT64, bits === 32 ? sql : duck`CAST(${sql} AS UBIGINT)`, call.span));
}

/** So many characters drawn from a range of codes. */
function text(name: string, from: number, to: number, help: string): FunctionDefinition {
  const size = duck`(${duckInteger(to)} - ${duckInteger(from)} + 1)`;
  return define({ name, signature: `${name}(length)`, help, category: 'random' }, 1, 2, (args, call) => {
    need(call, at(args, 0), 'integer', 0);
    return bound(STRING, duck`array_to_string(list_transform(range(CAST(${plainSql(at(args, 0))} AS BIGINT)), lambda i: chr(CAST(${duckInteger(from)} + floor(random() * ${size}) AS INTEGER))), '')`, call.span);
  });
}

/** The elements in an order drawn by lot, or the first so many of them. A seed gives another order than ClickHouse's. */
function shuffled(name: string, more: string, help: string, size: 'all' | 'given'): FunctionDefinition {
  return define({ name, signature: `${name}(array${more})`, help, category: 'array' }, size === 'given' ? 2 : 1, size === 'given' ? 2 : 3, (args, call) => {
    const list = at(args, 0);
    need(call, list, 'array', 0);
    if (isNull(list)) return nullResult(call.span);
    args.slice(1).forEach((arg, index) => need(call, arg, 'integer', index + 1));
    const drawn = duck`list_transform(list_sort(list_transform(${plainSql(list)}, lambda "@x": struct_pack(r := random(), v := "@x"))), lambda "@e": "@e".v)`;
    return bound(list.type, size === 'given' ? duck`(${drawn})[1:CAST(${plainSql(at(args, 1))} AS BIGINT)]` : drawn, call.span);
  });
}

export const RANDOM: readonly FunctionDefinition[] = [
  shuffled('arrayShuffle', '[, seed]', 'The elements in a random order.', 'all'),
  shuffled('arrayPartialShuffle', '[, limit[, seed]]', 'The elements, of which at least the first so many are drawn at random.', 'all'),
  shuffled('arrayRandomSample', ', size', 'So many elements drawn at random.', 'given'),
  whole('rand', 32, 'A random UInt32, another for each row.', { caseInsensitive: true, exactAliases: ['rand32'] }),
  whole('rand64', 64, 'A random UInt64, another for each row.'),
  define({ name: 'randConstant', signature: 'randConstant([tag])', help: 'A random UInt32, the same for all rows.', category: 'random' }, 0, 1, (_, call) => bound(UINT32, duck`(SELECT CAST(floor(random() * 4294967296) AS UINTEGER))`, call.span)),
  define({ name: 'randCanonical', signature: 'randCanonical([tag])', help: 'A random number from 0 up to 1.', category: 'random' }, 0, 1, (_, call) => bound(FLOAT64, duck`random()`, call.span)),
  distribution('randUniform', ['min', 'max'], 'A random number between two others.', (low, high) => duck`(${low ?? zero} + random() * (${high ?? zero} - ${low ?? zero}))`),
  distribution('randNormal', ['mean', 'deviation'], 'A random number of the normal distribution.', (mean, deviation) => duck`(${mean ?? zero} + ${deviation ?? zero} * ${NORMAL})`),
  distribution('randLogNormal', ['mean', 'deviation'], 'A random number of the log-normal distribution.', (mean, deviation) => duck`exp(${mean ?? zero} + ${deviation ?? zero} * ${NORMAL})`),
  distribution('randExponential', ['lambda'], 'A random number of the exponential distribution.', (lambda) => duck`(-ln(1 - random()) / ${lambda ?? zero})`),
  distribution('randBernoulli', ['probability'], '1 with a probability, else 0.', (probability) => duck`CAST(CASE WHEN random() < ${probability ?? zero} THEN 1 ELSE 0 END AS UBIGINT)`, UINT64),
  distribution('randPoisson', ['mean'], 'A random count of the Poisson distribution.', (mean) => duck`CAST(${callComputed(RANDOM_POISSON, mean ?? zero, duck`random()`)} AS UBIGINT)`, UINT64),
  distribution('randBinomial', ['experiments', 'probability'], 'A random count of successes.', (trials, probability) => duck`CAST(${callComputed(RANDOM_BINOMIAL, trials ?? zero, probability ?? zero, duck`random()`)} AS UBIGINT)`, UINT64),
  distribution('randNegativeBinomial', ['successes', 'probability'], 'A random count of failures before so many successes.', (successes, probability) => duck`CAST(${callComputed(RANDOM_NEGATIVE_BINOMIAL, successes ?? zero, probability ?? zero, duck`random()`)} AS UBIGINT)`, UINT64),
  distribution('randChiSquared', ['degrees'], 'A random number of the chi-squared distribution.', (degrees) => callComputed(RANDOM_CHI_SQUARED, degrees ?? zero, duck`random()`)),
  distribution('randStudentT', ['degrees'], 'A random number of Student’s t-distribution.', (degrees) => callComputed(RANDOM_STUDENT_T, degrees ?? zero, duck`random()`)),
  distribution('randFisherF', ['degrees', 'degrees'], 'A random number of the F-distribution.', (first, second) => callComputed(RANDOM_FISHER_F, first ?? zero, second ?? zero, duck`random()`)),
  text('randomPrintableASCII', 32, 126, 'A random text of printable characters.'),
  define({ name: 'randomString', signature: 'randomString(length)', help: 'A random text.', category: 'random' }, 1, 2, (args, call) => call.context.call('randomPrintableASCII', args, call.span)),
  define({ name: 'randomFixedString', signature: 'randomFixedString(length)', help: 'A random text of a fixed length.', category: 'random' }, 1, 1, (args, call) => {
    const length = Number(constantInteger(call, at(args, 0), 'the length'));
    return { ...call.context.call('randomPrintableASCII', args, call.span), type: { kind: 'FixedString', length } };
  }),
];

/** Random numbers: another one for each row. DuckDB's generator, so the values are not ClickHouse's. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { FLOAT64, STRING, UINT32, UINT64, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, need, type OtherNames } from './arguments.ts';
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

export const RANDOM: readonly FunctionDefinition[] = [
  whole('rand', 32, 'A random UInt32, another for each row.', { caseInsensitive: true, exactAliases: ['rand32'] }),
  whole('rand64', 64, 'A random UInt64, another for each row.'),
  define({ name: 'randConstant', signature: 'randConstant([tag])', help: 'A random UInt32, the same for all rows.', category: 'random' }, 0, 1, (_, call) => bound(UINT32, duck`(SELECT CAST(floor(random() * 4294967296) AS UINTEGER))`, call.span)),
  define({ name: 'randCanonical', signature: 'randCanonical([tag])', help: 'A random number from 0 up to 1.', category: 'random' }, 0, 1, (_, call) => bound(FLOAT64, duck`random()`, call.span)),
  distribution('randUniform', ['min', 'max'], 'A random number between two others.', (low, high) => duck`(${low ?? zero} + random() * (${high ?? zero} - ${low ?? zero}))`),
  distribution('randNormal', ['mean', 'deviation'], 'A random number of the normal distribution.', (mean, deviation) => duck`(${mean ?? zero} + ${deviation ?? zero} * ${NORMAL})`),
  distribution('randLogNormal', ['mean', 'deviation'], 'A random number of the log-normal distribution.', (mean, deviation) => duck`exp(${mean ?? zero} + ${deviation ?? zero} * ${NORMAL})`),
  distribution('randExponential', ['lambda'], 'A random number of the exponential distribution.', (lambda) => duck`(-ln(1 - random()) / ${lambda ?? zero})`),
  distribution('randBernoulli', ['probability'], '1 with a probability, else 0.', (probability) => duck`CAST(CASE WHEN random() < ${probability ?? zero} THEN 1 ELSE 0 END AS UBIGINT)`, UINT64),
  text('randomPrintableASCII', 32, 126, 'A random text of printable characters.'),
  define({ name: 'randomString', signature: 'randomString(length)', help: 'A random text.', category: 'random' }, 1, 2, (args, call) => call.context.call('randomPrintableASCII', args, call.span)),
  define({ name: 'randomFixedString', signature: 'randomFixedString(length)', help: 'A random text of a fixed length.', category: 'random' }, 1, 1, (args, call) => {
    const length = Number(constantInteger(call, at(args, 0), 'the length'));
    return { ...call.context.call('randomPrintableASCII', args, call.span), type: { kind: 'FixedString', length } };
  }),
];

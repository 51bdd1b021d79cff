/** Numbers for people: sizes, quantities, spans of time and bars, as ClickHouse writes them. */
import type { Bound } from '../bound.ts';
import { duck, duckDouble, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, STRING } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, once, result, typeError, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

const BINARY = [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB', ' EiB', ' ZiB', ' YiB'];
const DECIMAL = [' B', ' KB', ' MB', ' GB', ' TB', ' PB', ' EB', ' ZB', ' YB'];
const QUANTITY = ['', ' thousand', ' million', ' billion', ' trillion', ' quadrillion', ' quintillion', ' sextillion', ' septillion', ' octillion', ' nonillion', ' decillion'];

function scaled(base: number, units: readonly string[]) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'number', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    const digits = args[1] ? Number(constantInteger(call, args[1], 'the number of digits')) : 2;
    const logarithm = (x: DuckSql) => (base === 1024 ? duck`log2(abs(${x})) / 10` : duck`log10(abs(${x})) / 3`);
    const sql = once(call, duck`CAST(${plainSql(at(args, 0))} AS DOUBLE)`, (x) => {
      const step = duck`CASE WHEN abs(${x}) >= 1 AND isfinite(${x}) THEN least(${duckInteger(units.length - 1)}, CAST(floor(${logarithm(x)}) AS INTEGER)) ELSE 0 END`;
      return duck`(CASE WHEN isnan(${x}) THEN 'nan' ELSE printf(${duckString(`%.${digits}f`)}, ${x} / pow(${duckInteger(base)}::DOUBLE, ${step})) END || [${units.map(duckString)}][${step} + 1])`;
    });
    return result(call, [at(args, 0)], STRING, sql);
  };
}

/** Units of a span of time from the greatest to the smallest, in seconds; a year has 365 days and a month 30.5. */
const SPANS: readonly (readonly [string, number])[] = [
  ['year', 31_536_000], ['month', 2_635_200], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1], ['millisecond', 1e-3], ['microsecond', 1e-6], ['nanosecond', 1e-9],
];

function spanIndex(call: FunctionCall, value: Bound | undefined, otherwise: string): number {
  const name = value ? constantText(call, value, 'a unit') : otherwise;
  const index = SPANS.findIndex(([unit]) => `${unit}s` === name);
  if (index === -1) throw typeError(`${call.name} knows no unit ${name}: it takes years, months, days, hours, minutes, seconds and smaller ones.`, value?.span ?? call.span);
  return index;
}

function timeDelta(args: readonly Bound[], call: FunctionCall): Bound {
  need(call, at(args, 0), 'number', 0);
  if (isNull(at(args, 0))) return nullResult(call.span);
  const [largest, smallest] = [spanIndex(call, args[1], 'years'), spanIndex(call, args[2], 'seconds')];
  if (smallest < largest) throw typeError(`${call.name}: the smallest unit is above the largest.`, call.span);
  const units = SPANS.slice(largest, smallest + 1);
  const list = duckName(call.context.freshName());
  const sql = once(call, duck`CAST(${plainSql(at(args, 0))} AS DOUBLE)`, (x) => {
    const parts = units.map(([unit, size], index) => {
      // Fractions of a second are counted in nanoseconds, where they are whole.
      const rest = units.slice(0, index).reduce<DuckSql>((left, [, above]) => duck`(${left} % ${duckDouble(above)})`, duck`abs(${x})`);
      const count = size < 1 ? duck`floor(round(${rest} * 1e9) / ${duckDouble(Math.round(size * 1e9))})` : duck`floor(${rest} / ${duckDouble(size)})`;
      return duck`CASE CAST(${count} AS BIGINT) WHEN 0 THEN NULL WHEN 1 THEN ${duckString(`1 ${unit}`)} ELSE CAST(CAST(${count} AS BIGINT) AS VARCHAR) || ${duckString(` ${unit}s`)} END`;
    });
    const none = duckString(`0 ${units[units.length - 1]?.[0] ?? 'second'}s`);
    const words = duck`list_filter([${parts}], lambda p: p IS NOT NULL)`;
    const joined = duck`CASE len(${list}) WHEN 0 THEN ${none} WHEN 1 THEN ${list}[1] ELSE array_to_string(${list}[:-2], ', ') || ' and ' || ${list}[-1] END`;
    return duck`CASE WHEN ${x} IS NOT NULL THEN CASE WHEN ${x} < 0 THEN '-' ELSE '' END || list_transform([${words}], lambda ${list}: ${joined})[1] END`;
  });
  return result(call, [at(args, 0)], STRING, sql);
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'number', index));
  if (args.some(isNull)) return nullResult(call.span);
  const [x, low, high] = args.slice(0, 3).map((arg) => duck`CAST(${plainSql(arg)} AS DOUBLE)`);
  const width = args[3] ? plainSql(args[3]) : duckInteger(80);
  const zero = duck`0`;
  const cells = duck`(least(greatest(${x ?? zero} - ${low ?? zero}, 0) / (${high ?? zero} - ${low ?? zero}), 1) * ${width} * 8)`;
  return result(call, args, STRING, once(call, duck`CAST(floor(${cells}) AS BIGINT)`, (eighths) => duck`(repeat('█', ${eighths} // 8) || [${EIGHTHS.map(duckString)}][${eighths} % 8 + 1])`));
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'other' as const, ...extra });

export const READABLE: readonly FunctionDefinition[] = [
  define(describe('formatReadableSize', 'formatReadableSize(bytes[, digits])', 'A size such as 1.50 MiB.', { caseInsensitiveAliases: ['FORMAT_BYTES'] }), 1, 2, scaled(1024, BINARY)),
  define(describe('formatReadableDecimalSize', 'formatReadableDecimalSize(bytes[, digits])', 'A size such as 1.50 MB.'), 1, 2, scaled(1000, DECIMAL)),
  define(describe('formatReadableQuantity', 'formatReadableQuantity(number[, digits])', 'A number such as 1.50 million.'), 1, 2, scaled(1000, QUANTITY)),
  define(describe('formatReadableTimeDelta', "formatReadableTimeDelta(seconds[, 'largest unit'[, 'smallest unit']])", 'A span of time such as 1 hour and 5 seconds.'), 1, 3, timeDelta),
  define(describe('bar', 'bar(x, min, max[, width])', 'A bar of characters, as long as x says.'), 3, 4, bar),
  define(describe('toDecimalString', 'toDecimalString(number, digits)', 'The number as text with so many digits after the point.', { caseInsensitive: true }), 2, 2, (args, call) => {
    const value = at(args, 0);
    need(call, value, 'number', 0);
    if (isNull(value)) return nullResult(call.span);
    const digits = Number(constantInteger(call, at(args, 1), 'the number of digits'));
    const most = bare(value.type).kind === 'Float' ? 20 : 38;
    if (digits < 0 || digits > most) throw typeError(`toDecimalString takes 0 to ${most} digits.`, at(args, 1).span);
    return result(call, [value], STRING, duck`CAST(CAST(${plainSql(value)} AS DECIMAL(38, ${duckInteger(digits)})) AS VARCHAR)`);
  }),
];

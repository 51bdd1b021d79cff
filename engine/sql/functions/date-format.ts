/** Times as text in a given format: formatDateTime with MySQL's codes, formatDateTimeInJodaSyntax with Joda's letters. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { isUtc } from '../time-zone.ts';
import { bare, dateTime, STRING } from '../types.ts';
import { at, constantText, define, isNull, nullResult, result, typeError, unsupported } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { timeArgument, type TimeArgument } from './time-argument.ts';

/** A piece of a format: letters for strftime, or SQL of its own. */
type Piece = { readonly strftime: string } | { readonly sql: (time: TimeArgument) => DuckSql };

const MYSQL: Readonly<Record<string, Piece>> = {
  a: { strftime: '%a' }, b: { strftime: '%b' }, c: { strftime: '%m' }, d: { strftime: '%d' }, D: { strftime: '%m/%d/%y' }, e: { strftime: '%-d' },
  f: { strftime: '%f' }, F: { strftime: '%Y-%m-%d' }, G: { strftime: '%G' }, h: { strftime: '%I' }, H: { strftime: '%H' }, i: { strftime: '%M' }, I: { strftime: '%I' },
  j: { strftime: '%j' }, k: { strftime: '%H' }, l: { strftime: '%I' }, m: { strftime: '%m' }, M: { strftime: '%B' }, n: { strftime: '\n' }, p: { strftime: '%p' },
  r: { strftime: '%I:%M %p' }, R: { strftime: '%H:%M' }, s: { strftime: '%S' }, S: { strftime: '%S' }, t: { strftime: '\t' }, T: { strftime: '%H:%M:%S' },
  u: { strftime: '%u' }, V: { strftime: '%V' }, w: { strftime: '%w' }, W: { strftime: '%A' }, y: { strftime: '%y' }, Y: { strftime: '%Y' }, '%': { strftime: '%%' },
  C: { sql: (time) => duck`lpad(CAST(year(${time.clock}) // 100 AS VARCHAR), 2, '0')` },
  g: { sql: (time) => duck`lpad(CAST(isoyear(${time.clock}) % 100 AS VARCHAR), 2, '0')` },
  Q: { sql: (time) => duck`CAST(quarter(${time.clock}) AS VARCHAR)` },
  z: { sql: zoneOffset },
};

/** +0200 */
function zoneOffset(time: TimeArgument): DuckSql {
  if (time.isDate || isUtc(time.zone)) return duckString('+0000');
  return duck`sandpiper_offset_text((epoch_us(${time.clock}) - epoch_us(${plainSql(time.value)})) // 60000000)`;
}

function formatted(pieces: readonly Piece[], time: TimeArgument): DuckSql {
  const parts: DuckSql[] = [];
  let run = '';
  const flush = () => {
    if (run !== '') parts.push(/%/.test(run) ? duck`strftime(${time.clock}, ${duckString(run)})` : duckString(run));
    run = '';
  };
  for (const piece of pieces) {
    if ('strftime' in piece) {
      run += piece.strftime;
      continue;
    }
    flush();
    parts.push(piece.sql(time));
  }
  flush();
  const [first, ...rest] = parts;
  if (!first) return duckString('');
  return rest.length === 0 ? first : duck`(${joined(parts, ' || ')})`;
}

/** A format in MySQL's codes, as pieces. */
function mysqlPieces(format: string, call: FunctionCall, span: Bound['span']): readonly Piece[] {
  return [...format.matchAll(/%(.)|%$|[^%]+/gsu)].map((match): Piece => {
    const code = match[1];
    if (code === undefined && match[0] === '%') throw typeError(`${call.name}: the format ends in a single %.`, span);
    if (code === undefined) return { strftime: match[0] };
    const piece = MYSQL[code];
    if (!piece) throw typeError(`${call.name} knows no format code %${code}.`, span);
    return piece;
  });
}

const pad = (sql: DuckSql, width: number): DuckSql => (width <= 1 ? duck`CAST(${sql} AS VARCHAR)` : duck`lpad(CAST(${sql} AS VARCHAR), ${duckInteger(width)}, '0')`);

function jodaPiece(letter: string, width: number, call: FunctionCall, span: Bound['span']): Piece {
  const number = (sql: (time: TimeArgument) => DuckSql): Piece => ({ sql: (time) => pad(sql(time), width) });
  switch (letter) {
    case 'G': return { strftime: 'AD' };
    case 'C': return number((time) => duck`year(${time.clock}) // 100`);
    case 'Y': case 'y': return width === 2 ? { strftime: '%y' } : number((time) => duck`year(${time.clock})`);
    case 'x': return number((time) => duck`isoyear(${time.clock})`);
    case 'w': return number((time) => duck`weekofyear(${time.clock})`);
    case 'e': return number((time) => duck`isodow(${time.clock})`);
    case 'E': return { strftime: width >= 4 ? '%A' : '%a' };
    case 'D': return number((time) => duck`dayofyear(${time.clock})`);
    case 'M': return width >= 4 ? { strftime: '%B' } : width === 3 ? { strftime: '%b' } : number((time) => duck`month(${time.clock})`);
    case 'd': return number((time) => duck`day(${time.clock})`);
    case 'a': return { strftime: '%p' };
    case 'K': return number((time) => duck`hour(${time.clock}) % 12`);
    case 'h': return number((time) => duck`(hour(${time.clock}) + 11) % 12 + 1`);
    case 'H': return number((time) => duck`hour(${time.clock})`);
    case 'k': return number((time) => duck`(hour(${time.clock}) + 23) % 24 + 1`);
    case 'm': return number((time) => duck`minute(${time.clock})`);
    case 's': return number((time) => duck`second(${time.clock})`);
    case 'S': return { sql: (time) => duck`left(rpad(strftime(${time.clock}, '%f'), ${duckInteger(Math.max(width, 6))}, '0'), ${duckInteger(width)})` };
    case 'z':
      if (width < 4) throw unsupported('formatDateTimeInJodaSyntax does not write short names of time zones: write zzzz.', span);
      return { sql: (time) => duckString(time.zone) };
    default:
      throw typeError(`${call.name} knows no format letter ${letter}.`, span);
  }
}

function jodaPieces(format: string, call: FunctionCall, span: Bound['span']): readonly Piece[] {
  return [...format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/gsu)].map((match): Piece => {
    if (match[0] === "''") return { strftime: "'" };
    if (match[0] === "'") throw typeError(`${call.name}: a quote in the format is not closed.`, span);
    if (match[1] !== undefined) return { strftime: match[1].replaceAll("''", "'").replaceAll('%', '%%') };
    if (match[2] !== undefined) return jodaPiece(match[2], match[0].length, call, span);
    return { strftime: match[0].replaceAll('%', '%%') };
  });
}

export type FormatSyntax = 'mysql' | 'joda';

/** The time of the first argument in the constant format of the second. */
export function formatTime(syntax: FormatSyntax, value: Bound, format: Bound, zone: Bound | undefined, call: FunctionCall): Bound {
  if (isNull(value)) return nullResult(call.span);
  const text = constantText(call, format, 'the format');
  const time = timeArgument(call, value, zone);
  const pieces = syntax === 'mysql' ? mysqlPieces(text, call, format.span) : jodaPieces(text, call, format.span);
  return result(call, [value], STRING, nullable(value, formatted(pieces, time)));
}

/** Constant text stays NULL where the time is NULL. */
function nullable(value: Bound, sql: DuckSql): DuckSql {
  return sql.text.startsWith("'") ? duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN ${sql} END` : sql;
}

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitiveAliases?: readonly string[] } = {}) => ({ name, signature, help, category: 'dates and times' as const, ...extra });

/** A number of seconds as a DateTime, for fromUnixTimestamp with a format. */
function secondsAsTime(value: Bound, call: FunctionCall): Bound {
  const type = bare(value.type);
  if (type.kind !== 'Integer' && type.kind !== 'Nothing') throw typeError(`${call.name} takes a whole number of seconds.`, value.span);
  return value.type.kind === 'Nullable' || type.kind === 'Nothing' ? bound({ kind: 'Nullable', of: dateTime() }, duck`sandpiper_number_time(${plainSql(value)})`, value.span) : cast({ ...value, type }, dateTime());
}

export const DATE_FORMATS: readonly FunctionDefinition[] = [
  define(describe('formatDateTime', "formatDateTime(time, 'format'[, timezone])", "The time as text, in MySQL's format codes such as %Y-%m-%d %H:%i:%s.", { caseInsensitiveAliases: ['DATE_FORMAT'] }), 2, 3, (args, call) => formatTime('mysql', at(args, 0), at(args, 1), args[2], call)),
  define(describe('formatDateTimeInJodaSyntax', "formatDateTimeInJodaSyntax(time, 'format'[, timezone])", "The time as text, in Joda's letters such as yyyy-MM-dd.", {}), 2, 3, (args, call) => formatTime('joda', at(args, 0), at(args, 1), args[2], call)),
  define(describe('fromUnixTimestamp', "fromUnixTimestamp(seconds[, 'format'[, timezone]])", 'A number of seconds since 1970 as a DateTime, or as text in a format.', { caseInsensitiveAliases: ['FROM_UNIXTIME'] }), 1, 3, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = secondsAsTime(at(args, 0), call);
    return args[1] ? formatTime('mysql', time, args[1], args[2], call) : { ...time, span: call.span };
  }),
  define(describe('fromUnixTimestampInJodaSyntax', "fromUnixTimestampInJodaSyntax(seconds, 'format'[, timezone])", 'A number of seconds since 1970 as text in a format.', {}), 1, 3, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    const time = secondsAsTime(at(args, 0), call);
    return args[1] ? formatTime('joda', time, args[1], args[2], call) : { ...time, span: call.span };
  }),
];

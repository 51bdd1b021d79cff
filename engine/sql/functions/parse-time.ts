/** Reading times from text: parseDateTimeBestEffort in many forms, parseDateTime in a given format. */
import { bound, type Bound } from '../bound.ts';
import { constantTime, cutTo } from '../convert-time.ts';
import { duck, duckString, type DuckSql } from '../duck.ts';
import { evaluatedOnce } from '../evaluated-once.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { checkZone, isUtc, utcTime } from '../time-zone.ts';
import { bare, dateTime, dateTime64, isNullable, nullable, printType, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, nullResult, typeError, usualType } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type OnFailure = 'error' | 'null' | 'zero';

const SUFFIXES: readonly (readonly [string, OnFailure])[] = [['', 'error'], ['OrNull', 'null'], ['OrZero', 'zero']];

function textArgument(call: FunctionCall, value: Bound): DuckSql {
  if (bare(value.type).kind !== 'String' && bare(value.type).kind !== 'FixedString') throw typeError(`${call.name} takes a text, not a value of type ${printType(value.type)}.`, value.span);
  return plainSql(value);
}

/** A reading that is NULL where it fails, with what then happens. */
function answer(call: FunctionCall, value: Bound, type: ClickHouseType, read: DuckSql, onFailure: OnFailure): Bound {
  if (onFailure === 'null') return bound(nullable(type), read, call.span);
  const failed = onFailure === 'zero'
    ? duck`CAST('1970-01-01 00:00:00' AS ${duckTypeSql(type)})`
    : duck`CAST(error('Cannot read the text ''' || ${plainSql(value)} || ''' as a time.') AS ${duckTypeSql(type)})`;
  const sql = duck`coalesce(${read}, ${failed})`;
  return bound(usualType([value], type), isNullable(value.type) ? duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN ${sql} END` : sql, call.span);
}

function bestEffort(american: boolean, wide: boolean, onFailure: OnFailure) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const text = textArgument(call, value);
    const second = args[1];
    const hasPrecision = wide && second !== undefined && bare(second.type).kind === 'Integer';
    const precision = hasPrecision && second ? Number(constantInteger(call, second, 'the precision')) : 3;
    const zoneText = wide && hasPrecision ? args[2] : second;
    const named = zoneText && checkZone(constantText(call, zoneText, 'the time zone'), zoneText.span);
    const type = wide ? dateTime64(precision, named) : dateTime(named);
    const zone = named ?? call.context.timeZone;
    const known = value.constant?.kind === 'text' && !american ? constantTime(value.constant.value, type, call.context.timeZone) : undefined;
    if (known) return bound(onFailure === 'null' ? nullable(type) : usualType([value], type), known, call.span);
    const utc = evaluatedOnce(text, (one) => {
      const read = american ? duck`sandpiper_time_us_or_null(${one})` : duck`sandpiper_time_or_null(${one})`;
      return isUtc(zone) ? read : duck`CASE WHEN sandpiper_absolute(${one}) THEN ${read} ELSE ${utcTime(read, zone)} END`;
    });
    return answer(call, value, type, wide ? cutTo(precision > 6 ? duck`CAST(${utc} AS TIMESTAMP_NS)` : utc, precision) : duck`date_trunc('second', ${utc})`, onFailure);
  };
}

const MYSQL_TO_STRPTIME: Readonly<Record<string, string>> = {
  a: '%a', b: '%b', c: '%m', d: '%d', D: '%m/%d/%y', e: '%d', f: '%f', F: '%Y-%m-%d', h: '%I', H: '%H', i: '%M', I: '%I', j: '%j', k: '%H', l: '%I', m: '%m', M: '%B', n: '\n', p: '%p',
  r: '%I:%M %p', R: '%H:%M', s: '%S', S: '%S', t: '\t', T: '%H:%M:%S', u: '%u', W: '%A', w: '%w', y: '%y', Y: '%Y', z: '%z', '%': '%%',
};

function mysqlFormat(format: string, call: FunctionCall, span: Bound['span']): string {
  return format.replace(/%(.?)/gsu, (_, code: string) => {
    const found = MYSQL_TO_STRPTIME[code];
    if (found === undefined) throw typeError(`${call.name} cannot read the format code %${code}.`, span);
    return found;
  });
}

function jodaFormat(format: string, call: FunctionCall, span: Bound['span']): string {
  return format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/gsu, (match: string, quoted: string | undefined, letter: string | undefined) => {
    if (match === '%') return '%%';
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'").replaceAll('%', '%%');
    const width = match.length;
    const codes: Readonly<Record<string, string>> = {
      y: width === 2 ? '%y' : '%Y', Y: width === 2 ? '%y' : '%Y', M: width >= 4 ? '%B' : width === 3 ? '%b' : '%m', d: '%d', D: '%j', E: width >= 4 ? '%A' : '%a',
      H: '%H', h: '%I', K: '%I', k: '%H', m: '%M', s: '%S', S: '%f', a: '%p', Z: '%z', z: '%Z',
    };
    const found = codes[letter ?? ''];
    if (found === undefined) throw typeError(`${call.name} cannot read the format letter ${letter ?? ''}.`, span);
    return found;
  });
}

function withFormat(syntax: 'mysql' | 'joda', wide: boolean, onFailure: OnFailure) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const text = textArgument(call, value);
    const given = args[1] ? constantText(call, args[1], 'the format') : syntax === 'mysql' ? '%Y-%m-%d %H:%i:%s' : 'yyyy-MM-dd HH:mm:ss';
    const span = args[1]?.span ?? call.span;
    const format = syntax === 'mysql' ? mysqlFormat(given, call, span) : jodaFormat(given, call, span);
    const named = args[2] && checkZone(constantText(call, args[2], 'the time zone'), args[2].span);
    const zone = named ?? call.context.timeZone;
    const digits = syntax === 'mysql' ? 6 : (/S+/.exec(given)?.[0].length ?? 0);
    const type = wide ? dateTime64(digits, zone) : dateTime(zone);
    const read = utcTime(duck`try_strptime(${text}, ${duckString(format)})`, /%z/i.test(format) ? 'UTC' : zone);
    return answer(call, value, type, wide ? read : duck`date_trunc('second', ${read})`, onFailure);
  };
}

const describe = (name: string, more: string, help: string) => ({ name, signature: `${name}(text${more})`, help, category: 'type conversion' as const });

const FAILURE: Readonly<Record<OnFailure, string>> = { error: '', null: '; NULL when it is none', zero: '; 1970-01-01 when it is none' };

const MYSQL_NAMES: Readonly<Record<OnFailure, readonly string[]>> = { error: ['TO_UNIXTIME'], null: ['str_to_date'], zero: [] };

export const PARSE_TIME: readonly FunctionDefinition[] = SUFFIXES.flatMap(([suffix, onFailure]) => [
  define(describe(`parseDateTimeBestEffort${suffix}`, '[, timezone]', `Reads a time in many forms${FAILURE[onFailure]}.`), 1, 2, bestEffort(false, false, onFailure)),
  define(describe(`parseDateTime32BestEffort${suffix}`, '[, timezone]', `Reads a time in many forms${FAILURE[onFailure]}.`), 1, 2, bestEffort(false, false, onFailure)),
  define(describe(`parseDateTimeBestEffortUS${suffix}`, '[, timezone]', `Reads a time in many forms, the month first${FAILURE[onFailure]}.`), 1, 2, bestEffort(true, false, onFailure)),
  define(describe(`parseDateTime64BestEffort${suffix}`, '[, precision[, timezone]]', `Reads a time with digits of a second in many forms${FAILURE[onFailure]}.`), 1, 3, bestEffort(false, true, onFailure)),
  define(describe(`parseDateTime64BestEffortUS${suffix}`, '[, precision[, timezone]]', `Reads a time with digits of a second, the month first${FAILURE[onFailure]}.`), 1, 3, bestEffort(true, true, onFailure)),
  define({ ...describe(`parseDateTime${suffix}`, ", 'format'[, timezone]", `Reads a time in MySQL's format codes${FAILURE[onFailure]}.`), caseInsensitiveAliases: MYSQL_NAMES[onFailure] }, 1, 3, withFormat('mysql', false, onFailure)),
  define(describe(`parseDateTime64${suffix}`, ", 'format'[, timezone]", `Reads a time with digits of a second in MySQL's format codes${FAILURE[onFailure]}.`), 1, 3, withFormat('mysql', true, onFailure)),
  define(describe(`parseDateTimeInJodaSyntax${suffix}`, ", 'format'[, timezone]", `Reads a time in Joda's format letters${FAILURE[onFailure]}.`), 1, 3, withFormat('joda', false, onFailure)),
  define(describe(`parseDateTime64InJodaSyntax${suffix}`, ", 'format'[, timezone]", `Reads a time with digits of a second in Joda's format letters${FAILURE[onFailure]}.`), 1, 3, withFormat('joda', true, onFailure)),
]);

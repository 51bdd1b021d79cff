/** Functions that cut a piece out of a text or join texts. Positions count from 1, bytes unless named UTF8. */
import type { Bound } from '../bound.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, STRING } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, once, result, rule, typeError, type OtherNames } from './arguments.ts';
import { bytewise, knownAscii, present, textOf, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

interface Cut {
  readonly begin: DuckSql;
  readonly length?: DuckSql;
}

/** Where a slice begins and ends, for a text of `size`: negative offsets and lengths count from the end. */
function slice(text: DuckSql, size: DuckSql, cut: Cut): DuckSql {
  const begin = duck`(CASE WHEN ${cut.begin} > 0 THEN ${cut.begin} ELSE ${size} + ${cut.begin} + 1 END)`;
  const end = cut.length === undefined ? size : duck`(CASE WHEN ${cut.length} >= 0 THEN ${begin} + ${cut.length} - 1 ELSE ${size} + ${cut.length} END)`;
  return duck`${text}[greatest(${begin}, 1):CASE WHEN ${cut.begin} = 0 THEN 0 ELSE greatest(${end}, 0) END]`;
}

function isConstantFrom(value: Bound | undefined, least: bigint): boolean {
  return value?.constant?.kind === 'integer' && value.constant.value >= least && value.constant.value < 2n ** 31n;
}

function substring(inBytes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, offset, length] = [at(args, 0), at(args, 1), args[2]];
    need(call, text, 'text', 0);
    need(call, offset, 'integer', 1);
    if (length) need(call, length, 'integer', 2);
    if (args.some(isNull)) return nullResult(call.span);
    if (offset.constant?.kind === 'integer' && offset.constant.value === 0n && !text.constant) throw typeError('The first character of a text has the number 1.', offset.span);
    const cut: Cut = { begin: wholeSql(offset), ...(length ? { length: wholeSql(length) } : {}) };
    const simple = isConstantFrom(offset, 1n) && (length === undefined || isConstantFrom(length, 0n));
    const characters = (value: DuckSql) => {
      if (simple) return cut.length ? duck`substring(${value}, ${cut.begin}, ${cut.length})` : duck`substring(${value}, ${cut.begin})`;
      return slice(value, duck`length(${value})`, cut);
    };
    if (!inBytes) return result(call, args, STRING, present(args, once(call, plainSql(text), characters)));
    const { sql, representation } = bytewise(call, text, characters, (value) => slice(value, duck`octet_length(${value})`, cut));
    return result(call, args, STRING, present(args, sql), representation);
  };
}

function side(which: 'left' | 'right', inBytes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, count] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    need(call, count, 'integer', 1);
    if (args.some(isNull)) return nullResult(call.span);
    const number = wholeSql(count);
    const characters = (value: DuckSql) => (which === 'left' ? duck`left(${value}, ${number})` : duck`right(${value}, ${number})`);
    if (!inBytes) return result(call, args, STRING, once(call, plainSql(text), characters));
    const { sql, representation } = bytewise(call, text, characters, (value) => {
      const size = duck`octet_length(${value})`;
      const kept = duck`CASE WHEN ${number} >= 0 THEN ${number} ELSE greatest(${size} + ${number}, 0) END`;
      return which === 'left' ? duck`${value}[1:${kept}]` : duck`${value}[greatest(${size} - (${kept}) + 1, 1):${size}]`;
    });
    return result(call, args, STRING, present(args, sql), representation);
  };
}

function concat(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.some(isNull)) return nullResult(call.span);
  if (args.length > 1 && args.every((arg) => bare(arg.type).kind === 'Array')) return call.context.call('arrayConcat', args, call.span);
  if (args.length > 1 && args.every((arg) => bare(arg.type).kind === 'Map')) return call.context.call('mapConcat', args, call.span);
  if (args.length > 1 && args.every((arg) => bare(arg.type).kind === 'Tuple')) return call.context.call('tupleConcat', args, call.span);
  if (args.length === 0) return result(call, args, STRING, duckString(''));
  if (args.some((arg) => arg.representation === 'bytes')) {
    const parts = args.map((arg) => (arg.representation === 'bytes' ? arg.sql : duck`encode(${textOf(arg, call)})`));
    return result(call, args, STRING, duck`(${joined(parts, ' || ')})`, 'bytes');
  }
  const parts = args.map((arg) => textOf(arg, call));
  return result(call, args, STRING, parts.length === 1 ? (parts[0] ?? duckString('')) : duck`(${joined(parts, ' || ')})`);
}

function concatWithSeparator(args: readonly Bound[], call: FunctionCall): Bound {
  const [separator, ...rest] = args;
  if (!separator) throw typeError('concatWithSeparator takes a separator and values.', call.span);
  if (args.some(isNull)) return nullResult(call.span);
  need(call, separator, 'text', 0);
  if (rest.length === 0) return result(call, args, STRING, duckString(''));
  const between = plainSql(separator);
  const parts = rest.flatMap((arg, index) => (index === 0 ? [textOf(arg, call)] : [between, textOf(arg, call)]));
  return result(call, args, STRING, duck`(${joined(parts, ' || ')})`);
}

/** format('{} and {1}', …): the pieces of the pattern with the values between them. */
function format(args: readonly Bound[], call: FunctionCall): Bound {
  const [pattern, ...rest] = args;
  if (!pattern || rest.length === 0) throw typeError('format takes a pattern and at least one value.', call.span);
  const text = constantText(call, pattern, 'the pattern');
  if (rest.some(isNull)) return nullResult(call.span);
  const parts: DuckSql[] = [];
  let piece = '';
  let next = 0;
  for (const match of text.matchAll(/\{\{|\}\}|\{(\d*)\}|[{}]|[^{}]+/g)) {
    const [all, digits] = match;
    if (all === '{{' || all === '}}') piece += all[0];
    else if (digits === undefined) {
      if (all === '{' || all === '}') throw typeError(`The pattern of format has a single ${all}: write ${all}${all}.`, pattern.span);
      piece += all;
    } else {
      const value = rest[digits === '' ? next : Number(digits)];
      if (!value) throw typeError('The pattern of format names a value that is not given.', pattern.span);
      next += digits === '' ? 1 : 0;
      parts.push(duckString(piece), textOf(value, call));
      piece = '';
    }
  }
  parts.push(duckString(piece));
  return result(call, rest, STRING, duck`(${joined(parts, ' || ')})`);
}

function substringIndex(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, separator, count] = [at(args, 0), at(args, 1), at(args, 2)];
  need(call, text, 'text', 0);
  need(call, count, 'integer', 2);
  if (args.some(isNull)) return nullResult(call.span);
  const mark = constantText(call, separator, 'the separator');
  if ([...mark].length !== 1) throw typeError(`${call.name} takes one character as its separator.`, separator.span);
  const number = wholeSql(count);
  const sql = once(call, duck`string_split(${plainSql(text)}, ${duckString(mark)})`, (parts) => {
    const kept = count.constant?.kind === 'integer'
      ? count.constant.value >= 0n ? duck`${parts}[1:${number}]` : duck`${parts}[greatest(len(${parts}) + ${number} + 1, 1):]`
      : duck`CASE WHEN ${number} >= 0 THEN ${parts}[1:${number}] ELSE ${parts}[greatest(len(${parts}) + ${number} + 1, 1):] END`;
    return duck`array_to_string(${kept}, ${duckString(mark)})`;
  });
  return result(call, args, STRING, present(args, sql));
}

/** overlay(text, replacement, offset[, length]). */
function overlay(inBytes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, piece, offset, length] = [at(args, 0), at(args, 1), at(args, 2), args[3]];
    need(call, text, 'text', 0);
    need(call, piece, 'text', 1);
    if (args.some(isNull)) return nullResult(call.span);
    const start = constantInteger(call, offset, 'the offset');
    const replaced = (value: DuckSql, size: DuckSql, insert: DuckSql, insertSize: DuckSql) => {
      const cut = length ? duckInteger(constantInteger(call, length, 'the length')) : insertSize;
      const begin = start > 0n ? duckInteger(start) : start === 0n ? duckInteger(1) : duck`greatest(${size} + ${duckInteger(start)} + 1, 1)`;
      const from = start === 0n ? duck`(${begin} + greatest(${cut} - 1, 0))` : duck`(${begin} + ${cut})`;
      return duck`(${value}[1:greatest(${begin} - 1, 0)] || ${insert} || ${value}[${from}:${size}])`;
    };
    const characters = (value: DuckSql) => replaced(value, duck`length(${value})`, plainSql(piece), duck`length(${plainSql(piece)})`);
    if (!inBytes || (knownAscii(text) && knownAscii(piece))) return result(call, args, STRING, once(call, plainSql(text), characters));
    const bytes = (value: DuckSql) => replaced(value, duck`octet_length(${value})`, duck`encode(${plainSql(piece)})`, duck`strlen(${plainSql(piece)})`);
    const { sql, representation } = bytewise(call, text, characters, bytes);
    return result(call, args, STRING, sql, representation);
  };
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const TEXT_PART: readonly FunctionDefinition[] = [
  define(describe('substring', 'substring(text, offset[, length])', 'A piece of a text, in bytes; a negative offset counts from the end.', { caseInsensitive: true, caseInsensitiveAliases: ['byteSlice', 'mid', 'substr'] }), 2, 3, substring(true)),
  define(describe('substringUTF8', 'substringUTF8(text, offset[, length])', 'A piece of a text, in characters.'), 2, 3, substring(false)),
  define(describe('left', 'left(text, count)', 'The first bytes of a text.', { caseInsensitive: true }), 2, 2, side('left', true)),
  define(describe('leftUTF8', 'leftUTF8(text, count)', 'The first characters of a text.'), 2, 2, side('left', false)),
  define(describe('right', 'right(text, count)', 'The last bytes of a text.', { caseInsensitive: true }), 2, 2, side('right', true)),
  define(describe('rightUTF8', 'rightUTF8(text, count)', 'The last characters of a text.'), 2, 2, side('right', false)),
  define(describe('concat', 'concat(value, …)', 'The values as one text; NULL when one is NULL.', { caseInsensitive: true, exactAliases: ['concatAssumeInjective'] }), 0, Infinity, concat),
  define(describe('concatWithSeparator', 'concatWithSeparator(separator, value, …)', 'The values as one text with a separator between them.', { aliases: ['concatWithSeparatorAssumeInjective'], caseInsensitiveAliases: ['concat_ws'] }), 1, Infinity, concatWithSeparator),
  define(describe('format', "format('{} and {1}', value, …)", 'A pattern with values put in.'), 1, Infinity, format),
  define(describe('substringIndex', 'substringIndex(text, separator, count)', 'The text before the count-th separator; from the end for a negative count.', { caseInsensitiveAliases: ['SUBSTRING_INDEX'] }), 3, 3, substringIndex),
  define(describe('substringIndexUTF8', 'substringIndexUTF8(text, separator, count)', 'The text before the count-th separator.'), 3, 3, substringIndex),
  define(describe('overlay', 'overlay(text, replacement, offset[, length])', 'The text with a piece replaced.', { caseInsensitive: true }), 3, 4, overlay(true)),
  define(describe('overlayUTF8', 'overlayUTF8(text, replacement, offset[, length])', 'The text with a piece replaced.'), 3, 4, overlay(false)),
  rule(describe('stringBytesUniq', 'stringBytesUniq(text)', 'How many different bytes a text has.'), ['text'], { kind: 'Integer', bits: 16, signed: false }, (text) => duck`CAST(len(list_distinct(regexp_extract_all(hex(encode(${text})), '..'))) AS USMALLINT)`),
];

/** Functions that give a text in another case, order or width, or cut its ends. By bytes and ASCII unless named UTF8. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, STRING, type ClickHouseType } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, once, result, rule, typeError, unsupported } from './arguments.ts';
import { bytewise, knownAscii, present, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** FixedString stays what it is where a function does not change the length. */
function sameText(args: readonly Bound[]): ClickHouseType {
  const type = bare(at(args, 0).type);
  return type.kind === 'FixedString' ? type : STRING;
}

function asciiCase(macro: (text: DuckSql) => DuckSql, whole: (text: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    need(call, value, 'text');
    if (isNull(value)) return nullResult(call.span);
    return result(call, args, sameText(args), knownAscii(value) ? whole(plainSql(value)) : once(call, plainSql(value), macro));
  };
}

function reverse(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  if (bare(value.type).kind === 'Array') return bound(value.type, duck`list_reverse(${plainSql(value)})`, call.span);
  need(call, value, 'text');
  const { sql, representation } = bytewise(call, value, (text) => duck`reverse(${text})`, (bytes) => duck`unhex(array_to_string(list_reverse(regexp_extract_all(hex(${bytes}), '..')), ''))`);
  return result(call, args, sameText(args), sql, representation);
}

function pad(side: 'left' | 'right', inBytes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, width, filler] = [at(args, 0), at(args, 1), args[2]];
    need(call, text, 'text', 0);
    need(call, width, 'integer', 1);
    if (filler) need(call, filler, 'text', 2);
    if (args.some(isNull)) return nullResult(call.span);
    if (width.constant?.kind === 'integer' && width.constant.value < 0n) throw typeError(`The width that ${call.name} fills must not be negative.`, width.span);
    if (inBytes && filler?.constant?.kind === 'text' && !knownAscii(filler)) throw unsupported(`${call.name} fills with ASCII characters only: use ${call.name}UTF8.`, filler.span);
    const fill = filler === undefined || (filler.constant?.kind === 'text' && filler.constant.value === '') ? duckString(' ') : filler.constant ? plainSql(filler) : duck`coalesce(nullif(${plainSql(filler)}, ''), ' ')`;
    const count = wholeSql(width);
    const filled = (value: DuckSql, characters: DuckSql) => (side === 'left' ? duck`lpad(${value}, CAST(${characters} AS INTEGER), ${fill})` : duck`rpad(${value}, CAST(${characters} AS INTEGER), ${fill})`);
    const padded = once(call, plainSql(text), (value) => {
      if (!inBytes || knownAscii(text)) return filled(value, count);
      return duck`CASE WHEN strlen(${value}) = length(${value}) THEN ${filled(value, count)} WHEN strlen(${value}) >= ${count} THEN sandpiper_text(encode(${value})[1:${count}]) ELSE ${filled(value, duck`${count} - strlen(${value}) + length(${value})`)} END`;
    });
    const sql = width.constant ? padded : duck`CASE WHEN ${count} < 0 THEN error('The width to fill must not be negative.') ELSE ${padded} END`;
    return result(call, args, STRING, present(args, sql));
  };
}

function trim(side: 'both' | 'left' | 'right') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, characters] = [at(args, 0), args[1]];
    need(call, text, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const set = characters ? duckString(constantText(call, characters, 'the characters to trim')) : duckString(' ');
    const value = plainSql(text);
    const sql = side === 'both' ? duck`trim(${value}, ${set})` : side === 'left' ? duck`ltrim(${value}, ${set})` : duck`rtrim(${value}, ${set})`;
    return result(call, args, STRING, sql);
  };
}

function translate(inBytes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, from, to] = [at(args, 0), at(args, 1), at(args, 2)];
    args.forEach((arg, index) => need(call, arg, 'text', index));
    if (args.some(isNull)) return nullResult(call.span);
    const [before, after] = [constantText(call, from, 'the characters to replace'), constantText(call, to, 'their replacements')];
    if (inBytes && !(knownAscii(from) && knownAscii(to))) throw typeError(`${call.name} takes ASCII characters: use translateUTF8.`, from.span);
    if ([...before].length < [...after].length) throw typeError(`${call.name} takes at least as many characters to replace as replacements.`, to.span);
    return result(call, [text], STRING, duck`translate(${plainSql(text)}, ${duckString(before)}, ${duckString(after)})`);
  };
}

function repeat(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, count] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  need(call, count, 'integer', 1);
  return result(call, args, STRING, duck`repeat(${plainSql(text)}, ${wholeSql(count)})`);
}

const INITIALS = duckString('[A-Za-z0-9]+|[^A-Za-z0-9]+');
const INITIALS_UTF8 = duckString('[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+');

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const TEXT_CASE: readonly FunctionDefinition[] = [
  define(describe('lower', 'lower(text)', 'ASCII letters in lower case.', { caseInsensitive: true, caseInsensitiveAliases: ['lcase'] }), 1, 1, asciiCase((text) => duck`sandpiper_lower(${text})`, (text) => duck`lower(${text})`)),
  define(describe('upper', 'upper(text)', 'ASCII letters in upper case.', { caseInsensitive: true, caseInsensitiveAliases: ['ucase'] }), 1, 1, asciiCase((text) => duck`sandpiper_upper(${text})`, (text) => duck`upper(${text})`)),
  rule(describe('lowerUTF8', 'lowerUTF8(text)', 'All letters in lower case.'), ['text'], STRING, (text) => duck`lower(${text})`),
  rule(describe('upperUTF8', 'upperUTF8(text)', 'All letters in upper case.'), ['text'], STRING, (text) => duck`upper(replace(${text}, 'ß', 'SS'))`),
  rule(describe('caseFoldUTF8', 'caseFoldUTF8(text)', 'A form of the text to compare in any case.'), ['text'], STRING, (text) => duck`replace(lower(${text}), 'ß', 'ss')`),
  rule(describe('initcap', 'initcap(text)', 'Each word with a capital letter, the rest in lower case.', { caseInsensitive: true }), ['text'], STRING, (text) =>
    duck`array_to_string(list_transform(regexp_extract_all(${text}, ${INITIALS}), lambda word: sandpiper_upper(word[1]) || sandpiper_lower(word[2:])), '')`),
  rule(describe('initcapUTF8', 'initcapUTF8(text)', 'Each word with a capital letter, the rest in lower case.'), ['text'], STRING, (text) =>
    duck`array_to_string(list_transform(regexp_extract_all(${text}, ${INITIALS_UTF8}), lambda word: upper(word[1]) || lower(word[2:])), '')`),
  define(describe('reverse', 'reverse(text or array)', 'The bytes of a text or the elements of an array backwards.', { caseInsensitive: true }), 1, 1, reverse),
  rule(describe('reverseUTF8', 'reverseUTF8(text)', 'The characters of a text backwards.'), ['text'], STRING, (text) => duck`array_to_string(list_reverse(regexp_extract_all(${text}, '(?s).')), '')`),
  define(describe('leftPad', 'leftPad(text, length[, filler])', 'The text filled at its left to a length in bytes.', { caseInsensitiveAliases: ['lpad'] }), 2, 3, pad('left', true)),
  define(describe('rightPad', 'rightPad(text, length[, filler])', 'The text filled at its right to a length in bytes.', { caseInsensitiveAliases: ['rpad'] }), 2, 3, pad('right', true)),
  define(describe('leftPadUTF8', 'leftPadUTF8(text, length[, filler])', 'The text filled at its left to a length in characters.'), 2, 3, pad('left', false)),
  define(describe('rightPadUTF8', 'rightPadUTF8(text, length[, filler])', 'The text filled at its right to a length in characters.'), 2, 3, pad('right', false)),
  define(describe('trimBoth', 'trimBoth(text[, characters])', 'The text without spaces, or these characters, at both ends.', { caseInsensitiveAliases: ['trim'] }), 1, 2, trim('both')),
  define(describe('trimLeft', 'trimLeft(text[, characters])', 'The text without spaces, or these characters, at its start.', { caseInsensitiveAliases: ['ltrim'] }), 1, 2, trim('left')),
  define(describe('trimRight', 'trimRight(text[, characters])', 'The text without spaces, or these characters, at its end.', { caseInsensitiveAliases: ['rtrim'] }), 1, 2, trim('right')),
  define(describe('repeat', 'repeat(text, count)', 'The text so many times.', { caseInsensitive: true }), 2, 2, repeat),
  define(describe('space', 'space(count)', 'So many spaces.', { caseInsensitive: true }), 1, 1, (args, call) => {
    need(call, at(args, 0), 'integer');
    return result(call, args, STRING, duck`repeat(' ', ${wholeSql(at(args, 0))})`);
  }),
  define(describe('translate', 'translate(text, from, to)', 'Replaces single ASCII characters.'), 3, 3, translate(true)),
  define(describe('translateUTF8', 'translateUTF8(text, from, to)', 'Replaces single characters.'), 3, 3, translate(false)),
  rule(describe('removeDiacriticsUTF8', 'removeDiacriticsUTF8(text)', 'Letters without their accents.', { aliases: ['removeAccentsUTF8'] }), ['text'], STRING, (text) => duck`strip_accents(${text})`),
  define(describe('appendTrailingCharIfAbsent', 'appendTrailingCharIfAbsent(text, character)', 'The text, ending in this character; an empty text stays empty.'), 2, 2, (args, call) => {
    const [text, character] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const last = constantText(call, character, 'the character');
    if (last.length !== 1) throw typeError(`${call.name} takes one character.`, character.span);
    return result(call, args, STRING, once(call, plainSql(text), (value) => duck`CASE WHEN ${value} = '' OR suffix(${value}, ${duckString(last)}) THEN ${value} ELSE ${value} || ${duckString(last)} END`));
  }),
  rule(describe('firstLine', 'firstLine(text)', 'The text up to its first line break.'), ['text'], STRING, (text) => duck`regexp_replace(${text}, '(?s)(\r\n|\r|\n).*', '')`),
  rule(describe('basename', 'basename(path)', 'What follows the last slash or backslash.'), ['text'], STRING, (text) => duck`regexp_extract(${text}, ${duckString('[^/\\\\]*$')})`),
];


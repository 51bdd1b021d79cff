/** Functions that bring texts to another form (normal forms, character sets, bases, marks of XML and HTML) and cut them into sparse n-grams. */
import { bound, type Bound } from '../bound.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import { DECODE_HTML, DECODE_XML, HTML_TEXT } from '../computed/markup.ts';
import { SPARSE_GRAM_HASHES, SPARSE_GRAMS } from '../computed/sparse-gram.ts';
import { BYTES_ENTROPY, COMPARE_PIECES, CONVERT_BASE, CONVERT_CHARSET, NORMALIZE } from '../computed/text-form.ts';
import { duck, duckInteger, duckString, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, FLOAT64, INT8, isNullable, STRING, UINT32, UINT64, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, result, typeError, unsupported, type OtherNames } from './arguments.ts';
import { bytesSql, present, textOf, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

function ofText(type: ClickHouseType, sql: (text: Bound) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    return result(call, args, type, present(args, sql(at(args, 0))));
  };
}

/** -1, 0 or 1 as a piece of one text comes before, is equal to or comes after a piece of another, byte by byte. */
function compareSubstrings(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, index < 2 ? 'text' : 'integer', index));
  if (args.some(isNull)) return nullResult(call.span);
  const numbers = args.slice(2).map((arg) => duckInteger(constantInteger(call, arg, 'an offset or a number of bytes')));
  return result(call, args, INT8, present(args, duck`CAST(${callComputed(COMPARE_PIECES, bytesSql(at(args, 0)), bytesSql(at(args, 1)), ...numbers)} AS TINYINT)`));
}

function conv(args: readonly Bound[], call: FunctionCall): Bound {
  const [value, from, to] = [at(args, 0), at(args, 1), at(args, 2)];
  if (args.some(isNull)) return nullResult(call.span);
  for (const base of [from, to]) {
    need(call, base, 'integer');
    const number = base.constant?.kind === 'integer' ? base.constant.value : 10n;
    if (number < 2n || number > 36n) throw typeError('conv takes bases from 2 to 36.', base.span);
  }
  return result(call, args, STRING, present(args, callComputed(CONVERT_BASE, textOf(value, call), duck`CAST(${wholeSql(from)} AS INTEGER)`, duck`CAST(${wholeSql(to)} AS INTEGER)`)));
}

function convertCharset(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, from, to] = [at(args, 0), at(args, 1), at(args, 2)];
  need(call, text, 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const names = [from, to].map((name) => duckString(constantText(call, name, 'the name of a character set')));
  return result(call, [text], STRING, present([text], callComputed(CONVERT_CHARSET, bytesSql(text), ...names)), 'bytes');
}

/** Where a regular expression matches, in bytes from 1; 0 where it does not. */
function regexpPosition(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, pattern, start, occurrence, behind, flags, group] = args;
  if (!text || !pattern) throw typeError('regexpPosition takes a text and a regular expression.', call.span);
  need(call, text, 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const number = (value: Bound | undefined, otherwise: number, what: string) => (value ? Number(constantInteger(call, value, what)) : otherwise);
  const letters = flags ? constantText(call, flags, 'the flags') : '';
  const written = constantText(call, pattern, 'the regular expression');
  const [from, which] = [number(start, 1, 'the position'), number(occurrence, 1, 'the occurrence')];
  if (from < 1 || which < 1) throw typeError('regexpPosition counts positions and occurrences from 1.', call.span);
  if (group && number(group, 0, 'the group') !== 0) throw unsupported('regexpPosition does not give the position of a group here: search for what the group matches.', group.span);
  if (from > 1 && /\^|\\[bBA]/.test(written)) throw unsupported('regexpPosition does not search for the beginning of texts or words from a later position here.', start?.span ?? call.span);
  const options = `(?s${letters.includes('i') ? 'i' : ''}${/[mn]/.test(letters) ? 'm' : ''})`;
  const skipped = which > 1 ? `(?:.*?(?:${written})){${which - 1}}` : '';
  const whole = from === 1 ? text : call.context.call('substring', [text, start ?? text], call.span);
  const lines = /[mn]/.test(letters) ? '\\A' : '^';
  const expression = duckString(`${options}${lines}((?:${skipped}.*?))(${written})`);
  const part = (index: number) => duck`strlen(regexp_extract(${plainSql(whole)}, ${expression}, ${duckInteger(index)}))`;
  const before = duckInteger(from);
  const ended = which > 1 ? duck`strlen(regexp_extract(${plainSql(whole)}, ${expression}, 0))` : duck`(${part(1)} + ${part(2)})`;
  const place = number(behind, 0, 'the return option') === 1 ? ended : part(1);
  const sql = duck`CAST(CASE WHEN regexp_matches(${plainSql(whole)}, ${expression}) THEN ${place} + ${before} ELSE 0 END AS UBIGINT)`;
  return result(call, [text], UINT64, present([text], sql));
}

function sparseGrams(computed: ComputedFunction, element: ClickHouseType, byCharacters: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text', 0);
    const number = (index: number, otherwise: number) => {
      const value = args[index];
      return value ? Number(constantInteger(call, value, 'the lengths')) : otherwise;
    };
    const least = number(1, 3);
    const most = number(2, 100);
    const shortest = number(3, least);
    if (least < 3 || most < least || shortest < least || shortest > most) throw typeError(`${call.name} takes lengths of at least 3, first the least, then the greatest, then the shortest to give.`, call.span);
    if (isNull(at(args, 0))) return nullResult(call.span);
    const text = isNullable(at(args, 0).type) ? duck`coalesce(${bytesSql(at(args, 0))}, ''::BLOB)` : bytesSql(at(args, 0));
    const made = callComputed(computed, text, duckInteger(least), duckInteger(most), duckInteger(shortest), byCharacters ? DUCK_TRUE : DUCK_FALSE);
    return bound(array(element), element === UINT32 ? duck`CAST(${made} AS UINTEGER[])` : made, call.span);
  };
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const TEXT_FORM: readonly FunctionDefinition[] = [
  ...['NFC', 'NFD', 'NFKC', 'NFKD', 'NFKCCasefold'].map((form) =>
    define(describe(`normalizeUTF8${form}`, `normalizeUTF8${form}(text)`, `The text in Unicode's normal form ${form}.`), 1, 1, ofText(STRING, (text) => (form === 'NFC' ? duck`nfc_normalize(${plainSql(text)})` : callComputed(NORMALIZE, plainSql(text), duckString(form)))))),
  define(describe('decodeXMLComponent', 'decodeXMLComponent(text)', 'The text with the marks of XML read.'), 1, 1, ofText(STRING, (text) => callComputed(DECODE_XML, plainSql(text)))),
  define(describe('decodeHTMLComponent', 'decodeHTMLComponent(text)', 'The text with the marks of HTML read.'), 1, 1, ofText(STRING, (text) => callComputed(DECODE_HTML, plainSql(text)))),
  define(describe('extractTextFromHTML', 'extractTextFromHTML(html)', 'The text of HTML, without tags, scripts and comments.'), 1, 1, ofText(STRING, (text) => callComputed(HTML_TEXT, plainSql(text)))),
  define(describe('stringBytesEntropy', 'stringBytesEntropy(text)', "Shannon's entropy of the bytes of a text."), 1, 1, ofText(FLOAT64, (text) => callComputed(BYTES_ENTROPY, bytesSql(text)))),
  define(describe('compareSubstrings', 'compareSubstrings(a, b, offset, offset, bytes)', 'Compares a piece of one text with a piece of another: -1, 0 or 1.'), 5, 5, compareSubstrings),
  define(describe('conv', 'conv(number, base, base)', 'A whole number in another base.'), 3, 3, conv),
  define(describe('convertCharset', "convertCharset(text, 'from', 'to')", 'The bytes of a text in another character set.'), 3, 3, convertCharset),
  define(describe('regexpPosition', "regexpPosition(text, 'expression'[, position, occurrence, option, 'flags'])", 'Where a regular expression matches, or 0.', { caseInsensitiveAliases: ['regexp_instr', 'regexpInstr'] }), 2, 7, regexpPosition),
  ...([['', false], ['UTF8', true]] as const).flatMap(([suffix, byCharacters]) => [
    define(describe(`sparseGrams${suffix}`, `sparseGrams${suffix}(text[, least, most, shortest])`, 'Pieces of the text whose ends stand out.'), 1, 4, sparseGrams(SPARSE_GRAMS, STRING, byCharacters)),
    define(describe(`sparseGramsHashes${suffix}`, `sparseGramsHashes${suffix}(text[, least, most, shortest])`, 'The hashes of the pieces of the text whose ends stand out.'), 1, 4, sparseGrams(SPARSE_GRAM_HASHES, UINT32, byCharacters)),
  ]),
];

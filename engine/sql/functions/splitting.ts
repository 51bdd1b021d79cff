/** Functions that cut a text into an array of texts, and the one that joins them again. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, STRING } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, result, typeError } from './arguments.ts';
import { textOf, textOrEmpty } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType } from './list-argument.ts';
import { WORDS } from './tokens.ts';

/** The first so many pieces, where a third argument limits them. */
function limited(call: FunctionCall, list: DuckSql, limit: Bound | undefined): Bound {
  if (!limit || isNull(limit)) return bound(array(STRING), list, call.span);
  need(call, limit, 'integer');
  const most = constantInteger(call, limit, 'the most pieces');
  return bound(array(STRING), most <= 0n ? list : duck`(${list})[1:${duckInteger(most)}]`, call.span);
}

function splitByChar(args: readonly Bound[], call: FunctionCall): Bound {
  const [separator, text, limit] = [at(args, 0), at(args, 1), args[2]];
  const mark = constantText(call, separator, 'the separator');
  if (mark.length !== 1) throw typeError('splitByChar takes one character as its separator: use splitByString for longer ones.', separator.span);
  need(call, text, 'text', 1);
  return limited(call, duck`string_split(${textOrEmpty(text)}, ${duckString(mark)})`, limit);
}

function splitByString(args: readonly Bound[], call: FunctionCall): Bound {
  const [separator, text, limit] = [at(args, 0), at(args, 1), args[2]];
  const mark = constantText(call, separator, 'the separator');
  need(call, text, 'text', 1);
  const value = textOrEmpty(text);
  return limited(call, mark === '' ? characters(value) : duck`string_split(${value}, ${duckString(mark)})`, limit);
}

function splitByRegexp(args: readonly Bound[], call: FunctionCall): Bound {
  const [pattern, text, limit] = [at(args, 0), at(args, 1), args[2]];
  const expression = constantText(call, pattern, 'the regular expression');
  need(call, text, 'text', 1);
  const value = textOrEmpty(text);
  return limited(call, expression === '' ? characters(value) : duck`regexp_split_to_array(${value}, ${duckString(expression)}, 's')`, limit);
}

function characters(text: DuckSql): DuckSql {
  return duck`regexp_extract_all(${text}, '(?s).')`;
}

/** Pieces that match an expression. */
function pieces(expression: string) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const text = at(args, 0);
    need(call, text, 'text', 0);
    return limited(call, duck`regexp_extract_all(${textOrEmpty(text)}, ${duckString(expression)})`, args[1]);
  };
}

function arrayStringConcat(args: readonly Bound[], call: FunctionCall): Bound {
  const [list, separator] = [at(args, 0), args[1]];
  const element = elementType(call, list);
  const mark = separator ? duckString(constantText(call, separator, 'the separator')) : duckString('');
  const item = duck`element`;
  const text = textOf(bound(element, item, list.span), call);
  const texts = text.text === item.text ? plainSql(list) : duck`list_transform(${plainSql(list)}, lambda element: ${text})`;
  return result(call, [list], STRING, duck`coalesce(array_to_string(${texts}, ${mark}), '')`);
}

function reverseBySeparator(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, separator] = [at(args, 0), args[1]];
  need(call, text, 'text', 0);
  const mark = duckString(separator ? constantText(call, separator, 'the separator') : '.');
  return result(call, [text], STRING, duck`array_to_string(list_reverse(string_split(${plainSql(text)}, ${mark})), ${mark})`);
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'splitting' as const, ...extra });

export const SPLITTING: readonly FunctionDefinition[] = [
  define(describe('splitByChar', "splitByChar('separator', text[, most])", 'The pieces between single characters.'), 2, 3, splitByChar),
  define(describe('splitByString', "splitByString('separator', text[, most])", 'The pieces between separators; single characters for an empty one.'), 2, 3, splitByString),
  define(describe('splitByRegexp', "splitByRegexp('expression', text[, most])", 'The pieces between matches of a regular expression.'), 2, 3, splitByRegexp),
  define(describe('splitByWhitespace', 'splitByWhitespace(text[, most])', 'The pieces between white space.'), 1, 2, pieces('[^ \\t\\n\\v\\f\\r]+')),
  define(describe('splitByNonAlpha', 'splitByNonAlpha(text[, most])', 'The pieces between white space and punctuation.'), 1, 2, pieces(WORDS)),
  define(describe('alphaTokens', 'alphaTokens(text[, most])', 'The runs of ASCII letters.', { aliases: ['splitByAlpha'] }), 1, 2, pieces('[A-Za-z]+')),
  define(describe('arrayStringConcat', "arrayStringConcat(array[, 'separator'])", 'The elements as one text, without NULL.', { caseInsensitiveAliases: ['array_to_string'] }), 1, 2, arrayStringConcat),
  define(describe('reverseBySeparator', "reverseBySeparator(text[, 'separator'])", 'The pieces between separators in reverse order.'), 1, 2, reverseBySeparator),
];

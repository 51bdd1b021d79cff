/** Functions on the words of texts: tokens and its tokenizers, hasAnyTokens, hasAllTokens, hasPhrase, highlight, n-grams with edges. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { EDGED_NGRAMS, HIGHLIGHT, LIKE_TOKENS } from '../computed/token.ts';
import { duck, duckInteger, duckName, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, isNullable, STRING, UINT64, withoutLowCardinality } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, once, result, typeError, unsupported, withConstant } from './arguments.ts';
import { bytesSql, condition, present, textOrEmpty } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { literalPattern } from './pattern.ts';

export const WORDS = '[A-Za-z0-9\\x{80}-\\x{10FFFF}]+';

/** How a text becomes tokens. */
interface Tokenizer {
  readonly kind: 'words' | 'whole' | 'ngrams' | 'strings' | 'sparse';
  readonly numbers: readonly number[];
  readonly separators: readonly string[];
}

function tokenizer(call: FunctionCall, name: string, details: readonly Bound[], at: Bound): Tokenizer {
  const numbers = (otherwise: readonly number[]) => (details.length === 0 ? otherwise : details.map((detail) => Number(constantInteger(call, detail, 'a number of the tokenizer'))));
  switch (name) {
    case 'splitByNonAlpha':
    case 'default':
      return { kind: 'words', numbers: [], separators: [] };
    case 'array':
    case 'noop':
      return { kind: 'whole', numbers: [], separators: [] };
    case 'ngrams':
    case 'ngram':
      return { kind: 'ngrams', numbers: numbers([3]), separators: [] };
    case 'sparseGrams':
    case 'sparse_grams':
      return { kind: 'sparse', numbers: numbers([]), separators: [] };
    case 'splitByString':
    case 'split': {
      const given = details[0]?.constant;
      if (details[0] && given?.kind !== 'array') throw typeError(`${call.name} takes a constant array of separators.`, details[0].span);
      const texts = given?.kind === 'array' ? given.items.map((item) => (item.kind === 'text' ? item.value : '')) : [' '];
      if (texts.some((text) => text === '')) throw typeError(`${call.name} takes separators that are not empty.`, (details[0] ?? at).span);
      return { kind: 'strings', numbers: [], separators: texts };
    }
    default:
      throw unsupported(`${call.name} knows the tokenizers splitByNonAlpha, splitByString, ngrams, sparseGrams and array here, not ${name}.`, at.span);
  }
}

/** 'ngrams(3)' and "splitByString([', '])", as the third argument of hasAnyTokens. */
function writtenTokenizer(call: FunctionCall, value: Bound | undefined, otherwise: Bound): Tokenizer {
  if (!value) return tokenizer(call, 'splitByNonAlpha', [], otherwise);
  const text = constantText(call, value, 'the tokenizer');
  const match = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(text);
  if (!match?.[1]) throw typeError(`${call.name} does not read the tokenizer ${text}.`, value.span);
  const details = match[2]?.trim() ?? '';
  const number = (digits: string): Bound => withConstant(bound(UINT64, duckInteger(BigInt(digits)), value.span), { kind: 'integer', value: BigInt(digits) });
  if (details === '') return tokenizer(call, match[1], [], value);
  if (/^\d+(\s*,\s*\d+)*$/.test(details)) return tokenizer(call, match[1], details.split(',').map((digits) => number(digits.trim())), value);
  const texts = [...details.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((found) => (found[1] ?? '').replace(/\\(.)/g, '$1'));
  return tokenizer(call, match[1], [withConstant(bound(array(STRING), duckString(''), value.span), { kind: 'array', items: texts.map((item) => ({ kind: 'text', value: item })) })], value);
}

/** The tokens of a text that is not NULL. */
function tokensSql(call: FunctionCall, text: DuckSql, how: Tokenizer, at: Bound): DuckSql {
  switch (how.kind) {
    case 'words':
      return duck`regexp_extract_all(${text}, ${duckString(WORDS)})`;
    case 'whole':
      return once(call, text, (value) => duck`CASE WHEN ${value} = '' THEN CAST([] AS VARCHAR[]) ELSE [${value}] END`);
    case 'ngrams':
      return ngramsSql(call, text, how.numbers[0] ?? 3);
    case 'strings':
      return duck`list_filter(regexp_split_to_array(${text}, ${duckString(how.separators.map(literalPattern).join('|'))}), lambda token: token <> '')`;
    case 'sparse': {
      const numbers = how.numbers.map((number) => withConstant(bound(UINT64, duckInteger(number), at.span), { kind: 'integer', value: BigInt(number) }));
      return call.context.call('sparseGrams', [bound(STRING, text, at.span), ...numbers], call.span).sql;
    }
    default:
      return how.kind satisfies never;
  }
}

function ngramsSql(call: FunctionCall, text: DuckSql, size: number): DuckSql {
  const length = duckInteger(size);
  return once(call, text, (value) => duck`list_transform(range(1, length(${value}) - ${length} + 2), lambda i: substring(${value}, i, ${length}))`);
}

/** The tokens of a text, or of all texts of an array. */
function tokensOf(call: FunctionCall, value: Bound, how: Tokenizer): DuckSql {
  const type = bare(value.type);
  if (type.kind !== 'Array') {
    need(call, value, 'text', 0);
    return tokensSql(call, textOrEmpty(value), how, value);
  }
  const name = duckName(call.context.freshName());
  const element = bound(withoutLowCardinality(type.of), name, value.span);
  need(call, element, 'text', 0);
  return duck`flatten(list_transform(${plainSql(value)}, lambda ${name}: ${tokensSql(call, textOrEmpty(element), how, value)}))`;
}

function tokens(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, name, ...details] = args;
  if (!text) throw typeError('tokens takes a text.', call.span);
  need(call, text, 'text', 0);
  return bound(array(STRING), tokensSql(call, textOrEmpty(text), tokenizer(call, name ? constantText(call, name, 'the tokenizer') : 'splitByNonAlpha', details, text), text), call.span);
}

function hasTokens(which: 'any' | 'all') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, wanted] = [at(args, 0), at(args, 1)];
    if (isNull(text)) return nullResult(call.span);
    const how = writtenTokenizer(call, args[2], text);
    const words = bare(wanted.type).kind === 'Array' ? plainSql(wanted) : tokensOf(call, wanted, how);
    const all = tokensOf(call, text, how);
    const sql = which === 'any' ? duck`list_has_any(${all}, ${words})` : once(call, words, (list) => duck`(len(${list}) > 0 AND list_has_all(${all}, ${list}))`);
    return condition(call, [text], present([text], sql));
  };
}

/** The unit separator, which stands between tokens that are compared as one text. */
const BETWEEN = duck`chr(31)`;

function hasPhrase(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, phrase] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  constantText(call, phrase, 'the phrase');
  if (isNull(text)) return nullResult(call.span);
  const how = writtenTokenizer(call, args[2], text);
  const line = (value: Bound) => duck`(${BETWEEN} || array_to_string(${tokensOf(call, value, how)}, ${BETWEEN}) || ${BETWEEN})`;
  return condition(call, [text], present([text], duck`(len(${tokensOf(call, phrase, how)}) > 0 AND contains(${line(text)}, ${line(phrase)}))`));
}

function likeTokens(args: readonly Bound[], call: FunctionCall): Bound {
  const [pattern, name, ...details] = args;
  if (!pattern) throw typeError('tokensForLikePattern takes a pattern.', call.span);
  need(call, pattern, 'text', 0);
  const how = tokenizer(call, name ? constantText(call, name, 'the tokenizer') : 'splitByNonAlpha', details, pattern);
  if (how.kind !== 'words') throw unsupported('tokensForLikePattern knows the tokenizer splitByNonAlpha here.', (name ?? pattern).span);
  return bound(array(STRING), callComputed(LIKE_TOKENS, textOrEmpty(pattern)), call.span);
}

function edgedNgrams(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, size, mode, start, end] = args;
  if (!text || !size || !mode) throw typeError('naiveBayesNgrams takes a text, a length and a mode.', call.span);
  need(call, text, 'text', 0);
  const length = constantInteger(call, size, 'the length');
  const kind = constantText(call, mode, 'the mode');
  if (length < 1n || length > 1024n) throw typeError('naiveBayesNgrams takes lengths from 1 to 1024.', size.span);
  if (!['byte', 'codepoint', 'token'].includes(kind)) throw typeError("naiveBayesNgrams takes the modes 'byte', 'codepoint' and 'token'.", mode.span);
  const edge = (value: Bound | undefined) => {
    const written = value ? constantText(call, value, 'a token of the edge') : '';
    if (value && kind !== 'token' && written !== '' && !/^(0x[0-9a-f]+|\d+)$/i.test(written)) throw typeError(`naiveBayesNgrams takes the edges of ${kind}s as numbers.`, value.span);
    return duckString(written);
  };
  const bytes = isNullable(text.type) ? duck`encode(${textOrEmpty(text)})` : bytesSql(text);
  return bound(array(STRING), callComputed(EDGED_NGRAMS, bytes, duckInteger(length), duckString(kind), edge(start), edge(end)), call.span);
}

function highlight(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, words, open, close] = args;
  if (!text || !words || (open && !close)) throw typeError('highlight takes a text, an array of words, and no tags or two.', call.span);
  need(call, text, 'text', 0);
  need(call, words, 'array', 1);
  if (isNull(text)) return nullResult(call.span);
  const tag = (value: Bound | undefined, otherwise: string) => duckString(value ? constantText(call, value, 'a tag') : otherwise);
  return result(call, [text], STRING, present([text], callComputed(HIGHLIGHT, plainSql(text), plainSql(words), tag(open, '<em>'), tag(close, '</em>'))));
}

const describe = (category: 'splitting' | 'string search') => (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[] } = {}) => ({ name, signature, help, category, ...extra });
const splitting = describe('splitting');
const search = describe('string search');

export const TOKENS: readonly FunctionDefinition[] = [
  define(splitting('tokens', "tokens(text[, 'tokenizer', …])", 'The words of a text, or what another tokenizer cuts it into.'), 1, 5, tokens),
  define(splitting('ngrams', 'ngrams(text, length)', 'All pieces of so many characters.'), 2, 2, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return bound(array(STRING), ngramsSql(call, textOrEmpty(at(args, 0)), Number(constantInteger(call, at(args, 1), 'the length'))), call.span);
  }),
  define(splitting('tokensForLikePattern', 'tokensForLikePattern(pattern)', 'The whole words in a LIKE pattern.'), 1, 5, likeTokens),
  define(splitting('naiveBayesNgrams', "naiveBayesNgrams(text, length, 'byte' or 'codepoint' or 'token'[, start, end])", 'All runs of so many bytes, characters or words, with edges.'), 3, 5, edgedNgrams),
  define(search('hasAnyTokens', "hasAnyTokens(text, words[, 'tokenizer'])", '1 when any of the words is in the text.', { aliases: ['hasAnyToken'] }), 2, 3, hasTokens('any')),
  define(search('hasAllTokens', "hasAllTokens(text, words[, 'tokenizer'])", '1 when all words are in the text.', { aliases: ['hasAllToken'] }), 2, 3, hasTokens('all')),
  define({ ...search('hasPhrase', "hasPhrase(text, 'phrase'[, 'tokenizer'])", '1 when the words of the phrase stand one after the other in the text.'), aliases: ['matchPhrase'] }, 2, 3, hasPhrase),
  define(search('highlight', "highlight(text, ['word', …][, open, close])", 'The text with tags around the words.'), 2, 4, highlight),
];

/**
 * Functions that look for texts in texts: position, countSubstrings, the multiSearch family, tokens, subsequences.
 * Positions count from 1, in bytes unless named UTF8; 0 means not found.
 */
import { bound, type Bound } from '../bound.ts';
import { duck, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, UINT64, UINT8, nullable } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { condition, present, textOrEmpty, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { literalPattern } from './pattern.ts';

interface Manner {
  readonly fold: boolean;
  readonly inBytes: boolean;
}

/** Folding: ASCII letters, or all letters for the UTF8 twins. */
function folded(text: DuckSql, { fold, inBytes }: Manner): DuckSql {
  if (!fold) return text;
  return inBytes ? duck`sandpiper_lower(${text})` : duck`lower(${text})`;
}

function foldedNeedle(needle: Bound, manner: Manner): DuckSql {
  if (manner.fold && needle.constant?.kind === 'text') {
    const text = needle.constant.value;
    return duckString(manner.inBytes ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase());
  }
  return folded(plainSql(needle), manner);
}

/** The position of a needle in a text that needs no folding any more, as BIGINT. */
function positionSql(haystack: DuckSql, needle: DuckSql, manner: Manner): DuckSql {
  if (!manner.inBytes) return duck`strpos(${haystack}, ${needle})`;
  return duck`CASE WHEN strlen(${haystack}) = length(${haystack}) THEN strpos(${haystack}, ${needle}) WHEN contains(${haystack}, ${needle}) THEN strlen(substring(${haystack}, 1, strpos(${haystack}, ${needle}) - 1)) + 1 ELSE 0 END`;
}

function position(manner: Manner, needleFirst: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [haystack, needle, start] = needleFirst ? [at(args, 1), at(args, 0), args[2]] : [at(args, 0), at(args, 1), args[2]];
    need(call, haystack, 'text', needleFirst ? 1 : 0);
    need(call, needle, 'text', needleFirst ? 0 : 1);
    if (start) need(call, start, 'integer', 2);
    if (args.some(isNull)) return nullResult(call.span);
    const wanted = foldedNeedle(needle, manner);
    const found = once(call, folded(plainSql(haystack), manner), (text) => {
      if (!start) return positionSql(text, wanted, manner);
      const from = duck`greatest(${wholeSql(start)}, 1)`;
      const size = manner.inBytes ? duck`strlen(${text})` : duck`length(${text})`;
      // The text before the start is cut off; for bytes, the characters that begin before it.
      const cut = manner.inBytes
        ? duck`CASE WHEN strlen(${text}) = length(${text}) THEN substring(${text}, ${from}) ELSE sandpiper_after_byte(${text}, ${from}) END`
        : duck`substring(${text}, ${from})`;
      return duck`CASE WHEN ${from} > ${size} + 1 THEN 0 ELSE ${once(call, cut, (rest) => duck`CASE WHEN contains(${rest}, ${wanted}) THEN ${positionSql(rest, wanted, manner)} + ${size} - ${manner.inBytes ? duck`strlen(${rest})` : duck`length(${rest})`} ELSE 0 END`)} END`;
    });
    return result(call, args, UINT64, duck`CAST(${present(args, found)} AS UBIGINT)`);
  };
}

function countSubstrings(manner: Manner) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [haystack, needle, start] = [at(args, 0), at(args, 1), args[2]];
    need(call, haystack, 'text', 0);
    need(call, needle, 'text', 1);
    if (args.some(isNull)) return nullResult(call.span);
    const from = start ? call.context.call(manner.inBytes ? 'substring' : 'substringUTF8', [haystack, call.context.call('greatest', [start, one(start)], call.span)], call.span) : haystack;
    const wanted = foldedNeedle(needle, manner);
    const count = once(call, folded(plainSql(from), manner), (text) => duck`CASE WHEN ${wanted} = '' THEN 0 ELSE (strlen(${text}) - strlen(replace(${text}, ${wanted}, ''))) // strlen(${wanted}) END`);
    return result(call, args, UINT64, duck`CAST(${count} AS UBIGINT)`);
  };
}

function one(like: Bound): Bound {
  return { ...bound(bare(like.type), duck`1`, like.span), constant: { kind: 'integer', value: 1n } };
}

function needleList(args: readonly Bound[], call: FunctionCall): { readonly text: Bound; readonly needles: Bound } {
  const [text, needles] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  const type = bare(needles.type);
  if (type.kind !== 'Array' || !['String', 'Nothing'].includes(bare(type.of).kind)) throw typeError(`${call.name} takes an array of texts as its second argument.`, needles.span);
  return { text, needles };
}

type Answer = 'any' | 'firstIndex' | 'firstPosition' | 'allPositions';

function multiSearch(answer: Answer, manner: Manner) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { text, needles } = needleList(args, call);
    if (isNull(text)) return nullResult(call.span);
    const haystack = answer === 'allPositions' ? textOrEmpty(text) : plainSql(text);
    const wanted = folded(duck`needle`, manner);
    const made = once(call, folded(haystack, manner), (whole) => {
      const list = plainSql(needles);
      // In an empty text not even an empty part is found.
      const isIn = duck`(${whole} <> '' AND contains(${whole}, ${wanted}))`;
      switch (answer) {
        case 'any':
          return duck`(len(list_filter(${list}, lambda needle: ${isIn})) > 0)`;
        case 'firstIndex':
          return duck`CAST(coalesce(list_position(list_transform(${list}, lambda needle: ${isIn}), TRUE), 0) AS UBIGINT)`;
        case 'firstPosition':
          return duck`CAST(coalesce(list_min(list_filter(list_transform(${list}, lambda needle: CASE WHEN ${whole} = '' THEN 0 ELSE ${positionSql(whole, wanted, manner)} END), lambda place: place > 0)), 0) AS UBIGINT)`;
        case 'allPositions':
          return duck`CAST(list_transform(${list}, lambda needle: CASE WHEN ${whole} = '' THEN 0 ELSE ${positionSql(whole, wanted, manner)} END) AS UBIGINT[])`;
        default:
          return answer satisfies never;
      }
    });
    if (answer === 'allPositions') return bound(array(UINT64), made, call.span);
    return answer === 'any' ? condition(call, [text], present([text], made)) : result(call, [text], UINT64, present([text], made));
  };
}

/** A token: letters and digits of ASCII, and all characters beyond it. */
const SEPARATOR = '[^A-Za-z0-9\\x{80}-\\x{10FFFF}]';
const IS_TOKEN = /^[A-Za-z0-9\u0080-\u{10FFFF}]+$/u;

function hasToken(fold: boolean, orNull: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, token] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const word = constantText(call, token, 'the token');
    if (!IS_TOKEN.test(word)) {
      if (orNull) return bound(nullable(UINT8), duck`CAST(NULL AS UTINYINT)`, call.span);
      throw typeError(`${call.name} takes a token of letters and digits, without separators.`, token.span);
    }
    const pattern = duckString(`${fold ? '(?i)' : ''}(^|${SEPARATOR})${word}($|${SEPARATOR})`);
    const sql = duck`regexp_matches(${plainSql(text)}, ${pattern})`;
    return orNull ? bound(nullable(UINT8), sql, call.span, 'boolean') : condition(call, args, sql);
  };
}

function hasSubsequence(fold: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, needle] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const characters = [...constantText(call, needle, 'the subsequence')].map(literalPattern);
    const pattern = duckString(`(?s${fold ? 'i' : ''})${characters.join('.*')}`);
    return condition(call, args, duck`regexp_matches(${plainSql(text)}, ${pattern})`);
  };
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string search' as const, ...extra });

const MANNERS: readonly (readonly [string, string, Manner])[] = [
  ['', '', { fold: false, inBytes: true }],
  ['CaseInsensitive', ', in any case', { fold: true, inBytes: true }],
  ['UTF8', ', in characters', { fold: false, inBytes: false }],
  ['CaseInsensitiveUTF8', ', in any case, in characters', { fold: true, inBytes: false }],
];

export const TEXT_SEARCH: readonly FunctionDefinition[] = [
  ...MANNERS.flatMap(([suffix, words, manner]): readonly FunctionDefinition[] => [
    define(describe(`position${suffix}`, `position${suffix}(text, part[, start])`, `Where a part first is in a text${words}, or 0.`, suffix === '' ? { caseInsensitive: true } : suffix === 'CaseInsensitive' ? { caseInsensitiveAliases: ['instr'] } : {}), 2, 3, position(manner, false)),
    define(describe(`multiSearchAny${suffix}`, `multiSearchAny${suffix}(text, [part, …])`, `1 when any of the parts is in the text${words}.`), 2, 2, multiSearch('any', manner)),
    define(describe(`multiSearchFirstIndex${suffix}`, `multiSearchFirstIndex${suffix}(text, [part, …])`, `Which of the parts is in the text${words}: the first such index, or 0.`), 2, 2, multiSearch('firstIndex', manner)),
    define(describe(`multiSearchFirstPosition${suffix}`, `multiSearchFirstPosition${suffix}(text, [part, …])`, `The leftmost position of any of the parts${words}, or 0.`), 2, 2, multiSearch('firstPosition', manner)),
    define(describe(`multiSearchAllPositions${suffix}`, `multiSearchAllPositions${suffix}(text, [part, …])`, `The position of each of the parts${words}, or 0.`), 2, 2, multiSearch('allPositions', manner)),
  ]),
  define(describe('locate', 'locate(part, text[, start])', 'Where a part first is in a text, or 0.', { caseInsensitive: true }), 2, 3, position({ fold: false, inBytes: true }, true)),
  define(describe('countSubstrings', 'countSubstrings(text, part[, start])', 'How often a part is in a text, without overlaps.', { caseInsensitive: true }), 2, 3, countSubstrings({ fold: false, inBytes: true })),
  define(describe('countSubstringsCaseInsensitive', 'countSubstringsCaseInsensitive(text, part[, start])', 'How often a part is in a text, in any case.'), 2, 3, countSubstrings({ fold: true, inBytes: true })),
  define(describe('countSubstringsCaseInsensitiveUTF8', 'countSubstringsCaseInsensitiveUTF8(text, part[, start])', 'How often a part is in a text, in any case.'), 2, 3, countSubstrings({ fold: true, inBytes: false })),
  define(describe('hasToken', 'hasToken(text, token)', '1 when the token stands between separators in the text.'), 2, 2, hasToken(false, false)),
  define(describe('hasTokenOrNull', 'hasTokenOrNull(text, token)', 'The same; NULL when the token has separators in it.'), 2, 2, hasToken(false, true)),
  define(describe('hasTokenCaseInsensitive', 'hasTokenCaseInsensitive(text, token)', '1 when the token stands between separators in the text, in any case.', { caseInsensitive: true }), 2, 2, hasToken(true, false)),
  define(describe('hasTokenCaseInsensitiveOrNull', 'hasTokenCaseInsensitiveOrNull(text, token)', 'The same; NULL when the token has separators in it.', { caseInsensitive: true }), 2, 2, hasToken(true, true)),
  define(describe('hasSubsequence', 'hasSubsequence(text, part)', '1 when the characters of the part are in the text in this order.', { caseInsensitive: true }), 2, 2, hasSubsequence(false)),
  define(describe('hasSubsequenceUTF8', 'hasSubsequenceUTF8(text, part)', '1 when the characters of the part are in the text in this order.', { caseInsensitive: true }), 2, 2, hasSubsequence(false)),
  define(describe('hasSubsequenceCaseInsensitive', 'hasSubsequenceCaseInsensitive(text, part)', 'The same, in any case.', { caseInsensitive: true }), 2, 2, hasSubsequence(true)),
  define(describe('hasSubsequenceCaseInsensitiveUTF8', 'hasSubsequenceCaseInsensitiveUTF8(text, part)', 'The same, in any case.', { caseInsensitive: true }), 2, 2, hasSubsequence(true)),
];

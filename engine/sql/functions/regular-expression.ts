/** LIKE, and regular expressions (RE2 in both systems; a dot matches line breaks): match, extract, count, replace. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { FUZZY_END } from '../computed/token.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, isNullable, STRING, UINT64 } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, once, result, rule, typeError, unsupported } from './arguments.ts';
import { condition, present, textOrEmpty } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { groupCount, likeLiteral, likePattern, literalPattern } from './pattern.ts';

const DOT_ALL = duck`'s'`;

function like(fold: boolean, negated: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, written] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    need(call, written, 'text', 1);
    if (args.some(isNull)) return nullResult(call.span);
    const pattern = args[2] ? withBackslashes(call, written, constantText(call, args[2], 'the escape character')) : written;
    const answer = (sql: DuckSql) => condition(call, args, negated ? duck`(NOT ${sql})` : sql);
    const value = plainSql(text);
    if (pattern.constant?.kind !== 'text') {
      const read = duck`regexp_replace(${plainSql(pattern)}, ${duckString('(\\\\[%_\\\\])|\\\\')}, ${duckString('\\1')}, 'g')`;
      const escaped = duck`CASE WHEN contains(${plainSql(pattern)}, ${duckString('\\')}) THEN ${read} ELSE ${plainSql(pattern)} END`;
      return answer(fold ? duck`(${value} ILIKE ${escaped} ESCAPE ${duckString('\\')})` : duck`(${value} LIKE ${escaped} ESCAPE ${duckString('\\')})`);
    }
    const like = pattern.constant.value;
    if (/(^|[^\\])(\\\\)*\\$/.test(like)) throw typeError(`The pattern of ${call.name} ends in a single backslash.`, pattern.span);
    const literal = likeLiteral(like);
    if (literal !== undefined && !fold) return answer(duck`(${value} = ${duckString(literal)})`);
    if (!like.includes('\\')) return answer(fold ? duck`(${value} ILIKE ${duckString(like)})` : duck`(${value} LIKE ${duckString(like)})`);
    const escaped = duckString(likePattern(like));
    return answer(fold ? duck`(${value} ILIKE ${escaped} ESCAPE ${duckString('\\')})` : duck`(${value} LIKE ${escaped} ESCAPE ${duckString('\\')})`);
  };
}

/** A constant pattern with another escape character (LIKE … ESCAPE '#') as one with backslashes. */
function withBackslashes(call: FunctionCall, pattern: Bound, escape: string): Bound {
  if ([...escape].length !== 1) throw typeError('ESCAPE takes one character.', call.span);
  const text = constantText(call, pattern, 'the pattern before ESCAPE');
  if (escape === '\\') return pattern;
  let made = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === escape) {
      index += 1;
      const next = text[index] ?? '';
      made += '%_'.includes(next) && next !== '' ? `\\${next}` : next === '\\' ? '\\\\' : next;
    } else made += character === '\\' ? '\\\\' : character;
  }
  return { ...pattern, sql: duckString(made), constant: { kind: 'text', value: made } };
}

function match(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, pattern] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  need(call, pattern, 'text', 1);
  return condition(call, args, duck`regexp_matches(${args.some(isNull) ? duck`NULL` : plainSql(text)}, ${plainSql(pattern)}, ${DOT_ALL})`);
}

/** The first match: its first group where the pattern has groups. */
function extract(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, pattern] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const expression = constantText(call, pattern, 'the regular expression');
  const group = groupCount(expression) > 0 ? 1 : 0;
  return result(call, args, STRING, duck`regexp_extract(${plainSql(text)}, ${duckString(expression)}, ${duckInteger(group)}, ${DOT_ALL})`);
}

function extractAll(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, pattern] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  const expression = constantText(call, pattern, 'the regular expression');
  const group = groupCount(expression) > 0 ? 1 : 0;
  const all = duck`regexp_extract_all(${textOrEmpty(text)}, ${duckString(expression)}, ${duckInteger(group)}, ${DOT_ALL})`;
  return bound(array(STRING), matchesNothing(expression) ? duck`list_filter(${all}, lambda x: x <> '')` : all, call.span);
}

/** Whether the expression matches the empty text, as far as can be told: ClickHouse leaves empty matches out. */
function matchesNothing(expression: string): boolean {
  try {
    return new RegExp(expression.replaceAll('(?P<', '(?<'), 's').test('');
  } catch {
    return false; // An expression of RE2 that JavaScript does not read: taken as one that matches something.
  }
}

function groups(call: FunctionCall, args: readonly Bound[]): { readonly text: DuckSql; readonly expression: string; readonly count: number } {
  const [text, pattern] = [at(args, 0), at(args, 1)];
  need(call, text, 'text', 0);
  const expression = constantText(call, pattern, 'the regular expression');
  const count = groupCount(expression);
  if (count === 0) throw typeError(`The expression of ${call.name} has no groups: put brackets around the parts to take.`, pattern.span);
  return { text: textOrEmpty(text), expression, count };
}

function groupLists(text: DuckSql, expression: string, count: number): readonly DuckSql[] {
  return Array.from({ length: count }, (_, index) => duck`regexp_extract_all(${text}, ${duckString(expression)}, ${duckInteger(index + 1)}, ${DOT_ALL})`);
}

function extractAllGroups(direction: 'vertical' | 'horizontal') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { text, expression, count } = groups(call, args);
    const type = array(array(STRING));
    const sql = once(call, text, (value) => {
      const lists = groupLists(value, expression, count);
      if (direction === 'horizontal') return duck`[${lists}]`;
      return duck`list_transform(list_zip(${lists}), lambda z: [${lists.map((_, index) => duck`z[${duckInteger(index + 1)}]`)}])`;
    });
    return bound(type, sql, call.span);
  };
}

function extractGroups(args: readonly Bound[], call: FunctionCall): Bound {
  const { text, expression, count } = groups(call, args);
  const sql = once(call, text, (value) => {
    const parts = Array.from({ length: count }, (_, index) => duck`regexp_extract(${value}, ${duckString(expression)}, ${duckInteger(index + 1)}, ${DOT_ALL})`);
    return duck`CASE WHEN regexp_matches(${value}, ${duckString(expression)}, ${DOT_ALL}) THEN [${parts}] ELSE [] END`;
  });
  return bound(array(STRING), sql, call.span);
}

function regexpExtract(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, pattern, index] = [at(args, 0), at(args, 1), args[2]];
  need(call, text, 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const expression = constantText(call, pattern, 'the regular expression');
  const count = groupCount(expression);
  const group = index ? Number(constantInteger(call, index, 'the index of the group')) : count > 0 ? 1 : 0;
  if (group < 0 || group > count) throw typeError(`The expression has ${count} group${count === 1 ? '' : 's'}, so there is no group ${group}.`, (index ?? pattern).span);
  return result(call, args, STRING, duck`regexp_extract(${plainSql(text)}, ${duckString(expression)}, ${duckInteger(group)}, ${DOT_ALL})`);
}

function countMatches(fold: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, pattern] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const expression = duckString(`${fold ? '(?i)' : ''}${constantText(call, pattern, 'the regular expression')}`);
    return result(call, args, UINT64, duck`CAST(len(list_filter(regexp_extract_all(${plainSql(text)}, ${expression}, 0, ${DOT_ALL}), lambda x: x <> '')) AS UBIGINT)`);
  };
}

function patterns(call: FunctionCall, value: Bound): readonly string[] {
  if (value.constant?.kind !== 'array') throw typeError(`${call.name} takes a constant array of regular expressions.`, value.span);
  return value.constant.items.map((item) => {
    if (item.kind !== 'text') throw typeError(`${call.name} takes regular expressions as texts.`, value.span);
    return item.value;
  });
}

type MultiAnswer = 'any' | 'anyIndex' | 'allIndices';

/** The indices of expressions by where each first ends, as ClickHouse finds them; `ends` are -1 where there is no match. */
function byEnd(call: FunctionCall, ends: DuckSql): DuckSql {
  return once(call, ends, (list) => duck`list_transform(list_sort(list_filter(list_transform(${list}, lambda place, i: CASE WHEN place >= 0 THEN [place, i] END), lambda pair: pair IS NOT NULL)), lambda pair: CAST(pair[2] AS UBIGINT))`);
}

/** What to answer by whether each expression matches, and where it ends. */
function multiAnswer(call: FunctionCall, text: Bound, answer: MultiAnswer, count: number, held: (value: DuckSql) => readonly DuckSql[], ends: (value: DuckSql) => readonly DuckSql[]): Bound {
  const value = answer === 'allIndices' ? textOrEmpty(text) : plainSql(text);
  if (answer === 'any') return condition(call, [text], count === 0 ? duck`FALSE` : present([text], once(call, value, (whole) => duck`(${joined(held(whole), ' OR ')})`)));
  const none = duck`CAST([] AS UBIGINT[])`;
  const indices = count === 0 ? none : once(call, value, (whole) => byEnd(call, duck`[${ends(whole)}]`));
  if (answer === 'anyIndex') return result(call, [text], UINT64, present([text], duck`coalesce((${indices})[1], 0::UBIGINT)`));
  return bound(array(UINT64), isNullable(text.type) ? duck`CASE WHEN ${text.sql} IS NOT NULL THEN ${indices} ELSE ${none} END` : indices, call.span);
}

function multiMatch(answer: MultiAnswer) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, list] = [at(args, 0), at(args, 1)];
    need(call, text, 'text', 0);
    if (isNull(text)) return nullResult(call.span);
    if (answer === 'any' && list.constant?.kind !== 'array' && bare(list.type).kind === 'Array') {
      return condition(call, [text], present([text], duck`len(list_filter(${plainSql(list)}, lambda expression: regexp_matches(${plainSql(text)}, expression, ${DOT_ALL}))) > 0`));
    }
    const expressions = patterns(call, list);
    // (?U) makes the match end as early as it can; ends of the text are found last.
    const end = (whole: DuckSql, expression: string) => duck`CASE WHEN regexp_matches(${whole}, ${duckString(expression)}, ${DOT_ALL}) THEN strlen(regexp_extract(${whole}, ${duckString(`(?sU)^.*(?:${expression})`)})) + ${duckInteger(expression.endsWith('$') ? 1 : 0)} ELSE -1 END`;
    return multiAnswer(call, text, answer, expressions.length, (whole) => expressions.map((expression) => duck`regexp_matches(${whole}, ${duckString(expression)}, ${DOT_ALL})`), (whole) => expressions.map((expression) => end(whole, expression)));
  };
}

function multiFuzzyMatch(answer: MultiAnswer) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, distance, list] = [at(args, 0), at(args, 1), at(args, 2)];
    need(call, text, 'text', 0);
    if (isNull(text)) return nullResult(call.span);
    const most = constantInteger(call, distance, 'the distance');
    const words = patterns(call, list);
    for (const word of words) {
      if (word !== literalPattern(word)) throw unsupported(`${call.name} takes texts without signs of regular expressions here, not ${word}.`, list.span);
      if (BigInt(word.length) <= most) throw typeError(`${call.name} cannot look for ${word} with ${most} mistakes: everything would match.`, list.span);
    }
    const end = (whole: DuckSql, word: string) => callComputed(FUZZY_END, duck`encode(${whole})`, duck`encode(${duckString(word)})`, duckInteger(most));
    return multiAnswer(call, text, answer, words.length, (whole) => words.map((word) => duck`(${end(whole, word)} >= 0)`), (whole) => words.map((word) => end(whole, word)));
  };
}

/** The replacement as RE2 reads it: ClickHouse drops a backslash before anything but a digit or a backslash. */
function withGroups(replacement: Bound): DuckSql {
  const tidy = (text: string) => text.replace(/\\([\s\S]?)/g, (_whole, next: string) => (next === '' || next === '\\' ? '\\\\' : /\d/.test(next) ? `\\${next}` : next));
  if (replacement.constant?.kind === 'text') return duckString(tidy(replacement.constant.value));
  const sql = plainSql(replacement);
  const [one, two] = [duckString('\\'), duckString('\\\\')];
  const parted = duck`regexp_replace(regexp_replace(replace(${sql}, ${two}, chr(1)), ${duckString('\\\\([0-9])')}, chr(2) || ${duckString('\\1')}, 'g'), ${duckString('\\\\$')}, chr(1))`;
  return duck`CASE WHEN contains(${sql}, ${one}) THEN replace(replace(replace(${parted}, ${one}, ''), chr(2), ${one}), chr(1), ${two}) ELSE ${sql} END`;
}

function replaceRegexp(all: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, pattern, replacement] = [at(args, 0), at(args, 1), at(args, 2)];
    args.forEach((arg, index) => need(call, arg, 'text', index));
    if (args.some(isNull)) return nullResult(call.span);
    const options = all ? duck`'gs'` : DOT_ALL;
    const expression = plainSql(pattern);
    const replaced = duck`regexp_replace(${plainSql(text)}, ${expression}, ${withGroups(replacement)}, ${options})`;
    // An empty expression changes nothing in ClickHouse.
    const sql = pattern.constant?.kind === 'text' ? (pattern.constant.value === '' ? plainSql(text) : replaced) : duck`CASE WHEN ${expression} = '' THEN ${plainSql(text)} ELSE ${replaced} END`;
    return result(call, args, STRING, sql);
  };
}

function replaceOne(args: readonly Bound[], call: FunctionCall): Bound {
  const [text, part, replacement] = [at(args, 0), at(args, 1), at(args, 2)];
  args.forEach((arg, index) => need(call, arg, 'text', index));
  if (args.some(isNull)) return nullResult(call.span);
  const wanted = plainSql(part);
  if (part.constant?.kind === 'text' && part.constant.value === '') return result(call, args, STRING, plainSql(text));
  if (part.constant?.kind === 'text' && replacement.constant?.kind === 'text') {
    const put = duckString(replacement.constant.value.replaceAll('\\', '\\\\'));
    return result(call, args, STRING, duck`regexp_replace(${plainSql(text)}, ${duckString(literalPattern(part.constant.value))}, ${put})`);
  }
  const sql = once(call, plainSql(text), (value) => duck`CASE WHEN ${wanted} <> '' AND contains(${value}, ${wanted}) THEN left(${value}, strpos(${value}, ${wanted}) - 1) || ${plainSql(replacement)} || substring(${value}, strpos(${value}, ${wanted}) + length(${wanted})) ELSE ${value} END`);
  return result(call, args, STRING, present(args, sql));
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string search' as const, ...extra });
const replacing = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string replacement' as const, ...extra });

export const REGULAR_EXPRESSION: readonly FunctionDefinition[] = [
  define(describe('like', "like(text, 'pattern')", 'LIKE: % is any text, _ any character, \\ escapes.'), 2, 3, like(false, false)),
  define(describe('notLike', "notLike(text, 'pattern')", 'NOT LIKE.'), 2, 3, like(false, true)),
  define(describe('ilike', "ilike(text, 'pattern')", 'LIKE in any case.'), 2, 3, like(true, false)),
  define(describe('notILike', "notILike(text, 'pattern')", 'NOT LIKE in any case.'), 2, 3, like(true, true)),
  define(describe('match', "match(text, 'expression')", '1 when the regular expression matches a part of the text.', { caseInsensitiveAliases: ['REGEXP_MATCHES'] }), 2, 2, match),
  define(describe('extract', "extract(text, 'expression')", 'The first match, or its first group.'), 2, 2, extract),
  define(describe('extractAll', "extractAll(text, 'expression')", 'All matches, or their first groups.'), 2, 2, extractAll),
  define(describe('extractAllGroupsVertical', "extractAllGroupsVertical(text, 'expression')", 'The groups of each match.', { aliases: ['extractAllGroups'] }), 2, 2, extractAllGroups('vertical')),
  define(describe('extractAllGroupsHorizontal', "extractAllGroupsHorizontal(text, 'expression')", 'The matches of each group.'), 2, 2, extractAllGroups('horizontal')),
  define(describe('extractGroups', "extractGroups(text, 'expression')", 'The groups of the first match.'), 2, 2, extractGroups),
  define(describe('regexpExtract', "regexpExtract(text, 'expression'[, group])", 'A group of the first match.', { caseInsensitiveAliases: ['REGEXP_EXTRACT', 'REGEXP_SUBSTR'] }), 2, 3, regexpExtract),
  define(describe('countMatches', "countMatches(text, 'expression')", 'How often the regular expression matches.'), 2, 2, countMatches(false)),
  define(describe('countMatchesCaseInsensitive', "countMatchesCaseInsensitive(text, 'expression')", 'How often the regular expression matches, in any case.'), 2, 2, countMatches(true)),
  define(describe('multiMatchAny', "multiMatchAny(text, ['expression', …])", '1 when any of the expressions matches.'), 2, 2, multiMatch('any')),
  define(describe('multiMatchAnyIndex', "multiMatchAnyIndex(text, ['expression', …])", 'The index of an expression that matches, or 0.'), 2, 2, multiMatch('anyIndex')),
  define(describe('multiMatchAllIndices', "multiMatchAllIndices(text, ['expression', …])", 'The indices of all expressions that match.'), 2, 2, multiMatch('allIndices')),
  define(describe('multiFuzzyMatchAny', "multiFuzzyMatchAny(text, distance, ['word', …])", '1 when any of the words is in the text with at most so many mistakes.'), 3, 3, multiFuzzyMatch('any')),
  define(describe('multiFuzzyMatchAnyIndex', "multiFuzzyMatchAnyIndex(text, distance, ['word', …])", 'The index of a word that is in the text with at most so many mistakes, or 0.'), 3, 3, multiFuzzyMatch('anyIndex')),
  define(describe('multiFuzzyMatchAllIndices', "multiFuzzyMatchAllIndices(text, distance, ['word', …])", 'The indices of all words that are in the text with at most so many mistakes.'), 3, 3, multiFuzzyMatch('allIndices')),
  define(replacing('replaceRegexpOne', "replaceRegexpOne(text, 'expression', replacement)", 'Replaces the first match; \\1 is its first group.'), 3, 3, replaceRegexp(false)),
  define(replacing('replaceRegexpAll', "replaceRegexpAll(text, 'expression', replacement)", 'Replaces all matches; \\1 is the first group of each.', { caseInsensitiveAliases: ['REGEXP_REPLACE'] }), 3, 3, replaceRegexp(true)),
  define(replacing('replaceOne', 'replaceOne(text, part, replacement)', 'Replaces the first occurrence of a part.'), 3, 3, replaceOne),
  rule(replacing('replaceAll', 'replaceAll(text, part, replacement)', 'Replaces all occurrences of a part.', { caseInsensitiveAliases: ['replace'] }), ['text', 'text', 'text'], STRING, (text, part, replacement) => duck`replace(${text}, ${part}, ${replacement})`),
  rule(replacing('regexpQuoteMeta', 'regexpQuoteMeta(text)', 'The text as a regular expression that matches just it.'), ['text'], STRING, (text) => duck`regexp_replace(${text}, ${duckString('([\\x00\\\\|()^$.\\[\\]?*+{:-])')}, ${duckString('\\\\\\1')}, 'g')`),
];

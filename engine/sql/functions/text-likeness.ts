/** Functions that say how alike texts are, how they sound, and write or read the marks of HTML and XML. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckString, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, FLOAT64, STRING, UINT64 } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, once, result, rule, typeError, unsupported } from './arguments.ts';
import { present, textOf } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** How many places of two texts differ; a longer text differs in all that it is longer. */
function hamming(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'text', index));
  if (args.some(isNull)) return nullResult(call.span);
  const bytes = (arg: Bound) => duck`regexp_extract_all(hex(encode(${plainSql(arg)})), '..')`;
  const sql = duck`CAST(len(list_filter(list_zip(${bytes(at(args, 0))}, ${bytes(at(args, 1))}), lambda pair: pair[1] IS DISTINCT FROM pair[2])) AS UBIGINT)`;
  return result(call, args, UINT64, present(args, sql));
}

function editDistanceUtf8(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'text', index));
  if (args.some(isNull)) return nullResult(call.span);
  const characters = (arg: Bound) => bound(array(STRING), duck`regexp_extract_all(${plainSql(arg)}, '(?s).')`, arg.span);
  const distance = call.context.call('arrayLevenshteinDistance', args.map(characters), call.span);
  return result(call, args, UINT64, present(args, duck`CAST(${distance.sql} AS UBIGINT)`));
}

/** Pairs of neighbouring bytes in common, by all such pairs; 0 where a text is empty. */
function jaccard(pairs: (text: DuckSql) => DuckSql) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    args.forEach((arg, index) => need(call, arg, 'text', index));
    if (args.some(isNull)) return nullResult(call.span);
    const sql = once(call, pairs(plainSql(at(args, 0))), (left) => once(call, pairs(plainSql(at(args, 1))), (right) => duck`CASE WHEN len(${left}) = 0 OR len(${right}) = 0 THEN 0::DOUBLE ELSE CAST(len(list_intersect(${left}, ${right})) AS DOUBLE) / len(list_distinct(list_concat(${left}, ${right}))) END`));
    return result(call, args, FLOAT64, present(args, sql));
  };
}

const letters = (text: DuckSql) => duck`list_distinct(regexp_extract_all(hex(encode(${text})), '..'))`;
const lettersUtf8 = (text: DuckSql) => duck`list_distinct(regexp_extract_all(${text}, '(?s).'))`;

function soundex(args: readonly Bound[], call: FunctionCall): Bound {
  need(call, at(args, 0), 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const sql = once(call, duck`upper(regexp_replace(${plainSql(at(args, 0))}, '[^A-Za-z]', '', 'g'))`, (text) => {
    // Letters without a code part equal codes; the first letter counts with its code.
    const codes = duck`translate(${text}, 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000')`;
    const runs = duck`regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(${codes}, '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g')`;
    return duck`CASE WHEN ${text} = '' THEN '0000' ELSE left(${text}, 1) || rpad(left(replace(substring(${runs}, 2), '0', ''), 3), 3, '0') END`;
  });
  return result(call, args, STRING, sql);
}

function replaced(text: DuckSql, pairs: readonly (readonly [string, string])[]): DuckSql {
  return pairs.reduce((inner, [from, to]) => duck`replace(${inner}, ${duckString(from)}, ${duckString(to)})`, text);
}

const MARKS: readonly (readonly [string, string])[] = [['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&apos;']];

/** printf with a constant pattern: each part is checked against its value here and formatted by DuckDB. */
function printf(args: readonly Bound[], call: FunctionCall): Bound {
  const [pattern, ...values] = args;
  if (!pattern) throw typeError('printf takes a pattern and values.', call.span);
  const text = constantText(call, pattern, 'the pattern');
  if (values.some(isNull)) return nullResult(call.span);
  const parts: DuckSql[] = [];
  let next = 0;
  for (const [all, flags, kind] of text.matchAll(/%([-+ #0]*\d*(?:\.\d+)?)(?:hh|h|ll|l|z)?([a-zA-Z%])|[^%]+|%/g)) {
    if (flags === undefined || kind === undefined) {
      if (all === '%') throw typeError('The pattern of printf has a single %: write %%.', pattern.span);
      parts.push(duckString(all));
      continue;
    }
    if (kind === '%') {
      parts.push(duckString('%'));
      continue;
    }
    const value = values[next];
    if (!value) throw typeError(`The pattern of printf asks for more values than the ${values.length} given.`, pattern.span);
    next += 1;
    parts.push(formatted(call, value, flags, kind, pattern));
  }
  return result(call, values, STRING, present(values, parts.length === 0 ? duckString('') : duck`(${joined(parts, ' || ')})`));
}

function formatted(call: FunctionCall, value: Bound, flags: string, kind: string, pattern: Bound): DuckSql {
  switch (kind) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      need(call, value, 'integer');
      return duck`printf(${duckString(`%${flags}${kind === 'i' || kind === 'u' ? 'd' : kind}`)}, CAST(${plainSql(value)} AS HUGEINT))`;
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      need(call, value, 'number');
      return duck`printf(${duckString(`%${flags}${kind}`)}, CAST(${plainSql(value)} AS DOUBLE))`;
    case 's':
      need(call, value, 'text');
      return duck`printf(${duckString(`%${flags}s`)}, ${textOf(value, call)})`;
    default:
      throw unsupported(`printf does not know %${kind} here.`, pattern.span);
  }
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const TEXT_LIKENESS: readonly FunctionDefinition[] = [
  rule(describe('editDistance', 'editDistance(a, b)', 'How many changes of bytes make one text of the other.', { aliases: ['levenshteinDistance'] }), ['text', 'text'], UINT64, (a, b) => duck`CAST(levenshtein(${a}, ${b}) AS UBIGINT)`),
  define(describe('editDistanceUTF8', 'editDistanceUTF8(a, b)', 'How many changes of characters make one text of the other.', { aliases: ['levenshteinDistanceUTF8'] }), 2, 2, editDistanceUtf8),
  rule(describe('damerauLevenshteinDistance', 'damerauLevenshteinDistance(a, b)', 'The same, where swapped neighbours count as one change.'), ['text', 'text'], UINT64, (a, b) => duck`CAST(damerau_levenshtein(${a}, ${b}) AS UBIGINT)`),
  rule(describe('jaroSimilarity', 'jaroSimilarity(a, b)', "Jaro's likeness, from 0 to 1."), ['text', 'text'], FLOAT64, (a, b) => duck`CASE WHEN ${a} || ${b} IS NULL THEN NULL WHEN ${a} = '' OR ${b} = '' THEN 0::DOUBLE ELSE jaro_similarity(${a}, ${b}) END`),
  rule(describe('jaroWinklerSimilarity', 'jaroWinklerSimilarity(a, b)', "Jaro's and Winkler's likeness, from 0 to 1."), ['text', 'text'], FLOAT64, (a, b) => duck`CASE WHEN ${a} || ${b} IS NULL THEN NULL WHEN ${a} = '' OR ${b} = '' THEN 0::DOUBLE ELSE jaro_winkler_similarity(${a}, ${b}) END`),
  define(describe('stringJaccardIndex', 'stringJaccardIndex(a, b)', 'Bytes in common, divided by all.'), 2, 2, jaccard(letters)),
  define(describe('stringJaccardIndexUTF8', 'stringJaccardIndexUTF8(a, b)', 'Characters in common, divided by all.'), 2, 2, jaccard(lettersUtf8)),
  define(describe('byteHammingDistance', 'byteHammingDistance(a, b)', 'At how many places two texts differ.', { aliases: ['mismatches'] }), 2, 2, hamming),
  define(describe('soundex', 'soundex(text)', 'A code for how an English name sounds.', { caseInsensitive: true }), 1, 1, soundex),
  rule(describe('encodeXMLComponent', 'encodeXMLComponent(text)', 'The text with the marks of XML written out.'), ['text'], STRING, (text) => replaced(text, MARKS)),
  define(describe('printf', "printf('%s of %d', value, …)", 'A pattern with values put in.'), 1, Infinity, printf),
];

/** Functions that find texts that are alike by their n-grams or word shingles: SimHash, MinHash, ngramDistance and ngramSearch. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { NGRAM_LIKENESS } from '../computed/ngram-likeness.ts';
import { MIN_HASH, MIN_HASH_SHINGLES, SIM_HASH } from '../computed/shingle-hash.ts';
import { duck, duckInteger, duckName, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { defaultSql } from '../physical.ts';
import { bare, FLOAT32, isNullable, printType, STRING, tuple, UINT64, type ClickHouseType } from '../types.ts';
import { at, constantInteger, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { bytesSql, present } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

const flag = (holds: boolean) => (holds ? DUCK_TRUE : DUCK_FALSE);

/** A constant from 1 to 25. */
function small(call: FunctionCall, value: Bound | undefined, otherwise: number, what: string): number {
  if (!value) return otherwise;
  const number = constantInteger(call, value, what);
  if (number < 1n || number > 25n) throw typeError(`${call.name} takes ${what} from 1 to 25.`, value.span);
  return Number(number);
}

type Answer = 'sim' | 'min' | 'shingles';

function shingleHash(answer: Answer, byWords: boolean, byCharacters: boolean, anyCase: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const text = at(args, 0);
    need(call, text, 'text', 0);
    if (isNull(text)) return nullResult(call.span);
    if (bare(text.type).kind !== 'String') throw typeError(`${call.name} takes a String, not a value of type ${printType(text.type)}.`, text.span);
    const size = small(call, args[1], 3, 'the length of a shingle');
    const count = small(call, args[2], 6, 'the number of hashes');
    const manner = [bytesSql(text), duckInteger(size), flag(byWords), flag(byCharacters), flag(anyCase)];
    if (answer === 'sim') return result(call, [text], UINT64, present([text], callComputed(SIM_HASH, ...manner)));
    const computed = callComputed(answer === 'min' ? MIN_HASH : MIN_HASH_SHINGLES, ...manner, duckInteger(count));
    const inner: ClickHouseType = tuple(...new Array<ClickHouseType>(count).fill(STRING));
    const type = answer === 'min' ? tuple(UINT64, UINT64) : tuple(inner, inner);
    const made = once(call, computed, (list) => (answer === 'min' ? pair(list, 1, 2) : duck`struct_pack("1" := ${run(list, 0, count)}, "2" := ${run(list, count, count)})`));
    return bound(type, isNullable(text.type) ? duck`CASE WHEN ${text.sql} IS NOT NULL THEN ${made} ELSE ${defaultSql(type)} END` : made, call.span);
  };
}

function pair(list: DuckSql, first: number, second: number): DuckSql {
  return duck`struct_pack("1" := ${list}[${duckInteger(first)}], "2" := ${list}[${duckInteger(second)}])`;
}

function run(list: DuckSql, after: number, count: number): DuckSql {
  return duck`struct_pack(${Array.from({ length: count }, (_, index) => duck`${duckName(String(index + 1))} := ${list}[${duckInteger(after + index + 1)}]`)})`;
}

function likeness(byCharacters: boolean, anyCase: boolean, isSearch: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    args.forEach((arg, index) => need(call, arg, 'text', index));
    if (args.some(isNull)) return nullResult(call.span);
    const computed = callComputed(NGRAM_LIKENESS, bytesSql(at(args, 0)), bytesSql(at(args, 1)), flag(byCharacters), flag(anyCase), flag(isSearch));
    return result(call, args, FLOAT32, present(args, duck`CAST(${computed} AS FLOAT)`));
  };
}

const describe = (name: string, signature: string, help: string, category: 'hash' | 'string search') => ({ name, signature, help, category });
const FORMS = [['', false, false], ['CaseInsensitive', false, true], ['UTF8', true, false], ['CaseInsensitiveUTF8', true, true]] as const;

export const TEXT_NEARNESS: readonly FunctionDefinition[] = FORMS.flatMap(([suffix, byCharacters, anyCase]): readonly FunctionDefinition[] => {
  const how = `${byCharacters ? ' by characters' : ''}${anyCase ? ' in any case' : ''}`;
  const hashes = ([['ngram', false, 'runs of letters'], ['wordShingle', true, 'runs of words']] as const).flatMap(([kind, byWords, what]) => [
    define(describe(`${kind}SimHash${suffix}`, `${kind}SimHash${suffix}(text[, length])`, `A hash that differs in few bits where ${what}${how} are alike.`, 'hash'), 1, 2, shingleHash('sim', byWords, byCharacters, anyCase)),
    define(describe(`${kind}MinHash${suffix}`, `${kind}MinHash${suffix}(text[, length, number])`, `Two hashes of the least and the greatest hashes of ${what}${how}.`, 'hash'), 1, 3, shingleHash('min', byWords, byCharacters, anyCase)),
    define(describe(`${kind}MinHashArg${suffix}`, `${kind}MinHashArg${suffix}(text[, length, number])`, `The ${what}${how} that have the least and the greatest hashes.`, 'hash'), 1, 3, shingleHash('shingles', byWords, byCharacters, anyCase)),
  ]);
  return [
    ...hashes,
    define(describe(`ngramDistance${suffix}`, `ngramDistance${suffix}(a, b)`, `How far two texts${how} are from each other: 0 is equal, 1 has nothing in common.`, 'string search'), 2, 2, likeness(byCharacters, anyCase, false)),
    define(describe(`ngramSearch${suffix}`, `ngramSearch${suffix}(text, part)`, `How much of a part${how} is in the text: 1 is all of it.`, 'string search'), 2, 2, likeness(byCharacters, anyCase, true)),
  ];
});

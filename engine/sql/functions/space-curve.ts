/** Functions that write several whole numbers as one along a curve, and read them again: mortonEncode, hilbertEncode. And sqidDecode. */
import { bound, type Bound, type Constant } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { HILBERT_DECODE, HILBERT_ENCODE, MORTON_DECODE, MORTON_ENCODE } from '../computed/space-curve.ts';
import { SQID_DECODE } from '../computed/sqid.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, bare, printType, tuple, UINT64, type ClickHouseType } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { present, textOrEmpty } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

type Curve = 'Morton' | 'Hilbert';

const MOST: Readonly<Record<Curve, number>> = { Morton: 8, Hilbert: 2 };

function unsigned(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  if (type.kind === 'Integer' && !type.signed && type.bits <= 64) return duck`CAST(${plainSql(value)} AS UBIGINT)`;
  throw typeError(`${call.name} takes unsigned numbers of at most 64 bits, not a value of type ${printType(value.type)}.`, value.span);
}

/** The constant tuple before the numbers: how far the bits of each are stretched, or, for Hilbert's curve, shifted. */
function ratios(call: FunctionCall, curve: Curve, mask: Bound): readonly number[] {
  const items: readonly Constant[] | undefined = mask.constant?.kind === 'tuple' ? mask.constant.items : undefined;
  const [least, most] = curve === 'Morton' ? [1, 8] : [0, 31];
  const found = items?.map((item) => (item.kind === 'integer' ? Number(item.value) : -1));
  if (found && found.length <= MOST[curve] && found.every((ratio) => ratio >= least && ratio <= most)) return found;
  throw typeError(`${call.name} takes a constant tuple of at most ${MOST[curve]} numbers from ${least} to ${most} here.`, mask.span);
}

function encode(curve: Curve) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const hasMask = bare(at(args, 0).type).kind === 'Tuple';
    const numbers = hasMask ? args.slice(1) : args;
    const stretch = hasMask ? ratios(call, curve, at(args, 0)) : numbers.map(() => (curve === 'Morton' ? 1 : 0));
    if (numbers.length === 0 || numbers.length > MOST[curve] || stretch.length !== numbers.length) throw typeError(`${call.name} takes up to ${MOST[curve]} numbers, and as many in the tuple before them.`, call.span);
    if (numbers.some(isNull)) return nullResult(call.span);
    const words = numbers.map((number) => unsigned(call, number));
    return result(call, numbers, UINT64, present(numbers, curve === 'Morton' ? mortonCode(words, stretch) : hilbertCode(words, stretch)));
  };
}

function mortonCode(words: readonly DuckSql[], stretch: readonly number[]): DuckSql {
  return callComputed(MORTON_ENCODE, duck`[${words}]`, duck`[${stretch.map(duckInteger)}]`);
}

function hilbertCode(words: readonly DuckSql[], shifts: readonly number[]): DuckSql {
  const [left, right] = words.map((word, index) => (shifts[index] === 0 ? word : duck`((${word} & ${duckInteger(2n ** BigInt(64 - (shifts[index] ?? 0)) - 1n)}) << ${duckInteger(shifts[index] ?? 0)})`));
  if (!left) return duck`NULL`;
  return right ? callComputed(HILBERT_ENCODE, left, right) : left;
}

function decode(curve: Curve) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [shape, code] = [at(args, 0), at(args, 1)];
    const count = shape.constant?.kind === 'integer' ? Number(shape.constant.value) : undefined;
    if (count !== undefined && (count < 1 || count > MOST[curve])) throw typeError(`${call.name} gives from 1 to ${MOST[curve]} numbers.`, shape.span);
    const stretch = count === undefined ? ratios(call, curve, shape) : new Array<number>(count).fill(curve === 'Morton' ? 1 : 0);
    need(call, code, 'integer', 1);
    if (isNull(code)) return nullResult(call.span);
    const type = tuple(...new Array<ClickHouseType>(stretch.length).fill(UINT64));
    const word = unsigned(call, code);
    const list = curve === 'Morton' ? callComputed(MORTON_DECODE, word, duck`[${stretch.map(duckInteger)}]`) : stretch.length === 1 ? duck`[${word}]` : callComputed(HILBERT_DECODE, word);
    const sql = once(call, list, (numbers) => duck`struct_pack(${stretch.map((ratio, index) => {
      const number = duck`${numbers}[${duckInteger(index + 1)}]`;
      return duck`${duckName(String(index + 1))} := ${curve === 'Hilbert' && ratio > 0 ? duck`(${number} >> ${duckInteger(ratio)})` : number}`;
    })})`);
    return bound(type, sql, call.span);
  };
}

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'encoding' as const });

export const SPACE_CURVE: readonly FunctionDefinition[] = [
  define(describe('mortonEncode', 'mortonEncode([tuple, ]number, …)', 'Up to eight numbers as one, by mixing their bits.'), 1, 9, encode('Morton')),
  define(describe('mortonDecode', 'mortonDecode(count or tuple, code)', 'The numbers in a Morton code.'), 2, 2, decode('Morton')),
  define(describe('hilbertEncode', 'hilbertEncode([tuple, ]number[, number])', "Two numbers as one, by their place on Hilbert's curve."), 1, 3, encode('Hilbert')),
  define(describe('hilbertDecode', 'hilbertDecode(count or tuple, code)', "The numbers at a place on Hilbert's curve."), 2, 2, decode('Hilbert')),
  define(describe('sqidDecode', 'sqidDecode(text)', 'The numbers in a Sqid.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return bound(array(UINT64), callComputed(SQID_DECODE, textOrEmpty(at(args, 0))), call.span);
  }),
];

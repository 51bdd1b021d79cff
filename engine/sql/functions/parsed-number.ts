/** Numbers out of texts (sizes, spans of time, MAC addresses), digits of numbers, and the width of a value as text. */
import { bound, type Bound } from '../bound.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import { MAC_TEXT, READ_MAC, READ_MAC_MAKER, READ_SIZE, READ_SPAN } from '../computed/parsed-number.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, FLOAT64, nullable, printType, STRING, UINT64, type ClickHouseType } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, rule, typeError } from './arguments.ts';
import { textOf, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'other' as const });

/** What a size that cannot be read gives. */
function size(name: string, help: string, type: ClickHouseType, instead: (text: DuckSql) => DuckSql): FunctionDefinition {
  return define(describe(name, `${name}(text)`, help), 1, 1, (args, call) => {
    const value = at(args, 0);
    need(call, value, 'text', 0);
    if (isNull(value)) return nullResult(call.span);
    return result(call, args, type, once(call, plainSql(value), (text) => duck`CASE WHEN ${text} IS NOT NULL THEN coalesce(${callComputed(READ_SIZE, text)}, ${instead(text)}) END`));
  });
}

function ofText(name: string, help: string, type: ClickHouseType, reader: ComputedFunction): FunctionDefinition {
  return rule(describe(name, `${name}(text)`, help), ['text'], type, (text) => callComputed(reader, text));
}

/** Digits of a whole number from a place on: 1 is the first, -1 the last. */
function digits(args: readonly Bound[], call: FunctionCall): Bound {
  args.forEach((arg, index) => need(call, arg, 'integer', index));
  if (args.some(isNull)) return nullResult(call.span);
  if (args[1]?.constant?.kind === 'integer' && args[1].constant.value === 0n) throw typeError('digits counts from 1, or from -1 at the end.', args[1].span);
  const offset = wholeSql(at(args, 1));
  const length = args[2] && wholeSql(args[2]);
  const sql = once(call, duck`ltrim(CAST(${plainSql(at(args, 0))} AS VARCHAR), '-')`, (text) => once(call, offset, (place) => {
    const start = duck`CASE WHEN ${place} > 0 THEN ${place} ELSE length(${text}) + ${place} + 1 END`;
    const end = length ? duck`CASE WHEN ${length} < 0 THEN length(${text}) + ${length} ELSE ${start} + ${length} - 1 END` : duck`length(${text})`;
    return duck`coalesce(TRY_CAST(CASE WHEN ${end} >= 1 THEN ${text}[greatest(${start}, 1):${end}] ELSE '' END AS UBIGINT), 0)`;
  }));
  return result(call, args, UINT64, duck`CASE WHEN ${plainSql(at(args, 0))} IS NOT NULL AND ${offset} IS NOT NULL THEN ${sql} END`);
}

export const PARSED_NUMBERS: readonly FunctionDefinition[] = [
  size('parseReadableSize', 'The bytes of a size such as 5.3 KiB, rounded up.', UINT64, (text) => duck`CAST(error('Cannot read the text ''' || ${text} || ''' as a size such as 5 KiB.') AS UBIGINT)`),
  define(describe('parseReadableSizeOrNull', 'parseReadableSizeOrNull(text)', 'The bytes of a size such as 5.3 KiB, NULL for another text.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return isNull(at(args, 0)) ? nullResult(call.span) : bound(nullable(UINT64), callComputed(READ_SIZE, plainSql(at(args, 0))), call.span);
  }),
  size('parseReadableSizeOrZero', 'The bytes of a size such as 5.3 KiB, 0 for another text.', UINT64, () => duck`CAST(0 AS UBIGINT)`),
  ofText('parseTimeDelta', 'The seconds of a span of time such as 1h30min.', FLOAT64, READ_SPAN),
  ofText('MACStringToNum', 'The number of a MAC address in text, 0 where it is none.', UINT64, READ_MAC),
  ofText('MACStringToOUI', 'The number of the maker in a MAC address in text, 0 where it is none.', UINT64, READ_MAC_MAKER),
  define(describe('MACNumToString', 'MACNumToString(number)', 'The MAC address of a number, as text.'), 1, 1, (args, call) => {
    const type = bare(at(args, 0).type);
    if (isNull(at(args, 0))) return nullResult(call.span);
    if (type.kind !== 'Integer' || type.bits !== 64 || type.signed) throw typeError(`MACNumToString takes a UInt64, not a value of type ${printType(at(args, 0).type)}: convert it with toUInt64.`, at(args, 0).span);
    return result(call, args, STRING, callComputed(MAC_TEXT, plainSql(at(args, 0))));
  }),
  define(describe('digits', 'digits(number, offset[, length])', 'Digits of a whole number from a place on; a negative place counts from the end.'), 2, 3, digits),
  define(describe('visibleWidth', 'visibleWidth(value)', 'How many characters the value has as text.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    return bound(UINT64, isNull(value) ? duck`CAST(${duckInteger(4)} AS UBIGINT)` : duck`CAST(length(coalesce(${textOf(value, call)}, 'NULL')) AS UBIGINT)`, call.span);
  }),
];

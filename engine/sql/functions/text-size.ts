/** Functions about how long a text or a list is, and what it begins and ends with. Lengths count bytes unless named UTF8. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { defaultSql, plainSql } from '../physical.ts';
import { bare, INT32, isNullable, printType, STRING, UINT64, UINT8 } from '../types.ts';
import { at, define, isNull, need, nullResult, result, rule, typeError } from './arguments.ts';
import { bytesSql, condition } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

function length(args: readonly Bound[], call: FunctionCall): Bound {
  const value = at(args, 0);
  if (isNull(value)) return nullResult(call.span);
  const type = bare(value.type);
  const count = (sql: DuckSql) => result(call, args, UINT64, duck`CAST(${sql} AS UBIGINT)`);
  switch (type.kind) {
    case 'FixedString':
      return count(duckInteger(type.length));
    case 'String':
    case 'Enum':
      return count(value.representation === 'bytes' ? duck`octet_length(${value.sql})` : duck`strlen(${plainSql(value)})`);
    case 'Array':
    case 'Nested':
      return count(duck`len(${plainSql(value)})`);
    case 'Map':
      return count(duck`cardinality(${plainSql(value)})`);
    default:
      throw typeError(`${call.name} takes a text, an array or a map, not a value of type ${printType(value.type)}.`, value.span);
  }
}

function emptiness(negated: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    if (isNull(value)) return nullResult(call.span);
    const type = bare(value.type);
    const answer = (sql: DuckSql) => condition(call, args, negated ? duck`(NOT ${sql})` : sql);
    switch (type.kind) {
      case 'String':
        if (value.representation === 'bytes') return answer(duck`(octet_length(${value.sql}) = 0)`);
        return condition(call, args, negated ? duck`(${plainSql(value)} <> '')` : duck`(${plainSql(value)} = '')`);
      case 'FixedString':
        return answer(duck`(rtrim(${plainSql(value)}, chr(0)) = '')`);
      case 'Array':
      case 'Nested':
        return condition(call, args, negated ? duck`(len(${plainSql(value)}) > 0)` : duck`(len(${plainSql(value)}) = 0)`);
      case 'Map':
        return answer(duck`(cardinality(${plainSql(value)}) = 0)`);
      case 'UUID':
      case 'IPv6':
        return answer(duck`(${plainSql(value)} = ${defaultSql(type)})`);
      default:
        throw typeError(`${call.name} takes a text, an array, a map or a UUID, not a value of type ${printType(value.type)}.`, value.span);
    }
  };
}

function edge(side: 'start' | 'end', fold: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [whole, part] = [at(args, 0), at(args, 1)];
    if (args.some(isNull)) return nullResult(call.span);
    if (bare(whole.type).kind === 'Array') return listEdge(side, whole, part, call);
    args.forEach((arg, index) => need(call, arg, 'text', index));
    const form = (sql: DuckSql) => (fold ? duck`lower(${sql})` : sql);
    const text = form(plainSql(whole));
    const prefix = part.constant?.kind === 'text' && fold ? duckString(part.constant.value.toLowerCase()) : form(plainSql(part));
    return condition(call, args, side === 'start' ? duck`starts_with(${text}, ${prefix})` : duck`suffix(${text}, ${prefix})`);
  };
}

function listEdge(side: 'start' | 'end', whole: Bound, part: Bound, call: FunctionCall): Bound {
  need(call, part, 'array', 1);
  const [list, piece] = [plainSql(whole), plainSql(cast(part, whole.type))];
  const slice = side === 'start' ? duck`${list}[1:len(${piece})]` : duck`${list}[len(${list}) - len(${piece}) + 1:]`;
  return bound(UINT8, duck`(len(${piece}) <= len(${list}) AND ${slice} = ${piece})`, call.span, 'boolean');
}

const describe = (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const TEXT_SIZE: readonly FunctionDefinition[] = [
  define(describe('length', 'length(text or array)', 'Bytes of a text, elements of an array or map.', { caseInsensitive: true, caseInsensitiveAliases: ['CARDINALITY', 'OCTET_LENGTH'] }), 1, 1, length),
  rule(describe('lengthUTF8', 'lengthUTF8(text)', 'Characters of a text.', { caseInsensitiveAliases: ['CHARACTER_LENGTH', 'CHAR_LENGTH'] }), ['text'], UINT64, (text) => duck`CAST(length(${text}) AS UBIGINT)`),
  define(describe('empty', 'empty(value)', '1 for an empty text, array or map.'), 1, 1, emptiness(false)),
  define(describe('notEmpty', 'notEmpty(value)', '1 for a text, array or map that is not empty.'), 1, 1, emptiness(true)),
  define(describe('startsWith', 'startsWith(text, prefix)', '1 when the text begins with the prefix.'), 2, 2, edge('start', false)),
  define(describe('startsWithUTF8', 'startsWithUTF8(text, prefix)', '1 when the text begins with the prefix.'), 2, 2, edge('start', false)),
  define(describe('startsWithCaseInsensitive', 'startsWithCaseInsensitive(text, prefix)', '1 when the text begins with the prefix, in any case.'), 2, 2, edge('start', true)),
  define(describe('startsWithCaseInsensitiveUTF8', 'startsWithCaseInsensitiveUTF8(text, prefix)', '1 when the text begins with the prefix, in any case.'), 2, 2, edge('start', true)),
  define(describe('endsWith', 'endsWith(text, suffix)', '1 when the text ends in the suffix.'), 2, 2, edge('end', false)),
  define(describe('endsWithUTF8', 'endsWithUTF8(text, suffix)', '1 when the text ends in the suffix.'), 2, 2, edge('end', false)),
  define(describe('endsWithCaseInsensitive', 'endsWithCaseInsensitive(text, suffix)', '1 when the text ends in the suffix, in any case.'), 2, 2, edge('end', true)),
  define(describe('endsWithCaseInsensitiveUTF8', 'endsWithCaseInsensitiveUTF8(text, suffix)', '1 when the text ends in the suffix, in any case.'), 2, 2, edge('end', true)),
  define(describe('ascii', 'ascii(text)', 'The first byte of a text, 0 for an empty one.', { caseInsensitive: true }), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text');
    if (args.some(isNull)) return nullResult(call.span);
    const text = plainSql(at(args, 0));
    return result(call, args, INT32, duck`CASE WHEN ascii(${text}) < 128 THEN ascii(${text}) ELSE CAST('0x' || hex(encode(${text})[1:1]) AS INTEGER) END`);
  }),
  define(describe('isValidUTF8', 'isValidUTF8(text)', '1 when the bytes of the text are UTF-8.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    need(call, value, 'text');
    return condition(call, args, value.representation === 'bytes' ? duck`(TRY(decode(${value.sql})) IS NOT NULL)` : isNullable(value.type) ? duck`CASE WHEN ${plainSql(value)} IS NOT NULL THEN TRUE END` : duck`(${plainSql(value)} IS NOT NULL)`);
  }),
  rule(describe('isValidASCII', 'isValidASCII(text)', '1 when all bytes of the text are ASCII.', { aliases: ['isASCII'] }), ['text'], UINT8, (text) => duck`(strlen(${text}) = length(${text}))`, 'boolean'),
  define(describe('toValidUTF8', 'toValidUTF8(text)', 'The text, with what is no UTF-8 replaced.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    need(call, value, 'text');
    if (value.representation !== 'bytes') return result(call, args, bare(value.type).kind === 'FixedString' ? bare(value.type) : STRING, plainSql(value));
    return result(call, args, STRING, duck`coalesce(TRY(decode(${bytesSql(value)})), regexp_replace(CAST(${bytesSql(value)} AS VARCHAR), '(\\\\x[8-9A-F][0-9A-F])+', chr(65533), 'g'))`);
  }),
];

/**
 * The forms in which functions of text and lists want their arguments: bytes, text without NULL, whole numbers,
 * results that are NULL where an argument is. Texts are VARCHAR here, so what ClickHouse does by bytes takes a second
 * path where a text is not ASCII.
 */
import { bound, type Bound, type Representation } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, isNullable, STRING, UINT8, type ClickHouseType } from '../types.ts';
import { isNull, need, nullResult, once, usualType } from './arguments.ts';
import type { FunctionCall } from './definition.ts';

/** The bytes of a text as BLOB. A FixedString that came through a column as \xAB text gets its bytes back. */
export function bytesSql(value: Bound): DuckSql {
  if (value.representation === 'bytes') return value.sql;
  const type = bare(value.type);
  const sql = plainSql(value);
  if (type.kind !== 'FixedString' || value.constant !== undefined) return duck`encode(${sql})`;
  return duck`CASE WHEN strlen(${sql}) = ${duckInteger(type.length)} THEN encode(${sql}) ELSE CAST(${sql} AS BLOB) END`;
}

/** Any value as text, as concat and format write it: NULL stays NULL, the zero bytes of a FixedString stay. */
export function textOf(value: Bound, call: FunctionCall): DuckSql {
  const type = bare(value.type);
  if (type.kind === 'String' || type.kind === 'FixedString') return plainSql(value);
  return plainSql(cast({ ...value, type }, STRING, { timeZone: call.context.timeZone }));
}

/** The text, '' for NULL: for results such as arrays, which are never NULL. */
export function textOrEmpty(value: Bound): DuckSql {
  if (isNull(value)) return duck`''`;
  return isNullable(value.type) ? duck`coalesce(${plainSql(value)}, '')` : plainSql(value);
}

/** Whether the text is known to be of one-byte characters only. */
export function knownAscii(value: Bound): boolean {
  return value.constant?.kind === 'text' && /^[\0-\x7f]*$/.test(value.constant.value);
}

/** A whole number as BIGINT; numbers that do not fit are brought to the nearest that does. */
export function wholeSql(value: Bound): DuckSql {
  if (value.constant?.kind === 'integer') return duckInteger(value.constant.value > 2n ** 62n ? 2n ** 62n : value.constant.value < -(2n ** 62n) ? -(2n ** 62n) : value.constant.value);
  const type = bare(value.type);
  const sql = plainSql(value);
  if (type.kind === 'Integer' && (type.bits < 64 || (type.signed && type.bits === 64))) return type.bits === 64 ? sql : duck`CAST(${sql} AS BIGINT)`;
  return duck`CAST(least(${sql}, 4611686018427387904) AS BIGINT)`;
}

/** The SQL, but NULL where one of these values is: for forms that DuckDB computes in spite of a NULL. */
export function present(values: readonly Bound[], sql: DuckSql): DuckSql {
  const checks = values.filter((value) => isNullable(value.type)).map((value) => duck`${value.sql} IS NOT NULL`);
  return checks.length === 0 ? sql : duck`CASE WHEN ${joined(checks, ' AND ')} THEN ${sql} END`;
}

/**
 * A text made from a text byte by byte: `characters` where its characters are single bytes, else `bytes` over a BLOB.
 * Bytes stay bytes.
 */
export function bytewise(call: FunctionCall, value: Bound, characters: (text: DuckSql) => DuckSql, bytes: (blob: DuckSql) => DuckSql): { readonly sql: DuckSql; readonly representation: Representation } {
  if (value.representation === 'bytes') return { sql: once(call, value.sql, bytes), representation: 'bytes' };
  if (knownAscii(value)) return { sql: characters(plainSql(value)), representation: 'plain' };
  const sql = once(call, plainSql(value), (text) => duck`CASE WHEN strlen(${text}) = length(${text}) THEN ${characters(text)} ELSE sandpiper_text(${bytes(duck`encode(${text})`)}) END`);
  return { sql, representation: 'plain' };
}

/** The result of a function whose arguments are texts, by their plain SQL; NULL gives NULL. */
export function ofTexts(call: FunctionCall, args: readonly Bound[], type: ClickHouseType, sql: (...texts: readonly DuckSql[]) => DuckSql, representation: Representation = 'plain'): Bound {
  args.forEach((arg, index) => need(call, arg, 'text', index));
  if (args.some(isNull)) return nullResult(call.span);
  return bound(usualType(args, type), sql(...args.map(plainSql)), call.span, representation);
}

/** A condition as UInt8. */
export function condition(call: FunctionCall, args: readonly Bound[], sql: DuckSql): Bound {
  if (args.some(isNull)) return nullResult(call.span);
  return bound(usualType(args, UINT8), sql, call.span, 'boolean');
}

/** A text literal in hexadecimal or the like as characters of a pattern that match themselves, for regular expressions. */
export function escapedPattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}-]/g, '\\$&');
}

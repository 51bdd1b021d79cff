/** The bytes of a value read as a value of another type: reinterpret and the reinterpretAs functions. */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { BYTES_FLOAT, BYTES_PIECES, BYTES_TRIMMED, BYTES_UNSIGNED, BYTES_UUID, BYTES_WHOLE, FLOAT_BYTES, UNSIGNED_BYTES, UUID_BYTES, WHOLE_BYTES } from '../computed/number-bytes.ts';
import { epochDays, epochSeconds } from '../convert-number.ts';
import { ticks } from '../convert-time.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { parseType } from '../parse-type.ts';
import { array, bare, isNullable, nullable, printType, STRING, UINT8, type ClickHouseType } from '../types.ts';
import { bytesSql } from './argument-forms.ts';
import { at, constantText, define, isNull, nullResult, once, unsupported, usualType } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

interface Layout {
  readonly size: number;
  readonly toBytes: (value: DuckSql) => DuckSql;
  readonly fromBytes: (bytes: DuckSql) => DuckSql;
}

function wholeNumber(size: number, signed: boolean, number: (value: DuckSql) => DuckSql, value: (number: DuckSql) => DuckSql): Layout {
  const width = duckInteger(size);
  const wide = size >= 16 && !signed;
  return {
    size,
    toBytes: (plain) => (wide ? callComputed(UNSIGNED_BYTES, duck`CAST(${number(plain)} AS UHUGEINT)`, width) : callComputed(WHOLE_BYTES, duck`CAST(${number(plain)} AS HUGEINT)`, width)),
    fromBytes: (bytes) => value(size >= 16 && !signed ? callComputed(BYTES_UNSIGNED, bytes, width) : signed ? callComputed(BYTES_WHOLE, bytes, width) : duck`CAST(${callComputed(BYTES_UNSIGNED, bytes, width)} AS HUGEINT)`),
  };
}

const same = (value: DuckSql): DuckSql => value;

/** How ClickHouse keeps a value of a type of fixed size; undefined for other types. */
function layoutOf(type: ClickHouseType): Layout | undefined {
  const cast = (number: DuckSql) => duck`CAST(${number} AS ${duckTypeSql(type)})`;
  switch (type.kind) {
    case 'Integer':
      return wholeNumber(type.bits / 8, type.signed, same, cast);
    case 'Bool':
      return wholeNumber(1, false, (value) => duck`CAST(${value} AS UTINYINT)`, (number) => duck`(${number} <> 0)`);
    case 'Interval':
    case 'Time64':
      return wholeNumber(8, true, same, cast);
    case 'Time':
      return wholeNumber(4, true, same, cast);
    case 'Date':
      return wholeNumber(2, false, epochDays, (days) => duck`(DATE '1970-01-01' + CAST(${days} AS INTEGER))`);
    case 'Date32':
      return wholeNumber(4, true, epochDays, (days) => duck`(DATE '1970-01-01' + CAST(${days} AS INTEGER))`);
    case 'DateTime':
      return wholeNumber(4, false, (value) => epochSeconds(value, type), (seconds) => duck`make_timestamp(CAST(${seconds} AS BIGINT) * 1000000)`);
    case 'DateTime64': {
      const { precision } = type;
      return wholeNumber(8, true, (value) => ticks(value, type, precision), (count) =>
        precision > 6 ? duck`make_timestamp_ns(CAST(${count} AS BIGINT) * ${duckInteger(10 ** (9 - precision))})` : duck`make_timestamp(CAST(${count} * ${duckInteger(10 ** (6 - precision))} AS BIGINT))`);
    }
    case 'Decimal': {
      const size = type.precision <= 9 ? 4 : type.precision <= 18 ? 8 : 16;
      if (type.precision > 38) return undefined;
      const scale = duckInteger(10n ** BigInt(type.scale));
      return wholeNumber(size, true, (value) => duck`CAST(CAST(${value} AS DECIMAL(38, ${duckInteger(type.scale)})) * ${scale} AS HUGEINT)`, (number) => duck`CAST(CAST(${number} AS DECIMAL(38, ${duckInteger(type.scale)})) / ${scale} AS ${duckTypeSql(type)})`);
    }
    case 'IPv4':
      return wholeNumber(4, false, (value) => duck`sandpiper_ipv4_number(${value})`, (number) => duck`sandpiper_ipv4_text(${number})`);
    case 'Float':
    case 'BFloat16': {
      const size = type.kind === 'BFloat16' ? 2 : type.bits / 8;
      return { size, toBytes: (value) => callComputed(FLOAT_BYTES, duck`CAST(${value} AS DOUBLE)`, duckInteger(size)), fromBytes: (bytes) => duck`CAST(${callComputed(BYTES_FLOAT, bytes, duckInteger(size))} AS ${duckTypeSql(type)})` };
    }
    case 'UUID':
      return { size: 16, toBytes: (value) => callComputed(UUID_BYTES, duck`CAST(${value} AS VARCHAR)`), fromBytes: (bytes) => duck`CAST(${callComputed(BYTES_UUID, bytes)} AS UUID)` };
    default:
      return undefined;
  }
}

/** All bytes of a value, and how many they are where the type tells. */
function bytesOf(value: Bound, call: FunctionCall): { readonly sql: DuckSql; readonly size?: number } | undefined {
  const type = bare(value.type);
  if (type.kind === 'String') return { sql: bytesSql(value) };
  if (type.kind === 'FixedString') return { sql: bytesSql(value), size: type.length };
  if (type.kind === 'Array') {
    const layout = layoutOf(type.of);
    if (!layout) return undefined;
    const [element, left, right] = [1, 2, 3].map(() => duckName(call.context.freshName()));
    if (!element || !left || !right) return undefined;
    return { sql: duck`list_reduce(list_prepend(CAST('' AS BLOB), list_transform(${plainSql(value)}, lambda ${element}: ${layout.toBytes(element)})), lambda ${left}, ${right}: ${left} || ${right})` };
  }
  const layout = layoutOf(type);
  return layout && { sql: layout.toBytes(plainSql(value)), size: layout.size };
}

function reinterpretAs(value: Bound, to: ClickHouseType, call: FunctionCall): Bound {
  if (isNull(value)) return nullResult(call.span);
  const refused = () => unsupported(`Sandpiper does not read the bytes of ${printType(value.type)} as ${printType(to)}.`, call.span);
  const bytes = bytesOf(value, call);
  if (!bytes) throw refused();
  const isText = ['String', 'FixedString'].includes(bare(value.type).kind);
  if (to.kind === 'String') return bound(usualType([value], STRING), isText || bare(value.type).kind === 'Array' ? bytes.sql : callComputed(BYTES_TRIMMED, bytes.sql), call.span, 'bytes');
  if (to.kind === 'FixedString') {
    const length = to.length > 0 ? to.length : bytes.size;
    if (length === undefined) throw refused();
    const padded = once(call, bytes.sql, (all) => duck`(${all} || unhex(repeat('00', greatest(0, ${duckInteger(length)} - octet_length(${all})))))`);
    return bound(usualType([value], { kind: 'FixedString', length }), padded, call.span, 'bytes');
  }
  if (to.kind === 'Array') {
    const element = layoutOf(to.of);
    if (!element || bytes.size !== undefined) throw refused();
    const piece = duckName(call.context.freshName());
    return bound(array(to.of), duck`list_transform(${callComputed(BYTES_PIECES, bytes.sql, duckInteger(element.size))}, lambda ${piece}: ${element.fromBytes(piece)})`, call.span);
  }
  const layout = layoutOf(to);
  if (!layout) throw refused();
  return bound(isNullable(value.type) ? nullable(to) : usualType([value], to), layout.fromBytes(bytes.sql), call.span);
}

const NAMES = [
  ...([8, 16, 32, 64, 128, 256] as const).flatMap((bits) => [`Int${bits}`, `UInt${bits}`]), 'Float32', 'Float64', 'Date', 'DateTime', 'String', 'FixedString', 'UUID',
];

export const REINTERPRET: readonly FunctionDefinition[] = [
  ...NAMES.map((name) => define({ name: `reinterpretAs${name}`, signature: `reinterpretAs${name}(value)`, help: `The bytes of the value, read as ${name}.`, category: 'type conversion' }, 1, 1, (args, call) =>
    reinterpretAs(at(args, 0), name === 'FixedString' ? { kind: 'FixedString', length: 0 } : name === 'String' ? STRING : parseType(name), call))),
  define({ name: 'reinterpret', signature: "reinterpret(value, 'type')", help: 'The bytes of the value, read as the named type.', category: 'type conversion' }, 2, 2, (args, call) =>
    reinterpretAs(at(args, 0), bare(at(args, 0).type).kind === 'Nothing' ? UINT8 : parseType(constantText(call, at(args, 1), 'the type')), call)),
];

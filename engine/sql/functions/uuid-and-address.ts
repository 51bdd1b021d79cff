/** UUIDs, IPv4 and IPv6 addresses. Addresses are their canonical text here; as numbers they are UInt32 and 16 bytes. */
import { bound, type Bound } from '../bound.ts';
import { cast, castTextOr } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { defaultSql, plainSql } from '../physical.ts';
import { bare, dateTime, dateTime64, isNullable, nullable, printType, STRING, tuple, UINT32, UINT64, UINT8, UUID, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { bytesSql, condition, present, wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { checkZone } from '../time-zone.ts';
import { convertUsually } from './type-conversion.ts';

const IPV4: ClickHouseType = { kind: 'IPv4' };
const IPV6: ClickHouseType = { kind: 'IPv6' };
const SIXTEEN: ClickHouseType = { kind: 'FixedString', length: 16 };

const uuidText = (call: FunctionCall, args: readonly Bound[]) => {
  need(call, at(args, 0), 'text', 0);
  return plainSql(at(args, 0));
};

/** 32 hexadecimal digits as a UUID's text. */
function dashed(hex: DuckSql): DuckSql {
  return duck`lower(regexp_replace(${hex}, '(.{8})(.{4})(.{4})(.{4})(.{12})', '\\1-\\2-\\3-\\4-\\5'))`;
}

function conversions(name: string, type: ClickHouseType): readonly FunctionDefinition[] {
  const what = name.slice(2);
  const category = 'IP address' as const;
  const tried = (args: readonly Bound[], call: FunctionCall) => castTextOr({ ...at(args, 0), type: nullable(STRING) }, type, undefined, { timeZone: call.context.timeZone });
  const text = (args: readonly Bound[], call: FunctionCall) => need(call, at(args, 0), 'text', 0);
  const orDefault = (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    text(args, call);
    if (isNull(value)) return nullResult(call.span);
    const fallback = args[1] ? plainSql(cast(args[1], type)) : defaultSql(type);
    return result(call, [value], type, present([value], duck`coalesce(${tried(args, call)}, ${fallback})`));
  };
  return [
    define({ name, signature: `${name}(text)`, help: `Converts a text to ${what}.`, category }, 1, 1, (args, call) => convertUsually(at(args, 0), type, call)),
    define({ name: `${name}OrNull`, signature: `${name}OrNull(text)`, help: `Reads a text as ${what}; NULL when it is none.`, category }, 1, 1, (args, call) => {
      text(args, call);
      return isNull(at(args, 0)) ? nullResult(call.span) : bound(nullable(type), tried(args, call), call.span);
    }),
    define({ name: `${name}OrZero`, signature: `${name}OrZero(text)`, help: `Reads a text as ${what}; the zero address when it is none.`, category }, 1, 1, orDefault),
    define({ name: `${name}OrDefault`, signature: `${name}OrDefault(text[, default])`, help: `Reads a text as ${what}; the default when it is none.`, category }, 1, 2, orDefault),
  ];
}

/** The 32 digits of an address that is IPv6, its text, or 16 bytes. */
function digits6(call: FunctionCall, value: Bound): DuckSql {
  const type = bare(value.type);
  if (type.kind === 'IPv6') return duck`sandpiper_ipv6_hex(${plainSql(value)})`;
  if (type.kind === 'FixedString' && type.length === 16) return duck`lower(hex(${bytesSql(value)}))`;
  throw typeError(`${call.name} takes an IPv6 or a FixedString(16), not a value of type ${printType(value.type)}.`, value.span);
}

/** The UInt32 of an IPv4, or of a number. */
function number4(call: FunctionCall, value: Bound): DuckSql {
  if (bare(value.type).kind === 'IPv4') return duck`sandpiper_ipv4_number(${plainSql(value)})`;
  need(call, value, 'integer', 0);
  return plainSql(cast({ ...value, type: bare(value.type) }, UINT32));
}

function cidrRange(version: 4 | 6) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [address, prefix] = [at(args, 0), at(args, 1)];
    need(call, prefix, 'integer', 1);
    const [type, size] = version === 4 ? [IPV4, 32] : [IPV6, 128];
    const given = cast({ ...address, type: bare(address.type) }, type);
    const hex = version === 4 ? duck`lpad(to_hex(sandpiper_ipv4_number(${plainSql(given)})), 8, '0')` : duck`sandpiper_ipv6_hex(${plainSql(given)})`;
    const edge = (digit: DuckSql) => {
      const bits = duck`rpad(left(sandpiper_bits(${hex}), ${wholeSql(prefix)}), ${duckInteger(size)}, ${digit})`;
      return version === 4 ? duck`sandpiper_ipv4_text(CAST('0b' || ${bits} AS UBIGINT))` : duck`sandpiper_ipv6_text(lower(hex(sandpiper_from_bits(${bits}))))`;
    };
    return bound(tuple(type, type), duck`struct_pack("1" := ${edge(duck`'0'`)}, "2" := ${edge(duck`'1'`)})`, call.span);
  };
}

const describe = (category: 'UUID' | 'IP address') => (name: string, signature: string, help: string, extra: { readonly aliases?: readonly string[]; readonly caseInsensitiveAliases?: readonly string[]; readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category, ...extra });
const uuid = describe('UUID');
const address = describe('IP address');

function stringToNumber4(otherwise: 'fail' | 'zero' | 'null') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    need(call, value, 'text', 0);
    if (isNull(value)) return nullResult(call.span);
    if (otherwise === 'fail') return result(call, args, UINT32, duck`sandpiper_ipv4_number(sandpiper_ipv4(${plainSql(value)}))`);
    const tried = duck`sandpiper_ipv4_number(sandpiper_ipv4_or_null(${plainSql(value)}))`;
    if (otherwise === 'null') return bound(nullable(UINT32), tried, call.span);
    return result(call, args, UINT32, present(args, duck`coalesce(${tried}, CAST(0 AS UINTEGER))`));
  };
}

function stringToNumber6(otherwise: 'fail' | 'zero' | 'null') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const value = at(args, 0);
    need(call, value, 'text', 0);
    if (isNull(value)) return nullResult(call.span);
    const hex = otherwise === 'fail' ? duck`sandpiper_ipv6_hex(sandpiper_ipv6(${plainSql(value)}))` : duck`sandpiper_ipv6_hex(sandpiper_ipv6_or_null(${plainSql(value)}))`;
    const filled = otherwise === 'zero' ? present(args, duck`coalesce(${hex}, repeat('0', 32))`) : hex;
    return bound(otherwise === 'null' || isNullable(value.type) ? nullable(SIXTEEN) : SIXTEEN, duck`unhex(${filled})`, call.span, 'bytes');
  };
}

/** 32 digits in the order of a variant: 1 as they are written, 2 with the first three parts backwards. */
function inVariant(call: FunctionCall, hex: DuckSql, variant: Bound | undefined): DuckSql {
  const number = variant ? constantInteger(call, variant, 'the variant') : 1n;
  if (variant && number !== 1n && number !== 2n) throw typeError(`${call.name} knows the variants 1 and 2.`, variant.span);
  return number === 1n ? hex : duck`regexp_replace(${hex}, '(..)(..)(..)(..)(..)(..)(..)(..)(.*)', '\\4\\3\\2\\1\\6\\5\\8\\7\\9')`;
}

function zoneOf(call: FunctionCall, value: Bound | undefined): string | undefined {
  if (!value) return undefined;
  const zone = constantText(call, value, 'the time zone');
  checkZone(zone, value.span);
  return zone;
}

/** Snowflake ids begin with the milliseconds since an epoch, of 42 bits. */
function fromSnowflake(isFine: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [id, epoch, zone] = args;
    if (!id) throw typeError(`${call.name} takes an id.`, call.span);
    const type = bare(id.type);
    if (type.kind !== 'Integer' || type.bits !== 64 || type.signed) throw typeError(`${call.name} takes a UInt64, not a value of type ${printType(id.type)}.`, id.span);
    if (isNull(id)) return nullResult(call.span);
    const milliseconds = duck`CAST((${plainSql(id)} >> 22) + ${epoch ? wholeSql(epoch) : duckInteger(0)} AS BIGINT)`;
    const name = zoneOf(call, zone);
    return result(call, [id], isFine ? dateTime64(3, name) : dateTime(name), isFine ? duck`make_timestamp_ms(${milliseconds})` : duck`make_timestamp_ms(${milliseconds} // 1000 * 1000)`);
  };
}

function toSnowflake(sort: 'DateTime' | 'DateTime64') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [time, epoch] = args;
    if (!time) throw typeError(`${call.name} takes a time.`, call.span);
    if (isNull(time)) return nullResult(call.span);
    if (bare(time.type).kind !== sort) throw typeError(`${call.name} takes a ${sort}, not a value of type ${printType(time.type)}.`, time.span);
    return result(call, [time], UINT64, duck`CAST((CAST(round(epoch_us(${plainSql(time)}) / 1000.0) AS HUGEINT) - ${epoch ? wholeSql(epoch) : duckInteger(0)}) * 4194304 AS UBIGINT)`);
  };
}

const SNOWFLAKES: readonly FunctionDefinition[] = [
  define(uuid('snowflakeIDToDateTime', 'snowflakeIDToDateTime(id[, epoch[, timezone]])', 'The time in a Snowflake id.'), 1, 3, fromSnowflake(false)),
  define(uuid('snowflakeIDToDateTime64', 'snowflakeIDToDateTime64(id[, epoch[, timezone]])', 'The time in a Snowflake id, with milliseconds.'), 1, 3, fromSnowflake(true)),
  define(uuid('dateTimeToSnowflakeID', 'dateTimeToSnowflakeID(time[, epoch])', 'The first Snowflake id at a time.'), 1, 2, toSnowflake('DateTime')),
  define(uuid('dateTime64ToSnowflakeID', 'dateTime64ToSnowflakeID(time[, epoch])', 'The first Snowflake id at a time.'), 1, 2, toSnowflake('DateTime64')),
];

/** The address with its last bytes zero: so many of an IPv6 address, so many of an IPv4 address inside of one. */
function cutIPv6(args: readonly Bound[], call: FunctionCall): Bound {
  const [address, six, four] = [at(args, 0), at(args, 1), at(args, 2)];
  if (isNull(address)) return nullResult(call.span);
  const cut = (hex: DuckSql, count: Bound) => {
    const bytes = constantInteger(call, count, 'a number of bytes');
    if (bytes < 0n || bytes > 16n) throw typeError('cutIPv6 cuts from 0 to 16 bytes.', count.span);
    return duck`rpad(left(${hex}, ${duckInteger(32n - 2n * bytes)}), 32, '0')`;
  };
  return result(call, [address], STRING, once(call, digits6(call, address), (hex) => duck`sandpiper_ipv6_text(CASE WHEN starts_with(${hex}, '00000000000000000000ffff') THEN ${cut(hex, four)} ELSE ${cut(hex, six)} END)`));
}

export const UUID_AND_ADDRESS: readonly FunctionDefinition[] = [
  define(uuid('generateUUIDv4', 'generateUUIDv4()', 'A new random UUID for each row.'), 0, 1, (_, call) => bound(UUID, duck`uuid()`, call.span)),
  define(uuid('generateUUIDv7', 'generateUUIDv7()', 'A new UUID in order of time for each row.'), 0, 1, (_, call) => bound(UUID, duck`uuidv7()`, call.span)),
  define(uuid('UUIDStringToNum', 'UUIDStringToNum(text[, variant])', 'The 16 bytes of a UUID in text; variant 2 is the order of Microsoft.'), 1, 2, (args, call) => {
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, [at(args, 0)], SIXTEEN, duck`unhex(${inVariant(call, duck`replace(CAST(CAST(${uuidText(call, args)} AS UUID) AS VARCHAR), '-', '')`, args[1])})`, 'bytes');
  }),
  define(uuid('UUIDToNum', 'UUIDToNum(uuid[, variant])', 'The 16 bytes of a UUID; variant 2 is the order of Microsoft.'), 1, 2, (args, call) => {
    if (bare(at(args, 0).type).kind !== 'UUID') throw typeError('UUIDToNum takes a UUID.', at(args, 0).span);
    return result(call, [at(args, 0)], SIXTEEN, duck`unhex(${inVariant(call, duck`replace(CAST(${plainSql(at(args, 0))} AS VARCHAR), '-', '')`, args[1])})`, 'bytes');
  }),
  define(uuid('UUIDNumToString', 'UUIDNumToString(bytes[, variant])', '16 bytes as the text of a UUID; variant 2 is the order of Microsoft.'), 1, 2, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return result(call, [at(args, 0)], STRING, dashed(inVariant(call, duck`hex(${bytesSql(at(args, 0))})`, args[1])));
  }),
  define(uuid('UUIDv7ToDateTime', 'UUIDv7ToDateTime(uuid[, timezone])', 'The time in a UUID of version 7.'), 1, 2, (args, call) => {
    const value = at(args, 0);
    if (bare(value.type).kind !== 'UUID') throw typeError('UUIDv7ToDateTime takes a UUID.', value.span);
    return result(call, [value], dateTime64(3, zoneOf(call, args[1])), duck`CASE WHEN uuid_extract_version(${plainSql(value)}) = 7 THEN timezone('UTC', uuid_extract_timestamp(${plainSql(value)})) ELSE TIMESTAMP '1970-01-01 00:00:00' END`);
  }),
  ...SNOWFLAKES,
  ...conversions('toIPv4', IPV4),
  ...conversions('toIPv6', IPV6),
  define(address('IPv4StringToNum', 'IPv4StringToNum(text)', 'An IPv4 address as a number; fails when it is none.', { caseInsensitiveAliases: ['INET_ATON'] }), 1, 1, stringToNumber4('fail')),
  define(address('IPv4StringToNumOrDefault', 'IPv4StringToNumOrDefault(text)', 'An IPv4 address as a number; 0 when it is none.'), 1, 1, stringToNumber4('zero')),
  define(address('IPv4StringToNumOrNull', 'IPv4StringToNumOrNull(text)', 'An IPv4 address as a number; NULL when it is none.'), 1, 1, stringToNumber4('null')),
  define(address('IPv4NumToString', 'IPv4NumToString(number)', 'A number as an IPv4 address.', { caseInsensitiveAliases: ['INET_NTOA'] }), 1, 1, (args, call) => result(call, args, STRING, duck`sandpiper_ipv4_text(${number4(call, at(args, 0))})`)),
  define(address('IPv4NumToStringClassC', 'IPv4NumToStringClassC(number)', 'A number as an IPv4 address with xxx for its last part.'), 1, 1, (args, call) => result(call, args, STRING, duck`regexp_replace(sandpiper_ipv4_text(${number4(call, at(args, 0))}), '[0-9]+$', 'xxx')`)),
  define(address('IPv6StringToNum', 'IPv6StringToNum(text)', 'The 16 bytes of an IPv6 address; fails when it is none.', { caseInsensitiveAliases: ['INET6_ATON'] }), 1, 1, stringToNumber6('fail')),
  define(address('IPv6StringToNumOrDefault', 'IPv6StringToNumOrDefault(text)', 'The 16 bytes of an IPv6 address; zeros when it is none.'), 1, 1, stringToNumber6('zero')),
  define(address('IPv6StringToNumOrNull', 'IPv6StringToNumOrNull(text)', 'The 16 bytes of an IPv6 address; NULL when it is none.'), 1, 1, stringToNumber6('null')),
  define(address('IPv6NumToString', 'IPv6NumToString(bytes)', '16 bytes as an IPv6 address.', { caseInsensitiveAliases: ['INET6_NTOA'] }), 1, 1, (args, call) => result(call, args, STRING, duck`sandpiper_ipv6_text(${digits6(call, at(args, 0))})`)),
  define(address('IPv4ToIPv6', 'IPv4ToIPv6(address)', 'An IPv4 address as IPv6.'), 1, 1, (args, call) => result(call, args, IPV6, duck`'::ffff:' || sandpiper_ipv4_text(${number4(call, at(args, 0))})`)),
  define(address('cutIPv6', 'cutIPv6(address, bytes, bytes)', 'An address without its last bytes: so many of IPv6, so many of IPv4 in it.'), 3, 3, cutIPv6),
  define(address('isIPv4String', 'isIPv4String(text)', '1 when the text is an IPv4 address.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return condition(call, args, present(args, duck`(sandpiper_ipv4_or_null(${plainSql(at(args, 0))}) IS NOT NULL)`));
  }),
  define(address('isIPv6String', 'isIPv6String(text)', '1 when the text is an IPv6 address.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    return condition(call, args, present(args, duck`(sandpiper_ipv6_hex(${plainSql(at(args, 0))}) IS NOT NULL)`));
  }),
  define(address('isIPAddressInRange', "isIPAddressInRange(address, 'network/bits')", '1 when the address is in the network.'), 2, 2, (args, call) => {
    const [value, range] = [at(args, 0), at(args, 1)];
    need(call, range, 'text', 1);
    if (args.some(isNull)) return nullResult(call.span);
    const text = ['IPv4', 'IPv6'].includes(bare(value.type).kind) ? plainSql(value) : uuidText(call, args);
    return bound(UINT8, present(args, duck`sandpiper_ip_in_range(${text}, ${plainSql(range)})`), call.span, 'boolean');
  }),
  define(address('IPv4CIDRToRange', 'IPv4CIDRToRange(address, bits)', 'The first and last address of a network.'), 2, 2, cidrRange(4)),
  define(address('IPv6CIDRToRange', 'IPv6CIDRToRange(address, bits)', 'The first and last address of a network.'), 2, 2, cidrRange(6)),
];

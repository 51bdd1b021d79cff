/**
 * Types and values that a random table or query may hold: edge values first, then small ones that meet each other, so
 * that joins and groups find company. Values are written as ClickHouse expressions of exactly their type.
 */
import { parseType } from '../../../engine/sql/parse-type.ts';
import { printType, type ClickHouseType } from '../../../engine/sql/types.ts';
import type { Random } from './random.ts';

export const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'] as const;

const SCALARS: readonly (readonly [number, string])[] = [
  [3, 'UInt8'], [2, 'UInt16'], [3, 'UInt32'], [3, 'UInt64'], [1, 'UInt128'], [2, 'Int8'], [2, 'Int16'], [3, 'Int32'], [3, 'Int64'], [1, 'Int128'],
  [2, 'Float32'], [4, 'Float64'], [2, 'Decimal(9, 2)'], [2, 'Decimal(18, 4)'], [1, 'Decimal(38, 10)'], [2, 'Bool'],
  [6, 'String'], [2, 'FixedString(4)'], [1, 'UUID'], [1, 'IPv4'], [1, 'IPv6'], [4, 'Date'], [2, 'Date32'], [4, 'DateTime'], [1, "DateTime('Europe/Berlin')"],
  [1, "DateTime('America/New_York')"], [2, 'DateTime64(3)'], [1, "DateTime64(6, 'Asia/Kolkata')"], [2, "Enum8('red' = 1, 'green' = 2, 'blue' = -3)"], [1, "Enum16('a' = 1, 'B' = 1000)"],
];

export function scalarType(random: Random): ClickHouseType {
  return parseType(random.weighted(SCALARS));
}

/** Any type that a column may have. */
export function columnType(random: Random): ClickHouseType {
  const scalar = scalarType(random);
  return random.weighted<() => ClickHouseType>([
    [10, () => scalar],
    [5, () => ({ kind: 'Nullable', of: scalar })],
    [1.5, () => ({ kind: 'LowCardinality', of: { kind: 'String' } })],
    [0.7, () => ({ kind: 'LowCardinality', of: { kind: 'Nullable', of: { kind: 'String' } } })],
    [0.3, () => ({ kind: 'LowCardinality', of: { kind: 'FixedString', length: 4 } })],
    [3, () => ({ kind: 'Array', of: random.chance(0.25) ? { kind: 'Nullable', of: scalar } : scalar })],
    [0.4, () => ({ kind: 'Array', of: { kind: 'Array', of: scalar } })],
    [0.3, () => ({ kind: 'Array', of: { kind: 'LowCardinality', of: { kind: 'String' } } })],
    [1, () => ({ kind: 'Tuple', elements: random.list(1, 3, () => ({ type: scalarType(random) })) })],
    [0.7, () => ({ kind: 'Tuple', elements: ['x', 'label'].map((name) => ({ name, type: scalarType(random) })) })],
    [1.2, () => ({ kind: 'Map', key: parseType(random.pick(['String', 'UInt8', 'LowCardinality(String)', 'Int32'])), value: random.chance(0.2) ? { kind: 'Array', of: scalar } : scalar })],
  ])();
}

const TEXTS = [
  '', 'a', 'b', 'B', 'abc', 'Hello World', 'red', 'green', '12', '-3', '0', '3.5', '007', 'ünï', '日本語', 'a😀b', ' a ', 'a,b,,c', 'x%y_z', "it's", 'back\\slash', 'tab\tnew\nline',
  '2024-02-29', '2024-02-29 13:45:07', '1969-12-31', 'https://www.example.com:8080/a/b.html?x=1&y=#top', '{"a": 1, "b": [1, "x", null], "c": {"d": 2.5}}', '[1, 2]', 'true', 'nan', 'NULL', 'AbCdE fGh', 'a.b.c', 'key=value', '1.2.3.4', '::1',
];
const FLOATS = ['0', '1', '-1', '0.5', '-2.25', '3.75', '100.125', '1e10', 'nan', 'inf', '-inf', '2.5', '-0.5', '7'];
const DATES = ['2024-01-01', '2024-02-29', '2024-03-10', '2024-03-31', '2024-10-27', '2024-12-31', '2023-01-01', '1970-01-01', '1970-01-02', '2000-06-15', '2020-12-28'];
const LATE_DATES = ['2149-06-06', '2100-02-28'];
const WIDE_DATES = ['1900-01-01', '1969-12-31', '2299-12-31', '1925-07-04'];
const CLOCKS = ['00:00:00', '01:30:00', '02:30:00', '12:00:00', '13:45:07', '23:59:59'];
const UUIDS = ['00000000-0000-0000-0000-000000000000', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', 'ffffffff-ffff-4fff-bfff-ffffffffffff', '0188d2f0-1111-7abc-8def-0123456789ab'];
const IPV4 = ['0.0.0.0', '127.0.0.1', '10.1.2.3', '192.168.0.255', '255.255.255.255'];
const IPV6 = ['::', '::1', '2001:db8::ff00:42:8329', 'fe80::1', '::ffff:1.2.3.4'];

/** An expression whose value is one of the type. */
export function valueOf(type: ClickHouseType, random: Random): string {
  const name = printType(type);
  switch (type.kind) {
    case 'Nullable':
      return random.chance(0.3) ? `CAST(NULL, ${quote(name)})` : `CAST(${valueOf(type.of, random)}, ${quote(name)})`;
    case 'LowCardinality':
      return `CAST(${valueOf(type.of, random)}, ${quote(name)})`;
    case 'Array': {
      const items = random.list(0, random.chance(0.1) ? 6 : 3, () => valueOf(type.of, random));
      return `CAST([${items.join(', ')}], ${quote(name)})`;
    }
    case 'Tuple':
      return `CAST(tuple(${type.elements.map((element) => valueOf(element.type, random)).join(', ')}), ${quote(name)})`;
    case 'Map': {
      const keys = [...new Set(random.list(0, 3, () => valueOf(type.key, random)))];
      return `CAST(map(${keys.map((key) => `${key}, ${valueOf(type.value, random)}`).join(', ')}), ${quote(name)})`;
    }
    default:
      return `CAST(${quote(plainText(type, random))}, ${quote(name)})`;
  }
}

/** The value's text, for types that ClickHouse reads from text. */
export function plainText(type: ClickHouseType, random: Random): string {
  switch (type.kind) {
    case 'Integer': {
      const most = 2n ** BigInt(type.signed ? type.bits - 1 : type.bits) - 1n;
      const least = type.signed ? -most - 1n : 0n;
      return random.weighted<() => string>([[8, () => String(random.whole(type.signed ? -5 : 0, 12))], [1, () => String(random.chance(0.5) ? most : least)], [1, () => String(BigInt(random.whole(0, 100)) * most / 100n)]])();
    }
    case 'Float':
      return random.pick(FLOATS);
    case 'Bool':
      return random.pick(['true', 'false']);
    case 'Decimal':
      return `${random.whole(-20, 120)}.${String(random.whole(0, 99)).padStart(2, '0')}`;
    case 'String':
      return random.pick(TEXTS);
    case 'FixedString':
      return random.pick(['', 'a', 'abc', 'abcd', 'B 12', '0012']).slice(0, type.length);
    case 'UUID':
      return random.pick(UUIDS);
    case 'IPv4':
      return random.pick(IPV4);
    case 'IPv6':
      return random.pick(IPV6);
    case 'Date':
      return random.pick(random.chance(0.9) ? DATES : LATE_DATES);
    case 'Date32':
      return random.pick(random.chance(0.8) ? DATES : WIDE_DATES);
    case 'DateTime':
      return `${random.pick(DATES.filter((date) => !date.startsWith('1970')))} ${random.pick(CLOCKS)}`;
    case 'DateTime64':
      return `${random.pick(DATES.filter((date) => !date.startsWith('1970')))} ${random.pick(CLOCKS)}.${String(random.whole(0, 999_999)).padStart(6, '0').slice(0, type.precision)}`;
    case 'Enum':
      return random.pick(type.values).name;
    default:
      throw new Error(`No values of ${printType(type)} are made`);
  }
}

/** A constant as people write it: a bare literal or a short conversion. */
export function literalOf(type: ClickHouseType, random: Random): string {
  switch (type.kind) {
    case 'Integer':
      return type.bits <= 64 ? plainText(type, random) : valueOf(type, random);
    case 'Float': {
      const value = plainText(type, random);
      return /^-?\d+$/.test(value) ? `${value}.0` : value;
    }
    case 'Bool':
    case 'String':
      return type.kind === 'Bool' ? plainText(type, random) : quote(plainText(type, random));
    case 'Date':
      return `toDate(${quote(plainText(type, random))})`;
    case 'DateTime':
      return type.timeZone === undefined ? `toDateTime(${quote(plainText(type, random))})` : valueOf(type, random);
    case 'Array':
      return `[${random.list(1, 3, () => literalOf(type.of, random)).join(', ')}]`;
    case 'Tuple':
      return `tuple(${type.elements.map((element) => literalOf(element.type, random)).join(', ')})`;
    default:
      return valueOf(type, random);
  }
}

export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;
}

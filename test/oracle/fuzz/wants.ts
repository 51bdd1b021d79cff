/**
 * What the words of signatures ask for: kinds of types that fit, and constants as people write them. A word may mean
 * another thing in one category of functions (`a` is a number in arithmetic and a text in string), so both are looked up.
 */
import { bare, type ClickHouseType } from '../../../engine/sql/types.ts';
import type { Random } from './random.ts';
import { literalOf, plainText, quote, scalarType, ZONES } from './values.ts';
import { parseType } from '../../../engine/sql/parse-type.ts';

export interface Want {
  /** Which expressions at hand fit; absent where only constants do. */
  readonly fits?: (type: ClickHouseType, text: string) => boolean;
  readonly literal: (random: Random) => string;
  /** How often a constant is taken although expressions are at hand. */
  readonly constants?: number;
}

type Kind = ClickHouseType['kind'];

function of(kinds: readonly Kind[], literal: Want['literal'], constants = 0.2): Want {
  return { fits: (type) => kinds.includes(bare(type).kind), literal, constants };
}
function only(...texts: readonly string[]): Want {
  return { literal: (random) => random.pick(texts) };
}
function words(...texts: readonly string[]): Want {
  return only(...texts.map(quote));
}
function like(type: string): Want['literal'] {
  return (random) => literalOf(parseType(type), random);
}
function whole(least: number, most: number): Want {
  return of(['Integer'], (random) => String(random.whole(least, most)), 0.75);
}

const SCALAR: readonly Kind[] = ['Integer', 'Float', 'Bool', 'Decimal', 'String', 'FixedString', 'UUID', 'IPv4', 'IPv6', 'Date', 'Date32', 'DateTime', 'DateTime64', 'Enum'];
const NUMBER: readonly Kind[] = ['Integer', 'Float', 'Decimal', 'Bool'];
const TIME: readonly Kind[] = ['Date', 'Date32', 'DateTime', 'DateTime64'];

export const ANY: Want = { fits: () => true, literal: (random) => (random.chance(0.1) ? 'NULL' : literalOf(scalarType(random), random)), constants: 0.2 };
export const SCALAR_WANT = of(SCALAR, (random) => literalOf(scalarType(random), random));
export const NUMBER_WANT = of(NUMBER, (random) => literalOf(parseType(random.pick(['UInt8', 'Int32', 'Float64', 'UInt16', 'Int64'])), random), 0.3);
export const INTEGER_WANT = of(['Integer'], like('Int8'));
export const TEXT_WANT = of(['String', 'FixedString', 'Enum'], like('String'));
export const TIME_WANT = of(TIME, (random) => literalOf(parseType(random.pick(['Date', 'DateTime'])), random), 0.1);
export const ARRAY_WANT = of(['Array'], (random) => `[${random.list(1, 4, () => String(random.whole(-2, 6))).join(', ')}]`, 0.15);
export const MAP_WANT = of(['Map'], () => "map('a', 1, 'b', 2)", 0.1);
export const TUPLE_WANT = of(['Tuple'], (random) => `(${random.whole(0, 9)}, ${random.whole(0, 9)}.5)`, 0.1);
/** What may stand where a condition is asked for. */
export const CONDITION_WANT: Want = { fits: (type) => { const inner = bare(type); return inner.kind === 'Bool' || (inner.kind === 'Integer' && inner.bits === 8 && !inner.signed); }, literal: (random) => random.pick(['1', '0', 'true', 'NULL']), constants: 0.05 };
export const ORDERABLE: Want = of([...SCALAR], (random) => literalOf(scalarType(random), random), 0);

const VECTOR: Want = { fits: (type) => { const inner = bare(type); return inner.kind === 'Array' && NUMBER.includes(inner.of.kind) && inner.of.kind !== 'Bool' && inner.of.kind !== 'Decimal'; }, literal: (random) => `[${random.whole(0, 5)}.5, ${random.whole(-3, 3)}, 2]`, constants: 0.8 };
const URL_WANT = of(['String'], (random) => quote(random.pick(['https://www.example.com:8080/a/b.html?x=1&y=2#top', 'http://user@sub.example.co.uk/', 'example.org/path?q=%20x', '//cdn.a.b/c', 'mailto:x@y.z', ''])), 0.6);
const JSON_TEXT = of(['String'], (random) => quote(random.pick(['{"a": 1, "b": [1, "x", null], "c": {"d": 2.5}}', '[1, 2.5, "t", true, null]', '{"a": "12", "b": -1.5e3}', '{}', '"text"', 'broken {'])), 0.7);
const EXPRESSION = words('a', '[a-c]+', '(\\d+)', '^.', '\\s', 'o|e', '([a-z])([a-z])', 'x%', '.*', '');
const PATTERN = words('%a%', 'a%', '%', '_', '%\\%%', '__%', '', 'Hello%', '%b');
const PART = of(['String'], (random) => quote(random.pick(['a', 'b', '', 'o', ' ', ',', 'ab', 'ü', '日', 'World', '.'])), 0.8);
const SEPARATOR = words(',', ' ', '.', 'a', '-');
const ZONE = words(...ZONES);
const TYPE = words('Int32', 'String', 'Float64', 'Nullable(Int64)', 'UInt8', 'Date', 'DateTime', 'Decimal(18, 4)', 'Nullable(String)', 'LowCardinality(String)', 'DateTime64(3)', 'UInt64', 'Int8', 'FixedString(5)');

const WORDS: Readonly<Record<string, Want>> = {
  text: TEXT_WANT, part: PART, prefix: PART, suffix: PART, token: words('Hello', 'World', 'a', 'abc'), character: words('a', '/', '.'), separator: SEPARATOR, "'separator'": SEPARATOR, characters: words('a', ' ', 'abc', ''), replacement: of(['String'], (random) => quote(random.pick(['', 'X', 'yy', '\\1', '\\0'])), 0.8), path: URL_WANT, filler: words('*', 'ab', ' '),
  "'expression'": EXPRESSION, "'pattern'": PATTERN, "['expression', …]": only("['a', 'b+']", "['^x', '[0-9]+', 'o']"), '[part, …]': only("['a', 'b']", "['o', 'l', '']", "['World']"), '[token, …]': only("['a', 'Hello']", "['abc']"),
  timezone: ZONE, "'unit'": words('second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'), "'part'": words('year', 'month', 'weekday', 'hour', 'day'), "'format'": words('%Y-%m-%d', '%H:%i:%S', '%d/%m/%y', '%F %T', '%j', '%W %M', '%e %p', '%Q'), time: TIME_WANT, interval: only('INTERVAL 1 DAY', 'INTERVAL 2 HOUR', 'INTERVAL -3 MONTH', 'INTERVAL 1 YEAR', 'INTERVAL 90 SECOND', 'INTERVAL 1 WEEK'), 'INTERVAL n unit': only('INTERVAL 1 HOUR', 'INTERVAL 2 DAY', 'INTERVAL 15 MINUTE', 'INTERVAL 1 WEEK', 'INTERVAL 1 MONTH', 'INTERVAL 3 SECOND', 'INTERVAL 1 YEAR'), mode: whole(0, 9), origin: { literal: () => "toDateTime('2020-01-01 00:00:00')" },
  start: whole(0, 5), end: whole(0, 6), step: whole(1, 3), seconds: whole(0, 2_000_000), days: whole(0, 60_000), day: whole(1, 31), month: whole(1, 12), year: whole(1970, 2100), hour: whole(0, 23), minute: whole(0, 59), second: whole(0, 59), fraction: whole(0, 999), years: whole(0, 120),
  number: NUMBER_WANT, count: whole(0, 5), length: whole(0, 8), offset: whole(-4, 6), size: whole(0, 5), digits: whole(-2, 5), scale: only('0', '2', '4'), precision: only('0', '3', '6'), most: whole(0, 4), index: whole(-3, 4), position: whole(0, 7), limit: whole(1, 4), bits: whole(0, 32), base: only('2', '10', '16'), group: only('0', '1'), width: only('10', '20'), steps: only('[0, 10, 100]', '[1, 2.5]'), bytes: NUMBER_WANT, duration: whole(0, 3_600), p: only('1', '2', '3'), bits_: whole(0, 8),
  array: ARRAY_WANT, map: MAP_WANT, tuple: TUPLE_WANT, vector: VECTOR, json: JSON_TEXT, url: URL_WANT, uuid: of(['UUID'], like('UUID')), address: of(['IPv4'], like('IPv4')), decimal: of(['Decimal'], like('Decimal(9, 2)')), condition: CONDITION_WANT, removed: ARRAY_WANT, values: ARRAY_WANT, keys: ARRAY_WANT,
  key: { literal: (random) => random.pick(["'a'", "'b'", "'c'", "'x'", '1', '-1', "'a', 'd'"]) }, "'key'": words('a', 'b', 'c'), "'name'": words('x', 'y'), "'$.path'": words('$.a', '$.b[0]', '$.c.d', '$'), "'type'": TYPE, "'Type'": TYPE, "'aggregate'": words('sum', 'max', 'uniq', 'avg', 'count'), "'{} and {1}'": words('{} and {}', '{0}-{1}-{0}'), "'%s of %d'": words('%s'), bitmap: { literal: (random) => `bitmapBuild([${random.list(1, 4, () => String(random.whole(0, 9))).join(', ')}])` },
  from: only('[1, 2]', "['a', 'b']"), to: only('[10, 20]', "['x', 'y']"), min: NUMBER_WANT, max: NUMBER_WANT, weight: { fits: (type) => { const inner = bare(type); return inner.kind === 'Integer' && !inner.signed && type.kind === 'Integer' && inner.bits <= 64; }, literal: (random) => String(random.whole(0, 4)) }, by: ORDERABLE, level: only('0.5', '0.25', '0.9', '0', '1'), n: whole(1, 10), condition1: CONDITION_WANT, condition2: CONDITION_WANT, pattern: words('(?1)(?2)', '(?1).*(?2)'), delimiter: SEPARATOR, window: only('2', '3600'), accuracy: only('0.01'), seed: only('1'), halfLife: only('2'), default: ANY, last: whole(0, 9),
};

const BY_CATEGORY: Readonly<Record<string, Want>> = {
  'comparison a': SCALAR_WANT, 'comparison b': SCALAR_WANT, 'arithmetic a': NUMBER_WANT, 'arithmetic b': NUMBER_WANT, 'arithmetic x': NUMBER_WANT, 'logical a': CONDITION_WANT, 'logical b': CONDITION_WANT, 'bit a': INTEGER_WANT, 'bit b': INTEGER_WANT, 'bit number': INTEGER_WANT, 'encoding number': INTEGER_WANT,
  'string a': TEXT_WANT, 'string b': TEXT_WANT, 'mathematical x': NUMBER_WANT, 'mathematical y': NUMBER_WANT, 'dates and times start': TIME_WANT, 'dates and times end': TIME_WANT, 'dates and times number': whole(-40, 400), 'array start': whole(-2, 5), 'array x': ARRAY_WANT, 'null value': ANY, 'conditional value': SCALAR_WANT, 'conditional a': SCALAR_WANT,
  'distance p': only('1', '2'), 'IP address number': of(['Integer'], like('UInt32')), 'IP address text': of(['String'], (random) => quote(random.pick(['1.2.3.4', '::1', 'x', '10.0.0.300'])), 0.8),
  'dates and times text': of(['String'], (random) => quote(random.pick(['2024-02-29 13:45:07', '2024-02-29', '13/02/2024', '1710000000'])), 0.8), 'aggregate x': NUMBER_WANT, 'aggregate y': NUMBER_WANT,
};

/** What to put at a place with this word, in a function of this category. */
export function wantFor(word: string, category: string): Want {
  return BY_CATEGORY[`${category} ${word}`] ?? WORDS[word] ?? ANY;
}

/** A type that texts convert to without failing. */
export function safeText(random: Random): string {
  return quote(plainText({ kind: 'String' }, random));
}

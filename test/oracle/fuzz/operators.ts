/** Operators and special forms, as people write them: what they want on each side and how they are spelt. */
import { ANY, ARRAY_WANT, CONDITION_WANT, INTEGER_WANT, MAP_WANT, NUMBER_WANT, SCALAR_WANT, TEXT_WANT, TIME_WANT, TUPLE_WANT, wantFor, type Want } from './wants.ts';

export interface Operator {
  readonly name: string;
  readonly weight: number;
  readonly wants: readonly Want[];
  readonly write: (texts: readonly string[]) => string;
}

function infix(symbol: string, weight: number, left: Want, right: Want): Operator {
  return { name: symbol, weight, wants: [left, right], write: ([one = '', other = '']) => `(${one} ${symbol} ${other})` };
}
function form(name: string, weight: number, wants: readonly Want[], write: (...texts: readonly string[]) => string): Operator {
  return { name, weight, wants, write: (texts) => write(...texts) };
}

const INTERVAL = wantFor('interval', '');
const PATTERN = wantFor("'pattern'", '');
const CAST_TYPES = ['Int32', 'String', 'Float64', 'Nullable(Int64)', 'UInt8', 'UInt64', 'Decimal(18, 4)', 'Nullable(String)', 'LowCardinality(String)', 'Int8', 'Float32', 'Bool', 'Nullable(Float64)'];

export const OPERATORS: readonly Operator[] = [
  ...['+', '-', '*', '/', '%'].map((symbol) => infix(symbol, 2, NUMBER_WANT, NUMBER_WANT)),
  infix('DIV', 0.5, NUMBER_WANT, NUMBER_WANT), infix('MOD', 0.3, NUMBER_WANT, NUMBER_WANT),
  ...['=', '!=', '<', '<=', '>', '>=', '==', '<>'].map((symbol) => infix(symbol, 0.6, NUMBER_WANT, NUMBER_WANT)),
  ...['=', '<', '>=', '!='].flatMap((symbol) => [infix(symbol, 0.4, TEXT_WANT, TEXT_WANT), infix(symbol, 0.5, TIME_WANT, TIME_WANT), infix(symbol, 0.2, SCALAR_WANT, SCALAR_WANT)]),
  infix('=', 0.3, ARRAY_WANT, ARRAY_WANT), infix('=', 0.2, TUPLE_WANT, TUPLE_WANT), infix('<', 0.2, TUPLE_WANT, TUPLE_WANT), infix('=', 0.1, MAP_WANT, MAP_WANT), infix('<=>', 0.4, SCALAR_WANT, SCALAR_WANT),
  infix('AND', 2, CONDITION_WANT, CONDITION_WANT), infix('OR', 2, CONDITION_WANT, CONDITION_WANT), infix('||', 1.5, TEXT_WANT, ANY),
  infix('LIKE', 0.7, TEXT_WANT, PATTERN), infix('NOT LIKE', 0.3, TEXT_WANT, PATTERN), infix('ILIKE', 0.4, TEXT_WANT, PATTERN),
  infix('+', 1.2, TIME_WANT, INTERVAL), infix('-', 1, TIME_WANT, INTERVAL), infix('+', 0.7, TIME_WANT, INTEGER_WANT), infix('-', 0.7, TIME_WANT, TIME_WANT),
  form('NOT', 1, [CONDITION_WANT], (one) => `(NOT ${one})`),
  form('negate', 1, [NUMBER_WANT], (one = '') => `(-${one.startsWith('-') ? `(${one})` : one})`),
  form('IS NULL', 1, [ANY], (one) => `(${one} IS NULL)`),
  form('IS NOT NULL', 0.7, [ANY], (one) => `(${one} IS NOT NULL)`),
  form('BETWEEN', 0.8, [NUMBER_WANT, NUMBER_WANT, NUMBER_WANT], (a, b, c) => `(${a} BETWEEN ${b} AND ${c})`),
  form('BETWEEN', 0.5, [TIME_WANT, TIME_WANT, TIME_WANT], (a, b, c) => `(${a} BETWEEN ${b} AND ${c})`),
  form('NOT BETWEEN', 0.3, [TEXT_WANT, TEXT_WANT, TEXT_WANT], (a, b, c) => `(${a} NOT BETWEEN ${b} AND ${c})`),
  form('IN', 1, [NUMBER_WANT], (one) => `(${one} IN (0, 1, 2, 7))`),
  form('IN', 0.7, [TEXT_WANT], (one) => `(${one} IN ('a', 'red', ''))`),
  form('NOT IN', 0.5, [NUMBER_WANT], (one) => `(${one} NOT IN (1, -1, NULL))`),
  form('IN', 0.4, [TIME_WANT], (one) => `(${one} IN ('2024-02-29', '2024-01-01'))`),
  form('IN', 0.3, [NUMBER_WANT, TEXT_WANT], (a, b) => `((${a}, ${b}) IN ((1, 'a'), (2, 'b')))`),
  form('CASE', 1.5, [CONDITION_WANT, SCALAR_WANT, CONDITION_WANT, SCALAR_WANT, SCALAR_WANT], (a, b, c, d, e) => `CASE WHEN ${a} THEN ${b} WHEN ${c} THEN ${d} ELSE ${e} END`),
  form('CASE', 0.7, [CONDITION_WANT, ANY], (a, b) => `CASE WHEN ${a} THEN ${b} END`),
  form('CASE x', 0.7, [NUMBER_WANT, TEXT_WANT, TEXT_WANT], (a, b, c) => `CASE ${a} WHEN 1 THEN ${b} WHEN 2 THEN ${c} ELSE '?' END`),
  form('?:', 1, [CONDITION_WANT, SCALAR_WANT, SCALAR_WANT], (a, b, c) => `(${a} ? ${b} : ${c})`),
  ...CAST_TYPES.flatMap((type) => [form('::', 0.2, [NUMBER_WANT], (one = '') => (/^-?[\d.]/.test(one) ? `CAST(${one}, '${type}')` : `(${one})::${type}`)), form('CAST', 0.1, [SCALAR_WANT], (one) => `CAST(${one} AS ${type})`)]),
  form('[]', 1.5, [ARRAY_WANT, wantFor('index', '')], (a, b) => `${a}[${b}]`),
  form('map[]', 1, [MAP_WANT], (one) => `${one}['a']`), form('map[]', 0.5, [MAP_WANT], (one) => `${one}[1]`),
  form('.1', 1, [TUPLE_WANT], (one) => `(${one}).1`), form('.2', 0.4, [TUPLE_WANT], (one) => `(${one}).2`),
  form('[…]', 1, [SCALAR_WANT, SCALAR_WANT], (a, b) => `[${a}, ${b}]`), form('[…]', 0.7, [ANY], (a) => `[${a}]`), form('(…)', 1, [ANY, ANY], (a, b) => `(${a}, ${b})`),
  form('arrayMap2', 0.5, [ARRAY_WANT], (a) => `arrayMap((x, y) -> (x, y), ${a}, arrayReverse(${a}))`), form('arrayFilter2', 0.3, [ARRAY_WANT], (a) => `arrayFilter((x, i) -> i > 1, ${a}, arrayEnumerate(${a}))`),
  form('EXTRACT', 0.4, [TIME_WANT], (a) => `EXTRACT(MONTH FROM ${a})`), form('DATE_TRUNC', 0.4, [TIME_WANT], (a) => `DATE_TRUNC('month', ${a})`), form('date_add', 0.3, [TIME_WANT], (a) => `date_add(DAY, 3, ${a})`), form('date_diff', 0.4, [TIME_WANT, TIME_WANT], (a, b) => `date_diff('hour', ${a}, ${b})`),
  form('toDate', 1, [TIME_WANT], (a) => `toDate(${a})`), form('toString', 1.5, [ANY], (a) => `toString(${a})`), form('toTypeName', 0.5, [ANY], (a) => `toTypeName(${a})`), form('toUInt8', 0.6, [NUMBER_WANT], (a) => `toUInt8(${a})`), form('toInt64', 0.6, [NUMBER_WANT], (a) => `toInt64(${a})`), form('toFloat64', 0.6, [NUMBER_WANT], (a) => `toFloat64(${a})`),
];

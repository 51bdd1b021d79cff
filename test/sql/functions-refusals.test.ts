/** What functions refuse: one sentence, and the span of the argument that is to blame. */
import { expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { findFunction, listFunctions, suggestFunctions } from '../../engine/sql/functions/registry.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { translate } from '../../engine/sql/translate.ts';

/** The code, the sentence, and the text that the error points at. */
function refusal(sql: string): readonly [string, string, string] | string {
  try {
    return translate(parseQuery(sql), { catalog: { findTable: () => undefined, tableNames: () => [] } }).duckdbSql;
  } catch (error) {
    if (!(error instanceof SandpiperError)) throw error;
    const span = error.detail.span ?? { start: 0, end: 0 };
    return [error.code, error.message, sql.slice(span.start, span.end)];
  }
}

test('places that start at 1 are not 0, and conditions are UInt8 or Bool', () => {
  expect(['SELECT range(number)[0] FROM numbers(2)', 'SELECT substring(toString(number), 0, 2) FROM numbers(2)', 'SELECT if(toInt32(1), 1, 2)', 'SELECT arrayFilter(x -> x, [toInt32(1)])', 'SELECT sumIf(1, toInt32(1))'].map(refusal)).toEqual([
    ['type', 'The first element of an array has the number 1.', '0'],
    ['type', 'The first character of a text has the number 1.', '0'],
    ['type', 'if takes a condition, which is UInt8 or Bool, not a value of type Int32: compare it, as in x != 0.', 'toInt32(1)'],
    ['type', 'The lambda takes a condition, which is UInt8 or Bool, not a value of type Int32: compare it, as in x != 0.', 'x'],
    ['type', 'sumIf takes a condition, which is UInt8 or Bool, not a value of type Int32: compare it, as in x != 0.', 'toInt32(1)'],
  ]);
});

test('a wrong number or sort of arguments is refused at the argument', () => {
  expect(["SELECT toHour(toDate('2024-01-01'))", "SELECT toYear('2024-01-01')", 'SELECT plus(1)', "SELECT 'a' + 1", "SELECT sqrt('x')", "SELECT if('x', 1, 2)", "SELECT dateDiff('fortnight', now(), now())"].map(refusal)).toEqual([
    ['type', 'toHour takes a time: a Date has no time of day.', "toDate('2024-01-01')"],
    ['type', 'toYear takes a date or time as its first argument, not a value of type String: convert it, for example with toDateTime.', "'2024-01-01'"],
    ['type', 'plus takes 2 arguments, not 1.', 'plus(1)'],
    ['type', 'plus does not take String and UInt8.', "'a' + 1"],
    ['type', 'sqrt takes a number as its first argument, not a value of type String.', "'x'"],
    ['type', 'if takes a condition, which is UInt8 or Bool, not a value of type String: compare it, as in x != 0.', "'x'"],
    ['type', 'dateDiff knows no unit fortnight: it takes second, minute, hour, day, week, month, quarter or year.', "'fortnight'"],
  ]);
});

test('types without a common one are refused with the conversion that helps', () => {
  expect(["SELECT if(1, 'a', 1)", 'SELECT if(1, toUInt64(1), toInt64(1))', "SELECT toDate('2024-01-01') = 5", "SELECT toDateTime(now(), 'Nowhere/City')"].map(refusal)).toEqual([
    ['type', 'String and UInt8 have no common type: convert one, for example with toString.', "if(1, 'a', 1)"],
    ['type', 'UInt64 and Int64 have no common type: convert one, for example with toInt64.', 'if(1, toUInt64(1), toInt64(1))'],
    ['type', 'Date and UInt8 cannot be compared: convert one of them.', "toDate('2024-01-01') = 5"],
    ['type', 'There is no time zone Nowhere/City: write a name such as Europe/Madrid or UTC.', "'Nowhere/City'"],
  ]);
});

test('known functions that do not run here say why', () => {
  expect(['SELECT neighbor(1, 1)', "SELECT dictGet('d', 'a', 1)", 'SELECT sleep(1)'].map((sql) => refusal(sql)[0])).toEqual(['unsupported', 'unsupported', 'unsupported']);
  expect(refusal('SELECT sleep(1)')[1]).toBe('sleep is not supported: queries may not wait.');
});

test('names are case-sensitive but for those that ClickHouse takes in any case, and near names are suggested', () => {
  expect({
    toyear: findFunction('toyear')?.name,
    year: findFunction('year')?.name,
    DATEDIFF: findFunction('DATEDIFF')?.name,
    datE_trunc: findFunction('datE_trunc')?.name,
    mistyped: suggestFunctions('toStartOfHuor'),
  }).toEqual({ toyear: undefined, year: 'toYear', DATEDIFF: 'dateDiff', datE_trunc: 'dateTrunc', mistyped: ['toStartOfHour', 'toStartOfYear', 'toStartOfDay'] });
});

test('every function has a signature that begins with its name and one sentence of help', () => {
  const faults = listFunctions().filter((item) => !item.signature.startsWith(`${item.name}(`) || !/\.$/.test(item.help) || item.help.length < 3);
  expect(faults.map((item) => item.name)).toEqual([]);
});

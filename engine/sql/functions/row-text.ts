/** Values written as a row of a format (formatRow), and pairs of keys and values read from a text (extractKeyValuePairs). */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { KEY_VALUES } from '../computed/key-value.ts';
import { duck, duckString, DUCK_FALSE, DUCK_TRUE, joined, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, isNullable, map, STRING } from '../types.ts';
import { constantText, define, isNull, need, nullResult, once, typeError, unsupported, type OtherNames } from './arguments.ts';
import { textOf } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { tupleParts } from './tuple.ts';

const BARE = ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'];

function field(call: FunctionCall, value: Bound, quoted: (text: DuckSql) => DuckSql): DuckSql {
  if (isNull(value)) return duckString('\\N');
  const text = textOf(value, call);
  const made = BARE.includes(bare(value.type).kind) ? text : quoted(text);
  return isNullable(value.type) ? duck`coalesce(${made}, ${duckString('\\N')})` : made;
}

function csvFields(call: FunctionCall, value: Bound): readonly DuckSql[] {
  const type = bare(value.type);
  if (type.kind === 'Tuple') return tupleParts(type, plainSql(value), value).flatMap((part) => csvFields(call, part));
  return [field(call, value, (text) => duck`('"' || replace(${text}, '"', '""') || '"')`)];
}

const TAB_ESCAPES: readonly (readonly [string, string])[] = [['\\', '\\\\'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\0', '\\0'], ["'", "\\'"]];

function tabField(call: FunctionCall, value: Bound): DuckSql {
  const isText = ['String', 'FixedString', 'Enum'].includes(bare(value.type).kind);
  return field(call, value, (text) => (isText ? TAB_ESCAPES.reduce((inner, [from, to]) => duck`replace(${inner}, ${duckString(from)}, ${duckString(to)})`, text) : text));
}

function formatRow(hasNewline: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [name, ...values] = args;
    if (!name || values.length === 0) throw typeError(`${call.name} takes the name of a format and values.`, call.span);
    const format = constantText(call, name, 'the format');
    const end = duckString(hasNewline ? '\n' : '');
    switch (format) {
      case 'CSV':
        return bound(STRING, line(values.flatMap((value) => csvFields(call, value)), ',', end), call.span);
      case 'TSV':
      case 'TabSeparated':
        return bound(STRING, line(values.map((value) => tabField(call, value)), '\t', end), call.span);
      default:
        throw unsupported(`${call.name} writes the formats CSV and TSV here, not ${format}.`, name.span);
    }
  };
}

function line(fields: readonly DuckSql[], separator: string, end: DuckSql): DuckSql {
  const parts = fields.flatMap((one, index) => (index === 0 ? [one] : [duckString(separator), one]));
  return duck`(${joined([...parts, end], ' || ')})`;
}

function keyValuePairs(hasEscapes: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [text, between, ends, quote, unexpected] = args;
    if (!text) throw typeError(`${call.name} takes a text.`, call.span);
    need(call, text, 'text', 0);
    if (isNull(text)) return nullResult(call.span);
    const mark = (value: Bound | undefined, otherwise: string, what: string) => {
      const given = value ? constantText(call, value, what) : otherwise;
      return given === '' ? otherwise : given;
    };
    if (unexpected && constantText(call, unexpected, 'the manner').toLowerCase() !== 'promote') throw unsupported(`${call.name} takes quotes in the middle as beginnings here ('promote').`, unexpected.span);
    const marks = [mark(between, ':', 'the mark between key and value'), mark(ends, ' ,;', 'the marks between pairs'), mark(quote, '"', 'the quote')];
    if ((marks[0]?.length ?? 0) !== 1 || (marks[2]?.length ?? 0) !== 1) throw typeError(`${call.name} takes single characters as the mark between key and value and as the quote.`, call.span);
    const pairs = callComputed(KEY_VALUES, isNullable(text.type) ? duck`coalesce(${plainSql(text)}, '')` : plainSql(text), ...marks.map(duckString), hasEscapes ? DUCK_TRUE : DUCK_FALSE);
    const sql = once(call, pairs, (list) => duck`map(list_filter(${list}, lambda item, i: i % 2 = 1), list_filter(${list}, lambda item, i: i % 2 = 0))`);
    return bound(map(STRING, STRING), sql, call.span);
  };
}

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'string' as const, ...extra });

export const ROW_TEXT: readonly FunctionDefinition[] = [
  define(describe('formatRow', "formatRow('CSV' or 'TSV', value, …)", 'The values as a line of a format.'), 2, Infinity, formatRow(true)),
  define(describe('formatRowNoNewline', "formatRowNoNewline('CSV' or 'TSV', value, …)", 'The same without the end of the line.'), 2, Infinity, formatRow(false)),
  define(describe('extractKeyValuePairs', "extractKeyValuePairs(text[, ':', ' ,;', '\"'])", 'The pairs of keys and values in a text.', { aliases: ['mapFromString'], caseInsensitiveAliases: ['str_to_map'] }), 1, 5, keyValuePairs(false)),
  define(describe('extractKeyValuePairsWithEscaping', "extractKeyValuePairsWithEscaping(text[, ':', ' ,;', '\"'])", 'The same, where a backslash escapes.'), 1, 5, keyValuePairs(true)),
];

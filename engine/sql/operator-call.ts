/** The calls that operators and keywords stand for, and the names of units of time. */
import type { Span } from '../errors.ts';
import { INTERVAL_UNITS, type Call, type Expression } from './ast.ts';
import type { IntervalUnit } from './types.ts';

export function call(name: string, args: readonly Expression[], span: Span, nameSpan: Span, written: Call['written'] = 'operator'): Call {
  return { kind: 'call', name: { text: name, quoted: false, span: nameSpan }, written, arguments: args, distinct: false, span };
}

const SHORT_UNITS: Readonly<Record<string, IntervalUnit>> = {
  NS: 'Nanosecond', US: 'Microsecond', MS: 'Millisecond', SS: 'Second', S: 'Second', MI: 'Minute', N: 'Minute', HH: 'Hour', H: 'Hour',
  DD: 'Day', D: 'Day', WW: 'Week', WK: 'Week', MM: 'Month', M: 'Month', QQ: 'Quarter', Q: 'Quarter', YYYY: 'Year', YY: 'Year',
};
const UNITS = new Map<string, IntervalUnit>([
  ...INTERVAL_UNITS.flatMap((unit) => [[unit.toUpperCase(), unit] as const, [`${unit.toUpperCase()}S`, unit] as const]),
  ...['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].map((name) => [`SQL_TSI_${name}`, INTERVAL_UNITS.find((unit) => unit.toUpperCase() === name) ?? 'Day'] as const),
]);

/** DAY, DAYS, SQL_TSI_DAY and, where a unit must stand, DD. */
export function findUnit(word: string, short = false): IntervalUnit | undefined {
  return UNITS.get(word.toUpperCase()) ?? (short ? SHORT_UNITS[word.toUpperCase()] : undefined);
}

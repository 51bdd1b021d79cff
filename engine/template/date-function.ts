/**
 * Differences of dates in template code: day_diff() and date_diff_in_*(), with strptime's formats read by own code.
 */
import { TemplateFault } from './fault.ts';
import { bindArguments, given, givenText, requiredFault, type FunctionTable, type TemplateFunction } from './function-definition.ts';
import { integer, isTrue, NONE } from './value.ts';

const SECONDS: Readonly<Record<string, number>> = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 };
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DIGITS: Readonly<Record<string, string>> = {
  Y: '\\d{4}', m: '1[0-2]|0?[1-9]', d: '3[01]|[12]\\d|0?[1-9]', H: '2[0-3]|[01]?\\d', I: '1[0-2]|0?[1-9]', M: '[0-5]?\\d', S: '6[01]|[0-5]?\\d', f: '\\d{1,6}', y: '\\d{2}', j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0?\\d?\\d',
};

/** Milliseconds since 1970 of a text in one of Python's formats; undefined when it does not fit. */
export function parseTime(text: string, format: string): number | undefined {
  const fields: string[] = [];
  let unknown: string | undefined;
  const pattern = format.replace(/%(.)|\s+|[.*+?^${}()|[\]\\]/gs, (part, letter: string | undefined) => {
    if (letter === undefined) return /^\s/.test(part) ? '\\s+' : `\\${part}`;
    if (letter === '%') return '%';
    fields.push(letter);
    const digits = DIGITS[letter];
    if (digits !== undefined) return `(${digits})`;
    if (letter === 'b' || letter === 'h') return `(${MONTHS.map((name) => name.slice(0, 3)).join('|')})`;
    if (letter === 'B') return `(${MONTHS.join('|')})`;
    if (letter === 'a') return `(${WEEKDAYS.map((name) => name.slice(0, 3)).join('|')})`;
    if (letter === 'A') return `(${WEEKDAYS.join('|')})`;
    if (letter === 'p') return '(am|pm)';
    if (letter === 'z') return '(Z|[+-]\\d\\d:?\\d\\d)';
    if (letter === 'Z') return '(utc|gmt)';
    unknown ??= letter;
    return '()';
  });
  if (unknown !== undefined) throw new TemplateFault('ValueError', `'${unknown}' is a bad directive in format '${format}'`);
  const match = new RegExp(`^${pattern}$`, 'i').exec(text);
  if (!match) return undefined;
  let [year, month, day, hour, minute, second, millis, offset] = [1900, 1, 1, 0, 0, 0, 0, 0];
  let afternoon: boolean | undefined;
  for (const [index, field] of fields.entries()) {
    const value = match[index + 1] ?? '';
    if (field === 'Y') year = Number(value);
    else if (field === 'y') year = Number(value) + (Number(value) < 69 ? 2000 : 1900);
    else if (field === 'm') month = Number(value);
    else if (field === 'b' || field === 'h' || field === 'B') month = MONTHS.findIndex((name) => name.startsWith(value.toLowerCase())) + 1;
    else if (field === 'd') day = Number(value);
    else if (field === 'j') [month, day] = [1, Number(value)];
    else if (field === 'H' || field === 'I') hour = Number(value);
    else if (field === 'M') minute = Number(value);
    else if (field === 'S') second = Number(value);
    else if (field === 'f') millis = Number(value.padEnd(6, '0')) / 1000;
    else if (field === 'p') afternoon = value.toLowerCase() === 'pm';
    else if (field === 'z' && value.toLowerCase() !== 'z') offset = (value.startsWith('-') ? -1 : 1) * (Number(value.slice(1, 3)) * 60 + Number(value.slice(-2)));
  }
  if (afternoon !== undefined) hour = (hour % 12) + (afternoon ? 12 : 0);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (!fields.includes('j') && date.getUTCDate() !== day) return undefined;
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis;
}

function difference(name: string, unit: string): TemplateFunction {
  const usual = unit === 'days' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S';
  return {
    signature: name === 'day_diff' ? 'day_diff(from, to)' : `${name}(from, to, date_format='${usual}', default=None, backup_date_format=None, none_if_error=False)`,
    help: `How many ${unit} lie between two dates, as a whole number that is never negative.`,
    call: (call) => {
      const args = bindArguments(name, call, ['date_1', 'date_2', 'date_format', 'default', 'backup_date_format', 'none_if_error'], 2);
      const texts = [givenText(args('date_1')), givenText(args('date_2'))];
      const fallback = given(args('default'));
      const formats = [givenText(args('date_format')) ?? usual, givenText(args('backup_date_format'))].filter((format) => format !== undefined);
      const quiet = args('none_if_error');
      const moments: number[] = [];
      for (const text of texts) {
        if (text === undefined) {
          if (fallback) return fallback;
          if (quiet && isTrue(quiet)) return NONE;
          throw requiredFault();
        }
        const moment = formats.map((format) => parseTime(text, format)).find((time) => time !== undefined);
        if (moment === undefined) {
          if (quiet && isTrue(quiet)) return NONE;
          throw new TemplateFault('ValueError', `Invalid date '${text}' in ${name}(): it does not fit the format ${formats.map((format) => `'${format}'`).join(' or ')}`);
        }
        moments.push(moment);
      }
      const [from = 0, to = 0] = moments;
      return integer(Math.trunc(Math.abs(to - from) / 1000 / (SECONDS[unit] ?? 1)));
    },
  };
}

export const DATE_FUNCTIONS: FunctionTable = {
  day_diff: difference('day_diff', 'days'),
  ...Object.fromEntries(Object.keys(SECONDS).map((unit) => [`date_diff_in_${unit}`, difference(`date_diff_in_${unit}`, unit)])),
};

/** How large an answer may be: JavaScript's longest text has twice as many characters. */
import { SandpiperError } from '../errors.ts';

const LARGEST_TEXT = 250_000_000;

/** The rows themselves; throws SandpiperError 'too-large' when they are more than can be answered. */
export function withinLimit<Rows extends readonly string[]>(rows: Rows): Rows {
  let length = 0;
  for (const row of rows) length += row.length;
  if (length > LARGEST_TEXT) throw new SandpiperError('too-large', `The answer is larger than ${LARGEST_TEXT / 1e6} MB. Give the query a LIMIT, fewer columns, or group its rows.`);
  return rows;
}

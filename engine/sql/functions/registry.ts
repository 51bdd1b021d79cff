/**
 * All functions of Sandpiper's SQL: the lists of this folder, joined. Finds one by name (names are case-sensitive
 * except where ClickHouse says otherwise) and names near ones for a mistyped name.
 */
import { AGGREGATION } from './aggregation.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { COMPARISON } from './comparison.ts';
import { CONDITIONAL } from './conditional.ts';
import { DATE_DIFFERENCES } from './date-difference.ts';
import { DATE_FORMATS } from './date-format.ts';
import { DATE_NOW } from './date-now.ts';
import { DATE_PARTS } from './date-parts.ts';
import { DATE_STARTS } from './date-start.ts';
import type { FunctionDefinition } from './definition.ts';
import { REFUSED_TEXT } from './refused-text.ts';
import { BITMAP } from './bitmap.ts';
import { TEXT_LIKENESS } from './text-likeness.ts';
import { TEXT_NEARNESS } from './text-nearness.ts';
import { HASH } from './hash.ts';
import { ARRAY_MEASURES } from './array-measure.ts';
import { ARRAY_MORE } from './array-more.ts';
import { UUID_AND_ADDRESS } from './uuid-and-address.ts';
import { BIT } from './bit.ts';
import { ENCODING } from './encoding.ts';
import { URLS } from './url.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { SPLITTING } from './splitting.ts';
import { REGULAR_EXPRESSION } from './regular-expression.ts';
import { TEXT_SEARCH } from './text-search.ts';
import { MAP } from './map.ts';
import { VECTOR } from './vector.ts';
import { TUPLE } from './tuple.ts';
import { ARRAY_LAMBDA } from './array-lambda.ts';
import { ARRAY_SEARCH } from './array-search.ts';
import { ARRAY } from './array.ts';
import { TEXT_PART } from './text-part.ts';
import { TEXT_CASE } from './text-case.ts';
import { TEXT_SIZE } from './text-size.ts';
import { LOGICAL } from './logical.ts';
import { MATHEMATICAL } from './mathematical.ts';
import { DECIMAL_ARITHMETIC } from './decimal-arithmetic.ts';
import { FINANCIALS } from './financial.ts';
import { GEO } from './geo.ts';
import { H3_FUNCTIONS } from './h3.ts';
import { MIDPOINT } from './midpoint.ts';
import { PARSED_NUMBERS } from './parsed-number.ts';
import { NULLS } from './nulls.ts';
import { OTHER } from './other.ts';
import { PARSE_TIME } from './parse-time.ts';
import { RANDOM } from './random.ts';
import { READABLE } from './readable.ts';
import { REFUSED_NUMBERS } from './refused-number.ts';
import { REINTERPRET } from './reinterpret.ts';
import { ROUNDING } from './rounding.ts';
import { TIME_WINDOWS } from './time-window.ts';
import { TYPE_CONVERSION } from './type-conversion.ts';
import { SPACE_CURVE } from './space-curve.ts';
import { TEXT_FORM } from './text-form.ts';
import { TOKENS } from './tokens.ts';
import { ROW_TEXT } from './row-text.ts';

/** One line for each file of this folder. */
const LISTS: readonly (readonly FunctionDefinition[])[] = [
  AGGREGATION,
  ARITHMETIC,
  COMPARISON,
  CONDITIONAL,
  DATE_DIFFERENCES,
  DATE_FORMATS,
  DATE_NOW,
  DATE_PARTS,
  DATE_STARTS,
  LOGICAL,
  MATHEMATICAL,
  NULLS,
  OTHER,
  PARSE_TIME,
  RANDOM,
  READABLE,
  DECIMAL_ARITHMETIC,
  FINANCIALS,
  GEO,
  H3_FUNCTIONS,
  MIDPOINT,
  PARSED_NUMBERS,
  REFUSED_NUMBERS,
  REINTERPRET,
  ROUNDING,
  TIME_WINDOWS,
  TYPE_CONVERSION,
  TEXT_SIZE,
  TEXT_CASE,
  TEXT_PART,
  ARRAY,
  ARRAY_SEARCH,
  ARRAY_LAMBDA,
  TUPLE,
  VECTOR,
  MAP,
  TEXT_SEARCH,
  REGULAR_EXPRESSION,
  SPLITTING,
  JSON_FUNCTIONS,
  URLS,
  ENCODING,
  BIT,
  UUID_AND_ADDRESS,
  ARRAY_MORE,
  ARRAY_MEASURES,
  HASH,
  TEXT_LIKENESS,
  TEXT_NEARNESS,
  BITMAP,
  REFUSED_TEXT,
  SPACE_CURVE,
  TEXT_FORM,
  TOKENS,
  ROW_TEXT,
];

const EXACT = new Map<string, FunctionDefinition>();
const ANY_CASE = new Map<string, FunctionDefinition>();

for (const definition of LISTS.flat()) {
  for (const name of [definition.name, ...(definition.aliases ?? []), ...(definition.caseInsensitiveAliases ?? []), ...(definition.exactAliases ?? [])]) {
    if (EXACT.has(name)) throw new Error(`Two functions are called ${name}`);
    EXACT.set(name, definition);
    if ((definition.caseInsensitive && !definition.exactAliases?.includes(name)) || definition.caseInsensitiveAliases?.includes(name)) ANY_CASE.set(name.toLowerCase(), definition);
  }
}

/** The function that this name means, or undefined. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return EXACT.get(name) ?? ANY_CASE.get(name.toLowerCase());
}

/** All functions, each once, by name. */
export function listFunctions(): readonly FunctionDefinition[] {
  return [...new Set(EXACT.values())].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Up to three names that a mistyped one may have meant, nearest first. */
export function suggestFunctions(name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return [...EXACT.keys()]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(Math.min(wanted.length, candidate.length) / 3)))
    .sort((left, right) => left.distance - right.distance || (left.candidate < right.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

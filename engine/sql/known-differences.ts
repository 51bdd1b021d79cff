/**
 * Where Sandpiper's answer is not ClickHouse's, and why: the one table that the docs show and that the fuzzer consults.
 * A difference stands here only when equality is impossible or not wanted; everything else is a fault to mend.
 */
export interface KnownDifference {
  /** Short and stable, in kebab case. */
  readonly id: string;
  /** What a user sees, in one sentence. */
  readonly differs: string;
  /** Why it is so, in one sentence. */
  readonly why: string;
  /** A ClickHouse query that shows it. */
  readonly example: string;
  /** What of the answer differs. */
  readonly kind: 'value' | 'type' | 'name' | 'order' | 'refused' | 'error';
  /** A regular expression for the query, a new line, and how the answers differ: the fuzzer counts what matches as known. */
  readonly pattern: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    id: 'no-variant',
    differs: 'Branches of if, CASE, arrays or UNION whose types have no common type are refused.',
    why: 'ClickHouse answers a Variant, which DuckDB cannot hold; convert the branches to one type.',
    example: "SELECT if(number = 0, 'a', 1) FROM numbers(2)",
    kind: 'refused',
    pattern: 'have no common type: convert one.*; ClickHouse answers .*Variant\\(',
  },
  {
    id: 'nullable-tuple',
    differs: 'A tuple that may be NULL is refused, or has its elements’ defaults instead of NULL.',
    why: 'Nullable(Tuple) is new in ClickHouse and not in Tinybird’s.',
    example: 'SELECT CASE WHEN number = 1 THEN (1, 2) END FROM numbers(2)',
    kind: 'refused',
    pattern: 'NULL cannot be converted to Tuple',
  },
  {
    id: 'nullable-tuple-type',
    differs: 'An aggregate that gives a tuple gives the tuple of defaults where ClickHouse gives NULL.',
    why: 'Nullable(Tuple) is new in ClickHouse and not in Tinybird’s.',
    example: 'SELECT argAndMinOrNull(number, number) FROM numbers(0)',
    kind: 'type',
    pattern: '\\n[^;]* for (?:.*, )?[^;]*Nullable\\(Tuple',
  },
  {
    id: 'constant-arguments',
    differs: 'A few arguments (the digits of round for whole numbers, offsets of overlay, patterns, formats) must be constants.',
    why: 'DuckDB plans them once for the whole query.',
    example: 'SELECT round(12345, -number) FROM numbers(3)',
    kind: 'refused',
    pattern: 'takes a constant',
  },
  {
    id: 'wide-decimals',
    differs: 'Decimals of more than 38 digits are refused.',
    why: 'DuckDB’s decimals have at most 38 digits.',
    example: 'SELECT toDecimal256(1, 40)',
    kind: 'refused',
    pattern: 'decimals have at most 38 digits here',
  },
  {
    id: 'bytes-in-texts',
    differs: 'A text that is not UTF-8 (a character cut in half, the bytes of a hash) reads as \xAB escapes where it goes on to other functions or to the answer.',
    why: 'DuckDB holds texts as UTF-8 only; hex(), length() and the like of such a text are right.',
    example: "SELECT substring('é', 1, 1)",
    kind: 'value',
    pattern: '\\n[\\s\\S]*(?:\\\\x[0-9A-F]{2}|\uFFFD)',
  },
  {
    id: 'dictionaries-of-constants',
    differs: 'A result made of a LowCardinality column and a computed constant is T instead of LowCardinality(T).',
    why: 'Sandpiper knows literals as constants, not every expression that reads no column; the values are the same.',
    example: 'SELECT toLowCardinality(toString(number)) != arrayStringConcat([3, 5]) FROM numbers(1)',
    kind: 'type',
    pattern: '\\ntypes .*LowCardinality\\(',
  },
  {
    id: 'overflow-beyond-64-bits',
    differs: 'Sums and products beyond 128 bits, and floats beyond their range in variances, are errors instead of wrapping around.',
    why: 'DuckDB checks 128-bit numbers and statistics; 8 to 64 bits wrap as in ClickHouse.',
    example: "SELECT sum(toInt128('170141183460469231731687303715884105727')) FROM numbers(2)",
    kind: 'error',
    pattern: 'Overflow in |INT128|is out of range!|Could not cast value \\d+ to DECIMAL',
  },
  {
    id: 'variant-arrays',
    differs: 'CASE and if whose branch is an array, a map or a tuple and which may give NULL are refused.',
    why: 'ClickHouse answers a Variant, which DuckDB cannot hold; give the other branch an empty array.',
    example: 'SELECT if(number = 1, [1], NULL) FROM numbers(2)',
    kind: 'refused',
    pattern: 'NULL cannot be converted to (?:Array|Map|Tuple)',
  },
  {
    id: 'comparisons-of-strangers',
    differs: 'Values of types that have nothing in common (an address and a number, an enum and a time) are not compared.',
    why: 'ClickHouse compares the numbers that hold them; that says nothing about the values.',
    example: "SELECT toIPv4('1.2.3.4') = 16909060",
    kind: 'refused',
    pattern: 'cannot be compared: convert one of them',
  },
  {
    id: 'modulo-of-decimals',
    differs: '% of a decimal and a whole number or another decimal is refused.',
    why: 'ClickHouse takes the remainder of the digits without their points, which is no remainder; convert with toFloat64.',
    example: 'SELECT toDecimal32(1.5, 2) % 2',
    kind: 'refused',
    pattern: '(?:odulo\\w*) of decimals and whole numbers is not supported',
  },
  {
    id: 'joins-once-per-key',
    differs: 'ANY and SEMI joins take equalities, and conditions on one table, but no other condition on both.',
    why: 'The one match for each key is chosen before the tables are joined.',
    example: 'SELECT l.number FROM numbers(3) AS l SEMI LEFT JOIN numbers(3) AS r ON l.number = r.number AND l.number + r.number > 2',
    kind: 'refused',
    pattern: 'ANY and SEMI joins need equalities',
  },
  {
    id: 'conversions-of-strangers',
    differs: 'A few conversions that only reinterpret a number (an address or an interval from a float, a date from a Bool) are refused.',
    why: 'They tell nothing about the value; convert to a whole number first.',
    example: 'SELECT toDate(true)',
    kind: 'refused',
    pattern: 'A value of type .* cannot be converted to',
  },
  {
    id: 'arithmetic-of-arrays',
    differs: 'Arithmetic of an array and a number is refused.',
    why: 'It is new in ClickHouse; write arrayMap(x -> x / 2, list).',
    example: 'SELECT [1, 2] / 2',
    kind: 'refused',
    pattern: '(?:divide|intDiv|multiply|modulo|plus|minus|intDivOrZero|moduloOrZero) does not take',
  },
  {
    id: 'digits-of-seconds',
    differs: 'Functions of digits of seconds take DateTime64 and DateTime only where that is asked of them.',
    why: 'A DateTime or Date has no digits of seconds; ClickHouse refuses too, but only when it meets a row.',
    example: 'SELECT toStartOfMillisecond(toDateTime(number)) FROM numbers(0)',
    kind: 'refused',
    pattern: 'takes a DateTime64|has no time of day',
  },
  {
    id: 'times-beyond-their-range',
    differs: 'A DateTime before 1970 or after 2106, and a Date before 1970 or after 2149, keeps its true value instead of wrapping around or stopping at the end.',
    why: 'DuckDB’s times are wider; the wrapped values of ClickHouse are documented as undefined.',
    example: "SELECT toDateTime('2024-01-01 00:00:00') - INTERVAL 100 YEAR",
    kind: 'value',
    pattern: '\\n.*"(?:1[0-8]\\d\\d|19[0-6]\\d|21[0-9]\\d|2[2-9]\\d\\d|0\\d\\d\\d)-\\d\\d-\\d\\d',
  },
  {
    id: 'hours-between-dates-and-zoned-times',
    differs: 'dateDiff in hours or less between a Date and a DateTime of another zone takes the Date’s midnight in that zone.',
    why: 'ClickHouse takes midnights of two zones, so that the difference is some hours off.',
    example: "SELECT dateDiff('hour', toDate('2024-01-31'), toDateTime('2024-03-30 23:30:00', 'Europe/Berlin'))",
    kind: 'value',
    pattern: '(?:dateDiff|date_diff|age)\\(\'(?:hour|minute|second)\'',
  },
  {
    id: 'guessed-short-texts',
    differs: 'parseDateTimeBestEffort reads texts with a year; `12` or `3.5` alone are no time.',
    why: 'ClickHouse takes them for a day of the present year, so that the answer changes with the calendar.',
    example: "SELECT parseDateTimeBestEffortOrZero('3.5')",
    kind: 'value',
    pattern: 'parseDateTime(?:32|64)?BestEffort',
  },
  {
    id: 'names-of-tuples-on-lines',
    differs: 'toTypeName writes a tuple whose elements have names on one line.',
    why: 'New versions of ClickHouse break such a type into lines; Tinybird’s does not.',
    example: "SELECT toTypeName(CAST((1, 'a'), 'Tuple(x UInt8, y String)'))",
    kind: 'value',
    pattern: 'toTypeName\\([\\s\\S]*\\n[\\s\\S]*Tuple\\(\\w+ ',
  },
  {
    id: 'matches-of-nothing',
    differs: 'replaceRegexpAll does not replace the empty match that directly follows another match.',
    why: 'DuckDB’s RE2 skips it; write .+ instead of .* and [0-9]+ instead of [0-9]*.',
    example: "SELECT replaceRegexpAll('abc', '.*', 'x')",
    kind: 'value',
    pattern: "replaceRegexpAll\\([\\s\\S]*'[^']*[*?][^']*',",
  },
  {
    id: 'nan-among-numbers',
    differs: 'Where nan or an infinity is among the values, quantiles, variances, correlations and sets of numbers may answer nan or an infinity where ClickHouse answers the other, or count nan twice.',
    why: 'Such answers hang on the order in which a sum is built; they say nothing about the values.',
    example: "SELECT quantile(0.5)(v) FROM values('v Float64', 1, 2, inf)",
    kind: 'value',
    pattern: '(?:corr|covar|var(?:Pop|Samp)|stddev|kurt|skew|quantile|median|avgWeighted|avg|uniq|groupUniqArray|groupArraySorted|hasA|arrayUniq|indexOf|arrayIntersect|rankCorr|simpleLinear)[\\s\\S]*\\n[\\s\\S]*"?(?:NaN|Infinity)',
  },
  {
    id: 'searches-for-strangers',
    differs: 'Searching an array (or transform’s list) for values of a type that has nothing in common with its elements is refused.',
    why: 'It finds nothing, or compares the numbers that hold the values; convert one side.',
    example: "SELECT transform(toDate('2024-01-01'), [1, 2], [10, 20], 3)",
    kind: 'refused',
    pattern: '(?:transform|has\\w*|indexOf|countEqual|array\\w+)\\([\\s\\S]*have no common type: convert one',
  },
  {
    id: 'steps-beyond-the-calendar',
    differs: 'Adding more days or months than DuckDB’s calendar has is an error.',
    why: 'ClickHouse wraps around at the end of its own range; such a date says nothing.',
    example: "SELECT toDate('2024-01-01') + toUInt32(4252017622)",
    kind: 'error',
    pattern: '(?:\\+|-|add\\w+|subtract\\w+|make\\w+|plus|minus|date_add)[\\s\\S]*\\n[\\s\\S]*(?:Date out of range|out of range for the destination type INT32|Overflow on addition|timestamp.*range)',
  },
  {
    id: 'numbers-as-conditions',
    differs: 'if and CASE with a number other than 0 and 1 as their condition, and NULL as their last branch, give the branch of the condition.',
    why: 'ClickHouse 26 gives NULL there, by mistake; compare the number with 0.',
    example: 'SELECT if(k, v, NULL) FROM (SELECT toUInt8(number) AS k, toNullable(number) AS v FROM numbers(3))',
    kind: 'value',
    pattern: '(?:CASE WHEN|\\bif\\(|multiIf\\(|\\()\\s?(?:[lr]\\.)?\\w+\\s?(?:THEN|,|\\?)[\\s\\S]*\\n[\\s\\S]*null',
  },
];

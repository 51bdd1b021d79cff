/**
 * The few DuckDB macros that printed SQL calls: longer bodies that do not depend on ClickHouse types. The database
 * opener runs these statements once, before it locks the configuration. All names begin with `sandpiper_`.
 * Each gives NULL for NULL.
 */

/** Offsets such as Z, +02:00 or -0530 after a time of day. */
const OFFSET = `'[0-9] *([+-][0-9]{2}(:?[0-9]{2})?|GMT|UTC)$'`;

/** Text of the forms that ClickHouse's best-effort reader takes and DuckDB's cast does not. */
const OTHER_FORMS = [
  '%b %d %Y %H:%M:%S', '%b %d, %Y %H:%M:%S', '%b %d %Y', '%b %d, %Y', '%d %b %Y %H:%M:%S', '%d %b %Y %H:%M', '%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%B %d, %Y',
  '%a, %d %b %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S GMT', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y', '%d.%m.%Y %H:%M:%S', '%d.%m.%Y',
  '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p', '%Y/%m/%d %H:%M:%S', '%Y.%m.%d', '%Y%m%d %H%M%S', '%Y%m%dT%H%M%S', '%Y%m%d %H:%M:%S', '%Y%m%dT%H:%M:%S', '%d/%m/%Y %H:%M:%S.%f',
].map((form) => `'${form}'`).join(', ');

export const DUCKDB_MACROS: readonly string[] = [
  // A String held as BLOB: its text, or, where it is no UTF-8, its bytes as \xAB.
  `CREATE OR REPLACE MACRO sandpiper_text(b) AS list_transform([b], lambda bytes: coalesce(TRY(decode(bytes)), CAST(bytes AS VARCHAR)))[1]`,
  // ASCII letters in the other case; DuckDB's own functions change all letters.
  `CREATE OR REPLACE MACRO sandpiper_lower(t) AS CASE WHEN strlen(t) = length(t) THEN lower(t) ELSE translate(t, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') END`,
  `CREATE OR REPLACE MACRO sandpiper_upper(t) AS CASE WHEN strlen(t) = length(t) THEN upper(t) ELSE translate(t, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') END`,

  // A FLOAT or DOUBLE as ClickHouse writes it: 1, 0.1, 1e21, 1e-7, nan, inf, -0.
  `CREATE OR REPLACE MACRO sandpiper_float_text(x) AS CASE
    WHEN abs(x) < 1e15 AND x = trunc(x) THEN CASE WHEN x = 0 AND CAST(x AS VARCHAR)[1] = '-' THEN '-0' ELSE CAST(CAST(x AS BIGINT) AS VARCHAR) END
    WHEN isnan(x) THEN 'nan' WHEN isinf(x) OR (abs(x) < 1e15 AND abs(x) >= 1e-4) THEN CAST(x AS VARCHAR)
    WHEN abs(x) < 1e21 AND abs(x) >= 1e15 THEN (CASE WHEN x < 0 THEN '-' ELSE '' END) || sandpiper_whole_digits(regexp_extract(CAST(abs(x) AS VARCHAR), '^[0-9.]+'), regexp_extract(CAST(x AS VARCHAR), 'e[+](.*)$', 1))
    WHEN abs(x) < 1e-4 AND abs(x) >= 1e-6 THEN (CASE WHEN x < 0 THEN '-' ELSE '' END) || '0.' || repeat('0', CASE WHEN abs(x) >= 1e-5 THEN 4 ELSE 5 END) || replace(regexp_extract(CAST(abs(x) AS VARCHAR), '^[0-9.]+'), '.', '')
    ELSE regexp_replace(CAST(x AS VARCHAR), 'e([+]|(-))0*', 'e\\2') END`,

  // Mantissa and exponent as a whole number: '1.5', '18' -> 1500000000000000000. No exponent: 1000000000000000.0.
  `CREATE OR REPLACE MACRO sandpiper_whole_digits(mantissa, exponent) AS CASE WHEN exponent = '' THEN split_part(mantissa, '.', 1)
    ELSE rpad(replace(mantissa, '.', ''), CAST(exponent AS INTEGER) + 1, '0') END`,

  // Text in quotes, as inside of arrays: 'it\\'s'.
  `CREATE OR REPLACE MACRO sandpiper_quoted(t) AS '''' || replace(replace(replace(replace(replace(replace(t, '\\', '\\\\'), chr(0), '\\0'), '''', '\\'''), chr(10), '\\n'), chr(9), '\\t'), chr(13), '\\r') || ''''`,

  // The nearest whole number, the even one at halves.
  `CREATE OR REPLACE MACRO sandpiper_half_even(x) AS CASE WHEN abs(x - trunc(x)) = 0.5 THEN round(x / 2) * 2 ELSE round(x) END`,
  // ClickHouse's answers outside of a function's domain.
  `CREATE OR REPLACE MACRO sandpiper_ln(x) AS CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN '-inf'::DOUBLE WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_log2(x) AS CASE WHEN x > 0 THEN log2(x) WHEN x = 0 THEN '-inf'::DOUBLE WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_log10(x) AS CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN '-inf'::DOUBLE WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_sqrt(x) AS CASE WHEN x >= 0 THEN sqrt(x) WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_asin(x) AS CASE WHEN x BETWEEN -1 AND 1 THEN asin(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_acos(x) AS CASE WHEN x BETWEEN -1 AND 1 THEN acos(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_acosh(x) AS CASE WHEN x >= 1 THEN acosh(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE MACRO sandpiper_atanh(x) AS CASE WHEN x BETWEEN -1 AND 1 THEN atanh(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  // The error function: its power series near zero, a continued fraction further out, each to 14 digits.
  `CREATE OR REPLACE MACRO sandpiper_erf(x) AS CASE WHEN x IS NULL THEN NULL WHEN isnan(x) THEN x WHEN abs(x) > 6 THEN CAST(sign(x) AS DOUBLE)
    WHEN abs(x) < 2.5 THEN 2 / sqrt(pi()) * x * exp(-x * x) * list_reduce(list_transform(range(60, -1, -1), lambda n: CAST(n AS DOUBLE)), lambda s, n: 1 + s * 2 * x * x / (2 * n + 3), 1::DOUBLE)
    ELSE sign(x) * (1 - exp(-x * x) / sqrt(pi()) / list_reduce(list_transform(range(80, 0, -1), lambda n: CAST(n AS DOUBLE)), lambda s, n: abs(x) + n / 2 / s, abs(x))) END`,

  // Whole number text, checked; DuckDB alone would take 1.5 and 1e3.
  `CREATE OR REPLACE MACRO sandpiper_whole_text(t, what) AS CASE WHEN t IS NULL OR regexp_full_match(t, '[+-]?[0-9]+') THEN t ELSE error('Cannot read the text ''' || t || ''' as ' || what || '.') END`,
  `CREATE OR REPLACE MACRO sandpiper_unsigned_text(t, what) AS CASE WHEN t IS NULL OR regexp_full_match(t, '[+]?[0-9]+') THEN t ELSE error('Cannot read the text ''' || t || ''' as ' || what || '.') END`,
  `CREATE OR REPLACE MACRO sandpiper_whole_or_null(t) AS CASE WHEN regexp_full_match(t, '[+-]?[0-9]+') THEN t END`,

  // Text as a Date: 2024-01-31, 2024-1-31, 2024/01/31, 20240131, or with a time after it. The 30th of February is in March.
  `CREATE OR REPLACE MACRO sandpiper_date_or_null(t) AS coalesce(CASE WHEN length(t) <= 10 THEN TRY_CAST(t AS DATE) END, CAST(TRY_CAST(t AS TIMESTAMP) AS DATE), CAST(try_strptime(t, '%Y%m%d') AS DATE),
    CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CASE WHEN t[6:7] BETWEEN '01' AND '12' AND t[9:10] BETWEEN '01' AND '31' THEN make_date(CAST(t[1:4] AS INTEGER), CAST(t[6:7] AS INTEGER), 1) + (CAST(t[9:10] AS INTEGER) - 1) ELSE DATE '1970-01-01' END END)`,
  `CREATE OR REPLACE MACRO sandpiper_date(t) AS CASE WHEN t IS NOT NULL THEN coalesce(sandpiper_date_or_null(t), error('Cannot read the text ''' || t || ''' as a Date.')) END`,
  `CREATE OR REPLACE MACRO sandpiper_clamp_date(date) AS list_transform([date], lambda d: CASE WHEN d < DATE '1970-01-01' THEN DATE '1970-01-01' WHEN d > DATE '2149-06-06' THEN DATE '2149-06-06' ELSE d END)[1]`,

  `CREATE OR REPLACE MACRO sandpiper_clamp_date32(date) AS list_transform([date], lambda d: CASE WHEN d < DATE '1900-01-01' THEN DATE '1900-01-01' WHEN d > DATE '2299-12-31' THEN DATE '2299-12-31' ELSE d END)[1]`,

  // Whether the text names an instant by itself: it ends in Z or an offset, or is a number of seconds.
  `CREATE OR REPLACE MACRO sandpiper_absolute(t) AS length(t) > 19 AND (t[-1] = 'Z' OR regexp_matches(t, ${OFFSET})) OR (length(t) IN (9, 10, 13, 16) AND regexp_full_match(t, '[0-9]+')) OR regexp_full_match(t, '[0-9]{9,10}[.][0-9]+')`,

  // Text as a point in time in many forms; a local time where sandpiper_absolute is false, else UTC.
  `CREATE OR REPLACE MACRO sandpiper_time_or_null(t) AS coalesce(
    CASE WHEN length(t) > 19 AND regexp_matches(t, ${OFFSET}) THEN timezone('UTC', TRY_CAST(t AS TIMESTAMPTZ)) ELSE TRY_CAST(t AS TIMESTAMP) END,
    CASE WHEN regexp_full_match(t, '[0-9]+') THEN CASE length(t)
      WHEN 4 THEN try_strptime(t, '%Y') WHEN 6 THEN try_strptime(t, '%Y%m') WHEN 8 THEN try_strptime(t, '%Y%m%d') WHEN 14 THEN try_strptime(t, '%Y%m%d%H%M%S')
      WHEN 9 THEN make_timestamp(CAST(t AS BIGINT) * 1000000) WHEN 10 THEN make_timestamp(CAST(t AS BIGINT) * 1000000)
      WHEN 13 THEN make_timestamp(CAST(t AS BIGINT) * 1000) WHEN 16 THEN make_timestamp(CAST(t AS BIGINT)) END
    WHEN regexp_full_match(t, '[0-9]{9,10}[.][0-9]+') THEN make_timestamp(CAST(CAST(t AS DECIMAL(38, 6)) * 1000000 AS BIGINT))
    ELSE try_strptime(t, [${OTHER_FORMS}]) END)`,
  `CREATE OR REPLACE MACRO sandpiper_time(t, what) AS CASE WHEN t IS NOT NULL THEN coalesce(sandpiper_time_or_null(t), error('Cannot read the text ''' || t || ''' as a ' || what || '.')) END`,

  // The same where 05/03/2024 is the third of May.
  `CREATE OR REPLACE MACRO sandpiper_time_us_or_null(t) AS coalesce(try_strptime(t, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M:%S.%f', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%m/%d/%Y %I:%M:%S %p', '%m-%d-%Y %H:%M:%S', '%m-%d-%Y']), sandpiper_time_or_null(t))`,

  // The strict forms that toDateTimeOrNull and toDateTime64OrNull take: a date, or a date and a time of day, or seconds.
  `CREATE OR REPLACE MACRO sandpiper_strict_time(t) AS CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2})?') THEN TRY_CAST(t AS TIMESTAMP)
    WHEN regexp_full_match(t, '[0-9]{5,10}') THEN make_timestamp(CAST(t AS BIGINT) * 1000000) END`,
  `CREATE OR REPLACE MACRO sandpiper_strict_time64(t) AS CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?)?') THEN TRY_CAST(t AS TIMESTAMP)
    WHEN regexp_full_match(t, '[0-9]{5,10}([.][0-9]+)?') THEN make_timestamp(CAST(CAST(t AS DECIMAL(38, 6)) * 1000000 AS BIGINT)) END`,

  // A number as a Date: days up to 65535, else seconds since 1970.
  `CREATE OR REPLACE MACRO sandpiper_number_date(n) AS CASE WHEN n < 0 THEN DATE '1970-01-01' WHEN n < 65536 THEN DATE '1970-01-01' + CAST(n AS INTEGER) ELSE CAST(make_timestamp(CAST(least(n, 4294967295) AS BIGINT) * 1000000) AS DATE) END`,
  `CREATE OR REPLACE MACRO sandpiper_number_time(n) AS make_timestamp(CAST(CASE WHEN n < 0 THEN 0 WHEN n > 4294967295 THEN 4294967295 ELSE n END AS BIGINT) * 1000000)`,

  // A date of its numbers; 1970-01-01 where there is no such day.
  `CREATE OR REPLACE MACRO sandpiper_make_date(y, m, d) AS CASE WHEN y + m + d IS NOT NULL THEN coalesce(TRY(make_date(y, m, d)), DATE '1970-01-01') END`,
  // Minutes ahead of UTC as +0530.
  `CREATE OR REPLACE MACRO sandpiper_offset_text(m) AS CASE WHEN m < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(m) // 60 AS VARCHAR), 2, '0') || lpad(CAST(abs(m) % 60 AS VARCHAR), 2, '0')`,
  // Weeks as MySQL counts them: week 1 holds the day `anchor` of January; `rolls` gives early days to the year before.
  `CREATE OR REPLACE MACRO sandpiper_week_start(d, sunday) AS CASE WHEN sunday THEN CAST(date_trunc('week', d + 1) AS DATE) - 1 ELSE CAST(date_trunc('week', d) AS DATE) END`,
  `CREATE OR REPLACE MACRO sandpiper_year_start(y, anchor, sunday) AS sandpiper_week_start(make_date(y, 1, anchor), sunday)`,
  `CREATE OR REPLACE MACRO sandpiper_week(d, anchor, sunday, rolls) AS CASE WHEN rolls AND d >= sandpiper_year_start(year(d) + 1, anchor, sunday) THEN 1
    WHEN d >= sandpiper_year_start(year(d), anchor, sunday) THEN (d - sandpiper_year_start(year(d), anchor, sunday)) // 7 + 1
    WHEN rolls THEN (d - sandpiper_year_start(year(d) - 1, anchor, sunday)) // 7 + 1 WHEN d IS NOT NULL THEN 0 END`,
  `CREATE OR REPLACE MACRO sandpiper_year_week(d, anchor, sunday) AS CASE WHEN d >= sandpiper_year_start(year(d) + 1, anchor, sunday) THEN (year(d) + 1) * 100 + 1
    WHEN d >= sandpiper_year_start(year(d), anchor, sunday) THEN year(d) * 100 + (d - sandpiper_year_start(year(d), anchor, sunday)) // 7 + 1
    ELSE (year(d) - 1) * 100 + (d - sandpiper_year_start(year(d) - 1, anchor, sunday)) // 7 + 1 END`,
  // Months between two times that are full, towards zero; the day and time of day decide about the last one.
  `CREATE OR REPLACE MACRO sandpiper_in_month(t) AS epoch_us(CAST(t AS TIMESTAMP)) - epoch_us(date_trunc('month', CAST(t AS TIMESTAMP)))`,
  `CREATE OR REPLACE MACRO sandpiper_full_months(a, b) AS year(b) * 12 + month(b) - year(a) * 12 - month(a)
    + CASE WHEN b >= a AND sandpiper_in_month(b) < sandpiper_in_month(a) THEN -1 WHEN b < a AND sandpiper_in_month(b) > sandpiper_in_month(a) THEN 1 ELSE 0 END`,

  // A time with nanoseconds, cut to microseconds; before 1970 DuckDB's cast would cut towards 1970.
  `CREATE OR REPLACE MACRO sandpiper_microseconds(t) AS make_timestamp(epoch_ns(t) // 1000 - CASE WHEN epoch_ns(t) % 1000 < 0 THEN 1 ELSE 0 END)`,
  // A date of the years 0 to 9999 in text and back.
  `CREATE OR REPLACE MACRO sandpiper_julian_date(t) AS CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY(make_date(CAST(t[1:4] AS INTEGER), CAST(t[6:7] AS INTEGER), CAST(t[9:10] AS INTEGER))) END`,
  `CREATE OR REPLACE MACRO sandpiper_date_text(d) AS printf('%04d-%02d-%02d', year(d), month(d), day(d))`,
  // Ticks of a second as a time of day: 12:34:56.5.
  `CREATE OR REPLACE MACRO sandpiper_clock_text(n, digits) AS (CASE WHEN n < 0 THEN '-' ELSE '' END) || printf('%02d:%02d:%02d', abs(n) // CAST(pow(10, digits) AS BIGINT) // 3600, abs(n) // CAST(pow(10, digits) AS BIGINT) // 60 % 60, abs(n) // CAST(pow(10, digits) AS BIGINT) % 60)
    || CASE WHEN digits > 0 THEN '.' || lpad(CAST(abs(n) % CAST(pow(10, digits) AS BIGINT) AS VARCHAR), digits, '0') ELSE '' END`,

  // Text as a Bool.
  `CREATE OR REPLACE MACRO sandpiper_bool_or_null(t) AS CASE WHEN lower(t) IN ('true', 't', 'yes', 'y', 'on', '1', 'enable', 'enabled') THEN TRUE WHEN lower(t) IN ('false', 'f', 'no', 'n', 'off', '0', 'disable', 'disabled') THEN FALSE END`,
  `CREATE OR REPLACE MACRO sandpiper_bool(t) AS CASE WHEN t IS NOT NULL THEN coalesce(sandpiper_bool_or_null(t), error('Cannot read the text ''' || t || ''' as a Bool: write true or false.')) END`,

  `CREATE OR REPLACE MACRO sandpiper_not_in_enum(v) AS CASE WHEN v IS NOT NULL THEN error('The value ' || CAST(v AS VARCHAR) || ' is not in the Enum.') END`,
  `CREATE OR REPLACE MACRO sandpiper_fixed(t, n) AS CASE WHEN strlen(t) > n THEN error('A text of ' || CAST(strlen(t) AS VARCHAR) || ' bytes is too long for FixedString(' || CAST(n AS VARCHAR) || ').') ELSE t || repeat(chr(0), n - strlen(t)) END`,

  // IPv4 as number and text.
  `CREATE OR REPLACE MACRO sandpiper_ipv4_number(t) AS CAST(CAST(split_part(t, '.', 1) AS BIGINT) * 16777216 + CAST(split_part(t, '.', 2) AS BIGINT) * 65536 + CAST(split_part(t, '.', 3) AS BIGINT) * 256 + CAST(split_part(t, '.', 4) AS BIGINT) AS UINTEGER)`,
  `CREATE OR REPLACE MACRO sandpiper_ipv4_text(n) AS CAST((CAST(n AS BIGINT) >> 24) & 255 AS VARCHAR) || '.' || CAST((CAST(n AS BIGINT) >> 16) & 255 AS VARCHAR) || '.' || CAST((CAST(n AS BIGINT) >> 8) & 255 AS VARCHAR) || '.' || CAST(CAST(n AS BIGINT) & 255 AS VARCHAR)`,
  `CREATE OR REPLACE MACRO sandpiper_ipv4_or_null(t) AS CASE WHEN regexp_full_match(t, '((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])([.]|$)){4}') AND t[-1] <> '.' THEN t END`,
  `CREATE OR REPLACE MACRO sandpiper_ipv4(t) AS CASE WHEN t IS NOT NULL THEN coalesce(sandpiper_ipv4_or_null(t), error('Cannot read the text ''' || t || ''' as an IPv4 address.')) END`,

  // The eight groups of an IPv6 address as 32 hexadecimal digits; ::ffff:1.2.3.4 is taken too. NULL where it is none.
  `CREATE OR REPLACE MACRO sandpiper_ipv6_mixed(t) AS CASE WHEN contains(t, '.') THEN regexp_replace(t, '[0-9.]+$', '') || printf('%x:%x', CAST(sandpiper_ipv4_number(sandpiper_ipv4_or_null(regexp_extract(t, '[0-9.]+$'))) >> 16 AS INTEGER), CAST(sandpiper_ipv4_number(sandpiper_ipv4_or_null(regexp_extract(t, '[0-9.]+$'))) & 65535 AS INTEGER)) ELSE t END`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6_groups(t) AS CASE WHEN contains(t, '::')
    THEN list_filter(string_split(split_part(t, '::', 1), ':'), lambda g: g <> '')
      || list_transform(range(8 - len(list_filter(string_split(replace(t, '::', ':'), ':'), lambda g: g <> ''))), lambda i: '0')
      || list_filter(string_split(split_part(t, '::', 2), ':'), lambda g: g <> '')
    ELSE string_split(t, ':') END`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6_checked(t) AS list_transform([sandpiper_ipv6_groups(t)], lambda gs: CASE WHEN len(gs) = 8 AND len(list_filter(gs, lambda g: NOT regexp_full_match(g, '[0-9A-Fa-f]{1,4}'))) = 0
    THEN lower(array_to_string(list_transform(gs, lambda g: lpad(g, 4, '0')), '')) END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6_hex(t) AS list_transform([t], lambda x: CASE WHEN regexp_full_match(x, '[0-9A-Fa-f:.]+') AND contains(x, ':') AND NOT regexp_matches(x, '::.*::|:::')
    THEN list_transform([sandpiper_ipv6_mixed(x)], lambda m: sandpiper_ipv6_checked(m))[1] END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6_short(groups) AS list_transform([groups], lambda s: CASE WHEN contains(':' || s || ':', ':0:0:')
    THEN regexp_replace(s, '(^|:)' || list_max(list_filter(['0:0:0:0:0:0:0:0', '0:0:0:0:0:0:0', '0:0:0:0:0:0', '0:0:0:0:0', '0:0:0:0', '0:0:0', '0:0'], lambda z: contains(':' || s || ':', ':' || z || ':'))) || '(:|$)', '::')
    ELSE s END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_hex_byte(h) AS (instr('0123456789abcdef', lower(h[1])) - 1) * 16 + instr('0123456789abcdef', lower(h[2])) - 1`,
  // 32 digits as ClickHouse writes an IPv6 address.
  `CREATE OR REPLACE MACRO sandpiper_ipv6_text(hex) AS list_transform([hex], lambda h: CASE WHEN h IS NULL THEN NULL
    WHEN starts_with(h, '00000000000000000000ffff') THEN '::ffff:' || array_to_string(list_transform(range(4), lambda i: sandpiper_hex_byte(h[25 + 2 * i:26 + 2 * i])), '.')
    ELSE sandpiper_ipv6_short(array_to_string(list_transform(range(8), lambda i: coalesce(nullif(ltrim(h[i * 4 + 1:i * 4 + 4], '0'), ''), '0')), ':')) END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6_or_null(t) AS list_transform([t], lambda y: CASE WHEN sandpiper_ipv4_or_null(y) IS NOT NULL THEN '::ffff:' || y ELSE sandpiper_ipv6_text(sandpiper_ipv6_hex(y)) END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_ipv6(t) AS list_transform([t], lambda w: CASE WHEN w IS NOT NULL THEN coalesce(sandpiper_ipv6_or_null(w), error('Cannot read the text ''' || w || ''' as an IPv6 address.')) END)[1]`,
  // What addresses are ordered by: 32 digits, IPv4 as the number.
  `CREATE OR REPLACE MACRO sandpiper_ip_order(a) AS list_transform([a], lambda o: CASE WHEN contains(o, ':') THEN sandpiper_ipv6_hex(o) WHEN o IS NOT NULL THEN printf('%032d', CAST(sandpiper_ipv4_number(o) AS BIGINT)) END)[1]`,

  // A list that must have as many elements as another.
  `CREATE OR REPLACE MACRO sandpiper_same_length(list, size) AS CASE WHEN len(list) = size THEN list ELSE error('The arrays given to a function have different lengths: ' || CAST(len(list) AS VARCHAR) || ' and ' || CAST(size AS VARCHAR) || '.') END`,

  // The text from the first character on that begins at this byte or later.
  `CREATE OR REPLACE MACRO sandpiper_after_byte(t, byte) AS array_to_string(list_filter(regexp_extract_all(t, '(?s).'), lambda c, i: strlen(substring(t, 1, i - 1)) + 1 >= byte), '')`,

  // JSON text as JSON, NULL where it is none; and JSON values as ClickHouse reads them, NULL where they do not fit.
  // DuckDB takes NaN and Infinity, in any case, for JSON.
  `CREATE OR REPLACE MACRO sandpiper_is_json(t) AS json_valid(t) AND NOT (regexp_matches(t, '(?i)nan|inf') AND regexp_matches(regexp_replace(t, '"(?:[^"\\\\]|\\\\.)*"', '', 'g'), '(?i)nan|inf'))`,
  `CREATE OR REPLACE MACRO sandpiper_json(t) AS list_transform([t], lambda text: CASE WHEN sandpiper_is_json(text) THEN json_extract(text, '$') END)[1]`,
  // Whole floats inside of JSON as 200, not 200.0; texts are left alone.
  `CREATE OR REPLACE MACRO sandpiper_json_numbers(t) AS CASE WHEN contains(t, '.0') THEN regexp_replace(t, '("(?:[^"\\\\]|\\\\.)*")|([0-9])[.]0([],}])', '\\1\\2\\3', 'g') ELSE t END`,
  `CREATE OR REPLACE MACRO sandpiper_json_string(j) AS CASE json_type(j) WHEN 'DOUBLE' THEN sandpiper_float_text(CAST(j AS DOUBLE)) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN json_extract_string(j, '$') ELSE sandpiper_json_numbers(CAST(j AS VARCHAR)) END`,
  `CREATE OR REPLACE MACRO sandpiper_json_raw(j) AS CASE json_type(j) WHEN 'DOUBLE' THEN sandpiper_float_text(CAST(j AS DOUBLE)) WHEN 'OBJECT' THEN sandpiper_json_numbers(CAST(j AS VARCHAR)) WHEN 'ARRAY' THEN sandpiper_json_numbers(CAST(j AS VARCHAR)) ELSE CAST(j AS VARCHAR) END`,
  `CREATE OR REPLACE MACRO sandpiper_json_integer(j) AS CASE json_type(j) WHEN 'BIGINT' THEN CAST(j AS HUGEINT) WHEN 'UBIGINT' THEN CAST(j AS HUGEINT) WHEN 'DOUBLE' THEN TRY_CAST(trunc(CAST(j AS DOUBLE)) AS HUGEINT)
    WHEN 'VARCHAR' THEN CASE WHEN regexp_full_match(json_extract_string(j, '$'), '[+-]?[0-9]+') THEN TRY_CAST(json_extract_string(j, '$') AS HUGEINT) WHEN regexp_full_match(json_extract_string(j, '$'), '[+-]?[0-9]*[.][0-9]*') THEN TRY_CAST(trunc(TRY_CAST(json_extract_string(j, '$') AS DOUBLE)) AS HUGEINT) END END`,
  `CREATE OR REPLACE MACRO sandpiper_json_float(j) AS CASE json_type(j) WHEN 'BIGINT' THEN CAST(j AS DOUBLE) WHEN 'UBIGINT' THEN CAST(j AS DOUBLE) WHEN 'DOUBLE' THEN CAST(j AS DOUBLE) WHEN 'VARCHAR' THEN TRY_CAST(json_extract_string(j, '$') AS DOUBLE) END`,

  // The host of a URL as domain() finds it (no user name with a password), and as domainRFC() does.
  `CREATE OR REPLACE MACRO sandpiper_host(url) AS list_transform([regexp_extract(url, '^(?:[A-Za-z0-9.+-]*://|//)?([^:/?#\\s<>%{}|\\\\^~\\[\\];=&]*)(?:[:/?#]|$)', 1)], lambda authority:
    CASE WHEN NOT contains(authority, '.') OR authority[-1] = '.' OR url[-1] = '.' THEN CASE WHEN url IS NULL THEN NULL ELSE '' END ELSE regexp_replace(authority, '^.*@', '') END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_host_rfc(url) AS list_transform([regexp_extract(url, '^(?:[A-Za-z0-9.+-]*://|//)?(?:[^/?#]*@)?([^/?#@\\s<>%{}|\\\\^~;&]*)(?:[/?#]|$)', 1)], lambda authority:
    CASE WHEN authority[1] = '[' THEN regexp_extract(authority, '^\\[([^\\]]*)\\]', 1) WHEN NOT contains(regexp_replace(authority, ':.*$', ''), '.') OR regexp_replace(authority, ':.*$', '')[-1] = '.' THEN CASE WHEN url IS NULL THEN NULL ELSE '' END ELSE regexp_replace(authority, ':.*$', '') END)[1]`,
  `CREATE OR REPLACE MACRO sandpiper_url_decode(t) AS CASE WHEN contains(t, '%') THEN coalesce(TRY(url_decode(t)), t) ELSE t END`,

  // x=1&y as its parts; a last one without a value is left out, as in ClickHouse.
  `CREATE OR REPLACE MACRO sandpiper_url_parameters(t) AS list_transform([string_split_regex(t, '[&#]')], lambda parts: list_filter(parts, lambda part, i: i < len(parts) OR contains(part, '=')))[1]`,

  // Hexadecimal digits as bits, bits as bytes, and a number below 32 as five bits.
  `CREATE OR REPLACE MACRO sandpiper_bits(h) AS array_to_string(list_transform(regexp_extract_all(h, '.'), lambda digit: ['0000', '0001', '0010', '0011', '0100', '0101', '0110', '0111', '1000', '1001', '1010', '1011', '1100', '1101', '1110', '1111'][CAST('0x' || digit AS INTEGER) + 1]), '')`,
  // ClickHouse reads any other sign as fifteen sixteens and fifteen of a hexadecimal digit, and as a one of a binary one.
  `CREATE OR REPLACE MACRO sandpiper_hex_value(c) AS CASE WHEN c BETWEEN '30' AND '39' THEN CAST(right(c, 1) AS INTEGER) WHEN c BETWEEN '41' AND '46' OR c BETWEEN '61' AND '66' THEN 9 + CAST(right(c, 1) AS INTEGER) ELSE 255 END`,
  `CREATE OR REPLACE MACRO sandpiper_unhex_any(signs) AS unhex(array_to_string(list_transform(range(-(len(signs) % 2), len(signs), 2), lambda i: right('0' || to_hex((CASE WHEN i < 0 THEN 0 ELSE sandpiper_hex_value(signs[i + 1]) * 16 END + sandpiper_hex_value(signs[i + 2])) & 255), 2)), ''))`,
  `CREATE OR REPLACE MACRO sandpiper_unhex(t) AS CASE WHEN regexp_full_match(t, '[0-9A-Fa-f]*') THEN unhex(t) ELSE sandpiper_unhex_any(regexp_extract_all(hex(encode(t)), '..')) END`,
  `CREATE OR REPLACE MACRO sandpiper_from_bits(bits) AS unhex(array_to_string(list_transform(regexp_extract_all(repeat('0', (8 - length(bits) % 8) % 8) || bits, '........'), lambda eight: right('0' || to_hex(CAST('0b' || eight AS INTEGER)), 2)), ''))`,
  `CREATE OR REPLACE MACRO sandpiper_unbin(t) AS sandpiper_from_bits(CASE WHEN regexp_full_match(t, '[01]*') THEN t ELSE array_to_string(list_transform(regexp_extract_all(hex(encode(t)), '..'), lambda c: CASE WHEN c = '30' THEN '0' ELSE '1' END), '') END)`,
  `CREATE OR REPLACE MACRO sandpiper_five_bits(n) AS right(sandpiper_bits(right('0' || to_hex(n), 2)), 5)`,
  // Whether an address is in a network such as 10.0.0.0/8; addresses of the other version are not.
  `CREATE OR REPLACE MACRO sandpiper_ip_bits(a) AS CASE WHEN contains(a, ':') THEN sandpiper_bits(sandpiper_ipv6_hex(a)) ELSE sandpiper_bits(lpad(to_hex(sandpiper_ipv4_number(sandpiper_ipv4(a))), 8, '0')) END`,
  `CREATE OR REPLACE MACRO sandpiper_ip_in_range(a, network) AS contains(a, ':') = contains(network, ':') AND left(sandpiper_ip_bits(a), CAST(split_part(network, '/', 2) AS INTEGER)) = left(sandpiper_ip_bits(split_part(network, '/', 1)), CAST(split_part(network, '/', 2) AS INTEGER))`,
];

/** Texts that nobody writes: pieces of files and queries, broken and mixed; and one piece repeated until it is long. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Random } from '../fuzz/random.ts';
import type { Door } from './doors.ts';

const FILES = [
  "DESCRIPTION >\n    Words\n\nTOKEN \"t\" APPEND\n\nSCHEMA >\n    `id` UInt64 `json:$.id` DEFAULT 1 CODEC(ZSTD(1)),\n    tags Array(String) `json:$.tags[:]`, -- list\n    at DateTime64(3, 'UTC') DEFAULT now64(3)\n\nENGINE \"ReplacingMergeTree\"\nENGINE_SORTING_KEY \"id, at\"\nENGINE_VER at\nENGINE_SETTINGS \"a=1, b='x'\"\nINDEXES >\n    i id TYPE minmax GRANULARITY 1\n",
  "VERSION 1\nTAGS 'x'\nINCLUDE \"a.incl\"\nNODE one\nDESCRIPTION first\nSQL >\n    %\n    {% set n = Int32(n, 10) %}\n    SELECT id, {{ columns(cols, 'id,at') }} FROM c\n    WHERE 1 {% if defined(ids) %} AND id IN {{ Array(ids, 'Int32', description='x') }} {% elif x and y == 'a' %} AND {{ sql_and(a=String(x), b__in=Array(y)) }} {% else %} AND 0 {% end %}\n    LIMIT {{ n * 2 }}\n\nNODE two\nSQL >\n    SELECT * FROM one ORDER BY id\nTYPE endpoint\n",
  'TYPE kafka\nKAFKA_BOOTSTRAP_SERVERS "a:1"\nKAFKA_SSL_CA_PEM >\n    pem\n',
  'NODE m\nSQL >\nSELECT toDate(at) AS day, count() AS n\nFROM a\nGROUP BY day\nTYPE materialized\nDATASOURCE d\nENGINE SummingMergeTree\nCOPY_SCHEDULE "0 * * * *"\n',
];
const TEMPLATES = [
  "%\nSELECT {{Int32(a, 1)}} {% if defined(b) and b in ['x', \"y\"] %} , {{String(b)}} {% elif not c %} 1 {% else %} 2 {% end %} {% for k, v in {'a': 1}.items() %}{{k}}{{v}}{% end %} {% set z = [x * 2 for x in range(3) if x] %} {{z[0:1]}} {{ '%s' % 1 }} {# note #}",
  "{% for last, c in enumerate_with_last(split_to_array(cs, 'a,b')) %}{{column(c)}}{% if not last %},{% end %}{% end %}{% try %}{{1/0}}{% except %}{{error('x')}}{% end %}{{ a.upper().split(',')[-1] if a else None }}",
];
const TYPES = ["Array(Nullable(DateTime64(3, 'UTC')))", "Tuple(a UInt8, `b c` Map(String, LowCardinality(String)))", "Enum8('a' = 1, 'b' = -2)", 'AggregateFunction(quantiles(0.5, 0.9), Float64)', 'Decimal(76, 30)', 'Nested(a Int8, b String)', 'JSON(max_dynamic_paths=1, a.b UInt8)', 'FixedString(16)'];
const VALUES = ['1', '-1', '1,2,3', "a'b", '2024-01-01', '2024-01-01 10:00:00.123', '1e999', '0x10', 'nan', 'true', '["a", 1]', '{"a": {"b": 1}}', 'a.b', '`x`', '99999999999999999999999999', '1.', '--1', '\\', "\\'", 'é', '[]'];

const BITS: Readonly<Record<Door['takes'], readonly string[]>> = {
  'data file': ['\nSQL >\n', '\nNODE a\n', '\nTYPE endpoint\n', 'SCHEMA >\n', 'INCLUDE "x"\n', 'DEFAULT ', 'CODEC(', '`json:$', 'Nested(', 'JSON(', ' >', 'VERSION 1e9', '$A', '\nTOKEN', '\nDATASOURCE b', '{% end %}', '{{', '%\n', '\n    ', 'ENGINE '],
  template: ['{{', '}}', '{%', '%}', '{#', '#}', '%', '{% end %}', '{% if x %}', '{% for x in y %}', '{% while 1 %}', '{% set x = [x, x] %}', '{% try %}', '{% except %}', ' not ', ' in ', ' if ', ' else ', "'x' * 9999999", '[y for y in range(99)]', '.append(', '.format(', '**', '//', "'%s' % ", '{{x}}', 'lambda', '[::]', 'range(99999)', "f'"],
  SQL: ['SELECT ', ' FROM t ', ' WHERE ', ' JOIN u USING id ', ' ON ', ' GROUP BY ', ' WITH TOTALS', ' ORDER BY ', ' LIMIT 1 BY ', ' WITH FILL ', 'CASE WHEN ', ' END ', ' OVER (', '->', '::', '.1', '*', ' EXCEPT ', ' APPLY ', "COLUMNS('", 'INTERVAL 1 ', ' BETWEEN ', ' AND ', ' NOT ', ' IN ', ' UNION ALL ', '{p: String}', 'arrayJoin(', 'sumIfState(', 'quantiles(0.5)(', ' AS x ', 'toDate(', "'2024-01-01'", '0x', '1e', '.5', 'NULL', '`', '"', ' SETTINGS a = 1', ' FORMAT JSON', ' ARRAY JOIN arr ', ' x -> x', 'dateDiff(', 'CAST(1 AS ', ' ASOF ', '$$', '@@', 'm[', 'tup.', ' WINDOW w AS (', ' PREWHERE ', ' SAMPLE 0.1', ' FINAL', ' QUALIFY ', ' INTERSECT ', '<=>'],
  type: ['Array(', 'Nullable(', 'Tuple(', 'Map(', ')', ', ', "'", ' = ', 'Decimal(', 'Enum8(', 'LowCardinality(', 'AggregateFunction(', 'DateTime64('],
  parameter: ["'", '\\', ',', '-', '.', 'e', '"', '{', '}', '[', ']', '`', '%', ':', '\n', ' OR 1=1', '--', '/*', ');', '\u0000'],
};
const ANYWHERE = ['toString', 'constructor', '__proto__', 'hasOwnProperty', '(', ')', '[', ']', '{', '}', "'", '"', '`', '\n', '\r', '\t', '--', '/*', '*/', '#', ',', ':', ';', '.', '-', '+', '%', '\\', '\u0000', '\ud800', 'é', '🙂', '\u00a0', '\ufeff', '9'.repeat(40), '((((((((', 'x'.repeat(70)];

let queries: readonly string[] | undefined;

function sqlSeeds(): readonly string[] {
  if (queries) return queries;
  const folder = new URL('../../cases/sql/', import.meta.url);
  const cases = readdirSync(folder).filter((name) => name.endsWith('.sql')).flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split(/;\n/));
  queries = [...cases.map((query) => query.trim()).filter((query) => query !== ''), 'SELECT id, sum(a) OVER (PARTITION BY s ORDER BY at) FROM t WHERE d >= today() - 7 AND s IN (SELECT s FROM u) GROUP BY id HAVING count() > 1 ORDER BY 1 LIMIT 10', "WITH x AS (SELECT m['k'] AS v FROM t ARRAY JOIN arr AS e) SELECT uniqMerge(st), quantile(0.9)(v) FROM x"];
  return queries;
}

function seedsFor(takes: Door['takes']): readonly string[] {
  switch (takes) {
    case 'data file':
      return FILES;
    case 'template':
      return TEMPLATES;
    case 'SQL':
      return sqlSeeds();
    case 'type':
      return TYPES;
    case 'parameter':
      return VALUES;
    default:
      return takes satisfies never;
  }
}

/** A random text for a door: a seed with changes, pieces thrown together, or noise. */
export function textFor(takes: Door['takes'], random: Random): string {
  const bits = [...BITS[takes], ...ANYWHERE];
  const kind = random.next();
  if (kind < 0.1) return Array.from({ length: random.whole(0, 60) }, () => String.fromCharCode(random.chance(0.9) ? random.whole(9, 126) : random.whole(0, 0xffff))).join('');
  if (kind < 0.25) return random.list(1, 25, () => random.pick(bits)).join(random.pick(['', ' ', '\n']));
  let text = random.pick(seedsFor(takes));
  for (let changes = random.whole(1, 6); changes > 0; changes -= 1) {
    const at = random.whole(0, text.length);
    const way = random.whole(0, 4);
    if (way === 0) text = text.slice(0, at) + text.slice(at + random.whole(1, 30));
    else if (way === 1) text = text.slice(0, at) + random.pick(seedsFor(takes)).slice(random.whole(0, 40), random.whole(41, 160)) + text.slice(at);
    else if (way === 2) text = text.slice(0, at) + random.pick(bits) + text.slice(at);
    else if (way === 3) text = text.slice(0, at) + random.pick(bits) + text.slice(at + random.whole(1, 5));
    else text = text.slice(0, at) + text.slice(at, at + random.whole(1, 20)).repeat(random.whole(2, 30)) + text.slice(at + 20);
  }
  return text.slice(0, 20_000);
}

const REPEATED = [
  '(', ')', '[', '{', '}', "'", '"', '`', 'a.', '.', '%', 'NOT ', '-', '- ', '+', '1+', '1 AND ', '1 OR ', 'a = ', 'a,', ',', 'x -> ', 'CASE WHEN ', 'CASE ', 'f(', '[1,', '(1,', '((', '{{', '}}', '{%', '{% if x %}', '{% end %}', '{% for x in y %}', '{{x}}', '{#', '/*', '--', '\n', '\n\n', ' ', '\t', '\\', "\\'", '#', '::Int8', '1::', '.1', 'INTERVAL ', 'INTERVAL 1 ', 'SELECT ', 'SELECT (', 'SELECT 1 UNION ALL ', '(SELECT 1) UNION ALL ', 'FROM (', 'SELECT * FROM (', 'WITH x AS (', 'a AS ', 'a b ', 'Array(', 'Tuple(', 'Nullable(', 'Map(String, ', 'x[', 'x[1]', 'x.1.', 'EXISTS (', 'IN (', 'a IN ', 'BETWEEN 1 AND ', 'a BETWEEN ', '? 1 : ', '1 ? ', 'a ? b : ', '$$', '$a$', '0x', '1e', '1.', '9', '_', 'x', 'é', '\u0000', '\ud800', 'DISTINCT ', 'AS x ', 'ON ', 'JOIN t ', 't JOIN ', 't, ', 'NODE a\n', 'SQL >\n', 'SCHEMA >\n', 'DESCRIPTION >\n', 'a UInt8,\n', '`a` String `json:$.a`,\n', 'TOKEN "x" READ\n', 'INCLUDE "x"\n', ' not ', 'not ', 'a if ', 'a if b else ', '[x for x in ', "'a' + ", 'a.b(', 'x|', '||', "'a' || ", 'OVER (', 'WITH TOTALS ', 'LIMIT 1 ', 'LIMIT 1 BY a ', '* EXCEPT (', 'COLUMNS(', '{p: ', '{p: String}', 'sumIf', 'State', 'count', 'OrNull', 'If', 'Array', 'toDate(', 'arrayMap(x -> ', 'DATE ', "DATE '", 'CAST(', 'EXTRACT(', 'TRIM(', 'x::Array(', 'a <=> ', '@@', ';', 'SETTINGS a = ', 'ENGINE ', 'VERSION 1 ',
];
const BEFORE = ['', 'SELECT ', 'SELECT 1 FROM t WHERE ', 'SELECT a FROM t ORDER BY ', '%\n', '{{', 'NODE n\nSQL >\n    ', 'NODE n\nSQL >\n    %\n    {{', 'SCHEMA >\n    ', 'SELECT sum'];

/** Every piece behind every beginning, `length` characters long, and closed as often as it was opened. */
export function repeatedTexts(length: number): readonly string[] {
  return BEFORE.flatMap((before) => REPEATED.flatMap((piece) => {
    const times = Math.floor(length / piece.length);
    const opened = piece.repeat(times);
    const close = piece.endsWith('(') || piece === '(1,' ? ')' : piece.endsWith('[') || piece === '[1,' ? ']' : undefined;
    return [before + opened, ...(close === undefined ? [] : [`${before}${piece.repeat(times >> 1)}1${close.repeat(times >> 1)}`])];
  }));
}

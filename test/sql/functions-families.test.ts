/**
 * Functions on texts, arrays, tuples, maps, JSON, URLs, encodings and bits, compared with real ClickHouse: each line of
 * function-cases/*.txt is a list of expressions over literals and over the columns of the table below.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseInstalled } from '../oracle/clickhouse.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

const FOLDER = new URL('function-cases/', import.meta.url);

const COLUMNS = `id UInt32, s String, n Nullable(String), l LowCardinality(String), ln LowCardinality(Nullable(String)), f FixedString(4), i Int32, u UInt64, ni Nullable(Int32),
  d Float64, dt DateTime, da Date, ai Array(Int32), sa Array(String), ani Array(Nullable(Int32)), ad Array(Float64), al Array(LowCardinality(String)), aa Array(Array(UInt8)),
  m Map(String, UInt32), tp Tuple(a Int32, b String), j String, url String`;
const ROWS = String.raw`VALUES
  (1, 'hello,world', 'a b', 'x', 'y', 'abcd', 5, 7, 3, 1.5, '2024-03-01 12:34:56', '2024-03-01', [3,1,2,3], ['b','a','b'], [1,NULL,2], [1.5,-2,3], ['p','q','p'], [[1,2],[],[3]], map('a',1,'b',2), (1,'q'),
   '{"a":1,"b":"x","c":[1,2,{"d":null}],"e":{"f":-1.5},"g":true}', 'https://www.user:pw@sub.Example.co.uk:8080/a/b/c.html?x=1&y=2%20z#frag'),
  (2, '', NULL, '', NULL, 'ab', -3, 0, NULL, -0.5, '1970-01-01 00:00:00', '1970-01-01', [], [], [], [], [], [], map(), (-2,''), '', ''),
  (3, 'Привет Мир', 'Ünï', 'Żółw', 'straße', 'é', 1000000, 18446744073709551615, -7, 0, '2023-12-31 23:59:59', '2023-12-31', [-1,0,7], ['','é','zz'], [NULL], [0], ['z'], [[9]], map('k',5), (3,'w w'),
   '[1,"two",3.5]', 'http://example.com/path?q=a+b&arr[]=1'),
  (4, 'The quick brown fox', 'fox', 'abc', 'abc', 'fox', 42, 42, 42, 42, '2024-02-29 00:00:01', '2024-02-29', [5,5,5], ['The','fox'], [4,4], [2,2], ['a','b'], [[],[]], map('fox',42), (42,'fox'),
   '{"fox":"jumps","n":42}', 'https://sub.example.com.au:443/x/y/')`;

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
  await engines?.makeTable('t', COLUMNS, ROWS);
});

afterAll(() => engines?.close());

const families = readdirSync(FOLDER).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -4));

test.runIf(clickHouseInstalled()).for(families)('%s functions answer as ClickHouse does', { timeout: 120_000 }, async (family) => {
  const lines = readFileSync(new URL(`${family}.txt`, FOLDER), 'utf8').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found: Record<string, string> = {};
  for (const line of lines) {
    const difference = await engines?.difference(`SELECT ${line} FROM t ORDER BY id`);
    if (difference !== undefined) found[line] = difference;
  }
  expect(found).toEqual({});
});

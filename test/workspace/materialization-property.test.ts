/**
 * Random rows in random blocks through random chains of views: the answers are those of ClickHouse's own materialized
 * views over the same rows in one insert, however the rows were cut into blocks.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClickHouse, type ClickHouse } from '../oracle/clickhouse.ts';
import { openProject } from './open-project.ts';

let clickHouse: ClickHouse | undefined;

beforeAll(() => {
  clickHouse = openClickHouse();
}, 60_000);

afterAll(() => clickHouse?.close());

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state % below;
  };
}

interface Measure {
  readonly name: string;
  readonly type: string;
  readonly state: string;
  /** Over the states of an earlier view. */
  readonly again: string;
  readonly answer: string;
}

const state = (name: string, aggregate: string, args: string, types: string, answer = `${aggregate}Merge(${name})`): Measure => ({
  name, type: `AggregateFunction(${aggregate}${types === '' ? '' : `, ${types}`})`, state: `${aggregate}State(${args})`, again: `${aggregate}MergeState(${name})`, answer,
});
const simple = (name: string, aggregate: string, type: string): Measure => ({ name, type: `SimpleAggregateFunction(${aggregate}, ${type})`, state: `${aggregate}(${name === 'first' || name === 'last' ? 'at' : 'n'})`, again: `${aggregate}(${name})`, answer: `${aggregate}(${name})` });

const MEASURES: readonly Measure[] = [
  state('c', 'count', '', ''), state('s', 'sum', 'n', 'Int64'), state('a', 'avg', 'n', 'Int64'), state('u', 'uniqExact', 'user', 'String'), state('un', 'uniq', 'user', 'String'),
  state('am', 'argMax', 'user, (at, id)', 'String, Tuple(DateTime, UInt32)'), state('mi', 'min', 'n', 'Int64'), state('sv', 'stddevPop', 'f', 'Float64', 'round(stddevPopMerge(sv), 6)'),
  state('g', 'groupUniqArray', 'kind', 'String', 'arraySort(groupUniqArrayMerge(g))'), state('q', 'quantileExact', 'n', 'Int64'),
  { name: 'ci', type: 'AggregateFunction(countIf, UInt8)', state: 'countIfState(n > 0)', again: 'countIfMergeState(ci)', answer: 'countIfMerge(ci)' },
  { name: 'sm', type: 'AggregateFunction(sumMap, Map(String, UInt64))', state: "sumMapState(map(kind, toUInt64(1)))", again: 'sumMapMergeState(sm)', answer: 'sumMapMerge(sm)' },
  { name: 'total', type: 'SimpleAggregateFunction(sum, Int64)', state: 'sum(n)', again: 'sum(total)', answer: 'sum(total)' },
  simple('first', 'min', 'DateTime'), simple('last', 'max', 'DateTime'),
];
const KEYS = [['kind', 'String', 'kind'], ['day', 'Date', 'toDate(at)'], ['odd', 'UInt8', 'id % 2']] as const;

interface Stage {
  readonly table: string;
  readonly columns: string;
  readonly key: string;
  readonly select: string;
  readonly answer: string;
}

/** A filter or none, states by some keys, and perhaps a coarser view over these states. */
function chainOf(random: (below: number) => number): readonly Stage[] {
  const stages: Stage[] = [];
  let from = 'events';
  if (random(2) === 0) {
    stages.push({ table: 'kept', columns: 'id UInt32, at DateTime, user String, kind String, n Int64, f Float64', key: 'id', select: `SELECT id, at, user, kind, n, f FROM events WHERE n % ${2 + random(4)} != 0`, answer: 'SELECT count(), sum(id) FROM kept' });
    from = 'kept';
  }
  const keys = KEYS.filter(() => random(3) > 0);
  const measures = MEASURES.filter(() => random(2) === 0);
  const used = measures.length === 0 ? MEASURES.slice(0, 2) : measures;
  const stage = (table: string, source: string, by: readonly (typeof KEYS)[number][], isFirst: boolean): Stage => ({
    table,
    columns: [...by.map(([name, type]) => `${name} ${type}`), ...used.map(({ name, type }) => `${name} ${type}`)].join(', '),
    key: by.length === 0 ? 'tuple()' : by.map(([name]) => name).join(', '),
    select: `SELECT ${[...by.map(([name, , value]) => (isFirst ? `${value} AS ${name}` : name)), ...used.map((one) => `${isFirst ? one.state : one.again} AS ${one.name}`)].join(', ')} FROM ${source}${by.length === 0 ? '' : ` GROUP BY ${by.map(([name]) => name).join(', ')}`}`,
    answer: `SELECT ${[...by.map(([name]) => name), ...used.map(({ answer }) => answer)].join(', ')} FROM ${table}${by.length === 0 ? '' : ` GROUP BY ${by.map(([name]) => name).join(', ')} ORDER BY ${by.map(([name]) => name).join(', ')}`}`,
  });
  stages.push(stage('fine', from, keys, true));
  if (random(3) > 0) stages.push(stage('coarse', 'fine', keys.slice(1), false));
  return stages;
}

test('views give the same answers however rows are cut into blocks, and those of ClickHouse', { timeout: 240_000 }, async (context) => {
  if (!clickHouse) return context.skip();
  for (const seed of [1, 2, 3, 4, 5, 102]) {
    const random = randomOf(seed);
    const stages = chainOf(random);
    const rows = Array.from({ length: 400 }, (_, id) => ({ id, at: `2024-01-${String(1 + random(9)).padStart(2, '0')} 0${random(10)}:00:00`, user: `u${random(60)}`, kind: ['a', 'b', 'c'][random(3)] ?? 'a', n: random(2_000) - 1_000, f: random(1_000) / 8 }));
    const EVENTS = 'id UInt32, at DateTime, user String, kind String, n Int64, f Float64';

    await clickHouse.text(`CREATE OR REPLACE TABLE events (${EVENTS}) ENGINE = MergeTree ORDER BY id`);
    for (const { table, columns, key, select } of stages) {
      await clickHouse.text(`CREATE OR REPLACE TABLE ${table} (${columns}) ENGINE = ${table === 'kept' ? 'MergeTree' : 'AggregatingMergeTree'} ORDER BY ${key === 'tuple()' ? key : `(${key})`}`);
      await clickHouse.text(`DROP VIEW IF EXISTS ${table}_view`);
      await clickHouse.text(`CREATE MATERIALIZED VIEW ${table}_view TO ${table} AS ${select}`);
    }
    await clickHouse.text(`INSERT INTO events FORMAT JSONEachRow ${rows.map((row) => JSON.stringify(row)).join('\n')}`);
    const theirs: unknown[] = [];
    for (const { answer } of stages) theirs.push((await clickHouse.text(`${answer} SETTINGS output_format_json_quote_64bit_integers = 0`, 'JSONCompactEachRow')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown));
    for (const { table } of stages) await clickHouse.text(`DROP VIEW ${table}_view`);

    const files = {
      'datasources/events.datasource': `SCHEMA >\n    ${EVENTS.split(', ').map((column) => `${column} \`json:$.${column.split(' ')[0]}\``).join(',\n    ')}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n`,
      ...Object.fromEntries(stages.flatMap(({ table, columns, key, select }) => [
        [`datasources/${table}.datasource`, `SCHEMA >\n    ${columns}\n\nENGINE "${table === 'kept' ? 'MergeTree' : 'AggregatingMergeTree'}"\nENGINE_SORTING_KEY "${key}"\n`],
        [`materializations/${table}_view.pipe`, `NODE ${table}_node\nSQL >\n    ${select}\n\nTYPE materialized\nDATASOURCE ${table}\n`],
      ])),
    };
    for (const cut of ['one block', 'random blocks']) {
      const project = await openProject(files);
      const shuffled = cut === 'one block' ? rows : [...rows].sort((one, other) => ((one.id * 7_919) % 401) - ((other.id * 7_919) % 401));
      for (let at = 0; at < shuffled.length;) {
        const size = cut === 'one block' ? shuffled.length : 1 + random(120);
        await project.send('events', ...shuffled.slice(at, at + size));
        at += size;
        if (cut !== 'one block' && random(4) === 0) await project.reopen();
      }
      const ours: unknown[] = [];
      for (const { answer } of stages) {
        const { text } = await project.answer(answer);
        ours.push(text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown));
      }
      await project.close();
      expect({ seed, cut, stages, answers: ours }).toEqual({ seed, cut, stages, answers: theirs });
    }
  }
});

/** Columns of states that an earlier version wrote, converted and merged in DuckDB. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DUCKDB_MACROS } from '../../engine/sql/macros.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { parseType } from '../../engine/sql/parse-type.ts';
import { translate } from '../../engine/sql/translate.ts';
import { registerComputedFunctions } from '../../engine/workspace/computed-functions.ts';
import { upgradeStates } from '../../engine/workspace/state-upgrade.ts';

let duckdb: DuckDBConnection;

beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  registerComputedFunctions(duckdb);
  for (const macro of DUCKDB_MACROS) await duckdb.run(macro);
});

afterAll(() => duckdb.closeSync());

const COLUMNS = {
  uniq_int: ['uniq, UInt32', 'UINTEGER[]', '[1, 2]', '[2, 3]', 'uniqMerge', 3],
  half: ['quantile(0.5), Float64', 'DOUBLE[]', '[1, 2]', '[3]', 'quantileMerge(0.5)', 2],
  spread: ['stddevPop, Float64', 'DOUBLE[]', '[1, 3]', '[5, 7]', 'round(stddevPopMerge', 2.236],
  top: ['topK(1), String', 'VARCHAR[]', "['a', 'b']", "['b']", 'topKMerge(1)', ['b']],
  regression: ['simpleLinearRegression, UInt8, UInt8', 'STRUCT(a1 UTINYINT, a2 UTINYINT)[]', '[{a1: 1, a2: 3}]', '[{a1: 2, a2: 5}]', 'simpleLinearRegressionMerge', { k: 2, b: 1 }],
  maybe: ['sumOrNull, UInt8', 'UTINYINT[]', '[]', '[4]', 'sumOrNullMerge', '4'],
  by_key: ['sumMap, Map(String, UInt8)', 'MAP(VARCHAR, UTINYINT)[]', "[MAP {'a': 1}]", "[MAP {'a': 2, 'b': 7}]", 'sumMapMerge', [{ key: 'a', value: '3' }, { key: 'b', value: '7' }]],
  digest: ['quantileTDigest(0.9), UInt8', 'UTINYINT[]', '[5, 6]', '[7]', 'quantileTDigestMerge(0.9)', 7],
} as const;

test('states of the first format are converted once and merge with new ones', async () => {
  const all = Object.entries(COLUMNS);
  await duckdb.run(`CREATE TABLE t (${all.map(([name, [, type]]) => `${name} ${type}`).join(', ')})`);
  await duckdb.run(`INSERT INTO t VALUES (${all.map(([, column]) => column[2]).join(', ')}), (${all.map(([, column]) => column[3]).join(', ')})`);
  const types = new Map(all.map(([name, [type]]) => [name, { type: parseType(`AggregateFunction(${type})`) }]));
  const first = await upgradeStates(duckdb, 't', types);
  const again = await upgradeStates(duckdb, 't', types);
  const catalog = { tableNames: () => ['t'], findTable: () => ({ kind: 'stored', duckdbName: ['main', 't'], columns: [...types].map(([name, { type }]) => ({ name, type })) }) as const };
  const query = `SELECT ${all.map(([name, column]) => (column[4].startsWith('round') ? `${column[4]}(${name}), 3)` : `${column[4]}(${name})`)).join(', ')} FROM t`;
  const reader = await duckdb.runAndReadAll(translate(parseQuery(query), { catalog }).duckdbSql);
  expect({ first, again, answers: reader.getRowsJson()[0] }).toEqual({
    first: ['half', 'spread', 'top', 'regression', 'maybe', 'by_key', 'digest'],
    again: [],
    answers: all.map(([, column]) => (typeof column[5] === 'number' && column[4] === 'uniqMerge' ? String(column[5]) : column[5])),
  });
});

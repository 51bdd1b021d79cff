/**
 * Nothing gets out through the translator: each attempt is refused with a sentence, or becomes one SELECT that reads
 * tables of the catalog only. What is translated runs here in a DuckDB without any of the walls that the engine puts up.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import type { Catalog } from '../../engine/sql/catalog.ts';
import { DUCKDB_MACROS } from '../../engine/sql/macros.ts';
import { parseType } from '../../engine/sql/parse-type.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { translate } from '../../engine/sql/translate.ts';
import { attempts } from './attempts.ts';

const CANARY = 'canary in the coal mine';
const folder = mkdtempSync(join(tmpdir(), 'sandpiper-safety-'));
const lure = { secret: join(folder, 'secret.csv'), target: join(folder, 'written.csv') };
let duckdb: DuckDBConnection;
let instance: DuckDBInstance;

const CATALOG: Catalog = {
  findTable: (database, name) => (database === undefined && name === 'visits' ? { kind: 'stored', duckdbName: ['main', 'visits'], columns: [{ name: 'id', type: parseType('UInt64') }, { name: 'm', type: parseType('Map(String, String)') }] } : undefined),
  tableNames: () => ['visits'],
};

beforeAll(async () => {
  writeFileSync(lure.secret, `content\n${CANARY}\n`);
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  duckdb = await instance.connect();
  for (const macro of DUCKDB_MACROS) await duckdb.run(macro);
  await duckdb.run("CREATE TABLE visits AS SELECT 1::UBIGINT AS id, MAP {'a': 'b'} AS m");
});

afterAll(() => {
  duckdb.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

async function outcome(sql: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
  let translated: string;
  try {
    translated = translate(parseQuery(sql), { catalog: CATALOG, parameters }).duckdbSql;
  } catch (error) {
    if (error instanceof SandpiperError) return 'refused';
    throw new Error(`A bug in ${sql}`, { cause: error });
  }
  const parsed = await duckdb.extractStatements(translated).catch((error: unknown) => {
    throw new Error(`No SQL of DuckDB's: ${translated} from ${sql}`, { cause: error });
  });
  if (parsed.count !== 1) return `${parsed.count} statements: ${translated}`;
  try {
    const rows = (await duckdb.runAndReadAll(translated)).getRowsJson();
    return JSON.stringify(rows).includes(CANARY) ? `read the secret: ${translated}` : 'one harmless SELECT';
  } catch {
    // DuckDB refuses what the translator let through: no harm, and counted apart.
    return 'failed in DuckDB';
  }
}

async function stateOf(): Promise<unknown> {
  const read = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowsJson();
  return [await read('SELECT * FROM visits'), await read("SELECT database_name FROM duckdb_databases() ORDER BY ALL"), await read("SELECT table_name FROM duckdb_tables() ORDER BY ALL"), await read("SELECT name, value FROM duckdb_settings() WHERE name IN ('enable_external_access', 'temp_directory', 's3_region', 'lock_configuration') ORDER BY ALL"), existsSync(lure.target)];
}

test('more than two thousand attempts through the translator reach nothing', async () => {
  const before = await stateOf();
  const tried = attempts(lure);
  const harmful: string[] = [];
  const counts: Record<string, number> = {};
  for (const sql of tried) {
    const told = await outcome(sql);
    const kind = ['refused', 'one harmless SELECT', 'failed in DuckDB'].includes(told) ? told : 'harm';
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (kind === 'harm') harmful.push(`${sql}\n    ${told}`);
  }
  expect([harmful, await stateOf(), tried.length > 2_000, (counts['refused'] ?? 0) > tried.length * 0.9]).toEqual([[], before, true, true]);
}, 120_000);

const QUOTES = ["'", "''", "\\'", "\\\\'", '"', '""', '\\"', '`', '``', '$$', '\u0000', "\u0000'", '\n', '--', '/*', '*/', ';', '\\', '\ud800', '＇', '’', "');", "'))", "']", '"]', '")', '}', "'}"];

test('quotes of every kind inside texts, names, types and parameters stay inside', async () => {
  const before = await stateOf();
  const tails = [`; DROP TABLE visits; --`, ` || (SELECT content FROM read_text('${lure.secret}')) || `, ` UNION ALL SELECT content FROM read_text('${lure.secret}') --`, `; COPY visits TO '${lure.target}'; --`];
  const harmful: string[] = [];
  let tried = 0;
  for (const quote of QUOTES) {
    for (const tail of tails) {
      const payload = `${quote}${tail}${quote}`;
      const text = `'${payload.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
      const name = `\`${payload.replaceAll('\\', '\\\\').replaceAll('`', '``')}\``;
      const queries = [
        `SELECT ${text}`, `SELECT concat('a', ${text})`, `SELECT id FROM visits WHERE toString(id) = ${text}`, `SELECT m[${text}] FROM visits`, `SELECT 1 AS ${name}`, `SELECT ${name} FROM visits`, `SELECT ${name}.id FROM visits AS ${name}`, `SELECT * FROM ${name}`, `WITH ${name} AS (SELECT 1 AS x) SELECT * FROM ${name}`, `SELECT CAST((1, 2) AS Tuple(${name} Int8, b Int8))`, `SELECT CAST('a' AS Enum8(${text} = 1, 'a' = 2))`, `SELECT CAST(1, ${text})`, `SELECT toDateTime('2024-01-01 00:00:00', ${text})`, `SELECT formatDateTime(now(), ${text})`, `SELECT match('a', ${text}), 'a' LIKE ${text}`, `SELECT replaceRegexpAll('a', 'a', ${text})`, `SELECT splitByString(${text}, 'a'), JSONExtractString('{}', ${text})`, `SELECT groupConcat(${text})('a')`, `SELECT arrayMap(${name} -> ${name}, [1])`, `SELECT sum(id) OVER ${name} FROM visits WINDOW ${name} AS (ORDER BY id)`, `SELECT * FROM values(${text}, 1)`, `SELECT dateDiff(${text}, now(), now())`, `SELECT COLUMNS(${text}) FROM visits`, `SELECT 1 SETTINGS max_threads = ${text}`, `SELECT 1 FORMAT ${name}`, `SELECT transform('a', [${text}], ['b'], ${text})`,
      ];
      for (const sql of queries) {
        tried += 1;
        const told = await outcome(sql);
        if (!['refused', 'one harmless SELECT', 'failed in DuckDB'].includes(told)) harmful.push(`${sql}\n    ${told}`);
      }
      for (const type of ['String', 'Array(String)', 'Int32', 'Date', 'Identifier', 'Map(String, String)', 'Tuple(String, String)', 'Enum8(\'a\' = 1)', 'DateTime64(3)', 'Decimal(9, 2)', 'UUID', 'Nullable(String)']) {
        tried += 1;
        const told = await outcome(`SELECT {p: ${type}}`, { p: payload });
        if (!['refused', 'one harmless SELECT', 'failed in DuckDB'].includes(told)) harmful.push(`{p: ${type}} = ${payload}\n    ${told}`);
      }
    }
  }
  expect([harmful, await stateOf(), tried > 3_000]).toEqual([[], before, true]);
}, 120_000);

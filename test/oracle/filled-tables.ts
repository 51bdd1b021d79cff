/**
 * The data sources of a project in both engines, with the same rows. Rows are made up, loaded into ClickHouse and copied
 * from there; targets of materialized nodes are filled by these nodes, states by each engine for itself. ClickHouse has
 * them twice: `stored`, and `turned` with the rows the other way round where the engine leaves their order open.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from '../../engine/project/datasource.ts';
import type { Pipe, PipeNode } from '../../engine/project/pipe.ts';
import type { Project } from '../../engine/project/project.ts';
import { parseExpressionList } from '../../engine/sql/parse.ts';
import { bare, printType } from '../../engine/sql/types.ts';
import type { Database } from '../../engine/workspace/database.ts';
import type { Queries } from '../../engine/workspace/queries.ts';
import type { StoredTable } from '../../engine/workspace/tables.ts';
import { jsonShape, withFieldNames } from '../sql/two-engines.ts';
import type { ClickHouse } from './clickhouse.ts';
import { makeRows, type Hints } from './made-rows.ts';

export interface Filling {
  readonly project: Project;
  readonly tables: ReadonlyMap<string, StoredTable>;
  readonly queries: Queries;
  readonly database: Database;
  readonly clickHouse: ClickHouse;
  readonly rows: number;
  readonly hints: Hints;
  readonly wholeText: (pipe: Pipe, node: PipeNode) => string;
}

interface Feeder {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly target: string;
}

export interface Filled {
  readonly notes: readonly string[];
  readonly failures: readonly { readonly pipe: string; readonly node: string; readonly ours: string; readonly sql: string }[];
}

const SETTINGS = 'SET optimize_on_insert = 0, joined_subquery_requires_alias = 0, allow_suspicious_low_cardinality_types = 1, allow_experimental_json_type = 1, max_threads = 1, date_time_input_format = \'best_effort\'';
const DATABASES = ['turned', 'stored'] as const;

export async function fillTables(filling: Filling): Promise<Filled> {
  const { project, clickHouse, tables } = filling;
  const notes: string[] = [];
  const failures: { pipe: string; node: string; ours: string; sql: string }[] = [];
  await clickHouse.text(SETTINGS);
  const sources = project.dataSources.filter(({ name }) => tables.has(name));
  for (const name of DATABASES) {
    await clickHouse.text(`CREATE DATABASE ${name}`);
    await clickHouse.text(`USE ${name}`);
    for (const source of sources) await createTable(source, name, clickHouse, notes);
  }
  await clickHouse.text('SYSTEM STOP MERGES').catch(() => undefined);
  const feeders = feedersInOrder(filling);
  const targets = new Set(feeders.map(({ target }) => target));
  for (const source of sources) if (!targets.has(source.name)) await generate(source, filling, notes);
  for (const target of new Set(feeders.map((feeder) => feeder.target))) {
    const source = sources.find(({ name }) => name === target);
    const table = tables.get(target);
    if (!source || !table) continue;
    for (const { pipe, node } of feeders.filter((feeder) => feeder.target === target)) {
      try {
        await feed(target, filling.wholeText(pipe, node), clickHouse);
      } catch (error) {
        notes.push(`ClickHouse does not fill ${target} by ${pipe.name}.${node.name}: ${messageOf(error)}`);
        continue;
      }
      if (!holdsStates(source)) continue;
      let sql = '';
      try {
        sql = filling.queries.translateInto(table.catalog.columns, pipe, node, {});
        await filling.database.write((connection) => connection.run(`INSERT INTO main."${target}" BY NAME ${sql}`));
      } catch (error) {
        failures.push({ pipe: pipe.name, node: node.name, ours: messageOf(error), sql });
      }
    }
    if (holdsStates(source)) continue;
    if ((await clickHouse.text(`SELECT count() FROM \`${target}\``)).trim() === '0') await generate(source, filling, notes);
    else await copyToSandpiper(source, filling);
  }
  return { notes, failures };
}

function holdsStates(source: DataSource): boolean {
  return source.columns.some(({ type }) => bare(type).kind === 'AggregateFunction');
}

/** Nodes that fill data sources, each after those that fill what it reads. */
function feedersInOrder({ project, tables }: Filling): readonly Feeder[] {
  const all = project.pipes.flatMap((pipe) => pipe.nodes.flatMap((node): Feeder[] => {
    const target = node.target === undefined ? undefined : project.findDataSource(node.target);
    if (!target || !tables.has(target.name)) return [];
    return node.type === 'materialized' || (node.type === 'copy' && holdsStates(target)) ? [{ pipe, node, target: target.name }] : [];
  }));
  const ordered: Feeder[] = [];
  let waiting = all;
  while (waiting.length > 0) {
    const unfilled = new Set(waiting.map(({ target }) => target));
    const ready = waiting.filter(({ pipe, node, target }) => project.dataSourcesOf(pipe, node).every((name) => name === target || !unfilled.has(name)));
    ordered.push(...(ready.length === 0 ? waiting : ready));
    waiting = ready.length === 0 ? [] : waiting.filter((feeder) => !ready.includes(feeder));
  }
  return ordered;
}

async function createTable(source: DataSource, database: (typeof DATABASES)[number], clickHouse: ClickHouse, notes: string[]): Promise<void> {
  const { tableEngine: engine } = source;
  const columns = source.columns.map(({ name, type }) => `\`${name}\` ${printType(type)}`).join(', ');
  const options: Readonly<Record<string, readonly string[]>> = {
    ReplacingMergeTree: [engine.ver, engine.isDeleted],
    SummingMergeTree: engine.summingColumns.length === 0 ? [] : [`(${engine.summingColumns.join(', ')})`],
    CollapsingMergeTree: [engine.sign],
    VersionedCollapsingMergeTree: [engine.sign, engine.version],
    AggregatingMergeTree: [],
  };
  const keys = parseKey(engine.sortingKey);
  const own = options[engine.name];
  const made = own ? `${engine.name}(${own.filter((option) => option !== '').join(', ')})` : 'MergeTree';
  const ascending = keys.length === 0 ? 'tuple()' : `(${keys.join(', ')})`;
  const turned = own && keys.length > 0 ? `(${keys.map((key) => `${key} DESC`).join(', ')})` : 'tuple()';
  const create = (order: string, whole = made) => clickHouse.text(`CREATE TABLE \`${source.name}\` (${columns}) ENGINE = ${whole} ORDER BY ${order} SETTINGS allow_nullable_key = 1${/ DESC/.test(order) ? ', allow_experimental_reverse_key = 1' : ''}`);
  try {
    await create(database === 'turned' ? turned : ascending);
  } catch (error) {
    const reason = messageOf(error);
    await create(ascending).catch(() => {
      notes.push(`ClickHouse makes ${source.name} without its engine: ${reason}`);
      return create('tuple()', 'MergeTree');
    });
  }
}

/** The parts of a sorting key. */
function parseKey(key: string): readonly string[] {
  if (/^\s*(?:tuple\(\s*\))?\s*$/.test(key)) return [];
  const list = parseExpressionList(key);
  const [first] = list;
  const parts = list.length === 1 && first?.kind === 'tuple' ? first.elements : list;
  return parts.map(({ span }) => key.slice(span.start, span.end));
}

async function generate(source: DataSource, filling: Filling, notes: string[]): Promise<void> {
  const { clickHouse, rows, hints } = filling;
  if (holdsStates(source)) return;
  const scratch = mkdtempSync(join(tmpdir(), 'sandpiper-rows-'));
  try {
    const lines = makeRows(source, rows, hints, Math.floor(Date.now() / 86_400_000) * 86_400_000);
    for (const database of DATABASES) {
      const file = join(scratch, `${database}.json`);
      const keepsOrder = !/^(?:Merge|Summing|Aggregating)/.test(source.tableEngine.name) && source.tableEngine.name !== '';
      writeFileSync(file, (database === 'turned' && !keepsOrder ? [...lines].reverse() : lines).join('\n'));
      const shape = source.columns.map(({ name, type }) => `\`${name}\` ${printType(type)}`).join(', ').replaceAll('\\', '\\\\').replaceAll("'", "\\'");
      await clickHouse.text(`INSERT INTO ${database}.\`${source.name}\` SELECT * FROM file('${file}', JSONEachRow, '${shape}')`);
    }
    await copyToSandpiper(source, filling);
  } catch (error) {
    notes.push(`${source.name} stays empty: ${messageOf(error)}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function feed(target: string, text: string, clickHouse: ClickHouse): Promise<void> {
  const { data } = await clickHouse.query(`DESCRIBE (\n${text}\n)`);
  const names = data.map((row) => `\`${String(row[0])}\``).join(', ');
  for (const database of DATABASES) {
    await clickHouse.text(`USE ${database}`);
    await clickHouse.text(`INSERT INTO \`${target}\` (${names}) SELECT ${names} FROM (\n${text}\n)`);
  }
}

async function copyToSandpiper(source: DataSource, { clickHouse, database }: Filling): Promise<void> {
  // DuckDB holds moments in UTC, and ClickHouse writes them in their own zones.
  const zoned = source.columns.filter(({ type }) => ['DateTime', 'DateTime64'].includes(bare(type).kind) && /'/.test(printType(type))).map(({ name }) => `toTimeZone(\`${name}\`, 'UTC') AS \`${name}\``);
  const text = await clickHouse.text(`SELECT *${zoned.length === 0 ? '' : ` REPLACE (${zoned.join(', ')})`} FROM stored.\`${source.name}\``, 'JSONEachRow');
  const rows = text.split('\n').filter((line) => line !== '').map((line) => {
    const values = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(source.columns.map(({ name, type }) => [name, withFieldNames(values[name], type)]));
  });
  const shape = JSON.stringify([Object.fromEntries(source.columns.map(({ name, type }) => [name, jsonShape(type)]))]).replaceAll("'", "''");
  for (let from = 0; from < rows.length; from += 1000) {
    const json = JSON.stringify(rows.slice(from, from + 1000)).replaceAll("'", "''");
    await database.write((connection) => connection.run(`INSERT INTO main."${source.name}" BY NAME SELECT made.* FROM (SELECT unnest(from_json('${json}', '${shape}')) AS made)`));
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

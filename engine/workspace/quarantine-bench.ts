/**
 * Brings rejected rows back: tells the causes with their fixes, applies one to the data file, replays the rows that fit
 * then (only those), and undoes that.
 *   sandpiper.replay                 one row a replay: what was fixed, and the file's text before and after
 *   sandpiper."replayed ID"          the rows that it put into the table
 *   sandpiper."unquarantined ID"     the rows that it took from the quarantine
 * A replay is one transaction: a row is in the quarantine or in the table, never in both. Undoing takes each replayed row
 * out once, by its values, wherever it lies by then.
 */
import { randomUUID } from 'node:crypto';
import { SandpiperError } from '../errors.ts';
import { editColumn } from '../project/column-edit.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import { AmbiguousColumns, RowStore } from './block-loader.ts';
import type { Connection, Database } from './database.ts';
import { parseJsonPath } from './ingest-table.ts';
import type { JobControl, Jobs } from './jobs.ts';
import type { Materializations } from './materialization.ts';
import { labelOf, quarantineCauses, readWithTimes, type Cause, type Fix, type HeldRow } from './quarantine-causes.ts';
import { quarantineName } from './quarantine.ts';
import { rowReader } from './row-reader.ts';
import type { StoredTable } from './tables.ts';

export interface BenchWorld {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly views: Materializations;
  readonly getTable: (name: string) => StoredTable;
  readonly fileText: (path: string) => string;
  /** Writes a file of the project, when it still has the text `before`, and reads the project again. */
  readonly writeFile: (path: string, text: string, before: string) => Promise<void>;
  readonly flush: (name: string) => Promise<void>;
  readonly recount: (name: string, added: number) => Promise<void>;
}

export interface Causes {
  readonly causes: readonly Cause[];
  /** Rows that were looked at; the newest ones when there are more. */
  readonly rows: number;
  readonly allRows: number;
  /** The last replay, when it can be undone. */
  readonly lastReplay: { readonly id: string; readonly label: string; readonly rows: number; readonly at: Date } | undefined;
}

export interface Replay {
  readonly id: string;
  readonly replayed: number;
  readonly left: number;
}

/** More rows than this are not looked at at once. */
const LOOKED_AT = 50_000;
const REPLAY_BATCH = 100_000;

export class QuarantineBench {
  readonly #world: BenchWorld;

  constructor(world: BenchWorld) {
    this.#world = world;
  }

  async causes(name: string): Promise<Causes> {
    const { database, flush } = this.#world;
    const { ingest, source } = this.#world.getTable(name);
    await flush(source.name);
    await database.write(openBench);
    const rows = await this.#held(name, LOOKED_AT);
    const allRows = Number((await database.query(duck`SELECT count(*) FROM main.${duckName(quarantineName(source.name))}`.text)).getRows()[0]?.[0] ?? 0);
    const causes = await quarantineCauses(ingest, rows, (texts, format) => this.#readTimes(texts, format));
    const [last] = (await database.query(duck`SELECT id, label, row_count, epoch_ms(replayed_at) FROM sandpiper.replay WHERE source = ${duckString(source.name)} ORDER BY replayed_at DESC LIMIT 1`.text)).getRows();
    return { causes, rows: rows.length, allRows, lastReplay: last && { id: String(last[0]), label: String(last[1]), rows: Number(last[2]), at: new Date(Number(last[3])) } };
  }

  /** Applies a fix and takes in the rows that fit then, as a job. */
  async fix(name: string, fix: Fix): Promise<Replay> {
    const { jobs, getTable, fileText, writeFile } = this.#world;
    const { source } = getTable(name);
    const before = fileText(source.path);
    const after = fix.kind === 'none' || fix.kind === 'date-format' ? before : editColumn(source.path, before, fix.column, fix.kind === 'type' ? { type: fix.type } : fix.kind === 'path' ? { jsonPath: fix.jsonPath } : { defaultExpression: fix.expression });
    return jobs.start('replay', `${labelOf(fix)}, and take rejected rows of ${name} in`, { dataSource: name }, async (control) => {
      if (after !== before) await writeFile(source.path, after, before);
      const replay = await this.#replay(name, fix, { before, after }, control);
      control.outcome({ rows: replay.replayed, quarantined: replay.left });
      control.note(`${replay.replayed.toLocaleString('en-US')} rows taken in, ${replay.left.toLocaleString('en-US')} left in quarantine.`);
      return replay;
    }).finished;
  }

  async #replay(name: string, fix: Fix, file: { readonly before: string; readonly after: string }, { signal }: JobControl): Promise<Replay> {
    const { database, flush, recount, views } = this.#world;
    const { ingest, source } = this.#world.getTable(name);
    await flush(source.name);
    await database.write(openBench);
    const id = randomUUID();
    const quarantine = duck`main.${duckName(quarantineName(source.name))}`;
    const rows = await this.#held(name, REPLAY_BATCH);
    const times = fix.kind === 'date-format' ? await this.#readTimes(textsOf(rows, ingest.columns.find((column) => column.name === fix.column)), fix.format) : undefined;
    const fits = rows.flatMap((row) => {
      const reading = fix.kind === 'date-format' && times ? readWithTimes(ingest, fix.column, times, row.json) : rowReader(ingest).readRow(row.json);
      return reading.kind === 'row' ? [{ row, reading }] : [];
    });
    if (fits.length === 0) return { id: '', replayed: 0, left: rows.length };
    const replayed = await database.write(async (connection) => {
      const block = duck`temp.main.${duckName(BLOCK)}`;
      const main = duck`main.${duckName(source.name)}`;
      const columns = ingest.columns.map((column) => duckName(column.name));
      const ids = duck`(SELECT unnest([${fits.map(({ row }) => duck`${duckString(String(row.rowid))}`)}])::BIGINT)`;
      await connection.run(duck`CREATE TABLE sandpiper.${duckName(`unquarantined ${id}`)} AS SELECT * FROM ${quarantine} WHERE rowid IN ${ids}`.text);
      await connection.run(duck`DELETE FROM ${quarantine} WHERE rowid IN ${ids}`.text);
      await connection.run(duck`CREATE OR REPLACE TEMP TABLE ${duckName(BLOCK)} AS SELECT * FROM ${main} LIMIT 0`.text);
      const store = new RowStore({ connection, stagingFolder: database.stagingFolder, table: ingest, importId: null, now: new Date(), bulk: false, ambiguous: new AmbiguousColumns(), signal }, block);
      for (const { row, reading } of fits) {
        store.take(reading, { raw: () => row.raw, file: row.file, place: row.line === null || row.offset === null ? null : { line: row.line, offset: row.offset } }, row.raw.length);
        if (store.isFull) await store.flush();
      }
      const { loaded } = await store.finish();
      await connection.run(duck`INSERT INTO ${main} (${columns}) SELECT ${columns} FROM ${block}`.text);
      if (views.isFedBy(source.name)) await views.onBlock(connection, source.name, BLOCK);
      await connection.run(duck`CREATE TABLE sandpiper.${duckName(`replayed ${id}`)} AS SELECT ${columns} FROM ${block}`.text);
      await connection.run(duck`DROP TABLE ${block}`.text);
      await connection.run(duck`INSERT INTO sandpiper.replay VALUES (${duckString(id)}, ${duckString(source.name)}, now()::TIMESTAMP, ${duckString(labelOf(fix))}, ${duckString(String(loaded))}::BIGINT, ${duckString(source.path)}, ${duckString(file.before)}, ${duckString(file.after)})`.text);
      return loaded;
    }, { signal });
    await recount(source.name, replayed);
    return { id, replayed, left: rows.length - replayed };
  }

  /** Takes the last replay of a data source back: its rows return to the quarantine, and the data file to its text. */
  async undo(name: string, id: string): Promise<void> {
    const { database, fileText, writeFile, recount, views, flush } = this.#world;
    const { source, ingest } = this.#world.getTable(name);
    await flush(source.name);
    const [last] = (await database.query(duck`SELECT id, file_before, file_after FROM sandpiper.replay WHERE source = ${duckString(source.name)} ORDER BY replayed_at DESC LIMIT 1`.text)).getRows();
    if (String(last?.[0]) !== id) throw new SandpiperError('conflict', 'Only the last replay of a data source can be undone, and this is not it any more.');
    const [before, after] = [String(last?.[1]), String(last?.[2])];
    if (before !== after && fileText(source.path) !== after) throw new SandpiperError('conflict', `${source.path} has been changed since, so the replay cannot be undone by itself.`);
    await database.write(async (connection) => {
      await removeOnce(connection, source.name, `replayed ${id}`, ingest.columns.map((column) => column.name));
      await connection.run(duck`INSERT INTO main.${duckName(quarantineName(source.name))} BY NAME SELECT * FROM sandpiper.${duckName(`unquarantined ${id}`)}`.text);
      await connection.run(duck`DROP TABLE sandpiper.${duckName(`replayed ${id}`)}`.text);
      await connection.run(duck`DROP TABLE sandpiper.${duckName(`unquarantined ${id}`)}`.text);
      await connection.run(duck`DELETE FROM sandpiper.replay WHERE id = ${duckString(id)}`.text);
      await views.onRowsRemoved(connection, source.name);
    });
    if (before !== after) await writeFile(source.path, before, after);
    await recount(source.name, 0);
  }

  /** The newest rejected rows. */
  async #held(name: string, limit: number): Promise<readonly HeldRow[]> {
    const { ingest, source } = this.#world.getTable(name);
    const columns = ingest.columns.map((column) => column.name);
    const reader = await this.#world.database.query(duck`SELECT rowid, c__raw, c__file, c__line, c__offset, COLUMNS(c -> list_contains([${columns.map((column) => duckString(column))}], c)) FROM main.${duckName(quarantineName(source.name))} ORDER BY rowid DESC LIMIT ${duckString(String(limit))}::BIGINT`.text);
    const names = reader.columnNames().slice(5);
    return reader.getRows().map(([rowid, raw, file, line, offset, ...cells]): HeldRow => ({
      rowid: BigInt(String(rowid)), raw: String(raw), json: jsonOf(String(raw), names, cells.map((cell) => (typeof cell === 'string' ? cell : null)), ingest.columns),
      file: typeof file === 'string' ? file : null, line: line === null || line === undefined ? null : Number(line), offset: offset === null || offset === undefined ? null : Number(offset),
    }));
  }

  /** Times in a form of strptime, as ISO text; what is no such time is left out. */
  async #readTimes(texts: readonly string[], format: string): Promise<ReadonlyMap<string, string>> {
    if (texts.length === 0) return new Map();
    const reader = await this.#world.database.query(duck`SELECT t, strftime(try_strptime(t, ${duckString(format)}), ${duckString(/%H/.test(format) ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d')}) FROM (SELECT unnest([${texts.map((text) => duckString(text))}]) AS t) WHERE try_strptime(t, ${duckString(format)}) IS NOT NULL`.text);
    return new Map(reader.getRows().map(([text, time]) => [String(text), String(time)]));
  }
}

const BLOCK = 'sandpiper_replay';

async function openBench(connection: Connection): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS sandpiper.replay (id VARCHAR, source VARCHAR, replayed_at TIMESTAMP, label VARCHAR, row_count BIGINT, path VARCHAR, file_before VARCHAR, file_after VARCHAR)');
}

/** A row of JSON is itself; a line of CSV becomes an object of its cells. */
function jsonOf(raw: string, names: readonly string[], cells: readonly (string | null)[], columns: StoredTable['ingest']['columns']): string {
  if (/^\s*\{/.test(raw) || cells.every((cell) => cell === null)) return raw;
  const row: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const column = columns.find((one) => one.name === name);
    const cell = cells[index];
    if (!column || cell === null || cell === undefined) continue;
    const { keys } = parseJsonPath(column);
    let at = row;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1) ?? name] = /^-?\d+(\.\d+)?$/.test(cell) && cell.length < 16 ? Number(cell) : cell;
  }
  return JSON.stringify(row);
}

function textsOf(rows: readonly HeldRow[], column: StoredTable['ingest']['columns'][number] | undefined): readonly string[] {
  if (!column) return [];
  const reader = rowReader({ name: 'texts', columns: [column] });
  return [...new Set(rows.flatMap((row) => {
    const [value] = reader.findValues(row.json);
    return typeof value === 'string' ? [value] : [];
  }))];
}

/** Removes from the table one row for each of the other's, equal in every column. */
async function removeOnce(connection: Connection, table: string, taken: string, columns: readonly string[]): Promise<void> {
  const names = columns.map((name) => duckName(name));
  const same = names.map((name) => duck`m.${name} IS NOT DISTINCT FROM t.${name}`);
  const own = duck`main.${duckName(table)}`;
  const counted = duck`SELECT ${names}, count(*) AS "sandpiper count" FROM sandpiper.${duckName(taken)} GROUP BY ALL`;
  const numbered = duck`SELECT ${names}, rowid AS "sandpiper place", row_number() OVER (PARTITION BY ${names} ORDER BY rowid DESC) AS "sandpiper number" FROM ${own}`;
  const condition = same.slice(1).reduce((all, one) => duck`${all} AND ${one}`, same[0] ?? duck`TRUE`);
  await connection.run(duck`DELETE FROM ${own} WHERE rowid IN (SELECT m."sandpiper place" FROM (${numbered}) AS m JOIN (${counted}) AS t ON ${condition} WHERE m."sandpiper number" <= t."sandpiper count")`.text);
}

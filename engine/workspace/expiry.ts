/**
 * ENGINE_TTL: rows whose time has passed are deleted, or rolled up where the rule has GROUP BY, in one transaction a
 * data source. As in ClickHouse a time of 0 never passes, and what views have made of the rows stays.
 */
import { SandpiperError } from '../errors.ts';
import { duck, duckName } from '../sql/duck.ts';
import { parseExpression, parseQuery } from '../sql/parse.ts';
import { parseTtl, type TtlAction, type TtlRule } from '../sql/parse-ttl.ts';
import { translateForTable, translateRowsWhere } from '../sql/translate.ts';
import type { Connection } from './database.ts';
import type { StoredTable } from './tables.ts';

export interface Expired {
  readonly deleted: number;
  /** Rows that went into fewer rows. */
  readonly rolledUp: number;
}

/** The rules of a data source. Throws SandpiperError when its ENGINE_TTL cannot be read. */
export function ttlOf({ source }: StoredTable): readonly TtlRule[] {
  try {
    return parseTtl(source.tableEngine.ttl);
  } catch (error) {
    if (!(error instanceof SandpiperError)) throw error;
    throw new SandpiperError('syntax', `The ENGINE_TTL of ${source.name} cannot be followed: ${error.message}`, { cause: error });
  }
}

/** Runs in the caller's transaction. Throws SandpiperError for a rule that does not fit the columns. */
export async function expireRows(connection: Connection, table: StoredTable, now: Date): Promise<Expired> {
  let [deleted, rolledUp] = [0, 0];
  for (const { time, action } of ttlOf(table)) {
    if (action.kind === 'move') continue;
    const due = `toUnixTimestamp(${time}) BETWEEN 1 AND ${Math.floor(now.getTime() / 1000)}`;
    if (action.kind === 'delete') deleted += await remove(connection, table, action.where === undefined ? due : `(${due}) AND (${action.where})`);
    else rolledUp += await rollUp(connection, table, due, action);
  }
  return { deleted, rolledUp };
}

async function remove(connection: Connection, table: StoredTable, due: string): Promise<number> {
  const rows = translateRowsWhere(parseExpression(due), table.catalog, { catalog: NO_TABLES });
  return Number((await connection.run(duck`DELETE FROM main.${duckName(table.source.name)} WHERE rowid IN (${rows})`.text)).rowsChanged);
}

const ROLLED_UP = 'sandpiper_rolled_up';

/** Groups that are one row already stay as they are: rolling up a second time changes nothing. */
async function rollUp(connection: Connection, table: StoredTable, due: string, { keys, set }: Extract<TtlAction, { kind: 'roll-up' }>): Promise<number> {
  const { columns } = table.catalog;
  // Names of their own inside: an alias like a column's name would stand for it in the condition and the other values.
  const values = columns.map(({ name }, index) => `${keys.includes(name) ? quoted(name) : (set.get(name) ?? `any(${quoted(name)})`)} AS \`rolled up ${index}\``);
  const renamed = columns.map(({ name }, index) => `\`rolled up ${index}\` AS ${quoted(name)}`);
  const select = `SELECT ${renamed.join(', ')} FROM (SELECT ${values.join(', ')} FROM _ WHERE ${due} GROUP BY ${keys.join(', ')})`;
  const catalog = { findTable: (_database: string | undefined, name: string) => (name === '_' ? table.catalog : undefined), tableNames: () => ['_'] };
  const rolled = translateForTable(parseQuery(select), columns, { catalog });
  const own = duck`main.${duckName(table.source.name)}`;
  const block = duck`temp.main.${duckName(ROLLED_UP)}`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE "${ROLLED_UP}" AS ${rolled}`);
  const made = Number((await connection.runAndReadAll(duck`SELECT count(*) FROM ${block}`.text)).getRows()[0]?.[0] ?? 0);
  const rows = translateRowsWhere(parseExpression(due), table.catalog, { catalog: NO_TABLES });
  const dueRows = Number((await connection.runAndReadAll(duck`SELECT count(*) FROM (${rows})`.text)).getRows()[0]?.[0] ?? 0);
  if (dueRows > made) {
    await connection.run(duck`DELETE FROM ${own} WHERE rowid IN (${rows})`.text);
    await connection.run(duck`INSERT INTO ${own} BY NAME SELECT * FROM ${block}`.text);
  }
  await connection.run(duck`DROP TABLE ${block}`.text);
  return dueRows - made;
}

const NO_TABLES = { findTable: () => undefined, tableNames: () => [] };

function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

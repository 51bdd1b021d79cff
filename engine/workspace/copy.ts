/**
 * Copies on demand: a copy pipe's node is run once, and its rows are appended to its target or put in place of what is
 * there, in one transaction, with what the target feeds. schedules.ts knows when.
 */
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import { duck, duckName } from '../sql/duck.ts';
import type { Connection, Database, WriteOptions } from './database.ts';
import type { Materializations } from './materialization.ts';
import type { Queries } from './queries.ts';
import type { StoredTable } from './tables.ts';

export interface Copy {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly target: StoredTable;
  readonly mode: 'append' | 'replace';
  readonly parameters: Readonly<Record<string, string>>;
  /** Runs in the transaction of the rows. */
  readonly settle?: (connection: Connection) => Promise<void>;
}

/** The node that copies; throws SandpiperError when the pipe has none. */
export function copyNode(pipe: Pipe): PipeNode {
  const node = pipe.nodes.find((one) => one.type === 'copy');
  if (!node) throw new SandpiperError('bad-request', `The pipe ${pipe.name} copies nothing: none of its nodes has TYPE copy.`);
  return node;
}

const BLOCK = 'sandpiper_copy';

/** Gives the number of rows copied. Throws what translating or running throws, placed in the pipe's file. */
export async function copyRows(copy: Copy, queries: Queries, views: Materializations, database: Database, options: WriteOptions): Promise<number> {
  const { pipe, node, target, parameters } = copy;
  const select = queries.translateInto(target.catalog.columns, pipe, node, parameters);
  const name = duck`main.${duckName(target.source.name)}`;
  return database.write(async (connection) => {
    await connection.run(`CREATE OR REPLACE TEMP TABLE "${BLOCK}" AS ${select}`);
    if (copy.mode === 'replace') await connection.run(duck`DELETE FROM ${name}`.text);
    const { rowsChanged } = await connection.run(duck`INSERT INTO ${name} BY NAME SELECT * FROM temp.main.${duckName(BLOCK)}`.text);
    if (copy.mode === 'replace') await views.onReplaced(connection, target.source.name, BLOCK);
    else if (views.isFedBy(target.source.name)) await views.onBlock(connection, target.source.name, BLOCK);
    await connection.run(duck`DROP TABLE temp.main.${duckName(BLOCK)}`.text);
    await copy.settle?.(connection);
    return Number(rowsChanged);
  }, options);
}

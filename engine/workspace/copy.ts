/**
 * Copies on demand: a copy pipe's node is run once, and its rows are appended to its target or put in place of what is
 * there, in one transaction; the views that the target feeds run on the new rows. Schedules are left to whoever asks.
 */
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import { duck, duckName } from '../sql/duck.ts';
import { translateForTable } from '../sql/translate.ts';
import type { Database } from './database.ts';
import type { Materializations } from './materialization.ts';
import type { Queries } from './queries.ts';
import type { StoredTable } from './tables.ts';

export interface Copy {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly target: StoredTable;
  readonly mode: 'append' | 'replace';
  readonly parameters: Readonly<Record<string, string>>;
}

/** The node that copies; throws SandpiperError when the pipe has none. */
export function copyNode(pipe: Pipe): PipeNode {
  const node = pipe.nodes.find((one) => one.type === 'copy');
  if (!node) throw new SandpiperError('bad-request', `The pipe ${pipe.name} copies nothing: none of its nodes has TYPE copy.`);
  return node;
}

/** DuckDB SQL that gives the node's rows as the target holds them; throws where they do not fit, placed in the pipe's file. */
export function fillingSql(pipe: Pipe, node: PipeNode, target: StoredTable, parameters: Readonly<Record<string, string>>, queries: Queries): string {
  return queries.placed(pipe, node, queries.renderNode(pipe, node, parameters), () =>
    translateForTable(queries.parseNode(pipe, node, parameters), target.catalog.columns, { catalog: queries.catalogOf(pipe, node, parameters) }));
}

const BLOCK = 'sandpiper_copy';

/** Gives the number of rows copied. Throws what translating or running throws, placed in the pipe's file. */
export async function copyRows(copy: Copy, queries: Queries, views: Materializations, database: Database, signal: AbortSignal): Promise<number> {
  const { pipe, node, target, parameters } = copy;
  const select = fillingSql(pipe, node, target, parameters, queries);
  const name = duck`main.${duckName(target.source.name)}`;
  return database.write(async (connection) => {
    await connection.run(`CREATE OR REPLACE TEMP TABLE "${BLOCK}" AS ${select}`);
    if (copy.mode === 'replace') await connection.run(duck`DELETE FROM ${name}`.text);
    const { rowsChanged } = await connection.run(duck`INSERT INTO ${name} BY NAME SELECT * FROM temp.main.${duckName(BLOCK)}`.text);
    if (views.isFedBy(target.source.name)) await views.onBlock(connection, target.source.name, BLOCK);
    await connection.run(duck`DROP TABLE temp.main.${duckName(BLOCK)}`.text);
    return Number(rowsChanged);
  }, { signal });
}

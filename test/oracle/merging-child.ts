/**
 * A process to be killed: sends numbered rows to tables of merging engines and to one whose schema it changes again and
 * again, merges them as soon as they have grown, and lets rows expire. Argument: the project's folder. Prints what it
 * holds at its start as JSON, then `TABLE ROWS` for each block that was answered.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../engine/workspace/workspace.ts';
import { BLOCK_ROWS, EVENTS_FILE, EVENTS_SCHEMAS, HELD, rowOf, TABLES } from './merging-project.ts';

const [folder = ''] = process.argv.slice(2);
const workspace = await openWorkspace(folder, { watch: false, fixtures: true, version: '1.2.3' });
const notices: string[] = [];
workspace.onChange((change) => {
  if (change.kind === 'notice') notices.push(change.message);
});

async function numbers(sql: string): Promise<readonly number[]> {
  const { values } = await workspace.runSql(sql, { parameters: {} });
  return values.map((column) => Number(column[0]));
}

const held: Record<string, readonly number[]> = {};
for (const [name, sql] of Object.entries(HELD)) held[name] = await numbers(sql);
process.stdout.write(`${JSON.stringify({ held, notices })}\n`);

const next = new Map(TABLES.map((table) => [table, held[table]?.[0] ?? 0]));
for (let turn = 0; ; turn += 1) {
  for (const table of TABLES) {
    const first = next.get(table) ?? 0;
    const rows = Array.from({ length: BLOCK_ROWS }, (_, index) => `${JSON.stringify(rowOf(first + index))}\n`);
    await workspace.appendEvents(table, Buffer.from(rows.join('')), { wait: turn % 3 === 0 });
    next.set(table, first + BLOCK_ROWS);
    process.stdout.write(`${table} ${first + BLOCK_ROWS}\n`);
  }
  await workspace.upkeep.compactGrown(true);
  await workspace.upkeep.expireAll(new Date());
  if (turn % 2 === 0) continue;
  writeFileSync(join(folder, EVENTS_FILE), EVENTS_SCHEMAS[((turn - 1) / 2) % EVENTS_SCHEMAS.length] ?? '');
  await workspace.reload([EVENTS_FILE]);
}

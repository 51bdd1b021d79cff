/**
 * A process to be killed: accepts numbered events as fast as it can and prints the numbers that were acknowledged.
 * Arguments: folder, first number. Every seventh row does not fit its table.
 */
import { join } from 'node:path';
import { openDatabase } from '../../engine/workspace/database.ts';
import { openIngest } from '../../engine/workspace/ingest.ts';
import { NUMBERED } from './numbered-table.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const database = await openDatabase(join(folder, 'sandpiper.duckdb'));
const ingest = await openIngest(database, { folder: join(folder, 'journal'), findTable: () => NUMBERED, limits: { loadEveryMs: 15 } });
let next = Number(first);

async function client(index: number): Promise<void> {
  for (;;) {
    const numbers = Array.from({ length: index === 0 ? 300 : 3 }, () => next++);
    const body = numbers.map((id) => JSON.stringify(id % 7 === 0 ? { id, text: 1, kind: 'unfit' } : { id, text: `text ${id}`, kind: 1 })).join('\n');
    await ingest.accept('numbered', body, { wait: index === 1 });
    process.stdout.write(`${numbers.join(' ')}\n`);
  }
}
process.stdout.write('ready\n');
await Promise.all([0, 1, 2, 3].map(client));

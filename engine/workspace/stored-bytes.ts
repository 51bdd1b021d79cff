/** How much room a table takes in the database file. */
import { duck, duckString } from '../sql/duck.ts';
import type { Database } from './database.ts';

/** Bytes: the whole blocks that hold a part of the table, which small tables share. 0 for one that is not written to its blocks yet. */
export async function storedBytes(database: Database, table: string): Promise<number> {
  const reader = await database.query(duck`SELECT count(DISTINCT block_id) * any_value(block_size) FROM pragma_storage_info(${duckString(`main."${table.replaceAll('"', '""')}"`)}), pragma_database_size() WHERE persistent AND block_id >= 0`.text);
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/**
 * Imports damaged NDJSON and CSV until so many lines were read, in one database: whatever a file holds, no import fails
 * with anything but a sentence, lines add up, and the tables hold what the receipt says. Gives the first faults.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandpiperError } from '../../engine/errors.ts';
import { duck } from '../../engine/sql/duck.ts';
import { importFile } from '../../engine/workspace/import-file.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';
import { mutatedCsv, mutatedNdjson } from '../workspace/mutated-files.ts';
import { column, openTables } from '../workspace/open-tables.ts';

const EVENTS: IngestTable = {
  name: 'events',
  columns: [
    column('id', 'UInt64'), column('small', 'Int16'), column('name', 'String'), column('at', 'DateTime64(3)'), column('note', 'Nullable(String)'),
    column('score', 'Float64', { jsonPath: '$.stats.score', defaultSql: duck`-1` }), column('price', 'Decimal(10, 2)', { defaultSql: duck`0` }),
  ],
};
const ROWS = 2000;
const FAULTS = 10;

export interface MutationReport {
  readonly files: number;
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
  /** Files that were refused as a whole, with a sentence. */
  readonly refused: number;
  readonly faults: readonly string[];
}

export async function importMutations(wanted: number, seed: number, told: (line: string) => void): Promise<MutationReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-mutations-'));
  const tables = await openTables(EVENTS);
  const sum = { files: 0, lines: 0, loaded: 0, quarantined: 0, blank: 0, refused: 0 };
  const faults: string[] = [];
  const count = async (table: string) => Number((await tables.database.query(`SELECT count(*) FROM ${table}`)).getRows()[0]?.[0]);
  try {
    for (let file = 0; sum.lines < wanted && faults.length < FAULTS; file += 1) {
      const isCsv = file % 2 === 1;
      const bytes = (isCsv ? mutatedCsv : mutatedNdjson)(seed + file, ROWS);
      const path = join(folder, isCsv ? 'rows.csv' : 'rows.ndjson');
      writeFileSync(path, bytes);
      sum.files += 1;
      try {
        const { lines, loaded, quarantined, blank } = await importFile(tables.database, path, EVENTS, { mode: 'append', blockBytes: 20_000 + (file % 7) * 10_000, wholeFileBytes: file % 4 === 0 ? 0 : Number.POSITIVE_INFINITY });
        const newlines = bytes.filter((byte) => byte === 10).length + (bytes.at(-1) === 10 ? 0 : 1);
        const held = [await count('events'), await count('events_quarantine')];
        if (lines !== loaded + quarantined + blank || held[0] !== loaded || held[1] !== quarantined || (!isCsv && lines !== newlines)) {
          faults.push(`seed ${seed + file}, ${isCsv ? 'CSV' : 'NDJSON'}: ${lines} lines = ${loaded} + ${quarantined} + ${blank}; the tables hold ${held.join(' and ')}, the file has ${newlines} lines`);
        }
        sum.lines += lines;
        sum.loaded += loaded;
        sum.quarantined += quarantined;
        sum.blank += blank;
      } catch (error) {
        if (!(error instanceof SandpiperError)) faults.push(`seed ${seed + file}, ${isCsv ? 'CSV' : 'NDJSON'}: ${error instanceof Error ? error.stack : String(error)}`);
        sum.refused += 1;
        sum.lines += ROWS;
      }
      await tables.database.write(async (connection) => {
        await connection.run('DELETE FROM events');
        await connection.run('DELETE FROM events_quarantine');
      });
      if (sum.files % 50 === 0) told(`${sum.lines} lines of ${sum.files} files, ${faults.length} faults`);
    }
    return { ...sum, faults };
  } finally {
    await tables.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

import { afterAll, beforeAll, expect, test } from 'vitest';
import { duck } from '../../engine/sql/duck.ts';
import { loadBlock, AmbiguousColumns, type BlockOutcome } from '../../engine/workspace/block-loader.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';
import { countLines } from '../../engine/workspace/lines.ts';
import { INGEST_TYPES, JSON_VALUES } from './json-values.ts';
import { column, createTables, openTables, type OpenTables } from './open-tables.ts';

let tables: OpenTables;
let count = 0;
beforeAll(async () => {
  tables = await openTables();
});
afterAll(() => tables.close());

/** Reads every column bare, or as JSON where it can be. */
class Fixed extends AmbiguousColumns {
  constructor(columns: readonly number[]) {
    super();
    this.columns = new Set(columns);
  }
  override lookAt(): void {
    return undefined;
  }
}

/** What of the block is loaded and what rejected, in bulk or row by row. */
async function load({ columns }: IngestTable, lines: readonly string[], bulk: boolean, ambiguous = new AmbiguousColumns()): Promise<{ outcome: BlockOutcome; rows: unknown; quarantine: unknown }> {
  const { database, rows } = tables;
  count += 1;
  const table: IngestTable = { name: `table_${count}`, columns };
  await createTables(database, [table]);
  const bytes = Buffer.from(lines.join('\n'));
  const { lines: all, blank, longestLine, notObjects } = countLines(bytes);
  const outcome = await database.write((connection) =>
    loadBlock({ connection, stagingFolder: database.stagingFolder, table, importId: null, now: new Date(0), bulk, ambiguous }, { bytes, lines: all - blank, longestLine, notObjects }),
  );
  return { outcome, rows: await rows(`SELECT * FROM ${table.name} ORDER BY n`), quarantine: await rows(`SELECT c__error, c__error_column, v, c__raw FROM ${table.name}_quarantine ORDER BY n`) };
}

test.each(INGEST_TYPES)('in bulk and row by row, %s takes and rejects the same values', async (type) => {
  const lines = [...JSON_VALUES, undefined].flatMap((value, n) => (value === undefined ? [`{"n":${n}}`] : [`{"n":${n},"v":${value}}`, `{ "v" : ${value} , "n" : ${n}.0 }`]));
  for (const defaultSql of [undefined, duck`NULL`]) {
    const table: IngestTable = { name: 'one', columns: [column('n', 'UInt32'), column('v', type, defaultSql ? { defaultSql } : {})] };
    const byRow = await load(table, lines, false);
    expect(byRow.outcome.loaded + byRow.outcome.quarantined).toBe(lines.length);
    expect(byRow.outcome.loaded).toBeGreaterThan(0);
    for (const ambiguous of [new AmbiguousColumns(), new Fixed([]), new Fixed([1])]) expect(await load(table, lines, true, ambiguous)).toEqual(byRow);
  }
});

test('lines that are no rows of their own never harm their neighbours', async () => {
  const table: IngestTable = { name: 'one', columns: [column('n', 'Nullable(Int32)'), column('v', 'Nullable(String)')] };
  const lines = ['{"n":1,', '"v":"a"}', '{"n":2,"v":{"a":1}', ',"x":2}', '[', '{"n":3}', ']', '{', '}', '{}', '{"n":4}{"n":5}', '{"n":6} {', 'null', '"x"', '\v{"n":7}\f', `{"n":8,"v":${'['.repeat(3000)}${']'.repeat(3000)}}`];
  const byRow = await load(table, lines, false);
  expect(await load(table, lines, true)).toEqual(byRow);
  expect(byRow.outcome).toEqual({ loaded: 3, quarantined: 13 });
});

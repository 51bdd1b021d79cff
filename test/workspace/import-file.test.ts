import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { duck } from '../../engine/sql/duck.ts';
import { importFile, type ImportOptions, type ImportReceipt } from '../../engine/workspace/import-file.ts';
import { openIngest } from '../../engine/workspace/ingest.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';
import { mutatedNdjson } from './mutated-files.ts';
import { column, openTables, type OpenTables } from './open-tables.ts';

const EVENTS: IngestTable = {
  name: 'events',
  columns: [
    column('id', 'UInt64'), column('small', 'Int16'), column('name', 'String'), column('at', 'DateTime64(3)'), column('note', 'Nullable(String)'),
    column('score', 'Float64', { jsonPath: '$.stats.score', defaultSql: duck`-1` }), column('price', 'Decimal(10, 2)', { defaultSql: duck`0` }),
  ],
};

let folder = '';
let tables: OpenTables;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandpiper-files-'));
  tables = await openTables(EVENTS);
});
afterEach(async () => {
  await tables.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(path: string, options: Partial<ImportOptions> = {}, table = EVENTS): Promise<ImportReceipt> {
  return importFile(tables.database, path, table, { mode: 'append', importId: 'the-import', now: () => new Date('2026-01-02T03:04:05Z'), ...options });
}

/** The parts of a receipt that do not depend on the clock. */
function account({ lines, loaded, quarantined, blank, reasons }: ImportReceipt): unknown {
  return { lines, loaded, quarantined, blank, reasons };
}

const good = (id: number) => `{"id":${id},"small":1,"name":"n${id}","at":"2024-01-01 00:00:00","stats":{"score":0.5},"price":1.25}`;

test('a clean file is all loaded, in its order', async () => {
  const lines = Array.from({ length: 5000 }, (_, id) => good(id));
  const receipt = await run(file('clean.ndjson', lines.join('\n')), { blockBytes: 100_000 });
  expect({ ...receipt, elapsedMs: 0 }).toEqual({
    importId: 'the-import', dataSource: 'events', mode: 'append', fileName: 'clean.ndjson', sizeBytes: lines.join('\n').length,
    lines: 5000, loaded: 5000, quarantined: 0, blank: 0, leftOut: 0, at: '2026-01-02T03:04:05.000Z', elapsedMs: 0, reasons: [], newKeys: [], lookedForKeys: 5000,
    files: [{ fileName: 'clean.ndjson', sizeBytes: lines.join('\n').length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex'), lines: 5000, loaded: 5000, quarantined: 0, blank: 0 }],
  });
  expect(await tables.rows('SELECT count(*)::INT AS n, sum(id)::INT AS s, first(id)::INT AS f, last(id)::INT AS l, min(score) AS m, max(price)::VARCHAR AS p FROM events')).toEqual([
    { n: 5000, s: 12497500, f: 0, l: 4999, m: 0.5, p: '1.25' },
  ]);
});

test('a large file is loaded in one piece, and bad lines anywhere in it go to quarantine with their places', async () => {
  const lines = Array.from({ length: 30_000 }, (_, id) => (id % 1000 === 7 ? (id % 2000 === 7 ? good(id).slice(0, -9) : good(id).replace('"small":1', '"small":70000')) : id % 5000 === 4 ? '' : good(id)));
  const starts = lines.map(() => 0);
  for (let index = 1; index < lines.length; index += 1) starts[index] = (starts[index - 1] ?? 0) + (lines[index - 1] ?? '').length + 1;
  const { lines: all, loaded, quarantined, blank } = await run(file('large.ndjson', lines.join('\n')), { wholeFileBytes: 0, blockBytes: 500_000 });
  expect({ all, loaded, quarantined, blank }).toEqual({ all: 30_000, loaded: 29_964, quarantined: 30, blank: 6 });
  expect(await tables.rows('SELECT c__line::INT AS line, c__offset::INT AS at, c__raw AS raw FROM events_quarantine ORDER BY c__line')).toEqual(
    Array.from({ length: 30 }, (_, index) => ({ line: index * 1000 + 8, at: starts[index * 1000 + 7], raw: lines[index * 1000 + 7] })),
  );
  expect(readdirSync(tables.database.stagingFolder)).toEqual([]);
});

test('each bad line is in quarantine with its file, line, offset and reasons, and the rest is loaded', async () => {
  const text = ['\ufeff' + good(1), '', good(2).replace('"small":1', '"small":"1"'), '  ', 'nonsense', '[1]', '{"id":', good(3), good(4).replace('"n4"', 'null')].join('\r\n');
  const receipt = await run(file('mixed.ndjson', text));
  const offset = (line: string) => Buffer.byteLength(text.slice(0, text.indexOf(line)));
  expect(account(receipt)).toEqual({
    lines: 9, loaded: 2, quarantined: 5, blank: 2,
    reasons: [
      { message: "column 'small' is not Int16", rows: 1, firstLine: 3, example: "value '1' on column 'small' is not Int16" },
      { message: 'the line is not JSON: a value was expected', rows: 1, firstLine: 5, example: 'the line is not JSON: a value was expected (character 1)' },
      { message: 'the line is not a JSON object but an array', rows: 1, firstLine: 6, example: 'the line is not a JSON object but an array' },
      { message: 'the line is not JSON: the text ends too early', rows: 1, firstLine: 7, example: 'the line is not JSON: the text ends too early (character 8)' },
      { message: "column 'name' is not String", rows: 1, firstLine: 9, example: "value null on column 'name' is not String" },
    ],
  });
  expect(await tables.rows('SELECT c__import_id, c__file, c__line::INT AS line, c__offset::INT AS at, c__error_column, insertion_date::VARCHAR AS seen FROM events_quarantine ORDER BY line')).toEqual(
    [[3, '{"id":2', ['small']], [5, 'nonsense', []], [6, '[1]', []], [7, '{"id":\r', []], [9, '{"id":4', ['name']]].map(([line, start, columns]) => ({
      c__import_id: 'the-import', c__file: 'mixed.ndjson', line, at: offset(String(start)), c__error_column: columns, seen: '2026-01-02 03:04:05',
    })),
  );
  expect(readdirSync(tables.database.stagingFolder)).toEqual([]);
});

test('replace swaps the rows, append adds to them', async () => {
  const counts = async () => (await tables.rows('SELECT count(*)::INT AS n, max(id)::INT AS m FROM events'))[0];
  await run(file('a.ndjson', `${good(1)}\n${good(2)}`));
  await run(file('b.ndjson', good(3)));
  expect(await counts()).toEqual({ n: 3, m: 3 });
  await run(file('c.ndjson', good(9)), { mode: 'replace' });
  expect(await counts()).toEqual({ n: 1, m: 9 });
});

test('gzip, a JSON array and CSV give the same rows as NDJSON', async () => {
  const rows = [1, 2, 3].map(good);
  const csv = 'id,small,name,at,score,price\n1,1,n1,2024-01-01 00:00:00,0.5,1.25\r\n2,1,"n2",2024-01-01T00:00:00Z,0.5,1.25\n\n3,1,n3,"2024-01-01",5e-1,1.250\n';
  const paths = [
    file('plain.ndjson', rows.join('\n')), file('packed.ndjson.gz', gzipSync(rows.join('\n'))),
    file('array.json', `[\n${rows.map((row) => row.replace(',', ',\n ')).join(',\n')}\n]\n`), file('array.json.gz', gzipSync(`[${rows.join(',')}]`)), file('rows.csv', csv),
  ];
  const seen: unknown[] = [];
  for (const path of paths) {
    await run(path, { mode: 'replace' });
    seen.push(await tables.rows('SELECT * FROM events ORDER BY id'));
  }
  expect(seen[0]).toHaveLength(3);
  expect(seen).toEqual(paths.map(() => seen[0]));
});

test('CSV: quoted line ends, missing cells, another delimiter, no header, and what does not fit', async () => {
  const table: IngestTable = { name: 'events', columns: EVENTS.columns };
  const csv = ['id;name;small;at;note', '1;"a;""b""\nc";2;2024-01-01;', '2;;x;2024-01-01;""', '3;three;3;2024-01-01', '', ';four;4;2024-01-01;n', '5;"open'].join('\n');
  const receipt = await run(file('odd.csv', csv), {}, table);
  expect(account(receipt)).toEqual({
    lines: 6, loaded: 1, quarantined: 4, blank: 1,
    reasons: [
      { message: "column 'small' is not Int16", rows: 1, firstLine: 4, example: "value 'x' on column 'small' is not Int16" },
      { message: 'the record has 4 cells where the header has 5', rows: 1, firstLine: 5, example: 'the record has 4 cells where the header has 5' },
      { message: "column 'id' is not UInt64", rows: 1, firstLine: 7, example: "value '' on column 'id' is not UInt64" },
      { message: 'the record has a quote that is never closed', rows: 1, firstLine: 8, example: 'the record has a quote that is never closed' },
    ],
  });
  expect(await tables.rows('SELECT id::INT AS id, name, small, note, score FROM events')).toEqual([{ id: 1, name: 'a;"b"\nc', small: 2, note: null, score: -1 }]);
  await run(file('bare.csv', '7,7,seven,2024-01-01,,0.25,3\n'), { mode: 'replace' });
  expect(await tables.rows('SELECT id::INT AS id, small, name, note, score, price::VARCHAR AS price FROM events')).toEqual([{ id: 7, small: 7, name: 'seven', note: null, score: 0.25, price: '3.00' }]);
});

test('a cancelled import leaves nothing behind, and progress is by bytes', async () => {
  await run(file('before.ndjson', good(1)));
  const path = file('long.ndjson', `${Array.from({ length: 3000 }, (_, id) => good(id)).join('\n')}\nbad\n`);
  const controller = new AbortController();
  const shares: number[] = [];
  const cancelled = run(path, {
    mode: 'replace', blockBytes: 64_000, signal: controller.signal,
    onProgress: (share) => {
      shares.push(share);
      if (shares.length === 3) controller.abort();
    },
  });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(shares.every((share, index) => share > 0 && share <= 1 && share >= (shares[index - 1] ?? 0))).toBe(true);
  expect(await tables.rows('SELECT (SELECT list(id::INT) FROM events) AS ids, (SELECT count(*)::INT FROM events_quarantine) AS q')).toEqual([{ ids: [1], q: 0 }]);
  expect(readdirSync(tables.database.stagingFolder)).toEqual([]);
});

test('a file that cannot be read is refused with its name', async () => {
  const whole = gzipSync(Array.from({ length: 2000 }, (_, id) => good(id)).join('\n'));
  const message = (path: string) => run(path).then(() => 'imported', (error: { code: string; message: string }) => `${error.code}: ${error.message.replace(/ \(unexpected end of file\)/, '')}`);
  expect([
    await message(join(folder, 'none.ndjson')), await message(folder), await message(file('cut.ndjson.gz', whole.subarray(0, whole.length / 2))),
    await message(file('x.parquet', 'PAR1....')), await message(file('open.json', '[{"id":1},\n{"id":')), await message(file('after.json', '[]\n{}')),
  ]).toEqual([
    'not-found: The file none.ndjson does not exist.',
    expect.stringMatching(/^bad-request: .* is not a file\.$/),
    'bad-request: The file cut.ndjson.gz is not whole: its gzip data ends or breaks off.',
    "bad-request: The file x.parquet cannot be read as Parquet: File 'x.parquet' too small to be a Parquet file",
    'bad-request: The file open.json is not a JSON array: the item that begins at line 2 never ends (line 2).',
    'bad-request: The file after.json is not a JSON array: text follows the closing ] (line 2).',
  ]);
  expect(await tables.rows('SELECT count(*)::INT AS n FROM events')).toEqual([{ n: 0 }]);
});

/** More for a long run by hand. */
const SEEDS = Number(process.env['IMPORT_SEEDS'] ?? 16);

const ALL_OPTIONAL: IngestTable = { name: 'all_optional', columns: EVENTS.columns.map((item) => ({ ...item, defaultSql: item.defaultSql ?? duck`NULL` })) };

test('whatever a file holds, lines add up, and the same lines as events give the same table and the same quarantine', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const table = seed % 4 === 0 ? ALL_OPTIONAL : EVENTS;
    const bytes = mutatedNdjson(seed, 300);
    const byFile = await openTables(table);
    const byEvents = await openTables(table);
    try {
      const path = file(`seed-${seed}.ndjson`, bytes);
      const now = () => new Date('2026-01-02T03:04:05Z');
      const receipt = await importFile(byFile.database, path, table, { mode: 'append', blockBytes: 8_000 + seed * 1000, wholeFileBytes: seed % 2 === 0 ? 0 : Number.POSITIVE_INFINITY, now });
      const newlines = bytes.filter((byte) => byte === 10).length + (bytes.at(-1) === 10 ? 0 : 1);
      const ingest = await openIngest(byEvents.database, { folder: join(byEvents.folder, 'journal'), findTable: () => table, now });
      const answer = await ingest.accept(table.name, bytes, { wait: true });
      await ingest.close();
      const contents = async ({ rows }: OpenTables) => ({
        rows: await rows(`SELECT * FROM ${table.name} ORDER BY ALL`),
        quarantine: await rows(`SELECT * EXCLUDE (c__import_id, c__file, c__line, c__offset) FROM ${table.name}_quarantine ORDER BY ALL`),
      });
      const stored = await contents(byFile);
      expect({ seed, lines: receipt.lines, loaded: receipt.loaded, quarantined: receipt.quarantined, blank: receipt.blank }).toEqual({
        seed, lines: newlines, loaded: stored.rows.length, quarantined: stored.quarantine.length, blank: newlines - stored.rows.length - stored.quarantine.length,
      });
      expect({ seed, ...(await contents(byEvents)) }).toEqual({ seed, ...stored });
      expect({ seed, ...answer }).toEqual({ seed, successfulRows: receipt.loaded, quarantinedRows: receipt.quarantined });
    } finally {
      await byFile.close();
      await byEvents.close();
    }
  }
}, 30_000 + SEEDS * 5_000);

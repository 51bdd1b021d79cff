/** What the disk, the clock and a crash can do to a journal: nothing acknowledged is lost or doubled, and it is said. */
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openIngest } from '../../engine/workspace/ingest.ts';
import { REAL_DISK, type JournalDisk } from '../../engine/workspace/journal-file.ts';
import { NUMBERED } from './numbered-table.ts';
import { openTables, type OpenTables } from './open-tables.ts';

let tables: OpenTables | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await tables?.close();
  tables = undefined;
});

const row = (id: number) => JSON.stringify({ id, text: `text ${id}`, kind: 1 });

async function open({ database, folder }: OpenTables, disk: JournalDisk = REAL_DISK, more: { readonly now?: () => Date; readonly loadEveryMs?: number } = {}) {
  const notices: string[] = [];
  const ingest = await openIngest(database, {
    folder: join(folder, 'journal'), findTable: () => NUMBERED, disk, onNotice: (_, message) => notices.push(message), limits: { loadEveryMs: more.loadEveryMs ?? 20 }, ...(more.now ? { now: more.now } : {}),
  });
  return { ingest, notices };
}

async function held({ rows }: OpenTables): Promise<number[]> {
  return (await rows('SELECT id::INT AS id FROM numbered ORDER BY id') as { id: number }[]).map(({ id }) => id);
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: made up by the test`), { code });
}

/** A disk that fails a share of its calls, some of them in the middle of a write. */
function failingDisk(next: () => number): JournalDisk {
  const codes = ['ENOSPC', 'EIO', 'EDQUOT'];
  const mayFail = (share: number) => {
    if (next() < share) throw failure(codes[Math.floor(next() * codes.length)] ?? 'EIO');
  };
  return {
    remove: (path) => REAL_DISK.remove(path),
    create: async (folder, path) => {
      mayFail(0.2);
      const file = await REAL_DISK.create(folder, path);
      return {
        close: () => file.close(),
        cutTo: async (length) => {
          await file.cutTo(length);
        },
        write: async (bytes, offset) => {
          if (next() < 0.25) {
            const raw = openSync(path, 'r+');
            writeSync(raw, bytes, 0, Math.floor(next() * bytes.length), offset);
            closeSync(raw);
            mayFail(1);
          }
          await file.write(bytes, offset);
        },
      };
    },
  };
}

test('a disk that fails in the middle of writes loses no acknowledged row, doubles none, and keeps none that was refused', async () => {
  tables = await openTables(NUMBERED);
  let seed = 11;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const acknowledged: number[] = [];
  const refused = new Set<string>();
  let id = 0;
  for (let start = 0; start < 4; start += 1) {
    const { ingest } = await open(tables, failingDisk(next));
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let turn = 0; turn < 40; turn += 1) {
        id += 1;
        const mine = id;
        await ingest.accept('numbered', row(mine), { wait: mine % 5 === 0 }).then(() => acknowledged.push(mine), (error: { code: string }) => refused.add(error.code));
      }
    }));
    await ingest.close();
  }
  const { ingest } = await open(tables);
  await ingest.flush();
  await ingest.close();
  expect([await held(tables), [...refused]]).toEqual([acknowledged.sort((a, b) => a - b), ['storage']]);
  expect(acknowledged.length).toBeGreaterThan(300);
  expect(acknowledged.length).toBeLessThan(id - 100);
});

test('a folder that may not be written answers with a sentence, and takes rows again when it may', async () => {
  tables = await openTables(NUMBERED);
  let isReadOnly = true;
  const disk: JournalDisk = {
    ...REAL_DISK,
    create: (folder, path) => (isReadOnly ? Promise.reject(failure('EROFS')) : REAL_DISK.create(folder, path)),
  };
  const { ingest } = await open(tables, disk);
  await expect(ingest.accept('numbered', row(1))).rejects.toMatchObject({
    code: 'storage', message: 'The journal of data source numbered cannot be written: the disk is read-only. Nothing of this request was stored: send it again when that is mended.',
  });
  isReadOnly = false;
  await ingest.accept('numbered', row(2), { wait: true });
  await ingest.close();
  expect(await held(tables)).toEqual([2]);
});

test('segments that a full disk left empty hold up nothing at the next start', async () => {
  tables = await openTables(NUMBERED);
  const first = await open(tables, REAL_DISK, { loadEveryMs: 600_000 });
  await first.ingest.accept('numbered', row(1));
  const journal = join(tables.folder, 'journal/numbered');
  const whole = readFileSync(join(journal, '0000000000000001.journal'));
  await first.ingest.close();
  await tables.database.write((connection) => connection.run('DELETE FROM sandpiper_state.journal_position; DELETE FROM numbered'));
  writeFileSync(join(journal, '0000000000000001.journal'), whole);
  for (const number of [2, 3, 4]) writeFileSync(join(journal, `000000000000000${number}.journal`), '');
  const { ingest, notices } = await open(tables);
  await ingest.flush();
  expect([await held(tables), notices, readdirSync(journal)]).toEqual([[1], [], []]);
  await ingest.accept('numbered', row(2), { wait: true });
  expect(readdirSync(journal)).toEqual(['0000000000000005.journal']);
  await ingest.close();
});

test('a journal cut at any byte of its last records starts by itself, keeps what is whole, and says what it cut', async () => {
  tables = await openTables(NUMBERED);
  const opened = tables;
  const first = await open(opened, REAL_DISK, { loadEveryMs: 600_000 });
  for (let id = 1; id <= 4; id += 1) await first.ingest.accept('numbered', row(id));
  const journal = join(opened.folder, 'journal/numbered');
  const [name = ''] = readdirSync(journal);
  // As a crash leaves it: not closed, with room behind the last record.
  const whole = readFileSync(join(journal, name));
  await first.ingest.close();
  const recordBytes = 12 + row(1).length + 1;
  const end = recordBytes * 4;
  expect([whole.length > end, whole.subarray(end).every((byte) => byte === 0)]).toEqual([true, true]);
  await opened.database.write((connection) => connection.run("UPDATE sandpiper_state.journal_position SET segment = 0, byte_offset = 0; DELETE FROM numbered"));
  for (let length = recordBytes * 2; length <= end + 3; length += 1) {
    rmSync(join(opened.folder, 'journal'), { recursive: true });
    mkdirSync(journal, { recursive: true });
    // Cut, and cut with the room that had been made for more.
    const room = length % 2 === 0 ? Buffer.alloc(50) : Buffer.alloc(0);
    writeFileSync(join(journal, name), Buffer.concat([whole.subarray(0, length), room]));
    const { ingest, notices } = await open(opened, REAL_DISK, { loadEveryMs: 600_000 });
    await ingest.accept('numbered', row(9), { wait: true });
    await ingest.close();
    const kept = Math.min(4, Math.floor(length / recordBytes));
    const isTorn = length < end && length % recordBytes > 0;
    expect([length, await held(opened), notices]).toEqual([
      length, [1, 2, 3, 4].slice(0, kept).concat(9),
      isTorn ? [expect.stringMatching(/^The journal of data source numbered ended in \d+ bytes of a write that was never finished or answered; they were cut off\.$/)] : [],
    ]);
    await opened.database.write((connection) => connection.run("UPDATE sandpiper_state.journal_position SET segment = 0, byte_offset = 0; DELETE FROM numbered"));
  }
});

test('a clock that jumps to and fro changes nothing but the dates of rejected rows', async () => {
  tables = await openTables(NUMBERED);
  let time = Date.UTC(2026, 0, 1);
  const jumps = [-86_400_000 * 400, 3_600_000, -1, 86_400_000 * 9000, -86_400_000 * 12_000];
  vi.useFakeTimers({ toFake: ['Date'], now: time });
  const acknowledged: number[] = [];
  for (let start = 0; start < 3; start += 1) {
    const { ingest } = await open(tables, REAL_DISK, { now: () => new Date() });
    for (let turn = 0; turn < 20; turn += 1) {
      time += jumps[turn % jumps.length] ?? 0;
      vi.setSystemTime(Math.max(0, time));
      const id = start * 100 + turn;
      await ingest.accept('numbered', row(id), { wait: turn % 4 === 0 });
      acknowledged.push(id);
    }
    await ingest.close();
  }
  expect(await held(tables)).toEqual(acknowledged);
});

test('a crash between the commit and its answer does not load a block again', async () => {
  tables = await openTables(NUMBERED);
  const { database } = tables;
  let fails = 2;
  // A database that has done the work and says it has not.
  const forgetful = Object.assign(Object.create(database) as typeof database, {
    stagingFolder: database.stagingFolder,
    query: database.query.bind(database),
    write: async <T>(work: Parameters<typeof database.write<T>>[0]) => {
      const result = await database.write(work);
      if (fails > 0 && (await held(tables ?? raise())).length > 0) {
        fails -= 1;
        throw Object.assign(new Error('IO Error: made up by the test'), { code: 'EIO' });
      }
      return result;
    },
  });
  const { ingest } = await open({ ...tables, database: forgetful });
  for (let id = 1; id <= 3; id += 1) await ingest.accept('numbered', row(id)).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ingest.accept('numbered', row(4), { wait: true }).catch(() => undefined);
  await ingest.flush();
  await ingest.close();
  expect([await held(tables), fails]).toEqual([[1, 2, 3, 4], 0]);
});

function raise(): never {
  throw new Error('The tables are open');
}

test('a copy of the data folder, taken while it runs, starts by itself', async () => {
  tables = await openTables(NUMBERED);
  const { ingest } = await open(tables, REAL_DISK, { loadEveryMs: 600_000 });
  for (let id = 1; id <= 5; id += 1) await ingest.accept('numbered', row(id));
  const copy = mkdtempSync(join(tmpdir(), 'sandpiper-copied-'));
  cpSync(join(tables.folder, 'journal'), join(copy, 'journal'), { recursive: true });
  await ingest.close();
  const other = await openTables(NUMBERED);
  try {
    cpSync(join(copy, 'journal'), join(other.folder, 'journal'), { recursive: true });
    const again = await open(other);
    await again.ingest.flush();
    await again.ingest.close();
    expect([await held(other), again.notices]).toEqual([[1, 2, 3, 4, 5], []]);
  } finally {
    await other.close();
    rmSync(copy, { recursive: true, force: true });
  }
});

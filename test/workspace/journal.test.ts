import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal, type Journal, type JournalLimits, type JournalPosition } from '../../engine/workspace/journal.ts';

let folder = '';
let notices: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandpiper-journal-'));
  notices = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(loadedTo?: JournalPosition, limits: Partial<JournalLimits> = {}): Promise<Journal> {
  return openJournal(folder, 'events', loadedTo, (_, message) => notices.push(message), limits);
}

async function contents(journal: Journal, maximumBytes = 1 << 20): Promise<string[]> {
  const found: string[] = [];
  let at: JournalPosition = { segment: 0, offset: 0 };
  for (;;) {
    const read = await journal.read(at, maximumBytes);
    if (!read) return found;
    found.push(...read.payload.toString().split('\n').filter((line) => line !== ''));
    at = read.next;
  }
}

const append = (journal: Journal, text: string) => journal.append([Buffer.from(`${text}\n`)]);
const segments = () => readdirSync(folder).sort();

test('appends that come together share records, keep their order and survive a reopening', async () => {
  const journal = await open();
  const ends = await Promise.all(Array.from({ length: 200 }, (_, index) => append(journal, `line ${index}`)));
  await journal.close();
  expect(new Set(ends.map(({ offset }) => offset)).size).toBeLessThan(10);
  const again = await open();
  expect(await contents(again)).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index}`));
  expect(await contents(again, 1)).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index}`));
  await again.close();
  expect(notices).toEqual([]);
});

test('a last record torn at any byte is cut off, said, and what was before it and comes after it is kept', async () => {
  const journal = await open();
  await append(journal, 'first');
  const { offset } = await append(journal, 'second');
  await append(journal, 'the last one');
  await journal.close();
  const [name = ''] = segments();
  const whole = readFileSync(join(folder, name));
  for (let length = offset; length <= whole.length; length += 1) {
    for (const file of segments()) rmSync(join(folder, file));
    writeFileSync(join(folder, name), whole.subarray(0, length));
    notices = [];
    const again = await open();
    await append(again, 'after');
    expect(await contents(again)).toEqual(['first', 'second', ...(length === whole.length ? ['the last one'] : []), 'after']);
    await again.close();
    expect(notices).toEqual(
      length === offset || length === whole.length ? [] : [`The journal of data source events ended in ${length - offset} bytes of a write that was never finished or answered; they were cut off.`],
    );
  }
});

test('damaged bytes in the middle cost their own record only; the file is kept and the loss told', async () => {
  const journal = await open();
  const { offset } = await append(journal, 'first');
  await append(journal, 'second');
  await append(journal, 'third');
  await journal.close();
  const [name = ''] = segments();
  const bytes = readFileSync(join(folder, name));
  bytes[offset + 14] = 0;
  writeFileSync(join(folder, name), bytes);
  const again = await open();
  expect(await contents(again)).toEqual(['first', 'third']);
  await again.close();
  expect(notices).toEqual([expect.stringMatching(/^The journal of data source events held 19 damaged bytes between good records; rows in them are lost\. The file is kept as .*\.damaged\.$/)]);
  expect(segments()).toEqual([name.replace('.journal', '.damaged'), name]);
});

test('segments roll, are deleted when released, and numbers never come twice', async () => {
  const journal = await open(undefined, { segmentBytes: 100 });
  const ends: JournalPosition[] = [];
  for (let index = 0; index < 12; index += 1) ends.push(await append(journal, `line ${index} ${'x'.repeat(20)}`));
  expect(segments().length).toBe(4);
  const [, , , , , , sixth = { segment: 0, offset: 0 }] = ends;
  await journal.release(sixth);
  const backlog = journal.backlogBytes;
  await journal.close();
  const again = await open(sixth, { segmentBytes: 100 });
  expect(again.backlogBytes).toBe(backlog);
  expect((await contents(again)).map((line) => line.split(' ')[1])).toEqual(['6', '7', '8', '9', '10', '11']);
  const end = await append(again, 'more');
  await again.release(end);
  await again.close();
  expect(again.backlogBytes).toBe(0);
  const last = await open(end);
  expect((await append(last, 'x')).segment).toBeGreaterThan(end.segment);
  await last.close();
});

test('blocks of any size over many segments hold every record once and in order', async () => {
  const journal = await open(undefined, { segmentBytes: 300 });
  const lines = Array.from({ length: 60 }, (_, index) => `line ${index} ${'x'.repeat((index * 37) % 120)}`);
  for (const line of lines) await append(journal, line);
  expect(segments().length).toBeGreaterThan(8);
  for (let maximumBytes = 1; maximumBytes < 1000; maximumBytes += 7) expect([maximumBytes, await contents(journal, maximumBytes)]).toEqual([maximumBytes, lines]);
  await journal.close();
});

test('a folder that is gone answers storage with nothing kept, and mends when it is back', async () => {
  const journal = await open();
  rmSync(folder, { recursive: true });
  await expect(append(journal, 'lost')).rejects.toMatchObject({
    code: 'storage', message: 'The journal of data source events cannot be written: its folder is gone. Nothing of this request was stored: send it again when that is mended.',
  });
  mkdirSync(folder);
  await append(journal, 'kept');
  expect(await contents(journal)).toEqual(['kept']);
  await journal.close();
});

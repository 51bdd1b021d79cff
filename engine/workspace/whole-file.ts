/**
 * Loads a plain NDJSON file in one INSERT over the whole of it, while the lines are counted beside it: several times
 * faster than block by block, because DuckDB reads with all its threads and nothing is copied.
 *   file ── hard link (or copy) in the staging folder ── DuckDB ── rows that bulk-acceptance.ts is sure of
 *        └─ blocks of whole lines ── the count ── where rows are missing: row-reader.ts judges those, with their places
 * Lines that are no objects by themselves are spoilt in a copy first (DuckDB fails on lines that make an object only
 * together). Promises what block-loader.ts promises: every line is accounted for, or it throws Miscounted and the caller
 * starts anew, block by block. A file that changes while it is read counts as miscounted. Rows
 * come in no order: tables have a sorting key for that.
 */
import { copyFile, link, open, rm, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { duck, duckName } from '../sql/duck.ts';
import { bulkAcceptance } from './bulk-acceptance.ts';
import { inBulk, judgeLines, Miscounted, ordinals, STAGED_PREFIX, type BlockLoad, type BlockOutcome } from './block-loader.ts';
import { fileBlocks, type OpenedFile } from './file-blocks.ts';
import { countLines } from './lines.ts';
import type { NewKeys } from './new-keys.ts';

export interface WholeOutcome extends BlockOutcome {
  readonly blank: number;
}

/** The longest line that DuckDB is asked to take here; files with longer ones go block by block. */
const LONGEST_LINE = 8 << 20;
/** More rows to judge one by one than this share of the file, and blocks are the better way. */
const JUDGED_SHARE = 0.05;

/** Whether the file and the table are such that one INSERT may do. */
export function mayLoadWhole(load: BlockLoad, file: OpenedFile): boolean {
  const hasMark = file.head[0] === 0xef && file.head[1] === 0xbb;
  const isFed = load.materialize?.isFedBy(load.table.name) ?? false;
  return load.bulk && file.packing === 'none' && !hasMark && !isFed && bulkAcceptance(load.table, new Set()) !== undefined;
}

/** Throws Miscounted when the count of DuckDB and the count of lines differ, or too many rows would be judged one by one. */
export async function loadWhole(load: BlockLoad, file: OpenedFile, blockBytes: number, newKeys: NewKeys, onProgress: (readBytes: number) => void): Promise<WholeOutcome> {
  const before = await stat(file.path);
  const bytes = file.head.subarray(0, file.head.lastIndexOf(10) + 1);
  load.ambiguous.lookAt(load.table, { bytes, ...countLines(bytes) });
  const staged = join(load.stagingFolder, `${STAGED_PREFIX}${process.pid}-${load.importId ?? 'file'}.ndjson`);
  try {
    await link(file.path, staged).catch(() => copyFile(file.path, staged, constants.COPYFILE_FICLONE));
    const outcome = await (load.spoil ? insertSpoilt() : insertBeside());
    const after = await stat(file.path);
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw new Miscounted(load.table.name);
    return outcome;
  } finally {
    await rm(staged, { force: true });
  }

  /** Counts while DuckDB inserts. */
  async function insertBeside(): Promise<WholeOutcome> {
    const inserting = insert();
    inserting.catch(() => undefined); // Awaited below.
    let counted: FileCount;
    try {
      counted = await countFile(load, file, blockBytes, { newKeys, onProgress, mustBeObjects: true });
    } catch (error) {
      load.connection.interrupt();
      await inserting.catch(() => undefined); // The count's own failure is the one to tell.
      throw error;
    }
    return account(counted, await inserting);
  }

  /** Counts first, then spoils in a copy the lines that DuckDB may stumble over. */
  async function insertSpoilt(): Promise<WholeOutcome> {
    const counted = await countFile(load, file, blockBytes, { newKeys, onProgress, mustBeObjects: false });
    await rm(staged, { force: true });
    await copyFile(file.path, staged, constants.COPYFILE_FICLONE);
    const handle = await open(staged, 'r+');
    try {
      for (const at of counted.notObjects) await handle.write('x', at);
    } finally {
      await handle.close();
    }
    return account(counted, await insert());
  }

  async function insert(): Promise<number> {
    const columns = load.table.columns.map(({ name }) => duckName(name));
    return inBulk(load, async () => (await load.connection.run(duck`INSERT INTO main.${duckName(load.table.name)} (${columns}) ${acceptance().acceptedRowsInAnyOrder(staged, LONGEST_LINE)}`.text)).rowsChanged);
  }

  function acceptance() {
    const found = bulkAcceptance(load.table, load.ambiguous.columns);
    if (!found) throw new Miscounted(load.table.name);
    return found;
  }

  async function account({ lines, blank }: FileCount, inserted: number): Promise<WholeOutcome> {
    const wanted = lines - blank - inserted;
    if (wanted === 0) return { loaded: inserted, quarantined: 0, blank };
    if (wanted < 0 || wanted > Math.max(20_000, lines * JUDGED_SHARE)) throw new Miscounted(load.table.name);
    const others = await inBulk(load, () => ordinals(load.connection, acceptance().otherRows(staged, LONGEST_LINE)));
    if (others.size !== wanted) throw new Miscounted(load.table.name);
    let loaded = inserted;
    let quarantined = 0;
    let passed = 0;
    for await (const block of fileBlocks(file, blockBytes)) {
      const first = passed;
      const origin = { file: file.name, line: block.firstLine, offset: block.offset };
      const judged = await judgeLines(load, { ...block, lines: block.lines - block.blank, origin }, duck`main.${duckName(load.table.name)}`, (ordinal) => others.has(first + ordinal));
      loaded += judged.loaded;
      quarantined += judged.quarantined;
      passed += block.lines - block.blank;
      load.signal?.throwIfAborted();
    }
    if (loaded + quarantined !== lines - blank) throw new Miscounted(load.table.name);
    return { loaded, quarantined, blank };
  }
}

interface FileCount {
  readonly lines: number;
  readonly blank: number;
  /** Offsets in the file of the first bytes of lines that are no objects by themselves. */
  readonly notObjects: readonly number[];
}

/** A line that is no object stands in the file: it is to be loaded with `spoil`. */
export class HasNoObjects extends Error {}

interface Counting {
  readonly newKeys: NewKeys;
  readonly onProgress: (readBytes: number) => void;
  readonly mustBeObjects: boolean;
}

async function countFile(load: BlockLoad, file: OpenedFile, blockBytes: number, { newKeys, onProgress, mustBeObjects }: Counting): Promise<FileCount> {
  let lines = 0;
  let blank = 0;
  const notObjects: number[] = [];
  for await (const block of fileBlocks(file, Math.min(blockBytes, COUNTED_BYTES))) {
    lines += block.lines;
    blank += block.blank;
    for (const at of block.notObjects) notObjects.push(block.offset + at);
    if (mustBeObjects && notObjects.length > 0) throw new HasNoObjects();
    newKeys.seeBlock(block.bytes, block.firstLine);
    onProgress(Math.min(block.readBytes, file.sizeBytes));
    load.signal?.throwIfAborted();
  }
  return { lines, blank, notObjects };
}

const COUNTED_BYTES = 4 << 20;

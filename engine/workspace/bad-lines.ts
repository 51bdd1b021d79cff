/**
 * Finds the lines of a block that make DuckDB fail, by loading halves of halves for trial: a handful of trials for
 * each bad line. Neighbours of a bad line are thereby never lost with it.
 */
import { SandpiperError } from '../errors.ts';
import type { Block } from './block-loader.ts';
import { countLines, nonBlankLines, type Line } from './lines.ts';

/** Ordinals of the lines that fail alone, with DuckDB's reason. `tryLoad` must leave nothing behind. */
export async function findBadLines(block: Block, tryLoad: (part: Block) => Promise<unknown>): Promise<ReadonlyMap<number, string>> {
  const bad = new Map<number, string>();
  const search = async (lines: readonly Line[]): Promise<void> => {
    const [first] = lines;
    if (!first) return;
    try {
      await tryLoad(blockOf(block, lines));
      return;
    } catch (error) {
      if (!(error instanceof SandpiperError) || error.code !== 'query-failed') throw error;
      if (lines.length === 1) {
        bad.set(first.ordinal, `DuckDB refused the row: ${error.message}`);
        return;
      }
    }
    await search(lines.slice(0, lines.length / 2));
    await search(lines.slice(lines.length / 2));
  };
  await search([...nonBlankLines(block.bytes)]);
  return bad;
}

function blockOf(block: Block, lines: readonly Line[]): Block {
  const newline = Buffer.from('\n');
  const bytes = Buffer.concat(lines.flatMap(({ start, end }) => [block.bytes.subarray(start, end), newline]));
  return { bytes, lines: lines.length, longestLine: block.longestLine, notObjects: countLines(bytes).notObjects };
}

/**
 * The parser against ClickHouse's own, on the snippets of snippets.txt (accepted or refused alike), and against noise:
 * mutated snippets may be refused, but only with a sentence and a place, and soon.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SandpiperError } from '../../engine/errors.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { openClickHouse } from '../oracle/clickhouse.ts';

const SNIPPETS = readFileSync(new URL('snippets.txt', import.meta.url), 'utf8').split('\n').filter((line) => line !== '');

function verdict(sql: string): 'accepted' | 'refused' {
  try {
    parseQuery(sql);
    return 'accepted';
  } catch {
    return 'refused';
  }
}

test('accepts and refuses the same snippets as ClickHouse', async (context) => {
  const clickHouse = openClickHouse();
  if (!clickHouse) return context.skip('ClickHouse is not installed');
  const different: string[] = [];
  for (const sql of SNIPPETS) {
    const theirs = await clickHouse.text(`EXPLAIN AST ${sql}`).then(() => 'accepted', (error: unknown) => (/SYNTAX_ERROR|Syntax error/.test(String(error)) ? 'refused' : 'accepted'));
    if (verdict(sql) !== theirs) different.push(`${sql}: ${theirs} by ClickHouse`);
  }
  clickHouse.close();
  return expect(different).toEqual([]);
});

/** The same numbers in each run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}

test('mutated text is refused with a sentence and a place, or read, and never takes long', () => {
  const random = numbersFrom(Number(process.env['SANDPIPER_SEED'] ?? 1));
  const fragments = SNIPPETS.flatMap((line) => line.match(/\w+|'[^']*'|\S/g) ?? []);
  const pieces = SNIPPETS.map((line) => line.match(/\s+|\w+|'[^']*'|\S/g) ?? []);
  const faults: string[] = [];
  for (let round = 0; round < 20_000; round += 1) {
    const text = [...(pieces[random(pieces.length)] ?? [])];
    for (let change = random(4); change >= 0; change -= 1) {
      const at = random(text.length + 1);
      const fragment = random(10) === 0 ? String.fromCharCode(random(0x3000)) : (fragments[random(fragments.length)] ?? '');
      if (random(2) === 0) text.splice(at, random(2), fragment);
      else text.splice(at, 1);
    }
    const sql = text.join('');
    const start = performance.now();
    try {
      parseQuery(sql);
    } catch (error) {
      if (!(error instanceof SandpiperError)) faults.push(`${sql}: ${String(error)}`);
      else if (!error.detail.span || error.detail.span.start > error.detail.span.end || error.detail.span.end > sql.length) faults.push(`${sql}: no place for ${error.message}`);
    }
    if (performance.now() - start > 500) faults.push(`${sql}: slow`);
  }
  expect(faults).toEqual([]);
});

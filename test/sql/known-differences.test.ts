/** The table of known differences tells the truth: each example still differs in the way that its entry says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KNOWN_DIFFERENCES } from '../../engine/sql/known-differences.ts';
import { judge, knownDifference } from '../oracle/fuzz/verdict.ts';
import { openTwoEngines, type TwoEngines } from './two-engines.ts';

let engines: TwoEngines | undefined;

beforeAll(async () => {
  engines = await openTwoEngines();
}, 60_000);

afterAll(() => engines?.close());

test('each known difference has an example that shows it', async (context) => {
  const asked = engines;
  if (!asked) return context.skip('ClickHouse is not installed');
  const wrong: string[] = [];
  for (const known of KNOWN_DIFFERENCES) {
    const { ours, theirs } = await asked.askBoth(known.example);
    const verdict = judge(ours, theirs, false);
    const found = verdict.kind === 'different' ? knownDifference(`${known.example}\n${verdict.detail}`, verdict.what) : undefined;
    if (found?.id !== known.id) wrong.push(`${known.id}: ${known.example} is ${JSON.stringify(verdict)}${found ? ` and explained by ${found.id}` : ''}`);
  }
  return expect(wrong).toEqual([]);
}, 120_000);

test('each entry has an id of its own, and sentences', () => {
  const ids = KNOWN_DIFFERENCES.map(({ id }) => id);
  const untidy = KNOWN_DIFFERENCES.filter(({ id, differs, why }) => !/^[a-z0-9-]+$/.test(id) || !/\.$/.test(differs) || !/\.$/.test(why)).map(({ id }) => id);
  expect([ids.length - new Set(ids).size, untidy]).toEqual([0, []]);
});

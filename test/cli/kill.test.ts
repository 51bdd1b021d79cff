/** A few kills of the whole engine; `node test/oracle/kill.mjs --times 200` makes more. */
import { expect, test } from 'vitest';
import { killOften } from '../oracle/kill.ts';

const TIMES = Number(process.env['KILL_TIMES'] ?? 8);

test('kill -9 at random moments under load loses no acknowledged row or file, doubles none, and views agree with their sources', async () => {
  const { faults, acknowledged, kills } = await killOften(TIMES);
  expect([kills, faults]).toEqual([TIMES, []]);
  expect(acknowledged).toBeGreaterThan(0);
}, 60_000 + TIMES * 15_000);

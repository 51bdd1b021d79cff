/** What the live tail makes of the engine's messages. */
import { expect, test } from 'vitest';
import type { TailMessage, TailRow } from '../../engine/api/protocol.ts';
import { EMPTY_TAIL, filterTail, ratesOf, SHOWN_ROWS, takeTail } from '../../renderer/datasource/tail-state.ts';

const row = (sequence: number, more: Partial<TailRow> = {}): TailRow => ({ sequence, at: '2026-01-01T00:00:00.000Z', token: 'a', text: `{"n":${sequence}}`, isCut: false, ...more });
const message = (clockMs: number, rows: number, more: Partial<TailMessage> = {}): TailMessage => {
  const total = { requests: rows / 2, rows, rejected: rows / 4, bytes: rows * 10 };
  return { at: '2026-01-01T00:00:00.000Z', clockMs, total, tokens: [{ name: 'a', ...total }, { name: 'b', requests: 0, rows: 0, rejected: 0, bytes: 0 }], refused: 0, leftOut: 0, rows: [], refusals: [], ...more };
};

test('rates are those of the last seconds, of all tokens or of one, and fall to zero when nothing comes', () => {
  let tail = takeTail(EMPTY_TAIL, message(1000, 0));
  expect(ratesOf(tail)).toEqual({ rows: 0, rejected: 0, requests: 0 });
  tail = takeTail(tail, message(3000, 400));
  expect([ratesOf(tail), ratesOf(tail, 'a'), ratesOf(tail, 'b')]).toEqual([{ rows: 200, rejected: 50, requests: 100 }, { rows: 200, rejected: 50, requests: 100 }, { rows: 0, rejected: 0, requests: 0 }]);
  for (let clock = 4000; clock <= 12_000; clock += 1000) tail = takeTail(tail, message(clock, 400));
  expect(ratesOf(tail).rows).toBe(0);
});

test('the newest rows stand first and only so many are kept; an engine that starts anew starts the tail anew', () => {
  let tail = EMPTY_TAIL;
  for (let batch = 0; batch < 5; batch += 1) tail = takeTail(tail, message(1000 + batch, batch, { rows: Array.from({ length: 100 }, (_, index) => row(batch * 100 + index)) }));
  expect([tail.rows.length, tail.rows[0]?.sequence, tail.rows.at(-1)?.sequence]).toEqual([SHOWN_ROWS, 499, 500 - SHOWN_ROWS]);
  expect(takeTail(tail, message(5, 1, { rows: [row(1)] })).rows).toEqual([row(1)]);
});

test('a filter looks into rows and reasons, by token and by whether they were rejected', () => {
  const rows = [row(1, { text: 'Alpha' }), row(2, { fault: 'value on column alpha' }), row(3, { token: 'b' })];
  const sequences = (filter: Partial<Parameters<typeof filterTail>[1]>) => filterTail(rows, { text: '', token: '', onlyRejected: false, ...filter }).map(({ sequence }) => sequence);
  expect([sequences({}), sequences({ text: ' ALPHA ' }), sequences({ token: 'b' }), sequences({ onlyRejected: true })]).toEqual([[1, 2, 3], [1, 2], [3], [2]]);
});

/** What the live tail shows, made of the messages that came: the last rows and refusals, and rates over some seconds. */
import type { TailMessage, TailRow } from '../../engine/api/protocol.ts';

export const SHOWN_ROWS = 300;
const SHOWN_REFUSALS = 20;
const RATE_WINDOW_MS = 5_000;

export interface Rates {
  readonly rows: number;
  readonly rejected: number;
  readonly requests: number;
}

export interface TailState {
  readonly last: TailMessage | undefined;
  /** Newest first. */
  readonly rows: readonly TailRow[];
  readonly refusals: TailMessage['refusals'];
  /** Counts of the last seconds, oldest first. */
  readonly history: readonly Pick<TailMessage, 'clockMs' | 'total' | 'tokens' | 'refused'>[];
}

export const EMPTY_TAIL: TailState = { last: undefined, rows: [], refusals: [], history: [] };

export function takeTail(state: TailState, message: TailMessage): TailState {
  // An engine that started anew counts from the beginning.
  const isNew = state.last !== undefined && message.clockMs < state.last.clockMs;
  const before = isNew ? EMPTY_TAIL : state;
  const { clockMs, total, tokens, refused } = message;
  const recent = before.history.filter((one) => clockMs - one.clockMs <= RATE_WINDOW_MS);
  // The last counts before the window are where its rate begins.
  const anchor = before.history.at(-1);
  return {
    last: message,
    rows: [...message.rows.toReversed(), ...before.rows].slice(0, SHOWN_ROWS),
    refusals: [...message.refusals.toReversed(), ...before.refusals].slice(0, SHOWN_REFUSALS),
    history: [...(recent.length === 0 && anchor ? [anchor] : recent), { clockMs, total, tokens, refused }],
  };
}

/** Of all tokens, or of one. */
export function ratesOf({ history }: TailState, token?: string): Rates {
  const [first] = history;
  const last = history.at(-1);
  const seconds = first && last ? (last.clockMs - first.clockMs) / 1_000 : 0;
  if (!first || !last || seconds <= 0) return { rows: 0, rejected: 0, requests: 0 };
  const countsIn = (one: TailState['history'][number]) => (token === undefined ? one.total : one.tokens.find(({ name }) => name === token));
  const [from, to] = [countsIn(first), countsIn(last)];
  const rate = (of: keyof Rates) => Math.max(0, (to?.[of] ?? 0) - (from?.[of] ?? 0)) / seconds;
  return { rows: rate('rows'), rejected: rate('rejected'), requests: rate('requests') };
}

export interface TailFilter {
  /** In the row or its fault; case does not matter. */
  readonly text: string;
  /** '' for all. */
  readonly token: string;
  readonly onlyRejected: boolean;
}

export function filterTail(rows: readonly TailRow[], { text, token, onlyRejected }: TailFilter): readonly TailRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => {
    if (onlyRejected && row.fault === undefined) return false;
    if (token !== '' && row.token !== token) return false;
    return wanted === '' || row.text.toLowerCase().includes(wanted) || (row.fault ?? '').toLowerCase().includes(wanted);
  });
}

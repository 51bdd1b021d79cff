/**
 * Who did what, and in which order, over all events of a group: their times and, for each, the conditions that it met as
 * the bits of a number (the first condition is bit 1 of the value 1). Patterns of sequenceMatch and its like, and funnels.
 */
import { BOOLEAN, computed, DOUBLE, list, VARCHAR } from './definition.ts';

interface Event {
  readonly time: number;
  readonly met: number;
}

type Step =
  | { readonly kind: 'condition'; readonly number: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'anyMany' }
  /** `skips`: an event that comes too early is passed over. */
  | { readonly kind: 'time'; readonly fits: (seconds: number) => boolean; readonly skips: boolean };

const COMPARE: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<=': (left, right) => left <= right, '>=': (left, right) => left >= right, '<': (left, right) => left < right, '>': (left, right) => left > right, '==': (left, right) => left === right,
};

/** The steps of a pattern such as `(?1).*(?t<=60)(?2)`, or undefined where it is not understood. */
export function parsePattern(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text.replace(/\s/g, '');
  while (rest !== '') {
    const found = /^\(\?(\d+)\)|^\(\?t(<=|>=|<|>|==)(\d+)\)|^\.\*|^\./.exec(rest);
    if (!found) return undefined;
    const compare = COMPARE[found[2] ?? ''];
    const limit = Number(found[3]);
    if (found[1] !== undefined) steps.push({ kind: 'condition', number: Number(found[1]) });
    else if (compare) steps.push({ kind: 'time', fits: (seconds) => compare(seconds, limit), skips: found[2]?.startsWith('>') === true });
    else steps.push({ kind: found[0] === '.' ? 'any' : 'anyMany' });
    rest = rest.slice(found[0].length);
  }
  return steps;
}

const has = (event: Event, number: number): boolean => Math.floor(event.met / 2 ** (number - 1)) % 2 === 1;

function inOrder(times: readonly number[], met: readonly number[]): Event[] {
  return times.map((time, index) => ({ time, met: met[index] ?? 0 })).sort((one, other) => one.time - other.time);
}

/** After this many steps ClickHouse gives up, too. */
const MOST_STEPS = 1_000_000;

interface Match {
  readonly isWhole: boolean;
  /** The index after the last event looked at. */
  readonly end: number;
  /** The times of the events that conditions matched, in the longest chain that was tried. */
  readonly longest: readonly number[];
}

/**
 * Walks events and pattern as ClickHouse does, backtracking to the last place where an event may be passed over: a `.*`
 * (one stands before the whole pattern), or a time between events.
 */
function walk(events: readonly Event[], pattern: readonly Step[], from: number): Match {
  const steps: readonly Step[] = [{ kind: 'anyMany' }, ...pattern];
  const choices: { readonly step: number; readonly at: number; readonly base: number; readonly matched: number }[] = [];
  let [step, at, base, count] = [0, from, from, 0];
  let matched: number[] = [];
  let longest: readonly number[] = [];
  const goBack = (): boolean => {
    const choice = choices.pop();
    if (!choice) return false;
    step = choice.step;
    at = choice.at + 1;
    base = choice.base;
    matched = matched.slice(0, choice.matched);
    return true;
  };
  const goOn = (): void => {
    choices.push({ step, at, base, matched: matched.length });
    base = at;
    step += 1;
  };
  for (let wanted = steps[step]; wanted && at < events.length; wanted = steps[step]) {
    count += 1;
    if (count > MOST_STEPS) throw new Error('The pattern takes too many steps over these events.');
    const event = events[at] ?? { time: 0, met: 0 };
    if (wanted.kind === 'anyMany') goOn();
    else if (wanted.kind === 'any' || (wanted.kind === 'condition' && has(event, wanted.number))) {
      if (wanted.kind === 'condition') matched.push(event.time);
      if (matched.length > longest.length) longest = [...matched];
      base = at;
      step += 1;
      at += 1;
    } else if (wanted.kind === 'time' && wanted.fits(event.time - (events[base]?.time ?? 0))) goOn();
    else if (wanted.kind === 'time' && wanted.skips) {
      at += 1;
      if (at >= events.length && !goBack()) break;
    } else if (!goBack()) break;
  }
  while (steps[step]?.kind === 'anyMany') step += 1;
  return { isWhole: step === steps.length, end: at, longest };
}

function countMatches(pattern: string, times: readonly number[], met: readonly number[]): number {
  const [events, steps] = [inOrder(times, met), parsePattern(pattern) ?? []];
  let [count, at] = [0, 0];
  for (let found = walk(events, steps, at); found.isWhole && at < events.length; found = walk(events, steps, at)) {
    count += 1;
    at = Math.max(found.end, at + 1);
  }
  return count;
}

function isMatched(pattern: string, times: readonly number[], met: readonly number[]): boolean {
  return walk(inOrder(times, met), parsePattern(pattern) ?? [], 0).isWhole;
}

function matchedTimes(pattern: string, times: readonly number[], met: readonly number[]): readonly number[] {
  return walk(inOrder(times, met), parsePattern(pattern) ?? [], 0).longest;
}

interface Chain {
  /** When the chain began, and when it reached its level. */
  readonly began: number;
  readonly reached: number;
  /** The rows that the chain is made of; kept for strict_once, which takes a row once. */
  readonly rows: readonly Event[];
}

/** How many conditions were met one after another within the window. `modes` are ClickHouse's, joined by commas. */
function funnel(window: number, modes: string, count: number, times: readonly number[], met: readonly number[]): number {
  const given = new Set(modes.split(','));
  const [isIncreasing, isOrdered, isDeduplicated, isOnce, mayReenter] = ['strict_increase', 'strict_order', 'strict_deduplication', 'strict_once', 'allow_reentry'].map((mode) => given.has(mode));
  const events = inOrder(times, met).flatMap((row) => {
    const conditions = Array.from({ length: count }, (_, index) => index + 1).filter((number) => has(row, number));
    return (conditions.length === 0 ? [0] : conditions).map((condition) => ({ time: row.time, condition, row }));
  });
  events.sort((one, other) => one.time - other.time || one.condition - other.condition);
  // For each level the chains that reached it: the latest one, or with strict_once all that may go on.
  const levels = Array.from({ length: count }, (): Chain[] => []);
  const firstMissing = () => levels.findIndex((chains) => chains.length === 0);
  let hasBegun = false;
  for (const { time, condition, row } of events) {
    const [own, before] = [levels[condition - 1], levels[condition - 2]];
    if (condition === 0) {
      if (isOrdered && hasBegun) break;
    } else if (condition === 1) {
      if (!isOnce) levels[0] = [];
      levels[0]?.push({ began: time, reached: time, rows: [row] });
      hasBegun = true;
    } else if (isDeduplicated && own && own.length > 0) {
      return condition;
    } else if (isOrdered && hasBegun && before?.length === 0) {
      if (!mayReenter) return firstMissing();
    } else {
      const going = (before ?? []).filter((chain) => time <= chain.began + window && !(isOnce && chain.rows.includes(row)) && !(isIncreasing && chain.reached >= time));
      if (going.length === 0) continue;
      if (condition === count) return count;
      const next = going.map((chain) => ({ began: chain.began, reached: time, rows: isOnce ? [...chain.rows, row] : [] }));
      levels[condition - 1] = isOnce ? [...(own ?? []).filter((chain) => time <= chain.began + window), ...next] : next;
    }
  }
  return levels.reduce((most, chains, index) => (chains.length > 0 ? index + 1 : most), 0);
}

const NUMBERS = list(DOUBLE);

export const SEQUENCE_MATCH = computed('sandpiper_sequence_match', [VARCHAR, NUMBERS, NUMBERS], BOOLEAN, isMatched);
export const SEQUENCE_COUNT = computed('sandpiper_sequence_count', [VARCHAR, NUMBERS, NUMBERS], DOUBLE, countMatches);
export const SEQUENCE_TIMES = computed('sandpiper_sequence_times', [VARCHAR, NUMBERS, NUMBERS], NUMBERS, matchedTimes);
export const FUNNEL = computed('sandpiper_funnel', [DOUBLE, VARCHAR, DOUBLE, NUMBERS, NUMBERS], DOUBLE, funnel);

export const EVENT_SEQUENCES = [SEQUENCE_MATCH, SEQUENCE_COUNT, SEQUENCE_TIMES, FUNNEL];

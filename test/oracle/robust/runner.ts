/** Pushes texts through the doors and tells what broke: other errors than SandpiperErrors, spans outside of the text, and slowness. */
import { Random } from '../fuzz/random.ts';
import { DOORS } from './doors.ts';
import { repeatedTexts, textFor } from './texts.ts';

export interface Broken {
  readonly door: string;
  readonly failure: string;
  readonly text: string;
  readonly elapsedMs: number;
}

/** More time of the processor for one text is too much, whatever the text. Other programs' load does not count. */
const MOST_MS = 5_000;

/** `count` random texts from a number on, each through one door; the same seed and number give the same text. */
export function pushRandom(seed: number, from: number, count: number, most = 10): Broken[] {
  const broken: Broken[] = [];
  for (let number = from; number < from + count && broken.length < most; number += 1) {
    const random = new Random(`${seed} ${number}`);
    const door = random.pick(DOORS);
    const text = textFor(door.takes, random);
    const result = push(door.name, text);
    if (result) broken.push(result);
  }
  return broken;
}

/** Every long repeated text through every door. */
export function* pushRepeated(length: number): Generator<Broken | undefined> {
  for (const text of repeatedTexts(length)) for (const door of DOORS) yield push(door.name, text);
}

export function push(doorName: string, text: string): Broken | undefined {
  const door = DOORS.find((one) => one.name === doorName);
  if (!door) throw new Error(`There is no door ${doorName}`);
  const start = process.cpuUsage();
  let failure: string | undefined;
  try {
    door.push(text);
  } catch (cause) {
    failure = cause instanceof Error ? (cause.stack ?? cause.message).split('\n').slice(0, 6).join('\n') : String(cause);
  }
  const used = process.cpuUsage(start);
  const elapsedMs = (used.user + used.system) / 1_000;
  if (failure === undefined && elapsedMs > MOST_MS) failure = `took ${Math.round(elapsedMs)} ms`;
  return failure === undefined ? undefined : { door: doorName, failure, text: text.length > 2_000 ? `${text.slice(0, 120)}… (${text.length} characters)` : text, elapsedMs };
}

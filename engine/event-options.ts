/** The options of `serve` that limit events: texts of the command line to EventLimits. */
import { Option, CommanderError, type Command } from 'commander';
import type { EventLimits } from './api/event-door.ts';

export interface EventOptions {
  readonly maxBody?: number;
  readonly eventsRate?: number;
  readonly tokenRate?: Readonly<Record<string, number>>;
}

export function addEventOptions(command: Command): Command {
  return command
    .addOption(new Option('--max-body <MB>', 'the largest body of events that is taken, in millions of bytes').default(10).argParser((text) => positive(text, 'size')))
    .addOption(new Option('--events-rate <n>', 'requests a second that a data source takes at /v0/events (default: any number)').argParser((text) => positive(text, 'number of requests')))
    .addOption(new Option('--token-rate <name=n>', 'requests a second that a token may send to /v0/events; may be repeated').argParser(tokenRate));
}

export function eventLimits({ maxBody = 10, eventsRate, tokenRate: perToken }: EventOptions): EventLimits & { readonly bodyBytes: number } {
  return { bodyBytes: Math.round(maxBody * 1e6), ...(eventsRate === undefined ? {} : { perSource: eventsRate }), ...(perToken === undefined ? {} : { perToken }) };
}

function tokenRate(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const equals = text.lastIndexOf('=');
  if (equals < 1) throw new CommanderError(2, 'token-rate', `error: ${text} is no limit of a token: write NAME=NUMBER.`);
  return { ...before, [text.slice(0, equals)]: positive(text.slice(equals + 1), 'number of requests') };
}

function positive(text: string, what: string): number {
  const number = Number(text);
  if (!(number > 0) || !Number.isFinite(number)) throw new CommanderError(2, 'limit', `error: ${text} is no ${what}: give a number above 0.`);
  return number;
}

/** The options of `serve` that limit events. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addEventOptions, eventLimits, type EventOptions } from '../../engine/event-options.ts';

function limits(...words: readonly string[]): unknown {
  const command = addEventOptions(new Command('serve')).exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    return eventLimits(command.parse([...words], { from: 'user' }).opts<EventOptions>());
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

test('nothing is limited but the size of a body, until it is asked for', () => {
  expect([limits(), limits('--max-body', '2.5', '--events-rate', '100', '--token-rate', 'web app=20', '--token-rate', 'a=b=3')]).toEqual([
    { bodyBytes: 10_000_000 }, { bodyBytes: 2_500_000, perSource: 100, perToken: { 'web app': 20, 'a=b': 3 } },
  ]);
});

test('what is no limit is refused with a sentence', () => {
  expect([limits('--max-body', '0'), limits('--events-rate', 'many'), limits('--token-rate', '20'), limits('--token-rate', 'a=-1')]).toEqual([
    'error: 0 is no size: give a number above 0.', 'error: many is no number of requests: give a number above 0.', 'error: 20 is no limit of a token: write NAME=NUMBER.', 'error: -1 is no number of requests: give a number above 0.',
  ]);
});

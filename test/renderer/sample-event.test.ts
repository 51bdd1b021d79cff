import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { ColumnView } from '../../engine/api/protocol.ts';
import { curlLine, sampleEvent } from '../../renderer/datasource/sample-event.ts';
import { dataSource } from './project.ts';

const column = (name: string, type: string, jsonPath?: string): ColumnView => ({ name, type, ...(jsonPath === undefined ? {} : { jsonPath }) });
const now = new Date('2026-01-02T03:04:05.678Z');

test('a sample event has a fitting value at the JSON path of each column', () => {
  const source = dataSource('events', {
    columns: [
      column('user_id', 'LowCardinality(String)', '$.user.id'),
      column('plan', "Enum8('free' = 1, 'pro' = 2)", '$.user.plan'),
      column('at', 'DateTime64(3)', '$.at'),
      column('second', "Nullable(DateTime('UTC'))", '$.second'),
      column('day', 'Date', '$.day'),
      column('count', 'UInt64', '$.count'),
      column('price', 'Decimal(10, 2)', '$.price'),
      column('ok', 'Bool', '$.ok'),
      column('tags', 'Array(String)', '$.tags[:]'),
      column('computed', 'String'),
    ],
  });
  expect(sampleEvent(source, now)).toEqual({
    user: { id: 'user_1', plan: 'free' },
    at: '2026-01-02 03:04:05.678',
    second: '2026-01-02 03:04:05',
    day: '2026-01-02',
    count: 1,
    price: 1.5,
    ok: true,
    tags: ['tags_1'],
  });
});

test('a data source that no event can fill has no sample event', () => {
  expect(sampleEvent(dataSource('target', { columns: [column('day', 'Date')] }), now)).toBeUndefined();
});

test('a shell reads the body of the curl line as it was, quotes and all', () => {
  const line = curlLine('http://127.0.0.1:7181', 'p.admin', dataSource('events'), { note: "it's \"here\" $HOME" });
  const words = execFileSync('sh', ['-c', line.replace(/^curl/, "printf '%s\\n'")], { encoding: 'utf8' }).trimEnd().split('\n');
  expect(words).toEqual(['-X', 'POST', 'http://127.0.0.1:7181/v0/events?name=events', '-H', 'Authorization: Bearer p.admin', '-d', '{"note":"it\'s \\"here\\" $HOME"}']);
});

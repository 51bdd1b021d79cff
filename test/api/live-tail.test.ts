/** The page's stream of events as they arrive. */
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TailMessage } from '../../engine/api/protocol.ts';
import { openEngine, type TestEngine } from './engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openEngine({ 'datasources/hits.datasource': 'TOKEN "writer" APPEND\n\nSCHEMA >\n    id UInt64 `json:$.id`,\n    text String `json:$.text` DEFAULT \'-\'\n' });
});
afterAll(() => engine.close());

/** Follows the tail, sends once it is followed, and collects messages until all that came fulfil the condition. */
async function follow(send: () => Promise<void>, isEnough: (messages: readonly TailMessage[]) => boolean): Promise<readonly TailMessage[]> {
  const { hostname, port } = new URL(engine.address);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ hostname, port, path: `/local/tail?dataSource=hits`, headers: { 'X-Sandpiper-Secret': engine.secret } }, resolve).on('error', reject).end();
  });
  const messages: TailMessage[] = [];
  let held = '';
  let sending: Promise<void> | undefined;
  for await (const chunk of response) {
    const lines = (held + String(chunk)).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) messages.push(JSON.parse(line) as TailMessage);
    if (messages.length > 0) sending ??= send();
    if (isEnough(messages)) break;
  }
  await sending;
  response.destroy();
  return messages;
}

const url = '/v0/events?name=hits';

test('rows come with their token, and with the reason where they were rejected; refusals and counts beside them', async () => {
  await engine.ask(url, { body: '{"id":1}' });
  const messages = await follow(async () => {
    await engine.ask(url, { body: '{"id":2,"text":"two"}\n{"id":-1}\nnonsense\n{"id":3}', token: engine.tokenOf('writer') });
    await engine.ask(url, { body: 'nothing' });
    await engine.ask(url, { body: '{"id":1}', token: 'wrong' });
  }, (all) => all.at(-1)?.total.rows === 3 && all.at(-1)?.refused === 2);
  const rows = messages.flatMap((message) => message.rows).map(({ token, text, fault, isCut }) => ({ token, text, isCut, ...(fault === undefined ? {} : { fault }) }));
  expect(rows.sort((a, b) => (a.text < b.text ? -1 : 1))).toEqual([
    { token: 'writer', text: 'nonsense', isCut: false, fault: 'the line is not JSON: a value was expected (character 1)' },
    { token: 'writer', text: '{"id":-1}', isCut: false, fault: "value '-1' on column 'id' is not UInt64" },
    { token: 'admin local_testing@tinybird.co', text: '{"id":1}', isCut: false },
    { token: 'writer', text: '{"id":2,"text":"two"}', isCut: false },
    { token: 'writer', text: '{"id":3}', isCut: false },
  ].sort((a, b) => (a.text < b.text ? -1 : 1)));
  const last = messages.at(-1);
  expect([last?.total, last?.leftOut, messages.flatMap(({ refusals }) => refusals).map(({ status, sequence }) => [sequence, status]), last?.tokens.map(({ name, rows: fitting, rejected }) => [name, fitting, rejected])]).toEqual([
    { requests: 2, rows: 3, rejected: 2, bytes: 9 + 50 }, 0, [[1, 400], [2, 403]], [['admin local_testing@tinybird.co', 1, 0], ['writer', 2, 2]],
  ]);
});

test('more rows than a page can show are counted and left out, and long rows are cut', async () => {
  const body = `{"id":7,"text":"${'é'.repeat(5000)}"}\n${Array.from({ length: 5000 }, (_, id) => `{"id":${id}}\n`).join('')}`;
  const messages = await follow(async () => void (await engine.ask(url, { body })), (all) => (all.at(-1)?.total.rows ?? 0) >= 5004);
  const last = messages.at(-1);
  const shown = messages.flatMap(({ rows }) => rows);
  expect(shown.find(({ isCut }) => isCut)?.text.length).toBeLessThan(5000);
  expect(shown.length).toBeLessThan(100);
  expect(last?.leftOut).toBeGreaterThan(4900);
});

test('a data source that is not there has no tail', async () => {
  expect(await engine.local('tail?dataSource=nowhere')).toMatchObject({ code: 'not-found' });
});

/** POST /v0/events by the habits of its clients, as the bytes that each sends: what is answered, and what is held then. */
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, rowsOf, type TestEngine } from './engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({
    'datasources/taken.datasource': `TOKEN "writer" APPEND

SCHEMA >
    id UInt64 \`json:$.id\`,
    at Nullable(DateTime) \`json:$.at\`,
    at_ms Nullable(DateTime64(3)) \`json:$.at_ms\`,
    small Nullable(Int16) \`json:$.small\`,
    big Nullable(Int64) \`json:$.big\`,
    price Nullable(Decimal(18, 4)) \`json:$.price\`,
    ratio Nullable(Float64) \`json:$.ratio\`,
    ok Bool \`json:$.ok\` DEFAULT 1,
    text String \`json:$.text\` DEFAULT 'none',
    payload String \`json:$.payload\` DEFAULT '',
    city Nullable(String) \`json:$.geo.city\`,
    tags Array(String) \`json:$.tags[:]\` DEFAULT [],
    skus Array(UInt32) \`json:$.items[:].sku\` DEFAULT []

ENGINE "MergeTree"
ENGINE_SORTING_KEY "id"
`,
    'datasources/strict.datasource': 'SCHEMA >\n    id Int16 `json:$.id`,\n    name String `json:$.name`\n',
  });
});
afterAll(() => engine.close());

/** Sends the bytes as they are on a connection of its own; the status, and the answer's JSON. */
function send(bytes: Buffer | string, thenBytes?: string): Promise<readonly [number, unknown]> {
  const { hostname, port } = new URL(engine.address);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (thenBytes !== undefined && text === 'HTTP/1.1 100 Continue\r\n\r\n') {
        text = '';
        socket.write(thenBytes);
      }
      const [head = '', body] = text.split(/\r\n\r\n(.*)/s);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      socket.destroy();
      resolve([Number(head.slice(9, 12)), JSON.parse(body) as unknown]);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`Closed after: ${text}`)));
  });
}

interface Sent {
  readonly query?: string;
  readonly headers?: readonly string[];
  readonly body: string | Buffer;
  readonly version?: string;
}

function request({ query = 'name=taken&wait=true', headers = [], body, version = '1.1' }: Sent): Buffer {
  const lines = [`POST /v0/events?${query} HTTP/${version}`, 'Host: localhost:7181', `Authorization: Bearer ${engine.workspace.tokens.admin.token}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

const counts = (successful: number, quarantined = 0) => ({ successful_rows: successful, quarantined_rows: quarantined });
const TWO = '{"id":1,"text":"a"}\n{"id":2,"text":"b"}';

test.each<readonly [string, Sent, number]>([
  ['curl -d', { headers: ['User-Agent: curl/8.5.0', 'Accept: */*', 'Content-Type: application/x-www-form-urlencoded'], body: TWO }, 2],
  ['curl -d @file, which takes the line ends out', { headers: ['Content-Type: application/x-www-form-urlencoded'], body: TWO.replace('\n', '') }, 2],
  ['curl --data-binary @file from Windows, with a byte order mark', { body: `\ufeff${TWO.replace('\n', '\r\n')}\r\n` }, 2],
  ['curl with gzip', { headers: ['Content-Encoding: gzip'], body: gzipSync(TWO) }, 2],
  ['the JavaScript SDK', { headers: ['Content-Type: application/x-ndjson', 'accept: */*', 'accept-language: *', 'sec-fetch-mode: cors', 'user-agent: node', 'accept-encoding: gzip, deflate'], body: TWO }, 2],
  ['axios, one object', { headers: ['Accept: application/json, text/plain, */*', 'Content-Type: application/json', 'User-Agent: axios/1.7.2'], body: '{"id":1}' }, 1],
  ['an array of objects', { query: 'name=taken&format=json&wait=true', headers: ['Content-Type: application/json'], body: '[{"id":1},{"id":2}]' }, 2],
  ['an array, without being told', { headers: ['Content-Type: application/json'], body: '[{"id":1},{"id":2}]' }, 2],
  ['Python requests, whose True has a capital', { query: 'name=taken&wait=True', headers: ['User-Agent: python-requests/2.32.3', 'Accept-Encoding: gzip, deflate', 'Accept: */*', 'Connection: keep-alive'], body: TWO }, 2],
  ['Python json.dumps, with NaN', { body: '{"id": 1, "ratio": NaN}\n{"id": 2, "ratio": Infinity}' }, 2],
  ['an object that is printed prettily', { headers: ['Content-Type: application/json'], body: '{\n  "id": 1,\n  "geo": {\n    "city": "Ávila"\n  }\n}\n' }, 1],
  ['several of these', { body: '{\n  "id": 1\n}\n{\n  "id": 2,\n  "text": "} {"\n}\n' }, 2],
  ['objects with commas at the ends of lines', { body: '{"id":1},\n{"id":2}\n' }, 2],
  ['objects on one line, beside others', { body: '{"id":1}{"id":2} {"id":3}\n{"id":4,"text":"}{"}\n\n' }, 4],
  ['a trailing blank line and white space', { body: `\n ${TWO}\n\n  \n` }, 2],
  ['a token in the address beside the one in the header', { query: 'wait=true&token=x&name=taken', body: TWO }, 2],
  ['HTTP/1.0 with keep-alive', { version: '1.0', headers: ['Connection: keep-alive'], body: TWO }, 2],
  ['keys that the schema does not know', { body: '{"id":1,"utm":{"source":"x"},"__proto__":{"id":5},"constructor":1}' }, 1],
])('%s', async (_, sent, rows) => {
  expect(await send(request(sent))).toEqual([200, counts(rows)]);
});

test('chunked bodies of any cut, and Expect: 100-continue', async () => {
  const token = `Authorization: Bearer ${engine.workspace.tokens.admin.token}`;
  const chunked = (cut: number) => Buffer.from(TWO).toString().match(new RegExp(`[\\s\\S]{1,${cut}}`, 'g'))?.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('') ?? '';
  const answers = [];
  for (const cut of [1, 7, 100]) answers.push(await send(`POST /v0/events?name=taken&wait=true HTTP/1.1\r\nHost: x\r\n${token}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(cut)}0\r\n\r\n`));
  answers.push(await send(`POST /v0/events?name=taken&wait=true HTTP/1.1\r\nHost: x\r\n${token}\r\nExpect: 100-continue\r\nContent-Length: ${TWO.length}\r\n\r\n`, TWO));
  expect(answers).toEqual(Array.from({ length: 4 }, () => [200, counts(2)]));
});

test('values arrive as they were meant', async () => {
  await engine.ask('/v0/datasources/taken/truncate', { method: 'POST' });
  const sent = [
    { id: 1, at: '2024-05-01T10:11:12Z', at_ms: '2024-05-01T10:11:12.345Z', small: -7, big: '-9223372036854775808', price: '123.4567', ratio: 1.5, ok: false, text: 'é "x" \n', payload: '{"a":1}', geo: { city: 'Ávila', zip: 1 }, tags: ['a', 'b'], items: [{ sku: 1 }, { sku: 2, name: 'x' }] },
    { id: '18446744073709551615', at: '2024-05-01T10:11:12.987654+02:00', at_ms: '2024-05-01 10:11:12', payload: { a: [1, { b: 'c' }] }, small: null, ok: 1, geo: null, tags: [], items: [] },
    { id: 2, at: 1_714_558_272, at_ms: 1_714_558_272_345, big: 12, price: 5, geo: {} },
  ];
  const answer = await send(request({ body: sent.map((row) => JSON.stringify(row)).join('\n') }));
  const held = await engine.ask('/v0/sql', { body: 'SELECT * FROM taken ORDER BY id FORMAT JSONEachRow' });
  const rest = { at: null, at_ms: null, small: null, big: null, price: null, ratio: null, ok: true, text: 'none', payload: '', city: null, tags: [], skus: [] };
  expect([answer, held.text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line.replace('18446744073709551615', '"18446744073709551615"').replace('-9223372036854775808', '"-9223372036854775808"')) as unknown)]).toEqual([
    [200, counts(3)],
    [
      { ...rest, id: 1, at: '2024-05-01 10:11:12', at_ms: '2024-05-01 10:11:12.345', small: -7, big: '-9223372036854775808', price: 123.4567, ratio: 1.5, ok: false, text: 'é "x" \n', payload: '{"a":1}', city: 'Ávila', tags: ['a', 'b'], skus: [1, 2] },
      { ...rest, id: 2, at: '2024-05-01 10:11:12', at_ms: '2024-05-01 10:11:12.345', big: 12, price: 5 },
      { ...rest, id: '18446744073709551615', at: '2024-05-01 08:11:12', at_ms: '2024-05-01 10:11:12.000', payload: '{"a":[1,{"b":"c"}]}' },
    ],
  ]);
});

test('what does not fit goes to quarantine with its reason, and stops no neighbour', async () => {
  const rows = ['{"id":"3","name":"text in an Int16"}', '{"id":40000,"name":"too large"}', '{"id":1.5,"name":"a fraction"}', '{"id":null,"name":"null"}', '{"name":"no key"}', '{"id":1}', '[1]', '"text"', '{"id":1,', '{"id":7,"name":"fits"}', '{"id":8,"name":5}'];
  const answer = await send(request({ query: 'name=strict&wait=true', body: rows.join('\n') }));
  const reasons = rowsOf(await engine.ask('/v0/sql', { body: 'SELECT c__raw AS raw, c__error_column AS columns, c__error AS reasons FROM strict_quarantine FORMAT JSONEachRow' })) as { raw: string; columns: string[]; reasons: string[] }[];
  const told = Object.fromEntries(reasons.map(({ raw, columns, reasons: why }) => [raw, [...columns, ...why]]));
  expect([answer, told]).toEqual([
    [200, counts(2, 9)],
    {
      [rows[0] ?? '']: ['id', "value '3' on column 'id' is not Int16"], [rows[1] ?? '']: ['id', "value '40000' on column 'id' is not Int16"], [rows[2] ?? '']: ['id', "value '1.5' on column 'id' is not Int16"],
      [rows[3] ?? '']: ['id', expect.stringContaining("'id'")], [rows[4] ?? '']: ['id', expect.stringContaining("'id'")], [rows[5] ?? '']: ['name', expect.stringContaining("'name'")],
      [rows[6] ?? '']: [expect.stringContaining('JSON object')], [rows[7] ?? '']: [expect.stringContaining('JSON object')], [rows[8] ?? '']: [expect.stringContaining('JSON')],
    },
  ]);
});

test('browsers may ask from any page, whatever headers their libraries add', async () => {
  const asked = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type,sentry-trace,traceparent', 'Access-Control-Request-Private-Network': 'true' };
  const { status, headers } = await engine.ask('/v0/events?name=taken', { method: 'OPTIONS', token: '', headers: asked });
  expect([status, headers['access-control-allow-origin'], headers['access-control-allow-headers'], headers['access-control-allow-private-network']]).toEqual([204, '*', asked['Access-Control-Request-Headers'], 'true']);
});

test('names that are not there, in any spelling', async () => {
  const error = async (query: string, body = TWO) => {
    const [status, answer] = await send(request({ query, body }));
    return [status, (answer as { error: string }).error];
  };
  expect([await error('name=my%20events'), await error('name=my+events'), await error('name=Taken'), await error('name=taken%27%3B%20drop'), await error('name='), await error('datasource=taken'), await error('name=taken', '[]'), await error('name=taken', 'id=1&text=a')]).toEqual([
    [404, 'Data Source "my events" does not exist'], [404, 'Data Source "my events" does not exist'], [404, 'Data Source "Taken" does not exist'], [404, 'Data Source "taken\'; drop" does not exist'],
    [400, expect.stringContaining('name')], [400, expect.stringContaining('name')], [400, expect.stringContaining('no rows')], [400, expect.stringContaining('not JSON')],
  ]);
});

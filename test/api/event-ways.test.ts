/** The two ways of a request to /v0/events, and all that can be wrong with one, over raw sockets. */
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServer } from '../../engine/api/server.ts';
import { openEngine, rowsOf, told, type TestEngine } from './engine.ts';

let engine: TestEngine;
const sockets: Socket[] = [];

beforeAll(async () => {
  engine = await openEngine({
    'datasources/hits.datasource': 'TOKEN "writer" APPEND\n\nSCHEMA >\n    id UInt64 `json:$.id`,\n    text String `json:$.text` DEFAULT \'-\'\n',
    'datasources/doubled.datasource': 'SCHEMA >\n    id UInt64,\n    half Int8\n',
    'materializations/half.pipe': 'NODE half\nSQL >\n    SELECT id, toInt8(throwIf(id = 666, \'no such beast\')) AS half FROM hits\n\nTYPE materialized\nDATASOURCE doubled\n',
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await engine.close();
});

/** A kept connection: sends bytes, and reads whole answers one after another. */
function open(address = engine.address): { readonly socket: Socket; readonly answer: () => Promise<readonly [number, string, string]> } {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  sockets.push(socket);
  let held = Buffer.alloc(0);
  let wake = () => undefined as void;
  let isClosed = false;
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  const answer = async (): Promise<readonly [number, string, string]> => {
    for (;;) {
      const end = held.indexOf('\r\n\r\n');
      const head = held.toString('latin1', 0, Math.max(0, end));
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (end !== -1 && held.length >= end + 4 + length) {
        const body = held.toString('utf8', end + 4, end + 4 + length);
        held = held.subarray(end + 4 + length);
        return [Number(head.slice(9, 12)), head, body];
      }
      if (isClosed) return [0, 'closed', held.toString()];
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { socket, answer };
}

function request(body: string | Buffer, { query = '', headers = {} as Record<string, string>, token = engine.workspace.tokens.admin.token } = {}): Buffer {
  const sent = Buffer.from(body);
  const lines = Object.entries({ Host: 'localhost', Authorization: `Bearer ${token}`, 'Content-Length': String(sent.length), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST /v0/events?name=hits${query} HTTP/1.1\r\n${lines}\r\n`), sent]);
}

const sum = async () => rowsOf(await engine.ask('/v0/sql', { body: 'SELECT count() AS n, sum(id) AS s FROM hits FORMAT JSONEachRow' }))[0];
const ONE = '{"successful_rows":1,"quarantined_rows":0}';

test('requests that are sent ahead, in pieces of any size, are answered one by one in order', async () => {
  const { socket, answer } = open();
  const all = Buffer.concat([request('{"id":1}'), request('{"id":2}\n{"id":"x"}\n', { query: '&wait=true' }), request('nonsense'), request('{"id":3}', { token: 'wrong' }), request(`{"id":4,"text":"${'é'.repeat(100_000)}"}`, { query: '&wait=true' })]);
  for (let at = 0; at < all.length; ) {
    const size = at < 2000 ? 7 : 30_000;
    socket.write(all.subarray(at, at + size));
    at += size;
    if (at % 3 === 0) await new Promise(setImmediate);
  }
  const answers = [await answer(), await answer(), await answer(), await answer(), await answer()];
  expect(answers.map(([status, , body]) => [status, body.slice(0, 60)])).toEqual([
    [202, ONE], [200, '{"successful_rows":1,"quarantined_rows":1}'], [400, '{"error":"Nothing of the body can be read as rows for data s'], [403, '{"error":"invalid authentication token. Invalid token","code'], [200, ONE],
  ]);
  expect(await sum()).toEqual({ n: 3, s: 7 });
});

test('a connection goes over to other requests, chunked bodies and Expect, and back, and loses nothing', async () => {
  const before = await sum() as { n: number };
  const { socket, answer } = open();
  socket.write(request('{"id":10}'));
  expect((await answer())[0]).toBe(202);
  const token = engine.workspace.tokens.admin.token;
  socket.write(Buffer.concat([request('{"id":11}'), Buffer.from(`GET /v0/pipes/nothing.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)]));
  expect([(await answer())[0], (await answer())[0]]).toEqual([202, 404]);
  socket.write(`POST /v0/events?name=hits&wait=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"id":12}\r\n0\r\n\r\n`);
  expect((await answer())[2]).toBe(ONE);
  const second = open();
  second.socket.write(`POST /v0/events?name=hits&wait=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n`);
  expect((await second.answer())[0]).toBe(100);
  second.socket.write('{"id":13}');
  expect((await second.answer())[2]).toBe(ONE);
  expect(await sum()).toMatchObject({ n: before.n + 4 });
});

test.each([
  ['a header with a space before its colon', 'Host: x\r\nContent-Length : 8\r\n', 400],
  ['two lengths', 'Host: x\r\nContent-Length: 8\r\nContent-Length: 9\r\n', 400],
  ['a length and chunks', 'Host: x\r\nContent-Length: 8\r\nTransfer-Encoding: chunked\r\n', 400],
  ['no host', 'Content-Length: 8\r\n', 400],
  ['a folded header', 'Host: x\r\nX: a\r\n b\r\nContent-Length: 8\r\n', 400],
])('node:http alone judges a head with %s', async (_, lines, status) => {
  const { socket, answer } = open();
  socket.write(`POST /v0/events?name=hits HTTP/1.1\r\n${lines}\r\n{"id":1}`);
  expect((await answer())[0]).toBe(status);
});

test('a client that goes in the middle of its body leaves nothing behind', async () => {
  const before = await sum();
  for (const headers of [{}, { 'X-Odd': 'ü' }] as Record<string, string>[]) {
    const { socket } = open();
    const whole = request(`{"id":99,"text":"${'x'.repeat(50_000)}"}`, { headers });
    socket.write(whole.subarray(0, 20_000), () => socket.destroy());
    await new Promise((resolve) => socket.on('close', resolve));
  }
  await engine.ask('/v0/events?name=hits&wait=true', { body: '{"id":0}' });
  expect(await sum()).toEqual({ n: (before as { n: number }).n + 1, s: (before as { s: number }).s });
});

test('byte order mark, CRLF, blank lines, white space, a long line, and packed bodies', async () => {
  const wait = { query: '&wait=true' };
  const { socket, answer } = open();
  const counts = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    socket.write(request(body, { ...wait, headers }));
    return (await answer())[2];
  };
  expect([
    await counts('\ufeff{"id":1}\r\n\r\n  \t\r\n{"id":2}\r\n'), await counts(' \n [ {"id":1},\r\n{"id":2, "text":"a\\nb"} ] \n'), await counts(`{"id":1,"text":"${'x'.repeat(3_000_000)}"}\n{"id":2}`),
    await counts(gzipSync('{"id":1}\n{"id":2}'), { 'Content-Encoding': 'gzip' }), await counts(Buffer.concat([gzipSync('{"id":1}\n'), gzipSync('{"id":2}\n')]), { 'Content-Encoding': 'X-GZIP' }), await counts('{"id":1}\n{"id":2}', { 'Content-Encoding': 'identity' }),
  ]).toEqual(Array.from({ length: 6 }, () => '{"successful_rows":2,"quarantined_rows":0}'));
  const failures = [
    await counts(gzipSync('{"id":1}'.repeat(50)).subarray(0, 30), { 'Content-Encoding': 'gzip' }), await counts('{"id":1}', { 'Content-Encoding': 'zstd' }), await counts(Buffer.from('28b52ffd2410810000', 'hex'), { 'Content-Encoding': 'zstd' }),
    await counts('{"id":1}', { 'Content-Encoding': 'br' }), await counts(gzipSync(Buffer.alloc(11_000_000, 32)), { 'Content-Encoding': 'gzip' }),
  ];
  expect(failures.map((body) => (JSON.parse(body) as { error: string }).error)).toEqual([
    'The body is not gzip as its Content-Encoding says, or is damaged.', 'The body is not zstd as its Content-Encoding says, or is damaged.', 'The body is not zstd as its Content-Encoding says, or is damaged.',
    'Bodies with Content-Encoding br cannot be read: use gzip, zstd or none.', 'The unpacked body is larger than 10000000 bytes: send it in parts.',
  ]);
});

test('a view that fails answers 422 to who waits, and the rows are there', async () => {
  const before = await sum() as { n: number };
  const answer = told(await engine.ask('/v0/events?name=hits&wait=true', { body: '{"id":666}' }));
  expect(answer).toMatchObject([422, { error: expect.stringMatching(/^The rows are in hits, do not send them again; but a materialized view that it feeds failed on them: /) }]);
  expect(await sum()).toMatchObject({ n: before.n + 1 });
});

test('a server that stops waits for no body that does not come', async () => {
  const other = await openServer(engine.workspace, { port: 0, host: '127.0.0.1', pageFolder: '/nowhere', acceptsPaths: false });
  const { socket, answer } = open(other.address);
  socket.write(request('{"id":1}'));
  expect((await answer())[0]).toBe(202);
  socket.write(request('{"id":2}').subarray(0, -3));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await other.close();
  expect((await answer())[0]).toBe(0);
});

test('limits that are set are told with each answer, and refuse what is over them', async () => {
  const limited = await openServer(engine.workspace, { port: 0, host: '127.0.0.1', pageFolder: '/nowhere', acceptsPaths: false, events: { bodyBytes: 100, perSource: 5, perToken: { writer: 2 } } });
  try {
    // Not over the end of a second of the limits' clock.
    await new Promise((resolve) => setTimeout(resolve, 1000 - (performance.now() % 1000)));
    const { socket, answer } = open(limited.address);
    const ask = async (token: string, body = '{"id":5}') => {
      socket.write(request(body, { token }));
      const [status, head] = await answer();
      const of = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
      return [status, of('X-RateLimit-Limit'), of('X-RateLimit-Remaining'), of('X-RateLimit-Reset'), of('Retry-After')];
    };
    const [admin, writer] = [engine.workspace.tokens.admin.token, engine.tokenOf('writer')];
    expect([await ask(writer), await ask(writer), await ask(writer), await ask(admin), await ask(admin), await ask(admin), await ask(admin)]).toEqual([
      [202, '2', '1', '1', undefined], [202, '2', '0', '1', undefined], [429, '2', '0', '1', '1'], [202, '5', '2', '1', undefined], [202, '5', '1', '1', undefined], [202, '5', '0', '1', undefined], [429, '5', '0', '1', '1'],
    ]);
    const large = open(limited.address);
    large.socket.write(request(`{"id":1,"text":"${'x'.repeat(200)}"}`));
    expect((await large.answer()).slice(0, 1)).toEqual([413]);
  } finally {
    await limited.close();
  }
});

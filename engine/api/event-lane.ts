/**
 * A quick way for connections that only send events. Looks at what a new connection sends before node:http does: as
 * long as its requests are plain ones to POST /v0/events, it reads and answers them itself, at about half the cost. The
 * first request that is anything else (another path, a chunked body, `Expect`, a head that is odd in any way) hands the
 * connection with all its unread bytes to node:http, for good; so node:http alone decides on everything unusual.
 * One request of a connection is answered at a time, in order; a client that goes on sending meanwhile is held back.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { SandpiperError } from '../errors.ts';
import { CORS } from './cors.ts';
import { readHead, type EventDoor, type EventHead } from './event-door.ts';

const START = Buffer.from('POST /v0/events');
const HEAD_END = Buffer.from('\r\n\r\n');
const LONGEST_HEAD = 16 << 10;
/** A client that sends ahead is read up to here while it waits for an answer. */
const AHEAD_BYTES = 256 << 10;
const KEPT_BODY_BYTES = 1 << 20;
const KEPT_HEADS = 1000;
const IDLE_MS = 72_000;

export interface EventLanes {
  /** Ends idle connections now and others after their answer. */
  readonly close: () => void;
  /** Ends all that are left. */
  readonly cut: () => void;
}

/** Puts the lanes before the server's own handling of connections. */
export function openEventLanes(server: Server, door: EventDoor): EventLanes {
  const toHttp = server.listeners('connection');
  server.removeAllListeners('connection');
  const lanes = new Set<EventLane>();
  const heads = new Map<string, LaneHead>();
  server.on('connection', (socket: Socket) => {
    const lane: EventLane = new EventLane(socket, door, heads, (isHttp) => {
      lanes.delete(lane);
      if (isHttp) for (const listener of toHttp) listener.call(server, socket);
    });
    lanes.add(lane);
  });
  return {
    close: () => {
      for (const lane of lanes) lane.close();
    },
    cut: () => {
      for (const lane of lanes) lane.cut();
    },
  };
}

interface LaneHead {
  /** The bytes of the head, to know the next one by. */
  readonly bytes: Buffer;
  readonly head: EventHead;
  readonly bodyBytes: number;
}

class EventLane {
  readonly #socket: Socket;
  readonly #door: EventDoor;
  /** By their text; all connections'. */
  readonly #heads: Map<string, LaneHead>;
  readonly #leave: (isHttp: boolean) => void;
  /** Bytes that are not understood yet. */
  #held: Buffer | undefined;
  #known: LaneHead | undefined;
  /** The request whose body is arriving. */
  #arriving: { readonly head: EventHead; readonly body: Buffer; filled: number } | undefined;
  #bodyBuffer: Buffer | undefined;
  #isAnswering = false;
  #isAdvancing = false;
  #isEnding = false;
  #isGone = false;
  readonly #onData = (chunk: Buffer) => this.#take(chunk);
  readonly #onEnd = () => this.close();
  readonly #onClose = () => this.#drop();
  readonly #onTimeout = () => this.#socket.destroy();

  constructor(socket: Socket, door: EventDoor, heads: Map<string, LaneHead>, leave: (isHttp: boolean) => void) {
    this.#socket = socket;
    this.#door = door;
    this.#heads = heads;
    this.#leave = leave;
    socket.setTimeout(IDLE_MS);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onClose);
    socket.on('timeout', this.#onTimeout);
  }

  close(): void {
    this.#isEnding = true;
    // A body that is cut is no request; nothing of it was kept.
    if (!this.#isAnswering) this.#socket.end();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #drop(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#giveUpBody();
    this.#held = undefined;
    this.#socket.destroy();
    this.#leave(false);
  }

  #giveUpBody(): void {
    if (this.#arriving) this.#door.release(this.#arriving.body.length);
    this.#arriving = undefined;
  }

  #take(chunk: Buffer): void {
    const arriving = this.#arriving;
    let rest: Buffer | undefined = chunk;
    if (arriving) {
      const wanted = arriving.body.length - arriving.filled;
      arriving.body.set(chunk.length > wanted ? chunk.subarray(0, wanted) : chunk, arriving.filled);
      arriving.filled += Math.min(wanted, chunk.length);
      if (arriving.filled < arriving.body.length) return;
      rest = chunk.length > wanted ? chunk.subarray(wanted) : undefined;
      this.#arriving = undefined;
      this.#door.release(arriving.body.length);
      this.#answer(arriving.head, arriving.body);
    }
    if (rest) this.#held = this.#held ? Buffer.concat([this.#held, rest]) : rest;
    if (this.#isAnswering) {
      if ((this.#held?.length ?? 0) > AHEAD_BYTES) this.#socket.pause();
    } else this.#advance();
  }

  /** Reads requests from what is held, until one is being answered or more bytes are wanted. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#held && !this.#isAnswering && !this.#isGone && !this.#arriving) if (!this.#next(this.#held)) break;
    this.#isAdvancing = false;
  }

  /** False when more bytes are wanted. */
  #next(held: Buffer): boolean {
    const found = this.#headOf(held);
    if (found === 'more') return false;
    if (found === 'other' || found.bodyBytes > this.#door.bodyBytes) {
      this.#handOver(held);
      return false;
    }
    this.#known = found;
    const start = found.bytes.length;
    const end = start + found.bodyBytes;
    if (held.length >= end) {
      this.#held = held.length > end ? held.subarray(end) : undefined;
      // A packed body is read later, when the bytes behind it may be others.
      const body = held.subarray(start, end);
      this.#answer(found.head, found.head.encoding === undefined ? body : Buffer.from(body));
      return true;
    }
    this.#held = undefined;
    if (!this.#door.reserve(found.bodyBytes)) {
      this.#isEnding = true;
      this.#refuse(found.head, this.#door.tooMuch());
      return false;
    }
    const body = this.#bodyOf(found);
    body.set(held.subarray(start));
    this.#arriving = { head: found.head, body, filled: held.length - start };
    return false;
  }

  /** Room for a body that arrives in pieces; the connection's own where it may be used again. */
  #bodyOf({ head, bodyBytes }: LaneHead): Buffer {
    if (head.encoding !== undefined || bodyBytes > KEPT_BODY_BYTES) return Buffer.allocUnsafeSlow(bodyBytes);
    if (!this.#bodyBuffer || this.#bodyBuffer.length < bodyBytes) this.#bodyBuffer = Buffer.allocUnsafeSlow(bodyBytes);
    return this.#bodyBuffer.subarray(0, bodyBytes);
  }

  #headOf(held: Buffer): LaneHead | 'more' | 'other' {
    const known = this.#known;
    if (known && held.length >= known.bytes.length && known.bytes.compare(held, 0, known.bytes.length) === 0) return known;
    const looked = Math.min(held.length, START.length);
    if (START.compare(held, 0, looked, 0, looked) !== 0) return 'other';
    const end = held.indexOf(HEAD_END);
    if (end === -1) return held.length > LONGEST_HEAD ? 'other' : 'more';
    const text = held.toString('latin1', 0, end);
    const parsed = this.#heads.get(text) ?? parseHead(text);
    if (!parsed) return 'other';
    if (this.#heads.size >= KEPT_HEADS) this.#heads.clear();
    this.#heads.set(text, parsed);
    return parsed;
  }

  #handOver(held: Buffer): void {
    const socket = this.#socket;
    this.#isGone = true;
    this.#held = undefined;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    socket.off('error', this.#onClose);
    socket.off('timeout', this.#onTimeout);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(held);
    this.#leave(true);
    socket.resume();
  }

  #answer(head: EventHead, body: Uint8Array): void {
    this.#isAnswering = true;
    this.#door.take(head, body, (status, headers, text) => this.#respond(status, headers, text));
  }

  #refuse(head: EventHead, error: SandpiperError): void {
    this.#isAnswering = true;
    this.#door.refuse(head, error, (status, headers, text) => this.#respond(status, headers, text));
  }

  #respond(status: number, headers: Readonly<Record<string, string>> | undefined, text: string): void {
    this.#isAnswering = false;
    if (this.#isGone) return;
    // The answers to accepted rows are ASCII.
    this.#socket.write(answerText(status, headers, text, this.#isEnding), status < 300 ? 'latin1' : 'utf8');
    if (this.#isEnding) return void this.#socket.end();
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#held) this.#advance();
  }
}

/** A head that node:http would read in the same way; undefined for any other. */
function parseHead(text: string): LaneHead | undefined {
  const lines = text.split('\r\n');
  const target = /^POST (\/v0\/events\/?(?:\?[\x21-\x7e]*)?) HTTP\/1\.1$/.exec(lines[0] ?? '')?.[1];
  if (target === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '' || headers.has(key)) return undefined;
    headers.set(key, value);
  }
  const length = headers.get('content-length') ?? '';
  if (!headers.has('host') || !/^\d{1,9}$/.test(length) || (headers.get('connection') ?? 'keep-alive').toLowerCase() !== 'keep-alive') return undefined;
  if (['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te'].some((name) => headers.has(name))) return undefined;
  return { bytes: Buffer.from(`${text}\r\n\r\n`, 'latin1'), head: readHead(target, headers.get('authorization'), headers.get('content-encoding')), bodyBytes: Number(length) };
}

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 202: 'Accepted', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 413: 'Payload Too Large', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable', 507: 'Insufficient Storage' };
const COMMON = Object.entries({ ...CORS, 'Content-Type': 'application/json' }).map(([name, value]) => `${name}: ${value}\r\n`).join('');

let dateSecond = 0;
let dateLine = '';

function answerText(status: number, headers: Readonly<Record<string, string>> | undefined, text: string, isLast: boolean): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  const more = headers ? Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('') : '';
  return `HTTP/1.1 ${status} ${REASONS[status] ?? 'Answer'}\r\n${COMMON}${more}${dateLine}Connection: ${isLast ? 'close' : 'keep-alive'}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

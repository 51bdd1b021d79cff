/** The way of a node:http request through the event door: reads the body, never more than the limit, and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CORS } from './cors.ts';
import { readHead, type EventDoor, type Respond } from './event-door.ts';

export function answerEvents(door: EventDoor, request: IncomingMessage, response: ServerResponse): void {
  const head = readHead(request.url ?? '', request.headers.authorization, request.headers['content-encoding']);
  const respond: Respond = (status, headers, body) => {
    // A body that is not read to its end cannot be followed by another request.
    if (!request.complete) response.setHeader('Connection', 'close');
    response.writeHead(status, { ...CORS, 'Content-Type': 'application/json', ...headers, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  };
  const chunks: Buffer[] = [];
  let size = 0;
  let reserved = 0;
  let isOver = false;
  const finish = () => {
    isOver = true;
    door.release(reserved);
    reserved = 0;
  };
  const stop = (error: ReturnType<EventDoor['tooLarge']>) => {
    finish();
    chunks.length = 0;
    request.resume();
    door.refuse(head, error, respond);
  };
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > door.bodyBytes) return stop(door.tooLarge());
  request.on('data', (chunk: Buffer) => {
    if (isOver) return;
    size += chunk.length;
    if (size > door.bodyBytes) return stop(door.tooLarge());
    if (!door.reserve(chunk.length)) return stop(door.tooMuch());
    reserved += chunk.length;
    chunks.push(chunk);
  });
  request.on('end', () => {
    if (isOver) return;
    finish();
    door.take(head, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), respond);
  });
  // The client has gone in the middle of its body: nobody was answered, and nothing is kept.
  request.on('close', () => {
    if (!isOver) finish();
  });
  request.on('error', () => undefined);
}

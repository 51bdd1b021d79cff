/** The bytes of a request's body, never more than a limit, so that no client can fill the memory. */
import type { Context } from 'hono';
import { SandpiperError } from '../errors.ts';

/** Throws SandpiperError 'too-large' before more than `limitBytes` are held. */
export async function readBytes(context: Context, limitBytes: number): Promise<Uint8Array> {
  const announced = context.req.header('content-length');
  if (announced !== undefined) {
    if (Number(announced) > limitBytes) throw tooLarge(limitBytes);
    return new Uint8Array(await context.req.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of streamOf(context.req.raw.body)) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as it arrives; nothing when there is none. Stops reading when the consumer does. */
export async function* streamOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (!stream) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // The client has gone: there is nobody left to tell.
  }
}

function tooLarge(limitBytes: number): SandpiperError {
  return new SandpiperError('too-large', `The body is larger than ${Math.round(limitBytes / 1e6)} MB: send it in parts.`);
}

/**
 * Reads a multipart/form-data body as it arrives, without holding a file in memory. Promises: parts come in their order,
 * and the body of a file is given piece by piece. Leaves to the caller what to do with fields that follow a file.
 */
import { SandpiperError } from '../errors.ts';

export type Part =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  /** `body` must be read to its end (or left off for good) before the next part is asked for. */
  | { readonly kind: 'file'; readonly name: string; readonly fileName: string; readonly body: AsyncIterable<Uint8Array> };

const LARGEST_FIELD = 1_000_000;

/** Throws SandpiperError 'bad-request' for a body that is cut off or is not what its content type says. */
export async function* readMultipart(source: AsyncIterable<Uint8Array>, contentType: string): AsyncGenerator<Part> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (!boundary) throw new SandpiperError('bad-request', 'The multipart body has no boundary in its Content-Type.');
  const input = new PieceReader(source);
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2] ?? ''}`);
  input.prepend(Buffer.from('\r\n'));
  for await (const _ of input.until(delimiter)); // What stands before the first part means nothing.
  for (;;) {
    if ((await input.take(2)).toString('latin1') === '--') return;
    const head = Buffer.concat(await all(input.until(Buffer.from('\r\n\r\n')), LARGEST_FIELD)).toString('utf8');
    const disposition = /content-disposition:[^\r\n]*/i.exec(head)?.[0] ?? '';
    const name = quoted(disposition, 'name') ?? '';
    const fileName = quoted(disposition, 'filename');
    if (fileName === undefined) {
      yield { kind: 'field', name, value: Buffer.concat(await all(input.until(delimiter), LARGEST_FIELD)).toString('utf8') };
      continue;
    }
    const body = input.until(delimiter);
    yield { kind: 'file', name, fileName, body };
    for await (const _ of body); // Whatever of it was not read.
  }
}

/** Pieces of a stream, cut at marks that may lie across them. */
class PieceReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  prepend(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  /** Exactly as many bytes. */
  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#more();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** The bytes before the mark; the mark itself is passed over. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at !== -1) {
        const before = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + mark.length);
        if (before.length > 0) yield before;
        return;
      }
      const sure = this.#held.length - mark.length + 1;
      if (sure > 0) {
        const piece = this.#held.subarray(0, sure);
        this.#held = this.#held.subarray(sure);
        yield piece;
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw new SandpiperError('bad-request', 'The multipart body ends in the middle of a part.');
    this.#held = this.#held.length === 0 ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.concat([this.#held, value]);
  }
}

async function all(pieces: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer[]> {
  const held: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > limitBytes) throw new SandpiperError('too-large', 'A field of the multipart body is larger than 1 MB: send files with a file name.');
    held.push(piece);
  }
  return held;
}

function quoted(disposition: string, name: string): string | undefined {
  const found = new RegExp(`[;\\s]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(disposition);
  return found ? (found[1]?.replace(/\\(.)/g, '$1') ?? found[2]) : undefined;
}

/**
 * Appends that share one record of the journal: their bytes behind each other, behind room for the record's header, in
 * a buffer that is used again, so that a small append costs a copy and no allocation.
 */
import { HEADER_BYTES, writeHeader } from './journal-record.ts';
import type { JournalPosition } from './journal.ts';

/** Is told the position behind the append once it is on disk, or why it is not. */
export type Appended = (error: Error | undefined, end: JournalPosition) => void;

const FIRST_BYTES = 64 << 10;
/** Larger buffers are given back to the system. */
const KEPT_BYTES = 5 << 20;
const KEPT_BUFFERS = 2;

export class JournalGroup {
  readonly waiting: Appended[] = [];
  #buffer: Buffer;
  #length = HEADER_BYTES;

  constructor(spare: Buffer[]) {
    this.#buffer = spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  get payloadBytes(): number {
    return this.#length - HEADER_BYTES;
  }

  add(pieces: readonly Uint8Array[], bytes: number, appended: Appended): void {
    if (this.#length + bytes > this.#buffer.length) this.#grow(this.#length + bytes);
    for (const piece of pieces) {
      this.#buffer.set(piece, this.#length);
      this.#length += piece.length;
    }
    this.waiting.push(appended);
  }

  /** The whole record. */
  record(): Buffer {
    const record = this.#buffer.subarray(0, this.#length);
    writeHeader(record);
    return record;
  }

  /** When the record is written or given up. */
  giveBack(spare: Buffer[]): void {
    if (spare.length < KEPT_BUFFERS && this.#buffer.length <= KEPT_BYTES) spare.push(this.#buffer);
  }

  #grow(least: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(least, Math.min(this.#buffer.length * 2, KEPT_BYTES)));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

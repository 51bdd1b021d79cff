/**
 * Arithmetic of 64-bit words as bigint, wrapped, and reading them from bytes with the lowest byte first: what hash
 * functions are made of.
 */

export function wrapped(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function product(left: bigint, right: bigint): bigint {
  return BigInt.asUintN(64, left * right);
}

/** The word with its bits turned to the right, 1 to 63 places. */
export function turned(word: bigint, places: bigint): bigint {
  return BigInt.asUintN(64, (word >> places) | (word << (64n - places)));
}

export function turned32(word: number, placesLeft: number): number {
  return (word << placesLeft) | (word >>> (32 - placesLeft));
}

/** Reads words of these bytes; offsets in bytes. */
export class Words {
  readonly size: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.size = bytes.byteLength;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  at(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  halfAt(offset: number): bigint {
    return BigInt(this.#view.getUint32(offset, true));
  }

  /** 32 bits as a number. */
  numberAt(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  shortAt(offset: number): number {
    return this.#view.getUint16(offset, true);
  }

  byteAt(offset: number): number {
    return this.#view.getUint8(offset);
  }
}

/** The lowest bytes of a number, lowest first; negative ones by their bits. */
export function bytesOf(number: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, number);
  for (let index = 0; index < size; index += 1) {
    bytes[index] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

export function joinedBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

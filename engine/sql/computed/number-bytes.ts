/** Numbers as the bytes that a processor keeps them in, lowest first, and back; UUIDs as ClickHouse keeps them. */
import { BLOB, computed, DOUBLE, HUGEINT, INTEGER, list, UHUGEINT, VARCHAR } from './definition.ts';

function wholeBytes(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, value);
  for (let index = 0; index < size; index += 1) {
    bytes[index] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

/** The number of the first bytes; missing ones are zero. */
function wholeOf(bytes: Uint8Array, size: number): bigint {
  let value = 0n;
  for (let index = Math.min(size, bytes.length) - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[index] ?? 0);
  return value;
}

function floatBytes(value: number, size: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (size === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  const bytes = new Uint8Array(view.buffer).slice(0, size === 8 ? 8 : 4);
  // The two high bytes of a Float32 are a BFloat16.
  return size === 2 ? bytes.slice(2) : bytes;
}

function floatOf(bytes: Uint8Array, size: number): number {
  const kept = new Uint8Array(8);
  kept.set(bytes.slice(0, size), size === 2 ? 2 : 0);
  const view = new DataView(kept.buffer);
  return size === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
}

/** Two numbers of 64 bits, the first one first, each lowest byte first. */
function uuidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
  return Uint8Array.from([...bytes.slice(0, 8).reverse(), ...bytes.slice(8).reverse()]);
}

function uuidOf(bytes: Uint8Array): string {
  const all = new Uint8Array(16);
  all.set(bytes.slice(0, 16));
  const digits = [...all.slice(0, 8).reverse(), ...all.slice(8).reverse()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}

function pieces(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  if (bytes.length % size !== 0) throw new Error(`${bytes.length} bytes are no array of elements of ${size} bytes.`);
  return Array.from({ length: bytes.length / size }, (_, index) => bytes.slice(index * size, (index + 1) * size));
}

function withoutZerosBehind(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.slice(0, end);
}

export const WHOLE_BYTES = computed('sandpiper_whole_bytes', [HUGEINT, INTEGER], BLOB, wholeBytes);
export const UNSIGNED_BYTES = computed('sandpiper_unsigned_bytes', [UHUGEINT, INTEGER], BLOB, wholeBytes);
export const BYTES_WHOLE = computed('sandpiper_bytes_whole', [BLOB, INTEGER], HUGEINT, (bytes, size) => BigInt.asIntN(128, BigInt.asIntN(size * 8, wholeOf(bytes, size))));
export const BYTES_UNSIGNED = computed('sandpiper_bytes_unsigned', [BLOB, INTEGER], UHUGEINT, (bytes, size) => BigInt.asUintN(128, wholeOf(bytes, size)));
export const FLOAT_BYTES = computed('sandpiper_float_bytes', [DOUBLE, INTEGER], BLOB, floatBytes);
export const BYTES_FLOAT = computed('sandpiper_bytes_float', [BLOB, INTEGER], DOUBLE, floatOf);
export const UUID_BYTES = computed('sandpiper_uuid_bytes', [VARCHAR], BLOB, uuidBytes);
export const BYTES_UUID = computed('sandpiper_bytes_uuid', [BLOB], VARCHAR, uuidOf);
export const BYTES_PIECES = computed('sandpiper_bytes_pieces', [BLOB, INTEGER], list(BLOB), pieces);
export const BYTES_TRIMMED = computed('sandpiper_bytes_trimmed', [BLOB], BLOB, withoutZerosBehind);
/** A number with the digits that a BFloat16 keeps, the others cut off. */
export const BFLOAT16 = computed('sandpiper_bfloat16', [DOUBLE], DOUBLE, (value) => (Number.isNaN(value) ? value : floatOf(floatBytes(value, 2), 2)));

export const NUMBER_BYTES = [WHOLE_BYTES, UNSIGNED_BYTES, BYTES_WHOLE, BYTES_UNSIGNED, FLOAT_BYTES, BYTES_FLOAT, UUID_BYTES, BYTES_UUID, BYTES_PIECES, BYTES_TRIMMED, BFLOAT16];

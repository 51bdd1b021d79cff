/** Texts as rows of bits, the highest bit of each byte first: shifting and cutting them. */
import { BIGINT, BLOB, BOOLEAN, computed } from './definition.ts';

function fromBits(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(bits.length / 8);
  bits.forEach((bit, index) => {
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (128 >> (index & 7));
  });
  return bytes;
}

function toBits(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((place) => (byte >> place) & 1));
}

function checkedCount(count: bigint, most: number): number {
  if (count < 0n) throw new Error(`Texts are shifted by 0 or more bits, not by ${count}.`);
  return count > BigInt(most) ? most : Number(count);
}

/** A text grows by what is shifted; one of fixed length loses what leaves it. */
function shiftLeft(bytes: Uint8Array, count: bigint, isFixed: boolean): Uint8Array {
  const all = bytes.length * 8;
  const steps = checkedCount(count, all);
  if (!isFixed && (steps >= all || bytes.length === 0)) return new Uint8Array();
  const bits = [...toBits(bytes), ...new Array<number>(steps).fill(0)];
  if (isFixed) return fromBits(bits.slice(steps));
  const padding = (8 - (bits.length % 8)) % 8;
  return fromBits([...new Array<number>(padding).fill(0), ...bits]);
}

/** A text loses the bytes that become empty; one of fixed length keeps its length. */
function shiftRight(bytes: Uint8Array, count: bigint, isFixed: boolean): Uint8Array {
  const all = bytes.length * 8;
  const steps = checkedCount(count, all);
  if (isFixed) return fromBits([...new Array<number>(steps).fill(0), ...toBits(bytes).slice(0, all - steps)]);
  const bits = toBits(bytes).slice(0, all - steps);
  const padding = (8 - (bits.length % 8)) % 8;
  return fromBits([...new Array<number>(padding).fill(0), ...bits]);
}

/** Bits from a place on (1 is the first, -1 the last), filled up to full bytes behind. */
function slice(bytes: Uint8Array, offset: bigint, length: bigint): Uint8Array {
  const bits = toBits(bytes);
  const all = BigInt(bits.length);
  const start = offset > 0n ? offset - 1n : offset < 0n ? (offset + all < 0n ? 0n : offset + all) : 0n;
  const lost = offset < 0n && offset + all < 0n && length > 0n ? -(offset + all) : 0n;
  const end = length < 0n ? all + length : start + length - lost;
  if (offset === 0n || start >= all || end <= start) return new Uint8Array();
  const kept = bits.slice(Number(start), Number(end > all ? all : end));
  return fromBits([...kept, ...new Array<number>((8 - (kept.length % 8)) % 8).fill(0)]);
}

export const SHIFT_BITS_LEFT = computed('sandpiper_shift_bits_left', [BLOB, BIGINT, BOOLEAN], BLOB, shiftLeft);
export const SHIFT_BITS_RIGHT = computed('sandpiper_shift_bits_right', [BLOB, BIGINT, BOOLEAN], BLOB, shiftRight);
export const SLICE_BITS = computed('sandpiper_slice_bits', [BLOB, BIGINT, BIGINT], BLOB, slice);

export const BYTE_BITS = [SHIFT_BITS_LEFT, SHIFT_BITS_RIGHT, SLICE_BITS];

/** Several whole numbers as one along a curve that fills space, and back: Morton's, which mixes their bits, and Hilbert's in two dimensions. */
import { computed, INTEGER, list, UBIGINT } from './definition.ts';

/** Bits of each of `count` numbers in a code of 64. */
function bitsOfEach(count: number): number {
  return Math.floor(64 / count);
}

/** The bits of a number, so many places apart; `ratio` 1 leaves it as it is. */
function stretched(number: bigint, ratio: number): bigint {
  if (ratio === 1) return number;
  let made = 0n;
  for (let bit = 0; bit * ratio + ratio - 1 < 64; bit += 1) if ((number >> BigInt(bit)) & 1n) made |= 1n << BigInt(bit * ratio + ratio - 1);
  return made;
}

function shrunk(number: bigint, ratio: number): bigint {
  if (ratio === 1) return number;
  let made = 0n;
  for (let bit = 0; bit * ratio + ratio - 1 < 64; bit += 1) if ((number >> BigInt(bit * ratio + ratio - 1)) & 1n) made |= 1n << BigInt(bit);
  return made;
}

/** The numbers, and how far each one's bits are stretched. */
export const MORTON_ENCODE = computed('sandpiper_morton_encode', [list(UBIGINT), list(INTEGER)], UBIGINT, (numbers: readonly bigint[], ratios: readonly number[]) => {
  const bits = bitsOfEach(numbers.length);
  return numbers.reduce((code, given, index) => {
    const number = stretched(given, ratios[index] ?? 1);
    let mixed = code;
    for (let bit = 0; bit < bits; bit += 1) if ((number >> BigInt(bit)) & 1n) mixed |= 1n << BigInt(bit * numbers.length + index);
    return mixed;
  }, 0n);
});

export const MORTON_DECODE = computed('sandpiper_morton_decode', [UBIGINT, list(INTEGER)], list(UBIGINT), (code: bigint, ratios: readonly number[]) => {
  const bits = bitsOfEach(ratios.length);
  return ratios.map((ratio, index) => {
    let number = 0n;
    for (let bit = 0; bit < bits; bit += 1) if ((code >> BigInt(bit * ratios.length + index)) & 1n) number |= 1n << BigInt(bit);
    return shrunk(number, ratio);
  });
});

const LEVELS = 32;
const SIDE = 0xffffffffn;

/** The place of a point on the curve, and the turns of each square on the way down. */
export const HILBERT_ENCODE = computed('sandpiper_hilbert_encode', [UBIGINT, UBIGINT], UBIGINT, (first, second) => {
  let [y, x] = [first & SIDE, second & SIDE];
  let code = 0n;
  for (let level = LEVELS - 1; level >= 0; level -= 1) {
    const [right1, up1] = [(x >> BigInt(level)) & 1n, (y >> BigInt(level)) & 1n];
    code = (code << 2n) | ((3n * right1) ^ up1);
    [x, y] = turnedSquare(x, y, right1, up1);
  }
  return code;
});

function turnedSquare(x: bigint, y: bigint, right: bigint, up: bigint): [bigint, bigint] {
  if (up === 1n) return [x, y];
  return right === 1n ? [SIDE - y, SIDE - x] : [y, x];
}

export const HILBERT_DECODE = computed('sandpiper_hilbert_decode', [UBIGINT], list(UBIGINT), (code) => {
  let [x, y] = [0n, 0n];
  for (let level = 0; level < LEVELS; level += 1) {
    const pair = (code >> BigInt(2 * level)) & 3n;
    const right = pair >> 1n;
    const up = (pair ^ right) & 1n;
    const size = 1n << BigInt(level);
    if (up === 0n) [x, y] = right === 1n ? [size - 1n - y, size - 1n - x] : [y, x];
    x += right * size;
    y += up * size;
  }
  return [y, x];
});

export const SPACE_CURVES = [MORTON_ENCODE, MORTON_DECODE, HILBERT_ENCODE, HILBERT_DECODE];

/** CRC-32C as the processor's instruction computes it: from any state, without inversion. */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** The next state after one byte. */
export function crc32cStep(state: number, byte: number): number {
  return (TABLE[(state ^ byte) & 255] ?? 0) ^ (state >>> 8);
}

/** The state after a word of 32 bits, lowest byte first. */
export function crc32cWord(state: number, word: number): number {
  let next = state;
  for (let shift = 0; shift < 32; shift += 8) next = crc32cStep(next, (word >>> shift) & 255);
  return next;
}

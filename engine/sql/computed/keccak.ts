/** Keccak-256 as Ethereum uses it: the padding of Keccak, not of SHA-3. */
import { bytesOf, joinedBytes, turned, Words } from './word.ts';

const BLOCK = 136;

/** One bit after another of a shift register, from which the words of the rounds are made. */
const ROUND_WORDS: readonly bigint[] = (() => {
  let register = 1;
  return Array.from({ length: 24 }, () => {
    let word = 0n;
    for (let power = 0; power < 7; power += 1) {
      if (register & 1) word |= 1n << BigInt(2 ** power - 1);
      register = register & 128 ? ((register << 1) ^ 0x171) & 255 : register << 1;
    }
    return word;
  });
})();

function permuted(state: bigint[]): void {
  for (const roundWord of ROUND_WORDS) {
    const column = (x: number) => [0, 5, 10, 15, 20].reduce((sum, row) => sum ^ (state[row + x] ?? 0n), 0n);
    const columns = [0, 1, 2, 3, 4].map(column);
    for (let x = 0; x < 5; x += 1) {
      const change = (columns[(x + 4) % 5] ?? 0n) ^ turned(columns[(x + 1) % 5] ?? 0n, 63n);
      for (let row = 0; row < 25; row += 5) state[row + x] = (state[row + x] ?? 0n) ^ change;
    }
    let [x, y] = [1, 0];
    let moving = state[1] ?? 0n;
    for (let step = 0; step < 24; step += 1) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const places = ((step + 1) * (step + 2) / 2) % 64;
      const next = state[x + 5 * y] ?? 0n;
      state[x + 5 * y] = places === 0 ? moving : turned(moving, BigInt(64 - places));
      moving = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const kept = state.slice(row, row + 5);
      for (let place = 0; place < 5; place += 1) state[row + place] = BigInt.asUintN(64, (kept[place] ?? 0n) ^ (~(kept[(place + 1) % 5] ?? 0n) & (kept[(place + 2) % 5] ?? 0n)));
    }
    state[0] = (state[0] ?? 0n) ^ roundWord;
  }
}

export function keccak256(bytes: Uint8Array): Uint8Array {
  const all = joinedBytes(bytes, new Uint8Array(BLOCK - (bytes.length % BLOCK)));
  all[bytes.length] = (all[bytes.length] ?? 0) ^ 1;
  all[all.length - 1] = (all[all.length - 1] ?? 0) ^ 128;
  const words = new Words(all);
  const state = new Array<bigint>(25).fill(0n);
  for (let block = 0; block < all.length; block += BLOCK) {
    for (let word = 0; word < BLOCK / 8; word += 1) state[word] = (state[word] ?? 0n) ^ words.at(block + word * 8);
    permuted(state);
  }
  return joinedBytes(...state.slice(0, 4).map((word) => bytesOf(word, 8)));
}

/** MD4, MD5 and RIPEMD-160, which share their blocks of 64 bytes and the way they end. */
import { bytesOf, joinedBytes, turned32, Words } from './word.ts';

/** The bytes with 128, zeros and their length in bits behind, whole blocks of 64. */
function padded(bytes: Uint8Array): Words {
  return new Words(joinedBytes(bytes, Uint8Array.of(128), new Uint8Array((119 - (bytes.length % 64)) % 64), bytesOf(BigInt(bytes.length) * 8n, 8)));
}

function digest(state: Int32Array): Uint8Array {
  return new Uint8Array(state.buffer, state.byteOffset, state.byteLength).slice();
}

type Step = (x: number, y: number, z: number) => number;

const choose: Step = (x, y, z) => (x & y) | (~x & z);
const parity: Step = (x, y, z) => x ^ y ^ z;
const majority: Step = (x, y, z) => (x & y) | (x & z) | (y & z);

export function md4(bytes: Uint8Array): Uint8Array {
  const words = padded(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const rounds = [
    { step: choose, add: 0, places: [3, 7, 11, 19], order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
    { step: majority, add: 0x5a827999, places: [3, 5, 9, 13], order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] },
    { step: parity, add: 0x6ed9eba1, places: [3, 9, 11, 15], order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] },
  ];
  for (let block = 0; block < words.size; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (const { step, add, places, order } of rounds) {
      order.forEach((word, index) => {
        const next = turned32((a + step(b, c, d) + words.numberAt(block + word * 4) + add) | 0, places[index % 4] ?? 0);
        [a, b, c, d] = [d, next, b, c];
      });
    }
    state.set([(state[0] ?? 0) + a, (state[1] ?? 0) + b, (state[2] ?? 0) + c, (state[3] ?? 0) + d]);
  }
  return digest(state);
}

const SINES = Int32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 4294967296));
const MD5_PLACES = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const MD5_STEPS: readonly Step[] = [choose, (x, y, z) => choose(z, x, y), parity, (x, y, z) => y ^ (x | ~z)];
const MD5_WORDS = [(i: number) => i, (i: number) => (5 * i + 1) % 16, (i: number) => (3 * i + 5) % 16, (i: number) => (7 * i) % 16];

export function md5(bytes: Uint8Array): Uint8Array {
  const words = padded(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < words.size; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let index = 0; index < 64; index += 1) {
      const round = index >> 4;
      const word = MD5_WORDS[round]?.(index) ?? 0;
      const sum = (a + (MD5_STEPS[round]?.(b, c, d) ?? 0) + (SINES[index] ?? 0) + words.numberAt(block + word * 4)) | 0;
      [a, b, c, d] = [d, (b + turned32(sum, MD5_PLACES[round]?.[index % 4] ?? 0)) | 0, b, c];
    }
    state.set([(state[0] ?? 0) + a, (state[1] ?? 0) + b, (state[2] ?? 0) + c, (state[3] ?? 0) + d]);
  }
  return digest(state);
}

const RIPEMD_STEPS: readonly Step[] = [parity, choose, (x, y, z) => (x | ~y) ^ z, (x, y, z) => choose(z, x, y), (x, y, z) => x ^ (y | ~z)];

/** Which word each of the 80 steps takes and how far it turns: a hexadecimal digit each. The right line runs the kinds of steps backwards. */
const LEFT = {
  words: '0123456789abcdef74d1a6f3c0952eb83ae49f812706db5c19ba08c4d37fe56240597c2ae138b6fd',
  places: 'befc5879bdef6798768db97f7cf9b7dcbd67e9dfe8d65c75bcefef989e56865c9f5b68dc5cdeb856',
  adds: [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e],
};
const RIGHT = {
  words: '5e7092b4d6f81a3c6b370d5aef8c4912f5137e69b8c2a04d86413bf05c2d97aecfa4158762de039b',
  places: '899bdff5778beec69df7c89b77c76fdb97fb866ecd5edd75f58bee6e69c9c5f885c9c5e68d65fdbb',
  adds: [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0],
};

export function ripemd160(bytes: Uint8Array): Uint8Array {
  const words = padded(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let block = 0; block < words.size; block += 64) {
    const line = ({ words: order, places, adds }: typeof LEFT, kind: (round: number) => number) => {
      let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
      for (let index = 0; index < 80; index += 1) {
        const round = index >> 4;
        const step = RIPEMD_STEPS[kind(round)] ?? parity;
        const sum = (a + step(b, c, d) + words.numberAt(block + Number.parseInt(order[index] ?? '0', 16) * 4) + (adds[round] ?? 0)) | 0;
        const next = (turned32(sum, Number.parseInt(places[index] ?? '0', 16)) + e) | 0;
        [a, b, c, d, e] = [e, next, b, turned32(c, 10), d];
      }
      return [a, b, c, d, e] as const;
    };
    const left = line(LEFT, (round) => round);
    const right = line(RIGHT, (round) => 4 - round);
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    state.set([b + left[2] + right[3], c + left[3] + right[4], d + left[4] + right[0], e + left[0] + right[1], a + left[1] + right[2]]);
  }
  return digest(state);
}

/** wyhash, final version 3, which ClickHouse keeps, seed 0 and its usual secret. */
import { Words, wrapped } from './word.ts';

const SECRET = [0xa0761d6478bd642fn, 0xe7037ed1a0b428dbn, 0x8ebc6af09c88c6e3n, 0x589965cc75374cc3n] as const;

function mixed(left: bigint, right: bigint): bigint {
  const whole = left * right;
  return wrapped(whole) ^ (whole >> 64n);
}

export function wyHash64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  const { size } = words;
  let seed: bigint = SECRET[0];
  let a = 0n;
  let b = 0n;
  if (size <= 16) {
    if (size >= 4) {
      const step = (size >> 3) << 2;
      a = (words.halfAt(0) << 32n) | words.halfAt(step);
      b = (words.halfAt(size - 4) << 32n) | words.halfAt(size - 4 - step);
    } else if (size > 0) {
      a = BigInt((words.byteAt(0) << 16) | (words.byteAt(size >> 1) << 8) | words.byteAt(size - 1));
    }
  } else {
    let place = 0;
    let left = size;
    if (left > 48) {
      let [second, third] = [seed, seed];
      for (; left > 48; left -= 48) {
        seed = mixed(words.at(place) ^ SECRET[1], words.at(place + 8) ^ seed);
        second = mixed(words.at(place + 16) ^ SECRET[2], words.at(place + 24) ^ second);
        third = mixed(words.at(place + 32) ^ SECRET[3], words.at(place + 40) ^ third);
        place += 48;
      }
      seed ^= second ^ third;
    }
    for (; left > 16; left -= 16) {
      seed = mixed(words.at(place) ^ SECRET[1], words.at(place + 8) ^ seed);
      place += 16;
    }
    a = words.at(place + left - 16);
    b = words.at(place + left - 8);
  }
  return mixed(SECRET[1] ^ BigInt(size), mixed(a ^ SECRET[1], b ^ seed));
}

/** MetroHash64, variant 1 with seed 0. */
import { product, turned, Words, wrapped } from './word.ts';

const K0 = 0xc83a91e1n;
const K1 = 0x8648dbdbn;
const K2 = 0x7bdec03bn;
const K3 = 0x2f5870a5n;

export function metroHash64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  const { size } = words;
  let place = 0;
  let hash = wrapped(K2 * K0 + BigInt(size));
  if (size >= 32) {
    let [a, b, c, d] = [hash, hash, hash, hash];
    for (; place <= size - 32; place += 32) {
      a = wrapped(turned(wrapped(a + words.at(place) * K0), 29n) + c);
      b = wrapped(turned(wrapped(b + words.at(place + 8) * K1), 29n) + d);
      c = wrapped(turned(wrapped(c + words.at(place + 16) * K2), 29n) + a);
      d = wrapped(turned(wrapped(d + words.at(place + 24) * K3), 29n) + b);
    }
    c ^= product(turned(wrapped((a + d) * K0 + b), 33n), K1);
    d ^= product(turned(wrapped((b + c) * K1 + a), 33n), K0);
    a ^= product(turned(wrapped((a + c) * K0 + d), 33n), K1);
    b ^= product(turned(wrapped((b + d) * K1 + c), 33n), K0);
    hash = wrapped(hash + (a ^ b));
  }
  if (size - place >= 16) {
    let first = product(turned(wrapped(hash + words.at(place) * K0), 33n), K1);
    let second = product(turned(wrapped(hash + words.at(place + 8) * K1), 33n), K2);
    first ^= wrapped(turned(product(first, K0), 35n) + second);
    second ^= wrapped(turned(product(second, K3), 35n) + first);
    hash = wrapped(hash + second);
    place += 16;
  }
  const take = (value: bigint, places: bigint) => {
    hash = wrapped(hash + value * K3);
    hash ^= product(turned(hash, places), K1);
  };
  if (size - place >= 8) {
    take(words.at(place), 33n);
    place += 8;
  }
  if (size - place >= 4) {
    take(words.halfAt(place), 15n);
    place += 4;
  }
  if (size - place >= 2) {
    take(BigInt(words.shortAt(place)), 13n);
    place += 2;
  }
  if (size - place >= 1) take(BigInt(words.byteAt(place)), 25n);
  hash = product(hash ^ turned(hash, 33n), K0);
  return hash ^ turned(hash, 33n);
}

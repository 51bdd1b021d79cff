/** XXH3 with 64 and 128 bits, its usual secret and seed 0. Short, middle and long bytes go three ways. */
import { bytesOf, joinedBytes, product, turned, turned32, Words, wrapped } from './word.ts';
import { avalanche64, Q1, Q2, Q3, Q4, Q5 } from './xx-hash.ts';

const SECRET = new Words(Uint8Array.from((
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c'
  + '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364'
  + 'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e'
).match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []));

const MX1 = 0x165667919e3779f9n;
const MX2 = 0x9fb21c651e98df25n;
const LOW = 0xffffffffn;
const START = [0xc2b2ae3dn, Q1, Q2, Q3, Q4, 0x85ebca77n, Q5, 0x9e3779b1n] as const;

type Pair = readonly [bigint, bigint];

function folded(left: bigint, right: bigint): bigint {
  const whole = left * right;
  return wrapped(whole) ^ (whole >> 64n);
}

function avalanche(word: bigint): bigint {
  const once = product(word ^ (word >> 37n), MX1);
  return once ^ (once >> 32n);
}

function swapped(word: bigint): bigint {
  let turnedRound = 0n;
  for (let rest = word, count = 0; count < 8; count += 1, rest >>= 8n) turnedRound = (turnedRound << 8n) | (rest & 255n);
  return turnedRound;
}

function mix16(words: Words, place: number, secret: number): bigint {
  return folded(words.at(place) ^ SECRET.at(secret), words.at(place + 8) ^ SECRET.at(secret + 8));
}

/** One to three bytes as one number. */
function few(words: Words): number {
  const { size } = words;
  return (words.byteAt(0) << 16) | (words.byteAt(size >> 1) << 24) | words.byteAt(size - 1) | (size << 8);
}

function short(words: Words): bigint {
  const { size } = words;
  if (size > 8) {
    const low = words.at(0) ^ SECRET.at(24) ^ SECRET.at(32);
    const high = words.at(size - 8) ^ SECRET.at(40) ^ SECRET.at(48);
    return avalanche(wrapped(BigInt(size) + swapped(low) + high + folded(low, high)));
  }
  if (size >= 4) {
    let word = (words.halfAt(size - 4) + (words.halfAt(0) << 32n)) ^ SECRET.at(8) ^ SECRET.at(16);
    word = product(word ^ turned(word, 15n) ^ turned(word, 40n), MX2);
    word = product(word ^ wrapped((word >> 35n) + BigInt(size)), MX2);
    return word ^ (word >> 28n);
  }
  if (size > 0) return avalanche64(BigInt(few(words) >>> 0) ^ SECRET.halfAt(0) ^ SECRET.halfAt(4));
  return avalanche64(SECRET.at(56) ^ SECRET.at(64));
}

function middle(words: Words): bigint {
  const { size } = words;
  let sum = BigInt(size) * Q1;
  if (size <= 128) {
    for (let step = (size - 1) >> 5; step >= 0; step -= 1) sum += mix16(words, step * 16, step * 32) + mix16(words, size - 16 - step * 16, step * 32 + 16);
    return avalanche(wrapped(sum));
  }
  for (let step = 0; step < 8; step += 1) sum += mix16(words, step * 16, step * 16);
  let end = mix16(words, size - 16, 119);
  for (let step = 8; step < size >> 4; step += 1) end += mix16(words, step * 16, (step - 8) * 16 + 3);
  return avalanche(wrapped(avalanche(wrapped(sum)) + end));
}

/** The eight sums over long bytes. */
function sums(words: Words): readonly bigint[] {
  const { size } = words;
  const lanes: bigint[] = [...START];
  const take = (place: number, secret: number) => {
    for (let lane = 0; lane < 8; lane += 1) {
      const value = words.at(place + lane * 8);
      const key = value ^ SECRET.at(secret + lane * 8);
      lanes[lane ^ 1] = wrapped((lanes[lane ^ 1] ?? 0n) + value);
      lanes[lane] = wrapped((lanes[lane] ?? 0n) + (key & LOW) * (key >> 32n));
    }
  };
  const stripes = (size - 1) >> 6;
  for (let stripe = 0; stripe < stripes; stripe += 1) {
    take(stripe * 64, (stripe % 16) * 8);
    if (stripe % 16 === 15) {
      for (let lane = 0; lane < 8; lane += 1) {
        const value = lanes[lane] ?? 0n;
        lanes[lane] = product(value ^ (value >> 47n) ^ SECRET.at(128 + lane * 8), 0x9e3779b1n);
      }
    }
  }
  take(size - 64, 121);
  return lanes;
}

function merged(lanes: readonly bigint[], secret: number, start: bigint): bigint {
  let sum = start;
  for (let pair = 0; pair < 4; pair += 1) sum += folded((lanes[pair * 2] ?? 0n) ^ SECRET.at(secret + pair * 16), (lanes[pair * 2 + 1] ?? 0n) ^ SECRET.at(secret + pair * 16 + 8));
  return avalanche(wrapped(sum));
}

export function xxh3(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  if (words.size <= 16) return short(words);
  if (words.size <= 240) return middle(words);
  return merged(sums(words), 11, BigInt(words.size) * Q1);
}

function shortWide(words: Words): Pair {
  const { size } = words;
  if (size > 8) {
    const low = words.at(0);
    const last = words.at(size - 8);
    const whole = (low ^ last ^ SECRET.at(32) ^ SECRET.at(40)) * Q1;
    const high = last ^ SECRET.at(48) ^ SECRET.at(56);
    const upper = wrapped((whole >> 64n) + high + (high & LOW) * 0x85ebca76n);
    const lower = wrapped(wrapped(whole) + (BigInt(size - 1) << 54n)) ^ swapped(upper);
    const next = lower * Q2;
    return [avalanche(wrapped(next)), avalanche(wrapped((next >> 64n) + upper * Q2))];
  }
  if (size >= 4) {
    const key = (words.halfAt(0) + (words.halfAt(size - 4) << 32n)) ^ SECRET.at(16) ^ SECRET.at(24);
    const whole = key * (Q1 + BigInt(size << 2));
    let low = wrapped(whole);
    const high = wrapped((whole >> 64n) + (low << 1n));
    low ^= high >> 3n;
    low = product(low ^ (low >> 35n), MX2);
    return [low ^ (low >> 28n), avalanche(high)];
  }
  if (size === 0) return [avalanche64(SECRET.at(64) ^ SECRET.at(72)), avalanche64(SECRET.at(80) ^ SECRET.at(88))];
  const low = few(words) >>> 0;
  const back = ((low << 24) | ((low & 0xff00) << 8) | ((low >>> 8) & 0xff00) | (low >>> 24)) >>> 0;
  return [avalanche64(BigInt(low) ^ SECRET.halfAt(0) ^ SECRET.halfAt(4)), avalanche64(BigInt(turned32(back, 13) >>> 0) ^ SECRET.halfAt(8) ^ SECRET.halfAt(12))];
}

function middleWide(words: Words): Pair {
  const { size } = words;
  let [low, high] = [wrapped(BigInt(size) * Q1), 0n];
  const mix = (first: number, second: number, secret: number) => {
    low = wrapped(low + mix16(words, first, secret)) ^ wrapped(words.at(second) + words.at(second + 8));
    high = wrapped(high + mix16(words, second, secret + 16)) ^ wrapped(words.at(first) + words.at(first + 8));
  };
  if (size <= 128) {
    for (let step = (size - 1) >> 5; step >= 0; step -= 1) mix(step * 16, size - 16 - step * 16, step * 32);
  } else {
    for (let place = 0; place < 128; place += 32) mix(place, place + 16, place);
    [low, high] = [avalanche(low), avalanche(high)];
    for (let place = 128; place + 32 <= size; place += 32) mix(place, place + 16, place - 125);
    mix(size - 16, size - 32, 103);
  }
  return [avalanche(wrapped(low + high)), wrapped(-avalanche(wrapped(low * Q1 + high * Q4 + BigInt(size) * Q2)))];
}

/** 16 bytes. */
export function xxh3Wide(bytes: Uint8Array): Uint8Array {
  const words = new Words(bytes);
  const [low, high] = words.size <= 16 ? shortWide(words) : words.size <= 240 ? middleWide(words) : longWide(words);
  return joinedBytes(bytesOf(low, 8), bytesOf(high, 8));
}

function longWide(words: Words): Pair {
  const lanes = sums(words);
  const size = BigInt(words.size);
  return [merged(lanes, 11, size * Q1), merged(lanes, 117, wrapped(~wrapped(size * Q2)))];
}

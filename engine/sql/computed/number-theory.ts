/** Whole numbers as mathematics knows them: whether they are prime. */
import { BOOLEAN, computed, UHUGEINT } from './definition.ts';

/** With these bases the test of Miller and Rabin is exact below 3.3e24. */
const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n, 67n, 71n, 73n, 79n, 83n, 89n, 97n];

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function isPrime(number: bigint): boolean {
  if (number < 2n) return false;
  for (const base of BASES) if (number % base === 0n) return number === base;
  let odd = number - 1n;
  let twos = 0;
  while ((odd & 1n) === 0n) {
    odd >>= 1n;
    twos += 1;
  }
  return BASES.every((base) => {
    let value = powerModulo(base, odd, number);
    if (value === 1n || value === number - 1n) return true;
    for (let step = 1; step < twos; step += 1) {
      value = (value * value) % number;
      if (value === number - 1n) return true;
    }
    return false;
  });
}

export const IS_PRIME = computed('sandpiper_is_prime', [UHUGEINT], BOOLEAN, isPrime);

export const NUMBER_THEORY = [IS_PRIME];

/**
 * How many requests a second a data source, and a token, may send: counted in seconds of a clock that never jumps.
 * Where nothing is limited nothing is counted.
 */

export interface RateLimitOptions {
  /** Requests a second for each data source. */
  readonly perSource?: number;
  /** Requests a second for tokens, by name. */
  readonly perToken?: Readonly<Record<string, number>>;
}

/** What the limits say of a request: the one that is nearer to being used up. */
export interface RateVerdict {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  /** `data source visits` or `token writer`. */
  readonly of: string;
}

interface Count {
  second: number;
  requests: number;
}

export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #counts = new Map<string, Count>();
  readonly #nowMs: () => number;

  constructor(options: RateLimitOptions, nowMs: () => number = () => performance.now()) {
    this.#options = options;
    this.#nowMs = nowMs;
  }

  /** Counts a request. Undefined where no limit is set for it. */
  count(source: string, token: string): RateVerdict | undefined {
    const { perSource, perToken } = this.#options;
    const tokenLimit = perToken?.[token];
    const verdicts = [
      ...(perSource === undefined ? [] : [this.#look(`data source ${source}`, perSource)]),
      ...(tokenLimit === undefined ? [] : [this.#look(`token ${token}`, tokenLimit)]),
    ].sort((left, right) => left.remaining - right.remaining);
    // A request that one limit refuses uses up nothing of the other.
    if (verdicts.every(({ isAllowed }) => isAllowed)) for (const { of } of verdicts) this.#countOf(of).requests += 1;
    return verdicts[0];
  }

  #look(of: string, limit: number): RateVerdict {
    const left = limit - this.#countOf(of).requests;
    return { isAllowed: left > 0, limit, remaining: Math.max(0, left - 1), resetSeconds: 1, of };
  }

  #countOf(of: string): Count {
    const second = Math.floor(this.#nowMs() / 1000);
    const known = this.#counts.get(of);
    if (known?.second === second) return known;
    const count = { second, requests: 0 };
    this.#counts.set(of, count);
    return count;
  }
}

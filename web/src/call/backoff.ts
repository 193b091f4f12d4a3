/** How long to wait before the next attempt at something that failed. */
export interface BackoffOptions {
  /** Longest wait after the first failure, in milliseconds. */
  first_ms: number;
  /** Longest wait ever, in milliseconds. */
  most_ms: number;
  /** From 0 to below 1, as `Math.random`. */
  random?: () => number;
}

/**
 * Waits that double with each failure up to a bound. Each is drawn from the upper half of its range, so
 * that a thousand browsers that lost the same server do not come back in the same instant.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure and returns the wait before the next attempt, in milliseconds. */
  next(): number {
    const { first_ms, most_ms, random = Math.random } = this.#options;
    // 2^30 milliseconds are beyond any bound that makes sense.
    const range = Math.min(most_ms, first_ms * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(range * (0.5 + random() / 2));
  }

  /** What was attempted succeeded. */
  reset(): void {
    this.#failures = 0;
  }
}

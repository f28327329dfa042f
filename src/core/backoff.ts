/** How long to wait before the next attempt: each time longer, up to a bound. */
export interface Backoff {
  /** The wait before the next attempt in ms. */
  readonly next: () => number;
  /** An attempt succeeded: the next wait is the first one again. */
  readonly reset: () => void;
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs?: number;
  readonly factor?: number;
}

export function createBackoff({ firstMs, longestMs = Number.POSITIVE_INFINITY, factor = 2 }: BackoffOptions): Backoff {
  let nextMs = firstMs;
  return {
    next() {
      const ms = nextMs;
      nextMs = Math.min(longestMs, nextMs * factor);
      return ms;
    },
    reset() {
      nextMs = firstMs;
    },
  };
}

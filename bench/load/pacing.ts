/** When requests go out. `limit` is how many requests were prepared. */
export interface Pacing {
  /** The time from which the latency of the next request counts, or null when none is due now. Each call that is not null takes one. */
  readonly take: (nowMs: number) => number | null;
  /** Whether no request will ever be due again. */
  readonly isOver: (nowMs: number) => boolean;
}

/** As fast as answers come: each connection sends its next request when the last one is answered. */
export function closedLoop(startMs: number, durationMs: number, limit: number): Pacing {
  const endMs = startMs + durationMs;
  let taken = 0;
  const isOver = (nowMs: number): boolean => nowMs >= endMs || taken >= limit;
  return {
    isOver,
    take: (nowMs) => {
      if (isOver(nowMs)) return null;
      taken += 1;
      return nowMs;
    },
  };
}

/**
 * At a fixed rate, whatever the server does. A request that could not go out in time still counts from when it should have, so that a
 * stall of the server shows in all requests it held up and not in one (coordinated omission).
 */
export function openLoop(startMs: number, durationMs: number, perSecond: number, limit: number): Pacing {
  const total = Math.min(limit, Math.floor((durationMs / 1000) * perSecond));
  let taken = 0;
  return {
    isOver: () => taken >= total,
    take: (nowMs) => {
      const intendedMs = startMs + (taken * 1000) / perSecond;
      if (taken >= total || intendedMs > nowMs) return null;
      taken += 1;
      return intendedMs;
    },
  };
}

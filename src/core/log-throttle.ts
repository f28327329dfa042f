/**
 * Limits log lines that repeat: the first `lines` of a key are written in each interval, the others are counted. An
 * interval begins with a key's first line.
 */
export interface LogThrottleOptions {
  readonly intervalMs: number;
  /** 1 if not given. */
  readonly lines?: number;
  /** Called at the end of an interval in which lines were held back. */
  readonly onHeldBack?: (key: string, count: number) => void;
}

/** @returns whether a line of this key may be written now */
export function createLogThrottle({
  intervalMs,
  lines = 1,
  onHeldBack,
}: LogThrottleOptions): (key?: string) => boolean {
  const counts = new Map<string, number>();
  return (key = '') => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count === 1) setTimeout(endInterval, intervalMs, key).unref();
    return count <= lines;
  };

  function endInterval(key: string): void {
    const heldBack = (counts.get(key) ?? 0) - lines;
    counts.delete(key);
    if (heldBack > 0) onHeldBack?.(key, heldBack);
  }
}

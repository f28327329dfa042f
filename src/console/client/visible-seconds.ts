const HOUR_SECONDS = 3600;

/**
 * The last hour, or the time since the process began while it is younger than that.
 *
 * @param times ends of the measured steps, in seconds
 */
export function visibleSeconds(times: ArrayLike<number>, stepSeconds: number, nowSeconds: number): [number, number] {
  const startSeconds = (times[0] ?? nowSeconds) - stepSeconds;
  return [Math.max(nowSeconds - HOUR_SECONDS, startSeconds), nowSeconds];
}

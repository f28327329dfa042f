/**
 * The last hour in steps of ten seconds, from counters that only grow: what the console's charts show. A bounded ring of small
 * numbers; nothing is counted for it on the way of a webhook.
 */
export interface Totals {
  /** Events stored, by family. */
  readonly events: Readonly<Record<string, number>>;
  readonly stored: number;
  /** Answered with 4xx. */
  readonly refused: number;
  /** Answered with 5xx. */
  readonly failed: number;
  /** Time to durable: upper bounds in seconds, and how many requests fell into each, with one more beyond the last. */
  readonly durable: { readonly bounds: readonly number[]; readonly counts: readonly number[] };
}

export interface HistoryPoint {
  /** End of the step, ms since 1970. */
  readonly atMs: number;
  readonly events: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds, null where nothing was stored in the step. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface History {
  readonly sample: (atMs: number) => void;
  readonly points: () => readonly HistoryPoint[];
}

export const STEP_MS = 10_000;
const MAX_POINTS = 360;

export function createHistory(read: () => Totals): History {
  const points: HistoryPoint[] = [];
  let before = read();
  return {
    sample(atMs) {
      const now = read();
      points.push(between(before, now, atMs));
      if (points.length > MAX_POINTS) points.shift();
      before = now;
    },
    points: () => points,
  };
}

function between(before: Totals, now: Totals, atMs: number): HistoryPoint {
  const { bounds } = now.durable;
  const counts = now.durable.counts.map((count, index) => count - (before.durable.counts[index] ?? 0));
  const events = Object.entries(now.events).flatMap(([family, total]) => {
    const added = total - (before.events[family] ?? 0);
    return added === 0 ? [] : [[family, added] as const];
  });
  return {
    atMs,
    events: Object.fromEntries(events),
    stored: now.stored - before.stored,
    refused: now.refused - before.refused,
    failed: now.failed - before.failed,
    p50Ms: quantileMs(bounds, counts, 0.5),
    p99Ms: quantileMs(bounds, counts, 0.99),
  };
}

/** As Prometheus' histogram_quantile: evenly spread within a bucket; beyond the last bound, that bound. */
function quantileMs(bounds: readonly number[], counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rest = share * total;
  for (let index = 0; index < bounds.length; index += 1) {
    const count = counts[index] ?? 0;
    if (rest <= count) {
      const lower = bounds[index - 1] ?? 0;
      const upper = bounds[index] ?? lower;
      return 1000 * (lower + (upper - lower) * (count === 0 ? 1 : rest / count));
    }
    rest -= count;
  }
  return 1000 * (bounds.at(-1) ?? 0);
}

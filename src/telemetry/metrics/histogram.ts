/** A histogram as plain numbers: an observation costs a few nanoseconds, and only scrapes read it. */
export interface Histogram {
  /** Upper bounds, ascending; larger values are counted too. */
  readonly bounds: readonly number[];
  /** Count of each bucket, not cumulative, plus one for values beyond the last bound. */
  readonly counts: Float64Array;
  sum: number;
}

export function createHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: new Float64Array(bounds.length + 1), sum: 0 };
}

export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let place = 0;
  while (place < bounds.length && value > (bounds[place] as number)) place += 1;
  counts[place] = (counts[place] as number) + 1;
  histogram.sum += value;
}

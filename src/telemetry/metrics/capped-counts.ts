/** Counts by a name that the sender chooses. Each new name is a permanent series, so names beyond the limit share one. */
export interface CappedCounts {
  readonly add: (name: string) => void;
  readonly entries: () => Iterable<readonly [name: string, count: number]>;
}

export const OTHER = 'other';

export function createCappedCounts(capacity: number): CappedCounts {
  const counts = new Map<string, number>();
  return {
    add(name) {
      const known = counts.get(name);
      if (known !== undefined) counts.set(name, known + 1);
      else if (counts.size < capacity) counts.set(name, 1);
      else counts.set(OTHER, (counts.get(OTHER) ?? 0) + 1);
    },
    entries: () => counts,
  };
}

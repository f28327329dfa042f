export interface DedupeCache {
  has(id: string): boolean;
  add(id: string): void;
}

/** Two generations: when the young one is full the old one is dropped, so memory is bounded without a scan. */
export function createDedupeCache(capacity: number): DedupeCache {
  const generationSize = Math.ceil(capacity / 2);
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (id) => young.has(id) || old.has(id),
    add(id) {
      if (capacity === 0) return;
      if (young.size >= generationSize) {
        old = young;
        young = new Set();
      }
      young.add(id);
    },
  };
}

import { createSingleFlight } from '../../core/single-flight.ts';

/** Keeps answers for a while under a name and drops the oldest first; callers at the same time share one question. */
export interface ExpiringCache<Value> {
  /** @throws what `ask` throws; what was kept stays */
  readonly get: (
    name: string,
    maxAgeMs: (value: Value) => number,
    ask: () => Promise<Value>,
  ) => Promise<{ readonly value: Value; readonly source: 'graph' | 'cache' }>;
  /** However old. */
  readonly peek: (name: string) => Value | undefined;
}

export function createExpiringCache<Value>({
  size,
  now,
}: {
  readonly size: number;
  readonly now: () => number;
}): ExpiringCache<Value> {
  const kept = new Map<string, { readonly value: Value; readonly atMs: number }>();
  const questions = createSingleFlight<Value>();

  return {
    peek: (name) => kept.get(name)?.value,
    async get(name, maxAgeMs, ask) {
      const known = kept.get(name);
      if (known !== undefined && now() - known.atMs < maxAgeMs(known.value))
        return { value: known.value, source: 'cache' };
      const value = await questions.run(ask, name);
      kept.delete(name);
      kept.set(name, { value, atMs: now() });
      for (const oldest of kept.keys()) {
        if (kept.size <= size) break;
        kept.delete(oldest);
      }
      return { value, source: 'graph' };
    },
  };
}

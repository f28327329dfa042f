import { setTimeout as pauseMs } from 'node:timers/promises';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import type { Store } from '../../../src/stores/store.ts';
import { makeRecord, readAll } from './support.ts';

/** Requests without end from some callers at once, and which of their ids were acknowledged. */
export function startTraffic(store: Store, topics: readonly TopicPlan[]) {
  const acknowledged = new Set<string>();
  const codes = new Map<string, number>();
  let slowestMs = 0;
  let stopped = false;
  async function caller(): Promise<void> {
    while (!stopped) {
      const records = topics.flatMap(({ name }) => [makeRecord(name), makeRecord(name)]);
      const startedMs = Date.now();
      try {
        await store.append(records);
        for (const { id } of records) acknowledged.add(id);
      } catch (error) {
        const { code } = error as { code: string };
        codes.set(code, (codes.get(code) ?? 0) + 1);
        await pauseMs(5);
      }
      slowestMs = Math.max(slowestMs, Date.now() - startedMs);
    }
  }
  const callers = Array.from({ length: 16 }, caller);
  return {
    acknowledged,
    codes,
    slowestMs: () => slowestMs,
    stop: async () => {
      stopped = true;
      await Promise.all(callers);
    },
  };
}

/** Ids that were acknowledged and cannot be read back. */
export async function missingIds(
  brokers: readonly string[],
  topics: readonly TopicPlan[],
  acknowledged: ReadonlySet<string>,
): Promise<string[]> {
  const stored = await readAll(
    brokers,
    topics.map(({ name }) => name),
  );
  const ids = new Set(stored.map(({ headers }) => headers.ce_id));
  return [...acknowledged].filter((id) => !ids.has(id));
}

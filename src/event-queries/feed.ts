/**
 * What is stored from now on, for several listeners at once. It is read from the store, so that it holds what other
 * replicas store too, and so that nobody who listens is known to the path of a webhook. One reader serves all.
 */
import type { ReadRecords, StoredRecord } from '../records/record.ts';

export interface Listener {
  readonly take: (record: StoredRecord) => void;
  /** No more will come. */
  readonly end: () => void;
}

export interface Feed {
  /** @returns what stops it */
  readonly subscribe: (listener: Listener) => () => void;
  readonly close: () => void;
}

export interface FeedOptions {
  readonly topics: readonly string[];
  readonly read: ReadRecords;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function createFeed({ topics, read, now, onError }: FeedOptions): Feed {
  const listeners = new Set<Listener>();
  let reading: AbortController | undefined;

  async function follow(signal: AbortSignal): Promise<void> {
    // Not from the end: with Kafka it is found some time after the listener came.
    for await (const record of read({ topics, from: { timestampMs: now() }, follow: true, signal })) {
      if (signal.aborted) return;
      for (const listener of listeners) listener.take(record);
    }
  }

  function start(): void {
    const started = new AbortController();
    reading = started;
    follow(started.signal)
      .catch((error: unknown) => {
        if (!started.signal.aborted) onError(error);
      })
      .finally(() => {
        if (reading === started) endAll();
      });
  }

  function endAll(): void {
    reading?.abort();
    reading = undefined;
    for (const listener of [...listeners]) listener.end();
    listeners.clear();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (reading === undefined) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        reading?.abort();
        reading = undefined;
      };
    },
    close: endAll,
  };
}

/**
 * Events as they are stored, for several listeners at once. One reader of the store serves them all: it sees what other
 * replicas store too, and the webhook path does not know of listeners.
 */
import type { ReadRecords, StoredRecord } from '../records/record.ts';

export interface FeedListener {
  readonly take: (record: StoredRecord) => void;
  /** Called when the feed ends. */
  readonly end: () => void;
}

export interface Feed {
  /** @returns a function that ends the subscription */
  readonly subscribe: (listener: FeedListener) => () => void;
  readonly close: () => void;
}

export interface FeedOptions {
  readonly topics: readonly string[];
  readonly read: ReadRecords;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function createFeed({ topics, read, now, onError }: FeedOptions): Feed {
  const listeners = new Set<FeedListener>();
  let reading: AbortController | undefined;

  async function follow(signal: AbortSignal): Promise<void> {
    // Not from the end: with Kafka the end is looked up some time after the listener came.
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

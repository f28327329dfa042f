/** Rejects new requests, before their bodies are read, while the store is too far behind: their senders shall try again later. */
import { HubcastError } from '../../core/errors.ts';
import type { StoreBacklog } from '../../stores/store.ts';

export interface BacklogLimits {
  readonly backlog: () => StoreBacklog;
  readonly maxRecords: number;
  readonly maxQueueMs: number;
}

export function createRejectionReason({
  backlog,
  maxRecords,
  maxQueueMs,
}: BacklogLimits): () => HubcastError | undefined {
  return () => {
    const { records, oldestMs } = backlog();
    if (records >= maxRecords) {
      return new HubcastError(
        'overloaded',
        `${records} events wait for the store; MAX_IN_FLIGHT_EVENTS is ${maxRecords}.`,
      );
    }
    if (oldestMs > maxQueueMs) {
      return new HubcastError(
        'overloaded',
        `A request has waited ${Math.round(oldestMs)} ms for the store; MAX_QUEUE_MS is ${maxQueueMs}.`,
      );
    }
    return undefined;
  };
}

import { HubcastError } from '../../core/errors.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { Write } from '../group-commit.ts';

/** A record on its way, and the request it belongs to. */
export interface Item {
  readonly record: OutgoingRecord;
  readonly write: Write;
  /** Made because the broker refused a record. */
  readonly deadLetter: boolean;
}

/** How far each request of a group is. A request is settled when its last record is stored or its first has failed. */
export interface Progress {
  readonly isOpen: (item: Item) => boolean;
  readonly stored: (items: readonly Item[]) => void;
  readonly failed: (items: readonly Item[], error: HubcastError) => void;
  /** A refused record continues as its dead letters. */
  readonly replaced: (item: Item, deadLetters: readonly OutgoingRecord[]) => Item[];
}

/**
 * @param inOrder when a request fails for a reason that may pass, all later ones of its topics fail too: whoever tries
 *   again must not find that they overtook it
 */
export function trackProgress(group: readonly Write[], inOrder: boolean): Progress {
  const left = new Map(group.map((write) => [write, write.records.length]));

  function failTopicsOf(failed: Write, error: HubcastError): void {
    const topics = new Set(failed.records.map(({ topic }) => topic));
    for (const write of left.keys()) {
      if (write.records.some(({ topic }) => topics.has(topic)) && left.delete(write)) write.settle(error);
    }
  }

  return {
    isOpen: ({ write }) => left.has(write),
    stored(items) {
      for (const { write } of items) {
        const remaining = (left.get(write) ?? 0) - 1;
        if (remaining > 0) left.set(write, remaining);
        else if (left.delete(write)) write.settle();
      }
    },
    failed(items, error) {
      for (const { write } of items) {
        if (!left.delete(write)) continue;
        write.settle(error);
        if (inOrder && error.code !== 'record_refused') failTopicsOf(write, error);
      }
    },
    replaced({ record, write }, deadLetters) {
      if (deadLetters.length === 0) {
        const message = `The broker refuses event ${record.id} for topic ${record.topic}, and no dead letter was made of it.`;
        if (left.delete(write)) write.settle(new HubcastError('record_refused', message));
        return [];
      }
      left.set(write, (left.get(write) ?? 1) - 1 + deadLetters.length);
      return deadLetters.map((deadLetter) => ({ record: deadLetter, write, deadLetter: true }));
    },
  };
}

/**
 * The journal as the source of records for Kafka, on the main thread: what is not there yet, in the order it was stored,
 * and how far that has come. A move of the position joins the next write where one is under way: alone it would cost a
 * sync for which requests wait.
 */
import type { OutgoingRecord } from '../../records/record.ts';
import type { BacklogState, Progress } from './messages.ts';
import { parseHeaders } from './read-journal.ts';
import type { WorkerLink } from './worker-link.ts';

/** A record with its place in the journal. */
export interface JournalRecord extends OutgoingRecord {
  readonly offset: number;
}

export interface Taken {
  readonly records: readonly JournalRecord[];
  /** Offset of the last of them: where the next taking begins. */
  readonly upTo: number;
  readonly more: boolean;
}

export interface Forwarding {
  /** Records after an offset, in their order: one at least if there is any, more as far as they fit. */
  readonly take: (after: number, maxBytes: number) => Promise<Taken>;
  /** Resolves when it is durable. Calls must not overlap. */
  readonly advance: (progress: Omit<Progress, 'nowMs'>) => Promise<void>;
  readonly backlog: () => Promise<BacklogState>;
  /** Puts what was set aside behind everything else; how many records that is. */
  readonly unpark: () => Promise<number>;
}

/** For the journal's own writes: a move of the position that waits, and what became of the write it went with. */
export interface WaitingProgress {
  readonly begin: () => Progress | undefined;
  readonly end: (stored: boolean) => void;
}

interface Waiting {
  readonly progress: Progress;
  readonly timer: NodeJS.Timeout;
  /** @param stored false: it has to go alone */
  readonly settle: (stored: boolean) => void;
}

/** Without a write to go with, it goes alone after this. */
const ALONE_AFTER_MS = 20;

export function createForwarding(link: WorkerLink, now: () => number): Forwarding & WaitingProgress {
  let writing = false;
  let waiting: Waiting | undefined;
  let joined: Waiting | undefined;

  async function alone(progress: Progress): Promise<void> {
    await link.call('advance', progress);
  }

  return {
    async take(after, maxBytes) {
      const { records: taken, more } = await link.call('take', { after, maxBytes });
      const records = taken.map(({ headers: json, ...record }): JournalRecord => {
        const headers = parseHeaders(record.offset, json);
        return { ...record, id: headers.ce_id ?? '', headers, repeatable: false };
      });
      return { records, upTo: records.at(-1)?.offset ?? after, more };
    },
    async advance(moved) {
      const progress = { ...moved, nowMs: now() };
      if (!writing) return alone(progress);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => {
        waiting = undefined;
        resolve(false);
      }, ALONE_AFTER_MS);
      waiting = { progress, timer, settle: resolve };
      if (!(await promise)) await alone(progress);
    },
    backlog: () => link.call('backlog', null),
    unpark: () => link.call('unpark', null),
    begin() {
      writing = true;
      joined = waiting;
      waiting = undefined;
      clearTimeout(joined?.timer);
      return joined?.progress;
    },
    end(stored) {
      writing = false;
      // A full journal refuses the write; what makes room must not fail with it.
      joined?.settle(stored);
      joined = undefined;
    },
  };
}

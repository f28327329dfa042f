/** Reads the phone numbers' state that a leader writes into memory: continuously for a replica without Graph, or once. */
import { createBackoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { pause } from '../../core/time-out.ts';
import type { ReadRecords } from '../../records/record.ts';
import { createStateView, type StateView } from './state-view.ts';

export interface FollowOptions {
  readonly read: ReadRecords;
  /** State topics. Following waits for a topic that does not exist yet. */
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface FollowedState {
  readonly view: StateView;
  /** Resolves some time after the signal aborts. */
  readonly ended: Promise<void>;
}

const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };

export function followState({ read, topics, signal, log }: FollowOptions): FollowedState {
  const view = createStateView();

  async function follow(topic: string): Promise<void> {
    const backoff = createBackoff(BACKOFF);
    while (!signal.aborted) {
      try {
        for await (const record of read({ topics: [topic], from: 'start', follow: true, signal })) {
          if (view.take(record)) backoff.reset();
        }
      } catch (error) {
        log.warn({ topic, error: messageOf(error) }, 'the state of the phone numbers cannot be read');
      }
      await pause(backoff.next(), signal);
    }
  }

  return { view, ended: Promise.all(topics.map(follow)).then(() => undefined) };
}

/** The state as stored now. */
export async function readState(read: ReadRecords, topics: readonly string[]): Promise<StateView> {
  const view = createStateView();
  for await (const record of read({ topics, from: 'start', follow: false })) view.take(record);
  return view;
}

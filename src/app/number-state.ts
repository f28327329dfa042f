/** From settings to the state of the phone numbers that a leader writes: followed by a replica without Graph, or read once. */
import type { StoreSettings } from '../config/settings.ts';
import { createBackoff } from '../core/backoff.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { createStateDirectory } from '../phone-numbers/watch/state-directory.ts';
import { createStateView, type StateView } from '../phone-numbers/watch/state-view.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import { openReader } from '../stores/select.ts';
import type { StoreKind, StoreReader } from '../stores/store-kind.ts';

const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };

export interface FollowedState {
  readonly view: StateView;
  readonly close: () => Promise<void>;
}

/** What leaders wrote, in memory. A topic that is not there yet is waited for. */
export function followState(settings: () => StoreSettings, kind: StoreKind, log: Logger): FollowedState {
  const fixed = settings();
  const reader = openReader({ settings, log }, kind);
  const closing = new AbortController();
  const { signal } = closing;
  const view = createStateView();
  async function follow(topic: string): Promise<void> {
    const topics = [topic];
    const backoff = createBackoff(BACKOFF);
    while (!signal.aborted) {
      try {
        for await (const record of reader.read({ topics, from: 'start', follow: true, signal })) {
          if (view.take(record)) backoff.reset();
        }
      } catch (error) {
        log.warn({ topics, error: messageOf(error) }, 'the state of the phone numbers cannot be read');
      }
      await pause(backoff.next(), signal);
    }
  }
  const following = Promise.all(topicsOfFamily(fixed, 'phone-number-state').map(follow));
  return {
    view,
    async close() {
      closing.abort();
      await following;
      reader.close();
    },
  };
}

/** The state as it is stored now, for one question. @returns null where there is none */
export async function openStoredState(settings: StoreSettings, log: Logger): Promise<LookUps | null> {
  const view = createStateView();
  const reader = openStored(settings, log);
  if (reader === null) return null;
  try {
    const there = new Set(await reader.topics());
    const topics = topicsOfFamily(settings, 'phone-number-state').filter((topic) => there.has(topic));
    for await (const record of reader.read({ topics, from: 'start', follow: false })) view.take(record);
  } finally {
    reader.close();
  }
  return view.accounts().length === 0 ? null : createLookUps(createStateDirectory(view), Date.now);
}

function openStored(settings: StoreSettings, log: Logger): StoreReader | null {
  try {
    return openReader({ settings: () => settings, log });
  } catch (error) {
    // No journal.
    if (error instanceof HubcastError && error.code === 'usage') return null;
    throw error;
  }
}

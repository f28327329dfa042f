/** From settings to the state of the phone numbers that a leader writes: followed by a replica without Graph, or read once. */
import type { StoreSettings } from '../config/settings.ts';
import { createBackoff } from '../core/backoff.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { createStateDirectory } from '../phone-numbers/watch/state-directory.ts';
import { createStateView, type StateView } from '../phone-numbers/watch/state-view.ts';
import { topicName } from '../records/topics.ts';
import { namingsOf, type OpenReader, openReader } from '../stores/select.ts';

const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };

export interface FollowedState {
  readonly view: StateView;
  readonly close: () => Promise<void>;
}

/** What leaders wrote, in memory. A topic that is not there yet is waited for. */
export function followState(settings: () => StoreSettings, log: Logger): FollowedState {
  const fixed = settings();
  const reader = openReader(settings, log);
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
  const following = Promise.all(stateTopicsOf(fixed).map(follow));
  return {
    view,
    async close() {
      closing.abort();
      await following;
      reader.close();
    },
  };
}

/** Of all apps: those without a token have theirs too, if another replica knows it. */
function stateTopicsOf(settings: StoreSettings): readonly string[] {
  return [...new Set(namingsOf(settings).map((naming) => topicName(naming, 'phone-number-state')))];
}

/** The state as it is stored now, for one question. @returns null where there is none */
export async function openStoredState(settings: StoreSettings, log: Logger): Promise<LookUps | null> {
  const view = createStateView();
  const reader = openStored(settings, log);
  if (reader === null) return null;
  try {
    const there = new Set(await reader.topics());
    const topics = stateTopicsOf(settings).filter((topic) => there.has(topic));
    for await (const record of reader.read({ topics, from: 'start', follow: false })) view.take(record);
  } finally {
    reader.close();
  }
  return view.accounts().length === 0 ? null : createLookUps(createStateDirectory(view), Date.now);
}

function openStored(settings: StoreSettings, log: Logger): OpenReader | null {
  try {
    return openReader(settings, log);
  } catch (error) {
    // No journal.
    if (error instanceof HubcastError && error.code === 'usage') return null;
    throw error;
  }
}
